"""A plan of what is read: criteria ask for ranks, numbers and rows, the plan writes what decides into one pass (`folding`)
and what was seen into one SELECT for each relation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ground import clock
from programs.domain.criteria.folding import Folds, Ranks, any_of
from programs.domain.criteria.relations import COLUMNS, literal
from programs.models.screening import Outcome

MET, LOOK, NOT_MET = 2, 1, 0
OUTCOMES = {NOT_MET: Outcome.NOT_MET, LOOK: Outcome.LOOK, MET: Outcome.MET}
SEEN = "naru_seen"
"""A type of the database: fields for what a row is sorted by, then for what is shown of it."""
APART = "OFFSET '0'"
"""Keeps a SELECT from being merged into the one around it. Without the quotes the 0 is no constant yet when PostgreSQL looks
whether another process may read, and is taken for a limit."""


TODAY = "(SELECT (naru_now() AT TIME ZONE 'Asia/Seoul')::date)"
"""The day in Seoul by the database's clock, asked for once in a statement."""


def day(value: dt.date) -> str:
    return f"'{value.isoformat()}'::date"


def among(column: str, texts: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(map(literal, texts))})" if texts else "false"


def begins(column: str, beginnings: Sequence[str]) -> str:
    """Whether the column begins with one of these."""
    return "(" + (" OR ".join(f"{column} ^@ {literal(each)}" for each in beginnings) or "false") + ")"


def period(first: str, last: str) -> str:
    """`2025-04-01 – 2026-03-31`; nothing when neither day is known."""
    return (
        f"CASE WHEN {last} IS NULL THEN coalesce({first} || ' –', '')"
        f" ELSE coalesce({first} || ' – ', '– ') || {last} END"
    )


def valid(on: dt.date, until: str = "valid_until", is_endless: str = "true") -> str:
    """Whether the day lies within the days of validity, both included; without a first day there is no limit, and without a
    last one (`until`) where `is_endless`."""
    return f"(coalesce(valid_from <= {day(on)}, true) AND coalesce({until} >= {day(on)}, {is_endless}))"


