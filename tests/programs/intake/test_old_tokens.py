"""A form of a draft that is sent with an old token comes back to its own person alone, and is sent once more with one press."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory

from accounts import tokens
from accounts.sessions import SessionStore
from ground.access import TABLE
from programs.models import Answer
from tests.factories import register
from tests.programs.intake.test_application_steps import application, at, prepare

__all__ = ["application", "prepare"]

pytestmark = pytest.mark.django_db


def with_an_old_token(application: Any, **headers: str) -> tuple[Client, Any]:
    """Sent by a page that was opened before its reader signed in once more; without JavaScript."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(register.member(application.company))
    page = browser.get(at(application, "questions")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.split("<main")[1])
    assert token
    del browser.cookies["csrftoken"]
    browser.get(at(application, "questions"))  # the sign-in gave it another one
    sent = {"version": "0", "q_plan": '\n첫 줄\n"둘째" <b>줄', "csrfmiddlewaretoken": token[1]}
    return browser, browser.post(at(application, "questions"), sent, headers=headers)


def test_a_form_with_an_old_token_is_sent_once_more_with_one_press(application):
    browser, answer = with_an_old_token(application, origin="http://testserver")
    assert answer.status_code == 403
    main = answer.content.decode().split("<main")[1]
    assert f'action="{at(application, "questions")}"' in main
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', main)
    fields = dict(re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', main, re.DOTALL))
    assert token
    again = {name: html.unescape(text) for name, text in fields.items()}
    assert again == {"version": "0", "q_plan": '\n첫 줄\n"둘째" <b>줄'}
    sent = {**again, "csrfmiddlewaretoken": token[1]}
    assert browser.post(at(application, "questions"), sent).status_code == 302
    assert Answer.objects.get().text.splitlines()[-1] == '"둘째" <b>줄'


@pytest.mark.parametrize("headers", [{}, {"origin": "https://elsewhere.example"}])
def test_what_another_site_sent_is_not_offered_again(application, headers):
    _browser, answer = with_an_old_token(application, **headers)
    assert answer.status_code == 403
    assert "둘째" not in answer.content.decode()
    assert not Answer.objects.exists()


def with_the_token_of(reader: Any, application: Any, sender: Any, address: str, sent: dict[str, Any]) -> Any:
    """A page that was made for the reader is sent by whoever signed in since in the same browser."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(reader)
    page = browser.get(at(application, "questions")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.split("<main")[1])
    assert token
    browser.force_login(sender)
    del browser.cookies["csrftoken"]
    return browser.post(
        address, {**sent, "csrfmiddlewaretoken": token[1]}, headers={"origin": "http://testserver"}
    )


def test_what_was_made_for_one_person_is_not_offered_to_another(application):
    owner, editor = (register.member(application.company, role) for role in ("owner", "editor"))
    address, sent = at(application, "questions"), {"version": "0", "q_plan": "계획"}
    answer = with_the_token_of(owner, application, editor, address, sent)
    assert answer.status_code == 403
    assert "q_plan" not in answer.content.decode()
    assert "q_plan" in with_the_token_of(owner, application, owner, address, sent).content.decode()


def test_a_form_with_a_chosen_file_is_not_sent_once_more_without_it(application):
    owner, address = register.member(application.company), at(application, "documents")
    for file, is_offered in ((SimpleUploadedFile("등록증.pdf", b"%PDF-1.7"), False), ("", True)):
        answer = with_the_token_of(owner, application, owner, address, {"version": "0", "file_biz-reg": file})
        assert answer.status_code == 403
        assert ('name="version" hidden' in answer.content.decode()) == is_offered


def test_a_form_whose_address_asks_for_the_password_is_not_offered(application, monkeypatch):
    owner, address = register.member(application.company), at(application, "questions")
    entry = TABLE.entries["application_questions"]
    for asks in (False, True):
        answer = with_the_token_of(owner, application, owner, address, {"version": "0", "q_plan": "계획"})
        assert ("q_plan" in answer.content.decode()) == (not asks)
        monkeypatch.setitem(TABLE.entries, "application_questions", replace(entry, asks_password=True))
        monkeypatch.setattr("accounts.lately.gave_password", lambda request: True)


def test_the_body_of_another_site_is_not_read(application, monkeypatch):
    read: list[str] = []
    parsed = WSGIRequest._load_post_and_files  # type: ignore[attr-defined]
    monkeypatch.setattr(
        WSGIRequest, "_load_post_and_files", lambda each: (read.append(each.path), parsed(each))
    )
    owner, address = register.member(application.company), at(application, "questions")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    browser.get(address)
    for origin, is_read in (("https://elsewhere.example", False), ("http://testserver", True)):
        read.clear()
        answer = browser.post(address, {"q_plan": "계획"}, headers={"origin": origin})
        assert (answer.status_code, bool(read)) == (403, is_read)


def test_whoever_signs_in_gets_a_token_of_their_own(application):
    """Also where the browser has one already: the sign-in gives another one, and it is of the person who signed in."""
    owner, editor = (register.member(application.company, role) for role in ("owner", "editor"))
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.META["CSRF_COOKIE"] = "a" * 32
    login(request, owner, backend=settings.AUTHENTICATION_BACKENDS[0])
    token = get_token(request)
    assert (tokens.is_of(token, owner), tokens.is_of(token, editor)) == (True, False)
    assert not any(tokens.is_of(wrong, owner) for wrong in ("", "x", "a" * 64, "<" * 64, token[:-1] + "!"))
