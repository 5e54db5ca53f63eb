"""Which sales lines count, and for how much: one definition for every page, report and export.

A line counts when it has a company, its state counts at the moment that the target names, and its day has a rate. Its
exact amount (the products' price after what the seller took off) is converted once, tax and rate in one fraction, and rounded once, to whole won, half away from zero; so
sums by company, by month and in total agree to the won. What a line is in its own currency after tax was taken out or
put on is rounded to that currency's decimals for the eye; no won are made of it.

The ledger is signed: a line that was changed is taken back by a row of sign -1 with the same facts and negated amounts. So
every figure is a plain sum over all rows, lines are the sum of the signs, and an order counts where the signs of its lines
come to more than nothing. A row that takes back may be booked in a later month than its line; its rate and its tax are those
of the day of the sale (`EVENT_DAY`), so that both cancel to the won.

Paid (the moment of the first program) are lines that the platform calls sold or refunded, and cancelled ones whose
money the file shows going back: what was never paid cannot be paid back. Pending lines are not paid yet; a state that
nobody knows waits for a person.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken
from programs.models import Program, Target
from reports.queries import rates

COUNTED_STATES = {
    Target.Moment.ORDERED: "l.status_class <> 'look'",
    Target.Moment.PAID: (
        "(l.status_class IN ('sold', 'refunded') OR (l.status_class = 'cancelled' AND l.refund_amount <> 0))"
    ),
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What of a line counts: at which moment, with or without tax and shipping, before or after refunds."""

    moment: str = Target.Moment.PAID
    has_tax: bool = True
    has_shipping: bool = False
    is_before_refunds: bool = True

    @classmethod
    def of_target(cls, target: Target) -> Basis:
        return cls(target.moment, target.has_tax, target.has_shipping, target.is_before_refunds)

    @property
    def key(self) -> str:
        """Under what the sums of this basis are kept; before and after refunds stand side by side there."""
        has = {"tax": self.has_tax, "shipping": self.has_shipping}
        return ",".join([str(self.moment), *(name for name, is_so in has.items() if is_so)])


@dataclass(frozen=True, slots=True)
class Scope:
    """Sales lines of a program on the business days `from_on` to `until_on`, as they stood at `as_of` (None: now); of
    these companies only, if given, and in these stores and of events on these days (which only the lines themselves heed). `is_restated`: closed
    months by the rates of now, not by those they were closed with. `is_later`: only what is booked later than its event."""

    program: Program
    from_on: dt.date
    until_on: dt.date
    as_of: dt.datetime | None = None
    basis: Basis = Basis()
    companies: tuple[UUID, ...] | None = None
    is_restated: bool = False
    is_later: bool = False
    stores: tuple[UUID, ...] | None = None
    days: tuple[dt.date, ...] | None = None

    def parameters(self) -> dict[str, Any]:
        return {
            "program": self.program.pk,
            "from_on": self.from_on,
            "until_on": self.until_on,
            "as_of": self.as_of,
            "has_tax": self.basis.has_tax,
            "has_shipping": self.basis.has_shipping,
            "companies": None if self.companies is None else list(self.companies),
            "is_later": self.is_later,
            "only_stores": None if self.stores is None else list(self.stores),
            "only_days": None if self.days is None else list(self.days),
        }


ENTERED = "(%(as_of)s::timestamptz IS NULL OR l.entered_at <= %(as_of)s)"
"""Rows of the ledger that were there at an instant."""

EVENT_DAY = "COALESCE(l.event_on, l.business_day)"
"""The day whose rate and tax treatment a row of the ledger has: of what concerns a closed month the day of the event."""

LATER = "(NOT %(is_later)s OR l.event_on IS NOT NULL)"
"""Where only that is asked: rows that are booked later than their event."""

IN_STORES = "(%(only_stores)s::uuid[] IS NULL OR l.store_id = ANY(%(only_stores)s))"
"""Where only these are asked: rows of some stores."""

ON_DAYS = """(%(only_days)s::date[] IS NULL OR (l.event_on IS NULL AND l.business_day = ANY(%(only_days)s))
    OR l.event_on = ANY(%(only_days)s))"""
"""Where only these are asked: rows of some days of events. Both halves are found by an index."""

IS_LEFT = "sum(l.sign) <> 0 OR sum(l.net_amount) <> 0"
"""Of a group of rows `l` something is left: not all of it was taken back."""


# What a buyer ordered at once is one order: a pack counts once, whatever numbers its products have.
ORDER_KEY = "COALESCE(NULLIF(l.pack_reference, ''), l.order_reference)"

# Tax as an exact fraction: taken out of prices that hold it, put on top where the platform collects it beside the price.
_TAX_UP = """CASE WHEN %(has_tax)s AND t.treatment = 'collected' AND t.rate_percent IS NOT NULL
    THEN 100 + t.rate_percent ELSE 100 END"""
