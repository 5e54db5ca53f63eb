"""Doors, the ground's and the accounts' pages."""

from __future__ import annotations

from config.access.admin import admin_rows
from ground.access import EVERYONE, NOBODY, SIGNED_IN, STAFF, Entry, Persons, Role

MANAGER = frozenset({Role.MANAGER})
OPERATOR = frozenset({Role.OPERATOR})
STAFF_AND_OPERATOR = STAFF | {Role.OPERATOR}

_door = Entry(reads=EVERYONE, writes=EVERYONE, is_door=True)
_sign = Entry(reads=EVERYONE, is_door=True)
_own_door = Entry(reads=SIGNED_IN, writes=SIGNED_IN, persons=Persons.OWN, is_door=True)
_own = Entry(reads=SIGNED_IN, writes=SIGNED_IN, persons=Persons.OWN)

ROWS: dict[str, Entry] = {
    "healthz": _sign,
    "mailbox": Entry(reads=EVERYONE, persons=Persons.APPLICANTS, is_door=True),
    "file_download": Entry(reads=SIGNED_IN, persons=Persons.COMPANY),
    "set_language": Entry(writes=EVERYONE, is_door=True),
    "form_kept": _own,
    "account_signup": _door,
    "account_login": _door,
    "account_logout": _own_door,
    "account_confirm_login_code": Entry(),  # signing in by a mailed code is switched off
    "account_inactive": _sign,
    "account_email": _own,
    "account_confirm_email": _door,
    "account_email_verification_sent": _sign,
    "account_change_password": _own,
    "account_set_password": _own,
    "account_reset_password": _door,
    "account_reset_password_done": _sign,
    "account_reset_password_from_key": _door,
    "account_reset_password_from_key_done": _sign,
    "account_reauthenticate": _own_door,
    "usersessions_list": _own,
    "mfa_index": _own,
    "mfa_authenticate": _door,
    "mfa_reauthenticate": _own_door,
    "mfa_activate_totp": _own_door,
    "mfa_deactivate_totp": _own,
    "mfa_view_recovery_codes": _own,
    "mfa_generate_recovery_codes": _own,
    "mfa_download_recovery_codes": _own,
    "admin:index": Entry(reads=STAFF_AND_OPERATOR, persons=Persons.NONE),
    "admin:search": Entry(reads=STAFF, persons=Persons.NONE),
    "admin:login": _sign,
    "admin:logout": Entry(reads=NOBODY, writes=SIGNED_IN, is_door=True),
    "admin:jsi18n": Entry(reads=STAFF_AND_OPERATOR),
    "admin:autocomplete": Entry(reads=STAFF_AND_OPERATOR),
    **admin_rows("accounts_agency", reads=OPERATOR, adds=OPERATOR, changes=OPERATOR, persons=Persons.STAFF),
    "admin:accounts_agency_appoint": Entry(reads=OPERATOR, writes=OPERATOR, persons=Persons.STAFF),
    **admin_rows(
        "accounts_user",
        reads=OPERATOR,
        persons=Persons.ALL,
        verbs={"switch_off": OPERATOR, "switch_on": OPERATOR},
    ),
    **admin_rows(
        "accounts_officer", reads=STAFF_AND_OPERATOR, adds=MANAGER, changes=MANAGER, persons=Persons.STAFF
    ),
    **admin_rows("accounts_deputy", adds=MANAGER, changes=MANAGER, persons=Persons.STAFF),
    **admin_rows(
        "accounts_organization",
        reads=STAFF_AND_OPERATOR,
        adds=MANAGER | OPERATOR,
        changes=MANAGER | OPERATOR,
        persons=Persons.ORGANIZATION,
    ),
    **admin_rows(
        "accounts_secondpersonrule", adds=MANAGER, changes=MANAGER, password=frozenset({"add", "change"})
    ),
    **admin_rows(
        "accounts_approval",
        persons=Persons.STAFF,
        verbs={"answer": frozenset({Role.MANAGER, Role.FINANCE})},
        password=frozenset({"answer"}),
    ),
    **admin_rows("ground_currency", imports=True, adds=MANAGER, changes=MANAGER),
    **admin_rows("ground_holiday", imports=True, adds=MANAGER, changes=MANAGER),
    **admin_rows("ground_province", imports=True, importers=MANAGER),
    **admin_rows("ground_industry", imports=True, importers=MANAGER),
    **admin_rows("ground_country", imports=True, importers=MANAGER),
}
