"""Guides, briefings and rules that stand in the way, as visitors, companies and research bodies see them."""

from __future__ import annotations

from config.access.admin import admin_rows
from ground.access import EVERYONE, STAFF, STAFF_WRITES, Entry, Role

_public = Entry(reads=EVERYONE)
RESEARCH = frozenset({Role.RESEARCH})

ROWS: dict[str, Entry] = {
    "research_list": Entry(reads=RESEARCH),
    "research_show": Entry(reads=RESEARCH, writes=RESEARCH),
    "research_hand_in": Entry(writes=RESEARCH),
    "research_finding": Entry(reads=RESEARCH, writes=RESEARCH),
    "research_finding_drop": Entry(writes=RESEARCH),
    "research_file_drop": Entry(writes=RESEARCH),
    **admin_rows(
        "guidance_researchtask",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        verbs=dict.fromkeys(["accept", "send_back", "take_over", "cancel"], STAFF_WRITES),
        pages={"coverage": STAFF},
    ),
    **admin_rows("guidance_attachment", adds=STAFF_WRITES, verbs={"detach": STAFF_WRITES}),
    "guide_list": _public,
    "guide_show": _public,
    "guide_edition": _public,
    "guide_booklet": _public,
    "guide_app": _public,
    "guide_kept": _public,
    "guide_manifest": _public,
    "guide_versions": _public,
    "guide_worker": _public,
    **admin_rows(
        "guidance_statementversion",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        verbs=dict.fromkeys(["hand_in", "revise", "place", "withdraw", "discard"], STAFF_WRITES),
        pages={"compare": STAFF},
    ),
    **admin_rows("guidance_review", verbs=dict.fromkeys(["publish", "take_back"], STAFF_WRITES)),
    **admin_rows("guidance_edition", adds=STAFF_WRITES),
}
