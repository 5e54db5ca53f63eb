"""A sample of a file that nobody knows: its first rows without buyers, what they prove, and how a mapping would read them."""

from __future__ import annotations

import csv
from dataclasses import fields, replace
from itertools import islice
from pathlib import Path
from typing import Any

from reports.files import blanking
from reports.files.cells import Cell, shown
from reports.files.door import COLUMN_LIMIT, Opened, Row, broken, open_file
from reports.files.headers import SEARCHED_ROWS
from reports.files.lines import FileRefused, PayoutLine, totals
from reports.files.mapping import payout_proposal, personal, vocabulary
from reports.files.mapping.model import AMOUNTS, CUSTOMS, ORDERS, PAYOUTS, STORE, Mapping, bare
from reports.files.mapping.plan import Context, is_blank
from reports.files.mapping.profiles import BUILT_IN
from reports.files.mapping.proposal import Proposal, Question, propose
from reports.files.mapping.reading import Reading, read
from reports.files.mapping.sources import Table, find, tables
from reports.files.sentences import Sentence, say

ROWS = 2_000
"""Rows of a file that are kept as its sample."""
SHOWN_ROWS = 20
STATES_SHOWN = 100
CURRENCIES = (STORE, "USD", "JPY", "KRW", "EUR", "CNY", "MXN", "CLP", "BRL", "COP", "SGD", "MYR", "THB", "VND",
              "IDR", "PHP", "TWD", "HKD", "GBP", "AUD", "CAD", "INR", "AED", "SAR")  # fmt: skip


def take(path: Path, copy: Path, measure: str = "") -> dict[str, Any]:
    """What the file's first rows prove, as values that JSON knows; of orders or payouts as `measure` says, without it as most of
    the headings say. They go to `copy` in the file's own layout, without
    personal columns, free text, columns that have no heading, texts under headings that nobody recognizes unless they come
    again and again, and what stands above the headings.

    Refused: `sample_json`, `no_header`, `too_wide`, and what opening a file is refused for.
    """
    opened = open_file(path)
    if opened.kind == "json":
        raise FileRefused("sample_json")
    table, rows, proposal = _best(opened, measure)
    read = {name for column in proposal.values["columns"] for name in column["names"]}
    headings = [
        each
        | {
            "is_left_out": each["is_personal"]
            or each["index"] in proposal.untold
            or (each["name"] not in read and personal.is_free_text(each["name"]))
        }
        for each in _headings(proposal)
    ]
    places = {each["index"] for each in headings if not each["is_left_out"]}
    _write(opened, table, rows, proposal, places, copy)
    questions = [*proposal.questions]
    if proposal.values["currency"] == STORE and all(each.about != "currency" for each in questions):
        questions.append(Question("currency", say("ask_no_currency"), CURRENCIES))
    return {
        "kind": opened.kind,
        "encoding": opened.encoding,
        "delimiter": table.delimiter,
        "sheet": table.name,
        "header_row": proposal.header_row,
        "headings": headings,
        "values": proposal.values,
        "questions": [_told(each) for each in questions],
        "rows": max(min(len(rows), proposal.header_row + ROWS) - proposal.header_row, 0),
        "is_cut": len(rows) > proposal.header_row + ROWS,
        "known": _known(opened),
    }


def _known(opened: Opened) -> str:
    """What of Naru's own reads such files already, or ""."""
    try:
        found = find(opened, BUILT_IN)
    except FileRefused:
        return ""
    return found.mapping.label if found else ""


def _told(question: Question) -> dict[str, Any]:
    return {
        "about": question.about,
        "code": question.code,
        "parameters": [list(each) for each in question.sentence.parameters],
        "choices": list(question.choices),
    }


def _headings(proposal: Proposal) -> list[dict[str, Any]]:
    people = set(proposal.personal)
    seen: dict[str, int] = {}
    found: list[dict[str, Any]] = []
    for heading in proposal.columns:
        name = bare(heading.name)
        seen[name] = seen.get(name, 0) + 1
        found.append(
            {"index": heading.index, "label": heading.label, "name": name, "occurrence": seen[name],
             "is_personal": heading.label in people}
        )  # fmt: skip
    for each in found:
        if seen[each["name"]] == 1:
            each["occurrence"] = 0
    return found


def _best(opened: Opened, measure: str) -> tuple[Table, list[Row], Proposal]:
    """The table of which most headings are understood, as what it is by most of them."""
    best: tuple[Table, list[Row], Proposal] | None = None
    most = (-1, -1)
    for table in tables(opened):
        if opened.kind == "csv" and max(map(len, table.head), default=0) < 2:
            continue
        try:
            rows: list[Row] = list(islice(table.rows(), SEARCHED_ROWS + ROWS + 1))
            proposal = _proposed(rows, measure)
        except csv.Error as problem:
            if table.delimiter == ",":
                raise broken(problem) from None
            continue
        except FileRefused as refused:
            if refused.code != "no_header":
                raise
            continue
        if len(proposal.headings) > COLUMN_LIMIT:
            raise FileRefused("too_wide", columns=len(proposal.headings), limit=COLUMN_LIMIT)
        score = len(proposal.values["columns"]), len(proposal.headings)
        if score > most:
            best, most = (table, rows, proposal), score
    if best is None:
        raise FileRefused("no_header", rows=SEARCHED_ROWS)
    return best


