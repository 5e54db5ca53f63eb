"""Two members of a company at the same application, over real connections: what one saved the other overwrites only
after having seen it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from programs.domain import intake, intake_drafts
from programs.domain.correction import Correction, send_back
from programs.domain.intake_drafts import AnswerValue, Contact
from programs.models import Application, Document, Draft
from tests import waiting
from tests.factories import intake as made
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def during(move_clock: Any) -> Any:
    move_clock(made.DURING)


def editor_of(application: Application) -> Client:
    client = Client()
    client.force_login(register.member(application.company, "editor"))
    return client


def hold(table: str) -> None:
    """Whoever reads the table waits, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")


def read_while(save: Callable[[], Any], client: Client, address: str) -> Any:
    """The page, which was being read when `save` was committed."""

    def read() -> Any:
        return client.get(address)

    return waiting.after(save, read, ready=read)


def send_again(client: Client, page: Any) -> Any:
    """The page saved as it was shown."""
    typed = {each.name: each.value() or "" for each in page.context["form"]}
    typed = {name: value for name, value in typed.items() if value not in ("", False)}
    return client.post(page.request["PATH_INFO"], {**typed, "version": str(page.context["version"])})


def test_a_page_that_was_read_while_a_colleague_saved_answers_overwrites_none():
    application = made.filled()
    owner, editor = register.member(application.company), editor_of(application)
    (question,) = application.call.questions.all()

    def save() -> None:
        intake_drafts.save_answers(application, {question.pk: AnswerValue(text="동료의 답")}, by=owner)
        hold("programs_document")  # read after the answers

    page = read_while(save, editor, f"/applications/{application.pk}/questions/")
    assert page.context["form"]["q_plan"].value() == "칠레에서 팝니다."
    assert send_again(editor, page).status_code == 409
    assert application.answers.get().text == "동료의 답"


def test_nor_the_person_in_charge_that_a_colleague_named():
    application = made.filled()
    owner, editor = register.member(application.company), editor_of(application)

    def save() -> None:
        contact = Contact("동료가 적은 이", "other@firm.example", "02-999-9999")
        intake_drafts.save_contact(application, contact, by=owner)
        hold("programs_document")  # read after the application

    page = read_while(save, editor, f"/applications/{application.pk}/contact/")
    assert page.context["form"]["contact_name"].value() == "나들목"
    assert send_again(editor, page).status_code == 409
    application.refresh_from_db()
    assert application.contact_name == "동료가 적은 이"


def test_nor_what_a_colleague_corrected(move_clock):
    application = made.submitted().application
    move_clock(made.AFTER)
    due = dt.datetime(2025, 6, 10, 0, tzinfo=programs.SEOUL)
    asked = [Correction("contact", "전화가 안 됩니다.")]
    send_back(application, items=asked, due_at=due, by=people.officer())
    owner, editor = register.member(application.company), editor_of(application)

    def save() -> None:
        contact = Contact("동료가 적은 이", "other@firm.example", "02-999-9999")
        correction = intake_drafts.Correction(answers={}, contact=contact)
        intake_drafts.save_correction(application, correction, by=owner)
        hold("programs_returnrequest")  # read after the application

    page = read_while(save, editor, f"/applications/{application.pk}/correct/")
    assert page.context["form"]["contact_name"].value() == "나들목"
    assert send_again(editor, page).status_code == 409
    application.refresh_from_db()
    assert application.contact_name == "동료가 적은 이"


def test_a_page_whose_take_over_is_refused_is_as_old_as_before():
    application = made.filled()
    owner, editor = register.member(application.company), editor_of(application)
    (question,) = application.call.questions.all()
    address = f"/applications/{application.pk}/questions/"
    typed = {"version": str(editor.get(address).context["version"]), "q_plan": "내 답"}
    intake_drafts.save_answers(application, {question.pk: AnswerValue(text="동료의 답")}, by=owner)
    refused = editor.post(address, {**typed, "take": "plan:gone"})
    assert (refused.status_code, refused.context["form"]["q_plan"].value()) == (409, "내 답")
    page = send_again(editor, refused)
    assert (page.status_code, application.answers.get().text) == (409, "동료의 답")
    assert [(each.here, each.there) for each in page.context["differences"]] == [("내 답", "동료의 답")]
    assert send_again(editor, page).status_code == 302
    assert application.answers.get().text == "내 답"


@pytest.mark.parametrize(
    ("step", "name", "mine", "theirs"),
    [
        ("questions", "q_plan", "내 답", "동료의 답"),
        ("contact", "contact_name", "내가 적은 이", "동료가 적은 이"),
    ],
)
def test_what_a_colleague_saves_while_one_saves_stands_beside_what_one_typed(step, name, mine, theirs):
    call = made.whole_call()
    made.question(call, "catalog", "file", is_required=False)
    made.document(call, "catalog", question=made.question_of(call, "catalog"), is_required=False)
    application = made.filled(call)
    owner, editor = editor_of(application), editor_of(application)
    address = f"/applications/{application.pk}/{step}/"
    page = editor.get(address)
    typed = {each.name: each.value() for each in page.context["form"] if each.value()}
    typed["version"] = str(page.context["version"])
    page = waiting.after(
        lambda: owner.post(address, {**typed, name: theirs}),
        lambda: editor.post(address, {**typed, name: mine}),
    )
    assert (page.status_code, page.context["form"][name].value()) == (409, mine)
    assert [(each.here, each.there) for each in page.context["differences"]] == [(mine, theirs)]


