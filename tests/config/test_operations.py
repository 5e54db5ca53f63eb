"""What operations say of migrations is true of the ones that they number."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOES = {
    ("0011", "companies"): "not_below_zero",
    ("0015", "programs"): "what_of_the_record_is_asked",
    ("0027", "programs"): "receipts_are_counted",
    ("0028", "programs"): "stand_in_their_order",
    ("0028", "reports"): "CREATE INDEX",
    ("0036", "reports"): "AddIndex",
    ("0043", "reports"): "sales.totals",
    ("0047", "reports"): "OF_THOSE_THAT_WAIT",
}
"""What the migration's name or its text has where it does what is told of it."""


def test_the_migrations_of_which_operations_tell_do_what_is_said():
    text = (ROOT / "docs/operations.md").read_text()
    told = re.findall(r"\b(\d{4}) of (reports|programs|companies|accounts|ground|guidance)\b", text)
    assert set(told) == DOES.keys()
    for number, app in told:
        (path,) = (ROOT / app / "migrations").glob(f"{number}_*.py")
        assert DOES[number, app] in f"{path.name} {path.read_text()}"
