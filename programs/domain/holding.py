"""What was taken of a call's applications and holds still: screening all of them judges only those of whom it may not.

Each application was taken before, when it was submitted if not since. Kept is of which applications the criteria say what a
row of that taking says, as of a snapshot of the database; the changes that the snapshot does not see are known as in `keeping`,
with those of applications, their answers and documents. What holds still is taken again by naming that row; the rest is judged.

The question is the SQL that would be asked, with the criteria and their versions. Calls with fewer than `LEAST`
applications in screening are judged whole: that is done before anybody waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

from programs.domain import keeping
from programs.domain.criteria.compiling import Compiled, compile_criteria
from programs.domain.criteria.relations import SETTINGS, literal, of_applications
from programs.domain.criteria.storing import Renewals, renewals, rows_of
from programs.models import Application, Call, Criterion, KeptTaking, Screening

IN_SCREENING = (Application.Status.SUBMITTED, Application.Status.RETURNED)
LEAST = 1000
TAKINGS = KeptTaking._meta.db_table
_OF_CALL = """CASE "of"
    WHEN 'application' THEN EXISTS (SELECT FROM programs_application a WHERE a.id = key::uuid AND a.call_id = %(call)s)
    WHEN 'file' THEN EXISTS (SELECT FROM programs_document d JOIN programs_application a ON a.id = d.application_id
        WHERE d.file_id = key::uuid AND a.call_id = %(call)s)
    WHEN 'call' THEN key = %(call)s::text
    ELSE true END"""
"""Of a change: it is one of the register or of the call. Drafts that are saved elsewhere count for nothing."""
CHANGED = f"""{keeping.touched(_OF_CALL)}, changed (application) AS (
    SELECT id FROM programs_application WHERE call_id = %(call)s AND company_id IN (SELECT company FROM touched)
    UNION SELECT key::uuid FROM logged WHERE "of" = 'application'
    UNION SELECT application_id FROM programs_document
      WHERE file_id IN (SELECT key::uuid FROM logged WHERE "of" = 'file')
  )
  SELECT (SELECT coalesce(array_agg(application), '{{}}') FROM changed),
    EXISTS (SELECT FROM logged WHERE "of" = 'everything' OR "of" = 'call' AND key = %(call)s::text),
    (SELECT count(*) FROM logged)"""  # noqa: S608
"""The applications of which a snapshot says nothing any more; then whether all is void, and how many changes."""


@dataclass(frozen=True)
class _Held:
    """What is kept of a call's applications, and which of them changed since."""

    pk: int
    count: int
    changed: list[UUID]


@dataclass(frozen=True)
class _Upheld:
    """`rest` are the applications that are still to be judged. Of the others: the company that renews, the days of renewal, and
    that company again where the applicant's record was merged into its."""

    rest: list[UUID]
    renewing: list[tuple[Any, ...]]


def in_screening(call: Call) -> str:
    """The condition on the application `a`."""
    statuses = ", ".join(literal(each.value) for each in IN_SCREENING)
    return f"a.call_id = {literal(str(call.pk))} AND a.status IN ({statuses})"


