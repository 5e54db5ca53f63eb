"""Mercado Pago's release report (CSV): every movement of the account's available money, as payout lines.

Form [H for the 15 default columns, M for the 23 of newer exports]: English headings that are matched by
name, `,` or `;` between cells, decimal point, ISO instants with an offset. Per row
    NET_CREDIT - NET_DEBIT = GROSS + MP_FEE + FINANCING_FEE + SHIPPING_FEE + TAXES,
and over the file: opening balance + rows = closing total. A coupon enters the first sum only if the seller
gave it, so a row that agrees with its coupon is right too. The rows of the opening balance, of balances
between and of the total are checked and are no lines. `reserve_*` rows come in pairs that cancel out; they
are kept, classed `reserve`.

The key of a line is SOURCE_ID + RECORD_TYPE + DESCRIPTION + the instant of release + a running number. One
payment can be refunded in several parts, which share all but the instant; without it, exports over
different periods would number the parts differently, and one part would replace another.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from reports.files import cells
from reports.files.cells import Cell, CellProblem
from reports.files.headers import SEARCHED_ROWS, fingerprint, headings, is_personal, names
from reports.files.lines import RELEASE, ZERO, FileRefused, Line, ParsedFile, PayoutLine, Reject
from reports.files.sentences import Sentence, say

RANGE_DAYS = 59
WITHOUT_DECIMALS = frozenset({"CLP"})
OPENING, TOTAL = "initial_available_balance", "total"
BALANCES = frozenset({"available_balance", "subtotal"})
MOVEMENTS = frozenset({"release", "block", "unblock", "fullblock"})

NEEDED = {
    "date": "released_at",
    "source id": "source_reference",
    "external reference": "external_reference",
    "record type": "record_type",
    "description": "description",
    "net credit amount": "net_credit_amount",
    "net debit amount": "net_debit_amount",
    "gross amount": "gross_amount",
    "mp fee amount": "fee_amount",
    "financing fee amount": "financing_fee_amount",
    "shipping fee amount": "shipping_fee_amount",
    "taxes amount": "tax_amount",
}
OPTIONAL = {
    "coupon amount": "coupon_amount",
    "transaction approval date": "approved_at",
    "currency": "currency",
    "order id": "order_reference",
    "balance amount": "balance_amount",
}
COLUMNS = NEEDED | OPTIONAL
KNOWN_EXTRA = frozenset(
    ["installments", "payment method", "tax detail", "taxes disaggregated", "payment method type"]
)
AMOUNTS = [name for name in COLUMNS.values() if name.endswith("_amount")]
PARTS = ("gross_amount", "fee_amount", "financing_fee_amount", "shipping_fee_amount", "tax_amount")

# Beginnings of DESCRIPTION, the more exact first. Anything else is `other`: kept, and in no total of sales.
CLASSES = (
    ("reserve", "reserve"),
    ("payment", "payment"),
    ("refund", "refund"),
    ("chargeback", "chargeback"),
    ("dispute", "dispute"),
    ("mediation", "dispute"),
    ("payout", "payout"),
    ("withdrawal", "payout"),
    ("shipping", "shipping"),
    ("tax", "tax"),
    ("fee", "fee"),
)


def recognizes(found: frozenset[str]) -> bool:
    """Whether a row with these comparable headings is the release report's."""
    return {"record type", "net credit amount", "net debit amount"} <= found


def classify(description: str) -> str:
    """payment, refund, chargeback, dispute, payout, shipping, tax, fee, reserve, or other."""
    name = description.casefold()
    for beginning, into in CLASSES:
        if name == beginning or name.startswith((f"{beginning}_", f"{beginning}-", f"{beginning}s")):
            return into
    return "other"


@dataclass(slots=True)
class ReleaseRow:
    """One record as read: fields by name, and what could not be read."""

    row: int
    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[str, str, Sentence]] = field(default_factory=list)
    digest: bytes = b""

    def amount(self, name: str) -> Decimal:
        return self.values.get(name) or ZERO

    @property
    def net(self) -> Decimal:
        return self.amount("net_credit_amount") - self.amount("net_debit_amount")