# Documents --------------------------------------------------------------------------------------------------------


def with_tax(**fields: Any) -> Application:
    call = made.whole_call()
    made.document(call, "tax", has_validity=True, **fields)
    return made.filled(call)


def until(application: Application) -> str:
    tax = Document.objects.get(application=application, required__code="tax", replaced_at__isnull=True)
    return str(tax.valid_until)


def test_an_older_page_overwrites_no_days_also_while_a_colleague_saves_them():
    application = with_tax()
    owner, editor = editor_of(application), editor_of(application)
    address = f"/applications/{application.pk}/documents/"
    page = waiting.after(
        lambda: owner.post(address, {"version": "0", "until_tax": "2026-03-03"}),
        lambda: editor.post(address, {"version": "0", "until_tax": "2026-02-02"}),
    )
    assert (page.status_code, until(application)) == (409, "2026-03-03")
    assert [(each.here, each.there) for each in page.context["differences"]] == [
        ("2026. 2. 2.(월)", "2026. 3. 3.(화)")
    ]
    no_day = editor.post(address, {"version": "0", "until_tax": "내일"})
    assert [(each.here, each.there) for each in no_day.context["differences"]] == [
        ("내일", "2026. 3. 3.(화)")
    ]
    again = {"version": str(page.context["version"]), "until_tax": "2026-02-02"}
    assert editor.post(address, again).status_code == 302
    assert until(application) == "2026-02-02"


def test_nor_does_it_take_a_colleague_s_file_away():
    application = with_tax(is_required=False)
    owner, editor = editor_of(application), editor_of(application)
    address = f"/applications/{application.pk}/documents/"
    file = {"version": "0", "until_tax": "2026-03-03", "file_tax": made.pdf()}
    assert owner.post(address, file).status_code == 302
    page = waiting.after(
        lambda: owner.post(address, {"version": "1", "until_tax": "2026-04-04"}),
        lambda: editor.post(address, {"version": "1", "remove_tax": "on"}),
    )
    assert (page.status_code, until(application)) == (409, "2026-04-04")


def test_a_file_on_an_older_page_is_taken_with_its_days_and_the_colleague_s_keeps_its_own():
    application = with_tax()
    owner, editor = editor_of(application), editor_of(application)
    address = f"/applications/{application.pk}/documents/"
    file = {"version": "0", "until_tax": "2026-02-02", "file_tax": made.pdf()}
    page = waiting.after(
        lambda: owner.post(address, {"version": "0", "until_tax": "2026-03-03"}),
        lambda: editor.post(address, file),
    )
    assert (page.status_code, until(application)) == (409, "2026-02-02")
    earlier = Document.objects.get(application=application, required__code="tax", replaced_at__isnull=False)
    assert str(earlier.valid_until) == "2026-03-03"


@pytest.mark.parametrize("step", ["documents", "questions", "correct"])
def test_what_is_handed_in_and_the_version_of_its_page_are_seen_at_once(step, monkeypatch, move_clock):
    """Between the two an older page would pass for the newest one."""
    call = made.whole_call()
    made.question(call, "catalog", "file", is_required=False)
    made.document(call, "catalog", question=made.question_of(call, "catalog"), is_required=False)
    application = made.filled(call)
    field = {"documents": "file_biz-reg", "questions": "q_catalog", "correct": "file_biz-reg"}[step]
    if step == "correct":
        intake.submit(application, by=register.member(application.company), form_key=uuid4())
        move_clock(made.AFTER)
        named = call.requireddocuments.get(code="biz-reg")
        asked = [Correction("document", "쪽이 빠졌습니다.", document_id=named.pk)]
        due = dt.datetime(2025, 6, 10, 0, tzinfo=programs.SEOUL)
        send_back(application, items=asked, due_at=due, by=people.officer())
    editor = editor_of(application)
    seen: list[int] = []
    keep = intake_drafts._keep_in

    def looked(*args: Any, **kwargs: Any) -> Any:
        seen.append(waiting.elsewhere(lambda: Document.objects.filter(file__name="새것.pdf").count()))
        return keep(*args, **kwargs)

    monkeypatch.setattr(intake_drafts, "_keep_in", looked)
    version = Draft.objects.filter(application=application, step="questions").values_list("version").get()[0]
    sent = {
        "version": str(version if step == "questions" else 0),
        "q_plan": "계획",
        field: made.pdf("새것.pdf"),
    }
    assert editor.post(f"/applications/{application.pk}/{step}/", sent).status_code == 302
    assert seen == [0]
    assert Document.objects.filter(file__name="새것.pdf").count() == 1
