"""Results and reports."""

from __future__ import annotations

from config.access.admin import admin_rows
from ground.access import COMPANY, COMPANY_WRITES, EVERYONE, NOBODY, STAFF, STAFF_WRITES, Entry, Persons, Role

BODIES = frozenset({Role.SUPERVISING, Role.PARTNER})
PROVIDER = frozenset({Role.PROVIDER})
UPLOADS = COMPANY_WRITES | PROVIDER
READS_FILES = COMPANY | PROVIDER
READS_REPORTS = STAFF | {Role.SUPERVISING}
RATES = STAFF_WRITES | {Role.FINANCE, Role.OPERATOR}

ROWS: dict[str, Entry] = {
    "home": Entry(reads=EVERYONE, persons=Persons.OWN),
    "overview": Entry(reads=BODIES),
    "sales_list": Entry(reads=COMPANY),
    "sales_upload": Entry(reads=UPLOADS, writes=UPLOADS),
    "sales_file": Entry(reads=READS_FILES),
    "sales_file_confirm": Entry(reads=NOBODY, writes=UPLOADS),
    "sales_file_cancel": Entry(reads=NOBODY, writes=UPLOADS),
    "sales_file_rejects": Entry(reads=READS_FILES),
    "sales_file_mend": Entry(reads=READS_FILES),
    "order_marks": Entry(reads=COMPANY, writes=COMPANY_WRITES),
    "order_mark_take_back": Entry(reads=COMPANY_WRITES, writes=COMPANY_WRITES),
    "shipments": Entry(reads=COMPANY, writes=COMPANY_WRITES),
    "shipment": Entry(reads=COMPANY_WRITES, writes=COMPANY_WRITES),
    "admin:reports_stock": Entry(reads=STAFF),
    "customs_lists": Entry(reads=COMPANY, writes=COMPANY_WRITES),
    "customs_list": Entry(reads=COMPANY),
    "customs_list_confirm": Entry(reads=NOBODY, writes=COMPANY_WRITES),
    "customs_list_cancel": Entry(reads=NOBODY, writes=COMPANY_WRITES),
    "customs_list_rejects": Entry(reads=COMPANY),
    "customs_list_mend": Entry(reads=COMPANY),
    "customs_template": Entry(reads=COMPANY | STAFF),
    "sales_template": Entry(reads=READS_FILES | STAFF),
    "declaration_edit": Entry(reads=COMPANY_WRITES, writes=COMPANY_WRITES),
    "declaration_none": Entry(reads=NOBODY, writes=COMPANY_WRITES),
    "declaration_take_back": Entry(reads=NOBODY, writes=COMPANY_WRITES),
    "difference_answer": Entry(reads=COMPANY, writes=COMPANY_WRITES),
    "payout_confirm": Entry(reads=NOBODY, writes=COMPANY_WRITES),
    "payout_dispute": Entry(reads=COMPANY_WRITES, writes=COMPANY_WRITES),
    "provider_home": Entry(reads=PROVIDER),
    "payout_state": Entry(reads=PROVIDER, writes=PROVIDER),
    "payout_list_upload": Entry(reads=PROVIDER, writes=PROVIDER),
    "payout_list_template": Entry(reads=PROVIDER),
    "payout_list": Entry(reads=PROVIDER, writes=PROVIDER),
    "participation_money": Entry(reads=COMPANY),
    "report_list": Entry(reads=READS_REPORTS),
    "report_show": Entry(reads=READS_REPORTS),
    "admin:reports_waiting": Entry(reads=STAFF),
    "admin:reports_answers": Entry(reads=STAFF),
    "admin:programs_participation_month": Entry(reads=STAFF, writes=STAFF_WRITES),
    "admin:reports_unassigned": Entry(reads=STAFF, writes=STAFF_WRITES),
    "admin:reports_assignments": Entry(reads=STAFF),
    **admin_rows("reports_bulkassignment"),
    **admin_rows("reports_assignmentlist", adds=STAFF_WRITES, verbs={"apply": STAFF_WRITES}),
    "admin:reports_results": Entry(reads=STAFF),
    "admin:reports_orders": Entry(reads=STAFF),
    "admin:reports_outcomes": Entry(reads=STAFF),
    "admin:reports_cohorts": Entry(reads=STAFF),
    "admin:reports_unstated": Entry(reads=STAFF),
    **admin_rows("reports_payoutterm", adds=STAFF_WRITES, verbs={"withdraw": STAFF_WRITES}),
    "admin:reports_months": Entry(reads=STAFF),
    **admin_rows(
        "reports_closedmonth",
        adds=STAFF_WRITES,
        verbs={"reopen": STAFF_WRITES},
        password=frozenset({"add", "reopen"}),
    ),
    **admin_rows(
        "reports_importbatch",
        adds=STAFF_WRITES,
        verbs={"confirm": STAFF_WRITES, "cancel": STAFF_WRITES, "undo": STAFF_WRITES},
        pages={"rejects": STAFF, "mend": STAFF},
    ),
    **admin_rows(
        "reports_fileprofile",
        adds=STAFF_WRITES,
        verbs={"alter": STAFF_WRITES, "withdraw": STAFF_WRITES, "restore": STAFF_WRITES},
    ),
    "admin:reports_fileprofile_build": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
    **admin_rows("reports_exchangerate", reads=STAFF | {Role.OPERATOR}, adds=RATES, imports=True),
    **admin_rows("reports_rateattempt", reads=STAFF | {Role.OPERATOR}),
    **admin_rows(
        "reports_statereading",
        adds=STAFF_WRITES,
        verbs={"ask_correction": STAFF_WRITES, "correct": STAFF_WRITES},
    ),
    "admin:reports_compared": Entry(reads=STAFF, writes=STAFF_WRITES),
    "admin:programs_participation_lines": Entry(reads=STAFF),
    "admin:reports_unanswered": Entry(reads=STAFF),
    **admin_rows("reports_difference", verbs={"decide": STAFF_WRITES, "ask": STAFF_WRITES}),
    **admin_rows("reports_tolerance", adds=STAFF_WRITES),
    **admin_rows("reports_samplingplan", adds=STAFF_WRITES, pages={"workbook": STAFF}),
    **admin_rows("reports_sampledorder", verbs={"enter": STAFF_WRITES}),
    **admin_rows("reports_declaration"),
    **admin_rows(
        "reports_customsrecord",
        adds=STAFF_WRITES,
        changes=STAFF_WRITES,
        verbs={"take_out": STAFF_WRITES},
    ),
    **admin_rows(
        "reports_customslist",
        adds=STAFF_WRITES,
        verbs=dict.fromkeys(("confirm", "cancel", "types", "again", "undo"), STAFF_WRITES),
        pages={"rejects": STAFF, "mend": STAFF},
    ),
    **admin_rows(
        "reports_shipment", adds=STAFF_WRITES, verbs={"correct": STAFF_WRITES, "take_back": STAFF_WRITES}
    ),
    **admin_rows("reports_ordermark", adds=STAFF_WRITES, verbs={"take_back": STAFF_WRITES}),
    **admin_rows(
        "reports_sharedsupport",
        adds=STAFF_WRITES,
        verbs={"agree": STAFF_WRITES, "refuse": STAFF_WRITES, "take_back": STAFF_WRITES},
    ),
    **admin_rows("reports_payoutproof", verbs={"reopen": STAFF_WRITES}),
    **admin_rows("reports_reportschedule", adds=STAFF_WRITES, changes=STAFF_WRITES),
    **admin_rows("reports_reportrun", adds=STAFF_WRITES, verbs={"group_list": STAFF}),
}
