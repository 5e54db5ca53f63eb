"""Ending an accepted agreement (협약 해지): the company asks, an officer of the agency agrees or refuses.

What ends with it, and what stays, is said by `leaving` and is the same as where the agency ends it by itself. Notices of Korean
programs bar companies that step back on their own from later ones, for up to two years (www.djtp.or.kr, call 7294): such a
ban is a decision of its own and is entered with the company.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Member
from ground import clock, cut, letters
from ground.audit import because
from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.domain import agreement, tasks
from programs.models import Application, Call, EndRequest, Participation
from programs.models.participation import Task
from programs.permissions import require_service
from programs.queries.readers import correspondents, officers_of

State = EndRequest.State
ANSWER_WITHIN = dt.timedelta(days=7)


def ask(participation: Participation, *, last_on: dt.date, reason: str, by: User) -> EndRequest:
    """The company's owner asks that the accepted agreement ends with `last_on`. Nothing ends yet: the agency gets a task, due
    in a week or on that day if it is later; its officers and the company's members are written to.

    Twice is once: what waits is found. Refused: `not_owner`, `not_agreed` (not accepted, or over), `reason_missing`,
    `last_day_early` (before it was accepted), `last_day_after_program`. Locks application and participation.
    """
    said = reason.strip()
    if not said:
        raise RuleBroken("reason_missing", _("Say why: the agency decides by it."), ("reason",))
    with transaction.atomic(), because(said):
        row = _locked(participation, by)
        if (known := waiting_of(row)) is not None:
            return known
        if row.state != Participation.State.AGREED:
            raise RuleBroken("not_agreed", _("Only an agreement in force can be ended. Write to the agency."))
        assert row.agreed_at is not None
        if last_on < row.agreed_at.astimezone(SEOUL).date():
            raise RuleBroken(
                "last_day_early", _("Choose a day on which the agreement was in force."), ("last_on",)
            )
        if last_on > row.program.ends_on:
            raise RuleBroken(
                "last_day_after_program",
                _("The program ends before this day. Choose an earlier one."),
                ("last_on",),
            )
        made = EndRequest.objects.create(
            agency_id=row.agency_id,
            participation=row,
            reason=said,
            last_on=last_on,
            asked_at=clock.now(),
            asked_by=by,
        )
        tasks.open_task(
            agency=row.program.agency,
            side=Task.Side.AGENCY,
            kind=Task.Kind.END,
            subject_id=row.pk,
            subject=f"{row.number} {row.company.name_ko}",
            subject_en=row.company.name_en and f"{row.number} {row.company.name_en}",
            due_on=max(clock.today() + ANSWER_WITHIN, last_on),
        )
        _tell("agreement_end_asked", made, row)
    return made


def take_back(participation: Participation, *, by: User) -> EndRequest | None:
    """The company's owner takes back what waits; the agreement goes on. Twice is once; None where nothing was ever asked.

    Refused: `not_owner`, `answered_already`. Locks application, participation and the request.
    """
    with transaction.atomic(), because("request taken back"):
        row = _locked(participation, by)
        asked = _latest(row)
        if asked is None or asked.state == State.TAKEN_BACK:
            return asked
        if asked.state != State.WAITING:
            raise RuleBroken("answered_already", _("The agency has answered already."))
        asked.state, asked.answered_at, asked.answered_by = State.TAKEN_BACK, clock.now(), by
        asked.save(update_fields=["state", "answered_at", "answered_by"])
        tasks.close_task(kind=Task.Kind.END, subject_id=row.pk, side=Task.Side.AGENCY)
        _tell("agreement_end_taken_back", asked, row)
    return asked


def accept(
    participation: Participation,
    *,
    by: User,
    asked: UUID | None = None,
    last_on: dt.date | None = None,
    answer: str = "",
) -> EndRequest:
    """The agency agrees: the participation ends as with `agreement.end`, on `last_on` or the day that the company asked for.
    `asked` is the key of the request that was read: a later one is not answered with it.

    Refused: `not_your_agency`, `nothing_asked`, `last_day_early`, and as `agreement.end`: also a day to come (`last_day_later`),
    which is agreed to once it is there. Locks call, application, participation and the request.
    """
    with transaction.atomic():
        row, request = _locked_request(participation, asked, by)
        until_on = last_on or request.last_on
        assert row.agreed_at is not None
        if until_on < row.agreed_at.astimezone(SEOUL).date():
            raise RuleBroken(
                "last_day_early", _("Choose a day on which the agreement was in force."), ("last_on",)
            )
        _answer(request, State.ACCEPTED, answer, by, ended_on=until_on)
        agreement.end(row, reason=request.reason, by=by, last_on=until_on)
        _tell("agreement_end_answered", request, row)
    return request


def refuse(participation: Participation, *, reason: str, by: User, asked: UUID | None = None) -> EndRequest:
    """The agency does not agree to what was read (`asked`, as in `accept`); the agreement goes on, and the company may ask again.

    Refused: `not_your_agency`, `nothing_asked`, `reason_missing`. Locks call, application, participation and the request.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why: the company reads it."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        row, request = _locked_request(participation, asked, by)
        _answer(request, State.REFUSED, reason, by)
        _tell("agreement_end_answered", request, row)
    return request


