"""Days and months within sentences that are read later: written as pages write them, in the language of that reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.functional import lazy
from django.utils.translation import override

from ground.templatetags.naru import day, month, seoul

spoken_day = lazy(day, str)
spoken_month = lazy(month, str)


def _months(found: tuple[dt.date, ...]) -> str:
    return ", ".join(month(each) for each in found)


_spoken_months = lazy(_months, str)


def spoken_months(found: Iterable[dt.date]) -> str:
    """Several months in their order."""
    return _spoken_months(tuple(found))


def day_in(language: str, value: dt.date) -> str:
    """The day in a language that is said: for texts that are kept in one."""
    with override(language):
        return day(value)


def month_in(language: str, value: dt.date) -> str:
    with override(language):
        return month(value)


def instant_in(language: str, value: dt.datetime) -> str:
    """Day and time in Seoul."""
    with override(language):
        return seoul(value)
