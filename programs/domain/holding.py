"""What was taken of a call's applications and holds still: screening all of them judges only those of whom it may not.

Each application was taken before, when it was submitted if not since. Kept is a list of the applications of which the criteria
say what a row of that taking says (`Holding`), as of a snapshot of the database; the changes that the snapshot does not see are
known as in `keeping`, with those of applications, their answers and documents. The screening upholds the list but for those of
whom it may not hold any more (`Upheld`), a row for all of them; these and who is not in the list are judged.

The question is the SQL that would be asked, with the criteria and their versions. Calls with fewer than `LEAST`
applications in screening are judged whole: that is done before anybody waits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from programs.domain import keeping
from programs.domain.criteria.compiling import Compiled, compile_criteria
from programs.domain.criteria.relations import SETTINGS, literal, of_applications
from programs.domain.criteria.storing import Renewals, renewals, rows_of
from programs.models import Application, Call, Criterion, KeptTaking, Screening, Upheld

IN_SCREENING = (Application.Status.SUBMITTED, Application.Status.RETURNED)
LEAST = 1000
TAKINGS = KeptTaking._meta.db_table
OF_FEW = "SELECT set_config('random_page_cost', '1.1', true)"
"""For one transaction: the facts of few companies are looked up one by one, for they are in memory since the last time; read
through were whole tables."""
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
    """What is kept of a call's applications: the list, of how many, and which of them changed since."""

    pk: int
    holding: int
    count: int
    changed: list[UUID]


def in_screening(call: Call) -> str:
    """The condition on the application `a`."""
    statuses = ", ".join(literal(each.value) for each in IN_SCREENING)
    return f"a.call_id = {literal(str(call.pk))} AND a.status IN ({statuses})"


