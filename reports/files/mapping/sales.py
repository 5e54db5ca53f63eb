"""Rows into facts of sales, the short way: a block of rows at a time, column by column, each value looked up in what was
read before. Sums are of integers.

What the short way cannot read it marks, and leaves the marked rows to `Plan.values`, which names all that is wrong in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import compress, islice, repeat
from operator import add, itemgetter
from typing import Any

from reports.files import cells
from reports.files.cells import Cell, CellProblem
from reports.files.facts import ADDED, SALE, SaleFact
from reports.files.lines import LOOK
from reports.files.mapping.account import Tally
from reports.files.mapping.amounts import Memo, amount_text, units
from reports.files.mapping.model import ROW
from reports.files.mapping.moments import Moment, clock_seconds
from reports.files.mapping.plan import Plan, Values, currency_code, grouped, is_blank, reference
from reports.files.sentences import say

BLOCK = 500
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

Rows = list[list[Cell]]
Column = Sequence[Any]


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
            (plan.read[name].index, [other.index for other in group])
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
        self.counts, self.count_texts = marking(units, -1), Memo(str)
        self.codes, self.ads, self.texts = marking(currency_code, UNREAD), Memo(advertised), Memo(amount_text)
        self.kinds = marking(lambda raw: plan.kinds[tuple(cells.text(each) for each in raw)], UNREAD)
        self.clocks = Memo(clock_seconds)
        self.moments, self.days = marking(plan.moments["ordered_at"], NEVER), plan.moments["ordered_at"].days
        self.amounts: dict[str, dict[str, Memo]] = {}

    def facts(self, rows: Iterable[list[Cell]], number: int) -> Iterator[SaleFact]:
        """The facts of `rows`, the first of which is row `number`."""
        rows = iter(rows)
        while block := list(islice(rows, BLOCK)):
            numbers: Sequence[int] = range(number, number + len(block))
            number += len(block)
            if set(map(len, block)) != {self.plan.width}:
                numbers, block = self._fitting(numbers, block)
            if self.once or self.instead:
                for each, row in zip(numbers, block, strict=True):
                    self._prepare(each, row)
            if block:
                yield from self._by_currency(numbers, block)
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
        for place, others in self.instead:
            if is_blank(row[place]):
                row[place] = next((row[other] for other in others if not is_blank(row[other])), "")
        order = cells.shown(self.plan.cell(row, "order_reference"))
        if order in self.orders:
            self.repeats.add(number)
            for place in self.once:
                row[place] = ""
        elif order and self.once:
            self.orders.add(order)

    def _by_currency(self, numbers: Sequence[int], block: Rows) -> Iterator[SaleFact]:
        """The facts of rows of one currency at a time, in the order of the rows."""
        plan = self.plan
        if plan.currency:
            return iter(self._block(numbers, block, plan.currency))
        place, fallback = plan.read["currency"].index, plan.context.currency
        only = {row[place] for row in block}
        codes = [self.codes[row[place]] or fallback for row in block] if len(only) > 1 else []
        found = set(codes) or {self.codes[only.pop()] or fallback}
        if len(found) == 1 and (code := next(iter(found))) and code != UNREAD:
            return iter(self._block(numbers, block, code))
        codes = codes or list(found) * len(block)
        facts: list[SaleFact] = []
        for code in sorted(found):
            chosen = [each == code for each in codes]
            of_code = list(compress(numbers, chosen)), list(compress(block, chosen))
            if code and code != UNREAD:
                facts += self._block(*of_code, code)
            else:
                for number, row in zip(*of_code, strict=True):
                    self._reject(number, row)
        return iter(sorted(facts))

    def _column(self, columns: list[Column], name: str, size: int) -> Column | None:
        """The cells under this value's heading, its constant, or `None` when the file has neither."""
        heading = self.plan.read.get(name)
        if heading is not None:
            return columns[heading.index]
        constant = self.plan.mapping.constants.get(name)
        return None if constant is None else (constant,) * size

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
        if is_plain and not SHORTENED_LINE.search(lines) and max(map(len, column)) <= REFERENCE_LIMIT:
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

    def _memos(self, currency: str) -> dict[str, Memo]:
        found = self.amounts.get(currency)
        if found is None:
            memos = self.plan.amount_memos(currency)
            marked = {id(memo): marking(memo.read, WRONG) for memo in memos.values()}
            found = self.amounts[currency] = {name: marked[id(memo)] for name, memo in memos.items()}
        return found

    def _block(self, numbers: Sequence[int], block: Rows, currency: str) -> list[SaleFact]:
        plan, mapping, size = self.plan, self.plan.mapping, len(block)
        columns: list[Column] = list(zip(*block, strict=True))
        wrong: set[int] = set()

        def look(values: Column, mark: Any) -> None:
            if mark in values:
                wrong.update(place for place, value in enumerate(values) if value == mark)

        def texts_of(name: str, memo: Memo) -> Column:
            column = self._column(columns, name, size)
            if column is None:
                return ("",) * size
            if column.count(column[0]) == size:
                found: Column = (memo[column[0]],) * size
            else:
                found = list(map(memo.__getitem__, column))
            look(found, UNREAD)
            return found

        orders, packs, skus, listings = (self._references(columns, name, size) for name in KEYED[:4])
        for found in (orders, packs, skus, listings):
            look(found, UNREAD)
        look(orders, "")
        titles, states = texts_of("title", self.titles), texts_of("status", self.states)
        ats, seconds, uncertain = self._instants(columns[plan.read["ordered_at"].index])
        look(ats, UNREAD)
        counts = list(map(self.counts.__getitem__, self._column(columns, "units", size) or ("",) * size))
        look(counts, -1)

        amounts: dict[str, list[int]] = {}
        same: dict[str, str] = {}
        for name, memo in self._memos(currency).items():
            column = columns[plan.read[name].index]
            if not any(column):
                continue
            if column.count(column[0]) == size:
                amounts[name] = [memo[column[0]]] * size
                same[name] = self.texts[amounts[name][0]]
            else:
                amounts[name] = list(map(memo.__getitem__, column))
            if sum(amounts[name]) >= WRONG // 2:
                look(amounts[name], WRONG)
        if mapping.is_priced and "unit_amount" in amounts:
            gross = amounts.get("gross_amount") or [0] * size
            if 0 in gross:
                same.pop("gross_amount", None)
                priced = zip(gross, amounts["unit_amount"], counts, strict=True)
                amounts["gross_amount"] = [own or price * count for own, price, count in priced]
        nets = [0] * size
        for name in ADDED:
            if name in amounts:
                nets = list(map(add, nets, amounts[name]))
        if "net_amount" in amounts and amounts["net_amount"] != nets:
            raw = columns[plan.read["net_amount"].index]
            stated = enumerate(zip(amounts["net_amount"], nets, raw, strict=True))
            wrong.update(place for place, (net, whole, cell) in stated if net != whole and not is_blank(cell))
        amounts["net_amount"] = nets

        kinds: Column = (mapping.constant_kind,) * size
        skipped: set[int] = set()
        all_sales = mapping.constant_kind == SALE
        if mapping.kinds:
            told = [self._column(columns, name, size) or ("",) * size for name in mapping.kind_by]
            kinds = list(map(self.kinds.__getitem__, zip(*told, strict=True)))
            all_sales = kinds.count(SALE) == size
            look(kinds, UNREAD)
            skipped = {place for place, kind in enumerate(kinds) if not kind} if "" in kinds else skipped
        keys = self._keys(
            columns, numbers, (orders, packs, skus, listings, titles, repeat(currency), ats), look
        )
        if not all_sales:
            keys = [key if kind == SALE else f"{key}|{kind}" for key, kind in zip(keys, kinds, strict=True)]

        def money(name: str) -> Iterable[str]:
            if name in same or name not in amounts:
                return repeat(same.get(name, "0"))
            return map(self.texts.__getitem__, amounts[name])

        ads = self._column(columns, "is_advertised", size)
        facts = list(map(partial(tuple.__new__, SaleFact), zip(
            numbers, keys, kinds, ats, orders, packs, skus, listings, titles,
            map(self.count_texts.__getitem__, counts), self._prices(columns, amounts), repeat(currency),
            *map(money, ADDED), map(self.texts.__getitem__, nets),
            money("platform_discount_amount"), money("program_discount_amount"),
            states, map(plan.statuses.__getitem__, states),
            repeat(None) if ads is None else map(self.ads.__getitem__, ads),
        )))  # fmt: skip
        if wrong or skipped:
            for place in sorted(wrong - skipped):
                self._reject(numbers[place], block[place])
            self.tally.account.skipped += len(skipped)
            self.tally.account.rows += len(skipped)
            good = [place not in wrong and place not in skipped for place in range(size)]
            facts = list(compress(facts, good))
            seconds = list(compress(seconds, good))
            amounts = {name: list(compress(values, good)) for name, values in amounts.items()}
        self._count(facts, seconds, amounts, currency, uncertain)
        return facts

    def _prices(self, columns: list[Column], amounts: dict[str, list[int]]) -> Iterable[str | None]:
        if "unit_amount" not in amounts:
            return repeat(None)
        raw = columns[self.plan.read["unit_amount"].index]
        texts = map(self.texts.__getitem__, amounts["unit_amount"])
        return (
            texts
            if "" not in raw
            else [text if cell != "" else None for cell, text in zip(raw, texts, strict=True)]
        )

    def _keys(
        self, columns: list[Column], numbers: Sequence[int], read: tuple[Iterable[str], ...],
        look: Callable[[Column, Any], None],
    ) -> list[str]:  # fmt: skip
        parts: list[Iterable[str]] = []
        for name in self.plan.mapping.key:
            if name == ROW:
                parts.append(map(str, numbers))
            elif name in KEYED:
                parts.append(read[KEYED.index(name)])
            else:
                extra = self._references(columns, name, len(numbers))
                look(extra, UNREAD)
                parts.append(extra)
        return list(map("|".join, zip(*parts, strict=False)))

    def _count(
        self, facts: list[SaleFact], seconds: list[int], amounts: dict[str, list[int]], currency: str, uncertain: int
    ) -> None:  # fmt: skip
        if not facts:
            return
        tally = self.tally
        tally.account.rows += len(facts)
        tally.account.lines += len(facts)
        sums = tally.sum_of(currency)
        for place, name in enumerate(PARTS):
            if name in amounts:
                sums[place] += sum(amounts[name])
        tally.seen(min(seconds))
        tally.seen(max(seconds))
        tally.uncertain += uncertain
        if tally.repeats is not None:
            tally.repeats.extend(list(map(hash, map(TELLING, facts))))
        if LOOK in {fact[CLASS] for fact in facts}:
            for fact in facts:
                if fact[CLASS] == LOOK and len(tally.unknown) < 1_000:
                    tally.unknown[fact.status_text[:60]] = fact.row

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
        if self.plan.mapping.is_priced and not found.amount("gross_amount"):
            whole += found.amount("unit_amount") * int(found.found.get("units") or 0)
        net = found.amount("net_amount")
        if whole != net:
            sentence = say("parts_sum", sum=grouped(whole), total=grouped(net))
            found.problems.append((self.plan.label("net_amount"), amount_text(net), sentence))


CLASS = SaleFact._fields.index("status_class")
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
