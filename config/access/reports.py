"""Results and reports."""

from __future__ import annotations

from ground.access import EVERYONE, Entry, Persons, Role

BODIES = frozenset({Role.SUPERVISING, Role.PARTNER, Role.RESEARCH})

ROWS: dict[str, Entry] = {
    "home": Entry(reads=EVERYONE, persons=Persons.OWN),
    "overview": Entry(reads=BODIES),
}
