"""Rows into sales, the short way: a block of rows at a time, column by column, each value looked up in what was read before.
Sums are of integers.

What the short way cannot read it marks, and leaves the marked rows to `Plan.values`, which names all that is wrong in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress, repeat
from operator import itemgetter
from typing import Any

from reports.files import cells
from reports.files.blocks import Block
from reports.files.cells import Cell, CellProblem
from reports.files.facts import ADDED, SaleFact
from reports.files.lines import LOOK
from reports.files.mapping.account import Tally
from reports.files.mapping.amounts import SCALE, WITHOUT_DECIMALS, Memo, amount_text, units
from reports.files.mapping.columns import (
    Amounts,
    AsCopy,
    AsFacts,
    Column,
    Instants,
    Read,
    each_of,
    has_zero,
    is_one,
    plain,
    scaled,
    sums,
)
from reports.files.mapping.model import ROW
from reports.files.mapping.moments import Moment, clock_seconds
from reports.files.mapping.plan import Plan, Values, currency_code, grouped, is_blank, is_nothing, reference
from reports.files.sentences import say

AMOUNTS = (*ADDED, "unit_amount", "platform_discount_amount", "program_discount_amount")
PARTS = (*ADDED, "net_amount", "platform_discount_amount", "program_discount_amount")
KEYED = (
    "order_reference",
    "pack_reference",
    "sku",
    "listing_reference",
    "title",
    "currency",
    "ordered_at",
    ROW,
)
YES = frozenset({"yes", "y", "true", "1", "sí", "si", "예", "네", "はい"})
NO = frozenset({"no", "n", "false", "0", "아니오", "아니요", "いいえ"})

WRONG = 2**100
"""Stands for an amount that cannot be read: larger than any sum of amounts."""
UNREAD = "\0"
"""Stands for a text that cannot be read: no text that was read contains it."""
NEVER = Moment(UNREAD, 0, False)

PLAIN_LINES = re.compile(r"[0-9A-Za-z_./#:\n-]*")
SHORTENED_LINE = re.compile(r"^[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+$", re.MULTILINE)
REFERENCE_LIMIT = cells.REFERENCE_LIMIT

HOUR = itemgetter(slice(13))
"""Of “2026-03-31 14:05:09”."""

Rows = list[list[Cell]]
Look = Callable[[Column, Any], None]
WHOLE = min(WITHOUT_DECIMALS)
WITH_A_POINT = ("point", "point-grouped")


def marking(read: Callable[[Any], Any], mark: Any) -> Memo:
    """A memo that gives `mark` for what cannot be read."""

    def marked(raw: Any) -> Any:
        try:
            return read(raw)
        except CellProblem:
            return mark

    return Memo(marked)


def advertised(cell: Cell) -> str | None:
    word = cells.text(cell).casefold()
    return "t" if word in YES else "f" if word in NO else None


class Sales:
    """One pass over the rows of a file of sales."""

    def __init__(self, plan: Plan, tally: Tally) -> None:
        self.plan, self.tally = plan, tally
        mapping = plan.mapping
        self.once = [
            plan.read[name].index for name in plan.amounts
            if (column := mapping.column(name)) is not None and column.once
        ]  # fmt: skip
        self.instead = [
            (plan.read[name].index, [other.index for other in group], plan.says_nothing(name))
            for name, group in plan.instead.items()
            if group
        ]
        self.orders: set[str] = set()
        self.repeats: set[int] = set()
        self.extras = [name for name in mapping.key if name not in KEYED]
        self.references = {
            name: marking(reference, UNREAD)
            for name in ("order_reference", "pack_reference", "sku", "listing_reference", *self.extras)
        }
        self.titles, self.states = marking(cells.short_text, UNREAD), marking(cells.short_text, UNREAD)
        self.counts = marking(units, -1)
        self.codes, self.ads = marking(currency_code, UNREAD), Memo(advertised)
        self.kinds = marking(lambda raw: plan.kinds[tuple(cells.text(each) for each in raw)], UNREAD)
        self.clocks = Memo(clock_seconds)
        self.moments, self.days = marking(plan.moments["ordered_at"], NEVER), plan.moments["ordered_at"].days
        self.hours = plan.moments["ordered_at"].hours
        self.amounts: dict[bool, dict[str, Memo]] = {}
        self.plain: dict[str, bool] = {}

    @property
    def is_by_order(self) -> bool:
        """Whether what a row says hangs on the rows above it."""
        return bool(self.once)

    def facts(self, blocks: Iterable[Block], number: int) -> Iterator[SaleFact]:
        """The facts of the rows, the first of which is row `number`."""
        form = AsFacts(self.plan)
        for found in self.read(blocks, number):
            facts = form.of(found)
            if self.tally.repeats is not None:
                self.tally.repeats.extend(list(map(hash, map(TELLING, facts))))
            yield from facts

    def rows(self, blocks: Iterable[Block], number: int) -> Iterator[str]:
        """The same as rows of COPY, a block at a time."""
        form, mapping = AsCopy(self.plan), self.plan.mapping
        self.plain = {
            name: column.is_cost
            for name in self.plan.amounts
            if (column := mapping.column(name)) and (column.numbers or mapping.numbers) in WITH_A_POINT
        }
        return map(form.of, self.read(blocks, number))

    def read(self, blocks: Iterable[Block], number: int) -> Iterator[Read]:
        """The rows block by block, the first of which is row `number`; those that cannot be read are told to the tally."""
        for block in blocks:
            numbers: Sequence[int] = range(number, number + block.size)
            number += block.size
            columns = block.columns
            if len(columns) != self.plan.width:
                rows = block.in_rows()
                if set(map(len, rows)) != {self.plan.width}:
                    numbers, rows = self._fitting(numbers, rows)
                columns = list(zip(*rows, strict=True))
            if self.once or self.instead:
                rows = list(map(list, zip(*columns, strict=True)))
                for each, row in zip(numbers, rows, strict=True):
                    self._prepare(each, row)
                columns = list(zip(*rows, strict=True))
            if numbers:
                yield self._block(numbers, columns)
            self.repeats.clear()

    def _fitting(self, numbers: Sequence[int], block: Rows) -> tuple[Sequence[int], Rows]:
        """The rows in the width of the headings; those that are not are blank, or rejected."""
        width, kept = self.plan.width, []
        for number, row in zip(numbers, block, strict=True):
            fitted = fit(row, width)
            if fitted is not None:
                kept.append((number, fitted))
            elif any(not is_blank(cell) for cell in row):
                self.tally.account.rows += 1
                self.tally.reject(number, [("", "", say("row_width", cells=len(row), columns=width))])
        return [number for number, _row in kept], [row for _number, row in kept]

    def _prepare(self, number: int, row: list[Cell]) -> None:
        """Fill in what stands in for blank cells, blank what was counted on an earlier row of the order."""
        for place, others, says_nothing in self.instead:
            if says_nothing(row[place]):
                own = "" if is_blank(row[place]) else row[place]
                row[place] = next((row[other] for other in others if not is_nothing(row[other])), own)
        order = cells.shown(self.plan.cell(row, "order_reference"))
        if order in self.orders:
            self.repeats.add(number)
            for place in self.once:
                row[place] = ""
        elif order and self.once:
            self.orders.add(order)

    def _column(self, columns: list[Column], name: str, size: int) -> Column | None:
        """The cells under this value's heading, its constant, or `None` when the file has neither."""
        heading = self.plan.read.get(name)
        if heading is not None:
            return columns[heading.index]
        constant = self.plan.mapping.constants.get(name)
        return None if constant is None else (constant,) * size

    def _stated(self, columns: list[Column], name: str, size: int) -> Iterable[bool]:
        """Of which rows the file says this amount, be it 0."""
        column = self._column(columns, name, size)
        return repeat(False) if column is None else (not is_nothing(cell) for cell in column)

    def _references(self, columns: list[Column], name: str, size: int) -> Column:
        """References as they are where none of them needs cleaning."""
        column = self._column(columns, name, size)
        if column is None:
            return ("",) * size
        try:
            lines = "\n".join(column)
        except TypeError:  # a workbook's numbers
            return list(map(self.references[name].__getitem__, column))
        is_plain = PLAIN_LINES.fullmatch(lines) and lines.count("\n") == size - 1
        is_shortened = ("e" in lines or "E" in lines) and SHORTENED_LINE.search(lines)
        if is_plain and not is_shortened and max(map(len, column)) <= REFERENCE_LIMIT:
            return column
        return list(map(self.references[name].__getitem__, column))

    def _instants(self, column: Column) -> tuple[list[str], list[int], int]:
        """Each moment as text and in seconds, and how many fall into an hour in which clocks were changed. By its day and its
        clock where all of the block are plain."""
        try:
            days = [self.days[raw[:11] + raw[19:]] for raw in column]
        except TypeError:  # a workbook's moments
            days = [None]
        if None not in days:
            clocks = [raw[11:19] for raw in column]
            after = list(map(self.clocks.__getitem__, clocks))
            if -1 not in after:
                texts = [day[0] + clock + day[1] for day, clock in zip(days, clocks, strict=True)]
                return texts, [day[2] + past for day, past in zip(days, after, strict=True)], 0
        found = list(map(self.moments.__getitem__, column))
        return [each[0] for each in found], [each[1] for each in found], sum(each[2] for each in found)

    def _moments(self, column: Column) -> Instants:
        """The moments of a block. Where all are written as “2026-03-31 14:05:09”, in hours of one offset and without a change of
        clocks, their texts tell the first and the last."""
        try:
            lines = "\n".join(column)
        except TypeError:  # a workbook's moments
            return Instants(*self._instants(column))
        hours = self._plain_hours(lines, column)
        if hours is None:
            return Instants(*self._instants(column))
        starts = {head: start for head, _offset, start, _uncertain in hours}
        return Instants(lines.replace(" ", "T").split("\n"), [], 0, hours[0][1], starts)

    def _plain_hours(self, lines: str, column: Column) -> list[tuple[str, str, int, bool]] | None:
        size = len(column)
        tens, ones = lines[14::20] + lines[17::20], lines[15::20] + lines[18::20]
        if not (
            len(lines) == 20 * size - 1
            and lines[19::20] == "\n" * (size - 1)
            and lines[16::20] == lines[13::20] == ":" * size
            and not tens.strip("012345")
            and not ones.strip("0123456789")
        ):
            return None
        found: list[tuple[str, str, int, bool]] = []
        for head in set(map(HOUR, column)):
            hour = self.hours[head]
            if hour is None or hour[3] or hour[0] != f"{head[:10]}T{head[11:]}" or head[10] not in " T":
                return None
            found.append(hour)
        return found if len({hour[1] for hour in found}) == 1 else None

    def _currencies(self, columns: list[Column], size: int, look: Look) -> tuple[str, Column]:
        """The currency of all rows, or else that of each."""
        plan = self.plan
        if plan.currency:
            return plan.currency, ()
        column, fallback = columns[plan.read["currency"].index], plan.context.currency
        codes = [self.codes[column[0]]] if is_one(column) else list(map(self.codes.__getitem__, column))
        if "" in codes:
            codes = [code or fallback for code in codes]
        if len(set(codes)) == 1 and codes[0] not in ("", UNREAD):
            return codes[0], ()
        codes = codes if len(codes) == size else codes * size
        look(codes, UNREAD)
        look(codes, "")
        return "", codes

    def _memos(self, is_whole: bool) -> dict[str, Memo]:
        """By amount: what was read of it in a currency without decimals, or in any other."""
        found = self.amounts.get(is_whole)
        if found is None:
            memos = self.plan.amount_memos(WHOLE if is_whole else "")
            marked = {id(memo): marking(memo.read, WRONG) for memo in memos.values()}
            found = self.amounts[is_whole] = {name: marked[id(memo)] for name, memo in memos.items()}
        return found

    def _amounts(self, columns: list[Column], currency: str, codes: Column, look: Look) -> Amounts:
        """The amounts of a block: that of all rows, or those of each."""
        found: Amounts = {}
        in_whole = [code in WITHOUT_DECIMALS for code in codes]
        is_mixed, is_whole = True in in_whole, currency in WITHOUT_DECIMALS
        for name, memo in self._memos(is_whole).items():
            column = columns[self.plan.read[name].index]
            if not any(column):
                continue
            if is_one(column):
                one = memo[column[0]]
                if one != WRONG and not (one and is_mixed):
                    found[name] = one
                    continue
            if name in self.plain:
                texts = plain(column, is_cost=self.plain[name])
                is_point = is_whole or is_mixed
                if texts and not (
                    is_point and "." in "".join(column if is_whole else compress(column, in_whole))
                ):
                    found[name] = texts
                    continue
            values = list(map(memo.__getitem__, column))
            if is_mixed and not name.endswith("_usd_amount"):
                fractions = map(SCALE.__rmod__, compress(values, in_whole))
                if any(fractions):
                    values = [
                        WRONG if whole and value % SCALE else value
                        for value, whole in zip(values, in_whole, strict=True)
                    ]
            if sum(values) >= WRONG // 2:
                look(values, WRONG)
            found[name] = values
        return found

    def _leave_out(self, amounts: Amounts, currency: str, codes: Column, size: int) -> None:
        """Tell the tally of amounts that enter no figure."""
        for name in self.plan.mapping.left_out:
            if name not in amounts:
                continue
            values = scaled(amounts.pop(name), size)
            for code in {currency} if currency else {*codes}:
                found = [
                    value for value, own in zip(values, each_of(currency or codes, size), strict=True)
                    if own == code and value and value < WRONG
                ]  # fmt: skip
                if found:
                    self.tally.leave_out(self.plan.label(name), code, len(found), sum(found))

    def _block(self, numbers: Sequence[int], columns: list[Column]) -> Read:
        plan, mapping, size = self.plan, self.plan.mapping, len(numbers)
        wrong: set[int] = set()

        def look(values: Column, mark: Any) -> None:
            if mark in values:
                wrong.update(place for place, value in enumerate(values) if value == mark)

        def texts_of(name: str, memo: Memo) -> str | Column:
            column = self._column(columns, name, size)
            if column is None:
                return ""
            if is_one(column) and (text := memo[column[0]]) != UNREAD:
                return str(text)
            found = list(map(memo.__getitem__, column))
            look(found, UNREAD)
            return found

        currency, codes = self._currencies(columns, size, look)
        nameless = set(wrong)
        references = {name: self._references(columns, name, size) for name in (*KEYED[:4], *self.extras)}
        for found in references.values():
            look(found, UNREAD)
        look(references["order_reference"], "")
        titles, states = texts_of("title", self.titles), texts_of("status", self.states)
        moments = self._moments(columns[plan.read["ordered_at"].index])
        look(moments.texts, UNREAD)
        counts = list(map(self.counts.__getitem__, self._column(columns, "units", size) or ("",) * size))
        look(counts, -1)
        amounts = self._amounts(columns, currency, codes, look)
        self._leave_out(amounts, currency, codes, size)
        for name, into in plan.added:
            if name in amounts:
                amounts[into] = sums((amounts.get(into, 0), amounts.pop(name)), size)
        if mapping.is_priced and "unit_amount" in amounts and has_zero(amounts.get("gross_amount", 0)):
            gross, prices = (scaled(amounts.get(name, 0), size) for name in ("gross_amount", "unit_amount"))
            priced = zip(gross, prices, counts, self._stated(columns, "gross_amount", size), strict=False)
            amounts["gross_amount"] = [
                own or (0 if is_stated else price * count) for own, price, count, is_stated in priced
            ]
        nets = sums((amounts[name] for name in ADDED if name in amounts), size)
        if "net_amount" in amounts and (stated := scaled(amounts["net_amount"], size)) != nets:
            raw = columns[plan.read["net_amount"].index]
            compared = enumerate(zip(stated, nets, raw, strict=True))
            wrong.update(
                place for place, (net, whole, cell) in compared if net != whole and not is_blank(cell)
            )
        amounts["net_amount"] = nets

        kinds: str | Column = mapping.constant_kind
        skipped: set[int] = set()
        if mapping.kinds:
            told = [self._column(columns, name, size) or ("",) * size for name in mapping.kind_by]
            if all(map(is_one, told)):
                kinds = self.kinds[tuple(column[0] for column in told)]
            else:
                kinds = list(map(self.kinds.__getitem__, zip(*told, strict=True)))
            if kinds in ("", UNREAD):
                kinds = [kinds] * size
            if not isinstance(kinds, str):
                look(kinds, UNREAD)
                if "" in kinds:
                    skipped = {place for place, kind in enumerate(kinds) if not kind} - nameless
        good: list[bool] = []
        if wrong or skipped:
            for place in sorted(wrong - skipped):
                self._reject(numbers[place], [column[place] for column in columns])
            self.tally.account.skipped += len(skipped)
            self.tally.account.rows += len(skipped)
            good = [place not in wrong and place not in skipped for place in range(size)]
        ads = self._column(columns, "is_advertised", size)
        price = plan.read.get("unit_amount")
        read = Read(
            numbers, good, currency or codes, kinds, references, titles, states, moments, counts, amounts,
            () if price is None else columns[price.index],
            None if ads is None else list(map(self.ads.__getitem__, ads)),
        )  # fmt: skip
        self._count(read)
        return read

    def _count(self, read: Read) -> None:
        tally, size = self.tally, len(read.numbers)
        good = read.good or (True,) * size
        count = sum(good)
        if not count:
            return
        tally.account.rows += count
        tally.account.lines += count
        codes = each_of(read.currencies, size)
        for code in set(compress(codes, good)):
            totals = tally.sum_of(code)
            if tally.repeats is None:
                continue
            chosen = [each == code and is_good for each, is_good in zip(codes, good, strict=True)]
            for place, name in enumerate(PARTS):
                if name in read.amounts:
                    totals[place] += sum(compress(scaled(read.amounts[name], size), chosen))
        for seconds in read.instants.extremes(good):
            tally.seen(seconds)
        tally.uncertain += read.instants.uncertain
        states = each_of(read.states, size)
        if LOOK in map(self.plan.statuses.__getitem__, set(states)):
            for number, state in compress(zip(read.numbers, states, strict=True), good):
                if self.plan.statuses[state] == LOOK and len(tally.unknown) < 1_000:
                    tally.unknown[state[:60]] = number

    def _reject(self, number: int, row: list[Cell]) -> None:
        """Name everything that is wrong with the row. Rows that are blank wherever something is read are none."""
        plan, tally = self.plan, self.tally
        if plan.is_empty(row):
            return
        tally.account.rows += 1
        found = plan.values(number, row, repeats_order=number in self.repeats)
        if not found.problems:
            self._check_net(found)
        tally.reject(number, found.problems or [("", "", say("unreadable_row"))])

    def _check_net(self, found: Values) -> None:
        whole = sum(found.amount(name) for name in ADDED)
        if self.plan.mapping.is_priced and is_nothing(found.raw.get("gross_amount")):
            whole += found.amount("unit_amount") * int(found.found.get("units") or 0)
        net = found.amount("net_amount")
        if whole != net:
            sentence = say("parts_sum", sum=grouped(whole), total=grouped(net))
            found.problems.append((self.plan.label("net_amount"), amount_text(net), sentence))


TELLING = itemgetter(
    *(
        SaleFact._fields.index(name)
        for name in (
            "line_key",
            "ordered_at",
            "units",
            "gross_amount",
            "refund_amount",
            "net_amount",
            "status_text",
        )
    )
)
"""What lines must share to be the same line twice."""


def fit(row: list[Cell], width: int) -> list[Cell] | None:
    """The row without blank cells behind the last heading; `None` when it is blank, too long or too short."""
    while len(row) > width and is_blank(row[-1]):
        row.pop()
    return row if len(row) == width else None
