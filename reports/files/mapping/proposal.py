"""A mapping proposed for a file that nobody knows, from its headings and first rows: what they prove is filled in, and
what they leave open is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from reports.files import cells
from reports.files.cells import Cell, CellProblem
from reports.files.headers import SEARCHED_ROWS, Heading, headings
from reports.files.lines import FileRefused
from reports.files.mapping import personal, vocabulary
from reports.files.mapping.amounts import scaled, told
from reports.files.mapping.model import (
    AMOUNTS,
    CLASSES,
    COLUMN,
    DATES,
    FILE,
    HEADING,
    MOMENTS,
    NEEDED,
    ORDERS,
    ROW,
    STORE,
    Mapping,
    bare,
    named,
    names_a_person,
)
from reports.files.mapping.moments import fits
from reports.files.mapping.plan import is_blank
from reports.files.sentences import Sentence, say

SAMPLE_ROWS = 2_000
STATES_LIMIT = 40
COSTS = ("discount_amount", "tax_amount", "fee_amount", "shipping_cost_amount", "refund_amount")
DOLLAR = re.compile(r"(?<![A-Z])\$")
CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Question:
    """What the sample leaves open. `about` is the part of the mapping that an answer fills in: `numbers`, `dates`, `key`,
    `currency`, `column:<value>`, `sign:<value>` (yes: costs are positive) or `status:<text>`; of payouts `kind` (of each row),
    `kind:<text>`, `turned` (kinds whose positive amounts take away, or “-”) and `parts` (how strictly they must add up), too. An answer is one of `choices`; without choices it is a heading, or
    nothing."""

    about: str
    sentence: Sentence
    choices: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return self.sentence.code


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a sample proves. `values` are those of `Mapping.as_dict`; `questions` must be answered first."""

    header_row: int
    headings: tuple[str, ...]
    personal: tuple[str, ...]
    values: Dict[str, Any]
    questions: tuple[Question, ...]
    columns: tuple[Heading, ...] = ()
    untold: frozenset[int] = frozenset()
    """Places of columns that may hold people: nobody recognizes them, and their cells are no numbers, days, codes or states."""

    def answered(self, answers: Dict[str, str]) -> Proposal:
        """The proposal with these answers by `about`; `KeyError` for what was not asked, `ValueError` for a choice that
        was not offered."""
        values, left = dict(self.values), {question.about: question for question in self.questions}
        columns: list[dict[str, Any]] = [dict(column) for column in values["columns"]]
        for about, answer in answers.items():
            question = left.pop(about)
            if question.choices and answer not in question.choices:
                raise ValueError(about)
            part, _colon, name = about.partition(":")
            if part == "column":
                columns = [column for column in columns if column["into"] != name]
                columns.append(column_of(name, answer, optional=False))
            elif part == "sign":
                columns = [
                    column | {"is_cost": is_turned(name, is_positive=answer == "yes")}
                    if column["into"] == name
                    else column
                    for column in columns
                ]
            elif about.startswith("kind:"):
                values["kinds"] = {**values["kinds"], name: answer}
            elif part == "parts":
                values["checks"] = [check | {"scope": answer} for check in values["checks"]]
            elif part == "turned":
                values["turned"] = [] if answer == "-" else answer.split(",")
            elif part == "status":
                values["statuses"] = {**values["statuses"], name: answer}
            elif part == "dates":
                values["dates"] = [answer]
            elif part == "key":
                values["key"] = answer.split(",")
            else:
                values[part] = answer
        values["columns"] = columns
        return replace(self, values=values, questions=tuple(left.values()))

    def mapping(self) -> Mapping:
        """The mapping, when nothing is open; `MappingWrong` when it still cannot be read with, `ValueError` while
        something is asked."""
        if self.questions:
            raise ValueError("questions are open")
        return Mapping.from_dict(self.values)


def column_of(into: str, name: str, *, optional: bool, is_cost: bool = False) -> dict[str, Any]:
    return {"into": into, "names": [named(name)], "optional": optional, "is_cost": is_cost}


def is_turned(into: str, *, is_positive: bool) -> bool:
    """Whether the column's amounts are read with the other sign. Costs are negative amounts; a debit is taken from what was
    credited, and so is a positive one."""
    return is_positive != (into == "net_debit_amount")


