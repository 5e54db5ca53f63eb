"""Why a criterion answered as it did: one sentence per reason, in the reader's language at the time of reading."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

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
    "ban_unknown": _("It is not known whether a ban by this agency is in force. The agency has to look."),
    "industry_met": _("An industry that this call is for is recorded."),
    "industry_excluded": _("An industry that this call excludes is recorded."),
    "industry_not_included": _("No industry that this call is for is recorded."),
    "industry_other_revision": _(
        "The industry is recorded under another revision of the codes. The agency has to look."
    ),
    "industry_unknown": _(
        "No industry is recorded. Enter it in the company record; until then the agency has to look."
    ),
    "age_met": _("The years in business on {day} lie within the limits."),
    "age_not_met": _("The years in business on {day} do not lie within the limits."),
    "age_unknown": _(
        "The day of opening is not recorded. Enter it in the company record; until then the agency has to look."
    ),
    "sales_met": _("Sales of the calendar year before {day} lie within the limits."),
    "sales_not_met": _("Sales of the calendar year before {day} do not lie within the limits."),
    "exports_met": _("Exports of the calendar year before {day} lie within the limits."),
    "exports_not_met": _("Exports of the calendar year before {day} do not lie within the limits."),
    "employees_met": _("The employees of the calendar year before {day} lie within the limits."),
    "employees_not_met": _("The employees of the calendar year before {day} do not lie within the limits."),
    "figure_missing": _(
        "The figure of the calendar year before {day} is missing. Enter it in the company record; until then the agency"
        " has to look."
    ),
    "figure_unproven": _("The figure has not been proven as this call asks. The agency has to look."),
    "product_met": _("A product that this call is for is recorded."),
    "product_not_met": _("No product that this call is for is recorded."),
    "product_hs_short": _(
        "The recorded HS code has too few digits to tell. Enter the whole code in the company record; until then the"
        " agency has to look."
    ),
    "product_unknown": _(
        "No product is recorded. Enter one in the company record; until then the agency has to look."
    ),
    "answer_met": _("The answer in the form is as this call asks."),
    "answer_not_met": _("The answer in the form is not as this call asks."),
    "answer_missing": _(
        "The question of the form has not been answered; without the answer the agency has to look."
    ),
    "group_met": _("Together these requirements are met."),
    "group_not_met": _("Together these requirements are not met."),
    "group_look": _("A person must look at one of these requirements."),
    "person_decides": _("A person at the agency decides this."),
    "rule_incomplete": _("The rule is not complete. A person at the agency decides this."),
}
"""Every reason that an assessment can give. A stored code must stay readable: add, never rename."""

STATED: dict[str, StrOrPromise] = {
    "province_unknown": _("You did not say where the company is located. The agency has to look."),
    "certificate_met": _("By what you state, the certificate is valid on {day}."),
    "certificate_unchecked": _(
        "You did not say until when the certificate is valid. The agency has to look."
    ),
    "certificate_expired": _("By what you state, the certificate has run out before {day}."),
    "certificate_not_yet": _("By what you state, the certificate is not valid yet on {day}."),
    "certificate_missing": _("You did not state such a certificate. Without it the agency has to look."),
    "status_met": _("In business, by what you state."),
    "status_suspended": _("Business is suspended, by what you state."),
    "status_closed": _("The business is closed, by what you state."),
    "status_not_checked": _("You did not say whether the company is in business. The agency has to look."),
    "tax_met": _("By what you state, both tax clearances are valid on {day}."),
    "tax_unchecked": _("You did not say until when the tax clearances are valid. The agency has to look."),
    "tax_missing": _("You did not state both tax clearances. Without them the agency has to look."),
    "not_banned": _("No ban by this agency is in force on {day}, by what you state."),
    "banned": _("A ban by this agency is in force on {day}, by what you state."),
    "ban_unknown": _(
        "You did not say whether a ban by this agency is in force, or until when. The agency has to look."
    ),
    "industry_unknown": _("You did not name an industry. The agency has to look."),
    "age_unknown": _("You did not say when the company was opened. The agency has to look."),
    "figure_missing": _(
        "You did not state the figure of the calendar year before {day}. The agency has to look."
    ),
    "figure_unproven": _(
        "You did not state a proof of the figure that this call takes. The agency has to look."
    ),
    "product_hs_short": _("The HS code you state has too few digits to tell. The agency has to look."),
    "product_unknown": _("You did not say enough about your products. The agency has to look."),
    "answer_missing": _("You did not answer this question. Without the answer the agency has to look."),
}
"""The same reasons where somebody stated the fact, or left it out, and no record stands behind it."""

FIGURES = ("sales_", "exports_", "employees_", "figure_")

_day = lazy(day, str)


def reason_text(
    reason_code: str,
    *,
    as_of: dt.date | None = None,
    renew_by: dt.date | None = None,
    is_stated: bool = False,
) -> StrOrPromise:
    """The sentence of a (stored) reason, rendered in the language in force when it is read; `is_stated` when the fact
    was stated to the reader's own page and stands in no record."""
    sentence = (STATED.get(reason_code) if is_stated else None) or REASONS.get(reason_code)
    if sentence is None:
        return reason_code
    return format_lazy(sentence, day=_day(as_of), renew_by=_day(renew_by))


def value_text(reason_code: str, value: str) -> StrOrPromise:
    """What was seen, for a page: codes of the tax office's answer in words, everything else as it stands."""
    if reason_code.startswith("status_") and value in StatusCheck.Status.values:
        return StatusCheck.Status(value).label
    if reason_code.startswith("age_") and value:
        return format_lazy(_("opened on {day}"), day=_day(dt.date.fromisoformat(value)))
    if (parts := re.fullmatch(r"(\d{4}): (\S+) ?(KRW|USD)?( \(E\))?", value)) and reason_code.startswith(
        FIGURES
    ):
        figure = f"{parts[1]}: {Decimal(parts[2]):,f} {parts[3] or ''}".strip()
        return format_lazy(_("{figure} (December estimated)"), figure=figure) if parts[4] else figure
    if reason_code in {"answer_met", "answer_not_met"} and value in {"yes", "no"}:
        return _("yes") if value == "yes" else _("no")
    return value
