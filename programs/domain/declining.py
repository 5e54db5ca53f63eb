"""Declining (참여 포기): the company gives up an agreement that was offered to it, before it has accepted it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Member
from ground import letters
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain import intake, leaving
from programs.models import Application, Participation
from programs.queries.readers import correspondents, officers_of


def decline(participation: Participation, *, by: User, reason: str = "") -> Participation:
    """The company's owner declines the offered agreement, also after the last day to accept it. Its place is free, what was
    planned for it ends, its application counts as withdrawn; its members are written to, and the officers, who fill the place.

    Twice is once. Refused: `not_owner`, `not_offered` (one that was accepted is ended by the agency, for it may have consequences). Locks
    the application, then the participation.
    """
    said = reason.strip() or str(_("The company declined the agreement."))
    with transaction.atomic(), because(said):
        application = None
        if participation.application_id is not None:
            application = (
                Application.objects.select_for_update(of=("self",))
                .select_related("company", "call__agency")
                .get(pk=participation.application_id)
            )
        row = (
            Participation.objects.select_for_update(of=("self",))
            .select_related("program__agency", "company")
            .get(pk=participation.pk)
        )
        owners = Member.objects.filter(company=row.company_id, user=by, ended_at__isnull=True)
        if not owners.filter(role=Member.Role.OWNER).exists():
            raise RuleBroken("not_owner", _("Only an owner of the company can decline the agreement."))
        if row.state == Participation.State.ENDED and row.agreed_at is None:
            return row
        if row.state != Participation.State.OFFERED:
            raise RuleBroken(
                "not_offered",
                _("Only an agreement that waits for acceptance can be declined here. Write to the agency."),
            )
        leaving.leave(row, last_on=None, reason=said)
        if application is not None and application.status == Application.Status.SELECTED:
            application.status = Application.Status.WITHDRAWN
            application.save(update_fields=["status"])
            intake.close_tasks(application)
        _tell(row, application, reason.strip())
    return row


def _tell(row: Participation, application: Application | None, reason: str) -> None:
    facts = {
        "participation": row,
        "company": row.company,
        "program": row.program,
        "call": application and application.call,
        "reason": reason,
    }
    members = correspondents([row.company_id])[row.company_id]
    for readers, is_agency in ((members, False), (officers_of(row.program.agency_id), True)):
        for reader in readers:
            letters.write(reader, "agreement_declined", {**facts, "is_agency": is_agency})
