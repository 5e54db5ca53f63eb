"""A plan of one pass over each relation: criteria ask for aggregates, the plan writes them into one SELECT apiece."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from programs.domain.criteria.relations import literal
from programs.models.screening import Outcome

MET, LOOK, NOT_MET = 2, 1, 0
OUTCOMES = {NOT_MET: Outcome.NOT_MET, LOOK: Outcome.LOOK, MET: Outcome.MET}
MARK = "E'\\x1f'"


def day(value: dt.date) -> str:
    return f"'{value.isoformat()}'::date"


def among(column: str, texts: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(map(literal, texts))})" if texts else "false"


def begins(column: str, beginnings: Sequence[str]) -> str:
    """Whether the column begins with one of these (letters and digits only)."""
    return "(" + (" OR ".join(f"{column} LIKE {literal(each + '%')}" for each in beginnings) or "false") + ")"


def period(first: str, last: str) -> str:
    """`2025-04-01 – 2026-03-31`; nothing when neither day is known."""
    return (
        f"CASE WHEN {first} IS NULL AND {last} IS NULL THEN ''"
        f" ELSE btrim(coalesce({first}::text, '') || ' – ' || coalesce({last}::text, '')) END"
    )


def valid(on: dt.date) -> str:
    """Whether the day lies within the days of validity, both included; no day is no limit."""
    return f"(coalesce(valid_from <= {day(on)}, true) AND coalesce(valid_until >= {day(on)}, true))"


def latest_first(column: str) -> str:
    """Text that sorts later days first, and no day before all."""
    return f"(9999999 - (coalesce({column}, '9999-12-31'::date) - '0001-01-01'::date))::text"


@dataclass(frozen=True)
class Branch:
    """If the condition holds, this is the outcome and its reason; the first that holds decides."""

    when: str
    outcome: int
    reason: str
    reason_sql: str = ""


@dataclass(frozen=True)
class Leaf:
    """One criterion on one day, as SQL over the columns that the plan gives."""

    branches: Sequence[Branch]
    value: str = "''"
    evidence: str = "''"
    file: str = "NULL::uuid"
    renew_by: str = "NULL::date"

    @property
    def outcome(self) -> str:
        *conditional, last = self.branches
        if not conditional:
            return str(last.outcome)
        tried = " ".join(f"WHEN {each.when} THEN {each.outcome}" for each in conditional)
        return f"CASE {tried} ELSE {last.outcome} END"

    def outcome_of(self, decided: str) -> str:
        """By the number of the branch that holds (`Plan.decide`)."""
        return f"('{{{','.join(str(each.outcome) for each in self.branches)}}}'::int[])[{decided}]"

    def reason_of(self, decided: str) -> str:
        found = f"('{{{','.join(each.reason for each in self.branches)}}}'::text[])[{decided}]"
        for serial, each in enumerate(self.branches, 1):
            if each.reason_sql:
                found = f"CASE {decided} WHEN {serial} THEN {each.reason_sql} ELSE {found} END"
        return found


INCOMPLETE = Leaf([Branch("", LOOK, "rule_incomplete")])


@dataclass
class Plan:
    """What is read of each relation. With `is_explained` false only what decides is read, not what was seen."""

    is_explained: bool
    successors: Mapping[str, str] = field(default_factory=dict)
    agency_code: str = ""
    aggregates: dict[str, dict[str, str]] = field(default_factory=dict)
    wanted: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    def aggregate(self, relation: str, condition: str, expression: str) -> str:
        """The name of a column with that aggregate over the subject's rows that fulfil the condition."""
        found = self.aggregates.setdefault(relation, {})
        if condition not in self.wanted.setdefault(relation, []):
            self.wanted[relation].append(condition)
        text = f"{expression} FILTER (WHERE {condition})"
        if text not in found:
            found[text] = f"{relation}_{len(found)}"
        return found[text]

    def first(self, relation: str, condition: str, *parts: str) -> Parts:
        """The row that sorts first by the leading parts, as a list of texts; only where answers are explained."""
        if not self.is_explained:
            return Parts("NULL::text[]")
        key = f", {MARK}, ".join(f"({part})::text" for part in parts)
        return Parts(self.aggregate(relation, condition, f'min(concat({key}) COLLATE "C")'))

    def decide(self, branches: Sequence[Branch]) -> str:
        """The column with the serial number of the branch that holds, so that a row's conditions are tried once."""
        tried = " ".join(f"WHEN {each.when} THEN {serial}" for serial, each in enumerate(branches[:-1], 1))
        text = f"CASE {tried} ELSE {len(branches)} END" if tried else str(len(branches))
        return f"decided.{self.decisions.setdefault(text, f'd{len(self.decisions)}')}"

    def once(self, text: str) -> str:
        """The column with this expression over the facts, which is long and asked for often: made once for each subject."""
        return f"known.{self.known.setdefault(text, f'k{len(self.known)}')}"

    def row(self, relation: str, condition: str = "") -> str:
        """The alias of the one row that a subject has under this condition; all its columns are null if it has none."""
        for alias, known in self.rows.items():
            if known == (relation, condition):
                return alias
        alias = f"{relation}_row_{len(self.rows)}"
        self.rows[alias] = (relation, condition)
        return alias

    def relations(self) -> set[str]:
        return {*self.aggregates, *(relation for relation, _condition in self.rows.values())}

    def tables(self) -> list[tuple[str, str]]:
        """CTEs with one row per subject: name and SELECT."""
        found = []
        for relation, columns in self.aggregates.items():
            listed = ", ".join(f"{_taken_apart(text)} AS {name}" for text, name in columns.items())
            wanted = " OR ".join(f"({each})" for each in self.wanted[relation])
            found.append(
                (
                    f"{relation}_facts",
                    f"SELECT subject, {listed} FROM {relation} WHERE {wanted} GROUP BY subject",
                )
            )
        for alias, (relation, condition) in self.rows.items():
            where = f" WHERE {condition}" if condition else ""
            found.append((alias, f"SELECT * FROM {relation}{where}"))
        return found


def _taken_apart(text: str) -> str:
    """What `Plan.first` joined is taken apart once for each subject."""
    return f"string_to_array({text}, {MARK})" if text.startswith("min(concat(") else text


@dataclass(frozen=True)
class Parts:
    """A list of texts in one column, by `Plan.first`; `part(1)` is the first. Nothing where there is no row."""

    column: str

    def part(self, serial: int) -> str:
        return f"coalesce({self.column}[{serial}], '')"
