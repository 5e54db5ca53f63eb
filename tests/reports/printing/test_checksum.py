import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from reports.printing.checksum import canonical_json, data_sha256
from reports.printing.data import Text
from reports.printing.stored import report_of
from tests.reports.printing.leaves import changed
from tests.reports.printing.made_up import empty_report, monthly_report


def test_every_value_of_a_report_is_in_its_checksum():
    report = monthly_report(companies=2)
    own = data_sha256(report)
    seen = {own}
    paths = set()
    for path, other in changed(report):
        checksum = data_sha256(other)
        assert checksum != own, path
        seen.add(checksum)
        paths.add(path)
    assert len(seen) > 250
    assert {"totals.krw_amount", "by_company.sales.units", "rates.legs.value", "data_cut_at"} <= paths


def test_the_order_of_rows_is_part_of_a_report():
    report = monthly_report(companies=3)
    assert data_sha256(replace(report, by_company=report.by_company[::-1])) != data_sha256(report)


def test_a_report_without_sales_has_a_checksum_too():
    assert len(data_sha256(empty_report())) == 64


def test_the_order_of_keys_does_not_matter():
    assert canonical_json({"b": 1, "a": {"y": 2, "x": 3}}) == canonical_json({"a": {"x": 3, "y": 2}, "b": 1})
    assert canonical_json([1, 2]) != canonical_json([2, 1])


def test_equal_decimals_have_one_form():
    forms = {canonical_json(Decimal(text)) for text in ("1000", "1000.00", "1E+3", "1000.0000")}
    assert forms == {b'"1000"'}
    assert canonical_json([Decimal("-0.00"), Decimal("0.10"), Decimal("1E-7")]) == b'["0","0.1","0.0000001"]'


def test_instants_are_in_utc():
    seoul = timezone(timedelta(hours=9))
    text = b'"2025-09-30T15:30:00.000000Z"'
    assert canonical_json(datetime(2025, 10, 1, 0, 30, tzinfo=seoul)) == text


@pytest.mark.parametrize("value", [0.5, b"x", {1: 2}, {1, 2}, object()])
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), datetime(2025, 10, 1)])
def test_what_is_no_figure_or_instant_is_refused(value):
    with pytest.raises(ValueError):
        canonical_json(value)


@pytest.mark.parametrize("report", [monthly_report(), empty_report(), empty_report(Text("아직", "Not yet"))])
def test_a_stored_report_is_read_back_whole(report):
    stored = json.loads(canonical_json(report))
    assert canonical_json(report_of(stored)) == canonical_json(report)
    assert type(report_of(stored).rates) is tuple


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("period", "September"),
        ("waiting_lines", "23"),
        ("data_cut_at", "2025-10-13"),
        ("is_demonstration", None),
    ],
)
def test_what_has_not_the_shape_of_a_report_is_refused(name, value):
    stored = json.loads(canonical_json(monthly_report()))
    with pytest.raises((TypeError, ValueError)):
        report_of({**stored, name: value})
    with pytest.raises(KeyError):
        report_of({key: each for key, each in stored.items() if key != name})


def test_a_report_of_the_shape_before_is_read_without_adjustments():
    report = monthly_report(companies=2)
    stored = json.loads(canonical_json(report))
    assert stored.pop("adjustments") == []
    assert report_of(stored) == report