def parse(rows: Iterable[Sequence[Cell]], *, tz: str = "America/Santiago", currency: str = "") -> ParsedFile:
    """The records of the report, from the file's first, as payout lines.

    Refused with `FileRefused`: `no_header`, `missing_columns`, `cut_short` (the last record is incomplete),
    `total_row_missing`, `total_row_mismatch`, `pasted_together`.
    """
    zone = ZoneInfo(tz)
    reading: Reading | None = None
    for number, row in enumerate(rows, start=1):
        if reading is not None:
            reading.take(number, row)
        elif recognizes(names(row)):
            reading = Reading(number, row, zone, currency)
        elif number >= SEARCHED_ROWS:
            break
    if reading is None:
        raise FileRefused("no_header", rows=SEARCHED_ROWS)
    return reading.finish()


class Reading:
    """One pass over the records, with the sums that the file must satisfy as a whole."""

    def __init__(self, number: int, header: Sequence[Cell], zone: ZoneInfo, currency: str) -> None:
        self.zone = zone
        self.store_currency = currency
        self.all = headings(header)
        self.columns = {COLUMNS[h.name]: h for h in self.all if h.name in COLUMNS and h.occurrence == 1}
        missing = [name for name, into in NEEDED.items() if into not in self.columns]
        if missing:
            listed = ", ".join(f"“{name.upper().replace(' ', '_')}”" for name in missing)
            raise FileRefused("missing_columns", row=number, columns=listed)
        rest = [h for h in self.all if h not in self.columns.values()]
        self.extra = [h for h in rest if not is_personal(h.name)]
        self.compared = [*self.columns.values(), *self.extra]
        self.width = self.all[-1].index + 1
        self.parsed = ParsedFile(
            RELEASE, header_hash=fingerprint(self.all), layout=f"{len(self.all)} columns"
        )
        self.parsed.personal_columns = tuple(h.label for h in rest if is_personal(h.name))
        self.opening: Decimal | None = None
        self.total: Decimal | None = None
        self.moved = dict.fromkeys(MOVEMENTS, ZERO)
        self.is_complete = True
        self.last: tuple[int, int] = (0, 0)  # row and its number of cells
        self.by_key: dict[str, list[int]] = {}
        self.seen: dict[bytes, int] = {}
        self.copies: list[tuple[int, int]] = []

    def take(self, number: int, record: Sequence[Cell]) -> None:
        row = rejoin(record, self.width)
        if not any(cells.shown(cell) for cell in row):
            return
        if len(row) < self.width and self.is_balance(row):
            row += [""] * (self.width - len(row))
        if len(row) == self.width and not any(cells.shown(row[h.index]) for h in self.compared):
            return  # nothing but what is personal
        self.last = (number, len(row))
        if len(row) != self.width:
            self.parsed.rows += 1
            self.is_complete = False
            self.parsed.rejects.append(
                Reject(number, "", "", say("row_width", cells=len(row), columns=self.width))
            )
            return
        found = self.read(number, row)
        kind = found.values.get("record_type", "")
        if kind == OPENING:
            if self.opening is not None:
                raise FileRefused("pasted_together", row=number)
            self.opening = self.balance_of(found)
        elif kind == TOTAL:
            self.total = self.balance_of(found)
        elif kind not in BALANCES:
            self.take_movement(found, kind)

    def is_balance(self, row: Sequence[Cell]) -> bool:
        """A balance row may be shorter than the headings, as long as its credit and debit are there."""
        needed = max(self.columns[name].index for name in ("record_type", *SIDES))
        kind = row[self.columns["record_type"].index] if len(row) > needed else ""
        return kind in {OPENING, TOTAL, *BALANCES}

    def balance_of(self, found: ReleaseRow) -> Decimal:
        if found.problems:
            self.is_complete = False
        return found.net

    def take_movement(self, found: ReleaseRow, kind: str) -> None:
        self.parsed.rows += 1
        self.check(found, kind)
        if kind in MOVEMENTS:
            self.moved[kind] += found.net
        if found.problems:
            self.is_complete = False
            self.parsed.rejects.extend(Reject(found.row, *problem) for problem in found.problems)
            return
        first = self.seen.setdefault(found.digest, found.row)
        if first != found.row:
            self.copies.append((found.row, first))
        line = self.line(found)
        base = "|".join(
            (
                line.source_reference or line.external_reference,
                line.record_type,
                line.description,
                line.released_at.astimezone(dt.UTC).isoformat(timespec="milliseconds"),
            )
        )
        self.by_key.setdefault(base, []).append(len(self.parsed.lines))
        self.parsed.lines.append(replace(line, line_key=f"{base}|1"))

    def read(self, number: int, row: Sequence[Cell]) -> ReleaseRow:
        found = ReleaseRow(number)
        for name, heading in self.columns.items():
            cell = row[heading.index]
            try:
                found.values[name] = self.value(name, cell)
            except CellProblem as problem:
                found.problems.append((heading.label, cells.shown(cell), problem.sentence))
        for heading in self.extra:
            value = cells.shown(row[heading.index])
            if value:
                found.extra[heading.key] = value
        kept = "\x1f".join(cells.shown(row[heading.index]) for heading in self.compared)
        found.digest = hashlib.blake2b(kept.encode(), digest_size=16).digest()
        return found

    def value(self, name: str, cell: Cell) -> object:
        if name == "balance_amount":
            return cells.decimal(cell) if cells.text(cell) else None
        if name in AMOUNTS:
            return cells.decimal(cell)
        if name in {"released_at", "approved_at"}:
            return cells.instant(cell, self.zone)
        if name == "currency":
            code = cells.text(cell).upper()
            if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
                raise CellProblem("bad_currency")
            return code
        return cells.reference(cell)

    def check(self, found: ReleaseRow, kind: str) -> None:
        """Add to the record's problems what is missing, unknown, or does not add up."""

        def problem(name: str, sentence: Sentence, value: object = "") -> None:
            found.problems.append((self.columns[name].label, str(value), sentence))

        unread = {label for label, _value, _sentence in found.problems}
        if kind not in MOVEMENTS and self.columns["record_type"].label not in unread:
            problem("record_type", say("unknown_record"), kind)
        if found.values.get("released_at") is None and self.columns["released_at"].label not in unread:
            problem("released_at", say("missing_value"))
        if unread & {self.columns[name].label for name in (*PARTS, *SIDES)}:
            return
        for name in SIDES:
            if found.amount(name) < 0:
                problem(name, say("negative_side"), found.amount(name))
        currency = found.values.get("currency") or self.store_currency
        if currency in WITHOUT_DECIMALS:
            for name in AMOUNTS:
                amount = found.amount(name)
                if amount != amount.to_integral_value():
                    problem(name, say("fraction", currency=currency), amount)
        added = sum((found.amount(name) for name in PARTS), ZERO)
        coupon = found.amount("coupon_amount")
        if found.net not in {added, added + coupon, added - coupon}:
            sentence = say("payout_sum", net=f"{found.net:,}", sum=f"{added:,}")
            problem("gross_amount", sentence, found.amount("gross_amount"))

    def line(self, found: ReleaseRow) -> PayoutLine:
        values = {name: found.values.get(name) for name in COLUMNS.values()}
        values |= {name: found.amount(name) for name in AMOUNTS if name != "balance_amount"}
        values |= {name: values[name] or "" for name in ("currency", "order_reference")}
        description = str(values["description"])
        return PayoutLine(
            row=found.row,
            line_key="",
            description_class=classify(description),
            net_amount=found.net,
            extra=found.extra,
            **values,  # type: ignore[arg-type]
        )

    def finish(self) -> ParsedFile:
        """Check the file as a whole, number the lines of equal keys, and say what a reader should know."""
        number, width = self.last
        if number and width < self.width:
            raise FileRefused("cut_short")
        self.check_total()
        if self.copies and self.total is None:
            self.drop_copies()
        lines = self.parsed.lines
        for base, places in self.by_key.items():
            if len(places) > 1:
                for running, place in enumerate(sorted(places, key=lambda p: _order(lines[p])), start=1):
                    lines[place] = replace(lines[place], line_key=f"{base}|{running}")
        self.note()
        return self.parsed

    def drop_copies(self) -> None:
        """Count a record that repeats another in every column once. With a closing total, the total decides
        instead: a file that agrees with it holds each of them rightly.
        """
        copies = {row for row, _first in self.copies}
        self.parsed.repeated = self.copies
        self.parsed.lines = [line for line in self.parsed.lines if line.row not in copies]
        self.parsed.notes.append(say("note_repeated", count=len(copies), row=self.copies[0][0]))
        self.by_key.clear()
        for place, line in enumerate(self.parsed.lines):
            self.by_key.setdefault(line.line_key.rpartition("|")[0], []).append(place)

    def check_total(self) -> None:
        if self.opening is not None and self.total is None:
            raise FileRefused("total_row_missing")
        if self.opening is None or self.total is None:
            self.parsed.notes.append(say("note_no_totals"))
            return
        released = self.opening + self.moved["release"]
        moved = self.opening + sum(self.moved.values(), ZERO)
        if self.total in {released, moved}:
            return
        if not self.is_complete:
            self.parsed.notes.append(say("note_totals_unchecked"))
        else:
            raise FileRefused("total_row_mismatch", total=f"{self.total:,}", sum=f"{released:,}")

    def note(self) -> None:
        parsed, notes = self.parsed, self.parsed.notes
        moments = [line.released_at for line in parsed.payouts]
        currencies = sorted({line.currency for line in parsed.payouts if line.currency})
        parsed.currency = currencies[0] if len(currencies) == 1 else ""
        if not parsed.rows:
            notes.append(say("note_no_rows"))
        if moments:
            parsed.first_at, parsed.last_at = min(moments), max(moments)
            days = (parsed.last_at.date() - parsed.first_at.date()).days + 1
            if days >= RANGE_DAYS:
                notes.append(say("note_range", days=days))
        if len(currencies) > 1:
            notes.append(say("note_currencies", currencies=", ".join(currencies)))
        unknown = [heading.label for heading in self.extra if heading.name not in KNOWN_EXTRA]
        if unknown:
            notes.append(say("note_unknown_columns", columns=", ".join(unknown)))
        held = sum((line.net_amount for line in parsed.payouts if line.description_class == "reserve"), ZERO)
        if held:
            notes.append(say("note_reserve_open", amount=f"{-held:,}"))
        odd = [line for line in parsed.payouts if line.description_class == "other"]
        for currency in sorted({line.currency for line in odd}):
            of_currency = [line for line in odd if line.currency == currency]
            kinds = sorted({line.description or "–" for line in of_currency})
            amount = sum((line.net_amount for line in of_currency), ZERO)
            notes.append(
                say(
                    "note_other",
                    count=len(of_currency),
                    kinds=", ".join(kinds),
                    amount=f"{amount:,} {currency}".strip(),
                )
            )


SIDES = ("net_credit_amount", "net_debit_amount")


def _order(line: Line) -> tuple[object, ...]:
    assert isinstance(line, PayoutLine)
    return (line.gross_amount, line.net_amount, line.external_reference, line.row)


def rejoin(record: Sequence[Cell], width: int) -> list[Cell]:
    """The record without empty cells behind the last heading, and with what unquoted JSON tore apart joined.

    Some exports write TAXES_DISAGGREGATED and METADATA without quotes, so that the commas in them part the
    cell. Cells are joined from an opening bracket to the cell that closes it, and only while the record is
    too long.
    """
    row = list(record)
    while len(row) > width and not row[-1]:
        row.pop()
    joined: list[Cell] = []
    index = 0
    while index < len(row):
        cell = row[index]
        index += 1
        if isinstance(cell, str) and cell.startswith(("[", "{")):
            while _is_open(cell) and index < len(row) and len(joined) + 1 + len(row) - index > width:
                cell = f"{cell},{row[index]}"
                index += 1
        joined.append(cell)
    return joined


def _is_open(cell: str) -> bool:
    return cell.count("[") + cell.count("{") > cell.count("]") + cell.count("}")
