"""Building the form of a call: what a question may be, and choices as lines that people type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.errors import RuleBroken, filled
from ground.models import Country
from programs.models import Call, Criterion, Question, RequiredDocument
from programs.models.call import OfCall

Kind, Condition = Question.Kind, Question.Condition

CONDITIONS: dict[str, tuple[str, ...]] = {
    Kind.YES_NO: (Condition.YES, Condition.NO),
    Kind.ONE: (Condition.EQUALS, Condition.ONE_OF),
    Kind.MANY: (Condition.EQUALS, Condition.ONE_OF),
    Kind.COUNTRY: (Condition.EQUALS, Condition.ONE_OF),
    Kind.NUMBER: (Condition.AT_LEAST,),
    Kind.MONEY: (Condition.AT_LEAST,),
}
"""What can be asked of an answer of each kind."""
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def lines_of(choices: Sequence[dict[str, str]]) -> str:
    """Choices as lines: Korean | English | code."""
    return "\n".join(
        " | ".join((each.get("ko", ""), each.get("en", ""), each.get("code", ""))) for each in choices
    )


def choices_of(text: str, used: Iterable[str] = ()) -> list[dict[str, str]]:
    """Lines as choices; a line without a code gets a free one, none of the `used`. English may be left out.

    Refused with `choices_not_sound`: a line without Korean, a code that is none, a text or a code twice.
    """
    rows = [[part.strip() for part in line.split("|")] for line in text.splitlines() if line.strip()]
    taken = {row[2] for row in rows if len(row) > 2 and row[2]} | set(used)
    found: list[dict[str, str]] = []
    for number, row in enumerate(rows, start=1):
        ko, en, code, *more = [*row, "", ""] if len(row) < 3 else row
        if not ko or [each for each in more if each]:
            raise _not_sound(_("Line %(line)s: type Korean | English."), line=number)
        if not code:
            code = next(each for each in (f"c{serial}" for serial in range(1, 10_000)) if each not in taken)
            taken.add(code)
        if not CODE.fullmatch(code):
            raise _not_sound(
                _("Line %(line)s: a code has small letters, digits and hyphens. Leave it out to get one."),
                line=number,
            )
        if any(code == each["code"] or ko == each["ko"] for each in found):
            raise _not_sound(_("Line %(line)s stands there twice."), line=number)
        found.append({"code": code, "ko": ko, "en": en})
    return found


def _not_sound(sentence: StrOrPromise, *, line: int) -> RuleBroken:
    return RuleBroken("choices_not_sound", filled(sentence, line=str(line)), ("choice_lines", "choices"))


def used_codes(question: Question) -> set[str]:
    """Codes of choices that mean something already: the question's own, and what conditions and criteria name."""
    found = {each["code"] for each in question.choices}
    for codes in Question.objects.filter(shown_if=question.pk).values_list("shown_codes", flat=True):
        found.update(codes)
    for values in _of_answers(question.call_id):
        if values.get("question") == question.code:
            wanted = values.get("equals")
            found.update(str(each) for each in (wanted if isinstance(wanted, list) else [wanted]))
    return found


def _of_answers(call_id: UUID) -> list[dict[str, Any]]:
    return list(
        Criterion.objects.filter(call=call_id, kind=Criterion.Kind.ANSWER).values_list("values", flat=True)
    )


def give_code(part: OfCall, prefix: str) -> None:
    """A part without a code gets the first free one of its call: q1, q2 …; none that a criterion names."""
    if part.code:
        return
    taken = set(type(part)._default_manager.filter(call=part.call_id).values_list("code", flat=True))
    taken |= {str(values.get("question")) for values in _of_answers(part.call_id)}
    part.code = next(
        each for each in (f"{prefix}{serial}" for serial in range(1, 10_000)) if each not in taken
    )


def require_sound(question: Question) -> None:
    """`RuleBroken` with the first fault of the question as it would stand among the others of its call.

    `limits` (least above most), `section` and `condition_question` (of another call), `condition_later`,
    `condition_cycle`, `condition_kind`, `condition_choice`, `condition_value`.
    """
    others = {each.pk: each for each in _of(question.call_id) if each.pk != question.pk}
    for code, sentence, fields in _faults(question, {**others, question.pk: question}):
        raise RuleBroken(code, sentence, fields)


