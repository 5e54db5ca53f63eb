"""What the pages about differences show: measures side by side, the way to the lines, causes, questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.models import Company
from ground import clock, files
from ground.access import may
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, day, seoul
from ground.templatetags.naru import month as month_word
from programs.models import Participation, Program
from reports.models import Cause, Comparison, Difference
from reports.queries.differing import compared, tolerances, unanswered
from reports.queries.differing.compared import Compared, Pair
from reports.queries.differing.tolerances import Limit
from reports.views import cohorts, tables
from reports.views.answers import FORMATS

ROWS = 100
WHOLE = "all"
"""In addresses in place of a month: where all months are compared together."""
SIDES = {
    Comparison.DECLARED: (gettext_lazy("Declared"), gettext_lazy("Orders, before refunds")),
    Comparison.PAYOUTS: (
        gettext_lazy("Orders that are due, after refunds"),
        gettext_lazy("Released for them"),
    ),
    Comparison.CUSTOMS: (gettext_lazy("Orders, before refunds"), gettext_lazy("Customs, FOB")),
}
NOTES = {
    Comparison.DECLARED: gettext_lazy(
        "Months that are over and were declared; both sides before refunds. Declared amounts are converted at the average"
        " rate of the month, orders at the rate of their day."
    ),
    Comparison.PAYOUTS: gettext_lazy(
        "Orders that were paid out or are past their due day, found by their number, never month against month. Both sides"
        " at the rate of the order’s day. An order that was paid in another currency is not compared by amount."
    ),
    Comparison.CUSTOMS: gettext_lazy(
        "All months that are over together: goods are often sent before they are sold. Orders are retail prices and FOB is"
        " not, so they never agree exactly."
    ),
}
VERDICTS: dict[bool | None, tuple[Any, str, str]] = {
    False: (gettext_lazy("beyond tolerance"), "danger", "beyond"),
    True: (gettext_lazy("within tolerance"), "ok", "within"),
    None: (gettext_lazy("no rate"), "warn", "unknown"),
}
STATES = {
    Difference.State.OPEN: "warn",
    Difference.State.ASKED: "wait",
    Difference.State.DECIDED: "ok",
    Difference.State.GONE: "neutral",
}


@dataclass(frozen=True)
class Chosen:
    """A program's pairs as staff look at them; `found` is None where they cannot be compared, for `problem`."""

    programs: list[Program]
    program: Program
    limits: dict[Comparison, Limit]
    found: Compared | None
    problem: str
    comparison: Comparison
    names: dict[UUID, Company]
    parts: dict[UUID, UUID]
    """Of each company its participation: the one that lasts, else one that ended."""


def chosen(user: Any, asked: QueryDict) -> Chosen | None:
    """What the address asks for; what is not there gives way to the first running program and to declared months."""
    today = clock.today()
    programs = list(
        Program.objects.of_agencies(user)
        .filter(starts_on__lte=today)
        .select_related("agency")
        .order_by("-starts_on", "code")
    )
    program = next((each for each in programs if each.code == asked.get("program")), None) or next(
        (each for each in programs if each.state == Program.State.RUNNING), programs[0] if programs else None
    )
    if program is None:
        return None
    wanted = asked.get("comparison", "")
    comparison = Comparison(wanted) if wanted in Comparison.values else Comparison.DECLARED
    found, problem = None, ""
    try:
        only = tuple(Comparison) if asked.get("format") in FORMATS else (comparison,)
        found = compared.of_program(program, only, is_exact=False)
    except RuleBroken as error:
        problem = str(error.sentence)
    names = Company.objects.in_bulk({each.company for each in found.pairs} if found else set())
    rows = (
        Participation.objects.filter(program=program)
        .order_by("created_at")
        .values_list("company", "pk", "state")
    )
    parts = {
        company: pk
        for company, pk, _state in sorted(rows, key=lambda row: row[2] != Participation.State.ENDED)
    }
    return Chosen(programs, program, tolerances.of_program(program), found, problem, comparison, names, parts)


