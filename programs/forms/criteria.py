"""Fields of a criterion, made from what its kind declares: each takes what people type and gives it as it stands in the values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import singledispatch
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from ground.models import Industry, Province
from ground.templatetags.naru import day
from programs.domain.criteria.parameters import (
    Bound,
    Codes,
    Flag,
    Given,
    Number,
    OfForm,
    One,
    Option,
    Parameter,
    Provinces,
    Some,
    Texts,
    day_of,
    is_empty,
    number_of,
)
from programs.domain.criteria.values import KSIC_REVISION
from programs.forms.form_conditions import Earlier
from programs.models import Call, Question

Values = Mapping[str, Any]
Groups = list[tuple[StrOrPromise, list[tuple[str, StrOrPromise]]]]


class Checked(forms.Field):
    """A field that asks its parameter whether a value is sound; with nothing typed its value is None."""

    parameter: Parameter

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if is_empty(found) or found is False:
            return None
        if (sentence := self.parameter.fault(found)) is not None:
            raise forms.ValidationError(str(sentence))
        return found


class NumberField(Checked, forms.CharField):
    """Thousands may be parted by commas or blanks; whole numbers become numbers, others stay text, exactly as typed."""

    def to_python(self, value: Any) -> Any:
        typed = re.sub(r"[,\s]", "", super().to_python(value) or "")
        number = number_of(typed)
        if number is None:
            return typed
        return int(number) if not number % 1 else format(number.normalize(), "f")

    def prepare_value(self, value: Any) -> Any:
        number = None if isinstance(value, str) and "," in value else number_of(value)
        return value if number is None else f"{number:,f}"


class BoundField(Checked, forms.CharField):
    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value) or ""
        if day_of(typed) is not None:
            return typed
        number = number_of(re.sub(r"[,\s]", "", typed))
        return typed if number is None else int(number) if number == int(number) else format(number, "f")

    def prepare_value(self, value: Any) -> Any:
        number = None if isinstance(value, str) else number_of(value)
        return value if number is None else f"{Decimal(number):,f}"


class TextsField(Checked, forms.CharField):
    """Several texts with lines between them; codes also with commas and blanks."""

    between = r"\n"

    def to_python(self, value: Any) -> Any:
        typed = (each.strip() for each in re.split(self.between, super().to_python(value) or ""))
        return list(dict.fromkeys(each for each in typed if each))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value


class CodesField(TextsField):
    between = r"[\s,;]+"

    def to_python(self, value: Any) -> Any:
        return [each.upper() for each in super().to_python(value)]


class OneField(Checked, forms.TypedChoiceField):
    pass


class SomeField(Checked, forms.MultipleChoiceField):
    pass


class FlagField(Checked, forms.BooleanField):
    pass


class GivenField(Checked, forms.ChoiceField):
    """An answer under its question. The value is `question:` and the answer as JSON; the form takes them apart."""

    def clean(self, value: Any) -> Any:
        return forms.ChoiceField.clean(self, value) or None


@singledispatch
def field_of(parameter: Parameter, call: Call, values: Values) -> forms.Field:
    """The field for a parameter; `values` are those of now: what stands there can always be kept."""
    raise NotImplementedError(type(parameter).__name__)


def made(kind: Callable[..., forms.Field], parameter: Parameter, **options: Any) -> forms.Field:
    field = kind(
        label=capfirst(parameter.label), help_text=parameter.hint, required=parameter.is_required,
        error_messages={"required": parameter.missing}, **options,
    )  # fmt: skip
    field.parameter = parameter  # type: ignore[attr-defined]
    return field


def kept(options: Sequence[Option], value: Any) -> list[Option]:
    """The options, and those of the values of now that are not among them."""
    known = {key for key, _label in options}
    held = value if isinstance(value, list) else [] if is_empty(value) else [value]
    return [*options, *((each, str(each)) for each in held if each not in known)]


@field_of.register
def _one(parameter: One, call: Call, values: Values) -> forms.Field:
    options = list(parameter.options)
    if parameter.default is None:
        options.insert(0, ("", "---------"))
    return made(
        OneField, parameter, choices=options, initial=parameter.default, empty_value=None,
        coerce=lambda typed: next((key for key, _label in options if str(key) == typed), typed),
    )  # fmt: skip


@field_of.register
def _some(parameter: Some, call: Call, values: Values) -> forms.Field:
    return made(
        SomeField, parameter, choices=list(parameter.options), initial=list(parameter.default),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


@field_of.register
def _provinces(parameter: Provinces, call: Call, values: Values) -> forms.Field:
    """Those in use first; of those that have another's place, their last day."""
    rows = [each for each in Province.objects.order_by("code") if isinstance(each, Province)]
    rows.sort(key=lambda each: (each.valid_to is not None, each.code))
    options: list[Option] = [(each.code, _province(each)) for each in rows]
    return made(
        SomeField,
        parameter,
        choices=kept(options, values.get(parameter.name)),
        widget=forms.CheckboxSelectMultiple,
    )


