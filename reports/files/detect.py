"""Which report a file is, told by its headings, and the one door through which files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.files import blanking, panel, release, sandbox, ventas
from reports.files.door import Opened, Row, Sheet, csv_rows, open_file
from reports.files.headers import SEARCHED_ROWS, names
from reports.files.lines import PROFILES, RELEASE, VENTAS, FileRefused, ParsedFile
from reports.files.sentences import say

SHEET_LIMIT = 5
HEAD = 65_536  # characters in which the headings are looked for
SPREADSHEET_ENCODINGS = frozenset({"utf-16", "utf-16-le", "utf-16-be", "euc-kr", "cp949"})

# Headings that tell another program's file, so that its refusal can name it.
OTHERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Mercado Pago (settlement report)", frozenset({"transaction type", "settlement net amount"})),
    ("Amazon (settlement report)", frozenset({"settlement-id", "amount-type"})),
    ("Amazon (all orders)", frozenset({"amazon-order-id", "order-status"})),
    ("Lazada (orders)", frozenset({"orderitemid", "lazadaid"})),
    ("Lazada (finance)", frozenset({"transaction number", "lazada sku"})),
    ("Shopee (orders)", frozenset({"order id", "order status"})),
    ("Shopee (income)", frozenset({"order id", "refund id"})),
    ("Qoo10", frozenset({"注文番号", "カート番号"})),
)


def read(
    path: Path,
    profile: str | None = None,
    *,
    tz: str = "America/Santiago",
    currency: str = "",
    copy: Path | None = None,
    into: Callable[[bytes], object] | None = None,
) -> ParsedFile:
    """Read an uploaded file in a sandbox: its lines, rejected rows and notes; nothing personal comes out.

    `profile` is one of `PROFILES`, or `None` to tell it by the headings. `tz` is the zone of texts without
    an offset and the zone in which instants are told. `currency` is the store's, used only to find
    fractions where the file names no currency and the store's has none; a line's own `currency` stays what
    the file says. With `copy` the file is written there once more, its personal columns blank (`blanking`). With `into`
    sales go there as rows of COPY and are not among the lines that come back (`sandbox`).

    `FileRefused` when the file as a whole cannot be taken, with a sentence that says what to do.
    `ValueError` for an unknown profile or zone, `OSError` when there is no such file.
    """
    if profile is not None and profile not in PROFILES:
        raise ValueError(f"unknown profile: {profile}")
    ZoneInfo(tz)
    return sandbox.read(path, profile, tz, currency, copy, into)


def parse_file(
    path: Path, profile: str | None, *, tz: str, currency: str = "", copy: Path | None = None
) -> ParsedFile:
    """The same without the sandbox: for the sandboxed child, and for files that the program itself has
    written.
    """
    opened = open_file(path)
    if opened.kind == "xlsx":
        return _parse_workbook(opened.sheets, profile, tz, copy)
    return _parse_text(opened, profile, tz, currency, copy)


def _refuse(found: list[frozenset[str]]) -> FileRefused:
    """The refusal for a file without headings of ours: another program's file is named."""
    for program, signature in OTHERS:
        if any(signature <= each for each in found):
            return FileRefused("wrong_program", program=program)
    return FileRefused("no_header", rows=SEARCHED_ROWS)


def _check_asked(found: str, asked: str | None) -> None:
    if asked and asked != found:
        raise FileRefused("wrong_profile", found=found, asked=asked)


def _parse_workbook(sheets: list[Sheet], profile: str | None, tz: str, copy: Path | None) -> ParsedFile:
    seen: list[frozenset[str]] = []
    for sheet in sheets[:SHEET_LIMIT]:
        rows = sheet.rows()
        head = list(islice(rows, SEARCHED_ROWS))
        found = [names(row) for row in head]
        if any(panel.recognizes(each) for each in found):
            _check_asked(VENTAS, profile)
            table: Iterator[Row] = chain(head, rows)
            if copy is None:
                return ventas.parse(table, tz=tz, sheet=sheet.name)
            with blanking.WorkbookCopy(copy, sheet.name) as out:
                table = blanking.blanked(table, blanking.panel_headings, out.write)
                parsed = ventas.parse(table, tz=tz, sheet=sheet.name)
            out.check(open_file(copy).sheets[0].rows())
            return parsed
        if any(release.recognizes(each) for each in found):
            raise FileRefused("release_as_workbook")
        seen += found
    raise _refuse(seen)


def _parse_text(opened: Opened, profile: str | None, tz: str, currency: str, copy: Path | None) -> ParsedFile:
    seen: list[frozenset[str]] = []
    for delimiter, shown in ((",", ","), (";", ";"), ("\t", "tab")):
        found: list[frozenset[str]] = []
        with suppress(FileRefused):  # with the wrong delimiter a text may look like one endless field
            found.extend(
                names(row)
                for row in islice(csv_rows(opened.text[:HEAD], delimiter, is_strict=False), SEARCHED_ROWS)
            )
        if any(panel.recognizes(each) for each in found):
            raise FileRefused("panel_as_csv")
        if any(release.recognizes(each) for each in found):
            _check_asked(RELEASE, profile)
            table = csv_rows(opened.text, delimiter)
            if copy is None:
                parsed = release.parse(table, tz=tz, currency=currency)
            else:
                with blanking.TextCopy(copy, opened.encoding, delimiter) as out:
                    table = blanking.blanked(table, blanking.release_headings, out.write)
                    parsed = release.parse(table, tz=tz, currency=currency)
                out.check(csv_rows(open_file(copy).text, delimiter))
            parsed.layout += f", {shown}"
            parsed.encoding = opened.encoding
            if opened.encoding in SPREADSHEET_ENCODINGS:
                parsed.notes.append(say("note_encoding", encoding=opened.encoding.upper()))
            return parsed
        seen += found
    raise _refuse(seen)
