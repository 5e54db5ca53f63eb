"""What came of guidance (성과 연결): which companies read, came or asked about a country, and which then applied, listed and sold.

Each company stands once at each stage, with the first day on which it got there; records of one company under several
numbers (successions, records registered twice) are one company. Of readers only those are known that agree to it today:
who withdraws has not read. It shows association, not effect: who reads a guide may have wanted to export anyway.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import pgettext_lazy

from accounts.roles import agency_ids
from companies.models import Company, Succession
from ground import small
from ground.clock import SEOUL
from ground.models import Country
from guidance.models import GuideQuestion, Reading, Statement
from guidance.queries import briefings
from programs.models import Application, Listing, ProgramMarket, Target
from reports.queries.counted import COUNTED_STATES, ask

READ, CAME, ASKED, APPLIED, LISTED, SOLD = "read", "came", "asked", "applied", "listed", "sold"
STAGES = {
    READ: pgettext_lazy("what a company did", "read the guide"),
    CAME: pgettext_lazy("what a company did", "came to a briefing"),
    ASKED: pgettext_lazy("what a company did", "asked"),
    APPLIED: pgettext_lazy("what a company did", "applied"),
    LISTED: pgettext_lazy("what a company did", "listed"),
    SOLD: pgettext_lazy("what a company did", "sold"),
}
INFORMED, LATER = (READ, CAME, ASKED), (APPLIED, LISTED, SOLD)

Firsts = dict[str, dict[UUID, dt.date]]
"""By stage: the first day, in Seoul, on which a company got there."""
Records = Mapping[str, Sequence[tuple[UUID, UUID, dt.date]]]
"""By stage: a company, an agency, and the first day, in Seoul, by that agency's records."""

# A company's first line that stands is found by the index of its lines and days, one store after the other (which stores: by the sums of files);
# what is booked later than it was sold by an index of its own.
_STANDS = f"""l.sign = 1 AND l.gross_amount > 0 AND {COUNTED_STATES[Target.Moment.PAID]} AND NOT EXISTS (
    SELECT 1 FROM reports_sales_line back WHERE back.store_id = l.store_id AND back.line_key = l.line_key
      AND back.version = l.version AND back.sign = -1)"""  # noqa: S608
_SOLD = f"""
WITH place AS MATERIALIZED (
    SELECT DISTINCT b.company_id, s.agency_id, b.store_id FROM reports_batch_sum b
    JOIN programs_store s ON s.id = b.store_id JOIN programs_market m ON m.id = s.market_id
    WHERE m.country_id = %(country)s AND b.ledger = 'sales' AND b.company_id IS NOT NULL
)
SELECT company_id, agency_id, min(day) FROM (
    SELECT place.company_id, place.agency_id, sold.day FROM place CROSS JOIN LATERAL (
        SELECT l.business_day AS day FROM reports_sales_line l
        WHERE l.company_id = place.company_id AND l.store_id = place.store_id AND l.event_on IS NULL AND {_STANDS}
        ORDER BY l.business_day LIMIT 1
    ) sold
    UNION ALL
    SELECT place.company_id, place.agency_id, l.event_on FROM reports_sales_line l JOIN place USING (company_id, store_id)
    WHERE l.event_on IS NOT NULL AND {_STANDS}
) first GROUP BY 1, 2
"""  # noqa: S608


def countries() -> list[Country]:
    """Those that a program sells to or has a strategy for, by name."""
    markets = ProgramMarket.objects.values("market__country")
    found: Any = Country.objects.filter(Q(pk__in=markets) | Q(pk__in=Statement.objects.values("country")))
    return sorted(found, key=str)


def records(country: str) -> Records:
    """Of all programs. Applied, listed and sold are in the country: by the markets of the call's program, the listing's
    market, the store's market; sold means paid, as reports count it by default. Six queries: a page asks once and
    counts from it what it shows.
    """
    return {
        READ: _first(Reading.objects.agreed().read().filter(edition__country=country), "on"),
        CAME: [(each.company, each.agency, each.on) for each in briefings.came(country=country)],
        ASKED: _first(GuideQuestion.objects.filter(country=country, withdrawn_at__isnull=True), "asked_at"),
        APPLIED: _first(
            Application.objects.filter(submitted_at__isnull=False, call__program__program_markets__market__country=country),
            "submitted_at",
        ),
        LISTED: _first(Listing.objects.filter(market__country=country, live_on__isnull=False), "live_on"),
        SOLD: ask(_SOLD, {"country": country}),
    }  # fmt: skip


