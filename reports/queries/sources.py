"""Where figures come from: files with their standing lines, the newest instant of the data, tax treatments."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from programs.models import Program, Store, StoreTax
from reports.queries import counted, order_sums, rates
from reports.queries.counted import ENTERED, Scope, ask
from reports.queries.rates import CurrencyDay, Rate


@dataclass(frozen=True, slots=True)
class Source:
    """An imported file with the number of its lines that are left in the ledger on the covered days. `sha256` is that of
    the upload, so that whoever brought it can name it."""

    batch: UUID
    profile: str
    file_name: str
    sha256: str
    grade: str
    received_at: dt.datetime
    lines: int


_SOURCES = f"""
SELECT b.id, b.profile, f.name, b.uploaded_sha256, b.grade, b.created_at, sum(x.lines)
FROM (
    SELECT l.batch_id, sum(l.sign) AS lines FROM reports_sales_line l
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND {ENTERED}
    GROUP BY 1
    UNION ALL
    SELECT l.batch_id, sum(l.sign) FROM reports_payout_line l
    WHERE l.program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND {ENTERED}
    GROUP BY 1
) x JOIN reports_importbatch b ON b.id = x.batch_id JOIN ground_storedfile f ON f.id = b.file_id
GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(x.lines) <> 0 ORDER BY 6, 1
"""  # noqa: S608


def sources(scope: Scope) -> list[Source]:
    """The files from which the scope's figures come, in the order of their arrival."""
    return [
        Source(batch, profile, name, sha256, grade, received_at, int(lines))
        for batch, profile, name, sha256, grade, received_at, lines in ask(_SOURCES, scope.parameters())
    ]


# Records of the floor below that change a printed figure: the program with its rate rule, what it aims at and plans, who
# takes part and was selected, whose lines a store holds, how tax stands in its prices.
_EDITED = {
    "program": "x.pgh_obj_id = %(program)s",
    "target": "x.program_id = %(program)s",
    "component": "x.program_id = %(program)s",
    "delivery": "x.program_id = %(program)s",
    "participation": "x.program_id = %(program)s",
    "assignment": "x.program_id = %(program)s",
    "application": "x.call_id IN (SELECT c.id FROM programs_call c WHERE c.program_id = %(program)s)"
    " AND x.status IN ('selected', 'agreed', 'completed', 'withdrawn')",
    "storetax": "x.store_id IN (SELECT a.store_id FROM programs_assignmentevent a WHERE a.program_id = %(program)s)",
}
_LAST_EDITED = "".join(
    f"""    UNION ALL
    SELECT max(x.pgh_created_at) FROM programs_{name}event x
    WHERE {whose} AND (%(as_of)s::timestamptz IS NULL OR x.pgh_created_at <= %(as_of)s)
"""  # noqa: S608
    for name, whose in _EDITED.items()
)

# Every row of the covered days, counted or waiting, standing or taken back; declarations; closings of months; and for records that people
# edit the last change in their history.
_NEWEST = f"""
SELECT max(at) FROM (
    SELECT max(l.entered_at) FROM reports_sales_line l JOIN reports_importbatch b ON b.id = l.batch_id
    WHERE (l.program_id = %(program)s OR b.program_id = %(program)s) AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND (%(as_of)s::timestamptz IS NULL OR l.entered_at <= %(as_of)s)
    UNION ALL
    SELECT max(l.entered_at) FROM reports_payout_line l JOIN reports_importbatch b ON b.id = l.batch_id
    WHERE (l.program_id = %(program)s OR b.program_id = %(program)s) AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND (%(as_of)s::timestamptz IS NULL OR l.entered_at <= %(as_of)s)
    UNION ALL
    SELECT max(x.at) FROM reports_declaration d JOIN programs_participation p ON p.id = d.participation_id
    CROSS JOIN LATERAL (VALUES (d.declared_at), (d.replaced_at)) x (at)
    WHERE p.program_id = %(program)s AND d.month <= %(until_on)s AND (%(as_of)s::timestamptz IS NULL OR x.at <= %(as_of)s)
    UNION ALL
    SELECT max(l.entered_at) FROM reports_customs_line l
    WHERE l.list_program_id = %(program)s AND l.business_day BETWEEN %(from_on)s AND %(until_on)s
      AND (%(as_of)s::timestamptz IS NULL OR l.entered_at <= %(as_of)s)
    UNION ALL
    SELECT max(c.pgh_created_at) FROM reports_customsrecordevent c
    JOIN programs_participation p ON p.id = c.participation_id
    WHERE p.program_id = %(program)s AND c.month <= %(until_on)s
      AND (%(as_of)s::timestamptz IS NULL OR c.pgh_created_at <= %(as_of)s)
    UNION ALL
    SELECT max(x.at) FROM reports_ordermark m JOIN programs_participation p ON p.company_id = m.company_id
    CROSS JOIN LATERAL (VALUES (m.marked_at), (m.ended_at)) x (at)
    WHERE p.program_id = %(program)s AND (%(as_of)s::timestamptz IS NULL OR x.at <= %(as_of)s)
    UNION ALL
    SELECT max(x.at) FROM reports_shipment s JOIN programs_participation p ON p.id = s.participation_id
    CROSS JOIN LATERAL (VALUES (s.recorded_at), (s.ended_at)) x (at)
    WHERE p.program_id = %(program)s AND s.sent_on <= %(until_on)s AND (%(as_of)s::timestamptz IS NULL OR x.at <= %(as_of)s)
    UNION ALL
    SELECT max(x.at) FROM reports_closedmonth m CROSS JOIN LATERAL (VALUES (m.closed_at), (m.reopened_at)) x (at)
    WHERE m.program_id = %(program)s AND (%(as_of)s::timestamptz IS NULL OR x.at <= %(as_of)s)
{_LAST_EDITED}) newest (at)
"""  # noqa: S608


