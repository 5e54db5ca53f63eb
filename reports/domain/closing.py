"""Closing a program's month (월 마감), and opening it again: two people each time, months in their order.

A month is closed when it is over, no file waits to be decided on, no line of it waits for a rate, for what its state means or
for its tax, and every sum agrees with its lines. From then on the database refuses any row in it, and its won stay those of
the instant of closing. What becomes known later is booked in the first open month with the day of the event (조정). Only the
last closed month can be opened again; its record stays.

Asking is written down at once; the worker looks at what stands in the way (`look`), because all sums of the month are compared
with their lines for it, and asks the second person. The second person's answer records the decision; the worker carries it
out (`carry_out`), because all rows of the month are hashed for it. What stood in the way, then or before, stands on the month's page.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language

from accounts.domain import approvals
from accounts.models import Approval, User
from accounts.models.agency import DecisionKind
from ground import clock, outbox
from ground.audit import because
from ground.errors import RuleBroken
from ground.models import OutboxEvent
from ground.models.outbox import OutboxQuerySet
from ground.spoken import month_in
from programs.domain import settled
from programs.domain.tasks import subject_of
from programs.models import Participation, Program, Task
from programs.permissions import require_service
from reports.domain import closing_letters, cut, ledger, reminding, verifying
from reports.domain.closing_words import FAILED, REASON_LENGTH, check_reason, in_both, refusal, require_none
from reports.models import ClosedMonth
from reports.queries import closing
from reports.queries.closing import InTheWay, Obstacle

LOOK = "reports.months.asked"
CARRY_OUT = "reports.months.decided"

settled.answers_for_programs(closing.open_from)


@settled.answers_for_stores
def store_open_from(store: UUID) -> dt.date | None:
    """The first day of the store's sales that no closed month settles."""
    found: dt.date | None = ledger.ask("SELECT naru_store_open_from(%s)", [store])[0][0]
    return found


def in_the_way(program: Program, month: dt.date) -> list[InTheWay]:
    """All that stands in the way of closing the month, the comparison of its sums with its lines included."""
    found = closing.in_the_way(program, month)
    if {each.what for each in found} & {Obstacle.BEFORE_PROGRAM, Obstacle.CLOSED, Obstacle.NOT_OVER}:
        return found
    differences = verifying.of_month(program, month).differences
    return found + [
        InTheWay(
            Obstacle.DIFFERENCE,
            which=each.check,
            name=f"{each.check} {each.record}: {each.stated} ≠ {each.found}",
        )
        for each in differences[:20]
    ]


def ask_to_close(program: Program, month: dt.date, *, reason: str, by: User) -> ClosedMonth:
    """Ask to close the month with the figures that it has now. It is written down at once; the worker looks at the month and asks a
    second person (`look`). Twice is once: what is being looked at stays as it was asked for first.

    Refused: `not_your_agency`, `reason_missing`, `reason_long`, `being_decided`, and `in_the_way` of what is known without a look at
    lines: the calendar, files without a decision. Locks the closing alone: it waits for no file, no comparison and no other month.
    """
    month = month.replace(day=1)
    check_reason(reason)
    require_service(by, program.agency)
    require_none(closing.not_ready(program, month), month)
    asked_for = ClosedMonth.objects.filter(program=program, month=month, state=ClosedMonth.State.ASKED)
    _require_none_under_way(asked_for.first())
    with transaction.atomic():
        made, _is_new = ClosedMonth.objects.exclude(state=ClosedMonth.State.REOPENED).get_or_create(
            program=program, month=month, defaults={"agency_id": program.agency_id, "asked_by": by}
        )
        row = ClosedMonth.objects.select_for_update(of=("self",)).get(pk=made.pk)
        if row.state != ClosedMonth.State.ASKED:
            require_none([InTheWay(Obstacle.CLOSED)], month)
        _require_none_under_way(row)
        if not is_being_looked_at(row):
            row.look = outbox.publish(LOOK, {"month": str(row.pk)}).key
            row.asked_by, row.reason, row.found = by, reason.strip(), []
            row.save(update_fields=["look", "asked_by", "reason", "found"])
    return row


def look(row: ClosedMonth) -> None:
    """What was asked for is looked at: a second person is asked to close the month as it is now, or what stands in the way is kept
    (`ClosedMonth.found`) and written to who asked. Asked anew with the same figures the question stays, with others the earlier one
    goes; what two people agreed to meanwhile is carried out, not asked anew. Once, however often it is handed out.

    Nobody who writes waits for it: what they write after it makes the answer `changed`. Only where sums seem to differ, or the month changed
    meanwhile, is it looked at once more, while nobody writes; then it locks the program.
    """
    key, program = row.look, row.program
    if key is None:
        return
    with transaction.atomic():
        digest, found = _digest_of_closing(row, program), in_the_way(program, row.month)
        is_unsure = not found and digest != _digest_of_closing(row, program)
        if is_unsure or Obstacle.DIFFERENCE in {each.what for each in found}:
            program = _locked(program.pk)
            cut.hold()
            digest, found = _digest_of_closing(row, program), in_the_way(program, row.month)
        held = ClosedMonth.objects.select_for_update(of=("self",)).select_related("program__agency")
        looked = held.filter(pk=row.pk, look=key, state=ClosedMonth.State.ASKED).first()
        if looked is None:
            return
        questions = _hold_questions(looked)
        question = question_of(looked)
        is_decided = is_under_way(looked, question)
        looked.found = [] if is_decided else [each.kept() for each in found]
        if not (is_decided or found):
            questions.exclude(digest=digest).delete()
            question = _ask(looked, digest, looked.reason, looked.asked_by)
        if question is not None and not looked.found:
            _take_words(looked, question)
        looked.look, looked.looked_at = None, clock.now()
        looked.save(update_fields=["look", "looked_at", "asked_by", "reason", "found"])
        if looked.found:
            closing_letters.tell_in_the_way(looked, found)


