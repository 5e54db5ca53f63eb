"""The page of a kept form shows what was typed and chosen in the words of its own page, in the reader's language."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ground.models import Country
from programs.models import Call
from tests.accounts.test_form_kept import ended, offered, opened, signed_in, too_late
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.programs.intake.test_form_questions import call_with

pytestmark = pytest.mark.django_db


def facts(browser: Client, answer: Any, who: Any, language: str = "en") -> dict[str, str]:
    """What the page says after the person has signed in again."""
    if "_auth_user_id" not in browser.session:
        signed_in(browser, answer["Location"], who.email)
    page = browser.get(kept_at(answer), headers={"accept-language": language}).content.decode()
    shown = page.split('<dl class="facts">')[1].split("</dl>")[0]
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown, re.DOTALL)
    return {unescape(label): unescape(value).replace("<br>", "\n") for label, value in rows}


def kept_at(answer: Any) -> str:
    assert answer.status_code == 302, answer.status_code
    return str(answer["Location"]).partition("?next=")[2]


@pytest.fixture
def application(move_clock) -> Any:
    move_clock(made.DURING)
    programs.currency("USD")
    programs.currency("KRW")
    for code, ko, en in (("CL", "칠레", "Chile"), ("VN", "베트남", "Viet Nam")):
        Country.objects.get_or_create(code=code, defaults={"name_ko": ko, "name_en": en})
    choices = [
        {"code": "a", "ko": "온라인", "en": "Online"},
        {"code": "b", "ko": "오프라인", "en": "Offline"},
    ]
    call = call_with(
        {"code": "exports", "kind": "yes_no"},
        {"code": "one", "kind": "one", "choices": choices},
        {"code": "some", "kind": "many", "choices": choices},
        {"code": "where", "kind": "country"},
        {"code": "paid", "kind": "money"},
        {"code": "sells", "kind": "products"},
        {"code": "why", "kind": "long"},
    )
    for each in call.questions.all():
        each.label_en = f"Question {each.code}"
        each.save()
    company = register.company()
    register.product(company, "P-1", name_ko="김스낵", name_en="Seaweed snack")
    return made.begun(Call.objects.get(pk=call.pk), company)


def test_answers_of_an_application_are_shown_as_its_questions_word_them(application):
    owner = register.member(application.company)
    product = application.company.products.get()
    typed = {
        "version": "0", "q_exports": "yes", "q_one": "b", "q_some": ["a", "b"], "q_where": ["CL", "VN"], "q_paid": "1200",
        "q_paid_currency": "USD", "q_sells_0_product": str(product.pk), "q_sells_0_quantity": "10",
        "q_sells_7_product": str(product.pk), "q_why": "멀리\n팝니다", "later": "1",
    }  # fmt: skip
    browser, answer = too_late(owner, reverse("application_questions", args=[application.pk]), typed)
    said = facts(browser, answer, owner)
    assert {
        "Question exports": "Yes", "Question one": "Offline", "Question some": "Online\nOffline", "Question where": "Chile\nViet Nam",
    }.items() <= said.items(), said  # fmt: skip
    assert said["Question why"] == "멀리\n팝니다"
    assert said["Button"] == "Save for later"
    assert (said["Product 1 · Product"], said["Product"]) == ("Seaweed snack (P-1)",) * 2
    assert said["Product 1 · Quantity"] == "10"
    assert not any(word in " ".join(said.values()) for word in (str(product.pk), "CL", "USD\n"))
    said = facts(browser, answer, owner, "ko")
    assert (said["질문 one"], said["질문 where"], said["질문 exports"]) == ("오프라인", "칠레\n베트남", "예")


def pressed_late() -> tuple[Any, Client, Any, str]:
    """An officer's decision about a certificate, sent after the session had ended; the page on which it was."""
    company, officer = register.company(), people.officer()
    register.seen_by(company)
    paper = register.certificate(company, state="unchecked")
    page = reverse("admin:companies_company_change", args=[company.pk])
    browser, token = opened(officer, page)
    ended(browser)
    sent = {
        "csrfmiddlewaretoken": token,
        "agency": str(people.agency().pk),
        "reason": "흐린 사진",
        "accept": "0",
    }
    target = reverse("admin:companies_company_certificate", args=[company.pk, paper.pk])
    return officer, browser, browser.post(target, sent, headers={"referer": f"http://testserver{page}"}), page


def test_a_decision_of_the_staff_site_is_shown_by_its_button_and_not_by_what_it_sends():
    officer, browser, answer, _page = pressed_late()
    assert facts(browser, answer, officer) == {"Reason for refusing": "흐린 사진", "Button": "Refuse"}


