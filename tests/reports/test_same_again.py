"""The same file again: nothing enters, and what comes of each line is what holds at the instant at which its file enters."""

from __future__ import annotations

import pytest
from django.db import connection

from reports.domain import importing, staging, undoing
from reports.domain.verifying import verify
from reports.files.mapping.profiles import naru
from reports.models import ImportBatch
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago
from tests.reports.files.mapping import made as mapped

pytestmark = pytest.mark.django_db

HEADINGS = [korean for _into, korean, _english in naru.FORM]


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def shop(program):
    store = programs.store("SHARED")
    programs.assignment(store, programs.participation(register.company(1), program))
    return store


def ask(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def rows() -> list[tuple[object, ...]]:
    """Order, version, sign, batch and net of all rows, in their order."""
    return ask(
        "SELECT order_reference, version, sign, batch_id, net_amount::integer FROM reports_sales_line"
        " ORDER BY order_reference, version, sign DESC"
    )


def waiting(path, program, shop) -> ImportBatch:
    """The file, previewed and confirmed."""
    return importing.confirm(made.taken_in(path, program, shop), by=None)


def template(folder, *found: dict[str, str], name: str = "naru.csv"):
    told = {"주문일시": "2025-08-12", "통화": "CLP", "거래구분": "판매", "수량": "1"}
    return mapped.written(folder / name, mapped.text(naru.TEMPLATE, HEADINGS, [told | row for row in found]))


ONE, TWO = order(1).reference, order(2).reference


def test_a_line_that_changed_since_the_preview_changes_back(tmp_path, program, shop):
    """10,000 and 7,000; the same file waits when a newer one says 9,000 and 7,000."""
    path = made.ventas(tmp_path, [order(1), order(2, item(price=7_000))])
    first = made.imported(path, program, shop)
    again = waiting(path, program, shop)
    assert (again.duplicate, again.replaced) == (2, 0)
    newer = made.imported(
        made.ventas(tmp_path, [order(1, item(price=9_000)), order(2, item(price=7_000))], "newer.xlsx"), program, shop
    )  # fmt: skip
    again = importing.enter(again)
    assert (again.state, again.duplicate, again.replaced) == (ImportBatch.State.DONE, 1, 1)
    assert rows() == [
        (ONE, 1, 1, first.pk, 10_000), (ONE, 1, -1, first.pk, -10_000),
        (ONE, 2, 1, newer.pk, 9_000), (ONE, 2, -1, newer.pk, -9_000),
        (ONE, 3, 1, again.pk, 10_000),
        (TWO, 1, 1, first.pk, 7_000),
    ]  # fmt: skip
    assert verify().differences == ()


def test_lines_that_were_taken_back_since_the_preview_enter(tmp_path, program, shop):
    path = made.ventas(tmp_path, [order(1), order(2, item(price=7_000))])
    first = made.imported(path, program, shop)
    again = waiting(path, program, shop)
    undoing.undo(first, reason="다른 스토어의 파일", by=people.officer())
    again = importing.enter(again)
    assert (again.duplicate, again.replaced) == (0, 0)
    assert rows() == [
        (ONE, 1, 1, first.pk, 10_000), (ONE, 1, -1, first.pk, -10_000), (ONE, 2, 1, again.pk, 10_000),
        (TWO, 1, 1, first.pk, 7_000), (TWO, 1, -1, first.pk, -7_000), (TWO, 2, 1, again.pk, 7_000),
    ]  # fmt: skip
    third = made.imported(path, program, shop)
    assert (third.duplicate, third.replaced, len(rows())) == (2, 0, 6)
    assert verify().differences == ()


def test_lines_that_entered_since_the_preview_are_known(tmp_path, program, shop):
    path = made.ventas(tmp_path, [order(1), order(2, item(price=7_000))])
    both = [waiting(path, program, shop) for _ in range(2)]
    assert [each.duplicate for each in both] == [0, 0]
    one, two = (importing.enter(each) for each in both)
    assert (one.duplicate, two.duplicate, two.replaced) == (0, 2, 0)
    assert rows() == [(ONE, 1, 1, one.pk, 10_000), (TWO, 1, 1, one.pk, 7_000)]
    assert verify().differences == ()


def test_of_a_line_with_a_long_past_its_last_version_is_compared(tmp_path, program, shop):
    """10,000, then 9,000, then 9,000 is taken back: 10,000 stands as the third version."""
    files = [
        made.ventas(tmp_path, [order(1, item(price=price))], f"{price}.xlsx") for price in (10_000, 9_000)
    ]
    made.imported(files[0], program, shop)
    second = made.imported(files[1], program, shop)
    undoing.undo(second, reason="다른 스토어의 파일", by=people.officer())
    assert made.imported(files[0], program, shop).duplicate == 1
    assert len(rows()) == 5
    fourth = made.imported(files[1], program, shop)
    assert (fourth.duplicate, fourth.replaced) == (0, 1)
    assert rows()[5:] == [(ONE, 3, -1, rows()[0][3], -10_000), (ONE, 4, 1, fourth.pk, 9_000)]
    assert made.imported(files[1], program, shop).duplicate == 1
    assert len(rows()) == 7
    assert verify().differences == ()


def test_keys_that_are_too_long_for_the_ledger_are_known_again(tmp_path, program, shop, owner_role):
    """Two of them begin alike, a third is short; the second file says 250 for 200."""

    def entered(name: str, amount: str) -> ImportBatch:
        found = [{"주문번호": f"O-{n}", "상품금액": each} for n, each in enumerate(("1000", amount, "30"))]
        batch = waiting(template(tmp_path, *found, name=name), program, shop)
        with owner_role(), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {staging.table_of(batch.pk)} SET line_key = repeat('K', 200) || line_key WHERE order_reference <> 'O-2'"
            )
        return importing.enter(batch)

    assert (entered("first.csv", "200").duplicate, len(rows())) == (0, 3)
    again = entered("again.csv", "250")
    assert (again.duplicate, again.replaced, len(rows())) == (2, 1, 5)
    assert ask("SELECT sum(sign), sum(net_amount), max(length(line_key)) FROM reports_sales_line") == [
        (3, 1_280, 161)
    ]


def test_a_small_file_is_looked_up_by_its_keys(tmp_path, program, shop, owner_role):
    """Nothing of a large store's ledger is read through for a file of two lines."""
    many = [{"주문번호": f"O-{number:05}", "상품금액": "100"} for number in range(4_000)]
    made.imported(template(tmp_path, *many), program, shop)
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("ANALYZE reports_sales_line")
    read = "SELECT coalesce(sum(seq_tup_read), 0)::integer FROM pg_stat_xact_user_tables WHERE relname LIKE 'reports_sales_line_p%%'"
    before = ask(read)[0][0]
    small = made.taken_in(
        template(tmp_path, many[7], {"주문번호": "NEW", "상품금액": "5"}, name="small.csv"), program, shop
    )
    assert (small.lines, small.duplicate) == (2, 1)
    assert ask(read)[0][0] - before <= 2  # whether there is any, asked twice


def test_the_file_itself_changes_nothing_in_any_order(tmp_path, program, shop):
    """The lines in another order, and one of them twice."""
    orders = [order(1), order(2, item(price=7_000)), order(3, item("B", 2), at=santiago(9, 1))]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    before = rows()
    turned = [*reversed(orders), orders[0]]
    again = made.imported(made.ventas(tmp_path, turned, "turned.xlsx"), program, shop)
    assert (again.rows, again.repeated, again.duplicate, again.replaced, rows()) == (4, 1, 4, 0, before)
    assert again.lines_sha256
