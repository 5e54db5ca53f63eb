"""Programs as bodies around the agency see them: totals for a supervising body, companies' facts for partners. No
person's data."""

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
    shows_companies = bool(roles & {Role.PARTNER, Role.RESEARCH})
    companies = (
        Participation.objects.visible_to(request.user)
        .taking_part()
        .select_related("company", "program")
        .order_by("program__code", "number")
        if shows_companies
        else []
    )
    return render(
        request,
        "reports/overview.html",
        {"programs": questions.programs_of(request.user), "companies": companies},
    )