def test_choices_of_a_page_that_cannot_be_opened_any_more_are_told_by_its_form():
    company = register.company()
    owner = register.member(company)
    form = reverse("certificate_add", args=[company.pk])
    browser, answer = too_late(owner, form, {"kind": "SME_CERT", "number": "1"})
    whole = facts(browser, answer, owner)
    assert "SME_CERT" not in whole.values()
    company.members.update(role="reader")
    assert browser.get(form).status_code in {403, 404}
    assert facts(browser, answer, owner) == whole


def test_looking_at_it_writes_nothing_and_takes_no_message(application, monkeypatch):
    owner = register.member(application.company)
    page = reverse("application_questions", args=[application.pk])
    browser, answer = too_late(owner, page, {"version": "0", "grant": "0", "q_why": "멀리 팝니다"})
    written = []

    def view(request: Any, **rest: Any) -> Any:
        from django.contrib import messages
        from django.http import HttpResponse

        request.session["seen"] = True
        messages.info(request, "once")
        people.user("made@elsewhere.example")
        written.append(request.method)
        return HttpResponse(
            f'<h1>Page</h1><form method="post" action="{page}"><input type="hidden" name="grant" value="1"><button>Agree</button></form>'
            f'<form method="post" action="{page}"><input type="hidden" name="grant" value="0"><label for="w">Why so</label>'
            '<textarea id="w" name="q_why"></textarea><button>Refuse</button></form>'
        )

    from accounts import form_words

    found = form_words.resolve

    def resolved(path: str) -> Any:
        match = found(path)
        match.func = view
        return match

    monkeypatch.setattr(form_words, "resolve", resolved)
    assert facts(browser, answer, owner) == {"Why so": "멀리 팝니다", "Button": "Refuse"}
    assert written == ["GET"]
    assert "seen" not in browser.session
    assert not User.objects.filter(email="made@elsewhere.example").exists()
    assert offered(browser.get(kept_at(answer)))[0] == page


def test_what_is_kept_a_second_time_is_still_worded_by_the_page_on_which_it_was_pressed():
    officer, browser, answer, page = pressed_late()
    words = {"Reason for refusing": "흐린 사진", "Button": "Refuse"}
    assert facts(browser, answer, officer) == words
    for _again in range(2):
        kept = kept_at(answer)
        target, sent = offered(browser.get(kept))
        ended(browser)
        answer = browser.post(target, sent, headers={"referer": f"http://testserver{kept}"})
        assert facts(browser, answer, officer) == words
    assert f'href="{page}"' in browser.get(kept_at(answer)).content.decode()


@pytest.mark.parametrize(
    "page", ["http://elsewhere.example/", "/once-more/x/", "/companies/" + "x" * 5000, "", "x"]
)
def test_no_other_address_is_taken_for_the_page_of_a_kept_form(page):
    officer, browser, answer, _page = pressed_late()
    signed_in(browser, answer["Location"], officer.email)
    kept = kept_at(answer)
    target, sent = offered(browser.get(kept))
    ended(browser)
    answer = browser.post(
        target, {**sent, "naru_page": page}, headers={"referer": f"http://testserver{kept}"}
    )
    assert "흐린 사진" in facts(browser, answer, officer).values()
    assert 'href="/">' in browser.get(kept_at(answer)).content.decode().split("<main")[1]


def test_the_page_of_a_kept_form_is_never_drawn_within_another(monkeypatch):
    from accounts import kept_forms

    officer, browser, answer, _page = pressed_late()
    signed_in(browser, answer["Location"], officer.email)
    kept, find, looked = kept_at(answer), kept_forms.find, []

    def found(request: Any, key: str) -> Any:
        looked.append(key)
        assert len(looked) < 20
        form = find(request, key)
        return form and replace(form, page=kept)

    monkeypatch.setattr(kept_forms, "find", found)
    assert browser.get(kept).status_code == 200
    assert len(looked) == 1


def test_a_page_that_fails_is_logged_and_what_was_typed_is_shown_all_the_same(monkeypatch, caplog):
    from accounts import form_words

    officer, browser, answer, page = pressed_late()
    signed_in(browser, answer["Location"], officer.email)
    monkeypatch.setattr(form_words, "_drawn", lambda *_given: "<form>" + "<p><b>x" * 600)
    assert "흐린 사진" in facts(browser, answer, officer).values()
    assert [each.message for each in caplog.records if each.name == "accounts.form_words"] == [
        f"The page of a kept form cannot be read: {page}"
    ]