def is_being_looked_at(row: ClosedMonth) -> bool:
    """Whether the worker has yet to look at the month, or is at it, and has not given it up."""
    return row.look is not None and not look_of(row).given_up().exists()


def look_of(row: ClosedMonth) -> OutboxQuerySet:
    """What the worker is to do for what was asked for."""
    works = OutboxEvent.objects.all()
    return works.none() if row.look is None else works.filter(key=row.look)


def ask_to_reopen(row: ClosedMonth, *, reason: str, by: User) -> Approval:
    """Ask a second person to open the last closed month again. Twice is once.

    Refused: `not_your_agency`, `reason_missing`, `reason_long`, `not_closed`, `not_last`, `being_decided`. Locks the program.
    """
    check_reason(reason)
    _require_none_under_way(row)
    with transaction.atomic():
        program = _locked(row.program_id, by)
        row = _last_closed(row, program)
        _hold_questions(row)
        _require_none_under_way(row)
        return _ask(row, _digest_of_reopening(row), reason, by)


@approvals.answered_by(DecisionKind.PERIOD_CLOSING, by_worker=True)
def answer(approval: Approval, *, by: User, grant: bool, reason: str = "") -> Approval:
    """Agree, and the worker closes the month or opens it again (`carry_out`); or refuse, with a reason.

    Refused as `approvals.answer`. Locks the question alone: it waits for no file and no other month.
    """
    with transaction.atomic():
        answered = approvals.answer(approval, by=by, grant=grant, reason=reason)
        if answered.is_granted:
            outbox.publish(CARRY_OUT, {"approval": str(answered.pk)})
    return answered


def carry_out(approval: Approval) -> None:
    """What two people agreed to: the month is closed, or opened again; or it is kept why not (`ClosedMonth.refusal`), written to
    both, and can be asked for anew. A decision is carried out once, however often it is handed out.

    Locks the program; waits for imports under way, and they for this.
    """
    with transaction.atomic():
        row = ClosedMonth.objects.get(pk=approval.subject_id)
        program = _locked(row.program_id)
        cut.hold()
        row = ClosedMonth.objects.select_for_update(of=("self",)).get(pk=row.pk)
        is_past = row.approval is not None and row.approval.created_at > approval.created_at
        if is_past or not is_under_way(row, approval):
            return
        try:
            with transaction.atomic(), because(approval.reason):
                if approval != question_of(row):
                    raise refusal("asked_anew")
                if row.state == ClosedMonth.State.ASKED:
                    _close(row, program, approval)
                else:
                    _reopen(row, program, approval)
        except RuleBroken as refused:
            row.refresh_from_db()
            row.refusal = {"approval": str(approval.pk), "code": refused.code, **in_both(refused)}
            row.found = []
            row.save(update_fields=["refusal", "found"])
            closing_letters.tell_refused(row, approval, refused)


def is_under_way(row: ClosedMonth, question: Approval | None) -> bool:
    """Whether two people agreed to it and the worker has neither carried it out, nor kept why not, nor given it up."""
    return _is_waiting(row, question) and not works_of(question).given_up().exists()


def _is_waiting(row: ClosedMonth, question: Approval | None) -> bool:
    if question is None or not question.is_granted or row.state == ClosedMonth.State.REOPENED:
        return False
    return question.pk != row.approval_id and str(question.pk) != row.refusal.get("approval")


def works_of(question: Approval | None) -> OutboxQuerySet:
    """What the worker is to do for the decision."""
    key = str(question.pk) if question else ""
    return OutboxEvent.objects.filter(topic=CARRY_OUT, payload={"approval": key})


def has_failed(works: OutboxQuerySet) -> bool:
    """Whether the worker tried it, failed and tries again. One query, over what is not done yet."""
    return works.unfinished().filter(attempts__gt=0).exists()


def why_refused(row: ClosedMonth, question: Approval | None) -> str:
    """Why the decision (or, of a question asked anew, the one before it) was not carried out, in the reader's language; empty where it
    was, or nobody has come to it yet."""
    if _is_waiting(row, question):
        return str(FAILED)  # given up by the worker
    is_before = row.refusal.get("code") == "asked_anew"
    if question is None or not (is_before or row.refusal.get("approval") == str(question.pk)):
        return ""
    return str(row.refusal["en" if (get_language() or "").startswith("en") else "ko"])


