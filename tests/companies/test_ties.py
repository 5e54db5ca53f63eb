"""Organizations see companies as long as a contract, an assignment or a program ties them, and no longer."""

from __future__ import annotations

import datetime as dt

import pytest

from companies import queries
from companies.models import Company
from ground import clock
from programs.models import Delivery, Participation, Program
from tests.factories import consents, people, programs, register, staff, ties

pytestmark = pytest.mark.django_db

NOON = dt.time(12, tzinfo=clock.SEOUL)


@pytest.fixture
def part() -> Participation:
    return programs.participation(register.company(1))


def sees(user) -> bool:
    """By every way: the register, the organization's list, and people with a consent."""
    seen = Company.objects.visible_to(user).exists()
    assert Company.objects.seen_by_organizations_of(user).exists() == seen
    assert queries.contacts_visible_to(user, register.company(1)).exists() == seen
    return seen


def agreed(organization) -> None:
    consents.given(register.company(1), consents.text(kind="third_party", receiver=organization))


def test_a_provider_sees_a_company_until_its_contract_is_over(part, move_clock):
    provider = people.organization_member("provider")
    contract = staff.contract(part.program)
    agreed(contract.organization)
    component = part.program.components.get(kind="onboarding")
    move_clock(dt.datetime.combine(contract.until_on, NOON))
    assert not sees(provider)
    delivery = Delivery.objects.create(
        agency=part.agency, program=part.program, participation=part, component=component, contract=contract,
        planned_on=contract.from_on, planned_amount=0,
    )  # fmt: skip
    assert sees(provider)
    move_clock(dt.datetime.combine(contract.until_on + dt.timedelta(1), NOON))
    assert not sees(provider)
    contract.until_on += dt.timedelta(30)
    contract.save()
    assert sees(provider)
    delivery.state = "cancelled"
    delivery.save()
    assert not sees(provider)


def test_a_provider_sees_a_company_until_its_assignment_is_over(part, move_clock):
    provider = people.organization_member("provider")
    agreed(people.organization("provider"))
    store = programs.store()
    assert not sees(provider)
    assignment = programs.assignment(store, part, sku="A")
    assert sees(provider)
    assignment.until_on = dt.date(2025, 9, 30)
    assignment.save()
    move_clock(dt.datetime.combine(assignment.until_on, NOON))
    assert sees(provider)
    move_clock(dt.datetime.combine(dt.date(2025, 10, 1), NOON))
    assert not sees(provider)


def test_a_partner_sees_a_company_until_the_program_is_closed(part):
    partner = people.organization_member("partner")
    agreed(people.organization("partner"))
    assert not sees(partner)
    row = ties.partner(people.organization("partner"), part.company)
    assert sees(partner)
    Program.objects.update(state="closed")
    assert not sees(partner)
    Program.objects.update(state="running")
    row.delete()
    assert not sees(partner)


@pytest.mark.parametrize(("state", "expected"), [("offered", False), ("completed", True), ("ended", False)])
def test_only_who_takes_part_is_seen(part, state, expected):
    partner = people.organization_member("partner")
    agreed(people.organization("partner"))
    ties.partner(people.organization("partner"), part.company)
    Participation.objects.update(state=state)
    assert sees(partner) is expected
