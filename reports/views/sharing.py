"""Sales that two programs support, as pages show them: apart from the measures, with the shares and the rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import Agency
from ground.templatetags.naru import amount, day, month
from ground.words import marked, plain
from programs.models import Participation, Program
from reports.models import SharedSupport
from reports.models.sharing import Outside
from reports.printing import sharing as printed
from reports.printing.words import money
from reports.queries import rates, sharing
from reports.queries.sharing import Doubled, Shared
from reports.views import tables


def context(rows: Sequence[Shared]) -> dict[str, Any] | None:
    """Both tables and the rule; None where nothing is shared."""
    if not rows:
        return None
    return {
        "own": _table(
            _("Of these sales, also supported by another program"),
            _("Other program and its share"),
            [row for row in rows if row.is_own],
        ),
        "others": _table(
            _("Also supported: sales of other programs, in no figure of this one"),
            _("Program that carries the sales, and the share of this one"),
            [row for row in rows if not row.is_own],
        ),
        "rule": printed.rule(),
    }


def _named(program: Program | Outside, elsewhere: Agency | None = None) -> str:
    if isinstance(program, Outside):
        return program.code
    if elsewhere is not None:
        return format_html("{} · {} · {}", marked(program, "name"), program.code, marked(elsewhere, "name"))
    return format_html("{} · {}", marked(program, "name"), program.code)


def _table(caption: str, partner: str, rows: Sequence[Shared]) -> dict[str, Any] | None:
    if not rows:
        return None
    columns = [
        tables.Column(_("Month")),
        tables.Column(partner, kind="words"),
        tables.number(_("before refunds"), tables.won()),
        tables.number(_("after refunds"), tables.won()),
        tables.number(_("Share before refunds"), tables.won()),
        tables.number(_("Share after refunds"), tables.won()),
        tables.number(_("of which declared after closing"), tables.won()),
    ]
    lines = [
        (
            month(row.month),
            format_html(
                '<span>{}<br><span class="subtle">{} %</span></span>',
                _named(row.partner, row.elsewhere),
                amount(row.other_percent, 1),
            ),
            format_html(
                '{}<br><span class="subtle">{}</span>',
                tables.in_won(row.krw_amount, row.usd_amount),
                money(row.gross_amount, row.currency),
            ),
            tables.in_won(row.net_krw_amount, row.net_usd_amount),
            tables.in_won(row.other_krw_amount, row.other_usd_amount),
            tables.in_won(row.other_net_krw_amount, row.other_net_usd_amount),
            tables.in_won(row.later_krw_amount, row.later_usd_amount),
        )
        for row in rows
    ]
    sums = [
        tables.in_won(
            sum((getattr(row, f"{name}krw_amount") for row in rows), Decimal(0)),
            rates.dollars(getattr(row, f"{name}usd_amount") for row in rows),
        )
        for name in ("", "net_", "other_", "other_net_", "later_")
    ]
    return tables.table(caption, columns, lines, (_("Total"), "", *sums))


def together(program: Program, on: dt.date, rows: Sequence[Shared]) -> dict[str, Any] | None:
    """What the programs sold that share sales with this one: their own figures, and each sale once below."""
    found = sharing.together(program, on, rows)
    if not found:
        return None
    columns = [
        tables.Column(_("Program")),
        tables.number(_("before refunds"), tables.won()),
        tables.number(_("after refunds"), tables.won()),
    ]
    gross = sum((each.krw_amount for each in found), Decimal(0))
    net = sum((each.net_krw_amount for each in found), Decimal(0))
    in_dollars = (
        rates.dollars(each.usd_amount for each in found),
        rates.dollars(each.net_usd_amount for each in found),
    )
    return tables.table(
        _("Programs that share sales, each by its own definition: each sale once"),
        columns,
        [
            (
                _named(each.program),
                tables.in_won(each.krw_amount, each.usd_amount),
                tables.in_won(each.net_krw_amount, each.net_usd_amount),
            )
            for each in found
        ],
        (
            _("Together, each sale once"),
            tables.in_won(gross, in_dollars[0]),
            tables.in_won(net, in_dollars[1]),
        ),
    )  # fmt: skip


def sentences(part: Participation) -> list[str]:
    """What is declared of a company's agreement, in words."""
    rows = (
        SharedSupport.objects.standing()
        .filter(known_at__isnull=False)
        .select_related("carrying__program", "carrying__agency", "other__program", "other_agency", "agency")
    )
    told = []
    for row in rows.filter(carrying=part).order_by("from_on"):
        told.append(
            _("From %(first)s to %(last)s these sales are also supported by %(program)s, with a share of %(share)s %%.")
            % _values(row, row.partner, row.other_agency)
        )  # fmt: skip
    for row in rows.filter(other=part).order_by("from_on"):
        told.append(
            _(
                "From %(first)s to %(last)s this program also supports your sales of %(program)s, with a share of %(share)s %%."
            )
            % _values(row, row.carrying.program, row.agency)
        )
    return told


def _values(row: SharedSupport, program: Program | Outside, agency: Agency | None) -> dict[str, str]:
    name = program.code if isinstance(program, Outside) else plain(program, "name")
    return {
        "first": day(row.from_on),
        "last": day(row.until_on),
        "program": f"{name} ({plain(agency, 'name')})" if row.is_across and agency else name,
        "share": amount(row.other_percent, 1),
    }


def doubled(found: Sequence[Doubled]) -> list[str]:
    """What an officer is told of an item that national and local money paid."""
    return [
        _(
            "%(item)s was paid by national money (%(national)s) and by local money (%(local)s): look whether one thing was supported twice."
        )
        % {
            "item": each.national.item_text,
            "national": _row(each.national),
            "local": _row(each.local),
        }
        for each in found
    ]


def _row(row: Any) -> str:
    parts = [
        row.body,
        row.program,
        day(row.granted_on),
        *([money(row.amount, "KRW")] if row.amount is not None else []),
    ]
    return ", ".join([*parts, str(row.source_text)])
