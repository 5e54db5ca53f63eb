"""Who owes what (실적 제출 현황): for each company and store of a program's month whether a file is there, it was typed, no sales
were said, it is excused, or it is owed.

A file answers where lines of the company, or the month's lines of a store that somebody else holds, stand in the ledger.
What the company types for a store, a market or all together answers where it says so. "No sales" beside lines that
sold is a contradiction and is named.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.db.models.expressions import RawSQL

from ground.clock import SEOUL
from ground.months import next_month
from programs.models import Assignment, Participation, Program, Store
from programs.models.participation import LASTS, TAKING_PART
from reports.domain import months
from reports.files import detect
from reports.files.mapping.model import ORDERS
from reports.models import ClosedMonth, Declaration, ImportBatch, MonthExcuse, MonthReminder
from reports.queries import calendar_months
from reports.queries.counted import ENTERED, ask


class Answer(StrEnum):
    FILE = "file"
    TYPED = "typed"
    NO_SALES = "no_sales"
    EXCUSED = "excused"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class SoldLines:
    """Lines of a month that count as sales, and one file that brought them."""

    lines: int
    file: str
    batch: UUID


@dataclass(frozen=True, slots=True)
class Row:
    """A company and one of its stores in a month (no store: the company has none in the month)."""

    participation: Participation
    store: Store | None
    answer: Answer
    lines: int = 0
    declarations: tuple[Declaration, ...] = ()
    excuse: MonthExcuse | None = None
    contradiction: SoldLines | None = None
    reminded_at: dt.datetime | None = None
    overdue_days: int = 0


@dataclass(frozen=True, slots=True)
class Month:
    """A program's month: its rows, by company, and the days that hold for it."""

    program: Program
    calendar: months.Calendar
    rows: tuple[Row, ...] = field(default_factory=tuple)
    answering: frozenset[UUID] = frozenset()

    def owing(self) -> list[Participation]:
        """Companies with something still to answer, each once; whose agreement the agency ended can answer no more."""
        return list(
            {
                row.participation.pk: row.participation
                for row in self.rows
                if row.answer == Answer.OWED and row.participation.pk in self.answering
            }.values()
        )


_LEFT_LATER = """
SELECT x.pgh_obj_id FROM programs_participationevent x JOIN programs_participation p ON p.id = x.pgh_obj_id
WHERE x.program_id = %s GROUP BY 1
HAVING bool_or(x.state IN ('agreed', 'completed')) AND coalesce(
    min(x.last_on) FILTER (WHERE x.state = 'agreed' AND x.last_on = p.last_on) >= %s,
    min(x.pgh_created_at) FILTER (WHERE x.state = 'ended') >= %s)
"""
"""Keys of those that had agreed and whose end came no earlier than the month's: an end that was agreed ahead counts by its day (the
month's last one or later), another one by when it was entered (at the month's end or later)."""


def expected(program: Program, month: dt.date) -> QuerySet[Participation]:
    """Companies that are asked for a month: the agreement was accepted in it or before, and is in force or was so at its end.
    Who left since is in the record; it answers still where its last day was agreed (`ANSWERS` tells them apart)."""
    last = calendar_months.last_day(month)
    left_later = RawSQL(_LEFT_LATER, [program.pk, last, months.ends_at(program, month)])  # noqa: S611
    agreed_before = dt.datetime.combine(next_month(month), dt.time(), SEOUL)
    return (
        Participation.objects.with_end_agreed()
        .filter(
            Q(LASTS | Q(last_on__gte=last), state__in=TAKING_PART)
            | Q(state=Participation.State.ENDED, pk__in=left_later)
        )
        .filter(program=program, agreed_at__lt=agreed_before)
        .select_related("company", "program", "agency")
        .order_by("company__name_ko", "number")
    )


def runs_in(program: Program, month: dt.date) -> bool:
    """Whether the program asks for the month: it ran in it."""
    return program.starts_on <= calendar_months.last_day(month) and program.ends_on >= month.replace(day=1)


def standing(participation: Participation, month: dt.date) -> QuerySet[Declaration]:
    """What the company says of the month now."""
    return (
        Declaration.objects.filter(participation=participation, month=month.replace(day=1))
        .current()
        .select_related("currency", "store", "market__platform", "market__country", "declared_by", "file")
        .order_by("store__code", "market", "currency")
    )


def stores_of(participations: Iterable[Participation], month: dt.date) -> dict[UUID, list[Store]]:
    """The stores in which each company has something assigned in the month. One query."""
    found: dict[UUID, dict[UUID, Store]] = defaultdict(dict)
    rows = (
        Assignment.objects.filter(participation__in=[each.pk for each in participations])
        .filter(
            Q(until_on__isnull=True) | Q(until_on__gte=month), from_on__lte=calendar_months.last_day(month)
        )
        .select_related(
            "store__market__platform", "store__market__country", "store__market__currency", "store__company"
        )
        .order_by("store__code")
    )
    for each in rows:
        found[each.participation_id][each.store_id] = each.store
    return {key: list(stores.values()) for key, stores in found.items()}


