"""Outcomes over the register are kept: who asks again waits only for what changed since.

Staff move one number, then another; the other criteria, and nearly the whole register, are as they were. Kept is what a
criterion answers of each company as of a snapshot of the database. Triggers write into `RegisterChange` whose facts a
transaction changed, in that transaction; so those whose change the snapshot does not see are the ones of whom it may say
something else, and transactions that were open then are among them. They are judged anew by the same compiled criteria. The
answer is always that of the rows as of one moment.

What a criterion asks, its days and the agency stand in its SQL, and the question is known by that. Of what belongs to no
company it reads code lists, lists of support, and names and kinds of the programs: where these change, all is void. Where
answers grow old, the question of another day is another one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

import structlog
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import OuterRef, Subquery
from psycopg.pq import Format

from companies.models import RegisterChange
from ground import clock
from programs.domain.criteria import packing
from programs.domain.criteria.compiling import Compiled, compile_criteria, successors_of_provinces
from programs.domain.criteria.plan import APART, TODAY, Plan
from programs.domain.criteria.planes import Plane
from programs.domain.criteria.relations import CLOSED, SETTINGS, Source, literal, of_register
from programs.models import Call, Criterion, KeptOutcomes, KeptRegister, KeptTaking

log = structlog.get_logger(__name__)
NOT_WRITTEN = {"25006", "42501", "53100", "55P03", "58030"}
"""Of a database that is read alone, a right that is not there, a full disk, a lock that others hold, a disk that fails."""
PATIENCE = 1000
DAYS = 3
"""So long a register is kept; who asks next waits for the whole again."""
ONE_IN, FEW = 20, 500
"""Once more than these few and more than one company in so many changed, the whole is read and kept anew."""
KEY = 16
"""Bytes of a company's key."""
KEPT, OUTCOMES = KeptRegister._meta.db_table, KeptOutcomes._meta.db_table
SERVER = """(SELECT system_identifier FROM pg_control_system()) || ':' || md5(
    (SELECT concat(count(*), ' ', max(id), ' ') FROM django_migrations)
    || (SELECT string_agg(prosrc, '' ORDER BY proname) FROM pg_proc
        WHERE proname IN ('naru_line', 'naru_merged') AND pronamespace = 'public'::regnamespace))"""
"""Whose transactions are numbered, and what migrations made of the tables: these rewrite rows past the triggers."""
NUMBERED_ELSEWHERE = '"transaction" >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint'
"""Changes that a dump brought along from a server that has numbered more transactions; what is kept here is newer."""
NOT_SEEN = f""""transaction" >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)::text::bigint AND NOT {NUMBERED_ELSEWHERE}
      AND NOT pg_visible_in_snapshot("transaction"::text::xid8, %(snapshot)s::pg_snapshot)"""
OF_CALLS = ("application", "file", "call")
"""Changes of what is read of a call's applications, and of no company."""


def touched(condition: str) -> str:
    """`WITH RECURSIVE logged, … touched (company)`: the first `most` changes under this condition that the `snapshot` does not
    see; the companies whose facts changed, and who is tied to them by successions and merges, of whatever state. A tie that
    is gone was logged with both its ends."""
    return f"""
  WITH RECURSIVE logged AS (
    SELECT DISTINCT "of", key FROM {RegisterChange._meta.db_table} WHERE {condition} AND {NOT_SEEN} LIMIT %(most)s
  ), named (company) AS (
    SELECT key::uuid FROM logged WHERE "of" = 'company'
    UNION SELECT id FROM companies_company WHERE business_number IN (SELECT key FROM logged WHERE "of" = 'number')
    UNION SELECT company_id FROM companies_certificate
      WHERE id IN (SELECT key::uuid FROM logged WHERE "of" = 'certificate')
    UNION SELECT company_id FROM companies_companysize
      WHERE certificate_id IN (SELECT key::uuid FROM logged WHERE "of" = 'certificate')
    UNION SELECT company_id FROM programs_participation
      WHERE id IN (SELECT key::uuid FROM logged WHERE "of" = 'participation')
  ), pair (one, other) AS (
    SELECT former_id, successor_id FROM companies_succession UNION SELECT given_up_id, kept_id FROM companies_merge
  ), tie AS (
    SELECT one, other FROM pair UNION SELECT other, one FROM pair
  ), touched AS (
    SELECT company FROM named UNION SELECT tie.other FROM touched JOIN tie ON tie.one = touched.company
  )"""  # noqa: S608


