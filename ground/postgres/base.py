"""The database as Django speaks to it: writes of single records are planned once on a connection, and a transaction
remembers whether it was told on whose behalf it writes (`ground.audit`)."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

from django.db.backends.postgresql import base
from psycopg.adapt import AdaptersMap
from psycopg.postgres import types
from psycopg.pq import Format

from ground.worded import Keeping

PLAIN_WRITE = re.compile(
    r"""INSERT\ INTO\ "\w+"\ \([^()]*\)\ (?:VALUES\ \(|SELECT\ \*\ FROM\ UNNEST\()
    | UPDATE\ "(\w+)"\ SET\ [^()]*\ WHERE\ "\1"\."id"\ =\ %s$""",
    re.VERBOSE,
)
"""As the ORM puts it: what a value is follows from its column, so the server may plan it without knowing the values."""
INSTANT = types["timestamptz"]
MOST_VALUES = 100
REMEMBERED = 2_000
_written: set[str] = set()
"""What was written once: only what comes again is kept."""


_planned: set[str] = set()


def planned_once(query: str) -> str:
    """A write of our own whose words are always the same, what differs stands in its values: the server keeps it."""
    _planned.add(query)
    return query


class Cursor(Keeping, base.Cursor):
    """Django's cursor; a plain write that comes again is asked as one that the server keeps."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        if options or not _is_kept(query, params):
            return super().execute(query, params, **options)  # type: ignore[misc]
        return self.ask(query, params)


def _is_kept(query: Any, params: Any) -> bool:
    if (
        not params
        or type(query) is not str
        or len(params) > MOST_VALUES
        or not isinstance(params, list | tuple)
    ):
        return False
    if query in _written or query in _planned:
        return True
    if PLAIN_WRITE.match(query):
        if len(_written) >= REMEMBERED:
            _written.clear()
        _written.add(query)
    return False


class DatabaseWrapper(base.DatabaseWrapper):
    """`told` is what the running transaction was told last of its context; whatever may have undone that forgets it."""

    told: Any = None

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        return {**params, "cursor_factory": Cursor, "context": _adapters(params["context"])}

    def _set_autocommit(self, autocommit: bool) -> None:
        self.told = None
        super()._set_autocommit(autocommit)  # type: ignore[misc]

    def _commit(self) -> Any:
        self.told = None
        return super()._commit()  # type: ignore[misc]

    def _rollback(self) -> Any:
        self.told = None
        return super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self.told = None  # afterwards: the statement itself may have been preceded by the context

    def _close(self) -> Any:
        self.told = None
        return super()._close()  # type: ignore[misc]


@cache
def _adapters(template: AdaptersMap) -> AdaptersMap:
    """Django's, with instants read the short way."""
    made = AdaptersMap(template)
    whole: Any = made.get_loader(INSTANT.oid, Format.TEXT)

    class Instants(whole):  # type: ignore[misc]
        """In the connection's zone, which is UTC; what looks otherwise (years before 1, infinity) goes the long way."""

        def load(self, data: Any) -> Any:
            text = str(data, "ascii")
            if text[-3:] == "+00" and self.timezone is dt.UTC:
                try:
                    return dt.datetime.fromisoformat(text)
                except ValueError:
                    return super().load(data)
            return super().load(data)

    made.register_loader(INSTANT.oid, Instants)
    return made
