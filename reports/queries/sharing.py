"""Sales that two programs support: what is shared of each month, how much of it is whose, and what programs tied so sold together.

A line has one program, and every measure counts it there alone; so whatever spans programs counts each sale once. Shares are told
apart from the measures and never added to them. They are of the sales as the program that carries the lines counts them (its moment,
tax, rates), of sales on the declared days by the day of the sale, whenever they are booked. Of each declaration, month and currency
the won are split by largest remainder: whole won of both shares, what is left to the larger rest, to the carrying program when both are even.
Before and after refunds are split each by itself. Dollars are by the carrying program's rule, too: the sum of each declaration, month and currency is rounded
once, half up to the cent, and its cents are split in the same way; so both shares are the whole, and totals add up their rows, in both currencies. Declarations count as they were known at the scope's instant; what was declared
after either program's month was closed is told as known later.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

from accounts.models import Agency
from companies.models import Company, Support, SupportList
from programs.models import Program
from programs.queries.support import Received, support_of
from reports.models import ClosedMonth, SharedSupport
from reports.models.sharing import Outside
from reports.queries import counted, order_sums, rates, shared_sums, sources, targets
from reports.queries.counted import Scope
from reports.queries.rates import cents

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Shared:
    """What is shared of the sales of one month in one currency between two programs at one rate of shares: amounts in the currency, in won and in dollars,
    before and after refunds, and the other program's part in won and dollars (rounded; None where a day has no dollar rate). `is_own`: the program asked about carries the lines. `elsewhere`: the partner's
    agency where it is another one. `basis` and `rate_rule` are the carrying program's. `later_krw_amount`: won of what was declared after the month was closed."""

    is_own: bool
    partner: Program | Outside
    month: dt.date
    currency: str
    other_percent: Decimal
    gross_amount: Decimal
    net_amount: Decimal
    krw_amount: Decimal
    net_krw_amount: Decimal
    other_krw_amount: Decimal
    other_net_krw_amount: Decimal
    later_krw_amount: Decimal
    basis: str
    rate_rule: str
    usd_amount: Decimal | None
    net_usd_amount: Decimal | None
    other_usd_amount: Decimal | None
    other_net_usd_amount: Decimal | None
    later_usd_amount: Decimal | None
    elsewhere: Agency | None = None

    @property
    def carrying_percent(self) -> Decimal:
        return 100 - self.other_percent

    @property
    def percent(self) -> Decimal:
        """The share of the program asked about."""
        return self.carrying_percent if self.is_own else self.other_percent

    @property
    def share_krw_amount(self) -> Decimal:
        """Of the program asked about, before refunds."""
        return self.krw_amount - self.other_krw_amount if self.is_own else self.other_krw_amount

    @property
    def share_net_krw_amount(self) -> Decimal:
        return self.net_krw_amount - self.other_net_krw_amount if self.is_own else self.other_net_krw_amount


def split(won: Decimal, percents: Sequence[Decimal]) -> list[Decimal]:
    """Whole won by shares in percent that sum to 100, so that the parts sum to the whole: cut off, and what is left, won by won, to
    the largest rests, to the earlier share where they are even. Of a negative amount the same with its sign."""
    whole = abs(won)
    exact = [whole * percent / 100 for percent in percents]
    parts = [each.to_integral_value(ROUND_FLOOR) for each in exact]
    left = int(whole - sum(parts))
    for place in sorted(range(len(parts)), key=lambda each: (parts[each] - exact[each], each))[:left]:
        parts[place] += 1
    return [part if won >= 0 else -part for part in parts]


def split_cents(usd: Decimal | None, percents: Sequence[Decimal]) -> list[Decimal | None]:
    """The same of dollars that were rounded to the cent, by their cents; all not known where the sum is not."""
    if usd is None:
        return [None] * len(percents)
    return [part / 100 for part in split(usd * 100, percents)]


