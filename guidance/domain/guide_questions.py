"""Questions of companies about guides (안내서 문의): answered to the company, and published without its name if it agrees."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.models import Company
from ground import clock, letters
from ground.audit import because
from ground.errors import RuleBroken
from ground.models import Country
from guidance.models import Edition, GuideQuestion
from programs.domain.inquiries import (
    LONGEST_QUESTION,
    checked_words,
    is_member,
    put_corrected,
    put_texts,
    require_member,
)
from programs.models import Program
from programs.permissions import require_service

MOST_WAITING = 20
"""Questions of one company to one program that wait for an answer."""


def ask(
    program: Program,
    country: Country,
    company: Company,
    text: str,
    *,
    may_be_published: bool,
    form_key: UUID,
    by: User,
) -> GuideQuestion:
    """Ask the agency about a country's guide. Any member of the company may; the same `form_key` is the same question.

    Locks the program. Refused: `not_member`, `no_guide`, `blank`, `too_long`, `too_many` (wait already), `form_key`.
    """
    with transaction.atomic():
        row = Program.objects.select_for_update(of=("self",), no_key=True).get(pk=program.pk)
        require_member(company.pk, by)
        known = GuideQuestion.objects.filter(form_key=form_key).first()
        if known is not None:
            if (known.program_id, known.country_id, known.company_id) != (row.pk, country.pk, company.pk):
                raise RuleBroken("form_key", _("This form was used already. Open the guide and ask again."))
            return known
        if not Edition.objects.filter(program=row, country=country).exists():
            raise RuleBroken("no_guide", _("There is no such guide."))
        words = checked_words(text, LONGEST_QUESTION, "text", _("Write your question."))
        if GuideQuestion.objects.waiting().filter(program=row, company=company).count() >= MOST_WAITING:
            raise RuleBroken(
                "too_many",
                _("%(count)d questions of your company wait for an answer. Ask again when some are answered.")
                % {"count": MOST_WAITING},
            )
        return GuideQuestion.objects.create(
            agency_id=row.agency_id, program=row, country=country, company=company, form_key=form_key, text=words,
            may_be_published=may_be_published, asked_at=clock.now(), asked_by=by,
        )  # fmt: skip


def withdraw(question: GuideQuestion, *, by: User) -> GuideQuestion:
    """Take a question back before it is answered. Locks the question. Refused: `not_member`, `answered`, `withdrawn`."""
    with transaction.atomic():
        row = GuideQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
        require_member(row.company_id, by)
        _require_waiting(row)
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
    return row


def answer(
    question: GuideQuestion,
    *,
    question_ko: str,
    answer_ko: str,
    by: User,
    question_en: str = "",
    answer_en: str = "",
) -> GuideQuestion:
    """Answer; who asked is written to while a member of the company, and everybody reads it if the company agreed.

    Locks the question. Refused: `not_your_agency`, `withdrawn`, `answered`, `blank` (the Korean texts), `too_long`.
    """
    with transaction.atomic():
        row = _of_agency(question, by)
        _require_waiting(row)
        put_texts(
            row, question_ko=question_ko, question_en=question_en, answer_ko=answer_ko, answer_en=answer_en
        )
        row.answered_at, row.answered_by = clock.now(), by
        row.save()
        _write_to_asker(row)
    return row


def correct(
    question: GuideQuestion,
    *,
    question_ko: str,
    answer_ko: str,
    reason: str,
    by: User,
    question_en: str = "",
    answer_en: str = "",
) -> GuideQuestion:
    """Correct an answer where it stands; its readers see when and what, the former texts stay in the history, who asked is
    written to again while a member of the company. Locks the question.

    Refused: `not_your_agency`, `not_answered`, `blank`, `too_long`, `no_change`, `reason_missing`, `reason_long`.
    """
    with transaction.atomic():
        row = _of_agency(question, by)
        put_corrected(
            row, reason, question_ko=question_ko, question_en=question_en, answer_ko=answer_ko, answer_en=answer_en
        )  # fmt: skip
        _write_to_asker(row)
    return row


def take_down(question: GuideQuestion, *, reason: str, by: User) -> GuideQuestion:
    """Take a published answer off the page of the guide; the company and the agency keep it. For good: it does not come back.

    Locks the question. Refused: `not_your_agency`, `not_public` (not published, or taken down already), `reason_missing`.
    """
    with transaction.atomic(), because(reason.strip()):
        row = _of_agency(question, by)
        if not reason.strip():
            raise RuleBroken("reason_missing", _("Say why."), ("reason",))
        return _hidden(row)


def unpublish(question: GuideQuestion, *, by: User) -> GuideQuestion:
    """The company withdraws its agreement that all read it, before or after the answer.

    Locks the question. Refused: `not_member`, `not_public` (it had not agreed, or withdrew already).
    """
    with transaction.atomic():
        row: GuideQuestion = GuideQuestion.objects.select_for_update(of=("self",)).get(pk=question.pk)
        require_member(row.company_id, by)
        return _hidden(row)


def _of_agency(question: GuideQuestion, by: User) -> GuideQuestion:
    row: GuideQuestion = (
        GuideQuestion.objects.select_for_update(of=("self",))
        .select_related("agency", "program", "country", "asked_by")
        .get(pk=question.pk)
    )
    require_service(by, row.agency)
    return row


def _write_to_asker(row: GuideQuestion) -> None:
    if row.asked_by.is_active and is_member(row.company_id, row.asked_by):
        letters.write(row.asked_by, "guide_question_answered", {"question": row})


def _hidden(row: GuideQuestion) -> GuideQuestion:
    if not row.may_be_published:
        raise RuleBroken("not_public", _("It does not stand on the page of the guide."))
    row.may_be_published = False
    row.save(update_fields=["may_be_published"])
    return row


def _require_waiting(row: GuideQuestion) -> None:
    if row.withdrawn_at is not None:
        raise RuleBroken("withdrawn", _("The company took this question back."))
    if row.answered_at is not None:
        raise RuleBroken("answered", _("This question has been answered already."))
