"""The form of a call: sections, conditions, limits, countries, the company's products and files in it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from companies.models import Product
from ground.models import Country
from programs.domain import intake, intake_check, intake_drafts, planning
from programs.domain.eligibility import assess
from programs.domain.intake_drafts import AnswerValue, Line
from programs.models import (
    Answer,
    Application,
    Call,
    Document,
    Draft,
    ProductLine,
    Question,
    RequiredDocument,
    Section,
)
from tests.conftest import moved_to, standing_on
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.intake import question_of as of
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db


def prepare(folder: Path) -> Application:
    """A draft in which nothing is missing but the answers about exports."""
    moved_to(made.DURING)
    return made.filled(exporters())


def with_products(folder: Path) -> Application:
    """A draft in which only the rows of products are missing."""
    moved_to(made.DURING)
    programs.currency("USD")
    return made.filled(call_with({"code": "sells", "kind": "products"}))


def nothing(folder: Path) -> None:
    moved_to(made.DURING)


@pytest.fixture(autouse=True)
def application(made_before: Any) -> Any:
    return made_before


def call_with(*questions: dict[str, Any]) -> Call:
    """A call whose questions stand in this order, each saved as staff save it; its question `plan` is gone."""
    call = made.whole_call()
    call.questions.all().delete()
    Call.objects.filter(pk=call.pk).update(published_at=None)
    for position, fields in enumerate(questions):
        planning.save_call_part(
            Question(call=call, position=position, label_ko=f"질문 {fields['code']}", **fields),
            by=people.officer(),
        )
    Call.objects.filter(pk=call.pk).update(published_at=made.DURING)
    return Call.objects.get(pk=call.pk)


def exporters(**more: Any) -> Call:
    """Whether they export; if so where, and if to Chile how much."""
    Country.objects.get_or_create(code="CL", defaults={"name_ko": "칠레", "name_en": "Chile"})
    Country.objects.get_or_create(code="VN", defaults={"name_ko": "베트남", "name_en": "Viet Nam"})
    call = call_with({"code": "exports", "kind": "yes_no"})
    Call.objects.filter(pk=call.pk).update(published_at=None)
    rows = (
        ("where", "country", {"asked_if": [{"question": "exports", "how": "yes"}]}),
        ("much", "number", {"asked_if": [{"question": "where", "how": "one_of", "codes": ["CL"]}], **more}),
    )
    for position, (code, kind, fields) in enumerate(rows, start=1):
        planning.save_call_part(
            Question(call=call, code=code, kind=kind, position=position, label_ko=f"질문 {code}", **fields),
            by=people.officer(),
        )
    Call.objects.filter(pk=call.pk).update(published_at=made.DURING)
    return Call.objects.get(pk=call.pk)


def send(client: Any, application: Application, **typed: Any) -> Any:
    client.force_login(register.member(application.company))
    draft = Draft.objects.filter(application=application, step="questions").first()
    version = str(draft.version if draft else 0)
    return client.post(f"/applications/{application.pk}/questions/", {"version": version, **typed})


def mends(application: Application) -> list[str]:
    return [each.anchor for each in intake_check.examine(application).mends if each.step == "questions"]


def client_page(client: Any, application: Application) -> str:
    client.force_login(register.member(application.company))
    return str(client.get(f"/applications/{application.pk}/questions/").content.decode())


@standing_on(nothing)
@pytest.mark.parametrize(
    ("kind", "fields", "typed", "is_wrong"),
    [
        ("number", {"least": 1, "most": 10}, "0.9", True),
        ("number", {"least": 1, "most": 10}, "10", False),
        ("number", {"most": 10}, "10.1", True),
        ("money", {"least": 100, "currency": "KRW"}, "99", True),
        ("money", {"least": 100, "currency": "KRW"}, "100", False),
        ("money", {"most": 100, "currency": "KRW"}, "-1", True),
        ("short", {"max_length": 3}, "가나다라", True),
    ],
)
def test_limits(client, kind, fields, typed, is_wrong):
    programs.currency("KRW")
    application = made.begun(call_with({"code": "it", "kind": kind, **fields}))
    page = send(client, application, q_it=typed)
    assert page.status_code == (200 if is_wrong else 302)
    if is_wrong:
        assert list(page.context["form"].errors) == ["q_it"]


@standing_on(nothing)
def test_sections_are_headings_in_their_order(client):
    call = made.whole_call()
    Call.objects.filter(pk=call.pk).update(published_at=None)
    second, first = (
        planning.save_call_part(Section(call=call, title_ko=title, position=position), by=people.officer())
        for title, position in (("수출", 2), ("회사", 1))
    )
    for section, code in ((second, "late"), (first, "early")):
        made.question(call, code, "short", section=section, position=0)
    Call.objects.filter(pk=call.pk).update(published_at=made.DURING)
    assert (second.code, first.code) == ("s1", "s2")
    application = made.begun(Call.objects.get(pk=call.pk))
    client.force_login(register.member(application.company))
    form = client.get(f"/applications/{application.pk}/questions/").context["form"]
    assert [
        (str(section or ""), [each.question.code for each in asked]) for section, asked in form.parts
    ] == [
        ("", ["plan"]),
        ("회사", ["early"]),
        ("수출", ["late"]),
    ]


def product(application: Application, code: str) -> Product:
    return Product.objects.create(company=application.company, code=code, name_ko=f"상품 {code}")


@standing_on(with_products)
def test_product_rows_are_typed_lines(client, application):
    assert mends(application) == ["id_q_sells_0_product"]
    one, two = product(application, "A1"), product(application, "B2")
    typed = {
        "q_sells_0_product": str(one.pk), "q_sells_0_quantity": "1,200", "q_sells_0_price": "9.5",
        "q_sells_0_currency": "USD", "q_sells_2_product": str(two.pk),
    }  # fmt: skip
    assert send(client, application, **typed).status_code == 302
    assert list(
        ProductLine.objects.values_list("product", "position", "quantity", "price_amount", "currency")
    ) == [
        (one.pk, 0, Decimal(1200), Decimal("9.5"), "USD"),
        (two.pk, 1, None, None, ""),
    ]
    assert mends(application) == []
    submission = intake.submit(application, by=register.member(application.company), form_key=uuid4())
    assert submission.content["answers"][0]["lines"] == [
        {"product": "A1", "name_ko": "상품 A1", "quantity": "1200", "price": "9.5", "currency": "USD"},
        {"product": "B2", "name_ko": "상품 B2", "quantity": None, "price": None, "currency": ""},
    ]


@standing_on(with_products)
def test_product_rows_have_their_limits(client, application):
    one = product(application, "A1")
    for typed in (
        {"q_sells_0_quantity": "3"},
        {"q_sells_0_product": str(one.pk), "q_sells_0_price": "3"},
        {"q_sells_0_product": str(one.pk), "q_sells_0_quantity": "-3"},
        {"q_sells_0_product": str(one.pk), "q_sells_1_product": str(one.pk)},
        {"q_sells_0_product": str(uuid4())},
        {},
    ):
        page = send(client, application, **typed)
        assert (page.status_code, list(page.context["form"].errors)) == (200, ["q_sells"])
    assert not ProductLine.objects.exists()


@standing_on(with_products)
def test_products_of_another_company_are_refused(application):
    call = application.call
    foreign = Product.objects.create(company=register.company(7), code="X", name_ko="남의 상품")
    with refused("unknown_product"):
        intake_drafts.save_answers(
            application,
            {of(call, "sells").pk: AnswerValue(lines=(Line(foreign.pk),))},
            by=register.member(application.company),
        )


@standing_on(with_products)
def test_a_saved_product_stays_after_it_was_taken_out_of_use(client, application):
    one, two, other = (product(application, code) for code in ("A1", "B2", "C3"))
    typed = {
        "q_sells_0_product": str(one.pk), "q_sells_0_quantity": "12", "q_sells_1_product": str(two.pk),
    }  # fmt: skip
    assert send(client, application, **typed).status_code == 302
    Product.objects.filter(pk__in=(one.pk, other.pk)).update(disabled_on="2025-05-01")
    field = client.get(f"/applications/{application.pk}/questions/").context["form"].fields["q_sells"]
    assert list(field.products) == [str(one.pk), str(two.pk)]
    assert send(client, application, **typed).status_code == 302
    assert list(ProductLine.objects.values_list("product", "quantity")) == [
        (one.pk, Decimal(12)),
        (two.pk, None),
    ]
    refused_row = send(client, application, q_sells_0_product=str(other.pk))
    assert list(refused_row.context["form"].errors) == ["q_sells"]


@standing_on(with_products)
def test_rows_are_kept_while_they_are_typed(client, application):
    one = product(application, "A1")
    client.force_login(register.member(application.company))
    typed = {"q_sells_1_product": str(one.pk), "q_sells_1_quantity": "12a"}
    client.post(f"/applications/{application.pk}/keep/questions/", {"version": "1", **typed})
    rows = Draft.objects.get(application=application, step="questions").typed["q_sells"]
    assert rows == [{"product": str(one.pk), "quantity": "12a", "price": "", "currency": ""}]
    assert 'value="12a"' in client.get(f"/applications/{application.pk}/questions/").content.decode()


@standing_on(nothing)
def test_a_file_is_a_document_of_its_question(client):
    call = call_with({"code": "has", "kind": "yes_no"}, {"code": "catalog", "kind": "file"})
    Question.objects.filter(call=call, code="catalog").update(asked_if=[{"question": "has", "how": "yes"}])
    required = RequiredDocument.objects.get(question__code="catalog")
    assert (required.code, required.name_ko, required.is_required) == ("catalog", "질문 catalog", True)
    application = made.filled(call)
    Document.objects.filter(required=required).delete()
    assert send(client, application, q_has="no").status_code == 302
    assert mends(application) == []
    page = send(client, application, q_has="yes")
    assert list(page.context["form"].errors) == ["q_catalog"]
    assert send(client, application, q_has="yes", q_catalog=made.pdf("목록.pdf")).status_code == 302
    assert Document.objects.get(required=required).file.name == "목록.pdf"
    assert send(client, application, q_has="yes").status_code == 302
    page = client.get(f"/applications/{application.pk}/documents/")
    assert [each.code for each in page.context["form"].required] == ["biz-reg"]
    assert send(client, application, q_has="no").status_code == 302
    intake.submit(application, by=register.member(application.company), form_key=uuid4())
    assert Document.objects.get(required=required).replaced_at is not None


def boxes(client: Any, application: Application, language: str = "ko") -> list[str]:
    """What the page says at the boxes that take a file back."""
    client.cookies["django_language"] = language
    page = client.get(f"/applications/{application.pk}/questions/")
    client.cookies["django_language"] = "ko"
    found = [each.remove for each in page.context["form"].asked if each.remove]
    assert all(str(each) in page.content.decode() for each in found)
    return [str(each.label) for each in found]


@standing_on(nothing)
def test_an_optional_file_can_be_taken_back(client):
    call = call_with(
        {"code": "note", "kind": "short"},
        {"code": "catalog", "kind": "file", "is_required": False},
        {"code": "photo", "kind": "file"},
    )
    application = made.filled(call)
    catalog = RequiredDocument.objects.get(question__code="catalog")
    there = Document.objects.filter(required=catalog, replaced_at__isnull=True)
    client.force_login(register.member(application.company))
    assert boxes(client, application) == []
    assert send(client, application, q_note="가", q_catalog=made.pdf("목록.pdf")).status_code == 302
    assert boxes(client, application) == ["이 서류를 내지 않습니다"]
    assert boxes(client, application, "en") == ["Do not hand this in"]
    assert send(client, application, q_note="가", q_photo_remove="on").status_code == 302
    assert Document.objects.filter(replaced_at__isnull=True).count() == 3  # with the registration certificate
    old = send(client, application, q_note="가", q_catalog_remove="on", version="0")
    assert (old.status_code, there.count()) == (409, 1)
    page = send(client, application, q_note="", q_catalog_remove="on")
    assert (list(page.context["form"].errors), there.count()) == (["q_note"], 0)
    assert [each.remove for each in page.context["form"].asked] == [None, None, None]
    assert boxes(client, application) == []
    assert Document.objects.get(required=catalog).file.name == "목록.pdf"


@standing_on(nothing)
def test_a_missing_file_is_said_at_its_question_after_the_code_changed():
    call = call_with({"code": "catalog", "kind": "file"})
    application = made.filled(call)
    Document.objects.filter(required__question__isnull=False).delete()
    Question.objects.filter(call=call).update(code="list")
    assert mends(application) == ["id_q_list"]


def test_a_criterion_sees_a_country_by_its_code(application):
    call = application.call
    chile = made.criterion(
        call, "to-chile", "answer", values={"question": "where", "equals": "CL"}, name_ko="칠레"
    )
    by = register.member(application.company)
    for code, expected in (("CL", "met"), ("VN", "not_met")):
        intake_drafts.save_answers(
            application,
            {
                of(call, "exports").pk: AnswerValue(is_yes=True),
                of(call, "where").pk: AnswerValue(codes=(code,)),
            },
            by=by,
        )
        found = {each.criterion.pk: each.outcome for each in assess(application)}
        assert found[chile.pk] == expected


@standing_on(nothing)
def test_what_is_asked_of_those_selected_is_not_missed_before(client, move_clock):
    call = call_with(
        {"code": "plan", "kind": "short"}, {"code": "account", "kind": "short", "stage": "selected"}
    )
    application = made.filled(call)
    assert mends(application) == ["id_q_plan"]
    assert send(client, application, q_plan="계획").status_code == 302
    form = client.get(f"/applications/{application.pk}/questions/").context["form"]
    assert [each.code for each in form.questions] == ["plan"]
    intake.submit(application, by=register.member(application.company), form_key=uuid4())
    later = {of(call, "account").pk: AnswerValue(text="123-45")}
    by = register.member(application.company)
    with refused("not_asked_yet"):
        intake_drafts.save_later_answers(application, later, by=by)
    Application.objects.filter(pk=application.pk).update(status="selected")
    Call.objects.filter(pk=call.pk).update(decided_at=made.AFTER, released_at=made.AFTER)
    address = f"/applications/{application.pk}/papers/"
    assert address in client.get(f"/applications/{application.pk}/").content.decode()
    page = client.get(address)
    assert [each.code for each in page.context["asked"].questions] == ["account"]
    page = client.post(f"/applications/{application.pk}/papers/", {"q_account": ""})
    assert list(page.context["asked"].errors) == ["q_account"]
    assert client.post(f"/applications/{application.pk}/papers/", {"q_account": "123-45"}).status_code == 302
    assert Answer.objects.get(question__code="account").text == "123-45"
    with refused("unknown_question"):
        intake_drafts.save_later_answers(application, {of(call, "plan").pk: AnswerValue(text="x")}, by=by)
    # Of two members the later one is told, with what they typed still there, and decides.
    seen = client.get(address).context["seen"]
    assert client.post(address, {"q_account": "from one", "seen": seen}).status_code == 302
    page = client.post(address, {"q_account": "from two", "seen": seen})
    assert Answer.objects.get(question__code="account").text == "from one"
    text = page.content.decode()
    assert ("from two" in text, "그사이 다른 사람이" in text) == (True, True)
    assert client.post(address, {"q_account": "from two", "seen": page.context["seen"]}).status_code == 302
    assert Answer.objects.get(question__code="account").text == "from two"
