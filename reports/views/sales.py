"""Sales of a company, and sales files on the portal: upload, preview, confirm, rejected rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import organization_ids
from companies.models import Company, Member
from ground import clock
from ground.access import may
from ground.errors import RuleBroken
from ground.files import MEGABYTE
from ground.templatetags.naru import seoul
from programs.models import Assignment, Participation, Program, Store
from programs.models.participation import TAKING_PART
from programs.views.evaluation import person
from reports import permissions
from reports.domain import importing, leaving_out, profile_rules, profiles, progress, proving
from reports.domain.own_stores import own_store
from reports.files import detect
from reports.files.mapping.model import PAYOUTS
from reports.files.sentences import TEXTS, say
from reports.forms import UploadForm
from reports.models import Declaration, DifferenceQuestion, ImportBatch, PayoutProof
from reports.printing.words import minor_units, money, number
from reports.queries import answers, closing, files, results, shipments, statements, told_twice
from reports.views import cohorts, compared, months, rejects, sharing, tables
from reports.views.statements import lines_of
from reports.views.templates import template_columns

SHOWN_REJECTS = 20
SHOWN_QUESTIONS = 20
State = ImportBatch.State

WORDS: dict[State, tuple[str, Callable[[], str]]] = {
    State.WAITING: ("wait", lambda: _("The file is stored and will be read in a moment.")),
    State.READING: ("wait", lambda: _("The file is being read.")),
    State.PREVIEW: ("warn", lambda: _("The file was read. Look at the figures below; nothing is counted before you confirm.")),
    State.IMPORTING: ("wait", lambda: _("The lines are being entered. You can leave this page.")),
    State.DONE: ("ok", lambda: _("The file is imported and counted.")),
    State.REFUSED: ("danger", lambda: _("The file was not taken. Nothing of it is counted.")),
    State.UNDONE: ("neutral", lambda: _("This import was taken back. Its lines stay on record and count no more.")),
    State.CANCELLED: ("neutral", lambda: _("You did not confirm this file. Nothing of it is counted.")),
}  # fmt: skip


@require_GET
def sales_list(request: HttpRequest) -> HttpResponse:
    """A company's months in each program: four measures side by side, declarations, payouts to confirm, files."""
    user = person(request)
    today = clock.today()
    own = Company.objects.of_member(user)
    writes_for = set(
        Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR).values_list("pk", flat=True)
    )
    parts = (
        Participation.objects.filter(company__in=own)
        .taking_part()
        .select_related("program__agency", "company")
        .order_by("-program__starts_on", "company__name_ko")
    )
    sections = [_section(results.of_company(part, today), part.company_id in writes_for) for part in parts]
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