def compared_context(request: HttpRequest, found: Chosen | None) -> dict[str, Any]:
    if found is None:
        return {"program": None}
    asked = request.GET
    limit = found.limits[found.comparison]
    pairs = [
        each
        for each in (found.found.pairs if found.found else ())
        if each.comparison == found.comparison
        and _names(found.names[each.company], asked.get("q", "").strip())
    ]
    months = sorted({each.month for each in pairs if each.month}, reverse=True)
    month = next((each for each in months if f"{each:%Y-%m}" == asked.get("month")), None)
    pairs = [each for each in pairs if month is None or each.month == month]
    verdict = asked.get("verdict", "")
    counts: list[dict[str, Any]] = [
        {"code": "", "label": _("all"), "count": len(pairs), "is_chosen": not verdict}
    ]
    for value, (label, _tone, code) in VERDICTS.items():
        count = sum(each.is_within(limit) is value for each in pairs)
        counts.append({"code": code, "label": label, "count": count, "is_chosen": code == verdict})
    shown = [each for each in pairs if verdict in ("", VERDICTS[each.is_within(limit)][2])]
    shown.sort(key=lambda each: _order(each, limit, found.names[each.company]))
    page = Paginator(shown, ROWS).get_page(asked.get("page"))
    records = _records(found.program, page)
    left, right = SIDES[found.comparison]
    route = "admin:reports_tolerance_add"
    return {
        "programs": found.programs,
        "program": found.program,
        "problem": found.problem,
        "comparison": found.comparison.value,
        "comparisons": Comparison.choices,
        "note": NOTES[found.comparison],
        "nothing": _nothing(found),
        "age": cohorts.age(found.found.paid) if found.found else "",
        "dollar_note": tables.dollar_note(found.program),
        "limit": limit_words(limit),
        "limit_by": limit_by(limit),
        "limit_url": f"{reverse(route)}?{urlencode({'program': found.program.code, 'comparison': found.comparison.value})}"
        if may(request.user, route, "POST")
        else "",
        "left": left,
        "right": right,
        "months": [(f"{each:%Y-%m}", month_word(each)) for each in months],
        "month_code": f"{month:%Y-%m}" if month else "",
        "has_months": found.comparison == Comparison.DECLARED,
        "words": asked.get("q", ""),
        "counts": counts,
        "verdict": verdict,
        "rows": [_row(each, found, records, limit) for each in page],
        "page_obj": page,
        "may_find": may(request.user, "admin:reports_compared", "POST"),
        "queue_url": f"{reverse('admin:reports_difference_changelist')}?program__id__exact={found.program.pk}",
    }


def _names(company: Company, words: str) -> bool:
    text = f"{company.name_ko} {company.name_en}".lower()
    return words.lower() in text or words.replace("-", "") in company.business_number


def _order(each: Pair, limit: Limit, company: Company) -> tuple[Any, ...]:
    """Beyond tolerance first, the largest first."""
    place = {False: 0, None: 1, True: 2}[each.is_within(limit)]
    return place, -abs(each.difference or Decimal(0)), company.business_number, each.month or dt.date.min


def _records(program: Program, pairs: Iterable[Pair]) -> dict[tuple[UUID, str, dt.date | None], UUID]:
    rows = Difference.objects.filter(
        program=program, participation__company__in={each.company for each in pairs}
    ).standing()
    return {
        (company, comparison, month): pk
        for pk, company, comparison, month in rows.values_list(
            "pk", "participation__company", "comparison", "month"
        )
    }


def _row(
    each: Pair, found: Chosen, records: dict[tuple[UUID, str, dt.date | None], UUID], limit: Limit
) -> dict[str, Any]:
    label, tone, _code = VERDICTS[each.is_within(limit)]
    record = records.get((each.company, each.comparison.value, each.month))
    return {
        "company": found.names[each.company],
        "month": month_word(each.month) if each.month else "",
        "left": both(won(each.left), each.left, tables.dollars(each.left_usd)),
        "right": both(won(each.right), each.right, tables.dollars(each.right_usd)),
        "difference": both(signed(each.difference), each.difference, signed_dollars(each.difference_usd)),
        "percent": percent(each.percent),
        "label": label,
        "tone": tone,
        "uncompared": each.uncompared,
        "lines_url": lines_url(found.parts[each.company], each.comparison, each.month)
        if each.company in found.parts
        else "",
        "record_url": reverse("admin:reports_difference_change", args=[record]) if record else "",
    }


