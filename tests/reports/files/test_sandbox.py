"""A sales file is read in the sandbox: what comes through is what was read, and every end has its sentence."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from ground.sandbox import MEGABYTE, Bounds, HostFailed
from reports.files import door, sandbox, wire
from reports.files.lines import FileRefused
from reports.files.writing import write_release, write_ventas
from tests.reports.files import made

ROOMY = Bounds(memory=4096 * MEGABYTE, processor=60, clock=30.0, output=64 * MEGABYTE)


def test_bounds_grow_with_the_file():
    small, large = sandbox.bounds_for(100), sandbox.bounds_for(30 * MEGABYTE)
    assert (small.processor, small.memory) == (10, 442 * MEGABYTE)
    assert (large.processor, large.memory) == (126, 1660 * MEGABYTE)
    assert sandbox.bounds_for(door.FILE_LIMIT).memory == 2600 * MEGABYTE


def test_a_workbook_that_asks_for_too_much_memory_ends_in_a_sentence(tmp_path: Path):
    path = tmp_path / "far.xlsx"
    path.write_bytes(made.two_values_far_apart())
    with pytest.raises(FileRefused) as caught:
        sandbox.read(path, None, "America/Santiago", "")
    assert caught.value.code == "too_hungry"


def test_a_file_that_takes_too_long_ends_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "release.csv"
    write_release(path, [made.movement(number) for number in range(80_000)])
    monkeypatch.setattr(sandbox, "bounds_for", lambda size: Bounds(ROOMY.memory, 1, 10.0, ROOMY.output))
    with pytest.raises(FileRefused) as caught:
        sandbox.read(path, None, "America/Santiago", "")
    assert caught.value.code == "too_slow"


@pytest.mark.parametrize(
    "answer", [b"", b"not json\n", b'["S",1]\n', b'["R",1,"","","no such code",[]]\n', b"[]\n"]
)
def test_an_answer_that_is_not_the_reader_s_is_not_believed(answer: bytes):
    with pytest.raises(wire.Garbled):
        wire.read(iter(answer.decode().splitlines()), "America/Santiago")


def test_a_child_that_dies_ends_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "ventas.xlsx"
    write_ventas(path, [made.order(1)])
    monkeypatch.setattr(sandbox, "run", lambda *arguments: -signal.SIGSEGV)
    with pytest.raises(FileRefused) as caught:
        sandbox.read(path, None, "America/Santiago", "")
    assert caught.value.code == "unreadable"


def test_what_fails_the_machine_is_not_said_of_the_file(tmp_path: Path):
    """A refused file's bytes are removed: a full disk, or a folder that is gone, must not look like a bad file."""
    path = tmp_path / "ventas.xlsx"
    write_ventas(path, [made.order(1)])
    with pytest.raises(HostFailed):
        sandbox.read(path, None, "America/Santiago", "", tmp_path / "gone" / "copy")


def test_what_comes_through_is_what_was_read(tmp_path: Path):
    from reports.files.detect import parse_file

    files = [tmp_path / "ventas.xlsx", tmp_path / "release.csv"]
    bad = made.order(3, replaced={"Fecha de venta": "ayer"})
    gap = made.order(4, replaced={"Fecha de venta": "7 de septiembre de 2025 00:30 hs."})
    write_ventas(
        files[0], [made.order(1), made.pack(2), bad, gap, made.order(1)], exported_at=made.santiago(10, 1)
    )
    approved = made.movement(1, approved_at=made.santiago(7, 20))
    write_release(files[1], [approved, made.movement(2, replaced={"DATE": "?"})], columns=23)
    for path in files:
        direct = parse_file(path, None, tz="America/Santiago")
        assert sandbox.read(path, None, "America/Santiago", "") == direct
        assert direct.lines
        assert direct.rejects
    assert json.loads(json.dumps([reject.value for reject in direct.rejects])) == ["?"]


@pytest.mark.full
def test_a_hundred_thousand_honest_rows_pass(tmp_path: Path):
    rows = 100_000
    panel, payouts = tmp_path / "ventas.xlsx", tmp_path / "release.csv"
    write_ventas(panel, (made.order(number, made.item(number % 300)) for number in range(rows)))
    assert len(sandbox.read(panel, None, "America/Santiago", "").lines) == rows
    write_release(payouts, (made.movement(number) for number in range(rows)), columns=23, delimiter=";")
    assert len(sandbox.read(payouts, None, "America/Santiago", "").lines) == rows
