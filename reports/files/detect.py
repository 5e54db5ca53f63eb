"""Which report a file is, told by its headings, and the one door through which files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Dict
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.files import blanking, panel, release, sandbox, ventas, wire
from reports.files.door import Opened, Row, csv_rows, open_file
from reports.files.facts import SaleFact
from reports.files.headers import SEARCHED_ROWS, names
from reports.files.lines import (
    LOOK,
    PANELS,
    PROFILES,
    RELEASE,
    VENTAS,
    CustomsLine,
    FileRefused,
    Line,
    ParsedFile,
    Reject,
)
from reports.files.mapping import Account, Context, Fact, Json, Mapping, Reading
from reports.files.mapping.model import ORDERS, OWN_PAYOUTS, PAYOUTS, named
from reports.files.mapping.profiles import BUILT_IN, BY_CODE
from reports.files.mapping.sources import (
    SHEET_LIMIT,
    Found,
    check_one_sheet,
    find,
    has_rows,
    load,
    notes_of_others,
    paths,
    records,
)
from reports.files.sentences import say
from reports.files.states import classify

KNOWN = (*PROFILES, *BY_CODE)
HEAD = 65_536  # characters in which the headings are looked for
SPREADSHEET_ENCODINGS = frozenset({"utf-16", "utf-16-le", "utf-16-be", "euc-kr", "cp949", "cp932"})

# Headings that tell a file that nobody reads, so that its refusal can name it.
OTHERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Lazada (orders without items)", frozenset({"order id", "order number", "items count"})),
    ("Shopee (orders without money)", frozenset({"order sn", "order status"})),
    ("Shopee (income)", frozenset({"order id", "refund id"})),
    ("Qoo10 (API)", frozenset({"orderno", "packno"})),
    ("Qoo10", frozenset({"注文番号", "カート番号"})),
    ("Tmall Global", frozenset({"tid", "post fee"})),
)


def stream(
    path: Path,
    profile: str | None,
    sink: Callable[[Fact], None],
    *,
    tz: str,
    currency: str = "",
    own: Sequence[Mapping] = (),
    copy: Path | None = None,
    on_reject: Callable[[Reject], None] | None = None,
) -> Account | ParsedFile:
    """Read a file of any kind that is known: by the mapping that `profile` asks for, else by that of the program's `own`
    and Naru's that knows most headings, an own one when both know as many; without the sandbox.

    Facts go to `sink` and rejected rows to `on_reject` as they are read, and the account follows. The seller panel and
    the release report are read as a whole instead: their `ParsedFile` holds the lines. Refused with `FileRefused`, also
    after facts went out: whoever took them keeps none.
    """
    found = begin(path, profile, tz=tz, currency=currency, own=own, copy=copy, on_reject=on_reject)
    if isinstance(found, ParsedFile):
        return found
    for fact in found.facts():
        sink(fact)
    return found.account


def begin(
    path: Path,
    profile: str | None,
    *,
    tz: str,
    currency: str = "",
    market_currency: str = "",
    own: Sequence[Mapping] = (),
    copy: Path | None = None,
    on_reject: Callable[[Reject], None] | None = None,
) -> ParsedFile | Reading:
    """A file that was read as a whole, or the reading of one whose facts come one by one (`account_of` after the last).

    Where a file names no currency its orders are in the market's, its payouts in the store's own: who sells across the
    border is paid in another one than buyers pay.
    """
    opened = open_file(path)
    found = None
    profile = VENTAS if profile in PANELS.values() else profile
    asked = [mapping for mapping in (*own, *BUILT_IN) if mapping.code == profile]
    if profile not in PROFILES:
        found = (find(opened, asked) if asked else None) or _best_known(opened, own)
    if found is None:
        return _parse(opened, profile, tz, currency, copy)
    if profile and found.mapping.code != profile:
        labels = {each.code: each.label for each in own}
        _check_asked(labels.get(found.mapping.code, found.mapping.code), labels.get(profile, profile))
    of_amounts = market_currency or currency if found.mapping.measure == ORDERS else currency
    return Reading(found, Context(of_amounts, tz), on_reject, copy)


def _best_known(opened: Opened, own: Sequence[Mapping]) -> Found | None:
    """What knows most of the headings, the program's own before Naru's; its own also settles what Naru leaves open."""
    mine = find(opened, own) if own else None
    try:
        built_in = find(opened, BUILT_IN)
    except FileRefused:
        if mine is None:
            raise
        return mine
    if mine is None or built_in is None:
        return mine or built_in
    return mine if len(mine.mapping.signature) >= len(built_in.mapping.signature) else built_in


def account_of(reading: Reading, lines: Iterable[Line | CustomsLine] = ()) -> ParsedFile:
    """The account of a file that was read to its end, with its lines; those of customs apart."""
    account = reading.account
    customs: list[CustomsLine] = []
    others: list[Line] = []
    for each in lines:
        if isinstance(each, CustomsLine):
            customs.append(each)
        else:
            others.append(each)
    told = len({reject.row for reject in account.rejects})
    if told < account.rejected_rows:
        account.notes.append(say("note_rejects_cut", told=told, count=account.rejected_rows))
    if reading.found.table is not None:
        account.notes += notes_of_others(reading.found.opened, reading.found.table.name)
    return ParsedFile(
        account.profile, others, account.rejects, account.rows, first_at=account.first_at,
        last_at=account.last_at, notes=account.notes, header_hash=account.header_hash,
        personal_columns=account.personal_columns, layout=account.layout, encoding=account.encoding,
        rejected_in_all=account.rejected_rows, customs=customs,
    )  # fmt: skip


def measure_of(profile: str) -> str:
    """What a file of this form tells: orders, payouts or customs."""
    if profile in BY_CODE:
        return BY_CODE[profile].measure
    return PAYOUTS if profile == RELEASE or profile.startswith(OWN_PAYOUTS) else ORDERS


def is_of_api(profile: str) -> bool:
    """Whether only a platform's API gives files of this form. A table may have been written by anybody."""
    return profile in BY_CODE and BY_CODE[profile].json is not None


