"""Rejected rows of a file to take away: as a list of reasons, and as they stood in the file, to mend and upload again."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ground import files
from ground.errors import RuleBroken, filled
from ground.files import MEGABYTE, open_bytes
from ground.workbooks import CONTENT_TYPE, cell_text, harmless
from reports.domain import customs_lines, customs_lists, profiles
from reports.domain.on_disk import on_disk
from reports.files import trial
from reports.files.lines import FileRefused
from reports.files.rejected import unflat
from reports.models import CustomsList, ImportBatch
from reports.queries import told_twice

Imported = ImportBatch | CustomsList

LIMIT, WORKBOOK_LIMIT = 50 * MEGABYTE, 5 * MEGABYTE
"""Stored copies up to this size are looked through for their rejected rows while somebody waits: texts, workbooks."""
AMOUNT = re.compile(r"-[0-9][0-9.,]*")
MOST_ROWS = 20_000
UNNAMEABLE = re.compile(r"[\[\]:*?/\\]")
"""What the name of a sheet may not hold here, whatever the program that wrote the file allows."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, and where in it; without a column the row as a whole."""

    row: int
    column: str
    value: str


def limit_of(batch: Imported) -> int:
    return WORKBOOK_LIMIT if batch.file.content_type == files.XLSX.content_type else LIMIT


def may_mend(batch: Imported) -> bool:
    """Whether the rejected rows can be had as they stood: a table of a bearable size whose copy is there."""
    file = batch.file
    return bool(
        batch.rejected
        and _is_bearable(batch)
        and file.content_type != "application/json"
        and batch.state not in {ImportBatch.State.WAITING, ImportBatch.State.READING}
    )


def reasons_of(batch: Imported) -> Iterator[tuple[Rejected, str]]:
    """Each rejection with its reason in the reader's language. A list of exports keeps the first of many; then it is read once more,
    unless it is so large that somebody would wait."""
    english = get_language() == "en"
    if isinstance(batch, ImportBatch):
        for each in batch.rejections.iterator(chunk_size=2000):
            yield Rejected(each.row, each.column, each.value), each.reason_en if english else each.reason_ko
    elif not _has_more(batch) or not _is_bearable(batch):
        for number, column, value, korean, in_english in batch.rejects:
            yield Rejected(number, column, value), in_english if english else korean
    else:
        with on_disk(batch.file) as path:
            parsed = customs_lines.parse(batch, path)
        customs_lines.each_once(batch, parsed)
        for reject in parsed.rejects:
            yield Rejected(reject.row, reject.column, reject.value), str(reject.reason)


def _has_more(batch: CustomsList) -> bool:
    return len(batch.rejects) >= customs_lists.TOLD_REJECTS


def _is_bearable(batch: Imported) -> bool:
    return batch.file.removed_at is None and batch.file.size <= limit_of(batch)


def listed(batch: Imported) -> HttpResponse:
    """All rejected rows with row, column, value and reason; what a spreadsheet would run is written as text."""
    head = [_("Row"), _("Column"), _("Value"), _("Reason")]

    def rows() -> Iterator[list[Any]]:
        yield head
        for each, reason in reasons_of(batch):
            yield [harmless(cell) for cell in (each.row, each.column, each.value, reason)]
        if isinstance(batch, CustomsList) and _has_more(batch) and not _is_bearable(batch):
            yield [
                "",
                "",
                "",
                _("This list has more rejected rows; the file is too large to look them up here."),
            ]

    return _csv(rows(), _name(batch, ".csv"))


