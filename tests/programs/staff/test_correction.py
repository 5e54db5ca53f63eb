"""Return for correction: named items only, until a day, the company is written to, the agency's task is closed."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Q

from ground import mailbox, outbox
from ground.errors import RuleBroken
from ground.models import Message
from programs.domain import correction, intake_correction, screening, tasks
from programs.domain.correction import Correction, remind, send_back
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
    intake_correction.resubmit(application, by=register.member(application.company), form_key=uuid4())
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


def letters_about_days_left() -> list[tuple[str, str]]:
    about = Q(subject__contains=" left to ") | Q(subject__contains="남았습니다")
    return [
        (message.recipients[0], message.subject) for message in Message.objects.filter(about).order_by("pk")
    ]


def test_who_has_not_answered_is_reminded_seven_three_and_one_day_before_once_each(application, move_clock):
    """Sent on 2 June, last day 16 June: reminders on the 9th, the 13th and the 15th, whatever runs twice or late."""
    owner = register.member(application.company)
    register.member(application.company, "reader")
    owner.language = "en"
    owner.save()
    editor = register.member(application.company, "editor")
    last = dt.datetime(2025, 6, 17, tzinfo=staff.SEOUL)
    send_back(application, items=items(application), due_at=last, by=people.officer())
    tasks.close_task("correct", application.pk)

    def on(day: int, hour: int = 9) -> int:
        move_clock(dt.datetime(2025, 6, day, hour, tzinfo=staff.SEOUL))
        return remind()

    assert [on(8), on(9, 0), on(9), on(10)] == [0, 1, 0, 0]
    assert list(Task.objects.open().values_list("side", "kind", "due_on")) == [
        ("company", "correct", dt.date(2025, 6, 16))
    ]
    assert sorted(letters_about_days_left()) == [
        (editor.email, "참여기업 모집 신청서의 보완 기한이 7일 남았습니다"),
        (owner.email, "7 days left to correct your application to Call for companies"),
    ]
    # the worker stood still over the 13th: of the two days only the nearer one is written
    assert [on(15), on(15, 23), on(16), on(17)] == [1, 0, 0, 0]
    assert sorted(letters_about_days_left()[-2:]) == [
        (editor.email, "참여기업 모집 신청서의 보완 기한이 1일 남았습니다"),
        (owner.email, "1 day left to correct your application to Call for companies"),
    ]
    assert application.returns.get().reminded_before == 1


def test_nobody_is_reminded_of_what_was_answered_or_on_the_day_it_was_sent(application, move_clock):
    send_back(application, items=items(application), due_at=DUE, by=people.officer())
    assert remind() == 0  # sent on the 2nd, last day the 9th: seven days are the day of the request itself
    move_clock(dt.datetime(2025, 6, 6, 9, tzinfo=staff.SEOUL))
    request = application.returns.get()
    with transaction.atomic():
        request.answered_at = staff.AFTER_CLOSING
        request.save()
        assert remind() == 0
        transaction.set_rollback(True)
    Application.objects.filter(pk=application.pk).update(status="withdrawn")
    assert remind() == 0
    Application.objects.filter(pk=application.pk).update(status="returned")
    assert remind() == 1


def test_one_that_fails_stops_no_other(application, move_clock, monkeypatch):
    other = staff.applicant(application.call, 2)
    for each in (application, other):
        send_back(each, items=items(application), due_at=DUE, by=people.officer())
    move_clock(dt.datetime(2025, 6, 6, 9, tzinfo=staff.SEOUL))
    write, broken = correction._write, application.pk

    def failing(letter, row, *more, **facts):
        if row.pk == broken:
            raise RuntimeError("made up")
        write(letter, row, *more, **facts)

    monkeypatch.setattr(correction, "_write", failing)
    assert remind() == 1
    monkeypatch.undo()
    assert [each.returns.get().reminded_before for each in (application, other)] == [None, 3]
    assert remind() == 1
