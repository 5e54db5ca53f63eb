"""Questions to the database that are put into words once in a process and planned once on a connection: each page of the
intake asks them, and wording and planning one takes longer than answering it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, update_wrapper
from itertools import count, zip_longest
from types import SimpleNamespace
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.db import InterfaceError as InterfaceFailure
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from psycopg import Error, InterfaceError
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import execute, fetch_many
from psycopg.pq import TransactionStatus

Row = TypeVar("Row")
T = TypeVar("T")


class Worded(Generic[Row]):
    """A question about keys, asked as a function: `question(key, …)` gives its rows, in one query.

    What it is made from gives the queryset for the keys: of records, or texts; one that is a number says so (`: int`). That
    is called once, so nothing in it may hang on anything else: on the clock only as `ClockNow()` and `ClockToday()`, not on
    who asks, the language or a setting. It prefetches nothing, and each key stands by itself, in no list. With `select_for_update` it is asked within a transaction.
    """

    def __init__(self, question: Callable[..., QuerySet[Any, Row]]) -> None:
        update_wrapper(self, question)
        self.question = question
        self.words = cache(self._put)

    def __call__(self, *keys: UUID | str | int) -> list[Row]:
        return self.words(len(keys)).ask(keys)

    def first(self, *keys: UUID | str | int) -> Row | None:
        """The only row, or the first in the order of the question."""
        return next(iter(self(*keys)), None)

    def _put(self, count: int) -> _Words:
        kinds = [kind for name, kind in self.question.__annotations__.items() if name != "return"]
        somethings = [
            _NUMBER + place if kind == "int" else each
            for place, (kind, each) in enumerate(zip_longest(kinds[:count], _somethings(count)))
        ]
        return _Words(self.question(*somethings), somethings)


def worded(question: Callable[..., QuerySet[Any, Row]]) -> Worded[Row]:
    """Have a question put into words once."""
    return Worded(question)


_NUMBER = -(2**61)
"""Numbers that stand for those that are asked about are less than any key."""


@cache
def _somethings(count: int) -> tuple[UUID, ...]:
    """Keys that stand for those that are asked about."""
    return tuple(UUID(int=each) for each in range(1, count + 1))


class Keeping:
    """What a cursor needs in order to have a statement kept by the server, with its plan."""

    def ask(self, query: str, params: Any = None) -> Any:
        """As psycopg executes what it has prepared, without looking for the statement's placeholders each time: that takes
        longer than the server needs for the answer."""
        server: Any = self.connection  # type: ignore[attr-defined]
        try:
            with server.lock:
                server.wait(self._ask(query, () if params is None else params))
        except BaseException as failure:
            _leave_if_interrupted(server)
            if isinstance(failure, Error):
                raise failure.with_traceback(None) from None
            raise
        self._query = SimpleNamespace(query=query.encode())  # what is shown of it where queries are counted
        return self

    def _ask(self, query: str, params: Sequence[Any]) -> Iterator[Any]:
        mine: Any = self
        if is_to_begin(mine.connection):
            (results,) = yield from self._errand([(query, params)])
            mine._check_results(results)
            mine._set_results(results)
            return
        self._clear()
        name, values, formats = yield from self._prepared(query, params)
        server = mine.connection.pgconn
        server.send_query_prepared(name, values, param_formats=formats, result_format=mine.format)
        results = yield from execute(server)
        mine._check_results(results)
        mine._set_results(results)

    def _errand(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> Generator[Any, Any, list[Any]]:
        """The results of each; before the first of a transaction goes its beginning, and on whose behalf it writes."""
        mine: Any = self
        self._clear()
        opening = is_to_begin(mine.connection)
        told = speaks_for() if opening else None
        said = [] if told is None or told.query == statements[0][0] else [(told.query, told.params)]
        ready = []
        for query, params in [*said, *statements]:
            ready.append((yield from self._prepared(query, params)))
        server = mine.connection.pgconn
        server.enter_pipeline_mode()
        if opening:
            server.send_query_params(mine.connection._get_tx_start_command(), None)
        for name, values, formats in ready:
            server.send_query_prepared(name, values, param_formats=formats, result_format=mine.format)
        server.pipeline_sync()
        count = len(ready) + opening
        several = [(yield from execute(server))]
        while len(several) < count:
            several.append((yield from fetch_many(server)))
        yield from fetch_many(server)
        server.exit_pipeline_mode()
        before, several = several[: count - len(statements)], several[count - len(statements) :]
        for results in before:
            mine._check_results(results)
        if told is not None:
            told.is_said()
        return several

    def _clear(self) -> None:
        """Ready for what is asked next; what it learned of kinds of values and columns stays with it."""
        mine: Any = self
        if mine.closed:
            raise InterfaceError("the cursor is closed")
        mine._reset()
        mine._last_query, mine._tx = None, getattr(mine, "_tx", None) or Transformer(mine)

    def _prepared(self, query: str, params: Sequence[Any]) -> Generator[Any, Any, tuple[bytes, Any, Any]]:
        """The statement's name, which the server has now if it had not, with the values as they are sent."""
        mine: Any = self
        server, transformer = mine.connection.pgconn, mine._tx
        values = transformer.dump_sequence(params, [PyFormat.AUTO] * len(params)) if params else None
        kinds = transformer.types if params else ()
        names = _names.setdefault(mine.connection, {})
        name = names.pop((query, kinds), None)
        if name is None:
            if len(names) >= KEPT:
                oldest = next(iter(names))
                yield from mine.connection._deallocate(names[oldest])  # poolers do not take it as SQL
                del names[oldest]
            name = f"naru_{next(_numbers)}".encode()
            server.send_prepare(name, _numbered(query), param_types=kinds)
            mine._check_results((yield from execute(server)))
        names[query, kinds] = (
            name  # the last one used makes way last, so none that is asked for together makes way
        )
        return name, values, transformer.formats if params else None


