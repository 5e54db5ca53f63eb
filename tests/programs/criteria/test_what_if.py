"""The register before a call opens: who would qualify, what each rule does, and who moves when a number is changed."""

from __future__ import annotations

import html
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from companies.models import YearlyFigure
from programs.models import Call
from programs.queries.what_if import Move, stand_of_register, what_if
from tests.factories import intake as made
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db


SETTING_END = ";\n"


@pytest.fixture
def call() -> Call:
    """Located in Seoul, in business, exports up to 1,000 USD.

    Five companies: one meets all; one exports 2,000; one has no figure; one sits in Busan; one in Busan exports 2,000.
    """
    made_call = programs.call(published_at=None)
    made.criterion(made_call, "seoul", "province", position=1)
    made.criterion(made_call, "open", "status", position=2)
    made.criterion(made_call, "exports", "exports", values={"max": 1000}, position=3)
    for serial, (province, exports) in enumerate(
        [("11", 1000), ("11", 2000), ("11", None), ("26", 10), ("26", 2000)], start=1
    ):
        company = register.company(serial, province_code=province)
        register.status(company)
        if exports is not None:
            YearlyFigure.objects.create(company=company, year=2024, export_amount=Decimal(exports))
    return made_call


def test_each_rule_says_whom_it_removes_and_whom_it_alone_removes(call):
    found = stand_of_register(call)
    assert (found.total, found.met, found.look, found.not_met) == (5, 1, 1, 3)
    assert [(each.criterion.code, each.not_met, each.look, each.alone) for each in found.effects] == [
        ("seoul", 2, 0, 1), ("open", 0, 0, 0), ("exports", 2, 1, 1),
    ]  # fmt: skip


def test_a_number_that_is_changed_lets_companies_in_and_names_only_those_in_sight(call):
    exports = call.criterions.get(code="exports")
    register.seen_by(register.company(1), "SBA")
    found = what_if(call, exports, {"max": 2000}, people.officer())
    assert (found.before.met, found.after.met) == (1, 2)
    assert found.comes_in == Move(1, (), 0)
    register.seen_by(register.company(2), "SBA")
    assert what_if(call, exports, {"max": 2000}, people.officer()).comes_in == Move(
        1, (register.company(2),), 1
    )
    dropped = what_if(call, exports, {"min": 1001}, people.officer())
    assert (dropped.comes_in.in_sight, dropped.drops_out) == (
        (register.company(2),), Move(1, (register.company(1),), 1),
    )  # fmt: skip
    exports.refresh_from_db()
    assert exports.values == {"max": 1000}


def test_the_members_of_a_group_count_through_it(call):
    group = made.criterion(call, "either", "any", position=4)
    call.criterions.filter(code__in=["seoul", "exports"]).update(group=group)
    found = stand_of_register(call)
    assert [(each.criterion.code, each.not_met, each.look, each.alone) for each in found.effects] == [
        ("open", 0, 0, 0), ("either", 1, 0, 1),
    ]  # fmt: skip
    assert (found.met, found.look, found.not_met) == (4, 0, 1)


def test_the_register_is_asked_in_one_statement(call, django_assert_num_queries):
    with django_assert_num_queries(3):  # criteria, provinces, the answer
        stand_of_register(call)


def test_no_relation_is_read_once_per_company(call, owner_role):
    """The plan has no loop that runs as often as there are companies."""
    for serial in range(6, 60):
        company = register.company(serial)
        register.status(company)  # tables of a few rows are looped over, and rightly
        YearlyFigure.objects.create(company=company, year=2024, export_amount=Decimal(serial))
    with (
        owner_role(),
        connection.cursor() as cursor,
    ):  # of tables of others ANALYZE does nothing, with a warning
        cursor.execute(
            "ANALYZE companies_company, companies_place, companies_statuscheck, companies_yearlyfigure"
        )
    statements: list[str] = []
    with connection.execute_wrapper(
        lambda execute, sql, *rest: (statements.append(sql), execute(sql, *rest))[1]
    ):
        stand_of_register(call)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statements[-1].partition(SETTING_END)[2]}")
        plan = cursor.fetchone()[0][0]["Plan"]

    def scans(node):
        here = [node] if node.get("Relation Name", "").startswith("companies_") else []
        return [*here, *(found for child in node.get("Plans", []) for found in scans(child))]

    found = scans(plan)
    assert {each["Relation Name"]: each["Actual Loops"] for each in found} == {
        "companies_company": 1, "companies_place": 1, "companies_statuscheck": 1, "companies_yearlyfigure": 1,
    }  # fmt: skip


def test_staff_see_the_register_and_what_another_number_does(call, client):
    signed_in = register_page(client, call, people.officer())
    assert (
        "Of 5 companies in the register, 1 would qualify, a person must look at 1, and 3 would not qualify."
        in signed_in
    )
    exports = call.criterions.get(code="exports")
    register.seen_by(register.company(2), "SBA")
    assert ">\n{}</textarea>" in register_page(client, call, people.officer())
    changed = register_page(client, call, people.officer(), criterion=exports.pk, values='{"max": 2000}')
    assert "2 companies would qualify instead of 1: 1 come in, 0 drop out." in changed
    assert ("Hangang Foods 2" in changed, "Hangang Foods 1" in changed) == (True, False)
    wrong = register_page(client, call, people.officer(), criterion=exports.pk, values='{"max": "much"}')
    assert "Type a number, for example 5000000." in wrong
    address = reverse("admin:programs_call_register", args=[call.pk])
    client.force_login(people.officer("manager", "BBA"))
    assert client.get(address).status_code == 404


def register_page(client, call, user, **given) -> str:
    client.force_login(user)
    address = reverse("admin:programs_call_register", args=[call.pk])
    answer = client.get(address, given, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())
