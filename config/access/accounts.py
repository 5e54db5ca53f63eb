"""Doors, the ground's and the accounts' pages."""

from __future__ import annotations

from config.access.admin import admin_rows
from ground.access import EVERYONE, NOBODY, SIGNED_IN, STAFF, Entry, Persons, Role

VISITOR_OR_MEMBER = EVERYONE
MANAGER = frozenset({Role.MANAGER})
STAFF_AND_OPERATOR = STAFF | {Role.OPERATOR}

_open = Entry(reads=EVERYONE, writes=EVERYONE)
_own = Entry(reads=SIGNED_IN, writes=SIGNED_IN, persons=Persons.OWN)

ROWS: dict[str, Entry] = {
    "healthz": Entry(reads=EVERYONE),
    "mailbox": Entry(reads=EVERYONE, persons=Persons.APPLICANTS),
    "file_download": Entry(reads=SIGNED_IN, persons=Persons.COMPANY),
    "set_language": Entry(writes=EVERYONE),
    "account_signup": _open,
    "account_login": _open,
    "account_logout": _own,
    "account_confirm_login_code": Entry(),  # signing in by a mailed code is switched off
    "account_inactive": Entry(reads=EVERYONE),
    "account_email": _own,
    "account_confirm_email": _open,
    "account_email_verification_sent": Entry(reads=EVERYONE),
    "account_change_password": _own,
    "account_set_password": _own,
    "account_reset_password": _open,
    "account_reset_password_done": Entry(reads=EVERYONE),
    "account_reset_password_from_key": _open,
    "account_reset_password_from_key_done": Entry(reads=EVERYONE),
    "account_reauthenticate": _own,
    "usersessions_list": _own,
    "mfa_index": _own,
    "mfa_authenticate": _open,
    "mfa_reauthenticate": _own,
    "mfa_activate_totp": _own,
    "mfa_deactivate_totp": _own,
    "mfa_view_recovery_codes": _own,
    "mfa_generate_recovery_codes": _own,
    "mfa_download_recovery_codes": _own,
    "admin:index": Entry(reads=STAFF_AND_OPERATOR, persons=Persons.NONE, needs_mfa=True),
    "admin:search": Entry(reads=STAFF, persons=Persons.NONE, needs_mfa=True),
    "admin:login": Entry(reads=EVERYONE),
    "admin:logout": Entry(reads=NOBODY, writes=SIGNED_IN),
    "admin:jsi18n": Entry(reads=STAFF_AND_OPERATOR, needs_mfa=True),
    "admin:autocomplete": Entry(reads=STAFF_AND_OPERATOR, needs_mfa=True),
    **admin_rows(
        "accounts_officer", reads=STAFF_AND_OPERATOR, adds=MANAGER, changes=MANAGER, persons=Persons.STAFF
    ),
    **admin_rows("accounts_deputy", adds=MANAGER, changes=MANAGER, persons=Persons.STAFF),
    **admin_rows("accounts_organization", adds=MANAGER, changes=MANAGER),
    **admin_rows("accounts_secondpersonrule", adds=MANAGER, changes=MANAGER),
    **admin_rows(
        "accounts_approval",
        persons=Persons.STAFF,
        verbs={"answer": frozenset({Role.MANAGER, Role.FINANCE})},
    ),
    **admin_rows("ground_currency", imports=True, adds=MANAGER, changes=MANAGER),
    **admin_rows("ground_holiday", imports=True, adds=MANAGER, changes=MANAGER),
    **admin_rows("ground_province"),
    **admin_rows("ground_industry"),
    **admin_rows("ground_country"),
}
