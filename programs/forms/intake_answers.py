"""A field for each kind of question, and its typed value."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ground import words
from ground.models import Currency
from programs.domain.intake_drafts import AnswerValue
from programs.forms.intake import YES_NO, PlainNumberField, choice_of, is_yes
from programs.models import Answer, Question

Kind = Question.Kind


class PlainTextField(forms.CharField):
    """Text whose line ends count as one character, as the browser counts them."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")


class MoneyField(PlainNumberField):
    """An amount, not below zero, with no more decimals than its currency has."""

    def __init__(self, *, decimals: int | None, **kwargs: Any) -> None:
        self.decimals = decimals
        super().__init__(max_digits=20, decimal_places=4, min_value=0, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        amount: Decimal | None = super().clean(value)
        if amount is not None and self.decimals is not None:
            require_decimals(amount, self.decimals)
        return amount


def require_decimals(amount: Decimal, decimals: int) -> None:
    """`ValidationError` when the amount has more decimals than people pay in this currency."""
    if amount != round(amount, decimals):
        raise ValidationError(
            _("This currency has no decimals.")
            if decimals == 0
            else _("This currency has at most %(count)d decimals.") % {"count": decimals}
        )


def field_of(question: Question, currencies: dict[str, Currency]) -> forms.Field:
    """The input for a question, with its limits."""
    common: dict[str, Any] = {
        "label": words.plain(question, "label"),
        "help_text": escape(words.plain(question, "hint")),  # pages print help texts as markup
        "required": question.is_required,
    }
    kind = Kind(question.kind)
    if kind == Kind.SHORT:
        return PlainTextField(max_length=min(question.max_length, 300), **common)
    if kind == Kind.LONG:
        common["help_text"] = common["help_text"] or _("At most %(count)s characters.") % {
            "count": question.max_length
        }
        return PlainTextField(max_length=question.max_length, widget=forms.Textarea({"rows": 6}), **common)
    if kind == Kind.NUMBER:
        return PlainNumberField(max_digits=20, decimal_places=4, **common)
    if kind == Kind.MONEY:
        known = currencies.get(question.currency)
        return MoneyField(decimals=known.decimals if known else None, **common)
    if kind == Kind.DAY:
        widget = forms.DateInput({"type": "date", "class": "w-short"}, format="%Y-%m-%d")
        return forms.DateField(widget=widget, **common)
    if kind == Kind.YES_NO:
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
    choices = [(each["code"], _choice_label(each)) for each in question.choices]
    if kind == Kind.ONE:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)


def _choice_label(choice: dict[str, str]) -> str:
    return choice.get("en") or choice["ko"] if get_language() == "en" else choice["ko"]


class QuestionsForm(forms.Form):
    """The call's own questions, in their order; an open currency is asked beside its amount."""

    def __init__(self, questions: Iterable[Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        currencies = {each.code: each for each in Currency.objects.all() if isinstance(each, Currency)}
        self.currencies = currencies
        for question in self.questions:
            name = f"q_{question.code}"
            self.fields[name] = field_of(question, currencies)
            if question.kind == Kind.MONEY and not question.currency:
                self.fields[f"{name}_currency"] = forms.ChoiceField(
                    label=_("Currency"),
                    choices=[("", ""), *((code, f"{code} {each}") for code, each in currencies.items())],
                    required=False,
                    widget=forms.Select({"class": "w-short"}),
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for question in self.questions:
            name = f"q_{question.code}"
            if question.kind != Kind.MONEY or question.currency or cleaned.get(name) is None:
                continue
            currency = self.currencies.get(cleaned.get(f"{name}_currency") or "")
            if currency is None:
                self.add_error(f"{name}_currency", _("Choose the currency of the amount."))
                continue
            try:
                require_decimals(cleaned[name], currency.decimals)
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned

    @property
    def asked(self) -> list[tuple[Question, forms.BoundField, forms.BoundField | None]]:
        """Each question with its input, and the input of its currency where that is open."""
        return [
            (
                question,
                self[f"q_{question.code}"],
                self[f"q_{question.code}_currency"] if f"q_{question.code}_currency" in self.fields else None,
            )
            for question in self.questions
        ]

    def answers(self) -> dict[UUID, AnswerValue]:
        """Typed values of the questions whose input is in order."""
        return {
            question.pk: self._value(question)
            for question in self.questions
            if f"q_{question.code}" in self.cleaned_data
        }

    def _value(self, question: Question) -> AnswerValue:
        value = self.cleaned_data[f"q_{question.code}"]
        match Kind(question.kind):
            case Kind.SHORT | Kind.LONG:
                return AnswerValue(text=value)
            case Kind.NUMBER:
                return AnswerValue(number=value)
            case Kind.MONEY:
                currency = question.currency or self.cleaned_data.get(f"q_{question.code}_currency") or ""
                return AnswerValue(amount=value, currency=currency if value is not None else "")
            case Kind.DAY:
                return AnswerValue(day=value)
            case Kind.YES_NO:
                return AnswerValue(is_yes=is_yes(value))
            case Kind.ONE:
                return AnswerValue(codes=(value,) if value else ())
            case Kind.MANY:
                return AnswerValue(codes=tuple(value))

    @staticmethod
    def saved(answers: Iterable[Answer]) -> dict[str, Any]:
        """First values from saved answers (with their questions)."""
        first: dict[str, Any] = {}
        for answer in answers:
            name = f"q_{answer.question.code}"
            match Kind(answer.question.kind):
                case Kind.SHORT | Kind.LONG:
                    first[name] = answer.text
                case Kind.NUMBER:
                    first[name] = answer.number
                case Kind.MONEY:
                    first[name], first[f"{name}_currency"] = answer.amount, answer.currency
                case Kind.DAY:
                    first[name] = answer.day
                case Kind.YES_NO:
                    first[name] = choice_of(answer.is_yes)
                case Kind.ONE:
                    first[name] = answer.codes[0] if answer.codes else ""
                case Kind.MANY:
                    first[name] = answer.codes
        return first


def answer_text(answer: Answer) -> str:
    """A saved answer as a reader sees it."""
    question = answer.question
    match Kind(question.kind):
        case Kind.NUMBER:
            return "" if answer.number is None else f"{answer.number.normalize():,f}"
        case Kind.MONEY:
            return "" if answer.amount is None else f"{answer.currency} {answer.amount.normalize():,f}"
        case Kind.DAY:
            return "" if answer.day is None else answer.day.isoformat()
        case Kind.YES_NO:
            return "" if answer.is_yes is None else str(dict(YES_NO)[choice_of(answer.is_yes)])
        case Kind.ONE | Kind.MANY:
            labels = {each["code"]: _choice_label(each) for each in question.choices}
            return ", ".join(labels.get(code, code) for code in answer.codes)
        case _:
            return answer.text
