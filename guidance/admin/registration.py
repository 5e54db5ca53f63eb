"""Registrations for briefings, for staff of the agency: who comes, who waits, and what can be done for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from ground import clock
from ground.templatetags.naru import seoul
from guidance.domain import attending, registering
from guidance.models import Registration
from programs.admin.verbs import RecordAdmin, Verb, instant_of, writes_for

State = Registration.State
TONES = {State.REGISTERED: "ok", State.WAITING: "wait"}


def _check_in(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    attending.check_in(row.briefing, row.code, by=by)
    return _("Checked in.")


def _undo(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    attending.undo_check_in(row, by=by)
    return _("The check-in was taken back.")


def _leave(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    registering.leave(row, by=by)
    return _("The registration was cancelled; who it is about is written to.")


def _why_not_leave(row: Any) -> StrOrPromise | None:
    if clock.now() >= row.briefing.starts_at:
        return _("The briefing has begun: nothing can be cancelled any more.")
    return None if row.checked_in_at is None else registering.CAME


@admin.register(Registration)
class RegistrationAdmin(RecordAdmin):
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("check_in", _("Check in"), _check_in, tone="primary",
             is_shown=lambda row: row.state == State.REGISTERED and row.checked_in_at is None,
             consequence=_("Up to a week after the briefing, for those who came and were not checked in at the door.")),
        Verb("undo_check_in", _("Take the check-in back"), _undo, is_shown=lambda row: row.checked_in_at is not None),
        Verb("cancel", _("Cancel the registration"), _leave, why_not=_why_not_leave, tone="danger",
             is_shown=lambda row: row.state != State.CANCELLED,
             consequence=_("The seat goes to whoever waits longest.")),
    ]  # fmt: skip
    list_display = ["who", "from_text", "briefing", "state_word", instant_of("joined_at", _("registered at")), instant_of("checked_in_at", _("checked in at"))]  # fmt: skip
    list_display_links = ["who"]
    list_filter = ["state", "is_walk_in", ("checked_in_at", admin.EmptyFieldListFilter)]
    search_fields = ["name", "email", "code", "company__name_ko", "company__name_en", "company_name"]
    ordering = ["-joined_at", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .select_related("briefing", "company", "agency", "registered_by", "checked_in_by")
        )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "briefing__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description=_("name"), ordering="name")
    def who(self, row: Registration) -> str:
        return row.name or row.code

    @admin.display(description=_("company"))
    def from_text(self, row: Registration) -> str:
        return row.from_company or str(_("guest"))

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Registration) -> str:
        return str(_("came without registering")) if row.is_walk_in else str(row.get_state_display())

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        if record.checked_in_at is not None:
            return _("came"), "ok"
        return record.get_state_display(), TONES.get(record.state, "neutral")

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Only managers and officers can do this.")

    def by_whom(self, record: Any) -> Any:
        if record.is_walk_in:
            return _("came without registering, entered by %(who)s") % {"who": record.registered_by}
        return record.registered_by or _("guest")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"label": _("Briefing"), "value": record.briefing, "link_label": _("Open"),
             "url": reverse("admin:guidance_briefing_change", args=[record.briefing_id])},
            {"label": _("Name"), "value": record.name},
            {"label": _("E-mail"), "value": record.email},
            {"label": _("Company"), "value": record.from_company, "note": self.by_whom(record)},
            {"label": _("Code"), "value": record.code},
            {"label": _("Registered at"), "value": seoul(record.joined_at)},
        ]  # fmt: skip
        if record.checked_in_at is not None:
            found.append(
                {
                    "label": _("Checked in at"),
                    "value": seoul(record.checked_in_at),
                    "note": record.checked_in_by,
                }
            )
        if record.consent_text:
            found.append(
                {
                    "label": _("Text that the guest agreed to"),
                    "value": record.consent_text,
                    "note": seoul(record.consented_at),
                }
            )
        return found
