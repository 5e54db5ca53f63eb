"""Reading one cell for certain: text, reference, amount, units, moment. What is ambiguous is not guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from reports.files.sentences import Parameter, Sentence, say

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta | None

FIRST_YEAR, LAST_YEAR = 2001, 2098  # in any zone within the months that the ledger has
EXACT = 2**53  # whole floats below it are exact; a spreadsheet's longer numbers have lost digits
LARGEST = Decimal(10) ** 12
UNITS_LIMIT = 1_000_000
REFERENCE_LIMIT = 60
TEXT_LIMIT = 500
VALUE_LIMIT = 200

# Zero-width and direction characters: invisible, and they keep equal SKUs from being equal.
INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF, 0xAD])
SHORTENED = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+")
PLAIN = re.compile(r"-?[0-9]+")
THOUSANDS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+")
ZERO_FRACTION = re.compile(r"(-?[0-9]+(?:\.[0-9]{3})*)(?:[.,]0{1,2}|,0+)")
ONE_COMMA = re.compile(r"-?[0-9]{1,3},[0-9]{3}")
FRACTION = re.compile(r"-?[0-9]{1,3}(\.?[0-9]{3})*,[0-9]+|-?[0-9]+\.[0-9]+")
POINT_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
MONEY_SIGN = re.compile(r"CLP|\$", re.IGNORECASE)

MONTHS = {
    "enero": 1,
    "febrero": 2,
    "marzo": 3,
    "abril": 4,
    "mayo": 5,
    "junio": 6,
    "julio": 7,
    "agosto": 8,
    "septiembre": 9,
    "setiembre": 9,
    "octubre": 10,
    "noviembre": 11,
    "diciembre": 12,
}
SPANISH_MOMENT = re.compile(
    r"([0-9]{1,2}) de ([a-z]+) de ([0-9]{4}),? (?:a las )?"
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?hs?\.?)?",
    re.IGNORECASE,
)


class CellProblem(Exception):
    """A cell that cannot be read for certain; `sentence` says why and what to do."""

    def __init__(self, code: str, **parameters: Parameter) -> None:
        super().__init__(code)
        self.sentence: Sentence = say(code, **parameters)


MARKED = frozenset("=+-@")


def clean(value: str) -> str:
    """Composed Hangul and accents, no control or invisible characters, single spaces, none at the ends."""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value).translate(INVISIBLE)
    if not value.isprintable():
        value = "".join(
            " " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp", "Zs"} else c for c in value
        )
    return " ".join(value.split())


def text(cell: Cell) -> str:
    """The cell as text; a number that a spreadsheet could not hold exactly is refused."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, bool):
        return "Sí" if cell else "No"
    if isinstance(cell, float):
        if not cell.is_integer():
            return repr(cell)
        if abs(cell) >= EXACT:
            raise CellProblem("number_shortened")
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return str(cell)


def shown(cell: Cell) -> str:
    """The cell as a rejected row shows it: at most 200 characters."""
    try:
        value = text(cell)
    except CellProblem:
        value = repr(cell)
    return value[:VALUE_LIMIT]


def short_text(cell: Cell) -> str:
    """Text for reading (titles, states): cut at 500 characters. An apostrophe that keeps a spreadsheet from running the
    text is no part of it."""
    value = text(cell)
    return (value[1:] if value[:1] == "'" and value[1:2] in MARKED else value)[:TEXT_LIMIT]


def reference(cell: Cell) -> str:
    """A number or code kept as text with its leading zeros; a spreadsheet's 9.48E+10 is refused."""
    value = text(cell)
    if SHORTENED.fullmatch(value):
        raise CellProblem("number_shortened")
    if len(value) > REFERENCE_LIMIT:
        raise CellProblem("too_long_text", limit=REFERENCE_LIMIT)
    return value


def _bounded(amount: Decimal) -> Decimal:
    if abs(amount) >= LARGEST:
        raise CellProblem("huge_amount")
    return amount + 0  # -0 becomes 0


def pesos(cell: Cell) -> Decimal | None:
    """Whole Chilean pesos, `None` for a blank cell.

    Taken: 12345, 12345.0, 12.345 (Spanish thousands), CLP 12.345, $ -12.345, 12.345,00. Refused: any real
    fraction (`fraction`), 12,345 which is thousands to one reader and decimals to another
    (`ambiguous_amount`), all else (`bad_amount`).
    """
    if cell is None or isinstance(cell, str):
        return _pesos_of_text(clean(cell or ""))
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise CellProblem("bad_amount")
    if isinstance(cell, float):
        if cell != cell or cell in {float("inf"), float("-inf")}:
            raise CellProblem("bad_amount")
        if not cell.is_integer():
            raise CellProblem("fraction", currency="CLP")
    return _bounded(Decimal(int(cell)))


