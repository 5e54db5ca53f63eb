"""Ending an accepted agreement (협약 해지): the company asks, an officer of the agency agrees or refuses.

The day that both name is the last one of taking part; it belongs to the agreement whole, in Seoul. Agreed to on that day or later, the
agreement ends at once; agreed to ahead, it stays in force until the day is over and then ends by itself (`end_due`).

What ends with it, and what stays, is said by `leaving` and is the same as where the agency ends it by itself. Notices of Korean
programs bar companies that step back on their own from later ones, for up to two years (www.djtp.or.kr, call 7294): such a
ban is a decision of its own and is entered with the company.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from companies.models import Member
from ground import clock, cut, letters
from ground.audit import because
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.reasons import own
from programs.domain import agreement, lasting, leaving, selection, tasks
from programs.models import Application, Call, EndRequest, Participation
from programs.models.participation import Task
from programs.permissions import require_service
from programs.queries.readers import correspondents, officers_of

TAKEN_BACK = own(gettext_noop("request taken back"))

log = structlog.get_logger()
State = EndRequest.State
ANSWER_WITHIN = dt.timedelta(days=7)


def ask(participation: Participation, *, last_on: dt.date, reason: str, by: User) -> EndRequest:
    """The company's owner asks that the accepted agreement ends with `last_on`. Nothing ends yet: the agency gets a task, due
    in a week, or on that day if it comes sooner; its officers and the company's members are written to.

    Twice is once: what waits and asks the same is found. Refused: `not_owner`, `not_agreed` (not accepted, or over), `reason_missing`, `end_agreed` (a
    last day is agreed already), `last_day_early` (before it was accepted), `last_day_after_program`. Locks application and participation.
    """
    said = reason_of(reason)
    with transaction.atomic(), because(said):
        row = locked_by_owner(participation, by)
        if (known := waiting_of(row)) is not None and not known.is_to_go_on:
            return known
        if row.state != Participation.State.AGREED:
            raise RuleBroken("not_agreed", _("Only an agreement in force can be ended. Write to the agency."))
        if row.last_on is not None:  # that it goes on is asked for by `going_on`
            raise RuleBroken("end_agreed", lasting.why_it_ends(row.last_on))
        _check_last_day(row, last_on)
        return put(EndRequest(reason=said, last_on=last_on, asked_by=by), row)


def reason_of(typed: str) -> str:
    """Why the company asks. Refused: `reason_missing`."""
    if not (said := typed.strip()):
        raise RuleBroken("reason_missing", _("Say why: the agency decides by it."), ("reason",))
    return said


def put(asked: EndRequest, row: Participation) -> EndRequest:
    """Write down what is asked of a locked participation now, with the agency's task and letters to both sides."""
    asked.agency_id, asked.participation, asked.asked_at = row.agency_id, row, clock.now()
    asked.save()
    _await_answer(asked, row)
    tell("agreement_go_on_asked" if asked.is_to_go_on else "agreement_end_asked", asked, row)
    return asked


def _await_answer(asked: EndRequest, row: Participation) -> None:
    """The agency's task: due in a week, or on the last day if that is to come and comes sooner. A request to go on is over with that
    day, so it is never due after it."""
    today, last_on = clock.today(), asked.last_on
    week = today + ANSWER_WITHIN
    said = dict.fromkeys(("ko", "en"), "")
    if asked.is_to_go_on:
        for code in said:
            with translation.override(code):
                said[code] = f" ({_('asks to go on')})"
    tasks.open_task(
        agency=row.program.agency,
        side=Task.Side.AGENCY,
        kind=Task.Kind.END,
        subject_id=row.pk,
        subject=f"{row.number} {row.company.name_ko}{said['ko']}",
        subject_en=row.company.name_en and f"{row.number} {row.company.name_en}{said['en']}",
        due_on=min(week, last_on) if asked.is_to_go_on or last_on > today else week,
    )


def take_back(participation: Participation, *, by: User) -> EndRequest | None:
    """The company's owner takes back what waits, whatever it asks; the agreement stays as it is. Twice is once; None where nothing was ever asked.

    Refused: `not_owner`, `answered_already`. Locks application, participation and the request.
    """
    with transaction.atomic(), because(TAKEN_BACK):
        row = locked_by_owner(participation, by)
        asked = _latest(row)
        if asked is None or asked.state == State.TAKEN_BACK:
            return asked
        if asked.state != State.WAITING:
            raise RuleBroken("answered_already", _("The agency has answered already."))
        asked.state, asked.answered_at, asked.answered_by = State.TAKEN_BACK, clock.now(), by
        asked.save(update_fields=["state", "answered_at", "answered_by"])
        tasks.close_task(kind=Task.Kind.END, subject_id=row.pk, side=Task.Side.AGENCY)
        tell("agreement_end_taken_back", asked, row)
    return asked


