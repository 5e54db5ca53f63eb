"""What the values of a file are called when staff say which column holds which: of orders and of payouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from reports.files.lines import CANCELLED, LOOK, PENDING, REFUNDED, SOLD
from reports.files.mapping import payout_proposal, proposal
from reports.files.mapping.model import ORDERS, PAYOUTS, ROW

Choices = list[tuple[str, StrOrPromise]]


@dataclass(frozen=True, slots=True)
class Described:
    """One measure. `costs` are amounts of which is asked how they are written, `key` what may tell rows apart, `meant` the column
    whose texts have one of the `meanings`; the mapping keeps them as `meanings_in`. `added` are parts of what was paid."""

    measure: str
    values: Mapping[str, StrOrPromise]
    costs: tuple[str, ...]
    key: tuple[str, ...]
    meant: str
    meanings_in: str
    meanings: Choices
    meanings_title: StrOrPromise
    if_blank: StrOrPromise
    of_store: StrOrPromise
    added: tuple[str, ...] = ()

    @property
    def amounts(self) -> tuple[str, ...]:
        return tuple(name for name in self.values if name.endswith("_amount"))


OF_ORDERS = Described(
    measure=ORDERS,
    values={
        "order_reference": _("Order number"),
        "ordered_at": _("Day or time of the order"),
        "status": _("State of the order"),
        "sku": _("SKU (the seller's code of the product)"),
        "listing_reference": _("The marketplace's number of the product"),
        "title": _("Name of the product"),
        "units": _("Units"),
        "unit_amount": _("Price of one unit"),
        "gross_amount": _("Amount of the products"),
        "discount_amount": _("Discount given by the seller"),
        "fee_amount": _("Commission and fees"),
        "tax_amount": _("Tax"),
        "shipping_in_amount": _("Shipping paid by the buyer"),
        "shipping_cost_amount": _("Shipping paid by the seller"),
        "refund_amount": _("Refund"),
        "net_amount": _("Total of the row"),
        "platform_discount_amount": _("Discount given by the marketplace"),
        "program_discount_amount": _("Discount paid by the program"),
        "currency": _("Currency"),
        "pack_reference": _("Number of the pack or cart"),
    },
    costs=proposal.COSTS,
    key=("order_reference", "pack_reference", "sku", "listing_reference", "ordered_at", ROW),
    meant="status",
    meanings_in="statuses",
    meanings=[
        (SOLD, _("sold")),
        (PENDING, _("not paid yet")),
        (CANCELLED, _("cancelled")),
        (REFUNDED, _("refunded")),
        (LOOK, _("waits until a person has looked")),
    ],
    meanings_title=_("What the states mean"),
    if_blank=_("A row without a state is"),
    of_store=_("the currency of each store's market"),
)
OF_PAYOUTS = Described(
    measure=PAYOUTS,
    values={
        "released_at": _("Day or time of the payout"),
        "order_reference": _("Order number"),
        "source_reference": _("Number of the payout or movement"),
        "item_reference": _("Number of the order's item"),
        "description": _("Kind of movement"),
        "net_amount": _("Amount paid out"),
        "net_credit_amount": _("Credited, where credit and debit stand apart"),
        "net_debit_amount": _("Debited, where credit and debit stand apart"),
        "gross_amount": _("Amount of the products"),
        "discount_amount": _("Discount given by the seller"),
        "refund_amount": _("Refund"),
        "fee_amount": _("Commission and fees"),
        "financing_fee_amount": _("Other fees, such as those of payment"),
        "shipping_fee_amount": _("Shipping paid by the seller"),
        "shipping_in_amount": _("Shipping paid by the buyer"),
        "tax_amount": _("Tax"),
        "currency": _("Currency"),
    },
    costs=payout_proposal.COSTS,
    key=(*payout_proposal.KEY, "released_at", ROW),
    meant="description",
    meanings_in="kinds",
    meanings=[
        ("payment", _("money of an order")),
        ("refund", _("repaid to the buyer")),
        ("chargeback", _("taken back through the buyer's bank")),
        ("dispute", _("held or repaid in a dispute")),
        ("fee", _("fee")),
        ("shipping", _("shipping")),
        ("tax", _("tax")),
        ("payout", _("sent on to the bank account: not counted again")),
        ("reserve", _("held back for a while: not counted")),
        ("other", _("waits until a person has looked")),
    ],
    meanings_title=_("What the kinds of movement mean"),
    if_blank=_("A row without a kind of movement is"),
    of_store=_("the currency in which each store is paid"),
    added=payout_proposal.ADDED,
)
BY_MEASURE = {ORDERS: OF_ORDERS, PAYOUTS: OF_PAYOUTS}
MEASURES: Choices = [
    ("", _("Find out by the headings")),
    (ORDERS, _("Orders: what was sold")),
    (PAYOUTS, _("Payouts: what the marketplace or provider paid")),
]
