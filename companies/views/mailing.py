"""The link in each mail to companies that ends them, without a sign-in."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from companies.domain import mailing
from companies.models import Consent, ConsentText


@csrf_exempt  # who holds the token of the mail may end the mails; a mailbox's own button sends no cookie
@require_http_methods(["GET", "POST"])
def mails_end(request: HttpRequest, token: str) -> HttpResponse:
    """A page with one button: programs that look into mails only open links, and end nothing. The mailbox's own button
    posts here (RFC 8058) and wants no redirect."""
    found = mailing.read_token(token)
    if found is None:
        raise Http404
    company, agency, kind = found
    if request.method == "POST":
        mailing.end_by_link(company, agency, kind)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse(status=204)
        return redirect("mails_end", token=token)
    stands = (
        Consent.objects.filter(company=company, withdrawn_at__isnull=True)
        .to_mails_of(agency.pk, kind)
        .exists()
    )
    return render(
        request,
        "companies/mails_end.html",
        {
            "company": company,
            "agency": agency,
            "stands": stands,
            "is_guide": kind == ConsentText.Kind.GUIDE,
        },
    )