def _province(province: Province) -> str:
    name = f"{province.code} {province}"
    if province.valid_to is None:
        return name
    return gettext("%(name)s (until %(day)s)") % {"name": name, "day": day(province.valid_to)}


@field_of.register
def _texts(parameter: Texts, call: Call, values: Values) -> forms.Field:
    return made(TextsField, parameter, widget=forms.Textarea({"rows": 3}))


@field_of.register
def _codes(parameter: Codes, call: Call, values: Values) -> forms.Field:
    return made(CodesField, parameter, widget=forms.Textarea({"rows": 2, "spellcheck": "false"}))


@field_of.register
def _number(parameter: Number, call: Call, values: Values) -> forms.Field:
    field = made(
        NumberField, parameter, widget=forms.TextInput({"class": "w-medium", "inputmode": "decimal"})
    )
    field.unit = parameter.unit  # type: ignore[attr-defined]
    return field


@field_of.register
def _bound(parameter: Bound, call: Call, values: Values) -> forms.Field:
    return made(BoundField, parameter, widget=forms.TextInput({"class": "w-medium"}))


@field_of.register
def _flag(parameter: Flag, call: Call, values: Values) -> forms.Field:
    return made(FlagField, parameter)


@field_of.register
def _of_form(parameter: OfForm, call: Call, values: Values) -> forms.Field:
    questions = Question.objects.filter(call=call).in_order()
    options: list[Option] = [("", "---------"), *((each.code, f"{each.code} {each}") for each in questions)]
    return made(OneField, parameter, choices=kept(options, values.get(parameter.name)), empty_value=None)


@field_of.register
def _given(parameter: Given, call: Call, values: Values) -> forms.Field:
    """What stands there now is kept also where the form of the call offers it no more."""
    choices: list[Any] = [("", "---------"), *answers_of(call)]
    held = values.get(parameter.name)
    if is_empty(held):
        return made(GivenField, parameter, choices=choices)
    key = given_key(str(values.get(parameter.of, "")), held)
    if key not in {key for _label, group in choices[1:] for key, _name in group}:
        choices.append((key, str(held)))
    return made(GivenField, parameter, choices=choices, initial=key)


def answers_of(call: Call) -> Groups:
    """What can be answered, under its question: yes and no, the choices of each list, countries."""
    asked = Earlier(call)
    found: Groups = [
        (
            str(each),
            [(given_key(each.code, True), gettext("yes")), (given_key(each.code, False), gettext("no"))],
        )
        for each in asked.questions
        if each.kind == Question.Kind.YES_NO
    ]
    for label, choices in asked.choices:
        parts = [(key.partition(":"), name) for key, name in choices]
        found.append((label, [(given_key(question, code), name) for (question, _colon, code), name in parts]))
    return found


def given_key(question: str, answer: Any) -> str:
    return f"{question}:{json.dumps(answer, ensure_ascii=False)}"


def industries() -> list[Industry]:
    """Sections of the revision in force, to look their letters up."""
    return list(Industry.objects.filter(revision=KSIC_REVISION, code__regex=r"^[A-Z]$").order_by("code"))
