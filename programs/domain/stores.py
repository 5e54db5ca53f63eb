"""Stores (스토어) and assignments: whose account it is, how tax stands in its prices, whose lines it holds.

A line takes the narrowest assignment that holds on its business day: listing number, then SKU, then the whole store.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Agency, Organization, User
from companies.models import Company
from ground import outbox
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.models import Currency
from ground.reasons import own
from programs.domain import giving_back, lasting, settled, tasks
from programs.models import Assignment, Market, Participation, Store, StoreTax
from programs.models.participation import Task
from programs.permissions import require_service

ASSIGNMENT_ENDED = own(gettext_noop("assignment ended"))

REPLAY = "sales.replay"
"""Topic: assignments of a store have changed, its lines are looked at again. Payload: {"store": id}."""


def add_store(
    *,
    agency: Agency,
    market: Market,
    code: str,
    name: str,
    kind: str,
    holder: Company | Organization,
    by: User,
    holder_kind: str = "",
    settlement_currency: Currency | None = None,
    zone: str = "",
) -> Store:
    """Record an account on a platform's site. The zone is the market's unless another is given.

    Payouts come in `settlement_currency`; without one, a file that names no currency is refused with a question.
    Refused: `not_your_agency`, `store_code_taken`, `unknown_zone`, `unseen_company`, `market_disabled`.
    """
    require_service(by, agency)
    zone = zone.strip() or market.zone
    check_zone(zone)
    if market.disabled_on is not None:
        raise RuleBroken("market_disabled", _("This market is out of use. Choose another one."), ("market",))
    store = Store(
        agency=agency,
        market=market,
        code=code.strip(),
        name=name.strip(),
        kind=kind,
        settlement_currency=settlement_currency,
        zone=zone,
    )
    if isinstance(holder, Company):
        if not Company.objects.visible_to(by).filter(pk=holder.pk).exists():
            raise RuleBroken("unseen_company", _("Choose a company that your agency knows."), ("company",))
        store.holder, store.company = Store.Holder.COMPANY, holder
    else:
        store.holder, store.organization = holder_kind or Store.Holder.PROVIDER, holder
    with transaction.atomic():
        if Store.objects.filter(agency=agency, code=store.code).exists():
            raise RuleBroken(
                "store_code_taken", _("Another store has this code. Choose a code of its own."), ("code",)
            )
        store.save(force_insert=True)
    return store


def check_zone(zone: str) -> None:
    """`RuleBroken('unknown_zone')` unless it is a name of the time zone database, such as America/Santiago."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RuleBroken(
            "unknown_zone", _("Name a time zone such as America/Santiago or Asia/Seoul."), ("zone",)
        ) from None


def set_tax(
    store: Store,
    *,
    treatment: str,
    from_on: dt.date,
    by: User,
    rate_percent: Decimal | None = None,
    until_on: dt.date | None = None,
) -> StoreTax:
    """How tax stands in the store's prices from a day on. An open treatment before it ends on the day before.

    Refused: `not_your_agency`, `period`, `tax_overlap`, `tax_rate_missing` (tax in the price or on top needs its rate),
    `tax_settled` (a day of a closed month). Locks the store.
    """
    with transaction.atomic():
        store = _locked_for_tax(store, by)
        open_from = settled.store_open_from(store.pk)
        if open_from is not None and from_on < open_from:
            raise _tax_settled(open_from)
        StoreTax.objects.filter(store=store, until_on__isnull=True, from_on__lt=from_on).update(
            until_on=from_on - dt.timedelta(days=1)
        )
        tax = StoreTax(store=store)
        _put_tax(tax, treatment, rate_percent, from_on, until_on)
    return tax


