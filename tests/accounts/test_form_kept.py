"""A form that is sent after its session had ended, as browsers without JavaScript send it: nothing is lost, and nobody else sees it."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import kept_forms, tokens
from accounts.models import Organization
from companies.forms import InvitationForm
from companies.models import Product
from ground import carrying, clock
from ground.access import TABLE
from reports.models import Shipment
from tests.accounts.test_doors import ACTIVATE, activate, code_for
from tests.factories import people, programs, register
from tests.factories.intake import pdf
from tests.factories.people import PASSWORD
from tests.reports.test_shipments import book

pytestmark = pytest.mark.django_db
TYPED = {"code": "P-1", "name_ko": '\n완도 "햇" 미역 <b>', "name_en": "Seaweed from Wando"}
PLAIN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def token_of(page: Any) -> str:
    found = PLAIN.search(page.content.decode().split("<main")[1])
    assert found
    return found[1]


def opened(who: Any, address: str) -> tuple[Client, str]:
    """A browser in which the person has the page before them; its token."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(who)
    return browser, token_of(browser.get(address))


def ended(browser: Client) -> None:
    """The session runs out; other cookies stay."""
    del browser.cookies[settings.SESSION_COOKIE_NAME]


def signed_in(browser: Client, door: str, email: str) -> Any:
    """Through the door, with all that its page sends; the answer."""
    page = browser.get(door)
    beyond = re.search(r'name="next" value="([^"]+)"', page.content.decode().split("<main")[1])
    sent = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token_of(page)}
    return browser.post("/account/login/", {**sent, **({"next": html.unescape(beyond[1])} if beyond else {})})


def offered(page: Any) -> tuple[str, dict[str, str]]:
    """Where the page sends what is kept, and what it sends."""
    main = page.content.decode().split("<main")[1]
    fields = dict(re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', main, re.DOTALL))
    target = re.search(r'<form method="post" action="([^"]+)"', main)
    assert target
    sent = {name: html.unescape(text) for name, text in fields.items()}
    return html.unescape(target[1]), {**sent, "csrfmiddlewaretoken": token_of(page)}


@pytest.fixture
def company() -> Any:
    return register.company()


@pytest.fixture
def owner(company) -> Any:
    return register.member(company)


@pytest.fixture
def form(company) -> str:
    return reverse("product_add", args=[company.pk])


def too_late(who: Any, address: str, sent: dict[str, Any] = TYPED, **headers: str) -> tuple[Client, Any]:
    """The page is sent after its session had ended."""
    browser, token = opened(who, address)
    ended(browser)
    return browser, browser.post(address, {**sent, "csrfmiddlewaretoken": token}, headers=headers)


def test_what_was_typed_is_sent_once_more_after_signing_in(owner, form):
    browser, answer = too_late(owner, form)
    assert answer.status_code == 302
    door = answer["Location"]
    assert door.startswith("/account/login/?next=/once-more/")
    page = browser.get(door).content.decode()
    assert "입력한 내용은 두 시간 동안" in page
    assert "미역" not in page
    landed = signed_in(browser, door, owner.email)["Location"]
    assert landed.startswith("/once-more/")
    shown = browser.get(landed)
    target, sent = offered(shown)
    assert (target, {name: sent[name] for name in TYPED}) == (form, TYPED)
    assert "<li>Seaweed from Wando</li>" in shown.content.decode()
    assert browser.post(target, sent).status_code == 302
    assert Product.objects.get().name_en == "Seaweed from Wando"
    assert kept_forms.KEPT not in browser.session
    again = browser.get(landed)
    assert (again.status_code, again["Location"]) == (302, "/")
    assert "미역" not in browser.get("/").content.decode()


def test_the_second_factor_stands_between_and_keeps_it(owner, form):
    browser = Client()
    signed_in(browser, "/account/login/", owner.email)
    secret = activate(browser)
    browser, answer = too_late(owner, form)
    landed = signed_in(browser, answer["Location"], owner.email)["Location"]
    assert landed.startswith("/account/2fa/authenticate/")
    code = browser.get(landed)
    sent = {"code": code_for(secret), "csrfmiddlewaretoken": token_of(code)}
    landed = browser.post(landed, sent)["Location"]
    assert offered(browser.get(landed))[0] == form


def test_nobody_who_reads_the_database_reads_what_is_kept(owner, form):
    browser, _answer = too_late(owner, form)
    row = Session.objects.get(pk=browser.cookies[settings.SESSION_COOKIE_NAME].value)
    held = repr(row.get_decoded())
    assert kept_forms.KEPT in held
    assert not any(word in held for word in ("미역", "Wando", "name_en", "products", str(owner.pk)))


def test_who_signs_in_as_somebody_else_is_offered_nothing_and_takes_it_out(owner, company, form):
    editor = register.member(company, "editor")
    browser, answer = too_late(owner, form)
    landed = signed_in(browser, answer["Location"], editor.email)["Location"]
    assert kept_forms.KEPT not in browser.session
    answer = browser.get(landed)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Wando" not in browser.get("/").content.decode()
    browser.post("/account/logout/", {"csrfmiddlewaretoken": token_of(browser.get("/account/logout/"))})
    signed_in(browser, "/account/login/", owner.email)
    assert browser.get(landed)["Location"] == "/"


def test_even_in_the_same_session_it_is_shown_to_its_person_alone(owner, company, form, monkeypatch):
    """Where the sign-in failed to take it out, the page does not show it."""
    editor = register.member(company, "editor")
    browser, answer = too_late(owner, form)
    monkeypatch.setattr(kept_forms, "drop", lambda request, *keys: None)
    landed = signed_in(browser, answer["Location"], editor.email)["Location"]
    assert kept_forms.KEPT in browser.session
    assert browser.get(landed).status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://elsewhere.example"},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "same-origin"},
        {"HX-Request": "true"},
        {"X-Naru-Script": "1"},
    ],
)
def test_what_another_site_or_a_script_sends_is_not_kept(owner, form, headers):
    before = Session.objects.count()
    browser, answer = too_late(owner, form, **headers)
    assert answer.status_code == (403 if "origin" in headers else 302)
    assert Session.objects.count() == before + 1, "none but the one that had ended"
    assert settings.SESSION_COOKIE_NAME not in browser.cookies
    assert "once-more" not in answer.get("Location", "")


