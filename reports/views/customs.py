"""Lists of exports: a company's own on the portal, and what a list's page says for the portal and the staff site alike."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.models import Company, Member
from companies.numbers import pretty
from ground import clock
from ground.errors import RuleBroken
from ground.files import MEGABYTE
from ground.templatetags.naru import amount, month, seoul
from programs.models import Participation, Program
from programs.views.evaluation import person
from reports import permissions
from reports.domain import customs_lines, customs_lists, importing
from reports.domain.customs_owners import numbers_shown, said_of_types
from reports.files.mapping import template
from reports.files.mapping.profiles.customs import FORM, NEEDED
from reports.files.sentences import TEXTS, say
from reports.models import CustomsLine, CustomsList, CustomsRecord, Rejection
from reports.printing.words import money
from reports.queries import exports
from reports.views import rejects, tables
from reports.views.templates import TYPES

State = CustomsList.State
LISTS_ON_A_PAGE = 20
SHOWN_REJECTS = 200
"""Rejected rows on a page; the downloads have all."""
ACCEPT = ".xlsx,.csv,.txt,.tsv"

TONES: dict[State, tuple[str, Any]] = {
    State.WAITING: ("wait", gettext_lazy("The file is stored and will be read in a moment.")),
    State.PREVIEW: ("warn", gettext_lazy("The file was read. Look at the figures below; nothing is counted before you confirm.")),
    State.IMPORTING: ("wait", gettext_lazy("The lines are being entered. You can leave this page.")),
    State.DONE: ("ok", gettext_lazy("The file is imported and counted.")),
    State.REFUSED: ("danger", gettext_lazy("The file was not taken. Nothing of it is counted.")),
    State.UNDONE: ("neutral", gettext_lazy("This import was taken back. Its lines stay on record and count no more.")),
    State.CANCELLED: ("neutral", gettext_lazy("You did not confirm this file. Nothing of it is counted.")),
}  # fmt: skip
OUTCOMES = {
    **{outcome.value: outcome.label for outcome in CustomsLine.Outcome},
    customs_lines.FOREIGN: gettext_lazy("of another company: not taken from a company's own list"),
    customs_lines.HELD: gettext_lazy("the agency's list says otherwise, and stays"),
    customs_lines.CLAIMED: gettext_lazy("another company brought it as its own: ask the agency"),
}
MEANT = {
    "proof": gettext_lazy(
        "Export declaration, manifest clearance, purchase confirmation or local L/C. Empty is an export declaration."
    ),
    "declaration_number": gettext_lazy(
        "The number of the declaration, manifest, confirmation or letter of credit."
    ),
    "line_number": gettext_lazy("The line of the declaration."),
    "issuer": gettext_lazy(
        "Who issued a purchase confirmation or letter of credit, such as KTNET or the bank."
    ),
    "accepted_on": gettext_lazy("The day of acceptance by customs, or the day of issue, such as 2026-03-31."),
    "business_number": gettext_lazy("The exporter's business number."),
    "hs_code": gettext_lazy("HS code. A manifest clearance counts only with it."),
    "destination": gettext_lazy("Country by code or name, such as CL or Chile."),
    "transaction_type": gettext_lazy("The customs' code, such as 11 or 15."),
    "fob_usd_amount": gettext_lazy("Amount in USD, FOB unless terms are given."),
    "terms": gettext_lazy("Incoterms such as CIF, where the amount is not FOB."),
    "freight_usd_amount": gettext_lazy("Freight held in the amount; it is taken off."),
    "insurance_usd_amount": gettext_lazy("Insurance held in the amount; it is taken off."),
}


class ListForm(forms.Form):
    """A list of exports for one of the person's participations."""

    place = forms.ChoiceField(label=gettext_lazy("Program"))
    upload = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "The list of accepted export declarations as the customs portal gave it, or Naru's template of exports."
        ),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        if len(places) == 1:
            self.fields["place"].initial = places[0][0]


class StaffListForm(ListForm):
    origin_note = forms.CharField(
        label=gettext_lazy("Where it came from"), max_length=300, required=False,
        help_text=gettext_lazy("For example who drew the list, and when."),
    )  # fmt: skip