def waiting_of(participation: Participation) -> EndRequest | None:
    """What the agency has still to answer. One query."""
    return EndRequest.objects.waiting().filter(participation=participation).first()


def _answer(asked: EndRequest, state: str, answer: str, by: User, *, ended_on: dt.date | None = None) -> None:
    asked.state, asked.answer, asked.ended_on = state, answer.strip(), ended_on
    asked.answered_at, asked.answered_by = clock.now(), by
    asked.save(update_fields=["state", "answer", "ended_on", "answered_at", "answered_by"])
    tasks.close_task(kind=Task.Kind.END, subject_id=asked.participation_id, side=Task.Side.AGENCY)


def _latest(row: Participation) -> EndRequest | None:
    return EndRequest.objects.select_for_update(of=("self",)).filter(participation=row).first()


def _locked(participation: Participation, owner: User) -> Participation:
    """The participation of the owner's company, locked after its application as in `declining`."""
    if participation.application_id is not None:
        Application.objects.select_for_update(of=("self",), no_key=True).get(pk=participation.application_id)
    row = (
        Participation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("program__agency", "company", "application__call")
        .get(pk=participation.pk)
    )
    owners = Member.objects.filter(company=row.company_id, user=owner, ended_at__isnull=True)
    if not owners.filter(role=Member.Role.OWNER).exists():
        raise RuleBroken("not_owner", _("Only an owner of the company can ask to end the agreement."))
    return row


def _locked_request(
    participation: Participation, key: UUID | None, by: User
) -> tuple[Participation, EndRequest]:
    """In the order of `selection.withdraw`: call, application, participation; then what waits, with this key if one is given.
    Waits for reports before."""
    cut.join()
    if participation.application_id is not None:
        of_call = Application.objects.values("call").get(pk=participation.application_id)
        Call.objects.select_for_update(of=("self",), no_key=True).get(pk=of_call["call"])
        Application.objects.select_for_update(of=("self",)).get(pk=participation.application_id)
    row = (
        Participation.objects.select_for_update(of=("self",))
        .select_related("program__agency", "company", "application__call")
        .get(pk=participation.pk)
    )
    require_service(by, row.program.agency)
    asked = _latest(row)
    if asked is None or asked.state != State.WAITING or key not in (None, asked.pk):
        raise RuleBroken(
            "nothing_asked", _("The company does not ask for it (any more). Load the page again.")
        )
    return row, asked


def _tell(letter: str, asked: EndRequest, row: Participation) -> None:
    """The company's owners and editors and the agency's officers, each with what is theirs to do."""
    facts = {
        "participation": row,
        "company": row.company,
        "program": row.program,
        "call": row.application and row.application.call,
        "asked": asked,
    }
    members = correspondents([row.company_id])[row.company_id]
    for readers, is_agency in ((members, False), (officers_of(row.program.agency_id), True)):
        for reader in readers:
            letters.write(reader, letter, {**facts, "is_agency": is_agency})
