"""Check-in at the door (체크인), on a phone: staff type the code or open the scanned picture."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.roles import agency_ids
from companies.forms import tell
from companies.views.own import person, sent
from ground import clock
from ground.errors import RuleBroken
from guidance.domain import attending
from guidance.forms.briefing import DoorForm, WalkInForm
from guidance.models import Briefing, Registration
from guidance.queries.briefings import with_counts

State = Registration.State


def _own(request: HttpRequest, pk: UUID) -> Any:
    rows = Briefing.objects.filter(agency__in=agency_ids(person(request)))
    return get_object_or_404(with_counts(rows).select_related("agency"), pk=pk)


def _in(briefing: Briefing, found: Registration, is_new: bool) -> HttpResponse:
    """To the page at the door, which says who came in."""
    done = urlencode({"code": found.code, "done": "now" if is_new else "again"})
    return redirect(f"{reverse('briefing_door', kwargs={'pk': briefing.pk})}?{done}")


@require_http_methods(["GET", "HEAD", "POST"])
def briefing_door(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST checks in and shows who it is; `?code=` (the scanned picture) shows who it is with a button."""
    briefing = _own(request, pk)
    form = DoorForm(sent(request))
    found, status = None, 200
    if request.method == "POST" and form.is_valid():
        try:
            found, is_new = attending.check_in(briefing, form.cleaned_data["code"], by=person(request))
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            return _in(briefing, found, is_new)
    code = attending.clean_code(request.GET.get("code", ""))
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
            "room": attending.room(briefing, clock.now()),
            "is_now": request.GET.get("done") == "now",
            "may_enter": found is not None and found.state in {State.REGISTERED, State.WAITING},
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def briefing_walk_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let somebody in who had not registered; what was typed stays when it is refused."""
    briefing = _own(request, pk)
    form = WalkInForm(sent(request))
    status = 200
    if form.is_bound and not form.is_valid():
        status = 400
    elif form.is_bound:
        try:
            found, is_new = attending.enter(
                briefing, form.who(), key=form.cleaned_data["key"], by=person(request)
            )
        except RuleBroken as refusal:
            tell(form, refusal)
            status = 409
        else:
            return _in(briefing, found, is_new)
    return render(
        request,
        "guidance/briefing_walk_in.html",
        {
            "briefing": briefing,
            "form": form,
            "room": attending.room(briefing, clock.now()),
            "consent": attending.consent_text(briefing),
        },
        status=status,
    )
