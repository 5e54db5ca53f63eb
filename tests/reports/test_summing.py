"""Sums of a file by company, added up before owners are looked for, are those of its lines."""

from __future__ import annotations

import datetime as dt
import threading
from functools import partial
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from reports.domain import importing, ledger, staging, summing
from reports.models import ImportBatch
from tests.config.users import until
from tests.factories import programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db

AUGUST = dt.date(2025, 8, 1)


def day(number: int) -> dt.date:
    return dt.date(2025, 8, number)


def by_lines(batch: ImportBatch) -> list[tuple[str, int, str]]:
    """Company, lines and net, of owners that were looked for line by line."""
    source = ledger.staged(
        staging.table_of(batch.pk),
        batch_id=batch.pk,
        store_id=batch.store_id,
        zone=batch.program.zone,
        meanings={},
    )
    found = ledger.ask(
        "SELECT coalesce(c.business_number, ''), count(*), sum(i.net_amount)::bigint::text"
        f" FROM ({source.rows}) i LEFT JOIN companies_company c ON c.id = i.company_id GROUP BY c.business_number ORDER BY c.business_number",
        source.parameters,
    )
    return [(number, lines, net) for number, lines, net in found]


@pytest.mark.parametrize("changes", [(5, 20), (1, 31), (10, 11)])
def test_sums_by_company_are_those_of_the_lines(move_clock, tmp_path: Path, changes: tuple[int, int]):
    """Assignments of SKU, listing and store that begin and end before, within and after the days of the file."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    made.rates(AUGUST, dt.date(2025, 9, 12))
    program = programs.program(starts_on=AUGUST)
    store = programs.store("SHOP")
    parts = [programs.participation(register.company(number), program) for number in (1, 2, 3)]
    begin, end = map(day, changes)
    programs.assignment(store, parts[0], sku="A", from_on=begin, until_on=end)
    if end < day(31):
        programs.assignment(store, parts[1], sku="A", from_on=end + dt.timedelta(days=1))
    programs.assignment(store, parts[2], listing="MLC-B", from_on=day(12), until_on=day(12))
    programs.assignment(store, parts[2], from_on=day(1), until_on=day(2))
    days = (1, 2, 4, 5, 9, 10, 11, 12, 13, 20, 21, 30)
    if changes == (1, 31):
        days = (7, 8, 9)
    lines = [
        order(100 * number + hour, item(sku), at=santiago(8, number, hour, 59))
        for number in days for hour in (0, 23) for sku in ("A", "B")
    ]  # fmt: skip
    batch = made.taken_in(made.ventas(tmp_path, lines), program, store)
    expected = by_lines(batch)
    for first, last in ((batch.first_at, batch.last_at), (None, None)):
        found = summing.sales_by_company(batch, first, last)
        assert [(row["business_number"], row["lines"], row["net"]) for row in found] == expected


def test_sums_follow_assignments_that_have_changed_since(move_clock, tmp_path: Path):
    """The product goes to another company on the 12th, and one listing of it to a third: both are said after the file was read."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    made.rates(AUGUST, dt.date(2025, 9, 12))
    program = programs.program(starts_on=AUGUST)
    store = programs.store("SHOP")
    parts = [programs.participation(register.company(number), program) for number in (1, 2, 3)]
    whole = programs.assignment(store, parts[0], sku="A", from_on=AUGUST)
    lines = [order(number, item("A"), at=santiago(8, number, 12)) for number in range(10, 15)]
    batch = made.taken_in(made.ventas(tmp_path, lines), program, store)

    def counted() -> list[int]:
        found = summing.sales_by_company(batch, batch.first_at, batch.last_at)
        assert [(row["business_number"], row["lines"], row["net"]) for row in found] == by_lines(batch)
        return [row["lines"] for row in found]

    assert counted() == [5]
    type(whole).objects.filter(pk=whole.pk).update(until_on=day(11))
    programs.assignment(store, parts[1], sku="A", from_on=day(12))
    assert counted() == [2, 3]
    programs.assignment(store, parts[2], listing="MLC-A", from_on=day(14))
    assert counted() == [2, 2, 1]
    assert staging.standing(batch.pk) == (5, [])


def test_a_file_that_waited_before_there_were_sums_has_them_when_it_enters(
    tmp_path: Path, move_clock, owner_role
):
    """The migration makes the table beside that of its lines, for whoever writes those; until it is filled the lines are counted."""
    migration = import_module("reports.migrations.0047_sums_of_staged_lines_stand_beside_them")
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    program = programs.program(starts_on=AUGUST)
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item("A"))]), program, programs.store("SHOP"))
    with owner_role():
        ledger.do(f"DROP TABLE {staging.sums_of(batch.pk)}; {migration.OF_THOSE_THAT_WAIT}")
    assert staging.standing(batch.pk) == (1, [])
    assert importing.enter(importing.confirm(batch, by=None)).by_company[0]["lines"] == 1


LOCKS = (
    "SELECT relation::regclass::text, granted FROM pg_locks"
    " WHERE pid = %s AND mode = 'AccessExclusiveLock' AND locktype = 'relation'"
)


def is_waited_for(pid: int, table: str) -> bool:
    return (table, False) in ledger.ask(LOCKS, [pid])


@pytest.mark.django_db(transaction=True)
def test_of_the_two_tables_that_of_the_sums_is_locked_first(tmp_path: Path, move_clock):
    """Who takes them down, or makes them anew, while somebody looks at the lines waits, and holds up nobody who asks the sums and then the lines."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    program = programs.program(starts_on=AUGUST)
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item("A"))]), program, programs.store("SHOP"))
    facts = connection.get_connection_params()
    wanted = {name: facts[name] for name in ("dbname", "host", "port", "user", "password") if facts.get(name)}
    for verb in ("naru_unstage", "naru_stage"):
        with psycopg.connect(**wanted) as looking, psycopg.connect(**wanted) as taking:
            looking.execute(f"SELECT count(*) FROM {staging.table_of(batch.pk)}")
            pid = taking.info.backend_pid
            down = threading.Thread(target=taking.execute, args=(f"SELECT {verb}(%s)", [batch.pk]))
            down.start()
            try:
                assert until(partial(is_waited_for, pid, staging.table_of(batch.pk)), 10)
                assert (staging.sums_of(batch.pk), True) in ledger.ask(LOCKS, [pid])
            finally:
                looking.rollback()
                down.join()
            taking.rollback()
