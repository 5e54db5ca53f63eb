"""What the pages show now: the questions of this floor against the ledger's own sums, program by program."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ground import clock
from programs.models import Participation, Program
from reports.domain.verifying import amounts, figures, order_fates
from reports.domain.verifying.figures import Question
from reports.domain.verifying.result import Difference, ask, compare
from reports.queries import cohorts, company_payouts, home, order_sums, reported_measures, results, targets
from reports.queries import payouts as matching
from reports.queries.counted import Scope
from reports.queries.differing import compared
from reports.queries.payouts import OrderFate
from reports.queries.reported_measures import Reported


def scope_of(program: Program) -> Scope:
    """The whole program, by its sales target's definition where the files can tell it."""
    return Scope(
        program,
        program.starts_on,
        program.ends_on,
        basis=targets.basis_of(program, min(program.ends_on, clock.today())),
    )


def question_of(scope: Scope) -> Question:
    return Question(
        program=scope.program, from_on=scope.from_on, until_on=scope.until_on, moment=scope.basis.moment,
        has_tax=scope.basis.has_tax, has_shipping=scope.basis.has_shipping, rate_rule=scope.program.rate_rule,
    )  # fmt: skip


def _programs() -> Iterator[Program]:
    yield from Program.objects.order_by("code")


def orders() -> Iterator[Difference | int]:
    """Orders by month and company, and the number of orders however they are grouped."""
    for program in _programs():
        yield from orders_of(scope_of(program))


def orders_of(scope: Scope) -> Iterator[Difference | int]:
    """The same of some days of a program."""
    program = scope.program
    shown, question = order_sums.orders(scope), question_of(scope)
    found: dict[Any, Any] = {}
    for cell in figures.cells(question):
        key = (cell.month, cell.company, cell.currency)
        values = (cell.gross, cell.refund, cell.krw, cell.net_krw, cell.lines, cell.units)
        found[key] = tuple(a + b for a, b in zip(found.get(key, (0,) * 6), values, strict=True))
    stated = {
        key: (s.gross_amount, s.refund_amount, s.krw_amount, s.net_krw_amount, s.lines, s.units)
        for key, s in shown.by_month_and_company().items()
    }
    yield from compare("orders", stated, found, program.code)
    for by, counted in (
        (("month", "currency"), shown.orders_by_month),
        (("company", "currency"), shown.orders_by_company),
        (("month", "company", "currency"), shown.orders_by_both),
    ):
        yield from compare("order_counts", counted, figures.order_counts(question, *by), program.code)
    by_store: dict[Any, Any] = {}
    for cell in figures.cells(question):
        values = (cell.gross, cell.refund, cell.krw, cell.net_krw, cell.lines, cell.units)
        known = by_store.get((cell.store, cell.currency), (0,) * 6)
        by_store[cell.store, cell.currency] = tuple(a + b for a, b in zip(known, values, strict=True))
    stores = {
        key: (s.gross_amount, s.refund_amount, s.krw_amount, s.net_krw_amount, s.lines, s.units)
        for key, s in shown.by_store().items()
    }
    yield from compare("orders_by_store", stores, by_store, program.code)
    in_total = sum((values[2] for values in found.values()), Decimal(0))
    yield from compare("orders_in_won", {program.code: shown.krw_amount}, {program.code: in_total})


def homes() -> Iterator[Difference | int]:
    """What each company's first page says of its months, and how each program stands against its target."""
    today = clock.today()
    for program in _programs():
        scope = results.scope_until(program, today)
        found: dict[Any, Any] = {}
        for cell in figures.cells(question_of(scope)):
            krw, net = found.get((cell.company, cell.month), (0, 0))
            found[cell.company, cell.month] = (krw + cell.krw, net + cell.net_krw)
        parts = Participation.objects.filter(program=program).took_part().select_related("program", "company")
        stated = {
            (part.company_id, row.month): (row.krw_amount, row.net_krw_amount)
            for part in parts
            for row in home.sold_in(part, today)
        }
        mine = {part.company_id for part in parts}
        found = {key: each for key, each in found.items() if key[0] in mine}
        yield from compare("home", stated, found, program.code)
        yield from _standing(program, today)


REPORTED = {"payouts": amounts.payouts, "declared": amounts.declared, "customs": amounts.customs}


