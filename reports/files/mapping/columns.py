"""A block of sales as it was read, column by column, and the two forms in which it goes on: as facts, and as rows of COPY."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress, repeat
from operator import add, sub
from typing import Any, NamedTuple

from reports.files.facts import ADDED, SALE, SaleFact
from reports.files.mapping.amounts import SCALE, Memo, amount_text
from reports.files.mapping.model import ROW
from reports.files.mapping.moments import TAILS
from reports.files.mapping.plan import Plan

Column = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Plain:
    """Amounts that are written as COPY takes them, with their numbers; costs are written without their sign.

    They are below a milliard and have at most four decimals, so that a sum of ten of them is never off by half of the last.
    """

    texts: Column
    numbers: list[float]
    is_cost: bool

    def scaled(self) -> list[int]:
        sign = -1 if self.is_cost else 1
        return [sign * round(number * SCALE) for number in self.numbers]


Amount = int | list[int] | Plain
Amounts = dict[str, Amount]

PLAIN = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,4})?\n)+")

REFERENCES = ("order_reference", "pack_reference", "sku", "listing_reference")
NULL = "\x01"
"""Stands in rows of COPY for a value that is not there: no text that was read has control characters."""
UNSCALED = "e-4"
"""Behind an amount in ten-thousandths: the amount."""


class Instants(NamedTuple):
    """The moments of a block: `texts` and what stands behind each of them, and how many fall into an hour in which clocks were
    changed. `seconds` since 1970 of each, or else the beginnings of all `hours`, by text."""

    texts: list[str]
    seconds: list[int]
    uncertain: int
    offset: str = ""
    hours: dict[str, int] | None = None

    def extremes(self, good: Iterable[bool]) -> tuple[int, int]:
        """The seconds of the first and of the last of the good ones."""
        if self.hours is None:
            seconds = list(compress(self.seconds, good))
            return min(seconds), max(seconds)
        texts = list(compress(self.texts, good))
        first, last = min(texts), max(texts)
        return self.hours[first[:13]] + TAILS[first[13:]], self.hours[last[:13]] + TAILS[last[13:]]


@dataclass(slots=True)
class Read:
    """Rows that were read: a value for all of them, or one of each. Where not all are `good`, only those are handed on."""

    numbers: Sequence[int]
    good: list[bool]
    currencies: str | Column
    kinds: str | Column
    references: dict[str, Column]
    titles: str | Column
    states: str | Column
    instants: Instants
    counts: list[int]
    amounts: Amounts
    prices: Column
    """The cells of `unit_amount`, of which a blank one is no amount."""
    ads: Column | None

    def keys(self, names: Sequence[str]) -> list[str | Column]:
        """The lines' keys of these values, as parts to be joined."""
        parts: list[str | Column] = []
        for name in names:
            if parts:
                parts.append("|")
            if name == ROW:
                parts.append(list(map(str, self.numbers)))
            elif name == "ordered_at":
                parts += [self.instants.texts, self.instants.offset]
            elif name == "title":
                parts.append(self.titles)
            elif name == "currency":
                parts.append(self.currencies)
            else:
                parts.append(self.references[name])
        if self.kinds != SALE:
            kinds = each_of(self.kinds, len(self.numbers))
            parts.append(["" if kind == SALE else f"|{kind}" for kind in kinds])
        return parts