def lines_url(participation: UUID, comparison: str, month: dt.date | None) -> str:
    which = f"{month:%Y-%m}" if month else WHOLE
    return reverse("admin:programs_participation_lines", args=[participation, str(comparison), which])


def _nothing(found: Chosen) -> str:
    """Why there is nothing to compare with, where that is so."""
    if found.found is None:
        return ""
    if found.found.over is None and found.comparison != Comparison.PAYOUTS:
        return _("The first month is not over yet.")
    if found.comparison == Comparison.CUSTOMS and not found.found.has_customs:
        return _(
            "The program has no customs figures. Record them under “Customs”; then they are compared here."
        )
    if found.comparison == Comparison.PAYOUTS and not found.found.has_payouts:
        return _(
            "No payout file has been imported in this program. Import one; then its orders are compared here."
        )
    return ""


def won(value: Decimal | None) -> str:
    return _("no rate") if value is None else amount(value)


def both(words: str, krw: Decimal | None, dollars: str) -> str:
    """Won in words, and below them the dollars; the words alone where the won are not known."""
    if krw is None:
        return words
    return format_html('<span>{}<br><span class="subtle">{}</span></span>', words, dollars)


def signed_dollars(usd: Decimal | None) -> str:
    """A difference of amounts that are rounded to the cent."""
    if not usd:
        return tables.dollars(usd)
    return _("%(currency)s %(amount)s") % {"currency": "USD", "amount": f"{usd:+,.2f}"}


def signed(value: Decimal | None) -> str:
    if value is None:
        return "–"
    return f"{value:+,}" if value else "0"


def percent(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:+}%"


def limit_words(limit: Limit) -> str:
    return _("%(percent)s %% of the orders or %(amount)s won, whichever is more") % {
        "percent": f"{limit.percent.normalize():f}",
        "amount": amount(limit.krw_amount),
    }


def limit_by(limit: Limit) -> str:
    if limit.record is None:
        return _("the default of Naru, nobody has set another")
    return _("set by %(who)s on %(day)s: %(reason)s") % {
        "who": limit.record.set_by, "day": day(limit.record.set_at), "reason": limit.record.reason,
    }  # fmt: skip


def compared_download(found: Chosen, form: str) -> HttpResponse:
    """Every pair of the program, of all comparisons, as a file; none (409) while sums of payouts are older than the lines."""
    said = cohorts.age(found.found.paid) if found.found else ""
    if said:
        return cohorts.no_file(said)
    content_type, written = FORMATS[form]
    head = [
        _("Business number"), _("Company"), _("Comparison"), _("Month"), _("First side (KRW)"), _("Second side (KRW)"),
        _("Difference (KRW)"), _("Percent of the orders"), _("Verdict"), _("Tolerance, percent"), _("Tolerance (KRW)"),
        _("Orders paid in another currency, not compared"), _("First side (USD)"), _("Second side (USD)"), _("Difference (USD)"),
    ]  # fmt: skip
    rows: list[list[Any]] = []
    for each in found.found.pairs if found.found else ():
        limit, company = found.limits[each.comparison], found.names[each.company]
        left, right = SIDES[each.comparison]
        rows.append(
            [
                company.business_number, company.name_ko, f"{left} / {right}", f"{each.month:%Y-%m}" if each.month else "",
                each.left, each.right, each.difference, each.percent, str(VERDICTS[each.is_within(limit)][0]),
                limit.percent, limit.krw_amount, each.uncompared, each.left_usd, each.right_usd, each.difference_usd,
            ]
        )  # fmt: skip
    rows.sort(key=lambda row: (row[2], row[0], row[3]))
    answer = HttpResponse(written(head, rows), content_type=content_type)
    return files.as_download(answer, f"{found.program.code}-differences-{clock.today():%Y%m%d}.{form}")


