"""A company's month: what stands for it, a typed answer that is looked at in won before it is sent, or "no sales" with one click."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from companies.models import Company, Member
from ground import clock
from ground.access import may
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, seoul
from programs.domain import lasting
from programs.models import Participation, Program
from programs.models.participation import TAKING_PART
from programs.views.evaluation import person
from reports import month_forms
from reports.domain import answering, declaring, months
from reports.domain.answering import Typed
from reports.models import Declaration
from reports.printing.words import money
from reports.queries import answers, closing, rates
from reports.queries.reported_measures import ZERO
from reports.views import tables


@require_http_methods(["GET", "POST"])
def declaration_edit(request: HttpRequest, pk: UUID, month: str) -> HttpResponse:
    """The month's page. A POST is one of `review` (what was typed, in won), `edit` (back to typing) and `send`."""
    user = person(request)
    part, first = _matter(request, pk, month)
    standing = list(answers.standing(part, first))
    places = month_forms.places_of(part, first, standing)
    options = {
        "places": places,
        "currencies": month_forms.currencies_of(places, [*standing, *month_forms.last_typed(part, first)]),
    }
    is_sent = request.method == "POST"
    step = request.POST.get("step", "") if is_sent else ""
    said = request.POST.copy()
    if step == "more":
        said["part-TOTAL_FORMS"] = str(_count(said.get("part-TOTAL_FORMS")) + 1)
    parts = month_forms.PartSet(
        said if is_sent else None,
        initial=month_forms.initial_of(part, first, standing, places),
        form_kwargs=options,
        prefix="part",
    )
    note = request.POST.get("note", next((each.note for each in standing if each.note), ""))
    end = month_forms.EndForm(
        request.POST if step == "send" else None,
        request.FILES if step == "send" else None,
        initial={"note": note},
    )
    status, problem, typed = 200, "", []
    if step in {"review", "send"}:
        is_valid = parts.is_valid() and (step == "review" or end.is_valid())
        typed = [form.typed() for form in parts.forms if not form.is_empty] if parts.is_valid() else []
        status = 200 if is_valid else 400
        problem = " ".join(str(each) for each in parts.non_form_errors())
        if is_valid and not typed:
            status, problem = 400, _("Type what you sold, or say that there were no sales.")
        elif is_valid and step == "send":
            try:
                answering.type_month(
                    part, first, typed, by=user, seen=request.POST.get("seen", ""), **end.cleaned_data
                )
            except RuleBroken as error:
                status, problem = 409, str(error.sentence)
                standing = list(answers.standing(part, first))
                if error.code == "amount_decimals":
                    typed = []
            else:
                messages.success(
                    request, _("Your sales of the month are recorded. You can correct them here.")
                )
                return redirect("declaration_edit", pk=part.pk, month=f"{first:%Y-%m}")
    _remember(parts, part, first)
    is_review = bool(typed) and (status == 200 or step == "send")
    context = {
        **_standing_context(request, part, first, standing),
        "parts": parts,
        "end": end,
        "note": note,
        "problem": problem,
        "seen": answering.seen_of(standing),
        "is_review": is_review,
        "taken_back": _taken_back(standing, typed) if is_review else [],
        "is_changed": is_review and status == 409,
        "review": _table(part.program, typed, first, places) if is_review else None,
    }
    return render(request, "reports/declaration_edit.html", context, status=status)


@require_POST
def declaration_none(request: HttpRequest, pk: UUID, month: str) -> HttpResponse:
    """No sales, with one click."""
    part, first = _matter(request, pk, month)
    try:
        answering.no_sales(part, first, by=person(request))
    except RuleBroken as error:
        return _refused(request, part, first, error)
    messages.success(request, _("Recorded: no sales in this month. You can take it back here."))
    return redirect("declaration_edit", pk=part.pk, month=f"{first:%Y-%m}")


@require_POST
def declaration_take_back(request: HttpRequest, pk: UUID, month: str) -> HttpResponse:
    """A "no sales" is taken back."""
    part, first = _matter(request, pk, month)
    try:
        answering.take_back(part, first, by=person(request))
    except RuleBroken as error:
        return _refused(request, part, first, error)
    messages.info(request, _("Taken back. The month is open again."))
    return redirect("declaration_edit", pk=part.pk, month=f"{first:%Y-%m}")


