"""Succession (승계): who took whose place, by which paper, told by one person and confirmed by a second; and pairs that look alike but are two companies."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals, records
from accounts.models import Agency, Approval, User
from accounts.models.agency import DecisionKind
from companies import numbers, permissions
from companies.models import Company, DistinctPair, Sight, Succession
from ground import clock, files
from ground.audit import because
from ground.errors import RuleBroken
from ground.models import StoredFile
from ground.spoken import day_in


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

    It counts once a second person agreed and it was confirmed. Locks both companies. Refused: `not_staff`, `not_seen`
    (the agency sees both), `not_yet`, `succeeded` (one of them is closed already), `circle` (the successor itself came
    from the former), `corporate_differs` (a branch has its head office's corporate number), `merged` (two records of one
    company are merged instead), `file_…`, `not_valid` (also when one is asked for already).
    """
    permissions.require_staff(by, agency)
    with transaction.atomic():
        found = _locked(agency, former=former, successor=successor)
        if on > clock.today():
            raise RuleBroken("not_yet", _("This day has not come yet."), ("on",))
        _require_fitting(found["former"], found["successor"], kind)
        made = Succession(
            agency=agency, former=found["former"], successor=found["successor"], kind=kind, on=on,
            document=document.strip(), recorded_by=by, file=files.keep(upload, kind=StoredFile.Kind.DOCUMENT),
        )  # fmt: skip
        records.put(made)
        _ask(made, by)
    return made


def confirm(succession: Succession, *, by: User) -> Succession:
    """It counts from now on, since a second person agreed to exactly this. Except for a branch, the former's record is
    closed: nothing is moved, nobody changes it or applies with it.

    Locks both companies, then the succession. Refused: `not_staff`, `already_taken_back`, `not_open` (confirmed already), `second_person`,
    `paper_not_passed` (the check of files has refused the paper or not answered), `succeeded`, `circle`,
    `corporate_differs`, `merged` (as `record`, for what happened since).
    """
    with transaction.atomic():
        row = _open(succession, by)
        if row.confirmed_at is not None:
            raise RuleBroken("not_open", _("This is confirmed already."))
        if not row.file.has_passed:
            raise RuleBroken(
                "paper_not_passed",
                _("The paper has not passed the check of files. Wait for it, or enter another paper."),
            )
        row.approval = approvals.require(
            agency=row.agency,
            decision=DecisionKind.SUCCESSION,
            subject_id=row.pk,
            digest=_digest(row),
        )
        _require_fitting(row.former, row.successor, row.kind)
        row.confirmed_at = clock.now()
        row.save(update_fields=["approval", "confirmed_at"])
    return row


def put_paper(succession: Succession, *, document: str, upload: File[bytes], by: User) -> Succession:
    """Another paper in the place of one that the check of files refused. What waits is asked about anew, by this paper;
    what is confirmed already holds.

    Locks both companies, then the succession. Refused: `not_staff`, `already_taken_back`, `paper_holds` (it is not
    refused), `file_…`, `not_valid`.
    """
    with transaction.atomic():
        row = _open(succession, by)
        if row.file.passage != StoredFile.Passage.REFUSED:
            raise RuleBroken(
                "paper_holds",
                _("The paper is not refused. Take the succession back to record it by another one."),
            )
        kept = files.keep(upload, kind=StoredFile.Kind.DOCUMENT)
        records.put(row, {"document": document.strip(), "file": kept})
        if row.confirmed_at is None:
            _ask(row, by)
    return row


def take_back(succession: Succession, *, reason: str, by: User) -> Succession:
    """What was recorded by mistake no longer counts; a closed record is open again. The record stays, the reason in its
    history. Locks both companies, then the succession. Refused: `reason_missing`, `not_staff` (of the agency that recorded
    it), `already_taken_back`, `merged` (the two records were merged: what moved does not come back by this)."""
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why it is taken back."), ("reason",))
    with because(reason.strip()), transaction.atomic():
        row = _open(succession, by)
        if row.kind == Succession.Kind.DUPLICATE:
            raise RuleBroken("merged", _("These two records were merged; that is not taken back."))
        row.taken_back_at = clock.now()
        row.save(update_fields=["taken_back_at"])
    return row


def approval_of(succession: Succession) -> Approval | None:
    """The question about it as it stands, answered or not. One query."""
    return approvals.latest(
        agency_id=succession.agency_id,
        decision=DecisionKind.SUCCESSION,
        subject_id=succession.pk,
        digest=_digest(succession),
    )


def _ask(row: Succession, by: User) -> Approval:
    return approvals.ask(
        agency=row.agency,
        decision=DecisionKind.SUCCESSION,
        subject=f"{row.former} → {row.successor} ({row.get_kind_display()})",
        subject_id=row.pk,
        digest=_digest(row),
        reason=f"{row.document} ({day_in('ko', row.on)})",
        by=by,
    )


def _digest(row: Succession) -> str:
    return approvals.fingerprint(
        [str(row.former_id), str(row.successor_id), row.kind, str(row.on), row.document, str(row.file_id)]
    )


def _open(succession: Succession, by: User) -> Succession:
    """The succession, locked after its companies, for staff of the agency that recorded it."""
    list(
        Company.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[succession.former_id, succession.successor_id])
        .order_by("pk")
    )
    row = (
        Succession.objects.select_for_update(of=("self",))
        .select_related("agency", "file", "former", "successor")
        .get(pk=succession.pk)
    )
    permissions.require_staff(by, row.agency)
    if row.taken_back_at is not None:
        raise RuleBroken("already_taken_back", _("This has been taken back already."))
    return row


def _require_fitting(old: Company, new: Company, kind: str) -> None:
    if kind == Succession.Kind.DUPLICATE:
        raise RuleBroken(
            "merged", _("Two records of one company are merged, in steps of their own."), ("kind",)
        )
    for field, company in (("former", old), ("successor", new)):
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


def take_back_apart(pair: DistinctPair, *, reason: str, by: User) -> DistinctPair:
    """The pair is looked at again: it stands among those that look alike. The record stays, the reason in its history.

    Locks the pair. Refused: `reason_missing`, `not_staff` (of the agency that told them apart), `already_taken_back`.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why it is taken back."), ("reason",))
    with because(reason.strip()), transaction.atomic():
        row = DistinctPair.objects.select_for_update(of=("self",)).select_related("agency").get(pk=pair.pk)
        permissions.require_staff(by, row.agency)
        if row.taken_back_at is not None:
            raise RuleBroken("already_taken_back", _("This has been taken back already."))
        row.taken_back_at = clock.now()
        row.save(update_fields=["taken_back_at"])
    return row


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
