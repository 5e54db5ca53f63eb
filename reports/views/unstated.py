"""What providers have not stated to their companies, for staff and for the provider itself."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from accounts.roles import agency_ids
from ground import clock
from ground.templatetags.naru import amount, day, seoul
from ground.templatetags.naru import month as month_word
from programs.models import Store
from reports.printing.words import money
from reports.queries import unstated
from reports.queries.unstated import Unstated
from reports.views import tables

ROWS = 100


def context_of(user: Any, page: str | None) -> dict[str, Any]:
    """The list of the person's agencies."""
    found = unstated.of_stores(Store.objects.filter(agency__in=agency_ids(user)), clock.today())
    page_obj = Paginator(found, ROWS).get_page(page)
    return {"unstated": table(list(page_obj)), "count": len(found), "page_obj": page_obj}


def table(rows: list[Unstated], *, is_own: bool = False) -> dict[str, Any]:
    """Who owes which month to whom, and since when; `is_own` for the provider itself, which knows its own name."""
    today = clock.today()
    columns = [
        tables.Column(_("Company")),
        tables.Column(_("Month")),
        *([] if is_own else [tables.Column(_("Provider"))]),
        tables.Column(_("Store")),
        tables.number(_("Received for the company")),
        tables.number(_("Due")),
        tables.number(_("Days overdue")),
        tables.Column(_("Reminded")),
    ]
    return tables.table(
        _("Payouts that the provider has not stated"),
        columns,
        [
            (
                row.company, month_word(row.month), *([] if is_own else [row.organization]), row.store_code,
                money(row.amount, row.currency),
                day(row.due_on), amount(row.overdue_days(today)) if row.due_on < today else "–",
                seoul(row.reminded_at) if row.reminded_at else "–",
            )
            for row in rows
        ],
    )  # fmt: skip
