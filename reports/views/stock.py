"""Goods in warehouses as a table, and as a list to take away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from ground import clock
from ground.long_lists import streamed
from ground.snapshot import one_instant
from ground.templatetags.naru import amount
from ground.workbooks import CONTENT_TYPE, workbook
from programs.models import Program
from reports.domain import short_stock
from reports.printing.words import money
from reports.queries import shipments
from reports.queries.shipments import Stock
from reports.views import tables

AT_ONCE = 500
"""Companies whose goods are compared by one question for a list of all."""


def stock_table(rows: list[Stock]) -> dict[str, Any]:
    """Cumulative, company by company; there is no month in it."""
    return tables.table(
        _("Sent, sold and remaining up to the day"),
        [
            tables.Column(_("Company")),
            tables.Column(_("SKU"), kind="nowrap"),
            tables.number(_("Sent"), _("units")),
            tables.number(_("Sold"), _("units")),
            tables.number(_("Remaining"), _("units")),
            tables.number(_("FOB of shipments")),
            tables.number(_("FOB of shipments"), tables.won()),
            tables.number(_("Orders before refunds"), tables.won()),
            tables.Column(_("Note"), kind="words"),
        ],
        [
            (
                str(row.company)
                if row.sku is None
                else format_html('<span class="again">{}</span>', row.company),
                _("all") if row.sku is None else row.sku,
                "–" if row.sent_units is None else amount(row.sent_units),
                amount(row.sold_units),
                "–" if row.left is None else amount(row.left),
                money(row.fob_amount, "USD"),
                _krw(row.fob_krw_amount, row),
                "" if row.sku is not None else amount(row.sold_krw_amount or 0),
                _note(row),
            )
            for row in rows
        ],
    )


def _krw(value: Any, row: Stock) -> str:
    if row.sku is not None:
        return ""
    return _("no rate") if value is None else amount(value)


def _note(row: Stock) -> str:
    if row.is_short:
        return _("more sold than sent")
    return _("units are not stated for all shipments") if row.left is None else ""


def stock_book(rows: list[Stock], name: str) -> HttpResponse:
    return download(workbook(_book_head(), [_book_row(row) for row in rows]), f"{name}.xlsx")


def _book_head() -> list[str]:
    return [
        _("Company"), _("Business number"), _("SKU"), _("Sent"), _("Sold"), _("Remaining"), _("FOB value (USD)"),
        _("FOB of shipments (KRW)"), _("Orders before refunds (KRW)"), _("Note"),
    ]  # fmt: skip


def _book_row(row: Stock) -> tuple[Any, ...]:
    return (
        str(row.company), row.company.pretty_number, row.sku or "", row.sent_units, row.sold_units, row.left, row.fob_amount,
        row.fob_krw_amount, row.sold_krw_amount, _note(row),
    )  # fmt: skip


def download(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def program_book(program: Program, on: dt.date) -> HttpResponse | StreamingHttpResponse:
    """What remains of every company's goods: a workbook, of a large program a CSV that is written while it is sent."""
    name = f"{program.code}-shipments-{on:%Y-%m-%d}"
    if not short_stock.is_large(program, on):
        return stock_book(shipments.compared(program, on), name)
    return streamed([*_book_head(), _("Read at (Seoul)")], _book_rows(program, on), f"{name}.csv")


def _book_rows(program: Program, on: dt.date) -> Iterator[tuple[Any, ...]]:
    """Some companies at a time, so that neither their lines nor the rows are held all at once. Those are of one instant, which each row says: a
    download may last for hours, and as long no question is kept open."""
    companies = list(shipments.kept_short(program, on).rows)
    for start in range(0, len(companies), AT_ONCE):
        with one_instant():
            read_at = f"{clock.now().astimezone(clock.SEOUL):%Y-%m-%d %H:%M:%S}"
            rows = shipments.compared(program, on, companies[start : start + AT_ONCE])
        for row in rows:
            yield (*_book_row(row), read_at)
