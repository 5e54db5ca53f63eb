"""Packs of the seller panel: which product rows belong to which first row, and what each of them gets of
its money.

An order of several products is written as one row that holds the money and names no product (its “Unidades”
is 0 or blank, its “Estado” often “Paquete de 2 productos”), directly followed by one row for each product,
with units and price but blank money. Sources differ on the rest [M], so a row counts as one of the pack's
products when it

- follows the first row, or another product of the pack, directly,
- names a product (SKU, listing or title), and all of its money is blank (or 0, if the row also says that it
  belongs to a pack or bears the pack's number),
- and does not say the contrary: "Paquete de varios productos: No" together with another “# de venta” and
  another “Fecha de venta” ends the pack.

“# de venta” of a product row may be its own order's number, the pack's, or blank. "Paquete de varios
productos" alone proves nothing: it stands on first rows in one description and on product rows, even single
ones, in others.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from reports.files.lines import ZERO
from reports.files.sentences import Sentence, say
from reports.files.sharing import WHOLE, share

MONEY = ("gross_amount", "fee_amount", "shipping_in_amount", "shipping_cost_amount", "refund_amount")


@dataclass(slots=True)
class PanelRow:
    """One data row as read: text where text is meant, `None` where a cell is blank, and what could not be
    read.
    """

    row: int
    order_reference: str = ""
    moment_text: str = ""
    ordered_at: dt.datetime | None = None
    is_uncertain: bool = False
    status_text: str = ""
    is_flagged: bool | None = None
    units: int | None = None
    sku: str = ""
    listing_reference: str = ""
    title: str = ""
    variant: str = ""
    unit_price: Decimal | None = None
    money: dict[str, Decimal | None] = field(default_factory=dict)
    total: Decimal | None = None
    has_money: bool = False
    is_advertised: bool | None = None
    channel: str = ""
    announced: int | None = None
    extra: dict[str, str] = field(default_factory=dict)
    digest: bytes = b""
    problems: list[tuple[str, str, Sentence]] = field(default_factory=list)

    @property
    def names_a_product(self) -> bool:
        return bool(self.sku or self.listing_reference or self.title)

    @property
    def begins_a_pack(self) -> bool:
        """A row that says itself that it is a pack's first row."""
        if self.sku or self.units:
            return False
        return self.announced is not None or (
            self.is_flagged is True and (self.has_money or not self.names_a_product)
        )

    @property
    def may_begin_a_pack(self) -> bool:
        """Money without a product: a pack's first row if products follow."""
        return self.has_money and not self.names_a_product and not self.units

    def has_problem(self, label: str) -> bool:
        return any(label == each for each, _value, _sentence in self.problems)

    def inherit(self, first: PanelRow) -> None:
        """What a product row leaves blank it has from its pack's first row."""
        self.order_reference = self.order_reference or first.order_reference
        self.ordered_at = self.ordered_at or first.ordered_at
        self.status_text = self.status_text or first.status_text
        self.channel = self.channel or first.channel
        if self.is_advertised is None:
            self.is_advertised = first.is_advertised

    def amount(self, name: str) -> Decimal:
        return self.money.get(name) or ZERO

    @property
    def is_all_zero(self) -> bool:
        return not self.total and not any(self.money.values()) and not self.problems

    @property
    def parts_sum(self) -> Decimal:
        return sum((self.amount(name) for name in MONEY), ZERO)


@dataclass(slots=True)
class Pack:
    """A first row and the product rows found behind it so far."""

    first: PanelRow
    items: list[PanelRow] = field(default_factory=list)
    quantum: Decimal = WHOLE

    @property
    def rows(self) -> list[PanelRow]:
        return [self.first, *self.items]

    def takes(self, row: PanelRow) -> bool:
        """Whether `row`, which follows directly, is one of this pack's products."""
        if not row.names_a_product or row.begins_a_pack:
            return False
        other_order = row.order_reference not in {"", self.first.order_reference}
        if row.has_money:
            return row.is_all_zero and (row.is_flagged is True or not other_order)
        other_moment = row.moment_text not in {"", self.first.moment_text}
        return not (row.is_flagged is False and other_order and other_moment)

    @property
    def is_certain(self) -> bool:
        return self.first.begins_a_pack or bool(self.items)

    def refusal(self) -> Sentence | None:
        """Why the pack's money cannot be shared out, or `None`. Rows that cannot be read are the caller's
        matter.
        """
        if not self.items:
            return say("pack_without_items")
        said = self.first.announced
        found = len(self.items)
        if said and said not in {found, sum(item.units or 0 for item in self.items)}:
            return say("pack_incomplete", said=said, found=found)
        for item in self.items:
            if not item.units or not item.unit_price or item.unit_price <= 0:
                return say("pack_without_price", row=item.row)
        return None

    def weights(self) -> list[Decimal]:
        return [(item.unit_price or ZERO) * (item.units or 0) for item in self.items]

    def shares(self) -> list[dict[str, Decimal]]:
        """What each product gets of each money column. `net_amount` is the sum of its five shares, so that
        the sum holds for every line and the nets still add up to the first row's Total."""
        weights = self.weights()
        columns = {name: share(self.first.amount(name), weights, self.quantum) for name in MONEY}
        shares = [{name: columns[name][index] for name in MONEY} for index in range(len(self.items))]
        for each in shares:
            each["net_amount"] = sum(each.values(), ZERO)
        return shares

    @property
    def refund_is_unclear(self) -> bool:
        """A refund on the pack while its products stand in different states: the share may fall on the
        wrong one.
        """
        return bool(self.first.amount("refund_amount")) and len({item.status_text for item in self.items}) > 1