def is_one(column: Column) -> bool:
    """Whether all values of the column are the same."""
    first, size = column[0], len(column)
    return bool(first == column[-1] and first == column[size // 2] and column.count(first) == size)


def each_of(value: int | str | Column, size: int) -> Column:
    return (value,) * size if isinstance(value, int | str) else value


def scaled(amount: Amount, size: int) -> Sequence[int]:
    """The amount of each row in ten-thousandths."""
    return amount.scaled() if isinstance(amount, Plain) else each_of(amount, size)


def has_zero(amount: Amount) -> bool:
    return (
        not amount
        if isinstance(amount, int)
        else 0 in (amount.numbers if isinstance(amount, Plain) else amount)
    )


def plain(column: Column, *, is_cost: bool) -> Plain | None:
    """The amounts of texts that are plain, all of them, in a form with a decimal point; else `None`."""
    try:
        lines = "\n".join(column)
    except TypeError:  # a workbook's numbers
        return None
    if PLAIN.fullmatch(f"{lines}\n") is None or lines.count("\n") != len(column) - 1:
        return None
    return Plain(column, list(map(float, column)), is_cost)


def sums(amounts: Iterable[Amount], size: int) -> list[int]:
    """Row by row what the amounts add up to."""
    whole = 0
    numbers: Iterable[float] | None = None
    found: Iterable[int] | None = None
    for each in amounts:
        if isinstance(each, int):
            whole += each
        elif isinstance(each, Plain):
            numbers = map(
                sub if each.is_cost else add, repeat(0.0) if numbers is None else numbers, each.numbers
            )
        else:
            found = each if found is None else map(add, found, each)
    if numbers is not None:
        of_numbers = map(round, map(float(SCALE).__mul__, numbers))
        found = of_numbers if found is None else map(add, found, of_numbers)
    if found is None:
        return [whole] * size
    return list(map(whole.__add__, found)) if whole else list(found)


def joined(parts: Iterable[str | Column], size: int) -> Iterator[str]:
    """The parts row by row; what is the same in all rows and stands together is joined once."""
    together: list[str | Column] = []
    for part in parts:
        if together and isinstance(part, str) and isinstance(last := together[-1], str):
            together[-1] = last + part
        else:
            together.append(part)
    columns = (repeat(part, size) if isinstance(part, str) else part for part in together)
    return map("".join, zip(*columns, strict=True))


class AsFacts:
    """Blocks as facts."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.texts, self.counts = Memo(amount_text), Memo(str)

    def of(self, read: Read) -> list[SaleFact]:
        size, amounts = len(read.numbers), read.amounts

        def money(name: str) -> Iterable[str]:
            return map(self.texts.__getitem__, scaled(amounts.get(name, 0), size))

        prices: Iterable[str | None] = (None,) * size
        if "unit_amount" in amounts:
            told = zip(read.prices, money("unit_amount"), strict=True)
            prices = [None if cell == "" else text for cell, text in told]
        states = each_of(read.states, size)
        facts = list(map(partial(tuple.__new__, SaleFact), zip(
            read.numbers, joined(read.keys(self.plan.mapping.key), size), each_of(read.kinds, size),
            joined((read.instants.texts, read.instants.offset), size),
            *(read.references[name] for name in REFERENCES), each_of(read.titles, size),
            map(self.counts.__getitem__, read.counts), prices, each_of(read.currencies, size),
            *map(money, (*ADDED, "net_amount", "platform_discount_amount", "program_discount_amount")),
            states, map(self.plan.statuses.__getitem__, states), (None,) * size if read.ads is None else read.ads,
            strict=True,
        )))  # fmt: skip
        return list(compress(facts, read.good)) if read.good else facts


class AsCopy:
    """Blocks as rows of COPY in text form, in the order of `SaleFact`."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.counts = Memo(str)
        self.states = Memo(lambda text: f"{text}\t{plan.statuses[text]}")

    def of(self, read: Read) -> str:
        size = len(read.numbers)
        parts = self._parts(read)
        text = self._text(parts, read.good, size)
        if "\\" in text:
            parts = [escaped(part) for part in parts]
            text = self._text(parts, read.good, size)
        count = sum(read.good) if read.good else size
        assert text.count("\n") == count, (
            "a value has several lines"
        )  # of one with a tab the database has a value too many
        return text

    def _text(self, parts: list[str | Column], good: list[bool], size: int) -> str:
        rows = joined(parts, size)
        return "".join(compress(rows, good) if good else rows)

    def _parts(self, read: Read) -> list[str | Column]:
        states = (
            self.states[read.states]
            if isinstance(read.states, str)
            else list(map(self.states.__getitem__, read.states))
        )
        parts: list[str | Column] = [
            list(map(str, read.numbers)), "\t", *read.keys(self.plan.mapping.key), "\t", read.kinds, "\t",
            read.instants.texts, read.instants.offset,
        ]  # fmt: skip
        for name in REFERENCES:
            parts += ["\t", read.references[name]]
        counts = list(map(self.counts.__getitem__, read.counts))
        parts += ["\t", read.titles, "\t", counts, "\t", *self._prices(read), "\t", read.currencies]
        for name in (*ADDED, "net_amount", "platform_discount_amount", "program_discount_amount"):
            parts += ["\t", *unscaled(read.amounts.get(name, 0))]
        return [
            *parts,
            "\t",
            states,
            "\t",
            NULL if read.ads is None else [ad or NULL for ad in read.ads],
            "\n",
        ]

    def _prices(self, read: Read) -> list[str | Column]:
        if "unit_amount" not in read.amounts:
            return [NULL]
        prices = read.amounts["unit_amount"]
        if "" not in read.prices:
            return unscaled(prices)
        told = zip(read.prices, scaled(prices, len(read.numbers)), strict=True)
        return [[NULL if cell == "" else f"{price}{UNSCALED}" for cell, price in told]]


def unscaled(amount: Amount) -> list[str | Column]:
    """The amounts as parts of a row."""
    if isinstance(amount, Plain):
        return ["-", amount.texts] if amount.is_cost else [amount.texts]
    if isinstance(amount, int):
        return [f"{amount}{UNSCALED}" if amount else "0"]
    return [list(map(str, amount)), UNSCALED]


def escaped(part: str | Column) -> str | Column:
    """The part as COPY takes it, in which a backslash stands for something else."""
    if isinstance(part, str):
        return part.replace("\\", "\\\\")
    return [text.replace("\\", "\\\\") for text in part]
