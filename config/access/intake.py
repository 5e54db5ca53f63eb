"""Calls and applications, as visitors and companies see them."""

from __future__ import annotations

from ground.access import Entry

ROWS: dict[str, Entry] = {}
