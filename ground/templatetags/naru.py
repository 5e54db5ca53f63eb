"""Words and numbers on pages: bilingual text, amounts, instants in Seoul time, permissions for links."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info

from ground import access, words
from ground.clock import SEOUL
from ground.drawing import draw_field
from ground.tables import stacked as stacked_tables

register = template.Library()
WEEKDAYS_KO = "월화수목금토일"


@register.simple_tag(takes_context=True)
def drawn_field(context: Any) -> SafeString:
    """What `components/field.html` shows: its `field`, with a `unit` behind the input; `boxes` for the options of a choice."""
    get = context.get
    return mark_safe(draw_field(context["field"], get("unit"), has_boxes=bool(get("boxes"))))  # noqa: S308 — escaped there


@register.simple_tag
def address(route: str) -> str:
    """`{% url route %}` of a page that every page leads to: looked up once in a process."""
    return _address(route)


_address = cache(reverse)


@register.simple_tag
def other_languages() -> Sequence[tuple[str, str]]:
    """Those that the page is not in: code, and the name that it has for itself."""
    return _others(get_language())


@cache
def _others(language: str | None) -> list[tuple[str, str]]:
    return [
        (code, get_language_info(code)["name_local"])
        for code, _name in settings.LANGUAGES
        if code != language
    ]


class Stacked(template.Node):
    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        return mark_safe(stacked_tables(self.nodelist.render(context)))  # noqa: S308 — the page itself


@register.tag
def stacked(parser: template.base.Parser, token: template.base.Token) -> Stacked:
    """`{% stacked %}…{% endstacked %}`: tables in it become lists of labeled values on a phone (`ground.tables`)."""
    nodelist = parser.parse(("endstacked",))
    parser.delete_first_token()
    return Stacked(nodelist)


@register.filter
def wrong_fields(form: Any) -> list[tuple[str, list[Any]]]:
    """What is wrong with the fields of a form: each sentence once, with all the fields that it is said of and that a person sees by
    a name."""
    found: dict[str, list[Any]] = {}
    for field in form:
        for sentence in field.errors:
            named = [field] if field.label and not field.is_hidden else []
            found.setdefault(sentence, []).extend(named)
    return list(found.items())


@register.filter
def words_of(record: Any, stem: str) -> SafeString | str:
    """`{{ call|words_of:"title" }}`: the text in the reader's language; Korean on an English page is marked."""
    return words.marked(record, stem)


@register.filter
def plain_of(record: Any, stem: str) -> str:
    """The same without the mark, for mails."""
    return words.plain(record, stem)


@register.filter
def lang_of(column: str | None) -> SafeString | str:
    """` lang="en"` for a column whose text is English (`name_en`), ` lang="ko"` for a Korean one: for what staff read of
    both columns side by side."""
    code = (column or "")[-3:]
    return format_html(' lang="{}"', code[1:]) if code in {"_ko", "_en"} else ""


@register.filter
def whole(number: str | None) -> SafeString | str:
    """A number with hyphens (123-45-67890, a receipt) that no line breaks within, as long as there is room for it."""
    return format_html('<span class="whole">{}</span>', number) if number else ""


NUMBERS = re.compile(r"(\b(?=[\w-]*\d)[0-9A-Za-z]+(?:-[0-9A-Za-z]+){2,}\b)")


@register.filter
def wholes(text: str) -> SafeString | str:
    """A text in which such numbers stay whole."""
    if hasattr(text, "__html__"):
        return text
    parts = NUMBERS.split(str(text))
    return format_html_join(
        "", "{}", ((whole(each) if place % 2 else each,) for place, each in enumerate(parts))
    )


@register.filter
def amount(value: Decimal | int | None, decimals: int = 0) -> str:
    """Thousands separators, a fixed number of decimals; nothing known is a dash."""
    if value in (None, ""):
        return "–"
    return number_format(value, decimal_pos=int(decimals), use_l10n=True, force_grouping=True)


@register.filter
def day(value: dt.date | None) -> str:
    """2025. 9. 30.(화) — or 30 September 2025."""
    if value in (None, ""):
        return "–"
    if get_language() == "en":
        return f"{value.day} {value:%B} {value.year}"
    return f"{value.year}. {value.month}. {value.day}.({WEEKDAYS_KO[value.weekday()]})"


@register.filter
def seoul(value: dt.datetime | None) -> str:
    """Day and time in Seoul."""
    if value in (None, ""):
        return "–"
    local = value.astimezone(SEOUL)
    return f"{day(local.date())} {local:%H:%M}" + (" KST" if get_language() == "en" else "")


@register.filter
def seoul_day(value: dt.datetime | None) -> str:
    """The day in Seoul, without the time."""
    return "–" if value in (None, "") else day(value.astimezone(SEOUL).date())


@register.filter
def seoul_until(first: dt.datetime, last: dt.datetime) -> str:
    """From when to when in Seoul; the day once when it is the same."""
    begin, end = first.astimezone(SEOUL), last.astimezone(SEOUL)
    if begin.date() != end.date():
        return f"{seoul(first)} – {seoul(last)}"
    return f"{day(begin.date())} {begin:%H:%M} – {end:%H:%M}" + (" KST" if get_language() == "en" else "")


@register.filter
def month(value: dt.date | None) -> str:
    if value in (None, ""):
        return "–"
    return f"{value:%B %Y}" if get_language() == "en" else f"{value.year}년 {value.month}월"


@register.filter
def may(user: Any, route: str) -> bool:
    """`{% if user|may:"call_list" %}`"""
    return access.may(user, route)


@register.filter
def may_post(user: Any, route: str) -> bool:
    return access.may(user, route, "POST")
