"""Amounts that go on as they are written add up to the last decimal."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reports.files.mapping import columns
from reports.files.mapping.amounts import amount_reader

LARGE = st.integers(999_999_000, 999_999_999)
WRITTEN = st.tuples(LARGE | st.integers(0, 9_999), st.sampled_from(["", ".1", ".05", ".9999", ".0001", ".500"])).map(
    lambda parts: f"{parts[0]}{parts[1]}"
)  # fmt: skip
ODD = st.sampled_from(
    ["", "-1", "1,000", "1.", ".5", "1e3", "1234567890", "1.00001", "１", "1\n", "\n", " 1", "1 "]
)


@given(st.lists(st.lists(WRITTEN, min_size=7, max_size=7), min_size=1, max_size=5))
def test_plain_amounts_add_up_to_the_last_decimal(rows: list[list[str]]):
    costs = [bool(place % 3) for place in range(7)]
    found = [
        columns.plain(column, is_cost=is_cost)
        for column, is_cost in zip(zip(*rows, strict=True), costs, strict=True)
    ]
    assert None not in found
    expected = [
        sum((-1 if is_cost else 1) * Decimal(text) for text, is_cost in zip(row, costs, strict=True))
        for row in rows
    ]
    nets = columns.sums(found, len(rows))  # type: ignore[arg-type]  # none is None
    assert [Decimal(net).scaleb(-4) for net in nets] == expected
    for each, column, is_cost in zip(found, zip(*rows, strict=True), costs, strict=True):
        read = amount_reader("point", "USD", is_cost=is_cost)
        assert each is not None
        assert each.scaled() == list(map(read, column))
        assert ["-" * is_cost + text for text in column] == ["".join(parts) for parts in columns.joined(columns.unscaled(each), len(rows))]  # fmt: skip


@given(st.lists(WRITTEN, max_size=3), ODD)
def test_amounts_are_plain_only_where_all_of_them_are(written: list[str], odd: str):
    assert columns.plain([*written, odd], is_cost=False) is None
    assert columns.plain([*written, 5], is_cost=False) is None
