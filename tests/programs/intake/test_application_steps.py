"""The steps of a draft: typed answers with limits, typing kept on the way, two windows that never overwrite each other."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from ground.history import event_model
from ground.ids import new_id
from programs.domain.intake_drafts import AMOUNTS
from programs.models import Answer, Application, Baseline, Draft
from tests.conftest import moved_to
from tests.factories import intake as made
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class World:
    application: UUID
    editor: str
    """The session of a signed-in editor of its company, …"""
    owner: str
    """… and of its owner."""


def prepare(folder: Path) -> World:
    moved_to(made.DURING)
    programs.currency("USD")
    programs.currency("KRW")
    application = made.begun()
    editor, owner = (
        people.session(register.member(application.company, role)) for role in ("editor", "owner")
    )
    return World(application.pk, editor, owner)


@pytest.fixture(autouse=True)
def application(prepared) -> Application:
    return Application.objects.select_related("call", "company").get(pk=prepared.made.application)


@pytest.fixture
def editor(prepared, client) -> Any:
    return people.resumed(client, prepared.made.editor)


def at(application: Any, page: Any) -> Any:
    return f"/applications/{application.pk}/{page}/"


AMOUNTS_TYPED = dict.fromkeys(AMOUNTS, "1,000.50")
YES = {"is_first_export": "no", "may_ask_again": "yes"}


# The baseline -----------------------------------------------------------------------------------------------------


def test_the_first_step_leads_to_the_next(editor, application):
    page = editor.get(at(application, "baseline"))
    assert page.status_code == 200
    assert "2024" in page.content.decode()
    answer = editor.post(at(application, "baseline"), {**AMOUNTS_TYPED, **YES, "version": "0"})
    assert (answer.status_code, answer["Location"]) == (302, at(application, "questions"))
    baseline = Baseline.objects.get()
    assert baseline.last_year == 2024
    assert {getattr(baseline, name) for name in AMOUNTS} == {Decimal("1000.50")}
    assert (baseline.is_first_export, baseline.may_ask_again) == (False, True)


def test_what_a_step_costs_and_who_saved_it_on_which_page(editor, application, django_assert_num_queries):
    """All that is written here is one raw statement."""
    who = str(register.member(application.company, "editor").pk)
    sent = {"contact_name": "김담당", "contact_email": "a@firm.example", "contact_phone": "02-123-4567"}
    sent[f"consent_{made.consent_text().pk.hex}"] = "on"
    editor.get(at(application, "contact"))
    for version, to_show, to_save in (("0", 11, 10), ("1", 11, 10)):
        with django_assert_num_queries(to_show):
            editor.get(at(application, "contact"))
        with django_assert_num_queries(to_save):
            assert editor.post(at(application, "contact"), {**sent, "version": version}).status_code == 302
    for saved, changes in ((application, 2), (Draft.objects.get(step="contact"), 1)):
        events = event_model(type(saved))._default_manager.filter(pgh_obj_id=saved.pk).order_by("pgh_id")
        said = [each.pgh_context or {} for each in events]
        here = [each["user"] for each in said if each.get("route") == "application_contact"]
        assert here == [who] * changes


def test_zero_and_unknown_are_two_answers_and_nothing_is_none(editor, application):
    typed = {**AMOUNTS_TYPED, **YES, "version": "0", "online_last_amount": "0"}
    typed["platform_last_amount"] = ""
    page = editor.post(at(application, "baseline"), typed)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["platform_last_amount"]
    assert not Baseline.objects.exists()
    typed |= {"platform_last_amount_unknown": "on", "version": str(page.context["version"])}
    assert editor.post(at(application, "baseline"), typed).status_code == 302
    baseline = Baseline.objects.get()
    assert (baseline.online_last_amount, baseline.platform_last_amount) == (Decimal(0), None)
    again = editor.get(at(application, "baseline")).context["form"]
    assert again["platform_last_amount_unknown"].value() is True
    assert again["online_last_amount"].value() == "0"


def test_yes_or_no_must_be_said(editor, application):
    page = editor.post(at(application, "baseline"), {**AMOUNTS_TYPED, "version": "0"})
    assert set(page.context["form"].errors) == set(YES)


@pytest.mark.parametrize("wrong", ["-1", "many", "1e30", "NaN", "1.234"])
def test_amounts_that_are_none(editor, application, wrong):
    page = editor.post(
        at(application, "baseline"), {**AMOUNTS_TYPED, **YES, "version": "0", "export_last_amount": wrong}
    )
    assert list(page.context["form"].errors) == ["export_last_amount"]
    assert page.context["form"]["export_last_amount"].value() == wrong


def test_a_part_is_not_more_than_the_whole(editor, application):
    page = editor.post(
        at(application, "baseline"), {**AMOUNTS_TYPED, **YES, "version": "0", "country_last_amount": "2000"}
    )
    assert page.status_code == 409
    assert page.context["form"].non_field_errors()
    assert page.context["form"]["country_last_amount"].value() == "2000"


def test_what_the_register_knows_is_not_asked_twice(editor, application):
    application.company.figures.create(year=2024, export_amount=Decimal("77000"))
    form = editor.get(at(application, "baseline")).context["form"]
    assert form["export_last_amount"].value() == "77000"


# Questions --------------------------------------------------------------------------------------------------------

CHOICES = [{"code": "a", "ko": "가", "en": "A"}, {"code": "b", "ko": "나", "en": "B"}]


@pytest.fixture
def owner(prepared) -> Client:
    return people.resumed(Client(), prepared.made.owner)


def asked(client: Client, application: Any, kind: Any, typed: Any, **fields: Any) -> Any:
    """The answer to one question of a kind, or the error."""
    call = application.call
    call.questions.all().delete()
    made.question(call, "it", kind, choices=CHOICES if kind in {"one", "many"} else [], **fields)
    version = Draft.objects.filter(application=application, step="questions").values_list(
        "version", flat=True
    )
    data = {"version": str(version[0] if version else 0), **typed}
    page = client.post(at(application, "questions"), data)
    if page.status_code == 302:
        return Answer.objects.filter(application=application).first()
    return dict(page.context["form"].errors)


@pytest.mark.parametrize(
    ("kind", "typed", "column", "value"),
    [
        ("short", {"q_it": " 한 줄 "}, "text", "한 줄"),
        ("long", {"q_it": "두\r\n줄"}, "text", "두\n줄"),
        ("number", {"q_it": "1,234.5"}, "number", Decimal("1234.5000")),
        ("number", {"q_it": "１２"}, "number", Decimal(12)),
        ("number", {"q_it": "0"}, "number", Decimal(0)),
        ("day", {"q_it": "2024-02-29"}, "day", dt.date(2024, 2, 29)),
        ("yes_no", {"q_it": "no"}, "is_yes", False),
        ("one", {"q_it": "b"}, "codes", ["b"]),
        ("many", {"q_it": ["a", "b"]}, "codes", ["a", "b"]),
        ("money", {"q_it": "10", "q_it_currency": "USD"}, "amount", Decimal(10)),
    ],
)
def test_each_kind_has_its_column(owner, application, kind, typed, column, value):
    assert getattr(asked(owner, application, kind, typed), column) == value


@pytest.mark.parametrize(
    ("kind", "typed", "fields", "wrong"),
    [
        ("short", {"q_it": ""}, {}, "q_it"),
        ("long", {"q_it": "가" * 11}, {"max_length": 10}, "q_it"),
        ("number", {"q_it": "열둘"}, {}, "q_it"),
        ("number", {"q_it": "1.23456"}, {}, "q_it"),
        ("day", {"q_it": "2025-02-29"}, {}, "q_it"),
        ("yes_no", {"q_it": "maybe"}, {}, "q_it"),
        ("yes_no", {}, {}, "q_it"),
        ("one", {"q_it": "c"}, {}, "q_it"),
        ("many", {"q_it": ["a", "c"]}, {}, "q_it"),
        ("money", {"q_it": "10"}, {}, "q_it_currency"),
        ("money", {"q_it": "10", "q_it_currency": "XXX"}, {}, "q_it_currency"),
        ("money", {"q_it": "1.5", "q_it_currency": "KRW"}, {}, "q_it"),
        ("money", {"q_it": "1.5"}, {"currency": "KRW"}, "q_it"),
        ("money", {"q_it": "-1"}, {"currency": "USD"}, "q_it"),
    ],
)
def test_each_kind_has_its_limits(owner, application, kind, typed, fields, wrong):
    assert wrong in asked(owner, application, kind, typed, **fields)
    assert not Answer.objects.exists()


def test_a_line_end_counts_as_one_character(owner, application):
    assert asked(owner, application, "long", {"q_it": "가\r\n나\r\n다"}, max_length=5).text == "가\n나\n다"


def test_money_of_a_fixed_currency(owner, application):
    answer = asked(owner, application, "money", {"q_it": "1,500"}, currency="KRW")
    assert (answer.amount, answer.currency) == (Decimal(1500), "KRW")


def test_an_optional_question_may_stay_open_and_an_answer_can_be_taken_away(owner, application):
    assert asked(owner, application, "short", {"q_it": ""}, is_required=False) is None
    question = application.call.questions.get()
    for text in ("있음", ""):
        version = str(Draft.objects.get(step="questions").version)
        owner.post(at(application, "questions"), {"q_it": text, "version": version})
        assert Answer.objects.get(question=question).text == text


def test_a_long_korean_answer_and_name_stay_whole(editor, application):
    company = application.company
    company.name_ko = "주식회사 " + "가나다라마바사아자차카타파하" * 7
    company.save()
    text = "칠레 시장에 " * 250
    answer = editor.post(at(application, "questions"), {"q_plan": text, "version": "0"})
    assert answer.status_code == 302
    assert Answer.objects.get().text == text.strip()
    assert company.name_ko in editor.get(at(application, "questions")).content.decode()


def test_what_staff_wrote_stays_text(editor, application):
    bad = "<b onclick=x>굵게</b>"
    call = application.call
    for kind in ("short", "long", "number", "money", "day", "yes_no", "one", "many"):
        made.question(
            call,
            f"q-{kind}",
            kind,
            label_ko=bad,
            hint_ko=bad,
            choices=[{"code": "a", "ko": bad}],
            max_length=9,
        )
    made.document(call, "bad", name_ko=bad, hint_ko=bad, has_validity=True, is_required=False)
    text = made.consent_text()
    text.pk, text.version = new_id(), 2  # a wording is never changed, so the next version has it
    text.title_ko = text.body_ko = text.items_ko = bad
    text.save(force_insert=True)
    call.criterions.update(name_ko=bad)
    for page in ("questions", "documents", "contact", "check"):
        main = editor.get(at(application, page)).content.decode().split("<main")[1]
        assert "&lt;b onclick=x&gt;굵게&lt;/b&gt;" in main, page
        assert "<b onclick" not in main, page


# Typing is kept ---------------------------------------------------------------------------------------------------


def keep(client: Any, application: Any, step: Any, version: Any, **typed: Any) -> Any:
    return client.post(at(application, f"keep/{step}"), {"version": str(version), **typed})


def test_typing_is_kept_unchecked_and_shown_again(editor, application):
    answer = keep(editor, application, "baseline", 0, export_last_amount="12a", may_ask_again="yes")
    assert (answer.status_code, answer["Naru-Version"]) == (200, "1")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert not Baseline.objects.exists()
    page = editor.get(at(application, "baseline"))
    assert page.context["form"]["export_last_amount"].value() == "12a"
    assert page.context["is_unsaved"] is True
    assert page.context["version"] == 1
    assert "2025. 5. 20.(화) 10:0" in page.context["kept"]


def test_an_older_version_is_refused_and_both_values_are_kept(editor, application):
    keep(editor, application, "questions", 0, q_plan="첫째 창")
    answer = keep(editor, application, "questions", 0, q_plan="둘째 창")
    assert answer.status_code == 409
    assert answer.content.decode() != ""
    draft = Draft.objects.get(step="questions")
    assert (draft.typed["q_plan"], draft.aside["typed"]["q_plan"], draft.version) == ("첫째 창", "둘째 창", 1)
    page = editor.get(at(application, "questions"))
    assert page.context["form"]["q_plan"].value() == "첫째 창"
    assert [(each.here, each.there) for each in page.context["differences"]] == [("첫째 창", "둘째 창")]
    assert "둘째 창" in page.content.decode()


def test_saving_an_older_version_shows_both_and_overwrites_nothing(editor, application):
    assert editor.post(at(application, "questions"), {"q_plan": "첫째 창", "version": "0"}).status_code == 302
    page = editor.post(at(application, "questions"), {"q_plan": "둘째 창", "version": "0"})
    assert page.status_code == 409
    assert Answer.objects.get().text == "첫째 창"
    assert page.context["form"]["q_plan"].value() == "둘째 창"
    assert [(each.here, each.there) for each in page.context["differences"]] == [("둘째 창", "첫째 창")]
    # having seen both, the person decides
    version = str(page.context["version"])
    assert (
        editor.post(at(application, "questions"), {"q_plan": "둘째 창", "version": version}).status_code
        == 302
    )
    assert Answer.objects.get().text == "둘째 창"
    assert Draft.objects.get(step="questions").aside == {}


def test_a_version_that_is_no_number_is_old(editor, application):
    assert editor.post(at(application, "questions"), {"q_plan": "x", "version": "latest"}).status_code == 409
    assert editor.post(at(application, "questions"), {"q_plan": "x"}).status_code == 409
    assert not Answer.objects.exists()


def test_steps_do_not_disturb_each_other(editor, application):
    keep(editor, application, "questions", 0, q_plan="계획")
    assert keep(editor, application, "baseline", 0, export_last_amount="1").status_code == 200


def test_typing_with_an_error_is_kept_too(editor, application):
    editor.post(
        at(application, "baseline"), {**AMOUNTS_TYPED, **YES, "version": "0", "export_last_amount": "12a"}
    )
    form = editor.get(at(application, "baseline")).context["form"]
    assert form["export_last_amount"].value() == "12a"
    assert form["country_last_amount"].value() == "1,000.50"


def test_later_keeps_what_is_not_in_order(editor, application):
    answer = editor.post(at(application, "questions"), {"q_plan": "", "version": "0", "later": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/applications/{application.pk}/")


def test_after_an_expired_session_what_was_typed_is_still_there(editor, application):
    keep(editor, application, "questions", 0, q_plan="반쯤 쓴 답")
    editor.logout()
    address = at(application, "questions")
    answer = editor.post(address, {"q_plan": "반쯤 쓴 답변", "version": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={address}")
    assert keep(editor, application, "questions", 1, q_plan="x").status_code == 302
    editor.force_login(register.member(application.company, "editor"))
    page = editor.get(address)
    assert page.context["form"]["q_plan"].value() == "반쯤 쓴 답"
    assert "반쯤 쓴 답" in page.content.decode()
    assert "2025. 5. 20.(화)" in page.context["kept"]


def test_a_sign_that_no_database_keeps_is_left_out_and_nothing_else_is_lost(editor, application):
    assert keep(editor, application, "questions", 0, q_plan="앞\0뒤").status_code == 200
    assert Draft.objects.get(step="questions").typed["q_plan"] == "앞뒤"
    assert keep(editor, application, "documents", 0, note="\0").status_code == 200
    page = editor.post(at(application, "baseline"), {"version": "0", "export_last_amount": "1\0x"})
    assert page.context["form"]["export_last_amount"].value() == "1x"
    answer = editor.post(at(application, "questions"), {"q_plan": "앞\0뒤\\u0000", "version": "1"})
    assert answer.status_code == 302
    assert Answer.objects.get().text == "앞뒤\\u0000"


def test_a_flood_is_not_kept(editor, application):
    answer = keep(editor, application, "questions", 0, q_plan="가" * 100_001)
    assert answer.status_code == 413
    assert not Draft.objects.exists()


def test_keeping_goes_the_way_of_a_browser(application):
    """With the token of the page, in the form that scripts send (multipart)."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(register.member(application.company))
    page = browser.get(at(application, "questions")).content.decode()
    assert f'data-autosave="{at(application, "keep/questions")}"' in page
    assert f'data-person="{register.member(application.company).pk}"' in page
    assert keep(browser, application, "questions", 0, q_plan="계획").status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.split("<main")[1])
    assert token
    answer = keep(browser, application, "questions", 0, q_plan="계획", csrfmiddlewaretoken=token[1])
    assert (answer.status_code, answer["Naru-Version"]) == (200, "1")
    assert Draft.objects.get().typed == {"q_plan": "계획"}


