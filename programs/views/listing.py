"""The company's listings."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from programs.models import Listing
from programs.queries.listings import of_companies, rows_of
from programs.views.evaluation import person


@require_GET
def listing_list(request: HttpRequest) -> HttpResponse:
    """Each product on each market with its state; `?state=` shows one state only."""
    state = request.GET.get("state", "")
    found = of_companies(person(request))
    if state in Listing.State.values:
        found = found.filter(state=state)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": rows_of(page),
        "states": [(each.value, each.label) for each in Listing.State],
        "state": state if state in Listing.State.values else "",
    }
    return render(request, "programs/listing_list.html", context)