def is_state_known(profile: str, text: str, own: Dict[str, Mapping] | None = None) -> bool:
    """Whether the marketplace's own table says what this state means, or the program's own mapping of this code."""
    if own and profile in own:
        return named(text) in own[profile].statuses
    if profile in BY_CODE:
        return named(text) in BY_CODE[profile].statuses
    return classify(text) != LOOK


def read(
    path: Path,
    profile: str | None = None,
    *,
    tz: str = "America/Santiago",
    currency: str = "",
    market_currency: str = "",
    copy: Path | None = None,
    into: Callable[[bytes], object] | None = None,
    own: Sequence[Mapping] = (),
) -> ParsedFile:
    """Read an uploaded file in a sandbox: its lines, rejected rows and notes; nothing personal comes out.

    `profile` is one of `KNOWN` or the code of one of the program's `own` mappings, or `None` to tell it by the headings. `tz` is the zone of texts without
    an offset and the zone in which instants are told. `currency` is the store's, used only to find
    fractions where the file names no currency and the store's has none; a line's own `currency` stays what
    the file says. With `copy` the file is written there once more, its personal columns blank (`blanking`). With `into`
    sales go there as rows of COPY and are not among the lines that come back (`sandbox`).

    `FileRefused` when the file as a whole cannot be taken, with a sentence that says what to do.
    `ValueError` for an unknown profile or zone, `OSError` when there is no such file.
    """
    if profile is not None and profile not in {*KNOWN, *PANELS.values(), *(each.code for each in own)}:
        raise ValueError(f"unknown profile: {profile}")
    ZoneInfo(tz)
    return sandbox.read(path, profile, tz, currency, copy, into, market_currency, own)


def parse_file(
    path: Path,
    profile: str | None,
    *,
    tz: str,
    currency: str = "",
    market_currency: str = "",
    own: Sequence[Mapping] = (),
    copy: Path | None = None,
) -> ParsedFile:
    """The same without the sandbox: for the sandboxed child, and for files that the program itself has
    written.
    """
    found = begin(
        path, profile, tz=tz, currency=currency, market_currency=market_currency, own=own, copy=copy
    )
    if isinstance(found, ParsedFile):
        return found
    lines = [wire.line_of(fact) if isinstance(fact, SaleFact) else fact for fact in found.facts()]
    return account_of(found, lines)