CHANGED = f"""{touched(f'"of" NOT IN {OF_CALLS}')}
  SELECT (SELECT string_agg(uuid_send(company), ''::bytea ORDER BY company) FROM touched),
    EXISTS (SELECT FROM logged WHERE "of" = 'everything'), (SELECT count(*) FROM logged)"""  # noqa: S608
"""The companies of whom a snapshot says nothing any more; then whether all is void, and how many changes."""


@dataclass(frozen=True)
class Answered:
    """What was answered to each question, of the companies at `places`."""

    companies: bytes
    """Their keys, and of some that are none of them, in the order of the places."""
    places: int
    planes: Mapping[str, Plane]

    def keys(self, places: int) -> list[bytes]:
        """Of the companies at these places."""
        digits, found = f"{places:b}"[::-1], []
        at = digits.find("1")
        while at >= 0:
            found.append(_key(self.companies, at))
            at = digits.find("1", at + 1)
        return found


def ask(call: Call, *lists: Sequence[Criterion]) -> tuple[Answered, list[dict[UUID, Plane]]]:
    """What the criteria of each list that are no groups say of every company whose record is open, as of one moment.

    What is kept is used, and what was read is kept. Within a transaction of the caller's the register is read whole and
    nothing is kept, for what is not committed may never have been; so it is, with `kept.not_written` in the log, where nothing
    can be written. Reads `call.agency`; waits while `forget_kept` deletes registers.
    """
    reader, digests, asked = _asked(call, [each for listed in lists for each in listed])
    found = _answer(reader, asked)
    planes = [
        {
            each.pk: found.planes[digests[each.pk, repr(each.values)]]
            for each in listed
            if each.kind not in Criterion.GROUPS
        }
        for listed in lists
    ]
    return found, planes


def keep(call: Call, criteria: Sequence[Criterion]) -> None:
    """Keep what the criteria say of every company, where it is not kept or half of what would void it has changed since.

    Not within a transaction. One at a time, while whoever asks is not held up: who comes while another keeps, or registers
    are deleted, waits `PATIENCE` milliseconds and leaves it to the next round. That, and where nothing can be written, is
    said in the log. Reads `call.agency`.
    """
    reader, _digests, asked = _asked(call, criteria)
    if not asked:
        return
    try:
        with reading("SHARE UPDATE EXCLUSIVE", PATIENCE) as cursor:
            kept = _newest(cursor, of_most=2)
            if kept is None or reader.planes(cursor, asked, kept) is None:
                _keep_whole(cursor, reader, asked)
    except DatabaseError as failed:
        require_not_written(failed)


def _asked(
    call: Call, criteria: Sequence[Criterion]
) -> tuple[_Reader, dict[tuple[UUID, str], str], dict[str, Criterion]]:
    """The question of each criterion that is no group, and one that asks it."""
    every = [each for each in criteria if each.kind not in Criterion.GROUPS]
    asks = any(each.kind == Criterion.Kind.PROVINCE for each in every)
    reader = _Reader(call, of_register(call.agency_id), successors_of_provinces() if asks else {})
    same = {(each.pk, repr(each.values)): each for each in every}
    digests = {key: reader.digest(each) for key, each in same.items()}
    return reader, digests, {digests[key]: each for key, each in same.items()}


