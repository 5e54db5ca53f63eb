"""Two hundred hostile or odd files: each refused with its sentence, or read with its wrong rows named, within bounds."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest

from ground.sandbox import MEGABYTE, Bounds, run
from reports.files import detect
from reports.files.sentences import TEXTS
from tests.reports.files import made as panels
from tests.reports.files.mapping import odd

SECONDS = 5
PEAK_MIB = 256
BOUNDS = Bounds(memory=400 * MEGABYTE, processor=60, clock=300, output=64 * MEGABYTE)


def test_every_odd_file_becomes_what_it_must_within_bounds(tmp_path: Path):
    corpus = odd.corpus()
    assert (len(corpus) >= 200, len({each.kind for each in corpus}) >= 40) == (True, True)
    for number, each in enumerate(corpus):
        (tmp_path / f"{number:04}").write_bytes(each.content)
    with tempfile.TemporaryFile() as out:
        ended = run(
            ["-m", "tests.reports.files.mapping.odd", str(tmp_path), json.dumps(asdict(BOUNDS))], BOUNDS, out
        )
        out.seek(0)
        *found, used = [json.loads(line) for line in out]
    wrong = []
    for number, (each, became) in enumerate(zip(corpus, found, strict=False)):
        rejects = tuple((row, column, code) for row, column, code, _length in became["rejects"])
        if (became["refused"], became["lines"], rejects) != (each.refused, each.lines, each.rejects):
            wrong.append(
                (number, each.kind, each.content[:60], became, each.refused, each.lines, each.rejects)
            )
        assert became["seconds"] < SECONDS, each.kind
        assert all(length <= 200 for _row, _column, _code, length in became["rejects"])
    assert (wrong, ended, len(found)) == ([], 0, len(corpus))
    assert used["peak_mib"] < PEAK_MIB
    assert {each.refused for each in corpus} <= {"", *TEXTS}


@pytest.mark.parametrize("is_panel", [False, True])
def test_sheets_that_are_not_read_are_named_where_they_hold_rows(tmp_path: Path, is_panel: bool):
    """A table that goes on without headings, and one with others; not a text, headings without rows, or an empty sheet."""
    panel = list(map(list, panels.sheet([panels.order(1), panels.order(2)])))
    table = panel if is_panel else odd.grid(odd.GOOD)
    rest, other = table[-1:], [["환불 번호", "금액"], ["R-1", 5]]
    path = tmp_path / "book.xlsx"
    for sheets, left_out in (
        ([table, rest], "“Sheet2”"),
        ([other, table], "“Sheet1”"),
        ([table, *[[]] * 20, rest, *[other] * 11], "“Sheet22”"),
        ([table, [["읽어 보십시오"], ["2026"]], [["번호", "금액"]], []], ""),
    ):
        path.write_bytes(odd.book(*sheets))
        parsed = detect.parse_file(path, None, tz="America/Santiago", currency="CLP")
        notes = [dict(note.parameters) for note in parsed.notes if note.code == "note_other_sheets"]
        assert len(notes) == bool(left_out)
        if left_out:
            assert notes[0]["sheet"] == f"Sheet{sheets.index(table) + 1}"
            assert str(notes[0]["sheets"]).split(", ")[0] == left_out
            assert len(str(notes[0]["sheets"]).split(", ")) == min(11, len(sheets) - 1 - sheets.count([]))
