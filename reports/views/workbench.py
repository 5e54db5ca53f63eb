"""What the staff's pages about figures show: waiting lines, results of a program."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ground import clock
from ground.access import may
from ground.templatetags.naru import amount, day
from programs.models import Program
from programs.queries.targets import sentence
from reports.models import ImportBatch
from reports.printing.words import money, percent
from reports.queries import order_sums, payout_pages, results, shipments, targets, waiting
from reports.views import cohorts, sharing, tables


def waiting_context(user: Any) -> dict[str, Any]:
    """Five lists, each with where to solve it; what cannot be solved here is named with its amount."""
    today = clock.today()
    programs = Program.objects.of_agencies(user).order_by("code")
    gaps = waiting.rate_gaps(
        [results.scope_until(program, today) for program in programs if program.starts_on <= today]
    )
    may_decide = may(user, "admin:reports_statereading_add", "POST")
    return {
        "unassigned": [
            {
                "row": row,
                "days": day(row.first_on)
                if row.first_on == row.last_on
                else f"{day(row.first_on)} – {day(row.last_on)}",
                "amount": money(row.amount, row.currency),
                "url": reverse("admin:programs_store_change", args=[row.store]),
            }
            for row in waiting.unassigned(user)
        ],
        "states": [
            {
                "row": row,
                "amount": money(row.amount, row.currency),
                "url": f"{reverse('admin:reports_statereading_add')}?{urlencode({'text': row.text})}"
                if may_decide
                else "",
            }
            for row in waiting.unknown_states(user)
        ],
        "gaps": [
            {"row": row, "amount": money(row.amount, row.currency), "days": [day(each) for each in row.days]}
            for row in gaps
        ],
        "rates_url": reverse("admin:reports_exchangerate_changelist"),
        "loose": [
            {"row": row, "amount": money(row.amount, row.currency)} for row in waiting.loose_payouts(user)
        ],
        "odd": [
            {"row": row, "amount": money(row.amount, row.currency)} for row in waiting.unknown_movements(user)
        ],
    }


SHOWN_ROWS = 20
"""So many rows of companies and of stores stand on the page of results, those that sold most; all of them on pages of their own."""
SHOWN_DIFFERENCES = 10
"""So many orders that differ, and payouts without an order; all of them stand by month of sale."""
ROWS_ON_A_PAGE = 100
LISTS = {
    "companies": (gettext_lazy("Orders by company"), gettext_lazy("Company"), results.by_company),
    "stores": (gettext_lazy("Orders by store"), gettext_lazy("Store"), results.by_store),
}


def list_context(user: Any, code: str, what: str, page: Any) -> dict[str, Any]:
    """Every company or store of a program with what it sold, as of today, a hundred rows a page."""
    today = clock.today()
    program = get_object_or_404(Program.objects.of_agencies(user), code=code, starts_on__lte=today)
    caption, first, rows_of = LISTS[what]
    rows = rows_of(order_sums.orders(results.scope_until(program, today)))
    shown = Paginator(rows, ROWS_ON_A_PAGE).get_page(page)
    return {
        "title": caption,
        "program": program,
        "page_obj": shown,
        "table": tables.labeled(caption, first, list(shown.object_list), of=rows),
        "dollar_note": tables.dollar_note(program),
    }


def results_context(user: Any, code: str) -> dict[str, Any]:
    """The results of the chosen program (else of the first), as of today."""
    today = clock.today()
    programs = list(Program.objects.of_agencies(user).order_by("-starts_on", "code"))
    chosen = next(
        (program for program in programs if program.code == code), programs[0] if programs else None
    )
    context: dict[str, Any] = {"programs": programs, "program": chosen}
    if chosen is None or chosen.starts_on > today:
        return context
    found = results.of_program(chosen, today)
    standing = targets.standing(chosen, today)
    grades = dict(ImportBatch.Grade.choices)
    graded_krw = sum(row.sum.krw_amount for row in found.by_grade)
    return {
        **context,
        "standing": standing,
        "sentence": sentence(standing.target, chosen) if standing.target else "",
        "months": tables.months(found.months),
        "of_which": tables.of_which(found.of_which),
        "shared": sharing.context(found.shared),
        "together": sharing.together(chosen, today, found.shared),
        "has_stock": shipments.has_shipments(chosen),
        "by_company": tables.labeled(_("Orders by company"), _("Company"), found.by_company, most=SHOWN_ROWS),
        "has_more_companies": len(found.by_company) > SHOWN_ROWS,
        "has_more_stores": len(found.by_store) > SHOWN_ROWS,
        "by_store": tables.labeled(_("Orders by store"), _("Store"), found.by_store, most=SHOWN_ROWS),
        "by_product_group": tables.product_groups(found.by_product_group),
        "dollar_note": tables.dollar_note(chosen),
        "in_dollars": tables.standing_in_dollars(standing),
        "by_grade": tables.table(
            _("Orders by who brought the file"),
            [
                tables.Column(_("File brought by")),
                tables.number(_("Lines")),
                tables.number(_("before refunds"), tables.won()),
                tables.number(_("Share of KRW")),
            ],
            [
                (
                    grades.get(row.code, row.code),
                    amount(row.sum.lines),
                    amount(row.sum.krw_amount),
                    percent(row.sum.krw_amount, graded_krw),
                )
                for row in found.by_grade
            ],
        ),
        "fates": tables.fates(found.fates),
        "due_note": cohorts.due_note(chosen),
        "age": cohorts.age(found.paid),
        "differences": [
            {
                "row": row,
                "label": tables.fate_label(row.fate),
                "due": day(row.due_on),
                "expected": money(row.expected_amount, row.currency),
                "released": money(row.released_amount, row.released_currency),
            }
            for row in payout_pages.first_differing(chosen, today, found.paid.rows, SHOWN_DIFFERENCES)
        ],
        "difference_count": found.difference_count,
        "orphans": [
            {"row": row, "amount": money(row.amount, row.currency)}
            for row in payout_pages.first_orphans(chosen, found.paid.rows, SHOWN_DIFFERENCES)
        ],
        "orphan_count": found.orphan_count,
        "unnamed": [
            {"count": count, "amount": money(total, currency)} for currency, count, total in found.unnamed
        ],
    }