class TypesField(forms.MultipleChoiceField):
    """Which types of transaction nobody paid for."""

    def __init__(self, row: CustomsList) -> None:
        types = row.types
        said = said_of_types(row.program)
        super().__init__(
            label=gettext_lazy("Types of transaction that nobody paid for"),
            help_text=gettext_lazy(
                "Samples, goods for repair and the like are no export performance. Tick their types: these lines stay"
                " on record and do not count. What the agency says of a type holds for the whole program."
            ),
            required=False,
            initial=[each["name"] for each in types if said.get(each["name"], each["name"] in row.unpaid_types)],
            choices=[(each["name"], f"{each['name']} ({each['lines']}, {_usd(each['fob'])})") for each in types if each["name"]],
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip


def _usd(fob: str | Decimal) -> str:
    return money(Decimal(fob), "USD")


@require_http_methods(["GET", "POST"])
def customs_lists_page(request: HttpRequest) -> HttpResponse:
    """A company's exports in each program, its lists, and where to bring one."""
    user = person(request)
    today = clock.today()
    own = Company.objects.of_member(user)
    parts = (
        Participation.objects.filter(company__in=own)
        .took_part()
        .select_related("program__agency", "company")
        .order_by("-program__starts_on", "company__name_ko")
    )
    writes_for = set(
        Company.objects.of_member(user, Member.Role.OWNER, Member.Role.EDITOR).values_list("pk", flat=True)
    )
    places = [
        (str(part.pk), f"{part.program.code} · {part.company}")
        for part in parts
        if part.company_id in writes_for and part.takes_part_on(today)
    ]
    is_sent = request.method == "POST"
    form = ListForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, places=places
    )  # fmt: skip
    status = 200
    if is_sent:
        status = 400
        if form.is_valid():
            try:
                row = _bring(user, parts, form.cleaned_data)
            except RuleBroken as error:
                form.add_error("upload", str(error.sentence))
                status = 409
            else:
                return redirect("customs_list", pk=row.pk)
    rows = (
        CustomsList.objects.filter(participation__company__in=own)
        .select_related("file", "program")
        .order_by("-created_at", "pk")
    )
    page = Paginator(rows, LISTS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "reports/customs_lists.html",
        {
            "form": form if places else None,
            "sections": [_section(part) for part in parts],
            "files": [row_of(each) for each in page],
            "page_obj": page,
            "crumbs": crumbs(),
            "columns": template_columns(),
        },
        status=status,
    )


def _bring(user: Any, parts: Any, values: dict[str, Any]) -> CustomsList:
    part = parts.get(pk=values["place"])
    with transaction.atomic():
        kept = importing.keep(values["upload"])
        return customs_lists.take_in(kept, part.program, by=user, participation=part)


def crumbs() -> list[dict[str, Any]]:
    return [{"label": _("Sales"), "url": reverse("sales_list")}]


def _section(part: Participation) -> dict[str, Any]:
    rows = exports.by_month(part.program, part.company_id)
    numbers = sorted(numbers_shown(part))
    return {
        "participation": part,
        "months": months_table(rows) if rows else None,
        "numbers": [pretty(number) for number in numbers if number != part.company.business_number],
        "left": left_table(exports.not_counted(part.program, numbers)),
    }


def row_of(row: CustomsList) -> dict[str, Any]:
    return {
        "name": row.file.name,
        "url": reverse("customs_list", args=[row.pk]),
        "meta": f"{row.program.code} · {seoul(row.created_at)}",
        "badge": row.get_state_display(),
        "tone": TONES[State(row.state)][0],
    }


def months_table(rows: Sequence[exports.Exports]) -> dict[str, Any]:
    kinds, grades = dict(CustomsRecord.Kind.choices), dict(CustomsList.Grade.choices)
    return tables.table(
        _("Exports by month (FOB)"),
        [
            tables.Column(_("Month")),
            tables.Column(_("Kind")),
            tables.Column(_("Source")),
            tables.number(_("Lines")),
            tables.number(_("FOB value"), "USD"),
        ],
        [
            (
                month(row.month),
                kinds[row.kind],
                grades.get(row.grade, _("entered by hand")),
                amount(row.lines) if row.grade != exports.BY_HAND else "–",
                amount(row.fob_amount, 2),
            )
            for row in rows
        ],
    )


def left_table(rows: Sequence[exports.NotCounted]) -> dict[str, Any] | None:
    if not rows:
        return None
    return tables.table(
        _("Lines that do not count now"),
        [tables.Column(_("Why")), tables.number(_("Lines")), tables.number(_("FOB value"), "USD")],
        [(row.outcome.label, amount(row.lines), amount(row.fob_amount, 2)) for row in rows],
    )


