"""Inputs are drawn exactly as their templates would draw them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList
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