def store_all(screening: Screening, call: Call, criteria: Sequence[Criterion], count: int) -> Renewals:
    """Take the criteria for all applications in screening, which are so many and locked; as `storing.store`."""
    compiled, which = compile_criteria(call, criteria), in_screening(call)
    if count < LEAST:
        return renewals(criteria, rows_of(screening, call, compiled, which))
    asked = _question(call, compiled)
    kept = _held(call, asked, count)
    if kept is None or count - kept.count > max(keeping.FEW, count // keeping.ONE_IN):
        anew = "(SELECT application_id AS application, id AS said, renewals FROM taken) t"
        return renewals(
            criteria, rows_of(screening, call, compiled, which, _kept_of(call, compiled, asked, anew))
        )
    rest, rows = _uphold(screening, kept, which)
    if rest:
        with connection.cursor() as cursor:
            cursor.execute(OF_FEW)
        listed = ",".join(map(str, rest))
        rows += rows_of(screening, call, compiled, f"a.id = ANY ({literal(f'{{{listed}}}')}::uuid[])")
    return renewals(criteria, rows)


def _question(call: Call, compiled: Compiled) -> str:
    """Of all that is asked of the call's applications, with the day where the answer depends on it. Reads `call.agency`."""
    rules = [(str(each.pk), each.version) for each in compiled.criteria]
    text = compiled.wide(of_applications(call.agency_id, "true")) + compiled.plan.of_day()
    return hashlib.sha256(f"{rules}\n{text}".encode()).hexdigest()


def _held(call: Call, asked: str, count: int) -> _Held | None:
    """What is kept of so many applications, in the caller's transaction; it waits while `keeping.forget_kept` deletes."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {keeping.KEPT} IN ROW EXCLUSIVE MODE")
        return _newest(cursor, call, asked, count)


def _newest(cursor: Any, call: Call, asked: str, count: int, of_most: int = 1) -> _Held | None:
    cursor.execute(
        f"SELECT id, snapshot, holding_id, count FROM {TAKINGS} WHERE call_id = %s AND question = %s AND server = {keeping.SERVER}"  # noqa: S608
        " ORDER BY id DESC LIMIT 1",
        [call.pk, asked],
    )
    row = cursor.fetchone()
    if row is None:
        return None
    most = max(keeping.FEW, count // keeping.ONE_IN) // of_most
    cursor.execute(CHANGED, {"snapshot": row[1], "most": most + 1, "call": call.pk})
    changed, is_void, logged = cursor.fetchone()
    is_worth_it = logged <= most and row[3] - count <= most
    return _Held(row[0], row[2], row[3], changed) if is_worth_it and not is_void else None


def _uphold(screening: Screening, kept: _Held, which: str) -> tuple[list[UUID], list[tuple[Any, ...]]]:
    """Say of the applications for which `which` holds (a condition on `a`) what the list says that is kept, but for those that
    changed. Which are still to be judged; of the others, as `rows_of`, what is to be renewed."""
    sql = f"""
        WITH asked AS (SELECT a.id, a.company_id FROM programs_application a WHERE {which}),
        held AS (SELECT application_id, said_id FROM programs_held WHERE holding_id = %(holding)s),
        changed AS (SELECT unnest(%(changed)s::uuid[]) AS id),
        renewing AS (SELECT o.id, o.renewals FROM {TAKINGS} k, unnest(k.renewing) AS r (id) JOIN programs_screened o USING (id)
            WHERE k.id = %(kept)s)
        SELECT a.id, h.application_id, c.id IS NOT NULL, coalesce(g.kept_id, a.company_id), o.renewals, g.kept_id
        FROM asked a FULL JOIN held h ON h.application_id = a.id
        LEFT JOIN changed c ON c.id = coalesce(a.id, h.application_id)
        LEFT JOIN renewing o ON o.id = h.said_id LEFT JOIN naru_merged() g ON g.company_id = a.company_id
        WHERE a.id IS NULL OR h.application_id IS NULL OR c.id IS NOT NULL OR o.id IS NOT NULL OR g.kept_id IS NOT NULL"""  # noqa: S608
    rest, without, renewing = [], [], []
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS)
        cursor.execute(sql, {"kept": kept.pk, "holding": kept.holding, "changed": kept.changed})
        for asked, held, is_changed, *renews in cursor.fetchall():
            if asked is not None and held is not None and not is_changed:
                renewing.append(tuple(renews))
                continue
            if asked is not None:
                rest.append(asked)
            if held is not None:
                without.append(held)
    if len(without) < kept.count:
        Upheld.objects.create(screening=screening, holding_id=kept.holding, without=sorted(without))
    return rest, renewing


def _kept_of(call: Call, compiled: Compiled, asked: str, rows: str) -> str:
    """The tables by which is kept that these `rows` (a relation of application, said, renewals) hold as of this statement."""
    return f"""list AS (
            INSERT INTO programs_holding (call_id, criteria, versions)
            VALUES ({literal(str(call.pk))}, {_criteria(compiled)}, {_versions(compiled)}) RETURNING id
        ), listed AS (
            INSERT INTO programs_held (holding_id, application_id, said_id)
            SELECT list.id, application, said FROM list, {rows} ORDER BY application
        ), kept AS (
            INSERT INTO {TAKINGS} (call_id, server, snapshot, question, holding_id, count, renewing)
            SELECT {literal(str(call.pk))}::uuid, {keeping.SERVER}, pg_current_snapshot()::text, {literal(asked)},
                (SELECT id FROM list), count(*), coalesce(array_agg(said) FILTER (WHERE renewals IS NOT NULL), '{{}}')
            FROM {rows})"""  # noqa: S608


def _criteria(compiled: Compiled) -> str:
    return f"ARRAY[{', '.join(literal(str(each.pk)) for each in compiled.criteria)}]::uuid[]"


def _versions(compiled: Compiled) -> str:
    return f"ARRAY[{', '.join(str(each.version) for each in compiled.criteria)}]::smallint[]"


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
    """Of each application the last row of its own, where it was taken by the same rules and says what they say now."""
    return f"""
        WITH last AS (
            SELECT DISTINCT ON (t.application_id) t.application_id, t.id AS said
            FROM programs_screened t JOIN programs_application a ON a.id = t.application_id
            WHERE {which} ORDER BY t.application_id, t.id DESC
        ), holds AS (
            SELECT l.application_id AS application, l.said, o.renewals
            FROM last l JOIN programs_screened o ON o.id = l.said
            JOIN programs_screening s ON s.id = o.screening_id
                AND s.criteria = {_criteria(compiled)} AND s.versions = {_versions(compiled)}
            JOIN ({compiled.wide(of_applications(call.agency_id, which))}) m ON m.subject = l.application_id
            WHERE (m.outcome, m.reason, m.value, m.evidence, m.file, m.as_of, m.renew_by)
                IS NOT DISTINCT FROM (o.outcomes, o.reasons, o.seen, o.evidence, o.files, o.days, o.renewals)
        ), {_kept_of(call, compiled, asked, "holds")}
        SELECT"""  # noqa: S608


def forget_unnamed() -> None:
    """After `keeping.forget_kept`: lists of answers that no screening has upheld and none will any more go, too. Who is about to
    uphold one is waited for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {keeping.KEPT} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            "WITH gone AS (DELETE FROM programs_holding h WHERE NOT EXISTS (SELECT FROM programs_upheld u WHERE u.holding_id = h.id)"  # noqa: S608
            f" AND NOT EXISTS (SELECT FROM {TAKINGS} k WHERE k.holding_id = h.id) RETURNING h.id)"
            " DELETE FROM programs_held USING gone WHERE holding_id = gone.id"
        )
