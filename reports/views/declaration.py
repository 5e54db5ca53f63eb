"""A company's declaration of a month's sales; sending it again is a correction."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from companies.models import Company, Member
from ground.errors import RuleBroken
from ground.models import Currency
from programs.models import Participation
from programs.views.evaluation import person
from reports.domain import declaring
from reports.forms import DeclarationForm
from reports.models import Declaration


@require_http_methods(["GET", "POST"])
def declaration_edit(request: HttpRequest, pk: UUID, month: str) -> HttpResponse:
    user = person(request)
    writes_for = Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR)
    part = get_object_or_404(
        Participation.objects.filter(company__in=writes_for)
        .taking_part()
        .select_related("program", "company"),
        pk=pk,
    )
    first = _month(part, month)
    standing = list(
        Declaration.objects.filter(participation=part, month=first)
        .current()
        .select_related("currency", "file")
    )
    is_sent = request.method == "POST"
    form = DeclarationForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, initial=_initial(standing)
    )
    form.fields["currency"].queryset = _currencies(part)  # type: ignore[attr-defined]
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            try:
                declaring.declare(part, month=first, by=user, **form.cleaned_data)
            except RuleBroken as error:
                form.add_error(
                    next((name for name in error.fields if name in form.fields), None), str(error.sentence)
                )
                status = 409
            else:
                messages.success(
                    request, _("Your declaration is recorded. Until the program ends you can correct it.")
                )
                return redirect("sales_list")
    context = {
        "form": form,
        "participation": part,
        "month": first,
        "standing": standing,
        "crumbs": [{"label": _("Sales"), "url": reverse("sales_list")}],
    }
    return render(request, "reports/declaration_edit.html", context, status=status)


def _month(part: Participation, text: str) -> dt.date:
    """The month of the address; a month that cannot be declared is no page."""
    try:
        return declaring.check_month(part.program, dt.date.fromisoformat(f"{text}-01"))
    except (ValueError, RuleBroken):
        raise Http404 from None


def _initial(standing: list[Declaration]) -> dict[str, Any]:
    if not standing:
        return {"currency": "KRW"}
    each = standing[0]
    return {
        "currency": each.currency_id,
        "amount": each.amount.normalize(),
        "orders": each.orders,
        "note": each.note,
    }


def _currencies(part: Participation) -> Any:
    local = part.program.program_markets.values_list("market__currency", flat=True)
    return Currency.objects.filter(pk__in=["KRW", "USD", *local])