def propose(rows: Sequence[Sequence[Cell]], code: str = "own-file", label: str = "") -> Proposal:
    """A proposal for a file of sales of which these are the first rows. Refused: `no_header` when no row looks like
    headings."""
    sample = Sampled(rows)
    columns, questions = sample.columns()
    amounts = [name for name in AMOUNTS[ORDERS] if name in sample.at]
    numbers, more = sample.numbers(amounts)
    dates, zone, asked = sample.dates()
    statuses, states = sample.meanings("status", vocabulary.states(), CLASSES, "status")
    key, unclear = sample.key()
    currency, money = sample.currency(amounts)
    questions += [*more, *asked, *states, *unclear, *money]
    for column in columns:
        if column["into"] in COSTS:
            column["is_cost"], sign = sample.sign(str(column["into"]), numbers)
            questions += sign
    values = {
        "code": code,
        "label": label,
        "measure": ORDERS,
        "signature": sample.signature(),
        "columns": columns,
        "key": key,
        "numbers": numbers,
        "dates": dates,
        "zone": zone,
        "currency": currency,
        "statuses": statuses,
        "is_priced": "unit_amount" in sample.at and "gross_amount" not in sample.at,
        "personal": [named(heading.label) for heading in sample.personal],
    }
    return sample.proposal(values, questions)


