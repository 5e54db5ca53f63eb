"""What the company has agreed to, what it is asked, and how it takes a consent back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from companies import permissions, queries
from companies.domain import consents
from companies.models import Company, Consent
from companies.views.own import crumbs, own_company, person
from ground import clock


@require_GET
def consent_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = own_company(request, pk)
    now = clock.now()
    given = (
        Consent.objects.with_end()
        .filter(company=company)
        .select_related("text__agency", "text__receiver", "text__country", "given_by")
        .order_by("withdrawn_at", "-given_at")
    )
    role = permissions.role_in(person(request), company)
    context = {
        "company": company,
        "crumbs": crumbs(company),
        "texts": queries.texts_to_ask(company, now),
        "consents": given,
        "now": now,
        "why_not_give": permissions.why_not_write(role, company),
        "why_not_change": permissions.why_not_change(role),
    }
    return render(request, "companies/consent_list.html", context)


@require_POST
def consent_give(request: HttpRequest, pk: UUID, text: UUID) -> HttpResponse:
    """Only texts that the company is asked for exist here."""
    company = own_company(request, pk)
    wanted = next((each for each in queries.texts_to_ask(company, clock.now()) if each.pk == text), None)
    if wanted is None:
        raise Http404
    consents.give(wanted, company, by=person(request))
    messages.success(request, _("Your consent is recorded."))
    return HttpResponseRedirect(_consents(company))


@require_POST
def consent_withdraw(request: HttpRequest, pk: UUID, consent: UUID) -> HttpResponse:
    company = own_company(request, pk)
    row = get_object_or_404(Consent, pk=consent, company=company)
    consents.withdraw(row, by=person(request))
    messages.success(request, _("Your consent is withdrawn from now on."))
    return HttpResponseRedirect(_consents(company))


def _consents(company: Company) -> str:
    return reverse("consent_list", kwargs={"pk": company.pk})
