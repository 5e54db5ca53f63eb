"""The provider's work: deliveries to tick off, stores with their files, what was passed on to companies."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import organization_ids
from companies.models import Company, Member
from ground import clock
from ground.errors import RuleBroken
from programs.models import Assignment, Participation, Store
from programs.queries.delivery import of_provider
from programs.views.evaluation import person
from reports.domain import proving
from reports.forms import DisputeForm, PayoutForm
from reports.models import ImportBatch, PayoutProof
from reports.queries import statements, unstated
from reports.views import unstated as unstated_view
from reports.views.sales import amounts_of, places_of, row_of
from reports.views.statements import lines_of, summary_of

SHOWN_PROOFS = 100


@require_GET
def provider_home(request: HttpRequest) -> HttpResponse:
    """Everything a provider does here, on one page."""
    user = person(request)
    stores = Store.objects.filter(organization__in=organization_ids(user), disabled_on__isnull=True)
    batches = (
        ImportBatch.objects.filter(store__in=stores)
        .select_related("file", "store")
        .defer(*ImportBatch.OF_ITS_PAGE)[:20]
    )
    proofs = PayoutProof.objects.filter(store__in=stores).select_related(
        "store", "participation__company", "participation__program", "proof"
    )
    shown = list(proofs.order_by("-month", "store__code")[:SHOWN_PROOFS])
    ledger = statements.against(shown, clock.today())
    owed = unstated.of_stores(stores, clock.today())
    return render(
        request,
        "reports/provider_home.html",
        {
            "stores": stores.order_by("code"),
            "to_do": of_provider(user).filter(state="planned"),
            "done": of_provider(user).filter(state="done"),
            "batches": [row_of(batch) for batch in batches],
            "proofs": [
                {
                    "proof": proof,
                    "ledger": lines_of(ledger[proof.pk]),
                    "summary": summary_of(ledger[proof.pk]),
                    **amounts_of(proof),
                }
                for proof in shown
            ],
            "may_upload": bool(places_of(user)),
            "may_state": bool(_payees(user)),
            "unstated_count": len(owed),
            "unstated": unstated_view.table(owed[:SHOWN_PROOFS], is_own=True) if owed else None,
        },
    )


def _payees(user: Any) -> list[tuple[str, str]]:
    """Stores of the provider with the companies that sell in them, and those to which something is to be stated anew:
    keys `store|participation`."""
    rows = (
        Assignment.objects.filter(store__organization__in=organization_ids(user))
        .select_related("store", "participation__company")
        .order_by("store__code", "participation__company__name_ko")
    )
    opened = PayoutProof.objects.filter(
        store__organization__in=organization_ids(user), reopened_at__isnull=False
    ).select_related("store", "participation__company")
    found = {
        f"{row.store_id}|{row.participation_id}": f"{row.store.name} · {row.participation.company}"
        for row in [*rows, *opened]
    }
    return list(found.items())


@require_http_methods(["GET", "POST"])
def payout_state(request: HttpRequest) -> HttpResponse:
    """State what was passed on to a company for a month. The company is asked to confirm it."""
    user = person(request)
    is_sent = request.method == "POST"
    form = PayoutForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        places=_payees(user),
        initial={"currency": "KRW"},
    )
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            values = dict(form.cleaned_data)
            store, _bar, part = values.pop("place").partition("|")
            try:
                proving.state(
                    Store.objects.get(pk=store), Participation.objects.get(pk=part), by=user, **values
                )
            except RuleBroken as error:
                form.add_error(
                    next((name for name in error.fields if name in form.fields), None), str(error.sentence)
                )
                status = 409
            else:
                messages.success(request, _("The payout is recorded. The company is asked to confirm it."))
                return redirect("provider_home")
    context = {"form": form, "crumbs": [{"label": _("Provider work"), "url": reverse("provider_home")}]}
    return render(request, "reports/payout_state.html", context, status=status)


@require_POST
def payout_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The company confirms that the money came."""
    user = person(request)
    proving.confirm(_own_proof(user, pk), by=user, seen=request.POST.get("seen", ""))
    messages.success(request, _("Thank you. The payout is confirmed."))
    return redirect("sales_list")


@require_http_methods(["GET", "POST"])
def payout_dispute(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The company says what is wrong with a statement; the agency looks into it."""
    user = person(request)
    proof = _own_proof(user, pk)
    is_sent = request.method == "POST"
    form = DisputeForm(request.POST if is_sent else None, initial={"seen": proving.digest(proof)})
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            try:
                proving.dispute(proof, by=user, **form.cleaned_data)
            except RuleBroken as error:
                form.add_error("reason" if "reason" in error.fields else None, str(error.sentence))
                status = 409
            else:
                messages.success(request, _("The agency and the provider know. The agency looks into it."))
                return redirect("sales_list")
    context = {
        "form": form,
        "proof": proof,
        **amounts_of(proof),
        "crumbs": [{"label": _("Sales"), "url": reverse("sales_list")}],
    }
    return render(request, "reports/payout_dispute.html", context, status=status)


def _own_proof(user: Any, pk: UUID) -> PayoutProof:
    writes_for = Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR)
    own = PayoutProof.objects.filter(participation__company__in=writes_for)
    return get_object_or_404(
        own.select_related("store__organization", "participation__company", "proof"), pk=pk
    )
