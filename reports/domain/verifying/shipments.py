"""Shipments to warehouses: each could be entered as it stands, and what is compared through them is what they and the lines give."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ground import clock
from programs.models import Program
from reports.domain.verifying.figures import BASE, Question, rates_of
from reports.domain.verifying.result import Difference, ask, compare
from reports.domain.verifying.shown import question_of
from reports.queries import shipments
from reports.queries.results import scope_until


def records() -> Iterator[Difference | int]:
    """A shipment in force went to a store in which something of its company was ever assigned, on a day that was not to come when it
    was entered; its price was corrected within sixty days."""
    ((count,),) = ask("SELECT count(*) FROM reports_shipment WHERE ended_at IS NULL")
    yield count
    rows = ask(
        """
        SELECT x.id, x.sent_on, x.entered_on, x.corrected_on, x.is_its_store FROM (
            SELECT s.id, s.sent_on, (s.recorded_at AT TIME ZONE 'Asia/Seoul')::date AS entered_on, s.corrected_on,
                   a.store_id IS NOT NULL AS is_its_store
            FROM reports_shipment s
            LEFT JOIN (SELECT DISTINCT participation_id, store_id FROM programs_assignmentevent) a USING (participation_id, store_id)
            WHERE s.ended_at IS NULL
        ) x
        WHERE NOT x.is_its_store OR x.sent_on > x.entered_on OR x.corrected_on NOT BETWEEN x.sent_on AND x.sent_on + 60 ORDER BY x.id
        """
    )
    for key, sent_on, entered_on, corrected_on, is_its_store in rows:
        if not is_its_store:
            yield Difference("shipment_store", str(key), "a store of the company", "nothing assigned")
        if sent_on > entered_on:
            yield Difference("shipment_day", str(key), f"{sent_on}", f"{entered_on}")
        if corrected_on and not sent_on <= corrected_on <= sent_on + dt.timedelta(days=60):
            yield Difference("shipment_correction", str(key), f"{corrected_on}", f"{sent_on}")


def compared() -> Iterator[Difference | int]:
    """Sent, sold and left of each company and SKU up to today, FOB and won, as the page shows them."""
    today = clock.today()
    for program in Program.objects.filter(starts_on__lte=today).order_by("code"):
        stated = {
            (row.company.pk, row.sku or ""): _told(
                (
                    row.shipments, row.sent_units, row.sold_units, row.left, row.fob_amount, row.fob_krw_amount,
                    row.sold_krw_amount if row.sku is None else None,
                )
            )
            for row in shipments.compared(program, today)
        }  # fmt: skip
        yield from compare("stock", stated, _found(program, today), program.code)


def _told(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is not known is not nought."""
    return tuple("not known" if each is None else each for each in values)


def _found(program: Program, on: dt.date) -> dict[Any, Any]:
    question = question_of(scope_until(program, on))
    sent = ask(
        """
        SELECT p.company_id, x.sku, count(*), sum(s.units)::bigint, bool_and(s.units IS NOT NULL), bool_or(s.sku = ''),
               sum(coalesce(s.corrected_amount, s.fob_amount))
        FROM reports_shipment s JOIN programs_participation p ON p.id = s.participation_id
        CROSS JOIN LATERAL (SELECT s.sku WHERE s.sku <> '' UNION ALL SELECT '') x (sku)
        WHERE p.program_id = %(program)s AND s.ended_at IS NULL AND s.sent_on <= %(on)s GROUP BY 1, 2
        """,
        {"program": program.pk, "on": on},
    )
    units, won = _sold(question, on), _fob_in_won(question, on)
    rows = {
        (company, sku): (count, units_, whole, amount)
        for company, sku, count, units_, whole, _any, amount in sent
    }
    unnamed = {company for company, sku, *_more, is_unnamed, _amount in sent if sku == "" and is_unnamed}
    found: dict[Any, Any] = {}
    skus: dict[Any, set[str]] = defaultdict(set)
    for company, sku in rows:
        skus[company].add(sku)
    by_company: dict[Any, dict[str, tuple[int, Any]]] = defaultdict(dict)
    for (company, sku), each in units.items():
        by_company[company][sku] = each
    for company, named in skus.items():
        of_company = by_company[company]
        named |= {sku for sku, (sold, _krw) in of_company.items() if sold}
        for sku in named | {""}:
            count, sent_units, is_whole, amount = rows.get((company, sku), (0, 0, True, 0))
            sold = (
                sum(each for each, _krw in of_company.values())
                if sku == ""
                else of_company.get(sku, (0, 0))[0]
            )
            is_known = is_whole and (sku == "" or company not in unnamed)
            in_won = sum(krw for _sold, krw in of_company.values()) if sku == "" else None
            found[company, sku] = _told(
                (
                    count, sent_units if is_known else None, sold, sent_units - sold if is_known else None, amount,
                    won[company] if sku == "" else None, in_won,
                )
            )  # fmt: skip
    return found


def _sold(question: Question, on: dt.date) -> dict[tuple[Any, str], tuple[int, Any]]:
    """(company, SKU) → units of lines that count, and won before refunds of those with a rate, in stores to which the company sent
    goods."""
    rows = ask(
        f"""
        WITH {BASE}, {rates_of(question.rate_rule)}
        SELECT w.company_id, w.sku, sum(w.units)::bigint,
               coalesce(sum(round(w.gross::numeric(60, 30) * w.times * r.up / (w.through * r.down))), 0)
        FROM whole w LEFT JOIN rate r ON r.currency = w.currency AND r.day = w.day
        WHERE EXISTS (
            SELECT FROM reports_shipment s JOIN programs_participation p ON p.id = s.participation_id
            WHERE p.program_id = %(program)s AND p.company_id = w.company_id AND s.store_id = w.store_id
              AND s.ended_at IS NULL AND s.sent_on <= %(on)s
        ) GROUP BY 1, 2
        """,  # noqa: S608
        {**question.parameters(), "on": on},
    )
    return {(company, sku): (units, krw) for company, sku, units, krw in rows}


def _fob_in_won(question: Question, on: dt.date) -> dict[Any, Any]:
    """Company → its shipments in won, each at the dollar's average of the month in which it was sent; none where one has no rate."""
    rows = ask(
        f"""
        WITH base AS (
            SELECT date_trunc('month', s.sent_on)::date AS day, 'USD'::text AS currency, p.company_id,
                   coalesce(s.corrected_amount, s.fob_amount) AS net
            FROM reports_shipment s JOIN programs_participation p ON p.id = s.participation_id
            WHERE p.program_id = %(program)s AND s.ended_at IS NULL AND s.sent_on <= %(on)s
        ), {rates_of("month_average")}
        SELECT w.company_id,
               CASE WHEN count(*) = count(r.up) THEN sum(round(w.net::numeric(60, 30) * r.up / r.down)) END
        FROM base w LEFT JOIN rate r ON r.currency = w.currency AND r.day = w.day GROUP BY 1
        """,  # noqa: S608
        {**question.parameters(), "on": on},
    )
    return dict(rows)
