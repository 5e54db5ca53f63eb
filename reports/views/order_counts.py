"""The staff's page of order counts: at each grain its own count, and what an order is in each file."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies.models import Company, ProductGroup
from ground import clock
from ground.models import Country
from ground.templatetags.naru import amount
from ground.templatetags.naru import month as month_words
from programs.models import Platform, Program, Store
from reports.domain import counting
from reports.queries import calendar_months, definitions, kept_orders, order_counts, order_sums, results
from reports.queries.counted import Scope
from reports.queries.order_counts import Count, Grain
from reports.views import tables

SHOWN_ROWS = 20
"""So many rows of a table stand on the page; all of them on pages of their own."""
ROWS_ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Found:
    """The orders of a program, or of one of its months. `made_at`: when the worker counted them; None: they were counted now.
    `is_counted`: some of them have been; `is_of_now`: all have been, and nothing has changed since."""

    program: Program
    month: dt.date | None
    months: list[dt.date]
    counts: list[Count]
    total: int | None
    made_at: dt.datetime | None = None
    is_counted: bool = True
    is_of_now: bool = True


def find(program: Program, month: str, today: dt.date) -> Found:
    """Orders of one of its months or, with no month, of all of it. Of few lines they are counted now; else they are those that the worker
    keeps, and no line is read."""
    scope = results.scope_until(program, today)
    whole = order_sums.orders(scope)
    months = sorted({each for each, _currency in whole.sums.month}, reverse=True)
    of_month = next((each for each in months if f"{each:%Y-%m}" == month), None)
    shown: Scope = calendar_months.of_month(scope, of_month) if of_month else scope
    if order_counts.is_at_most(shown, counting.MOST_LINES):
        counts = order_counts.of_scope(shown) if months else []
        return Found(program, of_month, months, counts, _total(counts) or 0)
    kept = kept_orders.kept(scope, of_month)
    is_counted = kept.made_at is not None
    counts = kept.counts if is_counted else []
    total = _total(counts) if is_counted else _kept_total(whole, of_month)
    return Found(program, of_month, months, counts, total, kept.made_at, is_counted, kept.is_of_now)


def _total(counts: list[Count]) -> int | None:
    return next((each.orders for each in counts if each.grain == Grain.PROGRAM), None)


def _kept_total(whole: order_sums.Orders, month: dt.date | None) -> int | None:
    """The month's orders as they are kept; None where it has several currencies, in two of which one order may have goods."""
    found = [count for (of, _currency), count in whole.orders_by_month.items() if of == month]
    return found[0] if len(found) == 1 else None


def context(user: Any, code: str, month: str) -> dict[str, Any]:
    """Orders of a program (else of the newest) or of one of its months at each grain, the largest of each."""
    today = clock.today()
    programs = list(Program.objects.of_agencies(user).order_by("-starts_on", "code"))
    chosen = next((each for each in programs if each.code == code), programs[0] if programs else None)
    shown: dict[str, Any] = {"programs": programs, "program": chosen}
    if chosen is None or chosen.starts_on > today:
        return shown
    found = find(chosen, month, today)
    return {
        **shown,
        "months": [{"key": f"{each:%Y-%m}", "label": month_words(each)} for each in found.months],
        "month": f"{found.month:%Y-%m}" if found.month else "",
        "found": found,
        "total": found.total,
        "tables": [
            {**_table(grain, found.counts, most=SHOWN_ROWS), "grain": str(grain)}
            for grain in GRAINS
            if found.counts and not (found.month and grain == Grain.MONTH)
        ],
        "definitions": definitions_table(chosen),
    }


def list_context(user: Any, code: str, month: str, grain: str, page: Any) -> dict[str, Any]:
    """Every row of one grain, a hundred on a page."""
    today = clock.today()
    program = get_object_or_404(Program.objects.of_agencies(user), code=code, starts_on__lte=today)
    found = find(program, month, today)
    own = _in_order(Grain(grain), found.counts)
    shown = Paginator(own, ROWS_ON_A_PAGE).get_page(page)
    table = _table(Grain(grain), list(shown.object_list))
    back = {"program": program.code, **({"month": f"{found.month:%Y-%m}"} if found.month else {})}
    return {
        "title": table["caption"],
        "program": program,
        "found": found,
        "page_obj": shown,
        "table": table,
        "back_url": f"{reverse('admin:reports_orders')}?{urlencode(back)}",
        "back_label": _("Back to the order counts"),
    }


GRAINS = (
    Grain.MONTH, Grain.PLATFORM, Grain.COUNTRY, Grain.STORE, Grain.COMPANY, Grain.PRODUCT_GROUP,
)  # fmt: skip


def _in_order(grain: Grain, counts: list[Count]) -> list[Count]:
    """The larger counts first, what is not known last, months in order."""
    own = [each for each in counts if each.grain == grain]
    return (
        own if grain == Grain.MONTH else sorted(own, key=lambda each: (not each.key, -each.orders, each.key))
    )


def _table(grain: Grain, counts: list[Count], most: int | None = None) -> dict[str, Any]:
    """There is no total: an order may stand in several rows; so what further rows come to is not said either."""
    own = _in_order(grain, counts)
    others = len(own[most:]) if most is not None else 0
    own = own[:most]
    names = _names(grain, [each.key for each in own])
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
    rows = [(names[each.key], amount(each.orders)) for each in own]
    if others:
        rows.append(
            (ngettext("%(count)s more row", "%(count)s more rows", others) % {"count": amount(others)}, "")
        )
    return {**tables.table(caption, columns, rows), "has_more": bool(others)}


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
