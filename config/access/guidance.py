"""Guides, briefings and rules that stand in the way, as visitors, companies and research bodies see them."""

from __future__ import annotations

from config.access.admin import admin_rows
from ground.access import STAFF, STAFF_WRITES, Entry

ROWS: dict[str, Entry] = {
    **admin_rows(
        "guidance_statementversion",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        verbs=dict.fromkeys(["hand_in", "revise", "place", "withdraw", "discard"], STAFF_WRITES),
        pages={"compare": STAFF},
    ),
    **admin_rows("guidance_review", verbs=dict.fromkeys(["publish", "take_back"], STAFF_WRITES)),
}
