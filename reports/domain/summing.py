"""Totals of a file (파일 합계): over its valid rows, known before or new, as text with the signs of the file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from companies.models import Company
from ground.models import Currency
from reports.domain import staging
from reports.domain.ledger import Source, ask, owned
from reports.domain.owners import Incoming
from reports.files.lines import PayoutLine, Totals, totals

PARTS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")
SALES = (
    "sum(gross_amount + discount_amount)", "sum(refund_amount)", "sum(fee_amount + tax_amount)", "sum(shipping_in_amount)",
    "sum(shipping_cost_amount)", "sum(net_amount)",
)  # fmt: skip


def of_payouts(lines: list[PayoutLine]) -> list[dict[str, str]]:
    """One row per currency."""
    return [_row("payouts", each.currency, each, _decimals()) for each in totals(lines).values()]


def of_sales(content: staging.Content) -> list[dict[str, str]]:
    """One row per currency, of the sales that stand in `staging`, with the sums of `SALES`."""
    decimals = _decimals()
    return [
        _row("orders", currency, Totals(currency, *sums), decimals) for currency, sums in content.sums.items()
    ]


def without(rows: list[dict[str, str]], gone: list[Totals]) -> list[dict[str, str]]:
    """The totals of a file less those of some of its lines; a currency of which nothing is left has none."""
    decimals, less = _decimals(), {each.currency: each for each in gone}
    found = []
    for row in rows:
        if (each := less.get(row["currency"])) is not None:
            left = Totals(row["currency"], *(Decimal(row[part]) - getattr(each, part) for part in PARTS))
            if not any(getattr(left, part) for part in PARTS):
                continue
            row = _row(row["measure"], row["currency"], left, decimals)
        found.append(row)
    return found


def payouts_by_company(incoming: tuple[Incoming, ...]) -> list[dict[str, Any]]:
    """The same for each company, by its number; lines without one come last, with empty number and name.

    Of each column the companies add up to the file's total.
    """
    lines: dict[Any, list[PayoutLine]] = {}
    for each in incoming:
        lines.setdefault(each.owner and each.owner.company_id, []).append(each.line)
    names = {each.pk: each for each in Company.objects.filter(pk__in=[key for key in lines if key])}
    rows = []
    for key in sorted(lines, key=lambda key: names[key].business_number if key else "~"):
        for row in of_payouts(lines[key]):
            count = sum(1 for line in lines[key] if line.currency == row["currency"])
            company = names.get(key)
            number, name = (company.business_number, company.name_ko) if company else ("", "")
            rows.append({"business_number": number, "name": name, "lines": count, **row})
    return rows


_BY_COMPANY = """
WITH sums AS MATERIALIZED (
    SELECT {listing} AS listing_reference, {sku} AS sku, {since} AS since, currency_id, count(*) AS lines, {sums}
    FROM {table} s GROUP BY 1, 2, 3, 4
), owned AS (
    SELECT p.company_id, s.currency_id, sum(s.lines)::integer AS lines, {added} FROM sums s
    {owned}
    GROUP BY 1, 2
)
SELECT coalesce(c.business_number, ''), coalesce(c.name_ko, ''), o.lines, o.currency_id, {parts}
FROM owned o LEFT JOIN companies_company c ON c.id = o.company_id
ORDER BY coalesce(c.business_number, '') = '', 1, 4
"""
_SINCE = "width_bucket((s.ordered_at::timestamptz AT TIME ZONE %(zone)s)::date, %(days)s::date[])"
_CHANGES = """
SELECT array_agg(DISTINCT a.scope), array_agg(DISTINCT d.day ORDER BY d.day) FILTER (WHERE d.day IS NOT NULL)
FROM programs_assignment a, LATERAL (VALUES (a.from_on), (a.until_on + 1)) d (day) WHERE a.store_id = %(store)s
"""


def sales_by_company(
    source: Source, first_at: dt.datetime | None, last_at: dt.datetime | None
) -> list[dict[str, Any]]:
    """The same of incoming sales, which stand in a table (`ledger.staged`), all between these two moments.

    Owners are the same for all days between two on which an assignment of the store begins or has ended, so lines are added
    up by these before their owners are looked for.
    """
    scopes, days = ask(_CHANGES, source.parameters)[0]
    days, since = days or [], _SINCE
    if first_at is not None and last_at is not None:
        zone = ZoneInfo(source.parameters["zone"])
        first, last = (at.astimezone(zone).date() for at in (first_at, last_at))
        if not any(first < day <= last for day in days):
            since = str(sum(day <= first for day in days))
    sql = _BY_COMPANY.format(
        table=source.table,
        owned=owned("(%(days)s::date[])[s.since]"),
        listing="listing_reference" if "listing" in (scopes or ()) else "''",
        sku="sku" if "sku" in (scopes or ()) else "''",
        since=since,
        sums=", ".join(f"{text} AS {part}" for text, part in zip(SALES, PARTS, strict=True)),
        added=", ".join(f"sum(s.{part}) AS {part}" for part in PARTS),
        parts=", ".join(f"o.{part}" for part in PARTS),
    )
    decimals = _decimals()
    return [
        {"business_number": number, "name": name, "lines": lines, **_row("orders", currency, Totals(currency, *sums), decimals)}
        for number, name, lines, currency, *sums in ask(sql, {**source.parameters, "days": days})
    ]  # fmt: skip


def _decimals() -> dict[str, int]:
    return dict(Currency.objects.values_list("code", "decimals"))


def _row(measure: str, currency: str, each: Totals, decimals: dict[str, int]) -> dict[str, str]:
    return {"measure": measure, "currency": currency, **_written(each, decimals.get(currency, 0))}


def _written(each: Totals, decimals: int) -> dict[str, str]:
    return {name: plain(getattr(each, name), decimals) for name in PARTS}


def plain(amount: Decimal, decimals: int) -> str:
    """The amount with the decimals of its currency; more only if it has more."""
    text = f"{amount:.{decimals}f}"
    return text if Decimal(text) == amount else f"{amount.normalize():f}"