def _proposed(rows: list[Row], measure: str) -> Proposal:
    """As sales, unless a heading is one of payouts alone and more of them are understood so."""
    if measure == PAYOUTS:
        return payout_proposal.propose(rows)
    sales = propose(rows)
    if measure == ORDERS:
        return sales
    payouts = payout_proposal.propose(rows)
    only = vocabulary.targets(PAYOUTS).keys() - vocabulary.targets().keys()
    is_told = any(bare(heading.name) in only for heading in payouts.columns)
    return payouts if is_told and len(payouts.values["columns"]) > len(sales.values["columns"]) else sales


def _write(
    opened: Opened, table: Table, rows: list[Row], proposal: Proposal, kept: set[int], copy: Path
) -> None:
    width = max((heading.index for heading in proposal.columns), default=0) + 1
    is_text = opened.kind == "csv"

    def blank(row: Row) -> Row:
        if is_text and len(row) > width and any(not is_blank(cell) for cell in row[width:]):
            return [blanking.MASK] * len(row)
        empty: Cell = "" if is_text else None
        return [
            cell if place in kept and not (isinstance(cell, str) and personal.is_of_a_person(cell)) else empty
            for place, cell in enumerate(row)
        ]

    out: blanking.Copy = (
        blanking.TextCopy(copy, opened.encoding, table.delimiter)
        if is_text
        else blanking.WorkbookCopy(copy, table.name)
    )
    with out:
        for number, row in enumerate(rows[: proposal.header_row + ROWS], start=1):
            if (
                number < proposal.header_row
            ):  # the table's title, or whose file it is: the row stays, its words do not
                row = ["" if is_blank(cell) else blanking.MASK for cell in row]
            out.write(blank(row) if number > proposal.header_row else row)
    again = open_file(copy)
    out.check(again.records(table.delimiter) if is_text else again.sheets[0].rows())


def reduce(path: Path, mapping: Mapping, copy: Path) -> dict[str, Any]:
    """The sample once more at `copy`, with what the mapping reads and nothing else."""
    reading = read(open_file(path), mapping, Context("USD", "UTC"), copy=copy)
    for _fact in reading.facts():
        pass
    return {"rows": reading.account.rows}


def raw(path: Path, sheet_rows: int, header_row: int, delimiter: str) -> dict[str, Any]:
    """The first rows of the sample as they stand in it, below its headings."""
    opened = open_file(path)
    table = next(each for each in tables(opened) if each.delimiter == delimiter)
    rows = islice(table.rows(), header_row, header_row + sheet_rows)
    return {"raw": [[shown(cell) for cell in row] for row in rows if not all(map(is_blank, row))]}


def preview(path: Path, mapping: Mapping, context: Context) -> dict[str, Any]:
    """How the mapping reads the sample: first rows, states (of payouts the kinds of movements), sums by currency, what was
    rejected and why.

    `twice` counts lines whose key an earlier line with other values has: with these the key tells too little.
    """
    if mapping.measure == CUSTOMS:
        raise FileRefused("wrong_program", program=mapping.measure)
    reading = read(open_file(path), mapping, context)
    first: list[dict[str, Any]] = []
    states: dict[str, list[Any]] = {}
    keys: dict[str, int] = {}
    paid: list[PayoutLine] = []
    twice = 0
    for fact in reading.facts():
        values: Any = fact
        if isinstance(values, PayoutLine):
            text, meaning = values.description, values.description_class
            told = hash(repr(replace(values, row=0)))
            if values.line_key not in keys:
                paid.append(values)
        else:
            text, meaning = values.status_text, values.status_class
            told = hash(values[2:])
        if len(first) < SHOWN_ROWS:
            first.append(_shown_payout(values) if isinstance(values, PayoutLine) else values._asdict())
        if text in states or len(states) < STATES_SHOWN:
            states.setdefault(text, [meaning, 0])[1] += 1
        twice += keys.setdefault(values.line_key, told) != told
    sums = {"totals": _paid_sums(paid)} if mapping.measure == PAYOUTS else {}
    return (
        _account(reading)
        | sums
        | {
            "first": first,
            "states": [[text, *found] for text, found in states.items()],
            "twice": twice,
        }
    )


def _paid_sums(lines: list[PayoutLine]) -> dict[str, dict[str, str]]:
    """By currency what of these movements counts once they are taken in, and apart what does not."""
    return {
        code: {each.name: str(getattr(found, each.name)) for each in fields(found) if each.name != "currency"}
        for code, found in totals(lines).items()
    }


def _shown_payout(line: PayoutLine) -> dict[str, Any]:
    texts = ("row", "order_reference", "source_reference", "description", "description_class", "currency")
    amounts = (name for name in AMOUNTS[PAYOUTS] if name != "balance_amount")
    return (
        {name: getattr(line, name) for name in texts}
        | {name: str(getattr(line, name)) for name in amounts}
        | {"released_at": line.released_at.isoformat()}
    )


def _flat(sentence: Sentence) -> list[Any]:
    return [sentence.code, [list(pair) for pair in sentence.parameters]]


def _account(reading: Reading) -> dict[str, Any]:
    account = reading.account
    return {
        "rows": account.rows,
        "lines": account.lines,
        "skipped": account.skipped,
        "rejected": account.rejected_rows,
        "repeated": account.repeated,
        "numbers": account.numbers,
        "from": account.first_at.isoformat() if account.first_at else "",
        "until": account.last_at.isoformat() if account.last_at else "",
        "totals": {
            code: {name: str(value) for name, value in parts.items()}
            for code, parts in account.totals.items()
        },
        "notes": [_flat(each) for each in account.notes],
        "rejects": [
            [each.row, each.column, each.value, *_flat(each.reason)] for each in account.rejects[:SHOWN_ROWS]
        ],
    }
