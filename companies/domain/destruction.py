"""Personal data that are no longer needed are destroyed: blanked in the record and in its history.

Facts, totals and the number of history rows stay. It is done by the SQL function `naru_destroy_personal`, which only the
database role `naru_destroyer` may call, and only for columns that a model names in `personal`: their comment in the
database says so. Each call leaves a `DestructionRecord`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection, connections, models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import agencies_of
from companies.models import Company, DestructionRecord, Invitation
from ground import clock
from ground.access import Role
from ground.audit import because
from ground.errors import RuleBroken
from ground.history import event_model
from ground.personal import personal_columns

ROLE = "naru_destroyer"
FUNCTION = "naru_destroy_personal(text, text[], uuid[], text, uuid)"


@dataclass(frozen=True)
class Batch:
    """Personal columns of some records of one model."""

    model: type[models.Model]
    columns: tuple[str, ...]
    ids: tuple[UUID, ...]


def destroy(company: Company, *, reason: str, by: User) -> list[DestructionRecord]:
    """Blank every personal column of the company's records, in all tables and their histories, and return what stays.

    Open invitations are withdrawn first. All tables are blanked in one transaction of the destroyer. A second time there
    is nothing left to do. Refused: `reason_missing`, `not_allowed` (managers and the operator), `no_destroyer` (the role
    cannot be reached), `reason_personal` (the reason repeats what is to be destroyed).
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the data are destroyed."))
    if not by.is_active or not (by.is_operator or agencies_of(by, Role.MANAGER)):
        raise RuleBroken("not_allowed", _("Only managers and the operator may have personal data destroyed."))
    with because(reason.strip()), transaction.atomic():
        Invitation.objects.filter(
            company=company, accepted_at__isnull=True, withdrawn_at__isnull=True
        ).update(withdrawn_at=clock.now())
    made: list[UUID] = []
    batches = list(personal_records(company))
    if batches:
        with _destroyer_session() as session:
            for batch in batches:
                made.append(_destroy(session, batch, reason.strip(), by))
    return list(DestructionRecord.objects.filter(pk__in=made).order_by("subject"))


def personal_records(company: Company) -> Iterator[Batch]:
    """The company's records that still hold something personal, be it only in the history (deleted ones, too)."""
    columns: dict[type[models.Model], list[str]] = {}
    for model, name, _why in personal_columns():
        columns.setdefault(model, []).append(name)
    for model, names in columns.items():
        events = event_model(model)
        way = _way_to_company(model)
        if events is None or way is None:
            continue
        ids = set(_filled(model, names).filter(**{way: company}).values_list("pk", flat=True))
        in_history = [
            name for name in names if name in {field.name for field in events._meta.concrete_fields}
        ]
        if in_history:
            rows = _filled(events, in_history).filter(**{way: company.pk})
            ids |= set(rows.values_list("pgh_obj_id", flat=True))
        if ids:
            fields = tuple(_column(model, name) for name in names)
            yield Batch(model, fields, tuple(sorted(ids)))


def _filled(model: type[models.Model], names: list[str]) -> models.QuerySet[Any]:
    """Rows in which one of the columns is not blank."""
    found = models.Q()
    for name in names:
        blank: Any = {} if isinstance(model._meta.get_field(name), models.JSONField) else ""
        found |= ~models.Q(**{name: blank}) & models.Q(**{f"{name}__isnull": False})
    return model._default_manager.filter(found)


def _way_to_company(model: type[models.Model]) -> str | None:
    """How a record leads to its company: by itself, or by a record that it hangs on."""
    for field in model._meta.concrete_fields:
        if field.name == "company" and field.related_model is Company:
            return "company"
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and issubclass(target, models.Model) and target is not Company:
            names = {each.name: each.related_model for each in target._meta.concrete_fields}
            if names.get("company") is Company:
                return f"{field.name}__company"
    return None


def _column(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def _destroy(session: psycopg.Connection[Any], batch: Batch, reason: str, by: User) -> UUID:
    try:
        row = session.execute(
            "SELECT naru_destroy_personal(%s, %s, %s, %s, %s)",
            [batch.model._meta.db_table, list(batch.columns), list(batch.ids), reason, by.pk],
        ).fetchone()
    except psycopg.errors.RaiseException as error:
        if "the reason repeats" in str(error):
            raise RuleBroken(
                "reason_personal",
                _("The reason repeats what is to be destroyed. Give a reason without names."),
            ) from error
        raise
    assert row is not None
    made: UUID = row[0]
    return made


@contextmanager
def _destroyer_session() -> Iterator[psycopg.Connection[Any]]:
    """A session of the destroyer's own: DATABASE_DESTROY_URL, or the embedded server."""
    url = os.environ.get("DATABASE_DESTROY_URL", "")
    facts = connection.get_connection_params()
    try:
        if url:
            session = psycopg.connect(url, connect_timeout=10)
        elif settings.IS_EMBEDDED:
            place = {name: facts[name] for name in ("dbname", "host", "port") if facts.get(name)}
            session = psycopg.connect(**place, user=ROLE, connect_timeout=10)
        else:
            raise RuleBroken(
                "no_destroyer",
                _("Set DATABASE_DESTROY_URL: destruction needs the database role naru_destroyer."),
            )
    except psycopg.OperationalError as error:
        raise RuleBroken(
            "no_destroyer",
            _("The database lets the role naru_destroyer not in. Have it created and its address set."),
        ) from error
    with session:
        yield session


def arm_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Runs once, after the last app's migrations."""
    if sender is list(apps.get_app_configs())[-1]:
        arm(using)


def arm(using: str = "default") -> None:
    """Mark the personal columns in the database and let the destroyer, if there is one, call the function (idempotent).
    Tables that are not there (migrations taken back) are passed over."""
    with connections[using].cursor() as cursor:
        tables = set(connections[using].introspection.table_names(cursor))
        cursor.execute(
            "SELECT c.relname, a.attname, col_description(c.oid, a.attnum) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE c.relnamespace = 'public'::regnamespace AND col_description(c.oid, a.attnum) LIKE 'personal:%'"
        )
        known = {(table, column): comment for table, column, comment in cursor.fetchall()}
        wanted = {
            (model._meta.db_table, _column(model, name)): f"personal: {why.months} months"
            for model, name, why in personal_columns()
            if model._meta.db_table in tables
        }
        quote = connections[using].ops.quote_name
        for (table, column), comment in wanted.items():
            if known.get((table, column)) != comment:
                cursor.execute(f"COMMENT ON COLUMN {quote(table)}.{quote(column)} IS '{comment}'")
        for table, column in known.keys() - wanted.keys():
            cursor.execute(f"COMMENT ON COLUMN {quote(table)}.{quote(column)} IS NULL")
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s AND to_regprocedure(%s) IS NOT NULL", [ROLE, FUNCTION]
        )
        if cursor.fetchone() is None:
            return
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO {ROLE}")
