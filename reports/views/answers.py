"""What staff see of a month: who owes what, and one company's month with what was said, sent and excused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tablib import Dataset

from accounts.admin.exchange import KoreanCsv
from accounts.models import User
from accounts.roles import agency_ids
from ground import clock, files
from ground.access import may
from ground.errors import RuleBroken
from ground.months import month_before, months_of
from ground.templatetags.naru import day, seoul
from ground.templatetags.naru import month as month_word
from ground.workbooks import CONTENT_TYPE, workbook
from programs.models import Participation, Program
from programs.permissions import WRITERS
from programs.views.evaluation import person
from reports.domain import answering, declaring
from reports.models import Declaration, MonthReminder
from reports.printing.words import money
from reports.queries import answers
from reports.queries.answers import Answer, Month, Row

ROWS = 100
AGAINST = "contradiction"
WORDS: dict[Answer, tuple[Any, str]] = {
    Answer.FILE: (gettext_lazy("file is there"), "ok"),
    Answer.TYPED: (gettext_lazy("typed"), "ok"),
    Answer.NO_SALES: (gettext_lazy("no sales"), "ok"),
    Answer.EXCUSED: (gettext_lazy("excused"), "neutral"),
    Answer.OWED: (gettext_lazy("owed"), "danger"),
}
FORMATS: dict[str, tuple[str, Callable[[list[str], list[list[Any]]], bytes]]] = {
    "xlsx": (CONTENT_TYPE, lambda head, rows: workbook(head, rows)),
    "csv": (
        "text/csv; charset=utf-8",
        lambda head, rows: KoreanCsv().export_data(Dataset(*rows, headers=head)),
    ),
}


@dataclass(frozen=True)
class Chosen:
    """A month of a program as staff look at it: all rows that the words find, and those with the chosen answer."""

    programs: list[Program]
    program: Program
    months: list[dt.date]
    found: Month
    words: str
    answer: str
    all_rows: list[Row]
    rows: list[Row]


def chosen(user: Any, asked: QueryDict) -> Chosen | None:
    """What the address asks for; a program or month that is not there gives way to the first running one and to last
    month. None without a program."""
    today = clock.today()
    programs = list(
        Program.objects.filter(agency__in=agency_ids(user), starts_on__lte=today)
        .select_related("agency")
        .order_by("-starts_on", "code")
    )
    program = next((each for each in programs if each.code == asked.get("program")), None) or next(
        (each for each in programs if each.state == Program.State.RUNNING), programs[0] if programs else None
    )
    if program is None:
        return None
    of_program = _months(program, today)
    wanted = asked.get("month", "")
    last = month_before(today)
    first = next(
        (each for each in of_program if f"{each:%Y-%m}" == wanted),
        last if last in of_program else of_program[0],
    )
    found = answers.of_month(program, first, today)
    words = asked.get("q", "").strip()
    rows = [row for row in found.rows if _names(row, words)]
    answer = asked.get("answer", "")
    return Chosen(
        programs, program, of_program, found, words, answer, rows, [row for row in rows if _is(row, answer)]
    )


def _months(program: Program, today: dt.date) -> list[dt.date]:
    """The program's months up to this one, the newest first."""
    return months_of(program.starts_on, min(today, program.ends_on))[::-1]


def _names(row: Row, words: str) -> bool:
    company = row.participation.company
    text = f"{company.name_ko} {company.name_en} {company.business_number}".lower()
    return words.lower() in text or words.replace("-", "") in company.business_number


def _is(row: Row, answer: str) -> bool:
    if answer == AGAINST:
        return row.contradiction is not None
    return answer not in set(Answer) or row.answer == answer


def answers_context(request: HttpRequest, found: Chosen | None) -> dict[str, Any]:
    if found is None:
        return {"program": None}
    first = found.found.calendar.month
    page = Paginator(found.rows, ROWS).get_page(request.GET.get("page"))
    counts = [("", _("all"), len(found.all_rows))]
    counts += [
        (each.value, str(WORDS[each][0]), sum(row.answer == each for row in found.all_rows))
        for each in Answer
    ]
    against = sum(row.contradiction is not None for row in found.all_rows)
    if against:
        counts.append((AGAINST, _("“no sales” against a file"), against))
    return {
        "program": found.program,
        "programs": found.programs,
        "months": [(f"{each:%Y-%m}", month_word(each)) for each in found.months],
        "month_code": f"{first:%Y-%m}",
        "month": first,
        "calendar": found.found.calendar,
        "words": found.words,
        "answer": found.answer,
        "counts": [
            {"code": code, "label": label, "count": count, "is_chosen": code == found.answer}
            for code, label, count in counts
        ],
        "rows": [_row(row, first) for row in page],
        "page_obj": page,
    }


def _row(row: Row, first: dt.date) -> dict[str, Any]:
    label, tone = WORDS[row.answer]
    if row.answer == Answer.OWED and not row.overdue_days:
        tone = "wait"
    return {
        "row": row,
        "label": label,
        "tone": tone,
        "said": _said(row),
        "url": reverse("admin:programs_participation_month", args=[row.participation.pk, f"{first:%Y-%m}"]),
    }


def _said(row: Row) -> str:
    """Lines of the file, and what was typed."""
    lines = _("%(count)d lines") % {"count": row.lines} if row.answer == Answer.FILE else ""
    return " · ".join(each for each in (lines, _typed(row)) if each)


def _typed(row: Row) -> str:
    """Amounts, each with what it is of where that is more than the row's store."""
    said = []
    for each in _typed_in(row):
        words = _words_of(each, row)
        said.append(money(each.amount, str(each.currency_id)) + (f" ({', '.join(words)})" if words else ""))
    return ", ".join(said)