def _matter(request: HttpRequest, pk: UUID, month: str) -> tuple[Participation, dt.date]:
    writes_for = Company.objects.of_member(person(request), Member.Role.OWNER, Member.Role.EDITOR)
    part = get_object_or_404(
        Participation.objects.filter(company__in=writes_for)
        .answering()
        .select_related("program", "company", "agency"),
        pk=pk,
    )
    return part, _month(part, month)


def _month(part: Participation, text: str) -> dt.date:
    """The month of the address; a month that cannot be declared is no page."""
    try:
        first = declaring.check_month(part.program, dt.date.fromisoformat(f"{text}-01"))
        lasting.check_day(part, first, "month")
        return first
    except (ValueError, RuleBroken):
        raise Http404 from None


def _refused(request: HttpRequest, part: Participation, first: dt.date, error: RuleBroken) -> HttpResponse:
    standing = list(answers.standing(part, first))
    places = month_forms.places_of(part, first, standing)
    parts = month_forms.PartSet(
        initial=month_forms.initial_of(part, first, standing, places),
        form_kwargs={
            "places": places,
            "currencies": month_forms.currencies_of(
                places, [*standing, *month_forms.last_typed(part, first)]
            ),
        },
        prefix="part",
    )
    _remember(parts, part, first)
    context = {
        **_standing_context(request, part, first, standing),
        "parts": parts,
        "end": month_forms.EndForm(),
        "problem": str(error.sentence),
        "seen": answering.seen_of(standing),
    }
    return render(request, "reports/declaration_edit.html", context, status=409)


def _remember(parts: Any, part: Participation, first: dt.date) -> None:
    """Beside each shop what was typed for the month before: who types sees whether it is of the same size."""
    last = {
        (month_forms.place_of(each), str(each.currency_id)): money(each.amount, str(each.currency_id))
        for each in month_forms.last_typed(part, first)
    }
    for form in parts.forms:
        form.last = last.get((str(form["place"].value()), str(form["currency"].value())), "")


def _standing_context(
    request: HttpRequest, part: Participation, first: dt.date, standing: Sequence[Declaration]
) -> dict[str, Any]:
    """What the page says of the month: the answer that stands, files, what contradicts it, earlier versions."""
    today = clock.today()
    found = answers.of_month(part.program, first, today, only=[part.pk])
    rows = found.rows
    nothing = next((each for each in standing if each.kind == Declaration.Kind.NO_SALES), None)
    typed = [each for each in standing if each.kind == Declaration.Kind.TYPED]
    against = next((row.contradiction for row in rows if row.contradiction), None)
    with_file = [row for row in rows if row.answer == answers.Answer.FILE]
    owed = [row for row in rows if row.answer == answers.Answer.OWED]
    end = months.ends_at(part.program, first)
    is_over = end <= clock.now()
    return {
        "closed": str(declaring.closed_sentence(first)) if closing.is_closed(part.program_id, first) else "",
        "participation": part,
        "month": first,
        "month_code": f"{first:%Y-%m}",
        "calendar": found.calendar,
        "is_owed": bool(owed),
        "owed_shops": [row.store for row in owed if row.store] if len(owed) < len(rows) else [],
        "is_so_far": bool(typed) and bool(owed) and all(each.declared_at < end for each in typed),
        "is_over": is_over,
        "overdue_days": max((row.overdue_days for row in rows), default=0),
        "nothing": nothing,
        "against": against,
        "typed": typed,
        "typed_table": _declared_table(part.program, typed, first) if typed else None,
        "files": with_file,
        "excuse": next((row.excuse for row in rows if row.excuse), None),
        "may_say_none": is_over
        and not standing
        and not any(row.lines for row in rows),
        "may_upload": may(request.user, "sales_upload")
        and any(
            part.state in TAKING_PART if row.store is None else row.store.company_id == part.company_id
            for row in rows
        ),
        "earlier": [
            {
                "what": _("no sales") if each.kind == Declaration.Kind.NO_SALES else money(each.amount, str(each.currency_id)),
                "said": f"{each.declared_by} · {seoul(each.declared_at)}",
                "ended": seoul(each.replaced_at),
            }
            for each in Declaration.objects.filter(participation=part, month=first, replaced_at__isnull=False)
            .select_related("declared_by")
            .order_by("-replaced_at", "currency")
        ],
        "crumbs": [{"label": _("Sales"), "url": reverse("sales_list")}],
    }  # fmt: skip


