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
from ground.history import in_words
from ground.models import Country
from programs.models import Call, Criterion, Question, RequiredDocument
from programs.models.call import OfCall
from programs.models.question import Condition

Kind, How = Question.Kind, Question.How

CONDITIONS: dict[str, tuple[str, ...]] = {
    Kind.YES_NO: (How.YES, How.NO),
    Kind.ONE: (How.EQUALS, How.ONE_OF),
    Kind.MANY: (How.EQUALS, How.ONE_OF),
    Kind.COUNTRY: (How.EQUALS, How.ONE_OF),
    Kind.NUMBER: (How.AT_LEAST,),
    Kind.MONEY: (How.AT_LEAST,),
}
"""What can be asked of an answer of each kind."""
MOST_CONDITIONS = 5
"""Of one question."""
TEXTS = (Kind.SHORT, Kind.LONG)
ASKS_FOR = {fact: (Kind.DAY,) if fact == Question.Fact.OPENED_ON else TEXTS for fact in Question.Fact}
"""Which kinds of question can ask for a fact of the company's record."""
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def lines_of(choices: Sequence[dict[str, str]]) -> str:
    """Choices as lines: Korean | English | code."""
    return "\n".join(
        " | ".join((each.get("ko", ""), each.get("en", ""), each.get("code", ""))) for each in choices
    )


@in_words("programs.Question", "choices")
def choices_in_words(choices: Sequence[dict[str, str]]) -> dict[str, str]:
    """By their codes."""
    return {each["code"]: " | ".join(filter(None, (each.get("ko"), each.get("en")))) for each in choices}


@in_words("programs.Question", "asked_if")
def conditions_in_words(conditions: Sequence[dict[str, Any]]) -> dict[str, str]:
    """By their number, with codes: what the questions said is of another day."""
    told = {}
    for number, each in enumerate(map(Condition.read, conditions), start=1):
        value = ", ".join(each.codes) if each.least is None else f"{each.least:,f}"
        told[str(number)] = f"{each.question}: {dict(How.choices).get(each.how, each.how)} {value}".strip()
    return told


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
    for other in dependents(question):
        found.update(
            code for each in other.conditions if each.question == question.code for code in each.codes
        )
    for values in _of_answers(question.call_id):
        if values.get("question") == question.code:
            wanted = values.get("equals")
            found.update(str(each) for each in (wanted if isinstance(wanted, list) else [wanted]))
    return found


def dependents(question: Question) -> list[Question]:
    """The questions of its call that are asked because of its answer (under the code that it has in the database)."""
    if question._state.adding:
        return []
    code = Question.objects.filter(pk=question.pk).values_list("code", flat=True).first()
    return [
        each
        for each in Question.objects.filter(call=question.call_id, asked_if__contains=[{"question": code}])
        if each.pk != question.pk
    ]


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

    `limits` (least above most), `asks_for_kind`, `section` (of another call), `conditions_many`, `code_named` (a new code while conditions name the old
    one), `condition_question` (none of this call), `condition_later`, `condition_cycle`, `condition_kind`,
    `condition_choice`, `condition_value`.
    """
    for other in dependents(question):
        if all(each.question != question.code for each in other.conditions):
            raise RuleBroken(
                "code_named",
                filled(
                    _("“%(question)s” is asked because of this answer. Its code stays."), question=str(other)
                ),
                ("code",),
            )
    others = [each for each in _of(question.call_id) if each.pk != question.pk]
    for code, sentence, fields in _faults(question, {each.code: each for each in (*others, question)}):
        raise RuleBroken(code, sentence, fields)


def faults(call: Call) -> list[str]:
    """What is wrong with the form as a whole, as sentences with the question's code."""
    questions = {each.code: each for each in _of(call.pk)}
    return [
        str(format_lazy("{code}: {sentence}", code=question.code, sentence=sentence))
        for question in questions.values()
        for _code, sentence, _fields in _faults(question, questions)
    ]


def _of(call_id: UUID) -> Iterable[Question]:
    return Question.objects.filter(call=call_id).select_related("section")


