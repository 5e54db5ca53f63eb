"""Goods in warehouses: what was sent, sold and remains up to a day; entered one by one or as a list, corrected, taken back."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ground.errors import RuleBroken
from reports import shipment_forms
from reports.domain import shipping
from reports.domain.shipping import Sent
from reports.domain.verifying import shipments as second_way
from reports.models import Shipment
from reports.queries import shipments
from reports.shipment_forms import COLUMNS
from reports.views import shipments as views
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, order, rate, santiago

pytestmark = pytest.mark.django_db
JULY = dt.date(2025, 7, 10)


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def part(program):
    return programs.participation(register.company(1), program)


@pytest.fixture
def shop(tmp_path, program, part):
    """SKU A: 3 units sold in August, 2 in September; SKU B: 1 in August. 10,000 pesos a unit, 2 won a peso."""
    shop = programs.store("SHARED")
    for sku in ("A", "B"):
        programs.assignment(shop, part, sku=sku)
    for month in (8, 9):
        rate("CLP", "KRW", dt.date(2025, month, 5), "2")
    rate("USD", "KRW", dt.date(2025, 7, 1), "1400")
    sold = [
        order(1, item("A", units=3)),
        order(2, item("B")),
        order(3, item("A", units=2), at=santiago(9, 5)),
    ]
    made.imported(made.ventas(tmp_path, sold), program, shop)
    return shop


@pytest.fixture
def officer():
    return people.officer()


def sent(part, shop, sku: str = "A", units: int | None = 4, fob: str = "40", **more) -> Sent:
    return Sent(part, shop, JULY, Decimal(fob), sku, units, **more)


def test_what_remains_is_counted_up_to_a_day_and_less_than_nothing_is_shown(program, part, shop, officer):
    """4 of A sent; 3 sold until August, 5 until September: 1 remains, then -1. Of B 1 was sold and none was ever sent."""
    shipping.record([sent(part, shop)], by=officer)

    def seen(on: dt.date):
        return [
            (row.sku, row.sent_units, row.sold_units, row.left, row.is_short)
            for row in shipments.compared(program, on)
        ]

    assert shipments.compared(program, JULY - dt.timedelta(days=1)) == []
    assert seen(dt.date(2025, 8, 31)) == [
        (None, 4, 4, 0, False),
        ("A", 4, 3, 1, False),
        ("B", 0, 1, -1, True),
    ]
    assert seen(dt.date(2025, 9, 30)) == [
        (None, 4, 6, -2, True),
        ("A", 4, 5, -1, True),
        ("B", 0, 1, -1, True),
    ]
    whole = shipments.compared(program, dt.date(2025, 9, 30))[0]
    assert (whole.fob_amount, whole.fob_krw_amount, whole.sold_krw_amount) == (40, 56_000, 120_000)
    assert shipments.has_shipments(program)
    assert [shipments.has_shipments(program, register.company(n).pk) for n in (1, 2)] == [True, False]
    shipping.record([sent(part, shop, "", None, "10")], by=officer)
    whole = shipments.compared(program, dt.date(2025, 9, 30))[0]
    assert (whole.sent_units, whole.left, whole.fob_amount) == (None, None, 50)


def test_of_a_sku_nothing_is_compared_while_a_shipment_may_hold_it_unsaid(program, part, shop, officer):
    shipping.record([sent(part, shop, "", 100), sent(part, shop, "A", 2)], by=officer)
    found = shipments.compared(program, dt.date(2025, 9, 30))
    assert [(row.sku, row.sent_units, row.left, row.is_short) for row in found] == [
        (None, 102, 96, False),
        ("A", None, None, False),
        ("B", None, None, False),
    ]


def test_what_came_late_for_a_closed_month_counts_in_units_and_won_on_the_same_day(
    tmp_path, program, part, shop, officer
):
    """4 units until August, 40,000 pesos. A unit of 6 August comes after August was closed: it is booked in September."""
    program.starts_on = dt.date(2025, 8, 1)
    program.save()
    shipping.record([sent(part, shop, units=9)], by=officer)
    closed(program, dt.date(2025, 8, 1))
    made.imported(made.ventas(tmp_path, [order(9, item("A"), at=santiago(8, 6))]), program, shop)
    august, september = (shipments.compared(program, dt.date(2025, *day))[0] for day in ((8, 31), (9, 30)))
    assert (august.sold_units, august.sold_krw_amount) == (4, 80_000)
    assert (september.sold_units, september.sold_krw_amount) == (7, 140_000)


def test_a_price_is_corrected_within_sixty_days_and_a_shipment_taken_back(program, part, shop, officer):
    (row,) = shipping.record([sent(part, shop)], by=officer)
    last = JULY + dt.timedelta(days=60)
    facts = {"amount": Decimal(36), "number": "C-1", "by": officer}
    for refused, more in (
        ("too_late", {"on": last + dt.timedelta(days=1)}),
        ("too_late", {"on": JULY - dt.timedelta(days=1)}),
        ("no_number", {"on": last, "number": " "}),
        ("amount_negative", {"on": last, "amount": Decimal(-1)}),
    ):
        with pytest.raises(RuleBroken, match=refused):
            shipping.correct(row, **{**facts, **more})
    shipping.correct(row, on=last, **facts)
    assert shipments.compared(program, last)[0].fob_amount == 36
    with pytest.raises(RuleBroken, match="reason_missing"):
        shipping.take_back(row, reason=" ", by=officer)
    for _twice in range(2):
        shipping.take_back(row, reason="잘못 입력", by=officer)
    assert shipments.compared(program, last) == []
    with pytest.raises(RuleBroken, match="taken_back"):
        shipping.correct(row, on=last, **facts)


def test_what_cannot_be_is_refused_whole(program, part, shop, officer):
    stranger = register.member(register.company(2))
    other = programs.store("OTHER")
    for refused, rows, by in (
        ("shipment_known", [sent(part, shop), sent(part, shop)], officer),
        ("not_your_agency", [sent(part, shop)], stranger),
        ("not_its_store", [sent(part, shop, "B"), sent(part, other)], officer),
        ("units_wrong", [sent(part, shop, units=0)], officer),
        ("amount_negative", [sent(part, shop, fob="-1")], officer),
        ("in_future", [Sent(part, shop, dt.date(2999, 1, 1), Decimal(1))], officer),
    ):
        with pytest.raises(RuleBroken, match=refused):
            shipping.record(rows, by=by)
    assert Shipment.objects.count() == 0


def book(*rows: tuple[object, ...]) -> SimpleUploadedFile:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made_book:
        sheet = made_book.add_worksheet()
        for number, row in enumerate([[korean for korean, _english in COLUMNS], *rows]):
            sheet.write_row(number, 0, row)
    return SimpleUploadedFile("선적 목록.xlsx", out.getvalue())


def test_a_company_enters_one_shipment_and_a_list_that_it_looked_at(program, part, shop):
    client = Client()
    client.force_login(register.member(part.company))
    address = reverse("shipments")
    assert client.get(address).status_code == 200
    one = {"action": "record", "place": f"{part.pk}|{shop.pk}", "sent_on": "2025-07-10", "sku": "A", "units": "4",
           "fob_amount": "40"}  # fmt: skip
    assert client.post(address, one).status_code == 302
    assert client.post(address, one).status_code == 409
    assert client.post(address, {**one, "fob_amount": "x"}).status_code == 400
    assert client.post(address, {**one, "sku": "B", "units": "99999999999"}).status_code == 400
    wrong = book(("", "SHARED", "2025-07-11", "A", 2, 20, ""), ("", "NONE", "2025-07-11", "A", 2, 20, ""))
    answer = client.post(address, {"action": "read", "upload": wrong})
    assert (answer.status_code, answer.context["has_faults"], answer.context["rows"]) == (200, True, "")
    answer = client.post(
        address, {"action": "read", "upload": book(("", "SHARED", "2025-07-11", "B", 2, "20.50", "D-1"))}
    )
    assert (answer.context["has_faults"], Shipment.objects.count()) == (False, 1)
    assert client.post(address, {"action": "apply", "rows": answer.context["rows"] + "x"}).status_code == 409
    assert client.post(address, {"action": "apply", "rows": answer.context["rows"]}).status_code == 302
    assert client.post(address, {"action": "apply", "rows": answer.context["rows"]}).status_code == 409
    row = Shipment.objects.get(sku="B")
    assert (row.units, row.fob_amount, row.declaration_number) == (2, Decimal("20.50"), "D-1")
    assert (
        client.post(address, {"action": "read", "upload": SimpleUploadedFile("a.xlsx", b"no")}).status_code
        == 400
    )
    for query in ("?format=xlsx", "?format=list"):
        assert client.get(address + query)["Content-Type"].endswith("sheet")
    mine = reverse("shipment", args=[row.pk])
    assert client.get(mine).status_code == 200
    values = {
        "action": "correct",
        "corrected_amount": "18",
        "corrected_on": "2025-08-01",
        "correction_number": "C-1",
    }
    assert client.post(mine, values).status_code == 302
    assert "월별로 맞지 않습니다" in client.get(reverse("sales_list")).content.decode()
    assert client.post(mine, {"action": "take_back", "reason": ""}).status_code == 400
    assert client.post(mine, {"action": "take_back", "reason": "착오"}).status_code == 302
    assert address in client.get(reverse("sales_list")).content.decode()
    stranger = Client()
    stranger.force_login(register.member(register.company(2)))
    assert stranger.get(mine).status_code == 404


def test_staff_enter_shipments_and_see_what_remains(program, part, shop, officer):
    client = Client()
    client.force_login(officer)
    add = reverse("admin:reports_shipment_add")
    assert client.get(add).status_code == 200
    rows = book((part.company.business_number, "SHARED", "2025-07-11", "A", 2, 20, ""))
    answer = client.post(add, {"action": "read", "upload": rows})
    assert client.post(add, {"action": "apply", "rows": answer.context["rows"]}).status_code == 302
    row = Shipment.objects.get()
    page = client.get(
        reverse("admin:reports_stock"), {"program": program.code, "on": "2025-09-30"}
    ).content.decode()
    assert "발송보다 판매가 많음" in page
    assert client.get(reverse("admin:reports_stock"), {"format": "xlsx"})["Content-Type"].endswith("sheet")
    change = reverse("admin:reports_shipment_change", args=[row.pk])
    assert client.get(change).status_code == 200
    assert client.get(reverse("admin:reports_shipment_changelist")).status_code == 200
    values = {"corrected_amount": "18", "corrected_on": "2025-08-01", "correction_number": "C-1"}
    assert client.post(reverse("admin:reports_shipment_correct", args=[row.pk]), values).status_code == 302
    assert (
        client.post(
            reverse("admin:reports_shipment_take_back", args=[row.pk]), {"reason": "착오"}
        ).status_code
        == 302
    )
    row.refresh_from_db()
    assert (row.corrected_amount, row.end_reason) == (18, "착오")


def test_of_many_places_the_code_and_the_number_are_typed(client, program, part, shop, officer, monkeypatch):
    other = programs.participation(register.company(2), program)
    programs.assignment(shop, other, sku="C")
    client.force_login(officer)
    add = reverse("admin:reports_shipment_add")
    assert list(client.get(add).context["form"].fields)[:2] == ["place", "sent_on"]
    monkeypatch.setattr(shipment_forms, "MOST_CHOICES", 1)
    assert list(client.get(add).context["form"].fields)[:3] == ["store_code", "business_number", "sent_on"]
    one = {"action": "record", "store_code": "SHARED", "business_number": other.company.pretty_number, "sent_on": "2025-07-10",
           "fob_amount": "40"}  # fmt: skip
    for wrong in (
        {"store_code": "NONE"},
        {"business_number": register.company(3).business_number},
        {"business_number": "-"},
    ):
        assert client.post(add, {**one, **wrong}).status_code == 400
    assert client.post(add, one).status_code == 302
    assert client.post(add, one).status_code == 409
    assert Shipment.objects.get().participation == other


@pytest.fixture
def last_year(part, shop):
    """The same company in the same store, in the program of the year before."""
    other = programs.program("2024-CHILE", starts_on=dt.date(2024, 3, 1), ends_on=dt.date(2024, 12, 31))
    before = programs.participation(part.company, other)
    programs.assignment(shop, before, sku="D")
    return before


def test_of_several_programs_the_day_of_sending_or_the_code_names_one(
    client, part, last_year, officer, monkeypatch
):
    """Of 10 July 2025 this year's program is meant, of 1 May 2024 that of the year before; of 1 January neither by itself."""
    monkeypatch.setattr(shipment_forms, "MOST_CHOICES", 1)
    client.force_login(officer)
    add = reverse("admin:reports_shipment_add")
    one = {
        "action": "record",
        "store_code": "SHARED",
        "business_number": part.company.business_number,
        "fob_amount": "40",
    }
    for sent_on, code, taken in (
        ("2025-07-10", "", part),
        ("2024-05-01", "", last_year),
        ("2025-01-01", "", None),
        ("2025-01-01", part.program.code.lower(), part),
        ("2025-07-11", "2024-CHILE", last_year),
        ("2025-07-12", "2023-CHILE", None),
    ):
        answer = client.post(add, {**one, "sent_on": sent_on, "program_code": code})
        assert answer.status_code == (302 if taken else 400)
        found = Shipment.objects.filter(sent_on=sent_on, participation=taken)
        assert found.exists() is (taken is not None)
    assert "사업 코드를 입력하세요" in str(answer.context["form"].errors)


