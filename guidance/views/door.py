"""Check-in at the door (체크인), on a phone: staff type the code or open the scanned picture."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.roles import agency_ids
from companies.forms import tell
from companies.views.own import person, sent
from ground.errors import RuleBroken
from guidance.domain import registering
from guidance.forms.briefing import DoorForm
from guidance.models import Briefing, Registration
from guidance.queries.briefings import with_counts


@require_http_methods(["GET", "HEAD", "POST"])
def briefing_door(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST checks in and shows who it is; `?code=` (the scanned picture) shows who it is with a button."""
    briefing = get_object_or_404(
        with_counts(Briefing.objects.filter(agency__in=agency_ids(person(request)))), pk=pk
    )
    form = DoorForm(sent(request))
    found, status = None, 200
    if request.method == "POST" and form.is_valid():
        try:
            found, is_new = registering.check_in(briefing, form.cleaned_data["code"], by=person(request))
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            done = urlencode({"code": found.code, "done": "now" if is_new else "again"})
            return redirect(f"{reverse('briefing_door', kwargs={'pk': briefing.pk})}?{done}")
    code = registering.clean_code(request.GET.get("code", ""))
    if request.method != "POST" and code:
        rows = Registration.objects.filter(briefing=briefing).select_related("company")
        found = rows.filter(code=code).first()
        status = 200 if found else 404
    return render(
        request,
        "guidance/briefing_door.html",
        {
            "briefing": briefing,
            "form": form,
            "found": found,
            "unknown": code if code and found is None and request.method != "POST" else "",
            "is_now": request.GET.get("done") == "now",
            "has_seat": found is not None and found.state == Registration.State.REGISTERED,
        },
        status=status,
    )
