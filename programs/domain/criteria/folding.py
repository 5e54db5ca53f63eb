"""What decides, folded: each row of a relation has bits and numbers, which are put together by subject.

A row has a rank among those of its subject, or counts for a sum or a maximum; ranks are bits of a few numbers. Where
only outcomes are asked all relations are read as one, and one pass is enough, without a table of each relation and a
join to it. Where answers are explained each relation is folded by itself, beside what was seen in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from programs.domain.criteria.relations_history import SIZE_OF_PAPER, SIZE_OF_PAPER_SQL, literal

PARTS = {
    "size": [
        "own_size",
        *(
            f"(SELECT subject, {literal(size)}::text AS size, {', '.join(f'{text} AS {name}' for name, text in SIZE_OF_PAPER_SQL.items())}"
            f" FROM paper WHERE kind = {literal(kind)}) AS size"
            for kind, size in SIZE_OF_PAPER.items()
        ),
    ]
}
"""Relations that are read in parts: of the certificates only those kinds are read of which a size is asked."""
WORD = 62
"""So many bits of a bigint are used."""


@dataclass(frozen=True)
class Ranks:
    """How the rows of a subject rank, as bits of a column: its first bit is rank 1. The least rank decides."""

    place: str
    name: str
    column: str
    first_bit: int
    count: int

    def is_(self, *ranks: int) -> str:
        """Whether the least rank is one of these."""
        tests = (f"{self.column} & {self._up_to(rank)} = {1 << self.first_bit + rank - 1}" for rank in ranks)
        return f"({' OR '.join(tests)})"

    @property
    def is_none(self) -> str:
        """Whether there is no row."""
        return f"({self.column} & {self._up_to(self.count)} = 0)"

    def _up_to(self, rank: int) -> int:
        return (1 << rank) - 1 << self.first_bit


@dataclass
class Folds:
    """What is asked of the rows of each relation, and where its columns are: `place` is the alias of a table."""

    is_apart: bool
    words: dict[str, list[int]] = field(default_factory=dict)
    """Bits used of each number of a place."""
    ranks: dict[tuple[str, str, str], Ranks] = field(default_factory=dict)
    numbers: dict[tuple[str, str, str, str], tuple[str, str]] = field(default_factory=dict)

    def ranked(self, relation: str, condition: str, rank: str, count: int, row: str = "") -> Ranks:
        """The ranks, 1 to `count`, of the subject's rows that fulfil the condition; `row` is the alias of the one row."""
        key = (relation, condition, rank)
        if key not in self.ranks:
            place = row or self._place(relation)
            words = self.words.setdefault(place, [])
            if not words or words[-1] + count > WORD:
                words.append(0)
            name = f"w{len(words) - 1}" if place == "subject" else f"{place}_w{len(words) - 1}"
            column = name if place == "subject" else f"coalesce({name}, 0)"
            self.ranks[key] = Ranks(place, name, column, words[-1], count)
            words[-1] += count
        return self.ranks[key]

    def number(self, relation: str, condition: str, how: str, value: str) -> str:
        """The column with that aggregate of the value (with its type) over the rows that fulfil the condition."""
        place = self._place(relation)
        name = self.numbers.setdefault((relation, condition, how, value), (place, f"f{len(self.numbers)}"))[1]
        return f"coalesce({name}, 0)" if how == "count" else name

    def _place(self, relation: str) -> str:
        return f"{relation}_facts" if self.is_apart and relation != "subject" else "subject"

    def relations(self) -> set[str]:
        return {key[0] for key in (*self.ranks, *self.numbers)}

    def conditions(self, relation: str) -> list[str]:
        """Of which rows something is asked that is folded by subject."""
        of_ranks = [
            key[1]
            for key, found in self.ranks.items()
            if found.place == self._place(relation) and key[0] == relation
        ]
        return list(dict.fromkeys([*of_ranks, *(key[1] for key in self.numbers if key[0] == relation)]))

    def cells(self, relation: str, place: str) -> dict[str, str]:
        """Of a row of the relation: its columns for that place."""
        bits: dict[str, list[str]] = {}
        for (of, condition, rank), found in self.ranks.items():
            if of == relation and found.place == place:
                at = (
                    f"{1 << found.first_bit}"
                    if rank == "1"
                    else f"1::bigint << ({rank}) + {found.first_bit - 1}"
                )
                bits.setdefault(found.name, []).append(
                    f"coalesce({at}, 0)"
                    if condition == "true"
                    else f"CASE WHEN {condition} THEN {at} ELSE 0 END"
                )
        cells = {name: f"({' | '.join(texts)})::bigint" for name, texts in bits.items()}
        for (of, condition, _how, value), (at, name) in self.numbers.items():
            if of == relation and at == place:
                cells[name] = f"CASE WHEN {condition} THEN {value} END"
        return cells

    def apart(self, relation: str) -> dict[str, str]:
        """The columns of one relation's facts, as aggregates."""
        how = {name: key[2] for key, (_place, name) in self.numbers.items()}
        return {
            name: f"{how.get(name, 'bit_or')}({text})"
            for name, text in self.cells(relation, self._place(relation)).items()
        }

    def together(self) -> str:
        """A SELECT with one row per subject: `subject` and the columns of all relations."""
        nothing = {f"w{serial}": "0::bigint" for serial in range(len(self.words.get("subject", ())))}
        how = dict.fromkeys(nothing, "bit_or")
        for (_relation, _condition, aggregate, value), (_place, name) in self.numbers.items():
            nothing[name], how[name] = f"NULL::{value.rpartition('::')[2]}", aggregate
        rows = []
        for relation in ["subject", *sorted(self.relations() - {"subject"})]:
            cells = self.cells(relation, "subject")
            listed = "".join(f", {cells.get(name, none)}" for name, none in nothing.items())
            where = any_of(self.conditions(relation)) if relation != "subject" else ""
            rows += [f"SELECT subject{listed} FROM {each}{where}" for each in PARTS.get(relation, [relation])]
        made = "".join(f", {how[name]}({name}) AS {name}" for name in nothing)
        read, names = "\nUNION ALL ".join(rows), ", ".join(["subject", *nothing])
        return f"SELECT subject{made} FROM (\n{read}) AS every ({names}) GROUP BY subject"


def any_of(conditions: list[str]) -> str:
    """A WHERE for the rows that fulfil one of these."""
    tests = " OR ".join(f"({each})" for each in conditions)
    return "" if "true" in conditions or not tests else f" WHERE {tests}"
