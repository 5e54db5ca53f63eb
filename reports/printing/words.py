"""How amounts, rates, days and instants are written, in Korean and English: 1,234원, 2025. 9. 30.(화), 31.4%.

Amounts are rounded half-up for the eye only; whoever needs the exact value takes the Decimal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SEOUL = ZoneInfo("Asia/Seoul")
MINUS = "−"
DASH = "—"

# ISO 4217 minor units where they are not two.
_MINOR_UNITS = {"KRW": 0, "CLP": 0, "JPY": 0, "VND": 0, "PYG": 0, "KWD": 3, "BHD": 3}

_WEEKDAYS = {
    "ko": ("월", "화", "수", "목", "금", "토", "일"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class KrwUnit(StrEnum):
    """The units in which Korean offices state won, said once and not at each figure."""

    WON = "won"
    THOUSAND = "thousand"
    MILLION = "million"
    HUNDRED_MILLION = "hundred_million"


_WON_PER_UNIT = {
    KrwUnit.WON: Decimal(1),
    KrwUnit.THOUSAND: Decimal(1_000),
    KrwUnit.MILLION: Decimal(1_000_000),
    KrwUnit.HUNDRED_MILLION: Decimal(100_000_000),
}
_UNIT_NAMES: dict[KrwUnit, Promise] = {
    KrwUnit.WON: gettext_lazy("KRW"),
    KrwUnit.THOUSAND: gettext_lazy("KRW thousand"),
    KrwUnit.MILLION: gettext_lazy("KRW million"),
    KrwUnit.HUNDRED_MILLION: gettext_lazy("KRW 100 million"),
}
_ZONE_NAMES: dict[str, Promise] = {
    "Asia/Seoul": gettext_lazy("Seoul time"),
    "America/Santiago": gettext_lazy("Santiago time"),
    "America/Mexico_City": gettext_lazy("Mexico City time"),
    "America/Sao_Paulo": gettext_lazy("São Paulo time"),
    "Asia/Singapore": gettext_lazy("Singapore time"),
    "UTC": gettext_lazy("UTC"),
}


def _korean(lang: str | None) -> bool:
    return (lang or translation.get_language() or "ko").split("-")[0] == "ko"


@contextmanager
def _spoken(lang: str | None) -> Iterator[None]:
    with translation.override(lang or translation.get_language()):
        yield


def minor_units(currency: str) -> int:
    """Decimals of a currency as they are printed: KRW and CLP 0, USD 2."""
    return _MINOR_UNITS.get(currency, 2)


def round_half_up(value: Decimal, places: int = 0) -> Decimal:
    """The one rounding rule of the reports: half away from zero, at the given number of decimals."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def number(value: Decimal | int, places: int = 0) -> str:
    """A number with thousands separators and a true minus sign; the same in both languages."""
    rounded = round_half_up(Decimal(value), places)
    text = f"{abs(rounded):,f}"
    return MINUS + text if rounded < 0 else text


def plain(value: Decimal) -> str:
    """A rate or factor with every decimal that it has and no exponent: 1,391.45."""
    return number(value, max(0, -int(value.normalize().as_tuple().exponent)))


def unit_name(unit: KrwUnit, lang: str | None = None) -> str:
    """The unit as it stands once above a table: "백만원" or "KRW million"."""
    with _spoken(lang):
        return str(_UNIT_NAMES[unit])


def in_unit(amount: Decimal, unit: KrwUnit, places: int | None = None) -> str:
    """The number alone, in the unit; 0 decimals for won and thousands, 1 for millions, 2 for hundred
    millions.
    """
    default = {KrwUnit.WON: 0, KrwUnit.THOUSAND: 0, KrwUnit.MILLION: 1, KrwUnit.HUNDRED_MILLION: 2}[unit]
    return number(amount / _WON_PER_UNIT[unit], default if places is None else places)


def krw(
    amount: Decimal, unit: KrwUnit = KrwUnit.WON, places: int | None = None, lang: str | None = None
) -> str:
    """An amount in won with its unit: "1,234원", "385.4백만원"; "KRW 1,234", "KRW 385.4 million"."""
    value = in_unit(amount, unit, places)
    with _spoken(lang):
        if unit is KrwUnit.THOUSAND:
            return _("KRW %(amount)s thousand") % {"amount": value}
        if unit is KrwUnit.MILLION:
            return _("KRW %(amount)s million") % {"amount": value}
        if unit is KrwUnit.HUNDRED_MILLION and _korean(lang):
            return f"{value}억원"
        if unit is KrwUnit.HUNDRED_MILLION:
            return f"KRW {in_unit(amount, KrwUnit.MILLION, places)} million"
        return _("KRW %(amount)s") % {"amount": value}


