"""Totals of a file (파일 합계): over its valid rows, known before or new, as text with the signs of the file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from companies.models import Company
from ground.models import Currency
from reports.domain import staging
from reports.domain.ledger import Source, ask
from reports.domain.owners import Incoming
from reports.files.lines import PayoutLine, Totals, totals

PARTS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")
_SALES = (
    "sum(gross_amount + discount_amount)", "sum(refund_amount)", "sum(fee_amount + tax_amount)", "sum(shipping_in_amount)",
    "sum(shipping_cost_amount)", "sum(net_amount)",
)  # fmt: skip


def of_payouts(lines: list[PayoutLine]) -> list[dict[str, str]]:
    """One row per currency."""
    return [_row("payouts", each.currency, each, _decimals()) for each in totals(lines).values()]


def of_sales(batch: UUID) -> list[dict[str, str]]:
    """One row per currency, of the sales that stand in `staging`."""
    found = ask(
        f"SELECT currency_id, {', '.join(_SALES)} FROM {staging.table_of(batch)} GROUP BY 1 ORDER BY 1"  # noqa: S608
    )
    return [_row("orders", row[0], Totals(*row), _decimals()) for row in found]


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


def sales_by_company(source: Source) -> list[dict[str, Any]]:
    """The same of incoming sales."""
    found = ask(
        f"""
        SELECT coalesce(c.business_number, ''), coalesce(c.name_ko, ''), i.lines, i.currency_id, {", ".join(f"i.{part}" for part in PARTS)}
        FROM (
            SELECT company_id, currency_id, count(*) AS lines, {", ".join(f"{text} AS {part}" for text, part in zip(_SALES, PARTS, strict=True))} FROM ({source.rows}) i GROUP BY 1, 2
        ) i LEFT JOIN companies_company c ON c.id = i.company_id
        ORDER BY coalesce(c.business_number, '') = '', 1, 4
        """,  # noqa: S608
        source.parameters,
    )
    decimals = _decimals()
    return [
        {"business_number": number, "name": name, "lines": lines, **_row("orders", sums[0], Totals(*sums), decimals)}
        for number, name, lines, *sums in found
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
