"""Participations: the agreement, what is delivered to the company, its listings and assignments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from accounts.admin.stored import file_fact
from accounts.models import User
from accounts.roles import agency_ids
from companies.models import Product
from ground.templatetags.naru import amount, day, seoul, whole
from programs.admin.verbs import RecordAdmin, Verb, day_of, instant_of, writes_for
from programs.domain import agreement, delivery, ending, going_on, lasting, leaving, listings, paying
from programs.forms.staff import (
    AgreeEndForm,
    AgreeGoOnForm,
    AskPaymentForm,
    ExtendForm,
    LeaveForm,
    OpenListingsForm,
    ReasonForm,
    RefuseEndForm,
    ReplanForm,
    TickOffForm,
)
from programs.models import Assignment, Delivery, EndRequest, Listing, Participation, Payment
from programs.models.participation import TAKING_PART
from programs.queries.delivery import visible

TONES = {
    Participation.State.OFFERED: "wait",
    Participation.State.AGREED: "ok",
    Participation.State.COMPLETED: "ok",
    Participation.State.ENDED: "neutral",
}


def _extend(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    agreement.extend(row, accept_by=values["accept_by"], reason=values["reason"], by=by)
    return _("The last day was moved.")


def _complete(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    agreement.complete(row, by=by)
    return _("The participation is completed.")


def _end(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    agreement.end(row, reason=values["reason"], last_on=values["last_on"], by=by)
    return _("The participation has ended; its place is free.")


def _agree_end(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    asked = ending.accept(
        row, asked=values["asked"], last_on=values["last_on"], answer=values["answer"], by=by
    )
    if Participation.objects.ends_ahead().filter(pk=row.pk).exists():
        return _("Agreed: it stays in force up to and including %(day)s and then ends by itself.") % {
            "day": day(asked.ended_on)
        }
    return _("The participation has ended; its place is free.")


def _refuse_end(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    ending.refuse(row, asked=values["asked"], reason=values["reason"], by=by)
    return _("The agreement goes on; the company has been written to.")


def _agree_go_on(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    _asked, lost = going_on.agree(row, asked=values["asked"], answer=values["answer"], by=by)
    if lost:
        return _(
            "The agreement goes on. Some of its assignments lack days: another company has them, or they were made to end with the agreed day. Look at them, and assign anew."
        )
    return _("The agreement goes on; its assignments last as long as before.")


def _refuse_go_on(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    ending.refuse(row, asked=values["asked"], reason=values["reason"], by=by)
    return _("The agreement ends with the day that is agreed; the company has been written to.")


def _why_not_end(row: Any) -> StrOrPromise | None:
    if row.is_go_on_asked:
        return _("The company asks that the agreement goes on. Answer that first.")
    return _("The company asks for it: answer its request.") if row.is_end_asked else None


def _why_not_complete(row: Any) -> StrOrPromise | None:
    if row.ends_with is not None:
        return str(lasting.why_it_ends(row.ends_with))
    return _("The company asks to end the agreement. Answer that first.") if row.is_end_asked else None


class AsksToEndFilter(admin.SimpleListFilter):
    title = _("request to end or to go on")
    parameter_name = "asks_to_end"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return [("yes", _("waits for the agency")), ("agreed", _("agreed, the last day is to come"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "agreed":
            return queryset.filter(state=Participation.State.AGREED, last_on__isnull=False)
        asked = Q(is_end_asked=True) | Q(is_go_on_asked=True)
        return queryset.filter(asked) if self.value() == "yes" else queryset


def _open_listings(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    count = listings.open_listings(row, values["products"], values["market"], store=values["store"], by=by)
    return ngettext("%(count)d listing was begun.", "%(count)d listings were begun.", count) % {
        "count": count
    }


def _ask_payment(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    paying.ask(row, by=by, **values)
    return _("Asked: a second person has to agree before it can be paid out.")


def _why_not_open(row: Any) -> StrOrPromise | None:
    if not Product.objects.filter(company=row.company_id, disabled_on__isnull=True).exists():
        return _("The company has not entered a product yet.")
    return None


@admin.register(Participation)
class ParticipationAdmin(RecordAdmin):
    change_form_template = "admin/programs/participation.html"
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("agree_end", _("Agree to end the agreement"), _agree_end, form=AgreeEndForm, tone="danger",
             is_shown=lambda row: row.is_end_asked,
             consequence=_("With the end the place is free again; store assignments end, deliveries planned for later days are cancelled,"
                           " payments that are not for a delivery and not paid yet lapse: pay these before. What was delivered"
                           " up to the last day may still be ticked off and paid. Once agreed to, neither side takes it back alone. A ban, if the notice provides for one, is entered with the company.")),
        Verb("refuse_end", _("Refuse to end the agreement"), _refuse_end, form=RefuseEndForm,
             is_shown=lambda row: row.is_end_asked, consequence=_("The agreement goes on.")),
        Verb("agree_go_on", _("Agree that it goes on"), _agree_go_on, form=AgreeGoOnForm, tone="primary",
             is_shown=lambda row: row.is_go_on_asked,
             consequence=_("No last day is agreed any more; store assignments last as long as before.")),
        Verb("refuse_go_on", _("Refuse: it ends as agreed"), _refuse_go_on, form=RefuseEndForm,
             is_shown=lambda row: row.is_go_on_asked),
        Verb("open_listings", _("Begin listings"), _open_listings, form=OpenListingsForm, why_not=_why_not_open,
             is_shown=lambda row: row.state == Participation.State.AGREED, tone="primary"),
        Verb("ask_payment", _("Ask for a payment"), _ask_payment, form=AskPaymentForm,
             is_shown=lambda row: row.state in TAKING_PART or (row.is_end_agreed and row.has_delivered),
             consequence=_("It is paid out after a second person has agreed; the criteria are taken again then.")),
        Verb("extend", _("Move the last day to accept"), _extend, form=ExtendForm,
             is_shown=lambda row: row.state == Participation.State.OFFERED,
             consequence=_("The text says the new day, so the company reads it again.")),
        Verb("complete", _("Complete"), _complete, why_not=_why_not_complete,
             is_shown=lambda row: row.state == Participation.State.AGREED),
        Verb("end", _("End early"), _end, form=LeaveForm, tone="danger", why_not=_why_not_end,
             is_shown=lambda row: row.state in {Participation.State.OFFERED, Participation.State.AGREED},
             consequence=_("The place is free again; store assignments end, planned deliveries are cancelled, payments that are"
                           " not paid yet lapse; what was delivered and paid stays in the record.")),
    ]  # fmt: skip
    list_display = [
        "number", "company", "program", "state_word", "last_day", day_of("accept_by", _("to be accepted by")),
        instant_of("agreed_at", _("agreed at")),
    ]  # fmt: skip
    list_display_links = ["number", "company"]
    list_filter = ["state", AsksToEndFilter, ("program", admin.RelatedOnlyFieldListFilter)]
    history_hanging = ("end_requests", "deliveries", "payments", "listings", "assignments")
    list_select_related = ["company", "program"]
    search_fields = ["number", "company__name_ko", "company__name_en", "company__business_number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The person's agencies' own, and those of programs in which one of them has a part."""
        mine = agency_ids(cast(User, request.user))
        rows = Participation.objects.filter(Q(agency__in=mine) | Q(program__shares__agency__in=mine))
        asks = EndRequest.objects.filter(participation=OuterRef("pk"))
        found = rows.distinct().select_related("company", "program", "application", "agreed_by")
        done = Delivery.objects.filter(participation=OuterRef("pk"), state=Delivery.State.DONE)
        return found.with_end_agreed().annotate(
            is_end_asked=Exists(asks.to_end()),
            is_go_on_asked=Exists(asks.to_go_on()),
            has_delivered=Exists(done),
        )

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "program__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Participation) -> str:
        return row.get_state_display()

    @admin.display(description=_("last day of taking part"), ordering="last_on")
    def last_day(self, row: Participation) -> str:
        if row.ends_with is not None:
            return _("ends with %(day)s") % {"day": day(row.ends_with)}
        return day(row.last_on)

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        if record.ends_with is not None:
            return _("ends with %(day)s") % {"day": day(record.ends_with)}, "warn"
        return record.get_state_display(), TONES[record.state]

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def doings(
        self, request: HttpRequest, record: Any, names: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """While the company waits for an answer, nothing else is the main action; of an agreement that is to end nothing is begun first."""
        found = super().doings(request, record, names)
        answers = {"agree_end", "refuse_end", "agree_go_on", "refuse_go_on"}
        if record.is_end_asked or record.is_go_on_asked or record.ends_with:
            for each in found:
                if each["name"] not in answers and each["tone"] == "primary":
                    each["tone"] = ""
        return found

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        if not writes_for(request, record):
            return []
        page = reverse("admin:programs_program_delivery", args=[record.program_id])
        return [
            {"label": _("Delivery of the package"), "url": page},
            {"label": _("Stores"), "url": reverse("admin:programs_store_changelist")},
        ]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found = [
            {"label": _("Program"), "value": record.program,
             "url": reverse("admin:programs_program_change", args=[record.program_id]), "link_label": _("Open")},
            {"label": _("Company"), "value": format_html("{} ({})", record.company, whole(record.company.pretty_number))},
            {"label": _("Offered at"), "value": seoul(record.offered_at),
             "note": _("to be accepted by %(day)s") % {"day": day(record.accept_by)}},
        ]  # fmt: skip
        if record.agreed_at is not None:
            found.append(
                {"label": _("Agreed at"), "value": seoul(record.agreed_at), "note": record.agreed_by}
            )
        if record.last_on is not None:
            note = _("in force up to and including this day") if record.ends_with else ""
            found.append({"label": _("Last day of taking part"), "value": day(record.last_on), "note": note})
        return found

    def more(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        own = record.agency_id in agency_ids(cast(User, request.user))
        asked = ending.waiting_of(record) if own and record.is_end_asked else None
        end_on = asked.last_on if asked is not None else record.ends_with
        return {
            "end_on": end_on,
            "is_end_agreed": record.ends_with is not None,
            "at_end": leaving.outlook(record, end_on) if own and end_on is not None else None,
            "deliveries": visible(request.user).filter(participation=record) if own else [],
            "listings": Listing.objects.filter(participation=record).select_related(
                "product", "market__platform", "market__country"
            ),
            "assignments": Assignment.objects.filter(participation=record).select_related("store")
            if own
            else [],
            "payments": Payment.objects.filter(participation=record).select_related(
                "currency", "delivery__component"
            )
            if own
            else [],
            "end_requests": record.end_requests.select_related("asked_by", "answered_by") if own else [],
            "is_own": own,
        }


def _tick_off(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    delivery.tick_off(
        row,
        done_on=values["done_on"],
        actual_amount=values["actual_amount"],
        evidence=values["evidence"],
        by=by,
    )
    return _("Ticked off.")


def _replan(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    delivery.replan(
        row,
        planned_on=values["planned_on"],
        planned_amount=values["planned_amount"],
        reason=values["reason"],
        by=by,
    )
    return _("The plan was changed.")


def _cancel(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    delivery.cancel(row, reason=values["reason"], by=by)
    return _("The delivery is cancelled and counts in no total.")


def _take_back(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    delivery.take_back(row, reason=values["reason"], by=by)
    return _("Taken back: the delivery is planned again.")


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("tick_off", _("Tick off with evidence"), _tick_off, form=TickOffForm, tone="primary",
             is_shown=lambda row: row.state == Delivery.State.PLANNED),
        Verb("replan", _("Change the plan"), _replan, form=ReplanForm,
             is_shown=lambda row: row.state != Delivery.State.DONE),
        Verb("cancel", _("Cancel"), _cancel, form=ReasonForm, tone="danger",
             is_shown=lambda row: row.state == Delivery.State.PLANNED),
        Verb("take_back", _("Take back"), _take_back, form=ReasonForm,
             is_shown=lambda row: row.state == Delivery.State.DONE,
             consequence=_("Day, cost and proof leave the record; they stay in its history.")),
    ]  # fmt: skip
    list_display = [
        "company", "component", "program_name", "state_word", day_of("planned_on", _("planned for")), "planned_amount",
        day_of("done_on", _("done on")), "actual_amount", "contract",
    ]  # fmt: skip
    list_display_links = ["company"]
    list_filter = ["state", ("program", admin.RelatedOnlyFieldListFilter), "component__kind"]
    list_select_related = ["participation__company", "component", "program", "contract__organization"]
    search_fields = ["participation__company__name_ko", "participation__number", "contract__number"]
    ordering = ["planned_on", "id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        mine = agency_ids(cast(User, request.user))
        return visible(request.user).filter(agency__in=mine).select_related("program", "agency")

    @admin.display(description=_("company"), ordering="participation__company__name_ko")
    def company(self, row: Delivery) -> str:
        return str(row.participation.company)

    @admin.display(description=_("program"), ordering="program__name_ko")
    def program_name(self, row: Delivery) -> str:
        return str(row.program)

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: Delivery) -> str:
        return row.get_state_display()

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), {"planned": "wait", "done": "ok"}.get(record.state, "neutral")

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = [
            {"label": _("Company"), "value": record.participation.company,
             "url": reverse("admin:programs_participation_change", args=[record.participation_id]),
             "link_label": _("Open")},
            {"label": _("Component"), "value": record.component},
            {"label": _("Provider contract"), "value": record.contract or _("delivered by the agency itself")},
            {"label": _("Planned for"), "value": day(record.planned_on)},
            {"label": _("Planned cost (KRW)"), "value": amount(record.planned_amount)},
        ]  # fmt: skip
        if record.done_on is not None:
            found += [
                {"label": _("Done on"), "value": day(record.done_on)},
                {"label": _("Actual cost (KRW)"), "value": amount(record.actual_amount)},
                file_fact(_("Evidence file"), record.evidence, _("Open")),
            ]  # fmt: skip
        if record.note:
            found.append({"label": _("Note"), "value": record.note})
        return found
