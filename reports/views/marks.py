"""Own purchases and tests: a company marks orders of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from companies.models import Company, Member
from ground.errors import RuleBroken
from programs.models import Assignment, Store
from programs.views.evaluation import person
from reports.domain import marking
from reports.domain.marking import Marked
from reports.mark_forms import MarkForm, TakeBackForm
from reports.models import OrderMark

PAGE = 50


def places_of(companies: Any) -> list[tuple[str, str]]:
    """Stores in which the companies sell: keys `store|company`."""
    rows = (
        Assignment.objects.filter(participation__company__in=companies)
        .select_related("store", "participation__company")
        .order_by("store__code", "participation__company__name_ko")
    )
    return list(
        {
            f"{row.store_id}|{row.participation.company_id}": f"{row.store.name} ({row.store.code}) · {row.participation.company}"
            for row in rows
        }.items()
    )


def told(made: Marked) -> str:
    """What came of marking."""
    text = ngettext("%(count)d order is marked.", "%(count)d orders are marked.", made.new) % {
        "count": made.new
    }
    if made.known:
        text += " " + ngettext(
            "%(count)d was marked already.", "%(count)d were marked already.", made.known
        ) % {"count": made.known}  # fmt: skip
    return text


def _crumbs() -> list[dict[str, Any]]:
    return [{"label": _("Sales"), "url": reverse("sales_list")}]


@require_http_methods(["GET", "POST"])
def order_marks(request: HttpRequest) -> HttpResponse:
    """The company's marked orders, and a form to mark more."""
    user = person(request)
    places = places_of(Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR))
    is_sent = request.method == "POST"
    form = MarkForm(request.POST if is_sent else None, places=places)
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            store, _bar, company = form.cleaned_data["place"].partition("|")
            try:
                made = marking.mark(
                    Store.objects.get(pk=store), form.cleaned_data["references"], kind=form.cleaned_data["kind"],
                    reason=form.cleaned_data["reason"], by=user, company=Company.objects.get(pk=company),
                )  # fmt: skip
            except RuleBroken as error:
                form.add_error(
                    next((each for each in error.fields if each in form.fields), None), str(error.sentence)
                )
                status = 409
            else:
                messages.success(request, told(made))
                return redirect("order_marks")
    own = Company.objects.of_member(user)
    rows = OrderMark.objects.filter(company__in=own).select_related("store", "company", "marked_by")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    writes_for = {place.partition("|")[2] for place, _label in places}
    context = {
        "form": form if places else None,
        "page": page,
        "rows": [
            {
                "mark": row,
                "url": reverse("order_mark_take_back", args=[row.pk])
                if row.ended_at is None and row.is_by_company and str(row.company_id) in writes_for
                else "",
            }
            for row in page
        ],
        "crumbs": _crumbs(),
    }
    return render(request, "reports/order_marks.html", context, status=status)


@require_http_methods(["GET", "POST"])
def order_mark_take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Why the company's own mark is taken back."""
    user = person(request)
    own = Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR)
    row = get_object_or_404(
        OrderMark.objects.filter(company__in=own).select_related("company", "store"), pk=pk
    )
    is_sent = request.method == "POST"
    form = TakeBackForm(request.POST if is_sent else None)
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            try:
                marking.take_back(row, reason=form.cleaned_data["reason"], by=user, company=row.company)
            except RuleBroken as error:
                form.add_error(None, str(error.sentence))
                status = 409
            else:
                messages.success(request, _("The mark was taken back."))
                return redirect("order_marks")
    crumbs = [*_crumbs(), {"label": _("Own purchases"), "url": reverse("order_marks")}]
    return render(
        request,
        "reports/order_mark_take_back.html",
        {"form": form, "mark": row, "crumbs": crumbs},
        status=status,
    )
