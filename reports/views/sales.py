"""Sales of a company, and sales files on the portal: upload, preview, confirm, rejected rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import organization_ids
from companies.models import Company, Member
from ground import clock
from ground.access import may
from ground.errors import RuleBroken
from ground.templatetags.naru import seoul
from programs.models import Assignment, Participation, Program, Store
from programs.models.participation import TAKING_PART
from programs.views.evaluation import person
from reports import permissions
from reports.domain import importing, profile_rules, profiles, proving
from reports.domain.own_stores import own_store
from reports.forms import UploadForm
from reports.models import Declaration, DifferenceQuestion, ImportBatch, PayoutProof
from reports.printing.words import money
from reports.queries import answers, closing, results, shipments, statements
from reports.views import cohorts, months, rejects, sharing, tables
from reports.views.batch_page import WORDS, State, batch_context
from reports.views.statements import lines_of
from reports.views.templates import template_columns

SHOWN_QUESTIONS = 20


@require_GET
def sales_list(request: HttpRequest) -> HttpResponse:
    """A company's months in each program that it takes or took part in: four measures side by side, declarations, payouts to confirm, files."""
    user = person(request)
    today = clock.today()
    own = Company.objects.of_member(user)
    writes_for = set(
        Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR).values_list("pk", flat=True)
    )
    parts = (
        Participation.objects.filter(company__in=own, agreed_at__isnull=False)
        .with_end_agreed()
        .select_related("program__agency", "company")
        .order_by("-program__starts_on", "company__name_ko", "program_id", "company_id", "-agreed_at")
    )
    sections = [
        _section(list(same), company in writes_for, today)
        for (_program, company), same in groupby(parts, lambda each: (each.program_id, each.company_id))
    ]
    proofs = (
        PayoutProof.objects.filter(participation__company__in=own)
        .select_related("store__organization", "participation__company", "participation__program", "proof")
        .order_by("-month", "store__code")
    )
    ledger = statements.against(proofs, today)
    batches = (
        ImportBatch.objects.filter(store__company__in=own)
        .select_related("file", "store")
        .defer(*ImportBatch.OF_ITS_PAGE)[:20]
    )
    return render(
        request,
        "reports/sales_list.html",
        {
            "sections": sections,
            "proofs": [
                {
                    "proof": proof,
                    "ledger": lines_of(ledger[proof.pk]),
                    "seen": proving.digest(proof),
                    "may_confirm": proof.participation.company_id in writes_for,
                    **amounts_of(proof),
                }
                for proof in proofs
            ],
            "questions": DifferenceQuestion.objects.filter(
                Q(answered_at__isnull=False) | Q(ended_at__isnull=True),
                difference__participation__company__in=own,
            ).select_related("difference__program", "difference__participation__company")[:SHOWN_QUESTIONS],
            "batches": [row_of(batch) for batch in batches],
            "may_upload": may(user, "sales_upload") and bool(places_of(user)),
        },
    )


def _section(parts: list[Participation], may_declare: bool, today: dt.date) -> dict[str, Any]:
    """A company's agreements in a program, the latest first: its figures once, what it declared by agreement."""
    part = parts[0]
    found = results.of_company(part, today)
    open_from = closing.open_from(part.program_id)
    return {
        "closed": months.closed_words(part, open_from) if open_from else None,
        "participation": part,
        "agreements": [_declared(each, may_declare, open_from, today) for each in parts],
        "months": tables.months(found.months),
        "of_which": tables.of_which(found.of_which),
        "shared": sharing.context(found.shared),
        "shared_words": [sentence for each in parts for sentence in sharing.sentences(each)],
        "by_product_group": tables.product_groups(found.by_product_group),
        "dollar_note": tables.dollar_note(part.program),
        "has_stock": shipments.has_shipments(part.program, part.company_id),
        "fates": tables.fates(found.fates) if found.fates else None,
        "due_note": cohorts.due_note(part.program, cohorts.stores_of(part.program, part.company_id))
        if found.fates
        else "",
        "has_sales": any(month.orders or month.payouts for month in found.months),
    }


def _declared(
    part: Participation, may_declare: bool, open_from: dt.date | None, today: dt.date
) -> dict[str, Any]:
    declarations, with_file = results.declarations_of(part, today), answers.months_with_lines(part)
    contradicted = {
        month
        for month, declared in declarations.items()
        if month in with_file
        and any(each.kind == Declaration.Kind.NO_SALES for each in declared)
        and answers.sold_lines([part.pk], month)
    }
    is_asked = part.state in TAKING_PART or part.is_end_agreed  # type: ignore[attr-defined]
    return {
        "participation": part,
        "is_asked": is_asked,
        "declarations": [
            {
                "month": month,
                "declared": declared,
                "has_file": month in with_file,
                "is_contradicted": month in contradicted,
                "is_closed": open_from is not None and month < open_from,
                "url": reverse("declaration_edit", args=[part.pk, f"{month:%Y-%m}"])
                if may_declare and is_asked and (open_from is None or month >= open_from)
                else "",
            }
            for month, declared in sorted(declarations.items(), reverse=True)
        ],
    }


def amounts_of(proof: PayoutProof) -> dict[str, str]:
    currency = str(proof.currency_id)
    return {
        "sold": money(proof.sold_amount, currency),
        "fee": money(proof.fee_amount, currency),
        "paid": money(proof.paid_amount, currency),
    }


