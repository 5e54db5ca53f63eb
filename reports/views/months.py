"""What the staff's pages about months show: which are closed, what stands in the way of the next, what was booked later."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from ground import clock
from ground.access import may
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, month, seoul
from programs.models import Participation, Program
from reports.domain import closing as verbs
from reports.domain.closing_words import sentence
from reports.models import ClosedMonth, ImportBatch
from reports.printing.words import money
from reports.queries import calendar_months, closing, restated_months, shipments, targets, waiting
from reports.queries.closing import Adjustment, InTheWay, Obstacle
from reports.queries.differing import unanswered
from reports.views import tables
from reports.views.closing_questions import asked_of, opening_of, question_words

State = ClosedMonth.State
BADGES = {State.ASKED: "wait", State.CLOSED: "ok", State.REOPENED: "warn"}
MEASURES = {
    "orders": gettext_lazy("Orders"),
    "payouts": gettext_lazy("Payouts"),
    "declared": gettext_lazy("Declared"),
    "customs": gettext_lazy("Customs"),
}


def months_context(user: Any, code: str, chosen: str) -> dict[str, Any]:
    """The months of a program (else of the newest), what stands in the way of the next, and what one month (by default the
    open one) holds for closed months."""
    today = clock.today()
    programs = list(Program.objects.of_agencies(user).select_related("agency").order_by("-starts_on", "code"))
    program = next((each for each in programs if each.code == code), programs[0] if programs else None)
    context: dict[str, Any] = {"programs": programs, "program": program}
    if program is None or program.starts_on > today:
        return context
    following = closing.next_month(program)
    shown = max(calendar_months.months_of(program.starts_on, today)[-1], following)
    records = {
        row.month: row
        for row in ClosedMonth.objects.filter(program=program)
        .select_related("agreed_by")
        .order_by("created_at")
    }
    booked = _booked(program, shown)
    rows = [
        _row(each, records.get(each), booked.get(each, []), program, following)
        for each in reversed(calendar_months.months_of(program.starts_on, shown))
    ]
    month_shown = _month_of(chosen) or following
    asked = asked_of(user, records.get(following)) or opening_of(user, records, following)
    is_busy = bool(asked and asked["is_busy"])
    found = [] if is_busy else closing.in_the_way(program, following)
    for row in rows:
        if asked and asked["label"] and row["month"] == asked["month"]:
            row["label"] = asked["label"]
    return context | {
        "months": rows,
        "following": following,
        "is_over": all(each.what != Obstacle.NOT_OVER for each in found),
        "obstacles": [_obstacle(each, program) for each in found],
        "still": [] if is_busy else _still_to_come(program, following),
        "differences": _differences(program, today),
        "asked": asked,
        "found": [_obstacle(each, program) for each in asked["found"] if each not in found] if asked else [],
        "is_busy": is_busy,
        "ask_url": _ask_url(user, program, following),
        "adjusted": adjusted_context(program, month_shown, booked.get(month_shown, [])),
    }


def _booked(program: Program, until: dt.date) -> dict[dt.date, list[Adjustment]]:
    scope = calendar_months.month_scope(program, until)
    scope = replace(scope, from_on=program.starts_on.replace(day=1), basis=targets.basis_of(program, until))
    found: dict[dt.date, list[Adjustment]] = {}
    try:
        for each in closing.adjustments(scope):
            found.setdefault(each.month, []).append(each)
    except RuleBroken:
        pass
    return found


def _row(
    of: dt.date, record: ClosedMonth | None, booked: list[Adjustment], program: Program, following: dt.date
) -> dict[str, Any]:
    state = record.state if record else ""
    is_kept = state == State.CLOSED
    later = [each for each in booked if each.measure == "orders" and each.krw_amount is not None]
    return {
        "month": of,
        "label": record.get_state_display() if record else pgettext("state of a month", "open"),
        "tone": BADGES[State(state)] if state else "neutral",
        "url": reverse("admin:reports_closedmonth_change", args=[record.pk])
        if record and record.closed_at
        else "",
        "closed": seoul(record.closed_at) if record and record.closed_at and is_kept else "",
        "agreed_by": record.agreed_by if record and is_kept else "",
        "orders": amount(_sum(record.figures["orders"], "krw")) if record and is_kept else "–",
        "net": amount(_sum(record.figures["orders"], "net_krw")) if record and is_kept else "–",
        "later": f"{sum((each.krw_amount or 0 for each in later), Decimal(0)):+,}" if later else "–",
        "later_url": f"{reverse('admin:reports_months')}?{urlencode({'program': program.code, 'month': f'{of:%Y-%m}'})}"
        if booked
        else "",
        "is_next": of == following,
    }


def _sum(rows: list[dict[str, Any]], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows if row[name] is not None), Decimal(0))


def _month_of(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _obstacle(each: InTheWay, program: Program) -> dict[str, str]:
    urls = {
        Obstacle.UNDECIDED_FILE: ("admin:reports_importbatch_change", [each.which]),
        Obstacle.UNDECIDED_LIST: ("admin:reports_customslist_change", [each.which]),
        Obstacle.UNKNOWN_STATE: ("admin:reports_waiting", []),
        Obstacle.NO_RATE: ("admin:reports_exchangerate_changelist", []),
        Obstacle.NO_TAX: ("admin:programs_store_changelist", []),
    }
    route, keys = urls.get(each.what, ("", []))
    query = f"?{urlencode({'q': each.which})}" if each.what == Obstacle.NO_TAX else ""
    return {"text": sentence(each), "url": reverse(route, args=keys) + query if route else ""}


def _still_to_come(program: Program, following: dt.date) -> list[dict[str, str]]:
    found = closing.still_to_come(program, following)
    words = {
        waiting.Kind.NO_ASSIGNMENT: _("Sales lines without a company: %(count)s, %(amount)s"),
        waiting.Kind.LOOSE_PAYOUT: _("Payouts without a company: %(count)s, %(amount)s"),
        waiting.Kind.UNKNOWN_MOVEMENT: _("Movements of a kind that is not known: %(count)s, %(amount)s"),
    }
    rows = [
        {
            "text": words[row.kind] % {"count": amount(row.lines), "amount": money(row.amount, row.currency)},
            "url": reverse("admin:reports_waiting"),
        }
        for row in found.waiting
    ]
    rows += [
        {
            "text": _("Exports by lists that do not count now (%(why)s): %(count)s, %(amount)s")
            % {"why": row.outcome.label, "count": amount(row.lines), "amount": money(row.fob_amount, "USD")},
            "url": reverse("admin:reports_customslist_changelist"),
        }
        for row in found.exports
    ]
    if found.undeclared:
        text = ngettext(
            "%(count)d company has not declared the month.",
            "%(count)d companies have not declared the month.",
            found.undeclared,
        )
        rows.append(
            {
                "text": text % {"count": found.undeclared},
                "url": reverse("admin:reports_declaration_changelist"),
            }
        )
    return rows


def _differences(program: Program, today: dt.date) -> list[dict[str, str]]:
    """How many differences wait; they are no obstacle."""
    found = unanswered.counts(program.pk, today)
    queue = f"{reverse('admin:reports_difference_changelist')}?program__id__exact={program.pk}&state__exact="
    rows = (
        (found.to_decide, _("Differences to decide: %(count)s"), f"{queue}open"),
        (found.asked, _("Differences of which a company is asked: %(count)s"), f"{queue}asked"),
        (
            found.overdue,
            _("of these never answered by their day: %(count)s"),
            reverse("admin:reports_unanswered"),
        ),
    )
    return [{"text": text % {"count": amount(count)}, "url": url} for count, text, url in rows if count]


def _ask_url(user: Any, program: Program, following: dt.date) -> str:
    route = "admin:reports_closedmonth_add"
    if not may(user, route, "POST"):
        return ""
    return f"{reverse(route)}?{urlencode({'program': program.code, 'month': f'{following:%Y-%m}'})}"


def adjusted_context(program: Program, of: dt.date, booked: list[Adjustment]) -> dict[str, Any] | None:
    """What a month holds for closed ones: sums, and line by line with the file that said so."""
    lines, count = closing.adjusted_lines(program, of)
    if not lines:
        return None
    return {
        "month": of,
        "count": count,
        "sums": adjustments_table(booked) if booked else None,
        "lines": [
            {
                "row": each,
                "measure": MEASURES[each.measure],
                "concerns": month(each.event_on),
                "before": "–" if each.net_before is None else money(each.net_before, each.currency),
                "difference": money(each.net_difference, each.currency),
                "url": reverse(
                    "admin:reports_customslist_change"
                    if each.measure == "customs"
                    else "admin:reports_importbatch_change",
                    args=[each.batch],
                ),
            }
            for each in lines
        ],
    }


def adjustments_table(booked: list[Adjustment]) -> dict[str, Any]:
    return tables.table(
        _("Adjustments of earlier months"),
        [
            tables.Column(_("Booked in")),
            tables.Column(_("Month concerned")),
            tables.Column(_("Measure")),
            tables.number(_("Rows")),
            tables.number(_("Amount")),
            tables.number(_("before refunds"), tables.won()),
            tables.number(_("after refunds"), tables.won()),
        ],
        [
            (
                month(each.month), month(each.concerns), MEASURES[each.measure], amount(each.rows),
                money(each.amount, each.currency), _signed(each.krw_amount), _signed(each.net_krw_amount),
            )
            for each in booked
        ],
    )  # fmt: skip


def _signed(value: Decimal | None) -> str:
    if value is None:
        return _("no rate")
    return f"{value:+,}" if value else "0"


def record_context(user: Any, record: ClosedMonth) -> dict[str, Any]:
    """A closing's page: what was kept, what the same lines come to by the rates of now, what was booked later for it."""
    question = verbs.question_of(record)
    is_done = question is None or question.pk in {record.approval_id, record.reopen_approval_id}
    if record.state == State.ASKED:
        words = asked_of(user, record)
    else:
        words = None if is_done or question is None else question_words(user, record, question)
    context: dict[str, Any] = {
        "question": words,
        "found": [_obstacle(each, record.program) for each in words["found"]] if words else [],
        "is_busy": bool(words and words["is_busy"]),
    }
    if not record.closed_at:
        return context
    now = _now(record)
    rows = []
    for measure, label in MEASURES.items():
        name = "krw"
        for row in record.figures[measure]:
            file_amount = row.get("gross", row.get("amount"))
            restated = now.get((measure, row["currency"]))
            kept = None if row[name] is None else Decimal(row[name])
            rows.append(
                (
                    label, money(Decimal(file_amount), row["currency"]),
                    _("no rate") if kept is None else amount(kept),
                    _("no rate") if restated is None else amount(restated),
                    "–" if kept is None or restated is None else _signed(restated - kept),
                )
            )  # fmt: skip
    context["kept"] = tables.table(
        _("Figures at the closing"),
        [
            tables.Column(_("Measure")),
            tables.number(_("Amount")),
            tables.number(_("as closed"), tables.won()),
            tables.number(_("by the rates of now"), tables.won()),
            tables.number(_("Difference"), tables.won()),
        ],
        rows,
    )
    context["has_stock"] = shipments.has_stock(of_month := closing.scope_of(record.program, record.month))
    scope = replace(
        of_month,
        from_on=record.opens_on, until_on=clock.today() + dt.timedelta(days=62), basis=closing.basis_of(record.figures),
    )  # fmt: skip
    later = [each for each in closing.adjustments(scope) if each.concerns == record.month]
    context["later"] = adjustments_table(later) if later else None
    return context


