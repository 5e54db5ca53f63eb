"""Briefings for staff: what is prepared and published, who registered, what the survey said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.admin.acting import tell
from accounts.models import User
from accounts.roles import agency_ids
from ground import clock, files, words
from ground.access import may
from ground.errors import RuleBroken
from ground.models import Country
from ground.small import LEAST
from ground.templatetags.naru import seoul, seoul_until
from guidance.domain import briefings
from guidance.forms.briefing import CancelForm, RecordingForm
from guidance.models import (
    Briefing,
    BriefingCountry,
    BriefingMaterial,
    BriefingQuestion,
    BriefingSession,
)
from guidance.queries import survey_results
from guidance.queries.attendance import as_csv, as_workbook
from guidance.queries.briefings import with_counts
from programs.admin.parts import OfRecordForm, WithFileForm, typed_forms
from programs.admin.verbs import OwnInline, RecordAdmin, Verb, instant_of, writes_for
from programs.models import Program

TONES = {
    Briefing.State.DRAFT: "wait",
    Briefing.State.PUBLISHED: "ok",
    Briefing.State.CANCELLED: "neutral",
}


def is_past(briefing: Briefing) -> bool:
    return briefing.published_at is not None and briefing.is_over(clock.now())


class BriefingForm(OfRecordForm):
    """The verb decides; its refusal stands beside its field."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors and self.has_changed() and not self.instance._state.adding:
            try:
                briefings.check(self.instance, Briefing.objects.get(pk=self.instance.pk), clock.now())
            except RuleBroken as error:
                tell(self, error)


class BriefingPartForm(OfRecordForm):
    record_field = "briefing"

    def _post_clean(self) -> None:
        super()._post_clean()
        briefing = getattr(self.instance, "briefing", None)
        if not self.errors and self.has_changed() and briefing is not None and briefing.starts_at:
            try:
                briefings.check_part(self.instance, briefing, clock.now())
            except RuleBroken as error:
                tell(self, error)


class MaterialForm(BriefingPartForm, WithFileForm):
    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if (
            self.has_changed()
            and not self.instance.file_id
            and not values.get("upload")
            and not self.errors.get("upload")
        ):
            self.add_error("upload", _("Choose the file."))
        return values

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"file"}