_TAX_DOWN = """CASE WHEN NOT %(has_tax)s AND t.treatment = 'in_price' AND t.rate_percent IS NOT NULL
    THEN 100 + t.rate_percent ELSE 100 END"""
# Tax that would have to be put on or taken out, and nobody knows how much, or whether.
TAX_KNOWN = """COALESCE(t.treatment, 'unknown') <> 'unknown' AND (t.rate_percent IS NOT NULL
    OR t.treatment <> CASE WHEN %(has_tax)s THEN 'collected' ELSE 'in_price' END)"""

_LINES = f"""
SELECT s.*, round(s.raw_gross * s.tax_up / s.tax_down, s.decimals) AS gross,
       round(s.raw_refund * s.tax_up / s.tax_down, s.decimals) AS refund
FROM (
    SELECT l.business_day, date_trunc('month', l.business_day)::date AS month, l.store_id, l.company_id,
           l.participation_id, l.batch_id, l.sku, l.listing_reference, b.grade, l.currency_id, {ORDER_KEY} AS order_key, l.sign, l.units, l.entered_at, {EVENT_DAY} AS event_day,
           l.gross_amount + l.discount_amount + CASE WHEN %(has_shipping)s THEN l.shipping_in_amount ELSE 0 END AS raw_gross,
           l.refund_amount AS raw_refund, {_TAX_UP} AS tax_up, {_TAX_DOWN} AS tax_down,
           {TAX_KNOWN} AS is_tax_known,
           GREATEST(c.decimals, scale(trim_scale(l.gross_amount + l.discount_amount)), scale(trim_scale(l.refund_amount))) AS decimals
    FROM reports_sales_line l
    JOIN reports_importbatch b ON b.id = l.batch_id
    JOIN ground_currency c ON c.code = l.currency_id
    LEFT JOIN LATERAL (
        SELECT x.treatment, x.rate_percent FROM programs_storetax x
        WHERE x.store_id = l.store_id AND x.from_on <= {EVENT_DAY}
          AND (x.until_on IS NULL OR x.until_on >= {EVENT_DAY}) LIMIT 1
    ) t ON true
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND (%(companies)s::uuid[] IS NULL OR l.company_id = ANY(%(companies)s)) AND {IN_STORES}
      AND {ON_DAYS} AND {ENTERED} AND {LATER} AND {{counted}}
) s
"""  # noqa: S608 — the pieces are constants of this module


def lines_sql(scope: Scope) -> str:
    """The select of the lines whose state counts, on the scope's basis, not yet converted. Refused as `states_of`."""
    return _LINES.format(counted=states_of(scope.basis))


def states_of(basis: Basis) -> str:
    """SQL: the state of the line `l` counts. Refused with `moment_unknown` for a moment that the files do not tell."""
    counted = COUNTED_STATES.get(Target.Moment(basis.moment))
    if counted is None:
        raise RuleBroken(
            "moment_unknown",
            _(
                "The target counts sales at a moment that the platform's sales file does not tell. Choose"
                " “ordered” or “paid” in the target."
            ),
        )
    return counted


def day_rates(scope: Scope) -> dict[rates.CurrencyDay, rates.Rate]:
    """Rates for all days on which a line of the scope counts; days without a rate are absent."""
    return rates.for_days(scope.program, currency_days(scope), scope.as_of, is_restated=scope.is_restated)


def currency_days(scope: Scope) -> list[rates.CurrencyDay]:
    """The (currency, day) of which lines count; not those whose lines were all taken back."""
    rows = ask(
        "SELECT DISTINCT currency_id, event_day FROM (SELECT currency_id, event_day"  # noqa: S608
        f" FROM ({lines_sql(scope)}) line GROUP BY currency_id, event_day, month, company_id, store_id, grade"
        f" HAVING {LINES_LEFT}) of_day",
        scope.parameters(),
    )
    return [(currency, day) for currency, day in rows]


_CURRENCIES = """
SELECT DISTINCT s.currency_id, s.month FROM reports_batch_sum s
WHERE s.program_id = %(program)s AND s.ledger = %(ledger)s AND s.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s
  AND NOT %(is_later)s
"""
_LATE_DAYS = """
SELECT DISTINCT l.currency_id, l.event_on FROM {table} l
WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND l.event_on IS NOT NULL
"""
LEDGERS = {"sales": "reports_sales_line", "payout": "reports_payout_line"}