Sentence = tuple[str, str | Promise]
Fault = tuple[str, str | Promise, tuple[str, ...]]


def _faults(question: Question, questions: dict[str, Question]) -> Iterable[Fault]:
    if question.least is not None and question.most is not None and question.least > question.most:
        yield "limits", _("The least value is above the most."), ("least", "most")
    if question.section is not None and question.section.call_id != question.call_id:
        yield "section", _("Choose a section of this call."), ("section",)
    if question.asks_for and question.kind not in ASKS_FOR[Question.Fact(question.asks_for)]:
        yield (
            "asks_for_kind",
            filled(
                _("“%(fact)s” is asked for by a question of this kind: %(kinds)s."),
                fact=Question.Fact(question.asks_for).label,
                kinds=" / ".join(str(each.label) for each in ASKS_FOR[Question.Fact(question.asks_for)]),
            ),
            ("asks_for",),
        )
    conditions = question.conditions
    if len(conditions) > MOST_CONDITIONS:
        yield (
            "conditions_many",
            filled(_("A question has at most %(most)s conditions."), most=str(MOST_CONDITIONS)),
            ("asked_if",),
        )
    for number, each in enumerate(conditions, start=1):
        for code, found in _of_condition(question, each, questions):
            sentence: str | Promise = found
            if len(conditions) > 1:
                sentence = filled(_("Condition %(number)s: %(fault)s"), number=str(number), fault=found)
            yield code, sentence, ("asked_if",)


def _of_condition(
    question: Question, condition: Condition, questions: dict[str, Question]
) -> Iterable[Sentence]:
    earlier = questions.get(condition.question) if condition.question else None  # a new one has no code yet
    if earlier is None or condition.how not in How.values:
        yield "condition_question", _("Choose both a question of this call and a condition, or neither.")
        return
    if question.code in _above(earlier, questions):
        yield (
            "condition_cycle",
            _("The question whose answer decides hangs on this one. Choose another one."),
        )
        return
    if earlier.place >= question.place:
        yield (
            "condition_later",
            filled(
                _("“%(question)s” is asked later. A condition looks at an earlier question."),
                question=str(earlier),
            ),
        )
    if earlier.stage != question.stage:
        yield (
            "condition_later",
            filled(_("“%(question)s” is asked at another time. Choose a question asked at the same time."), question=str(earlier)),
        )  # fmt: skip
    yield from _fit(condition, earlier)


def _above(question: Question, questions: dict[str, Question]) -> set[str]:
    """Codes of the question and of all that it hangs on, directly or through others."""
    found: set[str] = set()
    more = {question.code}
    while more:
        found |= more
        rows = [questions[code] for code in more if code in questions]
        more = {each.question for row in rows for each in row.conditions} - found
    return found


def _fit(condition: Condition, earlier: Question) -> Iterable[Sentence]:
    """Whether what is wanted can be answered to the earlier question."""
    if condition.how not in CONDITIONS.get(earlier.kind, ()):
        yield (
            "condition_kind",
            filled(
                _("“%(condition)s” cannot be asked of “%(question)s”: it is answered with %(kind)s."),
                condition=How(condition.how).label,
                question=str(earlier),
                kind=Kind(earlier.kind).label,
            ),
        )
    elif condition.how == How.AT_LEAST:
        if condition.least is None:
            yield "condition_value", _("Type the value from which on it is asked.")
        elif earlier.kind == Kind.MONEY and not earlier.currency:
            yield (
                "condition_value",
                _("An amount in a currency that the company chooses cannot be compared. Set its currency."),
            )
    elif condition.how in {How.EQUALS, How.ONE_OF}:
        known = (
            set(Country.objects.values_list("pk", flat=True))
            if earlier.kind == Kind.COUNTRY
            else {each["code"] for each in earlier.choices}
        )
        if not condition.codes or not set(condition.codes) <= known:
            yield "condition_choice", filled(_("Choose choices of “%(question)s”."), question=str(earlier))


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
