"""Screening, selection, participation and delivery."""

from __future__ import annotations

from config.access.admin import admin_rows
from ground.access import COMPANY, STAFF, STAFF_WRITES, Entry, Persons, Role

MANAGER = frozenset({Role.MANAGER})
KEEPERS = frozenset({Role.MANAGER, Role.OPERATOR})
KEEPERS_READ = STAFF | {Role.OPERATOR}
EVALUATOR = frozenset({Role.EVALUATOR})
OWNER = frozenset({Role.OWNER})
PROVIDER = frozenset({Role.PROVIDER})

ROWS: dict[str, Entry] = {
    "evaluation_list": Entry(reads=EVALUATOR),
    "evaluation_declare": Entry(reads=EVALUATOR, writes=EVALUATOR),
    "evaluation_score": Entry(reads=EVALUATOR, writes=EVALUATOR),
    "participation_list": Entry(reads=COMPANY),
    "participation_show": Entry(reads=COMPANY, persons=Persons.COMPANY),
    "participation_accept": Entry(writes=OWNER, persons=Persons.COMPANY),
    "participation_decline": Entry(reads=OWNER, writes=OWNER),
    "participation_end": Entry(reads=OWNER, writes=OWNER),
    "participation_go_on": Entry(reads=OWNER, writes=OWNER),
    "participation_end_take_back": Entry(writes=OWNER),
    "listing_list": Entry(reads=COMPANY),
    "delivery_done": Entry(reads=PROVIDER, writes=PROVIDER),
    **admin_rows("programs_platform", reads=KEEPERS_READ, adds=KEEPERS, changes=KEEPERS, imports=True),
    **admin_rows("programs_market", reads=KEEPERS_READ, adds=KEEPERS, changes=KEEPERS, imports=True),
    **admin_rows(
        "programs_program",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        verbs={"assign_delivery": STAFF_WRITES},
        pages={"delivery": STAFF, "agreements": STAFF},
    ),
    **admin_rows("programs_indicator", adds=STAFF_WRITES, changes=STAFF_WRITES),
    **admin_rows("programs_indicatorvalue", adds=STAFF_WRITES, changes=STAFF_WRITES, imports=True),
    **admin_rows(
        "programs_countrychoice",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        verbs={"propose": STAFF_WRITES, "decide": STAFF_WRITES},
        pages={"ranking": STAFF},
    ),
    **admin_rows("programs_memorandum", adds=STAFF_WRITES, changes=STAFF_WRITES),
    **admin_rows(
        "programs_call",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        persons=Persons.STAFF,
        verbs={
            "publish": STAFF_WRITES,
            "ask_publishing": STAFF_WRITES,
            "ask_later_closing": STAFF_WRITES,
            "move_closing": STAFF_WRITES,
            "move_questions": STAFF_WRITES,
            "ask_amendment": STAFF_WRITES,
            "amend": STAFF_WRITES,
            "take_over": STAFF_WRITES,
            "enter": STAFF_WRITES,
            "ask_cancelling": STAFF_WRITES,
            "cancel": STAFF_WRITES,
            "screen": STAFF_WRITES,
            "settle": STAFF_WRITES,
            "appoint": MANAGER,
            "dismiss": MANAGER,
            "ask_sealing": MANAGER,
            "decide": MANAGER,
            "put_paper": MANAGER,
            "release": MANAGER,
            "ask_results": STAFF_WRITES,
            "publish_results": STAFF_WRITES,
            "promote": MANAGER,
            "offer_all": STAFF_WRITES,
        },
        pages={
            "screening": STAFF,
            "ranking": STAFF,
            "register": STAFF,
            "baseline_download": STAFF,
            "preview": STAFF,
            "criteria": STAFF,
        },
    ),
    **admin_rows(
        "programs_inquiry", persons=Persons.COMPANY, verbs={"answer": STAFF_WRITES, "correct": STAFF_WRITES}
    ),
    "admin:programs_call_criterion": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
    "admin:programs_call_move_criterion": Entry(writes=STAFF_WRITES),
    "admin:programs_call_drop_criterion": Entry(writes=STAFF_WRITES),
    **admin_rows(
        "programs_consultation", adds=STAFF_WRITES, persons=Persons.COMPANY, verbs={"finish": STAFF_WRITES}
    ),
    "admin:programs_consultation_correct": Entry(
        reads=STAFF_WRITES, writes=STAFF_WRITES, persons=Persons.COMPANY
    ),
    "admin:programs_call_write_in": Entry(writes=STAFF_WRITES),
    "admin:programs_call_applicants": Entry(reads=STAFF),
    "admin:programs_call_open_criteria": Entry(reads=STAFF),
    "admin:programs_call_take_decisions": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
    "admin:programs_call_attachments": Entry(reads=STAFF, persons=Persons.APPLICANTS),
    **admin_rows(
        "programs_application",
        persons=Persons.APPLICANTS,
        verbs={
            "decide": STAFF_WRITES,
            "send_back": STAFF_WRITES,
            "rescreen": STAFF_WRITES,
            "ask_anew": STAFF_WRITES,
            "override": STAFF_WRITES,
            "take_back": STAFF_WRITES,
            "look_at": STAFF_WRITES,
            "reopen": STAFF_WRITES,
            "offer": STAFF_WRITES,
            "withdraw": STAFF_WRITES,
        },
        pages={"book": STAFF},
    ),
    **admin_rows(
        "programs_participation",
        persons=Persons.COMPANY,
        verbs={
            "open_listings": STAFF_WRITES,
            "ask_payment": STAFF_WRITES,
            "extend": STAFF_WRITES,
            "complete": STAFF_WRITES,
            "end": STAFF_WRITES,
            "agree_end": STAFF_WRITES,
            "refuse_end": STAFF_WRITES,
            "agree_go_on": STAFF_WRITES,
            "refuse_go_on": STAFF_WRITES,
        },
    ),
    **admin_rows(
        "programs_delivery",
        verbs={
            "tick_off": STAFF_WRITES,
            "replan": STAFF_WRITES,
            "cancel": STAFF_WRITES,
            "take_back": STAFF_WRITES,
        },
    ),
    **admin_rows("programs_payment", verbs={"pay": STAFF_WRITES | {Role.FINANCE}, "drop": STAFF_WRITES}),
    **admin_rows("programs_listing", verbs={"advance": STAFF_WRITES}),
    **admin_rows(
        "programs_store",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        imports=True,
        verbs={
            "assign": STAFF_WRITES,
            "set_tax": STAFF_WRITES,
            "correct_tax": STAFF_WRITES,
            "disable": STAFF_WRITES,
        },
    ),
    **admin_rows("programs_assignment", verbs={"end": STAFF_WRITES, "withdraw": STAFF_WRITES}),
    **admin_rows(
        "guidance_regulatoryitem",
        adds=STAFF_WRITES,
        persons=Persons.COMPANY,
        verbs={
            "ask_publishing": STAFF_WRITES,
            "publish": STAFF_WRITES,
            "take_down": STAFF_WRITES,
            "separate": STAFF_WRITES,
        },
    ),
    **admin_rows("guidance_mailing", adds=STAFF_WRITES, verbs={"drop_rule": STAFF_WRITES}),
    **{
        f"admin:guidance_mailing_{page}": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES)
        for page in ("edit", "kind", "rule", "send")
    },
    **{
        f"admin:guidance_regulatoryitem_{page}": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES)
        for page in ("edit", "step", "correct", "document", "concern", "wording", "join")
    },
}
