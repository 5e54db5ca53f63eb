"""Screening: taken for the whole call at once, kept with its history, overridden with reasons, decided."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from accounts.domain import approvals
from accounts.models import Approval
from companies.models import Ban, Certificate, CertificateJudgment, StatusCheck
from ground import clock
from ground.errors import RuleBroken
from programs.domain import screening
from programs.models import Application, Document, Override, Task
from programs.queries.screening import cases, held
from programs.queries.takings import history
from tests.factories import people, register, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def outcomes(application: Application) -> dict[str, str]:
    (case,) = cases(application.call, applications=[application])
    return {line.criterion.code: line.outcome for line in case.lines}


result = staff.result


def test_each_criterion_answers_with_reason_value_evidence_day_and_version():
    call = staff.call()
    fine, elsewhere = staff.applicant(call, 1), staff.applicant(call, 2, is_fine=False)
    assert screening.screen_call(call, by=people.officer()) == 2
    assert outcomes(fine) == {"seoul": "met", "sme": "met", "status": "met", "ban": "met"}
    assert outcomes(elsewhere)["seoul"] == "not_met"
    found = result(fine, "sme")
    assert (found.as_of, found.rule_version, found.renew_by) == (dt.date(2025, 5, 30), 1, None)
    assert found.taken_at >= staff.AFTER_CLOSING
    assert found.evidence != ""
    assert result(elsewhere, "seoul").value != ""


def test_a_person_must_look_where_nobody_knows():
    call = staff.call()
    application = staff.applicant(call)
    StatusCheck.objects.all().delete()
    CertificateJudgment.objects.all().delete()
    Certificate.objects.all().delete()
    screening.screen_call(call, by=people.officer())
    assert outcomes(application) == {"seoul": "met", "sme": "look", "status": "look", "ban": "met"}
    (case,) = cases(call, applications=call.applications.all())
    assert case.outcome == "look"


def test_taking_again_keeps_the_earlier_answer_in_the_history():
    call = staff.call()
    application = staff.applicant(call)
    screening.screen_call(call, by=people.officer())
    register.status(application.company, "closed")
    screening.screen_call(call, by=people.officer())
    assert outcomes(application)["status"] == "not_met"
    first, second = history(application, call.criterions.all())
    assert (first.is_first, first.changes) == (True, ())
    (change,) = second.changes
    assert change.before is not None
    assert (change.criterion.code, change.before.outcome, change.before.value) == ("status", "met", "active")
    assert (change.after.outcome, change.after.value) == ("not_met", "closed")
    assert (second.screening.occasion, second.screening.taken_by) == ("screening", people.officer())


def test_screening_a_call_asks_the_same_questions_for_many_as_for_one(django_assert_num_queries):
    call = staff.call()
    staff.applicant(call, 1)
    screening.screen_call(call, by=None)
    with django_assert_num_queries(11):
        screening.screen_call(call, by=None)
    for serial in (2, 3):
        staff.applicant(call, serial)
    screening.screen_call(call, by=None)
    with django_assert_num_queries(11):
        screening.screen_call(call, by=None)


def test_a_certificate_that_ends_later_becomes_a_task_and_never_a_block():
    call = staff.call()
    application = staff.applicant(call)
    application.company.certificates.update(valid_until=dt.date(2025, 6, 10))
    screening.screen_call(call, by=people.officer())
    assert outcomes(application)["sme"] == "met"
    assert result(application, "sme").renew_by == dt.date(2025, 6, 25)
    task = Task.objects.open().get(kind=Task.Kind.RENEW)
    assert (task.company, task.side, task.due_on) == (application.company, "company", dt.date(2025, 6, 25))
    screening.settle_clear(call, by=people.officer())
    application.refresh_from_db()
    assert application.status == "eligible"


def test_where_a_person_must_look_a_reason_is_enough():
    call = staff.call()
    application = staff.applicant(call)
    StatusCheck.objects.all().delete()
    screening.screen_call(call, by=people.officer())
    with pytest.raises(RuleBroken, match="reason_missing"):
        screening.override(result(application, "status"), to="met", reason=" ", by=people.officer())
    screening.override(result(application, "status"), to="met", reason="홈택스에서 확인", by=people.officer())
    found = result(application, "status")
    assert (found.outcome, found.override, found.final, found.approval) == ("look", "met", "met", None)
    assert Approval.objects.count() == 0


def test_not_met_becoming_met_counts_only_after_a_second_person_agreed():
    call = staff.call()
    application = staff.applicant(call, is_fine=False)
    screening.screen_call(call, by=people.officer())
    screening.override(
        result(application, "seoul"), to="met", reason="공장이 서울에 있음", by=people.officer()
    )
    found = result(application, "seoul")
    assert (found.override, found.final) == ("met", "not_met")
    with pytest.raises(RuleBroken, match="not_all_met"):
        screening.decide_eligibility(application, is_eligible=True, by=people.officer())
    assert found.approval is not None
    with pytest.raises(RuleBroken, match="same_person"):
        approvals.answer(found.approval, by=people.officer(), grant=True)
    approvals.answer(found.approval, by=staff.manager(), grant=True)
    assert result(application, "seoul").final == "met"
    assert (
        screening.decide_eligibility(application, is_eligible=True, by=people.officer()).status == "eligible"
    )


def test_a_refused_exception_does_not_count():
    call = staff.call()
    application = staff.applicant(call, is_fine=False)
    screening.screen_call(call, by=people.officer())
    found = screening.override(
        result(application, "seoul"), to="met", reason="부탁합니다", by=people.officer()
    )
    assert found.approval is not None
    approvals.answer(found.approval, by=staff.manager(), grant=False, reason="근거가 없음")
    assert result(application, "seoul").final == "not_met"


def test_raw_sql_cannot_make_an_exception_without_a_question():
    call = staff.call()
    application = staff.applicant(call, is_fine=False)
    screening.screen_call(call, by=people.officer())
    with pytest.raises(IntegrityError, match="override_exception_is_asked"), transaction.atomic():
        Override.objects.create(
            agency=call.agency, application=application, criterion=call.criterions.get(code="seoul"), call=call,
            rule_said="not_met", to="met", reason="x", by=people.officer(),
        )  # fmt: skip


def test_an_override_stays_while_the_rule_says_the_same_and_falls_when_it_does_not():
    call = staff.call()
    application = staff.applicant(call)
    StatusCheck.objects.all().delete()
    screening.screen_call(call, by=people.officer())
    screening.override(result(application, "status"), to="met", reason="확인함", by=people.officer())
    screening.screen_call(call, by=people.officer())
    assert result(application, "status").override == "met"
    register.status(application.company, "closed")
    screening.screen_call(call, by=people.officer())
    found = result(application, "status")
    assert (found.override, found.final) == ("", "not_met")


def test_a_decision_of_staff_can_be_taken_back():
    call = staff.call()
    application = staff.applicant(call)
    screening.screen_call(call, by=people.officer())
    screening.override(result(application, "ban"), to="not_met", reason="제재 심의 중", by=people.officer())
    assert result(application, "ban").final == "not_met"
    screening.take_back(result(application, "ban"), by=people.officer())
    assert result(application, "ban").final == "met"
    with pytest.raises(RuleBroken, match="no_override"):
        screening.take_back(result(application, "ban"), by=people.officer())


def test_looking_at_the_paper_behind_a_criterion_takes_the_criteria_again():
    call = staff.call()
    application = staff.applicant(call)
    CertificateJudgment.objects.all().delete()
    Certificate.objects.all().delete()
    _question, required = staff.form(call)
    required.certificate_kind = "SME_CERT"
    required.save()
    Document.objects.create(
        application=application,
        required=required,
        call=call,
        file=staff.stored("중소기업확인서.pdf", "document"),
        valid_from=dt.date(2025, 4, 1),
        valid_until=dt.date(2026, 3, 31),
    )
    screening.screen_call(call, by=people.officer())
    assert outcomes(application)["sme"] == "look"
    screening.look_at_evidence(result(application, "sme"), is_accepted=True, by=people.officer())
    assert outcomes(application)["sme"] == "met"


def test_eligible_needs_all_met_and_ineligible_one_that_is_not():
    call = staff.call()
    fine, elsewhere = staff.applicant(call, 1), staff.applicant(call, 2, is_fine=False)
    with pytest.raises(RuleBroken, match="look_left"):
        screening.decide_eligibility(fine, is_eligible=True, by=people.officer())
    screening.screen_call(call, by=people.officer())
    with pytest.raises(RuleBroken, match="all_met"):
        screening.decide_eligibility(fine, is_eligible=False, by=people.officer())
    with pytest.raises(RuleBroken, match="not_all_met"):
        screening.decide_eligibility(elsewhere, is_eligible=True, by=people.officer())
    assert screening.decide_eligibility(fine, is_eligible=True, by=people.officer()).status == "eligible"
    assert (
        screening.decide_eligibility(elsewhere, is_eligible=False, by=people.officer()).status == "ineligible"
    )
    with pytest.raises(RuleBroken, match="not_in_screening"):
        screening.decide_eligibility(fine, is_eligible=True, by=people.officer())


def test_nothing_is_decided_while_companies_may_still_recall(move_clock):
    call = staff.call()
    application = staff.applicant(call)
    screening.screen_call(call, by=people.officer())
    move_clock(call.closes_at - dt.timedelta(seconds=5))
    for decide in (
        lambda: screening.decide_eligibility(application, is_eligible=True, by=people.officer()),
        lambda: screening.settle_clear(call, by=people.officer()),
    ):
        with pytest.raises(RuleBroken, match="still_open"):
            decide()
    move_clock(call.closes_at)
    assert screening.settle_clear(call, by=people.officer()) == (1, 0)


def test_settling_decides_the_clear_cases_and_leaves_the_rest():
    call = staff.call()
    rows = [staff.applicant(call, 1), staff.applicant(call, 2, is_fine=False), staff.applicant(call, 3)]
    StatusCheck.objects.filter(company=rows[2].company).delete()
    screening.screen_call(call, by=people.officer())
    assert screening.settle_clear(call, by=people.officer()) == (1, 1)
    for row in rows:
        row.refresh_from_db()
    assert [row.status for row in rows] == ["eligible", "ineligible", "submitted"]


def test_a_decision_can_be_reopened_with_a_reason():
    call = staff.call()
    application = staff.applicant(call, status="eligible")
    with pytest.raises(RuleBroken, match="reason_missing"):
        screening.reopen(application, reason="", by=people.officer())
    assert screening.reopen(application, reason="서류 재확인", by=people.officer()).status == "submitted"
    assert list(Task.objects.open().values_list("kind", "side", "subject_id")) == [
        ("screen", "agency", application.pk)
    ]


def test_another_agency_s_ban_is_not_this_agency_s():
    call = staff.call()
    application = staff.applicant(call)
    Ban.objects.create(
        agency=people.agency("OTHER"), company=application.company, from_on=dt.date(2025, 1, 1),
        until_on=dt.date(2026, 1, 1), reason="x", decided_by=people.officer("manager", "OTHER"),
    )  # fmt: skip
    screening.screen_call(call, by=people.officer())
    assert outcomes(application)["ban"] == "met"


def test_only_the_agency_s_own_officers_screen():
    call = staff.call()
    application = staff.applicant(call)
    screening.screen_call(call, by=people.officer())
    stranger, auditor = people.officer("manager", "OTHER"), people.officer("auditor")
    for by in (stranger, auditor):
        for verb in (
            lambda by=by: screening.screen_call(call, by=by),
            lambda by=by: screening.screen_application(application, by=by),
            lambda by=by: screening.override(result(application, "ban"), to="not_met", reason="x", by=by),
            lambda by=by: screening.decide_eligibility(application, is_eligible=True, by=by),
            lambda by=by: screening.settle_clear(call, by=by),
        ):
            with pytest.raises(RuleBroken, match="not_your_agency"):
                verb()


def test_after_the_decision_nothing_of_screening_changes():
    call, (application, *_rest) = staff.sealed()
    screening_verbs = (
        lambda: screening.screen_call(call, by=people.officer()),
        lambda: screening.reopen(application, reason="x", by=people.officer()),
        lambda: screening.settle_clear(call, by=people.officer()),
        lambda: screening.decide_eligibility(application, is_eligible=True, by=people.officer()),
    )
    for verb in screening_verbs:
        with pytest.raises(RuleBroken, match="decided"):
            verb()


def test_the_agency_s_clock_stands_still_while_the_company_holds_the_file():
    call = staff.call()
    application = staff.applicant(call)
    start = dt.datetime(2025, 6, 1, tzinfo=staff.SEOUL)
    application.returns.create(
        agency=call.agency, sent_at=start + dt.timedelta(days=3), sent_by=people.officer(),
        due_at=start + dt.timedelta(days=9), answered_at=start + dt.timedelta(days=8),
    )  # fmt: skip
    found = held(start, application.returns.all(), start + dt.timedelta(days=10))
    assert (found.agency_days, found.company_days) == (5, 5)
    assert clock.now() > staff.AFTER_CLOSING