def test_an_unknown_step_does_not_exist(editor, application):
    assert keep(editor, application, "nothing", 0).status_code == 404


def test_keeping_refuses_after_the_submission(editor):
    application = made.submitted(made.whole_call(), register.company()).application
    answer = keep(editor, application, "questions", 9, q_plan="x")
    assert answer.status_code == 409
    assert editor.get(at(application, "questions")).status_code == 302
    assert editor.post(at(application, "questions"), {"q_plan": "x", "version": "9"}).status_code == 409


# Person in charge and consents ------------------------------------------------------------------------------------

CONTACT = {"contact_name": "나들목", "contact_email": "a@firm.example", "contact_phone": "02-123-4567"}


def test_required_consents_must_be_given_and_optional_ones_need_not(editor, application):
    required = made.consent_text()
    optional = made.consent_text("news", "optional")
    made.consent_text("elsewhere", agency_code="BBA")
    page = editor.get(at(application, "contact"))
    assert [text for text, _field in page.context["form"].consents] == [required, optional]
    page = editor.post(at(application, "contact"), {**CONTACT, "version": "0"})
    assert list(page.context["form"].errors) == [f"consent_{required.pk.hex}"]
    typed = {**CONTACT, "version": str(page.context["version"]), f"consent_{required.pk.hex}": "on"}
    answer = editor.post(at(application, "contact"), typed)
    assert (answer.status_code, answer["Location"]) == (302, at(application, "check"))
    application.refresh_from_db()
    assert application.contact_name == "나들목"
    assert Draft.objects.get(step="contact").typed == {"consents": [str(required.pk)]}
    form = editor.get(at(application, "contact")).context["form"]
    assert [bool(field.value()) for _text, field in form.consents] == [True, False]