def possible_days(scope: Scope, ledger: str = "sales") -> set[rates.CurrencyDay]:
    """Every (currency, day) on which a line of the scope may stand in the ledger, without a look at the lines: the scope's days of each month in
    the currencies of its lines (known from the sums of files), and the days of events that are booked later."""
    parameters = {**scope.parameters(), "ledger": ledger}
    found = {
        (currency, day)
        for currency, month in ask(_CURRENCIES, parameters)
        for each in range(31)
        if (day := month + dt.timedelta(days=each)).month == month.month
        and scope.from_on <= day <= scope.until_on
    }
    return found | set(ask(_LATE_DAYS.format(table=LEDGERS[ledger]), parameters))


def days_without_rate(scope: Scope, ledger: str = "sales") -> list[rates.CurrencyDay]:
    """Of these the days that have no rate. Mostly none: then no line has to be read to say that none waits for one."""
    days = possible_days(scope, ledger)
    found = rates.for_days(scope.program, days, scope.as_of, is_restated=scope.is_restated)
    return sorted(days - found.keys())


def known_rates(scope: Scope) -> dict[rates.CurrencyDay, rates.Rate]:
    """Rates for all days on which a line of the scope may count, for those who convert by them: of a whole program without a look at its lines,
    and of more days than `day_rates`."""
    if scope.companies is not None or scope.stores is not None:
        return day_rates(scope)
    return rates.for_days(scope.program, possible_days(scope), scope.as_of, is_restated=scope.is_restated)


def of_days(scope: Scope, days: list[rates.CurrencyDay]) -> Scope:
    """The lines of these days alone."""
    return replace(scope, days=tuple(sorted({day for _currency, day in days})))


LINES_LEFT = (
    "sum(line.sign) <> 0 OR sum(line.raw_gross) <> 0 OR sum(line.raw_refund) <> 0 OR sum(line.units) <> 0"
)
"""The same of a group of `lines_sql`."""

RATE_TABLE = """unnest(%(rate_currencies)s::text[], %(rate_days)s::date[], %(numerators)s::numeric[],
    %(denominators)s::numeric[], %(dollars)s::numeric[]) AS rate (currency_id, event_day, n, d, usd)"""
"""The prepared table of rates, to be joined on currency and day."""


def rate_parameters(
    found: dict[rates.CurrencyDay, rates.Rate], dollars: dict[rates.CurrencyDay, rates.Rate] | None = None
) -> dict[str, Any]:
    """Of the rates; with those of the dollar for what is converted to dollars as well."""
    keys = sorted(found)
    of_day = {day: rate for (_currency, day), rate in (dollars or {}).items()}
    return {
        "rate_currencies": [currency for currency, _day in keys],
        "rate_days": [day for _currency, day in keys],
        "numerators": [found[key].numerator for key in keys],
        "denominators": [found[key].denominator for key in keys],
        "dollars": [
            found[currency, day].usd_per_unit(of_day[day]) if day in of_day else None
            for currency, day in keys
        ],
    }


def dollar_rates(
    scope: Scope, found: dict[rates.CurrencyDay, rates.Rate]
) -> dict[rates.CurrencyDay, rates.Rate]:
    """The dollar's rates of the days of other rates, by the same rule."""
    days = {(rates.DOLLAR, day) for _currency, day in found}
    return rates.for_days(scope.program, days, scope.as_of, is_restated=scope.is_restated)


def won(amount: str, up: str = "rate.n", down: str = "rate.d") -> str:
    """SQL for an amount times `up` / `down` in whole won, half away from zero; exact, since `div` never rounds its
    quotient."""
    return f"sign({amount}) * div(2 * abs({amount}) * {up} + {down}, 2 * {down})"


def converted_sql(scope: Scope) -> str:
    """The select of the counted lines with `krw` and `net_krw`, `usd` and `net_usd` (none where the dollar has no rate on the
    day) not yet rounded; needs `rate_parameters`, for dollars with the dollar's."""
    fraction = ("(rate.n * line.tax_up)", "(rate.d * line.tax_down)")
    krw, net = won("line.raw_gross", *fraction), won("(line.raw_gross + line.raw_refund)", *fraction)
    usd = "CASE WHEN line.tax_up = line.tax_down THEN rate.usd ELSE round(rate.usd * line.tax_up / line.tax_down, 16) END"
    return (
        f"SELECT line.*, {krw} AS krw, {net} AS net_krw, line.raw_gross * {usd} AS usd,"  # noqa: S608
        f" (line.raw_gross + line.raw_refund) * {usd} AS net_usd"
        f" FROM ({lines_sql(scope)}) line JOIN {RATE_TABLE} USING (currency_id, event_day)"
    )


IN_SETS = "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off"
"""Tables are joined by hashing: of rows that one part of a question hands to the next the server expects one, and would compare each with
each."""


def ask_in_sets(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The same of many rows that are joined, see `IN_SETS`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(IN_SETS)
        cursor.execute(sql, parameters)
        rows = list(cursor.fetchall())
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")
        return rows


def ask(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
