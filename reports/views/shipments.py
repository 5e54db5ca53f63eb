"""Shipments to warehouses and what remains of them: for a company on the portal, and for staff by program."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.roles import agency_ids
from companies.models import Company, Member
from ground import clock, sheets
from ground.carrying import brought_back, carried
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, day
from ground.workbooks import workbook
from programs.forms.staff import ReasonForm
from programs.models import Assignment, Participation, Program
from programs.permissions import WRITERS
from programs.views.evaluation import person
from reports.domain import shipping, short_stock
from reports.models import Shipment
from reports.printing.words import money
from reports.queries import shipments
from reports.shipment_forms import (
    COLUMNS,
    CorrectForm,
    ListForm,
    Places,
    Row,
    ShipmentForm,
    read_list,
    read_rows,
)
from reports.views import stock, tables

PAGE = 50
LARGEST = 2 * 1024 * 1024
SALT = "naru.shipments"


def places_of_companies(user: Any) -> Places:
    own = Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR)
    return Places(Assignment.objects.filter(participation__company__in=own))


def places_of_staff(user: Any) -> Places:
    return Places(Assignment.objects.filter(agency__in=agency_ids(user, *WRITERS)))


@dataclass(frozen=True, slots=True)
class Entered:
    """What a page of entering shipments shows; `told`: it was done."""

    context: dict[str, Any]
    status: int
    told: str = ""


def enter(request: HttpRequest, places: Places) -> Entered:
    """One shipment, a list to look at, or the list that was looked at."""
    action = request.POST.get("action", "") if request.method == "POST" else ""
    form = ShipmentForm(request.POST if action == "record" else None, places=places)
    list_form = ListForm(
        request.POST if action == "read" else None, request.FILES if action == "read" else None
    )
    context: dict[str, Any] = {"form": form, "list_form": list_form, "has_places": bool(places)}
    user, status = person(request), 200
    if action == "record":
        status = 400
        if form.is_valid():
            try:
                shipping.record([form.sent()], by=user)
            except RuleBroken as error:
                form.add_error(
                    next((each for each in error.fields if each in form.fields), None), str(error.sentence)
                )
                status = 409
            else:
                return Entered(context, 302, _("The shipment is entered."))
    elif action == "read":
        status = 400
        if list_form.is_valid():
            rows = _read(list_form, places)
            if rows is not None:
                context |= _preview(rows, user)
                status = 200
    elif action == "apply":
        rows = _signed(request.POST.get("rows", ""), user, places)
        if rows and all(row.sent for row in rows):
            try:
                made = shipping.record([row.sent for row in rows if row.sent], by=user)
            except RuleBroken as error:
                context["refusal"], status = str(error.sentence), 409
            else:
                told = ngettext(
                    "%(count)d shipment is entered.", "%(count)d shipments are entered.", len(made)
                )
                return Entered(context, 302, told % {"count": len(made)})
        else:
            context["refusal"], status = (
                _("Upload the list again: what was shown does not hold any more."),
                409,
            )
    return Entered(context, status)


def _read(form: ListForm, places: Places) -> list[Row] | None:
    upload = form.cleaned_data["upload"]
    try:
        rows = read_list(upload.read(), places) if upload.size <= LARGEST else None
    except (sheets.SheetRefused, ValueError):
        rows = None
    if not rows:
        form.add_error(
            "upload",
            _("This is no list of shipments, or it is empty. Download the empty list and fill it in."),
        )
    return rows or None


def _preview(rows: list[Row], user: Any) -> dict[str, Any]:
    """Row by row as it would be entered."""
    faults = iter(shipping.faults_of([row.sent for row in rows if row.sent is not None], by=user))
    judged = []
    for row in rows:
        refused = next(faults) if row.sent is not None else None
        judged.append((row, str(refused.sentence) if refused else str(row.fault)))
    has_faults = any(fault for _row, fault in judged)
    headings = [
        tables.Column(_("Row")),
        *(tables.Column(label) for label in _headings()),
        tables.Column(_("Result")),
    ]
    table = tables.table(
        _("The list as it would be entered"),
        headings,
        [(row.number, *(cell or "–" for cell in row.cells), fault or _("new")) for row, fault in judged],
    )
    return {
        "preview": table,
        "has_faults": has_faults,
        "rows": "" if has_faults else carried(SALT, [str(user.pk)], [[row.number, *row.cells] for row in rows]),
    }  # fmt: skip


def _signed(text: str, user: Any, places: Places) -> list[Row]:
    rows = brought_back(SALT, [str(user.pk)], text, seconds=24 * 3600) or []
    return read_rows([(number, cells) for number, *cells in rows], places)


def _headings() -> list[str]:
    return [english if get_language() == "en" else korean for korean, english in COLUMNS]


def day_of(request: HttpRequest) -> dt.date:
    try:
        return dt.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return clock.today()


def empty_list() -> HttpResponse:
    name = "naru-shipments.xlsx" if get_language() == "en" else "나루 선적 목록.xlsx"
    return stock.download(workbook(_headings(), [], text_columns=range(len(COLUMNS))), name)


def row_of(row: Shipment) -> dict[str, str]:
    units = (
        ""
        if row.units is None
        else ngettext("%(count)s unit", "%(count)s units", row.units) % {"count": amount(row.units)}
    )
    parts = [row.store.name, units, money(row.fob_amount, "USD"), row.declaration_number]
    if row.corrected_amount is not None and row.corrected_on is not None:
        parts.append(
            _("corrected to %(amount)s on %(day)s")
            % {"amount": money(row.corrected_amount, "USD"), "day": day(row.corrected_on)}
        )
    return {
        "name": f"{day(row.sent_on)} {row.sku}".strip(),
        "hint": " · ".join(each for each in parts if each),
    }


def _crumbs() -> list[dict[str, Any]]:
    return [{"label": _("Sales"), "url": reverse("sales_list")}]


@require_http_methods(["GET", "POST"])
def shipments_page(request: HttpRequest) -> HttpResponse:
    """A company's shipments, what remains of them, and where to enter more."""
    user = person(request)
    if request.GET.get("format") == "list":
        return empty_list()
    places = places_of_companies(user)
    done = enter(request, places)
    if done.told:
        messages.success(request, done.told)
        return redirect("shipments")
    own = Company.objects.of_member(user)
    parts = (
        Participation.objects.filter(company__in=own).took_part().select_related("program__agency", "company")
    )
    on = day_of(request)
    remains = {part: shipments.compared(part.program, on, [part.company_id]) for part in parts}
    if request.GET.get("format") == "xlsx":
        return stock.stock_book(
            [row for rows in remains.values() for row in rows], f"shipments-{on:%Y-%m-%d}"
        )
    rows = Shipment.objects.filter(participation__company__in=own).select_related(
        "store", "participation__company"
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    writes = places.participations({row.participation_id for row in page})
    context = {
        **done.context,
        "on": on,
        "sections": [
            {"participation": part, "stock": stock.stock_table(found)}
            for part, found in remains.items()
            if found
        ],
        "page": page,
        "shipments": [
            {
                **row_of(row),
                "ended": row.end_reason if row.ended_at else "",
                "url": reverse("shipment", args=[row.pk])
                if row.ended_at is None and row.participation_id in writes
                else "",
            }
            for row in page
        ],
        "crumbs": _crumbs(),
    }
    return render(request, "reports/shipments.html", context, status=done.status)


@require_http_methods(["GET", "POST"])
def shipment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One shipment of the company: its price corrected, or taken back."""
    user = person(request)
    own = Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR)
    row = get_object_or_404(
        Shipment.objects.filter(participation__company__in=own).select_related("store", "participation"),
        pk=pk,
    )
    action = request.POST.get("action", "") if request.method == "POST" else ""
    sent = {name: request.POST if action == name else None for name in ("correct", "take_back")}
    forms = {
        "correct": CorrectForm(sent["correct"], record=row, user=user, auto_id="id_correct_%s"),
        "take_back": ReasonForm(sent["take_back"], record=row, user=user, auto_id="id_back_%s"),
    }
    status = 200
    if action in forms:
        form, status = forms[action], 400
        if form.is_valid():
            try:
                _change(row, action, form.cleaned_data, user)
            except RuleBroken as error:
                form.add_error(
                    next((each for each in error.fields if each in form.fields), None), str(error.sentence)
                )
                status = 409
            else:
                messages.success(request, _("Saved."))
                return redirect("shipments")
    crumbs = [*_crumbs(), {"label": _("Shipments"), "url": reverse("shipments")}]
    context = {"shipment": row, "words": row_of(row), "forms": forms, "crumbs": crumbs}
    return render(request, "reports/shipment.html", context, status=status)


def _change(row: Shipment, action: str, values: dict[str, Any], user: Any) -> None:
    if action == "correct":
        shipping.correct(
            row, amount=values["corrected_amount"], on=values["corrected_on"], number=values["correction_number"], by=user
        )  # fmt: skip
    else:
        shipping.take_back(row, reason=values["reason"], by=user)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which program of the agency, and up to which day, the goods are asked: the named program, else the latest."""

    programs: list[Program]
    program: Program | None
    on: dt.date


def asked(request: HttpRequest) -> Asked:
    programs = list(Program.objects.of_agencies(request.user).order_by("-starts_on", "code"))
    code = request.GET.get("program", "")
    chosen = next((each for each in programs if each.code == code), programs[0] if programs else None)
    return Asked(programs, chosen, day_of(request))


def program_context(request: HttpRequest) -> dict[str, Any]:
    """What remains of the companies' goods on the day, page by page; companies of which more is sold than was sent stand first, in a large
    program as the worker found it today. Of a page's companies alone the lines are read."""
    found = asked(request)
    short: dict[UUID, int] = {}
    is_large, made_at = False, None
    if found.program:
        is_large = short_stock.is_large(found.program, found.on)
        if is_large:
            kept = shipments.kept_short(found.program, found.on)
            short, made_at = kept.rows, kept.made_at
        else:
            short = shipments.short_of(found.program, found.on)
    page = Paginator(list(short), PAGE).get_page(request.GET.get("page"))
    rows = shipments.compared(found.program, found.on, list(page)) if found.program and short else []
    rows.sort(key=lambda row: not short[row.company.pk])
    return {
        "programs": found.programs, "program": found.program, "on": found.on, "page_obj": page,
        "stock": stock.stock_table(rows) if rows else None, "short": sum(short.values()), "is_large": is_large, "made_at": made_at,
    }  # fmt: skip