def list_context(row: CustomsList) -> dict[str, Any]:
    """What a page says of a list."""
    tone, sentence = TONES[State(row.state)]
    is_english = get_language() == "en"
    return {
        "list": row,
        "tone": tone,
        "sentence": sentence,
        "refusal": row.refusal_en if is_english else row.refusal_ko,
        "is_busy": row.state in {State.WAITING, State.IMPORTING},
        "is_read": row.state not in {State.WAITING, State.REFUSED},
        "is_over": row.state in {State.REFUSED, State.UNDONE, State.CANCELLED},
        "counts": [
            {"label": _("Rows in the file"), "value": row.rows},
            {"label": _("Accepted"), "value": row.lines},
            {"label": _("Rejected"), "value": row.rejected},
            {"label": _("Known already"), "value": row.known},
            {"label": _("Replaced by newer values"), "value": row.replaced},
        ],
        "found": tables.table(
            _("What its lines come to") if row.state == State.PREVIEW else _("What its lines came to"),
            [tables.Column(_("Line")), tables.number(_("Lines")), tables.number(_("FOB value"), "USD")],
            [
                (OUTCOMES[each["name"]], amount(each["lines"]), amount(Decimal(each["fob"]), 2))
                for each in row.found
            ],
        ),
        "types": ", ".join(row.unpaid_types),
        "notes": [str(say(code, **dict(parameters))) for code, parameters in row.notes if code in TEXTS],
        "may_mend": rejects.may_mend(row),
        "mend_limit": rejects.limit_of(row) // MEGABYTE,
        "rejects": [
            Rejection(row=number, column=column, value=value, reason_ko=korean, reason_en=english)
            for number, column, value, korean, english in row.rejects[:SHOWN_REJECTS]
        ],
    }


def own_lists(user: Any) -> Any:
    """Lists that companies of the person brought; what staff see is shown on the staff site."""
    mine = Company.objects.of_member(user)
    return CustomsList.objects.filter(participation__company__in=mine).select_related(
        "file", "program", "participation"
    )


@require_GET
def customs_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One list: what it holds, what was rejected, what to do."""
    row = get_object_or_404(own_lists(request.user), pk=pk)
    context = list_context(row)
    context["may_decide"] = permissions.writes_for_company(request.user, row.participation.company_id)
    context["types_form"] = confirm_form(row)
    context["rejects_url"] = reverse("customs_list_rejects", args=[row.pk])
    context["mend_url"] = reverse("customs_list_mend", args=[row.pk])
    context["again_url"] = reverse("customs_lists") if context["may_decide"] else ""
    context["crumbs"] = [*crumbs(), {"label": _("Exports"), "url": reverse("customs_lists")}]
    return render(request, "reports/customs_list.html", context)


def confirm_form(row: CustomsList, data: Any = None) -> forms.Form:
    form = forms.Form(data)
    if any(each["name"] for each in row.types):
        form.fields["unpaid_types"] = TypesField(row)
    return form


@require_POST
def customs_list_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(own_lists(request.user), pk=pk)
    customs_lists.confirm(row, by=person(request), unpaid_types=request.POST.getlist("unpaid_types"))
    return redirect("customs_list", pk=row.pk)


@require_POST
def customs_list_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(own_lists(request.user), pk=pk)
    customs_lists.cancel(row, by=person(request))
    messages.info(request, _("The file was not imported. You find it here at any time."))
    return redirect("customs_list", pk=row.pk)


@require_GET
def customs_list_rejects(request: HttpRequest, pk: UUID) -> HttpResponse:
    return rejects.listed(get_object_or_404(own_lists(request.user), pk=pk))


@require_GET
def customs_list_mend(request: HttpRequest, pk: UUID) -> HttpResponse:
    return rejects.in_own_layout(get_object_or_404(own_lists(request.user), pk=pk))


def template_columns() -> dict[str, Any]:
    """Each column of the template of exports: its heading, whether it must be filled in, what it is for."""
    is_korean = get_language() == template.KOREAN
    return tables.table(
        _("Columns of Naru's template of exports"),
        [
            tables.Column(_("Heading")),
            tables.Column(_("Must it be filled in?")),
            tables.Column(_("What goes there")),
        ],
        [
            (korean if is_korean else english, _("yes") if into in NEEDED else _("no"), MEANT[into])
            for into, korean, english in FORM
        ],
    )


@require_GET
def customs_template(request: HttpRequest, language: str, ending: str) -> HttpResponse:
    """The empty template of exports in Korean or English, as CSV or XLSX."""
    if language not in {template.KOREAN, template.ENGLISH} or ending not in TYPES:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template"
        (template.write_xlsx if ending == "xlsx" else template.write_csv)(path, language, FORM)
        response = HttpResponse(path.read_bytes(), content_type=TYPES[ending])
    name = f"{'나루 수출 양식' if language == template.KOREAN else 'naru-exports-template'}.{ending}"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response


def programs_of(user: Any, programs: Any) -> list[tuple[str, str]]:
    return [(str(program.pk), f"{program.code} · {program}") for program in programs]


def program_tables(program: Program) -> dict[str, Any]:
    """What the program's lists and entries by hand come to now."""
    rows = exports.by_month(program)
    return {
        "months": months_table(rows) if rows else None,
        "left": left_table(exports.not_counted(program)),
    }
