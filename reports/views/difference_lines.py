"""The way from two sides that are compared to their lines, with the rows of the files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import agency_ids
from companies.models import Company
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, day
from ground.templatetags.naru import month as month_word
from programs.models import Participation, Program
from programs.views.evaluation import person
from reports.models import Comparison
from reports.printing.words import money
from reports.queries.differing import lines
from reports.views.differing import ROWS, SIDES, WHOLE, won
from reports.views.tables import dollars, fate_label


def lines_context(request: HttpRequest, pk: UUID, comparison_code: str, month_code: str) -> dict[str, Any]:
    """Both sides of one company's comparison, line by line. 404 for what is not the agency's."""
    part = get_object_or_404(
        Participation.objects.filter(agency__in=agency_ids(person(request))).select_related(
            "program__agency", "company"
        ),
        pk=pk,
    )
    program, company = part.program, part.company
    try:
        comparison = Comparison(comparison_code)
        if (month_code == WHOLE) == (comparison == Comparison.DECLARED):
            raise Http404
        month = None if month_code == WHOLE else dt.date.fromisoformat(f"{month_code}-01")
        found = lines.of_pair(program, company.pk, comparison, month)
    except (ValueError, RuleBroken):
        raise Http404 from None
    if found is None:
        raise Http404
    left, right = SIDES[comparison]
    title = f"{company} · {comparison.label}"
    context: dict[str, Any] = {
        "title": f"{title} · {month_word(month)}" if month else title,
        "program": program,
        "company": company,
        "comparison": comparison.value,
        "left": left,
        "right": right,
        "back_url": f"{reverse('admin:reports_compared')}?program={program.code}&comparison={comparison.value}",
    }
    if comparison == Comparison.PAYOUTS:
        return context | _payouts(program, company, found, request.GET.get("page"))
    return context | _orders(program, company, found, request.GET.get("page"))


def _orders(program: Program, company: Company, found: lines.Lines, page: str | None) -> dict[str, Any]:
    shown = Paginator(found.orders, ROWS).get_page(page)
    files = lines.rows_of("sales", program.pk, company.pk, [(each.store, each.reference) for each in shown])
    return {
        "page_obj": shown,
        "orders": [
            {
                "reference": each.reference,
                "day": day(each.day),
                "store": each.store_code,
                "amount": money(each.amount, each.currency),
                "krw": amount(each.krw),
                "files": _files(files.get((each.store, each.reference), [])),
            }
            for each in shown
        ],
        "orders_krw": amount(sum((each.krw for each in found.orders), Decimal(0))),
        "stated": [
            {
                "month": month_word(each.month),
                "amount": money(each.amount, each.currency),
                "krw": won(each.krw_amount),
                "usd": "" if each.krw_amount is None else dollars(each.usd_amount),
            }
            for each in found.stated
        ],
        "declarations": [
            {
                "what": money(each.amount, str(each.currency_id)),
                "shop": each.store or each.market or _("all shops together"),
                "by": each.declared_by,
                "url": reverse("admin:reports_declaration_change", args=[each.pk]),
            }
            for each in found.declarations
        ],
        "customs": [
            {
                "month": month_word(each.month),
                "kind": each.get_kind_display(),
                "amount": money(each.fob_amount, "USD"),
                "source": each.source,
                "url": reverse("admin:reports_customsrecord_change", args=[each.pk]),
            }
            for each in found.customs
        ],
        "exports": [
            {
                "day": day(each.day),
                "number": f"{each.number}-{each.line}" if each.line else each.number,
                "amount": money(each.fob_amount, "USD"),
                "file": _("%(file)s, row %(rows)s") % {"file": each.file, "rows": each.row},
                "url": reverse("admin:reports_customslist_change", args=[each.batch]),
            }
            for each in found.exports
        ],
    }


def _payouts(program: Program, company: Company, found: lines.Lines, page: str | None) -> dict[str, Any]:
    shown = Paginator(found.fates, ROWS).get_page(page)
    keys = [(each.store, each.reference) for each, _expected, _released in shown]
    sold = lines.rows_of("sales", program.pk, company.pk, keys)
    paid = lines.rows_of("payouts", program.pk, company.pk, keys)
    return {
        "page_obj": shown,
        "fates": [
            {
                "reference": each.reference,
                "day": day(each.ordered_on),
                "store": each.store_code,
                "label": fate_label(each.fate),
                "expected": money(each.due_amount, each.currency),
                "released": money(each.released_amount, each.released_currency),
                "left": "–" if expected is None else amount(expected),
                "right": "–" if released is None else amount(released),
                "files": _files(
                    [
                        *sold.get((each.store, each.reference), []),
                        *paid.get((each.store, each.reference), []),
                    ]
                ),
            }
            for each, expected, released in shown
        ],
        "left_krw": amount(sum((left or 0 for _each, left, _right in found.fates), Decimal(0))),
        "right_krw": amount(sum((right or 0 for _each, _left, right in found.fates), Decimal(0))),
    }


def _files(rows: Sequence[lines.Row]) -> list[dict[str, str]]:
    """Each file once, with the rows."""
    numbers: dict[tuple[UUID, str], list[int]] = {}
    for each in rows:
        numbers.setdefault((each.batch, each.file), []).append(each.row)
    return [
        {
            "url": reverse("admin:reports_importbatch_change", args=[batch]),
            "label": _("%(file)s, row %(rows)s")
            % {"file": name, "rows": ", ".join(str(each) for each in sorted(set(of_file)))},
        }
        for (batch, name), of_file in numbers.items()
    ]
