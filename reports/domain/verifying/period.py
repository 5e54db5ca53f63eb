"""What stood at the end of a report's days, from the histories as they were when it was read: companies, components;
and the files whose lines stood in the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from reports.domain.verifying.figures import Question
from reports.domain.verifying.result import ask

_DAY = "timezone('Asia/Seoul', {})::date <= %(until_on)s"


def taking_part(question: Question) -> set[UUID]:
    """Companies that took part at the end of the question's days, from the history of the participations."""
    rows = ask(
        f"""
        WITH x AS (
            SELECT * FROM programs_participationevent WHERE program_id = %(program)s AND pgh_id <= %(participations)s
        ), last AS (SELECT DISTINCT ON (pgh_obj_id) * FROM x ORDER BY pgh_obj_id, pgh_id DESC),
        ended AS (
            SELECT pgh_obj_id FROM x WHERE state = 'ended' AND {_DAY.format("pgh_created_at")}
            UNION SELECT pgh_obj_id FROM x JOIN last USING (pgh_obj_id, last_on) WHERE x.state = 'agreed' AND last_on < %(until_on)s
        )
        SELECT DISTINCT company_id FROM last WHERE pgh_label <> 'delete' AND {_DAY.format("agreed_at")}
          AND pgh_obj_id NOT IN (SELECT pgh_obj_id FROM ended)
        """,  # noqa: S608
        question.parameters(),
    )
    return {row[0] for row in rows}


def selected(question: Question) -> set[UUID]:
    """Companies that had been selected or offered the agreement at the end of the question's days."""
    rows = ask(
        f"""
        WITH chosen AS (
            SELECT x.company_id, x.status, x.pgh_label,
                   row_number() OVER (PARTITION BY x.pgh_obj_id ORDER BY x.pgh_id DESC) AS back
            FROM programs_applicationevent x JOIN programs_call c ON c.id = x.call_id AND c.program_id = %(program)s
            WHERE x.pgh_id <= %(applications)s AND {_DAY.format("x.pgh_created_at")}
        ), offered AS (
            SELECT x.company_id, x.pgh_label, x.offered_at, x.agreed_at,
                   row_number() OVER (PARTITION BY x.pgh_obj_id ORDER BY x.pgh_id DESC) AS back
            FROM programs_participationevent x WHERE x.program_id = %(program)s AND x.pgh_id <= %(participations)s
        )
        SELECT company_id FROM chosen WHERE back = 1 AND pgh_label <> 'delete'
          AND status IN ('selected', 'agreed', 'completed')
        UNION SELECT company_id FROM offered WHERE back = 1 AND pgh_label <> 'delete'
          AND ({_DAY.format("offered_at")} OR {_DAY.format("agreed_at")})
        """,  # noqa: S608
        question.parameters(),
    )
    return {row[0] for row in rows}


def components(question: Question, *, until_on: bool = True) -> dict[Any, Any]:
    """kind → budget, planned and actual cost (None where nothing is), companies served; "" → all of them together.

    What was done counts to the end of the days, or without `until_on` whenever it was done.
    """
    rows = ask(
        """
        WITH d AS (
            SELECT DISTINCT ON (pgh_obj_id) * FROM programs_deliveryevent
            WHERE program_id = %(program)s AND pgh_id <= %(deliveries)s ORDER BY pgh_obj_id, pgh_id DESC
        ), c AS (
            SELECT DISTINCT ON (pgh_obj_id) * FROM programs_componentevent
            WHERE program_id = %(program)s AND pgh_id <= %(components)s ORDER BY pgh_obj_id, pgh_id DESC
        ), cost AS (
            SELECT d.component_id, d.participation_id, d.planned_amount, d.actual_amount,
                   d.state = 'done' AND (d.done_on <= %(until_on)s OR NOT %(has_end)s) AS done
            FROM d WHERE d.pgh_label <> 'delete' AND d.state <> 'cancelled'
        ), served AS (
            SELECT c.kind, c.planned_amount AS budget, cost.* FROM c LEFT JOIN cost ON cost.component_id = c.pgh_obj_id
            WHERE c.pgh_label <> 'delete'
        )
        SELECT coalesce(kind, ''), CASE WHEN kind IS NULL THEN NULL ELSE max(budget) END, sum(planned_amount),
               sum(actual_amount) FILTER (WHERE done), count(DISTINCT participation_id) FILTER (WHERE done)
        FROM served GROUP BY ROLLUP (kind)
        """,
        {**question.parameters(), "has_end": until_on},
    )
    found = {row[0]: row[1:] for row in rows if row[0]}
    total = next((row for row in rows if not row[0]), ("", None, None, None, 0))
    budget = sum((row[0] for row in found.values()), Decimal(0))
    return {**found, "": (budget, *total[2:])}


def sources(question: Question) -> dict[str, tuple[Any, ...]]:
    """batch → name and checksum of its file, profile, who brought it, and its lines that stood on the days."""
    rows = ask(
        """
        WITH lines AS (
            SELECT batch_id, sign FROM reports_sales_line l WHERE l.program_id = %(program)s
              AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND l.entered_at <= %(as_of)s
            UNION ALL
            SELECT batch_id, sign FROM reports_payout_line l WHERE l.program_id = %(program)s
              AND l.business_day BETWEEN %(from_on)s AND %(until_on)s AND l.entered_at <= %(as_of)s
        )
        SELECT b.id::text, f.name, b.uploaded_sha256, b.profile, b.grade, sum(x.sign)
        FROM lines x JOIN reports_importbatch b ON b.id = x.batch_id JOIN ground_storedfile f ON f.id = b.file_id
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(x.sign) <> 0
        """,
        question.parameters(),
    )
    return {row[0]: row[1:] for row in rows}


def has_stock(question: Question, *, at_closing: bool) -> bool:
    """Whether a shipment to a warehouse of up to the last day stood at the cut, or when the last month was closed."""
    rows = ask(
        """
        SELECT count(*) FROM reports_shipment s JOIN programs_participation p ON p.id = s.participation_id
        JOIN (
            SELECT %(as_of)s::timestamptz AS at
            UNION ALL SELECT m.closed_at FROM reports_closedmonth m
            WHERE %(at_closing)s AND m.program_id = %(program)s AND m.month = date_trunc('month', %(until_on)s::date)
              AND m.closed_at <= %(as_of)s AND coalesce(m.reopened_at, 'infinity') > %(as_of)s
        ) known ON s.recorded_at <= known.at AND coalesce(s.ended_at, 'infinity') > known.at
        WHERE p.program_id = %(program)s AND s.sent_on <= %(until_on)s
        """,
        {**question.parameters(), "at_closing": at_closing},
    )
    return int(rows[0][0]) > 0