def _count(text: str | None) -> int:
    return min(int(text), month_forms.MOST_ROWS - 1) if text and text.isdecimal() else 0


def _taken_back(standing: Sequence[Declaration], typed: Sequence[Typed]) -> list[str]:
    """What stands and is not among what is to be sent."""
    wanted = {each.key for each in typed}
    return [
        f"{_shop(each)}: {money(each.amount, str(each.currency_id))}"
        for each in standing
        if each.kind == Declaration.Kind.TYPED
        and (each.store_id, each.market_id, each.currency_id) not in wanted
    ]


def _shop(each: Declaration) -> str:
    return (
        f"{each.store.name} ({each.store.code})"
        if each.store
        else str(each.market or _("all shops together"))
    )


def _declared_table(program: Program, typed: Sequence[Declaration], first: dt.date) -> dict[str, Any]:
    rows = [
        (
            _shop(each),
            Typed(each.store, each.market, each.currency, each.orders, each.units, each.amount, each.refund_amount),
        )
        for each in typed
    ]  # fmt: skip
    return _rows(_("What you reported"), program, rows, first)


def _table(
    program: Program, typed: Sequence[Typed], first: dt.date, places: Sequence[month_forms.Place]
) -> dict[str, Any]:
    labels = {(place.store, place.market): str(place.label) for place in places}
    return _rows(
        _("Look at it once more"), program, [(labels[each.store, each.market], each) for each in typed], first
    )


def _rows(
    caption: str, program: Program, rows: Sequence[tuple[str, Typed]], first: dt.date
) -> dict[str, Any]:
    """Amounts with their currency, and in won and dollars at the month's average rate; one total where every rate is there. Each
    figure is rounded by itself: the won of a currency over all shops once, as wherever the company's declared sales are shown."""
    amounts: dict[str, Decimal] = {}
    for _label, each in rows:
        amounts[str(each.currency.pk)] = amounts.get(str(each.currency.pk), ZERO) + each.amount
    found = rates.month_averages(program, {(currency, first) for currency in {*amounts, rates.DOLLAR}})

    def converted(currency: str, of: Decimal) -> tuple[Decimal | None, Decimal | None]:
        rate, dollar = found.get((currency, first)), found.get((rates.DOLLAR, first))
        if rate is None:
            return None, None
        return rate.won(of), of * rate.usd_per_unit(dollar) if dollar else None

    sums = [converted(currency, of) for currency, of in amounts.items()]
    lines, parts = [], ZERO
    for label, each in rows:
        currency = str(each.currency.pk)
        won, usd = converted(currency, each.amount)
        parts += won or ZERO
        lines.append(
            (
                label,
                amount(each.orders),
                amount(each.units),
                money(each.amount, currency),
                money(each.refund_amount, currency),
                tables.in_won(won, usd) if won is not None else _("no rate yet"),
            )
        )
    columns = [
        tables.Column(_("Shop")),
        tables.number(_("Orders")),
        tables.number(_("Units")),
        tables.number(_("Sales")),
        tables.number(_("Refunds")),
        tables.number(_("Sales at the month's rate"), tables.won()),
    ]
    known = [won for won, _usd in sums if won is not None]
    total = sum(known, ZERO)
    if len(known) < len(sums) or len(lines) < 2:
        return tables.table(caption, columns, lines)
    in_total = tables.in_won(total, rates.dollars(usd for _won, usd in sums))
    shown = tables.table(caption, columns, lines, (_("Total"), "", "", "", "", in_total))
    if total != parts:
        shown["note"] = _(
            "The total is rounded once for each currency; the shops, each rounded by itself, add up to %(parts)s won."
        ) % {"parts": amount(parts)}
    return shown