def faults(call: Call) -> list[str]:
    """What is wrong with the form as a whole, as sentences with the question's code."""
    questions = {each.pk: each for each in _of(call.pk)}
    return [
        str(format_lazy("{code}: {sentence}", code=question.code, sentence=sentence))
        for question in questions.values()
        for _code, sentence, _fields in _faults(question, questions)
    ]


def _of(call_id: UUID) -> Iterable[Question]:
    return Question.objects.filter(call=call_id).select_related("section")


Fault = tuple[str, str | Promise, tuple[str, ...]]


def _faults(question: Question, questions: dict[UUID, Question]) -> Iterable[Fault]:
    if question.least is not None and question.most is not None and question.least > question.most:
        yield "limits", _("The least value is above the most."), ("least", "most")
    if question.section is not None and question.section.call_id != question.call_id:
        yield "section", _("Choose a section of this call."), ("section",)
    if question.shown_if_id is None and not question.shown_how:
        return
    earlier = questions.get(question.shown_if_id) if question.shown_if_id else None
    if earlier is None or not question.shown_how:
        yield (
            "condition_question",
            _("Choose both a question of this call and a condition, or neither."),
            ("shown_if", "shown_how"),
        )
        return
    if _hangs_on(earlier, question, questions):
        yield (
            "condition_cycle",
            _("The question whose answer decides hangs on this one. Choose another one."),
            ("shown_if",),
        )
        return
    if earlier.place >= question.place:
        yield (
            "condition_later",
            filled(
                _("“%(question)s” is asked later. A condition looks at an earlier question."),
                question=str(earlier),
            ),
            ("shown_if",),
        )
    if earlier.stage != question.stage:
        yield (
            "condition_later",
            filled(_("“%(question)s” is asked at another time. Choose a question asked at the same time."), question=str(earlier)),
            ("shown_if",),
        )  # fmt: skip
    yield from _condition(question, earlier)


def _hangs_on(each: Question | None, other: Question, questions: dict[UUID, Question]) -> bool:
    seen: set[UUID] = set()
    while each is not None and each.pk not in seen:
        if each.pk == other.pk:
            return True
        seen.add(each.pk)
        each = questions.get(each.shown_if_id) if each.shown_if_id else None
    return False


def _condition(question: Question, earlier: Question) -> Iterable[Fault]:
    if question.shown_how not in CONDITIONS.get(earlier.kind, ()):
        yield (
            "condition_kind",
            filled(
                _("“%(condition)s” cannot be asked of “%(question)s”: it is answered with %(kind)s."),
                condition=Condition(question.shown_how).label,
                question=str(earlier),
                kind=Kind(earlier.kind).label,
            ),
            ("shown_how",),
        )
    elif question.shown_how == Condition.AT_LEAST:
        if question.shown_least is None:
            yield "condition_value", _("Type the value from which on it is asked."), ("shown_least",)
        elif earlier.kind == Kind.MONEY and not earlier.currency:
            yield (
                "condition_value",
                _("An amount in a currency that the company chooses cannot be compared. Set its currency."),
                ("shown_if",),
            )
    elif question.shown_how in {Condition.EQUALS, Condition.ONE_OF}:
        known = (
            set(Country.objects.values_list("pk", flat=True))
            if earlier.kind == Kind.COUNTRY
            else {each["code"] for each in earlier.choices}
        )
        if not question.shown_codes or not set(question.shown_codes) <= known:
            yield (
                "condition_choice",
                filled(_("Choose choices of “%(question)s”."), question=str(earlier)),
                ("shown_codes",),
            )


def keep_document(question: Question) -> None:
    """A question of the kind file asks for a document of its own, which goes all ways of documents."""
    there = RequiredDocument.objects.filter(question=question).first()
    if question.kind != Kind.FILE:
        if there is not None:
            there.delete()
        return
    made = there or RequiredDocument(call_id=question.call_id, question=question)
    made.position, made.stage, made.is_required = question.position, question.stage, question.is_required
    made.name_ko, made.name_en = question.label_ko[:120], question.label_en[:160]
    made.hint_ko, made.hint_en = question.hint_ko, question.hint_en
    made.code = made.code or question.code
    if there is None and RequiredDocument.objects.filter(call=question.call_id, code=made.code).exists():
        raise RuleBroken(
            "code_taken", _("A document of this call has this code. Choose another one."), ("code",)
        )
    made.save()