def _pesos_of_text(value: str) -> Decimal | None:
    if not value:
        return None
    value = MONEY_SIGN.sub("", value, count=1).replace("\N{MINUS SIGN}", "-").replace(" ", "")
    if PLAIN.fullmatch(value):
        return _bounded(Decimal(value))
    if THOUSANDS.fullmatch(value):
        return _bounded(Decimal(value.replace(".", "")))
    if ONE_COMMA.fullmatch(value):
        raise CellProblem("ambiguous_amount")
    whole = ZERO_FRACTION.fullmatch(value)
    if whole:
        return _bounded(Decimal(whole[1].replace(".", "")))
    if FRACTION.fullmatch(value):
        raise CellProblem("fraction", currency="CLP")
    raise CellProblem("bad_amount")


CENTS = re.compile(r"(-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+))(\.[0-9]{1,2})?0*")


def cents(cell: Cell) -> Decimal | None:
    """An amount with at most two decimals as Mexico writes it, 1,234.50; `None` for a blank cell."""
    if isinstance(cell, float | int) and not isinstance(cell, bool) and cell == cell and abs(cell) < LARGEST:
        cell = format(Decimal(f"{cell:.15g}"), "f")
    value = clean(cell) if isinstance(cell, str) else ""
    if not value and (cell is None or isinstance(cell, str)):
        return None
    value = (
        re.sub(r"MXN|\$", "", value, count=1, flags=re.IGNORECASE)
        .replace("\N{MINUS SIGN}", "-")
        .replace(" ", "")
    )
    found = CENTS.fullmatch(value)
    if found is None:
        raise CellProblem("ambiguous_amount" if re.fullmatch(r"-?[0-9][0-9.,]*", value) else "bad_amount")
    return _bounded(Decimal(found[1].replace(",", "") + (found[2] or "")))


def decimal(cell: Cell) -> Decimal:
    """An amount with a decimal point, as the release report writes it; a blank cell is 0."""
    value = text(cell)
    if not value:
        return Decimal(0)
    if not POINT_DECIMAL.fullmatch(value):
        raise CellProblem("ambiguous_amount" if "," in value else "bad_amount")
    try:
        return _bounded(Decimal(value))
    except InvalidOperation:
        raise CellProblem("bad_amount") from None


def units(cell: Cell) -> int | None:
    """A whole number of units, `None` for a blank cell."""
    value = text(cell)
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,7}(\.0+)?", value):
        number = int(value.partition(".")[0])
        if number <= UNITS_LIMIT:
            return number
    raise CellProblem("bad_units")


def yes_no(cell: Cell) -> bool | None:
    """Sí or No; `None` when the cell says neither."""
    return {"si": True, "sí": True, "no": False}.get(text(cell).casefold())


def spanish_moment(value: str, zone: ZoneInfo) -> dt.datetime | None:
    """The first “30 de septiembre de 2025 19:29 hs.” in `value` as local time of `zone`, or `None`."""
    found = SPANISH_MOMENT.search(value)
    moment = _moment(found, zone) if found else None
    return moment and settled(moment)


def _moment(found: re.Match[str], zone: ZoneInfo) -> dt.datetime | None:
    day, month, year, hour, minute, second = found.groups()
    try:
        return dt.datetime(
            int(year), MONTHS[month.lower()], int(day), int(hour), int(minute), int(second or 0), tzinfo=zone
        )
    except (KeyError, ValueError):
        return None


def local_moment(cell: Cell, zone: ZoneInfo) -> dt.datetime | None:
    """The moment of a sale, written as Spanish text in local time of `zone`; `None` for a blank cell.

    Where the clocks are set back, the repeated hour is read as its first pass; where they are set forward,
    the hour that does not exist is read with the offset from before. In Santiago both lie beside midnight
    and neither reading changes the day: 23:30 of the repeated hour stays on its day, 00:30 of the missing
    hour is 01:30 of the same day.
    """
    if isinstance(cell, dt.datetime):
        moment: dt.datetime | None = cell.replace(tzinfo=zone)
    else:
        value = text(cell)
        if not value:
            return None
        found = SPANISH_MOMENT.fullmatch(value)
        moment = _moment(found, zone) if found else None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise CellProblem("bad_date")
    return moment


def is_uncertain(moment: dt.datetime) -> bool:
    """Whether the local time falls into an hour that the clocks repeated or left out."""
    return moment.utcoffset() != moment.replace(fold=1).utcoffset()


def settled(moment: dt.datetime) -> dt.datetime:
    """The same instant as a local time that exists."""
    return moment.astimezone(dt.UTC).astimezone(moment.tzinfo)


def instant(cell: Cell, zone: ZoneInfo) -> dt.datetime | None:
    """An ISO instant told in `zone`, `None` for a blank cell; refused without an offset of its own."""
    value = text(cell)
    if not value:
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        raise CellProblem("bad_instant") from None
    if moment.tzinfo is None:
        raise CellProblem("no_zone")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise CellProblem("bad_instant")
    return moment.astimezone(zone)
