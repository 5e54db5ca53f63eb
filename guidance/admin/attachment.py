"""Where companies find a country's strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground.errors import RuleBroken
from ground.models import Country
from ground.templatetags.naru import seoul
from guidance.domain import attaching
from guidance.models import Attachment, StatementVersion
from programs.admin.indicator import own_programs
from programs.admin.verbs import RecordAdmin, Verb, instant_of, refuse, writes_for
from programs.models import Market, Platform, Program


class AttachmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """The verb decides; its refusal stands beside its field."""

    by: ClassVar[User | None] = None

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors and self.by is not None:
            try:
                attaching.check(self.instance, by=self.by)
            except RuleBroken as error:
                refuse(cast(forms.Form, self), error)


def _detach(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    attaching.detach(row, by=by)
    return _("Taken away. Companies do not find it there any more.")


@admin.register(Attachment)
class AttachmentAdmin(RecordAdmin):
    form = AttachmentForm
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("detach", _("Take away"), _detach, is_shown=lambda row: row.ended_at is None, tone="danger",
             consequence=_("Companies do not find it there any more.")),
    ]  # fmt: skip
    list_display = ["name", "place_name", "state_word", "agency", instant_of("created_at", _("attached at"))]
    list_display_links = ["name"]
    list_filter = [("ended_at", admin.EmptyFieldListFilter), ("country", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["strategy", "country", "program", "platform", "market__platform", "market__country", "agency"]  # fmt: skip
    search_fields = ["strategy__code", "strategy__name_ko", "country__code", "program__code"]
    fields = [("strategy", "country"), ("program", "platform", "market")]

    @admin.display(description=_("strategy"), ordering="strategy__code")
    def name(self, row: Attachment) -> str:
        return f"{row.strategy} · {row.country}"

    @admin.display(description=_("place"))
    def place_name(self, row: Attachment) -> str:
        return str(row.place)

    @admin.display(description=_("state"), ordering="ended_at")
    def state_word(self, row: Attachment) -> StrOrPromise:
        return self.badge(row)[0]

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return (_("taken away"), "neutral") if record.ended_at else (_("attached"), "ok")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency attached it.")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {"label": _("Strategy"), "value": record.strategy, "note": record.country},
            {"label": _("Place"), "value": record.place, "note": record.place._meta.verbose_name},
            {"label": _("Attached at"), "value": seoul(record.created_at), "note": record.agency},
            *([{"label": _("Taken away at"), "value": seoul(record.ended_at)}] if record.ended_at else []),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        made = super().get_form(request, obj, change=change, **kwargs)
        return type("AttachmentForm", (made,), {"by": request.user})

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        published = StatementVersion.objects.filter(state="published").values("program")
        choices: dict[str, QuerySet[Any]] = {
            "strategy": Program.objects.filter(Q(pk__in=published) | Q(pk__in=own_programs(request))),
            "country": cast("QuerySet[Any]", Country.objects.filter(disabled_on__isnull=True)),
            "program": own_programs(request),
            "platform": Platform.objects.filter(disabled_on__isnull=True),
            "market": Market.objects.filter(disabled_on__isnull=True).select_related("platform", "country"),
        }
        if db_field.name in choices:
            kwargs["queryset"] = choices[db_field.name]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        attaching.attach(obj, by=cast(User, request.user))
