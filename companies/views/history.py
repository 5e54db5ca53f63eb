"""What a company says of itself beside its facts: its size, credit and insolvency marks, support received."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from companies.domain import marks, sizes, supports
from companies.forms import MarkDeclareForm, SizeForm, SupportDeclareForm, SupportForm
from companies.models import Support
from companies.views.own import address, form_page, person, sent, writable_company
from ground import clock


@require_http_methods(["GET", "HEAD", "POST"])
def size_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return form_page(
        request,
        SizeForm(sent(request), company=company, kinds=sizes.SHOWS, initial={"on": clock.today()}),
        lambda entries: sizes.state_size(company, by=person(request), **entries),
        template="companies/size_edit.html",
        company=company,
        done=_("The size is saved."),
        then=address(company, "size"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mark_declare(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return form_page(
        request,
        MarkDeclareForm(sent(request)),
        lambda entries: marks.declare(company, by=person(request), **entries),
        template="companies/mark_declare.html",
        company=company,
        done=_("What you declare is saved. The agency looks it up."),
        then=address(company, "marks"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def support_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return form_page(
        request,
        SupportForm(sent(request), instance=Support(business_number=company.business_number)),
        lambda entries: supports.add(company, facts=entries, by=person(request)),
        template="companies/support_add.html",
        company=company,
        done=_("The support is saved."),
        then=reverse("support_list", kwargs={"pk": company.pk}),
    )


@require_POST
def support_remove(request: HttpRequest, pk: UUID, support: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    row = get_object_or_404(Support.objects.declared_by(company), pk=support)
    supports.remove(row, company, by=person(request))
    messages.success(request, _("The support is removed."))
    return HttpResponseRedirect(reverse("support_list", kwargs={"pk": company.pk}))


@require_http_methods(["GET", "HEAD", "POST"])
def support_declare(request: HttpRequest, pk: UUID) -> HttpResponse:
    company = writable_company(request, pk)
    return form_page(
        request,
        SupportDeclareForm(sent(request)),
        lambda entries: supports.declare_complete(company, by=person(request), **entries),
        template="companies/support_declare.html",
        company=company,
        done=_("Your declaration is saved."),
        then=reverse("support_list", kwargs={"pk": company.pk}),
    )