def of_month(
    program: Program,
    month: dt.date,
    today: dt.date,
    only: Collection[UUID] | None = None,
    free: set[dt.date] | None = None,
) -> Month:
    """Every company × store of the month (of these participations only, if given) with its answer, as of now. As many
    queries for one company as for all."""
    month = month.replace(day=1)
    calendar = months.calendar(program, month, free)
    if not runs_in(program, month):
        return Month(program, calendar)
    asked = expected(program, month)
    parts: list[Any] = list(asked if only is None else asked.filter(pk__in=only))
    keys = [part.pk for part in parts]
    stores = stores_of(parts, month)
    end = months.ends_at(program, month)
    lines, with_file, whole = _lines(keys, {each.pk for rows in stores.values() for each in rows}, month, end)
    said: dict[UUID, list[Declaration]] = defaultdict(list)
    for each in (
        Declaration.objects.filter(participation__in=keys, month=month)
        .current()
        .select_related("declared_by", "currency", "market__platform", "market__country")
        .order_by("declared_at")
    ):
        said[each.participation_id].append(each)
    excuses = {
        each.participation_id: each
        for each in MonthExcuse.objects.filter(participation__in=keys, month=month)
        .in_force()
        .select_related("excused_by")
    }
    reminded = dict(
        MonthReminder.objects.filter(participation__in=keys, month=month)
        .order_by()
        .values_list("participation")
        .annotate(at=Max("sent_at"))
    )
    nothing = [
        key for key in keys if any(each.kind == Declaration.Kind.NO_SALES for each in said.get(key, ()))
    ]
    against = sold_lines(nothing, month)
    rows = []
    for part in parts:
        for store in [*stores.get(part.pk, []), *([] if part.pk in stores else [None])]:
            by_store = lines.get(part.pk, {})
            own = _own_lines(by_store, store)
            has_file = (
                any(count > 0 and key in whole for key, count in by_store.items())
                if store is None
                else store.pk in whole and (own > 0 or (store.company_id is None and store.pk in with_file))
            )
            answer, declared = _answer(has_file, store, said.get(part.pk, []), part.pk in excuses, end)
            rows.append(
                Row(
                    participation=part,
                    store=store,
                    answer=answer,
                    lines=own,
                    declarations=tuple(declared),
                    excuse=excuses.get(part.pk),
                    contradiction=against.get(part.pk),
                    reminded_at=reminded.get(part.pk),
                    overdue_days=calendar.overdue_days(today) if answer == Answer.OWED else 0,
                )
            )
    answering = frozenset(part.pk for part in parts if part.state in TAKING_PART or part.is_end_agreed)
    return Month(program, calendar, tuple(rows), answering)


def _own_lines(by_store: dict[UUID, int], store: Store | None) -> int:
    return by_store.get(store.pk, 0) if store is not None else sum(by_store.values())


def _answer(
    has_file: bool, store: Store | None, said: list[Declaration], is_excused: bool, end: dt.datetime
) -> tuple[Answer, list[Declaration]]:
    """What was typed before the month was over is shown and is no answer yet."""
    nothing = [each for each in said if each.kind == Declaration.Kind.NO_SALES]
    typed = [
        each
        for each in said
        if each.kind == Declaration.Kind.TYPED
        and (
            store is None
            or each.store_id == store.pk
            or (each.store_id is None and each.market_id in {None, store.market_id})
        )
    ]
    if has_file:
        return Answer.FILE, typed or nothing
    if any(each.declared_at >= end for each in typed):
        return Answer.TYPED, typed
    if nothing:
        return Answer.NO_SALES, nothing
    return (Answer.EXCUSED if is_excused else Answer.OWED), typed


def _lines(
    participations: list[UUID], stores: set[UUID], month: dt.date, end: dt.datetime
) -> tuple[dict[UUID, dict[UUID, int]], set[UUID], set[UUID]]:
    """Standing sales lines of the month by participation and store; the stores with any; and those whose file holds the whole
    month: it was exported (or, where it does not say when, uploaded) after the month's end. Of the kept sums, without what
    is booked in the month for a closed one."""
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    there: Counter[UUID] = Counter()
    kept = ask(
        _KEPT,
        {
            "participations": participations,
            "stores": list(stores),
            "first": month,
            "last": calendar_months.last_day(month),
        },
    )
    asked = set(participations)
    for part, store, lines in kept:
        there[store] += lines
        if part in asked:
            found[part][store] = found[part].get(store, 0) + lines
    files = (
        ImportBatch.objects.filter(store__in=there, state=ImportBatch.State.DONE, first_at__lt=end)
        .filter(last_at__gte=dt.datetime.combine(month, dt.time(), end.tzinfo))
        .filter(Q(exported_at__gte=end) | Q(exported_at__isnull=True, created_at__gte=end))
        .order_by()
    )
    whole = {
        store
        for store, profile in files.values_list("store", "profile")
        if detect.measure_of(profile) == ORDERS
    }
    return found, {store for store, lines in there.items() if lines > 0}, whole