class Sampled:
    """The headings and the first rows below them of a file of this measure."""

    def __init__(self, rows: Sequence[Sequence[Cell]], measure: str = ORDERS) -> None:
        self.measure, self.moment = measure, MOMENTS[measure][0]
        words = vocabulary.targets(measure)
        best, self.row = 0, 0
        for number, row in enumerate(rows[:SEARCHED_ROWS], start=1):
            found = headings(row)
            known = sum(bare(heading.name) in words for heading in found)
            texts = sum(
                isinstance(cell, str) and not cell[:1].isdigit() for cell in row if not is_blank(cell)
            )
            if len(found) >= 2 and texts >= 0.8 * len(found) and (score := known * 100 + len(found)) > best:
                best, self.row = score, number
        if not self.row:
            raise FileRefused("no_header", rows=SEARCHED_ROWS)
        self.all = headings(rows[self.row - 1])
        self.rows = [row for row in rows[self.row : self.row + SAMPLE_ROWS] if not all(map(is_blank, row))]
        self.personal = [
            heading
            for heading in self.all
            if names_a_person(bare(heading.name))
            or (bare(heading.name) not in words and personal.is_named(heading.name))
            or personal.holds_persons(self.under(heading))
        ]
        usable = [heading for heading in self.all if heading not in self.personal]
        self.repeated = {heading.name for heading in self.all if heading.occurrence > 1}
        self.meant: dict[str, list[Heading]] = {}
        for heading in usable:
            into = words.get(bare(heading.name))
            if into:
                self.meant.setdefault(into, []).append(heading)
        self.at = {into: group[0] for into, group in self.meant.items()}
        self.free = [heading for heading in usable if heading not in self.at.values()]
        self.unfit: list[Heading] = []

    def signature(self) -> list[str]:
        return [named(heading.label) for heading in self.all if heading.name not in self.repeated][:12]

    def proposal(self, values: Dict[str, Any], questions: Sequence[Question]) -> Proposal:
        words = vocabulary.targets(self.measure)
        return Proposal(
            self.row,
            tuple(heading.label for heading in self.all),
            tuple(heading.label for heading in self.personal),
            values,
            tuple(questions),
            tuple(self.all),
            frozenset(
                heading.index
                for heading in self.free
                if heading in self.unfit
                or (bare(heading.name) not in words and not personal.is_harmless(self.under(heading)))
            ),
        )

    def under(self, heading: Heading) -> list[Cell]:
        """What stands under a heading, without blanks."""
        found = [row[heading.index] for row in self.rows if heading.index < len(row)]
        return [cell for cell in found if not is_blank(cell)]

    def cells(self, into: str) -> list[Cell]:
        """What stands under this value's heading, without blanks."""
        heading = self.at.get(into)
        return [] if heading is None else self.under(heading)

    def texts(self, into: str) -> list[str]:
        return [cells.shown(cell) for cell in self.cells(into)]

    def columns(self) -> tuple[list[dict[str, Any]], list[Question]]:
        questions = []
        if self.moment not in self.at:
            self._find_dates()
        found = [
            column_of(into, heading.label, optional=into not in NEEDED[self.measure])
            for into, heading in self.at.items()
        ]
        for into, group in self.meant.items():
            if len(group) > 1:
                labels = tuple(heading.label for heading in group)
                sentence = say("ask_columns", field=into, columns=", ".join(f"“{label}”" for label in labels))
                questions.append(Question(f"column:{into}", sentence, labels))
        questions += [self.ask_column(into) for into in NEEDED[self.measure] if into not in self.at]
        return found, questions

    def ask_column(self, into: str) -> Question:
        labels = tuple(heading.label for heading in self.free)
        return Question(f"column:{into}", say("ask_column", field=into), labels)

    def _find_dates(self) -> None:
        """The one column of which every cell is a date, if there is only one."""
        found = []
        for heading in self.free:
            texts = [
                row[heading.index]
                for row in self.rows
                if heading.index < len(row) and not is_blank(row[heading.index])
            ]
            if texts and all(isinstance(each, str) and any(fits(cells.clean(each), form) for form in DATES if form != "unix")
                             for each in texts):  # fmt: skip
                found.append(heading)
        if len(found) == 1:
            self.at[self.moment] = found[0]
            self.free.remove(found[0])

    def numbers(self, amounts: list[str]) -> tuple[str, list[Question]]:
        texts = [cell for name in amounts for cell in self.cells(name)]
        form, is_sure = told(texts)
        if is_sure:
            return form or "told", []
        shown = next(
            (cells.shown(each) for each in texts if isinstance(each, str) and re.search("[.,]", each)), ""
        )
        return "point-grouped", [
            Question("numbers", say("ask_numbers", value=shown), ("point-grouped", "comma-grouped"))
        ]

    def dates(self) -> tuple[list[str], str, list[Question]]:
        found = self.cells(self.moment)
        texts = [cells.clean(cell) for cell in found if isinstance(cell, str)]
        if not texts:  # days and times of a workbook, or nothing
            return ["ymd-time", "ymd"], STORE, []
        forms = [form for form in DATES if all(fits(text, form) for text in texts)]
        if len(forms) == 1:
            return forms, FILE if forms == ["iso"] else STORE, []
        if forms:
            return forms[:1], STORE, [Question("dates", say("ask_dates", value=texts[0]), tuple(forms))]
        mixed = [form for form in DATES if any(fits(text, form) for text in texts)]
        if (
            mixed
            and all(any(fits(text, form) for form in mixed) for text in texts)
            and not {"dmy", "mdy"} <= set(mixed)
        ):
            return mixed, STORE, []
        odd = next(text for text in texts if not any(fits(text, form) for form in DATES) or len(mixed) > 1)
        return ["ymd"], STORE, [Question("dates", say("ask_date_form", value=odd), DATES)]

    def sign(self, into: str, numbers: str) -> tuple[bool, list[Question]]:
        """Whether costs are to be turned: all of them are written as positive amounts, or none. Amounts of 0 prove neither."""
        form = "point-grouped" if numbers == "told" else numbers  # only whole numbers stand there
        found = set()
        for cell in self.cells(into):
            try:
                value = scaled(cell, form)
            except CellProblem:
                continue
            if value:
                found.add(value > 0)
        if len(found) != 1:
            label = self.at[into].label
            sentence = say("ask_sign", column=label) if found else say("ask_sign_of_none", column=label)
            return is_turned(into, is_positive=True), [Question(f"sign:{into}", sentence, ("yes", "no"))]
        return is_turned(into, is_positive=found == {True}), []

    def meanings(
        self, into: str, known: Dict[str, str], classes: tuple[str, ...], about: str
    ) -> tuple[dict[str, str], list[Question]]:
        """What the texts of a column mean: states of orders, kinds of movements."""
        found: dict[str, str] = {}
        questions: list[Question] = []
        for text in dict.fromkeys(self.texts(into)):
            name = named(text)
            if name in known:
                found[name] = known[name]
            elif len(questions) < STATES_LIMIT:
                sentence = (
                    say("ask_status", value=text) if about == "status" else say("ask_kind_of", value=text)
                )
                questions.append(Question(f"{about}:{name}", sentence, classes))
        return found, questions

    def key(self) -> tuple[list[str], list[Question]]:
        """What tells lines of an order apart: its goods, unless the sample shows that they do not."""
        goods = [name for name in ("listing_reference", "sku") if name in self.at]
        chosen = ["order_reference", *goods]
        if "order_reference" not in self.at:
            return chosen, []
        places = [self.at[name].index for name in chosen]
        keys = [tuple(cells.shown(row[place]) for place in places if place < len(row)) for row in self.rows]
        kept = [tuple(map(cells.shown, row)) for row in self.rows]
        if len(set(keys)) == len(set(kept)):
            return chosen, []
        choices = (",".join(chosen), ",".join([*chosen, ROW]))
        return chosen, [Question("key", say("ask_key", count=len(set(kept)) - len(set(keys))), choices)]

    def currency(self, amounts: list[str]) -> tuple[str, list[Question]]:
        codes = self.texts("currency")
        if codes and all(CODE.fullmatch(code.upper()) for code in codes):
            return COLUMN, []
        in_headings = {self.at[name].currency for name in amounts} - {""}
        if len(in_headings) == 1:
            return HEADING, []
        texts = [cell for name in amounts for cell in self.cells(name) if isinstance(cell, str)]
        if any(DOLLAR.search(text) for text in texts):
            choices = (STORE, "USD", "MXN", "CLP", "COP", "ARS", "SGD", "TWD", "HKD", "CAD", "AUD")
            return STORE, [Question("currency", say("ask_currency"), choices)]
        return STORE, []
