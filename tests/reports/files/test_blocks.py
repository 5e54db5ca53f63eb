"""A text in blocks of columns holds the same records as the strict reader finds in it."""

from __future__ import annotations

import csv
import io
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.files import blocks
from reports.files.blocks import Block, Text

FIELDS = st.sampled_from(["", "a", "가방", "12.5", '"a,b"', '"two\nlines"', '"two\r\nlines"', 'in"side', '""', " ", "\x0b", "\u2028"])  # fmt: skip
LINES = st.lists(st.lists(FIELDS, min_size=0, max_size=4).map(",".join) | st.just("a,b,c"), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def read(text: str, above: int = 1, width: int = 3) -> list[list[object]]:
    source = Text(io.StringIO(text, newline=""), ",")
    head = [list(row) for row in source.rows(above)]
    return [*head, *chain.from_iterable(block.in_rows() for block in source.blocks(width))]


@given(
    LINES,
    st.lists(ENDS, min_size=12, max_size=12) | ENDS.map(lambda end: [end] * 12),
    st.booleans(),
    st.integers(2, 40),
)
def test_blocks_hold_the_records_of_the_text(lines: list[str], ends: list[str], is_whole: bool, piece: int):
    text = "".join(chain.from_iterable(zip(lines, ends, strict=False)))
    text = text if is_whole else text.rstrip("\r\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "PIECE", piece)
        patch.setattr(blocks, "ROWS", 2)
        try:
            expected = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as problem:
            with pytest.raises(csv.Error, match=str(problem)):
                read(text)
        else:
            assert read(text) == expected


def test_plain_lines_come_in_columns_and_odd_ones_in_rows():
    plain = "".join(f"A-{number},{number},x\r\n" for number in range(20_000))
    source = Text(io.StringIO(f"{plain}short,1\r\n{plain}", newline=""), ",")
    found = list(source.blocks(3))
    assert sum(block.size for block in found) == 40_001
    assert sum(block.size for block in found if block.columns) > 30_000
    assert max(block.size * 8 for block in found) < blocks.PIECE
    assert [row for block in found for row in block.rows if len(row) != 3] == [["short", "1"]]
    assert Block(1, rows=[["a"]]).in_rows() == [["a"]]


def test_a_line_that_ends_otherwise_than_the_others_is_read_strictly():
    """A lone line feed between two separators is no end that was put between fields."""
    text = "order,date,gross\r\nA,T,5,\n,B,T,6\r\n"
    assert read(text) == list(csv.reader(io.StringIO(text, newline=""), strict=True))
