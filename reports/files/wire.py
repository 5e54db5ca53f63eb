"""How the sandboxed reader hands lines to the process that asked: one JSON array a row, checked when it is
read. Sales on their way into the database go as text that COPY reads (`facts`), which the database itself checks.

JSON and not pickle, because the reader has seen a file that nobody vouches for. Amounts travel as text,
instants in UTC; what they are is told by the field's name (`_amount`, `_price`, `_at`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from decimal import Decimal
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

from reports.files.facts import ADDED, SaleFact
from reports.files.facts import SALE as SALE_KIND
from reports.files.lines import CustomsLine, FileRefused, Line, ParsedFile, PayoutLine, Reject, SaleLine
from reports.files.sentences import Sentence, say

SALE, PAYOUT, CUSTOMS, REJECT, FILE, REFUSED = "S", "P", "C", "R", "F", "X"
NAMES = {
    tag: [f.name for f in fields(kind)]
    for tag, kind in ((SALE, SaleLine), (PAYOUT, PayoutLine), (CUSTOMS, CustomsLine))
}
APART = {"lines", "customs", "rejects", "notes", "repeated"}
FILE_FIELDS = [f.name for f in fields(ParsedFile) if f.name not in APART]


class Garbled(Exception):
    """What came over the wire is not what the reader writes, or its end is missing."""


def write(parsed: ParsedFile, out: IO[str]) -> None:
    for line in parsed.lines:
        tag = SALE if isinstance(line, SaleLine) else PAYOUT
        _put(out, [tag, *(_flat(getattr(line, name)) for name in NAMES[tag])])
    for each in parsed.customs:
        _put(out, [CUSTOMS, *(_flat(getattr(each, name)) for name in NAMES[CUSTOMS])])
    for reject in parsed.rejects:
        _put(out, [REJECT, reject.row, reject.column, reject.value, *_flat_sentence(reject.reason)])
    notes = [_flat_sentence(note) for note in parsed.notes]
    _put(out, [FILE, *(_flat(getattr(parsed, name)) for name in FILE_FIELDS), parsed.repeated, notes])


def fact_of(line: SaleLine) -> SaleFact:
    """The line as the database takes it."""
    return SaleFact(
        row=line.row, line_key=line.line_key, kind=SALE_KIND, ordered_at=line.ordered_at.isoformat(),
        order_reference=line.order_reference, pack_reference=line.pack_reference, sku=line.sku,
        listing_reference=line.listing_reference, title=line.title, units=str(line.units),
        unit_amount=None if line.unit_price is None else str(line.unit_price), currency_id=line.currency,
        gross_amount=str(line.gross_amount), fee_amount=str(line.fee_amount),
        shipping_in_amount=str(line.shipping_in_amount), shipping_cost_amount=str(line.shipping_cost_amount),
        refund_amount=str(line.refund_amount), net_amount=str(line.net_amount), status_text=line.status_text,
        status_class=line.status_class,
        is_advertised=None if line.is_advertised is None else str(line.is_advertised),
    )  # fmt: skip


def line_of(fact: SaleFact) -> SaleLine:
    """The fact as a line: what the seller took off is off its gross, taxes are among its fees."""
    money = {name: Decimal(getattr(fact, name)) for name in ADDED}
    return SaleLine(
        row=fact.row, order_reference=fact.order_reference, line_key=fact.line_key, pack_reference=fact.pack_reference,
        ordered_at=dt.datetime.fromisoformat(fact.ordered_at), sku=fact.sku, listing_reference=fact.listing_reference,
        title=fact.title, variant="", units=int(fact.units),
        unit_price=None if fact.unit_amount is None else Decimal(fact.unit_amount),
        gross_amount=money["gross_amount"] + money["discount_amount"], fee_amount=money["fee_amount"] + money["tax_amount"],
        shipping_in_amount=money["shipping_in_amount"], shipping_cost_amount=money["shipping_cost_amount"],
        refund_amount=money["refund_amount"], net_amount=Decimal(fact.net_amount), currency=fact.currency_id,
        status_text=fact.status_text, status_class=fact.status_class,
        is_advertised=None if fact.is_advertised is None else fact.is_advertised == "True", channel="",
    )  # fmt: skip


NULL = "\x01"
"""Stands for a value that is not there: no text that was read has control characters."""
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
OFTEN_UNKNOWN = (SaleFact._fields.index("unit_amount"), SaleFact._fields.index("is_advertised"))
TABS = len(SaleFact._fields) - 1
BLOCK = 1000


def pour(facts: Iterable[SaleFact], out: IO[str]) -> None:
    """The facts as rows of COPY in text form, `NULL` where nothing is known."""
    rest = iter(facts)
    while rows := [_row(fact) for fact in islice(rest, BLOCK)]:
        block = "\n".join(rows)
        assert block.count("\n") == len(rows) - 1, "a fact has more than one line"
        out.write(block)
        out.write("\n")


def _row(fact: SaleFact) -> str:
    texts: list[Any] = [*fact]
    texts[0] = str(fact.row)
    for place in OFTEN_UNKNOWN:
        if texts[place] is None:
            texts[place] = NULL
    row = "\t".join(texts)
    if "\\" in row or "\r" in row or "\n" in row or row.count("\t") != TABS:
        return "\t".join([text.translate(ESCAPED) for text in texts])
    return row


def write_refusal(refused: FileRefused, out: IO[str]) -> None:
    _put(out, [REFUSED, *_flat_sentence(refused.sentence)])


def read(rows: Iterator[str], tz: str) -> ParsedFile:
    """The file as the reader saw it; raises its `FileRefused`, or `Garbled`."""
    zone = ZoneInfo(tz)
    lines: list[Line] = []
    customs: list[CustomsLine] = []
    rejects: list[Reject] = []
    try:
        for text in rows:
            tag, *values = json.loads(text)
            if tag == SALE:
                lines.append(SaleLine(**_fields(NAMES[SALE], values, zone)))
            elif tag == PAYOUT:
                lines.append(PayoutLine(**_fields(NAMES[PAYOUT], values, zone)))
            elif tag == CUSTOMS:
                customs.append(CustomsLine(**_fields(NAMES[CUSTOMS], values, zone)))
            elif tag == REJECT:
                row, column, value, code, parameters = values
                rejects.append(Reject(int(row), str(column), str(value), _sentence(code, parameters)))
            elif tag == FILE:
                *known, repeated, notes = values
                parsed = ParsedFile(**_fields(FILE_FIELDS, known, zone))
                parsed.lines, parsed.customs, parsed.rejects = lines, customs, rejects
                parsed.repeated = [(int(row), int(first)) for row, first in repeated]
                parsed.notes = [_sentence(code, parameters) for code, parameters in notes]
                parsed.personal_columns = tuple(parsed.personal_columns)
                return parsed
            elif tag == REFUSED:
                code, parameters = values
                raise FileRefused(str(code), **dict(parameters))
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as problem:
        raise Garbled from problem
    raise Garbled


def _put(out: IO[str], row: list[object]) -> None:
    out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    out.write("\n")


def _flat(value: Any) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value


def _flat_sentence(sentence: Sentence) -> list[object]:
    return [sentence.code, sentence.parameters]


def _sentence(code: object, parameters: Any) -> Sentence:
    return say(str(code), **{str(name): value for name, value in parameters})


def _fields(names: list[str], values: list[Any], zone: ZoneInfo) -> dict[str, Any]:
    return {name: _value(name, value, zone) for name, value in zip(names, values, strict=True)}


def _value(name: str, value: Any, zone: ZoneInfo) -> Any:
    if value is None:
        return None
    if name.endswith(("_amount", "_price")):
        return Decimal(value)
    if name.endswith("_at"):
        return dt.datetime.fromisoformat(value).astimezone(zone)
    return value