def _typed_in(row: Row) -> list[Declaration]:
    return [each for each in row.declarations if each.kind == Declaration.Kind.TYPED]


def _words_of(each: Declaration, row: Row) -> list[str]:
    """What was typed is of more than the row's store, or of a month that is not over."""
    wider = "" if each.store_id or row.store is None else str(each.market or _("all shops together"))
    return [word for word in (wider, _("so far") if row.answer == Answer.OWED else "") if word]


def _typed_cells(row: Row, currencies: Sequence[str], counted: set[UUID]) -> list[Any]:
    """The amounts as numbers by currency, and what they are of. An amount of several stores is a number in the first of their rows alone
    (`counted`), so that a column can be summed."""
    amounts: dict[str, Decimal] = {}
    words: list[str] = []
    for each in _typed_in(row):
        currency = str(each.currency_id)
        if each.pk not in counted:
            amounts[currency] = amounts.get(currency, Decimal(0)) + _plain(each.amount)
            words += _words_of(each, row)
        else:
            words.append(
                _("%(amount)s of %(shops)s, counted above")
                % {"amount": money(each.amount, currency), "shops": ", ".join(_words_of(each, row))}
            )
        counted.add(each.pk)
    return [*(amounts.get(currency) for currency in currencies), ", ".join(dict.fromkeys(words))]


def _plain(value: Decimal) -> Decimal:
    """Without the zeros that the table keeps behind it."""
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize()


def download(found: Chosen, form: str) -> HttpResponse:
    """The rows of the page, all of them, as a file."""
    content_type, written = FORMATS[form]
    currencies = sorted({str(each.currency_id) for row in found.rows for each in _typed_in(row)})
    counted: set[UUID] = set()
    typed = _("Typed")
    head = [
        _("Business number"), _("Company"), _("Agreement number"), _("Store"), _("Answer"), _("Lines"),
        *(f"{typed} ({currency})" for currency in currencies), _("What the typed amount is of"), _("“No sales” against a file"), _("Due"), _("Days overdue"), _("Last reminder"), _("Excuse"),
    ]  # fmt: skip
    rows = [
        [
            row.participation.company.business_number,
            row.participation.company.name_ko,
            row.participation.number,
            row.store.code if row.store else "",
            str(WORDS[row.answer][0]),
            row.lines,
            *_typed_cells(row, currencies, counted),
            row.contradiction.file if row.contradiction else "",
            found.found.calendar.due_on.isoformat(),
            row.overdue_days or "",
            seoul(row.reminded_at) if row.reminded_at else "",
            row.excuse.reason if row.excuse else "",
        ]
        for row in found.rows
    ]
    answer = HttpResponse(written(head, rows), content_type=content_type)
    return files.as_download(
        answer, f"{found.program.code}-{found.found.calendar.month:%Y-%m}-answers.{form}"
    )


def answer_context(request: HttpRequest, pk: UUID, text: str) -> tuple[dict[str, Any], int, str]:
    """The page of a company's month, its status, and where to go after a POST that was done."""
    user = person(request)
    part = get_object_or_404(
        Participation.objects.filter(agency__in=agency_ids(user)).select_related(
            "program", "company", "agency"
        ),
        pk=pk,
    )
    try:
        first = declaring.check_month(part.program, dt.date.fromisoformat(f"{text}-01"))
    except (ValueError, RuleBroken):
        raise Http404 from None
    status, problem = 200, ""
    if request.method == "POST":
        try:
            _do(request, part, first, user)
        except RuleBroken as error:
            status, problem = 409, str(error.sentence)
        else:
            return {}, 302, reverse("admin:programs_participation_month", args=[pk, text])
    found = answers.of_month(part.program, first, clock.today(), only=[part.pk])
    said = (
        Declaration.objects.filter(participation=part, month=first)
        .select_related("declared_by", "replaced_by", "store", "market__platform", "market__country")
        .order_by("-declared_at", "currency")
    )
    context = {
        "title": f"{part.company} · {month_word(first)}",
        "problem": problem,
        "participation": part,
        "month": first,
        "rows": [_row(row, first) for row in found.rows],
        "against": next((row.contradiction for row in found.rows if row.contradiction), None),
        "excuse": next((row.excuse for row in found.rows if row.excuse), None),
        "due": day(found.calendar.due_on),
        "said": [
            {
                "what": _("no sales")
                if each.kind == Declaration.Kind.NO_SALES
                else money(each.amount, str(each.currency_id)),
                "shop": each.store or each.market or _("all shops together"),
                "by": f"{each.declared_by} · {seoul(each.declared_at)}",
                "ended": f"{each.replaced_by or ''} · {seoul(each.replaced_at)}" if each.replaced_at else "",
                "url": reverse("admin:reports_declaration_change", args=[each.pk]),
            }
            for each in said
        ],
        "reminders": [
            {"step": each.step, "at": seoul(each.sent_at), "readers": each.readers}
            for each in MonthReminder.objects.filter(participation=part, month=first).order_by("sent_at")
        ],
        "may_excuse": part.agency_id in agency_ids(user, *WRITERS)
        and may(user, "admin:programs_participation_month", "POST"),
        "list_url": f"{reverse('admin:reports_answers')}?program={part.program.code}&month={first:%Y-%m}",
    }
    return context, status, ""


def _do(request: HttpRequest, part: Participation, first: dt.date, user: User) -> None:
    if request.POST.get("do") == "end":
        answering.end_excuse(part, first, by=user)
        messages.info(request, _("The month is expected again."))
    else:
        answering.excuse(part, first, reason=request.POST.get("reason", ""), by=user)
        messages.success(request, _("Excused. No reminder goes."))
