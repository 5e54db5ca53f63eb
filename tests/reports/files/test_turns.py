"""Two processes that read a large text in turns read what one reads: the same lines, rejected rows and counts, in the same order."""

from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from reports.files import turns
from reports.files.door import open_file
from reports.files.facts import SaleFact
from reports.files.mapping import Context, Mapping, Reading, read
from reports.files.mapping.profiles import naru
from reports.files.turns import Piece, in_turns, pieces
from tests.reports.files.mapping import made

KOREAN = [korean for _into, korean, _english in naru.FORM]
GOOD = {"주문번호": "A", "주문일시": "2026-03-31 10:00:00", "통화": "USD", "상품금액": "10.50", "수량": "1"}
AMOUNTS = {place for place, name in enumerate(SaleFact._fields) if name.endswith("_amount")}
MIXED = [
    GOOD | {"주문번호": f"A-{number}", "통화": ("USD", "JPY", "MXN", "us$")[3 if number % 90 == 0 else number // 4 % 3],
            "주문일시": f"2026-03-{number % 28 + 1:02d} 10:00:00", "상품금액": ("1200", "7.50", "", "x")[number % 40 % 4],
            "거래구분": ("판매", "환불", "판매")[number % 3], "상품명": ("가방", r"C:\new\table", "a")[number // 300 % 3],
            "단가": ("", "3.25")[number % 2], "수량": str(number % 3), "주문상태": ("배송완료", "처음 보는 상태")[number % 7 // 6]}
    for number in range(1, 2_400)
]  # fmt: skip


@pytest.fixture(autouse=True)
def two_for_small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LEAST", 0)
    monkeypatch.setattr(turns, "PIECE", 20_000)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})


def reading_of(path: Path, mapping: Mapping = naru.TEMPLATE, copy: Path | None = None) -> Reading:
    return read(open_file(path), mapping, Context("USD", "America/Santiago"), copy=copy)


def rows_of(reading: Reading) -> list[list[object]]:
    """Amounts as numbers: how one is written hangs on what stands beside it in its block."""
    lines = [line.split("\t") for line in b"".join(reading.rows()).decode().splitlines()]
    return [
        [Decimal(each) if place in AMOUNTS and each != "\x01" else each for place, each in enumerate(line)]
        for line in lines
    ]


def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0})


def test_what_two_read_is_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = made.text(naru.TEMPLATE, KOREAN, MIXED).replace(b"\r\nA-700,", b"\r\n\r\nA-700,")
    path = made.written(tmp_path / "f.csv", content + b"A-0,too,short\r\n")
    assert len(pieces(path, "utf-8", 1)) > 8
    together = reading_of(path)
    rows = rows_of(together)
    alone(monkeypatch)
    single = reading_of(path)
    assert rows == rows_of(single)
    for each in (together, single):
        each.account.rejects.sort(key=lambda reject: reject.row)
    assert together.account == single.account
    assert (len(rows), together.account.rejected_rows) == (1_573, 2_400 - 1_573)
    assert {reject.code for reject in together.account.rejects} == {"bad_currency", "bad_amount", "fraction", "row_width"}  # fmt: skip


def test_four_pieces_of_seven_are_read_by_another_process_ahead_of_their_turn():
    found = [Piece(place, 1, place) for place in range(7)]
    answers = list(in_turns(found, lambda piece: (b"%d" % piece.begin, os.getpid())))
    assert [rows for rows, _pid in answers] == [b"%d" % place for place in range(7)]
    mine = os.getpid()
    assert [pid == mine for _rows, pid in answers] == [True, False, True, False, True, False, False]
    assert len({pid for _rows, pid in answers}) == 2


def test_what_the_other_process_cannot_read_is_read_here():
    here = os.getpid()

    def fails_elsewhere(piece: Piece) -> tuple[bytes, int]:
        if os.getpid() != here and piece.begin == 3:
            raise MemoryError
        return b"%d" % piece.begin, os.getpid()

    answers = list(in_turns([Piece(place, 1, place) for place in range(7)], fails_elsewhere))
    assert [rows for rows, _pid in answers] == [b"%d" % place for place in range(7)]
    assert [pid == here for _rows, pid in answers] == [True, False, True, True, True, True, True]


