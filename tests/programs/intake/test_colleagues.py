"""Two members of a company at the same application, over real connections: what one saved the other overwrites only
after having seen it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from programs.domain import intake_drafts
from programs.domain.correction import Correction, send_back
from programs.domain.intake_drafts import AnswerValue, Contact
from programs.models import Application
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
