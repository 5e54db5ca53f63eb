"""The company's agreement: read it, accept it, see what is delivered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from companies.models import Member
from ground import clock
from ground.errors import RuleBroken
from programs.domain import agreement, declining, ending, going_on, lasting, leaving
from programs.forms.participation import AcceptForm, AskForm, EndForm
from programs.models import Delivery, Participation, Payment
from programs.queries.delivery import visible
from programs.queries.further import further_of
from programs.queries.participations import of_companies
from programs.views.evaluation import person


@require_GET
def participation_list(request: HttpRequest) -> HttpResponse:
    """Agreements of the reader's companies, those to be accepted first."""
    rows = of_companies(person(request))
    return render(request, "programs/participation_list.html", {"participations": rows})


@require_GET
def participation_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(of_companies(person(request)), pk=pk)
    return _show(request, row, AcceptForm(initial={"text_sha256": row.text_sha256}))


@require_POST
def participation_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The owner accepts the text whose checksum the page carried."""
    by = person(request)
    row = get_object_or_404(of_companies(by), pk=pk)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, status=400)
    try:
        agreement.accept(row, text_sha256=form.cleaned_data["text_sha256"], by=by)
    except RuleBroken as error:
        fresh = AcceptForm({"text_sha256": row.text_sha256, "is_read": ""})
        fresh.full_clean()
        fresh.errors.clear()
        fresh.add_error(None, str(error.sentence))
        return _show(request, row, fresh, status=409)
    messages.success(request, _("The agreement is accepted. You find it here at any time."))
    return redirect("participation_show", pk=row.pk)


@require_http_methods(["GET", "POST"])
def participation_decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what declining means; then do it."""
    by = person(request)
    row = get_object_or_404(of_companies(by), pk=pk)
    if request.method == "POST":
        declining.decline(row, by=by, reason=request.POST.get("reason", "")[:500])
        messages.success(request, _("The agreement was declined."))
        return redirect("participation_show", pk=row.pk)
    if not _is_owner(row, by) or row.state != Participation.State.OFFERED:
        return redirect("participation_show", pk=row.pk)
    context = {"participation": row, "crumbs": _crumbs(row)}
    return render(request, "programs/participation_decline.html", context)


@require_http_methods(["GET", "POST"])
def participation_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what ending the agreement means; then ask the agency for it."""
    by = person(request)
    row = get_object_or_404(of_companies(by), pk=pk)
    if request.method == "GET":
        if not _can_ask_to_end(row, by):
            return redirect("participation_show", pk=row.pk)
        first = min(clock.today(), row.program.ends_on)
        return _ask_to_end(request, row, EndForm(participation=row, initial={"last_on": first}))
    form = EndForm(request.POST, participation=row)
    if not form.is_valid():
        return _ask_to_end(request, row, form, status=400)
    try:
        ending.ask(row, last_on=form.cleaned_data["last_on"], reason=form.cleaned_data["reason"], by=by)
    except RuleBroken as error:
        field = error.fields[0] if error.fields and error.fields[0] in form.fields else None
        form.add_error(field, str(error.sentence))
        return _ask_to_end(request, row, form, status=409)
    messages.success(
        request, _("The request was sent to the agency. Until it answers, the agreement goes on.")
    )
    return redirect("participation_show", pk=row.pk)


@require_http_methods(["GET", "POST"])
def participation_go_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the agency that an agreement whose last day is agreed goes on after all."""
    by = person(request)
    row = get_object_or_404(of_companies(by), pk=pk)
    form = AskForm(request.POST or None)
    if request.method == "GET":
        if not _can_ask_to_go_on(row, by):
            return redirect("participation_show", pk=row.pk)
        return _ask_to_go_on(request, row, form)
    if not form.is_valid():
        return _ask_to_go_on(request, row, form, status=400)
    try:
        going_on.ask(row, reason=form.cleaned_data["reason"], by=by)
    except RuleBroken as error:
        form.add_error(None, str(error.sentence))
        return _ask_to_go_on(request, row, form, status=409)
    messages.success(request, _("The request was sent to the agency. Unless it agrees, the last day stays."))
    return redirect("participation_show", pk=row.pk)


