"""Days and months in sentences are written as pages write them; tables and files for machines keep 2025-10-23."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest
from django.utils.translation import override

from ground import spoken
from ground.clock import SEOUL

ROOMS = ("accounts", "companies", "programs", "guidance", "reports")
SENTENCES = {"filled", "both", "RuleBroken", "format_lazy", "open_task", "ask"}
"""Who makes a sentence or the subject of a task or question of what it is given."""
DAY = dt.date(2025, 10, 23)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ko", ["2025. 10. 23.(목)", "2025년 10월", "2025년 10월, 2025년 12월"]),
        ("en", ["23 October 2025", "October 2025", "October 2025, December 2025"]),
    ],
)
def test_they_are_written_in_the_language_of_the_reader(language, expected):
    """Made in Korean, read in either."""
    with override("ko"):
        made = [
            spoken.spoken_day(DAY), spoken.spoken_month(DAY), spoken.spoken_months([DAY, dt.date(2025, 12, 1)]),
        ]  # fmt: skip
    with override(language):
        assert [str(each) for each in made] == expected
    assert [spoken.day_in(language, DAY), spoken.month_in(language, DAY)] == expected[:2]


def test_instants_are_of_seoul():
    instant = dt.datetime(2025, 10, 23, 18, tzinfo=SEOUL)
    assert spoken.instant_in("ko", instant) == "2025. 10. 23.(목) 18:00"
    assert spoken.instant_in("en", instant) == "23 October 2025 18:00 KST"


def named(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def machine_days(tree: ast.AST) -> set[int]:
    """Lines on which a day or month is written for machines."""
    return {
        each.lineno
        for each in ast.walk(tree)
        if (isinstance(each, ast.Constant) and isinstance(each.value, str) and "%Y-%m" in each.value)
        or (isinstance(each, ast.Call) and named(each) == "isoformat")
    }


def test_no_sentence_writes_a_day_or_month_for_machines():
    found = {}
    for room in ROOMS:
        for file in sorted(Path(room).rglob("*.py")):
            if "migrations" in file.parts or "demo" in file.parts:
                continue
            for each in ast.walk(ast.parse(file.read_text())):
                if isinstance(each, ast.Call) and named(each) in SENTENCES:
                    lines = machine_days(each)
                    if lines:
                        found.setdefault(str(file), set()).update(lines)
                if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mod) and machine_days(each):
                    found.setdefault(str(file), set()).update(machine_days(each))
    assert found == {}