class _Kept(Keeping, ServerBindingCursor):
    name = "kept"
    """pghistory puts its context before whatever a cursor without a name writes; a statement that is kept stands alone, and
    writes nothing that has a history."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
        return self.ask(query, params)

    def ask_several(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[tuple[Any, ...]]]:
        """The rows of each, in one errand to the server: going there takes longer than most answers."""
        mine: Any = self
        server = mine.connection
        try:
            with server.lock:
                several = server.wait(self._errand(statements))
        except BaseException:
            _leave_if_interrupted(server)
            raise
        found = []
        for results in several:
            mine._check_results(results)
            mine._set_results(results)
            found.append(mine.fetchall())
        return found

    def close(self) -> None:
        """Whoever asks next takes it up again: making one takes a fifth of a question's time."""
        mine: Any = self
        mine._reset()
        free = _free_of(mine.connection)
        if mine not in free:
            free.append(mine)


@dataclass(frozen=True)
class Told:
    """What a transaction is told at its beginning, and what is to be done once it was."""

    query: str
    params: Sequence[Any]
    is_said: Callable[[], None]


_speaker: list[Callable[[], Told | None]] = []


def speaker(who: Callable[[], Told | None]) -> Callable[[], Told | None]:
    """Register who knows on whose behalf a transaction writes (`ground.audit`)."""
    _speaker[:] = [who]
    return who


def speaks_for() -> Told | None:
    return _speaker[0]() if _speaker else None


def _leave_if_interrupted(server: Any) -> None:
    """An errand that was left on its way: nobody knows whose answers come next."""
    if server.pgconn.pipeline_status:
        server.close()


def is_to_begin(server: Any) -> bool:
    """Whether the next statement is the first of a transaction."""
    return not server._autocommit and server.pgconn.transaction_status == TransactionStatus.IDLE


KEPT = 300
"""Statements of one connection; the one that was not asked for longest makes way. Most stand in the code; criteria of each call have their own."""
_numbers = count()
_names: WeakKeyDictionary[Any, dict[tuple[str, Any], bytes]] = WeakKeyDictionary()
"""What each connection has had prepared: by words and kinds of values."""


@lru_cache(maxsize=1000)
def _numbered(query: str) -> bytes:
    """With the server's placeholders."""
    first, *parts = query.replace("%%", "\0").split("%s")
    said = first + "".join(f"${place}{part}" for place, part in enumerate(parts, start=1))
    return said.replace("\0", "%").encode()


def keeping_cursor() -> Any:
    """A cursor whose statements the server keeps with their plan, for the next time that they are asked on this connection.
    One statement at a time, whose words are always the same: what differs stands in the values."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    wrapper.close_if_health_check_failed()
    wrapper.ensure_connection()
    free = _free_of(wrapper.connection)
    return wrapper._prepare_cursor(free.pop() if free else _Kept(wrapper.connection))  # type: ignore[call-arg]


Asked = tuple[Worded[Any], tuple[UUID | str | int, ...]]
"""A question with its keys."""


def together(*asked: Asked) -> list[list[Any]]:
    """Several questions with their keys, none of which waits for another's answer: the rows of each. Each sees what is
    committed when the server comes to it, as if it were asked by itself; so within a transaction the first may lock, and the
    others see what stands once it has the lock."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    words = [question.words(len(keys)) for question, keys in asked]
    if any(each.is_lock for each in words[1 if wrapper.in_atomic_block else 0 :]):
        raise ValueError("a question that locks comes first, within a transaction")
    statements = [(each.sql, each.values(keys)) for each, (_question, keys) in zip(words, asked, strict=True)]
    with keeping_cursor() as cursor, wrapper.wrap_database_errors:
        wrapper.validate_no_broken_transaction()
        several = cursor.cursor.ask_several(statements)
    if wrapper.queries_logged:
        wrapper.queries_log.extend({"sql": sql, "time": "0.000"} for sql, _values in statements)
    return [each.made(rows) for each, rows in zip(words, several, strict=True)]


