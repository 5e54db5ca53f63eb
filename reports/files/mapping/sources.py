"""The tables of an opened file: of a delimited text, of a workbook, and of the records of a JSON document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reports.files.cells import Cell
from reports.files.door import Opened, Row, csv_rows
from reports.files.headers import SEARCHED_ROWS
from reports.files.lines import FileRefused
from reports.files.mapping.model import EACH, Json, Mapping, named
from reports.files.mapping.plan import bare_names, is_blank
from reports.files.sentences import Sentence, say

SHEET_LIMIT = 20
SHEETS_NAMED = 10
HEAD = 65_536  # characters in which the headings are looked for
DELIMITERS = (",", ";", "\t")
RECORDS_LOOKED_AT = 200
PATHS_LIMIT = 400
DEPTH_LIMIT = 60
Document = Any


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its first rows for looking at, and `rows`, which starts a new pass from its first."""

    name: str
    head: tuple[Row, ...]
    rows: Callable[[], Iterator[Row]]
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A file and the mapping that its headings tell: the headings are in row `header_row` of `table`; of JSON they are
    the ways to the values in its `document`."""

    opened: Opened
    mapping: Mapping
    table: Table | None = None
    header_row: int = 0
    document: Document = None


def tables(opened: Opened) -> list[Table]:
    """The sheets of a workbook, or a text read with each delimiter that it may have."""
    if opened.kind == "xlsx":
        return [
            Table(sheet.name, tuple(islice(sheet.rows(), SEARCHED_ROWS)), sheet.rows)
            for sheet in opened.sheets[:SHEET_LIMIT]
        ]
    if opened.kind != "csv":
        return []
    text = opened.head(HEAD)
    found = []
    for delimiter in DELIMITERS:
        head: list[Row] = []
        with suppress(FileRefused):  # with the wrong delimiter a text may look like one endless field
            head.extend(islice(csv_rows(text, delimiter, is_strict=False), SEARCHED_ROWS))
        found.append(
            Table("", tuple(head), lambda sign=delimiter: opened.records(sign), delimiter)  # type: ignore[misc]
        )
    return found


def recognizes(mapping: Mapping, names: frozenset[str]) -> bool:
    """Whether headings of these bare names are the mapping's; `a|b` in its signature is either of them."""
    return all(any(name in names for name in each.split("|")) for each in mapping.signature)


def find(opened: Opened, mappings: Sequence[Mapping]) -> Found | None:
    """The mapping that the file's headings tell, or `None`. Of several the one that knows more of them.

    Refused: `several_profiles` when two know as much, `several_sheets` when several sheets of a workbook hold rows of it, and
    what the document of a JSON file is refused for."""
    if opened.kind == "json":
        document = load(opened)
        of_json = [each for each in mappings if each.json is not None]
        fitting = [
            Found(opened, each, document=document) for each in of_json
            if recognizes(each, frozenset(paths(records(document, each.json), each.json)))  # type: ignore[arg-type]
        ]  # fmt: skip
    else:
        flat = [each for each in mappings if each.json is None]
        fitting = []
        for table in tables(opened):
            for number, row in enumerate(table.head, start=1):
                names = bare_names(row)
                fitting += [Found(opened, each, table, number) for each in flat if recognizes(each, names)]
    if not fitting:
        return None
    most = max(len(each.mapping.signature) for each in fitting)
    best = [each for each in fitting if len(each.mapping.signature) == most]
    codes = sorted({each.mapping.code for each in best})
    if len(codes) > 1:
        labels = sorted({each.mapping.label or each.mapping.code for each in best})
        raise FileRefused("several_profiles", profiles=", ".join(labels))
    return _of_one_sheet(best)


def _of_one_sheet(fitting: list[Found]) -> Found:
    """The sheet that holds the rows: a workbook of which only a part would be read is refused."""
    sheets = {each.table.name: each for each in reversed(fitting) if each.table is not None}
    if fitting[0].opened.kind != "xlsx" or len(sheets) < 2:
        return fitting[0]
    filled = [each for each in sheets.values() if each.table and has_rows(each.table.rows(), each.header_row)]
    check_one_sheet([each.table.name for each in reversed(filled) if each.table])
    return filled[0] if filled else fitting[0]


def has_rows(rows: Iterator[Row], header_row: int) -> bool:
    """Whether anything stands below the headings."""
    return any(not is_blank(cell) for row in islice(rows, header_row, None) for cell in row)


def notes_of_others(opened: Opened, name: str) -> list[Sentence]:
    """Which sheets of a workbook hold rows beside the one of this name, which alone is read: a table that goes on without headings, or
    one of another kind. Headings without rows and texts are none."""
    if opened.kind != "xlsx":
        return []
    others = [f"“{each.name}”" for each in opened.sheets if each.name != name and _has_values(each.rows())]
    if not others:
        return []
    sheets = ", ".join([*others[:SHEETS_NAMED], *("…" for _more in others[SHEETS_NAMED:][:1])])
    return [say("note_other_sheets", sheet=name, sheets=sheets)]


