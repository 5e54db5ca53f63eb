"""Return for correction: named items only, until a day, the company is written to, the agency's task is closed."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest

from ground import mailbox, outbox
from ground.errors import RuleBroken
from programs.domain import intake, screening, tasks
from programs.domain.correction import Correction, send_back
from programs.models import Answer, Application, Question, ReturnItem, Task
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db
DUE = dt.datetime(2025, 6, 10, tzinfo=staff.SEOUL)


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


@pytest.fixture
def application() -> Application:
    call = staff.call()
    staff.form(call)
    made = staff.applicant(call)
    tasks.open_task(
        agency=call.agency, side="agency", kind="screen", subject_id=made.pk, subject="x", due_on=dt.date(2025, 6, 13)
    )  # fmt: skip
    return made


def items(application: Application) -> list[Correction]:
    question, document = staff.form(application.call)
    return [
        Correction("question", "수출 계획을 연도별로 적어 주십시오.", question_id=question.pk),
        Correction("document", "2쪽이 빠졌습니다.", document_id=document.pk),
    ]


def test_named_items_go_back_with_mail_task_and_stopped_clock(application):
    send_back(application, items=items(application), due_at=DUE, note="급하지 않습니다.", by=people.officer())
    application.refresh_from_db()
    assert application.status == "returned"
    request = application.returns.get()
    assert (request.due_at, request.answered_at, request.sent_by) == (DUE, None, people.officer())
    assert set(request.items.values_list("part", "note")) == {
        ("question", "수출 계획을 연도별로 적어 주십시오."),
        ("document", "2쪽이 빠졌습니다."),
    }
    open_tasks = Task.objects.open().values_list("side", "kind", "due_on")
    assert list(open_tasks) == [("company", "correct", dt.date(2025, 6, 9))]
    outbox.drain()
    (mail,) = mailbox.read_all()
    assert mail.recipient == register.member(application.company).email
    for words in (
        "진출 계획",
        "수출 계획을 연도별로",
        "상품 소개서",
        "2쪽이 빠졌습니다.",
        "급하지 않습니다.",
        "2025. 6. 9.",
    ):
        assert words in mail.body


def test_the_mail_is_in_the_reader_s_language(application):
    owner = register.member(application.company)
    owner.language = "en"
    owner.save()
    send_back(application, items=items(application), due_at=DUE, by=people.officer())
    outbox.drain()
    (mail,) = mailbox.read_all()
    assert mail.subject == "To be corrected: your application to Call for companies"
    assert mail.body.startswith("Correct the items below by 9 June 2025.")
    assert "Your plan: 수출 계획을" in mail.body
    assert "<" not in mail.body


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"items": []}, "no_items"),
        ({"items": [Correction("baseline", " ")]}, "note_missing"),
        ({"items": [Correction("baseline", "a"), Correction("baseline", "b")]}, "named_twice"),
        ({"items": [Correction("question", "a", question_id=uuid4())]}, "other_call"),
        ({"items": [Correction("question", "a")]}, "other_call"),
        ({"items": [Correction("everything", "a")]}, "other_call"),
        ({"due_at": staff.AFTER_CLOSING}, "due_passed"),
    ],
)
def test_what_is_refused(application, change, code):
    given = {"items": items(application), "due_at": DUE, "by": people.officer(), **change}
    with pytest.raises(RuleBroken, match=code):
        send_back(application, **given)
    application.refresh_from_db()
    assert (application.status, ReturnItem.objects.count()) == ("submitted", 0)


def test_a_question_of_another_call_cannot_be_named(application):
    other = programs.call(programs.program("OTHER-1", "OTHER"), "OTHER-1-1")
    question = Question.objects.create(call=other, code="q", kind="short", label_ko="다른 질문")
    with pytest.raises(RuleBroken, match="other_call"):
        send_back(
            application, items=[Correction("question", "a", question_id=question.pk)], due_at=DUE, by=people.officer()
        )  # fmt: skip


def test_strangers_do_not_send_back(application):
    with pytest.raises(RuleBroken, match="not_your_agency"):
        send_back(application, items=items(application), due_at=DUE, by=people.officer("manager", "OTHER"))


def test_it_is_sent_back_once_and_comes_back_with_the_agency_s_task_open_again(application, move_clock):
    send_back(application, items=items(application)[:1], due_at=DUE, by=people.officer())
    with pytest.raises(RuleBroken, match="not_submitted"):
        send_back(application, items=items(application), due_at=DUE, by=people.officer())
    question, _document = staff.form(application.call)
    Answer.objects.create(
        application=application, question=question, call=application.call, text="2026년 3억 원"
    )
    move_clock(DUE - dt.timedelta(days=3))
    intake.resubmit_correction(application, by=register.member(application.company), form_key=uuid4())
    application.refresh_from_db()
    assert application.status == "submitted"
    assert list(Task.objects.open().values_list("side", "kind")) == [("agency", "screen")]


def test_a_correction_that_never_came_makes_ineligible_after_its_day(application, move_clock):
    send_back(application, items=items(application), due_at=DUE, by=people.officer())
    with pytest.raises(RuleBroken, match="still_returned"):
        screening.decide_eligibility(application, is_eligible=False, reason="기한 경과", by=people.officer())
    move_clock(DUE)
    with pytest.raises(RuleBroken, match="still_returned"):
        screening.decide_eligibility(application, is_eligible=True, by=people.officer())
    with pytest.raises(RuleBroken, match="reason_missing"):
        screening.decide_eligibility(application, is_eligible=False, by=people.officer())
    row = screening.decide_eligibility(
        application, is_eligible=False, reason="기한 경과", by=people.officer()
    )
    assert row.status == "ineligible"
    assert not Task.objects.open().exists()
