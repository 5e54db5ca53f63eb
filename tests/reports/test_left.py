"""A company that has left a program goes on reading what it sold, sent and exported while it took part, and is asked only for months
for which it answers still."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ground.clock import SEOUL
from programs.domain import agreement, ending
from programs.models import Participation
from reports.domain import declaring, shipping
from reports.domain.verifying import shown
from reports.queries import home, results
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER, OCTOBER = (dt.date(2025, month, 1) for month in (8, 9, 10))
LAST = dt.date(2025, 9, 20)


@pytest.fixture
def part(tmp_path, move_clock) -> Participation:
    move_clock(dt.datetime(2025, 9, 20, 9, tzinfo=SEOUL))
    program = programs.program()
    made.rates(dt.date(2025, 7, 1), dt.date(2025, 9, 30), krw="950", clp="950")
    row = programs.participation(register.company(1), program)
    shop = programs.store("SHARED")
    programs.assignment(shop, row, sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"), at=santiago(8, 5))]), program, shop)
    return row


def left(row: Participation, *, is_agreed: bool, move_clock: Any) -> None:
    if is_agreed:
        ending.ask(row, last_on=LAST, reason="판매를 멈춥니다.", by=register.member(row.company))
        ending.accept(row, by=people.officer())
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    if is_agreed:
        ending.end_due()
    else:
        agreement.end(row, reason="허위 신청", by=people.officer(), last_on=LAST)
    row.refresh_from_db()
    assert (row.state, row.last_on) == ("ended", LAST)


def said_of(row: Participation) -> str:
    """Above what it declared."""
    return f'협약 번호: <span class="whole">{row.number}</span> · 마지막 참여일: 2025. 9. 20.(토)'


@pytest.mark.parametrize("is_agreed", [True, False])
def test_what_it_sold_stays_on_its_pages_with_links_only_where_it_answers(part, move_clock, is_agreed):
    owner = register.member(part.company)
    before = home.sold_by(owner)
    assert [(row.month, row.krw_amount) for row in before] == [(AUGUST, 10_000)]
    declaring.declare(
        part, month=AUGUST, currency=programs.currency("KRW"), amount=777_000, orders=3, by=owner
    )
    shop = part.assignments.get().store
    shipping.record(
        [shipping.Sent(part, shop, dt.date(2025, 8, 1), Decimal(40), "A", 4)], by=people.officer()
    )
    left(part, is_agreed=is_agreed, move_clock=move_clock)
    assert home.sold_by(owner) == before
    client = Client()
    client.force_login(owner)
    first = client.get("/").content.decode()
    assert "10,000" in first
    assert "아직 판매 실적이 없습니다" not in first
    page = client.get(reverse("sales_list")).content.decode()
    assert "10,000" in page
    assert "777,000" in page
    assert said_of(part) in page
    assert "아직 사업 없음" not in page
    addresses = [
        reverse("declaration_edit", args=[part.pk, month]) for month in ("2025-08", "2025-09", "2025-10")
    ]
    assert [each in page for each in addresses] == [is_agreed, is_agreed, False]
    assert [client.get(each).status_code for each in addresses] == [200 if is_agreed else 404] * 2 + [404]
    assert '<p class="task-name">2025년 9월' in page
    assert '<p class="task-name">2025년 10월' not in page
    sent = client.get(reverse("shipments")).context
    assert [(len(sent[each]), each) for each in ("sections", "shipments")] == [
        (1, "sections"),
        (1, "shipments"),
    ]
    exported = client.get(reverse("customs_lists")).context
    assert ([each["participation"] for each in exported["sections"]], exported["form"]) == ([part], None)
    assert [each for each in shown.homes() if not isinstance(each, int)] == []


def agreed_anew(part: Participation) -> Participation:
    return Participation.objects.create(
        agency=part.agency, program=part.program, company=part.company, number="SBA-A-777", state="agreed", text_ko="협약",
        text_sha256="0" * 64, offered_at=part.offered_at, accept_by=part.accept_by,
        agreed_at=dt.datetime(2025, 9, 25, tzinfo=SEOUL),
    )  # fmt: skip


def test_who_agreed_anew_in_the_program_reads_each_month_once(part, move_clock):
    owner = register.member(part.company)
    left(part, is_agreed=False, move_clock=move_clock)
    agreed_anew(part)
    assert [(row.month, row.krw_amount) for row in home.sold_by(owner)] == [(AUGUST, 10_000)]


@pytest.mark.parametrize("is_agreed", [True, False])
def test_who_agreed_anew_reads_what_it_declared_under_each_agreement(part, move_clock, is_agreed):
    owner, krw = register.member(part.company), programs.currency("KRW")
    declaring.declare(part, month=AUGUST, currency=krw, amount=777_000, orders=3, by=owner)
    declaring.declare(part, month=SEPTEMBER, currency=krw, amount=55_000, orders=2, by=owner)
    left(part, is_agreed=is_agreed, move_clock=move_clock)
    anew = agreed_anew(part)
    declaring.declare(anew, month=SEPTEMBER, currency=krw, amount=6_000, orders=1, by=owner)
    client = Client()
    client.force_login(owner)
    answer = client.get(reverse("sales_list"))
    (section,) = answer.context["sections"]
    listed = [
        (each["participation"], row["month"], sum(sale.amount for sale in row["declared"]), bool(row["url"]))
        for each in section["agreements"]
        for row in each["declarations"]
    ]
    assert listed == [
        (anew, OCTOBER, 0, True),
        (anew, SEPTEMBER, 6_000, True),
        (part, SEPTEMBER, 55_000, is_agreed),
        (part, AUGUST, 777_000, is_agreed),
        (part, dt.date(2025, 7, 1), 0, is_agreed),
        (part, dt.date(2025, 6, 1), 0, is_agreed),
    ]
    for row in results.of_company(anew, dt.date(2025, 10, 2)).months:
        assert sum(each.amount for each in row.declared) == sum(
            amount for _part, month, amount, _url in listed if month == row.month
        )
    page = answer.content.decode()
    assert "61,000원" in page
    assert said_of(part) in page


def test_who_declined_an_offer_has_no_sales_page_of_the_program(part):
    Participation.objects.filter(pk=part.pk).update(state="ended", agreed_at=None)
    assert home.sold_by(register.member(part.company)) == []