def _has_values(rows: Iterator[Row]) -> bool:
    """Whether a row has several cells, one of them a number, a day or a text with a digit; or it cannot be read."""
    with suppress(FileRefused):
        for row in rows:
            filled = [cell for cell in row if not is_blank(cell)]
            if len(filled) > 1 and any(
                not isinstance(cell, str) or any(map(str.isdigit, cell)) for cell in filled
            ):
                return True
        return False
    return True


def check_one_sheet(names: Sequence[str]) -> None:
    """`FileRefused` when more than one sheet holds rows."""
    if len(names) > 1:
        raise FileRefused("several_sheets", sheets=", ".join(f"“{name}”" for name in names))


# JSON


def load(opened: Opened) -> Document:
    """The document; numbers stay the text that they are. Refused: `cut_short`, `json_damaged`, `json_deep`."""
    with opened.text() as stream:
        text = stream.read().removeprefix("\ufeff")
    try:
        document = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_without_repetition
        )
    except json.JSONDecodeError as problem:
        if problem.pos >= len(text.rstrip()) or "Unterminated" in problem.msg:
            raise FileRefused("cut_short") from None
        raise FileRefused("json_damaged", line=problem.lineno, column=problem.colno) from None
    except RecursionError:
        raise FileRefused("json_deep", limit=DEPTH_LIMIT) from None
    _check_depth(document)
    return document


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _value in pairs]
        raise FileRefused("json_twice", name=next(name for name in names if names.count(name) > 1)[:100])
    return made


def _check_depth(document: Document) -> None:
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > DEPTH_LIMIT:
            raise FileRefused("json_deep", limit=DEPTH_LIMIT)
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]


def records(document: Document, form: Json) -> list[dict[str, Any]]:
    """The records that lie at the end of one of the ways; none when there is no such way."""
    for way in form.records:
        found = document
        for step in way:
            found = found.get(step) if isinstance(found, dict) else None
        if isinstance(found, dict) and way:
            found = [found]
        if isinstance(found, list) and found and all(isinstance(each, dict) for each in found):
            return found
    return []


Leaves = dict[str, Cell]


def _leaves(value: dict[str, Any], before: str, into: Leaves, leave_out: frozenset[str]) -> None:
    for key, inner in value.items():
        way = f"{before}{key}"
        if isinstance(inner, dict):
            _leaves(inner, f"{way}.", into, leave_out)
        elif not isinstance(inner, list):
            into[NAMES[way] if way in NAMES else _named(way)] = "" if inner is None else _text(inner)
        elif way not in leave_out and inner and not isinstance(inner[0], dict | list):
            into[NAMES[way] if way in NAMES else _named(way)] = ", ".join(str(each) for each in inner)


NAMES: dict[str, str] = {}


def _named(way: str) -> str:
    if len(NAMES) > 10_000:
        NAMES.clear()
    return NAMES.setdefault(way, named(way))


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def unfolded(record: dict[str, Any], form: Json) -> Iterator[Leaves]:
    """The rows of one record: for each list that has rows, the record's own values with those of one member."""
    own: Leaves = {}
    _leaves(record, "", own, frozenset(form.each))
    for each in form.each:
        if not each:
            yield {**own, EACH: ""}
            continue
        members: Any = record
        for step in each.split("."):
            members = members.get(step) if isinstance(members, dict) else None
        for member in members if isinstance(members, list) else ():
            row = {**own, EACH: each}
            if isinstance(member, dict):
                _leaves(member, f"{each}.", row, frozenset())
            yield row


def paths(found: list[dict[str, Any]], form: Json) -> list[str]:
    """The ways to values in the first records, as headings; the list's name stands first."""
    seen: dict[str, None] = {EACH: None}
    for record in found[:RECORDS_LOOKED_AT]:
        for row in unfolded(record, form):
            seen |= dict.fromkeys(row)
            if len(seen) > PATHS_LIMIT:
                return list(seen)
    return list(seen)


def json_rows(document: Document, form: Json) -> Iterator[list[Cell]]:
    """The heading row, then the rows of all records."""
    found = records(document, form)
    header = paths(found, form)
    yield list(header)
    for record in found:
        for row in unfolded(record, form):
            yield [row.get(name, "") for name in header]


def pruned(document: Document, mapping: Mapping) -> Document:
    """The document without what the mapping does not read: other values are blank, other lists empty."""
    form = mapping.json
    assert form is not None
    wanted = frozenset(name for column in mapping.columns for name in (*column.names, *column.instead))
    lists = frozenset(form.each)

    def prune(value: dict[str, Any], before: str) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for key, inner in value.items():
            way = f"{before}{key}"
            if isinstance(inner, dict):
                kept[key] = prune(inner, f"{way}.")
            elif isinstance(inner, list) and way in lists:
                kept[key] = [prune(each, f"{way}.") if isinstance(each, dict) else "" for each in inner]
            elif _named(way) in wanted:
                kept[key] = inner
            else:
                kept[key] = [] if isinstance(inner, list) else ""
        return kept

    for way in form.records:
        if records(document, Json((way,), form.each)):
            left: Any = [prune(record, "") for record in records(document, Json((way,), form.each))]
            for step in reversed(way):
                left = {step: left}
            return left
    return []
