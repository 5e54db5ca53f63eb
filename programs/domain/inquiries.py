"""Questions about a call (문의): companies ask until a day of their own, the agency answers, all read both.

Periods are half open: the instant until which questions are taken does not count. The database's clock decides.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from companies.models import Company, Member
from ground import clock, letters
from ground.audit import because
from ground.errors import RuleBroken, filled
from ground.templatetags.naru import seoul
from programs.domain.intake_rules import require_not_cancelled
from programs.domain.publishing import check_length, plain_text
from programs.models import Call, Inquiry
from programs.permissions import require_service

TEXTS = ("question_ko", "question_en", "answer_ko", "answer_en")
LONGEST_QUESTION = 1000
LONGEST_ANSWER = 3000
MOST_WAITING = 20
"""Questions of one company about one call that wait for an answer."""


def ask(call: Call, company: Company, text: str, *, by: User, form_key: UUID) -> Inquiry:
    """Ask the agency about a published call, before or after it opens. Any member of the company may.

    The same `form_key` again is the same question. Locks the call. Refused: `not_member`, `not_published`, `cancelled`,
    `late` (from the instant on until which questions are taken), `blank`, `too_long`, `too_many` (wait already),
    `form_key`.
    """
    with transaction.atomic():
        row = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)
        require_member(company.pk, by)
        known = Inquiry.objects.filter(form_key=form_key).first()
        if known is not None:
            if (known.call_id, known.company_id) != (row.pk, company.pk):
                raise RuleBroken("form_key", _("This form was used already. Open the call and ask again."))
            return known
        now = clock.now()
        if row.published_at is None:
            raise RuleBroken("not_published", _("This call is not published."))
        require_not_cancelled(row)
        if now >= row.questions_end_at:
            raise RuleBroken(
                "late",
                _("Questions were taken until %(when)s. Read the answers on the notice.")
                % {"when": seoul(row.questions_end_at)},
            )
        words = checked_words(text, LONGEST_QUESTION, "text", _("Write your question."))
        if Inquiry.objects.waiting().filter(call=row, company=company).count() >= MOST_WAITING:
            raise RuleBroken(
                "too_many",
                _("%(count)d questions of your company wait for an answer. Ask again when some are answered.")
                % {"count": MOST_WAITING},
            )
        return Inquiry.objects.create(
            agency_id=row.agency_id, call=row, company=company, form_key=form_key, text=words, asked_at=now, asked_by=by
        )  # fmt: skip


def withdraw(inquiry: Inquiry, *, by: User) -> Inquiry:
    """Take a question back before it is answered; nobody answers it then. Locks the question.

    Refused: `not_member`, `answered`, `withdrawn`.
    """
    with transaction.atomic():
        row = Inquiry.objects.select_for_update(of=("self",)).get(pk=inquiry.pk)
        require_member(row.company_id, by)
        _require_waiting(row)
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
    return row


def answer(
    inquiry: Inquiry,
    *,
    question_ko: str,
    answer_ko: str,
    by: User,
    question_en: str = "",
    answer_en: str = "",
) -> Inquiry:
    """Publish an answer on the notice, with the question as all may read it and without who asked; write to who asked.

    The asker is written to as long as they are a member of the company. Locks the question. Refused: `not_your_agency`,
    `withdrawn`, `answered`, `blank` (the Korean texts are needed), `too_long`.
    """
    with transaction.atomic():
        row = _of_agency(inquiry, by)
        _require_waiting(row)
        put_texts(
            row, question_ko=question_ko, question_en=question_en, answer_ko=answer_ko, answer_en=answer_en
        )
        row.answered_at, row.answered_by = clock.now(), by
        row.save()
        _write_to_asker(row)
    return row


def correct(
    inquiry: Inquiry,
    *,
    question_ko: str,
    answer_ko: str,
    reason: str,
    by: User,
    question_en: str = "",
    answer_en: str = "",
) -> Inquiry:
    """Correct a published answer; the notice says when and why, the former texts stay in the history, who asked is
    written to again. Locks the question.

    Refused: `not_your_agency`, `not_answered`, `blank`, `too_long`, `no_change`, `reason_missing`, `reason_long`.
    """
    with transaction.atomic():
        row = _of_agency(inquiry, by)
        put_corrected(
            row, reason, question_ko=question_ko, question_en=question_en, answer_ko=answer_ko, answer_en=answer_en
        )  # fmt: skip
        _write_to_asker(row)
    return row


def _of_agency(inquiry: Inquiry, by: User) -> Inquiry:
    row = (
        Inquiry.objects.select_for_update(of=("self",))
        .select_related("agency", "call", "asked_by")
        .get(pk=inquiry.pk)
    )
    require_service(by, row.agency)
    return row


def put_texts(row: Any, *, question_ko: str, question_en: str, answer_ko: str, answer_en: str) -> None:
    """Put the words of question and answer into the row. Refused: `blank` (the Korean ones), `too_long`."""
    missing = _("Write the question and the answer in Korean.")
    row.question_ko = checked_words(question_ko, LONGEST_QUESTION, "question_ko", missing)
    row.question_en = checked_words(question_en, LONGEST_QUESTION, "question_en")
    row.answer_ko = checked_words(answer_ko, LONGEST_ANSWER, "answer_ko", missing)
    row.answer_en = checked_words(answer_en, LONGEST_ANSWER, "answer_en")


def put_corrected(row: Any, reason: str, **texts: str) -> None:
    """Put other words into an answered row and save it, with when and what was corrected; the former ones stay in the
    history. Refused: `not_answered`, `blank`, `too_long`, `no_change`, `reason_missing`, `reason_long`."""
    if row.answered_at is None:
        raise RuleBroken("not_answered", _("This question has no answer that could be corrected."))
    if not reason.strip():
        raise RuleBroken(
            "reason_missing", _("Say what was corrected and why: it stands beside the answer."), ("reason",)
        )
    check_length(reason)
    before = [getattr(row, name) for name in TEXTS]
    put_texts(row, **texts)
    if before == [getattr(row, name) for name in TEXTS]:
        raise RuleBroken("no_change", _("Nothing differs from the answer as it stands."))
    row.corrected_at, row.correction = clock.now(), reason.strip()
    with because(row.correction):
        row.save()


def _write_to_asker(row: Inquiry) -> None:
    if row.asked_by.is_active and is_member(row.company_id, row.asked_by):
        letters.write(row.asked_by, "call_question_answered", {"inquiry": row, "call": row.call})


def checked_words(text: str, longest: int, field: str, missing: StrOrPromise | None = None) -> str:
    """Plain text of at most so many letters. Refused: `blank` (when `missing` says so), `too_long`."""
    found = plain_text(text)
    if not found and missing is not None:
        raise RuleBroken("blank", missing, (field,))
    if len(found) > longest:
        raise RuleBroken(
            "too_long",
            filled(_("At most %(count)d characters. Shorten the text."), count=longest),
            (field,),
        )
    return found


def is_member(company_id: UUID, user: User) -> bool:
    """Whether the person is a member of the company today."""
    return Member.objects.filter(company_id=company_id, user=user, ended_at__isnull=True).exists()


def require_member(company_id: UUID, by: User) -> None:
    """Refused: `not_member`."""
    if not is_member(company_id, by):
        raise RuleBroken("not_member", _("You are not a member of this company."))


def _require_waiting(row: Inquiry) -> None:
    if row.withdrawn_at is not None:
        raise RuleBroken("withdrawn", _("The company took this question back."))
    if row.answered_at is not None:
        raise RuleBroken("answered", _("This question has been answered; question and answer are published."))