def _standing(program: Program, today: dt.date) -> Iterator[Difference | int]:
    shown = targets.standing(program, today)
    yield from compare(
        "standing_companies",
        {"": shown.companies},
        {"": figures.agreed(question_of(scope_of(program)))},
        program.code,
    )
    if shown.reached_amount is None:
        return
    target, question = shown.target, question_of(results.scope_until(program, today))
    days = (target.from_on, target.until_on) if target else (program.starts_on, today)
    question = replace(question, from_on=days[0], until_on=days[1])
    if target is not None and target.measure in REPORTED:
        months = REPORTED[target.measure](question)
        reached = sum((krw for _amount, krw in months.values() if krw is not None), Decimal(0))
        yield from compare("standing", {"": shown.reached_amount}, {"": reached}, program.code)
        return
    cells = figures.cells(question)
    krw, net = (sum((getattr(cell, name) for cell in cells), Decimal(0)) for name in ("krw", "net_krw"))
    before = target is None or target.is_before_refunds
    yield from compare(
        "standing",
        {"": (shown.reached_amount, shown.net_amount)},
        {"": (krw if before else net, net)},
        program.code,
    )


def payouts() -> Iterator[Difference | int]:
    """Payouts by month; and of the matching, that what was sold is released, not due, overdue or broken, nothing else."""
    for program in _programs():
        scope = scope_of(program)
        yield from payouts_of(scope)
        fates: dict[str, Decimal] = {}
        for row in matching.sums(matching.fates(scope, dt.date.max)):
            fates[row.currency] = fates.get(row.currency, Decimal(0)) + row.expected_amount
        yield from compare("payout_matching", fates, _sold(scope), program.code)
        today = clock.today()
        orders_now = matching.fates(scope, today)
        one_by_one = {
            (row.store, row.company, row.reference, row.currency): (
                row.expected_amount,
                row.released_amount,
                row.fate.value,
            )
            for row in orders_now
        }
        months = cohorts.of_program(program, today)
        if months.made_at is None and not months.missing:  # older sums are shown as older
            yield from _months_of_sale(scope, months.rows, orders_now, today)
        yield from _by_company(program, orders_now, today)
        yield from compare("fates", one_by_one, order_fates.fates(question_of(scope), today), program.code)


def _months_of_sale(
    scope: Scope, rows: list[cohorts.Row], orders: list[OrderFate], today: dt.date
) -> Iterator[Difference | int]:
    """Orders by month of sale and fate, and the other columns of that table from the orders one by one."""
    code = scope.program.code
    kept = {
        (row.month, row.currency, fate.value): (count, row.amounts[fate])
        for row in rows
        for fate, count in row.orders.items()
    }
    yield from compare("cohorts", kept, order_fates.sale_months(question_of(scope), today), code)
    found: dict[Any, list[Any]] = {}
    days: dict[Any, Counter[int]] = {}
    for row in orders:
        key = (row.ordered_on.replace(day=1), row.currency)
        alike, taken, rest = row.is_alike, row.taken_back_amount, row.rest_amount
        values = [
            row.released_amount * alike, rest is not None, row.released_amount * (rest is not None), rest or 0,
            taken < 0, min(taken, Decimal(0)) * alike, not alike,
        ]  # fmt: skip
        found[key] = [a + b for a, b in zip(found.get(key, [Decimal(0)] * 7), values, strict=True)]
        if row.fate == matching.Fate.RELEASED and row.last_on is not None:
            days.setdefault(key, Counter())[(row.last_on - row.ordered_on).days] += 1
    stated = {
        (row.month, row.currency): [
            row.released_amount, row.part_orders, row.part_amount, row.rest_amount, row.taken_orders, row.taken_amount,
            row.other_orders, row.median_days, row.p90_days,
        ]
        for row in rows if row.sold_orders
    }  # fmt: skip
    both = {
        key: [*values, *(cohorts.percentile(days.get(key, Counter()), share) for share in (50, 90))]
        for key, values in found.items()
    }
    yield from compare("cohort_sums", stated, both, code)
    loose: dict[Any, tuple[int, Decimal]] = {}
    for each in matching.orphans(scope):
        at = (each.first_on.replace(day=1), each.currency)
        count, amount = loose.get(at, (0, Decimal(0)))
        loose[at] = (count + 1, amount + each.amount)
    shown = {(row.month, row.currency): (row.orphans, row.orphan_amount) for row in rows if row.orphans}
    yield from compare("cohort_loose", shown, loose, code)
    named = {(row.month, row.currency): (row.unnamed, row.unnamed_amount) for row in rows if row.unnamed}
    yield from compare("cohort_unnamed", named, _unnamed(scope), code)


_UNNAMED = """
SELECT date_trunc('month', day)::date, currency_id, sum(sign), sum(net_amount) FROM (
    SELECT coalesce(l.event_on, l.business_day) AS day, l.* FROM reports_payout_line l
    JOIN reports_importbatch b ON b.id = l.batch_id AND b.program_id = %(program)s
    WHERE l.business_day >= %(from_on)s AND l.order_reference = ''
      AND l.description_class IN ('payment', 'refund', 'chargeback', 'dispute', 'shipping', 'tax', 'fee')
) l GROUP BY 1, 2 HAVING sum(sign) <> 0
"""


