"""A call's applications screened in one statement: each answer is stored with its reason, in place of the earlier one.

Histories are written by the triggers of the table. An override stays as long as the rule says what it said.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection

from programs.domain.criteria.compiling import compile_criteria
from programs.domain.criteria.plan import OUTCOMES
from programs.domain.criteria.relations import literal, of_applications
from programs.models import Call, Criterion

SAID = ("outcome", "reason_code", "value", "evidence", "evidence_file_id", "rule_version")
"""What an override was given for."""

NEW_ID = (
    "(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'"
    " || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid"
)
"""`ground.ids.new_id` in SQL."""


def store(call: Call, which: str, *, at: dt.datetime) -> int:
    """Take all criteria of the call for the applications for which `which` holds (a condition on `a`); how many answers.

    Reads `call.agency`; the caller holds the call's lock.
    """
    criteria = list(Criterion.objects.filter(call=call).order_by("position", "id"))
    if not criteria:
        return 0
    explained = compile_criteria(call, criteria).explained(of_applications(call.agency_id, which))
    outcome = " ".join(f"WHEN {code} THEN {literal(name.value)}" for code, name in OUTCOMES.items())
    agency, of_call = literal(str(call.agency_id)), literal(str(call.pk))
    said = ", ".join(f"was.{name}" for name in SAID), ", ".join(f"excluded.{name}" for name in SAID)
    is_same = f"({said[0]}) IS NOT DISTINCT FROM ({said[1]})"
    kept = ", ".join(
        f"{name} = CASE WHEN {is_same} THEN was.{name} ELSE {nothing} END"
        for name, nothing in (
            ("override", "''"), ("override_reason", "''"), ("override_by_id", "NULL"), ("approval_id", "NULL"),
        )
    )  # fmt: skip
    taken = ", ".join(f"{name} = excluded.{name}" for name in (*SAID, "as_of", "renew_by", "taken_at"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO programs_criterionresult AS was (id, agency_id, application_id, criterion_id, call_id, outcome,
              reason_code, value, evidence, evidence_file_id, as_of, renew_by, rule_version, taken_at, override,
              override_reason)
            SELECT {NEW_ID}, {agency}, found.subject, found.criterion, {of_call}, CASE found.outcome {outcome} END,
              found.reason, found.value, found.evidence, found.file, found.as_of, found.renew_by, c.version,
              {literal(at.isoformat())}::timestamptz, '', ''
            FROM ({explained}) found JOIN programs_criterion c ON c.id = found.criterion
            ON CONFLICT (application_id, criterion_id) DO UPDATE SET {taken}, {kept}"""
        )
        return int(cursor.rowcount)
