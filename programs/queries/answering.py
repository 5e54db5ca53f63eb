"""Answers as a reader sees them, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ground.models import Country
from ground.templatetags.naru import amount, day
from programs.models import Answer, ProductLine, Question


def country_names(questions: Iterable[Question]) -> dict[str, str]:
    """Names of countries by code; one query, none where no question asks for a country."""
    if not any(each.kind == Question.Kind.COUNTRY for each in questions):
        return {}
    return {each.pk: str(each) for each in Country.objects.all()}


def shown(question: Question, answer: Answer | None, countries: dict[str, str]) -> str:
    """What was answered, "" for nothing. Of products one line each; the lines are read with the answer."""
    if answer is None:
        return ""
    match question.kind:
        case Question.Kind.NUMBER:
            return "" if answer.number is None else trimmed(answer.number)
        case Question.Kind.MONEY:
            return "" if answer.amount is None else f"{answer.currency} {trimmed(answer.amount)}"
        case Question.Kind.DAY:
            return day(answer.day) if answer.day else ""
        case Question.Kind.YES_NO:
            return yes_no(answer.is_yes)
        case Question.Kind.ONE | Question.Kind.MANY:
            return ", ".join(choice_label(question, code) for code in answer.codes)
        case Question.Kind.COUNTRY:
            return ", ".join(countries.get(code, code) for code in answer.codes)
        case Question.Kind.PRODUCTS:
            return "\n".join(_line(each) for each in answer.lines.all())
    return answer.text


def _line(line: ProductLine) -> str:
    parts = [f"{line.product} ({line.product.code})"]
    if line.quantity is not None:
        parts.append(_("quantity %(quantity)s") % {"quantity": trimmed(line.quantity)})
    if line.price_amount is not None:
        parts.append(f"{line.currency} {trimmed(line.price_amount)}")
    return " · ".join(parts)


def trimmed(value: Any) -> str:
    whole = value == value.to_integral_value()
    return amount(value) if whole else amount(value, 2)


def choice_label(question: Question, code: str) -> str:
    """What a choice of a list says in the reader's language."""
    for each in question.choices:
        if isinstance(each, dict) and each.get("code") == code:
            return str((get_language() == "en" and each.get("en")) or each.get("ko") or code)
    return code


def yes_no(value: bool | None) -> str:
    """Yes, no, or nothing where nothing is known."""
    return "" if value is None else str(_("yes") if value else _("no"))
