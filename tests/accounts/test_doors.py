"""The doors: sign-up, sign-in, forgotten password, second factor, sessions. All mails go through the outbox."""

from __future__ import annotations

import re

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django import forms
from django.test import Client
from django.utils import translation

from accounts.models import User
from ground.models import Message
from tests.factories import people
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
ACTIVATE = "/account/2fa/totp/activate/"
NEW = "the other shore is never far away"


def browser() -> Client:
    return Client(headers={"Accept-Language": "en"})


def sign_in(client: Client, email: str, password: str = PASSWORD):
    return client.post(LOGIN, {"login": email, "password": password})


def link_in(mail: Message, path: str) -> str:
    found = re.search(rf"https?://[^/\s]+({path}\S+)", mail.body)
    assert found, mail.body
    return found.group(1)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


# Sign-up


def sign_up(client: Client, email: str = "new@naru.example"):
    facts = {"name": "나들목", "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/account/signup/", facts)


def test_sign_up_needs_the_mailed_link_before_anybody_is_in():
    client = browser()
    assert sign_up(client)["Location"] == "/account/confirm-email/"
    assert not is_signed_in(client)
    assert sign_in(client, "new@naru.example")["Location"] == "/account/confirm-email/"
    assert not is_signed_in(client)
    mail = Message.objects.filter(recipients=["new@naru.example"]).earliest("created_at")
    page = link_in(mail, "/account/confirm-email/")
    assert client.get(page).status_code == 200
    assert client.post(page).status_code == 302
    fresh = browser()
    assert sign_in(fresh, "new@naru.example")["Location"] == "/"
    user = User.objects.get()
    assert (is_signed_in(fresh), user.name, user.language) == (True, "나들목", "en")


def test_sign_up_does_not_tell_who_has_an_account():
    people.user("known@naru.example")
    known, unknown = sign_up(browser(), "known@naru.example"), sign_up(browser(), "new@naru.example")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert User.objects.count() == 2


@pytest.mark.parametrize("weak", ["short", "passwordpassword1"[:14]])
def test_a_short_password_is_refused(weak):
    facts = {"name": "나들목", "email": "new@naru.example", "password1": weak, "password2": weak}
    assert browser().post("/account/signup/", facts).status_code == 200
    assert not User.objects.exists()


def test_what_the_doors_say_is_our_own_korean():
    """The package's sentences set a particle apart from the name."""
    user = people.user(name="나들목")
    client = Client()
    page = client.post(LOGIN, {"login": user.email, "password": PASSWORD}, follow=True)
    assert "나들목 님으로 로그인했습니다." in page.content.decode()
    assert "로그아웃했습니다." in client.post("/account/logout/", follow=True).content.decode()


# Forgotten password


def test_a_forgotten_password_is_set_anew_by_the_mailed_link_and_once():
    user = people.user()
    client = browser()
    assert (
        client.post("/account/password/reset/", {"email": user.email})["Location"]
        == "/account/password/reset/done/"
    )
    link = link_in(Message.objects.get(), "/account/password/reset/key/")
    form = client.get(link)["Location"]
    assert link not in form
    assert client.post(form, {"password1": NEW, "password2": NEW}).status_code == 302
    assert sign_in(browser(), user.email).status_code == 200
    assert sign_in(browser(), user.email, NEW)["Location"] == "/"
    assert "too old" in browser().get(link).content.decode()


def test_a_reset_does_not_tell_who_has_an_account():
    people.user("known@naru.example")
    answers = [
        browser().post("/account/password/reset/", {"email": f"{who}@naru.example"})
        for who in ("known", "ghost")
    ]
    assert {(each.status_code, each["Location"]) for each in answers} == {
        (302, "/account/password/reset/done/")
    }


# Sessions


def test_the_list_of_sessions_shows_and_ends_the_others():
    user = people.user()
    here, there = browser(), Client(headers={"User-Agent": "the other machine"})
    sign_in(here, user.email)
    sign_in(there, user.email)
    page = here.get("/account/sessions/")
    assert page.status_code == 200
    assert "the other machine" in page.content.decode()
    here.post("/account/sessions/")
    assert not is_signed_in(there)
    assert there.get("/account/sessions/").status_code == 302
    assert here.get("/account/sessions/").status_code == 200


