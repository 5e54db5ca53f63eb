"""Editions of guides: published from the statements that are in force, with their booklets."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground.models import Country
from ground.small import LEAST
from ground.templatetags.naru import seoul
from guidance.domain import editions
from guidance.forms.edition import EditionForm
from guidance.models import Edition, StatementVersion
from guidance.queries import guides, reading
from programs.admin.indicator import own_programs
from programs.admin.verbs import RecordAdmin, instant_of


@admin.register(Edition)
class EditionAdmin(RecordAdmin):
    form = EditionForm
    pages = ["readers"]
    list_display = [
        "version",
        "program",
        "statements",
        "times",
        instant_of("published_at", _("published at")),
    ]
    list_filter = [
        ("program", admin.RelatedOnlyFieldListFilter),
        ("country", admin.RelatedOnlyFieldListFilter),
    ]
    fieldsets = [
        (None, {"fields": ["program", "country"],
                "description": _("What is published of the country now becomes the next edition, with its booklets. An edition is never changed or taken back.")}),
    ]  # fmt: skip
    ordering = ["-published_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        seen: QuerySet[Any] = reading.with_times(rows.brief())
        return seen

    @admin.display(description=_("read and downloaded"))
    def times(self, row: Any) -> int:
        return int(row.times)

    @admin.display(description=_("version"), ordering="country")
    def version(self, row: Edition) -> str:
        return row.version

    @admin.display(description=_("statements"))
    def statements(self, row: Any) -> int:
        return int(row.statement_count)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return _("published"), "ok"

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found = [
            {"label": _("Program"), "value": record.program},
            {"label": _("Country"), "value": record.country},
            {"label": _("Statements"), "value": record.statement_count},
            {
                "label": _("Published at"),
                "value": seoul(record.published_at),
                "note": record.published_by,
            },
            {"label": _("SHA-256 of the statements"), "value": record.digest},
        ]
        for each in guides.booklets_of(record):
            address = {"program": record.program.code, "version": each.version, "lang": each.language}
            found.append(
                {
                    "label": _("Booklet"),
                    "value": each.get_language_display(),
                    "note": f"SHA-256 {each.file.sha256}",
                    "url": reverse("guide_booklet", kwargs=address),
                    "link_label": _("Download"),
                }
            )
        return found

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        address = {"program": record.program.code, "country": record.country_id}
        if guides.versions().get(f"{record.program.code}/{record.country_id}") != record.version:
            address["number"] = record.number
        name = "guide_edition" if "number" in address else "guide_show"
        return [
            {
                "label": _("Readers"),
                "url": reverse("admin:guidance_edition_readers", args=[record.pk]),
                "is_main": True,
            },
            {"label": _("As everybody reads it"), "url": reverse(name, kwargs=address)},
        ]

    def page_readers(self, request: HttpRequest, edition: Edition) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Readers"),
            "subtitle": f"{edition.version} · {edition.program}",
            "opts": self.opts,
            "edition": edition,
            "readers": reading.readers(edition),
            "least": LEAST,
        }
        return TemplateResponse(request, "admin/guidance/edition_readers.html", context)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = own_programs(request)
        if db_field.name == "country":
            said = StatementVersion.objects.visible_to(request.user).filter(
                state=StatementVersion.State.PUBLISHED
            )
            kwargs["queryset"] = Country.objects.filter(pk__in=said.values("statement__country"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = editions.publish(obj.program, obj.country, by=cast(User, request.user))
        obj.pk, obj.number = made.pk, made.number
