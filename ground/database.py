"""Rights in the database: the owner migrates, the web and the worker are plain.

After each migration the plain role gets what it needs on each table and no more: rows of domain tables, reading of
histories, inserting (never changing) of ledger lines; calling of named functions with the owner's rights, which nobody else may. Trigger functions of the history run with the owner's rights.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections

READ_ONLY_TABLES = {"ground_clock_shift", "django_migrations"}
"""Tables that the web and the worker read; floors add theirs in `ready()`."""
INSERT_ONLY_TABLES: set[str] = set()
"""Tables whose rows stay as they came; floors add theirs in `ready()`."""
OWNERS_FUNCTIONS: set[str] = set()
"""Functions with the owner's rights that the web and the worker call, and nobody else; floors add theirs in `ready()`."""


VIEWS: set[str] = set()
"""Views, which the web and the worker read; floors add theirs in `ready()`."""


def grant_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Runs once, after the last app's migrations."""
    if sender.name == settings.INSTALLED_APPS[-1].removesuffix(".apps.ReportsConfig"):
        grant(using)


def grant(using: str = "default") -> None:
    """Give the plain role its rights anew (idempotent)."""
    role = settings.NARU_WEB_ROLE
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            return
        cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
        cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND (c.relkind IN ('r','p') OR c.relkind = 'v' AND c.relname = ANY (%s))",
            [list(VIEWS)],
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            if is_history(table) or table in READ_ONLY_TABLES or table in VIEWS:
                rights = "SELECT"
            elif any(table == base or table.startswith(f"{base}_p") for base in INSERT_ONLY_TABLES):
                rights = "SELECT, INSERT"
            else:
                rights = "SELECT, INSERT, UPDATE, DELETE"
            cursor.execute(f'REVOKE ALL ON "{table}" FROM "{role}"')
            cursor.execute(f'GRANT {rights} ON "{table}" TO "{role}"')
        _close_functions(cursor, role)
        _harden_triggers(cursor)


def _close_functions(cursor: Any, role: str) -> None:
    """A migration that makes a function anew leaves it to everybody, as the database does with any."""
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = ANY(%s)",
        [sorted(OWNERS_FUNCTIONS)],
    )
    for (function,) in cursor.fetchall():
        cursor.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        cursor.execute(f'GRANT EXECUTE ON FUNCTION {function} TO "{role}"')


def is_history(table: str) -> bool:
    return table.endswith("event") and table not in {"ground_outbox_event", "ground_handled_event"}


def _harden_triggers(cursor: Any) -> None:
    """History triggers write with the owner's rights, and the plain role cannot switch a trigger off.

    `pgtrigger.ignore` is a session setting that any role may set; only the owner's sessions are obeyed.
    """
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
        " AND p.proname LIKE 'pgtrigger_%' AND p.prosrc LIKE '%pgh_created_at%' AND NOT p.prosecdef"
    )
    for (function,) in cursor.fetchall():
        cursor.execute(f"ALTER FUNCTION {function} SECURITY DEFINER SET search_path = public, pg_temp")
    cursor.execute("SELECT p.prosrc FROM pg_proc p WHERE p.proname = '_pgtrigger_should_ignore'")
    row = cursor.fetchone()
    if row and "pg_has_role" not in row[0]:
        cursor.execute(_SHOULD_IGNORE)


_SHOULD_IGNORE = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $$
DECLARE
    _pgtrigger_ignore TEXT[];
    _result BOOLEAN;
BEGIN
    IF NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = 'public.django_migrations'::regclass),
                       'MEMBER') THEN
        RETURN FALSE;
    END IF;
    BEGIN
        SELECT INTO _pgtrigger_ignore CURRENT_SETTING('pgtrigger.ignore');
        EXCEPTION WHEN OTHERS THEN
    END;
    IF _pgtrigger_ignore IS NOT NULL THEN
        SELECT trigger_name = ANY(_pgtrigger_ignore) INTO _result;
        RETURN _result;
    END IF;
    RETURN FALSE;
END; $$ LANGUAGE plpgsql;
"""
