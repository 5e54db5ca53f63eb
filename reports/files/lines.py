"""What reading a file yields: frozen lines, rejected rows, and the account of the file as a whole.

Amounts are `Decimal` in the line's currency and keep the signs of the file: in the seller panel income is
positive and every cost negative; in the release report gross is signed, fees are negative, credit and debit
are not. Instants are aware. Nothing here names a person: personal columns stay behind when a file is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reports.files.sentences import Parameter, Sentence, say

VENTAS = "mercadolibre-ventas-cl"
VENTAS_MX = "mercadolibre-ventas-mx"
RELEASE = "mercadopago-release"
PANELS = {"CLP": VENTAS, "MXN": VENTAS_MX}
"""The seller panel's profile by the currency of its headings; a file is asked for as `VENTAS` whichever it is."""
PROFILES = (VENTAS, RELEASE)

SOLD, PENDING, CANCELLED, REFUNDED, LOOK = "sold", "pending", "cancelled", "refunded", "look"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One product sold in one order, with its money in the panel's currency (CLP, MXN); of a pack, its share.

    `gross_amount` + `fee_amount` + `shipping_in_amount` + `shipping_cost_amount` + `refund_amount` =
    `net_amount` holds for every line. `line_key` is the same in every export of the store. `pack_reference`
    is the pack's number or empty. `status_class` is one of sold, pending, cancelled, refunded, look; look
    waits for a person.
    """

    row: int
    order_reference: str
    line_key: str
    pack_reference: str
    ordered_at: dt.datetime
    sku: str
    listing_reference: str
    title: str
    variant: str
    units: int
    unit_price: Decimal | None
    gross_amount: Decimal
    fee_amount: Decimal
    shipping_in_amount: Decimal
    shipping_cost_amount: Decimal
    refund_amount: Decimal
    net_amount: Decimal
    currency: str
    status_text: str
    status_class: str
    is_advertised: bool | None
    channel: str
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """One movement of the account's available money.

    `net_amount` = `net_credit_amount` - `net_debit_amount`. `currency` is the file's own or empty: then the
    caller takes the store's currency, never the market's. `description_class` is one of payment, refund,
    chargeback, dispute, payout, shipping, tax, fee, reserve, other; reserve, payout and other are in no
    total of sales. Refunds and discounts of the seller (negative) and shipping paid by buyers stand apart where a
    marketplace tells them apart.
    """

    row: int
    line_key: str
    source_reference: str
    external_reference: str
    order_reference: str
    record_type: str
    description: str
    description_class: str
    released_at: dt.datetime
    approved_at: dt.datetime | None
    gross_amount: Decimal
    fee_amount: Decimal
    financing_fee_amount: Decimal
    shipping_fee_amount: Decimal
    tax_amount: Decimal
    coupon_amount: Decimal
    net_credit_amount: Decimal
    net_debit_amount: Decimal
    net_amount: Decimal
    currency: str
    balance_amount: Decimal | None
    extra: Mapping[str, str] = field(default_factory=dict)
    item_reference: str = ""
    sku: str = ""
    discount_amount: Decimal = ZERO
    refund_amount: Decimal = ZERO
    shipping_in_amount: Decimal = ZERO


Line = SaleLine | PayoutLine


@dataclass(frozen=True, slots=True)
class CustomsLine:
    """One line of an export declaration that customs accepted, or of another proof of an export (`proof`).

    `fob_usd_amount` is FOB in USD; `currency_amount` is in the declaration's `currency`. `export_kind` is direct or
    indirect. `accepted_on` is a day in Seoul, ISO text; codes and numbers are text with their leading zeros. `issuer`:
    who issued the proof of an indirect export.
    """

    row: int
    line_key: str
    declaration_number: str
    line_number: str
    accepted_on: str
    business_number: str
    hs_code: str
    fob_usd_amount: Decimal
    currency: str
    currency_amount: Decimal | None
    export_kind: str
    destination: str
    transaction_type: str
    proof: str = "declaration"
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: where (heading as in the file), what stood there (at most 200 characters),
    why.

    `column` and `value` are empty where the reason concerns the row as a whole. They never come from a
    personal column.
    """

    row: int
    column: str
    value: str
    reason: Sentence

    @property
    def code(self) -> str:
        return self.reason.code


class FileRefused(Exception):
    """The file as a whole is not taken: `code` for tests and logs, `sentence` for the reader."""

    def __init__(self, code: str, **parameters: Parameter) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = say(code, **parameters)

    def __reduce__(self) -> tuple[object, ...]:
        return (_refused, (self.sentence,))


