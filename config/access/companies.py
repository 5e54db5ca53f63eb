"""The company register."""

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

MANAGER = frozenset({Role.MANAGER})
OWNER = frozenset({Role.OWNER})
SEEING_ORGANIZATIONS = frozenset({Role.PROVIDER, Role.PARTNER})

_read = Entry(reads=COMPANY, persons=Persons.COMPANY)
_edit = Entry(reads=COMPANY_WRITES, writes=COMPANY_WRITES, persons=Persons.COMPANY)
_do = Entry(writes=COMPANY_WRITES, persons=Persons.COMPANY)
_page = Entry(reads=STAFF_WRITES, writes=STAFF_WRITES, persons=Persons.APPLICANTS)

ROWS: dict[str, Entry] = {
    # whoever is signed in may be or become a member of a company
    "company_show": Entry(reads=SIGNED_IN, persons=Persons.COMPANY),
    "company_register": Entry(reads=SIGNED_IN, writes=SIGNED_IN, persons=Persons.OWN),
    "invitation_accept": Entry(reads=SIGNED_IN, writes=SIGNED_IN, persons=Persons.COMPANY),
    "company_edit": _edit,
    "contact_edit": _edit,
    "place_add": _edit,
    "place_end": _edit,
    "industry_edit": _edit,
    "industry_remove": _do,
    "figure_edit": _edit,
    "certificate_add": _edit,
    "size_edit": _edit,
    "mark_declare": _edit,
    "support_add": _edit,
    "support_remove": _do,
    "support_declare": _edit,
    "support_list": _read,
    "support_export": _read,
    "product_list": _read,
    "product_add": _edit,
    "product_edit": _edit,
    "product_switch": _do,
    "member_list": _read,
    "member_invite": Entry(reads=OWNER, writes=OWNER, persons=Persons.COMPANY),
    "member_change_role": Entry(writes=OWNER, persons=Persons.COMPANY),
    "member_end": Entry(writes=COMPANY, persons=Persons.COMPANY),
    "invitation_withdraw": Entry(writes=OWNER, persons=Persons.COMPANY),
    "consent_list": _read,
    "consent_give": _do,
    "consent_withdraw": _do,
    # who holds the link of a mail may end the mails, signed in or not
    "mails_end": Entry(reads=EVERYONE, writes=EVERYONE),
    "company_list": Entry(reads=SEEING_ORGANIZATIONS),
    "company_facts": Entry(reads=SEEING_ORGANIZATIONS, persons=Persons.COMPANY),
    **admin_rows(
        "companies_company",
        adds=STAFF_WRITES,
        imports=True,
        persons=Persons.COMPANY,
        verbs={"check": STAFF_WRITES, "check_all": STAFF_WRITES, "certificate": STAFF_WRITES},
    ),
    # companies come in by the agency's list, one by one they register themselves
    "admin:companies_company_add": Entry(),
    "admin:companies_company_changelist": Entry(reads=STAFF),
    "admin:companies_company_mark": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
    **admin_rows("companies_financialmark"),
    "admin:companies_financialmark_cure": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
    **admin_rows("companies_support", imports=True, importers=STAFF_WRITES),
    "admin:companies_company_ban": Entry(reads=MANAGER, writes=MANAGER),
    **admin_rows("companies_ban"),
    "admin:companies_ban_lift": Entry(reads=MANAGER, writes=MANAGER),
    **admin_rows("companies_claim", persons=Persons.APPLICANTS, verbs={"grant": STAFF_WRITES}),
    "admin:companies_claim_refuse": _page,
    **admin_rows("companies_consenttext", adds=STAFF_WRITES, verbs={"switch_off": STAFF_WRITES}),
    **admin_rows("companies_destructionrecord"),
    **admin_rows("companies_succession", adds=STAFF_WRITES),
    "admin:companies_succession_confirm": Entry(writes=STAFF_WRITES),
    "admin:companies_succession_put_paper": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
    "admin:companies_succession_take_back": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
    **admin_rows(
        "companies_merge",
        adds=MANAGER,
        persons=Persons.APPLICANTS,
        verbs={"ask": MANAGER, "answer": MANAGER, "carry_out": MANAGER},
        password=frozenset({"answer"}),
    ),
    "admin:companies_merge_decide": Entry(reads=MANAGER, writes=MANAGER, persons=Persons.APPLICANTS),
    "admin:companies_merge_drop": Entry(reads=MANAGER, writes=MANAGER),
    **admin_rows("companies_distinctpair", adds=STAFF_WRITES, pages={"alike": STAFF}),
    "admin:companies_distinctpair_take_back": Entry(reads=STAFF_WRITES, writes=STAFF_WRITES),
}
