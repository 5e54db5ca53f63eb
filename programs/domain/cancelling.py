"""Cancelling a published call (공고 취소): it ends for all, by two persons, with a reason that stands on the notice.

What companies wrote and handed in stays as it is, with its receipts and files.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain import intake
from programs.domain.publishing import check_length, lock_published
from programs.models import Application, Call


def ask(call: Call, *, reason: str, by: User) -> Approval:
    """Ask a second person to agree to the cancellation for exactly this reason, always. It stands on the notice afterwards.

    A later question takes the place of an earlier one, answered or not. Refused as `cancel`, but for `second_person`; and
    `reason_missing`, `reason_long`. Locks the call.
    """
    with transaction.atomic():
        row = _unreleased(call, by)
        check_length(reason)
        return approvals.ask(
            agency=row.agency,
            decision=DecisionKind.CANCELLING,
            subject=f"{row.code} {row.title_ko}",
            subject_id=row.pk,
            digest=_digest(row, reason),
            reason=reason,
            by=by,
        )


def cancel(call: Call, *, by: User) -> Call:
    """Cancel a published call for the reason that was asked about last, when a second person agreed to it. It cannot be taken
    back.

    From then on nothing is begun, handed in, corrected, screened or decided; what is there stays. Every member of a company
    with a draft or an application is written to, and all open tasks of the call are closed. Locks the call, then its
    applications. Refused: `not_your_agency`, `not_published`, `cancelled`, `released` (results are announced),
    `second_person`.
    """
    with transaction.atomic():
        row = _unreleased(call, by)
        approval = approvals.require(
            agency=row.agency,
            decision=DecisionKind.CANCELLING,
            subject_id=row.pk,
            digest=_digest(row, reason_asked(row)),
        )
        assert approval is not None
        row.cancelled_at, row.cancellation_reason = clock.now(), approval.reason
        with because(approval.reason):
            row.save(update_fields=["cancelled_at", "cancellation_reason"])
        waiting = Application.objects.select_for_update(of=("self",)).filter(call=row).standing()
        for application in waiting.select_related("company").order_by("created_at", "pk"):
            application.call = row
            intake.close_tasks(application)
            intake.tell_members(application, "call_cancelled")
    return row


def _unreleased(call: Call, by: User) -> Call:
    row = lock_published(call, by)
    if row.released_at is not None:
        raise RuleBroken(
            "released", _("The results have been announced: the call cannot be cancelled any more.")
        )
    return row


def reason_asked(call: Call) -> str:
    """The reason for which a second person was asked last to agree; empty when nobody was. One query."""
    asked = Approval.objects.filter(
        agency=call.agency_id, decision=DecisionKind.CANCELLING, subject_id=call.pk
    ).order_by("-created_at", "-pk")
    return asked.values_list("reason", flat=True).first() or ""


def _digest(call: Call, reason: str) -> str:
    return approvals.fingerprint({"cancelled": str(call.pk), "reason": reason.strip()})