def cause_rows(difference: Difference) -> list[dict[str, Any]]:
    """The proposed causes in words, with how much of the difference each explains."""
    size = abs(difference.krw_amount)
    return [
        {
            "label": Cause(each["cause"]).label,
            "why": _why(each["cause"], each["facts"]),
            "krw": amount(Decimal(each["krw"])) if each["krw"] is not None else _("not known"),
            "share": f"{Decimal(each['krw']) * 100 / size:.0f}%" if each["krw"] is not None and size else "–",
        }
        for each in difference.causes
    ]


def _why(cause: str, facts: dict[str, Any]) -> str:
    krw = signed(Decimal(facts["amount"])) if "amount" in facts else ""
    if cause == Cause.REFUND_LATER:
        return _(
            "After the month’s end refunds and cancellations of its orders of %(krw)s won became known."
        ) % {"krw": krw}
    if cause == Cause.PACK_TWICE:
        return _(
            "%(packs)s orders with %(numbers)s numbers were bought in packs, for %(krw)s won: that much was declared once more."
        ) % {"packs": amount(facts["packs"]), "numbers": amount(facts["numbers"]), "krw": krw}
    if cause == Cause.FEES_INSIDE:
        return _("Fees and costs come to %(krw)s won: with them off, one side is the other.") % {"krw": krw}
    if cause == Cause.WRONG_CURRENCY:
        return _("Typed in %(stated)s; the same number in %(meant)s is the amount of the orders.") % facts
    if cause == Cause.DUPLICATE and facts.get("kind") == "stores":
        return _(
            "Orders of %(krw)s won stand with the same numbers in a second store or in another kind of file."
        ) % {"krw": krw}
    if cause == Cause.DUPLICATE and facts.get("kind") == "payouts":
        return _(
            "Payout files of two kinds (%(files)s) tell what was paid for %(orders)s orders: %(krw)s won are counted a second time. Take"
            " the imports of one of the two kinds back. Where both have lines in a closed month, open it again, or decide the difference"
            " with this as the reason."
        ) % {
            "files": ", ".join(facts["files"]),
            "orders": amount(facts["orders"]),
            "krw": amount(Decimal(facts["amount"])),
        }
    if cause == Cause.DUPLICATE:
        return _("It is twice the amount of the orders.")
    if facts.get("kind") == "customs":
        return _("No customs record of the company.")
    return _("No file of: %(stores)s") % {"stores": ", ".join(facts["stores"])}


def record_context(difference: Difference) -> dict[str, Any]:
    """A difference's page: causes, decisions, questions."""
    return {
        "causes": cause_rows(difference),
        "decisions": [
            {
                "outcome": each.get_outcome_display(),
                "cause": each.get_cause_display(),
                "reason": each.reason,
                "by": f"{each.decided_by}, {seoul(each.decided_at)}",
                "sides": f"{amount(each.left_krw)} / {amount(each.right_krw)}",
            }
            for each in difference.decisions.select_related("decided_by")
        ],
        "questions": [
            {
                "text": each.text,
                "by": f"{each.asked_by}, {seoul(each.asked_at)}",
                "due": day(each.due_on),
                "answer": each.answer,
                "answered": f"{each.answered_by}, {seoul(each.answered_at)}" if each.answered_at else "",
                "is_ended": each.ended_at is not None,
            }
            for each in difference.questions.select_related("asked_by", "answered_by")
        ],
    }


def unanswered_context(user: Any, page_number: str | None) -> dict[str, Any]:
    """Questions past their day without an answer."""
    rows = unanswered.of(user, clock.today())
    page = Paginator(rows, ROWS).get_page(page_number)
    return {
        "page_obj": page,
        "rows": [
            {
                "row": each,
                "url": reverse("admin:reports_difference_change", args=[each.question.difference_id]),
                "company": each.question.difference.participation.company,
                "program": each.question.difference.program,
                "due": day(each.question.due_on),
                "asked": day(each.question.asked_at),
            }
            for each in page
        ],
    }
