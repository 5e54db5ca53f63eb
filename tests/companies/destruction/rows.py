"""What stands in the tables before and after, and whose names must be gone."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from django.db import connection

from ground.personal import Goes, personal_columns
from reports.domain.verifying.history import histories

NAMED = [
    "김서강",
    "옛이름",
    "ceo1@firm.example",
    "old@firm.example",
    "010-0000-0001",
    "guest@firm.example",
    "김대표",
    "담당이",
    "친구이",
    "물음이",
    "통화이",
    "안내물음이",
    "참석이",
]


def session(role: str) -> psycopg.Connection:
    facts = connection.get_connection_params()
    wanted = {name: facts[name] for name in ("dbname", "host", "port") if facts.get(name)}
    return psycopg.connect(**wanted, user=role)


def content() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the floors, by table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
            " AND relname ~ '^(companies|programs|guidance|accounts|reports)_'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t')
            rows = [json.loads(row) if isinstance(row, str) else row for (row,) in cursor.fetchall()]
            found[table] = sorted(rows, key=lambda row: str(row.get("pgh_id", row.get("id"))))
    return found


def personal() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for model, column, _why in personal_columns(Goes.WITH_COMPANY):
        for table in (model._meta.db_table, f"{model._meta.db_table}event"):
            found.setdefault(table, set()).add(column)
    return found


def everything() -> str:
    rows = content()
    with connection.cursor() as cursor:
        for table in ("ground_message", "ground_outbox_event", "account_emailaddress"):
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            rows[table] = [row for (row,) in cursor.fetchall()]
    return json.dumps(rows, ensure_ascii=False)


def histories_that_differ():
    return (each for each in histories() if not isinstance(each, int))
