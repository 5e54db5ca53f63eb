"""A cell is read for certain or refused with the reason."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reports.files import cells
from reports.files.cells import CellProblem

SANTIAGO = ZoneInfo("America/Santiago")


def problem(read, *arguments) -> str:
    with pytest.raises(CellProblem) as caught:
        read(*arguments)
    return caught.value.sentence.code


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (12345.0, 12345),
        (12345, 12345),
        (-990.0, -990),
        (-0.0, 0),
        ("12345", 12345),
        ("12.345", 12345),
        ("-1.234.567", -1234567),
        ("CLP 12.345", 12345),
        ("$ -12.345", -12345),
        ("-$12.345", -12345),
        ("\N{MINUS SIGN}990", -990),
        ("12.345,00", 12345),
        ("12345.00", 12345),
        ("1\xa0234", 1234),
        ("0", 0),
    ],
)
def test_pesos(cell, amount: int):
    assert cells.pesos(cell) == Decimal(amount)


@pytest.mark.parametrize("blank", [None, "", " ", "\xa0"])
def test_a_blank_amount_is_none(blank):
    assert cells.pesos(blank) is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (12345.5, "fraction"),
        ("12.34", "fraction"),
        ("12.345,50", "fraction"),
        ("1,5", "fraction"),
        ("12,345", "ambiguous_amount"),
        ("12,345.00", "bad_amount"),
        ("1.2345", "fraction"),
        ("(990)", "bad_amount"),
        ("９９０", "bad_amount"),
        ("1e5", "bad_amount"),
        ("#N/A", "bad_amount"),
        (float("inf"), "bad_amount"),
        (float("nan"), "bad_amount"),
        (True, "bad_amount"),
        (dt.datetime(2025, 7, 1), "bad_amount"),
        (1e12, "huge_amount"),
        ("9" * 40, "huge_amount"),
    ],
)
def test_pesos_that_are_not_guessed(cell, code: str):
    assert problem(cells.pesos, cell) == code


@pytest.mark.parametrize(
    ("cell", "amount"), [("1000.00", "1000.00"), ("-12.5", "-12.5"), ("", "0"), ("7", "7")]
)
def test_decimal_point(cell: str, amount: str):
    assert cells.decimal(cell) == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "code"), [("1,5", "ambiguous_amount"), ("1.2.3", "bad_amount"), ("x", "bad_amount")]
)
def test_decimal_point_only(cell: str, code: str):
    assert problem(cells.decimal, cell) == code


def test_references_stay_text():
    assert cells.reference("0012345678901234") == "0012345678901234"
    assert cells.reference(2000009404442073.0) == "2000009404442073"
    assert cells.reference(" MLC123\u200b ") == "MLC123"


@pytest.mark.parametrize("cell", ["9,48381E+10", "2.00001E+15", "1E5", float(2**53)])
def test_a_reference_that_a_spreadsheet_shortened_is_refused(cell):
    assert problem(cells.reference, cell) == "number_shortened"


def test_a_reference_is_never_cut():
    assert problem(cells.reference, "x" * 61) == "too_long_text"
    assert len(cells.short_text("x" * 900)) == 500


def test_text_is_composed_and_clean():
    assert cells.text("\u1100\u1161\u0301") == "\uac00\u0301"
    assert cells.text(" a\x00b\r\n c ") == "a b c"


@pytest.mark.parametrize(("cell", "number"), [(2.0, 2), ("3", 3), ("0", 0), ("", None), (" ", None)])
def test_units(cell, number):
    assert cells.units(cell) == number


@pytest.mark.parametrize("cell", ["-1", 1.5, "dos", 1_000_001.0])
def test_units_are_whole_and_bounded(cell):
    assert problem(cells.units, cell) == "bad_units"


MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]


@pytest.mark.parametrize(
    ("number", "name"), [*enumerate(MONTHS, start=1), (9, "setiembre"), (9, "Septiembre")]
)
def test_every_spanish_month(number: int, name: str):
    moment = cells.local_moment(f"3 de {name} de 2025 09:24 hs.", SANTIAGO)
    assert moment == dt.datetime(2025, number, 3, 9, 24, tzinfo=SANTIAGO)


@pytest.mark.parametrize(
    "cell",
    [
        "31 de septiembre de 2025 10:00 hs.",
        "3 de agosto de 2025",
        "3 de augusto de 2025 10:00 hs.",
        "2025-08-03 10:00",
        "03/08/2025 10:00",
        "3 de agosto de 1899 10:00 hs.",
        "3 de agosto de 2025 25:00 hs.",
        45_000.0,
    ],
)
def test_dates_that_are_not_guessed(cell):
    assert problem(cells.local_moment, cell, SANTIAGO) == "bad_date"


@pytest.mark.parametrize(
    ("text", "utc", "local", "is_uncertain"),
    [
        ("6 de septiembre de 2025 23:30 hs.", "2025-09-07T03:30", "2025-09-06", False),
        ("7 de septiembre de 2025 01:30 hs.", "2025-09-07T04:30", "2025-09-07", False),
        ("7 de septiembre de 2025 00:30 hs.", "2025-09-07T04:30", "2025-09-07", True),
        ("30 de septiembre de 2025 23:59 hs.", "2025-10-01T02:59", "2025-09-30", False),
        ("1 de octubre de 2025 00:00 hs.", "2025-10-01T03:00", "2025-10-01", False),
        ("5 de abril de 2025 23:30 hs.", "2025-04-06T02:30", "2025-04-05", True),
    ],
)
def test_the_clock_changes_of_santiago(text: str, utc: str, local: str, is_uncertain: bool):
    moment = cells.local_moment(text, SANTIAGO)
    assert moment is not None
    assert cells.is_uncertain(moment) == is_uncertain
    settled = cells.settled(moment)
    assert settled.astimezone(dt.UTC).isoformat(timespec="minutes") == f"{utc}+00:00"
    assert settled.date().isoformat() == local


def test_the_last_evening_of_september_is_october_in_seoul():
    moment = cells.local_moment("30 de septiembre de 2025 12:00 hs.", SANTIAGO)
    assert moment is not None
    assert moment.astimezone(ZoneInfo("Asia/Seoul")).isoformat() == "2025-10-01T00:00:00+09:00"


def test_instants_bring_their_own_offset():
    moment = cells.instant("2025-09-30T19:29:00.000-04:00", SANTIAGO)
    assert moment == dt.datetime(2025, 9, 30, 23, 29, tzinfo=dt.UTC)
    assert moment is not None
    assert moment.isoformat() == "2025-09-30T20:29:00-03:00"
    assert problem(cells.instant, "2025-09-30T19:29:00", SANTIAGO) == "no_zone"
    assert problem(cells.instant, "30/09/2025 19:29", SANTIAGO) == "bad_instant"
