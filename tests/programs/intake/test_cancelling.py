"""Cancelling a published call: two persons, a reason on the notice, mails to all, nothing more, and everything stays."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from accounts.domain import approvals
from accounts.models import Approval
from ground import files
from ground.models import Message
from programs.domain import (
    amending,
    announcing,
    cancelling,
    correction,
    inquiries,
    intake,
    intake_correction,
    intake_documents,
    intake_drafts,
    screening,
    selection,
)
from programs.models import Application, Call, Document, Task
from programs.queries import first_time
from tests.factories import intake as made
from tests.factories import people, programs, register, staff
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db
REASON = "예산이 줄었습니다."


@pytest.fixture
def call(move_clock: Any) -> Call:
    move_clock(made.DURING)
    return made.whole_call()


def agree(call: Call, reason: str = REASON) -> Approval:
    question = cancelling.ask(call, reason=reason, by=people.officer())
    return approvals.answer(question, by=people.officer("manager"), grant=True)


def told(subject: str) -> list[tuple[str, str]]:
    rows = Message.objects.filter(subject__contains=subject).order_by("pk")
    return [(row.recipients[0], row.subject) for row in rows]


def test_a_cancelled_call_takes_nothing_more_and_keeps_what_is_there(call, client, english, move_clock):
    officer = people.officer()
    drafting, applying, correcting = (register.company(serial) for serial in (1, 2, 3))
    drafter, applicant, corrector = (register.member(each) for each in (drafting, applying, correcting))
    applicant.language = "en"
    applicant.save()
    draft = made.begun(call, drafting, drafter)
    submission = made.submitted(call, applying, applicant)
    sent_back = made.submitted(call, correcting, corrector).application
    correction.send_back(
        sent_back, items=[correction.Correction("baseline", "다시")], due_at=made.AFTER, by=officer
    )
    inquiry = {"text": "언제?", "by": drafter, "form_key": uuid4()}
    Message.objects.all().delete()

    with refused("second_person"):
        cancelling.cancel(call, by=officer)
    with refused("not_your_agency"):
        cancelling.ask(call, reason=REASON, by=people.officer("manager", "BBA"))
    with refused("reason_missing"):
        cancelling.ask(call, reason=" ", by=officer)
    with refused("reason_long"):
        cancelling.ask(call, reason="가" * 301, by=officer)
    agree(call, "사업이 늦어집니다.")
    cancelling.ask(call, reason=REASON, by=officer)
    with refused("second_person"):  # of the reason that was asked about last
        cancelling.cancel(call, by=officer)
    agree(call)
    assert [row.call for row in first_time.first_time_of(officer)] == [call]
    cancelled = cancelling.cancel(call, by=officer)
    call.refresh_from_db()

    assert cancelled.cancellation_reason == REASON
    assert told("") == [
        (drafter.email, "공고가 취소되었습니다: 참여기업 모집"),
        (applicant.email, "The call was cancelled: Call for companies"),
        (corrector.email, "공고가 취소되었습니다: 참여기업 모집"),
    ]
    assert REASON in Message.objects.latest("pk").body
    assert Task.objects.open().count() == 0
    statuses = Application.objects.order_by("created_at").values_list("status", flat=True)
    assert list(statuses) == ["draft", "submitted", "returned"]
    assert [files.may_read(applicant, each.file) for each in Document.objects.filter(application=submission.application)] == [True]  # fmt: skip

    one = call.questions.get()
    for verb in (
        lambda: intake.start(call, register.company(4), by=register.member(register.company(4)), form_key=uuid4()),
        lambda: intake_drafts.save_answers(draft, {}, by=drafter),
        lambda: intake_documents.hand_in(draft, call.requireddocuments.get(), made.pdf(), by=drafter),
        lambda: intake.submit(draft, by=drafter, form_key=uuid4()),
        lambda: intake.recall(submission.application, by=applicant),
        lambda: intake.withdraw(submission.application, by=applicant),
        lambda: intake_correction.resubmit(sent_back, by=corrector, form_key=uuid4()),
        lambda: inquiries.ask(call, drafting, **inquiry),
        lambda: screening.screen_call(call, by=officer),
        lambda: correction.send_back(submission.application, items=[correction.Correction("question", "다시", question_id=one.pk)], due_at=made.AFTER, by=officer),
        lambda: amending.amend(call, {"title_ko": "다른 제목"}, reason="고침", by=officer),
        lambda: amending.move_closing(call, closes_at=made.AFTER, by=officer),
        lambda: selection.decide(call, by=people.officer("manager")),
        lambda: cancelling.cancel(call, by=officer),
    ):  # fmt: skip
        with refused("cancelled"):
            verb()
    move_clock(made.AFTER - dt.timedelta(days=3))
    assert correction.remind() == 0
    move_clock(made.DURING)
    assert announcing.announce(call.pk) == 0
    assert first_time.first_time_of(officer) == []

    client.force_login(applicant)
    page = client.get(f"/applications/{submission.application.pk}/").content.decode()
    assert f"The agency cancelled the call. You need not do anything. Reason: {REASON}" in page
    assert "Withdraw" not in page
    for writer, application, gone in (
        (drafter, draft, "/baseline/"), (corrector, sent_back, "/correct/"), (applicant, submission.application, "/recall/"),
    ):  # fmt: skip
        client.force_login(writer)
        shown = client.get(f"/applications/{application.pk}/")
        assert (shown.context["standing"].badge, f"/applications/{application.pk}{gone}" in shown.content.decode()) == (
            "call cancelled", False,
        )  # fmt: skip
        answer = client.get(f"/applications/{application.pk}{gone}")
        assert (answer.status_code, answer.url) == (302, f"/applications/{application.pk}/")
    client.logout()
    page = client.get(f"/calls/{call.pk}/").content.decode()
    assert "The agency cancelled this call on" in page
    assert REASON in page
    for gone in ("Sign in to apply", "Sign in to ask", "Check where your company stands"):
        assert gone not in page
    listed = client.get("/calls/")
    assert [(code, [row.state for row in rows]) for code, _title, rows in listed.context["groups"]] == [
        ("closed", ["closed"])
    ]
    assert [(value, count) for value, _label, count in listed.context["states"]] == [
        ("", 1), ("open", 0), ("soon", 0), ("coming", 0), ("closed", 1),
    ]  # fmt: skip
    assert "cancelled on" in listed.content.decode()
    calendar = client.get(f"/calls/{call.pk}/calendar.ics").content.decode()
    assert ("STATUS:CANCELLED" in calendar, "STATUS:CONFIRMED" in calendar) == (True, False)


def test_only_a_published_call_whose_results_are_not_out_is_cancelled(move_clock, call):
    draft = programs.call(code="SBA-MELI-CL-2025-2", published_at=None)
    with refused("not_published"):
        cancelling.ask(draft, reason=REASON, by=people.officer())
    move_clock(staff.AFTER_CLOSING)
    sealed, (first, *_others) = staff.sealed(code="SBA-MELI-CL-2025-3")
    question = cancelling.ask(sealed, reason=REASON, by=people.officer())
    approvals.answer(question, by=staff.manager(), grant=True)
    selection.put_paper(sealed, paper=staff.paper(sealed.program), by=staff.manager())
    selection.release(sealed, by=staff.manager())
    with refused("released"):
        cancelling.cancel(sealed, by=people.officer())
    first.refresh_from_db()
    assert first.status == "selected"


def test_staff_cancel_on_the_record_of_the_call_and_evaluators_read_no_more(call, client):
    officer = people.officer()
    post = staff.evaluator(call)
    client.force_login(officer)
    page = f"/staff/programs/call/{call.pk}/"
    assert client.post(f"{page}cancel/").status_code == 409
    client.post(f"{page}ask_cancelling/", {"reason": REASON})
    approvals.answer(Approval.objects.get(), by=people.officer("manager"), grant=True)
    (form,) = [
        each["form"] for each in client.get(f"{page}change/").context["doings"] if each["name"] == "cancel"
    ]
    assert (form["reason"].value(), form.fields["reason"].disabled) == (REASON, True)
    answer = client.post(f"{page}cancel/", follow=True)
    assert answer.redirect_chain == [(f"{page}change/", 302)]
    assert REASON in answer.content.decode()
    assert [each["name"] for each in answer.context["doings"]] == ["take_over"]
    client.force_login(post.user)
    assert call.code not in client.get("/evaluation/").content.decode()
    assert client.get(f"/evaluation/calls/{call.pk}/").status_code == 404