@require_POST
def participation_end_take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The owner takes the request back while the agency has not answered."""
    by = person(request)
    row = get_object_or_404(of_companies(by), pk=pk)
    taken = ending.take_back(row, by=by)
    is_end = taken is None or not taken.is_to_go_on
    said = (
        _("The request was taken back. The agreement goes on.")
        if is_end
        else _("The request was taken back.")
    )
    messages.success(request, said)
    return redirect("participation_show", pk=row.pk)


def _can_ask_to_end(row: Any, by: User) -> bool:
    is_open = row.state == Participation.State.AGREED and row.last_on is None
    return is_open and not row.is_end_asked and _is_owner(row, by)


def _can_ask_to_go_on(row: Any, by: User) -> bool:
    is_to_come = row.ends_with is not None and not row.is_over_on(clock.today())
    return is_to_come and not row.is_go_on_asked and _is_owner(row, by)


def _ask_to_go_on(
    request: HttpRequest, row: Participation, form: AskForm, *, status: int = 200
) -> HttpResponse:
    context = {"participation": row, "form": form, "crumbs": _crumbs(row)}
    return render(request, "programs/participation_go_on.html", context, status=status)


def _crumbs(row: Participation) -> list[dict[str, str]]:
    return [
        {"label": _("Agreements"), "url": reverse("participation_list")},
        {"label": row.number, "url": reverse("participation_show", args=[row.pk])},
    ]


def _ask_to_end(
    request: HttpRequest, row: Participation, form: EndForm, *, status: int = 200
) -> HttpResponse:
    lapsing, still_paid = leaving.granted(row)
    context = {
        "participation": row,
        "form": form,
        "planned": visible(person(request)).filter(participation=row, state=Delivery.State.PLANNED),
        "lapsing": lapsing,
        "still_paid": still_paid,
        "crumbs": _crumbs(row),
    }
    return render(request, "programs/participation_end.html", context, status=status)


def _is_owner(row: Participation, by: User) -> bool:
    return Member.objects.filter(
        company=row.company_id, user=by, role=Member.Role.OWNER, ended_at__isnull=True
    ).exists()


def _show(request: HttpRequest, row: Any, form: Any, *, status: int = 200) -> HttpResponse:
    by = person(request)
    is_owner = _is_owner(row, by)
    is_offered = row.state == Participation.State.OFFERED
    has_ended = row.state == Participation.State.ENDED
    is_ending = row.ends_with or row.is_end_asked or has_ended
    lapsing, still_paid = leaving.granted(row) if is_ending else ([], [])
    lapsed = leaving.lapsed(row) if has_ended else []
    context = {
        "participation": row,
        "company": row.company,
        "form": form,
        "is_offered": is_offered,
        "can_accept": is_offered and is_owner and clock.today() <= row.accept_by,
        "is_owner": is_owner,
        "end_requests": row.end_requests.select_related("asked_by"),
        "can_ask_to_end": _can_ask_to_end(row, by),
        "can_ask_to_go_on": _can_ask_to_go_on(row, by),
        "is_late": is_offered and clock.today() > row.accept_by,
        "deliveries": visible(by).filter(participation=row),
        "payments": row.payments.filter(state=Payment.State.PAID).select_related(
            "currency", "delivery__component"
        ),
        "lapsing": lapsing,
        "still_paid": still_paid,
        "lapsed": lapsed,
        "is_end_agreed": bool(lapsed and row.last_on and lasting.is_end_agreed(row, row.last_on)),
        "further": further_of(row.program),
        "crumbs": [{"label": _("Agreements"), "url": reverse("participation_list")}],
    }
    return render(request, "programs/participation_show.html", context, status=status)