def test_where_a_session_was_last_seen_from_is_written_once_a_minute(monkeypatch):
    user = people.user()
    client = browser()
    sign_in(client, user.email)
    client.get("/account/sessions/")
    session = UserSession.objects.get()
    UserSession.objects.update(last_seen_at=session.created_at)
    client.get("/account/sessions/")
    assert UserSession.objects.get().last_seen_at == session.created_at
    client.get("/account/sessions/", headers={"User-Agent": "another browser"})
    assert UserSession.objects.get().user_agent == "another browser"
    UserSession.objects.update(last_seen_at=session.created_at)
    monkeypatch.setattr("config.middleware.SessionActivity.EVERY", 0.0)
    client.get("/account/sessions/")
    assert UserSession.objects.get().last_seen_at > session.created_at


# Second factor


def activate(client: Client) -> str:
    """Type the password once more and set a second factor up as the page says; returns its secret."""
    door = client.get(ACTIVATE)["Location"]
    assert client.post(door, {"password": PASSWORD})["Location"] == ACTIVATE
    assert client.get(ACTIVATE).status_code == 200
    secret = client.session["mfa.totp.secret"]
    assert client.post(ACTIVATE, {"code": code_for(secret)})["Location"].startswith("/account/2fa/")
    return secret


def test_seeds_and_recovery_codes_stand_encrypted_and_are_read_after_a_change_of_the_secret(settings):
    user = people.officer("officer")
    client = browser()
    sign_in(client, user.email)
    secret = activate(client)
    stored = repr(list(Authenticator.objects.filter(user=user).values_list("data", flat=True)))
    assert "secret" in stored
    assert secret not in stored
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 60, [settings.SECRET_KEY]
    again = browser()
    sign_in(again, user.email)
    assert again.post("/account/2fa/authenticate/", {"code": code_for(secret)})["Location"] == "/"


def test_staff_set_a_second_factor_up_and_are_asked_for_it_from_then_on(settings):
    settings.NARU_STAFF_MFA = True
    user = people.officer("officer")
    client = browser()
    sign_in(client, user.email)
    assert client.get("/staff/")["Location"] == ACTIVATE
    secret = activate(client)
    assert client.get("/staff/").status_code == 200

    again = browser()
    assert sign_in(again, user.email)["Location"] == "/account/2fa/authenticate/"
    assert not is_signed_in(again)
    assert again.get("/staff/").status_code == 302
    assert again.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not is_signed_in(again)
    assert again.post("/account/2fa/authenticate/", {"code": code_for(secret)})["Location"] == "/"
    assert again.get("/staff/").status_code == 200


def test_a_code_counts_once():
    user = people.user()
    client = browser()
    sign_in(client, user.email)
    code = code_for(activate(client))
    first, second = browser(), browser()
    for each in (first, second):
        sign_in(each, user.email)
        each.post("/account/2fa/authenticate/", {"code": code})
    assert (is_signed_in(first), is_signed_in(second)) == (True, False)


# Django's own door


def test_the_admin_s_login_leads_to_ours():
    answer = browser().get("/staff/login/?next=/staff/search/")
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=/staff/search/")
    assert browser().get("/staff/")["Location"] == f"{LOGIN}?next=/staff/"
    assert browser().post("/staff/login/", {"username": "x", "password": "y"}).status_code in {302, 404}


# Words


def test_the_mail_for_a_new_password_speaks_formal_korean_with_one_word_for_it():
    user = people.user("forgot@naru.example")
    client = Client(headers={"Accept-Language": "ko"})
    assert client.post("/account/password/reset/", {"email": user.email}).status_code == 302
    (mail,) = Message.objects.filter(recipients=[user.email])
    assert "비밀번호 재설정 안내" in mail.subject
    assert mail.body.startswith("새 비밀번호를 정하려면 다음 주소를 여십시오:")
    assert link_in(mail, "/account/password/reset/key/")
    assert re.search(r"[^ ]+에서 이 이메일 주소로 새 비밀번호를 요청하여 보내 드리는 메일입니다", mail.body)
    assert not re.search("암호|패스워드|주세요|주십시요", f"{mail.subject} {mail.body}")


def test_what_packages_say_of_choices_and_of_haste_is_said_formally():
    with translation.override("ko"):
        field = forms.ChoiceField(choices=[("a", "A")])
        with pytest.raises(forms.ValidationError) as refused:
            field.clean("b")
        assert refused.value.messages == ["목록에 없는 항목입니다(b). 목록에서 다시 고르십시오."]
        haste = str(get_adapter().error_messages["rate_limited"])
        assert haste == "요청이 너무 많습니다. 잠시 뒤 다시 시도해 주십시오."
