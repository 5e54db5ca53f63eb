"""Lists of any length as CSV that is written while it is sent: no more of it is held than some hundred rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header

from ground.workbooks import harmless

AT_ONCE = 500
MOST_IN_MEMORY = 20_000
"""Rows of a list that is made as a whole, as a workbook or as text."""


def streamed(head: Sequence[str], rows: Iterable[Sequence[Any]], name: str) -> StreamingHttpResponse:
    """The rows as CSV with the mark that Excel needs; what a spreadsheet would run is written as text. Rows are asked for in the language of
    the caller, as they are sent."""
    answer = StreamingHttpResponse(_written(head, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return answer


def _written(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    language, found = translation.get_language(), iter(rows)
    heading = ("\ufeff" + _lines([head])).encode()

    def sent() -> Iterator[bytes]:
        yield heading
        while True:
            with translation.override(language):
                some = list(islice(found, AT_ONCE))
            if not some:
                return
            yield _lines(some).encode()

    return sent()


def _lines(rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([[_cell(cell) for cell in row] for row in rows])
    return out.getvalue()


def _cell(cell: Any) -> Any:
    if cell is None:
        return ""
    return format(cell, "f") if isinstance(cell, Decimal) else harmless(cell)
