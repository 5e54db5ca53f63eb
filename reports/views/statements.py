"""What the pages say of a provider's statement against the ledger: the same words for staff, provider and company."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from reports.printing.words import money
from reports.queries.statements import Against, Compared
from reports.views import tables


@dataclass(frozen=True)
class Line:
    """What the ledger has beside a stated amount, and in words how far they are apart."""

    label: str
    amount: str
    words: str
    is_difference: bool


def lines_of(found: Against) -> list[Line]:
    """Orders, then payouts; then, where they are too high, what was passed on in all, and the fee."""
    together = _("Fee and payment together: %(difference)s")
    payouts = together % {"difference": _words(found.payouts)}
    lines = [
        _line(_("Orders in the ledger, before refunds"), found.orders, _words(found.orders)),
        _line(_("Payouts of the month in the ledger"), found.payouts, payouts),
    ]
    if found.beyond_amount is not None and found.beyond_amount > 0:
        words = _("%(amount)s more than the store had received for the company by then")
        amount = money(found.beyond_amount, found.payouts.currency)
        lines.append(
            Line(_("Fees and payments in all"), amount, words % {"amount": amount}, is_difference=True)
        )
    if found.is_fee_beyond:
        words = _("%(percent)s %% of sales, beyond the %(agreed)s %% that were agreed")
        said = words % {
            "percent": found.fee_percent,
            "agreed": found.agreed_percent.normalize() if found.agreed_percent else 0,
        }
        lines.append(Line(_("Provider's fee"), f"{found.fee_percent} %", said, is_difference=True))
    return lines


def _line(label: str, compared: Compared, words: str) -> Line:
    is_difference = compared.difference != Decimal(0) and not compared.is_after_refunds
    return Line(label, tables.in_sentence(compared.ledger), words, is_difference)


def summary_of(found: Against) -> tuple[str, str]:
    """A statement in one word, the worst first, and the tone of its badge (empty: none)."""
    compared = (found.orders, found.payouts)
    is_too_high = found.is_fee_beyond or (found.beyond_amount or 0) > 0
    if is_too_high or any(each.difference and not each.is_after_refunds for each in compared):
        return _("differs from the ledger"), "warn"
    if any(each.difference is None for each in compared):
        return _("not comparable with the ledger"), "neutral"
    if any(each.is_after_refunds for each in compared):
        return _("as in the ledger after refunds"), ""
    return _("as in the ledger"), ""


def _words(compared: Compared) -> str:
    apart, currency = compared.difference, compared.currency
    if apart is None:
        return _("not comparable with an amount in %(currency)s") % {"currency": currency}
    if not apart:
        return _("as in the ledger")
    if apart > 0:
        return _("%(amount)s more than in the ledger") % {"amount": money(apart, currency)}
    if compared.is_after_refunds:
        return _("%(amount)s less than in the ledger: as much was refunded") % {
            "amount": money(-apart, currency)
        }
    return _("%(amount)s less than in the ledger") % {"amount": money(-apart, currency)}
