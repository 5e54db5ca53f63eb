"""Return for correction, the company's side: only what was named is open, until the day that was named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ground.models import Message
from programs.domain import intake, intake_correction, intake_documents, intake_drafts, planning
from programs.domain.correction import Correction, send_back
from programs.domain.intake_drafts import AnswerValue, Contact
from programs.models import Answer, Application, Call, Document, Draft, ReturnRequest, Submission, Task
from programs.models.question import Question
from programs.queries import takings
from tests.conftest import moved_to, standing_on
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db
DUE = dt.datetime(2025, 6, 10, 0, tzinfo=programs.SEOUL)


def prepare(folder: Path) -> Application:
    """An application with two questions and two documents, sent back for one of each."""
    moved_to(made.DURING)
    call = made.whole_call()
    made.question(call, "market", "short", position=1, is_required=False)
    made.document(call, "tax", has_validity=True, certificate_kind="TAX_NAT", position=1, is_required=False)
    application = made.submitted(call).application
    moved_to(made.AFTER)
    send_back(
        application,
        items=[
            Correction("question", "더 자세히 써 주십시오.", question_id=call.questions.get(code="plan").pk),
            Correction(
                "document", "쪽이 빠졌습니다.", document_id=call.requireddocuments.get(code="biz-reg").pk
            ),
        ],
        due_at=DUE,
        by=people.officer(),
        note="두 곳만 고쳐 주십시오.",
    )
    application.refresh_from_db()
    return application


def sold_abroad(folder: Path) -> Application:
    """“No” to whether they sell abroad was handed in; if yes, how and a catalog are asked. Staff name the first."""
    moved_to(made.DURING)
    call = made.whole_call()
    Call.objects.filter(pk=call.pk).update(published_at=None)
    sells = made.question(call, "sells", "yes_no", position=1)
    for position, (code, kind) in enumerate((("how", "short"), ("catalog", "file")), start=2):
        planning.save_call_part(
            Question(
                call=call, code=code, kind=kind, position=position, label_ko=f"질문 {code}",
                asked_if=[{"question": "sells", "how": "yes"}],
            ),
            by=people.officer(),
        )  # fmt: skip
    Call.objects.filter(pk=call.pk).update(published_at=made.DURING)
    application = made.filled(Call.objects.get(pk=call.pk))
    Document.objects.filter(required__question__isnull=False).delete()
    by = register.member(application.company)
    intake_drafts.save_answers(application, {sells.pk: AnswerValue(is_yes=False)}, by=by)
    intake.submit(application, by=by, form_key=uuid4())
    moved_to(made.AFTER)
    send_back(
        application,
        items=[Correction("question", "다시 확인", question_id=sells.pk)],
        due_at=DUE,
        by=people.officer(),
    )
    return Application.objects.select_related("call").get(pk=application.pk)


def handed_in(folder: Path) -> Application:
    moved_to(made.DURING)
    return made.submitted().application


@pytest.fixture
def returned(made_before) -> Application:
    return made_before


@pytest.fixture
def editor(returned, client) -> Any:
    client.force_login(register.member(returned.company))
    return client


def address(application: Any) -> Any:
    return f"/applications/{application.pk}/correct/"


def test_the_page_shows_the_named_items_and_nothing_else(editor, returned):
    page = editor.get(address(returned))
    assert list(page.context["form"].fields) == ["q_plan", "file_biz-reg", "photo_biz-reg"]
    text = page.content.decode()
    assert "쪽이 빠졌습니다." in text
    assert "두 곳만 고쳐 주십시오." in text
    assert "2025. 6. 10.(화) 00:00" in text


def test_a_correction_changes_the_named_items_and_goes_back(editor, returned):
    sent = {
        "version": "0",
        "form_key": str(uuid4()),
        "send": "1",
        "q_plan": "더 자세한 계획",
        "q_market": "남의 칸",
        "file_biz-reg": made.pdf("새 등록증.pdf"),
        "file_tax": made.pdf("남의 칸.pdf"),
    }
    answer = editor.post(address(returned), sent)
    new = Submission.objects.get(recalled_at__isnull=True)
    assert (answer.status_code, answer["Location"]) == (302, f"/receipts/{new.pk}/")
    returned.refresh_from_db()
    assert (returned.status, returned.receipt, new.receipt) == (
        "submitted",
        "SBA-MELI-CL-2025-1-0001",
        "SBA-MELI-CL-2025-1-0001-C1",
    )
    assert {each.question.code: each.text for each in Answer.objects.all()} == {"plan": "더 자세한 계획"}
    current = Document.objects.filter(replaced_at__isnull=True)
    assert [each.file.name for each in current] == ["새 등록증.pdf"]
    assert ReturnRequest.objects.get().answered_at is not None
    assert [(each.kind, each.side) for each in Task.objects.open()] == [("screen", "agency")]
    assert Message.objects.filter(subject__contains=new.receipt).count() == 1
    # the same form once more: the same receipt
    again = editor.post(address(returned), sent)
    assert again["Location"] == answer["Location"]
    assert Submission.objects.count() == 2


def test_the_agency_s_clock_stood_still_and_the_criteria_are_taken_again(returned, move_clock):
    """Sent back on 2 June, answered on 8 June: six days more."""
    move_clock(dt.datetime(2025, 6, 8, 12, tzinfo=programs.SEOUL))
    by = register.member(returned.company)
    intake_drafts.save_correction(returned, intake_drafts.Correction(answers=plan(returned)), by=by)
    intake_correction.resubmit(returned, by=by, form_key=uuid4())
    assert Task.objects.open().get().due_on == dt.date(2025, 6, 13) + dt.timedelta(days=6)
    taken = [(each.screening.occasion, each.screening.taken_by) for each in takings.history(returned, [])]
    assert taken == [("submission", by), ("submission", by)]


def plan(application: Any, text: Any = "더 자세한 계획") -> Any:
    return {application.call.questions.get(code="plan").pk: AnswerValue(text=text)}


def test_what_was_not_named_is_refused(returned):
    by = register.member(returned.company)
    call = returned.call
    market = {call.questions.get(code="market").pk: AnswerValue(text="x")}
    wrong = [
        intake_drafts.Correction(answers=market),
        intake_drafts.Correction(answers={}, baseline={"may_ask_again": False}),
        intake_drafts.Correction(answers={}, contact=Contact("다른 사람", "b@firm.example", "1")),
    ]
    for correction in wrong:
        with refused("not_named"):
            intake_drafts.save_correction(returned, correction, by=by)
    with refused("not_named"):
        intake_documents.hand_in(returned, call.requireddocuments.get(code="tax"), made.pdf(), by=by)
    with refused("not_named"):
        intake_documents.take_away(returned, call.requireddocuments.get(code="tax"), by=by)
    saves: list[Callable[[], Any]] = [
        lambda: intake_drafts.save_answers(returned, plan(returned), by=by),
        lambda: intake_drafts.save_baseline(returned, made.BASELINE, by=by),
        lambda: intake_drafts.save_contact(returned, Contact("가", "a@b.example", "1"), by=by),
        lambda: intake_drafts.keep_typing(returned, "questions", {}, version=0, by=by),
    ]
    for save in saves:
        with refused("not_draft"):
            save()
    assert {each.text for each in Answer.objects.all()} == {"칠레에서 팝니다."}


def test_the_steps_of_the_draft_stay_closed(editor, returned):
    for step in ("baseline", "questions", "documents", "contact", "check"):
        assert editor.get(f"/applications/{returned.pk}/{step}/").status_code == 302
    answer = editor.post(f"/applications/{returned.pk}/questions/", {"q_plan": "x", "version": "1"})
    assert answer.status_code == 409
    assert editor.post(f"/applications/{returned.pk}/documents/", {"version": "1"}).status_code == 409


def test_the_due_instant_itself_is_too_late(returned):
    from tests.programs.intake.test_closing_instant import stop_clock_at

    by = register.member(returned.company)
    intake_drafts.save_correction(returned, intake_drafts.Correction(answers=plan(returned)), by=by)
    stop_clock_at(DUE)
    with refused("correction_over"):
        intake_correction.resubmit(returned, by=by, form_key=uuid4())
    with refused("correction_over"):
        intake_drafts.save_correction(returned, intake_drafts.Correction(answers={}), by=by)
    with refused("correction_over"):
        intake_documents.hand_in(
            returned, returned.call.requireddocuments.get(code="biz-reg"), made.pdf(), by=by
        )
    stop_clock_at(DUE - dt.timedelta(microseconds=1))
    intake_correction.resubmit(returned, by=by, form_key=uuid4())


def test_after_the_due_day_the_page_says_so(editor, returned, move_clock):
    move_clock(DUE + dt.timedelta(hours=1))
    page = editor.get(address(returned))
    assert page.context["is_over"] is True
    assert 'csrfmiddlewaretoken" value' not in page.content.decode().split("<main")[1]
    assert editor.post(address(returned), {"q_plan": "x", "version": "0", "send": "1"}).status_code == 409


def test_nothing_changed_is_not_sent(returned):
    with refused("nothing_changed"):
        intake_correction.resubmit(returned, by=register.member(returned.company), form_key=uuid4())
    returned.refresh_from_db()
    assert returned.status == "returned"


def test_an_item_made_empty_is_not_sent(returned):
    by = register.member(returned.company)
    intake_drafts.save_correction(returned, intake_drafts.Correction(answers=plan(returned, "")), by=by)
    with refused("not_ready"):
        intake_correction.resubmit(returned, by=by, form_key=uuid4())


def test_part_of_it_is_kept_and_the_rest_is_shown_again(editor, returned):
    """The file is good, the answer is missing: the file is taken, nothing is sent."""
    page = editor.post(
        address(returned),
        {
            "version": "0",
            "form_key": str(uuid4()),
            "send": "1",
            "q_plan": "",
            "file_biz-reg": made.pdf("새 등록증.pdf"),
        },
    )
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["q_plan"]
    assert Document.objects.get(replaced_at__isnull=True).file.name == "새 등록증.pdf"
    returned.refresh_from_db()
    assert returned.status == "returned"
    assert Answer.objects.get(question__code="plan").text == "칠레에서 팝니다."


def test_typing_is_kept_here_too(editor, returned):
    answer = editor.post(
        f"/applications/{returned.pk}/keep/correction/",
        {"q_plan": "반쯤", "q_market": "남의 칸", "version": "0"},
    )
    assert answer.status_code == 200
    assert "q_market" not in Draft.objects.get(step="correction").typed
    assert editor.get(address(returned)).context["form"]["q_plan"].value() == "반쯤"
    stale = editor.post(address(returned), {"q_plan": "다른 창", "version": "0", "send": "1"})
    assert stale.status_code == 409
    assert [(each.here, each.there) for each in stale.context["differences"]] == [
        ("다른 창", "칠레에서 팝니다.")
    ]


@standing_on(handed_in)
def test_baseline_and_contact_can_be_named(move_clock, client, made_before):
    application = made_before
    move_clock(made.AFTER)
    send_back(
        application,
        items=[Correction("baseline", "단위를 확인"), Correction("contact", "전화가 안 됩니다.")],
        due_at=DUE,
        by=people.officer(),
    )
    client.force_login(register.member(application.company))
    page = client.get(address(application))
    assert "q_plan" not in page.context["form"].fields
    typed = {
        name: field.value() or "" for name, field in ((each.name, each) for each in page.context["form"])
    }
    typed = {name: value for name, value in typed.items() if value not in ("", False)}
    typed |= {"contact_phone": "010-0000-0000", "export_last_amount": "5000", "version": "0", "send": "1"}
    answer = client.post(address(application), {**typed, "form_key": str(uuid4())})
    assert answer.status_code == 302
    application.refresh_from_db()
    assert (application.contact_phone, str(application.baseline.export_last_amount)) == (
        "010-0000-0000",
        "5000.00",
    )


@pytest.fixture
def abroad(made_before, client) -> Application:
    client.force_login(register.member(made_before.company))
    return made_before


def correct(client: Any, application: Application, version: int, **typed: Any) -> Any:
    return client.post(
        address(application), {"version": version, "form_key": str(uuid4()), "send": "1", **typed}
    )


@standing_on(sold_abroad)
def test_what_a_corrected_answer_opens_is_asked_with_its_file(abroad, client):
    assert list(client.get(address(abroad)).context["form"].fields) == ["q_sells", "q_how", "q_catalog"]
    page = correct(client, abroad, 0, q_sells="yes")
    assert list(page.context["form"].errors) == ["q_how", "q_catalog"]
    page = correct(client, abroad, 1, q_sells="yes", q_catalog=made.pdf("목록.pdf"))
    assert list(page.context["form"].errors) == ["q_how"]
    assert "목록.pdf" in page.content.decode()
    page = correct(client, abroad, 2, q_sells="yes", q_how="직접")
    assert page.status_code == 302
    content = Submission.objects.get(recalled_at__isnull=True).content
    assert [(each["code"], each["name"]) for each in content["documents"]] == [
        ("biz-reg", "사업자등록증.pdf"),
        ("catalog", "목록.pdf"),
    ]
    assert {each.question.code: each.text for each in Answer.objects.all()} == {
        "plan": "칠레에서 팝니다.",
        "sells": "",
        "how": "직접",
    }


@standing_on(sold_abroad)
def test_what_a_corrected_answer_leaves_unasked_is_not_missed(abroad, client):
    assert correct(client, abroad, 0, q_sells="no").status_code == 409  # nothing changed
    items = list(ReturnRequest.objects.get().items.all())
    assert intake_correction.missing_of(abroad, items) == []


@standing_on(sold_abroad)
def test_what_a_correction_opens_is_missed_until_it_is_there(abroad):
    by, questions, documents = (
        register.member(abroad.company),
        abroad.call.questions,
        abroad.call.requireddocuments,
    )
    yes = {questions.get(code="sells").pk: AnswerValue(is_yes=True)}
    intake_drafts.save_correction(abroad, intake_drafts.Correction(answers=yes), by=by)
    items = list(ReturnRequest.objects.get().items.all())
    assert [each.anchor for each in intake_correction.missing_of(abroad, items)] == [
        "id_q_how",
        "id_q_catalog",
    ]
    how = {questions.get(code="how").pk: AnswerValue(text="직접")}
    intake_drafts.save_correction(abroad, intake_drafts.Correction(answers=how), by=by)
    with refused("not_ready"):
        intake_correction.resubmit(abroad, by=by, form_key=uuid4())
    with refused("not_named"):
        intake_documents.hand_in(abroad, documents.get(code="biz-reg"), made.pdf(), by=by)
    intake_documents.hand_in(abroad, documents.get(code="catalog"), made.pdf("목록.pdf"), by=by)
    intake_correction.resubmit(abroad, by=by, form_key=uuid4())
    assert Document.objects.get(required__code="catalog").file.name == "목록.pdf"


@standing_on(sold_abroad)
def test_a_refused_file_is_said_beside_its_question(abroad, client):
    page = correct(client, abroad, 0, q_sells="yes", q_how="직접", q_catalog=made.pdf("목록.pdf", b""))
    assert list(page.context["form"].errors) == ["q_catalog"]


@standing_on(handed_in)
def test_without_an_open_return_there_is_nothing_to_correct(client, made_before):
    application = made_before
    client.force_login(register.member(application.company))
    assert client.get(address(application)).status_code == 302
    assert client.post(address(application), {"version": "0"}).status_code == 409
    with refused("not_returned"):
        intake_correction.resubmit(application, by=register.member(application.company), form_key=uuid4())


def test_a_second_return_has_its_own_receipt(returned):
    by = register.member(returned.company)
    question = Question.objects.get(code="plan")
    for turn in ("하나", "둘"):
        intake_drafts.save_correction(returned, intake_drafts.Correction(answers=plan(returned, turn)), by=by)
        submission = intake_correction.resubmit(returned, by=by, form_key=uuid4())
        returned.refresh_from_db()
        if turn == "하나":
            send_back(
                returned,
                items=[Correction("question", "한 번 더", question_id=question.pk)],
                due_at=DUE,
                by=people.officer(),
            )
            returned.refresh_from_db()
    assert submission.receipt == "SBA-MELI-CL-2025-1-0001-C2"
    assert Submission.objects.filter(recalled_at__isnull=True).count() == 1


def test_withdrawing_ends_the_correction(returned):
    intake.withdraw(returned, by=register.member(returned.company))
    assert ReturnRequest.objects.get().answered_at is not None
    assert not Task.objects.open().exists()