def of_scope(scope: Scope) -> list[Shared]:
    """What the scope's program shares, and what it supports of other programs' sales, on the scope's days. One query where nothing
    is shared. Refused as `counted.states_of`."""
    found: dict[tuple[Any, ...], Shared] = {}
    for is_own, of, rows in _asked(scope):
        closed, declared = _closings(rows, scope.as_of), {row.pk: row for row in rows}
        for each in shared_sums.cells(of, declared):
            row = declared[each.declaration]
            partner = row.partner if is_own else row.carrying.program
            assert row.known_at is not None
            is_late = any(
                closed_at < row.known_at
                for program in _programs_of(row)
                for closed_at in closed.get((program, each.month), ())
            )
            cell = _shared(is_own, partner, of, row.other_percent, each, is_late=is_late)
            if isinstance(partner, Program) and partner.agency_id != scope.program.agency_id:
                cell = replace(cell, elsewhere=partner.agency)
            key = (not is_own, partner.code, cell.month, cell.currency, cell.other_percent)
            found[key] = _sum(found[key], cell) if key in found else cell
    return [found[key] for key in sorted(found)]


def newest_at(scope: Scope) -> dt.datetime | None:
    """When the newest of the data came in that the shares of the scope rest on and its own measures do not: declarations that were in force, also
    those taken back, and of programs that carry sales which the scope's program supports, their files and rates."""
    of = SharedSupport.objects.filter(carrying__program=scope.program) | SharedSupport.objects.filter(
        other__program=scope.program
    )
    instants = [
        each for row in of.filter(known_at__isnull=False).values_list("known_at", "ended_at") for each in row
    ]
    newest = [each for each in instants if each and (scope.as_of is None or each <= scope.as_of)]
    for is_own, carrying, _rows in _asked(scope):
        if not is_own:
            newest += [
                leg.entered_at for rate in counted.day_rates(carrying).values() for leg in rate.legs
            ] + [each for each in (sources.newest_at(carrying),) if each]
    return max(newest, default=None)


def declarations(scope: Scope) -> list[SharedSupport]:
    """Those in force at the scope's instant in which its program has a part, of its companies."""
    rows = SharedSupport.objects.filter(known_at__isnull=False).select_related(
        "carrying__program__agency", "other__program__agency", "company", "file"
    )
    rows = rows.filter(carrying__program=scope.program) | rows.filter(other__program=scope.program)
    if scope.as_of is None:
        rows = rows.filter(ended_at__isnull=True)
    else:
        rows = rows.filter(known_at__lte=scope.as_of).exclude(ended_at__lte=scope.as_of)
    if scope.companies is not None:
        rows = rows.filter(company__in=scope.companies)
    return list(rows.order_by("from_on", "pk"))


def _asked(scope: Scope) -> list[tuple[bool, Scope, list[SharedSupport]]]:
    """Whose lines are to be read, once as the program's own and once for each program that carries what it supports."""
    rows = declarations(scope)
    asked: dict[tuple[bool, UUID], list[SharedSupport]] = defaultdict(list)
    for row in rows:
        is_own = row.carrying.program_id == scope.program.pk
        asked[is_own, row.carrying.program_id].append(row)
    found = []
    for (is_own, _program), of in asked.items():
        companies = tuple(sorted({row.company_id for row in of}))
        if is_own:
            found.append((True, replace(scope, companies=companies), of))
            continue
        carrying = of[0].carrying.program
        from_on = max(carrying.starts_on, scope.from_on)
        basis = targets.basis_of(carrying, scope.until_on)
        found.append(
            (False, Scope(carrying, from_on, scope.until_on, scope.as_of, basis, companies), of)
        )  # fmt: skip
    return found


def _programs_of(row: SharedSupport) -> list[UUID]:
    return [row.carrying.program_id, *([row.other.program_id] if row.other else [])]


def _closings(
    rows: list[SharedSupport], as_of: dt.datetime | None
) -> dict[tuple[UUID, dt.date], list[dt.datetime]]:
    """When months of the programs were closed that were closed still at the instant."""
    programs = {each for row in rows for each in _programs_of(row)}
    closed = ClosedMonth.objects.filter(program__in=programs, closed_at__isnull=False)
    found: dict[tuple[UUID, dt.date], list[dt.datetime]] = defaultdict(list)
    for row in closed:
        assert row.closed_at is not None
        is_known = as_of is None or row.closed_at <= as_of
        if is_known and (row.reopened_at is None or (as_of is not None and row.reopened_at > as_of)):
            found[row.program_id, row.month].append(row.closed_at)
    return found


