"""What the pages of a company share: whose company it is, and forms that call a verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from accounts.models import User
from companies import permissions
from companies.forms import tell
from companies.models import Company
from ground.errors import RuleBroken


def person(request: HttpRequest) -> User:
    """Who is signed in; the access table lets nobody else come here."""
    assert isinstance(request.user, User)
    return request.user


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; None when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def own_company(request: HttpRequest, pk: UUID) -> Company:
    """The company, for its members; for others it does not exist."""
    company = Company.objects.of_member(person(request)).filter(pk=pk).first()
    if company is None:
        raise Http404
    return company


def writable_company(request: HttpRequest, pk: UUID) -> Company:
    """The company for its owners and editors; a reader is told why not (409), and everybody once its record is closed."""
    company = own_company(request, pk)
    permissions.require_writer(person(request), company)
    permissions.require_not_succeeded(company.pk)
    return company


def address(company: Company, section: str = "") -> str:
    """The company's page, at a section."""
    return f"{reverse('company_show')}?company={company.pk}" + (f"#{section}" if section else "")


def crumbs(company: Company, *further: tuple[Any, str]) -> list[dict[str, Any]]:
    return [
        {"label": company, "url": address(company)},
        *({"label": label, "url": url} for label, url in further),
    ]


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], Any],
    *,
    template: str,
    company: Company,
    done: Any,
    then: str,
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a form; carry a valid one out by `act`. A refusal stands beside its field, with what was typed kept."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except RuleBroken as error:
            tell(form, error)
        else:
            messages.success(request, str(done))
            return HttpResponseRedirect(then)
    facts = {"form": form, "company": company, "crumbs": crumbs(company), "back": then, **(context or {})}
    return render(request, template, facts)