def firsts(found: Records, firm: Mapping[UUID, UUID], agencies: Collection[UUID] | None = None) -> Firsts:
    """By all records, or by those of these agencies; records of companies that `firm` names count as that one."""
    firsts: Firsts = {stage: {} for stage in STAGES}
    for stage, rows in found.items():
        days = firsts[stage]
        for company, agency, day in rows:
            if agencies is None or agency in agencies:
                key = firm.get(company, company)
                days[key] = min(day, days.get(key, day))
    return firsts


def _first(rows: QuerySet[Any], column: str) -> list[tuple[UUID, UUID, dt.date]]:
    first: Any = Min(column)
    if column.endswith("_at"):
        first = TruncDate(first, tzinfo=SEOUL)
    return list(rows.order_by().values_list("company", "agency").annotate(first=first))


def firms() -> dict[UUID, UUID]:
    """Of each record that is tied to another one by a succession that stands: the record that stands for all of them."""
    head: dict[UUID, UUID] = {}

    def top(company: UUID) -> UUID:
        while (above := head.get(company, company)) != company:
            company = above
        return company

    for former, successor in (
        Succession.objects.standing().order_by("on", "id").values_list("former", "successor")
    ):
        below, above = top(former), top(successor)
        if below != above:
            head[below] = above
    return {each: top(each) for each in head}


@dataclass(frozen=True, slots=True)
class Year:
    """How many companies got to each stage for the first time in a year; None is hidden."""

    year: int
    counts: dict[str, int | None]


@dataclass(frozen=True, slots=True)
class Later:
    """Who did it among the companies informed before, and among all others of the register."""

    stage: str
    crossed: small.Crossed


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of one country, as it may be shown: groups of one to four are hidden, and what would give them away."""

    years: tuple[Year, ...]
    totals: dict[str, int | None]
    later: tuple[Later, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """One company by name: the first day at each stage, by the records of the reader's agencies."""

    company: Company
    days: dict[str, dt.date]


def paths(user: Any, known: Records, firm: Mapping[UUID, UUID]) -> list[Path]:
    """Companies that the user sees, those that got furthest first: by the records of programs of the user's agencies
    only. One query, the user's roles beside it."""
    days = firsts(known, firm, set(agency_ids(user)))
    found: dict[UUID, dict[str, dt.date]] = {}
    for stage in STAGES:
        for company, day in days[stage].items():
            found.setdefault(company, {})[stage] = day
    order = tuple(reversed(STAGES))
    seen = Company.objects.visible_to(user).filter(pk__in=found)
    rows = [Path(each, found[each.pk]) for each in seen]
    return sorted(
        rows,
        key=lambda row: ([stage not in row.days for stage in order], row.company.name_ko, row.company.pk),
    )


def outcomes(known: Records, firm: Mapping[UUID, UUID]) -> Outcomes:
    """Counts over all agencies, without any name. One query."""
    every = set(Company.objects.values_list("pk", flat=True)) - {each for each in firm if firm[each] != each}
    return reckon(firsts(known, firm), every)


def reckon(days: Mapping[str, Mapping[UUID, dt.date]], firms: Collection[UUID]) -> Outcomes:
    """The counts as they may be shown, of these firsts and companies."""
    years = sorted({day.year for each in days.values() for day in each.values()})
    counts: dict[str, tuple[int | None, ...]] = {}
    totals: dict[str, int | None] = {}
    for stage in STAGES:
        by_year = Counter(day.year for day in days[stage].values())
        found = small.shown([by_year[year] for year in years])
        counts[stage], totals[stage] = found.parts, found.total
    return Outcomes(
        tuple(Year(year, {stage: counts[stage][at] for stage in STAGES}) for at, year in enumerate(years)),
        totals,
        tuple(Later(stage, _crossed(days, stage, firms)) for stage in LATER),
    )


def _crossed(
    days: Mapping[str, Mapping[UUID, dt.date]], stage: str, firms: Collection[UUID]
) -> small.Crossed:
    informed = {
        firm: min(days[each][firm] for each in INFORMED if firm in days[each])
        for firm in firms
        if any(firm in days[each] for each in INFORMED)
    }
    did = days[stage]
    late = {firm for firm, day in informed.items() if firm in did and did[firm] <= day}
    size, done = len(informed) - len(late), sum(firm in did and firm not in late for firm in informed)
    everybody = sum(firm in did for firm in firms)
    return small.crossed(size, done, len(firms) - size, everybody - done)
