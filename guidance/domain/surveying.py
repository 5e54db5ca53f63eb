"""Answering the survey of a briefing (설문): once, by the link of the mail, kept without who answered.

Nothing in the database leads from a person to the answers: rows without an instant, a history or a key that tells time,
and no trace of the transaction that wrote them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from ground.reasons import own
from guidance.domain.seats import locked
from guidance.models import Briefing, BriefingQuestion, Registration, SurveyAnswer, SurveyReply
from guidance.models.survey import SCALE

SURVEYED = own(gettext_noop("answered the survey"), "survey")

Given = int | str | None
TEXT_LENGTH = 2000
Kind = BriefingQuestion.Kind


def answer(registration: Registration, given: Mapping[UUID, Given]) -> None:
    """Keep the answers (key of the question → number of the scale or of the choice, or a text; what is left out is not
    answered), and that this person has answered; which answers are theirs is written nowhere.

    Locks the briefing. Refused: `did_not_come`, `answered`, `no_survey`, `closed` (30 days after the briefing), `nothing`,
    `unknown_answer`.
    """
    with transaction.atomic(), because(SURVEYED, address=None, user=None):
        briefing = locked(registration.briefing_id)
        row = Registration.objects.get(pk=registration.pk)
        questions = list(briefing.survey_questions.order_by("position", "id"))
        require_answerable(row, briefing, clock.now(), has_questions=bool(questions))
        answers = [
            SurveyAnswer(
                agency_id=briefing.agency_id,
                briefing=briefing,
                question=question,
                number=value if isinstance(value, int) else None,
                text=value if isinstance(value, str) else "",
            )
            for question in questions
            if (value := _checked(question, given.get(question.pk))) is not None
        ]
        if not answers:
            raise RuleBroken("nothing", _("Answer at least one question."))
        row.has_answered = True
        row.save(update_fields=["has_answered"])
        if briefing.survey_asked_at is None:  # who came finds the survey on their own page, before any mail
            briefing.survey_asked_at = clock.now()
            briefing.save(update_fields=["survey_asked_at"])
        reply = SurveyReply.objects.create(agency_id=briefing.agency_id, briefing=briefing)
        for each in answers:
            each.reply = reply
        SurveyAnswer.objects.bulk_create(answers)
        _mix(briefing)


def _mix(briefing: Briefing) -> None:
    """Write all answers of the briefing anew, in the order of their random keys, as one transaction's work: PostgreSQL
    keeps with each row which transaction wrote it, and rows lie in the order in which they came. The caller holds the lock.
    """
    with connection.cursor() as cursor:
        for table in (SurveyReply._meta.db_table, SurveyAnswer._meta.db_table):
            cursor.execute(
                f"WITH known AS (DELETE FROM {table} WHERE briefing_id = %s RETURNING *)"  # noqa: S608
                f" INSERT INTO {table} SELECT * FROM known ORDER BY id",
                [briefing.pk],
            )


def require_answerable(
    row: Registration, briefing: Briefing, now: dt.datetime, *, has_questions: bool
) -> None:
    """Whether this person can answer now. Refused: `did_not_come`, `answered`, `no_survey`, `closed`."""
    if row.checked_in_at is None:
        raise RuleBroken("did_not_come", _("The survey is for those who came."))
    if row.has_answered:
        raise RuleBroken("answered", _("You have answered already. Thank you."))
    if not has_questions or now < briefing.ends_at:
        raise RuleBroken("no_survey", _("There is no survey yet."))
    if now >= briefing.survey_closes_at:
        raise RuleBroken("closed", _("The survey is closed."))


def _checked(question: BriefingQuestion, value: Given) -> Given:
    if value is None or value == "":
        return None
    if question.kind == Kind.TEXT:
        text = str(value).strip()
        return text[:TEXT_LENGTH] or None
    most = SCALE if question.kind == Kind.SCALE else len(question.choice_labels)
    if not isinstance(value, int) or not 1 <= value <= most:
        raise RuleBroken("unknown_answer", _("Choose one of the answers."))
    return value
