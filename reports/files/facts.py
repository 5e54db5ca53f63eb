"""What a reader of sales hands on for each line: values as the database takes them, in one order for every marketplace.

A fact is text that COPY reads: amounts with a decimal point, instants in ISO form with their own offset, `None` where
nothing is known. Signs: income is positive, every cost negative, so that
`gross + discount + tax + fee + shipping_in + shipping_cost + refund = net`. `gross_amount` is the price of the products
before what the seller took off (`discount_amount`); what the platform or the program gave on top of it changes nothing of
what the seller gets and is told beside it (`platform_discount_amount`, `program_discount_amount`, both positive).
"""

from __future__ import annotations

from typing import NamedTuple

ADDED = ("gross_amount", "discount_amount", "tax_amount", "fee_amount", "shipping_in_amount", "shipping_cost_amount",
         "refund_amount")  # fmt: skip
"""The parts of a sale that add up to `net_amount`."""

SALE, REFUND, FEE, SHIPPING, TAX, DISCOUNT, ADJUSTMENT = (
    "sale", "refund", "fee", "shipping", "tax", "discount", "adjustment",
)  # fmt: skip
KINDS = (SALE, REFUND, FEE, SHIPPING, TAX, DISCOUNT, ADJUSTMENT)
"""What a row of a file is: a product sold (with its own costs beside it), or one of these by itself on a day of its own."""


class SaleFact(NamedTuple):
    """One line of an order, or one later event of it. `line_key` is the same in every export of the store."""

    row: int
    line_key: str
    kind: str
    ordered_at: str
    order_reference: str
    pack_reference: str = ""
    sku: str = ""
    listing_reference: str = ""
    title: str = ""
    units: str = "0"
    unit_amount: str | None = None
    currency_id: str = ""
    gross_amount: str = "0"
    discount_amount: str = "0"
    tax_amount: str = "0"
    fee_amount: str = "0"
    shipping_in_amount: str = "0"
    shipping_cost_amount: str = "0"
    refund_amount: str = "0"
    net_amount: str = "0"
    platform_discount_amount: str = "0"
    program_discount_amount: str = "0"
    status_text: str = ""
    status_class: str = "sold"
    is_advertised: str | None = None
