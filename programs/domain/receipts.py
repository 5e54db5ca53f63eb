"""Numbers of receipts (접수번호): of each call one after the other, without gaps."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from ground.postgres.base import planned_once
from programs.models import Call

NUMBERING = planned_once(
    """INSERT INTO programs_receiptcounter AS c (call_id, last) VALUES (%s, 1)
    ON CONFLICT (call_id) DO UPDATE SET last = c.last + 1 RETURNING last"""
)
RECOUNTING = """INSERT INTO programs_receiptcounter AS c (call_id, last)
    SELECT a.call_id, count(*) FROM programs_submission s JOIN programs_application a ON a.id = s.application_id
    WHERE a.call_id = %s GROUP BY 1
    ON CONFLICT (call_id) DO UPDATE SET last = greatest(c.last, EXCLUDED.last)"""


def next_of(call: Call) -> str:
    """`CALL-0007`, unique and without gaps; whoever has a number holds the call's counter until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERING, [call.pk])
        (number,) = cursor.fetchone()
    return f"{call.code}-{number:04d}"


def recount(call: UUID) -> None:
    """The counter is as high as receipts were given: a process that does not know it may have given some meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(RECOUNTING, [call])