def test_visitors_who_never_signed_in_fill_no_sessions(form):
    browser = Client(enforce_csrf_checks=True)
    token = token_of(browser.get("/account/login/"))
    answer = browser.post(form, {**TYPED, "csrfmiddlewaretoken": token})
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={form}")
    assert not Session.objects.exists()
    assert not any(tokens.is_ours(wrong) for wrong in ("", "x", "a" * 32, "a" * 64, "<" * 64))


def test_too_much_is_not_kept_and_the_page_of_the_sign_in_says_so(owner, form):
    most = kept_forms.LONGEST - len("noteversion1")
    for length, is_kept in ((most, True), (most + 1, False)):
        browser, answer = too_late(owner, form, {"note": "가" * length, "version": "1"})
        assert ("once-more" in answer["Location"]) == is_kept
        said = "양식을 보관할 수 없습니다" in browser.get(answer["Location"]).content.decode()
        assert said == (not is_kept)
        assert (kept_forms.KEPT in browser.session) == is_kept


def test_a_body_that_is_too_large_is_refused_before(owner, form):
    before = Session.objects.count()
    _browser, answer = too_late(owner, form, {"note": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    assert answer.status_code == 400
    assert Session.objects.count() == before + 1


def test_passwords_and_what_asks_for_one_are_not_kept(owner, form, monkeypatch):
    browser, answer = too_late(owner, form, {**TYPED, "oldpassword": PASSWORD})
    assert (answer["Location"], kept_forms.KEPT in browser.session) == (
        f"/account/login/?next={form}",
        False,
    )
    entry = TABLE.entries["product_add"]
    monkeypatch.setitem(TABLE.entries, "product_add", replace(entry, asks_password=True))
    monkeypatch.setattr("accounts.lately.gave_password", lambda request: True)
    browser, answer = too_late(owner, form)
    assert (answer["Location"], kept_forms.KEPT in browser.session) == (
        f"/account/login/?next={form}",
        False,
    )
    assert "양식을 보관할 수 없습니다" in browser.get(answer["Location"]).content.decode()


def test_a_second_press_leads_to_the_same_and_sends_it_once(owner, form):
    browser, token = opened(owner, form)
    ended(browser)
    first, second = (browser.post(form, {**TYPED, "csrfmiddlewaretoken": token}) for _press in range(2))
    assert first["Location"] == second["Location"]
    assert len(browser.session[kept_forms.KEPT]) == 1
    other = Client(enforce_csrf_checks=True)  # the first answer had not come yet, with its cookie
    other.cookies["csrftoken"] = browser.cookies["csrftoken"].value
    assert other.post(form, {**TYPED, "csrfmiddlewaretoken": token})["Location"] == first["Location"]
    landed = signed_in(browser, first["Location"], owner.email)["Location"]
    target, sent = offered(browser.get(landed))
    assert browser.post(target, sent).status_code == 302
    assert browser.post(target, sent).status_code == 200, "the code is taken"
    assert Product.objects.count() == 1
    assert browser.get(landed)["Location"] == "/"


def test_what_is_refused_stays_and_what_is_shown_again_does_not(owner, company):
    product = company.products.create(code="P-1", name_ko="미역")
    form = reverse("product_edit", args=[company.pk, product.pk])
    browser, answer = too_late(owner, form, {**TYPED, "hs_code": "x"})
    landed = signed_in(browser, answer["Location"], owner.email)["Location"]
    target, sent = offered(browser.get(landed))
    browser.post(target, {**sent, "csrfmiddlewaretoken": "x"})
    assert kept_forms.KEPT in browser.session, "another site sent something there"
    product.delete()
    assert browser.post(target, sent).status_code == 404
    assert offered(browser.get(landed))[0] == form
    company.products.create(pk=product.pk or form.split("/")[-2], code="P-1", name_ko="미역")
    answer = browser.post(target, sent)
    assert (answer.status_code, answer.context["form"]["name_en"].value()) == (200, "Seaweed from Wando")
    assert 'href="/once-more/' not in answer.content.decode(), "what stands there is not offered beside"
    assert kept_forms.KEPT not in browser.session


def test_after_two_hours_it_is_gone(owner, form, monkeypatch, move_clock):
    browser, answer = too_late(owner, form)
    landed = signed_in(browser, answer["Location"], owner.email)["Location"]
    now = kept_forms.time.time()
    monkeypatch.setattr(kept_forms.time, "time", lambda: now + kept_forms.SECONDS - 10)
    move_clock(dt.datetime(2025, 5, 20, 10, 0, tzinfo=clock.SEOUL))
    assert "2025. 5. 20.(화) 10:00까지" in browser.get(landed).content.decode(), "by the clock of the pages"
    monkeypatch.setattr(kept_forms.time, "time", lambda: now + kept_forms.SECONDS + 1)
    assert browser.get("/calls/").status_code == 200
    assert kept_forms.KEPT not in browser.session
    assert browser.get(landed).status_code == 302


def test_the_night_takes_sessions_in_which_nobody_signed_in(owner, form):
    browser, _answer = too_late(owner, form)
    session = Session.objects.get(pk=browser.cookies[settings.SESSION_COOKIE_NAME].value)
    session.expire_date = session.expire_date.replace(year=2001)
    session.save()
    call_command("clearsessions")
    assert not Session.objects.filter(pk=session.pk).exists()


def test_chosen_files_are_named_and_chosen_again(owner, company):
    form = reverse("certificate_add", args=[company.pk])
    typed = {"kind": "SME_CERT", "number": "제2025 1호", "issued_on": "2025-04-01"}
    browser, answer = too_late(owner, form, {**typed, "upload": pdf("중소기업확인서.pdf")})
    assert "선택한 파일은 보관하지 않습니다" in browser.get(answer["Location"]).content.decode()
    page = browser.get(signed_in(browser, answer["Location"], owner.email)["Location"])
    assert "중소기업확인서.pdf</li>" in page.content.decode()
    target, sent = offered(page)
    answer = browser.post(target, sent)
    assert answer.status_code == 200
    assert answer.context["form"]["number"].value() == typed["number"]
    assert list(answer.context["form"].errors) == ["upload"]


def test_three_forms_are_kept_the_newest(owner, company, form):
    browser, token = opened(owner, form)
    ended(browser)
    addresses = [form, *(reverse("contact_edit", args=[company.pk, kind]) for kind in ("representative", "export")),
                 reverse("member_invite", args=[company.pk])]  # fmt: skip
    doors = [
        browser.post(each, {"name": each, "csrfmiddlewaretoken": token})["Location"] for each in addresses
    ]
    signed_in(browser, doors[-1], owner.email)
    pages = [door.partition("?next=")[2] for door in doors]
    assert [browser.get(each).status_code for each in pages] == [302, 200, 200, 200]
    assert f'href="{pages[-1]}"' in browser.get("/").content.decode(), "every page leads to the newest"
    assert 'href="/once-more/' not in browser.get(pages[-1]).content.decode(), "itself it does not"
    answer = browser.post(pages[-1], {"csrfmiddlewaretoken": token_of(browser.get(pages[-1]))})
    assert answer["Location"] == addresses[-1]
    assert f'href="{pages[-2]}"' in browser.get("/").content.decode()


def test_a_page_whose_token_is_old_as_well_is_kept_if_it_is_of_this_site(owner, form):
    """Somebody signed in and out again in another window, so the browser has another token than the page."""
    for origin, is_kept in (("http://testserver", True), ("https://elsewhere.example", False), ("", False)):
        browser, token = opened(owner, form)
        ended(browser)
        del browser.cookies["csrftoken"]
        headers = {"origin": origin} if origin else {}
        answer = browser.post(form, {**TYPED, "csrfmiddlewaretoken": token}, headers=headers)
        assert (answer.status_code, kept_forms.KEPT in browser.session) == (
            (302, True) if is_kept else (403, False)
        )
        if is_kept:
            landed = signed_in(browser, answer["Location"], owner.email)["Location"]
            assert offered(browser.get(landed))[0] == form


def test_forms_of_the_staff_site_are_kept_too():
    manager = people.officer("manager")
    form = reverse("admin:accounts_organization_add")
    agency = people.agency()
    typed = {
        "agency": str(agency.pk),
        "kind": "provider",
        "name_ko": "강물 물류",
        "country": people.country("KR").pk,
    }
    browser, answer = too_late(manager, form, typed)
    landed = signed_in(browser, answer["Location"], manager.email)["Location"]
    assert f'href="{landed}"' in browser.get("/staff/").content.decode()
    target, sent = offered(browser.get(landed))
    assert target == form
    assert browser.post(target, sent).status_code == 302
    assert Organization.objects.filter(name_ko="강물 물류").count() == 1


def test_staff_without_a_second_factor_set_one_up_and_then_find_it(settings):
    """What leads them away from the form's address takes nothing out."""
    manager = people.officer("manager")
    form = reverse("admin:accounts_organization_add")
    browser, answer = too_late(manager, form, {"name_ko": "강물 물류"})
    landed = signed_in(browser, answer["Location"], manager.email)["Location"]
    target, sent = offered(browser.get(landed))
    settings.NARU_STAFF_MFA = True
    assert browser.post(target, sent)["Location"] == ACTIVATE
    assert kept_forms.KEPT in browser.session


@pytest.mark.parametrize("is_signed_out", [True, False])
def test_the_pages_of_visitors_have_no_person_s_token(owner, company, is_signed_out):
    """Who comes to the browser after somebody signed out, or after the session ran out, cannot put words into that person's mouth."""
    form = reverse("member_invite", args=[company.pk])
    browser, _token = opened(owner, form)
    if is_signed_out:
        out = {"csrfmiddlewaretoken": token_of(browser.get("/account/logout/"))}
        assert browser.post("/account/logout/", out).status_code == 302
        assert not tokens.is_ours(browser.cookies["csrftoken"].value)
    else:
        ended(browser)
    token = token_of(browser.get("/account/login/"))
    assert not tokens.is_ours(token)
    typed = {"email": "evil@elsewhere.example", "role": "owner", "csrfmiddlewaretoken": token}
    answer = browser.post(form, typed)
    assert (answer.status_code, "once-more" in answer["Location"]) == (302, False)
    signed_in(browser, answer["Location"], owner.email)
    assert kept_forms.KEPT not in browser.session


def test_the_page_says_which_form_it_is_and_shows_what_would_be_sent(owner, company):
    """A decision is not sent blind, though none of its words has a blank in it."""
    form = reverse("member_invite", args=[company.pk])
    typed = {"email": "new@elsewhere.example", "role": "owner", "form_key": "5c1f", "lines-TOTAL_FORMS": "7"}
    browser, answer = too_late(owner, form, typed)
    page = browser.get(signed_in(browser, answer["Location"], owner.email)["Location"])
    shown = re.sub(r"<textarea.*?</textarea>", "", page.content.decode().split("<main")[1], flags=re.DOTALL)
    facts = shown.split("<dl")[1].split("</dl>")[0]
    with translation.override("ko"):
        labels = [str(field.label) for field in InvitationForm.base_fields.values()]
    assert re.findall(r"<dd>(.*?)</dd>", facts) == [
        "new@elsewhere.example",
        "소유자: 모든 권한, 구성원 초대와 해제",
    ]
    assert re.findall(r"<dt>(.*?)</dt>", facts) == labels
    assert f'<span class="file-name">{form}</span>' in shown


def test_without_an_account_nobody_fills_the_database(owner, form, monkeypatch):
    """Who has a page of somebody who may sign in no more sends it as often as they like, each time as a new visitor."""
    pages = [opened(owner, form) for _each in range(2)]
    second = register.company(5)
    other, other_token = opened(register.member(second), reverse("product_add", args=[second.pk]))
    owner.is_active = False
    owner.save()
    monkeypatch.setattr(kept_forms, "A_DAY", 4 * kept_forms.AT_LEAST)

    def sent(browser: Client, token: str) -> bool:
        visitor = Client(enforce_csrf_checks=True)
        visitor.cookies["csrftoken"] = browser.cookies["csrftoken"].value
        answer = visitor.post(form, {**TYPED, "csrfmiddlewaretoken": token})
        said = "양식을 보관할 수 없습니다" in visitor.get(answer["Location"]).content.decode()
        assert ("once-more" in answer["Location"]) != said
        return not said

    before = Session.objects.count()
    assert [sent(*pages[number % 2]) for number in range(6)] == [True] * 4 + [False] * 2
    assert Session.objects.count() == before + 4
    assert sent(other, other_token), "another person's are their own"
    now = kept_forms.time.time()
    monkeypatch.setattr(kept_forms.time, "time", lambda: now + kept_forms.A_DAY_SECONDS)
    assert sent(*pages[0]), "the next day"


def test_long_forms_count_by_what_is_stored(owner, form, monkeypatch):
    monkeypatch.setattr(kept_forms, "A_DAY", 2 * kept_forms.AT_LEAST)
    noise = "".join(chr(0x20000 + number * 7919 % 0xA6D0) for number in range(10_000))
    browser, answer = too_late(owner, form, {"note": noise})
    assert kept_forms.KEPT not in browser.session
    assert "once-more" not in answer["Location"]


def test_another_form_to_the_same_address_leaves_it_kept(owner, form):
    browser, answer = too_late(owner, form)
    landed = signed_in(browser, answer["Location"], owner.email)["Location"]
    other = {"code": "Q-9", "name_ko": "다른 것", "name_en": "Other"}
    answer = browser.post(form, {**other, "csrfmiddlewaretoken": token_of(browser.get(form))})
    assert answer.status_code == 302
    assert f'href="{landed}"' in browser.get("/").content.decode()
    target, sent = offered(browser.get(landed))
    assert browser.post(target, sent).status_code == 302
    assert set(Product.objects.values_list("code", flat=True)) == {"Q-9", "P-1"}
    assert kept_forms.KEPT not in browser.session


def test_what_is_sent_once_more_with_an_old_token_is_settled_after_all(owner, form):
    """Its person signed in anew while the page stood open: the page that says so carries all along."""
    browser, answer = too_late(owner, form)
    target, sent = offered(browser.get(signed_in(browser, answer["Location"], owner.email)["Location"]))
    browser.cookies["csrftoken"] = tokens._new(owner)
    answer = browser.post(target, sent, headers={"origin": "http://testserver"})
    assert answer.status_code == 403
    target, sent = offered(answer)
    assert browser.post(target, sent).status_code == 302
    assert Product.objects.get().code == "P-1"
    assert kept_forms.KEPT not in browser.session


def test_rows_that_were_looked_at_are_counted_and_sent_not_shown_as_they_are_signed(company, owner):
    """A list of two shipments is entered after the session had ended: what is signed says how many they are."""
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(company, programs.program()))
    address = reverse("shipments")
    browser, token = opened(owner, address)
    rows = book(*(("", "SHARED", f"2025-07-1{day}", "A", 2, 20, "") for day in (1, 2)))
    sent = {"action": "read", "upload": rows, "csrfmiddlewaretoken": token}
    signed = browser.post(address, sent).context["rows"]
    ended(browser)
    answer = browser.post(address, {"action": "apply", "rows": signed, "csrfmiddlewaretoken": token})
    shown = browser.get(signed_in(browser, answer["Location"], owner.email)["Location"])
    facts = {str(each["label"]): each["value"] for each in shown.context["facts"]}
    assert facts["미리 확인한 목록"] == "앞 화면에서 확인한 2행"
    assert signed not in facts.values()
    target, sent = offered(shown)
    assert browser.post(target, sent).status_code == 302
    assert Shipment.objects.count() == 2
    assert carrying.rows_in(signed + "x") is None