def latest_first(column: str) -> str:
    """A number that sorts later days first, and no day before all."""
    return f"('0001-01-01'::date - coalesce({column}, '9999-12-31'::date))"


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
    as_of: str = ""
    """Where another day counts than the one that is named."""

    @property
    def outcome(self) -> str:
        *conditional, last = self.branches
        while conditional and conditional[-1].outcome == last.outcome:
            conditional.pop()
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
    """What is read. With `is_explained` false only what decides is read, not what was seen."""

    is_explained: bool
    successors: Mapping[str, str] = field(default_factory=dict)
    agency_code: str = ""
    aggregates: dict[str, dict[str, str]] = field(default_factory=dict)
    wanted: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    shown: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of each relation the fields of the rows seen that somebody asks for."""
    is_taken_now: bool = False
    """Whether an answer from outside has to be young on the day of asking, whatever day a criterion names."""
    grows_old_until: dt.date | None = None
    """Up to this day an answer may be another one tomorrow, because it grows older."""

    def __post_init__(self) -> None:
        self.folds = Folds(is_apart=self.is_explained)

    def age_on(self, as_of: dt.date) -> str:
        """The day on which the age of an answer from outside counts: the one that is named, but as long as that is to come, and
        with `is_taken_now` at any time, the day of asking."""
        if self.is_taken_now:
            return TODAY
        self.grows_old_until = max(as_of, self.grows_old_until or as_of)
        return f"least({day(as_of)}, {TODAY})"

    def of_day(self) -> str:
        """What besides its text tells a question from the same one of another day; a query where ages count."""
        return "" if self.grows_old_until is None else str(min(self.grows_old_until, clock.today()))

    def ranked(self, relation: str, condition: str, rank: str, count: int) -> Ranks:
        """The ranks, 1 to `count`, of the subject's rows that fulfil the condition."""
        alias = next((name for name, known in self.rows.items() if known == (relation, condition)), "")
        return self.folds.ranked(relation, condition, rank, count, alias)

    def has(self, relation: str, condition: str) -> str:
        """Whether the subject has a row that fulfils the condition."""
        return self.ranked(relation, condition, "1", 1).is_(1)

    def number(self, relation: str, condition: str, how: str, value: str) -> str:
        """The column with `min`, `max`, `sum` or `count` of the value (with its type) over the rows that fulfil the condition;
        where there is none, 0 of a count, else null."""
        return self.folds.number(relation, condition, how, value)

    def aggregate(self, relation: str, condition: str, expression: str, end: str = "") -> str:
        """The name of a column with an aggregate that cannot be folded, over the rows that fulfil the condition."""
        found = self.aggregates.setdefault(relation, {})
        if condition not in self.wanted.setdefault(relation, []):
            self.wanted[relation].append(condition)
        text = f"{expression} FILTER (WHERE {condition}){end}"
        if text not in found:
            found[text] = f"{relation}_{len(found)}"
        return found[text]

    def first(self, relation: str, condition: str, **fields: str) -> Seen:
        """The row that sorts first by the fields of `naru_seen`, in their order; only where answers are explained. Of
        those by which rows are sorted none is null."""
        if not self.is_explained:
            return Seen()
        row = ", ".join(
            f"({fields[name]})::{kind}" if name in fields else "NULL" for name, kind in SEEN_FIELDS.items()
        )
        name = self.aggregate(relation, condition, f"(min(ARRAY[ROW({row})::{SEEN}])", ")[1]")
        return Seen(name, self.shown.setdefault(relation, {}))

    def decide(self, branches: Sequence[Branch]) -> str:
        """The column with the serial number of the branch that holds, so that a row's conditions are tried once."""
        tried = " ".join(f"WHEN {each.when} THEN {serial}" for serial, each in enumerate(branches[:-1], 1))
        text = f"CASE {tried} ELSE {len(branches)} END" if tried else str(len(branches))
        return self.decisions.setdefault(text, f"d{len(self.decisions)}")

    def once(self, text: str) -> str:
        """The column with this expression over the facts, which is long and asked for often: made once for each subject."""
        return self.known.setdefault(text, f"k{len(self.known)}")

    def answer(self, text: str) -> str:
        """The column with this part of an answer, which may follow from what is decided: made once for each subject."""
        return self.answered.setdefault(text, f"a{len(self.answered)}")

    def row(self, relation: str, condition: str = "true") -> str:
        """The one row that a subject has under this condition, where answers are explained: its columns begin with what
        is returned and are all null if there is none."""
        for alias, known in self.rows.items():
            if known == (relation, condition):
                return alias
        alias = f"{relation}_row_{len(self.rows)}"
        if self.is_explained:
            self.rows[alias] = (relation, condition)
        return alias

    def relations(self) -> set[str]:
        """All that are read."""
        read = {*self.folds.relations(), *self.aggregates, *(each for each, _condition in self.rows.values())}
        return read | {"own_size", "paper"} if "size" in self.folds.relations() else read

    def tables(self) -> list[tuple[str, str]]:
        """CTEs with one row per subject: name and SELECT."""
        if not self.is_explained:
            found = [("folded", self.folds.together())]
        else:
            found = [("asked", _select("subject.*", self.folds.cells("subject", "subject"), "subject"))]
        for relation in self.apart():
            folded = self.folds.conditions(relation) if self.is_explained else []
            columns = self.folds.apart(relation) if self.is_explained else {}
            columns |= {name: text for text, name in self.aggregates.get(relation, {}).items()}
            where = any_of(list(dict.fromkeys([*folded, *self.wanted.get(relation, [])])))
            facts = f"{_select('subject', columns, relation)}{where} GROUP BY subject"
            if shown := self.shown.get(relation):
                rows = {text[1:].partition(")")[0] for text in shown.values()}
                kept = ", ".join(["subject", *(each for each in columns if each not in rows)])
                facts = f"{_select(kept, shown, f'({facts}) AS made')} {APART}"
            found.append((f"{relation}_facts", facts))
        for alias, (relation, condition) in self.rows.items():
            columns = {f"{alias}_{name}": name for name in COLUMNS[relation] if name != "subject"}
            columns |= self.folds.cells(relation, alias)
            found.append((alias, f"{_select('subject', columns, relation)} WHERE {condition}"))
        return found

    def apart(self) -> list[str]:
        """Relations with facts of their own."""
        if not self.is_explained:
            return list(self.aggregates)
        folded = [
            each
            for each in sorted(self.folds.relations())
            if each != "subject" and self.folds.conditions(each)
        ]
        return list(dict.fromkeys([*folded, *self.aggregates]))


def _select(rows: str, columns: Mapping[str, str], relation: str) -> str:
    listed = "".join(f", {text} AS {name}" for name, text in columns.items())
    return f"SELECT {rows}{listed} FROM {relation}"


SEEN_FIELDS = {
    "i1": "int", "i2": "int", "i3": "int", "d1": "date", "t1": "text", "t2": "text", "d2": "date", "d3": "date",
    "d4": "date", "t3": "text", "t4": "text", "t5": "text", "u1": "uuid", "u2": "uuid",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One row of a subject by `Plan.first`, and its fields as columns, each taken out of the row once."""

    column: str = ""
    shown: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> str:
        """The field, which may be null."""
        if name not in SEEN_FIELDS:
            raise AttributeError(name)
        if not self.column:
            return f"NULL::{SEEN_FIELDS[name]}"
        self.shown[f"{self.column}_{name}"] = f"({self.column}).{name}"
        return f"{self.column}_{name}"

    def text(self, name: str) -> str:
        """The field as text; empty where there is no row."""
        return f"coalesce({getattr(self, name)}{'' if name[0] == 't' else '::text'}, '')"
