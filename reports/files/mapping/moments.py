"""Days and moments in the forms that marketplaces write, read by stated forms only.

03/04/2025 is a day in March or in April: a mapping says which, and nobody guesses. What is read is the instant as text
with its own offset and as seconds since 1970.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reports.files.cells import MONTHS as SPANISH_MONTHS
from reports.files.cells import SPANISH_MOMENT, Cell, CellProblem, clean, is_uncertain
from reports.files.mapping.amounts import Memo

FIRST_YEAR, LAST_YEAR = 2001, 2098
EXAMPLES = {
    "iso": "2026-03-31T14:05:09+09:00",
    "ymd-time": "2026-03-31 14:05:09",
    "ymd": "2026-03-31",
    "compact": "20260331",
    "dmy": "31/03/2026",
    "mdy": "03/31/2026",
    "dmy-short": "31/03/26",
    "mdy-short": "03/31/26",
    "dmy-name": "31 Mar 2026",
    "mdy-name": "Mar 31, 2026",
    "unix": "1774933509",
    "japanese": "2026年3月31日",
    "korean": "2026년 3월 31일",
    "spanish": "31 de marzo de 2026 14:05 hs.",
}
NAMES = {
    name: number
    for number, group in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in group.split()
}
CLOCK = r"(?:,?[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,6})?)?)"
HALF = r"(?:[ ]+(오전|오후|AM|PM)[ ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)"
YMD = r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.[ ]?([0-9]{1,2})\.[ ]?([0-9]{1,2})\.?)"
ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?: ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?"
)
YMD_TIME = re.compile(YMD + CLOCK)
YMD_ONLY = re.compile(YMD)
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2}))?")
NUMBERS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})" + CLOCK + "?")
DAY_NAME = re.compile(r"([0-9]{1,2})[ -]([A-Za-z]{3,9})\.?,?[ -]([0-9]{4})" + CLOCK + "?")
NAME_DAY = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})" + CLOCK + "?")
UNIX = re.compile(r"[0-9]{9,10}")
JAPANESE = re.compile(
    r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日(?: ?([0-9]{1,2})(?:時|:)([0-9]{1,2})分?(?::?([0-9]{1,2})秒?)?)?"
)
KOREAN = re.compile(
    r"([0-9]{4})년 ?([0-9]{1,2})월 ?([0-9]{1,2})일"
    r"(?: ?(오전|오후)? ?([0-9]{1,2})(?:시 ?|:)([0-9]{1,2})분?(?: ?:?([0-9]{1,2})초?)?)?"
)
KOREAN_HALF = re.compile(YMD + HALF)


class Moment(NamedTuple):
    """An instant: ISO text with its own offset, seconds since 1970, and whether the clocks were changed in its hour."""

    text: str
    seconds: int
    is_uncertain: bool


class NoSuchDay(ValueError):
    """The form fits, the calendar does not: 31 February, 25 o'clock."""


