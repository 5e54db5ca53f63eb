"""A closed month refuses every change, also by raw SQL; its hash, rates, taxes and declarations stay."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.domain import approvals
from programs.domain import planning, stores
from reports.domain import declaring, reminding
from reports.domain.verifying import verify
from reports.models import CustomsRecord, Declaration, PayoutLine, SalesLine
from reports.queries import closing as questions
from reports.queries import order_sums
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import asked_for, closed, krw, net, nothing_differs, refused, reopened, worked
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


def test_the_hash_of_a_month_covers_what_payouts_gave_back(tmp_path, now, program, shop, owner_role):
    """By the rule of now. A month that was closed by the rule before, which left it out, is still compared by that one."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    rows = [movement(1, "10000", order=1, at=santiago(8, 20))]
    made.imported(made.release(tmp_path, rows), program, shop)
    assert PayoutLine.objects.count() == 1
    row = closed(program, AUGUST)
    assert (row.rows, row.rows_rule) == (2, 2)
    first = questions.rows_and_sha256(program.pk, AUGUST, rule=1)
    assert first != (row.rows, row.rows_sha256)
    hashes = {each.check for each in verify().differences}
    assert hashes == set()
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_closedmonth SET rows_rule = 1")
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("reports_payout_line", "reports_closedmonth"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("UPDATE reports_payout_line SET refund_amount = refund_amount - 1")
        assert "closing_rows" in {each.check for each in verify().differences}
        cursor.execute(
            "UPDATE reports_closedmonth SET rows_rule = 1, rows_sha256 = %s WHERE id = %s", [first[1], row.pk]
        )
        assert "closing_rows" not in {each.check for each in verify().differences}
        cursor.execute("UPDATE reports_payout_line SET description_class = description_class || 'x'")
        assert "closing_rows" in {each.check for each in verify().differences}


def test_raw_sql_of_any_role_is_refused(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    names = [field.column for field in SalesLine._meta.fields if field.column not in {"id", "line_key"}]
    columns = ", ".join(f'"{name}"' for name in names)
    copy = f"INSERT INTO {{}} ({columns}, line_key) SELECT {columns}, line_key || 'x' FROM reports_sales_line"
    for role in ("naru_web", "naru_root"):
        for table in ("reports_sales_line", "reports_sales_line_p202508"):
            with (
                pytest.raises(
                    DatabaseError, match=r"is closed|permission denied for table reports_sales_line_p202508"
                ),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"SET LOCAL ROLE {role}") if role == "naru_web" else cursor.execute(
                    "RESET ROLE"
                )
                cursor.execute(copy.format(table))
    for statement in (
        "UPDATE reports_closedmonth SET month = '2025-09-01'",
        "UPDATE reports_closedmonth SET figures = '{}'",
        "DELETE FROM reports_closedmonth",
        "UPDATE reports_closedmonth SET state = 'asked'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert nothing_differs()


def test_closed_months_are_not_lost_on_the_way_back(tmp_path, now, owner_role, program, shop):
    back = import_module("reports.migrations.0015_months_are_closed").Migration.operations[-1].reverse_sql
    with owner_role(), connection.cursor() as cursor:
        before = transaction.savepoint()
        cursor.execute(back)
        transaction.savepoint_rollback(before)
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    reopened(closed(program, AUGUST))
    with (
        pytest.raises(DatabaseError, match="months have been closed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("RESET ROLE")
        cursor.execute(back)


def test_raw_sql_needs_two_people_as_well(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    asked = asked_for(program, AUGUST, reason="8월 마감", by=people.officer())
    manager = people.officer("manager")

    def is_refused(statement, match):
        with (
            pytest.raises(DatabaseError, match=match),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE reports_closedmonth SET {statement}")

    agreed_to = f"closed_at = now(), agreed_by_id = '{manager.pk}', approval_id = '{asked.pk}'"
    is_refused(agreed_to, "closed_month_agreed_to")
    is_refused(f"state = 'closed', {agreed_to}", "two people")
    approvals.answer_any(asked, by=manager, grant=True)
    row = worked(asked)
    opened = "reopened_at = now(), reopen_reason = 'r', reopen_approval_id = approval_id"
    is_refused(opened, "closed_month_opened_by_two")
    is_refused(f"state = 'reopened', {opened}", "opened again by two")
    assert reopened(row).state == "reopened"
    is_refused("reopen_reason = 'another'", "stays")
    is_refused("reopened_at = now()", "stays")
    assert nothing_differs()
    type(asked).objects.filter(pk=row.approval_id).update(is_granted=False)
    assert {each.check for each in verify().differences} == {"closing_agreed"}


def test_rates_entered_later_do_not_move_a_closed_month(tmp_path, now, program, shop):
    """At the closing 1,400 won to the dollar; a correction says 1,425. The closed month keeps 14,737 won, and so do the rows
    that take its line back later; by the rates of now it would be 15,000."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    made.rate("USD", "KRW", dt.date(2025, 8, 5), "1425", version=2)
    assert krw(program, AUGUST) == 14_737
    scope = questions.replace(questions.scope_of(program, AUGUST), is_restated=True)
    assert order_sums.orders(scope).krw_amount == 15_000
    undone = [order(1, item("A"), refund_amount=-10_000)]
    made.imported(made.ventas(tmp_path, undone, "b.xlsx", exported_at=santiago(9, 9)), program, shop)
    assert (krw(program, SEPTEMBER), net(program, SEPTEMBER)) == (0, -14_737)
    assert nothing_differs()


def test_a_rate_is_known_when_it_is_entered_whatever_it_says(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    row = closed(program, AUGUST)
    late = made.rate("USD", "KRW", dt.date(2025, 8, 5), "1425", version=2, created_at=row.created_at)
    late.refresh_from_db()
    assert late.created_at > row.closed_at
    assert krw(program, AUGUST) == 14_737
    assert nothing_differs()


def test_declarations_and_customs_of_a_closed_month_are_refused(tmp_path, now, program, participation, shop):
    by = register.member(participation.company)
    words = {
        "month": AUGUST,
        "currency": programs.currency("CLP"),
        "amount": Decimal(5),
        "orders": 1,
        "by": by,
    }
    reminding.ask()
    declaring.declare(participation, **words)
    customs = {"month": AUGUST, "kind": "direct", "source": "증명서", "by": people.officer()}
    declaring.record_customs(participation, fob_amount=Decimal(7), **customs)
    row = closed(program, AUGUST)
    assert row.figures["declared"] == [{"currency": "CLP", "amount": "5", "krw": "7"}]
    assert row.figures["customs"] == [{"currency": "USD", "amount": "7", "krw": "9800"}]
    refused("month_closed", declaring.declare, participation, **words | {"amount": Decimal(6)})
    refused("month_closed", declaring.record_customs, participation, fob_amount=Decimal(8), **customs)
    for verb in (
        lambda: Declaration.objects.update(amount=9),
        lambda: CustomsRecord.objects.update(fob_amount=9),
        lambda: Declaration.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="is closed"), transaction.atomic():
            verb()
    assert nothing_differs()


def test_tax_and_rate_rule_of_closed_months_stay(tmp_path, now, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    by = people.officer()
    sentence = refused(
        "tax_settled", stores.set_tax, shop, treatment="none", from_on=dt.date(2025, 8, 15), by=by
    )
    assert "2025. 9. 1.(월)" in sentence
    tax = shop.taxes.get()
    values = {
        "treatment": "in_price",
        "rate_percent": Decimal(20),
        "from_on": tax.from_on,
        "reason": "r",
        "by": by,
    }
    refused("tax_settled", stores.correct_tax, tax, **values)
    for change in (
        {"rate_percent": 20},
        {"from_on": dt.date(2025, 8, 2)},
        {"until_on": dt.date(2025, 8, 20)},
        {"store": programs.store("EMPTY")},
    ):
        with pytest.raises(DatabaseError, match="settled"), transaction.atomic():
            shop.taxes.update(**change)
    stores.set_tax(shop, treatment="none", from_on=SEPTEMBER, by=by)
    tax.refresh_from_db()
    assert tax.until_on == dt.date(2025, 8, 31)
    program.rate_rule = "month_average"
    refused("rates_settled", planning.save_program, program, by=by)
    assert nothing_differs()


def test_verify_finds_what_was_planted(tmp_path, now, owner_role, program, shop):
    """Past all triggers, as the owner of the database could: a row in the closed month, one booked later than it need be."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    closed(program, AUGUST)
    left_out = {"id", "line_key", "entered_at", "event_on", "business_day"}
    columns = ", ".join(
        f'"{field.column}"' for field in SalesLine._meta.fields if field.column not in left_out
    )
    found = []
    for day, event in ((dt.date(2025, 8, 6), None), (dt.date(2025, 10, 1), dt.date(2025, 9, 3))):
        with connection.cursor() as cursor, owner_role():
            cursor.execute("SELECT naru_ensure_month('reports_sales_line', %s)", [day])
            cursor.execute("ALTER TABLE reports_sales_line DISABLE TRIGGER USER")
            cursor.execute(
                f"INSERT INTO reports_sales_line ({columns}, line_key, business_day, event_on)"
                f" SELECT {columns}, line_key || %s, %s, %s FROM reports_sales_line WHERE line_key NOT LIKE '%%!%%'",
                [f"!{day}", day, event],
            )
            cursor.execute("ALTER TABLE reports_sales_line ENABLE TRIGGER USER")
        found.append({each.check for each in verify().differences})
    assert {"closing_now", "closing_rows", "entered_in_closed"} <= found[0]
    assert "booked_later" not in found[0]
    assert "booked_later" in found[1]
