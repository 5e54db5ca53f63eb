"""A field for each kind of question, and its typed value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies.models import Product
from ground import words
from ground.models import Country, Currency
from programs.domain import asking
from programs.domain.intake_documents import Change
from programs.domain.intake_drafts import AnswerValue, lines_of
from programs.forms.intake import YES_NO, PlainNumberField, StepForm, choice_of, is_yes
from programs.forms.intake_documents import ACCEPT, removal_field
from programs.forms.intake_products import ProductsField, rows_of
from programs.forms.when_asked import condition_sentences, for_script
from programs.models import Answer, Document, Question, Section
from programs.queries.answering import country_names

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
        least = kwargs.pop("min_value", None)
        super().__init__(max_digits=20, decimal_places=4, min_value=max(least or 0, 0), **kwargs)

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


def field_of(
    question: Question, currencies: dict[str, Currency], products: Sequence[Product] = ()
) -> forms.Field:
    """The input for a question, with its limits."""
    common: dict[str, Any] = {
        "label": words.plain(question, "label"),
        "help_text": escape(words.plain(question, "hint")),  # pages print help texts as markup
        "required": question.is_required,
    }
    limits: dict[str, Any] = {"min_value": question.least, "max_value": question.most}
    kind = Kind(question.kind)
    if kind == Kind.SHORT:
        return PlainTextField(max_length=min(question.max_length, 300), **common)
    if kind == Kind.LONG:
        common["help_text"] = common["help_text"] or _("At most %(count)s characters.") % {
            "count": question.max_length
        }
        return PlainTextField(max_length=question.max_length, widget=forms.Textarea({"rows": 6}), **common)
    if kind in {Kind.NUMBER, Kind.MONEY}:
        common["help_text"] = common["help_text"] or limits_sentence(question)
    if kind == Kind.NUMBER:
        return PlainNumberField(max_digits=20, decimal_places=4, **limits, **common)
    if kind == Kind.MONEY:
        known = currencies.get(question.currency)
        return MoneyField(decimals=known.decimals if known else None, **limits, **common)
    if kind == Kind.DAY:
        widget = forms.DateInput({"type": "date", "class": "w-short"}, format="%Y-%m-%d")
        return forms.DateField(widget=widget, **common)
    if kind == Kind.YES_NO:
        return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
    if kind == Kind.COUNTRY:
        countries = sorted(Country.objects.filter(disabled_on__isnull=True), key=str)
        return forms.ChoiceField(
            choices=[("", _("choose")), *((each.pk, str(each)) for each in countries)], **common
        )
    if kind == Kind.PRODUCTS:
        return ProductsField(products, currencies, **common)
    if kind == Kind.FILE:
        return forms.FileField(allow_empty_file=True, widget=forms.FileInput({"accept": ACCEPT}), **common)
    choices = [(each["code"], _choice_label(each)) for each in question.choices]
    if kind == Kind.ONE:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)


def limits_sentence(question: Question) -> StrOrPromise:
    """The least and the most value, as a hint."""
    least, most = (
        None if each is None else f"{each.normalize():,f}" for each in (question.least, question.most)
    )
    if least is not None and most is not None:
        return _("From %(least)s to %(most)s.") % {"least": least, "most": most}
    if least is not None:
        return _("At least %(least)s.") % {"least": least}
    return _("At most %(most)s.") % {"most": most} if most is not None else ""


def _choice_label(choice: dict[str, str]) -> str:
    return choice.get("en") or choice["ko"] if get_language() == "en" else choice["ko"]


@dataclass(frozen=True)
class Asked:
    """A question on the page: its input, that of its currency, the file that is there with the box to take it back,
    when it is asked at all, and what is offered beside it."""

    question: Question
    field: forms.BoundField
    currency: forms.BoundField | None
    current: Document | None
    remove: forms.BoundField | None
    condition: StrOrPromise
    conditions: Sequence[StrOrPromise]
    for_script: str
    beside: Any = None


class QuestionsForm(StepForm):
    """The call's own questions, in their order; an open currency is asked beside its amount.

    `every` are all questions of the call and `said` the saved answers, where only some are on the page; `current` the
    files that are there, by question; `products` those of the company. What a condition leaves unasked is not missed,
    and what is wrong there is passed over. `beside`, by code, is what is offered of earlier answers (`intake_offers`).
    """

    def __init__(
        self,
        questions: Iterable[Question],
        *args: Any,
        every: Iterable[Question] | None = None,
        said: Mapping[UUID, asking.Said] | None = None,
        products: Sequence[Product] = (),
        current: Mapping[UUID, Document] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        self.every = self.questions if every is None else list(every)
        self.said = said or {}
        self.current = current or {}
        self.beside: Mapping[str, Any] = {}
        is_priced = any(each.kind in {Kind.MONEY, Kind.PRODUCTS} for each in self.questions)
        listed = Currency.objects.all() if is_priced else ()
        currencies = {each.code: each for each in listed if isinstance(each, Currency)}
        self.currencies = currencies
        for question in self.questions:
            name = f"q_{question.code}"
            self.fields[name] = field_of(question, currencies, products)
            if question.kind == Kind.FILE and not question.is_required and question.pk in self.current:
                self.fields[f"{name}_remove"] = removal_field()
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
            if question.kind == Kind.FILE and question.pk in self.current and not self.files.get(name):
                self._pass_over(name)
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
        unasked = self.unasked()
        for question in self.questions:
            if question.pk in unasked:
                self._pass_over(f"q_{question.code}")
                self._pass_over(f"q_{question.code}_currency")
        return cleaned

    def _pass_over(self, name: str) -> None:
        self.errors.pop(name, None)

    def unasked(self) -> frozenset[UUID]:
        """Questions that the answers typed here, and the saved ones elsewhere, leave unasked."""
        here = {question.pk for question in self.questions}
        said = {key: each for key, each in self.said.items() if key not in here}
        return asking.hidden(self.every, {**said, **self.answers()})

    @property
    def asked(self) -> list[Asked]:
        """Each question with all that the page shows of it."""
        found = {question.code: question for question in self.every}
        countries = country_names(
            found[each.question]
            for question in self.questions
            for each in question.conditions
            if each.question in found
        )
        return [
            Asked(
                question,
                self[f"q_{question.code}"],
                self._beside(question, "currency"),
                self.current.get(question.pk),
                self._beside(question, "remove") if question.pk in self.current else None,
                *condition_sentences(question, found, countries),
                for_script(question, found),
                self.beside.get(question.code),
            )
            for question in self.questions
        ]

    def _beside(self, question: Question, part: str) -> forms.BoundField | None:
        name = f"q_{question.code}_{part}"
        return self[name] if name in self.fields else None

    @property
    def parts(self) -> list[tuple[Section | None, list[Asked]]]:
        """What is asked, by sections in their order; questions without one come first."""
        by_section: dict[UUID | None, list[Asked]] = {}
        sections: dict[UUID, Section] = {}
        for each in self.asked:
            by_section.setdefault(each.question.section_id, []).append(each)
            if each.question.section is not None:
                sections[each.question.section.pk] = each.question.section
        ordered = sorted(sections.values(), key=lambda each: (each.position, each.pk))
        return [
            (section, by_section[section.pk if section else None])
            for section in [None, *ordered]
            if (section.pk if section else None) in by_section
        ]

    def changes(self) -> list[Change]:
        """Files that were chosen for questions that are asked, or that are not to be handed in any more."""
        unasked = self.unasked()
        return [
            Change(question.document, is_taken_away=True) if is_gone else Change(question.document, upload)
            for question in self.questions
            if question.kind == Kind.FILE and question.pk not in unasked
            for upload in [self.files.get(self.add_prefix(f"q_{question.code}"))]
            for is_gone in [bool(self.cleaned_data.get(f"q_{question.code}_remove"))]
            if is_gone or upload is not None
        ]

    def refuse(self, required_id: UUID, sentence: Any) -> None:
        """Put a refusal of a file beside its question."""
        for question in self.questions:
            if question.kind == Kind.FILE and question.document.pk == required_id:
                self.add_error(f"q_{question.code}", sentence)

    def answers(self) -> dict[UUID, AnswerValue]:
        """Typed values of the questions whose input is in order."""
        return {
            question.pk: self._value(question)
            for question in self.questions
            if f"q_{question.code}" in self.cleaned_data and question.kind != Kind.FILE
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
            case Kind.ONE | Kind.COUNTRY:
                return AnswerValue(codes=(value,) if value else ())
            case Kind.MANY:
                return AnswerValue(codes=tuple(value))
            case Kind.PRODUCTS:
                return AnswerValue(lines=value)
            case Kind.FILE:
                return AnswerValue()

    @staticmethod
    def saved(answers: Iterable[Answer]) -> dict[str, Any]:
        """First values from saved answers (with their questions and lines)."""
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
                case Kind.ONE | Kind.COUNTRY:
                    first[name] = answer.codes[0] if answer.codes else ""
                case Kind.MANY:
                    first[name] = answer.codes
                case Kind.PRODUCTS:
                    first[name] = rows_of(lines_of(answer))
        return first