def accept(
    participation: Participation,
    *,
    by: User,
    asked: UUID | None = None,
    last_on: dt.date | None = None,
    answer: str = "",
) -> EndRequest:
    """The agency agrees, to `last_on` or the day that the company asked for. Up to today it ends at once, as with `agreement.end`;
    with a day to come it stays in force until that day is over, and neither side takes that back alone. `asked` is the key of the
    request that was read: a later one is not answered with it.

    Refused: `not_your_agency`, `nothing_asked`, `last_day_early`, `last_day_after_program`, and as `agreement.end`. Locks call,
    application, participation and the request.
    """
    with transaction.atomic():
        row, request = locked_request(participation, asked, by)
        if request.is_to_go_on:
            raise nothing_asked()
        until_on = last_on or request.last_on
        is_ahead = until_on > clock.today()
        _check_last_day(row, until_on, may_outlast=not is_ahead)
        reply(request, State.ACCEPTED, answer, by, ended_on=until_on)
        open_ones = leaving.outlook(row, until_on)
        if is_ahead:
            with because(request.reason, last_on=until_on.isoformat(), end_request=str(request.pk)):
                leaving.agree_on_last_day(row, until_on)
        else:
            agreement.end(row, reason=request.reason, by=by, last_on=until_on)
        tell(
            "agreement_end_answered",
            request,
            row,
            is_ahead=is_ahead,
            ended_at_once=not is_ahead,
            open=open_ones,
        )
    return request


def step_back(application: Application, *, reason: str, by: User, last_on: dt.date | None = None) -> None:
    """An officer records that the company steps back. From an agreement in force its request to end it is entered on its behalf and agreed
    to, so it ends with `last_on` (today when none is given) as agreed with the company, with letters to both sides. Of any other
    application as `selection.withdraw`.

    Refused: as `selection.withdraw`, `end_agreed` (a last day is agreed already), `last_day_early`. Locks as `accept`.
    """
    with transaction.atomic(), because(reason.strip()):
        found = Participation.objects.filter(application=application).first()
        row = found and _locked_from_call(found.pk)
        if row is None or row.state != Participation.State.AGREED:
            selection.withdraw(application, reason=reason, by=by, last_on=last_on)
            return
        require_service(by, row.program.agency)
        lasting.refuse_while_asked(row)
        if row.last_on is not None:
            raise RuleBroken("end_agreed", lasting.why_it_ends(row.last_on))
        until_on = last_on or clock.today()
        if until_on > clock.today():
            raise leaving.later()
        EndRequest.objects.create(
            agency_id=row.agency_id,
            participation=row,
            reason=reason_of(reason),
            last_on=until_on,
            asked_at=clock.now(),
            asked_by=by,
        )
        accept(row, by=by)


def end_due() -> int:
    """Every hour, first just after midnight in Seoul: end the agreements whose agreed last day is over, with letters to both sides;
    how many. What a standstill left is made up for; twice is once. Each in a transaction of its own, so that one which fails
    waits for the next hour alone. Locks as `accept`."""
    due = Participation.objects.ends_ahead().filter(last_on__lt=clock.today())
    return sum(_guarded(key) for key in due.order_by("last_on", "pk").values_list("pk", flat=True))


def _guarded(key: UUID) -> bool:
    try:
        return _end_due(key)
    except Exception as error:
        log.error("agreement_end.failed", participation=str(key), exc_info=error)
        return False


def _end_due(key: UUID) -> bool:
    with transaction.atomic():
        row = _locked_from_call(key)
        if row.ends_with is None or not row.is_over_on(clock.today()):
            return False
        request = agreed_on(row)
        assert row.last_on is not None
        open_ones = leaving.outlook(row, row.last_on)
        _give_up_waiting(row)
        with because(request.reason):
            if row.application is not None and row.application.status == Application.Status.AGREED:
                selection.step_back(row.application, reason=request.reason, last_on=row.last_on)
            else:
                leaving.leave(row, last_on=row.last_on, reason=request.reason)
        tell("agreement_ended", request, row, open=open_ones)
    return True


