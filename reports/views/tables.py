"""Tables of figures for the pages: columns and rows as `components/data_table.html` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django_stubs_ext import StrOrPromise

from companies.models import ProductGroup
from ground.templatetags.naru import amount, month
from programs.models import Program
from reports.printing.words import money
from reports.queries import rates, reported_measures, targets
from reports.queries.of_which import OfWhich
from reports.queries.order_sums import Sum
from reports.queries.payouts import Fate, FateSum
from reports.queries.product_groups import GroupSum
from reports.queries.reported_measures import Reported
from reports.queries.results import Labeled, Month


@dataclass(frozen=True)
class Column:
    """`kind`: `nowrap` for what is not broken into lines, `words` for sentences and long names, which need room."""

    label: StrOrPromise
    unit: StrOrPromise = ""
    is_number: bool = False
    kind: str = ""


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


def dollars(usd: Decimal | None) -> str:
    """In words where the dollar has no rate on a day of what was sold: that is not nought."""
    shown = rates.cents(usd)
    return _("no dollar rate") if shown is None else money(shown, rates.DOLLAR)


def in_won(krw: Decimal, usd: Decimal | None) -> str:
    """Won, and below them the dollars."""
    return format_html('<span>{}<br><span class="subtle">{}</span></span>', amount(krw), dollars(usd))


def standing_in_dollars(standing: targets.Standing) -> str:
    """What a program reached, in dollars; nothing where its target cannot be counted."""
    if standing.reached_amount is None:
        return ""
    if standing.reached_usd_amount is None:
        return _("In dollars: not known, a day has no dollar rate.")
    if standing.net_usd_amount is None:
        return _("In dollars: USD %(reached)s.") % {"reached": amount(standing.reached_usd_amount, 2)}
    return _("In dollars: USD %(reached)s; net USD %(net)s.") % {
        "reached": amount(standing.reached_usd_amount, 2),
        "net": amount(standing.net_usd_amount, 2),
    }


def dollar_note(program: Program) -> str:
    """How the dollars of a page were made."""
    return _(
        "Dollars: each line and payout by way of the won at the program's rate (%(rule)s), declared and customs figures at the"
        " average of their month; each figure is rounded once, half up to the cent."
    ) % {"rule": program.get_rate_rule_display()}


def reported(rows: Sequence[Reported]) -> str:
    """Amounts as they were reported, won and dollars below each; a dash where nothing is known."""
    parts = []
    for row in rows:
        converted = []
        if row.currency != rates.WON:
            converted.append(money(row.krw_amount, "KRW") if row.krw_amount is not None else _("no rate"))
        if row.currency != rates.DOLLAR and row.krw_amount is not None:
            converted.append(dollars(row.usd_amount))
        below = format_html_join(mark_safe("<br>"), "{}", ((each,) for each in converted))
        parts.append((money(row.amount, row.currency), below))
    lines = format_html_join(mark_safe("<br>"), '{}<br><span class="subtle">{}</span>', parts)
    return format_html("<span>{}</span>", lines) if parts else "–"


def in_sentence(rows: Sequence[Reported]) -> str:
    """Amounts as they were reported, won beside them, one under the other; a dash where nothing is known."""
    parts = []
    for row in rows:
        text = money(row.amount, row.currency)
        if row.currency != rates.WON:
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
        *_won_of(rows),
    )


def _won_of(rows: Sequence[Sum]) -> tuple[str, str]:
    """Before and after refunds."""
    return (
        in_won(
            sum((row.krw_amount for row in rows), reported_measures.ZERO),
            rates.dollars(row.usd_amount for row in rows),
        ),
        in_won(
            sum((row.net_krw_amount for row in rows), reported_measures.ZERO),
            rates.dollars(row.net_usd_amount for row in rows),
        ),
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


def labeled(
    caption: StrOrPromise,
    first: StrOrPromise,
    rows: Sequence[Labeled],
    *,
    most: int | None = None,
    of: Sequence[Labeled] | None = None,
) -> dict[str, Any]:
    """Orders of companies or stores, in the currency of the files and in won, with the total in won. `most`: so many rows, and one with
    what all others come to. `of`: all rows, where `rows` are a page of them; the total is theirs."""
    everything = of or rows
    others = rows[most:] if most is not None else []
    rows = rows[:most]
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
                *_won_of([row.sum]),
            )
            for row in rows
        ]
        + [
            (
                ngettext("%(count)s more row", "%(count)s more rows", len(others)) % {"count": amount(len(others))},
                amount(sum(row.sum.lines for row in others)), "", *_won_of([row.sum for row in others]),
            )
        ][: len(others)],
        (
            _("Total"),
            amount(sum(row.sum.lines for row in everything)),
            "",
            *_won_of([row.sum for row in everything]),
        ),
    )  # fmt: skip


def product_groups(rows: Sequence[GroupSum]) -> dict[str, Any]:
    """Orders by product group; what nobody stated has its own row, so that the groups add up to the whole."""
    names = dict(ProductGroup.choices)
    return labeled(
        _("Orders by product group"),
        _("Product group"),
        [
            Labeled(name, name, row.sum)
            for row in rows
            for name in (str(names.get(row.product_group, _("not known"))),)
        ],
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