def test_a_list_names_the_program_by_the_day_or_in_its_last_column(client, part, last_year, officer):
    client.force_login(officer)
    add, number = reverse("admin:reports_shipment_add"), part.company.business_number
    rows = book(
        (number, "SHARED", "2024-05-01", "D", 2, 20, ""),
        (number, "SHARED", "2025-09-01", "A", 2, 20, "", part.program.code),
    )
    answer = client.post(add, {"action": "read", "upload": rows})
    assert not answer.context["has_faults"]
    assert client.post(add, {"action": "apply", "rows": answer.context["rows"]}).status_code == 302
    taken = Shipment.objects.order_by("sent_on").values_list("participation", flat=True)
    assert list(taken) == [last_year.pk, part.pk]


def test_a_company_is_not_guessed_by_the_program(part, shop, last_year, officer):
    """Without a business number two companies of one store stay two, whatever the day."""
    other = programs.participation(register.company(2), last_year.program)
    programs.assignment(shop, other, sku="E")
    last_year.state = "ended"
    last_year.save()
    (place,) = views.places_of_staff(officer).match(
        [shipment_forms.Wanted("SHARED", "", dt.date(2024, 5, 1))]
    )
    assert place is None


@pytest.mark.parametrize("count", [1, 40])
def test_a_list_is_looked_at_with_as_many_queries_of_forty_rows_as_of_one(client, part, shop, officer, count):
    client.force_login(officer)
    add = reverse("admin:reports_shipment_add")
    rows = book(
        *((part.company.business_number, "SHARED", f"2025-07-{1 + number % 28:02}", f"S{number}", 2, 20, "") for number in range(count))
    )  # fmt: skip
    client.get(add)
    with CaptureQueriesContext(connection) as asked:
        answer = client.post(add, {"action": "read", "upload": rows})
    assert not answer.context["has_faults"]
    of_shipments = [
        each["sql"] for each in asked if "shipment" in each["sql"] or "programs_assignment" in each["sql"]
    ]
    assert len(of_shipments) == 5
    assert not any("INSERT" in each for each in of_shipments)
    assert len(asked) == 12
    assert client.post(add, {"action": "apply", "rows": answer.context["rows"]}).status_code == 302
    assert Shipment.objects.count() == count


