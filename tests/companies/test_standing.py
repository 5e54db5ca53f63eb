"""Status checks through the worker, bans, and who comes to see a company."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies import queries
from companies.domain import standing
from companies.models import Ban, Company, Sight, StatusCheck
from ground import outbox
from ground.history import history_of
from tests.broken import broken
from tests.factories import people, register

pytestmark = pytest.mark.django_db
FROM, UNTIL = dt.date(2025, 1, 1), dt.date(2025, 12, 31)


def test_each_company_gets_one_answer(tax_office):
    companies = [register.company(serial) for serial in (1, 2, 3, 4)]
    checks = standing.check_status(companies)
    assert [check.company for check in checks] == companies
    assert [check.status for check in checks] == ["active", "suspended", "closed", "unregistered"]
    assert StatusCheck.objects.get(company=companies[2]).closed_on == dt.date(2024, 6, 30)


def test_silence_is_written_as_not_checked_with_its_reason(tax_office, settings):
    settings.NARU_TAX_OFFICE_KEY = ""
    (check,) = standing.check_status([register.company(1)])
    assert (check.status, check.why_not) == ("not_checked", "no_key")


def test_250_companies_are_three_events_and_three_calls(tax_office):
    Company.objects.bulk_create(
        Company(business_number=register.number(serial), name_ko=f"회사{serial}") for serial in range(1, 251)
    )
    assert standing.ask_for_check(Company.objects.values_list("pk", flat=True)) == 250
    assert tax_office.manner.calls == []
    assert outbox.drain() == 3
    assert tax_office.manner.calls == [("status", 100), ("status", 100), ("status", 50)]
    assert StatusCheck.objects.count() == 250


def test_the_same_event_twice_is_one_answer(tax_office):
    company = register.company(1)
    standing.ask_for_check([company.pk])
    outbox.drain()
    from ground.models import OutboxEvent

    event = OutboxEvent.objects.get()
    OutboxEvent.objects.update(done_at=None)
    outbox.handle(event.pk)
    assert StatusCheck.objects.count() == 1


def test_the_latest_answer_counts_in_one_query(tax_office, move_clock):
    first, second = register.company(1), register.company(2)
    standing.check_status([first, second])
    tax_office.firms[register.number(1)] = {"b_stt_cd": "03"}
    move_clock(dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
    standing.check_status([first])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        latest = queries.tax_answers([first.pk, second.pk, register.company(3).pk])
    assert {pk: answer.check.status for pk, answer in latest.items()} == {
        first.pk: "closed",
        second.pk: "suspended",
    }
    assert (
        sum(
            "status" in query["sql"] and "SELECT" in query["sql"] and "statuscheck" in query["sql"]
            for query in asked
        )
        == 1
    )


# Bans


def ban(company, by=None, agency="SBA", **fields) -> Ban:
    return standing.ban(
        company,
        agency=people.agency(agency),
        by=by or people.officer("manager", agency),
        **{"from_on": FROM, "until_on": UNTIL, "reason": "결과보고 미제출", **fields},
    )


@pytest.fixture
def company():
    company = register.company(1)
    register.seen_by(company, "SBA")
    return company


def test_a_ban_holds_on_both_of_its_days(company):
    ban(company)
    days = [FROM - dt.timedelta(1), FROM, UNTIL, UNTIL + dt.timedelta(1)]
    assert [Ban.objects.in_force_on(day).exists() for day in days] == [False, True, True, False]


@pytest.mark.parametrize("role", ["officer", "finance", "auditor"])
def test_only_managers_ban(company, role):
    with broken("not_staff"):
        ban(company, by=people.officer(role))


def test_a_manager_of_another_agency_bans_for_that_agency_only(company):
    with broken("not_staff"):
        ban(company, by=people.officer("manager", "BPA"))
    with broken("not_seen"):
        ban(company, agency="BPA")
    register.seen_by(company, "BPA")
    ban(company, agency="BPA")
    assert list(Ban.objects.visible_to(people.officer("manager", "SBA"))) == []


def test_a_ban_needs_a_reason_and_days_in_order(company):
    with broken("reason_missing"):
        ban(company, reason=" ")
    with broken("not_valid"):
        ban(company, until_on=FROM - dt.timedelta(1))
    ban(company)
    with broken("ban_overlaps"):
        ban(company, from_on=UNTIL, until_on=UNTIL)
    ban(company, from_on=UNTIL + dt.timedelta(1), until_on=UNTIL + dt.timedelta(9))


def test_a_lifted_ban_stays_in_the_records_with_the_reason(company):
    made = ban(company)
    manager = people.officer("manager")
    with broken("reason_missing"):
        standing.lift(made, reason="", by=manager)
    for by in (people.officer("officer"), people.officer("manager", "BPA")):
        with broken("not_staff"):
            standing.lift(made, reason="x", by=by)
    standing.lift(made, reason="보고서를 냈습니다.", by=manager)
    assert not Ban.objects.in_force_on(FROM).exists()
    assert history_of(made)[0].reason == "보고서를 냈습니다."
    with broken("already_lifted"):
        standing.lift(made, reason="x", by=manager)
    ban(company)


# Sight


def test_an_agency_sees_a_company_from_its_first_cause_on():
    company = register.company(1)
    officer = people.officer("officer")
    assert not Company.objects.visible_to(officer).exists()
    standing.see(company, agency=people.agency(), cause="applied")
    standing.see(company, agency=people.agency(), cause="agreed")
    assert list(Company.objects.visible_to(officer)) == [company]
    assert not Company.objects.visible_to(people.officer("officer", "BPA")).exists()
    assert Sight.objects.get().cause == "applied"
