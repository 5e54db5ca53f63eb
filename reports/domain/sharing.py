"""Declaring that two programs support the same sales (공동지원): who carries them, which other program shares them, and how much. The other one
may be another agency's, which is asked and agrees first (`sharing_between`), or a program of a body outside this system: it is named, with what it
granted and the paper that shows it.

A declaration changes no line, no kept sum and no measure: the sales stay with the program that carries them, and both programs name
the shares apart. So a closed month can be declared of, too; what was declared after it was closed is marked as known later.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Agency, Approval, User
from accounts.models.agency import DecisionKind
from accounts.roles import agencies_of
from ground import clock, files
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.models import StoredFile
from programs.models import Participation
from programs.permissions import WRITERS, require_service
from reports.domain import cut, sharing_between
from reports.models import SharedSupport
from reports.models.sharing import Outside

REASON_LENGTH = 300
WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Shares:
    """Whose sales on which days, both included, and the shares in percent. The other side is an agreement, or a body `outside` and its
    program; `outside_amount`: won that this body granted, if known. `other_agency`: whose agreement was asked for, also where it has none
    of the number."""

    carrying: Participation
    other: Participation | None
    from_on: dt.date
    until_on: dt.date
    carrying_percent: Decimal
    other_percent: Decimal
    outside: Outside | None = None
    outside_amount: Decimal | None = None
    other_agency: Agency | None = None


def declare(
    shares: Shares, *, reason: str, by: User, document: str = "", upload: File[bytes] | None = None
) -> SharedSupport:
    """The other program supports these sales, too. In force at once, or when a second person agrees, as the agency's table says; of another agency's
    program when that agency agrees, which is asked once the own one stands behind it.

    Refused: `not_your_agency`, `reason_missing`, `one_partner`, `outside_unnamed`, `document_missing` (of a body outside nothing else is here),
    `amount_wrong`, `same_program`, `other_company`, `not_agreed`, `nobody_there`, `shares_wrong`, `days_wrong`, `outside_programs`,
    `overlap`, as `files.keep`, and when nothing else is wrong `other_unknown`: so nothing that is typed wrong on purpose tells which
    agreements another agency has. Locks both participations.
    """
    reason = reason.strip()[:REASON_LENGTH]
    with transaction.atomic():
        if (shares.other is None and shares.other_agency is None) == (shares.outside is None):
            raise RuleBroken(
                "one_partner", _("Name the other agreement, or a body outside and its program: one of the two."), ("other",)
            )  # fmt: skip
        ids = sorted(each.pk for each in (shares.carrying, shares.other) if each)
        locked = {
            each.pk: each
            for each in Participation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency", "program__agency", "company")
            .filter(pk__in=ids)
            .order_by("pk")
        }
        carrying, other = locked[shares.carrying.pk], locked[shares.other.pk] if shares.other else None
        require_service(by, carrying.agency)
        if not reason:
            raise RuleBroken("reason_missing", _("Say why both programs support these sales."), ("reason",))
        other_agency = other.agency if other else shares.other_agency
        across = other_agency if other is None or other_agency != carrying.agency else None
        if across is not None:
            _check_agreed((carrying, "carrying"))
            sharing_between.check_somebody(across)
        else:
            _check_both(carrying, other)
        outside = _outside(shares, has_file=upload is not None)
        _check_shares(shares)
        _check_days(shares, carrying, other if across is None else None)
        file = files.keep(upload, kind=StoredFile.Kind.EVIDENCE) if upload else None
        if across is not None:
            sharing_between.check_other(carrying, other, across, shares.from_on, shares.until_on)
        is_two = approvals.is_needed(carrying.agency, DecisionKind.SHARED_SUPPORT)
        cut.join()
        now = clock.now()
        row = SharedSupport.objects.create(
            agency_id=carrying.agency_id, company=carrying.company, carrying=carrying, other=other, other_agency=other_agency,
            from_on=shares.from_on, until_on=shares.until_on, carrying_percent=shares.carrying_percent,
            other_percent=shares.other_percent, reason=reason, document=document.strip()[:120], declared_by=by, declared_at=now,
            known_at=None if is_two or across else now, outside_body=outside.body if outside else "",
            outside_program=outside.program if outside else "", outside_amount=shares.outside_amount if outside else None,
            file=file,
        )  # fmt: skip
        if is_two:
            approvals.ask(
                agency=carrying.agency, decision=DecisionKind.SHARED_SUPPORT, subject=str(row)[:200], subject_id=row.pk,
                digest=sharing_between.digest(row), reason=reason, by=by,
            )  # fmt: skip
        elif across is not None:
            sharing_between.ask(row)
            row.save(update_fields=["other_asked_at"])
    return row


@approvals.answered_by(DecisionKind.SHARED_SUPPORT, carries_out=True)
def answer(approval: Approval, *, by: User, grant: bool, reason: str = "") -> Approval:
    """Agree, and the declaration is in force at once, or another agency is asked; or refuse with a reason, which ends it. Refused as
    `approvals.answer`, `taken_back`, and `for_both`. Locks the declaration."""
    with transaction.atomic():
        row = SharedSupport.objects.locked().get(pk=approval.subject_id)
        is_of_other = row.is_across and approval.agency_id == row.other_agency_id
        answered = approvals.answer(approval, by=by, grant=grant, reason=reason)
        if is_of_other:
            sharing_between.check_own_person(row, by)
        if grant and row.ended_at is not None:
            raise RuleBroken("taken_back", _("This declaration was taken back."))
        if row.ended_at is None:
            cut.join()
            with because(answered.answer_reason or answered.reason):
                if not grant:
                    row.ended_at, row.ended_by = clock.now(), by
                    row.end_reason = answered.answer_reason[:REASON_LENGTH]
                elif is_of_other:
                    row.known_at, row.other_confirmed_by = clock.now(), by
                else:
                    row.agreed_by = by
                    if row.is_across:
                        sharing_between.ask(row)
                    else:
                        row.known_at = clock.now()
                row.save()
                if is_of_other:
                    sharing_between.tell_outcome(row)
    return answered


def take_back(row: SharedSupport, *, reason: str, by: User) -> SharedSupport:
    """The sales are the carrying program's alone again, with a reason; the declaration stays on record. Twice is once. Of two agencies each may,
    the one that was asked once it agreed; both get a mail.

    Refused: `not_your_agency`, `reason_missing`. Locks the declaration; an open question about it ends.
    """
    reason = reason.strip()[:REASON_LENGTH]
    with transaction.atomic(), because(reason):
        row = SharedSupport.objects.locked().get(pk=row.pk)
        require_service(by, _agency_of(row, by))
        if row.ended_at is not None:
            return row
        if not reason:
            raise RuleBroken("reason_missing", _("Say why the declaration is taken back."), ("reason",))
        cut.join()
        row.ended_at, row.ended_by, row.end_reason = clock.now(), by, reason
        row.save(update_fields=["ended_at", "ended_by", "end_reason"])
        questions_of(row.pk).open().delete()
        if row.is_across and row.other_asked_at is not None:
            sharing_between.tell_taken_back(row, by)
    return row


def _agency_of(row: SharedSupport, by: User) -> Agency:
    """For which of both the person writes, once the other one agreed; else the one that declared it."""
    other = row.other_agency
    if row.is_across and row.other_agreed_at is not None and other in agencies_of(by, *WRITERS):
        assert other is not None
        return other
    return row.carrying.agency


def questions_of(pk: UUID):  # type: ignore[no-untyped-def]
    return Approval.objects.filter(decision=DecisionKind.SHARED_SUPPORT, subject_id=pk)


def _outside(shares: Shares, *, has_file: bool) -> Outside | None:
    if shares.outside is None:
        return None
    found = Outside(shares.outside.body.strip()[:60], shares.outside.program.strip()[:160])
    if not found.body or not found.program:
        raise RuleBroken(
            "outside_unnamed", _("Name the body and its program."), ("outside_program" if found.body else "outside_body",)
        )  # fmt: skip
    if not has_file:
        raise RuleBroken(
            "document_missing",
            _("Add the paper by which the body outside supports them: nothing else of it is here."),
            ("upload",),
        )
    if shares.outside_amount is not None and shares.outside_amount <= 0:
        raise RuleBroken("amount_wrong", _("The amount is more than 0 won."), ("outside_amount",))
    return found


def _check_both(carrying: Participation, other: Participation | None) -> None:
    if other is None:
        _check_agreed((carrying, "carrying"))
        return
    if carrying.program_id == other.program_id:
        raise RuleBroken(
            "same_program", _("Name two programs: one carries the sales, the other supports them, too."), ("other",)
        )  # fmt: skip
    if carrying.company_id != other.company_id:
        raise RuleBroken(
            "other_company",
            _("The two agreements are of different companies. Only one company's own sales can be shared."),
            ("other",),
        )
    _check_agreed((carrying, "carrying"), (other, "other"))


def _check_agreed(*parts: tuple[Participation, str]) -> None:
    for each, name in parts:
        if each.agreed_at is None:
            raise RuleBroken(
                "not_agreed",
                filled(_("The company has not agreed to %(number)s yet."), number=each.number),
                (name,),
            )


def _check_shares(shares: Shares) -> None:
    both = (shares.carrying_percent, shares.other_percent)
    if any(each <= 0 or each != round(each, 1) for each in both) or sum(both) != WHOLE:
        raise RuleBroken(
            "shares_wrong",
            _("Both shares are above 0 %, with one decimal at most, and sum to 100 %."),
            ("other_percent",),
        )


def _check_days(shares: Shares, carrying: Participation, other: Participation | None) -> None:
    if shares.until_on < shares.from_on:
        raise RuleBroken("days_wrong", _("The last day lies before the first."), ("until_on",))
    programs = [each.program for each in (carrying, other) if each]
    first, last = max(each.starts_on for each in programs), min(each.ends_on for each in programs)
    if first > last:
        raise RuleBroken("outside_programs", _("The two programs have no day in common."), ("from_on",))
    if shares.from_on < first or shares.until_on > last:
        raise RuleBroken(
            "outside_programs",
            filled(
                _("Both programs run from %(first)s to %(last)s: the days must lie in it.")
                if other
                else _("The program runs from %(first)s to %(last)s: the days must lie in it."),
                first=first,
                last=last,
            ),
            ("from_on",),
        )
    known = (
        SharedSupport.objects.standing()
        .filter(carrying=carrying, from_on__lte=shares.until_on, until_on__gte=shares.from_on)
        .select_related("other__program")
        .first()
    )
    if known is not None:
        raise RuleBroken(
            "overlap",
            filled(
                _(
                    "From %(first)s to %(last)s these sales are shared with %(program)s already. Take that back first,"
                    " or choose other days."
                ),
                first=known.from_on,
                last=known.until_on,
                program=known.shown_code,
            ),
            ("from_on",),
        )