def _close(row: ClosedMonth, program: Program, answered: Approval) -> None:
    require_none(closing.in_the_way(program, row.month), row.month)
    figures = closing.figures_of(closing.scope_of(program, row.month))
    rows, sha256 = closing.rows_and_sha256(program.pk, row.month)
    row.rows_rule, row.refusal, row.found, row.look = closing.HASH_RULE, {}, [], None
    if answered.digest != _digest(row, figures, rows):  # the same as were compared when it was asked
        raise refusal("changed")
    row.state, row.closed_at = ClosedMonth.State.CLOSED, clock.now()
    _take_words(row, answered)
    row.agreed_by, row.approval = answered.answered_by, answered
    row.figures, row.rows, row.rows_sha256 = {**figures, "marks": cut.marks()}, rows, sha256
    row.save()
    asked = [subject_of(each, row.month) for each in Participation.objects.filter(program=program)]
    open_tasks = Task.objects.open().filter(
        kind=Task.Kind.DECLARE, side=Task.Side.COMPANY, subject_id__in=asked
    )
    open_tasks.update(done_at=clock.now())


def _reopen(row: ClosedMonth, program: Program, answered: Approval) -> None:
    row = _last_closed(row, program)
    if answered.digest != _digest_of_reopening(row):
        raise refusal("changed")
    row.state, row.reopened_at, row.reopen_approval = ClosedMonth.State.REOPENED, clock.now(), answered
    row.reopen_reason = answered.reason[:REASON_LENGTH]
    row.refusal = {}
    row.save(update_fields=["state", "reopened_at", "reopen_approval", "reopen_reason", "refusal"])
    reminding.settle_month(program, row.month)


def question_of(row: ClosedMonth) -> Approval | None:
    """The last question about the month as it stands, answered or not."""
    asked = Approval.objects.filter(decision=DecisionKind.PERIOD_CLOSING, subject_id=row.pk)
    return asked.select_related("asked_by", "answered_by").order_by("-created_at", "-id").first()


def _require_none_under_way(row: ClosedMonth | None) -> None:
    """Before the program is waited for, and again when nobody else decides: the worker may hold it for minutes."""
    if row is not None and is_under_way(row, question_of(row)):
        raise refusal("being_decided")


def _hold_questions(row: ClosedMonth) -> Any:
    """From here on nobody answers what was asked about the month: what was agreed to meanwhile (comparing a month takes minutes) is
    carried out and not asked anew. Held last, so that who answers waits for no comparison."""
    questions = Approval.objects.filter(
        decision=DecisionKind.PERIOD_CLOSING, subject_id=row.pk, answered_at=None
    )
    list(questions.select_for_update().order_by("pk"))
    return questions


def _locked(program: UUID, by: User | None = None) -> Program:
    """The program's row first, then the cut: who edits the program takes them in the same order."""
    row = (
        Program.objects.select_for_update(of=("self",), no_key=True).select_related("agency").get(pk=program)
    )
    if by is not None:
        require_service(by, row.agency)
    return row


def _last_closed(row: ClosedMonth, program: Program) -> ClosedMonth:
    row = ClosedMonth.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.state != ClosedMonth.State.CLOSED:
        raise refusal("not_closed")
    if closing.open_from(program.pk) != row.opens_on:
        raise refusal("not_last")
    return row


def _ask(row: ClosedMonth, digest: str, reason: str, by: User) -> Approval:
    page = f"{reverse('admin:reports_months')}?program={row.program.code}"
    return approvals.ask(
        agency=row.agency, decision=DecisionKind.PERIOD_CLOSING, subject=_subject(row), subject_id=row.pk, digest=digest,
        reason=f"{reason.strip()}\n{settings.NARU_ADDRESS}{page}", by=by,
    )  # fmt: skip


def _take_words(row: ClosedMonth, question: Approval) -> None:
    """Who asked the question that counts, and why: not who asked for the same once more."""
    row.asked_by_id, row.reason = question.asked_by_id, question.reason.rpartition("\n")[0][:REASON_LENGTH]


def _subject(row: ClosedMonth) -> str:
    what = "마감" if row.state == ClosedMonth.State.ASKED else "마감 해제"
    return f"{row.program.name_ko[:150]} {month_in('ko', row.month)} {what}"


def _digest_of_closing(row: ClosedMonth, program: Program) -> str:
    figures = closing.figures_of(closing.scope_of(program, row.month))
    return _digest(row, figures, closing.rows_of(program.pk, row.month))


def _digest(row: ClosedMonth, figures: dict[str, Any], rows: int) -> str:
    """What a second person agrees to. No hash of the rows: none of the ledger changes or goes, so as many are the same ones."""
    return approvals.fingerprint({"close": str(row.pk), "figures": figures, "rows": rows})


def _digest_of_reopening(row: ClosedMonth) -> str:
    assert row.closed_at is not None
    return approvals.fingerprint({"reopen": str(row.pk), "closed_at": row.closed_at.isoformat()})