def newest_at(scope: Scope) -> dt.datetime | None:
    """When the newest of the data that the scope's figures rest on came in (rates aside); None without any data."""
    rows = ask(_NEWEST, scope.parameters())
    newest: dt.datetime | None = rows[0][0]
    return newest


def has_lines(program: Program) -> bool:
    """Whether any sales line was ever imported for the program."""
    rows: list[Any] = ask(
        "SELECT EXISTS (SELECT 1 FROM reports_sales_line l JOIN reports_importbatch b ON b.id = l.batch_id"
        " WHERE l.program_id = %(program)s OR b.program_id = %(program)s)",
        {"program": program.pk},
    )
    return bool(rows[0][0])


def taxes(stores: set[UUID], from_on: dt.date, until_on: dt.date) -> list[StoreTax]:
    """How tax stood in these stores' prices on the covered days."""
    rows = StoreTax.objects.filter(store__in=stores, from_on__lte=until_on).exclude(until_on__lt=from_on)
    return list(rows.select_related("store").order_by("store__code", "from_on"))


_UNTAXED = f"""
SELECT DISTINCT s.store_id, d.day FROM (
    SELECT DISTINCT b.store_id FROM reports_batch_sum b WHERE b.program_id = %(program)s AND b.ledger = 'sales'
      AND (%(only_stores)s::uuid[] IS NULL OR b.store_id = ANY(%(only_stores)s))
      AND b.month BETWEEN date_trunc('month', %(from_on)s::date) AND %(until_on)s
) s CROSS JOIN unnest(%(possible)s::date[]) AS d (day)
LEFT JOIN LATERAL (
    SELECT x.treatment, x.rate_percent FROM programs_storetax x
    WHERE x.store_id = s.store_id AND x.from_on <= d.day AND (x.until_on IS NULL OR x.until_on >= d.day) LIMIT 1
) t ON true WHERE NOT ({counted.TAX_KNOWN})
"""  # noqa: S608


def tax_unknown(scope: Scope, found: dict[CurrencyDay, Rate]) -> dict[str, Decimal]:
    """Stores whose tax on the days of their counted lines is not known (nothing stated, or no percentage where one is
    needed), with the won of these lines on the scope's basis: they are counted as the files show them. `found` are the
    rates of the scope's days. Lines are read of such stores and days alone."""
    places = _places_without_tax(scope, counted.possible_days(scope))
    if not places:
        return {}
    stores, days = ({place[at] for place in places} for at in range(2))
    scope = replace(scope, stores=tuple(sorted(stores)), days=tuple(sorted(days)))
    counts = "line.krw" if scope.basis.is_before_refunds else "line.net_krw"
    rows = ask(
        f"SELECT s.code, sum({counts}) FROM ({counted.converted_sql(scope)}) line"  # noqa: S608
        " JOIN programs_store s ON s.id = line.store_id WHERE NOT line.is_tax_known GROUP BY 1"
        f" HAVING {counted.LINES_LEFT}",
        {**scope.parameters(), **counted.rate_parameters(found)},
    )
    return dict(rows)


def without_tax(scope: Scope) -> list[str]:
    """The codes of these stores. Of a store whose tax is not known on any of the days the sums that are kept say whether a line counts."""
    days = counted.possible_days(scope)
    untaxed: dict[UUID, set[dt.date]] = defaultdict(set)
    for store, day in _places_without_tax(scope, days):
        untaxed[store].add(day)
    never = {
        store for store, unknown in untaxed.items() if len(unknown) == len({day for _currency, day in days})
    }
    sold = {cell.store for cell in order_sums.cells(scope)} if never else set()
    found = set(Store.objects.filter(pk__in=never & sold).values_list("code", flat=True))
    if rest := untaxed.keys() - never:
        known = rates.for_days(scope.program, days, scope.as_of, is_restated=scope.is_restated)
        found |= tax_unknown(replace(scope, stores=tuple(sorted(rest))), known).keys()
    return sorted(found)


def _places_without_tax(scope: Scope, days: set[CurrencyDay]) -> list[tuple[Any, ...]]:
    """Stores of the scope (or these of them) with the days on which their tax is not known."""
    possible = sorted({day for _currency, day in days})
    return ask(_UNTAXED, {**scope.parameters(), "possible": possible})
