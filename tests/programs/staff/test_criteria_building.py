"""Staff build the criteria of a call in the browser: typed fields of each kind, groups, the order, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from ground.models import Country, Industry
from programs.domain.criteria.parameters import Declared, Flag, Number, Parameter
from programs.domain.criteria.values import DECLARED, shape_faults
from programs.forms.criteria_building import CriterionForm
from programs.models import Call, Criterion, Question
from tests.factories import intake as made
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _during(move_clock: Any) -> None:
    move_clock(made.DURING)


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(people.officer())
    return client


@pytest.fixture
def call() -> Call:
    for code, name in (
        ("C", "제조업"),
        ("C10", "식료품 제조업"),
        ("I", "숙박 및 음식점업"),
        ("I5621", "주점업"),
    ):
        Industry.objects.get_or_create(
            id=f"11:{code}",
            defaults={"revision": 11, "code": code, "name_ko": name, "name_en": f"Class {code}"},
        )
    for code in ("11", "26", "41"):
        register.province(code)
    return programs.call(published_at=None)


def page_of(call: Call, name: str = "criteria") -> str:
    return reverse(f"admin:programs_call_{name}", args=[call.pk])


def form_of(call: Call, **query: Any) -> str:
    return f"{page_of(call, 'criterion')}?" + "&".join(f"{name}={value}" for name, value in query.items())


def shown(client: Client, address: str) -> dict[str, Any]:
    """What a browser sends back when nothing is changed."""
    page = client.get(address)
    assert page.status_code == 200
    values = {}
    for field in page.context["form"]:
        value = field.value()
        if value is True:
            values[field.html_name] = "on"
        elif value not in (None, False, "", []):
            values[field.html_name] = [str(each) for each in value] if isinstance(value, list) else str(value)
    return values


def add(
    client: Client, call: Call, kind: str, name: str, *, group: Criterion | None = None, **typed: Any
) -> Criterion:
    """One criterion through the page: what is shown, and what is typed over it."""
    address = form_of(call, kind=kind, **({"group": group.pk} if group else {}))
    values = {**shown(client, address), "name_ko": name, **typed}
    page = client.post(address, {key: value for key, value in values.items() if value != ""})
    assert page.status_code == 302, page.context["form"].errors
    return Criterion.objects.get(call=call, name_ko=name)


def outline(rows: Any) -> list[Any]:
    """Codes, members in a list behind their group."""
    found: list[Any] = []
    for row in rows:
        found.append(row.criterion.code)
        if row.members:
            found.append(outline(row.members))
    return found


TYPED: list[tuple[str, dict[str, Any], dict[str, Any], str, str]] = [
    (
        "province", {"provinces": ["11", "41"], "places": ["head_office", "factory"]},
        {"provinces": ["11", "41"], "places": ["head_office", "factory"]},
        "소재지: 서울특별시, 경기도", "Located in Seoul, Gyeonggi.",
    ),
    (
        "certificate", {"kind": "SME_CERT"}, {"kind": "SME_CERT"}, "",
        "Holds a valid certificate: SME confirmation.",
    ),
    (
        "industry", {"include": "c10, C", "exclude": "I5621\n", "main_only": "on", "revision": "11"},
        {"include": ["C10", "C"], "exclude": ["I5621"], "main_only": True, "revision": 11}, "",
        "Main industry (KSIC revision 11); one of: C10 Class C10, C Class C; none of: I5621 Class I5621.",
    ),
    ("age", {"min": "1", "max": "7"}, {"min": 1, "max": 7}, "", "Years in business: 1 to 7."),
    (
        "sales", {"max": "30,000,000,000"}, {"max": 30_000_000_000}, "",
        "sales of the previous year: at most 30,000,000,000 KRW.",
    ),
    (
        "exports", {"min": "100000.50", "max": "5 000 000", "sources": ["kita"]},
        {"min": "100000.5", "max": 5_000_000, "sources": ["kita"]}, "",
        "exports of the previous year: 100,000.5 USD to 5,000,000 USD; proven by: export performance certificate.",
    ),
    ("employees", {"min": "0"}, {"min": 0}, "", "employees of the previous year: at least 0."),
    (
        "product", {"categories": "김\n화장품", "hs": "3304 2008"}, {"categories": ["김", "화장품"], "hs": ["3304", "2008"]}, "",
        "Has a product of: 김, 화장품, HS 3304, HS 2008.",
    ),
    (
        "answer", {"question": "sells", "equals": "sells:true"}, {"question": "sells", "equals": True}, "",
        "The answer to “Question sells” is: yes.",
    ),
    (
        "answer", {"question": "where", "equals": 'where:"c2"'}, {"question": "where", "equals": "c2"}, "",
        "The answer to “Question where” is: Shopee.",
    ),
    (
        "answer", {"question": "home", "equals": 'home:"CL"'}, {"question": "home", "equals": "CL"}, "",
        "The answer to “Question home” is: Chile.",
    ),
    (
        "answer", {"question": "plan", "at_least": "1,000", "at_most": "2000.5"},
        {"question": "plan", "at_least": 1000, "at_most": "2000.5"}, "",
        "The answer to “Question plan” is: 1,000 to 2,000.5.",
    ),
    (
        "answer", {"question": "plan", "at_least": "2025-05-30"}, {"question": "plan", "at_least": "2025-05-30"}, "",
        "The answer to “Question plan” is: at least 2025-05-30.",
    ),
    ("status", {}, {}, "", "not suspended or closed"),
    (
        "status", {"days": "14"}, {"days": 14}, "휴업·폐업 아님. 국세청 조회 결과는 14일까지 유효합니다.",
        "not suspended or closed; an answer of the tax office may be 14 days old.",
    ),
    ("tax", {}, {}, "", "no tax arrears"),
    (
        "tax", {"papers": ["TAX_LOC"], "days": "14"}, {"papers": ["TAX_LOC"], "days": 14}, "",
        "No arrears, shown by: local tax clearance. A tax clearance without a last day holds for 14 days.",
    ),
    (
        "tax", {"papers": ["INS4", "TAX_NAT"]}, {"papers": ["INS4", "TAX_NAT"]},
        "체납이 없음: 국세 납세증명서, 사회보험료(4대 보험) 완납증명서",
        "No arrears, shown by: national tax clearance, social insurance clearance.",
    ),
    ("size", {"sizes": ["micro", "small"]}, {"sizes": ["micro", "small"]}, "", "Size of the company: micro-enterprise, small enterprise."),
    (
        "marks", {"marks": ["credit_bad", "capital_impaired"], "cures": ["settled"], "days": "30"},
        {"marks": ["credit_bad", "capital_impaired"], "cures": ["settled"], "days": 30}, "",
        "None of these marks stands: bad credit record (taken away by: debt settled), complete capital impairment. A look-up may be"
        " 30 days old.",
    ),
    (
        "support",
        {"items": ["publicity"], "years": "3", "bodies": "KOTRA\n가상진흥원", "most_times": "1", "most_amount": "5,000,000", "money": "local"},
        {"items": ["publicity"], "years": 3, "bodies": ["KOTRA", "가상진흥원"], "most_times": 1, "most_amount": 5_000_000, "money": "local"},
        "",
        "Support for the same item within 3 years: publicity and advertising; at most 1 times; at most 5,000,000 KRW; by KOTRA,"
        " 가상진흥원; this program pays with: local money.",
    ),
    (
        "support", {"items": ["design"], "same_year": "on"}, {"items": ["design"], "same_year": True}, "",
        "Support for the same item in the same year: design development; at most 0 times.",
    ),
    ("look", {}, {}, "", "a person must look"),
]  # fmt: skip


def questions(call: Call) -> None:
    made.question(call, "sells", "yes_no")
    made.question(call, "where", "one", choices=[{"code": "c2", "ko": "쇼피", "en": "Shopee"}])
    made.question(call, "home", "country")
    made.question(call, "plan", "number")
    Country.objects.get_or_create(code="CL", defaults={"name_ko": "칠레", "name_en": "Chile"})


def test_each_kind_is_typed_in_its_fields_and_comes_back_as_it_was_typed(officer, call):
    """Typed, looked at first, saved, and saved once more unchanged: nothing is lost, nothing becomes something else."""
    questions(call)
    for number, (kind, typed, values, korean, english) in enumerate(TYPED, start=1):
        address = form_of(call, kind=kind)
        posted = {
            "as_of": "closing", "name_ko": f"요건 {number}", "name_en": f"Rule {number}", "source": f"공고 {number}",
            **{f"value_{name}": value for name, value in typed.items()},
        }  # fmt: skip
        if korean:
            preview = officer.post(address, {**posted, "preview": "1"})
            assert preview.context["said"] == (("ko", korean), ("en", english))
            assert Criterion.objects.filter(call=call).count() == number - 1
        assert officer.post(address, posted).status_code == 302
        criterion = Criterion.objects.get(call=call, name_ko=f"요건 {number}")
        assert (criterion.kind, criterion.values, criterion.code, criterion.position, criterion.as_of) == (
            kind, values, f"c{number}", number, "closing",
        )  # fmt: skip
        again = form_of(call, id=criterion.pk)
        assert officer.post(again, shown(officer, again)).status_code == 302
        before, after = criterion, Criterion.objects.get(pk=criterion.pk)
        assert [getattr(before, each.attname) for each in Criterion._meta.concrete_fields] == [
            getattr(after, each.attname) for each in Criterion._meta.concrete_fields
        ]
    page = officer.get(page_of(call))
    said = [(row.said[1][1], row.faults) for row in page.context["rows"]]
    assert said == [(english, ()) for _kind, _typed, _values, _korean, english in TYPED]


@pytest.mark.parametrize(
    ("typed", "heading"),
    [
        ({}, "No tax arrears"),
        ({"value_papers": ["INS4"]}, "No arrears, shown by: social insurance clearance."),
    ],
)
def test_a_criterion_of_clearances_is_headed_by_what_it_asks(officer, call, english, typed, heading):
    officer.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    criterion = add(officer, call, "tax", "체납", **typed)
    page = officer.get(form_of(call, id=criterion.pk)).content.decode()
    assert f'<p class="prose">{heading}</p>' in page


def test_what_stands_in_the_values_and_no_field_says_is_kept(officer, call):
    values = {"question": "gone", "equals": "c9", "note": "keep"}
    criterion = made.criterion(call, "old", "answer", values=values)
    address = form_of(call, id=criterion.pk)
    page = officer.post(address, {**shown(officer, address), "preview": "1"})
    assert page.context["form"].instance.values == values


REFUSED = [
    ("province", {}, "value_provinces", "시도를 하나 이상 선택해 주십시오."),
    ("age", {}, "value_min", "다음 중 하나 이상을 정해 주십시오: 하한(이상) / 상한(이하)."),
    ("age", {"value_min": "7", "value_max": "3"}, "value_max", "하한이 상한보다 큽니다."),
    ("age", {"value_min": "1.5"}, "value_min", "정수를 입력해 주십시오."),
    ("exports", {"value_min": "백만"}, "value_min", "숫자를 입력해 주십시오. 예: 5000000"),
    ("industry", {"value_exclude": "I5621 1056"}, "value_exclude", "업종코드는 영문 대문자 하나와 다섯 자리 이하의 숫자입니다."),
    ("industry", {"value_exclude": "R91"}, "value_exclude", "R91"),
    ("product", {"value_hs": "33a"}, "value_hs", "HS 코드"),
    ("answer", {"value_question": "sells", "value_equals": 'where:"c2"'}, "value_equals", "위에서 선택한 질문의 답을 선택해 주십시오."),
    ("status", {"as_of": "evaluation"}, "as_of", "첫 평가일"),
    ("status", {"code": "taken"}, "code", "다른 코드를 정해 주십시오."),
    ("status", {"name_ko": ""}, "name_ko", ""),
]  # fmt: skip


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(officer, call):
    questions(call)
    made.criterion(call, "taken", "look")
    for kind, typed, field, sentence in REFUSED:
        address = form_of(call, kind=kind)
        posted = {**shown(officer, address), "name_ko": "새 요건", "source": "공고 3", **typed}
        page = officer.post(address, posted)
        form, html = page.context["form"], page.content.decode()
        assert (list(form.errors), page.status_code in (400, 409)) == ([field], True)
        assert sentence in form.errors[field][0]
        for value in ("공고 3", *typed.values()):
            assert escape(value) in html
    assert list(call.criterions.values_list("code", flat=True)) == ["taken"]


def test_groups_are_made_filled_moved_and_taken_apart(officer, call):
    """Nobody types structure: a group takes what is ticked, a criterion says where it belongs, the list moves them."""
    first, second = (add(officer, call, "status", name) for name in ("가동 중", "확인"))
    group = add(officer, call, "any", "둘 중 하나", members=[str(first.pk), str(second.pk)])
    third = add(officer, call, "tax", "체납 없음", group=group)
    opposite = add(officer, call, "not", "반대", members=[str(third.pk)])
    page = officer.get(page_of(call))
    assert outline(page.context["rows"]) == ["c3", ["c1", "c2"], "c5", ["c4"]]
    assert page.context["rows"][1].takes_more is False
    assert [each.position for each in call.criterions.order_by("code")] == [2, 3, 1, 5, 4]

    address = form_of(call, id=first.pk)
    refused = officer.post(address, {**shown(officer, address), "group": str(opposite.pk)})
    assert (refused.status_code, list(refused.context["form"].errors)) == (409, ["group"])
    address = form_of(call, id=opposite.pk)
    refused = officer.post(address, {**shown(officer, address), "members": [str(third.pk), str(first.pk)]})
    assert (refused.status_code, list(refused.context["form"].errors)) == (409, ["members"])

    def move(code: str, to: str) -> None:
        done = officer.post(page_of(call, "move_criterion"), {"code": code, "to": to})
        assert done["Location"] == f"{page_of(call)}#{'c-' + code}"

    move("c5", "up")
    move("c5", "up")
    move("c1", "down")
    assert outline(officer.get(page_of(call)).context["rows"]) == ["c5", ["c4"], "c3", ["c2", "c1"]]
    # the group goes into the other group's place: what it held stays with it
    address = form_of(call, id=third.pk)
    assert officer.post(address, {**shown(officer, address), "group": ""}).status_code == 302
    address = form_of(call, id=group.pk)
    assert officer.post(address, {**shown(officer, address), "group": str(opposite.pk)}).status_code == 302
    assert outline(officer.get(page_of(call)).context["rows"]) == ["c5", ["c3", ["c2", "c1"]], "c4"]
    options = officer.get(form_of(call, id=opposite.pk)).context["form"].fields["group"].choices
    assert [str(key) for key, _label in options] == [""]
    # a “not” has no room for two: the group stays, and the page says why
    refused = officer.post(page_of(call, "drop_criterion"), {"code": "c3"})
    assert (refused.status_code, "하나만" in refused.content.decode()) == (409, True)
    address = form_of(call, id=opposite.pk)
    assert officer.post(address, {**shown(officer, address), "kind": "all"}).status_code == 302
    assert officer.post(page_of(call, "drop_criterion"), {"code": "c3"})["Location"] == page_of(call)
    assert outline(officer.get(page_of(call)).context["rows"]) == ["c5", ["c2", "c1"], "c4"]
    assert officer.post(page_of(call, "drop_criterion"), {"code": "c5"}).status_code == 302
    assert outline(officer.get(page_of(call)).context["rows"]) == ["c2", "c1", "c4"]


def test_a_new_kind_gets_its_fields_and_checks_by_its_declaration_alone(call, monkeypatch):
    """Nothing but the declaration is written."""
    monkeypatch.setitem(
        DECLARED, "look",
        Declared((Number("share", "몫", unit="%", most=100, is_required=True), Flag("is_new", "새것"))),
    )  # fmt: skip
    assert shape_faults("look", {"share": 101}) != []
    criterion = Criterion(call=call, kind="look")
    form = CriterionForm(
        {"value_share": "30", "value_is_new": "on", "as_of": "closing", "name_ko": "몫"},
        instance=criterion,
        siblings=[],
    )
    assert [(each.label, each.field.required) for each in form.own_fields] == [("몫", True), ("새것", False)]
    assert form.is_valid(), form.errors
    assert criterion.values == {"share": 30, "is_new": True}


def test_every_declared_parameter_has_a_field():
    """A type of parameter without a field would break the page for its kind."""
    call = programs.call()
    for kind in Criterion.Kind.values:
        form = CriterionForm(None, instance=Criterion(call=call, kind=kind), siblings=[])
        parameters: tuple[Parameter, ...] = DECLARED.get(kind, Declared()).parameters
        assert [each.name for each in form.own_fields] == (
            ["kind", "members"] if kind in Criterion.GROUPS else [f"value_{each.name}" for each in parameters]
        )


def test_the_list_costs_the_same_for_one_and_for_many(officer, call, django_assert_num_queries):
    questions(call)
    add(officer, call, "province", "지역", value_provinces=["11"])
    add(officer, call, "industry", "업종", value_exclude="I")
    add(officer, call, "answer", "판매", value_question="sells", value_equals="sells:true")
    group = add(officer, call, "any", "하나")
    add(officer, call, "tax", "체납", group=group)
    with django_assert_num_queries(QUERIES):
        officer.get(page_of(call))
    for number in range(3):
        add(officer, call, "province", f"지역 {number}", value_provinces=["26"])
        add(officer, call, "industry", f"업종 {number}", value_exclude="C10", group=group)
        add(officer, call, "any", f"하나 {number}")
    with django_assert_num_queries(QUERIES):
        officer.get(page_of(call))
    with django_assert_num_queries(FORM_QUERIES):
        officer.get(form_of(call, kind="province"))


QUERIES, FORM_QUERIES = 8, 5


def test_who_may_and_when(officer, call):
    criterion = add(officer, call, "status", "가동 중")
    auditor = Client()
    auditor.force_login(people.officer("auditor"))
    page = auditor.get(page_of(call))
    assert (page.status_code, page.context["form"]) == (200, None)
    assert auditor.get(form_of(call, kind="tax")).status_code in (403, 404)
    stranger = Client()
    stranger.force_login(people.officer("officer", "BBA"))
    for address in (page_of(call), form_of(call, id=criterion.pk)):
        assert stranger.get(address).status_code == 404
    assert stranger.post(page_of(call, "drop_criterion"), {"code": "c1"}).status_code == 404
    other = made.whole_call("BBA-MELI-CL-2025-9", "BBA")
    theirs = other.criterions.get()
    assert officer.get(form_of(call, id=theirs.pk)).status_code == 404
    assert officer.get(form_of(call, kind="moon")).status_code == 404
    Call.objects.filter(pk=call.pk).update(published_at=dt.datetime(2025, 5, 9, tzinfo=dt.UTC))
    page = officer.get(page_of(call))
    assert (page.context["form"], "그대로 둡니다" in page.content.decode()) == (None, True)
    assert officer.get(form_of(call, id=criterion.pk))["Location"] == page_of(call)
    for answer in (
        officer.post(form_of(call, kind="tax"), {"as_of": "closing", "name_ko": "체납"}),
        officer.post(page_of(call, "drop_criterion"), {"code": "c1"}),
    ):
        assert answer.status_code == 409
    assert [each.code for each in call.criterions.all()] == ["c1"]


def test_what_staff_allow_is_told_and_can_be_submitted(client, officer, call):
    """Plainly not met, and submitted all the same; without the staff's word it is refused."""
    seoul = add(officer, call, "province", "서울", value_provinces=["11"], can_apply_unmet="on")
    made.consent_text()
    Call.objects.filter(pk=call.pk).update(published_at=dt.datetime(2025, 5, 9, tzinfo=dt.UTC))
    call.refresh_from_db()
    company = register.company(3, province_code="26")
    draft = made.filled(call, company)
    client.force_login(register.member(company))
    page = client.get(reverse("application_check", kwargs={"pk": draft.pk}))
    assert "그래도 제출할 수 있습니다." in page.content.decode()
    assert page.context["check"].can_submit is True
    Criterion.objects.filter(pk=seoul.pk).update(can_apply_unmet=False)
    assert (
        client.get(reverse("application_check", kwargs={"pk": draft.pk})).context["check"].can_submit is False
    )


