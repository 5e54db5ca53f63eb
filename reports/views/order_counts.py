"""The staff's page of order counts: at each grain its own count, and what an order is in each file."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from companies.models import Company, ProductGroup
from ground import clock
from ground.models import Country
from ground.templatetags.naru import amount
from ground.templatetags.naru import month as month_words
from programs.models import Platform, Program, Store
from reports.queries import calendar_months, definitions, order_counts, order_sums, results
from reports.queries.counted import Scope
from reports.queries.order_counts import Count, Grain
from reports.views import tables

MOST_LINES = 1_000_000
"""Rows of the ledger that a page reads at most, also those that take lines back: so many take some seconds."""


def context(user: Any, code: str, month: str) -> dict[str, Any]:
    """Orders of a program (else of the newest), of one of its months or, with no month, of all of it where that is not too much
    to read; then of its last month with sales. A month that is too much is not counted, and the page says so."""
    today = clock.today()
    programs = list(Program.objects.of_agencies(user).order_by("-starts_on", "code"))
    chosen = next((each for each in programs if each.code == code), programs[0] if programs else None)
    found: dict[str, Any] = {"programs": programs, "program": chosen}
    if chosen is None or chosen.starts_on > today:
        return found
    scope = results.scope_until(chosen, today)
    whole = order_sums.orders(scope)
    months = sorted({each for each, _currency in whole.sums.month}, reverse=True)
    is_small = whole.lines <= MOST_LINES and order_counts.is_at_most(scope, MOST_LINES)
    of_month = next((each for each in months if f"{each:%Y-%m}" == month), None)
    if of_month is None and not is_small and months:
        of_month = months[0]
    shown: Scope = calendar_months.of_month(scope, of_month) if of_month else scope
    is_too_much = not is_small and not order_counts.is_at_most(shown, MOST_LINES)
    counts = order_counts.of_scope(shown) if months and not is_too_much else []
    return {
        **found,
        "months": [{"key": f"{each:%Y-%m}", "label": month_words(each)} for each in months],
        "month": f"{of_month:%Y-%m}" if of_month else "",
        "has_whole": is_small,
        "is_too_much": is_too_much,
        "total": next((each.orders for each in counts if each.grain == Grain.PROGRAM), 0)
        if counts
        else _kept_total(whole, of_month),
        "tables": [_table(grain, counts) for grain in GRAINS if not (of_month and grain == Grain.MONTH)]
        if counts
        else [],
        "definitions": definitions_table(chosen),
    }


def _kept_total(whole: order_sums.Orders, month: dt.date | None) -> int | None:
    """The month's orders as they are kept; None where it has several currencies, in two of which one order may have goods."""
    found = [count for (of, _currency), count in whole.orders_by_month.items() if of == month]
    return found[0] if len(found) == 1 else None


GRAINS = (
    Grain.MONTH, Grain.PLATFORM, Grain.COUNTRY, Grain.STORE, Grain.COMPANY, Grain.PRODUCT_GROUP,
)  # fmt: skip


def _table(grain: Grain, counts: list[Count]) -> dict[str, Any]:
    """The larger counts first, months in order. There is no total: an order may stand in several rows."""
    own = [each for each in counts if each.grain == grain]
    names = _names(grain, [each.key for each in own])
    if grain != Grain.MONTH:
        own.sort(key=lambda each: (not each.key, -each.orders, names[each.key]))
    captions = {
        Grain.MONTH: (_("Number of orders by month"), _("Month")),
        Grain.PLATFORM: (_("Number of orders by platform"), _("Platform")),
        Grain.COUNTRY: (_("Number of orders by country"), _("Country")),
        Grain.STORE: (_("Number of orders by store"), _("Store")),
        Grain.COMPANY: (_("Number of orders by company"), _("Company")),
        Grain.PRODUCT_GROUP: (_("Number of orders by product group"), _("Product group")),
    }
    caption, first = captions[grain]
    columns = [tables.Column(first), tables.number(_("Orders"))]
    return tables.table(caption, columns, [(names[each.key], amount(each.orders)) for each in own])


def _names(grain: Grain, keys: list[str]) -> dict[str, str]:
    if grain == Grain.MONTH:
        return {key: month_words(dt.date.fromisoformat(key)) for key in keys}
    if grain == Grain.PRODUCT_GROUP:
        known = dict(ProductGroup.choices)
        return {key: str(known.get(key, _("not known"))) for key in keys}
    if grain == Grain.COMPANY:
        return {
            str(key): f"{each} · {each.pretty_number}" for key, each in Company.objects.in_bulk(keys).items()
        }
    model: Any = {Grain.PLATFORM: Platform, Grain.COUNTRY: Country, Grain.STORE: Store}[grain]
    return {str(key): str(each) for key, each in model.objects.in_bulk(keys).items()}


HANGUL = re.compile("[가-힣]")


def _heading(text: str) -> str:
    """Headings of Korean files are Korean on an English page too."""
    return format_html('<span lang="ko">{}</span>', text) if HANGUL.search(text) else text


def definitions_table(program: Program) -> dict[str, Any]:
    """What an order, a pack and a line are in each file, and which columns they are read from."""
    columns = [
        tables.Column(_("File")),
        tables.Column(_("What it calls an order")),
        tables.Column(_("Order, column")),
        tables.Column(_("Pack, column")),
        tables.Column(_("Line, columns")),
        tables.Column(_("What counts")),
    ]
    return tables.table(
        _("What an order, a pack and a line are"),
        columns,
        [
            (
                f"{each.platform} · {each.name}" if each.platform else each.name,
                each.meaning, _heading(each.order), _heading(each.pack) if each.pack else "–", _heading(each.line), each.counted,
            )
            for each in definitions.definitions(program)
        ],
    )  # fmt: skip
