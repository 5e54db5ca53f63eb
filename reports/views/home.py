"""The first page: for a visitor what Naru is and which calls are open; for a company what is due, how its applications
stand, what it sold."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from companies.models import Company
from ground.access import may
from ground.templatetags.naru import day
from programs.queries.applications import applications_of, tasks_of
from programs.queries.calls import published_calls
from reports.queries import duties
from reports.queries import home as questions


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    calls = published_calls()
    if not request.user.is_authenticated:
        return render(request, "reports/home_visitor.html", {"calls": calls["open"] + calls["coming"]})
    companies = list(Company.objects.of_member(request.user).order_by("name_ko"))
    context: dict[str, Any] = {
        "companies": companies,
        "calls": calls["open"],
        "applications": applications_of(request.user),
        "tasks": _tasks(request),
        "sold": questions.sold_by(request.user)[:6],
        "works": _works(request),
    }
    return render(request, "reports/home.html", context)


def _tasks(request: HttpRequest) -> list[dict[str, Any]]:
    """What is due, each with the page where the reader does it (no link for who only reads)."""
    rows = tasks_of(request.user)
    above = duties.pages_of(row.task for row in rows)
    found = []
    for row in rows:
        route, url = above.get(row.task.pk, (row.route, ""))
        if not route or not may(request.user, route):
            url = ""
        elif not url:
            url = reverse(route, kwargs={"pk": row.pk})
        found.append(
            {
                "label": row.label,
                "url": url,
                "due": _("by %(day)s") % {"day": day(row.due_on)},
                "badge": _("overdue") if row.is_late else "",
                "tone": "danger",
            }
        )
    return found


def _works(request: HttpRequest) -> list[dict[str, Any]]:
    """Doors of people who are not (only) of a company."""
    doors = (
        ("admin:index", _("Staff site"), _("Screening, delivery, sales files and reports of your agency.")),
        ("evaluation_list", _("Evaluation"), _("Declare your interests and score applications.")),
        ("research_list", _("Research"), _("What your body is asked to find out, and what it found.")),
        ("provider_home", _("Provider work"), _("Deliveries, sales files and payouts of your contracts.")),
        ("overview", _("Programs"), _("The programs that concern your organization.")),
    )
    return [
        {"url": reverse(route), "label": label, "hint": hint}
        for route, label, hint in doors
        if may(request.user, route)
    ]