def _refused(sentence: Sentence) -> FileRefused:
    return FileRefused(sentence.code, **dict(sentence.parameters))


@dataclass(slots=True)
class ParsedFile:
    """A file that was read. Each of its `rows` is a line, the first row of a pack, rejected, or a repetition.

    `rows` counts rows with data below the headings. `repeated` pairs a row with the earlier row that it
    repeats in every column; `repeated_in_all` counts more of them that are not told. `exported_at` is the moment the panel's title names, if it does: of two exports
    the later one is newer. Of very many rejected rows only the first are told; `rejected_in_all` counts them. `header_hash` tells whether the headings changed. `personal_columns` are names
    of columns left behind.
    """

    profile: str
    lines: list[Line] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rows: int = 0
    packs: int = 0
    repeated: list[tuple[int, int]] = field(default_factory=list)
    repeated_in_all: int = 0
    currency: str = ""
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    exported_at: dt.datetime | None = None
    notes: list[Sentence] = field(default_factory=list)
    header_hash: str = ""
    personal_columns: tuple[str, ...] = ()
    layout: str = ""
    encoding: str = ""
    rejected_in_all: int = 0
    customs: list[CustomsLine] = field(default_factory=list)

    @property
    def sales(self) -> list[SaleLine]:
        return [line for line in self.lines if isinstance(line, SaleLine)]

    @property
    def payouts(self) -> list[PayoutLine]:
        return [line for line in self.lines if isinstance(line, PayoutLine)]

    @property
    def repeated_rows(self) -> int:
        return len(self.repeated) + self.repeated_in_all

    @property
    def rejected_rows(self) -> int:
        """How many rows were rejected, told here or not; one row may have several reasons."""
        return max(len({reject.row for reject in self.rejects}), self.rejected_in_all)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the valid lines of one currency, with the signs of the file.

    gross + refunds + fees + shipping_in + shipping_cost = net; of a panel net is the sum of "Total". Of a
    release report reserved amounts are left out, and so is money that was sent on to the bank
    (`withdrawn`), because it was released before and would be counted a second time, and movements of a
    kind that nobody knows (`other`), because they may be no sale at all.
    """

    currency: str
    gross: Decimal = ZERO
    refunds: Decimal = ZERO
    fees: Decimal = ZERO
    shipping_in: Decimal = ZERO
    shipping_cost: Decimal = ZERO
    net: Decimal = ZERO
    other: Decimal = ZERO
    withdrawn: Decimal = ZERO


def totals(lines: Iterable[Line]) -> dict[str, Totals]:
    """Sums of the lines by currency; the key is empty for lines whose file names no currency."""
    sums: dict[str, dict[str, Decimal]] = {}
    for line in lines:
        into = sums.setdefault(line.currency, {})
        parts = _sale_parts(line) if isinstance(line, SaleLine) else _payout_parts(line)
        for name, amount in parts.items():
            into[name] = into.get(name, ZERO) + amount
    return {currency: Totals(currency, **parts) for currency, parts in sorted(sums.items())}


def _sale_parts(line: SaleLine) -> dict[str, Decimal]:
    return {
        "gross": line.gross_amount,
        "refunds": line.refund_amount,
        "fees": line.fee_amount,
        "shipping_in": line.shipping_in_amount,
        "shipping_cost": line.shipping_cost_amount,
        "net": line.net_amount,
    }


PART_OF_CLASS = {
    "payment": "gross",
    "refund": "refunds",
    "chargeback": "refunds",
    "dispute": "refunds",
    "shipping": "shipping_cost",
    "tax": "fees",
    "fee": "fees",
}


def _payout_parts(line: PayoutLine) -> dict[str, Decimal]:
    if line.description_class == "reserve":
        return {}
    if line.description_class == "payout":
        return {"withdrawn": line.net_amount}
    if line.description_class == "other":
        return {"other": line.net_amount}
    parts = {"net": line.net_amount, "shipping_cost": line.shipping_fee_amount}
    if line.refund_amount:
        parts["refunds"] = line.refund_amount
    # What remains is fees and taxes, as in the ledger of payouts: with a discount or coupon that the seller gave and shipping that
    # buyers paid, which have no column there.
    parts["fees"] = line.net_amount - line.gross_amount - line.shipping_fee_amount - line.refund_amount
    name = PART_OF_CLASS[line.description_class]
    parts[name] = parts.get(name, ZERO) + line.gross_amount
    return parts
