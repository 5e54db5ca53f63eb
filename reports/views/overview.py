"""Programs as bodies around the agency see them: totals for a supervising body; for platform partners
the companies that take part, and no figures. No person's data."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ground.access import Role, roles_of
from programs.models import Participation
from reports.queries import home as questions


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    roles = roles_of(request.user)
    shows_companies = Role.PARTNER in roles
    companies = (
        Participation.objects.visible_to(request.user)
        .taking_part()
        .select_related("company", "program")
        .order_by("program__code", "number")
        if shows_companies
        else []
    )
    context = {
        "supervises": Role.SUPERVISING in roles,
        "programs": questions.programs_under(request.user) if Role.SUPERVISING in roles else [],
        "shows_companies": shows_companies,
        "companies": companies,
    }
    return render(request, "reports/overview.html", context)
