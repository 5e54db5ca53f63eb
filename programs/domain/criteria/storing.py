"""A call's applications screened in one statement: a row per application with an answer for each criterion.

A later screening is a new row; nothing that was taken is changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from programs.domain.criteria import one
from programs.domain.criteria.compiling import Compiled, compile_criteria, counting_of
from programs.domain.criteria.relations import SETTINGS, literal, of_applications
from programs.models import Call, Criterion, Screening

TAKEN_NOW = (Screening.Occasion.AGREEMENT, Screening.Occasion.PAYMENT)
"""Occasions on which somebody is bound or money leaves: what the tax office said must be young that day."""


@dataclass(frozen=True)
class Renewals:
    """What is to be renewed: criterion, company and day. `onward`: the companies into whose records those of applicants
    were merged; they renew."""

    wanted: list[tuple[UUID, UUID, dt.date]]
    onward: set[UUID]


def store(screening: Screening, call: Call, criteria: Sequence[Criterion], which: str | UUID) -> Renewals:
    """Take the criteria for the applications for which `which` holds (a condition on `a`), or for the one with this key.

    Returns what is to be renewed, of criteria that decide. Reads `call.agency`.
    """
    is_now = screening.occasion in TAKEN_NOW
    if isinstance(which, UUID):
        made = one.made_of(call, criteria, Compiled.wide, is_taken_now=is_now)
        return renewals(criteria, one.rows_about(_taking(made, one.SCREENING), which, screening.pk))
    compiled = compile_criteria(call, criteria, is_taken_now=is_now)
    return renewals(criteria, rows_of(screening, call, compiled, which))


def rows_of(
    screening: Screening, call: Call, compiled: Compiled, which: str, kept: str = ""
) -> list[tuple[Any, ...]]:
    """Judge and store the applications for which `which` holds: the company that renews, the days of renewal, and that company
    again where the applicant's record was merged into its. `kept` are more tables of the statement, which read `taken`."""
    sql = _taking(compiled.wide(of_applications(call.agency_id, which)), screening.pk, kept)
    with connection.cursor() as cursor:
        cursor.execute(f"{SETTINGS};\n{sql}")
        cursor.nextset()
        return list(cursor.fetchall())


def _taking(made: str, screening: UUID, kept: str = "") -> str:
    return f"""
        WITH taken AS (
            INSERT INTO programs_screened
                (screening_id, application_id, outcomes, reasons, seen, evidence, files, days, renewals)
            SELECT {literal(str(screening))}::uuid, made.subject, made.outcome, made.reason, made.value,
                made.evidence, made.file, made.as_of, made.renew_by
            FROM ({made}) made
            RETURNING application_id, renewals, id){f", {kept}" if kept else ""}
        SELECT coalesce(g.kept_id, a.company_id), t.renewals, g.kept_id
        FROM taken t JOIN programs_application a ON a.id = t.application_id
        LEFT JOIN naru_merged() g ON g.company_id = a.company_id
        WHERE t.renewals IS NOT NULL OR g.kept_id IS NOT NULL"""


def renewals(criteria: Sequence[Criterion], rows: Iterable[Sequence[Any]]) -> Renewals:
    """From rows as `rows_of` gives them."""
    found = list(rows)
    counting = counting_of(criteria)
    decide = [each in counting for each in criteria]
    wanted = [
        (criterion.pk, company, day)
        for company, days, _kept in found
        if days is not None
        for criterion, counts, day in zip(criteria, decide, days, strict=True)
        if counts and day is not None
    ]
    return Renewals(wanted, {kept for _company, _days, kept in found if kept is not None})
