"""Guides, briefings and rules that stand in the way, as visitors, companies and research bodies see them."""

from __future__ import annotations

from config.access.admin import admin_rows
from ground.access import (
    COMPANY,
    COMPANY_WRITES,
    EVERYONE,
    SIGNED_IN,
    STAFF,
    STAFF_WRITES,
    Entry,
    Persons,
    Role,
)

_public = Entry(reads=EVERYONE)
RESEARCH = frozenset({Role.RESEARCH})
_by_mail = Entry(reads=EVERYONE, writes=EVERYONE, persons=Persons.OWN)

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
    "guide_video": _public,
    "guide_captions": _public,
    "guide_ask": Entry(reads=SIGNED_IN, writes=COMPANY),
    "guidequestion_withdraw": Entry(writes=COMPANY),
    "guidequestion_unpublish": Entry(writes=COMPANY),
    "guide_favorite": Entry(writes=COMPANY),
    "guide_rate": Entry(writes=COMPANY),
    "guide_consent": Entry(writes=COMPANY_WRITES),
    "admin:guidance_statementversion_take_in": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
    "admin:guidance_statementversion_sheet": Entry(reads=STAFF_WRITES),
    **admin_rows(
        "guidance_statementversion",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        verbs=dict.fromkeys(["hand_in", "revise", "place", "withdraw", "discard"], STAFF_WRITES),
        pages={"compare": STAFF},
    ),
    **admin_rows("guidance_review", verbs=dict.fromkeys(["publish", "take_back"], STAFF_WRITES)),
    "briefing_list": _public,
    "briefing_show": Entry(reads=EVERYONE, persons=Persons.COMPANY),
    "briefing_calendar": _public,
    "briefing_material": _public,
    "briefing_register": Entry(reads=EVERYONE, writes=EVERYONE, persons=Persons.OWN),
    "briefing_written": _public,
    "briefing_door": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES, persons=Persons.APPLICANTS),
    "briefing_walk_in": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES, persons=Persons.APPLICANTS),
    "briefing_survey": _by_mail,
    "registration_show": _by_mail,
    "registration_material": _public,
    "registration_cancel": Entry(writes=COMPANY),
    **admin_rows(
        "guidance_briefing",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        verbs={"publish": STAFF_WRITES, "cancel": STAFF_WRITES, "show_recording": STAFF_WRITES},
        pages={"results": STAFF, "attendance_csv": STAFF, "attendance_xlsx": STAFF},
    ),
    **admin_rows(
        "guidance_registration",
        persons=Persons.APPLICANTS,
        verbs={"check_in": STAFF_WRITES, "undo_check_in": STAFF_WRITES, "cancel": STAFF_WRITES},
    ),
    "regulatory_list": Entry(reads=EVERYONE),
    "regulatory_show": Entry(reads=EVERYONE),
    # whoever is signed in reads how one comes to speak for a company
    "regulatory_raise": Entry(reads=SIGNED_IN, writes=COMPANY_WRITES, persons=Persons.COMPANY),
    "regulatory_too": Entry(reads=SIGNED_IN, writes=COMPANY_WRITES, persons=Persons.COMPANY),
    "concern_end": Entry(writes=COMPANY_WRITES),
    **admin_rows("guidance_edition", adds=STAFF_WRITES, pages={"readers": STAFF}),
    **admin_rows(
        "guidance_guidevideo", adds=STAFF_WRITES, changes=STAFF_WRITES, verbs={"withdraw": STAFF_WRITES}
    ),
    **admin_rows(
        "guidance_guidequestion", verbs=dict.fromkeys(["answer", "correct", "take_down"], STAFF_WRITES)
    ),
}
