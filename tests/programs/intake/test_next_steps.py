"""Each requirement that is not met says what to do next, and nothing where it is the agency's turn; wrong entries say so in plain words."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from programs.domain.criteria.given import Facts, StatusFact
from programs.domain.eligibility_next import next_step
from programs.models import Criterion
from tests.factories import intake as made
from tests.factories import people, register
from tests.programs.criteria.asking import judge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(move_clock) -> None:
    move_clock(made.DURING)


@pytest.mark.parametrize("status", ["suspended", "closed", "unregistered"])
def test_who_is_not_in_business_is_told_whom_to_ask(status):
    criterion = Criterion(kind="status", values={})
    verdict = judge(criterion, Facts(status=StatusFact(status, made.DURING.date())))
    assert verdict.outcome == "not_met"
    step = next_step(criterion, verdict.reason_code)
    assert step is not None
    with translation.override("en"):
        assert str(step.sentence) == "If you think that this is wrong, ask the agency."


def test_a_paper_that_was_handed_in_is_not_asked_for_again():
    call = made.whole_call()
    made.criterion(call, "sme", "certificate")
    wanted = made.document(call, "sme", has_validity=True, certificate_kind="SME_CERT")
    application = made.begun(call, register.company())
    owner = register.member(application.company)
    client = Client(headers={"accept-language": "en"})
    client.force_login(owner)
    page = f"/applications/{application.pk}/check/"
    assert "What to do: Paper: SME confirmation" in said(client, page)
    from programs.domain import intake_documents

    days = intake_documents.Days(valid_from=dt.date(2025, 4, 1), valid_until=dt.date(2026, 3, 31))
    intake_documents.hand_in(application, wanted, made.pdf("확인서.pdf"), days=days, by=owner)
    shown = said(client, page)
    assert "The certificate is there; the agency still has to look at it." in shown
    assert "What to do: Paper: SME confirmation" not in shown


def said(client: Client, page: str) -> str:
    return " ".join(client.get(page).content.decode().split())


def test_the_state_of_a_business_is_said_once():
    call = made.whole_call()
    made.criterion(call, "open", "status")
    application = made.begun(call, register.company())
    register.status(application.company)
    client = Client(headers={"accept-language": "en"})
    client.force_login(register.member(application.company))
    shown = said(client, f"/applications/{application.pk}/check/")
    assert (
        "In business, by the answer of the tax office. </p>" in shown
        or "In business, by the answer of the tax office.</p>" in shown
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (forms.CharField(), "", "빠진 항목입니다. 입력하거나 고르십시오."),
        (forms.DecimalField(), "십만", "숫자로 입력해 주십시오."),
        (forms.DecimalField(min_value=0), "-5", "0 이상으로 입력해 주십시오."),
        (
            forms.DecimalField(max_digits=16, decimal_places=2),
            "1.234",
            "소수점 아래는 2자리까지 입력할 수 있습니다.",
        ),
        (forms.DecimalField(max_digits=4, decimal_places=2), "12345", "모두 4자리까지 입력할 수 있습니다."),
        (
            forms.CharField(max_length=3),
            "가나다라",
            "3자까지 입력할 수 있습니다. 지금은 4자이므로 줄여 주십시오.",
        ),
        (forms.DateField(), "내일", "날짜를 2025-09-30과 같이 입력해 주십시오."),
        (forms.EmailField(), "이메일", "이메일 주소를 name@example.kr과 같이 입력해 주십시오."),
    ],
)
def test_a_wrong_entry_is_told_in_plain_formal_korean(field: forms.Field, value: str, sentence: str):
    with translation.override("ko"), pytest.raises(forms.ValidationError) as refused:
        field.clean(value)
    assert [str(each) for each in refused.value.messages] == [sentence]


def test_on_a_phone_the_way_to_apply_stands_on_top_of_an_open_call(move_clock):
    call = made.whole_call()
    client = Client()
    way: Any = 'class="to-aside row"'
    shown = said(client, f"/calls/{call.pk}/")
    assert shown.index(way) < shown.index("<h2>")
    assert 'href="#apply"' in shown
    move_clock(made.CLOSES)
    assert way not in said(client, f"/calls/{call.pk}/")
    assert people.agency()


def test_the_summary_says_each_sentence_once_with_all_its_fields():
    class Two(forms.Form):
        first = forms.CharField(label="첫째")
        second = forms.CharField(label="둘째")
        third = forms.IntegerField(label="셋째")

    with translation.override("ko"):
        shown = render_to_string("components/error_summary.html", {"form": Two({"third": "x"})})
    words = re.sub(r"\s*(<[^>]*>)\s*", r"\1", shown.split("</h2>")[1])
    assert words == (
        '<ul><li>빠진 항목입니다. 입력하거나 고르십시오.<ul><li><a href="#id_first">첫째</a></li><li><a href="#id_second">둘째</a></li></ul></li>'
        '<li><a href="#id_third">셋째</a>소수점 없는 숫자로 입력해 주십시오.</li></ul></div>'
    )


def test_the_summary_has_no_empty_item_for_a_field_that_nobody_sees():
    class Four(forms.Form):
        seen = forms.CharField(label="첫째")
        hidden = forms.CharField(label="둘째", widget=forms.HiddenInput)
        nameless = forms.CharField(label="")
        other = forms.IntegerField(widget=forms.HiddenInput)

    with translation.override("ko"):
        shown = render_to_string("components/error_summary.html", {"form": Four({"other": "x"})})
    words = re.sub(r"\s*(<[^>]*>)\s*", r"\1", shown.split("</h2>")[1])
    assert words == (
        '<ul><li><a href="#id_seen">첫째</a>빠진 항목입니다. 입력하거나 고르십시오.</li>'
        "<li>소수점 없는 숫자로 입력해 주십시오.</li></ul></div>"
    )