def row_of(batch: ImportBatch) -> dict[str, Any]:
    """A file in a list: its name, where it leads, its state in a word."""
    tone, _sentence = WORDS[State(batch.state)]
    return {
        "name": batch.file.name,
        "url": reverse("sales_file", args=[batch.pk]),
        "meta": f"{batch.store.name} · {seoul(batch.created_at)}",
        "badge": batch.get_state_display(),
        "tone": tone,
    }


def places_of(user: Any) -> list[tuple[str, str]]:
    """Stores for which the person may upload, with the program: keys `program|store`. A company that takes part and
    has no store of its own assigned yet gets one with its first file: key `program|company`."""
    writes_for = Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR)
    rows = (
        Assignment.objects.filter(
            Q(store__company__in=writes_for) | Q(store__organization__in=organization_ids(user)),
            store__disabled_on__isnull=True,
            program__program_markets__market=F("store__market"),
        )
        .select_related("store", "program", "participation")
        .order_by("store__code", "program__code")
    )
    found = list(
        {
            f"{row.program_id}|{row.store_id}": f"{row.store.name} ({row.store.code}) · {row.program.code}"
            for row in rows
        }.items()
    )
    covered = {
        (row.program_id, row.store.company_id) for row in rows if row.participation.state in TAKING_PART
    }
    for part in (
        Participation.objects.filter(company__in=writes_for)
        .taking_part()
        .select_related("program", "company")
    ):
        if (part.program_id, part.company_id) not in covered:
            label = _("%(company)s: own store") % {"company": part.company}
            found.append((f"{part.program_id}|{part.company_id}", f"{label} · {part.program.code}"))
    return found


@require_http_methods(["GET", "POST"])
def sales_upload(request: HttpRequest) -> HttpResponse:
    """Upload a file for one of the person's stores; it is read in the background."""
    user = person(request)
    places = places_of(user)
    is_sent = request.method == "POST"
    form = UploadForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        places=places,
        own=own_profiles(places),
    )
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            try:
                batch = _take(user, form.cleaned_data)
            except RuleBroken as error:
                form.add_error(
                    next((name for name in error.fields if name in form.fields), None), str(error.sentence)
                )
                status = 409
            else:
                return redirect("sales_file", pk=batch.pk)
    context = {
        "form": form,
        "has_places": bool(places),
        "crumbs": crumbs(request),
        "template_columns": template_columns(),
    }
    return render(request, "reports/sales_upload.html", context, status=status)


def own_profiles(places: Sequence[tuple[str, Any]]) -> list[tuple[str, str]]:
    """The profiles that the programs of these places have made for themselves, as choices of a form; none of a store
    that is not among them."""
    programs, stores = ({key.split("|")[at] for key, _label in places} for at in (0, 1))
    return [
        (each.code, f"{each.profile.name} · {each.profile.program.code}")
        for each in profile_rules.offered_in(programs)
        if each.profile.store_id is None or str(each.profile.store_id) in stores
    ]


def _take(user: Any, values: dict[str, Any]) -> ImportBatch:
    program_id, _bar, place = values["place"].partition("|")
    program = Program.objects.get(pk=program_id)
    with transaction.atomic():
        store = Store.objects.filter(pk=place).first()
        if store is None:
            store = own_store(program, Company.objects.get(pk=place).business_number)
        kept = importing.keep(values["upload"])
        return importing.stage(
            kept, program, store, user, permissions.grade_of(user, store), values["profile"] or None
        )


def crumbs(request: HttpRequest) -> list[dict[str, Any]]:
    """Where the person's sales files hang: the company's sales or the provider's work."""
    home = "sales_list" if may(request.user, "sales_list") else "provider_home"
    label = _("Sales") if home == "sales_list" else _("Provider work")
    return [{"label": label, "url": reverse(home)}]


def own_batches(user: Any) -> QuerySet[ImportBatch]:
    """Files of stores that the person's company or organization holds; what staff see is shown on the staff site."""
    return (
        ImportBatch.objects.filter(store__in=Store.objects.visible_to(user))
        .visible_to(user)
        .select_related("file", "store", "program")
    )


@require_GET
def sales_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file: how far it is, what it holds, what was rejected, what to do."""
    batch = get_object_or_404(own_batches(request.user), pk=pk)
    context = batch_context(batch)
    context["may_decide"] = permissions.may_write_for(request.user, batch.store)
    context["rejects_url"] = reverse("sales_file_rejects", args=[batch.pk])
    context["mend_url"] = reverse("sales_file_mend", args=[batch.pk])
    context["unknown_help"] = batch.refusal_code in profiles.UNKNOWN
    context["crumbs"] = crumbs(request)
    return render(request, "reports/sales_file.html", context)


@require_POST
def sales_file_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = _decidable(request, pk)
    importing.confirm(batch, by=person(request))
    return redirect("sales_file", pk=batch.pk)


@require_POST
def sales_file_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    batch = _decidable(request, pk)
    importing.cancel(batch, by=person(request))
    messages.info(request, _("The file was not imported. You find it here at any time."))
    return redirect("sales_file", pk=batch.pk)


def _decidable(request: HttpRequest, pk: UUID) -> ImportBatch:
    return get_object_or_404(own_batches(request.user), pk=pk)


@require_GET
def sales_file_rejects(request: HttpRequest, pk: UUID) -> HttpResponse:
    return rejects.listed(get_object_or_404(own_batches(request.user), pk=pk))


@require_GET
def sales_file_mend(request: HttpRequest, pk: UUID) -> HttpResponse:
    return rejects.in_own_layout(get_object_or_404(own_batches(request.user), pk=pk))
