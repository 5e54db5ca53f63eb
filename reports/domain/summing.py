"""Totals of a file (파일 합계): over its valid rows, known before or new, as text with the signs of the file."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import UUID

from companies.models import Company
from ground.models import Currency
from reports.domain import staging
from reports.domain.ledger import ask, owned
from reports.domain.owners import Incoming
from reports.files.lines import PART_OF_CLASS, PayoutLine, Totals, totals
from reports.models import ImportBatch

PARTS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")
SALES = {
    "gross": "sum(gross_amount + discount_amount)", "refunds": "sum(refund_amount)", "fees": "sum(fee_amount + tax_amount)",
    "shipping_in": "sum(shipping_in_amount)", "shipping_cost": "sum(shipping_cost_amount)", "net": "sum(net_amount)",
}  # fmt: skip
"""SQL of each part of sales."""

OfCompany = tuple[UUID | None, int, Totals]
"""A company, how many lines it has in a currency, and what they come to."""


def _told(amount: str) -> str:
    """Of a movement whose class is part of a total."""
    return f"coalesce(sum({amount}) FILTER (WHERE p.part IS NOT NULL), 0)"


def _gross(part: str) -> str:
    return f"coalesce(sum(l.gross_amount) FILTER (WHERE p.part = '{part}'), 0)"


# As `files.lines.totals` adds them up.
_PAYOUTS = f"""
SELECT grouping(l.company_id) = 1, l.company_id, count(*), l.currency_id, {_gross("gross")},
       {_told("l.refund_amount")} + {_gross("refunds")},
       {_told("l.net_amount - l.gross_amount - l.shipping_fee_amount - l.refund_amount")} + {_gross("fees")}, 0::numeric,
       {_told("l.shipping_fee_amount")} + {_gross("shipping_cost")}, {_told("l.net_amount")}
FROM ({{rows}}) l LEFT JOIN unnest(%(classes)s::text[], %(parts)s::text[]) p (class, part) ON p.class = l.description_class
GROUP BY GROUPING SETS ((l.currency_id), (l.company_id, l.currency_id)) ORDER BY l.currency_id
"""  # noqa: S608


def of_payouts(lines: list[PayoutLine]) -> list[dict[str, str]]:
    """One row per currency."""
    return [_row("payouts", each.currency, each, _decimals()) for each in totals(lines).values()]


def of_sales(content: staging.Content) -> list[dict[str, str]]:
    """One row per currency, of the sales that stand in `staging`."""
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
    lines: dict[UUID | None, list[PayoutLine]] = {}
    for each in incoming:
        lines.setdefault(each.owner.company_id if each.owner else None, []).append(each.line)
    sums: list[OfCompany] = []
    for company, own in lines.items():
        counts = Counter(line.currency for line in own)
        sums += [(company, counts[each.currency], each) for each in totals(own).values()]
    return _payouts_by_company(sums)


def of_payout_rows(
    rows: str, parameters: dict[str, Any]
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The two of lines of the ledger of payouts, added up there: `rows` is SQL for them."""
    asked = {**parameters, "classes": list(PART_OF_CLASS), "parts": list(PART_OF_CLASS.values())}
    whole: list[Totals] = []
    sums: list[OfCompany] = []
    for is_whole, company, lines, currency, *parts in ask(_PAYOUTS.format(rows=rows), asked):
        each = Totals(currency, *parts)
        if is_whole:
            whole.append(each)
        else:
            sums.append((company, lines, each))
    decimals = _decimals()
    return [_row("payouts", each.currency, each, decimals) for each in whole], _payouts_by_company(sums)


def _payouts_by_company(sums: list[OfCompany]) -> list[dict[str, Any]]:
    names = Company.objects.in_bulk({company for company, _lines, _each in sums if company})
    decimals, rows = _decimals(), []
    for key, lines, each in sums:
        company = names[key] if key else None
        number, name = (company.business_number, company.name_ko) if company else ("", "")
        row = _row("payouts", each.currency, each, decimals)
        rows.append({"business_number": number, "name": name, "lines": lines, **row})
    return sorted(rows, key=lambda row: (row["business_number"] or "~", row["currency"]))


_BY_COMPANY = """
WITH owned AS (
    SELECT p.company_id, s.currency_id, sum(s.lines)::integer AS lines, {added} FROM {sums} s
    {owned}
    GROUP BY 1, 2
)
SELECT coalesce(c.business_number, ''), coalesce(c.name_ko, ''), o.lines, o.currency_id, {parts}
FROM owned o LEFT JOIN companies_company c ON c.id = o.company_id
ORDER BY coalesce(c.business_number, '') = '', 1, 4
"""


def add_up(batch: ImportBatch, first_at: dt.datetime | None, last_at: dt.datetime | None) -> staging.Alike:
    """The staged sales, all between these two moments, added up by what their owners follow from as the store's assignments are now; nothing is
    done where they are."""
    by = staging.alike(batch.store_id, batch.program.zone, first_at, last_at)
    staging.add_up(batch.pk, by, SALES)
    return by


def content(batch: ImportBatch, first_at: dt.datetime | None, last_at: dt.datetime | None) -> staging.Content:
    """What stands of a file in `staging`, all between these two moments."""
    add_up(batch, first_at, last_at)
    return staging.content(batch.pk, PARTS)


def sales_by_company(
    batch: ImportBatch, first_at: dt.datetime | None, last_at: dt.datetime | None
) -> list[dict[str, Any]]:
    """The same of staged sales, all between these two moments. Owners are looked for of their sums."""
    by = add_up(batch, first_at, last_at)
    sql = _BY_COMPANY.format(
        sums=staging.sums_of(batch.pk),
        owned=owned("(%(days)s::date[])[s.since]"),
        added=", ".join(f"sum(s.{part}) AS {part}" for part in PARTS),
        parts=", ".join(f"o.{part}" for part in PARTS),
    )
    decimals = _decimals()
    return [
        {"business_number": number, "name": name, "lines": lines, **_row("orders", currency, Totals(currency, *sums), decimals)}
        for number, name, lines, currency, *sums in ask(sql, {"store": batch.store_id, "days": list(by.days)})
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
