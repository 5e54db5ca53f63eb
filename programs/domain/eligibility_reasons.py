"""Why a criterion answered as it did: one sentence per reason, in the reader's language at the time of reading."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies.models import Certificate, CompanySize, FinancialMark, StatusCheck, Support, YearlyFigure
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
    "certificate_refused": _("The certificate was not accepted. Hand in another one."),
    "certificate_missing": _("There is no certificate. Hand it in; without it the agency has to look."),
    "status_met": _("In business, by the answer of the tax office."),
    "status_suspended": _("Business is suspended, by the answer of the tax office."),
    "status_closed": _("The business is closed, by the answer of the tax office."),
    "status_unregistered": _("The business number is not registered at the tax office."),
    "status_not_checked": _("The tax office has not been asked or has not answered. The agency has to look."),
    "status_old": _(
        "The tax office’s answer is of {answered} and older than the {limit} days for which it counts. The agency asks anew;"
        " without an answer a person at the agency decides."
    ),
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
    "tax_undated": _(
        "A tax clearance names neither its last day nor its day of issue, so that it may have run out before {day}. Enter its"
        " days or hand in a new one; until then the agency has to look."
    ),
    "clearance_met": _("All clearances asked for were accepted and are valid on {day}."),
    "clearance_renew": _(
        "All clearances asked for are valid on {day}, but one ends before {renew_by}. Hand in a new one by then."
    ),
    "clearance_unchecked": _("The clearances are there; the agency still has to look at them."),
    "clearance_expired": _(
        "A clearance is not valid on {day}. Hand in one that is; otherwise the agency has to look."
    ),
    "clearance_missing": _(
        "A clearance that is asked for is missing. Hand in all; without them the agency has to look."
    ),
    "clearance_undated": _(
        "A clearance names no last day, so that it may have run out before {day}. Enter its days or hand in a new one; until then"
        " the agency has to look."
    ),
    "not_banned": _("No ban by this agency is in force on {day}."),
    "banned": _("A ban by this agency is in force on {day}."),
    "banned_former": _(
        "A ban by this agency of a company whose place this one took, or of another branch, is in force on {day}."
    ),
    "ban_unknown": _("It is not known whether a ban by this agency is in force. The agency has to look."),
    "industry_met": _("An industry that this call is for is recorded."),
    "industry_excluded": _("An industry that this call excludes is recorded."),
    "industry_not_included": _("No industry that this call is for is recorded."),
    "industry_other_revision": _(
        "The industry is recorded under another revision of the codes. The agency has to look."
    ),
    "industry_short": _(
        "The recorded industry has fewer digits than the one that this call names. Enter all digits of its code; until then the"
        " agency has to look."
    ),
    "industry_unknown": _(
        "No industry is recorded. Enter it in the company record; until then the agency has to look."
    ),
    "age_met": _("The years in business on {day} lie within the limits."),
    "age_not_met": _("The years in business on {day} do not lie within the limits."),
    "age_unknown": _(
        "The day of opening is not recorded. Enter it in the company record; until then the agency has to look."
    ),
    "age_unknown_former": _(
        "The day of opening of a former company is not recorded. Its record is closed: the company"
        " gives the agency the paper, and a person at the agency decides by it."
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
    "figure_missing_former": _(
        "The figure of a former company is missing for the calendar year before {day}. Its record is"
        " closed: the company gives the agency the paper, and a person at the agency decides by it."
    ),
    "figure_unproven": _("The figure has not been proven as this call asks. The agency has to look."),
    "figure_unproven_former": _(
        "The figure of a former company has not been proven as this call asks. Its record is closed:"
        " the company gives the agency the paper, and a person at the agency decides by it."
    ),
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
    "size_met": _("The size that an accepted paper shows is one that this call is for, on {day}."),
    "size_renew": _(
        "The size is one that this call is for on {day}, but its paper ends before {renew_by}. Hand in a renewed one by then."
    ),
    "size_later_unchecked": _(
        "The size is one that this call is for on {day}. The agency still has to look at the renewed paper."
    ),
    "size_not_met": _("The size that an accepted paper shows is not one that this call is for, on {day}."),
    "size_disputed": _(
        "The records of the company’s size contradict each other on {day}. The agency has to look."
    ),
    "size_unclear": _(
        "The confirmation says that the company is an SME, not which size. Enter the size in the company record; until then"
        " the agency has to look."
    ),
    "size_unchecked": _("A paper shows the size; the agency still has to look at it."),
    "size_undated": _("The paper of the size names no last day. The agency has to look."),
    "size_stated": _("The company states its size without a paper. The agency has to look."),
    "size_expired": _(
        "The paper of the size has run out before {day}. Add a renewed one; until then the agency has to look."
    ),
    "size_not_yet": _("The size is recorded for a time after {day}. The agency has to look."),
    "size_refused": _("The agency did not accept the paper of the size. Add another one."),
    "size_unknown": _(
        "The size of the company is not recorded. Enter it in the company record; until then the agency has to look."
    ),
    "mark_none": _("The agency looked it up: no mark stands on {day}."),
    "mark_cured": _("A mark was recorded, and what takes it away was recorded by {day}."),
    "mark_found": _(
        "A mark that bars from this call stands on {day}, by a document that the agency recorded."
    ),
    "mark_declared": _("The company declares that a mark stands. The agency has to look."),
    "mark_declared_none": _(
        "The company declares that no mark stands; that alone decides nothing. The agency has to look."
    ),
    "mark_outdated": _("The agency’s look-up no longer counts on {day}. The agency has to look."),
    "mark_unknown": _("Nobody has looked up by {day} whether a mark stands. The agency has to look."),
    "support_none": _("No support for the same item counts on {day}, and the whole time is known."),
    "support_within": _("The support received for the same item lies within the limits on {day}."),
    "support_over": _("More support for the same item was received than this call allows, on {day}."),
    "support_both": _(
        "National and local money were received for the same item. The agency has to look at both."
    ),
    "support_both_call": _(
        "Support for the same item was received from the other of national and local money than this program pays with."
        " The agency has to look at both."
    ),
    "support_unclear": _(
        "Of support received the item or amount is not known, or it may be recorded twice. The agency has to look."
    ),
    "support_unknown": _(
        "Not all support received in this time is known. Declare it in the company record; until then the agency has to look."
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
    "clearance_met": _("By what you state, all clearances asked for are valid on {day}."),
    "clearance_unchecked": _("You did not say until when the clearances are valid. The agency has to look."),
    "clearance_missing": _(
        "You did not state all clearances that are asked for. Without them the agency has to look."
    ),
    "not_banned": _("No ban by this agency is in force on {day}, by what you state."),
    "banned": _("A ban by this agency is in force on {day}, by what you state."),
    "ban_unknown": _(
        "You did not say whether a ban by this agency is in force, or until when. The agency has to look."
    ),
    "industry_short": _(
        "The industry that you name has fewer digits than the one that this call names. Without them the agency has to look."
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
    "size_met": _("By what you state, the size is one that this call is for, on {day}."),
    "size_not_met": _("By what you state, the size is not one that this call is for, on {day}."),
    "size_renew": _(
        "By what you state, the size is one that this call is for on {day}, but its paper ends before {renew_by}."
    ),
    "size_expired": _("By what you state, the paper of the size has run out before {day}."),
    "size_stated": _("You did not state a valid paper of the size. Without it the agency has to look."),
    "size_unknown": _("You did not say how large the company is. The agency has to look."),
    "mark_declared": _("By what you state, a mark stands. The agency has to look."),
    "mark_declared_none": _("By what you state, no mark stands. The agency looks it up."),
    "mark_unknown": _("You did not say whether a mark stands. The agency has to look."),
    "support_none": _("By what you state, no support for the same item counts on {day}."),
    "support_within": _("By what you state, the support for the same item lies within the limits on {day}."),
    "support_over": _(
        "By what you state, more support for the same item was received than this call allows, on {day}."
    ),
    "support_unknown": _("You did not say what support you received. The agency has to look."),
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
    value: str = "",
    evidence: str = "",
) -> StrOrPromise:
    """The sentence of a (stored) reason, rendered in the language in force when it is read; `is_stated` when the fact
    was stated to the reader's own page and stands in no record. Of an answer that is too old the sentence says its day
    (`evidence`) and how old it may be (from `value`)."""
    sentence = (STATED.get(reason_code) if is_stated else None) or REASONS.get(reason_code)
    if sentence is None:
        return reason_code
    answered, limit = _days_lazily(evidence), value.partition(" ")[2]
    return format_lazy(sentence, day=_day(as_of), renew_by=_day(renew_by), answered=answered, limit=limit)


def value_text(reason_code: str, value: str) -> StrOrPromise:
    """What was seen, for a page: codes and days in words, everything else as it stands. A group has nothing of its own to
    show: its members say what they saw."""
    if reason_code.startswith("group_"):
        return ""
    if reason_code.startswith("province_"):
        return place_name(value)
    if reason_code.startswith(PAPERS):
        return _days(_named_papers(value))
    if reason_code in {"banned", "banned_former"}:
        return _days(value)
    if reason_code.startswith("status_") and (said := value.partition(" ")[0]) in StatusCheck.Status.values:
        return StatusCheck.Status(said).label
    if reason_code in {"age_met", "age_not_met"} and value:
        return format_lazy(_("opened on {day}"), day=_day(dt.date.fromisoformat(value)))
    if (parts := re.fullmatch(r"(\d{4}): (\S+) ?(KRW|USD)?( \(E\))?", value)) and reason_code.startswith(
        FIGURES
    ):
        figure = f"{parts[1]}: {Decimal(parts[2]):,f} {parts[3] or ''}".strip()
        return format_lazy(_("{figure} (December estimated)"), figure=figure) if parts[4] else figure
    if reason_code.startswith("size_"):
        return ", ".join(_spoken_size(each) for each in value.split(", ")) if value else ""
    if reason_code.startswith("mark_"):
        return ", ".join(_spoken_mark(each) for each in value.split(", ")) if value else ""
    if reason_code.startswith("support_"):
        return _SUPPORT_ROW.sub(_spoken_support, value)
    if reason_code in {"answer_met", "answer_not_met"} and value in {"yes", "no"}:
        return _("yes") if value == "yes" else _("no")
    return value


PAPERS = ("certificate_", "tax_", "clearance_")
_PAPER = re.compile(rf"\b({'|'.join(Certificate.Kind.values)})( |(?=,)|$)")
_SOURCE = re.compile(rf"(?:(?<=^)|(?<=, ))(?:{'|'.join(YearlyFigure.Source.values)})(?=$|[ ,])")
_ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PLACE = re.compile(r"(.*[가-힣]) ([A-Za-z][^()]*?)(?= \(\w+\)$|$)")


def evidence_text(reason_code: str, evidence: str) -> str:
    """What shows it, for a page: the paper's kind with its name, the source of a figure, the day of a look-up."""
    if reason_code.startswith((*PAPERS, "size_")):
        return _named_papers(evidence)
    if reason_code.startswith(FIGURES):
        return _SOURCE.sub(lambda found: str(YearlyFigure.Source(found[0]).label), evidence)
    if reason_code.startswith(("province_", "status_")):
        return _days(evidence)
    return evidence


