"""Targets: what can be counted is accepted, and what is accepted is counted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.domain import planning
from programs.models import Program, Target
from programs.queries.targets import sentence
from reports.domain.verifying import verify
from reports.models import CustomsRecord, Declaration
from reports.queries import targets
from reports.queries.counted import COUNTED_STATES
from tests.conftest import Prepared, moved_to
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
TODAY = dt.date(2025, 10, 20)
MEASURES = ("orders", "payouts", "declared", "customs")


def prepare(folder: Path) -> UUID:
    """Within the target's days 10,000 pesos ordered, 4,000 released, 500 won declared, 2 dollars through customs; in
    October, outside of them, some more of each."""
    moved_to(dt.datetime(2025, 10, 20, 9, tzinfo=SEOUL))
    program = programs.program()
    shop, part = programs.store("SHARED"), programs.participation(register.company(1), program)
    programs.assignment(shop, part, sku="A")
    sold = [order(1, item("A"), at=santiago(9, 1)), order(2, item("A"), at=santiago(10, 2))]
    made.imported(made.ventas(folder, sold), program, shop)
    paid = [movement(1, "4000", order=1, at=santiago(9, 30)), movement(2, "300", order=1, at=santiago(10, 1))]
    made.imported(made.release(folder, paid, columns=23), program, shop)
    for month in (dt.date(2025, 9, 1), dt.date(2025, 10, 1)):
        of_part = {"agency": program.agency, "participation": part, "month": month}
        Declaration.objects.create(
            **of_part, company=part.company, orders=1, currency=programs.currency("KRW"), amount=500,
            declared_by=register.member(part.company), declared_at=dt.datetime(2025, 10, 10, tzinfo=dt.UTC),
        )  # fmt: skip
        CustomsRecord.objects.create(**of_part, fob_amount=Decimal("2.00"), source="통관")
    return program.pk


@pytest.fixture(autouse=True)
def program(prepared: Prepared) -> Program:
    return Program.objects.get(pk=prepared.made)


def test_what_may_be_set_is_what_is_counted():
    assert set(Target.COUNTED) == set(Target.Measure)
    assert Target.COUNTED["orders"][1] == set(COUNTED_STATES)
    assert set(targets.REPORTED) == set(Target.Measure) - {"orders", "companies"}


def test_only_what_can_be_counted_is_accepted(program):
    accepted = {
        ("companies", "paid", "company"), ("orders", "ordered", "KRW"), ("orders", "paid", "KRW"),
        ("payouts", "released", "KRW"), ("declared", "paid", "KRW"), ("customs", "paid", "KRW"),
    }  # fmt: skip
    officer = people.officer()
    for measure, moment, unit in product(Target.Measure.values, Target.Moment.values, Target.Unit.values):
        case = (measure, moment, unit)
        target = Target(
            program=program, measure=measure, moment=moment, unit=unit, value=30, from_on=dt.date(2025, 7, 1),
            until_on=dt.date(2025, 9, 30),
        )  # fmt: skip
        assert target.is_countable == (case in accepted), case
        with transaction.atomic():
            if case in accepted:
                planning.save_part(target, by=officer)
                assert program.targets.get() == target, case
                transaction.set_rollback(True)
                continue
            with pytest.raises(RuleBroken, match="not_countable") as refused:
                planning.save_part(target, by=officer)
            right = "company" if measure == "companies" else "KRW"
            assert refused.value.fields == (("unit",) if unit != right else ("moment",)), case
            assert not program.targets.exists(), case


@pytest.mark.parametrize(
    ("measure", "moment", "reached", "net"),
    [
        ("orders", "paid", 10_000, 10_000),
        ("orders", "ordered", 10_000, 10_000),
        ("payouts", "released", 4_000, None),
        ("declared", "paid", 500, None),
        ("customs", "paid", 1_900, None),
    ],
)
def test_a_program_stands_against_a_target_of_each_measure(
    client, english, program, measure, moment, reached, net
):
    """950 won and 950 pesos a dollar: a peso is a won, 2 dollars are 1,900."""
    made.rates(dt.date(2025, 8, 25), dt.date(2025, 10, 5), krw="950", clp="950")
    programs.target(program, measure, moment=moment, value=100_000)
    standing = targets.standing(program, TODAY)
    assert (standing.reached_amount, standing.net_amount, standing.selling) == (reached, net, 1)
    assert standing.percent == reached // 1_000
    client.force_login(people.officer())
    said = f"{reached:,} of 100,000 won" + (f"; net {net:,} won" if net else "")
    for page in ("index", "reports_results"):
        assert said in client.get(reverse(f"admin:{page}")).content.decode()
    assert verify().differences == ()


@pytest.mark.parametrize("measure", MEASURES[1:])
def test_without_a_rate_nobody_says_how_much_was_reached(program, measure):
    """Won need no rate, so declarations are counted; an order without a rate waits and is in no total."""
    moment = "released" if measure == "payouts" else "paid"
    programs.target(program, measure, moment=moment)
    expected = 500 if measure == "declared" else None
    assert targets.standing(program, TODAY).reached_amount == expected


def test_the_sentence_says_how_each_measure_is_counted(program):
    told = {}
    for measure in MEASURES:
        moment = "released" if measure == "payouts" else "paid"
        target = programs.target(program, measure, moment=moment, value=7)
        with translation.override("en"):
            told[measure] = sentence(target, program).partition("30 September 2025: ")[2]
    zone = "days in America/Santiago, converted by the rate of the day of the order."
    assert told == {
        "orders": "counted when paid, tax included, product income without shipping, before cancellations and refunds, " + zone,
        "payouts": "counted when money released, after fees and refunds, " + zone,
        "declared": "before cancellations and refunds, whole months, converted at the average rate of the month.",
        "customs": "FOB value, whole months, converted at the average rate of the month.",
    }  # fmt: skip


def test_the_page_refuses_beside_the_field(client, english, program):
    client.force_login(people.officer())
    address = reverse("admin:programs_program_change", args=[program.pk])
    formsets = client.get(address).context["inline_admin_formsets"]
    values = {"code": program.code, "state": "running", "name_ko": program.name_ko, "zone": program.zone}
    values |= {"starts_on": "2025-05-01", "ends_on": "2025-12-31", "funding": "local", "budget_amount": "1"}
    values |= {"rate_rule": "day"}
    for each in formsets:
        form = each.formset.management_form
        values |= {form.add_prefix(name): form[name].value() for name in form.fields}
        values[form.add_prefix("TOTAL_FORMS")] = values[form.add_prefix("INITIAL_FORMS")] = 0
    values |= {
        "targets-TOTAL_FORMS": "1", "targets-0-measure": "companies", "targets-0-value": "30", "targets-0-unit": "KRW",
        "targets-0-from_on": "2025-07-01", "targets-0-until_on": "2025-09-30", "targets-0-moment": "paid",
        "targets-0-id": "", "targets-0-program": str(program.pk),
    }  # fmt: skip
    answer = client.post(address, values)
    assert answer.status_code == 200
    (row,) = answer.context["inline_admin_formsets"][0].formset.errors
    assert row == {"unit": ["“companies taking part” cannot be counted in this unit. Choose “companies”."]}
    assert client.post(address, {**values, "targets-0-unit": "company"}).status_code == 302
    assert program.targets.get().unit == "company"
