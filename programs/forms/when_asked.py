"""When a question is asked: in words for people, and for the script that hides it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from programs.forms.intake import YES_NO, choice_of
from programs.models import Question
from programs.models.question import Condition
from programs.queries.answering import choice_label

How, Match = Question.How, Question.Match


def condition_sentences(
    question: Question, questions: Mapping[str, Question], countries: Mapping[str, str]
) -> tuple[StrOrPromise, list[StrOrPromise]]:
    """When the question is asked, for people whose browser does not hide it: a sentence, and, where there are several
    conditions, one part for each. `questions` are all of the call by code: an earlier one may stand on another page."""
    found = [(each, questions[each.question]) for each in question.conditions if each.question in questions]
    if not found:
        return "", []
    if len(found) > 1:
        head = (
            _("Only if any of this is so:")
            if question.asked_if_match == Match.ANY
            else _("Only if all of this is so:")
        )
        return head, [_part(each, earlier, countries) for each, earlier in found]
    ((condition, earlier),) = found
    said = {"question": earlier, "value": _wanted(condition, earlier, countries)}
    if condition.how == How.AT_LEAST:
        return _("Only if the answer to “%(question)s” is at least %(value)s.") % said, []
    return _("Only if the answer to “%(question)s” is “%(value)s”.") % said, []


def _part(condition: Condition, earlier: Question, countries: Mapping[str, str]) -> StrOrPromise:
    said = {"question": earlier, "value": _wanted(condition, earlier, countries)}
    if condition.how == How.AT_LEAST:
        return _("“%(question)s”: at least %(value)s") % said
    return _("“%(question)s”: “%(value)s”") % said


def _wanted(condition: Condition, earlier: Question, countries: Mapping[str, str]) -> str:
    if condition.how == How.AT_LEAST and condition.least is not None:
        return f"{condition.least.normalize():,f} {earlier.currency}".strip()
    if condition.how in {How.YES, How.NO}:
        return str(dict(YES_NO)[choice_of(condition.how == How.YES)])
    is_country = earlier.kind == Question.Kind.COUNTRY
    return " / ".join(
        countries.get(code, code) if is_country else choice_label(earlier, code) for code in condition.codes
    )


def for_script(question: Question, questions: Mapping[str, Question]) -> str:
    """The conditions as `questions.js` reads them; empty where there are none."""
    found = [
        {
            "name": f"q_{each.question}",
            "how": each.how,
            "codes": each.codes,
            "least": "" if each.least is None else format(each.least, "f"),
        }
        for each in question.conditions
        if each.question in questions
    ]
    return json.dumps(found) if found else ""