def test_a_row_that_a_list_says_twice_is_named_before_anything_is_entered(client, part, shop, officer):
    client.force_login(officer)
    row = (part.company.business_number, "SHARED", "2025-07-11", "A", 2, 20, "")
    answer = client.post(reverse("admin:reports_shipment_add"), {"action": "read", "upload": book(row, row)})
    results = [str(cells[-1][1]) for cells in answer.context["preview"]["rows"]]
    assert (results[0], "2025. 7. 11.(금)" in results[1]) == ("새로 추가", True)
    assert answer.context["has_faults"]


def test_what_remains_stands_in_pages_of_companies(client, program, part, shop, officer, monkeypatch):
    other = programs.participation(register.company(2), program)
    programs.assignment(shop, other, sku="C")
    shipping.record([sent(each, shop, sku) for each in (part, other) for sku in ("A", "B")], by=officer)
    monkeypatch.setattr(views, "PAGE", 1)
    client.force_login(officer)
    address, asked = reverse("admin:reports_stock"), {"program": program.code, "on": "2025-09-30"}
    seen = [client.get(address, {**asked, "page": page}).context["stock"]["rows"] for page in (1, 2)]
    assert [len(rows) for rows in seen] == [3, 3]
    assert str(seen[0]) != str(seen[1])


