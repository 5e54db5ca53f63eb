"""Places, industries, yearly figures and certificates of the user's company."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from companies.domain import facts
from companies.forms import CertificateForm, FigureForm, IndustryForm, PlaceEndForm, PlaceForm
from companies.models import Certificate, CompanyIndustry, Place, YearlyFigure
from companies.views.own import address, form_page, person, sent, writable_company
from ground import clock


@require_http_methods(["GET", "HEAD", "POST"])
def place_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return form_page(
        request,
        PlaceForm(sent(request), initial={"kind": Place.Kind.HEAD_OFFICE}),
        lambda entries: facts.add_place(company, facts=entries, by=person(request)),
        template="companies/place_add.html",
        company=company,
        done=_("The place is saved."),
        then=address(company, "places"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def place_end(request: HttpRequest, pk: UUID, place: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    row = get_object_or_404(Place.objects.select_related("province"), pk=place, company=company)
    return form_page(
        request,
        PlaceEndForm(sent(request)),
        lambda entries: facts.end_place(row, until_on=entries["until_on"], by=person(request)),
        template="companies/place_end.html",
        company=company,
        done=_("The place has an end."),
        then=address(company, "places"),
        context={"place": row},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def industry_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return form_page(
        request,
        IndustryForm(sent(request)),
        lambda entries: facts.add_industry(company, by=person(request), **entries),
        template="companies/industry_edit.html",
        company=company,
        done=_("The industry is saved."),
        then=reverse("industry_edit", kwargs={"pk": company.pk}),
        context={
            "industries": company.industries.select_related("industry").order_by("-is_main", "industry"),
            "back": address(company, "industries"),
        },
    )


@require_POST
def industry_remove(request: HttpRequest, pk: UUID, entry: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    facts.remove_industry(get_object_or_404(CompanyIndustry, pk=entry, company=company), by=person(request))
    messages.success(request, _("The industry is removed."))
    return HttpResponseRedirect(reverse("industry_edit", kwargs={"pk": company.pk}))


@require_http_methods(["GET", "HEAD", "POST"])
def figure_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Figures of `?year=` (the year before this one unless said otherwise)."""
    company = writable_company(request, pk)
    this_year = clock.today().year
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 else this_year - 1
    known = YearlyFigure.objects.filter(company=company, year=year).first()
    initial = {"year": year, "source": YearlyFigure.Source.COMPANY}
    form = FigureForm(sent(request), instance=known or YearlyFigure(company=company), initial=initial)
    return form_page(
        request,
        form,
        lambda entries: facts.put_figures(company, year=entries["year"], facts=entries, by=person(request)),
        template="companies/figure_edit.html",
        company=company,
        done=_("The figures are saved."),
        then=address(company, "figures"),
        context={"year": year, "years": range(this_year, this_year - 5, -1)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def certificate_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    form = CertificateForm(sent(request), request.FILES or None, instance=Certificate(company=company))
    return form_page(
        request,
        form,
        lambda entries: facts.add_certificate(
            company,
            facts={name: value for name, value in entries.items() if name != "upload"},
            upload=entries["upload"],
            by=person(request),
        ),
        template="companies/certificate_add.html",
        company=company,
        done=_("The certificate is saved. Staff will look at it."),
        then=address(company, "certificates"),
    )
