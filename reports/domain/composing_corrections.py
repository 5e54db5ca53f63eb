"""What a monthly report says of corrected rates (환율 정정 주석): both values, where figures of the month may have been
reported with the first one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from ground.clock import SEOUL
from programs.models import Program, Target
from reports.domain import rates
from reports.domain.composing_notes import both, short_day, short_month
from reports.models import ExchangeRate
from reports.printing.data import Text
from reports.queries import calendar_months, restated
from reports.queries.counted import Scope
from reports.queries.order_sums import Orders
from reports.queries.rates import DAYS_BACK, DOLLAR, WON

MOST = 12


def of_report(scope: Scope, orders: Orders) -> tuple[Text, ...]:
    """A sentence for each rate that was corrected after its month was over and each month whose orders it moves, the
    latest correction first; what is more than twelve is counted. The same for the same instant of the scope."""
    late = _late(scope, orders)
    said = []
    for rate in late[:MOST]:
        earlier = (
            rates.of_pair(rate.series, rate.base, rate.quote, rate.day)
            .filter(version__lt=rate.version)
            .first()
        )
        for row in restated.of_lines(rate, scope):
            if row.measure == Target.Measure.ORDERS:
                said.append(_sentence(rate, earlier, row))
    if len(late) > MOST:
        more = _(
            "%(count)d more rates were corrected after their month was over; the page of each shows what it moved."
        )
        said.append(both(more, count=len(late) - MOST))
    return tuple(said)


def _late(scope: Scope, orders: Orders) -> list[ExchangeRate]:
    currencies = {currency for currency, _day in orders.rates} - {WON}
    if not currencies:
        return []
    is_by_week = scope.program.rate_rule == Program.RateRule.CUSTOMS_WEEK
    found = ExchangeRate.objects.corrections().filter(
        series=ExchangeRate.Series.CUSTOMS_WEEK if is_by_week else ExchangeRate.Series.DAY,
        base__in={*currencies, DOLLAR, WON}, quote__in={*currencies, DOLLAR, WON},
        day__gte=scope.from_on - dt.timedelta(days=DAYS_BACK), day__lte=scope.until_on,
    )  # fmt: skip
    if scope.as_of is not None:
        found = found.filter(created_at__lte=scope.as_of)
    return [
        each
        for each in found.order_by("-created_at", "-id")
        if each.created_at.astimezone(SEOUL).date() > calendar_months.last_day(each.day)
    ]


def _sentence(rate: ExchangeRate, earlier: ExchangeRate | None, row: restated.Moved) -> Text:
    return both(
        _(
            "Rate corrected after its month was over: %(pair)s of %(day)s from %(earlier)s to %(value)s (%(reason)s)."
            " By it the orders of %(month)s went from KRW %(before)s to KRW %(after)s."
        ),
        pair=f"{rate.quote_id}/{rate.quoted_units:,} {rate.base_id}",
        day=short_day(rate.day),
        earlier=_plain(earlier.quoted_value / earlier.quoted_units * rate.quoted_units) if earlier else "–",
        value=_plain(rate.quoted_value),
        reason=rate.reason or "–",
        month=short_month(row.month),
        before=f"{row.before:,}",
        after=f"{row.after:,}",
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():,f}"
