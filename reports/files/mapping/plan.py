"""A mapping put onto one heading row: which cell is what, and one row read cell by cell with all that is wrong in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from reports.files import cells
from reports.files.cells import Cell, CellProblem
from reports.files.headers import Heading, fingerprint, headings, is_personal
from reports.files.lines import LOOK, FileRefused
from reports.files.mapping import model
from reports.files.mapping.amounts import Memo, amount_reader, amount_text, units
from reports.files.mapping.model import COLUMN, FILE, HEADING, ROW, STORE, Column, Mapping, bare, named
from reports.files.mapping.moments import Moment, Moments
from reports.files.sentences import Sentence, say

PLAIN_REFERENCE = re.compile(r"[0-9A-DF-Za-df-z_./#:-]{1,60}")


@dataclass(frozen=True, slots=True)
class Context:
    """What a file may leave to its store: the currency of amounts and the zone of local times."""

    currency: str = ""
    tz: str = "America/Santiago"


@dataclass(slots=True)
class Values:
    """One row as read: amounts in ten-thousandths, texts clean, and what could not be read."""

    row: int
    found: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Cell] = field(default_factory=dict)
    problems: list[tuple[str, str, Sentence]] = field(default_factory=list)

    def amount(self, name: str) -> int:
        return int(self.found.get(name) or 0)

    def text(self, name: str) -> str:
        return str(self.found.get(name) or "")

    def moment(self, name: str) -> Moment | None:
        found = self.found.get(name)
        return found if isinstance(found, Moment) else None


def bare_names(row: Sequence[Cell]) -> frozenset[str]:
    return frozenset(bare(heading.name) for heading in headings(row))


class Plan:
    """Where each value of a line stands.

    Refused: `missing_columns`, `column_twice` when a heading that should stand once repeats, `wrong_currencies` when the
    headings name several currencies, `no_currency` when neither file nor store says one.
    """

    def __init__(self, mapping: Mapping, number: int, header: Sequence[Cell], context: Context) -> None:
        self.mapping = mapping
        self.row = number
        self.context = context
        self.all = headings(header)
        self.width = self.all[-1].index + 1 if self.all else 0
        self.by_name: dict[str, list[Heading]] = {}
        for heading in self.all:
            self.by_name.setdefault(bare(heading.name), []).append(heading)
        self.read: dict[str, Heading] = {}
        self.instead: dict[str, list[Heading]] = {}
        self.unless: dict[str, Heading] = {}
        self._place()
        kept = {id(heading) for heading in self.read.values()}
        kept |= {id(heading) for group in self.instead.values() for heading in group}
        kept |= {id(heading) for heading in self.unless.values()}
        rest = [heading for heading in self.all if id(heading) not in kept]
        personal = set(mapping.personal)
        self.personal = [h for h in rest if bare(h.name) in personal or is_personal(h.name)]
        left = {heading.index for heading in self.personal}
        self.unread = [heading for heading in rest if heading.index not in left]
        self.kept = sorted(heading.index for heading in self.all if id(heading) in kept)
        self.amounts = [name for name in model.AMOUNTS[mapping.measure] if name in self.read]
        self.amounts += [name for name in self.read if name.startswith("x_") and name.endswith("_amount")]
        self.added = [
            (each.into, each.adds_to) for each in mapping.columns if each.adds_to and each.into in self.read
        ]
        self.currency = self._currency()
        self.memos: dict[str, dict[str, Memo]] = {}
        self.moments = {
            name: self.moment_reader(name) for name in model.MOMENTS[mapping.measure] if name in self.read
        }
        self.statuses = Memo(
            lambda text: mapping.statuses.get(named(text), LOOK) if text else mapping.status_if_blank
        )
        self.kinds = Memo(self._kind)

    def _place(self) -> None:
        twice: list[str] = []
        missing: list[str] = []
        for column in self.mapping.columns:
            group = next((self.by_name[name] for name in column.names if name in self.by_name), None)
            if group is not None and column.into.endswith("_usd_amount"):
                group = [each for each in group if each.currency == "USD"] or group
            stand_ins = list(column.instead)
            while group is None and stand_ins:
                group = self.by_name.get(stand_ins.pop(0))
            if group is None or len(group) < column.occurrence:
                is_told = column.into == "unit_amount" and "gross_amount" in self.read
                if not column.optional and not is_told:
                    missing.append(column.names[0])
                continue
            if len(group) > 1 and not column.occurrence:
                twice.append(group[0].label)
                continue
            self.read[column.into] = group[max(column.occurrence, 1) - 1]
            if column.unless in self.by_name:
                self.unless[column.into] = self.by_name[column.unless][0]
            self.instead[column.into] = [self.by_name[name][0] for name in stand_ins if name in self.by_name]
        if missing:
            raise FileRefused(
                "missing_columns", row=self.row, columns=", ".join(f"“{name}”" for name in missing)
            )
        if twice:
            raise FileRefused("column_twice", row=self.row, columns=", ".join(f"“{name}”" for name in twice))

    def _currency(self) -> str:
        """The currency of every row, or "" when a column says it."""
        wanted = self.mapping.currency
        if wanted == HEADING:
            found = sorted({self.read[name].currency for name in self.amounts} - {""})
            if len(found) > 1:
                raise FileRefused("wrong_currencies", row=self.row, currencies=", ".join(found))
            wanted = found[0] if found else STORE
        if wanted == COLUMN:
            if "currency" in self.read:
                return ""
            wanted = STORE
        if wanted == STORE:
            if not self.context.currency:
                raise FileRefused("no_currency")
            return self.context.currency
        return wanted

    def zone(self, column: Column) -> ZoneInfo | None:
        name = column.zone or self.mapping.zone
        return None if name == FILE else ZoneInfo(self.context.tz if name == STORE else name)

    def moment_reader(self, into: str) -> Moments:
        column = self.mapping.column(into)
        assert column is not None
        return Moments(column.dates or self.mapping.dates, self.zone(column))

    def amount_memos(self, currency: str) -> dict[str, Memo]:
        """By amount: what was read of it in this currency. Columns of one form and sign share it."""
        found = self.memos.get(currency)
        if found is None:
            shared: dict[tuple[str, str, bool], Memo] = {}
            found = {}
            for name in self.amounts:
                column = self.mapping.column(name)
                assert column is not None
                code = "USD" if name.endswith("_usd_amount") else currency
                alike = column.numbers or self.mapping.numbers, code, column.is_cost
                if alike not in shared:
                    shared[alike] = Memo(amount_reader(alike[0], code, is_cost=column.is_cost))
                found[name] = shared[alike]
            self.memos[currency] = found
        return found

    def _kind(self, texts: tuple[str, ...]) -> str:
        """What a row is by the values that tell it; `None` for what nobody knows."""
        mapping = self.mapping
        names = ["|".join(map(named, text.split("|"))) for text in texts]
        for length in range(len(names), 0, -1):
            found = mapping.kinds.get("|".join(names[:length]))
            if found is not None:
                return found
        if mapping.unknown_kind:
            return mapping.unknown_kind
        raise CellProblem("unknown_record")

    def label(self, name: str) -> str:
        return self.read[name].label if name in self.read else ""

    def cell(self, row: Sequence[Cell], name: str) -> Cell:
        """The cell of this value, or of the column that stands in for it where it is blank."""
        heading = self.read.get(name)
        if heading is None:
            return self.mapping.constants.get(name, "")
        unless = self.unless.get(name)
        if unless is not None and unless.index < len(row) and not is_blank(row[unless.index]):
            return ""
        value = row[heading.index] if heading.index < len(row) else ""
        if self.says_nothing(name)(value):
            for other in self.instead[name]:
                if other.index < len(row) and not is_blank(row[other.index]):
                    return row[other.index]
        return value

    def says_nothing(self, name: str) -> Callable[[Cell], bool]:
        """What of this value stands for nothing. In a key a dash stays one: by it lines that have entered are known again."""
        return is_blank if name in self.mapping.key else is_nothing

    def is_empty(self, row: Sequence[Cell]) -> bool:
        return all(index >= len(row) or is_blank(row[index]) for index in self.kept)

    def is_heading(self, row: Sequence[Cell]) -> bool:
        """Whether the row repeats the headings, as where two files were pasted together."""
        return all(cells.shown(row[each.index]) == each.label for each in self.all if each.index < len(row))

    def values(self, number: int, row: Sequence[Cell], *, repeats_order: bool = False) -> Values:
        """The row with everything that is wrong in it. `repeats_order`: amounts of the order have been counted."""
        found = Values(number)
        mapping = self.mapping

        def take(name: str, read: Callable[[Cell], Any]) -> None:
            cell = found.raw[name] if name in found.raw else self.cell(row, name)
            try:
                found.found[name] = read(cell)
            except CellProblem as problem:
                found.problems.append((self.label(name), cells.shown(cell), problem.sentence))

        if self.is_heading(row):
            found.problems.append(("", "", say("heading_again")))
            found.found["kind"] = mapping.constant_kind
            return found
        take("currency", currency_code)
        currency = self.currency or found.text("currency") or self.context.currency
        if not currency and not found.problems:
            found.problems.append((self.label("currency"), "", say("missing_value")))
        found.found["currency"] = currency
        for name, memo in self.amount_memos(currency).items():
            if repeats_order and (column := mapping.column(name)) is not None and column.once:
                continue
            found.raw[name] = self.cell(row, name)
            take(name, memo.__getitem__)
        for name, into in self.added:
            found.found[into] = found.amount(into) + found.amount(name)
        for name, moments in self.moments.items():
            if is_blank(self.cell(row, name)) and name not in model.NEEDED[mapping.measure]:
                continue
            take(name, moments)
        names = {*self.read, *mapping.constants}
        for name in sorted(names - {*found.found, *self.moments, *self.amounts}):
            if name == "units":
                take(name, units)
            elif name.startswith("x_") and name.endswith("_at"):
                continue
            else:
                take(name, reference if name in REFERENCES else cells.short_text)
        self._judge(found)
        return found

    def _judge(self, found: Values) -> None:
        mapping = self.mapping
        unread = {label for label, _value, _sentence in found.problems}
        for name in model.NEEDED[mapping.measure]:
            if (
                not found.found.get(name)
                and name not in model.AMOUNTS[mapping.measure]
                and self.label(name) not in unread
            ):
                found.problems.append((self.label(name), "", say("missing_value")))
        kind = mapping.constant_kind
        if mapping.kinds:
            texts = tuple(found.text(name) for name in mapping.kind_by)
            try:
                kind = self.kinds[texts]
            except CellProblem as problem:
                found.problems.append(
                    (self.label(mapping.kind_by[0]), " | ".join(texts)[:200], problem.sentence)
                )
        found.found["kind"] = kind
        for check in mapping.checks:
            if check.scope == "row" and check.total in found.found and not found.problems:
                self.add_up(found, check)

    def add_up(self, found: Values, check: model.Check) -> None:
        """Name the row wrong whose parts do not add up to its total."""
        if check.if_stated and not any(found.amount(name) for name in check.parts):
            return
        total, whole = found.amount(check.total), sum(found.amount(name) for name in check.parts)
        allowed = {whole}
        for name in check.may_add:
            allowed |= {each + found.amount(name) for each in allowed}
        if total not in allowed:
            sentence = say("parts_sum", sum=grouped(whole), total=grouped(total))
            found.problems.append((self.label(check.total), amount_text(total), sentence))

    def key(self, found: Values) -> str:
        parts = (
            str(found.row) if name == ROW else key_text(found.found.get(name)) for name in self.mapping.key
        )
        return "|".join(parts)

    @property
    def header_hash(self) -> str:
        return fingerprint(self.all)


REFERENCES = frozenset(name for names in model.REFERENCES.values() for name in names)


def key_text(value: object) -> str:
    return value.text if isinstance(value, Moment) else str(value or "")


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def is_nothing(cell: Cell) -> bool:
    """Whether the cell says that there is nothing, and what stands in for it counts."""
    return is_blank(cell) or (isinstance(cell, str) and cell.strip() in NOTHING)


NOTHING = frozenset({"-", "–", "—", "N/A"})


def grouped(value: int) -> str:
    whole, point, fraction = amount_text(value).partition(".")
    return f"{int(whole):,}{point}{fraction}" if not whole.startswith("-0") else amount_text(value)


def reference(cell: Cell) -> str:
    """`cells.reference`, the short way for what needs no cleaning."""
    if isinstance(cell, str) and PLAIN_REFERENCE.fullmatch(cell):
        return cell
    return cells.reference(cell).lstrip("'")


def currency_code(cell: Cell) -> str:
    code = cells.text(cell).upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise CellProblem("bad_currency")
    return code