def test_companies_of_which_more_is_sold_than_sent_stand_first(
    client, tmp_path, program, part, shop, officer, monkeypatch
):
    """Company 1 has sent enough; of company 2, later by name, 2 units were sold and 1 sent."""
    other = programs.participation(register.company(2), program)
    programs.assignment(shop, other, sku="C")
    made.imported(made.ventas(tmp_path, [order(20, item("C", units=2))], "c.xlsx"), program, shop)
    shipping.record(
        [sent(part, shop, units=9), sent(part, shop, "B", 9), sent(other, shop, "C", 1)], by=officer
    )
    monkeypatch.setattr(views, "PAGE", 1)
    client.force_login(officer)
    asked = {"program": program.code, "on": "2025-09-30"}
    context = client.get(reverse("admin:reports_stock"), asked).context
    assert context["short"] == 2
    assert str(other.company) in str(context["stock"]["rows"])
    assert str(part.company) not in str(context["stock"]["rows"])


def test_a_page_the_whole_and_the_second_way_of_asking_agree(
    tmp_path, program, part, shop, officer, move_clock, django_assert_num_queries
):
    """Of company 1 a shipment names no SKU; of company 2 one does not say its units, another one has no rate; company 3 sold one unit
    of C more than was sent. The rounded won of each shipment are added up: 3 x 1,400.5 won of a dollar are 3 x 1,401."""
    move_clock(dt.datetime(2025, 10, 2, 3, tzinfo=dt.UTC))
    rate("USD", "KRW", dt.date(2025, 9, 1), "1400.5")
    second, third = (programs.participation(register.company(number), program) for number in (2, 3))
    for other, sku in ((second, "D"), (third, "C")):
        programs.assignment(shop, other, sku=sku)
    made.imported(made.ventas(tmp_path, [order(20, item("C", units=2))], "c.xlsx"), program, shop)
    rows = [
        sent(part, shop, "", 5), sent(part, shop, "A", 5), sent(second, shop, "D", 5), sent(second, shop, "D", None, "1", declaration_number="D-2"),
        Sent(second, shop, dt.date(2025, 8, 9), Decimal(1), "E", 2),
        *(Sent(third, shop, dt.date(2025, 9, 9), Decimal(1), "C", units, str(number)) for number, units in enumerate((1, None, None))),
    ]  # fmt: skip
    shipping.record(rows, by=officer)
    Shipment.objects.filter(units=None, participation=third).update(units=1, sku="F")
    on = dt.date(2025, 9, 30)
    with django_assert_num_queries(8):
        whole = shipments.compared(program, on)
    assert [(row.company.pk, row.sku, row.sent_units, row.sold_units, row.fob_krw_amount) for row in whole] == [
        (part.company_id, None, 10, 6, 112_000), (part.company_id, "A", None, 5, None), (part.company_id, "B", None, 1, None),
        (second.company_id, None, None, 0, None), (second.company_id, "D", None, 0, None), (second.company_id, "E", 2, 0, None),
        (third.company_id, None, 3, 2, 4_203), (third.company_id, "C", 1, 2, None), (third.company_id, "F", 2, 0, None),
    ]  # fmt: skip
    assert list(shipments.short_of(program, on).items()) == [
        (third.company_id, 1), (part.company_id, 0), (second.company_id, 0),
    ]  # fmt: skip
    for each in (part, second, third):
        own = [row for row in whole if row.company.pk == each.company_id]
        assert shipments.compared(program, on, [each.company_id]) == own
    assert [each for each in second_way.compared() if not isinstance(each, int)] == []
