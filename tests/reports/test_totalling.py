"""Totals of payout files that were made otherwise when they entered are made anew: by the lines, or by the file where it told known ones."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module

import pytest
from django.core.files.storage import storages
from django.db import connection, transaction

from ground import outbox
from ground.models import OutboxEvent
from programs.models import Assignment
from reports import handlers
from reports.domain import ledger, seals, summing, totalling, undoing
from reports.domain.verifying import verify
from reports.models import ImportBatch, PayoutLine
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago
from tests.reports.differences import plant
from tests.reports.test_payout_profiles import profile, program, shop, written

__all__ = ["program", "shop"]

pytestmark = pytest.mark.django_db
HEAD = (
    "Payment date,Payment number,Order number,Movement type,Product amount (USD),Selling fee (USD),Discount,Shipping income,"
    "Paid amount (USD)"
)
ONE = "2025-10-15,P-1,2000000000000001,Sale,100.00,-9.00,-5.00,4.00,90.00"
TWO = "2025-10-16,P-2,2000000000000002,Sale,50.00,-4.50,0.00,0.00,45.50"


def parts(gross: str, fees: str, shipping_in: str, net: str) -> dict[str, str]:
    return {
        "measure": "payouts", "currency": "USD", "gross": gross, "refunds": "0.00", "fees": fees, "shipping_in": shipping_in,
        "shipping_cost": "0.00", "net": net,
    }  # fmt: skip


def differing() -> set[str]:
    return {each.check for each in verify().differences} - {"file"}


def test_totals_of_before_are_those_of_the_ledger_and_no_line_changes(tmp_path, program, shop, owner_role):
    """The first file: 100 of products, less 9 of fee and 5 of discount, with 4 of shipping: fees of 10. The second tells it again, which the ledger
    knows, and 50 less 4.50: 150, fees of 14.50. Before, the discount stood among the products and shipping by itself."""
    made.imported(made.ventas(tmp_path, [order(1)]), program, shop)
    profile(program, HEAD, ONE, TWO)
    first = made.imported(written(tmp_path / "one.csv", HEAD, ONE), program, shop)
    second = made.imported(written(tmp_path / "both.csv", HEAD, ONE, TWO), program, shop)
    gone = made.imported(written(tmp_path / "gone.csv", HEAD, TWO.replace("P-2", "P-3")), program, shop)
    undoing.undo(gone, reason="by mistake", by=people.officer())
    assert (first.duplicate, second.duplicate) == (0, 1)
    now = {
        first.pk: parts("100.00", "-10.00", "0.00", "90.00"),
        second.pk: parts("150.00", "-14.50", "0.00", "135.50"),
    }
    before = {
        first.pk: parts("95.00", "-9.00", "4.00", "90.00"),
        second.pk: parts("145.00", "-13.50", "4.00", "135.50"),
    }
    of_company = {"business_number": register.company(1).business_number, "name": register.company(1).name_ko}

    def kept() -> dict[object, object]:
        return {each.pk: (each.totals, each.by_company) for each in ImportBatch.objects.filter(pk__in=now)}

    right = {
        first.pk: ([now[first.pk]], [{**of_company, "lines": 1, **now[first.pk]}]),
        second.pk: ([now[second.pk]], [{**of_company, "lines": 2, **now[second.pk]}]),
    }
    assert kept() == right
    assert differing() == set()
    for pk, (_totals, rows) in right.items():
        ImportBatch.objects.filter(pk=pk).update(
            totals=[before[pk]], by_company=[{**row, **before[pk]} for row in rows]
        )
    assert differing() == {"batch_totals"}
    lines = list(PayoutLine.objects.order_by("pk").values())
    migration = import_module("reports.migrations.0043_totals_of_payout_files_are_made_anew")
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(migration.ASK)
    events = OutboxEvent.objects.filter(topic=totalling.TOTAL).order_by("pk")
    assert [each.payload["batch"] for each in events] == [str(first.pk), str(second.pk)]
    with transaction.atomic():
        later = outbox.publish("sales.read", {"batch": str(first.pk)})
    assert {later.pk, *events.values_list("pk", flat=True)} & {*outbox.claim_due()} == {later.pk}
    one, other = (each.available_at - later.available_at for each in events)
    assert one > dt.timedelta(minutes=4)
    assert other - one == dt.timedelta(seconds=3)
    for each in events:
        handlers.total_file(each)
    assert kept() == right
    assert differing() == set()
    assert list(PayoutLine.objects.order_by("pk").values()) == lines
    assert [totalling.renew(each.pk) for each in (first, second, gone)] == [False, False, False]


INCOME = "Order ID,Payout Completed Date,Original Product Price,Voucher Sponsored by Seller,Refund Amount to Buyer,Total Released Amount"


@pytest.mark.parametrize("sealed", [lambda pk: seals.seal(ledger.PAYOUTS, pk, ()), lambda pk: seals.seal_as_text(ledger.PAYOUTS, pk)])  # fmt: skip
def test_refunds_of_files_from_before_they_were_kept_with_the_lines_stay_told(
    tmp_path, program, shop, owner_role, sealed
):
    """100.00 of products, less 10.00 of discount and 30.00 repaid: 60.00. The lines of then tell 40.00 of fees."""
    batch = made.imported(
        written(tmp_path / "income.csv", INCOME, "200000000000001,2025-10-15,100.00,-10.00,-30.00,60.00"),
        program,
        shop,
    )
    told = {**parts("100.00", "-10.00", "0.00", "60.00"), "refunds": "-30.00"}
    assert batch.totals == [told]
    plant(
        owner_role,
        "ALTER TABLE reports_payout_line DISABLE TRIGGER USER",
        "UPDATE reports_payout_line SET refund_amount = 0",
        "ALTER TABLE reports_payout_line ENABLE TRIGGER USER",
    )
    ImportBatch.objects.filter(pk=batch.pk).update(lines_sha256=sealed(batch.pk))
    assert (totalling.renew(batch.pk), differing()) == (False, set())
    of_before = {**told, "gross": "90.00", "fees": "0.00"}
    ImportBatch.objects.filter(pk=batch.pk).update(
        totals=[of_before], by_company=[{**row, **of_before} for row in batch.by_company]
    )
    assert (totalling.renew(batch.pk), differing()) == (True, set())
    now = ImportBatch.objects.get(pk=batch.pk)
    assert (now.totals, now.by_company) == (batch.totals, batch.by_company)


def test_lines_of_all_kinds_and_currencies_are_added_up_in_the_database_as_in_the_file(
    tmp_path, program, shop
):
    """Orders of two companies, one of both, with each kind of movement: what the file gave when it
    entered. No line is read. Currencies stand apart."""
    programs.assignment(shop, programs.participation(register.company(2), program), sku="B")
    orders = [order(1, item("A")), order(2, item("B")), order(3, item("A"), item("B"))]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    moved = [
        ("100.00", 1, "payment"), ("50.00", 2, "payment"), ("90.01", 3, "payment"), ("-20.00", 2, "refund"),
        ("-3.00", 1, "fee"), ("-4.50", 9, "shipping"), ("-70.00", 9, "payout"), ("-5.00", 1, "reserve_for_dispute"),
        ("8.00", 1, "a surprise"), ("-1.10", 1, "tax"), ("-2.20", 3, "chargeback"),
    ]  # fmt: skip
    rows = [
        movement(
            number, gross, order=of, at=santiago(10, 15), description=kind,
            fee_amount=Decimal("-1.01"), shipping_fee_amount=Decimal("-0.25"),
        )
        for number, (gross, of, kind) in enumerate(moved)
    ]  # fmt: skip
    batch = made.imported(made.release(tmp_path, rows), program, shop)
    assert len(batch.by_company) == 3
    before = [{**row, "fees": "0.00"} for row in batch.totals]
    ImportBatch.objects.filter(pk=batch.pk).update(totals=before)
    asked: list[str] = []

    def note(execute, sql, *rest):
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        assert totalling.renew(batch.pk)
    of_lines = [sql for sql in asked if "reports_payout_line" in sql and "SELECT EXISTS" not in sql]
    assert ["GROUPING SETS" in sql for sql in of_lines] == [True]
    now = ImportBatch.objects.get(pk=batch.pk)
    assert (now.totals, now.by_company) == (batch.totals, batch.by_company)
    assert differing() == set()
    shop.settlement_currency = programs.currency("CLP")
    shop.save()
    pesos = [
        movement(99, "12000", order=1, at=santiago(10, 15)),
        movement(98, "500", order=2, at=santiago(10, 15)),
    ]
    other = made.imported(made.release(tmp_path, pesos, "pesos.csv"), program, shop)
    totals, by_company = summing.of_payout_rows("SELECT * FROM reports_payout_line", {})
    assert totals == [*other.totals, *batch.totals]
    one, two, none = batch.by_company
    assert by_company == [other.by_company[0], one, other.by_company[1], two, none]


def told_known(tmp_path, program, shop) -> ImportBatch:
    """A file that tells what the ledger knows, with totals of before; its first row entered by another file."""
    profile(program, HEAD, ONE, TWO)
    made.imported(written(tmp_path / "one.csv", HEAD, ONE), program, shop)
    batch = made.imported(written(tmp_path / "both.csv", HEAD, ONE, TWO), program, shop)
    assert batch.duplicate == 1
    before = parts("145.00", "-13.50", "4.00", "135.50")
    ImportBatch.objects.filter(pk=batch.pk).update(
        totals=[before], by_company=[{**row, **before} for row in batch.by_company]
    )
    return ImportBatch.objects.select_related("file").get(pk=batch.pk)


def kept_of(batch: ImportBatch) -> tuple[object, object]:
    now = ImportBatch.objects.get(pk=batch.pk)
    return now.totals, now.by_company


def test_a_file_whose_copy_is_missing_keeps_its_totals(tmp_path, program, shop):
    batch = told_known(tmp_path, program, shop)
    storages["private"].delete(batch.file.path)
    before = kept_of(batch)
    with transaction.atomic():
        event = outbox.publish(totalling.TOTAL, {"batch": str(batch.pk)})
    assert outbox.handle(event.pk)
    assert kept_of(batch) == before


def test_a_file_that_names_no_currency_keeps_the_one_it_entered_with(tmp_path, program, shop):
    """The store had dollars then, and has pesos now."""
    rows = [f"20000000000000{number},2025-10-15,100.00,-10.00,-30.00,60.00" for number in (1, 2)]
    made.imported(written(tmp_path / "one.csv", INCOME, rows[0]), program, shop)
    batch = made.imported(written(tmp_path / "both.csv", INCOME, *rows), program, shop)
    assert (batch.duplicate, [row["currency"] for row in batch.totals]) == (1, ["USD"])
    shop.settlement_currency = programs.currency("CLP")
    shop.save()
    before = kept_of(batch)
    assert not totalling.renew(batch.pk)
    assert kept_of(batch) == before


def test_who_had_the_lines_when_a_file_entered_stays_where_its_totals_are_right(tmp_path, program, shop):
    """Nobody had the store's lines when the file entered. A company has them now, and totals that were wrong are told with it."""
    Assignment.objects.all().delete()
    batch = told_known(tmp_path, program, shop)
    programs.assignment(shop, programs.participation(register.company(2), program))
    right, of_before = parts("150.00", "-14.50", "0.00", "135.50"), kept_of(batch)[1]
    ImportBatch.objects.filter(pk=batch.pk).update(totals=[right])
    assert not totalling.renew(batch.pk)
    assert kept_of(batch) == ([right], of_before)
    ImportBatch.objects.filter(pk=batch.pk).update(totals=batch.totals)
    assert totalling.renew(batch.pk)
    totals, (row,) = kept_of(batch)
    assert (totals, row["name"], row["lines"]) == ([right], register.company(2).name_ko, 2)
    assert ImportBatch.objects.get(pk=batch.pk).unmatched == 0