def _made(
    year: str, month: int, day: str, hour: str | None = None, minute: str | None = None, second: str | None = None
) -> dt.datetime:  # fmt: skip
    try:
        return dt.datetime(int(year), month, int(day), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
    except ValueError:
        raise NoSuchDay from None


def _iso(value: str) -> dt.datetime | None:
    found = ISO.fullmatch(value)
    if found is None:
        return None
    year, month, day, hour, minute, second, offset = found.groups()
    moment = _made(year, int(month), day, hour, minute, second)
    if offset is None:
        raise CellProblem("no_zone")
    if not offset[-1].isdigit():
        return moment.replace(tzinfo=dt.UTC)
    try:
        away = dt.timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
        return moment.replace(tzinfo=dt.timezone(-away if offset[0] == "-" else away))
    except ValueError:
        raise NoSuchDay from None


def _ymd_time(value: str) -> dt.datetime | None:
    found = YMD_TIME.fullmatch(value)
    if found is not None:
        year, *parts = found.groups()
        month, day = [part for part in parts[:6] if part]
        return _made(year, int(month), day, *parts[6:])
    return _korean_half(value)


def _korean_half(value: str) -> dt.datetime | None:
    found = KOREAN_HALF.fullmatch(value)
    if found is None:
        return None
    year, *parts = found.groups()
    month, day = [part for part in parts[:6] if part]
    half, hour, minute, second = parts[6:]
    return _made(year, int(month), day, _hour(half, hour), minute, second)


def _hour(half: str | None, hour: str | None) -> str | None:
    """The hour of a day of twice twelve: 오전 12 is midnight, 오후 12 is noon."""
    if half is None or hour is None:
        return hour
    if not 1 <= int(hour) <= 12:
        raise NoSuchDay
    return str(int(hour) % 12 + (12 if half in {"오후", "PM"} else 0))


def _ymd(value: str) -> dt.datetime | None:
    found = YMD_ONLY.fullmatch(value)
    if found is None:
        return None
    year, *parts = found.groups()
    month, day = [part for part in parts if part]
    return _made(year, int(month), day)


def _compact(value: str) -> dt.datetime | None:
    found = COMPACT.fullmatch(value)
    if found is None:
        return None
    year, month, day, *clock = found.groups()
    return _made(year, int(month), day, *clock)


def _numbers(value: str, *, month_first: bool, digits: int) -> dt.datetime | None:
    found = NUMBERS.fullmatch(value)
    if found is None or len(found[4]) != digits:
        return None
    one, _sign, two, year, *clock = found.groups()
    month, day = (one, two) if month_first else (two, one)
    return _made(year if digits == 4 else f"20{year}", int(month), day, *clock)


def _names(value: str, form: re.Pattern[str], *, month_first: bool) -> dt.datetime | None:
    found = form.fullmatch(value)
    if found is None:
        return None
    one, two, year, *clock = found.groups()
    name, day = (one, two) if month_first else (two, one)
    month = NAMES.get(name.casefold())
    return _made(year, month, day, *clock) if month else None


def _unix(value: str) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(int(value), dt.UTC) if UNIX.fullmatch(value) else None


def _japanese(value: str) -> dt.datetime | None:
    found = JAPANESE.fullmatch(value)
    return _made(found[1], int(found[2]), *found.groups()[2:]) if found else None


def _korean(value: str) -> dt.datetime | None:
    found = KOREAN.fullmatch(value)
    if found is None:
        return _korean_half(value)
    year, month, day, half, hour, minute, second = found.groups()
    return _made(year, int(month), day, _hour(half, hour), minute, second)


def _spanish(value: str) -> dt.datetime | None:
    found = SPANISH_MOMENT.fullmatch(value)
    if found is None:
        return None
    day, name, year, hour, minute, second = found.groups()
    month = SPANISH_MONTHS.get(name.lower())
    return _made(year, month, day, hour, minute, second) if month else None


READERS: dict[str, Callable[[str], dt.datetime | None]] = {
    "iso": _iso,
    "ymd-time": _ymd_time,
    "ymd": _ymd,
    "compact": _compact,
    "dmy": lambda value: _numbers(value, month_first=False, digits=4),
    "mdy": lambda value: _numbers(value, month_first=True, digits=4),
    "dmy-short": lambda value: _numbers(value, month_first=False, digits=2),
    "mdy-short": lambda value: _numbers(value, month_first=True, digits=2),
    "dmy-name": lambda value: _names(value, DAY_NAME, month_first=False),
    "mdy-name": lambda value: _names(value, NAME_DAY, month_first=True),
    "unix": _unix,
    "japanese": _japanese,
    "korean": _korean,
    "spanish": _spanish,
}


def read(value: str, forms: tuple[str, ...]) -> dt.datetime:
    """The moment that the text writes in one of `forms`, with a zone only if the text says one.

    Raises `CellProblem`: `no_such_day`, `no_zone`, `date_form`."""
    problem: CellProblem | None = None
    for form in forms:
        try:
            found = READERS[form](value)
        except NoSuchDay:
            raise CellProblem("no_such_day") from None
        except CellProblem as raised:  # an ISO moment without an offset, which another form may allow
            problem = raised
            continue
        if found is not None:
            return found
    raise problem or CellProblem("date_form", example=EXAMPLES[forms[0]])


def fits(value: str, form: str) -> bool:
    """Whether the text is a moment in this form."""
    try:
        found = READERS[form](value)
    except (NoSuchDay, CellProblem):
        return False
    return found is not None and FIRST_YEAR <= found.year <= LAST_YEAR


class Moments:
    """A reader of one column's moments; `zone` is `None` where every moment must say its own offset."""

    def __init__(self, forms: tuple[str, ...], zone: ZoneInfo | None) -> None:
        self.forms = forms
        self.zone = zone
        self.whole = Memo(self._read)
        self.hours = Memo(self._hour)
        self.days = Memo(self._day)

    def __call__(self, cell: Cell) -> Moment:
        """The moment; raises `CellProblem`. `missing_value` for a blank cell."""
        if isinstance(cell, str):
            found: Moment = self.whole[cell]
            return found
        if isinstance(cell, dt.datetime):
            return self.told(cell)
        if isinstance(cell, dt.date):
            return self.told(dt.datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001
        if isinstance(cell, float) and cell.is_integer():
            return self.told(read(str(int(cell)), self.forms))
        if cell is None:
            raise CellProblem("missing_value")
        raise CellProblem("date_form", example=EXAMPLES[self.forms[0]])

    def told(self, moment: dt.datetime) -> Moment:
        uncertain = False
        if moment.tzinfo is None:
            if self.zone is None:
                raise CellProblem("no_zone")
            moment = moment.replace(tzinfo=self.zone)
            uncertain = is_uncertain(moment)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise CellProblem("far_date", first=FIRST_YEAR, last=LAST_YEAR)
        moment = moment.replace(microsecond=0)
        return Moment(moment.isoformat(), int(moment.timestamp()), uncertain)

    def _read(self, raw: str) -> Moment:
        seconds = TAILS.get(raw[13:19])
        if seconds is not None:
            hour = self.hours[raw[:13] + raw[19:]]
            if hour is not None:
                head, offset, start, uncertain = hour
                return Moment(f"{head}{raw[13:19]}{offset}", start + seconds, uncertain)
        value = clean(raw)
        if not value:
            raise CellProblem("missing_value")
        return self.told(read(value, self.forms))

    def _hour(self, key: str) -> tuple[str, str, int, bool] | None:
        """The beginning of the hour, where all of its minutes have one offset; `None` where they may not."""
        try:
            moment = read(clean(f"{key[:13]}:00:00{key[13:]}"), self.forms)
            first, last = self.told(moment), self.told(moment + dt.timedelta(minutes=59))
        except CellProblem:
            return None
        if last.seconds - first.seconds != 59 * 60 or first.text[19:] != last.text[19:]:
            return None
        return first.text[:13], first.text[19:], first.seconds, first.is_uncertain

    def _day(self, key: str) -> tuple[str, str, int] | None:
        """The beginning of the day, where all of its hours have one offset and stand where the form is read from;
        `None` where they may not."""
        head, rest = key[:11], key[11:]
        try:
            first, last = (
                self.told(read(clean(head + clock + rest), self.forms)) for clock in ("00:00:00", "23:59:59")
            )
        except CellProblem:
            return None
        same = first.text[:10] == last.text[:10] and first.text[19:] == last.text[19:]
        if not same or last.seconds - first.seconds != 86_399 or first.is_uncertain or last.is_uncertain:
            return None
        if first.text[11:19] != "00:00:00" or last.text[11:19] != "23:59:59":
            return None
        return first.text[:11], first.text[19:], first.seconds


def clock_seconds(text: str) -> int:
    """The seconds since midnight of “14:05:09”, -1 for any other text."""
    after, hour = TAILS.get(text[2:]), text[:2]
    return (
        -1
        if after is None or len(hour) != 2 or not (hour.isascii() and hour.isdigit()) or hour > "23"
        else 3600 * int(hour) + after
    )


TAILS = {f":{minute:02}:{second:02}": 60 * minute + second for minute in range(60) for second in range(60)}