def in_own_layout(batch: Imported) -> HttpResponse:
    """The rejected rows in the columns of the file, with the reason in a last column: mended, the file is uploaded again and
    only these rows enter. Buyers' columns are empty, as in the stored copy. A workbook stays one, a text becomes CSV in UTF-8.
    Rows of a panel's pack that were taken come along, marked so, where others of the pack were not: they are known again. Where a
    file that was imported later brought newer values of such a pack, it is not offered; the heading of the last column says so.

    Where rows are told by their number, each stands where it stood. Refused: `not_to_mend` for a file that is no table, is
    larger than 50 MB (a workbook: 5 MB) or is not there any more; then the list of reasons is all there is. `told_newer` where
    all rows are of packs with newer values.
    """
    refused = RuleBroken(
        "not_to_mend", _("The rows of this file cannot be had as they stood. Download the list of reasons.")
    )
    if not may_mend(batch):
        raise refused
    reasons: dict[int, list[str]] = {}
    for each, reason in reasons_of(batch):
        where = f"{each.column}: " if each.column else ""
        reasons.setdefault(each.row, []).append(f"{where}{reason}")
    wanted = sorted(reasons)[:MOST_ROWS]
    with tempfile.TemporaryDirectory(prefix=files.WORKING_FOLDER, dir=files.working_place()) as folder:
        path = Path(folder) / "copy"
        with open_bytes(batch.file) as source, path.open("wb") as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        try:
            own = profiles.own_of(batch) if isinstance(batch, ImportBatch) else []
            found = trial.rows(path, batch.profile, wanted, own)
        except FileRefused:
            raise refused from None
    withheld = _with_newer(batch, found, reasons.keys())
    table = list(_table(found, {row: " / ".join(texts) for row, texts in reasons.items()}, withheld))
    if found["kind"] == "xlsx":
        return _workbook(table, found["sheet"], _name(batch, ".xlsx"))
    return _csv(
        ([_harmless(cell) for cell in row] for row in table),
        _name(batch, ".csv"),
        delimiter=found["delimiter"] or ",",
    )


def _with_newer(batch: Imported, found: dict[str, Any], rejected: Collection[int]) -> set[int]:
    """The rows of packs of which some were taken, and of which a file that was imported later has told newer values by now: uploaded
    again, the rows that come along would set those back."""
    along = [(pack, rows) for pack, rows in found["packs"] if not set(rows) <= set(rejected)]
    if not along or not isinstance(batch, ImportBatch) or batch.imported_at is None:
        return set()
    newer = told_twice.packs_told_later(batch, {pack for pack, _rows in along})
    withheld = {row for pack, rows in along if pack in newer for row in rows}
    if withheld and withheld.issuperset(number for number, _cells in found["rows"]):
        raise RuleBroken(
            "told_newer",
            _(
                "A file that was imported later has newer values of the packs of these rows, which these rows would set back."
                " Upload the newest export of these days instead."
            ),
        )
    return withheld


def _table(found: dict[str, Any], reasons: dict[int, str], withheld: Collection[int]) -> Iterator[list[Any]]:
    head = [[unflat(cell) for cell in row] for row in found["head"]]
    width = len(head[-1])
    *above, headings = head
    yield from above
    reason = str(_("Reason for rejection"))
    if withheld:
        missing = filled(
            _(
                "%(rows)s rows are not here, because a later file has newer values of their packs: upload the newest export of these days"
            ),
            rows=len(withheld),
        )
        reason = f"{reason}: {missing}"
    yield [*headings, reason]
    along = _(
        "Not rejected: a pack can only be read as a whole, so this row comes along. Leave it as it is; it will not count twice."
    )
    at = len(head)
    for number, cells in found["rows"]:
        if number in withheld:
            continue
        if found["is_in_place"]:
            yield from ([] for _blank in range(number - at - 1))
            at = number
        row = [unflat(cell) for cell in cells]
        row += [""] * (width - len(row))
        yield [*row, reasons.get(number) or along]


def _harmless(cell: Any) -> Any:
    """`harmless`, but a negative amount stays one: it is read again."""
    return cell if isinstance(cell, str) and AMOUNT.fullmatch(cell) else harmless(cell)


def _name(batch: Imported, ending: str) -> str:
    return f"{batch.file.name.rpartition('.')[0] or batch.file.name}-{_('rejected rows')}{ending}"


def _csv(rows: Iterable[list[Any]], name: str, delimiter: str = ",") -> HttpResponse:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return _attached(
        HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8"), name
    )


def _workbook(rows: Iterable[list[Any]], sheet: str, name: str) -> HttpResponse:
    """Texts as texts, numbers as numbers, days as days: read again, each cell is what it was."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "remove_timezone": True}) as book:
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page = book.add_worksheet(UNNAMEABLE.sub(" ", sheet)[:31].strip("'") or None)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is None or value == "":
                    continue
                if isinstance(value, str):
                    page.write_string(number, column, cell_text(value))
                elif hasattr(value, "hour"):
                    page.write_datetime(number, column, value, moments)
                elif hasattr(value, "year"):
                    page.write_datetime(number, column, value, days)
                else:
                    page.write(number, column, value)
    return _attached(HttpResponse(out.getvalue(), content_type=CONTENT_TYPE), name)


def _attached(response: HttpResponse, name: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = disposition or "attachment"
    return response
