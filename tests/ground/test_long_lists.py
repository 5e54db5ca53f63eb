"""Lists of any length are written while they are sent: row by row, in the reader's language, harmless to spreadsheets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from ground import long_lists


def test_no_more_rows_are_asked_for_than_are_sent(monkeypatch):
    monkeypatch.setattr(long_lists, "AT_ONCE", 2)
    asked: list[int] = []

    def rows() -> Iterator[list[Any]]:
        for number in range(5):
            asked.append(number)
            yield [number]

    parts = iter(long_lists.streamed(["n"], rows(), "긴 목록.csv"))
    assert (next(parts), asked) == ("\ufeffn\r\n".encode(), [])
    assert (next(parts), asked) == (b"0\r\n1\r\n", [0, 1])
    assert (list(parts), asked) == ([b"2\r\n3\r\n", b"4\r\n"], [0, 1, 2, 3, 4])


def test_rows_are_in_the_language_of_who_asked_and_run_nowhere():
    def rows() -> Iterator[list[Any]]:
        yield [_("Company"), "=1+1", Decimal("0.00000001"), None, dt.date(2025, 9, 30)]

    with translation.override("ko"):
        answer = long_lists.streamed([_("Company")], rows(), "a.csv")
    with translation.override("en"):
        assert answer.getvalue().decode("utf-8-sig") == "기업\r\n기업,'=1+1,0.00000001,,2025-09-30\r\n"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="a.csv"'
