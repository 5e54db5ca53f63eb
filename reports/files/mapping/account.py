"""What a file held as a whole: counts, sums by currency, first and last instant, and what a reader should know."""

from __future__ import annotations

import datetime as dt
from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from reports.files.lines import Reject
from reports.files.mapping.amounts import amount
from reports.files.mapping.model import PAYOUTS
from reports.files.sentences import Sentence, say

REJECT_LIMIT = 20_000
STATES_SHOWN = 20
RANGE_DAYS = 59
BUCKETS = 16
ENDS = [-(2**63) + (number + 1) * 2**64 // BUCKETS for number in range(BUCKETS)]


class Hashes:
    """How many values were there before: eight bytes a value, compared when all are there."""

    def __init__(self) -> None:
        self.buckets = [array("q") for _bucket in range(BUCKETS)]

    def extend(self, values: list[int]) -> None:
        """Add hashes, which come out sorted."""
        values.sort()
        start = 0
        for bucket, end in zip(self.buckets, ENDS, strict=True):
            stop = bisect_left(values, end, start)
            if stop > start:
                bucket.extend(values[start:stop])
                start = stop

    def repeated(self) -> int:
        return sum(len(bucket) - len(set(bucket)) for bucket in self.buckets)


@dataclass(slots=True)
class Account:
    """A file that was read. `rows` counts rows with data below the headings: each is a line, `skipped` (a kind of row that
    is no line), or one of the `rejected_rows`.

    `repeated` counts lines that repeat an earlier one in key, instant, units, money and state (0 where whoever takes the lines
    counts them, `Tally.repeats`); they are handed on like any
    other, and whoever keeps lines by key keeps one of them. `rejects` holds the first 20,000
    unless they go elsewhere. `totals` are sums by currency and part. `personal_columns` are names of columns left behind.
    """

    profile: str
    measure: str
    rows: int = 0
    lines: int = 0
    skipped: int = 0
    rejected_rows: int = 0
    rejects: list[Reject] = field(default_factory=list)
    repeated: int = 0
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    notes: list[Sentence] = field(default_factory=list)
    header_row: int = 0
    header_hash: str = ""
    headings: tuple[str, ...] = ()
    personal_columns: tuple[str, ...] = ()
    unread_columns: tuple[str, ...] = ()
    layout: str = ""
    encoding: str = ""
    numbers: str = ""
    totals: dict[str, dict[str, Decimal]] = field(default_factory=dict)


class Tally:
    """What the readers count while rows pass; without `repeats` not which of them came before."""

    def __init__(
        self, account: Account, parts: tuple[str, ...], on_reject: Callable[[Reject], None] | None
    ) -> None:
        self.account = account
        self.parts = parts
        self.on_reject = on_reject
        self.sums: dict[str, list[int]] = {}
        self.first = self.last = 0
        self.uncertain = 0
        self.unknown: dict[str, int] = {}
        self.left_out: dict[tuple[str, str], tuple[int, int]] = {}
        self.repeats: Hashes | None = Hashes()

    def reject(self, row: int, problems: list[tuple[str, str, Sentence]]) -> None:
        self.account.rejected_rows += 1
        for column, value, sentence in problems:
            reject = Reject(row, column, value, sentence)
            if self.on_reject is not None:
                self.on_reject(reject)
            elif len(self.account.rejects) < REJECT_LIMIT:
                self.account.rejects.append(reject)

    def sum_of(self, currency: str) -> list[int]:
        return self.sums.setdefault(currency, [0] * len(self.parts))

    def seen(self, seconds: int) -> None:
        if not self.first or seconds < self.first:
            self.first = seconds
        if seconds > self.last:
            self.last = seconds

    def leave_out(self, column: str, currency: str, count: int, whole: int) -> None:
        """So many amounts under this heading enter no figure; together `whole` ten-thousandths."""
        before, so_far = self.left_out.get((column, currency), (0, 0))
        self.left_out[column, currency] = before + count, so_far + whole

    def add(self, other: Tally) -> None:
        """What was counted of the rows that follow."""
        account, its = self.account, other.account
        account.rows += its.rows
        account.lines += its.lines
        account.skipped += its.skipped
        account.rejected_rows += its.rejected_rows
        account.rejects += its.rejects[: REJECT_LIMIT - len(account.rejects)]
        for currency, sums in other.sums.items():
            self.sums[currency] = [
                mine + more for mine, more in zip(self.sum_of(currency), sums, strict=True)
            ]
        for seconds in filter(None, (other.first, other.last)):
            self.seen(seconds)
        self.uncertain += other.uncertain
        self.unknown |= other.unknown
        for (column, currency), found in other.left_out.items():
            self.leave_out(column, currency, *found)

    def seal(self) -> None:
        """Put into the account what was counted, and say what a reader should know."""
        account, notes = self.account, self.account.notes
        account.totals = {
            currency: {name: amount(value) for name, value in zip(self.parts, sums, strict=True)}
            for currency, sums in sorted(self.sums.items())
        }
        account.repeated = self.repeats.repeated() if self.repeats else 0
        if not account.rows:
            notes.append(say("note_no_rows"))
        if self.first:
            account.first_at = dt.datetime.fromtimestamp(self.first, dt.UTC)
            account.last_at = dt.datetime.fromtimestamp(self.last, dt.UTC)
        if len(self.sums) > 1:
            notes.append(say("note_currencies", currencies=", ".join(sorted(self.sums))))
        if account.skipped:
            notes.append(say("note_skipped", count=account.skipped))
        for (column, currency), (count, whole) in sorted(self.left_out.items()):
            amount_of = f"{amount(whole):,f} {currency}"
            notes.append(say("note_left_out", count=count, column=column, sum=amount_of))
        if self.unknown:
            states = ", ".join(f"“{state or '—'}”" for state in sorted(self.unknown)[:STATES_SHOWN])
            notes.append(say("note_unknown_states", states=states))
        if self.uncertain:
            notes.append(say("note_clock_change", count=self.uncertain))
        if account.repeated:
            is_paid, count = account.measure == PAYOUTS, account.repeated
            notes.append(
                say("note_repeats_of_payouts", count=count) if is_paid else say("note_repeats", count=count)
            )
