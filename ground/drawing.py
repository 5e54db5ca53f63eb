"""Inputs and errors of forms as their templates draw them (Django's and those of `templates/django/forms/`), written
directly: a form has dozens, and each would go through half a dozen templates. What is not known here goes to its template.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.template.defaultfilters import stringformat
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]
from django.utils.translation import gettext as _

Widget = Mapping[str, Any]
Draw = Callable[[Mapping[str, Any]], str | None]

PLACE = "django/forms/widgets/"
INPUTS = (
    "input", "text", "number", "email", "url", "tel", "search", "color", "password", "hidden", "date", "datetime", "time",
    "file", "checkbox",
)  # fmt: skip
OPTIONS = frozenset({f"{PLACE}{name}.html" for name in ("radio_option", "checkbox_option")})
SELECT_OPTION = f"{PLACE}select_option.html"


class Renderer(TemplatesSetting):
    """What is drawn stands in the page exactly as the template would have it; a test compares the two."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        draw = DRAWN.get(template_name)
        drawn = draw(context) if draw is not None else None
        return super().render(template_name, context, request) if drawn is None else drawn


def _shown(value: Any) -> str:
    """`{{ value }}`"""
    if not isinstance(value, str):
        value = str(localize(template_localtime(value)))
    return conditional_escape(value)


def _formatted(value: Any) -> str:
    """`{{ value|stringformat:'s' }}`"""
    return html.escape(value) if type(value) is str else conditional_escape(stringformat(value, "s"))


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {_shown(name)}" if value is True else f' {_shown(name)}="{_formatted(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{_formatted(value)}"'
    return (
        f'<input type="{_shown(widget["type"])}" name="{_shown(widget["name"])}"{said}{_attributes(widget)}>'
    )


def _option(option: Widget) -> str:
    """With the ends of lines of the three files that it is made of."""
    drawn = f"{_input(option)}\n"
    if option.get("wrap_label"):
        key = option["attrs"].get("id")
        opened = f'<label for="{_shown(key)}">' if key else "<label>"
        drawn = f"{opened}{drawn}<span>{_shown(option['label'])}</span></label>"
    return f"{drawn}\n\n"


def draw_input(context: Mapping[str, Any]) -> str:
    return _input(context["widget"])


def draw_options(context: Mapping[str, Any]) -> str | None:
    """Radios or boxes to tick."""
    widget = context["widget"]
    parts = []
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'<p class="group-label">{_shown(group)}</p>')
        for option in options:
            if option["template_name"] not in OPTIONS:
                return None
            parts.append(f"<div>{_option(option)}</div>")
    key, kind = widget["attrs"].get("id"), widget["attrs"].get("class")
    named = f' id="{_shown(key)}"' if key else ""
    return f'<div{named} class="choices{f" {_shown(kind)}" if kind else ""}">{"".join(parts)}</div>'


def draw_select(context: Mapping[str, Any]) -> str | None:
    widget = context["widget"]
    parts = [f'<select name="{_shown(widget["name"])}"{_attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{_shown(group)}">')
        for option in options:
            if option["template_name"] != SELECT_OPTION:
                return None
            said = f'value="{_formatted(option["value"])}"{_attributes(option)}'
            parts.append(f"\n  <option {said}>{_shown(option['label'])}</option>\n")
        if group:
            parts.append("\n  </optgroup>")
    return "".join([*parts, "\n</select>"])


def draw_textarea(context: Mapping[str, Any]) -> str:
    widget = context["widget"]
    value = widget["value"]
    typed = _shown(value) if value else ""
    return f'<textarea name="{_shown(widget["name"])}"{_attributes(widget)}>\n{typed}</textarea>'


def draw_errors(context: Mapping[str, Any]) -> str:
    errors = context["errors"]
    if not errors:
        return ""
    key = errors.field_id
    named = f' id="{_shown(key)}_error"' if key else ""
    said = "".join(f"<li><span>{_shown(error)}</span></li>" for error in errors)
    return f'<ul class="{_shown(context["error_class"])}"{named}>{said}</ul>'


def draw_field(field: Any, unit: Any = None, *, has_boxes: bool = False) -> str:
    """A field of a form: label, hint, input with its unit, errors. A choice is drawn as boxes where that is asked for."""
    if field.is_hidden:
        return str(field)
    optional = "" if field.field.required else f' <span class="optional">{_shown(_("(optional)"))}</span>'
    target, label, help_text, key = field.id_for_label, field.label, field.help_text, field.auto_id
    named = f'<label for="{_shown(target)}">{_shown(label)}'
    hint = ""
    if help_text:
        marked = f' id="{_shown(key)}_helptext"' if key else ""
        hint = f'<div class="hint"{marked}>{help_text}</div>\n'
    if field.widget_type == "checkbox":
        return (
            f'<div class="field field-check"><div class="choice">{field}\n{named}{optional}</label></div>\n'
            f"{hint}{field.errors}</div>\n"
        )
    if field.use_fieldset:
        described = field.aria_describedby
        said = f' aria-describedby="{_shown(described)}"' if described else ""
        legend = f"{named}</label>" if target else _shown(label)
        legend = f"<legend>{legend}{optional}</legend>\n" if label else ""
        boxes = " choice-boxes" if has_boxes else ""
        return f'<div class="field{boxes}"><fieldset{said}>{legend}{hint}{field}\n{field.errors}</fieldset></div>\n'
    named = f"{named}{optional}</label>\n" if label else ""
    drawn = f'<div class="with-unit">{field}<span class="unit">{_shown(unit)}</span></div>' if unit else field
    return f'<div class="field">{named}{hint}{drawn}\n{field.errors}</div>\n'


DRAWN: dict[str, Draw] = {
    **{f"{PLACE}{name}.html": draw_input for name in INPUTS},
    f"{PLACE}radio.html": draw_options,
    f"{PLACE}checkbox_select.html": draw_options,
    f"{PLACE}select.html": draw_select,
    f"{PLACE}textarea.html": draw_textarea,
    "django/forms/errors/list/default.html": draw_errors,
    "django/forms/errors/list/ul.html": draw_errors,
}
