"""Guides, briefings and rules that stand in the way, as visitors, companies and research bodies see them."""

from __future__ import annotations

from ground.access import Entry

ROWS: dict[str, Entry] = {}