def _answer(reader: _Reader, asked: Mapping[str, Criterion]) -> Answered:
    if not connection.in_atomic_block:
        try:
            with reading("ROW EXCLUSIVE") as cursor:
                return _kept_or_anew(cursor, reader, asked)
        except DatabaseError as failed:
            require_not_written(failed)
    with transaction.atomic(), _cursor() as cursor:
        return reader.whole(cursor, asked)


def require_not_written(failed: DatabaseError) -> None:
    if getattr(failed.__cause__, "sqlstate", None) not in NOT_WRITTEN:
        raise failed
    log.error("kept.not_written", reason=str(failed))


@contextmanager
def reading(lock: str, patience: int = 0) -> Iterator[Any]:
    """One snapshot, taken once the lock on what is kept is held; it is waited for so many milliseconds, or without end."""
    with transaction.atomic(), _cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if patience:
            cursor.execute(f"SET LOCAL lock_timeout = {patience}")
        cursor.execute(f"LOCK TABLE {KEPT} IN {lock} MODE")
        cursor.execute("SET LOCAL synchronous_commit = off")  # what is lost is read again
        yield cursor


def _kept_or_anew(cursor: Any, reader: _Reader, asked: Mapping[str, Criterion]) -> Answered:
    kept = _newest(cursor)
    planes = None if kept is None else reader.planes(cursor, asked, kept)
    if kept is not None and planes is not None:
        return reader.with_changed(cursor, asked, kept, planes)
    return _keep_whole(cursor, reader, asked)


def _keep_whole(cursor: Any, reader: _Reader, asked: Mapping[str, Criterion]) -> Answered:
    found = reader.whole(cursor, asked)
    reader.keep(cursor, _new(cursor, found.companies), found.planes)
    return found


def _cursor() -> Any:
    """Reads bytes as they are, which the usual one writes out as text first."""
    wrapper: Any = connections[DEFAULT_DB_ALIAS]
    wrapper.close_if_health_check_failed()
    wrapper.ensure_connection()
    cursor: Any = ServerBindingCursor(wrapper.connection)  # type: ignore[call-arg]
    cursor.name, cursor.format = "kept", Format.BINARY  # with a name pghistory writes no context before it
    return wrapper._prepare_cursor(cursor)


