"""Staff build the form of a call on its page, look at it as a company does, and take it over to the next year."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from companies.models import Product
from ground.history import history_of
from programs.domain import form_building, planning, publishing
from programs.models import Answer, Call, ProductLine, Question, RequiredDocument, Section
from tests.factories import intake as made
from tests.factories import people, programs, staff
from tests.programs.staff.forms.typing_in import typed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _during(move_clock):
    move_clock(made.DURING)


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(people.officer())
    return client


@pytest.fixture
def call() -> Call:
    found = made.whole_call()
    found.questions.all().delete()
    Call.objects.filter(pk=found.pk).update(published_at=None)
    return Call.objects.get(pk=found.pk)


def address_of(call: Call) -> str:
    return reverse("admin:programs_call_change", args=[call.pk])


def row(call: Call, number: int, **values: str) -> dict[str, str]:
    known = {
        "call": str(call.pk),
        "stage": "application",
        "asked_if_match": "all",
        "max_length": "2000",
        "position": str(number),
        **values,
    }
    return {f"questions-{number}-{name}": value for name, value in known.items()}


def test_questions_are_built_without_a_code_or_json(officer, call):
    address = address_of(call)
    values = typed(officer, address) | {
        "sections-TOTAL_FORMS": "1", "sections-0-title_ko": "판매", "sections-0-position": "1",
        "sections-0-call": str(call.pk), "questions-TOTAL_FORMS": "1",
        **row(call, 0, kind="many", label_ko="어디에서 팝니까?", choice_lines="아마존 | Amazon\n쇼피"),
    }  # fmt: skip
    assert officer.post(address, values).status_code == 302
    first = call.questions.get()
    assert (first.code, first.choices) == (
        "q1",
        [{"code": "c1", "ko": "아마존", "en": "Amazon"}, {"code": "c2", "ko": "쇼피", "en": ""}],
    )
    section = Section.objects.get(call=call)
    values = typed(officer, address) | {
        "questions-TOTAL_FORMS": "3", **row(call, 1, kind="money", label_ko="매출", currency="KRW"),
        **row(
            call, 2, kind="file", label_ko="상점 화면", section=str(section.pk), asked_if_0_question="q1",
            asked_if_0_how="one_of", asked_if_0_codes="q1:c2", asked_if_0_least="7",
        ),
    }  # fmt: skip
    assert officer.post(address, values).status_code == 302
    second = call.questions.get(code="q3")
    of_shops = {"question": "q1", "how": "one_of", "codes": ["c2"]}
    assert (second.section, second.asked_if, second.asked_if_match) == (section, [of_shops], "all")
    assert RequiredDocument.objects.get(question=second).code == "q3"
    values = typed(officer, address) | {
        "questions-2-label_ko": "화면", "questions-2-asked_if_match": "any", "questions-2-asked_if_1_question": "q2",
        "questions-2-asked_if_1_how": "at_least", "questions-2-asked_if_1_least": "1,000",
    }  # fmt: skip
    assert officer.post(address, values).status_code == 302
    second.refresh_from_db()
    both = [of_shops, {"question": "q2", "how": "at_least", "least": "1000"}]
    assert (second.label_ko, second.asked_if, second.asked_if_match) == ("화면", both, "any")
    assert form_building.faults(call) == []
    wrong = officer.post(address, typed(officer, address) | {"questions-2-asked_if_1_question": "q1"})
    assert "조건 2: " in wrong.content.decode()
    told = [each for change in history_of(second)[:1] for each in change.fields if "앞 답변" in each.label]
    assert [(each.label, each.before, each.after) for each in told] == [
        ("앞 답변에 대한 조건: 2", "–", "q2: 이상 1,000")
    ]
    kept = officer.post(address, typed(officer, address) | {"questions-1-label_ko": "판매액"})
    second.refresh_from_db()
    assert (kept.status_code, second.asked_if) == (302, both)
    Question.objects.filter(pk=second.pk).update(asked_if=[of_shops] * 6)
    many = officer.post(address, typed(officer, address)).content.decode()
    assert ("조건은 5개까지" in many, many.count("-asked_if_5_question")) == (True, 3)
    Question.objects.filter(pk=second.pk).update(asked_if=both)
    auditor = Client()
    auditor.force_login(people.officer("auditor"))
    Call.objects.filter(pk=call.pk).update(published_at=made.DURING)
    for reader in (officer, auditor):  # what is published is read in words
        text = reader.get(address).content.decode()
        assert ("“어디에서 팝니까?”: “쇼피”" in text, "“판매액”: 1,000 KRW 이상" in text) == (True, True)
    Call.objects.filter(pk=call.pk).update(published_at=None)
    assert "“판매액”: 1,000 KRW 이상" in auditor.get(address).content.decode()
    values = typed(officer, address) | {"questions-0-choice_lines": "온라인 | Online\n쇼피 | | c2"}
    assert officer.post(address, values).status_code == 302
    first.refresh_from_db()
    assert [each["code"] for each in first.choices] == ["c3", "c2"]
    assert officer.post(address, typed(officer, address) | {"sections-0-DELETE": "on"}).status_code == 302
    second.refresh_from_db()
    assert (second.section, Section.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    ("fields", "wrong", "sentence"),
    [
        ({"kind": "one", "choice_lines": "| A"}, "choice_lines", "1번째 줄"),
        ({"kind": "number", "asks_for": "address"}, "asks_for", "짧은 글 / 긴 글 질문으로만"),
        ({"kind": "number", "least": "3", "most": "2"}, "__all__", "최솟값이 최댓값보다 큽니다."),
        ({"asked_if_0_question": "q1", "asked_if_0_how": "yes"}, "asked_if", "뒤에 나옵니다."),
        ({"asked_if_0_how": "yes"}, "asked_if", "함께 선택하거나 둘 다 비워 주십시오."),
        (
            {"asked_if_0_question": "q1", "asked_if_0_how": "gone"},
            "asked_if",
            "목록에 없는 항목입니다(gone). 목록에서 다시 고르십시오.",
        ),
        (
            {"asked_if_0_question": "q1", "asked_if_0_how": "one_of", "asked_if_0_codes": "other:c1"},
            "asked_if",
            "조건으로 정한 질문의 선택지를",
        ),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_is_kept(officer, call, fields, wrong, sentence):
    later = planning.save_call_part(
        Question(call=call, kind="yes_no", label_ko="나중", position=9), by=people.officer()
    )
    values = typed(officer, address_of(call)) | {
        "questions-TOTAL_FORMS": "2",
        **row(call, 1, **{"kind": "short", "label_ko": "새 질문", **fields}),
    }
    page = officer.post(address_of(call), values)
    assert page.status_code == 200
    (formset,) = [
        each.formset for each in page.context["inline_admin_formsets"] if each.formset.prefix == "questions"
    ]
    found = {name: " ".join(errors) for form in formset.forms for name, errors in form.errors.items()}
    assert sentence in " ".join(found.values())
    assert wrong in found
    assert list(call.questions.all()) == [later]


def built(call: Call) -> tuple[Question, Question]:
    """A section with products, and a question that hangs on yes."""
    by = people.officer()
    section = planning.save_call_part(Section(call=call, title_ko="상품"), by=by)
    has = planning.save_call_part(
        Question(call=call, kind="yes_no", label_ko="있습니까?", section=section), by=by
    )
    rows = planning.save_call_part(
        Question(
            call=call, kind="products", label_ko="팔 상품", position=1, section=section, least=1, most=5,
            asked_if=[{"question": has.code, "how": "yes"}],
        ),
        by=by,
    )  # fmt: skip
    planning.save_call_part(Question(call=call, kind="file", label_ko="목록", position=2), by=by)
    return has, rows


def test_what_is_folded_says_how_much_is_in_it(officer, call):
    for number in range(2):
        made.question(call, f"q{number}", "short", position=number)
    page = officer.get(address_of(call)).content.decode()
    for heading in ("신청서 구역 (0)", "질문 (2)", f"제출 서류 ({call.requireddocuments.count()})"):
        assert f"{heading}</h2>" in page


def test_the_preview_shows_the_form_and_takes_nothing(officer, call):
    built(call)
    page = officer.get(reverse("admin:programs_call_preview", args=[call.pk]))
    text = page.content.decode().split("<main")[1].split("</main")[0]
    assert page.status_code == 200
    assert [each.question.code for _section, asked in page.context["form"].parts for each in asked] == [
        "q3", "q1", "q2",
    ]  # fmt: skip
    assert ("<form" in text, '<h2 id="section-s1">상품</h2>' in text) == (False, True)
    assert officer.post(reverse("admin:programs_call_preview", args=[call.pk])).status_code in {403, 404, 405}
    foreign = Client()
    foreign.force_login(people.officer("manager", "BBA"))
    assert foreign.get(reverse("admin:programs_call_preview", args=[call.pk])).status_code == 404


def test_the_next_year_s_call_has_its_own_sections_conditions_and_limits(call):
    has, rows = built(call)
    program = programs.program(
        "SBA-MELI-CL-2026", starts_on=dt.date(2026, 5, 1), ends_on=dt.date(2026, 12, 31)
    )
    copy = planning.take_over(
        call, program=program, code="SBA-MELI-CL-2026-1", by=people.officer(), agreement_on=dt.date(2026, 6, 24),
        opens_at=dt.datetime(2026, 5, 11, 9, tzinfo=made.SEOUL),
        closes_at=dt.datetime(2026, 5, 29, 18, tzinfo=made.SEOUL),
    )  # fmt: skip
    again = copy.questions.get(code=rows.code)
    assert (again.section.call, again.section.title_ko) == (copy, "상품")
    assert [(each.question, each.how) for each in again.conditions] == [(has.code, "yes")]
    assert (again.least, again.most) == (Decimal(1), Decimal(5))
    assert RequiredDocument.objects.get(call=copy, question__isnull=False).question.call == copy
    assert publishing.facts(copy)["questions"] == publishing.facts(call)["questions"]


def test_products_stand_on_a_second_sheet(officer, call, move_clock):
    _has, rows = built(call)
    Call.objects.filter(pk=call.pk).update(published_at=made.DURING)
    programs.currency("USD")
    application = staff.applicant(Call.objects.get(pk=call.pk), 1)
    product = Product.objects.create(company=application.company, code="A1", name_ko="크림", hs_code="3304")
    answer = Answer.objects.create(application=application, call=call, question=rows)
    more: dict[str, Any] = {"answer": answer, "application": application, "company": application.company}
    ProductLine.objects.create(
        **more, product=product, quantity=12, price_amount=Decimal("9.5"), currency="USD"
    )
    reply = officer.get(reverse("admin:programs_call_applicants", args=[call.pk]))
    first, second = openpyxl.load_workbook(io.BytesIO(reply.content)).worksheets
    head = [cell.value for cell in first[1]]
    assert head[-2:] == ["목록", "있습니까?"]
    assert [list(each) for each in second.values] == [
        ["접수번호", "사업자등록번호", "기업", "질문", "상품 코드", "상품", "HS 코드", "수량", "단가", "통화"],
        [
            application.receipt, application.company.pretty_number, application.company.name_ko, "팔 상품", "A1", "크림",
            "3304", 12, 9.5, "USD",
        ],
    ]  # fmt: skip
