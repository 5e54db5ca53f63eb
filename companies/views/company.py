"""The company's own page, and how a company comes into somebody's hands."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from companies import permissions, queries, tax_days, tax_office
from companies.domain import facts, registration
from companies.domain.registration import Answer, Statement
from companies.forms import CompanyForm, ContactForm, RegisterForm, RegisterWithCertificateForm, tell
from companies.models import Claim, Company, Contact, Succession
from companies.views.own import address, form_page, person, sent, writable_company
from ground import clock
from ground.errors import RuleBroken

PRODUCTS_SHOWN = 10


@require_GET
def company_show(request: HttpRequest) -> HttpResponse:
    """The user's company; with several the one chosen by `?company=`, else a choice; without any the way to one."""
    mine = list(Company.objects.of_member(person(request)))
    wanted = request.GET.get("company", "")
    if wanted:
        company = next((each for each in mine if str(each.pk) == wanted), None)
        if company is None:
            raise Http404
    elif not mine:
        return HttpResponseRedirect(reverse("company_register"))
    elif len(mine) == 1:
        company = mine[0]
    else:
        closing = Succession.objects.closing().filter(former__in=mine).select_related("former", "successor")
        said = {each.former_id: each.sentence(each.former_id) for each in closing}
        choice = sorted(((each, said.get(each.pk, "")) for each in mine), key=lambda one: bool(one[1]))
        return render(request, "companies/company_choose.html", {"companies": choice})
    role = permissions.role_in(person(request), company)
    now = clock.now()
    products = company.products.filter(disabled_on__isnull=True)
    successions = list(Succession.objects.beside(company))
    closed = next((each.sentence(company.pk) for each in successions if each.closes(company.pk)), None)
    answer = queries.tax_answers([company.pk]).get(company.pk)
    context = {
        "company": company,
        "successions": [each.sentence(company.pk) for each in successions],
        "others": [each for each in mine if each != company],
        "role": role,
        "why_not_change": closed or permissions.why_not_change(role),
        "why_not_manage": permissions.why_not_manage(role),
        "answer": answer,
        "days_of_calls": tax_days.of_calls(company, answer),
        "places": company.places.select_related("province").in_order(),
        "industries": company.industries.select_related("industry").order_by("-is_main", "industry"),
        "figures": company.figures.all(),
        "papers": queries.papers(company, now.astimezone(clock.SEOUL).date()),
        "sizes": company.sizes.select_related("certificate"),
        "marks": company.marks.select_related("agency"),
        "products": products[:PRODUCTS_SHOWN],
        "product_count": products.count(),
        "contacts": {each.kind: each for each in company.contacts.all()},
        "contact_kinds": Contact.Kind.choices,
        "members": company.members.filter(ended_at__isnull=True)
        .select_related("user")
        .order_by("created_at"),
        "texts_to_ask": len(queries.texts_to_ask(company, now)),
    }
    return render(request, "companies/company_show.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def company_register(request: HttpRequest) -> HttpResponse:
    """Three steps on one address: state the company; if the tax office does not confirm it, send the certificate; wait."""
    user = person(request)
    wants_certificate = "with_certificate" in request.POST or "certificate" in request.GET
    form_class = RegisterWithCertificateForm if wants_certificate else RegisterForm
    claims = Claim.objects.waiting().filter(user=user).select_related("company")
    form = form_class(
        sent(request), request.FILES or None, initial=_stated(claims) if wants_certificate else {}
    )
    banner = None
    if request.method == "POST" and form.is_valid():
        entries = dict(form.cleaned_data)
        certificate = entries.pop("certificate", None)
        try:
            outcome = registration.claim(Statement(**entries), by=user, certificate=certificate)
        except RuleBroken as error:
            tell(form, error)
        else:
            if outcome.answer in {Answer.GRANTED, Answer.MEMBER} and outcome.company is not None:
                if outcome.answer is Answer.GRANTED:
                    messages.success(
                        request, _("The tax office confirmed your entries. Complete your company’s facts.")
                    )
                return HttpResponseRedirect(address(outcome.company))
            if outcome.answer in {Answer.OWNER_ASKED, Answer.WAITING, Answer.ASKED}:
                return HttpResponseRedirect(f"{reverse('company_register')}?done={outcome.answer}")
            banner = {
                Answer.NOT_CONFIRMED: _(
                    "The tax office does not confirm that these entries belong together."
                ),
                Answer.NO_ANSWER: tax_office.reason(outcome.why),
            }[outcome.answer]
            if not wants_certificate:
                form = RegisterWithCertificateForm(initial=form.cleaned_data)
            wants_certificate = True
    context = {
        "form": form,
        "banner_text": banner,
        "wants_certificate": wants_certificate,
        "steps": _steps(2 if wants_certificate else 1),
        "claims": claims,
        "done": request.GET.get("done", ""),
    }
    return render(request, "companies/company_register.html", context)


def _stated(claims: QuerySet[Claim]) -> dict[str, object]:
    """What was stated in the last claim that the tax office left without an answer: nobody types it twice."""
    claim = claims.filter(method=Claim.Method.ASKED).order_by("-created_at").first()
    if claim is None:
        return {}
    return {
        "business_number": claim.company.pretty_number,
        "representative": claim.stated_representative,
        "opened_on": claim.stated_opened_on,
        "name_ko": claim.stated_name,
    }


def _steps(current: int) -> list[dict[str, object]]:
    labels = [_("Your entries"), _("Certificate, if needed"), _("Company page")]
    return [
        {"label": label, "state": "done" if number < current else "current" if number == current else "todo"}
        for number, label in enumerate(labels, 1)
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def company_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return form_page(
        request,
        CompanyForm(sent(request), instance=Company.objects.get(pk=company.pk)),
        lambda entries: facts.edit_company(company, facts=entries, by=person(request)),
        template="companies/company_edit.html",
        company=company,
        done=_("The facts are saved."),
        then=address(company),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    company = writable_company(request, pk)
    if kind not in Contact.Kind.values:
        raise Http404
    contact = Contact.objects.filter(company=company, kind=kind).first() or Contact(
        company=company, kind=kind
    )
    return form_page(
        request,
        ContactForm(sent(request), instance=contact),
        lambda entries: facts.put_contact(company, kind=kind, facts=entries, by=person(request)),
        template="companies/contact_edit.html",
        company=company,
        done=_("The contact is saved."),
        then=address(company, "people"),
        context={"kind_label": Contact.Kind(kind).label},
    )


@require_GET
def company_list(request: HttpRequest) -> HttpResponse:
    """Companies that the user's organization has come to see."""
    words = request.GET.get("q", "").strip()
    rows = Company.objects.seen_by_organizations_of(person(request))
    page = Paginator(rows.search(words) if words else rows, 50).get_page(request.GET.get("page"))
    return render(request, "companies/company_list.html", {"page_obj": page, "words": words})


@require_GET
def company_facts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Facts for an organization that sees the company; people only as far as a consent lets it."""
    user = person(request)
    company = get_object_or_404(Company.objects.seen_by_organizations_of(user), pk=pk)
    context = {
        "company": company,
        "places": company.places.filter(until_on__isnull=True).select_related("province").in_order(),
        "industries": company.industries.select_related("industry").order_by("-is_main", "industry"),
        "products": Paginator(company.products.filter(disabled_on__isnull=True), 50).get_page(
            request.GET.get("page")
        ),
        "contacts": queries.contacts_visible_to(user, company),
    }
    return render(request, "companies/company_facts.html", context)