_KEPT = """
SELECT participation_id, store_id, sum(lines)::bigint FROM (
    SELECT participation_id, store_id, lines FROM reports_batch_sum WHERE ledger = 'sales' AND month = %(first)s
      AND (participation_id = ANY(%(participations)s::uuid[]) OR store_id = ANY(%(stores)s::uuid[]))
    UNION ALL
    SELECT participation_id, store_id, -sign FROM reports_sales_line
    WHERE event_on IS NOT NULL AND business_day BETWEEN %(first)s AND %(last)s
      AND (participation_id = ANY(%(participations)s::uuid[]) OR store_id = ANY(%(stores)s::uuid[]))
) line GROUP BY 1, 2
"""

_SOLD = f"""
SELECT b.participation_id, sum(b.lines)::bigint, (array_agg(b.batch_id ORDER BY b.entered_at, b.batch_id) FILTER (WHERE b.lines > 0))[1]
FROM (
    SELECT l.participation_id, l.batch_id, min(l.entered_at) AS entered_at, sum(l.sign) AS lines
    FROM reports_sales_line l
    WHERE l.company_id = ANY(SELECT company_id FROM programs_participation WHERE id = ANY(%(participations)s))
      AND l.participation_id = ANY(%(participations)s) AND l.business_day BETWEEN %(first)s AND %(last)s
      AND l.event_on IS NULL AND l.status_class IN ('sold', 'refunded') AND {ENTERED}
    GROUP BY 1, 2
) b GROUP BY 1 HAVING sum(b.lines) > 0
"""  # noqa: S608


def sold_lines(participations: Collection[UUID], month: dt.date) -> dict[UUID, SoldLines]:
    """For each of the participations with sales in the month: lines that were sold (refunded afterwards or not), and the
    file that brought the first of them. What is booked in it for a closed month was sold in that one."""
    if not participations:
        return {}
    rows = ask(
        _SOLD,
        {
            "participations": list(participations),
            "first": month.replace(day=1),
            "last": calendar_months.last_day(month),
            "as_of": None,
        },
    )
    names = dict(ImportBatch.objects.filter(pk__in=[row[2] for row in rows]).values_list("pk", "file__name"))
    return {part: SoldLines(lines, names.get(batch, ""), batch) for part, lines, batch in rows}


def months_with_lines(participation: Participation) -> set[dt.date]:
    """Months in which something was sold that stands in the company's lines; of the kept sums, without what is booked for
    closed months."""
    rows = ask(
        """
        SELECT month FROM (
            SELECT month, lines FROM reports_batch_sum WHERE ledger = 'sales' AND participation_id = %(participation)s
            UNION ALL
            SELECT date_trunc('month', business_day)::date, -sign FROM reports_sales_line
            WHERE program_id = %(program)s AND participation_id = %(participation)s AND event_on IS NOT NULL
        ) line GROUP BY month HAVING sum(lines) > 0
        """,
        {"participation": participation.pk, "program": participation.program_id},
    )
    return {month for (month,) in rows}


_CONTRADICTED = f"""
SELECT p.program_id, d.month, count(*) FROM reports_declaration d JOIN programs_participation p ON p.id = d.participation_id
WHERE d.kind = 'no_sales' AND d.replaced_at IS NULL AND p.program_id = ANY(%(programs)s)
  AND EXISTS (SELECT 1 FROM reports_batch_sum s WHERE s.ledger = 'sales' AND s.participation_id = d.participation_id AND s.month = d.month)
  AND (
    SELECT sum(l.sign) FROM reports_sales_line l
    WHERE l.company_id = d.company_id AND l.participation_id = d.participation_id
      AND l.business_day >= d.month AND l.business_day < d.month + interval '1 month' AND l.event_on IS NULL
      AND l.status_class IN ('sold', 'refunded') AND {ENTERED}) > 0
GROUP BY 1, 2 ORDER BY 2 DESC, 1
"""  # noqa: S608


def contradictions(programs: Iterable[Program]) -> list[tuple[Program, dt.date, int]]:
    """How many of the programs' companies have a "no sales" beside lines that sold, by program and month, the newest first;
    closed months are settled."""
    known = {program.pk: program for program in programs}
    rows = ask(_CONTRADICTED, {"programs": list(known), "as_of": None}) if known else []
    closed = (
        set(ClosedMonth.objects.closed().filter(program__in=known).values_list("program", "month"))
        if rows
        else set()
    )
    return [(known[key], month, int(count)) for key, month, count in rows if (key, month) not in closed]
