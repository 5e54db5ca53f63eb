"""History of every domain table: who changed what, when, why and from where.

Triggers write a row for each insert, update and delete (also of bulk and raw SQL) into an append-only table beside the
record's. The web role may neither write nor change those tables: the triggers run with the owner's rights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

import pghistory
from django.db import DEFAULT_DB_ALIAS, connections, models
from pghistory import config as pghistory_config
from pghistory import runtime
from pgtrigger import registry

from ground.worded import Told, speaker, tell

M = TypeVar("M", bound=type[models.Model])

# Tables without a history, each with its reason. A test holds this list against all tables.
WITHOUT_HISTORY: dict[str, str] = {
    "ground_outbox_event": "work to be done, kept until it is done; what it did is in the records it touched",
    "ground_handled_event": "the outbox's own bookkeeping",
    "ground_message": "mails: bodies with codes are wiped after sending and must stand nowhere else",
    "ground_clock_shift": "the demonstration's clock; only the owner of the database writes it",
    "ground_login_cache": "counters of sign-in attempts",
    "django_session": "secrets",
    "django_migrations": "the schema's own history",
    "django_content_type": "names of models",
    "auth_permission": "not used: the access table says who may",
    "auth_group": "not used: the access table says who may",
    "auth_group_permissions": "not used: the access table says who may",
    "django_admin_log": "the admin's own log; the record's history is the one that counts",
    "account_emailaddress": "addresses of people who sign in; the user's record has the history",
    "account_emailconfirmation": "secrets",
    "mfa_authenticator": "secrets",
    "usersessions_usersession": "sessions",
    "guidance_surveyreply": "kept without who answered: a history would say when it was sent, and by which request",
    "guidance_surveyanswer": "kept without who answered: a history would say when it was sent, and by which request",
    "guidance_readingcount": "numbers of readings by day, of readers that nobody knows",
    "reports_batch_sum": "sums of ledger lines, which stay as they came",
    "reports_rollup_month": "sums of ledger lines, which stay as they came",
    "reports_rollup_cell": "sums of ledger lines, which stay as they came",
    "reports_rollup_group": "sums of ledger lines, which stay as they came",
    "reports_rollup_orders": "sums of ledger lines, which stay as they came",
    "reports_rollup_change": "what makes kept sums out of date; what changed stands in the histories and in the ledger",
    "reports_cohort_store": "sums of ledger lines, which stay as they came",
    "reports_cohort_cell": "sums of ledger lines, which stay as they came",
    "reports_paid_month": "sums of ledger lines, which stay as they came",
    "reports_paid_cell": "sums of ledger lines, which stay as they came",
    "reports_customs_sum": "sums of ledger lines, which stay as they came",
    "reports_short_stock": "found in shipments and ledger lines, which stay as they came",
    "reports_counted_store": "sums of ledger lines, which stay as they came",
    "reports_order_count": "sums of ledger lines, which stay as they came",
    "reports_cohort_company": "sums of ledger lines, which stay as they came",
    "reports_seen_line": "the newest export that showed a line, so that an older one changes nothing; no figure reads it",
    "companies_registerchange": "whose facts changed; what changed stands in the histories",
    "programs_keptregister": "kept answers to questions, of which everything can be asked again",
    "programs_keptoutcomes": "kept answers to questions, of which everything can be asked again",
    "programs_holding": "answers that were found to hold, which stay as they came, or go where no screening named them",
    "programs_held": "answers that were found to hold, which stay as they came, or go where no screening named them",
    "programs_kepttaking": "which answers were found to hold, which can be asked again",
    "programs_receiptcounter": "the number in the newest receipt; the receipts have it",
    "pghistory_context": "not used: each history row carries its own context",
}


class _Indexed(registry._Registry):
    """The library's list of triggers; its own looks through all that are there for each new one, a third of a start."""

    def __init__(self, there: registry._Registry) -> None:
        self.names: set[str] = set()
        self.tables: dict[tuple[str, str], Any] = {}
        super().__init__(there)

    @property
    def pg_function_names(self) -> set[str]:
        return self.names

    @property
    def by_db_table(self) -> dict[tuple[str, str], Any]:
        return self.tables

    def __setitem__(self, uri: str, entry: Any) -> None:
        super().__setitem__(uri, entry)  # type: ignore[no-untyped-call]
        model, trigger = entry
        self.names.add(trigger.get_pgid(model))
        self.tables[model._meta.db_table, trigger.name] = trigger

    def __delitem__(self, uri: str) -> None:
        model, trigger = self[uri]
        super().__delitem__(uri)  # type: ignore[no-untyped-call]
        self.names.discard(trigger.get_pgid(model))
        del self.tables[model._meta.db_table, trigger.name]


registry._registry = _Indexed(registry._registry)


_prepended = runtime._inject_history_context
TELLING = (
    "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"
)


def _told(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """A transaction is told on whose behalf it writes before its first write, and again when that has changed or was rolled
    back with a savepoint; the library says it anew before each. Outside of a transaction each write carries it, as there."""
    connection = context["connection"]
    if not connection.in_atomic_block:
        return _prepended(execute, sql, params, many, context)
    if runtime._can_inject_variable(context["cursor"], sql):  # type: ignore[no-untyped-call]
        key, metadata = runtime._tracker.value
        if connection.told != (key, metadata):
            text = json.dumps(metadata, cls=pghistory_config.json_encoder())
            with connection.wrap_database_errors:
                tell(connection.connection, TELLING, [str(key), text])
            connection.told = (key, dict(metadata))
    return execute(sql, params, many, context)


runtime._inject_history_context = _told


@speaker
def _at_the_beginning() -> Told | None:
    """A transaction that begins with a kept statement is told in the same errand."""
    context = getattr(runtime._tracker, "value", None)
    if context is None:
        return None
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    key, metadata = context
    text = json.dumps(metadata, cls=pghistory_config.json_encoder())

    def is_said() -> None:
        wrapper.told = (key, dict(metadata))

    return Told(TELLING, [str(key), text], is_said)


def tracked(exclude: Sequence[str] = ()) -> Callable[[M], M]:
    """Give a model its append-only history. `exclude` names secret columns (password hashes, seeds)."""

    def wrap(model: M) -> M:
        return cast(
            M,
            pghistory.track(
                pghistory.InsertEvent(),
                pghistory.UpdateEvent(),
                pghistory.DeleteEvent(),
                append_only=True,
                exclude=list(exclude) or None,
            )(model),
        )

    return wrap


def because(reason: str, **facts: Any) -> AbstractContextManager[Any]:
    """Everything written inside carries `reason` (and further facts) in its history."""
    return cast("AbstractContextManager[Any]", pghistory.context(reason=reason, **facts))


def noting(**facts: Any) -> AbstractContextManager[Any]:
    """Everything written inside carries these facts, too; a surrounding `because` keeps them until it ends or notes others."""
    return cast("AbstractContextManager[Any]", pghistory.context(**facts))
