"""Products of the user's company."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies import permissions
from companies.domain import facts
from companies.forms import ProductForm
from companies.models import Company, Product
from companies.views.own import crumbs, form_page, own_company, person, sent, writable_company


@require_GET
def product_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = own_company(request, pk)
    words = request.GET.get("q", "").strip()
    products = company.products.order_by("disabled_on", "name_ko", "id")
    if words:
        products = products.filter(
            Q(code__icontains=words) | Q(name_ko__icontains=words) | Q(name_en__icontains=words)
        )
    role = permissions.role_in(person(request), company)
    context = {
        "company": company,
        "crumbs": crumbs(company),
        "page_obj": Paginator(products, 50).get_page(request.GET.get("page")),
        "words": words,
        "why_not_change": permissions.why_not_write(role, company),
    }
    return render(request, "companies/product_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def product_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return _product_form(request, company, None, "companies/product_add.html")


@require_http_methods(["GET", "HEAD", "POST"])
def product_edit(request: HttpRequest, pk: UUID, product: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return _product_form(
        request,
        company,
        get_object_or_404(Product, pk=product, company=company),
        "companies/product_edit.html",
    )


def _product_form(
    request: HttpRequest, company: Company, product: Product | None, template: str
) -> HttpResponse:
    return form_page(
        request,
        ProductForm(sent(request), instance=product or Product(company=company)),
        lambda entries: facts.put_product(company, facts=entries, by=person(request), product=product),
        template=template,
        company=company,
        done=_("The product is saved."),
        then=_products(company),
        context={
            "product": product,
            "crumbs": crumbs(company, (_("Products"), _products(company))),
        },
    )


@require_POST
def product_switch(request: HttpRequest, pk: UUID, product: UUID) -> HttpResponse:
    """Out of use, or with `in_use=1` back into it."""
    company = writable_company(request, pk)
    is_in_use = request.POST.get("in_use") == "1"
    facts.switch_product(
        get_object_or_404(Product, pk=product, company=company), is_in_use=is_in_use, by=person(request)
    )
    messages.success(
        request, _("The product is in use again.") if is_in_use else _("The product is out of use.")
    )
    return HttpResponseRedirect(_products(company))


def _products(company: Company) -> str:
    return reverse("product_list", kwargs={"pk": company.pk})
