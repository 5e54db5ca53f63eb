"""The ledger holds by itself: nothing enters that hangs on nothing, nothing goes that a line hangs on, and what a file's lines
come to is kept with them. Sales stand beside it, each once, until they enter or are given up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from reports.domain import importing, ledger, replay, seals, staging
from reports.domain.verifying import ledger as verifying
from reports.models import BatchSum, ImportBatch, SalesLine
from reports.tasks import sweep_staging
from tests.factories import programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def shop(program):
    return programs.store("SHARED")


def run(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def by_lines() -> list[tuple[object, ...]]:
    """Sums of the lines, by SQL that knows nothing of what is kept."""
    return run(
        "SELECT batch_id, company_id, currency_id, date_trunc('month', business_day)::date, sum(sign), sum(net_amount)"
        " FROM reports_sales_line GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4"
    )


def kept() -> list[tuple[object, ...]]:
    return list(
        BatchSum.objects.order_by("batch", "company", "month").values_list(
            "batch", "company", "currency", "month", "lines", "net_amount"
        )
    )


def test_what_a_files_lines_come_to_is_kept_through_replacement_and_replay(tmp_path, program, shop):
    """August and September of one company, a line that waits: 9,000 + 5,000 + 700; then the first is given back whole, and
    the waiting one finds its company."""
    one, two = register.company(1), register.company(2)
    programs.assignment(shop, programs.participation(one, program), sku="A")
    orders = [
        order(1, item("A"), fee_amount=-1_000),
        order(2, item("A", price=5_000), at=santiago(9, 2)),
        order(3, item("B", price=700)),
    ]
    first = made.imported(made.ventas(tmp_path, orders), program, shop)
    august, september = dt.date(2025, 8, 1), dt.date(2025, 9, 1)
    assert kept() == by_lines()
    assert kept() == [
        (first.pk, one.pk, "CLP", august, 1, 9_000),
        (first.pk, one.pk, "CLP", september, 1, 5_000),
        (first.pk, None, "CLP", august, 1, 700),
    ]
    back = order(1, item("A"), fee_amount=-1_000, refund_amount=-9_000)
    second = made.imported(made.ventas(tmp_path, [back], "newer.xlsx"), program, shop)
    programs.assignment(shop, programs.participation(two, program), sku="B")
    assert replay.replay(shop) == replay.Replayed(1, 0)
    found = {(batch, company, month): (lines, net) for batch, company, _, month, lines, net in kept()}
    assert found == {
        (first.pk, one.pk, august): (0, 0),
        (first.pk, one.pk, september): (1, 5_000),
        (first.pk, None, august): (0, 0),
        (first.pk, two.pk, august): (1, 700),
        (second.pk, one.pk, august): (1, 0),
    }
    assert sorted(map(str, kept())) == sorted(map(str, by_lines()))


COPY = "INSERT INTO {into} SELECT (jsonb_populate_record(l, %s::jsonb)).* FROM reports_sales_line l LIMIT 1"


@pytest.mark.parametrize("into", ["reports_sales_line", "reports_sales_line_p202508"])
@pytest.mark.parametrize(
    "other",
    [
        '{"store_id": "00000000-0000-7000-8000-000000000001"}',
        '{"batch_id": "00000000-0000-7000-8000-000000000001"}',
        '{"currency_id": "XXX"}',
        '{"agency_id": "%(agency)s"}',
        '{"company_id": "%(company)s"}',
    ],
)
def test_a_line_that_hangs_on_nothing_does_not_enter(tmp_path, program, shop, owner_role, into, other):
    """Not by the owner's own hand, not past the ledger into a month's table; nor with another agency's or company's key."""
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    strange = {"agency": programs.program("OTHER", "OTHER").agency_id, "company": register.company(2).pk}
    changed = (other % strange).replace("{", '{"line_key": "forged", "id": -1, ')
    with owner_role(), pytest.raises(IntegrityError, match="reports_batch_sum"), transaction.atomic():
        run(COPY.format(into=into), changed)
    with owner_role():
        run(COPY.format(into=into), '{"line_key": "forged", "id": -1}')  # negative control
    assert run("SELECT sum(lines) FROM reports_batch_sum") == [(2,)]


@pytest.mark.parametrize("table", ["reports_importbatch", "programs_participation"])
def test_what_a_line_hangs_on_does_not_go(tmp_path, program, shop, owner_role, table):
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    with owner_role(), transaction.atomic():
        run("DELETE FROM programs_assignment")
        with pytest.raises(IntegrityError, match="reports_batch_sum"), transaction.atomic():
            run(f"DELETE FROM {table}")
        transaction.set_rollback(True)


def test_a_file_is_read_once_and_stands_beside_the_ledger_until_it_enters(tmp_path, program, shop):
    """What is entered is what was previewed: the lines that stand there."""
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item("A")), order(2, item("A"))]), program, shop)
    assert (batch.lines, staging.standing(batch.pk)) == (2, (2, []))
    assert run(f'SELECT "row", gross_amount FROM {staging.table_of(batch.pk)} ORDER BY 1') == [
        (7, Decimal(10_000)),
        (8, Decimal(10_000)),
    ]
    importing.enter(importing.confirm(batch, by=None))
    assert (SalesLine.objects.count(), staging.standing(batch.pk)) == (2, None)
    given_up = made.taken_in(made.ventas(tmp_path, [order(3, item("A"))], "b.xlsx"), program, shop)
    importing.cancel(given_up, by=None)
    assert staging.standing(given_up.pk) is None


def test_what_a_crash_of_the_database_took_away_is_read_anew(tmp_path, program, shop, owner_role):
    """Tables that are not kept through a crash are empty after it."""
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    path = made.ventas(tmp_path, [order(1, item("A")), order(2, item("A"), fee_amount=-500)])
    batch = importing.confirm(made.taken_in(path, program, shop), by=None)
    with owner_role():
        run(f"TRUNCATE {staging.table_of(batch.pk)}")
    entered = importing.enter(batch)
    assert (entered.state, entered.accepted, entered.duplicate) == (ImportBatch.State.DONE, 2, 0)
    assert run("SELECT count(*), sum(net_amount) FROM reports_sales_line") == [(2, Decimal(19_500))]


def test_lines_that_entered_before_the_offset_was_kept_are_known_all_the_same(
    tmp_path, program, shop, owner_role
):
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    path = made.ventas(tmp_path, [order(1, item("A"))])
    made.imported(path, program, shop)
    with owner_role():
        run("ALTER TABLE reports_sales_line DISABLE TRIGGER USER")
        run("UPDATE reports_sales_line SET offset_minutes = NULL")
        run("ALTER TABLE reports_sales_line ENABLE TRIGGER USER")
    again = made.imported(path, program, shop)
    assert (again.duplicate, again.replaced) == (1, 0)


def test_a_preview_that_nobody_confirms_holds_its_lines_for_a_week(tmp_path, program, shop, move_clock):
    """Whoever confirms it later has the file read anew."""
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    move_clock(dt.datetime(2025, 9, 1, tzinfo=dt.UTC))
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    move_clock(dt.datetime(2025, 9, 7, tzinfo=dt.UTC))
    assert (staging.sweep(), staging.standing(batch.pk)) == (0, (1, []))
    move_clock(dt.datetime(2025, 9, 9, tzinfo=dt.UTC))
    sweep_staging()
    assert staging.standing(batch.pk) is None
    assert importing.enter(importing.confirm(batch, by=None)).accepted == 1
    assert run("SELECT count(*), sum(net_amount) FROM reports_sales_line") == [(1, 10_000)]


def test_the_seal_of_an_earlier_import_still_holds(tmp_path, program, shop):
    """Files that were imported before were sealed over texts; of a line that changed neither seal is right."""
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    batch = made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    assert batch.lines_sha256 == seals.seal(ledger.SALES, batch.pk)
    for stated, found in (
        (batch.lines_sha256, []),
        (seals.seal_as_text(ledger.SALES, batch.pk), []),
        ("0" * 64, ["batch_seal"]),
    ):
        ImportBatch.objects.filter(pk=batch.pk).update(lines_sha256=stated)
        assert [each.check for each in verifying.batches() if not isinstance(each, int)] == found


def test_a_line_keeps_the_offset_by_which_its_file_told_the_time(tmp_path, program, shop):
    """Santiago is four hours behind in August and three from 7 September 2025 on."""
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    orders = [order(1, item("A"), at=santiago(8, 5)), order(2, item("A"), at=santiago(9, 20))]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    assert list(SalesLine.objects.order_by("ordered_at").values_list("offset_minutes", "kind")) == [
        (-240, "sale"),
        (-180, "sale"),
    ]