def asked_first(ask: Callable[[], T]) -> T:
    """What is asked first of all in a request, and only reads: it is itself the check of whether the connection still
    stands. One that does not is opened anew, and asked once more."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    is_unchecked = wrapper.health_check_enabled and not wrapper.health_check_done
    if wrapper.connection is None or wrapper.in_atomic_block or not is_unchecked:
        return ask()
    wrapper.health_check_done = True
    try:
        return ask()
    except (OperationalError, InterfaceFailure):
        wrapper.close()
        return ask()


def tell(server: Any, query: str, params: Sequence[Any]) -> None:
    """Say something to the server that belongs to the transaction's beginning: no question, and not counted as one."""
    free = _free_of(server)
    cursor = free.pop() if free else _Kept(server)  # type: ignore[call-arg]
    cursor.ask(query, params)
    cursor.close()


def _free_of(server: Any) -> list[_Kept]:
    """Cursors of this connection that nobody is at."""
    free: list[_Kept] = server.__dict__.setdefault("naru_free", [])
    return free


class _Words:
    """A question in words, with all that Django would find out anew each time about the columns of its rows."""

    def __init__(self, queryset: Any, somethings: Sequence[UUID | int]) -> None:
        self.queryset, self.is_lock = queryset, queryset.query.select_for_update
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, values = compiler.as_sql()
        places: dict[UUID | int | str, int] = {key: place for place, key in enumerate(somethings)}
        places |= {str(key): place for key, place in places.items()}
        self.said = [
            (places.get(each) if isinstance(each, UUID | str | int) else None, each) for each in values
        ]
        self.compiler = compiler
        columns = [each for each, _sql, _alias in compiler.select[: compiler.col_count]]
        self.converters = [
            (place, each, expression)
            for place, (converters, expression) in compiler.get_converters(columns).items()
            for each in converters
        ]
        self.is_of_records = queryset._iterable_class is ModelIterable
        if self.is_of_records:
            told = compiler.klass_info
            start, end = told["select_fields"][0], told["select_fields"][-1] + 1
            self.model, self.own = told["model"], slice(start, end)
            self.names = [each.target.attname for each in columns[self.own]]
            self.related = get_related_populators(told, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
            self.annotations = list((compiler.annotation_col_map or {}).items())

    def ask(self, keys: tuple[UUID | str | int, ...]) -> list[Any]:
        if self.is_lock and not connection.in_atomic_block:
            raise transaction.TransactionManagementError("a lock belongs to a transaction")
        with keeping_cursor() as cursor:
            cursor.execute(self.sql, self.values(keys))
            return self.made(cursor.fetchall())

    def values(self, keys: tuple[UUID | str | int, ...]) -> list[Any]:
        return [each if place is None else keys[place] for place, each in self.said]

    def made(self, found: Iterable[tuple[Any, ...]]) -> list[Any]:
        """What Django makes of these rows."""
        rows = self._converted(found)
        if self.is_of_records:
            return [self._record(row) for row in rows]
        return list(self.queryset._iterable_class(_Answered(self.queryset, rows)))

    def _converted(self, found: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
        rows = [list(row) for row in found]
        for row in rows:
            for place, converter, expression in self.converters:
                row[place] = converter(row[place], expression, connection)
        return rows

    def _record(self, row: list[Any]) -> Any:
        record = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for each in self.related:
            each.populate(row, record)
        for name, place in self.annotations:
            setattr(record, name, row[place])
        return record


class _Answered:
    """A queryset as Django's own iteration over values sees it, with the rows that are there."""

    def __init__(self, queryset: Any, rows: list[list[Any]]) -> None:
        self._queryset, self._rows = queryset, rows

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queryset, name)

    @property
    def query(self) -> _Answered:
        return _Answered(self._queryset.query, self._rows)

    def get_compiler(self, *_args: Any, **_options: Any) -> _Answered:
        return self

    def results_iter(self, *_args: Any, tuple_expected: bool = False, **_options: Any) -> Iterator[Any]:
        return map(tuple, self._rows) if tuple_expected else iter(self._rows)
