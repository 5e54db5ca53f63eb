"""Screening, selection, participation and delivery."""

from __future__ import annotations

from ground.access import Entry

ROWS: dict[str, Entry] = {}
