"""Submission: receipt, deadline by the database's clock, recall, withdrawal, what the agency comes to see."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from companies.models import Certificate, Consent, Sight
from ground import mailbox, outbox
from ground.models import Message, OutboxEvent
from programs.domain import intake, intake_content, intake_correction, intake_documents, intake_drafts
from programs.models import Application, Draft, Submission, Task
from programs.models.application import ReceiptCounter
from tests.conftest import moved_to, standing_on
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.intake import refused
from tests.factories.passing import all_pass

pytestmark = pytest.mark.django_db


def prepare(folder: Path) -> Application:
    """A draft in which nothing is missing."""
    moved_to(made.DURING)
    return made.filled()


def handed_in(folder: Path) -> Submission:
    moved_to(made.DURING)
    return made.submitted()


def begun(folder: Path) -> Application:
    moved_to(made.DURING)
    return made.begun()


def nothing(folder: Path) -> None:
    moved_to(made.DURING)


@pytest.fixture(autouse=True)
def world(made_before: Any) -> Any:
    return made_before


def test_a_submission_gives_a_receipt_and_freezes_what_was_handed_in(world):
    application = world
    owner = register.member(application.company)
    submission = intake.submit(application, by=owner, form_key=uuid4())
    application.refresh_from_db()
    assert (application.status, application.receipt) == ("submitted", "SBA-MELI-CL-2025-1-0001")
    assert submission.receipt == application.receipt
    assert submission.submitted_at == application.submitted_at
    content = Submission.objects.get().content
    assert content["baseline"]["country_last_amount"] == "0"
    assert content["baseline"]["country_before_amount"] is None
    assert [each["text"] for each in content["answers"]] == ["칠레에서 팝니다."]
    assert [(each["code"], each["name"]) for each in content["documents"]] == [
        ("biz-reg", "사업자등록증.pdf")
    ]
    assert content["consents"] == [{"code": "collect", "version": 1}]
    assert intake_content.digest_of(content) == submission.content_sha256
    assert "나들목" not in str(content)


def test_what_follows_a_submission(world):
    application = world
    company = application.company
    reader = register.member(company, "reader")
    submission = intake.submit(application, by=register.member(company), form_key=uuid4())
    assert Sight.objects.filter(company=company, agency=application.agency).exists()
    assert OutboxEvent.objects.filter(topic="company.check_status").get().payload == {
        "companies": [str(company.pk)]
    }
    (task,) = Task.objects.open()
    assert (task.kind, task.side, task.subject_id, task.due_on) == (
        "screen",
        "agency",
        application.pk,
        dt.date(2025, 6, 13),
    )
    (consent,) = Consent.objects.all()
    assert (consent.company, consent.text.code) == (company, "collect")
    letters = Message.objects.filter(subject__contains=submission.receipt)
    assert {each.recipients[0] for each in letters} == {register.member(company).email, reader.email}
    assert all(submission.receipt in each.body for each in letters)


def test_the_letter_arrives_in_the_language_of_its_reader(world):
    application = world
    owner = register.member(application.company)
    owner.language = "en"
    owner.save()
    intake.submit(application, by=owner, form_key=uuid4())
    OutboxEvent.objects.exclude(topic="message.send").delete()
    outbox.drain()
    (mail,) = mailbox.read_all()
    assert mail.subject == "Submitted: Call for companies (SBA-MELI-CL-2025-1-0001)"
    assert mail.body.startswith("Keep this receipt number: SBA-MELI-CL-2025-1-0001.")


@standing_on(nothing)
def test_a_call_that_is_not_published_takes_nothing():
    call = made.whole_call(published_at=None)
    company = register.company()
    with refused("not_published"):
        intake.start(call, company, by=register.member(company), form_key=uuid4())


@standing_on(nothing)
def test_the_same_form_twice_is_one_draft_and_one_receipt():
    call, company = made.whole_call(), register.company()
    owner = register.member(company)
    key = uuid4()
    first = intake.start(call, company, by=owner, form_key=key)
    assert intake.start(call, company, by=owner, form_key=key) == first
    assert intake.start(call, company, by=owner, form_key=uuid4()) == first
    application = made.filled(call, company)
    key = uuid4()
    receipts = {intake.submit(application, by=owner, form_key=key).receipt for _again in range(3)}
    assert receipts == {"SBA-MELI-CL-2025-1-0001"}
    assert (Application.objects.count(), Submission.objects.count()) == (1, 1)
    assert Message.objects.filter(subject__contains="0001").count() == 1
    with refused("already_submitted"):
        intake.submit(application, by=owner, form_key=uuid4())


@standing_on(nothing)
def test_a_form_key_belongs_to_one_company():
    call = made.whole_call()
    one, other = register.company(1), register.company(2)
    key = uuid4()
    intake.start(call, one, by=register.member(one), form_key=key)
    with refused("form_key"):
        intake.start(call, other, by=register.member(other), form_key=key)
    key = uuid4()
    intake.submit(made.filled(call, one), by=register.member(one), form_key=key)
    with refused("form_key"):
        intake.submit(made.filled(call, other), by=register.member(other), form_key=key)


@standing_on(nothing)
def test_receipt_numbers_count_per_call():
    call, other_call = made.whole_call(), made.whole_call("SBA-MELI-CL-2025-2")
    assert [made.submitted(call, register.company(serial)).receipt for serial in (1, 2)] == [
        "SBA-MELI-CL-2025-1-0001",
        "SBA-MELI-CL-2025-1-0002",
    ]
    assert made.submitted(other_call, register.company(1)).receipt == "SBA-MELI-CL-2025-2-0001"


@standing_on(nothing)
def test_what_was_not_handed_in_after_all_leaves_no_gap_in_the_numbers():
    application = made.filled()
    with pytest.raises(Undone), transaction.atomic():
        assert made_by_hand(application).receipt == "SBA-MELI-CL-2025-1-0001"
        raise Undone
    assert made_by_hand(application).receipt == "SBA-MELI-CL-2025-1-0001"
    assert made.submitted(application.call, register.company(2)).receipt == "SBA-MELI-CL-2025-1-0002"


@standing_on(nothing)
@pytest.mark.parametrize("left", [[1], []])
def test_a_number_given_beside_the_counter_is_passed_over(left):
    """By a process of a version before the counter, also before any other counted: the next ones follow it without a gap."""
    call = made.whole_call()
    made.submitted(call, register.company(1))
    made.submitted(call, register.company(2))
    ReceiptCounter.objects.filter(call=call).delete()
    ReceiptCounter.objects.bulk_create(ReceiptCounter(call=call, last=last) for last in left)
    assert made.submitted(call, register.company(3)).receipt == "SBA-MELI-CL-2025-1-0003"
    assert made.submitted(call, register.company(4)).receipt == "SBA-MELI-CL-2025-1-0004"


class Undone(Exception):
    pass


def made_by_hand(application: Application) -> Submission:
    return intake.submit(application, by=register.member(application.company), form_key=uuid4())


@standing_on(nothing)
def test_the_number_is_taken_once_all_is_judged():
    """Until the transaction ends all others who submit to the call wait for it."""
    call = made.whole_call()
    made.criterion(call, "seoul", "province", values=["11"])
    application = made.filled(call)
    with CaptureQueriesContext(connection) as asked:
        made_by_hand(application)
    writes = [each["sql"] for each in asked.captured_queries]
    (number,) = (place for place, sql in enumerate(writes) if "programs_receiptcounter" in sql)
    judged = [place for place, sql in enumerate(writes) if "programs_screen" in sql]
    assert judged
    assert max(judged) < number
    assert any("programs_submission" in sql for sql in writes[number:])


@standing_on(nothing)
def test_what_a_submission_says_of_the_criteria_is_read_with_them():
    call = made.whole_call()
    made.criterion(call, "age", "province", position=9)
    application = made.filled(call)
    with CaptureQueriesContext(connection) as asked:
        submission = made_by_hand(application)
    asked_for = 'SELECT "programs_criterion"'
    assert sum(each["sql"].startswith(asked_for) for each in asked.captured_queries) == 1
    assert submission.content["call"]["criteria"] == [
        {"code": "age", "version": 1},
        {"code": "seoul", "version": 1},
    ]


def test_what_was_changed_after_the_check_is_checked_again(world):
    application = world
    owner = register.member(application.company)
    intake_drafts.save_baseline(application, made.BASELINE, by=owner)
    with refused("changed"):
        intake.submit(application, by=owner, form_key=uuid4(), version=application.version)
    application.refresh_from_db()
    intake.submit(application, by=owner, form_key=uuid4(), version=application.version)


def test_what_was_handed_in_after_the_check_is_checked_again(world):
    application, owner = world, register.member(world.company)
    (required,) = application.call.requireddocuments.all()
    extra = made.document(application.call, "extra", is_required=False, has_validity=True)
    days = intake_documents.Days(valid_until=dt.date(2025, 12, 31))

    def other_file() -> None:
        intake_documents.hand_in(application, required, made.pdf("다른 것.pdf"), by=owner)

    def new_file() -> None:
        intake_documents.hand_in(application, extra, made.pdf(), by=owner)

    def other_days() -> None:
        intake_documents.hand_in(application, extra, None, days=days, by=owner)

    def none() -> None:
        intake_documents.take_away(application, extra, by=owner)

    for change in (other_file, new_file, other_days, none):
        application.refresh_from_db()
        change()
        with refused("changed"):
            intake.submit(application, by=owner, form_key=uuid4(), version=application.version)
    application.refresh_from_db()
    all_pass()
    intake.submit(application, by=owner, form_key=uuid4(), version=application.version)


@standing_on(begun)
def test_what_is_missing_is_refused(world):
    application = world
    with refused("not_ready") as refusal:
        intake.submit(application, by=register.member(application.company), form_key=uuid4())
    assert not Submission.objects.exists()
    assert "질문 plan" in str(refusal.value.sentence)


@standing_on(nothing)
def test_not_met_bars_with_its_reason_and_look_does_not():
    call = made.whole_call()
    made.criterion(call, "look", "look")
    made.criterion(call, "tax", "tax")
    assert made.submitted(call, register.company(1)).receipt
    busan = register.company(2)
    register.province("26")
    busan.places.update(province_id="26")
    with refused("not_ready") as refusal:
        made.submitted(call, busan)
    assert "요건 seoul" in str(refusal.value.sentence)


@standing_on(nothing)
def test_a_certificate_that_ends_before_the_agreement_becomes_a_dated_task():
    call = made.whole_call()
    sme = made.criterion(call, "sme", "certificate", later_as_of="agreement")
    company = register.company()
    certificate = register.certificate(company, valid_until=dt.date(2025, 6, 1))
    made.submitted(call, company)
    task = Task.objects.open().get(kind="renew")
    assert (task.company, task.side, task.due_on, task.subject_id) == (
        company,
        "company",
        call.agreement_on,
        sme.pk,
    )
    # renewed, recalled and submitted again: nothing is left to renew
    certificate.valid_until = dt.date(2026, 3, 31)
    certificate.save()
    application = Application.objects.get()
    intake.recall(application, by=register.member(company))
    assert not Task.objects.open().exists()
    made.submitted(call, company)
    assert [each.kind for each in Task.objects.open()] == ["screen"]
    assert Certificate.objects.count() == 1


def test_recall_keeps_the_receipt_and_the_next_one_is_new(world):
    application = world
    owner = register.member(application.company)
    first = intake.submit(application, by=owner, form_key=uuid4())
    intake.recall(application, by=owner)
    intake.recall(application, by=owner)
    application.refresh_from_db()
    first.refresh_from_db()
    assert (application.status, application.receipt) == ("draft", "")
    assert first.recalled_at is not None
    assert not Task.objects.open().exists()
    assert not Application.objects.visible_to(people.officer()).exists()
    with refused("recalled"):
        intake.submit(application, by=owner, form_key=first.form_key)
    second = intake.submit(application, by=owner, form_key=uuid4())
    assert (first.receipt, second.receipt) == ("SBA-MELI-CL-2025-1-0001", "SBA-MELI-CL-2025-1-0002")
    assert Message.objects.filter(subject__contains="0001").count() == 2


@standing_on(begun)
def test_only_what_is_submitted_can_be_recalled(world):
    application = world
    with refused("not_submitted"):
        intake.recall(application, by=register.member(application.company))


@standing_on(handed_in)
def test_withdrawing_closes_everything_and_lets_one_begin_anew(world):
    submission = world
    application = submission.application
    owner = register.member(application.company)
    intake.withdraw(application, by=owner, reason="사업 계획 변경")
    application.refresh_from_db()
    assert application.status == "withdrawn"
    assert not Task.objects.open().exists()
    with refused("withdrawn"):
        intake.withdraw(application, by=owner)
    assert made.begun(application.call, application.company) != application


def at(application: Any, status: Any, **call_fields: Any) -> Any:
    type(application.call).objects.filter(pk=application.call_id).update(**call_fields)
    Application.objects.filter(pk=application.pk).update(status=status)
    return Application.objects.select_related("call").get(pk=application.pk)


SEALED = ["eligible", "ineligible", "selected", "reserve", "not_selected"]


@standing_on(handed_in)
@pytest.mark.parametrize("status", SEALED)
def test_between_decision_and_release_nothing_can_be_told_from_withdrawing(status, world):
    application = at(world.application, status, decided_at=made.AFTER)
    assert application.public_status == "under_evaluation"
    with refused("being_decided"):
        intake.withdraw(application, by=register.member(application.company))


@standing_on(handed_in)
@pytest.mark.parametrize("status", ["eligible", "ineligible"])
def test_before_the_decision_both_can_withdraw(status, world):
    application = at(world.application, status)
    intake.withdraw(application, by=register.member(application.company))


@standing_on(handed_in)
@pytest.mark.parametrize(("status", "can"), [("selected", True), ("reserve", True), ("not_selected", False)])
def test_after_the_release_each_status_has_its_own_answer(status, can, world):
    application = at(world.application, status, decided_at=made.AFTER, released_at=made.AFTER)
    assert application.public_status == status
    assert (intake.why_not_withdraw(application) is None) is can


def verbs(application: Any, by: Any) -> Any:
    required = application.call.requireddocuments.get()
    return [
        lambda: intake.submit(application, by=by, form_key=uuid4()),
        lambda: intake.recall(application, by=by),
        lambda: intake.withdraw(application, by=by),
        lambda: intake_correction.resubmit(application, by=by, form_key=uuid4()),
        lambda: intake.start(application.call, application.company, by=by, form_key=uuid4()),
        lambda: intake_drafts.save_baseline(application, made.BASELINE, by=by),
        lambda: intake_drafts.save_answers(application, {}, by=by),
        lambda: intake_drafts.save_contact(
            application, intake_drafts.Contact("가", "a@b.example", "1"), by=by
        ),
        lambda: intake_drafts.keep_typing(application, "baseline", {}, version=1, by=by),
        lambda: intake_documents.hand_in(application, required, made.pdf(), by=by),
        lambda: intake_documents.take_away(application, required, by=by),
    ]


def test_a_reader_and_a_stranger_can_do_nothing(world):
    application = world
    people_who_may_not = [
        register.member(application.company, "reader"),
        register.member(register.company(2)),
        people.officer(),
    ]
    for by in people_who_may_not:
        for verb in verbs(application, by):
            with refused("reader_only"):
                verb()


@standing_on(begun)
def test_questions_and_consents_of_others_are_refused(world):
    application = world
    owner = register.member(application.company)
    other = made.question(made.whole_call("BBA-1", "BBA"), "plan")
    with refused("unknown_question"):
        intake_drafts.save_answers(application, {other.pk: intake_drafts.AnswerValue(text="x")}, by=owner)
    foreign = made.consent_text("collect", agency_code="BBA")
    contact = intake_drafts.Contact("가", "a@b.example", "02-123-4567")
    with refused("unknown_consent"):
        intake_drafts.save_contact(application, contact, consents=[foreign.pk], by=owner)
    assert not application.answers.exists()


def test_typing_that_was_never_saved_is_not_submitted_in_silence(world):
    application = world
    owner = register.member(application.company)
    draft = Draft.objects.get(application=application, step="questions")
    intake_drafts.keep_typing(
        application, "questions", {"q_plan": "다른 계획"}, version=draft.version, by=owner
    )
    with refused("not_ready"):
        intake.submit(application, by=owner, form_key=uuid4())
    draft.refresh_from_db()
    assert draft.typed == {"q_plan": "다른 계획"}


def test_typing_is_wiped_with_the_submission(world):
    application = world
    intake.submit(application, by=register.member(application.company), form_key=uuid4())
    assert {(str(each.typed), str(each.aside)) for each in Draft.objects.all()} == {("{}", "{}")}


@standing_on(nothing)
def test_a_long_code_of_a_call_fits_into_a_receipt():
    program = programs.program()
    call = made.whole_call("A" * 44)
    assert program == call.program
    assert made.submitted(call).receipt == "A" * 44 + "-0001"