def _give_up_waiting(row: Participation) -> None:
    """What still asks that the agreement goes on is over with its last day; the letter about the end answers it."""
    waiting = EndRequest.objects.to_go_on().filter(participation=row)
    if waiting.update(state=State.OVER, answered_at=clock.now()):
        tasks.close_task(kind=Task.Kind.END, subject_id=row.pk, side=Task.Side.AGENCY)


def refuse(participation: Participation, *, reason: str, by: User, asked: UUID | None = None) -> EndRequest:
    """The agency does not agree to what was read (`asked`, as in `accept`): the agreement goes on, or ends with the day that is agreed,
    and the company may ask again.

    Refused: `not_your_agency`, `nothing_asked`, `reason_missing`. Locks call, application, participation and the request.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why: the company reads it."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        row, request = locked_request(participation, asked, by)
        reply(request, State.REFUSED, reason, by)
        tell("agreement_go_on_answered" if request.is_to_go_on else "agreement_end_answered", request, row)
    return request


def waiting_of(participation: Participation) -> EndRequest | None:
    """What the agency has still to answer. One query."""
    return EndRequest.objects.waiting().filter(participation=participation).first()


def agreed_on(participation: Participation) -> EndRequest:
    """The request to which the agency agreed, of an agreement whose last day is agreed. One query."""
    found = participation.end_requests.standing().filter(ended_on=participation.last_on).first()
    assert found is not None
    return found


def reply(asked: EndRequest, state: str, answer: str, by: User, *, ended_on: dt.date | None = None) -> None:
    """Write the agency's answer down, and close its task."""
    asked.state, asked.answer, asked.ended_on = state, answer.strip(), ended_on
    asked.answered_at, asked.answered_by = clock.now(), by
    asked.save(update_fields=["state", "answer", "ended_on", "answered_at", "answered_by"])
    tasks.close_task(kind=Task.Kind.END, subject_id=asked.participation_id, side=Task.Side.AGENCY)


def _check_last_day(row: Participation, last_on: dt.date, *, may_outlast: bool = False) -> None:
    """`may_outlast`: an agreement whose program is over already may still be ended."""
    assert row.agreed_at is not None
    if last_on < row.agreed_at.astimezone(SEOUL).date():
        raise RuleBroken(
            "last_day_early", _("Choose a day on which the agreement was in force."), ("last_on",)
        )
    if last_on > row.program.ends_on and not may_outlast:
        raise RuleBroken(
            "last_day_after_program",
            _("The program ends before this day. Choose an earlier one."),
            ("last_on",),
        )


def _latest(row: Participation) -> EndRequest | None:
    return EndRequest.objects.select_for_update(of=("self",)).filter(participation=row).first()


def locked_by_owner(participation: Participation, owner: User) -> Participation:
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


def locked_request(
    participation: Participation, key: UUID | None, by: User
) -> tuple[Participation, EndRequest]:
    """The participation, and what waits, with this key if one is given."""
    row = _locked_from_call(participation.pk)
    require_service(by, row.program.agency)
    asked = _latest(row)
    if asked is None or asked.state != State.WAITING or key not in (None, asked.pk):
        raise nothing_asked()
    return row, asked


def nothing_asked() -> RuleBroken:
    return RuleBroken("nothing_asked", _("The company does not ask for it (any more). Load the page again."))


def _locked_from_call(key: UUID) -> Participation:
    """In the order of `selection.withdraw`: call, application, participation. Waits for reports before."""
    cut.join()
    found = Participation.objects.filter(pk=key).values("application", "application__call").get()
    if found["application"] is not None:
        Call.objects.select_for_update(of=("self",), no_key=True).get(pk=found["application__call"])
        Application.objects.select_for_update(of=("self",)).get(pk=found["application"])
    return (
        Participation.objects.select_for_update(of=("self",))
        .select_related("program__agency", "company", "application__call")
        .get(pk=key)
    )


def tell(letter: str, asked: EndRequest, row: Participation, **more: Any) -> None:
    """The company's owners and editors and the agency's officers, each with what is theirs to do. `more`: what else the letter says."""
    facts = {
        "participation": row,
        "company": row.company,
        "program": row.program,
        "call": row.application and row.application.call,
        "asked": asked,
        "is_ahead": False,
        "ended_at_once": False,
        "open": None,
        "lacking": 0,
        **more,
    }
    members = correspondents([row.company_id])[row.company_id]
    for readers, is_agency in ((members, False), (officers_of(row.program.agency_id), True)):
        for reader in readers:
            letters.write(reader, letter, {**facts, "is_agency": is_agency})
