"""Programs of two agencies support the same sales (기관 간 공동지원): one agency proposes, a writer of the other agrees or refuses.

Each agency speaks for itself: nobody who acted for one of them acts for the other, and each one's own table says whether a second person of its is
needed. The agency asked reads what it agrees to (company, programs, days, shares, reason, paper) and no figure before; then both programs name the
shared sales and the shares, and nothing else of each other.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Agency, User
from accounts.models.agency import DecisionKind
from ground import clock, letters
from ground.audit import because
from ground.errors import RuleBroken, filled
from programs.models import Participation
from programs.permissions import require_service
from programs.queries.readers import officers_of
from reports.domain import cut
from reports.models import SharedSupport

REASON_LENGTH = 300


def check_other(
    carrying: Participation, other: Participation | None, agency: Agency, from_on: dt.date, until_on: dt.date
) -> None:
    """Refused: `other_unknown`, in one sentence whatever is wrong, for the other agency's agreements are not the reader's, nor on which days
    its programs run."""
    if (
        other is None
        or other.company_id != carrying.company_id
        or other.agreed_at is None
        or not other.program.starts_on <= from_on <= until_on <= other.program.ends_on
    ):
        raise unknown(agency)


def check_somebody(agency: Agency) -> None:
    """Refused: `nobody_there`."""
    if not officers_of(agency.pk):
        raise RuleBroken(
            "nobody_there",
            filled(
                _(
                    "Nobody writes for %(agency)s here who could agree. Name it as a body outside, with the paper that shows its support."
                ),
                agency=agency,
            ),
            ("other_agency",),
        )


def unknown(agency: Agency) -> RuleBroken:
    """The other agency has no such agreement; what else it has is not told."""
    return RuleBroken(
        "other_unknown",
        filled(
            _(
                "%(agency)s has no agreement of this company with this number that runs on all of these days. Ask there for the number"
                " and the days."
            ),
            agency=agency,
        ),
        ("other",),
    )


def ask(row: SharedSupport) -> None:
    """The first agency stands behind it: the other one is asked, its writers get a mail. The caller has locked the row and saves it."""
    row.other_asked_at = clock.now()
    _tell(row, _of_other(row), "shared_support_asked", is_other=True)


def agree(row: SharedSupport, *, by: User) -> SharedSupport:
    """The other agency agrees: in force at once, or when its second person does. Twice is once.

    Refused: `not_your_agency`, `taken_back`, `not_asked`, `for_both`. Locks the declaration.
    """
    with transaction.atomic():
        row = _locked(row)
        require_service(by, _of_other(row))
        if row.ended_at is not None:
            raise RuleBroken("taken_back", _("This declaration was taken back."))
        if row.other_asked_at is None:
            raise RuleBroken("not_asked", _("The other agency is not asked yet."))
        if row.other_agreed_at is not None:
            return row
        check_own_person(row, by)
        cut.join()
        row.other_agreed_by, row.other_agreed_at = by, clock.now()
        if approvals.is_needed(_of_other(row), DecisionKind.SHARED_SUPPORT):
            approvals.ask(
                agency=_of_other(row), decision=DecisionKind.SHARED_SUPPORT, subject=str(row)[:200], subject_id=row.pk,
                digest=digest(row), reason=row.reason, by=by,
            )  # fmt: skip
        else:
            row.known_at = row.other_agreed_at
            tell_outcome(row)
        row.save()
    return row


def refuse(row: SharedSupport, *, reason: str, by: User) -> SharedSupport:
    """The other agency does not agree: the proposal ends with its reason and stays on record. Twice is once.

    Refused: `not_your_agency`, `reason_missing`, `not_asked`, `agreed_already`, `for_both`. Locks the declaration.
    """
    reason = reason.strip()[:REASON_LENGTH]
    with transaction.atomic(), because(reason):
        row = _locked(row)
        require_service(by, _of_other(row))
        if row.ended_at is not None:
            return row
        if row.other_asked_at is None:
            raise RuleBroken("not_asked", _("The other agency is not asked yet."))
        if row.other_agreed_at is not None:
            raise RuleBroken(
                "agreed_already", _("Your agency agreed already. Take the declaration back instead.")
            )
        if not reason:
            raise RuleBroken("reason_missing", _("Say why you refuse."), ("reason",))
        check_own_person(row, by)
        row.ended_at, row.ended_by, row.end_reason = clock.now(), by, reason
        row.save()
        tell_outcome(row)
    return row


def check_own_person(row: SharedSupport, by: User) -> None:
    """Refused: `for_both`, where the person acted for the agency that proposes."""
    if by.pk in {row.declared_by_id, row.agreed_by_id}:
        raise RuleBroken(
            "for_both",
            _("You acted for the agency that proposes it: somebody else must answer for the other one."),
        )


def tell_outcome(row: SharedSupport) -> None:
    """The agency that proposed it reads what came of it."""
    _tell(row, row.carrying.agency, "shared_support_answered", is_other=False)


def tell_taken_back(row: SharedSupport, by: User) -> None:
    """Both agencies' writers read that it was taken back, and why; not who did it."""
    for agency, is_other in ((row.carrying.agency, False), (_of_other(row), True)):
        _tell(row, agency, "shared_support_answered", is_other=is_other, but=by, is_taken_back=True)


def digest(row: SharedSupport) -> str:
    """The fingerprint of what a second person agrees to."""
    facts = [
        row.carrying_id,
        row.other_id,
        row.from_on,
        row.until_on,
        f"{row.carrying_percent:.1f}",
        f"{row.other_percent:.1f}",
    ]
    if row.other_id is None:
        facts += [row.outside_body, row.outside_program, f"{row.outside_amount or 0:.0f}"]
    return approvals.fingerprint(facts + ([row.file.sha256] if row.file else []))


def _tell(
    row: SharedSupport,
    agency: Agency,
    letter: str,
    *,
    is_other: bool,
    but: User | None = None,
    is_taken_back: bool = False,
) -> None:
    facts: dict[str, Any] = {
        "row": row,
        "company": row.company,
        "partner": row.carrying.agency if is_other else _of_other(row),
        "own": row.other.program if is_other and row.other else row.carrying.program,
        "theirs": row.carrying.program if is_other else row.partner,
        "is_taken_back": is_taken_back,
        "path": reverse("admin:reports_sharedsupport_change", args=[row.pk]),
    }
    for officer in officers_of(agency.pk):
        if officer != but:
            letters.write(officer, letter, facts)


def _of_other(row: SharedSupport) -> Agency:
    assert row.other_agency is not None
    return row.other_agency


def _locked(row: SharedSupport) -> SharedSupport:
    found = SharedSupport.objects.locked().filter(pk=row.pk).first()
    if found is None or not found.is_across:
        raise RuleBroken("not_asked", _("The other agency is not asked yet."))
    return found
