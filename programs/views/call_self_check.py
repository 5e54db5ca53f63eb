"""Where a company stands with a call before it fills in any form: for everybody, and nothing of it is kept."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from companies.models import Company
from ground import clock, words
from programs.domain.criteria.known import known
from programs.domain.criteria.needs import needs
from programs.forms.self_check import SelfCheckForm, section_of
from programs.queries import calls
from programs.queries.self_check import standing
from programs.views.call import way_in


@require_http_methods(["GET", "POST"])
def call_self_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Of a call that is open or announced. Members of several companies choose one (`?company=`)."""
    call = get_object_or_404(calls.readable_by(request.user), pk=pk)
    now = clock.now()
    row = calls.row_of(call, now)
    criteria = list(call.criterions.order_by("position", "id"))
    asked = needs(call, criteria)
    companies: list[Company] = []
    if request.user.is_authenticated:
        companies = list(Company.objects.of_member(request.user).order_by("name_ko", "id"))
    company = next(
        (each for each in companies if str(each.pk) == request.GET.get("company")),
        companies[0] if companies else None,
    )
    facts = known(call.agency_id, company.pk) if company else None
    form = SelfCheckForm(
        asked,
        call.questions.filter(code__in=asked.questions),
        request.POST if request.method == "POST" else None,
        known=facts,
        today=now.astimezone(clock.SEOUL).date(),
    )
    found = None
    if row.state != "closed" and form.is_bound and form.is_valid():
        stated = form.stated
        found = standing(
            call,
            criteria,
            form.facts(),
            lambda criterion, day: not stated.isdisjoint(section_of(criterion, day)),
        )
    return render(
        request,
        "programs/call_self_check.html",
        {
            "call": call,
            "row": row,
            "form": form,
            "is_anything_asked": asked.anything,
            "standing": found,
            "company": company,
            "companies": companies,
            "way_in": way_in(request, row),
            "crumbs": [
                {"label": _("Calls"), "url": reverse("call_list")},
                {"label": words.plain(call, "title"), "url": reverse("call_show", kwargs={"pk": call.pk})},
            ],
        },
    )
