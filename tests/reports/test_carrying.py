"""Many rows enter by two connections, few by one: what the ledger holds afterwards is the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as some

from programs.models import Program, Store
from reports.domain import carrying, importing, ledger, seals, staging
from reports.domain.verifying import verify
from reports.files.mapping.profiles import naru
from reports.models import ImportBatch, SalesLine
from tests.factories import programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, order, santiago
from tests.reports.files.mapping import made as mapped

pytestmark = pytest.mark.django_db(transaction=True)

AUGUST = dt.date(2025, 8, 1)
OWN = {"id", "store_id", "batch_id", "entered_at", "participation_id"}
"""What tells one store's line from the same line of another."""


@pytest.fixture
def program(move_clock) -> Program:
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    made.rates(AUGUST, dt.date(2025, 9, 12))
    return programs.program(starts_on=AUGUST)


@pytest.fixture
def carried(monkeypatch) -> list[bool]:
    """Every file is one of many rows; what came of carrying them."""
    found: list[bool] = []
    carry = carrying.carry

    def noted(*args, **more) -> bool:
        found.append(carry(*args, **more))
        return found[-1]

    monkeypatch.setattr(carrying, "carry", noted)
    monkeypatch.setattr(carrying, "MANY", 1)
    return found


def shop(program: Program, code: str) -> Store:
    store = programs.store(code)
    for number, sku in ((1, "A"), (2, "B")):
        company = register.company(number)
        part = program.participations.filter(company=company).first()
        programs.assignment(store, part or programs.participation(company, program), sku=sku)
    return store


def files(folder: Path, code: str) -> list[Path]:
    """Two exports: lines of two companies and of nobody in two months, not in the order of their keys; then two with other
    values, one as it was, four more."""
    first = [
        order(7, item("B", price=7_000), at=santiago(9, 2)),
        order(1, item("A"), at=santiago(8, 5)),
        order(2, item("A", 3, 9_900), item("B", price=500), at=santiago(8, 30)),
        order(3, item("NOBODY'S"), at=santiago(8, 6)),
        order(4, item("A", price=123_456), at=santiago(8, 31, 23, 50)),
    ]
    later = [
        order(1, item("A", price=11_000), at=santiago(8, 5)),
        order(7, item("B", price=6_000), at=santiago(9, 2)),
        order(4, item("A", price=123_456), at=santiago(8, 31, 23, 50)),
        *(order(number, item("B"), at=santiago(9, 12 - number)) for number in (11, 10, 9, 8)),
    ]
    exported = dt.datetime(2025, 9, 10, 15, tzinfo=dt.UTC)
    return [
        made.ventas(folder, first, f"{code}-1.xlsx", exported_at=exported),
        made.ventas(folder, later, f"{code}-2.xlsx", exported_at=exported + dt.timedelta(hours=1)),
    ]


def lines(store: Store) -> list[tuple[object, ...]]:
    names = [field.attname for field in SalesLine._meta.concrete_fields if field.attname not in OWN]
    return list(
        SalesLine.objects.filter(store=store).order_by("line_key", "version", "sign").values_list(*names)
    )


@pytest.mark.parametrize("at_once", [1, 5, 6, 7])
def test_two_connections_enter_what_one_enters(tmp_path, program, carried, monkeypatch, at_once):
    """By one statement or several. Also of the second file, which takes back and enters anew, part of it in a month that was closed meanwhile."""
    monkeypatch.setattr(carrying, "AT_ONCE", at_once)
    by_two, by_one = shop(program, "TWO"), shop(program, "ONE")
    two, one = files(tmp_path, "TWO"), files(tmp_path, "ONE")
    batches = [made.imported(two[0], program, by_two)]
    monkeypatch.setattr(carrying, "MANY", 10**9)
    batches.append(made.imported(one[0], program, by_one))
    assert carried == [True]
    assert (len(lines(by_two)), lines(by_two)) == (6, lines(by_one))
    closed(program, AUGUST)
    batches.append(made.imported(one[1], program, by_one))
    monkeypatch.setattr(carrying, "MANY", 1)
    batches.append(made.imported(two[1], program, by_two))
    assert carried == [True, True]
    assert (len(lines(by_two)), lines(by_two)) == (14, lines(by_one))
    assert SalesLine.objects.filter(store=by_two, event_on=dt.date(2025, 8, 5)).count() == 2
    for batch in batches:
        assert batch.lines_sha256 == seals.seal(ledger.SALES, batch.pk)
    assert verify().differences == ()