def _unnamed(scope: Scope) -> dict[Any, tuple[int, Decimal]]:
    """Movements of sales that name no order, from the lines: number and amount by month and currency."""
    rows = ask(_UNNAMED, {"program": scope.program.pk, "from_on": scope.from_on})
    return {(month, currency): (count, amount) for month, currency, count, amount in rows}


def _by_company(program: Program, orders: list[OrderFate], today: dt.date) -> Iterator[Difference | int]:
    """What was due and what came of each company in won, from the orders one by one; not while older sums are shown as older."""
    scope = results.scope_until(program, today)
    sums = company_payouts.of_scope(scope, today)
    if sums.made_at is not None or sums.missing:
        return
    if cohorts.has_later(scope):
        orders = matching.fates(scope, today)
    settled = [each for each in orders if each.fate != matching.Fate.NOT_DUE]
    known = compared.order_rates(program, settled)
    found: dict[Any, list[Any]] = {}
    for each in settled:
        of_company = found.setdefault(each.company, [Decimal(0), Decimal(0), 0, Decimal(0), Decimal(0)])
        if not each.is_compared:
            of_company[2] += 1
            continue
        for place, won in enumerate(compared.in_won(each, known)):
            of_company[place] = None if won is None or of_company[place] is None else of_company[place] + won
        for place, usd in enumerate(compared.in_dollars(each, known), start=3):
            of_company[place] = None if usd is None or of_company[place] is None else of_company[place] + usd
    for of_company in found.values():
        of_company[3:] = [_cent(usd) for usd in of_company[3:]]
    stated = {
        row.company: [row.expected_krw, row.released_krw, row.other_orders, _cent(row.expected_usd), _cent(row.released_usd)]
        for row in sums.rows
    }  # fmt: skip
    yield from compare("payouts_by_company", stated, found, program.code)


def payouts_of(scope: Scope) -> Iterator[Difference | int]:
    """Payouts by month on some days of a program."""
    stated = {
        (row.month, row.currency): (row.amount, row.krw_amount) for row in reported_measures.payouts(scope)
    }
    yield from compare("payouts", stated, amounts.payouts(question_of(scope)), scope.program.code)
    found = amounts.payouts_in_dollars(question_of(scope))
    yield from compare(
        "payouts", _dollars(reported_measures.payouts(scope)), _cents(found), scope.program.code
    )


def _sold(scope: Scope) -> dict[Any, Any]:
    rows = ask(
        "SELECT currency_id, sum(net_amount) FROM reports_sales_line WHERE program_id = %(program)s"
        " AND coalesce(event_on, business_day) BETWEEN %(from_on)s AND %(until_on)s AND (status_class IN ('sold', 'refunded')"
        " OR (status_class = 'cancelled' AND refund_amount <> 0)) GROUP BY 1",
        scope.parameters(),
    )
    return dict(rows)


def reported() -> Iterator[Difference | int]:
    """Declared sales and customs records by month, as reported and in won."""
    for program in _programs():
        yield from reported_of(scope_of(program))


def reported_of(scope: Scope) -> Iterator[Difference | int]:
    """The same of some months of a program."""
    question = question_of(scope)
    for name, rows, found in (
        ("declared", reported_measures.declared(scope), amounts.declared(question)),
        ("customs", reported_measures.customs(scope), amounts.customs(question)),
    ):
        yield from compare(name, _amounts(rows), found, scope.program.code)
        base = {"declared": amounts.DECLARED, "customs": amounts.CUSTOMS}[name]
        in_dollars = _cents(amounts.monthly_in_dollars(base, question))
        yield from compare(name, _dollars(rows), in_dollars, scope.program.code)


def _dollars(rows: list[Reported]) -> dict[Any, Any]:
    return _cents({(row.month, row.currency): row.usd_amount for row in rows})


def _cent(usd: Decimal | None) -> Decimal | str:
    """Not known is not nought."""
    return "not known" if usd is None else usd.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _cents(sums: dict[tuple[dt.date, str], Decimal | None]) -> dict[Any, Any]:
    """As they are shown; what is not known is not nought."""
    return {(*key, "in USD"): _cent(usd) for key, usd in sums.items()}


def _amounts(rows: list[Reported]) -> dict[Any, Any]:
    return {(row.month, row.currency): (row.amount, row.krw_amount) for row in rows}
