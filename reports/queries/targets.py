"""Targets and how far a program is: companies taking part, and sales by the target's own definition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from programs.models import Participation, Program, Target
from reports.queries import order_sums, rates, reported_measures
from reports.queries.counted import Basis, Scope
from reports.queries.reported_measures import Reported


def sales_target(program: Program, on: dt.date) -> Target | None:
    """The sales target by which a program is measured on a day, for pages and reports alike: the latest that began by
    then, also after its last day; before any began, the first. One of another measure than orders only if no other."""
    found = list(program.targets.exclude(measure=Target.Measure.COMPANIES).order_by("-from_on", "measure"))
    among = [target for target in found if target.measure == Target.Measure.ORDERS] or found
    begun = [target for target in among if target.from_on <= on]
    return begun[0] if begun else among[-1] if among else None


def basis_of(program: Program, on: dt.date) -> Basis:
    """What counts by the sales target of the day; the usual definition where the files cannot tell the target's."""
    target = sales_target(program, on)
    if target is None or target.measure != Target.Measure.ORDERS or not target.is_countable:
        return Basis()
    return Basis.of_target(target)


def companies_target(program: Program, until_on: dt.date) -> Target | None:
    return (
        program.targets.filter(measure=Target.Measure.COMPANIES, from_on__lte=until_on)
        .order_by("-from_on")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """A program against its targets today. Amounts in won; None where no target is set or none can be counted: the files do
    not tell it, or a rate is missing. Only orders have a net beside what was reached; dollars are None where a day or month has no rate."""

    program: Program
    target: Target | None
    target_amount: Decimal | None
    reached_amount: Decimal | None
    net_amount: Decimal | None
    companies_target: int | None
    companies: int
    selling: int
    reached_usd_amount: Decimal | None = None
    net_usd_amount: Decimal | None = None

    @property
    def percent(self) -> int | None:
        """How much of the sales target is reached, cut off: 99.9 is not 100."""
        if not self.target_amount or self.reached_amount is None:
            return None
        return int(self.reached_amount * 100 // self.target_amount)


def standing(program: Program, on: dt.date) -> Standing:
    """The program against its targets on a day, by the targets' own definition; the companies that sold, by orders."""
    target = sales_target(program, on)
    reached = net = reached_usd = net_usd = None
    days = (target.from_on, target.until_on) if target else (program.starts_on, on)
    scope = Scope(program, *days, basis=basis_of(program, on))
    found = order_sums.orders(scope)
    if target is None or (target.measure == Target.Measure.ORDERS and target.is_countable):
        reached = found.krw_amount if scope.basis.is_before_refunds else found.net_krw_amount
        net = found.net_krw_amount
        net_usd = found.net_usd_amount
        reached_usd = found.usd_amount if scope.basis.is_before_refunds else net_usd
    elif target.is_countable:
        rows = REPORTED[Target.Measure(target.measure)](scope)
        reached, reached_usd = _in_won(rows), rates.dollars(row.usd_amount for row in rows)
    wanted = companies_target(program, program.ends_on)
    return Standing(
        program=program,
        target=target,
        target_amount=target.value if target else None,
        reached_amount=reached,
        net_amount=net,
        companies_target=int(wanted.value) if wanted else None,
        companies=Participation.objects.filter(program=program).taking_part().count(),
        selling=len(found.companies),
        reached_usd_amount=rates.cents(reached_usd),
        net_usd_amount=rates.cents(net_usd),
    )


REPORTED: dict[Target.Measure, Callable[[Scope], list[Reported]]] = {
    Target.Measure.PAYOUTS: reported_measures.payouts,
    Target.Measure.DECLARED: reported_measures.declared,
    Target.Measure.CUSTOMS: reported_measures.customs,
}


def _in_won(rows: list[Reported]) -> Decimal | None:
    """Their sum; None when a month has no rate."""
    amounts = [row.krw_amount for row in rows if row.krw_amount is not None]
    return sum(amounts, order_sums.ZERO) if len(amounts) == len(rows) else None