def store_all(screening: Screening, call: Call, criteria: Sequence[Criterion], count: int) -> Renewals:
    """Take the criteria for all applications in screening, which are so many and locked; as `storing.store`."""
    compiled, which = compile_criteria(call, criteria), in_screening(call)
    if count < LEAST:
        return renewals(compiled, rows_of(screening, call, compiled, which))
    asked = _question(call, compiled)
    kept = _held(call, asked, count)
    if kept is None or count - kept.count > max(keeping.FEW, count // keeping.ONE_IN):
        anew = "(SELECT application_id AS application, id AS said, renewals FROM taken) t"
        return renewals(compiled, rows_of(screening, call, compiled, which, _kept_of(call, asked, anew)))
    upheld = _uphold(screening, kept, which)
    rows = upheld.renewing
    if upheld.rest:
        listed = ",".join(map(str, upheld.rest))
        rows += rows_of(screening, call, compiled, f"a.id = ANY ({literal(f'{{{listed}}}')}::uuid[])")
    return renewals(compiled, rows)


def _question(call: Call, compiled: Compiled) -> str:
    """Of all that is asked of the call's applications. Reads `call.agency`."""
    rules = [(str(each.pk), each.version) for each in compiled.criteria]
    text = compiled.wide(of_applications(call.agency_id, "true"))
    return hashlib.sha256(f"{rules}\n{text}".encode()).hexdigest()


def _held(call: Call, asked: str, count: int) -> _Held | None:
    """What is kept of so many applications, in the caller's transaction; it waits while `keeping.forget_kept` deletes."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {keeping.KEPT} IN ROW EXCLUSIVE MODE")
        return _newest(cursor, call, asked, count)


def _newest(cursor: Any, call: Call, asked: str, count: int, of_most: int = 1) -> _Held | None:
    cursor.execute(
        f"SELECT id, snapshot, cardinality(rows) FROM {TAKINGS} WHERE call_id = %s AND question = %s AND server = {keeping.SERVER}"  # noqa: S608
        " ORDER BY id DESC LIMIT 1",
        [call.pk, asked],
    )
    row = cursor.fetchone()
    if row is None:
        return None
    most = max(keeping.FEW, count // keeping.ONE_IN) // of_most
    cursor.execute(CHANGED, {"snapshot": row[1], "most": most + 1, "call": call.pk})
    changed, is_void, logged = cursor.fetchone()
    return None if is_void or logged > most else _Held(row[0], row[2], changed)


def _uphold(screening: Screening, kept: _Held, which: str) -> _Upheld:
    """Take again what holds still, of the applications for which `which` holds (a condition on `a`)."""
    sql = f"""
        WITH held AS (
            SELECT h.* FROM {TAKINGS} k, unnest(k.applications, k.rows) AS h (application, said)
            WHERE k.id = %(kept)s AND h.application <> ALL (%(changed)s)
        ), asked AS MATERIALIZED (
            SELECT a.id, a.company_id, h.said FROM programs_application a LEFT JOIN held h ON h.application = a.id
            WHERE {which}
        ), upheld AS (
            INSERT INTO programs_screened (screening_id, application_id, same_as_id)
            SELECT %(screening)s, id, said FROM asked WHERE said IS NOT NULL ORDER BY id
        )
        SELECT q.id, q.said, coalesce(g.kept_id, q.company_id), o.renewals, g.kept_id
        FROM asked q LEFT JOIN naru_merged() g ON g.company_id = q.company_id
        LEFT JOIN (SELECT o.id, o.renewals FROM {TAKINGS} k, unnest(k.renewing) AS r (id)
            JOIN programs_screened o USING (id) WHERE k.id = %(kept)s) o ON o.id = q.said
        WHERE q.said IS NULL OR o.id IS NOT NULL OR g.kept_id IS NOT NULL"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        cursor.execute(sql, {"kept": kept.pk, "changed": kept.changed, "screening": screening.pk})
        rows = cursor.fetchall()
    return _Upheld(
        [row[0] for row in rows if row[1] is None], [row[2:] for row in rows if row[1] is not None]
    )


def _kept_of(call: Call, asked: str, rows: str) -> str:
    """The INSERT that keeps which `rows` (a relation of application, said, renewals) hold as of this statement."""
    return f"""INSERT INTO {TAKINGS} (call_id, server, snapshot, question, applications, rows, renewing)
        SELECT {literal(str(call.pk))}::uuid, {keeping.SERVER}, pg_current_snapshot()::text, {literal(asked)},
            coalesce(array_agg(application ORDER BY application), '{{}}'), coalesce(array_agg(said ORDER BY application), '{{}}'),
            coalesce(array_agg(said) FILTER (WHERE renewals IS NOT NULL), '{{}}')
        FROM {rows}"""  # noqa: S608


def hold(call: Call, criteria: Sequence[Criterion]) -> None:
    """Keep of which applications in screening their last taking holds, where it is not kept or half of what would void it has
    changed since. Not within a transaction; as `keeping.keep`. Reads `call.agency`."""
    compiled = compile_criteria(call, criteria)
    asked, which = _question(call, compiled), in_screening(call)
    try:
        with keeping.reading("SHARE UPDATE EXCLUSIVE", keeping.PATIENCE) as cursor:
            cursor.execute(f"SELECT count(*) FROM programs_application a WHERE {which}")  # noqa: S608
            (count,) = cursor.fetchone()
            if count >= LEAST and _newest(cursor, call, asked, count, of_most=2) is None:
                cursor.execute(f"{SETTINGS}, set_config('enable_nestloop', 'off', true)")
                cursor.execute(_holding(call, compiled, asked, which))
    except DatabaseError as failed:
        keeping.require_not_written(failed)


def _holding(call: Call, compiled: Compiled, asked: str, which: str) -> str:
    """Of each application the last row, where it was taken by the same rules and says what they say now."""
    keys = ", ".join(literal(str(each.pk)) for each in compiled.criteria)
    versions = ", ".join(str(each.version) for each in compiled.criteria)
    return f"""
        WITH last AS (
            SELECT DISTINCT ON (t.application_id) t.application_id, coalesce(t.same_as_id, t.id) AS said
            FROM programs_screened t JOIN programs_application a ON a.id = t.application_id
            WHERE {which} ORDER BY t.application_id, t.id DESC
        ), holds AS (
            SELECT l.application_id AS application, l.said, o.renewals
            FROM last l JOIN programs_screened o ON o.id = l.said
            JOIN programs_screening s ON s.id = o.screening_id
                AND s.criteria = ARRAY[{keys}]::uuid[] AND s.versions = ARRAY[{versions}]::smallint[]
            JOIN ({compiled.wide(of_applications(call.agency_id, which))}) m ON m.subject = l.application_id
            WHERE (m.outcome, m.reason, m.value, m.evidence, m.file, m.as_of, m.renew_by)
                IS NOT DISTINCT FROM (o.outcomes, o.reasons, o.seen, o.evidence, o.files, o.days, o.renewals)
        ) {_kept_of(call, asked, "holds")}"""  # noqa: S608
