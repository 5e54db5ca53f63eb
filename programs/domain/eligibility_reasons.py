"""Why a criterion answered as it did: one sentence per reason, in the reader's language at the time of reading."""

from __future__ import annotations

import datetime as dt

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies.models import StatusCheck
from ground.templatetags.naru import day

REASONS: dict[str, StrOrPromise] = {
    "province_met": _("Located in a province of this call on {day}."),
    "province_not_met": _("Not located in a province of this call on {day}."),
    "province_unknown": _(
        "No place of business is recorded for {day}. Enter it in the company record; until then the agency has to look."
    ),
    "province_merged": _(
        "The province was merged with another one. The agency looks at which part the place lies in."
    ),
    "certificate_met": _("The certificate was accepted and is valid on {day}."),
    "certificate_renew": _(
        "The certificate is valid on {day} but ends before {renew_by}. Hand in a renewed one by then."
    ),
    "certificate_later_unchecked": _(
        "The certificate is valid on {day}. The agency still has to look at the renewed one."
    ),
    "certificate_unchecked": _("The certificate is there; the agency still has to look at it."),
    "certificate_expired": _(
        "The certificate has run out before {day}. Hand in one that is valid on that day."
    ),
    "certificate_not_yet": _(
        "The certificate is not valid yet on {day}. Hand in one that is valid on that day."
    ),
    "certificate_refused": _("The agency did not accept the certificate. Hand in another one."),
    "certificate_missing": _("There is no certificate. Hand it in; without it the agency has to look."),
    "status_met": _("In business, by the answer of the tax office."),
    "status_suspended": _("Business is suspended, by the answer of the tax office."),
    "status_closed": _("The business is closed, by the answer of the tax office."),
    "status_unregistered": _("The business number is not registered at the tax office."),
    "status_not_checked": _("The tax office has not been asked or has not answered. The agency has to look."),
    "tax_met": _("Both tax clearances were accepted and are valid on {day}."),
    "tax_renew": _(
        "Both tax clearances are valid on {day}, but one ends before {renew_by}. Hand in a new one by then."
    ),
    "tax_unchecked": _("The tax clearances are there; the agency still has to look at them."),
    "tax_expired": _(
        "A tax clearance is not valid on {day}. Hand in one that is; otherwise the agency has to look."
    ),
    "tax_missing": _(
        "National or local tax clearance is missing. Hand in both; without them the agency has to look."
    ),
    "not_banned": _("No ban by this agency is in force on {day}."),
    "banned": _("A ban by this agency is in force on {day}."),
    "person_decides": _("A person at the agency decides this."),
    "rule_incomplete": _("The rule is not complete. A person at the agency decides this."),
}
"""Every reason that an assessment can give. A stored code must stay readable: add, never rename."""

_day = lazy(day, str)


def reason_text(
    reason_code: str, *, as_of: dt.date | None = None, renew_by: dt.date | None = None
) -> StrOrPromise:
    """The sentence of a (stored) reason, rendered in the language in force when it is read."""
    sentence = REASONS.get(reason_code)
    if sentence is None:
        return reason_code
    return format_lazy(sentence, day=_day(as_of), renew_by=_day(renew_by))


def value_text(reason_code: str, value: str) -> StrOrPromise:
    """What was seen, for a page: codes of the tax office's answer in words, everything else as it stands."""
    if reason_code.startswith("status_") and value in StatusCheck.Status.values:
        return StatusCheck.Status(value).label
    return value