def test_questions_are_chosen_by_what_they_ask(officer, call):
    questions(call)
    Question.objects.filter(call=call, code="sells").update(label_ko="해외에 팝니까?")
    with translation.override("ko"):
        form = officer.get(form_of(call, kind="answer")).context["form"]
        assert ("sells", "sells 해외에 팝니까?") in form.fields["value_question"].choices


def test_answers_that_cannot_be_compared_are_named_and_keep_the_call_from_being_published(officer, call):
    """An amount whose currency the company chooses is no number of the rule's currency; a choice that was taken out of the
    list would bar everybody."""
    sales = made.question(call, "sales", "money")
    where = made.question(call, "where", "one", choices=[{"code": "c2", "ko": "쇼피", "en": "Shopee"}])
    address = form_of(call, kind="answer")
    typed = {"as_of": "closing", "name_ko": "매출", "value_question": "sales", "value_at_least": "1000"}
    refused = officer.post(address, typed)
    assert refused.status_code in (200, 409)
    assert list(refused.context["form"].errors) == ["value_question"]
    Question.objects.filter(pk=sales.pk).update(currency="KRW")
    assert officer.post(address, typed).status_code == 302
    chosen = {**typed, "name_ko": "판매처", "value_question": "where", "value_equals": 'where:"c2"'}
    del chosen["value_at_least"]
    assert officer.post(address, chosen).status_code == 302
    assert [fault for row in officer.get(page_of(call)).context["rows"] for fault in row.faults] == []

    Question.objects.filter(pk=sales.pk).update(currency="")
    Question.objects.filter(pk=where.pk).update(choices=[{"code": "c3", "ko": "큐텐", "en": "Qoo10"}])
    assert [len(row.faults) for row in officer.get(page_of(call)).context["rows"]] == [1, 1]
    publish = reverse("admin:programs_call_publish", args=[call.pk])
    said = officer.post(publish)
    assert said.status_code == 409
    for criterion in call.criterions.all():
        assert criterion.code in said.content.decode()
    call.refresh_from_db()
    assert call.published_at is None
