"""Own purchases are marked, named beside gross, taken back; what the program's money paid is named, too."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ground import clock
from ground.errors import RuleBroken
from reports.domain import marking, reporting
from reports.domain.verifying import verify
from reports.models import OrderMark, SalesLine
from reports.queries import order_sums
from reports.queries.counted import Scope
from reports.queries.of_which import OfWhich, of_which
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, order, rate, santiago
from tests.reports.differences import plant

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)
ONE, TWO, THREE = (f"2000{number:011}" for number in (1, 2, 3))
OWN = {"kind": "own", "reason": "대표자 가족 구매"}


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def shop(tmp_path, program):
    """At 2 won for a peso: in August order 1 of company 1 (10,000 pesos) and order 2 of company 2 (7,000); in September
    order 3 of company 1 (5,000, of which 1,000 came back)."""
    shop = programs.store("SHARED")
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    for month in (8, 9):
        rate("CLP", "KRW", dt.date(2025, month, 5), "2")
    made.imported(
        made.ventas(
            tmp_path,
            [
                order(1, item("A")),
                order(2, item("B", price=7_000)),
                order(3, item("A", price=5_000), refund_amount=-1_000, at=santiago(9, 5)),
            ],
        ),
        program,
        shop,
    )
    return shop


@pytest.fixture
def officer():
    return people.officer()


def scope(program, **more) -> Scope:
    return Scope(program, AUGUST, dt.date(2025, 9, 30), **more)


def no_differences() -> None:
    assert [str(each) for each in verify().differences] == []


def test_marked_orders_are_named_beside_gross_and_no_line_changes(program, shop, officer):
    rows, gross = SalesLine.objects.count(), order_sums.orders(scope(program)).krw_amount
    assert of_which(scope(program)) == []
    assert marking.mark(shop, [ONE, TWO, f" {ONE} "], by=officer, **OWN) == marking.Marked(2, 0)
    assert marking.mark(shop, [ONE, THREE], by=officer, **OWN) == marking.Marked(1, 1)
    assert (
        (SalesLine.objects.count(), order_sums.orders(scope(program)).krw_amount)
        == (rows, gross)
        == (3, 44_000)
    )
    assert of_which(scope(program)) == [
        OfWhich(AUGUST, "CLP", 17_000, 34_000, 2),
        OfWhich(SEPTEMBER, "CLP", 5_000, 10_000, 1),
    ]
    two = register.company(2).pk
    assert of_which(scope(program, companies=(two,)), each_company=True) == [
        OfWhich(AUGUST, "CLP", 7_000, 14_000, 1, company=two)
    ]
    no_differences()


def test_a_mark_is_taken_back_with_a_reason_and_stays_known_as_of_before(program, shop, officer, move_clock):
    marking.mark(shop, [ONE], by=officer, **OWN)
    row, before = OrderMark.objects.get(), clock.now()
    move_clock(clock.now() + dt.timedelta(minutes=5))
    with pytest.raises(RuleBroken, match="reason_missing"):
        marking.take_back(row, reason=" ", by=officer)
    for _twice in range(2):
        marking.take_back(row, reason="실제 판매로 확인", by=officer)
    assert of_which(scope(program)) == []
    assert of_which(scope(program, as_of=before)) == [OfWhich(AUGUST, "CLP", 10_000, 20_000, 1)]
    assert marking.mark(shop, [ONE], by=officer, **OWN) == marking.Marked(1, 0)
    no_differences()


def test_what_is_not_there_or_not_one_s_own_is_refused_and_nothing_is_marked(program, shop, officer):
    first, owner = register.company(1), register.member(register.company(1))
    for refused, arguments in (
        ("order_unknown", {"references": [ONE, "99"], "by": officer}),
        ("nothing_chosen", {"references": [" "], "by": officer}),
        ("too_many", {"references": [str(each) for each in range(2_001)], "by": officer}),
        ("not_your_agency", {"references": [ONE], "by": owner}),
        ("order_unknown", {"references": [TWO], "by": owner, "company": first}),
        ("not_your_company", {"references": [TWO], "by": owner, "company": register.company(2)}),
    ):
        with pytest.raises(RuleBroken, match=refused):
            marking.mark(shop, **OWN, **arguments)
    with pytest.raises(RuleBroken, match="reason_missing"):
        marking.mark(shop, [ONE], kind="own", reason=" ", by=officer)
    assert OrderMark.objects.count() == 0


def test_what_is_marked_after_a_month_was_closed_is_told_apart_and_the_month_stays(
    program, shop, officer, move_clock
):
    program.starts_on = AUGUST
    program.save()
    record = closed(program, AUGUST)
    move_clock(clock.now() + dt.timedelta(minutes=5))
    marking.mark(shop, [ONE, THREE], by=officer, **OWN)
    record.refresh_from_db()
    assert record.figures["orders"][0]["krw"] == "34000"
    assert of_which(scope(program)) == [
        OfWhich(AUGUST, "CLP", 10_000, 20_000, 1, later_krw_amount=20_000),
        OfWhich(SEPTEMBER, "CLP", 5_000, 10_000, 1),
    ]
    no_differences()


def test_the_report_names_own_purchases_and_program_money(tmp_path, program, shop, officer):
    path = tmp_path / "own.csv"
    path.write_text(
        "주문번호,주문일시,거래구분,판매자 할인,판매자 상품코드,수량,통화,상품금액,사업 할인\n"
        "77,2025-08-05 09:00:00,,0,A,1,CLP,3000,500\n",
        encoding="utf-8-sig",
    )
    made.imported(path, program, shop)
    marking.mark(shop, [ONE], by=officer, **OWN)
    assert of_which(scope(program)) == [OfWhich(AUGUST, "CLP", 10_000, 20_000, 1, 0, 500, 1_000)]
    run = reporting.write(program, SEPTEMBER, languages=["ko"])
    assert [
        (row["month"], row["own_krw_amount"], row["own_orders"], row["program_krw_amount"]) for row in run.data["of_which"]
    ] == [("2025-08-01", "20000", 1, "1000")]  # fmt: skip
    no_differences()
    marking.take_back(OrderMark.objects.get(), reason="잘못 표시", by=officer)
    no_differences()


def test_verify_tells_a_mark_that_somebody_changed_after_a_report(program, shop, officer, owner_role):
    marking.mark(shop, [ONE], by=officer, **OWN)
    reporting.write(program, SEPTEMBER, languages=["ko"])
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_ordermark DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM reports_ordermark")
        cursor.execute("ALTER TABLE reports_ordermark ENABLE TRIGGER USER")
    assert {each.check for each in verify().differences} == {"run_of_which", "history"}


def test_a_company_marks_its_orders_on_its_page(program, shop, officer):
    first = register.company(1)
    client = Client()
    client.force_login(register.member(first))
    page = client.get(reverse("order_marks")).content.decode()
    assert "표시한 주문이 없습니다" in page
    data = {
        "place": f"{shop.pk}|{first.pk}",
        "kind": "own",
        "references": f"{ONE}\n{THREE}",
        "reason": "직원 구매",
    }
    assert client.post(reverse("order_marks"), data).status_code == 302
    assert client.post(reverse("order_marks"), {**data, "references": TWO}).status_code == 409
    assert client.post(reverse("order_marks"), {**data, "references": ""}).status_code == 400
    assert (
        client.post(
            reverse("order_marks"), {**data, "place": f"{shop.pk}|{register.company(2).pk}"}
        ).status_code
        == 400
    )
    assert "자체구매" in client.get(reverse("sales_list")).content.decode()
    row = OrderMark.objects.get(order_reference=ONE)
    address = reverse("order_mark_take_back", args=[row.pk])
    assert address in client.get(reverse("order_marks")).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "착오"}).status_code == 302
    marking.mark(shop, [ONE], by=officer, **OWN)
    of_agency = OrderMark.objects.in_force().get(order_reference=ONE)
    assert (
        client.post(reverse("order_mark_take_back", args=[of_agency.pk]), {"reason": "착오"}).status_code
        == 409
    )
    stranger = Client()
    stranger.force_login(register.member(register.company(2)))
    assert stranger.get(address).status_code == 404
    assert ONE not in stranger.get(reverse("order_marks")).content.decode()


def test_staff_mark_and_take_back(program, shop, officer):
    client = Client()
    client.force_login(officer)
    data = {"place": str(shop.pk), "kind": "test", "references": f"{ONE}, {TWO}", "reason": "시험 주문"}
    assert (
        client.post(reverse("admin:reports_ordermark_add"), {**data, "references": "99"}).status_code == 409
    )
    assert client.post(reverse("admin:reports_ordermark_add"), data).status_code == 302
    row = OrderMark.objects.get(order_reference=ONE)
    for name in ("changelist", "change"):
        arguments = [row.pk] if name == "change" else []
        assert client.get(reverse(f"admin:reports_ordermark_{name}", args=arguments)).status_code == 200
    assert "자체구매" in client.get(reverse("admin:reports_results")).content.decode()
    assert (
        client.post(
            reverse("admin:reports_ordermark_take_back", args=[row.pk]), {"reason": "착오"}
        ).status_code
        == 302
    )
    assert OrderMark.objects.in_force().count() == 1


def test_a_pack_is_marked_by_its_number_or_an_order_in_it_once_and_read_before_the_store_waits(
    tmp_path, program, shop, officer, owner_role
):
    made.imported(made.ventas(tmp_path, [order(7, item("A"), item("B"))], "pack.xlsx"), program, shop)
    plant(
        owner_role,
        "ALTER TABLE reports_sales_line DISABLE TRIGGER USER",
        "UPDATE reports_sales_line SET order_reference = 'IN-' || sku WHERE pack_reference <> ''",
        "ALTER TABLE reports_sales_line ENABLE TRIGGER USER",
    )
    pack = "2000" + "7".zfill(11)
    assert sorted(row[:2] for row in marking._orders(shop, [pack, "IN-A", "IN-B"], None)) == [
        (pack, pack), (pack, pack), ("IN-A", pack), ("IN-B", pack),
    ]  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        assert marking.mark(shop, ["IN-A", pack], **OWN, by=officer).new == 2
    assert {mark.order_reference for mark in OrderMark.objects.all()} == {pack}
    said = [each["sql"] for each in asked]
    (lock,) = [place for place, sql in enumerate(said) if "FOR NO KEY UPDATE" in sql]
    (lines,) = [place for place, sql in enumerate(said) if "FROM reports_sales_line" in sql]
    assert lines < lock
