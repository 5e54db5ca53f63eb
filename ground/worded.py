"""Questions to the database that are put into words once in a process and planned once on a connection: each page of the
intake asks them, and wording and planning one takes longer than answering it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cache, update_wrapper
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import QuerySet

Row = TypeVar("Row")


class Worded(Generic[Row]):
    """A question about keys, asked as a function: `question(key, …)` gives its rows, in one query.

    What it is made from gives the queryset for the keys. That is called once, so nothing in it may hang on anything else:
    on the clock only as `ClockNow()` and `ClockToday()`, not on who asks, the language or a setting. It prefetches nothing,
    and each key stands by itself, in no list. With `select_for_update` it is asked within a transaction.
    """

    def __init__(self, question: Callable[..., QuerySet[Any, Row]]) -> None:
        update_wrapper(self, question)
        self.question = question
        self.words = cache(self._put)

    def __call__(self, *keys: UUID) -> list[Row]:
        queryset, compiler, sql, values = self.words(len(keys))
        if queryset.query.select_for_update and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("a lock belongs to a transaction")
        meant: dict[Any, UUID] = dict(zip(_somethings(len(keys)), keys, strict=True))
        asked = copy(compiler)
        asked.connection = _Connection()
        said = tuple(meant.get(value, value) if isinstance(value, UUID) else value for value in values)
        asked.as_sql = lambda *_args, **_options: (sql, said)
        return list(queryset._iterable_class(_Asked(queryset, asked)))

    def first(self, *keys: UUID) -> Row | None:
        """The only row, or the first in the order of the question."""
        return next(iter(self(*keys)), None)

    def _put(self, count: int) -> tuple[Any, Any, str, tuple[Any, ...]]:
        queryset = self.question(*_somethings(count))
        compiler = queryset.query.get_compiler(connection=connection)
        sql, values = compiler.as_sql()
        return queryset, compiler, sql, values


def worded(question: Callable[..., QuerySet[Any, Row]]) -> Worded[Row]:
    """Have a question put into words once."""
    return Worded(question)


@cache
def _somethings(count: int) -> tuple[UUID, ...]:
    """Keys that stand for those that are asked about."""
    return tuple(UUID(int=each) for each in range(1, count + 1))


class _Kept(ServerBindingCursor):
    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        server: Any = self.connection  # type: ignore[attr-defined]
        before, server.prepare_threshold = server.prepare_threshold, 0
        try:
            return super().execute(query, params)  # type: ignore[misc]
        finally:
            server.prepare_threshold = before
            self._query = SimpleNamespace(
                query=query.encode()
            )  # what is shown of it where queries are counted


def keeping_cursor() -> Any:
    """A cursor whose statements the server keeps with their plan, for the next time that they are asked on this connection.
    One statement at a time, whose words are always the same: what differs stands in the values."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    wrapper.close_if_health_check_failed()
    wrapper.ensure_connection()
    return wrapper._prepare_cursor(_Kept(wrapper.connection))  # type: ignore[call-arg]


class _Connection:
    """The connection as the compiler sees it, with cursors that keep plans."""

    def __getattr__(self, name: str) -> Any:
        return getattr(connection, name)

    def cursor(self) -> Any:
        return keeping_cursor()


class _Asked:
    """The queryset as Django's own iteration over its rows sees it, with the words that are there."""

    def __init__(self, queryset: Any, compiler: Any) -> None:
        self._queryset, self._compiler = queryset, compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queryset, name)

    @property
    def query(self) -> _Asked:
        return _Asked(self._queryset.query, self._compiler)

    def get_compiler(self, *_args: Any, **_options: Any) -> Any:
        return self._compiler
