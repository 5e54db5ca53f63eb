"""Lists and forms of the staff site write days and instants as the pages' own filters do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.formats import localize
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]
from django.utils.translation import override

from ground.clock import SEOUL
from ground.templatetags.naru import day, seoul


@pytest.mark.parametrize("language", ["ko", "en"])
def test_days_and_instants_are_written_in_one_way(language: str) -> None:
    with override(language):
        for number in range(1, 8):
            on = dt.date(2025, 9, number)
            at = dt.datetime(2025, 9, number, 14, 5, tzinfo=SEOUL)
            assert localize(on) == day(on)
            assert localize(template_localtime(at)) == seoul(at)