def _shared(
    is_own: bool,
    partner: Program | Outside,
    scope: Scope,
    percent: Decimal,
    cell: shared_sums.Cell,
    *,
    is_late: bool,
) -> Shared:
    shares = (100 - percent, percent)
    usd, net_usd = cents(cell.usd), cents(cell.net_usd)
    return Shared(
        is_own, partner, cell.month, cell.currency, percent, cell.gross, cell.net, cell.krw, cell.net_krw,
        split(cell.krw, shares)[1], split(cell.net_krw, shares)[1], cell.krw if is_late else ZERO, scope.basis.key,
        scope.program.rate_rule, usd, net_usd, split_cents(usd, shares)[1], split_cents(net_usd, shares)[1],
        usd if is_late else ZERO,
    )  # fmt: skip


def _sum(one: Shared, other: Shared) -> Shared:
    names = (
        "gross_amount", "net_amount", "krw_amount", "net_krw_amount", "other_krw_amount", "other_net_krw_amount",
        "later_krw_amount",
    )  # fmt: skip
    dollars = ("usd_amount", "net_usd_amount", "other_usd_amount", "other_net_usd_amount", "later_usd_amount")
    sums: dict[str, Any] = {name: getattr(one, name) + getattr(other, name) for name in names}
    sums |= {name: rates.both(getattr(one, name), getattr(other, name)) for name in dollars}
    return replace(one, **sums)


def bodies(agencies: Iterable[UUID]) -> list[str]:
    """Bodies that the agencies know from lists of support that they took in, and from earlier declarations."""
    of = list(agencies)
    known = {*SupportList.objects.filter(agency__in=of).values_list("body", flat=True)}
    known |= {*Support.objects.filter(agency__in=of).values_list("body", flat=True).distinct()}
    known |= {
        *SharedSupport.objects.filter(agency__in=of)
        .exclude(outside_body="")
        .values_list("outside_body", flat=True)
    }
    return sorted(known)


@dataclass(frozen=True, slots=True)
class Together:
    """What programs sold that share sales with each other, each sale once: a program's own orders in won and dollars (rounded to the cent) before and after
    refunds."""

    program: Program
    krw_amount: Decimal
    net_krw_amount: Decimal
    usd_amount: Decimal | None
    net_usd_amount: Decimal | None


def together(program: Program, on: dt.date, rows: Iterable[Shared]) -> list[Together]:
    """The program and those of its agency with which it shares sales, each by its own definition from its first day. Empty without any; what bodies
    outside sold is not known here, and what another agency's program sold besides is not this one's to read."""
    partners = {
        row.partner.pk: row.partner
        for row in rows
        if isinstance(row.partner, Program) and row.partner.agency_id == program.agency_id
    }
    if not partners:
        return []
    found = []
    for each in [program, *sorted(partners.values(), key=lambda partner: partner.code)]:
        until_on = min(each.ends_on, on)
        orders = order_sums.orders(Scope(each, each.starts_on, until_on, basis=targets.basis_of(each, on)))
        dollars = (cents(orders.usd_amount), cents(orders.net_usd_amount))
        found.append(Together(each, orders.krw_amount, orders.net_krw_amount, *dollars))
    return found


@dataclass(frozen=True, slots=True)
class Doubled:
    """The same item, paid by national and by local money."""

    national: Received
    local: Received


def doubled(company: Company, agency: Agency) -> list[Doubled]:
    """By what the agency knows of the company's support: items paid by both kinds of money, the newest of each."""
    newest: dict[tuple[str, str], Received] = {}
    for row in support_of(company, agency.pk):
        if row.item:
            newest.setdefault((row.item, row.money), row)
    national, local = Support.Money.NATIONAL.value, Support.Money.LOCAL.value
    return [
        Doubled(newest[item, national], newest[item, local])
        for item in sorted({item for item, _money in newest})
        if (item, national) in newest and (item, local) in newest
    ]
