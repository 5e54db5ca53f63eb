"""Cells are what they were: text stays text, instants are Seoul's, numbers can be summed."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import openpyxl

from ground.workbooks import LONGEST_TEXT, workbook


def test_each_value_has_its_type_and_nothing_runs():
    instant = dt.datetime(2025, 5, 30, 16, 30, 5, tzinfo=dt.UTC)
    long = "가" * (LONGEST_TEXT + 1)
    values = [
        "=1+1",
        "https://x.example",
        "0123",
        instant,
        dt.date(2025, 3, 1),
        Decimal("1.5"),
        7,
        True,
        None,
        "",
        long,
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(["@head", *"abcdefghij"], [values]))).active
    assert [[(cell.data_type, cell.value) for cell in row] for row in sheet.iter_rows(max_col=10)] == [
        [("s", "@head"), *(("s", letter) for letter in "abcdefghi")],
        [
            ("s", "=1+1"), ("s", "https://x.example"), ("s", "0123"), ("d", dt.datetime(2025, 5, 31, 1, 30, 5)),
            ("d", dt.datetime(2025, 3, 1)), ("n", 1.5), ("n", 7), ("b", True), ("n", None), ("n", None),
        ],
    ]  # fmt: skip
    assert sheet.cell(2, 11).value == "가" * (LONGEST_TEXT - 1) + "…"
    assert sheet.cell(2, 2).hyperlink is None
