"""Where the money of a month's orders is: the table by month of sale, the orders behind each of its numbers, and both as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from companies.models import Company
from ground import clock, files
from ground.templatetags.naru import amount, day, seoul
from ground.templatetags.naru import month as month_word
from programs.models import Participation, Program, Store
from programs.views.evaluation import person
from reports.printing.words import minor_units, money, number
from reports.queries import cohorts, company_payouts, payout_pages
from reports.queries.cohorts import Row
from reports.queries.payout_terms import Term, book
from reports.queries.payouts import Fate, OrderFate
from reports.views import tables
from reports.views.answers import FORMATS

ROWS = 100
MOST_ROWS = 50_000
"""Rows of one file: what a request can write in a few seconds. Of more the page says so."""
WHATS = {"sold", "part", "taken", *(fate.value for fate in Fate)}
TONES = {
    Fate.RELEASED: "ok",
    Fate.REFUNDED: "neutral",
    Fate.NOT_DUE: "wait",
    Fate.OVERDUE: "danger",
    Fate.BROKEN: "danger",
}
Heads = list[tuple[str, Any]]


def term_words(term: Term) -> str:
    words = _("%(place)s: within %(days)d days of the order") % {"place": term.place, "days": term.days}
    if term.from_on is not None:
        words += ", " + _("from %(day)s on") % {"day": day(term.from_on)}
    known = _("assumed, not agreed: %(source)s") if term.is_assumed else _("source: %(source)s")
    return f"{words} ({known % {'source': term.source}})"


def due_note(program: Program, stores: Iterable[UUID] | None = None) -> str:
    """By what days money counts as due, each with its source; printed wherever the table stands."""
    own = (
        stores
        if stores is not None
        else Store.objects.filter(assignments__program=program).values_list("pk", flat=True)
    )
    shown = book(program, stores=own).shown(set(own), program.starts_on)
    said = "; ".join(term_words(term) for term, _count in shown)
    rule = _("Only what is overdue or does not match is a difference.")
    expected = _("Money is expected – %(terms)s.")
    return f"{expected % {'terms': said}} {rule}" if said else rule


def _cell(orders: int, expected: Decimal, currency: str, url: str = "") -> Any:
    """Number of orders as a link to them, what they come to below; a dash where there are none."""
    if not orders:
        return "–"
    if not url:
        return format_html("<span>{}<br>{}</span>", amount(orders), _bare(expected, currency))
    return format_html(
        '<span><a href="{}">{}</a><br>{}</span>', url, amount(orders), _bare(expected, currency)
    )


def _bare(value: Decimal, currency: str) -> str:
    """An amount whose currency the head of the row says."""
    return number(value, minor_units(currency))


def _opening(base: str, row: Row, what: str) -> str:
    return f"{base}{urlencode({'month': f'{row.month:%Y-%m}', 'currency': row.currency, 'what': what})}"


def _month_of(row: Row) -> Any:
    return format_html('<span class="nowrap">{} · {}</span>', month_word(row.month), row.currency)


def table(rows: Sequence[Row], caption: str, base: str) -> dict[str, Any]:
    """A row for each month of sale and currency: what was sold, and the five that it is the sum of; each number opens its orders."""
    return tables.table(
        caption,
        [
            tables.Column(_("Month of sale")),
            tables.number(_("Sold")),
            *(tables.number(tables.fate_label(fate)) for fate in Fate),
        ],
        [
            (
                _month_of(row),
                _cell(row.sold_orders, row.sold_amount, row.currency, _opening(base, row, "sold")),
                *(
                    _cell(row.orders.get(fate, 0), row.amounts.get(fate, Decimal(0)), row.currency, _opening(base, row, fate))
                    for fate in Fate
                ),
            )
            for row in rows
        ],
    )  # fmt: skip


def beside(rows: Sequence[Row], base: str) -> dict[str, Any]:
    """The same months: what stands beside the five and is in none of them by itself."""
    return tables.table(
        _("Parts, money taken back, payouts without an order, and days"),
        [
            tables.Column(_("Month of sale")),
            tables.number(_("A part came")),
            tables.number(_("still to come of it")),
            tables.number(_("Taken back after release")),
            tables.number(_("Payouts without an order")),
            tables.number(_("Payouts that name no order")),
            tables.number(_("Days until released"), _("half / nine in ten")),
        ],
        [
            (
                _month_of(row),
                _cell(row.part_orders, row.part_amount, row.currency, _opening(base, row, "part")),
                _bare(row.rest_amount, row.currency) if row.part_orders else "–",
                _cell(row.taken_orders, row.taken_amount, row.currency, _opening(base, row, "taken")),
                _cell(row.orphans, row.orphan_amount, row.currency, _opening(base, row, cohorts.ORPHAN)),
                _cell(row.unnamed, row.unnamed_amount, row.currency),
                f"{row.median_days} / {row.p90_days}" if row.median_days is not None else "–",
            )
            for row in rows
        ],
    )


def lines(rows: Sequence[Row]) -> tuple[list[str], list[list[Any]]]:
    """The same as a file: numbers as numbers."""
    head = [_("Month of sale"), _("Currency")]
    orders, money_word = _("Orders"), _("Amount")
    for label in (_("Sold"), *(tables.fate_label(fate) for fate in Fate)):
        head += [f"{label}: {orders}", f"{label}: {money_word}"]
    head += [
        _("Released in this currency"), _("Orders paid in another currency"), _("Orders of which a part came"),
        _("Part that came"), _("still to come of it"), _("Orders with money taken back"), _("Money taken back"),
        _("Payouts without an order"), _("Amount without an order"), _("Payouts that name no order"),
        _("Amount that names no order"), _("Days until half was released"),
        _("Days until nine in ten were released"),
    ]  # fmt: skip
    return head, [
        [
            f"{row.month:%Y-%m}", row.currency, row.sold_orders, row.sold_amount,
            *(each for fate in Fate for each in (row.orders.get(fate, 0), row.amounts.get(fate, Decimal(0)))),
            row.released_amount, row.other_orders, row.part_orders, row.part_amount, row.rest_amount, row.taken_orders,
            row.taken_amount, row.orphans, row.orphan_amount, row.unnamed, row.unnamed_amount, row.median_days, row.p90_days,
        ]
        for row in rows
    ]  # fmt: skip


def order_head() -> list[str]:
    return [
        _("Order"), _("Store"), _("Ordered on"), _("Due"), _("Money"), _("Currency"), _("Expected"), _("Due after refunds"),
        _("Currency of the payout"), _("Released"), _("Money taken back"), _("First payout"), _("Last payout"),
    ]  # fmt: skip


def order_line(row: OrderFate) -> list[Any]:
    return [
        row.reference, row.store_code, row.ordered_on, row.due_on, str(tables.fate_label(row.fate)), row.currency,
        row.expected_amount, row.due_amount, row.released_currency, row.released_amount, row.taken_back_amount,
        row.first_on, row.last_on,
    ]  # fmt: skip


def as_file(name: str, kind: str, head: list[str], rows: list[list[Any]]) -> HttpResponse:
    content_type, write = FORMATS[kind]
    if kind == "csv":
        rows = [["" if cell is None else str(cell) for cell in row] for row in rows]
    return files.as_download(HttpResponse(write(head, rows), content_type=content_type), f"{name}.{kind}")


def chosen_month(asked: QueryDict, program: Program) -> dt.date | None:
    """The month that was asked for, if the program has begun in it and it is not to come."""
    try:
        month = dt.date.fromisoformat(f"{asked.get('month', '')}-01")
    except ValueError:
        return None
    return month if program.starts_on.replace(day=1) <= month <= clock.today() else None


def answer(
    request: HttpRequest, program: Program, company: UUID | None, name: str
) -> dict[str, Any] | HttpResponse:
    """The table of a program (of one company), or the orders behind one of its numbers, or either as a file."""
    today = clock.today()
    kind, month = request.GET.get("format", ""), chosen_month(request.GET, program)
    if kind and kind not in FORMATS:
        raise Http404
    if month is not None:
        return _orders_of(request, program, company, month, name)
    found = cohorts.of_company(program, company, today) if company else cohorts.of_program(program, today)
    rows = found.rows
    said = age(found)
    if kind and said:
        return no_file(said)
    if kind:
        return as_file(f"{name}-cohorts", kind, *lines(rows))
    base = f"?{urlencode({'program': program.code})}&" if company is None else "?"
    stores = stores_of(program, company)
    return {
        "rows": rows,
        "cohorts": table(rows, _("Orders by month of sale"), base),
        "beside": beside(rows, base),
        "summary": summary(rows) if company else [],
        "due_note": due_note(program, stores),
        "notes": notes(),
        "age": said,
    }


def age(found: cohorts.Months | company_payouts.Sums) -> str:
    """What of the table is not of now."""
    words = []
    if found.made_at is not None:
        words.append(
            _(
                "Files, rates or terms have changed. Of some stores the table is as of %(at)s; it is made anew within minutes."
            )
            % {"at": seoul(found.made_at)}
        )
    if found.missing:
        words.append(
            ngettext(
                "%(count)d store is not in the table yet: its orders are being added up.",
                "%(count)d stores are not in the table yet: their orders are being added up.",
                found.missing,
            )
            % {"count": found.missing}
        )
    return " ".join(words)


def no_file(said: str) -> HttpResponse:
    """In place of a file of which a part is not of now: a file goes on without what the page says beside it."""
    why = _("There is no file until the table is whole. Try again in a few minutes.")
    return HttpResponse(f"{said}\n{why}\n", status=409, content_type="text/plain; charset=utf-8")


def stores_of(program: Program, company: UUID | None) -> list[UUID]:
    own = Store.objects.filter(assignments__program=program)
    if company is not None:
        own = own.filter(assignments__participation__company=company)
    return list(own.order_by("pk").values_list("pk", flat=True).distinct())


def notes() -> list[str]:
    return [
        _("Sold is the sum of the five columns beside it: each order stands in one of them, with what its lines come to after refunds and fees."),
        _("What the platform took back counts as a refund, also where the sales file does not say so yet: then less is due."),
        _("Orders paid in another currency than their own count as released once something came and stayed."),
        _("Days are counted from the order to its last payout, of orders that are released."),
    ]  # fmt: skip


def _orders_of(
    request: HttpRequest, program: Program, company: UUID | None, month: dt.date, name: str
) -> dict[str, Any] | HttpResponse:
    """A page of what one number counts, a hundred rows after the last of the page before, or its first rows as a file."""
    today = clock.today()
    what, currency = request.GET.get("what", "sold"), request.GET.get("currency", "")
    kind, asked = request.GET.get("format", ""), request.GET.get("after", "")
    if what != cohorts.ORPHAN and what not in WHATS:
        raise Http404
    sums = cohorts.of_company(program, company, today) if company else cohorts.of_program(program, today)
    row = next((each for each in sums.rows if (each.month, each.currency) == (month, currency)), None)
    count, total = _counted(row, what) if row else (0, Decimal(0))
    rows = MOST_ROWS if kind else payout_pages.ROWS
    page: payout_pages.Page[Any]
    if what == cohorts.ORPHAN:
        after = payout_pages.place_of(asked, len(payout_pages.ORPHAN_KEYS)) if not kind else None
        page = payout_pages.orphans(program, month, currency, company, after, rows=rows)
        if kind:
            head = [_("Order"), _("Store"), _("First on"), _("Currency"), _("Amount")]
            return as_file(
                f"{name}-{month:%Y-%m}", kind, head,
                [[each.reference, each.store_code, each.first_on, each.currency, each.amount] for each in page.rows],
            )  # fmt: skip
        columns = [
            tables.Column(_("Order")),
            tables.Column(_("Store")),
            tables.number(_("First on")),
            tables.number(_("Amount")),
        ]
        listed: list[tuple[Any, ...]] = [
            (each.reference or "–", each.store_code, day(each.first_on), money(each.amount, each.currency)) for each in page.rows
        ]  # fmt: skip
        label = _("Payouts without an order")
    else:
        after = payout_pages.place_of(asked, len(payout_pages.ORDER_KEYS)) if not kind else None
        page = payout_pages.Orders(program, today, month, currency, what, company, count).page(
            after, rows=rows
        )
        if kind:
            return as_file(
                f"{name}-{month:%Y-%m}-{what}", kind, order_head(), [order_line(each) for each in page.rows]
            )
        columns = [
            tables.Column(_("Order")), tables.Column(_("Store")), tables.number(_("Ordered on")), tables.number(_("Due")),
            tables.Column(_("Money")), tables.number(_("Expected")), tables.number(_("Released")), tables.number(_("Money taken back")),
        ]  # fmt: skip
        listed = [
            (
                each.reference, each.store_code, day(each.ordered_on), day(each.due_on), tables.fate_label(each.fate),
                money(each.expected_amount, each.currency), money(each.released_amount, each.released_currency),
                money(each.taken_back_amount, each.released_currency) if each.taken_back_amount else "–",
            )
            for each in page.rows
        ]  # fmt: skip
        label = _label(what)
    caption = _("%(what)s, orders of %(month)s in %(currency)s") % {
        "what": label, "month": month_word(month), "currency": currency,
    }  # fmt: skip
    return {
        "orders": tables.table(caption, columns, listed),
        "place": {
            "count": count,
            "total": money(total, currency) if row else "",
            "from": page.before + 1 if listed else 0,
            "until": page.before + len(listed),
            "is_first": after is None,
            "following": page.following.text() if page.following else "",
            "file_rows": MOST_ROWS if count > MOST_ROWS else 0,
        },
        "caption": caption,
        "due_note": due_note(program, stores_of(program, company)),
        "age": age(sums),
    }


def _counted(row: Row, what: str) -> tuple[int, Decimal]:
    """How many a number of the table counts, and what they come to."""
    if what == cohorts.ORPHAN:
        return row.orphans, row.orphan_amount
    if what == "sold":
        return row.sold_orders, row.sold_amount
    if what == "part":
        return row.part_orders, row.part_amount
    if what == "taken":
        return row.taken_orders, row.taken_amount
    return row.orders.get(Fate(what), 0), row.amounts.get(Fate(what), Decimal(0))


def _label(what: str) -> str:
    words = {"sold": _("Sold"), "part": _("A part came"), "taken": _("Taken back after release")}
    return words[what] if what in words else tables.fate_label(Fate(what))


def summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Where the money is, in plain words: what came, what is still to come, what should have come."""
    found = []
    for currency in sorted({row.currency for row in rows}):
        own = [row for row in rows if row.currency == currency]

        def of(fate: Fate, own: list[Row] = own) -> tuple[int, Decimal]:
            counts = sum(row.orders.get(fate, 0) for row in own)
            return counts, sum((row.amounts.get(fate, Decimal(0)) for row in own), Decimal(0))

        came = sum((row.released_amount for row in own), Decimal(0))
        other = sum(row.other_orders for row in own)
        came_text = _("%(amount)s has come and stayed.") % {"amount": money(came, currency)}
        sentences = [("ok", tables.fate_label(Fate.RELEASED), came_text)]
        words = {
            Fate.NOT_DUE: _("not due yet: orders of %(amount)s"),
            Fate.OVERDUE: _(
                "should have come already: orders of %(amount)s. Ask the agency or the provider."
            ),
            Fate.BROKEN: _(
                "came, but not as much as is due: orders of %(amount)s. The agency looks into it."
            ),
            Fate.REFUNDED: _("paid back to buyers: orders of %(amount)s, nothing more comes of them"),
        }
        for fate, sentence in words.items():
            count, expected = of(fate)
            if count:
                number = ngettext("%(count)s order", "%(count)s orders", count) % {"count": amount(count)}
                said = f"{number} · {sentence % {'amount': money(expected, currency)}}"
                sentences.append((TONES[fate], tables.fate_label(fate), said))
        if other:
            number = ngettext("%(count)s order", "%(count)s orders", other) % {"count": amount(other)}
            sentences.append(("info", _("paid in another currency"), number))
        found.append(
            {"sentences": [{"tone": tone, "label": label, "text": text} for tone, label, text in sentences]}
        )
    return found


def staff_context(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    """The page of a program for staff (the first, if none is named)."""
    programs = list(
        Program.objects.of_agencies(request.user).select_related("agency").order_by("-starts_on", "code")
    )
    code = request.GET.get("program", "")
    program = next((each for each in programs if each.code == code), programs[0] if programs else None)
    context: dict[str, Any] = {"programs": programs, "program": program}
    if program is None or program.starts_on > clock.today():
        return context
    found = answer(request, program, None, program.code.lower())
    return found if isinstance(found, HttpResponse) else context | found


@require_GET
def participation_money(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a company's money is, in one program."""
    user = person(request)
    part = get_object_or_404(
        Participation.objects.filter(company__in=Company.objects.of_member(user)).select_related(
            "program__agency", "company"
        ),
        pk=pk,
    )
    found = answer(request, part.program, part.company_id, "sales")
    if isinstance(found, HttpResponse):
        return found
    crumbs = [{"label": _("Sales"), "url": reverse("sales_list")}]
    if "orders" in found:
        crumbs.append(
            {"label": _("Where the money is"), "url": reverse("participation_money", args=[part.pk])}
        )
    return render(
        request, "reports/participation_money.html", {"participation": part, "crumbs": crumbs, **found}
    )
