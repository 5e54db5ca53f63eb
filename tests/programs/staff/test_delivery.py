"""Delivery: planned for many at once, ticked off with proof, totals that equal the sum of the rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from companies.models import Company
from ground import files, quarantine
from ground.errors import RuleBroken
from ground.models import Message
from programs.domain import delivery
from programs.models import Component, Delivery, Participation
from programs.queries.delivery import (
    component_totals,
    contract_use,
    delivery_table,
    of_provider,
    overdue,
    visible,
)
from tests.factories import people, programs, register, staff
from tests.factories.passing import passed

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL)
PLANNED = dt.date(2025, 7, 20)


@pytest.fixture(autouse=True)
def _in_summer(move_clock):
    move_clock(NOW)


def component(kind: str = "marketing") -> Component:
    return Component.objects.get(program=programs.program(), kind=kind)


def plan(count: int = 2, amount: int = 1_000_000, **fields) -> list[Delivery]:
    takers = [staff.taking_part(serial) for serial in range(1, count + 1)]
    delivery.assign(
        component(), takers,
        **{"planned_on": PLANNED, "planned_amount": Decimal(amount), "by": people.officer(), **fields},
    )  # fmt: skip
    return list(Delivery.objects.order_by("participation__number"))


def proof(name: str = "결과보고.pdf", content: bytes = staff.PDF) -> ContentFile:
    return ContentFile(content, name=name)


def test_a_component_is_planned_for_many_companies_at_once(django_assert_num_queries):
    takers = [staff.taking_part(serial) for serial in (1, 2, 3)]
    what, by = component(), people.officer()
    with django_assert_num_queries(7):
        assert delivery.assign(what, takers, planned_on=PLANNED, planned_amount=Decimal(500_000), by=by) == 3
    again = [*takers, staff.taking_part(4)]
    assert delivery.assign(
        component(), again, planned_on=PLANNED, planned_amount=Decimal(900_000), by=people.officer()
    ) == 1  # fmt: skip
    assert list(Delivery.objects.order_by("planned_amount").values_list("planned_amount", flat=True)) == [
        500_000, 500_000, 500_000, 900_000,
    ]  # fmt: skip


def test_the_contract_s_provider_comes_to_see_the_companies():
    contract = staff.contract(programs.program())
    provider = people.organization_member("provider", "강물물류")
    assert not Company.objects.visible_to(provider).exists()
    rows = plan(2, contract=contract)
    assert set(Company.objects.visible_to(provider)) == {row.participation.company for row in rows}
    assert set(of_provider(provider)) == set(rows)
    assert not of_provider(people.organization_member("provider", "다른물류")).exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"planned_amount": Decimal(-1)}, "amount_negative"),
        ({"planned_on": dt.date(2026, 1, 1)}, "outside_period"),
        ({"planned_on": dt.date(2025, 4, 30)}, "outside_period"),
    ],
)
def test_what_is_not_planned(change, code):
    with pytest.raises(RuleBroken, match=code):
        plan(1, **change)
    assert not Delivery.objects.exists()


def test_all_or_none_are_planned():
    fine, offered = staff.taking_part(1), staff.taking_part(2)
    Participation.objects.filter(pk=offered.pk).update(state="offered", agreed_at=None)
    with pytest.raises(RuleBroken, match="not_taking_part"):
        delivery.assign(
            component(), [fine, offered], planned_on=PLANNED, planned_amount=Decimal(1), by=people.officer()
        )
    stranger = staff.taking_part(3, "OTHER", "OTHER-1")
    with pytest.raises(RuleBroken, match="other_program"):
        delivery.assign(
            component(), [fine, stranger], planned_on=PLANNED, planned_amount=Decimal(1), by=people.officer()
        )
    with pytest.raises(RuleBroken, match="other_program"):
        plan(1, contract=staff.contract(programs.program("OTHER-1", "OTHER")))
    assert not Delivery.objects.exists()


def test_ticked_off_with_day_cost_and_proof():
    (row, *_rest) = plan()
    done = delivery.tick_off(
        row,
        done_on=dt.date(2025, 7, 25),
        actual_amount=Decimal(950_000),
        evidence=proof(),
        by=people.officer(),
    )
    assert (done.state, done.done_on, done.actual_amount) == ("done", dt.date(2025, 7, 25), Decimal(950_000))
    assert done.evidence is not None
    assert (done.evidence.name, done.evidence.kind) == ("결과보고.pdf", "evidence")
    with pytest.raises(RuleBroken, match="not_planned"):
        delivery.tick_off(
            row, done_on=PLANNED, actual_amount=Decimal(1), evidence=proof(), by=people.officer()
        )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"done_on": dt.date(2025, 8, 2)}, "done_later"),
        ({"done_on": dt.date(2025, 4, 1)}, "outside_period"),
        ({"actual_amount": Decimal(-1)}, "amount_negative"),
        ({"evidence": ContentFile(b"MZ...", name="virus.pdf")}, "file_type"),
        ({"evidence": ContentFile(b"", name="empty.pdf")}, "file_empty"),
    ],
)
def test_what_is_not_ticked_off(change, code):
    (row, *_rest) = plan()
    given = {
        "done_on": PLANNED,
        "actual_amount": Decimal(1),
        "evidence": proof(),
        "by": people.officer(),
        **change,
    }
    with pytest.raises(RuleBroken, match=code):
        delivery.tick_off(row, **given)
    row.refresh_from_db()
    assert row.state == "planned"


def test_a_proof_that_the_check_refuses_is_told_to_the_agency_and_its_giver():
    (row, *_rest) = plan(1)
    done = delivery.tick_off(
        row, done_on=PLANNED, actual_amount=Decimal(1), evidence=proof(), by=people.officer()
    )
    giver, auditor = people.organization_member("provider"), people.officer("auditor")
    assert done.evidence is not None
    quarantine.settle(done.evidence, "virus", handed_in_by=str(giver.pk))
    told = {each.recipients[0]: each for each in Message.objects.all()}
    assert told.keys() == {people.officer().email, giver.email}
    assert auditor.email not in told
    assert f"/staff/programs/delivery/{row.pk}/change/" in told[people.officer().email].body
    done.refresh_from_db()
    assert done.state == "done"


def test_a_service_after_the_contract_s_last_day_is_not_ticked_off():
    contract = staff.contract(programs.program(), until_on=dt.date(2025, 7, 22))
    (row, *_rest) = plan(1, contract=contract)
    with pytest.raises(RuleBroken, match="outside_period"):
        delivery.tick_off(
            row, done_on=dt.date(2025, 7, 23), actual_amount=Decimal(1), evidence=proof(), by=people.officer()
        )


def test_a_provider_ticks_off_its_own_contract_s_deliveries_only():
    (row, *_rest) = plan(1, contract=staff.contract(programs.program()))
    own, other = (people.organization_member("provider", name) for name in ("강물물류", "다른물류"))
    with pytest.raises(RuleBroken, match="not_your_agency"):
        delivery.tick_off(row, done_on=PLANNED, actual_amount=Decimal(1), evidence=proof(), by=other)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        delivery.replan(row, planned_on=PLANNED, planned_amount=Decimal(1), reason="x", by=own)
    assert (
        delivery.tick_off(row, done_on=PLANNED, actual_amount=Decimal(1), evidence=proof(), by=own).state
        == "done"
    )


def test_the_database_refuses_done_without_proof():
    (row, *_rest) = plan()
    with pytest.raises(IntegrityError, match="delivery_done_is_proven"), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(state="done", done_on=PLANNED, actual_amount=1)


def test_plans_change_with_a_reason_are_cancelled_and_taken_back():
    first, second = plan()
    changed = delivery.replan(
        first,
        planned_on=dt.date(2025, 9, 1),
        planned_amount=Decimal(700_000),
        reason="일정 조정",
        by=people.officer(),
    )
    assert (changed.planned_on, changed.planned_amount) == (dt.date(2025, 9, 1), Decimal(700_000))
    assert delivery.cancel(second, reason="기업 요청", by=people.officer()).state == "cancelled"
    for verb in (delivery.cancel, delivery.take_back):
        with pytest.raises(RuleBroken, match="reason_missing"):
            verb(first, reason=" ", by=people.officer())
    with pytest.raises(RuleBroken, match="not_planned"):
        delivery.cancel(second, reason="x", by=people.officer())
    revived = delivery.replan(
        second, planned_on=PLANNED, planned_amount=Decimal(1), reason="다시", by=people.officer()
    )
    assert revived.state == "planned"
    delivery.tick_off(first, done_on=PLANNED, actual_amount=Decimal(5), evidence=proof(), by=people.officer())
    with pytest.raises(RuleBroken, match="done_already"):
        delivery.replan(first, planned_on=PLANNED, planned_amount=Decimal(1), reason="x", by=people.officer())
    back = delivery.take_back(first, reason="착오", by=people.officer())
    assert (back.state, back.done_on, back.actual_amount, back.evidence) == ("planned", None, None, None)


def test_strangers_do_nothing_with_a_delivery():
    (row, *_rest) = plan(1)
    by = people.officer("manager", "OTHER")
    for verb in (
        lambda: delivery.tick_off(row, done_on=PLANNED, actual_amount=Decimal(1), evidence=proof(), by=by),
        lambda: delivery.replan(row, planned_on=PLANNED, planned_amount=Decimal(1), reason="x", by=by),
        lambda: delivery.cancel(row, reason="x", by=by),
        lambda: delivery.take_back(row, reason="x", by=by),
        lambda: plan(1, by=by),
    ):
        with pytest.raises(RuleBroken, match="not_your_agency"):
            verb()


def test_totals_equal_the_sum_of_the_rows_that_count(django_assert_num_queries):
    first, second, third = plan(3)
    delivery.tick_off(
        first, done_on=PLANNED, actual_amount=Decimal(900_001), evidence=proof(), by=people.officer()
    )
    delivery.cancel(third, reason="포기", by=people.officer())
    delivery.assign(
        component("creator"),
        [second.participation],
        planned_on=PLANNED,
        planned_amount=Decimal(30),
        by=people.officer(),
    )
    of = programs.program()
    with django_assert_num_queries(1):
        totals = {each.kind: each for each in component_totals(of)}
    assert set(totals) == set(Component.Kind.values)
    marketing = totals["marketing"]
    assert (marketing.budget_amount, marketing.planned_amount, marketing.actual_amount) == (
        Decimal(50_000_000), Decimal(2_000_000), Decimal(900_001),
    )  # fmt: skip
    assert (marketing.companies, marketing.done_companies) == (2, 1)
    assert (totals["creator"].planned_amount, totals["creator"].companies) == (Decimal(30), 1)
    assert (totals["onboarding"].planned_amount, totals["onboarding"].companies) == (Decimal(0), 0)


def test_a_contract_s_use_counts_what_is_planned_and_done_under_it():
    contract = staff.contract(programs.program())
    (first, *_rest) = plan(2, contract=contract)
    delivery.tick_off(
        first, done_on=PLANNED, actual_amount=Decimal(800_000), evidence=proof(), by=people.officer()
    )
    (use,) = contract_use(programs.program())
    assert (use.planned_amount, use.actual_amount, use.amount) == (
        Decimal(2_000_000), Decimal(800_000), Decimal(100_000_000),
    )  # fmt: skip


def test_the_table_of_companies_and_components_asks_three_questions(django_assert_num_queries):
    for count in (1, 3):
        plan(count)
        of = programs.program()
        with django_assert_num_queries(3):
            components, rows = delivery_table(of)
        assert (len(components), len(rows)) == (4, count)
        assert [[cell is not None for cell in row.cells] for row in rows] == [
            [False, True, False, False]
        ] * count


def test_what_is_overdue_waits_on_the_desk():
    (first, *_rest) = plan(1)
    assert list(overdue(people.officer(), dt.date(2025, 7, 20))) == []
    assert list(overdue(people.officer(), dt.date(2025, 7, 21))) == [first]
    assert list(overdue(people.officer("officer", "OTHER"), dt.date(2025, 7, 21))) == []


def test_the_proof_is_read_by_those_whom_the_delivery_concerns():
    contract = staff.contract(programs.program())
    (row, *_rest) = plan(1, contract=contract)
    done = delivery.tick_off(
        row, done_on=PLANNED, actual_amount=Decimal(1), evidence=proof(), by=people.officer()
    )
    assert done.evidence is not None
    passed(done.evidence)
    readers = {
        "auditor": people.officer("auditor"),
        "provider": people.organization_member("provider", "강물물류"),
        "company": register.member(row.participation.company, "reader"),
        "other agency": people.officer("manager", "OTHER"),
        "other provider": people.organization_member("provider", "다른물류"),
        "other company": register.member(register.company(9)),
    }
    assert {name: files.may_read(user, done.evidence) for name, user in readers.items()} == {
        "auditor": True,
        "provider": True,
        "company": True,
        "other agency": False,
        "other provider": False,
        "other company": False,
    }
    assert {name for name, user in readers.items() if visible(user).exists()} == {
        "auditor",
        "provider",
        "company",
    }


def told(**change):
    return {"done_on": "2025-07-25", "actual_amount": "950000", "evidence": proof(), **change}


def test_the_provider_ticks_off_on_its_page(client):
    (row, *_rest) = plan(1, contract=staff.contract(programs.program()))
    address = reverse("delivery_done", args=[row.pk])
    client.force_login(people.organization_member("provider", "강물물류"))
    page = client.get(address).content.decode()
    assert row.participation.company.name_ko in page
    assert f'href="{address}"' in client.get("/provider/").content.decode()
    assert client.post(address, told(done_on="")).status_code == 400
    late = client.post(address, told(done_on="2025-08-02"))
    assert late.status_code == 409
    assert late.context["form"].errors["done_on"]
    assert client.post(address, told(evidence=proof("x.pdf", b"MZ..."))).status_code == 409
    assert client.post(address, told()).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.done_on, row.actual_amount) == ("done", dt.date(2025, 7, 25), Decimal(950_000))
    done = client.get(address).content.decode()
    assert "<form class=" not in done
    assert client.get(reverse("file_download", args=[row.evidence.pk])).status_code == 404
    passed(row.evidence)
    assert client.get(reverse("file_download", args=[row.evidence.pk])).status_code == 200
    assert client.post(address, told()).status_code == 409


@pytest.mark.parametrize("name", ["다른물류", "강물물류"])
def test_another_provider_s_delivery_does_not_exist(client, name):
    """Neither that of another provider nor one without a contract."""
    contract = staff.contract(programs.program()) if name == "다른물류" else None
    (row, *_rest) = plan(1, contract=contract)
    client.force_login(people.organization_member("provider", name))
    address = reverse("delivery_done", args=[row.pk])
    assert client.get(address).status_code == client.post(address, told()).status_code == 404
    row.refresh_from_db()
    assert row.state == "planned"