def test_the_other_process_ends_with_whoever_takes_no_more():
    rest = in_turns(
        [Piece(place, 1, place) for place in range(1_000)], lambda piece: (b"x" * 70_000, os.getpid())
    )
    _mine, (_rows, other) = next(rest), next(rest)
    rest.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def test_pieces_are_whole_lines_and_know_how_many_stand_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(turns, "PIECE", 12)
    text = "머리\r\nab,cd\r\n\r\nef,gh\r\n끝,없음"
    path = made.written(tmp_path / "f.csv", text.encode())
    assert [(path.read_bytes()[begin:][:size].decode(), above) for begin, size, above in pieces(path, "utf-8", 1)] == [
        ("ab,cd\r\n\r\nef,gh\r\n", 1), ("끝,없음", 4),
    ]  # fmt: skip


def test_one_process_reads_a_text_whose_lines_do_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It is not held whole to find that out."""
    monkeypatch.setattr(turns, "PIECE", 1 << 16)
    path = made.written(tmp_path / "f.csv", b"a,b\n" + b"1,2;" * 1_000_000)
    tracemalloc.start()
    assert pieces(path, "utf-8", 1) == []
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert pieces(made.written(tmp_path / "head.csv", b"a,b" * 1_000_000 + b"\n1,2\n"), "utf-8", 1) == []


def test_all_is_read_here_where_the_machine_has_no_second_process(monkeypatch: pytest.MonkeyPatch):
    def refused() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refused)
    answers = list(
        in_turns([Piece(place, 1, place) for place in range(5)], lambda piece: (b"%d" % piece.begin, 0))
    )
    assert [rows for rows, _known in answers] == [b"0", b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b'a,b\n1,"x\ny"\n', "utf-8"), (b'"a",b\n1,2\n', "utf-8"), (b"a,b\n1,2\r3,4\n", "utf-8"), (b"a,b\r1,2\r", "utf-8"),
        ("a,b\n1,2\n".encode("utf-16-le"), "utf-16-le"),
    ],
)  # fmt: skip
def test_one_process_reads_where_a_line_may_be_no_record(tmp_path: Path, content: bytes, encoding: str):
    path = made.written(tmp_path / "f.csv", content)
    assert pieces(path, encoding, 1) == []
    assert pieces(made.written(tmp_path / "plain.csv", b"a,b\n1,2\n"), "utf-8", 1) == [Piece(4, 4, 1)]


def test_one_process_reads_what_counts_once_an_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Of two rows of an order far from each other the second counts no shipping."""
    column = naru.TEMPLATE.column("shipping_in_amount")
    assert column is not None
    once = replace(naru.TEMPLATE, columns=tuple(replace(each, once=True) if each is column else each for each in naru.TEMPLATE.columns))  # fmt: skip
    heading = column.names[0]
    rows = [GOOD | {"주문번호": f"A-{number % 1_000}", heading: "3"} for number in range(2_000)]
    path = made.written(tmp_path / "f.csv", made.text(once, KOREAN, rows))
    place = SaleFact._fields.index("shipping_in_amount")
    assert sum(row[place] for row in rows_of(reading_of(path, once))) == 3_000  # type: ignore[misc]


@pytest.mark.parametrize("cells", [0, 3, 40])
def test_a_row_of_another_width_has_the_copy_written_anew_whoever_reads_it(tmp_path: Path, cells: int):
    """Beside the last heading somebody's name may stand."""
    content = made.text(naru.TEMPLATE, KOREAN, MIXED[:1_500])
    lines = content.splitlines(keepends=True)
    path = made.written(tmp_path / "f.csv", content)
    place = pieces(path, "utf-8", 1)[1].above + 20  # the other process reads it
    lines[place] = b",".join([b"somebody"] * cells) + b"\r\n"
    path.write_bytes(b"".join(lines))
    copy = tmp_path / "copy.csv"
    reading = reading_of(path, copy=copy)
    rows_of(reading)
    assert reading.is_odd is (cells > 0)
    assert b"somebody" not in copy.read_bytes()
    assert copy.samefile(path) is (cells == 0)


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"a",
        b"a\n",
        b"a\r\n",
        b"a\r\nb",
        b"a\nb\r\n",
        b"\r\n\r\n",
        b"\n\r\n",
        b"a\r",
        b"a\r\nb\r",
        b"a\rb\r\n",
        b"\r\r\n",
        b'a"\r\n',
    ],
)
def test_lines_are_counted_by_their_ends_and_a_lone_return_is_none(block: bytes):
    is_plain = b'"' not in block and b"\r" not in block.replace(b"\r\n", b"")
    assert turns._lines(block) == (block.count(b"\n") if is_plain else None)
