"""A company reads on its own page for how long each call to which it applies lets an answer of the tax office count."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from companies.domain import merging
from companies.models import StatusCheck
from companies.queries import tax_answers
from companies.tax_days import DaysOfCall, of_calls
from programs.domain.eligibility import assess
from programs.models import Application, Call, Criterion, Payment
from tests.companies.test_merging import agreed as merge_agreed
from tests.companies.test_merging import begun, pair
from tests.factories import programs, register, staff
from tests.programs.staff.test_ending import agreed, payment

pytestmark = pytest.mark.django_db
CLOSES = dt.date(2025, 5, 30)


def on(move_clock, day: dt.date, hour: int = 10) -> None:
    move_clock(dt.datetime.combine(day, dt.time(hour), staff.SEOUL))


@pytest.fixture(autouse=True)
def _in_may(move_clock):
    on(move_clock, dt.date(2025, 5, 20))


def held_for(call: Call, days: int | None, as_of: str = "closing") -> Call:
    values = {} if days is None else {"days": days}
    Criterion.objects.filter(call=call, kind="status").update(values=values, as_of=as_of)
    return call


def of(application: Application) -> list[DaysOfCall]:
    company = application.company
    return of_calls(company, tax_answers([company.pk]).get(company.pk))


def page(client, application: Application) -> str:
    client.force_login(register.member(application.company))
    return client.get(reverse("company_show")).content.decode()


def test_each_call_has_its_own_days_and_the_answer_its_own_end(english):
    first = staff.applicant(held_for(staff.call(), 7))
    other = held_for(staff.call(code="C-2"), None, "agreement")
    programs.application(other, first.company, status="draft")
    found = {each.held: each for each in of(first)}
    assert {held: (each.counts_on, each.until_on, each.standing) for held, each in found.items()} == {
        7: (CLOSES, dt.date(2025, 5, 27), "to_be_old"),
        30: (other.agreement_on, dt.date(2025, 6, 19), "to_be_old" if other.agreement_on > dt.date(2025, 6, 19) else "counts"),
    }  # fmt: skip
    content = page(english, first)
    for words in (
        "In this call an answer counts for 7 days.",
        "In this call an answer counts for 30 days.",
        "Its age counts on 30 May 2025.",
        "counts until 27 May 2025",
        "The agency asks the tax office anew; you need not do anything.",
        f'href="{reverse("application_show", args=[first.pk])}"',
    ):
        assert words in content, words


@pytest.mark.parametrize("days", [7, 10, 30])
def test_it_says_of_every_day_what_the_criterion_says(move_clock, days):
    application = staff.applicant(held_for(staff.call(), days))
    told = {}
    for ahead in range(0, 45, 3):
        on(move_clock, dt.date(2025, 5, 20) + dt.timedelta(ahead))
        (row,) = of(application)
        (status,) = [each for each in assess(application) if each.criterion.kind == "status"]
        assert (row.standing == "old") == (status.reason_code == "status_old"), ahead
        told[ahead] = str(row.standing)
    assert (
        set(told.values())
        == {7: {"to_be_old", "old"}, 10: {"counts", "counted"}, 30: {"counts", "counted"}}[days]
    )


def test_who_was_selected_is_asked_about_on_the_day_of_the_agreement(move_clock, english):
    move_clock(staff.AFTER_CLOSING)
    _call, (application, *_rest) = staff.released(count=2)
    held_for(application.call, 7)
    StatusCheck.objects.update(checked_at=dt.datetime(2025, 6, 1, 9, tzinfo=staff.SEOUL))
    on(move_clock, dt.date(2025, 6, 8))
    assert [(each.counts_on, str(each.standing)) for each in of(application)] == [(None, "counts")]
    on(move_clock, dt.date(2025, 6, 9))
    assert [(each.counts_on, str(each.standing)) for each in of(application)] == [(None, "old")]
    content = page(english, application)
    assert "Its age counts on the day of the agreement and of each payment." in content
    assert "without an answer a person at the agency decides" in content


@pytest.mark.parametrize("status", ["submitted", "eligible", "ineligible", "not_selected"])
def test_what_is_not_released_yet_is_not_told_by_it(status):
    application = staff.applicant(held_for(staff.call(), 7), status=status)
    (row,) = of(application)
    assert (row.held, row.counts_on) == (7, CLOSES)


def test_nothing_is_said_of_calls_that_are_over_or_do_not_ask(move_clock, english):
    application = staff.applicant(held_for(staff.call(), 7))
    title = "Tax office: until when its answer counts"
    assert title in page(english, application)
    Application.objects.filter(pk=application.pk).update(status="withdrawn")
    assert of(application) == []
    assert title not in page(english, application)
    Application.objects.filter(pk=application.pk).update(status="draft")
    assert len(of(application)) == 1
    on(move_clock, dt.date(2025, 6, 2))
    assert of(application) == [], "a draft of a call that has closed is handed in no more"
    Application.objects.filter(pk=application.pk).update(status="submitted")
    assert len(of(application)) == 1
    Call.objects.filter(pk=application.call_id).update(
        cancelled_at=staff.AFTER_CLOSING, cancellation_reason="예산"
    )
    assert of(application) == []
    Call.objects.filter(pk=application.call_id).update(cancelled_at=None, cancellation_reason="")
    Criterion.objects.filter(call=application.call, kind="status").update(kind="look")
    assert of(application) == []


def test_without_an_answer_the_page_says_who_asks(english):
    application = staff.applicant(staff.call())
    StatusCheck.objects.update(status="not_checked", why_not="no_key")
    assert [str(each.standing) for each in of(application)] == ["none"]
    content = page(english, application)
    assert "no answer yet" in content
    assert "counts until" not in content


def test_another_company_s_applications_are_not_looked_at():
    first, second = (staff.applicant(staff.call(), serial) for serial in (1, 2))
    assert [each.path for each in of(first)] == [reverse("application_show", args=[first.pk])]
    assert [each.path for each in of(second)] == [reverse("application_show", args=[second.pk])]


def test_three_applications_ask_as_many_questions_as_one(django_assert_num_queries):
    first = staff.applicant(staff.call())
    answer = tax_answers([first.company_id])[first.company_id]
    with django_assert_num_queries(4):
        of_calls(first.company, answer)
    for code in ("C-2", "C-3"):
        programs.application(staff.call(code=code), first.company, status="draft")
    with django_assert_num_queries(4):
        assert len(of_calls(first.company, answer)) == 3


def test_after_a_merge_they_stand_with_the_record_that_stays():
    kept, gone = pair()
    register.seen_by(gone)
    application = programs.application(staff.call(), gone, status="eligible")
    StatusCheck.objects.filter(company__in=[kept, gone]).delete()
    register.status(kept)
    merging.carry_out(merge_agreed(begun(kept, gone)), by=staff.manager())
    answer = tax_answers([kept.pk])[kept.pk]
    assert [(each.path, each.until_on) for each in of_calls(kept, answer)] == [
        (reverse("application_show", args=[application.pk]), answer.check.counts_until(30))
    ]
    assert of_calls(gone, None) == []


@pytest.mark.parametrize(("said", "tone"), [("active", "ok"), ("closed", "danger")])
def test_an_answer_that_came_later_counts_for_the_day_and_is_good_only_where_it_says_active(
    move_clock, english, said, tone
):
    application = staff.applicant(held_for(staff.call(), 30))
    at = dt.datetime(2025, 6, 10, 9, tzinfo=staff.SEOUL)
    StatusCheck.objects.update(status=said, checked_at=at)
    on(move_clock, dt.date(2025, 6, 11))
    assert [(str(each.standing), each.tone) for each in of(application)] == [("counted", tone)]
    content = page(english, application)
    assert "counts for that day" in content
    assert "counted on that day" not in content


def test_under_an_agreement_the_office_is_asked_with_a_payment(move_clock, english):
    move_clock(staff.AFTER_CLOSING)
    row = agreed()
    held_for(row.application.call, 7)
    StatusCheck.objects.update(checked_at=dt.datetime(2025, 6, 1, 9, tzinfo=staff.SEOUL))
    on(move_clock, dt.date(2025, 8, 1))
    assert [(str(each.standing), each.tone) for each in of(row.application)] == [("old", "neutral")]
    content = page(english, row.application)
    assert "When a payment is asked for, the agency asks the tax office anew." in content
    assert "without an answer a person at the agency decides" not in content
    payment(row, "통역")
    Application.objects.filter(pk=row.application.pk).update(status="completed")
    assert len(of(row.application)) == 1, "what waits is paid after completion, too"
    Payment.objects.update(state="dropped")
    assert of(row.application) == []