class BriefingPartInline(OwnInline):
    form: type[forms.ModelForm[Any]] = BriefingPartForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "country":
            kwargs["queryset"] = Country.objects.filter(disabled_on__isnull=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PlannedInline(BriefingPartInline):
    """What stays as it was once the briefing is over."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not (obj is not None and is_past(obj))


class CountryInline(PlannedInline):
    model = BriefingCountry
    fields = ["country"]


class SessionInline(PlannedInline):
    model = BriefingSession
    fields = ["starts_at", "ends_at", "title_ko", "title_en", "speaker_ko", "speaker_en"]


class MaterialInline(BriefingPartInline):
    model = BriefingMaterial
    form = MaterialForm
    fields = ["title_ko", "title_en", "is_public", "upload"]


class QuestionInline(BriefingPartInline):
    model = BriefingQuestion
    fields = ["position", "kind", "label_ko", "label_en", "choices_ko", "choices_en"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or obj.survey_asked_at is None)

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        kwargs.setdefault(
            "widgets", {name: forms.Textarea({"rows": 3}) for name in ("choices_ko", "choices_en")}
        )
        return super().get_formset(request, obj, **kwargs)


def _publish(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    briefings.publish(row, by=by)
    return _("Published. Everybody can read it and register now.")


def _cancel(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    briefings.cancel(row, reason=values["reason"], by=by)
    return _("Cancelled. Everybody registered is written to.")


def _record(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    briefings.show_recording(row, values["url"], by=by)
    return _("The recording is linked; everybody who had a seat is written to.")


def _is_draft(row: Any) -> bool:
    return bool(row.state == Briefing.State.DRAFT)


def _is_published(row: Any) -> bool:
    return bool(row.state == Briefing.State.PUBLISHED)


def _why_not_publish(row: Any) -> StrOrPromise | None:
    if not (row.place_ko or row.online_url):
        return _("Name the place, the link of the online room, or both.")
    return None


def _is_to_come(row: Any) -> bool:
    return _is_published(row) and not row.is_over(clock.now())


def _is_held(row: Any) -> bool:
    return _is_published(row) and bool(row.is_over(clock.now()))


class CountryFilter(admin.SimpleListFilter):
    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        seen = BriefingCountry.objects.filter(briefing__in=Briefing.objects.visible_to(request.user))
        return [
            (each.pk, str(each)) for each in Country.objects.filter(pk__in=seen.order_by().values("country"))
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(countries__country=self.value()) if self.value() else queryset


@admin.register(Briefing)
class BriefingAdmin(RecordAdmin):
    form = BriefingForm
    has_form = True
    change_form_template = "admin/programs/record.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("publish", _("Publish the briefing"), _publish, is_shown=_is_draft, why_not=_why_not_publish, tone="primary",
             consequence=_("Everybody reads it on the public page and can register.")),
        Verb("show_recording", _("Link the recording"), _record, form=RecordingForm, is_shown=_is_held,
             consequence=_("Everybody who had a seat gets a mail with the link.")),
        Verb("cancel", _("Cancel the briefing"), _cancel, form=CancelForm, is_shown=_is_to_come, tone="danger",
             consequence=_("Everybody with a seat or waiting gets a mail with the reason. It cannot be taken back.")),
    ]  # fmt: skip
    pages = ["results", "attendance_csv", "attendance_xlsx"]
    list_display = [
        "title", "program", instant_of("starts_at", _("begins")), "state_word", "seats_text", "queued_text", "came_text",
    ]  # fmt: skip
    list_display_links = ["title"]
    list_filter = ["state", CountryFilter, ("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["program"]
    search_fields = ["title_ko", "title_en", "place_ko", "program__code", "program__name_ko"]
    history_hanging = ("countries", "sessions", "materials", "survey_questions")
    fieldsets = [
        (None, {"fields": ["program", ("title_ko", "title_en"), "text_ko", "text_en"]}),
        (_("When and where"), {"fields": [("starts_at", "ends_at"), ("place_ko", "place_en"), "online_url"]}),
        (_("Registration"), {"fields": ["closes_at", ("capacity", "most_per_company"), ("contact_ko", "contact_en")]}),
    ]  # fmt: skip
    inlines = [SessionInline, CountryInline, MaterialInline, QuestionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = with_counts(super().get_queryset(request)).annotate(asked_at=clock.ClockNow())
        return rows.select_related("program", "agency")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "program__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description=_("title"), ordering="title_ko")
    def title(self, row: Briefing) -> str:
        return str(words.marked(row, "title"))

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Any) -> str:
        return str(row.standing_word(row.asked_at))

    @admin.display(description=_("seats taken"))
    def seats_text(self, row: Any) -> str:
        return f"{row.seated} / {row.capacity}"

    @admin.display(description=_("on the waiting list"))
    def queued_text(self, row: Any) -> int:
        return int(row.queued)

    @admin.display(description=_("came"))
    def came_text(self, row: Any) -> int:
        return int(row.attended)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        now = clock.now()
        is_over = record.state == Briefing.State.PUBLISHED and record.is_over(now)
        return record.standing_word(now), "neutral" if is_over else TONES[record.state]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Once it is over only materials and the survey may still come."""
        if obj is not None and is_past(obj):
            return [name for _title, part in self.fieldsets for name in flatten(part["fields"])]
        return ["program"] if obj is not None else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or obj.state != Briefing.State.CANCELLED
        return super().has_change_permission(request, obj) and is_open

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        people = reverse("admin:guidance_registration_changelist") + f"?briefing__id__exact={record.pk}"
        found = [{"label": _("Registrations"), "url": people, "is_main": True}]
        is_own = record.agency_id in agency_ids(cast(User, request.user))
        if record.published_at is not None:
            found.append({"label": _("Public page"), "url": reverse("briefing_show", args=[record.pk])})
            if may(request.user, "briefing_door") and writes_for(request, record):
                found.append({"label": _("Check-in"), "url": reverse("briefing_door", args=[record.pk])})
            found.append({"label": _("Survey results"), "url": reverse("admin:guidance_briefing_results", args=[record.pk])})  # fmt: skip
            if is_own:
                found += [
                    {"label": label, "url": reverse(f"admin:guidance_briefing_{page}", args=[record.pk])}
                    for label, page in (
                        (_("Attendance (XLSX)"), "attendance_xlsx"),
                        (_("Attendance (CSV)"), "attendance_csv"),
                    )
                ]
        return found

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"label": _("When"), "value": seoul_until(record.starts_at, record.ends_at)},
            {"label": _("Seats taken"), "value": f"{record.seated} / {record.capacity}"},
            {"label": _("On the waiting list"), "value": record.queued},
            {"label": _("Came"), "value": record.attended},
        ]
        if record.cancelled_at is not None:
            found.append(
                {
                    "label": _("Cancelled"),
                    "value": seoul(record.cancelled_at),
                    "note": record.cancellation_reason,
                }
            )
        if record.recording_url:
            found.append(
                {
                    "label": _("Recording"),
                    "value": record.recording_url,
                    "note": seoul(record.recording_at),
                }
            )
        return found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.filter(
                agency__in=agency_ids(cast(User, request.user))
            ).order_by("name_ko")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def page_results(self, request: HttpRequest, briefing: Briefing) -> HttpResponse:
        """Counts and means for whoever sees the program; free text for staff of the agency alone."""
        counted: Any = briefing
        context = {
            **self.admin_site.each_context(request),
            "title": _("Survey results"),
            "subtitle": str(briefing),
            "opts": self.opts,
            "briefing": briefing,
            "results": survey_results.results_of(briefing, clock.now()),
            "replies": briefing.survey_replies.count(),
            "attended": counted.attended,
            "least": LEAST,
            "sees_texts": briefing.agency_id in agency_ids(cast(User, request.user)),
        }
        return TemplateResponse(request, "admin/guidance/survey_results.html", context)

    def page_attendance_csv(self, request: HttpRequest, briefing: Briefing) -> HttpResponse:
        self._require_own(request, briefing)
        answer = HttpResponse(as_csv(briefing), content_type="text/csv; charset=utf-8")
        return files.as_download(answer, f"briefing-{briefing.starts_at:%Y%m%d}.csv")

    def page_attendance_xlsx(self, request: HttpRequest, briefing: Briefing) -> HttpResponse:
        self._require_own(request, briefing)
        content, content_type = as_workbook(briefing)
        return files.as_download(
            HttpResponse(content, content_type=content_type), f"briefing-{briefing.starts_at:%Y%m%d}.xlsx"
        )

    def _require_own(self, request: HttpRequest, briefing: Briefing) -> None:
        """An agency with a part in the program sees the briefing, not who comes: 404."""
        if briefing.agency_id not in agency_ids(cast(User, request.user)):
            raise Http404

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change or form.has_changed():
            briefings.save_briefing(obj, by=cast(User, request.user))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        by = cast(User, request.user)
        for gone in formset.deleted_objects:
            briefings.drop_part(gone, by=by)
        for each in typed_forms(formset):
            if isinstance(each, WithFileForm):
                each.keep_upload()
            briefings.save_part(each.instance, by=by)
