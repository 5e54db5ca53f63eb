"""What people make of a difference (차이 처리): staff decide with a reason, or ask the company, which answers on its page."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Merge
from ground import clock, letters
from ground.audit import because
from ground.errors import RuleBroken
from ground.spoken import month_in
from programs.domain import tasks
from programs.models import Task
from programs.permissions import require_service
from programs.queries.readers import correspondents
from reports.domain import declaring
from reports.domain.differing import finding
from reports.models import Cause, Difference, DifferenceDecision, DifferenceQuestion

State = Difference.State
REASON_LENGTH = 1000
ANSWER_LENGTH = 2000


def decide(difference: Difference, *, cause: str, outcome: str, reason: str, by: User) -> DifferenceDecision:
    """Decide a difference with its figures as they stand: why it is there, what follows, and the reason in words. A question that
    waits is ended. The same decision once more is the one that is there.

    Refused: `not_your_agency`, `reason_missing`, `cause_unknown`, `difference_gone`, `already_decided`. Locks the difference.
    """
    reason = reason.strip()
    if not reason:
        raise RuleBroken("reason_missing", _("Say why: an auditor will ask."), ("reason",))
    if cause not in Cause.values or outcome not in DifferenceDecision.Outcome.values:
        raise RuleBroken("cause_unknown", _("Choose a cause and what follows from it."), ("cause",))
    with transaction.atomic():
        row = _locked(difference, by)
        if row.state == State.DECIDED:
            last = row.decisions.first()
            assert last is not None
            if (last.decided_by_id, last.cause, last.outcome, last.reason) == (by.pk, cause, outcome, reason):
                return last
            raise RuleBroken(
                "already_decided", _("Somebody has decided this difference meanwhile. Look at it again.")
            )
        now = clock.now()
        with because(reason):
            made = DifferenceDecision.objects.create(
                agency_id=row.agency_id, difference=row, cause=cause, outcome=outcome, reason=reason[:REASON_LENGTH],
                left_krw=row.left_krw, right_krw=row.right_krw, decided_by=by, decided_at=now,
            )  # fmt: skip
            row.state = State.DECIDED
            row.save(update_fields=["state"])
            finding.end_question(row, now)
    return made


def ask(difference: Difference, *, text: str, due_on: dt.date, by: User) -> DifferenceQuestion:
    """Ask the company, until a day: by mail to those who write for it, as a task on its home, and on its page. The same question
    once more is the one that is there.

    Refused: `not_your_agency`, `text_missing`, `due_past`, `difference_gone`, `already_decided`, `already_asked`, `merged` (the
    company goes on as another record), `nobody_to_ask`. Locks the difference.
    """
    text = text.strip()
    if not text:
        raise RuleBroken("text_missing", _("Write what you want to know."), ("text",))
    with transaction.atomic():
        row = _locked(difference, by)
        part = row.participation
        if row.state == State.ASKED:
            waiting = DifferenceQuestion.objects.waiting().filter(difference=row).first()
            assert waiting is not None
            if (waiting.text, waiting.due_on) == (text, due_on):
                return waiting
            raise RuleBroken(
                "already_asked",
                _("The company is asked already. Wait for its answer, or decide without it."),
            )
        if row.state == State.DECIDED:
            raise RuleBroken(
                "already_decided", _("Somebody has decided this difference meanwhile. Look at it again.")
            )
        if due_on <= clock.today():
            raise RuleBroken("due_past", _("Give the company at least until tomorrow."), ("due_on",))
        _require_unmerged(part.company_id)
        readers = correspondents([part.company_id])[part.company_id]
        if not readers:
            raise RuleBroken(
                "nobody_to_ask",
                _("Nobody signs in for this company: call it, and decide with what you were told."),
            )
        question = DifferenceQuestion.objects.create(
            agency_id=row.agency_id, difference=row, text=text[:REASON_LENGTH], due_on=due_on, asked_by=by,
            asked_at=clock.now(),
        )  # fmt: skip
        row.state = State.ASKED
        row.save(update_fields=["state"])
        program = row.program
        tasks.open_task(
            agency=program.agency,
            side=Task.Side.COMPANY,
            kind=Task.Kind.EXPLAIN,
            subject_id=question.pk,
            subject=f"{program.name_ko}{_month(row, 'ko')}",
            subject_en=program.name_en and f"{program.name_en}{_month(row, 'en')}",
            due_on=due_on,
            company=part.company,
        )
        for reader in readers:
            letters.write(
                reader,
                "difference_asked",
                {"question": question, "difference": row, "program": program, "company": part.company},
            )
    return question


def _month(row: Difference, language: str) -> str:
    return f" {month_in(language, row.month)}" if row.month else ""


def answer(question: DifferenceQuestion, *, text: str, by: User) -> DifferenceQuestion:
    """The company answers; the difference returns to the agency's queue. The same answer once more changes nothing.

    Refused: `answer_missing`, `answer_long`, `not_your_company`, `merged`, `already_answered`, `question_ended`. Locks the difference.
    """
    text = text.strip()
    if not text:
        raise RuleBroken("answer_missing", _("Write your answer."), ("text",))
    if len(text) > ANSWER_LENGTH:
        raise RuleBroken("answer_long", _("The answer has at most 2,000 characters."), ("text",))
    with transaction.atomic():
        row = (
            Difference.objects.select_for_update(of=("self",))
            .select_related("participation")
            .get(pk=question.difference_id)
        )
        question = DifferenceQuestion.objects.get(pk=question.pk)
        declaring.require_member(by, row.participation.company_id)
        _require_unmerged(row.participation.company_id)
        if question.answered_at is not None:
            if question.answer == text:
                return question
            raise RuleBroken(
                "already_answered", _("This question has been answered already. The agency has your answer.")
            )
        if question.ended_at is not None:
            raise RuleBroken("question_ended", _("The agency does not wait for this answer any more."))
        question.answer, question.answered_by, question.answered_at = text, by, clock.now()
        question.save(update_fields=["answer", "answered_by", "answered_at"])
        row.state = State.OPEN
        row.save(update_fields=["state"])
        tasks.close_task(Task.Kind.EXPLAIN, question.pk, side=Task.Side.COMPANY)
    return question


def _locked(difference: Difference, by: User) -> Difference:
    row: Difference = (
        Difference.objects.select_for_update(of=("self",))
        .select_related("program__agency", "participation__company")
        .get(pk=difference.pk)
    )
    require_service(by, row.program.agency)
    if row.state == State.GONE:
        raise RuleBroken("difference_gone", _("The difference is gone: the figures agree now."))
    return row


def _require_unmerged(company: UUID) -> None:
    if company in Merge.objects.onward():
        raise RuleBroken(
            "merged",
            _("This record of the company is closed: it was merged into another one. Decide without asking."),
        )
