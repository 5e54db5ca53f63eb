"""The seller panel's “Ventas” workbook of Mercado Libre Chile and Mexico: rows into sale lines.

Form [M, from public descriptions of real exports; a real one must be tried before this is final]: title
rows, a row of section names, the headings (as a rule in row 6; found by name within the first 20 rows),
amounts in whole CLP (of Mexico, whose sheet has 63 columns, in MXN
with two decimals), blanks empty or a single space, moments as Spanish text in Santiago time. A refund
stands on the original sale, so a month is never final.

The key of a line is “# de venta” + listing (or SKU, or title) + a running number. An order holds a listing
once as a rule, so the number is nearly always 1. Where one order holds a listing several times with
different values, that is legal: they are numbered by SKU, variant, price and units, which no newer export
changes. With a listing the SKU is not in the key, because a seller may rename a SKU and the sale would then
be counted twice. A row that repeats an earlier row in every column is no second sale but a file pasted
together: it is counted once and reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from reports.files import cells
from reports.files.cells import Cell
from reports.files.headers import SEARCHED_ROWS, comparable, fingerprint, names
from reports.files.lines import (
    CANCELLED,
    LOOK,
    PANELS,
    PENDING,
    VENTAS,
    ZERO,
    FileRefused,
    Line,
    ParsedFile,
    Reject,
    SaleLine,
)
from reports.files.packs import MONEY, Pack, PanelRow
from reports.files.panel import CHILE, QUANTA, Columns, read_row, recognizes
from reports.files.sentences import Sentence, say
from reports.files.states import classify

RANGE_DAYS = 59
AS_OF = "estado de tus ventas al "


def parse(rows: Iterable[Sequence[Cell]], *, tz: str = "America/Santiago", sheet: str = "") -> ParsedFile:
    """The sheet's rows, from its first, as sale lines.

    Refused with `FileRefused`: `no_header`, `missing_columns`, `wrong_market`, `fractions_everywhere`.
    """
    zone = ZoneInfo(tz)
    parsed = ParsedFile(VENTAS, currency=CHILE)
    reading: Reading | None = None
    for number, row in enumerate(rows, start=1):
        if reading is not None:
            found = read_row(reading.columns, number, row, zone)
            if found is not None:
                reading.take(found)
        elif recognizes(names(row)):
            columns = Columns(number, row)
            parsed.profile, parsed.currency = PANELS[columns.currency], columns.currency
            parsed.header_hash = fingerprint(columns.all)
            parsed.personal_columns = tuple(dict.fromkeys(heading.label for heading in columns.personal))
            parsed.layout = f"{len(columns.all)} columns, row {number}" + (f", {sheet}" if sheet else "")
            reading = Reading(columns, parsed)
        elif number >= SEARCHED_ROWS:
            break
        else:
            parsed.exported_at = parsed.exported_at or _exported_at(row, zone)
    if reading is None:
        raise FileRefused("no_header", rows=SEARCHED_ROWS)
    reading.finish()
    return parsed


def _exported_at(row: Sequence[Cell], zone: ZoneInfo) -> dt.datetime | None:
    """The moment in a title such as “Estado de tus ventas al 30 de septiembre de 2025 19:29 hs.”, if it is
    there.
    """
    titles = [cells.clean(cell) for cell in row if isinstance(cell, str)]
    found = [cells.spanish_moment(title, zone) for title in titles if AS_OF in comparable(title)]
    return next((moment for moment in found if moment), None)


class Reading:
    """One pass over the rows. A pack is held open until the row that ends it; all else becomes a line at
    once.
    """

    def __init__(self, columns: Columns, parsed: ParsedFile) -> None:
        self.columns = columns
        self.parsed = parsed
        self.pack: Pack | None = None
        self.seen: dict[bytes, list[int]] = {}
        self.by_key: dict[str, list[int]] = {}
        self.with_money = 0
        self.with_fraction = 0
        self.uncertain = 0
        self.unclear_refunds: list[int] = []

    def take(self, row: PanelRow) -> None:
        self.parsed.rows += 1
        if row.has_money:
            self.with_money += 1
            self.with_fraction += any(
                sentence.code == "fraction" for _label, _value, sentence in row.problems
            )
        if self.pack:
            if self.pack.takes(row):
                self.pack.items.append(row)
                return
            self.close_pack()
        if row.begins_a_pack or row.may_begin_a_pack:
            self.pack = Pack(row, quantum=QUANTA[self.columns.currency])
        else:
            self.take_single(row)

    def take_single(self, row: PanelRow) -> None:
        """A row that stands for itself: a line, a rejected row, or a repetition."""
        state = classify(row.status_text)
        if not row.has_money and state not in {CANCELLED, PENDING}:
            row.problems.append(("", "", say("money_missing")))
        elif not row.units and state != CANCELLED and not row.has_problem(self.columns.label("units")):
            row.problems.append((self.columns.label("units"), str(row.units or ""), say("bad_units")))
        self.check(row, has_total=True)
        if row.problems:
            self.reject_problems(row)
        elif not self.is_repeated([row]):
            money = {name: row.amount(name) for name in MONEY}
            self.add(row, "", money | {"net_amount": row.total or ZERO})

    def close_pack(self) -> None:
        """Share out the money of the pack that stands open, or reject all of its rows with the reason."""
        pack, self.pack = self.pack, None
        if pack is None:
            return
        if not pack.is_certain:
            self.take_single(pack.first)
            return
        self.check(pack.first, has_total=True)
        for item in pack.items:
            item.inherit(pack.first)
            self.check(item, has_total=False)
        wrong = [row for row in pack.rows if row.problems]
        refusal = say("pack_item_wrong", row=wrong[0].row) if wrong else pack.refusal()
        if refusal is not None:
            self.reject_pack(pack, refusal)
        elif not self.is_repeated(pack.rows):
            self.parsed.packs += 1
            if pack.refund_is_unclear:
                self.unclear_refunds.append(pack.first.row)
            for item, money in zip(pack.items, pack.shares(), strict=True):
                self.add(item, pack.first.order_reference, money)

    def check(self, row: PanelRow, *, has_total: bool) -> None:
        """Add to the row's problems what is missing, and the sum when it differs from Total (a blank counts
        as 0).
        """
        for name in ("order_reference", "ordered_at"):
            label = self.columns.label(name)
            if not getattr(row, name) and not row.has_problem(label):
                row.problems.append((label, "", say("missing_value")))
        is_read = not any(row.has_problem(self.columns.label(name)) for name in (*MONEY, "total"))
        total = row.total or ZERO
        if has_total and is_read and row.parts_sum != total:
            sentence = say("row_sum", sum=f"{row.parts_sum:,}", total=f"{total:,}")
            row.problems.append((self.columns.label("total"), str(total), sentence))

    def is_repeated(self, rows: list[PanelRow]) -> bool:
        """Whether these rows repeat earlier ones in every column; if so they are counted as repetitions."""
        own = [row.row for row in rows]
        first = self.seen.setdefault(b"".join(row.digest for row in rows), own)
        if first is own:
            return False
        self.parsed.repeated.extend(zip(own, first, strict=True))
        return True

    def reject(self, row: PanelRow, column: str, value: str, sentence: Sentence) -> None:
        self.parsed.rejects.append(Reject(row.row, column, value, sentence))

    def reject_problems(self, row: PanelRow) -> None:
        for label, value, sentence in row.problems:
            self.reject(row, label, value, sentence)

    def reject_pack(self, pack: Pack, refusal: Sentence) -> None:
        for row in pack.rows:
            if row.problems:
                self.reject_problems(row)
            else:
                reason = refusal if row is pack.first else say("pack_rejected", row=pack.first.row)
                self.reject(row, "", "", reason)

    def add(self, row: PanelRow, pack_reference: str, money: dict[str, Decimal]) -> None:
        assert row.ordered_at is not None
        base = f"{row.order_reference}|{row.listing_reference or row.sku or row.title[:60]}"
        self.by_key.setdefault(base, []).append(len(self.parsed.lines))
        line = SaleLine(
            row=row.row,
            order_reference=row.order_reference,
            line_key=f"{base}|1",
            pack_reference=pack_reference,
            ordered_at=row.ordered_at,
            sku=row.sku,
            listing_reference=row.listing_reference,
            title=row.title,
            variant=row.variant,
            units=row.units or 0,
            unit_price=row.unit_price,
            currency=self.columns.currency,
            status_text=row.status_text,
            status_class=classify(row.status_text),
            is_advertised=row.is_advertised,
            channel=row.channel,
            extra=row.extra,
            **money,
        )
        self.uncertain += row.is_uncertain
        self.parsed.lines.append(line)

    def finish(self) -> None:
        """Close the last pack, number the lines of equal keys, and say what a reader should know."""
        self.close_pack()
        if self.with_money and self.with_fraction == self.with_money:
            raise FileRefused("fractions_everywhere")
        lines = self.parsed.lines
        for base, places in self.by_key.items():
            if len(places) > 1:
                for number, place in enumerate(sorted(places, key=lambda p: _order(lines[p])), start=1):
                    lines[place] = replace(lines[place], line_key=f"{base}|{number}")
        self.note()

    def note(self) -> None:
        parsed, notes = self.parsed, self.parsed.notes
        moments = [line.ordered_at for line in parsed.sales]
        if not parsed.rows:
            notes.append(say("note_no_rows"))
        if moments:
            parsed.first_at, parsed.last_at = min(moments), max(moments)
            days = (parsed.last_at.date() - parsed.first_at.date()).days + 1
            if days >= RANGE_DAYS:
                notes.append(say("note_range", days=days))
        if self.columns.unknown:
            notes.append(say("note_unknown_columns", columns=", ".join(self.columns.unknown)))
        states = sorted({line.status_text or "—" for line in parsed.sales if line.status_class == LOOK})
        if states:
            notes.append(say("note_unknown_states", states=", ".join(f"“{state}”" for state in states[:20])))
        if self.uncertain:
            notes.append(say("note_clock_change", count=self.uncertain))
        if parsed.repeated:
            notes.append(say("note_repeated", count=len(parsed.repeated), row=parsed.repeated[0][0]))
        if self.unclear_refunds:
            notes.append(
                say("note_pack_refund", count=len(self.unclear_refunds), row=self.unclear_refunds[0])
            )


def _order(line: Line) -> tuple[object, ...]:
    assert isinstance(line, SaleLine)
    return (line.sku, line.variant, line.unit_price or ZERO, line.units, line.row)