def test_a_file_that_is_read_anew_while_it_enters_enters_by_one(tmp_path, program, carried):
    """Its lines stand in a table that no other connection sees yet."""
    store = shop(program, "TWO")
    batch = made.taken_in(files(tmp_path, "TWO")[0], program, store)
    with connection.cursor() as cursor:
        cursor.execute("SELECT naru_unstage(%s)", [batch.pk])
    assert importing.enter(importing.confirm(batch, by=None)).state == ImportBatch.State.DONE
    assert (carried, len(lines(store))) == ([False], 6)


def test_a_file_whose_lines_a_crash_took_away_enters_by_one(tmp_path, program, carried):
    """Its table stands empty, so it is made anew: the other connection would read the earlier one, and wait for it for ever."""
    store = shop(program, "TWO")
    batch = importing.confirm(made.taken_in(files(tmp_path, "TWO")[0], program, store), by=None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {staging.table_of(batch.pk)}"
        )  # what recovery makes of an unlogged table
    assert importing.enter(batch).state == ImportBatch.State.DONE
    assert (carried, len(lines(store))) == ([False], 6)


def test_a_file_of_which_orders_are_left_out_enters_by_one(tmp_path, program, carried):
    """The other connection would still read them: order 1 counts by Naru's template already."""
    store = shop(program, "TWO")
    row = {
        "주문번호": order(1).reference,
        "주문일시": "2025-08-12",
        "통화": "CLP",
        "거래구분": "판매",
        "상품금액": "10000",
        "수량": "1",
    }
    content = mapped.text(naru.TEMPLATE, [korean for _into, korean, _english in naru.FORM], [row])
    made.imported(mapped.written(tmp_path / "naru.csv", content), program, store)
    path = made.ventas(tmp_path, [order(1, item("A")), order(2, item("A"))])
    batch = made.imported(path, program, store)
    assert (carried, batch.rejected, batch.lines, len(lines(store))) == ([True], 1, 1, 2)
    assert verify().differences == ()


def test_a_lock_that_is_held_is_not_waited_for_without_end(tmp_path, program, carried, monkeypatch):
    """Nothing has entered then, and the file enters when it is tried again."""
    store = shop(program, "TWO")
    batch = importing.confirm(made.taken_in(files(tmp_path, "TWO")[0], program, store), by=None)
    monkeypatch.setattr(carrying, "PATIENCE", "200ms")
    which = carrying._which

    def locking(cursor, table):
        if cursor.db is connections["default"]:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        return which(cursor, table)

    monkeypatch.setattr(carrying, "_which", locking)
    with pytest.raises(psycopg.errors.LockNotAvailable):
        importing.enter(batch)
    assert lines(store) == []
    monkeypatch.setattr(carrying, "_which", which)
    assert (importing.enter(batch).state, len(lines(store))) == (ImportBatch.State.DONE, 6)


def test_without_a_second_connection_a_file_enters_by_one(tmp_path, program, carried, monkeypatch):
    store = shop(program, "TWO")
    batch = importing.confirm(made.taken_in(files(tmp_path, "TWO")[0], program, store), by=None)
    monkeypatch.setitem(connections.settings["default"], "PORT", "1")  # nobody listens there
    assert importing.enter(batch).state == ImportBatch.State.DONE
    assert (carried, len(lines(store))) == ([False], 6)


def test_when_reading_fails_half_way_nothing_has_entered(tmp_path, program, carried, monkeypatch):
    """The file waits to be entered, and is when it is tried again."""
    store = shop(program, "TWO")
    batch = importing.confirm(made.taken_in(files(tmp_path, "TWO")[0], program, store), by=None)
    pour = carrying._pour

    def failing(source, select, parameters, target, into, *rest, **more):
        if into.startswith("reports_sales_line"):
            select = f'SELECT * FROM ({select}) l WHERE 1 / (l."row" - (SELECT max("row") FROM {of}) + 1) < 2'
        pour(source, select, parameters, target, into, *rest, **more)

    of = staging.table_of(batch.pk)
    monkeypatch.setattr(carrying, "_pour", failing)
    with pytest.raises(psycopg.errors.DivisionByZero):
        importing.enter(batch)
    batch.refresh_from_db()
    assert (batch.state, lines(store)) == (ImportBatch.State.IMPORTING, [])
    monkeypatch.setattr(carrying, "_pour", pour)
    assert (importing.enter(batch).state, len(lines(store))) == (ImportBatch.State.DONE, 6)


def test_lines_in_the_order_of_their_keys_are_not_sorted():
    with connection.cursor() as cursor:
        for table, keys in (("rising", "n"), ("mixed", "n * 7919 %% 10007")):
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table} AS SELECT {keys} AS line_key FROM generate_series(1, 1000) n",
                [],
            )
            cursor.execute(f"ANALYZE {table}")
            cursor.execute("SELECT schemaname FROM pg_stats WHERE tablename = %s", [table])
            schema = cursor.fetchone()[0]
            assert carrying.is_in_order(cursor, f"{schema}.{table}") is (table == "rising")
        assert not carrying.is_in_order(cursor, "naru_staging.none")


