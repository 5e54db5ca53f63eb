"""Amounts that are converted for good by a rate made of another day's value: the average of a month, a program's one rate.

A value that comes late moves them, so it is a correction. Up to DAYS_TO_COMPLETE days after the month, or after the
program's first day, it only completes what is still being published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from programs.models import Program
from reports.models import CustomsLine, CustomsRecord, Declaration, ExchangeRate, PayoutLine, SalesLine
from reports.queries import rates
from reports.queries.calendar_months import last_day
from reports.queries.rates import DAYS_BACK, DOLLAR, WON, Rate

DAYS_TO_COMPLETE = 10


def is_moved(series: str, base: str, quote: str, day: dt.date, *, today: dt.date) -> bool:
    """Whether a value of the pair for a day would move an average or one rate by which amounts are converted for good."""
    if series != ExchangeRate.Series.DAY:
        return False
    pair = frozenset((base, quote))
    return any(_is_made_of(rate, currency, pair, day) for currency, rate, day in _converting(day, today))


def _converting(day: dt.date, today: dt.date) -> Iterator[tuple[str, Rate, dt.date | None]]:
    """Currency and rate of what is converted for good and may be made of the day's value; of one rate with the day."""
    month, late = day.replace(day=1), dt.timedelta(days=DAYS_TO_COMPLETE)
    if last_day(month) + late < today:
        found = rates.of_months((currency, month) for currency in _averaged(month))
        yield from ((currency, rate, None) for (currency, _month), rate in found.items())
    fixed = Program.objects.filter(
        rate_rule=Program.RateRule.FIXED, starts_on__gte=day, starts_on__lt=today - late,
        starts_on__lte=day + dt.timedelta(days=DAYS_BACK),
    )  # fmt: skip
    for program in fixed:
        keys = [(currency, program.starts_on) for currency in _currencies(program=program)]
        yield from ((currency, rate, day) for (currency, _day), rate in rates.of_days(keys).items())


def _is_made_of(rate: Rate, currency: str, pair: frozenset[str], day: dt.date | None) -> bool:
    """Whether a value of the pair (of one rate: for that day) would go into the rate. Of an average every value of its
    pairs does."""
    if pair == {currency, WON} and not any({leg.base, leg.quoted} == pair for leg in rate.legs):
        return day is None or day >= min(leg.rate_on for leg in rate.legs)
    return any({leg.base, leg.quoted} == pair and (day is None or leg.rate_on < day) for leg in rate.legs)


def _averaged(month: dt.date) -> set[str]:
    """Foreign currencies of what is converted by the average of the month: declared sales, customs records, and lines of
    programs that count by it."""
    found = set(
        Declaration.objects.current().filter(month=month).values_list("currency", flat=True).distinct()
    )
    accepted = Q(business_day__gte=month, business_day__lte=last_day(month), event_on=None) | Q(
        event_on__gte=month, event_on__lte=last_day(month)
    )
    if (
        CustomsRecord.objects.filter(month=month).exists()
        or CustomsLine.objects.filter(accepted, program__isnull=False).exists()
    ):
        found.add(DOLLAR)
    of_month = {"business_day__gte": month, "business_day__lte": last_day(month)}
    return (found | _currencies(program__rate_rule=Program.RateRule.MONTH_AVERAGE, **of_month)) - {WON}


def _currencies(**lines: object) -> set[str]:
    return {
        currency
        for ledger in (SalesLine, PayoutLine)
        for currency in ledger.objects.filter(**lines)
        .order_by()
        .values_list("currency", flat=True)
        .distinct()
    } - {WON}
