"""Amounts as whole ten-thousandths, read by a stated form. What the form does not allow is refused and never mended.

The database holds four decimals, so an integer of ten-thousandths is exact, adds fast, and is compared without rounding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from reports.files.cells import SHORTENED, UNITS_LIMIT, Cell, CellProblem, clean

SCALE = 10_000
DECIMALS = 4
LARGEST = 10**12 * SCALE
MEMO_LIMIT = 20_000

WITHOUT_DECIMALS = frozenset({"KRW", "JPY", "CLP", "VND"})
"""Currencies that have no smaller unit: an amount with a real fraction is an error."""

SIGN = re.compile(r"(?:[A-Z]{3}|(?:R|S|A|NT|US|HK|MX)?\$|Rp\.?|RM|[€£¥￥₩₱฿₫]|円|원)", re.IGNORECASE)
WIDE = str.maketrans("０１２３４５６７８９．，－\N{MINUS SIGN}", "0123456789.,--")
FORMS = {
    "point": re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?"),
    "point-grouped": re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?"),
    "comma": re.compile(r"(-?)([0-9]+)(?:,([0-9]+))?"),
    "comma-grouped": re.compile(r"(-?)([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]+))?"),
    "whole": re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:[.,](0{1,2}))?"),
}
LOOSE = re.compile(r"-?[0-9][0-9.,]*")
UNITS = re.compile(r"([0-9]{1,7})(?:[.,]0+)?")


class Memo(dict[Any, Any]):
    """What was read once is not read again. Bounded: a memo that grows too large begins anew."""

    __slots__ = ("read",)

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, raw: Any) -> Any:
        value = self.read(raw)
        if len(self) >= MEMO_LIMIT:
            self.clear()
        self[raw] = value
        return value


def amount_reader(form: str, currency: str, *, is_cost: bool = False) -> Callable[[Cell], int]:
    """A reader of amounts in ten-thousandths of `currency`; a blank cell is 0. It raises `CellProblem`: `bad_amount`,
    `ambiguous_amount`, `number_shortened`, `fraction`, `decimals`, `huge_amount`."""
    sign = -1 if is_cost else 1
    whole = currency in WITHOUT_DECIMALS

    def read(cell: Cell) -> int:
        value = scaled(cell, form, currency)
        if abs(value) >= LARGEST:
            raise CellProblem("huge_amount")
        if whole and value % SCALE:
            raise CellProblem("fraction", currency=currency)
        return sign * value

    return read


def scaled(cell: Cell, form: str, currency: str = "") -> int:
    """The cell in ten-thousandths; a number of a spreadsheet has 15 digits, whatever a binary fraction makes of them."""
    if isinstance(cell, str):
        return _of_text(cell, form, currency)
    if cell is None:
        return 0
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise CellProblem("bad_amount")
    if isinstance(cell, float):
        if cell != cell or cell in {float("inf"), float("-inf")}:
            raise CellProblem("bad_amount")
        if abs(cell) >= 10**12:
            raise CellProblem("huge_amount")
        digits = format(Decimal(f"{cell:.15g}"), "f")
        return _joined("-" if digits.startswith("-") else "", *_split(digits.lstrip("-")))
    return cell * SCALE


def _split(digits: str) -> tuple[str, str]:
    whole, _point, fraction = digits.partition(".")
    return whole, fraction


def _of_text(cell: str, form: str, currency: str) -> int:
    whole, sign, fraction = cell.partition("," if form.startswith("comma") else ".")
    is_short = cell.isascii() and len(whole) <= 12 and len(fraction) <= DECIMALS
    if is_short and whole.isdigit() and (fraction.isdigit() or not sign) and form != "whole":  # as most are
        return int(whole + fraction.ljust(DECIMALS, "0"))
    value = clean(cell)
    if not value:
        return 0
    if not value.isdecimal() or not value.isascii():
        if SHORTENED.fullmatch(value):
            raise CellProblem("number_shortened")
        value = SIGN.sub("", value.translate(WIDE), count=1).replace(" ", "")
    found = FORMS[form].fullmatch(value)
    if found is None:
        if form == "whole" and LOOSE.fullmatch(value):
            raise CellProblem("fraction", currency=currency)
        raise CellProblem("ambiguous_amount" if LOOSE.fullmatch(value) else "bad_amount")
    minus, whole, fraction = found.groups()
    return _joined(minus, whole, fraction or "")


def _joined(minus: str, whole: str, fraction: str) -> int:
    whole = whole.replace(",", "").replace(".", "")
    fraction = fraction.rstrip("0")
    if len(whole) > 30:
        raise CellProblem("huge_amount")
    if len(fraction) > DECIMALS:
        raise CellProblem("decimals", limit=DECIMALS)
    value = int(whole + fraction.ljust(DECIMALS, "0"))
    return -value if minus else value


def amount_text(value: int) -> str:
    """The amount with a decimal point and no more digits than it has."""
    whole, rest = divmod(abs(value), SCALE)
    text = f"{whole}.{rest:04d}".rstrip("0") if rest else str(whole)
    return f"-{text}" if value < 0 else text


def amount(value: int) -> Decimal:
    return Decimal(amount_text(value))


def units(cell: Cell) -> int:
    """A whole number of units, 0 for a blank cell."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if cell == cell and 0 <= cell <= UNITS_LIMIT and cell == int(cell):
            return int(cell)
        raise CellProblem("bad_units")
    value = clean(cell) if isinstance(cell, str) else ""
    if not value and (cell is None or isinstance(cell, str)):
        return 0
    found = UNITS.fullmatch(value.translate(WIDE))
    if found is None or int(found[1]) > UNITS_LIMIT:
        raise CellProblem("bad_units")
    return int(found[1])


POINT = re.compile(r"-?[0-9]+\.[0-9]{1,2}|-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|-?[0-9]+\.[0-9]{4,}")
COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}|-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|-?[0-9]+,[0-9]{4,}")
THOUSANDS = {
    ",": re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3}){2,}"),
    ".": re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3}){2,}"),
}
UNTOLD = re.compile(r"-?[0-9]{1,3}[.,][0-9]{3}")


def told(cells: Iterable[Cell]) -> tuple[str, bool]:
    """The form that texts of amounts prove (`point-grouped` or `comma-grouped`), and whether they prove it.

    Proof is 1,234.50 or 12.5, and 1,234,567; the mirror of each proves the other. Only whole numbers prove nothing and
    need no proof: the form is "" and true. 1.234 alone, or proofs of both, give "" and false.
    """
    found: set[str] = set()
    is_open = False
    for cell in cells:
        if not isinstance(cell, str):
            continue
        value = SIGN.sub("", clean(cell).translate(WIDE), count=1).replace(" ", "")
        if POINT.fullmatch(value) or THOUSANDS[","].fullmatch(value):
            found.add("point-grouped")
        elif COMMA.fullmatch(value) or THOUSANDS["."].fullmatch(value):
            found.add("comma-grouped")
        elif UNTOLD.fullmatch(value):
            is_open = True
    if len(found) == 1:
        return found.pop(), True
    return "", not found and not is_open