def _parse(opened: Opened, profile: str | None, tz: str, currency: str, copy: Path | None) -> ParsedFile:
    if opened.kind == "xlsx":
        return _parse_workbook(opened, profile, tz, copy)
    if opened.kind == "json":
        raise _refuse(opened, [_json_names(opened)])
    return _parse_text(opened, profile, tz, currency, copy)


def _json_names(opened: Opened) -> frozenset[str]:
    """The ways to the values of whatever records the document has."""
    ways = ((), ("data",), ("results",), ("response",), ("response", "order_list"), ("data", "orders"))
    form = Json(ways)
    return frozenset(paths(records(load(opened), form), form))


def _refuse(opened: Opened, found: list[frozenset[str]]) -> FileRefused:
    """The refusal for a file without headings of the hand-written readers: another program's file is named."""
    known = find(opened, BUILT_IN)
    if known is not None:
        return FileRefused("wrong_program", program=known.mapping.label)
    for program, signature in OTHERS:
        if any(signature <= each for each in found):
            return FileRefused("wrong_program", program=program)
    return FileRefused("no_header", rows=SEARCHED_ROWS)


def _check_asked(found: str, asked: str | None) -> None:
    if asked and asked != found:
        raise FileRefused("wrong_profile", found=found, asked=asked)


def _parse_workbook(opened: Opened, profile: str | None, tz: str, copy: Path | None) -> ParsedFile:
    seen: list[frozenset[str]] = []
    empty: list[tuple[str, Iterator[Row]]] = []
    filled: list[tuple[str, Iterator[Row]]] = []
    for sheet in opened.sheets[:SHEET_LIMIT]:
        rows = sheet.rows()
        head = list(islice(rows, SEARCHED_ROWS))
        found = [names(row) for row in head]
        headings = next((number for number, each in enumerate(found, start=1) if panel.recognizes(each)), 0)
        if headings:
            has_any = has_rows(iter(head), headings) or has_rows(sheet.rows(), SEARCHED_ROWS)
            (filled if has_any else empty).append((sheet.name, chain(head, rows)))
        elif any(release.recognizes(each) for each in found):
            raise FileRefused("release_as_workbook")
        seen += found
    if not filled and not empty:
        raise _refuse(opened, seen)
    _check_asked(VENTAS, profile)
    check_one_sheet([name for name, _table in filled])
    name, table = (filled or empty)[0]
    if copy is None:
        parsed = ventas.parse(table, tz=tz, sheet=name)
    else:
        with blanking.WorkbookCopy(copy, name) as out:
            table = blanking.blanked(table, blanking.panel_headings, out.write)
            parsed = ventas.parse(table, tz=tz, sheet=name)
        out.check(open_file(copy).sheets[0].rows())
    parsed.notes += notes_of_others(opened, name)
    return parsed


def _parse_text(opened: Opened, profile: str | None, tz: str, currency: str, copy: Path | None) -> ParsedFile:
    seen: list[frozenset[str]] = []
    head = opened.head(HEAD)
    for delimiter, shown in ((",", ","), (";", ";"), ("\t", "tab")):
        found: list[frozenset[str]] = []
        with suppress(FileRefused):  # with the wrong delimiter a text may look like one endless field
            found.extend(
                names(row) for row in islice(csv_rows(head, delimiter, is_strict=False), SEARCHED_ROWS)
            )
        if any(panel.recognizes(each) for each in found):
            raise FileRefused("panel_as_csv")
        if any(release.recognizes(each) for each in found):
            _check_asked(RELEASE, profile)
            table = opened.rows(delimiter)
            if copy is None:
                parsed = release.parse(table, tz=tz, currency=currency)
            else:
                with blanking.TextCopy(copy, opened.encoding, delimiter) as out:
                    table = blanking.blanked(table, blanking.release_headings, out.write)
                    parsed = release.parse(table, tz=tz, currency=currency)
                out.check(open_file(copy).rows(delimiter))
            parsed.layout += f", {shown}"
            parsed.encoding = opened.encoding
            if opened.encoding in SPREADSHEET_ENCODINGS:
                parsed.notes.append(say("note_encoding", encoding=opened.encoding.upper()))
            return parsed
        seen += found
    raise _refuse(opened, seen)