def test_only_the_latest_version_in_force_is_asked(editor, application):
    text = made.consent_text()
    type(text).objects.create(
        agency=text.agency, code=text.code, version=2, kind="required", title_ko="새 동의", body_ko="새 본문",
        items_ko="이름", months=12, from_on=dt.date(2025, 5, 1),
    )  # fmt: skip
    type(text).objects.create(
        agency=text.agency, code=text.code, version=3, kind="required", title_ko="아직", body_ko="아직",
        items_ko="이름", months=12, from_on=dt.date(2025, 7, 1),
    )  # fmt: skip
    form = editor.get(at(application, "contact")).context["form"]
    assert [text.version for text, _field in form.consents] == [2]


@pytest.mark.parametrize("phone", ["없음", "123"])
def test_a_phone_number_has_digits(editor, application, phone):
    page = editor.post(at(application, "contact"), {**CONTACT, "contact_phone": phone, "version": "0"})
    assert "contact_phone" in page.context["form"].errors


# Who may ----------------------------------------------------------------------------------------------------------

PAGES = ["baseline", "questions", "documents", "contact", "check", "recall", "withdraw", "correct", "papers"]


@pytest.mark.parametrize("page", PAGES)
def test_a_reader_cannot_edit(client, application, page):
    client.force_login(register.member(application.company, "reader"))
    assert client.get(f"/applications/{application.pk}/").status_code == 200
    assert client.get(at(application, page)).status_code == 404
    assert client.post(at(application, page), {"version": "0"}).status_code == 404


@pytest.mark.parametrize("page", ["baseline", "questions", "documents", "contact", "check"])
def test_a_reader_here_who_edits_elsewhere_cannot_edit_here(client, application, page):
    reader = register.member(application.company, "reader", "both@firm.example")
    register.member(register.company(2), "editor", "both@firm.example")
    client.force_login(reader)
    assert client.get(at(application, page)).status_code == 302
    if page != "check":
        typed = {**AMOUNTS_TYPED, **YES, **CONTACT, "q_plan": "x", "version": "0"}
        typed |= {f"consent_{text.pk.hex}": "on" for text in type(made.consent_text()).objects.all()}
        assert client.post(at(application, page), typed).status_code == 409
    assert client.post(at(application, "keep/baseline"), {"version": "0"}).status_code == 409
    assert not Baseline.objects.exists()
    assert not Answer.objects.exists()