def place_name(both: str) -> str:
    """The province in the reader's language, of both names as they are kept."""
    found = _PLACE.match(both)
    if found is None:
        return both
    return (found[2] if get_language() == "en" else found[1]) + both[found.end() :]


def _named_papers(text: str) -> str:
    """`TAX_NAT clearance.pdf`: the kind of paper is a code; where its name begins the file's, once is enough."""
    kinds = {value: str(label) for value, label in Certificate.Kind.choices}
    return _PAPER.sub(
        lambda found: "" if text.startswith(kinds[found[1]], found.end()) else f"{kinds[found[1]]}{found[2]}",
        text,
    )


def _days(text: str) -> str:
    return _ISO_DAY.sub(lambda found: _iso(found[0]), text)


_days_lazily = lazy(_days, str)
_SUPPORT_ROW = re.compile(r" · ([a-z]*) · ([0-9.]+|\?) · (national|local|other)(?=$|; | \+ )")


def _spoken_size(value: str) -> str:
    """`small: 2025-04-01`; `sme` is what the confirmation says."""
    size, _colon, on = value.partition(": ")
    named = gettext("SME") if size == "sme" else str(dict(CompanySize.Size.choices).get(size, size))
    return gettext("%(what)s (as of %(day)s)") % {"what": named, "day": _iso(on)} if on else named


def _spoken_mark(value: str) -> str:
    """`insolvency:2025-03-02 rehabilitation:2025-05-01`; without a day nothing is recorded."""
    mark, *cure = (each.partition(":") for each in value.split(" "))
    named = str(dict(FinancialMark.Kind.choices).get(mark[0], mark[0]))
    if not mark[2]:
        return named
    text = gettext("%(what)s (as of %(day)s)") % {"what": named, "day": _iso(mark[2])}
    for name, _colon, on in cure:
        what = str(dict(FinancialMark.Cure.choices).get(name, name))
        text += " → " + gettext("%(what)s (as of %(day)s)") % {"what": what, "day": _iso(on)}
    return text


def _spoken_support(row: re.Match[str]) -> str:
    item = str(dict(Support.Item.choices).get(row[1], _("item not known")))
    amount = gettext("amount not known") if row[2] == "?" else f"{Decimal(row[2]):,f} {gettext('KRW')}"
    return f" · {item} · {amount} · {Support.Money(row[3]).label}"


def _iso(text: str) -> str:
    """The day in words; a value that was cut stays as it stands."""
    try:
        return day(dt.date.fromisoformat(text))
    except ValueError:
        return text
