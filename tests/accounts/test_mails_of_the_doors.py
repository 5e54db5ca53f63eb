"""The mails of the sign-in library speak as ours do, each in the language of the person it goes to; none keeps the library's words."""

from __future__ import annotations

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.template.loader import get_template
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from ground.models import Message
from tests.accounts.test_doors import PASSWORD, activate, browser, link_in, sign_in, sign_up
from tests.factories import people

pytestmark = pytest.mark.django_db
NEW = "another long sentence 9"
LIBRARY = Path(allauth.__file__).parent
SENT = sorted(
    str(path.relative_to(folder))
    for app, folder in (("account", LIBRARY / "templates"), ("mfa", LIBRARY / "templates"))
    for path in (folder / app / "email").glob("*_*.txt")
    if not path.name.startswith(("base_", "webauthn"))  # keys are no way in here: MFA_SUPPORTED_TYPES
)
IN_OUR_WORDS = {
    "account/email/email_confirmation_signup_message.txt", "account/email/email_confirmation_signup_subject.txt",
    "account/email/email_confirmation_subject.txt", "account/email/password_reset_key_subject.txt",
}  # fmt: skip
"""They include ours, or are one sentence that our catalog has in our words."""
CONTEXT = {
    "email": "a@firm.example", "from_email": "a@firm.example", "to_email": "b@firm.example",
    "deleted_email": "c@firm.example", "code": "ABC123", "key": "k", "activate_url": "https://naru.example/1",
    "password_reset_url": "https://naru.example/2", "signup_url": "https://naru.example/3", "ip": "192.0.2.1",
    "user_agent": "Firefox", "address": "https://naru.example", "current_site": {"name": "나루"},
}  # fmt: skip


def test_every_mail_of_the_library_has_a_template_of_ours():
    assert len(SENT) >= 30
    own = {
        name
        for name in SENT
        if Path(get_template(name).origin.name).is_relative_to(settings.BASE_DIR / "templates")
    }
    assert set(SENT) - own == IN_OUR_WORDS


@pytest.mark.parametrize("prefix", sorted({re.sub("_(message|subject).txt", "", name) for name in SENT}))
def test_each_is_whole_formal_korean_and_plain_english(prefix):
    with translation.override("ko"):
        mail = get_adapter().render_mail(prefix, "a@firm.example", {**CONTEXT, "timestamp": timezone.now()})
    text = f"{mail.subject}\n{mail.body}"
    ours = re.sub(r"https?://\S+|\S+@\S+|ABC123|192\.0\.2\.1|Firefox|IP|Naru|\(KST\)", "", text)
    assert not re.search("[A-Za-z]{2,}", ours), ours
    assert not re.search("암호|패스워드|주세요|주십시요|해요|!", text)
    assert "%(" not in text
    with translation.override("en"):
        mail = get_adapter().render_mail(prefix, "a@firm.example", {**CONTEXT, "timestamp": timezone.now()})
    assert not re.search("[가-힣]", f"{mail.subject}\n{mail.body}".replace("나루", ""))
    assert "!" not in mail.body


def told(to: str) -> Message:
    return Message.objects.filter(recipients=[to]).latest("created_at")


def korean(email: str) -> User:
    user = people.user(email)
    user.language = "ko"
    user.save()
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def test_a_changed_password_is_told_in_the_person_s_language_with_where_it_came_from():
    user = korean("kim@firm.example")
    client = browser()
    sign_in(client, user.email)
    english = Client(headers={"Accept-Language": "en", "User-Agent": "Opera"})
    english.post("/account/password/reset/", {"email": user.email})
    page = english.get(link_in(told(user.email), "/account/password/reset/key/"))["Location"]
    assert english.post(page, {"password1": NEW, "password2": NEW}).status_code == 302
    mail = told(user.email)
    assert mail.subject == "비밀번호가 재설정되었습니다"
    for words in (
        "메일의 링크로 계정의 비밀번호가 재설정되었습니다.",
        "아니라면 바로 새 비밀번호를 정하고 기관에 알려 주십시오:",
        f"{settings.NARU_ADDRESS}/account/password/reset/",
        "IP 주소: 127.0.0.1",
        "브라우저: Opera",
    ):
        assert words in mail.body, mail.body


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_and_its_codes_are_told_of():
    user = korean("lee@firm.example")
    client = Client(headers={"Accept-Language": "ko"})
    sign_in(client, user.email)
    activate(client)
    subjects = set(Message.objects.filter(recipients=[user.email]).values_list("subject", flat=True))
    assert subjects <= {"인증 앱이 설정되었습니다", "새 복구 코드가 만들어졌습니다"}
    assert "인증 앱이 설정되었습니다" in subjects
    assert "로그인할 때 인증 앱의 코드를 확인합니다" in told(user.email).body


def test_who_signs_up_twice_and_who_has_no_account_read_what_to_do():
    people.user("known@firm.example")
    client = Client(headers={"Accept-Language": "ko"})
    sign_up(client, "known@firm.example")
    mail = told("known@firm.example")
    assert mail.subject == "이미 가입된 이메일 주소입니다"
    assert mail.body.startswith("이 이메일 주소로 가입된 계정이 이미 있습니다.")
    client.post("/account/password/reset/", {"email": "nobody@firm.example"})
    mail = told("nobody@firm.example")
    assert mail.subject == "이 이메일 주소로 가입된 계정이 없습니다"
    assert "/account/signup/\n" in mail.body


@pytest.mark.parametrize(
    ("own", "typed", "subject"),
    [("ko", "en", "이미 가입된 이메일 주소입니다"), ("en", "ko", "You have an account already")],
)
def test_who_has_an_account_reads_so_in_their_language_whoever_types_the_address(own, typed, subject):
    known = people.user("known@firm.example")
    known.language = own
    known.save()
    sign_up(Client(headers={"Accept-Language": typed}), known.email)
    assert told(known.email).subject == subject


def test_another_address_is_told_to_the_one_before():
    user = korean("old@firm.example")
    client = Client(headers={"Accept-Language": "ko"})
    sign_in(client, user.email)
    wanted = {"action_add": "", "email": "new@firm.example"}
    door = client.post("/account/email/", wanted)["Location"]
    if "reauthenticate" in door:
        client.post(door, {"password": PASSWORD})
        client.post("/account/email/", wanted)
    client.post(link_in(told("new@firm.example"), "/account/confirm-email/"))
    mail = told("old@firm.example")
    assert mail.subject == "이메일 주소가 변경되었습니다"
    assert "old@firm.example에서 new@firm.example(으)로 변경되었습니다." in mail.body
    assert "바로 기관에 알려 주십시오." in mail.body
    assert "/account/password/reset/" not in mail.body
