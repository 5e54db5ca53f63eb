"""What operations say of migrations is true of the ones that they number."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_migrations_of_which_operations_tell_do_what_is_said():
    text = (ROOT / "docs/operations.md").read_text()
    told = re.findall(r"\b(\d{4}) of (reports|programs|companies|accounts|ground|guidance)\b", text)
    assert len(told) >= 5
    sources = {
        (number, app): path.read_text()
        for number, app in told
        for path in (ROOT / app / "migrations").glob(f"{number}_*.py")
    }
    assert sources.keys() == set(told)
    building = {key for key in told if key[1] == "reports"}  # each of them: an index over every line
    assert building == {key for key in building if re.search(r"CREATE INDEX|AddIndex", sources[key])}