def exact_krw(amount: Decimal, unit: KrwUnit = KrwUnit.WON, lang: str | None = None) -> str:
    """An amount in won in a unit with just the decimals that it needs: "10억원", "KRW 1 billion"."""
    if unit is KrwUnit.HUNDRED_MILLION and not _korean(lang):
        if abs(amount) >= 1_000_000_000:
            return f"KRW {plain(amount / 1_000_000_000)} billion"
        unit = KrwUnit.MILLION
    places = max(0, -int((amount / _WON_PER_UNIT[unit]).normalize().as_tuple().exponent))
    return krw(amount, unit, places, lang)


def short_krw_parts(amount: Decimal, lang: str | None = None) -> tuple[str, str]:
    """An amount in won for a headline, as number and unit: ("10.24", "억원"), ("1.02", "KRW billion").

    The unit is the largest that leaves at least one whole. The number is cut off, not rounded: a headline
    never says more than was reached.
    """
    size = abs(amount)
    if _korean(lang):
        steps = ((100_000_000, 2, "억원"), (1_000_000, 1, "백만원"), (1_000, 0, "천원"))
    else:
        steps = ((1_000_000_000, 2, "KRW billion"), (1_000_000, 1, "KRW million"), (1_000, 0, "KRW thousand"))
    for won, places, unit in steps:
        if size >= won:
            cut = (amount / won).quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
            return number(cut, places), unit
    return number(amount), unit_name(KrwUnit.WON, lang)


def short_krw(amount: Decimal, lang: str | None = None) -> str:
    """`short_krw_parts` in one text: "10.24억원", "1.02 KRW billion" said as "KRW 1.02 billion"."""
    value, unit = short_krw_parts(amount, lang)
    if _korean(lang):
        return f"{value}{unit}"
    return f"KRW {value}{unit.removeprefix('KRW')}"


def money(amount: Decimal, currency: str, lang: str | None = None) -> str:
    """An amount with its currency: "1,234 CLP" in Korean, "CLP 1,234" in English; won as `krw` writes it."""
    if currency == "KRW":
        return krw(amount, lang=lang)
    value = number(amount, minor_units(currency))
    return f"{value} {currency}" if _korean(lang) else f"{currency} {value}"


def percent(part: Decimal | int, whole: Decimal | int, places: int = 1) -> str:
    """A share in percent, half-up; what is short of the whole is never printed as 100. A dash when the
    whole is 0.
    """
    if not whole:
        return DASH
    share = Decimal(part) * 100 / Decimal(whole)
    rounded = round_half_up(share, places)
    if share < 100 <= rounded:
        rounded = Decimal(100) - Decimal(1).scaleb(-places)
    return f"{number(rounded, places)}%"


def day(value: date, lang: str | None = None) -> str:
    """ "2025. 9. 30.(화)" or "Tue 30 Sep 2025"."""
    if _korean(lang):
        return f"{value.year}. {value.month}. {value.day}.({_WEEKDAYS['ko'][value.weekday()]})"
    return f"{_WEEKDAYS['en'][value.weekday()]} {value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


def short_day(value: date, lang: str | None = None) -> str:
    """A day in a table: "2025. 9. 30." or "30 Sep 2025"."""
    if _korean(lang):
        return f"{value.year}. {value.month}. {value.day}."
    return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


def month(value: date, lang: str | None = None) -> str:
    """ "2025년 9월" or "Sep 2025"."""
    if _korean(lang):
        return f"{value.year}년 {value.month}월"
    return f"{_MONTHS_EN[value.month - 1]} {value.year}"


def days(first: date, last: date, lang: str | None = None) -> str:
    """A period with both its days: "2025. 7. 1.(화) – 2025. 9. 30.(화)"; one day stands alone."""
    return day(first, lang) if first == last else f"{day(first, lang)} – {day(last, lang)}"


def short_days(first: date, last: date, lang: str | None = None) -> str:
    """A period in a table; one day stands alone, a whole month is named as the month."""
    if first == last:
        return short_day(first, lang)
    next_day = date.fromordinal(last.toordinal() + 1)
    if first.day == 1 and next_day.day == 1 and (first.year, first.month) == (last.year, last.month):
        return month(first, lang)
    return f"{short_day(first, lang)} – {short_day(last, lang)}"


def instant(value: datetime, lang: str | None = None, zone: ZoneInfo = SEOUL) -> str:
    """An instant to the minute with the zone in words: "2025. 10. 13.(월) 09:00 (한국시간)".

    Raises ValueError for an instant without a zone.
    """
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    local = value.astimezone(zone)
    comma = "" if _korean(lang) else ","
    return f"{day(local.date(), lang)}{comma} {local:%H:%M} ({zone_name(zone.key, lang)})"


def short_instant(value: datetime, lang: str | None = None) -> str:
    """An instant in a table whose header says that it is Seoul time: "2025. 10. 13. 09:00"."""
    local = value.astimezone(SEOUL)
    return f"{short_day(local.date(), lang)} {local:%H:%M}"


def zone_name(key: str, lang: str | None = None) -> str:
    """A time zone as a person says it: "Santiago time"; an unknown zone by its own name."""
    with _spoken(lang):
        name = _ZONE_NAMES.get(key)
        return str(name) if name is not None else key