def correct_tax(
    tax: StoreTax,
    *,
    treatment: str,
    from_on: dt.date,
    reason: str,
    by: User,
    rate_percent: Decimal | None = None,
    until_on: dt.date | None = None,
) -> StoreTax:
    """Put a wrongly recorded tax treatment right, with all of its values; its history keeps the earlier ones with the
    reason. What the store sold on these days counts differently at once; reports that are written stay as they are.

    Refused: `reason_missing`, and as `set_tax` (no other treatment of the store gives way; of closed months everything
    stays as it is, only the last day may still move). Locks the store.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say what was wrong with the tax treatment."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        store = _locked_for_tax(tax.store, by)
        tax = StoreTax.objects.get(pk=tax.pk, store=store)
        open_from = settled.store_open_from(store.pk)
        if open_from is not None and min(tax.from_on, from_on) < open_from:
            before = (tax.from_on, tax.treatment, tax.rate_percent, _last_settled(tax.until_on, open_from))
            if before != (from_on, treatment, rate_percent, _last_settled(until_on, open_from)):
                raise _tax_settled(open_from)
        _put_tax(tax, treatment, rate_percent, from_on, until_on)
    return tax


def _last_settled(until_on: dt.date | None, open_from: dt.date) -> dt.date:
    last = open_from - dt.timedelta(days=1)
    return last if until_on is None else min(until_on, last)


def _tax_settled(open_from: dt.date) -> RuleBroken:
    return RuleBroken(
        "tax_settled",
        filled(
            _(
                "A month in which this store sold is closed, and the tax of its days stays as it was. Enter the new treatment"
                " from %(day)s on."
            ),
            day=open_from,
        ),
        ("from_on",),
    )


def _locked_for_tax(store: Store, by: User) -> Store:
    store = Store.objects.select_for_update(of=("self",)).select_related("agency").get(pk=store.pk)
    require_service(by, store.agency)
    return store


def _put_tax(
    tax: StoreTax, treatment: str, rate_percent: Decimal | None, from_on: dt.date, until_on: dt.date | None
) -> None:
    has_rate = treatment in {StoreTax.Treatment.IN_PRICE, StoreTax.Treatment.COLLECTED}
    if has_rate and rate_percent is None:
        raise RuleBroken("tax_rate_missing", _("Give the rate in percent."), ("rate_percent",))
    if until_on is not None and until_on < from_on:
        raise RuleBroken("period", _("The last day lies before the first."), ("until_on",))
    others = StoreTax.objects.filter(store=tax.store_id).exclude(pk=tax.pk)
    overlapping = others.filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on))
    if until_on is not None:
        overlapping = overlapping.filter(from_on__lte=until_on)
    if overlapping.exists():
        raise RuleBroken(
            "tax_overlap", _("Two tax treatments overlap: end the earlier one first."), ("from_on",)
        )
    tax.treatment, tax.rate_percent = treatment, rate_percent if has_rate else None
    tax.from_on, tax.until_on = from_on, until_on
    tax.save()


def assign(
    store: Store,
    participation: Participation,
    *,
    scope: str,
    from_on: dt.date,
    by: User,
    reference: str = "",
    until_on: dt.date | None = None,
    is_looked_at: bool = True,
) -> Assignment:
    """Lines of the store (or of one SKU or listing of it) belong to the participation from a day until a day.

    Where the agreement's last day is agreed, it ends with that day at the latest. Lines that wait for an owner are looked at again afterwards (unless `is_looked_at` is false: then the caller, who
    assigns many, asks once for the store). Refused: `not_your_agency`, `other_agency`,
    `not_taking_part`, `after_last_day`, `assignment_reference`, `assignment_overlap` (names who has it), `other_company` (a company's own
    store cannot hold another's lines as a whole), `period`. Locks the participation, then the store.
    """
    reference = reference.strip()
    with transaction.atomic():
        participation = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("program", "company")
            .get(pk=participation.pk)
        )
        store = Store.objects.select_for_update(of=("self",)).select_related("agency").get(pk=store.pk)
        require_service(by, store.agency)
        if participation.agency_id != store.agency_id:
            raise RuleBroken(
                "other_agency", _("Store and participation belong to different agencies."), ("participation",)
            )
        if participation.state not in {Participation.State.AGREED, Participation.State.COMPLETED}:
            raise RuleBroken(
                "not_taking_part",
                _("The company has not accepted the agreement, or its participation has ended."),
                ("participation",),
            )
        lasting.check_day(participation, from_on, "from_on")
        asked_until, until_on = until_on, lasting.until(participation, until_on)
        if (scope == Assignment.Scope.STORE) == bool(reference):
            raise RuleBroken(
                "assignment_reference",
                _("A whole store has no reference; an SKU or a listing needs one."),
                ("reference",),
            )
        if until_on is not None and until_on < from_on:
            raise RuleBroken("period", _("The last day lies before the first."), ("until_on",))
        if (
            scope == Assignment.Scope.STORE
            and store.company_id is not None
            and store.company_id != participation.company_id
        ):
            raise RuleBroken(
                "other_company",
                _("This store is held by another company. Assign single SKUs or listings instead."),
                ("participation",),
            )
        _refuse_overlap(store, scope, reference, from_on, until_on)
        try:
            with transaction.atomic(), giving_back.asked_until(participation, asked_until):
                made = Assignment.objects.create(
                    agency=store.agency,
                    store=store,
                    scope=scope,
                    reference=reference,
                    participation=participation,
                    program=participation.program,
                    from_on=from_on,
                    until_on=until_on,
                )
        except IntegrityError as error:
            if "assignment_one_at_a_time" not in str(error):
                raise
            raise _overlap(None) from None
        tasks.close_task(kind=Task.Kind.ASSIGN, subject_id=participation.pk, side=Task.Side.AGENCY)
        if is_looked_at:
            outbox.publish(REPLAY, {"store": str(store.pk)})
    return made


def _refuse_overlap(
    store: Store, scope: str, reference: str, from_on: dt.date, until_on: dt.date | None
) -> None:
    """The exclusion constraint decides; this finds out first whose assignment it is, for the sentence."""
    others = Assignment.objects.filter(store=store, scope=scope, reference=reference).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=from_on)
    )
    if until_on is not None:
        others = others.filter(from_on__lte=until_on)
    taken = others.select_related("participation__company").first()
    if taken is not None:
        raise _overlap(taken)


def _overlap(taken: Assignment | None) -> RuleBroken:
    if taken is None:
        return RuleBroken(
            "assignment_overlap",
            _("Somebody else has this in that period: end that assignment first."),
            ("from_on",),
        )
    return RuleBroken(
        "assignment_overlap",
        filled(
            _("%(company)s has this since %(from)s. End that assignment first, or choose a later day."),
            **{"company": taken.participation.company, "from": taken.from_on},
        ),
        ("from_on",),
    )


def end_assignment(assignment: Assignment, *, until_on: dt.date, by: User, reason: str = "") -> Assignment:
    """The last day on which lines go to the participation; those after it are looked at again.

    Refused: `not_your_agency`, `period` (before the first day), `already_ended` (an end cannot be moved later).
    """
    with transaction.atomic(), because(reason.strip() or ASSIGNMENT_ENDED):
        assignment = (
            Assignment.objects.select_for_update(of=("self",)).select_related("agency").get(pk=assignment.pk)
        )
        require_service(by, assignment.agency)
        if until_on < assignment.from_on:
            raise RuleBroken("period", _("The last day lies before the first."), ("until_on",))
        if assignment.until_on is not None and assignment.until_on <= until_on:
            raise RuleBroken(
                "already_ended", _("This assignment ends before that day already."), ("until_on",)
            )
        assignment.until_on = until_on
        assignment.save(update_fields=["until_on"])
        outbox.publish(REPLAY, {"store": str(assignment.store_id)})
    return assignment


def withdraw_assignment(assignment: Assignment, *, reason: str, by: User) -> None:
    """Take back an assignment that should never have been, from its first day on; its history keeps it with the reason.

    Lines that it gave to the company are looked at again. The agency's task to assign a store opens again when nothing
    else is assigned to a company that still takes part. Withdrawing twice is once. Refused: `not_your_agency`,
    `reason_missing`. Locks the participation, then the assignment.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the assignment was wrong."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        require_service(by, assignment.agency)
        part = (
            Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("program__agency", "company")
            .get(pk=assignment.participation_id)
        )
        deleted, _rows = Assignment.objects.filter(pk=assignment.pk).delete()
        if not deleted:
            return
        is_bare = not Assignment.objects.filter(participation=part).exists()
        if is_bare and part.state == Participation.State.AGREED:
            tasks.await_assignment(part)
        outbox.publish(REPLAY, {"store": str(assignment.store_id)})


def change_store(store: Store, *, by: User) -> Store:
    """Write a store's own facts (name, kind, settlement currency, zone); market, code and holder stay as they are.

    Refused: `not_your_agency`, `unknown_zone`. Locks the store.
    """
    with transaction.atomic():
        current = (
            Store.objects.select_for_update(of=("self",)).select_related("agency", "market").get(pk=store.pk)
        )
        require_service(by, current.agency)
        zone = store.zone.strip() or current.market.zone
        check_zone(zone)
        current.name, current.kind, current.zone = store.name.strip(), store.kind, zone
        current.settlement_currency_id = store.settlement_currency_id
        current.save(update_fields=["name", "kind", "zone", "settlement_currency"])
    return current


def disable_store(store: Store, *, on: dt.date, by: User) -> Store:
    """Out of use from a day on; nothing is deleted. Refused: `not_your_agency`."""
    with transaction.atomic():
        store = Store.objects.select_for_update(of=("self",)).select_related("agency").get(pk=store.pk)
        require_service(by, store.agency)
        store.disabled_on = on
        store.save(update_fields=["disabled_on"])
    return store


@dataclass(frozen=True)
class AssignmentBook:
    """A store's assignments in memory, for the line-by-line work of an import."""

    store_id: UUID
    _shelves: dict[tuple[str, str], list[Assignment]] = field(default_factory=dict)

    def find(self, day: dt.date, listing_reference: str = "", sku: str = "") -> Assignment | None:
        """The narrowest assignment that holds on the business day: listing number, then SKU, then the whole store.
        None: nobody's, the line waits for a person."""
        narrowest = [
            (Assignment.Scope.LISTING, listing_reference.strip()),
            (Assignment.Scope.SKU, sku.strip()),
            (Assignment.Scope.STORE, ""),
        ]
        for scope, reference in narrowest:
            if scope != Assignment.Scope.STORE and not reference:
                continue
            for each in self._shelves.get((scope, reference), ()):
                if each.from_on <= day and (each.until_on is None or each.until_on >= day):
                    return each
        return None


def assignments_for(store: Store) -> AssignmentBook:
    """All assignments of the store, with participation, company and program, in one query."""
    rows: Iterable[Assignment] = (
        Assignment.objects.filter(store=store)
        .select_related("participation", "participation__company", "program")
        .order_by("-from_on")
    )
    shelves: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
    for each in rows:
        shelves[each.scope, each.reference].append(each)
    return AssignmentBook(store.pk, dict(shelves))