@dataclass(frozen=True)
class _Kept:
    """A kept register, and which companies changed since."""

    pk: int
    companies: bytes
    day: dt.date
    """On which this is read or kept."""
    changed: bytes = b""

    @property
    def count(self) -> int:
        return len(self.companies) // KEY

    @cached_property
    def changed_at(self) -> list[int]:
        """The places of those that changed; who is new has none."""
        found = []
        for at in range(len(self.changed) // KEY):
            key = _key(self.changed, at)
            place = bisect_left(range(self.count), key, key=lambda each: _key(self.companies, each))
            if place < self.count and _key(self.companies, place) == key:
                found.append(place)
        return found


def _key(keys: bytes, at: int) -> bytes:
    return keys[at * KEY : at * KEY + KEY]


def _plane(met: Any, not_met: Any) -> Plane:
    return Plane(int.from_bytes(met, "little"), int.from_bytes(not_met, "little"))


def _newest(cursor: Any, of_most: int = 1) -> _Kept | None:
    """The newest register that says something here, of which not too much has changed, or not this part of too much."""
    cursor.execute(
        f"SELECT id, snapshot, companies, {TODAY} FROM {KEPT} WHERE server = {SERVER} ORDER BY id DESC LIMIT 1"  # noqa: S608
    )
    row = cursor.fetchone()
    if row is None:
        return None
    kept = _Kept(row[0], bytes(row[2]), row[3])
    most = max(FEW, kept.count // ONE_IN) // of_most
    cursor.execute(CHANGED, {"snapshot": row[1], "most": most + 1})
    changed, is_void, count = cursor.fetchone()
    return None if is_void or count > most else replace(kept, changed=bytes(changed or b""))


def _new(cursor: Any, companies: bytes) -> _Kept:
    cursor.execute(
        f"INSERT INTO {KEPT} (server, snapshot, companies) VALUES ({SERVER}, pg_current_snapshot()::text, %s) RETURNING id, {TODAY}",  # noqa: S608
        [companies],
    )
    pk, day = cursor.fetchone()
    return _Kept(pk, companies, day)


@dataclass(frozen=True)
class _Reader:
    """Reads the rows of the register."""

    call: Call
    source: Source
    successors: Mapping[str, str]
    aging: dict[str, dt.date] = field(default_factory=dict)
    """Of digests whose answers grow old: the last day on which that changes them."""

    def digest(self, criterion: Criterion) -> str:
        """Of all that is asked but the day on which it is asked."""
        compiled = self._compiled([criterion])[0]
        text = compiled.body(self.source, compiled.answers[criterion.pk].outcome)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if (until := compiled.plan.grows_old_until) is not None:
            self.aging[digest] = until
        return digest

    def named(self, digest: str, day: dt.date) -> str:
        """The question as it is kept on a day."""
        until = self.aging.get(digest)
        return digest if until is None else hashlib.sha256(f"{digest}{min(until, day)}".encode()).hexdigest()

    def keep(self, cursor: Any, kept: _Kept, planes: Mapping[str, Plane]) -> None:
        size = kept.count // 8 + 1
        for digest, plane in planes.items():
            said = [each.to_bytes(size, "little") for each in (plane.met, plane.not_met)]
            cursor.execute(
                f"INSERT INTO {OUTCOMES} (register_id, question, met, not_met) VALUES (%s, %s, %s, %s)",  # noqa: S608
                [kept.pk, self.named(digest, kept.day), *said],
            )

    def _compiled(self, criteria: Sequence[Criterion]) -> list[Compiled]:
        """Each for itself, in one plan: by the key alone one that is moved would be the same."""
        plan = Plan(is_explained=False, successors=self.successors, agency_code=self.call.agency.code)
        return [compile_criteria(self.call, [each], plan=plan) for each in criteria]

    def whole(self, cursor: Any, asked: Mapping[str, Criterion]) -> Answered:
        companies, rows = self._named(cursor, asked, self.source)
        return Answered(companies, (1 << len(companies) // KEY) - 1, packing.planes(rows, list(asked)))

    def planes(self, cursor: Any, asked: Mapping[str, Criterion], kept: _Kept) -> dict[str, Plane] | None:
        """What is kept of each question; what is not is read of all companies but those that changed, and kept. None where
        these are not the kept register's: then somebody changed it past the triggers."""
        cursor.execute(
            f"SELECT question, met, not_met FROM {OUTCOMES} WHERE register_id = %s AND question = ANY (%s)",  # noqa: S608
            [kept.pk, list(names := {self.named(each, kept.day): each for each in asked})],
        )
        found = {names[question]: _plane(met, not_met) for question, met, not_met in cursor.fetchall()}
        missing = {question: rule for question, rule in asked.items() if question not in found}
        if not missing:
            return found
        where = f"subject <> ALL ({_listed(kept.changed)})" if kept.changed else "true"
        rows = self._rows(cursor, missing, self.source, where)
        width, parts, began = packing.width(len(missing)), [], 0
        for serial, place in enumerate(kept.changed_at):
            parts.append(rows[began : (place - serial) * width])
            began = (place - serial) * width
        rows = packing.nothing(len(missing)).join([*parts, rows[began:]])
        if len(rows) != kept.count * width:
            log.error("kept.unlogged_change", register=kept.pk)
            return None
        read = packing.planes(rows, list(missing))
        self.keep(cursor, kept, read)
        return found | read

    def with_changed(
        self, cursor: Any, asked: Mapping[str, Criterion], kept: _Kept, planes: Mapping[str, Plane]
    ) -> Answered:
        """What is kept, and after it those that changed, judged anew."""
        places = (1 << kept.count) - 1
        if not kept.changed:
            return Answered(kept.companies, places, planes)
        for place in kept.changed_at:
            places ^= 1 << place
        source = self.source.where(f"subject = ANY ({_listed(kept.changed)})")
        companies, rows = self._named(cursor, asked, source)
        anew = packing.planes(rows, list(asked))
        return Answered(
            kept.companies + companies,
            places | (1 << len(companies) // KEY) - 1 << kept.count,
            {each: planes[each].among(places).followed_by(anew[each], kept.count) for each in asked},
        )

    def _named(self, cursor: Any, asked: Mapping[str, Criterion], source: Source) -> tuple[bytes, bytes]:
        """The keys of the companies whose record is open, in their order, and of each the outcomes as `packing.packed`."""
        companies, rows = self._read(cursor, asked, source, "true", "uuid_send(subject)", "packed")
        return companies, rows

    def _rows(self, cursor: Any, asked: Mapping[str, Criterion], source: Source, where: str) -> bytes:
        """The outcomes alone."""
        return self._read(cursor, asked, source, where, "packed")[0]

    def _read(
        self, cursor: Any, asked: Mapping[str, Criterion], source: Source, where: str, *columns: str
    ) -> tuple[bytes, ...]:
        every = self._compiled(list(asked.values()))
        outcomes = [each.answers[each.criteria[0].pk].outcome for each in every]
        compiled = every[0] if every else Compiled(Plan(is_explained=False), [])
        body = compiled.body(source, f"subject.subject, {packing.packed(outcomes)} AS packed", more=APART)
        listed = ", ".join(f"string_agg({each}, ''::bytea)" for each in columns)
        is_sorted = "off" if len(every) == 1 else "on"
        cursor.execute(f"{SETTINGS}, set_config('enable_hashagg', '{is_sorted}', true)")
        cursor.execute(
            f"SELECT {listed} FROM (SELECT * FROM ({body}) o WHERE {where} AND NOT {CLOSED} ORDER BY subject) o"  # noqa: S608
        )
        return tuple(bytes(each or b"") for each in cursor.fetchone())


def _listed(companies: bytes) -> str:
    keys = (_key(companies, at).hex() for at in range(len(companies) // KEY))
    return literal(f"{{{','.join(keys)}}}") + "::uuid[]"


def forget_kept() -> None:
    """Every night: registers and takings kept longer than `DAYS` and those that a newer one took the place of go; so do
    changes that every register that is left, and whoever asks from now on, has seen, and those numbered elsewhere.

    While registers are deleted they are locked: who reads one, or is about to keep one, is waited for. Nobody waits for the
    rest: a snapshot that is taken later sees all that is older than the oldest transaction of now.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {KEPT} IN SHARE ROW EXCLUSIVE MODE")
        oldest = clock.now() - dt.timedelta(days=DAYS)
        newest = KeptRegister.objects.order_by("-id")[:1].values("pk")
        gone = KeptRegister.objects.exclude(pk__in=newest, created_at__gte=oldest)
        KeptOutcomes.objects.filter(register__in=gone).delete()
        gone.delete()
        latest = KeptTaking.objects.filter(call=OuterRef("call")).order_by("-id").values("pk")[:1]
        KeptTaking.objects.exclude(pk=Subquery(latest), created_at__gte=oldest).delete()
        cursor.execute(
            "SELECT least(pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"  # noqa: S608
            " min(pg_snapshot_xmin(snapshot::pg_snapshot)::text::bigint))"
            f" FROM (SELECT snapshot FROM {KEPT} UNION ALL SELECT snapshot FROM {KeptTaking._meta.db_table}) kept"
        )
        seen = cursor.fetchone()[0]
    with connection.cursor() as cursor:
        cursor.execute(
            f'DELETE FROM {RegisterChange._meta.db_table} WHERE "transaction" < %s OR {NUMBERED_ELSEWHERE}',  # noqa: S608
            [seen],
        )
