"""Totals of a file (파일 합계): over its valid rows, known before or new, as text with the signs of the file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from companies.models import Company
from ground.models import Currency
from reports.domain.owners import Incoming
from reports.files.lines import ParsedFile, Totals, totals

PARTS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")


def measure_of(parsed: ParsedFile) -> str:
    """The measure that a file of this form speaks of."""
    return "payouts" if parsed.profile == "mercadopago-release" else "orders"


def totals_of(parsed: ParsedFile) -> list[dict[str, str]]:
    """One row per currency."""
    decimals = dict(Currency.objects.values_list("code", "decimals"))
    return [
        {"measure": measure_of(parsed), "currency": currency, **_written(each, decimals.get(currency, 0))}
        for currency, each in totals(parsed).items()
    ]


def by_company(parsed: ParsedFile, incoming: tuple[Incoming, ...]) -> list[dict[str, Any]]:
    """The same for each company, by its number; lines without one come last, with empty number and name.

    Of each column the companies add up to the file's total.
    """
    lines: dict[Any, list[Any]] = {}
    for each in incoming:
        lines.setdefault(each.owner and each.owner.company_id, []).append(each.line)
    names = {each.pk: each for each in Company.objects.filter(pk__in=[key for key in lines if key])}
    rows = []
    for key in sorted(lines, key=lambda key: names[key].business_number if key else "~"):
        own = ParsedFile(parsed.profile, lines=lines[key])
        for row in totals_of(own):
            company = names.get(key)
            rows.append(
                {
                    "business_number": company.business_number if company else "",
                    "name": company.name_ko if company else "",
                    "lines": sum(1 for line in lines[key] if line.currency == row["currency"]),
                    **row,
                }
            )
    return rows


def _written(each: Totals, decimals: int) -> dict[str, str]:
    return {name: plain(getattr(each, name), decimals) for name in PARTS}


def plain(amount: Decimal, decimals: int) -> str:
    """The amount with the decimals of its currency; more only if it has more."""
    text = f"{amount:.{decimals}f}"
    return text if Decimal(text) == amount else f"{amount.normalize():f}"
