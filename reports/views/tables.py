"""Tables of figures for the pages: columns and rows as `components/data_table.html` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_stubs_ext import StrOrPromise

from ground.templatetags.naru import amount, month
from reports.printing.words import money
from reports.queries.measures import Reported, Sum
from reports.queries.of_which import OfWhich
from reports.queries.payouts import Fate, FateSum
from reports.queries.results import Labeled, Month


@dataclass(frozen=True)
class Column:
    label: StrOrPromise
    unit: StrOrPromise = ""
    is_number: bool = False


def number(label: StrOrPromise, unit: StrOrPromise = "") -> Column:
    return Column(label, unit, is_number=True)


def table(
    caption: StrOrPromise, columns: Sequence[Column], rows: Sequence[Sequence[Any]], total: Sequence[Any] = ()
) -> dict[str, Any]:
    """The variables of the component."""
    return {
        "caption": caption,
        "columns": columns,
        "rows": [list(zip(columns, row, strict=True)) for row in rows],
        "total": list(zip(columns, total, strict=True)) if total else None,
    }


def won() -> str:
    return pgettext("unit above a column", "KRW")


def reported(rows: Sequence[Reported]) -> str:
    """Amounts as they were reported, won beside them, one under the other; a dash where nothing is known."""
    parts = []
    for row in rows:
        text = money(row.amount, row.currency)
        if row.currency != "KRW":
            converted = money(row.krw_amount, "KRW") if row.krw_amount is not None else _("no rate")
            text = f"{text} ({converted})"
        parts.append(text)
    return format_html_join(mark_safe("<br>"), "{}", ((part,) for part in parts)) or "–"


def sold(rows: Sequence[Sum]) -> tuple[str, str, str]:
    """Orders, won before refunds, won after; dashes without sales."""
    if not rows:
        return "–", "–", "–"
    return (
        amount(sum(row.orders for row in rows)),
        amount(sum(row.krw_amount for row in rows)),
        amount(sum(row.net_krw_amount for row in rows)),
    )


def months(rows: Sequence[Month]) -> dict[str, Any]:
    """Four measures side by side. There is no total over measures, and no line that adds them."""
    columns = [
        Column(_("Month")),
        number(_("Orders")),
        number(_("Orders on the platform, before refunds"), won()),
        number(_("after refunds"), won()),
        number(_("Payouts of the platform")),
        number(_("Declared by the company")),
        number(_("Recorded by customs")),
    ]
    return table(
        _("Four measures by month"),
        columns,
        [
            (
                month(row.month), *sold(row.orders), reported(row.payouts), reported(row.declared),
                reported(row.customs),
            )
            for row in rows
        ],
    )  # fmt: skip


def of_which(rows: Sequence[OfWhich]) -> dict[str, Any] | None:
    """What stands in gross and is named beside it; None where there is nothing to name."""
    if not rows:
        return None
    columns = [
        Column(_("Month")),
        number(_("Orders of own purchases")),
        number(_("Own purchases")),
        number(_("Own purchases"), won()),
        number(_("of which marked after closing"), won()),
        number(_("Bought with program money")),
        number(_("Bought with program money"), won()),
    ]
    return table(
        _("Of which own purchases, and bought with program money (in gross)"),
        columns,
        [
            (
                month(row.month),
                amount(row.own_orders),
                money(row.own_amount, row.currency),
                amount(row.own_krw_amount),
                amount(row.later_krw_amount),
                money(row.program_amount, row.currency),
                amount(row.program_krw_amount),
            )
            for row in rows
        ],
    )


def labeled(caption: StrOrPromise, first: StrOrPromise, rows: Sequence[Labeled]) -> dict[str, Any]:
    """Orders of companies or stores, in the currency of the files and in won, with the total in won."""
    columns = [
        Column(first),
        number(_("Lines")),
        number(_("Sales in the file")),
        number(_("before refunds"), won()),
        number(_("after refunds"), won()),
    ]
    return table(
        caption,
        columns,
        [
            (
                f"{row.label} · {row.code}" if row.code != row.label else row.label,
                amount(row.sum.lines),
                money(row.sum.gross_amount, row.sum.currency),
                amount(row.sum.krw_amount),
                amount(row.sum.net_krw_amount),
            )
            for row in rows
        ],
        (
            _("Total"),
            amount(sum(row.sum.lines for row in rows)),
            "",
            amount(sum(row.sum.krw_amount for row in rows)),
            amount(sum(row.sum.net_krw_amount for row in rows)),
        ),
    )


def fate_label(fate: Fate) -> str:
    return {
        Fate.RELEASED: _("released"),
        Fate.REFUNDED: _("refunded, nothing due"),
        Fate.NOT_DUE: _("not yet due"),
        Fate.OVERDUE: _("overdue"),
        Fate.BROKEN: _("does not match"),
    }[fate]


def fates(rows: Sequence[FateSum]) -> dict[str, Any]:
    """What was sold, by what became of its money; the fates add up to what was sold, currency by currency."""
    columns = [Column(_("Money")), number(_("Orders")), number(_("Expected")), number(_("Released"))]
    lines: list[tuple[Any, ...]] = []
    for currency in sorted({row.currency for row in rows}):
        own = [row for row in rows if row.currency == currency]
        lines.append(
            (
                _("sold"),
                amount(sum(row.orders for row in own)),
                money(sum((row.expected_amount for row in own), own[0].expected_amount * 0), currency),
                money(sum((row.released_amount for row in own), own[0].released_amount * 0), currency),
            )
        )
        lines += [
            (
                fate_label(row.fate),
                amount(row.orders),
                money(row.expected_amount, currency),
                money(row.released_amount, currency),
            )
            for row in own
        ]
    return table(_("Payouts against orders"), columns, lines)
