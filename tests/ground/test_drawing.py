"""Inputs are drawn exactly as their templates would draw them."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList
from django.template import Context, Template
from django.template.loader import get_template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from ground.drawing import DRAWN, Renderer

NASTY = "<b>\"'&amp;&</b>"
CHOICES = [
    ("", "---"), (1, 2025), ("a", NASTY), ("b", mark_safe("<i>safe</i>")), (Decimal("1000.5"), gettext_lazy("Home")),
    (NASTY, [("x", "In a group"), (True, "Yes"), (None, "Nothing")]), (gettext_lazy("Calls"), [("y", 1000)]),
]  # fmt: skip
VALUES: list[Any] = [
    None, "", "plain", NASTY, mark_safe("<i>safe</i>"), 0, 1000, Decimal("1234567.50"), True, False, ("a", "b"), ["x", "1"],
    dt.date(2026, 1, 31), gettext_lazy("Home"), "line\nline & more",
]  # fmt: skip
ATTRIBUTES: list[dict[str, Any]] = [
    {}, {"id": "id_x", "class": "wide"}, {"required": True, "disabled": False, "maxlength": 1000, "data-x": NASTY},
    {"id": mark_safe("a&b"), "aria-label": gettext_lazy("Home"), "step": Decimal("0.01"), "class": NASTY},
]  # fmt: skip


class OwnOption(forms.RadioSelect):
    option_template_name = "django/forms/widgets/text.html"


def widgets(attrs: dict[str, Any]) -> list[forms.Widget]:
    plain = [
        forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.PasswordInput, forms.HiddenInput,
        forms.DateInput, forms.DateTimeInput, forms.TimeInput, forms.FileInput, forms.Textarea, forms.CheckboxInput,
        forms.ClearableFileInput, forms.NullBooleanSelect,
    ]  # fmt: skip
    chosen = [forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple, OwnOption]
    return [
        *(kind(attrs=attrs) for kind in plain),
        *(kind(attrs=attrs, choices=CHOICES) for kind in chosen),
        forms.MultiWidget([forms.TextInput(), forms.Select(choices=CHOICES)], attrs=attrs),
    ]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_inputs_are_drawn_as_by_their_templates(language: str) -> None:
    templates, drawn = TemplatesSetting(), Renderer()
    seen = set()
    with override(language):
        for attrs in ATTRIBUTES:
            for widget in widgets(attrs):
                seen.add(widget.template_name)
                for value in VALUES:
                    if isinstance(widget, forms.MultiWidget) and not isinstance(value, list):
                        continue
                    if isinstance(widget, forms.NullBooleanSelect) and isinstance(value, list):
                        continue
                    for name in ("x", NASTY):
                        said = widget.render(name, value, renderer=drawn)
                        assert said == widget.render(name, value, renderer=templates), (widget, value, name)
    known = {name for name in DRAWN if "/widgets/" in name}
    without_widget = {
        f"django/forms/widgets/{name}.html" for name in ("input", "tel", "search", "color")
    }  # as `text` is
    assert known - seen == without_widget


def test_errors_are_drawn_as_by_their_template() -> None:
    templates, drawn = TemplatesSetting(), Renderer()
    for errors in ([], ["One.", NASTY, mark_safe("<i>safe</i>"), gettext_lazy("Home")]):
        for key in (None, "id_x", NASTY):
            said = ErrorList(errors, error_class="grave", renderer=drawn, field_id=key)
            other = ErrorList(errors, error_class="grave", renderer=templates, field_id=key)
            assert str(said) == str(other)


FIELD = """{% load i18n %}
{# field; unit (optional, stands behind the input); boxes=True draws the options of a choice as boxes #}
{% if field.is_hidden %}
  {{ field }}
{% elif field.widget_type == "checkbox" %}
  <div class="field field-check">
    <div class="choice">
      {{ field }}
      <label for="{{ field.id_for_label }}">{{ field.label }}{% if not field.field.required %} <span class="optional">{% translate "(optional)" %}</span>{% endif %}</label>
    </div>
    {% if field.help_text %}<div class="hint"{% if field.auto_id %} id="{{ field.auto_id }}_helptext"{% endif %}>{{ field.help_text|safe }}</div>{% endif %}
    {{ field.errors }}
  </div>
{% elif field.use_fieldset %}
  <div class="field{% if boxes %} choice-boxes{% endif %}">
    <fieldset{% if field.aria_describedby %} aria-describedby="{{ field.aria_describedby }}"{% endif %}>
      {% if field.label %}
        <legend>{% if field.id_for_label %}<label for="{{ field.id_for_label }}">{{ field.label }}</label>{% else %}{{ field.label }}{% endif %}{% if not field.field.required %} <span class="optional">{% translate "(optional)" %}</span>{% endif %}</legend>
      {% endif %}
      {% if field.help_text %}<div class="hint"{% if field.auto_id %} id="{{ field.auto_id }}_helptext"{% endif %}>{{ field.help_text|safe }}</div>{% endif %}
      {{ field }}
      {{ field.errors }}
    </fieldset>
  </div>
{% else %}
  <div class="field">
    {% if field.label %}<label for="{{ field.id_for_label }}">{{ field.label }}{% if not field.field.required %} <span class="optional">{% translate "(optional)" %}</span>{% endif %}</label>{% endif %}
    {% if field.help_text %}<div class="hint"{% if field.auto_id %} id="{{ field.auto_id }}_helptext"{% endif %}>{{ field.help_text|safe }}</div>{% endif %}
    {% if unit %}<div class="with-unit">{{ field }}<span class="unit">{{ unit }}</span></div>{% else %}{{ field }}{% endif %}
    {{ field.errors }}
  </div>
{% endif %}
"""
"""A field as a template would have it."""


class AllFields(forms.Form):
    name = forms.CharField(label=NASTY, help_text="<b>Type</b> it")
    unnamed = forms.CharField(label="", required=False)
    price = forms.DecimalField(label=gettext_lazy("Home"), required=False, help_text=gettext_lazy("Calls"))
    agrees = forms.BooleanField(label="Agrees")
    reads = forms.BooleanField(required=False, help_text="a & b")
    one = forms.ChoiceField(choices=CHOICES[:4], widget=forms.RadioSelect, required=False, label="One")
    many = forms.MultipleChoiceField(
        choices=CHOICES[:4], widget=forms.CheckboxSelectMultiple, help_text="some"
    )
    bare = forms.ChoiceField(choices=CHOICES[:4], widget=forms.RadioSelect, label="")
    chosen = forms.ChoiceField(choices=CHOICES)
    text = forms.CharField(widget=forms.Textarea)
    paper = forms.FileField(required=False)
    secret = forms.CharField(widget=forms.HiddenInput, initial=NASTY)
    told = forms.CharField(widget=forms.TextInput(attrs={"aria-describedby": "elsewhere", "id": "own"}))


def _squeezed(page: str) -> str:
    """Without the space at which tags are broken, which no browser shows between blocks."""
    return re.sub(r"\s+(?=<(?!span))|(?<=>)\s+", "", page)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("key", ["id_%s", True, False])
def test_fields_are_drawn_as_by_a_template(language: str, key: str | bool) -> None:
    wanted, page = Template(FIELD), get_template("components/field.html").template
    with override(language):
        for data in (None, {}, {"name": NASTY, "agrees": "on", "one": "a", "many": ["1"], "price": "x"}):
            form = AllFields(data, auto_id=key)
            for field in form:
                for more in ({}, {"unit": "USD & <b>"}, {"boxes": True}, {"unit": "", "boxes": False}):
                    context = {"field": field, **more}
                    drawn = page.render(Context(context))
                    assert _squeezed(drawn) == _squeezed(wanted.render(Context(context))), (field.name, more)