def _now(record: ClosedMonth) -> dict[tuple[str, str], Decimal | None]:
    """What the month's rows come to by the rates of now, by measure and currency."""
    figures = restated_months.figures_of(record)
    return {
        (measure, row["currency"]): None if row["krw"] is None else Decimal(row["krw"])
        for measure in MEASURES
        for row in figures[measure]
    }


def closed_words(part: Participation, open_from: dt.date) -> dict[str, Any]:
    """What a company reads of closed months: until when, and what was booked later for them."""
    until = (open_from - dt.timedelta(days=1)).replace(day=1)
    scope = replace(
        calendar_months.month_scope(part.program, clock.today()), from_on=open_from.replace(year=open_from.year - 1),
        basis=targets.basis_of(part.program, clock.today()), companies=(part.company_id,),
    )  # fmt: skip
    scope = replace(scope, until_on=max(scope.until_on, calendar_months.last_day(open_from)))
    try:
        booked = closing.adjustments(scope)
    except RuleBroken:
        booked = []
    return {
        "text": _(
            "The months up to %(month)s are closed: their figures stay as they are. What becomes known of them later stands in"
            " the first open month."
        )
        % {"month": month(until)},
        "adjustments": adjustments_table(booked) if booked else None,
    }


def touched_words(batch: ImportBatch) -> list[str]:
    """Where a file that is read has lines of closed months: what becomes of them."""
    if batch.first_at is None or batch.state not in {ImportBatch.State.PREVIEW, ImportBatch.State.DONE}:
        return []
    open_from = closing.open_from(batch.program_id)
    if open_from is None or batch.first_at.astimezone(ZoneInfo(batch.program.zone)).date() >= open_from:
        return []
    if batch.state == ImportBatch.State.DONE and not closing.has_booked_later(batch):
        return []
    return [
        _(
            "The file has lines of closed months. What it says anew of them is booked in %(month)s as an adjustment; the closed"
            " months stay as they are."
        )
        % {"month": month(open_from)}
    ]