def test_a_line_enters_the_table_of_its_month_and_is_checked_there(tmp_path, program, carried, monkeypatch):
    """What is entered there directly is summed and refused as anywhere."""
    store = shop(program, "TWO")
    said = []
    pieces = carrying._pieces

    def noted(*args):
        for table, several in pieces(*args):
            said.append((table, len(several)))
            yield table, several

    monkeypatch.setattr(carrying, "_pieces", noted)
    made.imported(files(tmp_path, "TWO")[0], program, store)
    assert carried == [True]
    assert sorted(said) == [("reports_sales_line_p202508", 5), ("reports_sales_line_p202509", 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text, count(*) FROM reports_sales_line WHERE store_id = %s GROUP BY 1 ORDER BY 1",
            [store.pk],
        )
        assert cursor.fetchall() == [("reports_sales_line_p202508", 5), ("reports_sales_line_p202509", 1)]
        cursor.execute(
            "SELECT month, sum(lines) FROM reports_batch_sum WHERE store_id = %s GROUP BY 1 ORDER BY 1",
            [store.pk],
        )
        assert cursor.fetchall() == [(AUGUST, 5), (dt.date(2025, 9, 1), 1)]
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid"
            " WHERE c.relname IN ('reports_sales_line', 'reports_sales_line_p202508') AND NOT t.tgisinternal"
        )
        triggers = {}
        for table, name in cursor.fetchall():
            triggers.setdefault(table, set()).add(name)
    assert triggers["reports_sales_line_p202508"] == triggers["reports_sales_line"] >= {"reports_sum_lines"}


@pytest.mark.parametrize("is_made_by_the_owner", [False, True])
def test_who_enters_lines_may_put_them_into_a_month_that_was_just_made(owner_role, is_made_by_the_owner):
    month = "SELECT naru_ensure_month('reports_sales_line', DATE '2031-05-01')"
    if is_made_by_the_owner:
        with owner_role(), connection.cursor() as cursor:
            cursor.execute(month)
    with connection.cursor() as cursor:
        cursor.execute(month)
        cursor.execute(
            "SELECT array_agg(DISTINCT privilege_type::text ORDER BY privilege_type::text)"
            " FROM information_schema.role_table_grants"
            " WHERE table_name = 'reports_sales_line_p203105' AND grantee = current_user"
        )
        assert cursor.fetchall() == [(["INSERT", "SELECT"],)]


@given(
    months=some.lists(some.sampled_from("ABCD"), max_size=60),
    held=some.integers(1, 12),
    piece=some.integers(1, 6),
    turns=some.sampled_from([0, 3, 100]),
)
def test_each_row_goes_once_into_its_months_table_or_into_the_ledger(months, held, piece, turns):
    rows = [f"{month}{number:03}".encode() for number, month in enumerate(months)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(carrying, "HELD", held * 4)
        patched.setattr(carrying, "PIECE", piece * 4)
        patched.setattr(carrying, "TURNS", turns)
        found = list(carrying._pieces(iter(rows), "all", lambda row: chr(row[0])))
    assert sorted(row for _table, several in found for row in several) == sorted(rows)
    assert all(several for _table, several in found)
    assert all(table in (chr(row[0]), "all") for table, several in found for row in several)
    asides = [table for table, _several in found]
    if turns == 100:
        assert "all" not in asides
        of = {
            month: [row for table, several in found if table == month for row in several] for month in "ABCD"
        }
        assert all(several == sorted(several) for several in of.values())
    assert max((len(several) for _, several in found), default=0) <= held + piece + 1


def test_months_in_a_row_make_as_many_statements_as_there_are_months(monkeypatch):
    monkeypatch.setattr(carrying, "HELD", 40)
    rows = [f"{month}{number:03}".encode() for month in "ABC" for number in range(100)]
    found = [table for table, _ in carrying._pieces(iter(rows), "all", lambda row: chr(row[0]))]
    assert [table for place, table in enumerate(found) if found[:place][-1:] != [table]] == ["A", "B", "C"]


def test_months_that_alternate_go_into_the_ledger(monkeypatch):
    """As statements of a few rows they would take many times as long."""
    monkeypatch.setattr(carrying, "HELD", 40)
    rows = [f"{'ABCDEFGH'[number % 8]}{number:04}".encode() for number in range(4_000)]
    found = list(carrying._pieces(iter(rows), "all", lambda row: chr(row[0])))
    assert sum(len(several) for table, several in found if table == "all") > 3_000
    assert [table for table, _ in found][-1] == "all"