def _section(found: results.CompanyResults, may_declare: bool) -> dict[str, Any]:
    part = found.participation
    with_file = answers.months_with_lines(part)
    contradicted = {
        month
        for month, declared in found.declarations.items()
        if month in with_file
        and any(each.kind == Declaration.Kind.NO_SALES for each in declared)
        and answers.sold_lines([part.pk], month)
    }
    open_from = closing.open_from(part.program_id)
    return {
        "closed": months.closed_words(part, open_from) if open_from else None,
        "participation": part,
        "months": tables.months(found.months),
        "of_which": tables.of_which(found.of_which),
        "shared": sharing.context(found.shared),
        "shared_words": sharing.sentences(part),
        "by_product_group": tables.product_groups(found.by_product_group),
        "dollar_note": tables.dollar_note(part.program),
        "has_stock": shipments.has_shipments(part.program, part.company_id),
        "fates": tables.fates(found.fates) if found.fates else None,
        "due_note": cohorts.due_note(part.program, cohorts.stores_of(part.program, part.company_id))
        if found.fates
        else "",
        "has_sales": any(month.orders or month.payouts for month in found.months),
        "declarations": [
            {
                "month": month,
                "declared": declared,
                "has_file": month in with_file,
                "is_contradicted": month in contradicted,
                "is_closed": open_from is not None and month < open_from,
                "url": reverse("declaration_edit", args=[part.pk, f"{month:%Y-%m}"])
                if may_declare and (open_from is None or month >= open_from)
                else "",
            }
            for month, declared in sorted(found.declarations.items(), reverse=True)
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


def batch_context(batch: ImportBatch) -> dict[str, Any]:
    """What a page says of a file, for the portal and the staff site alike."""
    tone, sentence = WORDS[State(batch.state)]
    is_done = batch.state == State.DONE
    by_company = files.by_company(batch) if is_done else batch.by_company
    return {
        "batch": batch,
        "tone": tone,
        "sentence": sentence(),
        "refusal": batch.refusal_en if get_language() == "en" else batch.refusal_ko,
        "is_busy": batch.state in {State.WAITING, State.READING, State.IMPORTING},
        "is_unread": batch.state in permissions.UNREAD,
        "is_preview": batch.state == State.PREVIEW,
        "percent": progress.text_of(batch),
        "progress_label": phase(batch),
        "phases": phases(batch),
        "counts": [
            {"label": _("Rows in the file"), "value": batch.rows},
            {"label": _("Accepted"), "value": batch.accepted},
            {"label": _("Rejected"), "value": batch.rejected},
            {"label": _("Known already"), "value": batch.duplicate},
            {"label": _("Replaced by newer values"), "value": batch.replaced},
            {
                "label": _("Without a company now") if is_done else _("Without a company"),
                "value": files.without_company([batch.pk]).get(batch.pk, 0) if is_done else batch.unmatched,
            },
        ],
        "totals": _totals(batch.totals) if batch.totals else None,
        "twice": twice_words(batch),
        "twice_tone": "warn" if batch.state == State.PREVIEW else "danger",
        "before": compared.table_of(batch) if batch.state in COMPARED else None,
        "may_mend": rejects.may_mend(batch),
        "mend_limit": rejects.limit_of(batch) // MEGABYTE,
        "by_company": _by_company(by_company) if by_company else None,
        "by_company_note": _(
            "The lines of this file as they stand now; what another file knew before or replaced since is not among them."
        )
        if is_done
        else "",
        "notes": [str(say(code, **dict(parameters))) for code, parameters in batch.notes if code in TEXTS]
        + months.touched_words(batch),
        "rejects": list(batch.rejections.all()[:SHOWN_REJECTS]) if batch.rejected else [],
    }


def twice_words(batch: ImportBatch) -> str:
    """Where orders of the file count by a file of another kind too: before the import, that they will not enter (of payouts: that their money
    would count twice), after it what to do. Of a file that was taken back, which rows of other files are to be uploaded again, since their orders count nowhere now."""
    if batch.state == State.UNDONE:
        return _in_vain_words(batch)
    found = told_twice.of(batch)
    if found is None:
        return _asked_anew_words(batch)
    values = {"count": f"{found.orders:,}", "order": found.first, "files": ", ".join(found.files)}
    if detect.measure_of(batch.profile) == PAYOUTS:
        return _paid_twice_words(batch, values)
    if batch.state == State.PREVIEW:
        return (
            _(
                "%(count)s orders of this file (first: %(order)s) count already by another kind of file: %(files)s. A sale counts"
                " once, so they will not be entered a second time; the rest of the file will. The totals below still hold them."
            )
            % values
        )
    return (
        _(
            "%(count)s orders of this file (first: %(order)s) are counted twice, because another kind of file tells them too:"
            " %(files)s. Have the agency take one of the two imports back."
        )
        % values
    )


def _paid_twice_words(batch: ImportBatch, values: dict[str, str]) -> str:
    if batch.state == State.PREVIEW:
        return (
            _(
                "Money for %(count)s orders of this file (first: %(order)s) is counted already by another kind of payout file: %(files)s."
                " If both tell the same money, importing this file counts it twice. Import one kind of file only."
            )
            % values
        )
    if closed := closing.touched_months(batch):
        return _(
            "Money for %(count)s orders of this file (first: %(order)s) is counted by another kind of payout file too: %(files)s. If both"
            " tell the same money, it counts twice. This file has lines in a closed month (%(months)s) and cannot be taken back: have the"
            " agency take the imports of the other kind back, open the month again, or decide the difference with this as the reason."
        ) % {**values, "months": ", ".join(f"{month:%Y-%m}" for month in closed)}
    return (
        _(
            "Money for %(count)s orders of this file (first: %(order)s) is counted by another kind of payout file too: %(files)s. If both"
            " tell the same money, it counts twice: have the agency take the imports of one of the two kinds back."
        )
        % values
    )


def _asked_anew_words(batch: ImportBatch) -> str:
    if (
        batch.state != State.PREVIEW
        or batch.told_twice is not None
        or detect.measure_of(batch.profile) != PAYOUTS
    ):
        return ""
    return _(
        "Whether other payout files of this store tell the same money is being looked at. Load this page again in a minute, before you import"
        " the file."
    )


def _in_vain_words(batch: ImportBatch) -> str:
    found = told_twice.left_out_in_vain(batch, leaving_out.WHY)
    if not found:
        return ""
    return _(
        "Rows of other files were left out because this file told their orders, and count nowhere now that it was taken back: %(files)s."
        " Open these files, download their rejected rows and upload them again."
    ) % {"files": ", ".join(f"{name} ({rows:,})" for name, rows in found)}


COMPARED = (State.PREVIEW, State.IMPORTING, State.DONE)


def phases(batch: ImportBatch) -> list[tuple[str, str]]:
    """The steps of the work that is being done, each done, current or still to come."""
    steps: list[tuple[int, str]] = {
        State.READING: [(0, _("Reading the file")), (60, _("Comparing"))],
        State.IMPORTING: [(0, _("Checking")), (40, _("Comparing")), (75, _("Entering the lines"))],
    }.get(State(batch.state), [])
    percent = progress.text_of(batch)
    at = max((number for number, (begins, _label) in enumerate(steps) if percent >= begins), default=0)
    return [
        ("done" if number < at else "now" if number == at else "next", label)
        for number, (_begins, label) in enumerate(steps)
    ]


def phase(batch: ImportBatch) -> str:
    """What is being done, in a word."""
    if batch.state == State.WAITING:
        return _("Waiting to be read")
    return next((label for mark, label in phases(batch) if mark == "now"), "")


PARTS = ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")


def _money_columns(currency: str) -> list[tables.Column]:
    labels = (
        _("Products"), _("Refunds"), _("Fees and taxes"), _("Shipping income"), _("Shipping cost"), _("Total"),
    )  # fmt: skip
    return [tables.number(label, currency) for label in labels]


def _cells(row: dict[str, Any], currency: str) -> list[str]:
    """Amounts; with their currency unless it stands above the column."""
    amounts = [Decimal(row[part]) for part in PARTS]
    if currency:
        return [number(amount, minor_units(currency)) for amount in amounts]
    return [money(amount, row["currency"]) for amount in amounts]


def _one_currency(rows: list[dict[str, Any]]) -> str:
    found = {row["currency"] for row in rows}
    return found.pop() if len(found) == 1 else ""


def _totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = [tables.Column(_("Currency")), *_money_columns("")]
    return tables.table(
        _("Totals of the file's valid rows, with the file's signs"),
        columns,
        [[row["currency"], *_cells(row, "")] for row in rows],
    )


def _by_company(rows: list[dict[str, Any]]) -> dict[str, Any]:
    currency = _one_currency(rows)
    columns = [tables.Column(_("Company")), tables.number(_("Lines")), *_money_columns(currency)]
    return tables.table(
        _("By company"),
        columns,
        [[row["name"] or _("no company yet"), row["lines"], *_cells(row, currency)] for row in rows],
    )


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
