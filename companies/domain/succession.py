"""Succession (승계): who took whose place, by which paper; and pairs that look alike but are two companies."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import records
from accounts.models import Agency, User
from companies import numbers, permissions
from companies.models import Company, DistinctPair, Sight, Succession
from ground import clock, files
from ground.audit import because
from ground.errors import RuleBroken
from ground.models import StoredFile


def record(
    *,
    agency: Agency,
    former: str,
    successor: str,
    kind: str,
    on: dt.date,
    document: str,
    upload: File[bytes],
    by: User,
) -> Succession:
    """Record that `successor` stands in the place of `former` (business numbers) since a day, with the paper that says so.

    Except for a branch, the former's record is closed from now on: nothing is moved, nobody changes it or applies with it.
    Locks both companies. Refused: `not_staff`, `not_seen` (the agency sees both), `not_yet`, `succeeded` (one of them is
    closed already), `circle` (the successor itself came from the former), `corporate_differs` (a branch has its head
    office's corporate number), `file_…`, `not_valid`.
    """
    permissions.require_staff(by, agency)
    with transaction.atomic():
        found = _locked(agency, former=former, successor=successor)
        old, new = found["former"], found["successor"]
        if on > clock.today():
            raise RuleBroken("not_yet", _("This day has not come yet."), ("on",))
        for field, company in found.items():
            permissions.require_not_succeeded(company.pk, field)
        if old.pk in _successors_of(new.pk):
            raise RuleBroken(
                "circle", _("The successor itself came from this company: look at its page."), ("successor",)
            )
        if kind == Succession.Kind.BRANCH and (
            not old.corporate_number or old.corporate_number != new.corporate_number
        ):
            raise RuleBroken(
                "corporate_differs",
                _("A branch and its head office have the same corporate number: enter it at both first."),
                ("kind",),
            )
        made = Succession(
            agency=agency, former=old, successor=new, kind=kind, on=on, document=document.strip(), recorded_by=by,
            file=files.keep(upload, kind=StoredFile.Kind.DOCUMENT),
        )  # fmt: skip
        records.put(made)
    return made


def take_back(succession: Succession, *, reason: str, by: User) -> Succession:
    """What was recorded by mistake no longer counts; a closed record is open again. The record stays, the reason in its
    history. Locks the succession. Refused: `reason_missing`, `not_staff` (of the agency that recorded it),
    `already_taken_back`."""
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why it is taken back."), ("reason",))
    with because(reason.strip()), transaction.atomic():
        row = Succession.objects.select_for_update(of=("self",)).get(pk=succession.pk)
        permissions.require_staff(by, row.agency)
        if row.taken_back_at is not None:
            raise RuleBroken("already_taken_back", _("This has been taken back already."))
        row.taken_back_at = clock.now()
        row.save(update_fields=["taken_back_at"])
    return row


def tell_apart(*, agency: Agency, first: UUID, second: UUID, reason: str, by: User) -> DistinctPair:
    """The agency looked at a pair that looks alike: they are two companies, and why. The pair is not shown to it again.

    Refused: `not_staff`, `reason_missing`, `not_seen` (the agency sees both), `not_valid` (said already, or one company).
    """
    permissions.require_staff(by, agency)
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say how you know that these are two companies."), ("reason",))
    if Sight.objects.filter(agency=agency, company__in={first, second}).count() != 2:
        raise _not_seen()
    low, high = sorted((first, second))
    made = DistinctPair(agency=agency, first_id=low, second_id=high, reason=reason.strip(), decided_by=by)
    records.put(made)
    return made


def _locked(agency: Agency, **wanted: str) -> dict[str, Company]:
    """Both companies by their numbers, locked in the order of their keys. One that does not exist and one that the agency
    does not see are told by the same sentence."""
    cleaned = {field: numbers.clean(number) for field, number in wanted.items()}
    rows = (
        Company.objects.select_for_update(of=("self",), no_key=True)
        .filter(business_number__in=cleaned.values(), pk__in=agency.sights.values("company"))
        .order_by("pk")
    )
    known = {company.business_number: company for company in rows}
    for field, number in cleaned.items():
        if number not in known:
            raise _not_seen(field)
    return {field: known[number] for field, number in cleaned.items()}


def _not_seen(*fields: str) -> RuleBroken:
    return RuleBroken("not_seen", _("Your agency does not see this company."), fields)


def _successors_of(company: UUID) -> set[UUID]:
    found: set[UUID] = set()
    step = {company}
    while step:
        rows = Succession.objects.standing().filter(former__in=step)
        step = set(rows.values_list("successor", flat=True)) - found
        found |= step
    return found
