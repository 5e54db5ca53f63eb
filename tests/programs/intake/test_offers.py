"""What a company gave before is offered again with its day, taken over by a press, and never by itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from companies.models import Certificate, Company, Contact, Product
from ground import files
from programs.domain import intake, intake_documents, intake_drafts, on_behalf
from programs.domain.intake_drafts import AnswerValue
from programs.models import Answer, Application, Call, Document, Draft
from programs.queries.earlier import earlier_answers
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.intake import question_of as of
from tests.factories.intake import refused
from tests.factories.passing import passed

pytestmark = pytest.mark.django_db
LIST = [{"code": "cl", "ko": "칠레", "en": "Chile"}, {"code": "vn", "ko": "베트남", "en": "Viet Nam"}]


@pytest.fixture(autouse=True)
def during(move_clock: Any) -> Any:
    move_clock(made.DURING)


def asking(call: Call, *rows: tuple[str, str, dict[str, Any]]) -> Call:
    for position, (code, kind, fields) in enumerate(rows, start=1):
        made.question(call, code, kind, position=position, is_required=False, **fields)
    return call


def given(answers: dict[str, AnswerValue], *rows: Any, code: str = "", company: Any = None) -> Application:
    """An application to the Seoul agency that was handed in with these answers."""
    call = asking(made.whole_call(code), *rows)
    draft = made.filled(call, company)
    by = register.member(draft.company)
    intake_drafts.save_answers(draft, {of(call, each).pk: value for each, value in answers.items()}, by=by)
    intake.submit(draft, by=by, form_key=uuid4())
    return Application.objects.get(pk=draft.pk)


def questions(client: Any, draft: Application, **typed: Any) -> Any:
    """The page, or what is sent to it with the version that the page shows."""
    client.force_login(register.member(draft.company))
    address = f"/applications/{draft.pk}/questions/"
    if not typed:
        return client.get(address)
    kept = Draft.objects.filter(application=draft, step="questions").first()
    return client.post(address, {"version": str(kept.version if kept else 0), **typed})


def offered(page: Any) -> dict[str, list[tuple[str, str]]]:
    """What stands beside each field: as a reader sees it, with why not."""
    return {
        code: [(each.shown, str(each.why_not)) for each in part.offers]
        for code, part in page.context["offers"].beside.items()
    }


def taken(page: Any) -> set[str]:
    return {code for code, part in page.context["offers"].beside.items() if part.taken}


ROWS = (
    ("market", "one", {"choices": LIST}),
    ("sales", "money", {"currency": "USD"}),
    ("staff", "number", {}),
    ("q7", "short", {"label_ko": "대표 상품"}),
)
ANSWERS = {
    "market": AnswerValue(codes=("cl",)),
    "sales": AnswerValue(amount=Decimal("1200.50"), currency="USD"),
    "staff": AnswerValue(number=Decimal(12)),
    "q7": AnswerValue(text="김치"),
}


def test_an_earlier_answer_is_offered_and_taken_over_by_a_press_only(client, english):
    programs.currency("USD")
    earlier = given(ANSWERS, *ROWS)
    call = asking(
        made.whole_call(agency_code="GBSA"),
        ("market", "one", {"choices": LIST[1:]}),
        ("sales", "money", {"currency": "KRW"}),
        ("staff", "number", {"most": 10}),
        ("q7", "short", {"label_ko": "전혀 다른 질문"}),
        ("goods", "long", {"label_ko": "대표 상품"}),
    )
    draft = made.begun(call)
    page = questions(
        client,
        draft,
    )
    assert offered(page) == {
        "plan": [("칠레에서 팝니다.", "")],
        "market": [("Chile", "It names an option that is not offered here.")],
        "sales": [("USD 1,200.50", "It is in USD; this question asks for KRW.")],
        "staff": [("12", "At most 10.")],
        "q7": [],
        "goods": [("김치", "")],
    }
    assert "Given on 20 May 2025 for “Call for companies” (" in page.content.decode()
    assert page.context["form"].initial == {}
    assert not Answer.objects.filter(application=draft).exists()

    plan = page.context["offers"].beside["plan"].offers[0].key
    answer = questions(client, draft, take=plan, q_staff="3", q_plan="")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/applications/{draft.pk}/questions/#beside-plan",
    )
    page = questions(client, draft)
    shown = page.context["form"].initial
    assert (shown["q_plan"], shown["q_staff"], taken(page)) == ("칠레에서 팝니다.", "3", {"plan"})
    assert page.context["offers"].beside["plan"].taken.application == earlier
    assert not Answer.objects.filter(application=draft).exists()

    assert questions(client, draft, q_plan="칠레에서 팝니다.", q_staff="3").status_code == 302
    assert (
        taken(questions(client, draft)),
        Answer.objects.get(question=of(call, "plan"), application=draft).text,
    ) == (
        {"plan"},
        "칠레에서 팝니다.",
    )
    assert questions(client, draft, q_plan="베트남에서 팝니다.", q_staff="3").status_code == 302
    assert taken(questions(client, draft)) == set()

    unfit = page.context["offers"].beside["market"].offers[0].key
    for key in (plan, unfit, "all"):
        assert questions(client, draft, take=key, q_plan="베트남에서 팝니다.", q_staff="3").status_code == 409
    assert Answer.objects.get(question=of(call, "plan"), application=draft).text == "베트남에서 팝니다."


def test_all_of_the_last_application_is_taken_over_in_one_press_unless_another_window_was_newer(
    client, move_clock
):
    programs.currency("USD")
    given(ANSWERS, *ROWS)
    move_clock(made.DURING + dt.timedelta(days=2))
    last = given(
        {"market": AnswerValue(codes=("vn",)), "staff": AnswerValue(number=Decimal(15))},
        *ROWS,
        code="SBA-MELI-CL-2025-2",
    )
    draft = made.begun(asking(made.whole_call(agency_code="GBSA"), *ROWS))
    page = questions(client, draft)
    assert offered(page)["staff"] == [("15", ""), ("12", "")]
    assert {each.name: each.values for each in page.context["offers"].last} == {
        "q_plan": {"q_plan": "칠레에서 팝니다."},
        "q_market": {"q_market": "vn"},
        "q_staff": {"q_staff": "15"},
    }
    assert {each.source.application for each in page.context["offers"].last} == {last}

    intake_drafts.keep_typing(
        draft, "questions", {"q_staff": "7"}, version=0, by=register.member(draft.company)
    )
    answer = client.post(f"/applications/{draft.pk}/questions/", {"version": "0", "take": "all"})
    assert (answer.status_code, Draft.objects.get(application=draft, step="questions").typed) == (
        409,
        {"q_staff": "7"},
    )

    assert questions(client, draft, take="all", q_staff="7").status_code == 302
    page = questions(client, draft)
    typed = {
        name: value for name, value in page.context["form"].initial.items() if name.startswith("q_") and value
    }
    assert typed == {"q_plan": "칠레에서 팝니다.", "q_market": "vn", "q_staff": "7"}
    assert taken(page) == {"plan", "market"}


def test_an_earlier_document_is_handed_in_again_as_a_file_of_its_own(
    client, django_capture_on_commit_callbacks
):
    call = made.whole_call()
    made.document(call, "tax", has_validity=True, certificate_kind="TAX_NAT")
    earlier = made.filled(call)
    by = register.member(earlier.company)
    intake.submit(earlier, by=by, form_key=uuid4())
    given_tax = Document.objects.get(application=earlier, required__code="tax")
    new = made.whole_call(agency_code="GBSA")
    clearance = made.document(new, "clearance", has_validity=True, certificate_kind="TAX_NAT", position=1)
    draft = made.begun(new)
    client.force_login(by)
    address = f"/applications/{draft.pk}/documents/"
    page = client.get(address)
    assert offered_files(page) == {
        "biz-reg": [("사업자등록증.pdf", True)],
        "clearance": [("사업자등록증.pdf", True)],
    }

    key = f"clearance:{given_tax.pk}"
    answer = client.post(address, {"version": "0", "take": key, "from_clearance": "", "until_clearance": ""})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}#beside-clearance")
    checked = draft.version
    draft.refresh_from_db()
    assert draft.version == checked + 1  # who checked it before does not submit it unseen
    copy = Document.objects.select_related("file").get(application=draft)
    assert (copy.required, copy.valid_from, copy.valid_until, copy.state) == (
        clearance, dt.date(2025, 5, 1), dt.date(2025, 12, 31), "unchecked",
    )  # fmt: skip
    assert (copy.file.sha256, copy.file.passage) == (given_tax.file.sha256, given_tax.file.passage)
    page = client.get(address)
    assert taken(page) == {"clearance"}
    assert page.context["form"]["until_clearance"].value() == dt.date(2025, 12, 31)
    with refused("already_there"):
        intake_documents.take_over(draft, clearance, given_tax, by=by)

    with django_capture_on_commit_callbacks(execute=True):
        files.remove_bytes(given_tax.file)
    with files.open_bytes(copy.file) as stream:
        assert stream.read() == made.PDF
    intake_documents.take_away(draft, clearance, by=by)
    assert offered_files(client.get(address))["clearance"] == []
    with refused("not_offered"):
        intake_documents.take_over(draft, clearance, given_tax, by=by)


def offered_files(page: Any) -> dict[str, list[tuple[str, bool]]]:
    return {
        code: [(each.shown, not each.why_not) for each in part.offers]
        for code, part in page.context["offers"].beside.items()
    }


def test_a_document_that_does_not_count_any_more_is_not_handed_in_again(client, english):
    earlier = made.submitted(made.whole_call()).application
    draft = made.begun(made.whole_call(agency_code="GBSA"))
    client.force_login(register.member(draft.company))
    for fields, there in (
        ({"valid_until": dt.date(2025, 5, 30)}, [("사업자등록증.pdf", True)]),
        ({"valid_until": dt.date(2025, 5, 29)}, [("사업자등록증.pdf", False)]),
        ({"valid_until": None, "state": "refused", "refused_because": "흐림"}, []),
    ):
        Document.objects.filter(application=earlier).update(**fields)
        page = client.get(f"/applications/{draft.pk}/documents/")
        assert offered_files(page) == {"biz-reg": there}
        assert ("It is valid until 29 May 2025 only" in page.content.decode()) == (
            there[-1:] == [("사업자등록증.pdf", False)]
        )
    with refused("not_offered"):
        intake_documents.take_over(
            draft, draft.call.requireddocuments.get(), Document.objects.get(application=earlier),
            by=register.member(draft.company),
        )  # fmt: skip


def test_a_certificate_of_the_company_s_record_is_offered_with_its_days(client, english):
    """Of the kind asked for, valid on the closing day (30 May 2025), not refused by the agency; to members only."""
    earlier = made.submitted(made.whole_call()).application
    company, by = earlier.company, register.member(earlier.company)

    def held(name: str, kind: str = "TAX_NAT", of: Any = company, **more: Any) -> Certificate:
        content = ContentFile(made.PDF + name.encode(), name=name)
        file = passed(files.keep(content, kind="document")) if name else None
        fields = {"state": "unchecked", "number": name, "valid_until": dt.date(2025, 5, 30), **more}
        return register.certificate(of, kind, file=file, **fields)

    fits = held("국세.pdf", issued_on=dt.date(2025, 5, 1))
    held("", valid_until=dt.date(2025, 8, 1))
    over = held("지난 것.pdf", valid_until=dt.date(2025, 5, 29))
    refused_one = held("흐린 것.pdf", state="refused", agency_code="GBSA")
    other_kind = held("지방세.pdf", "TAX_LOC")
    foreign = held("남의 것.pdf", of=register.company(2))
    new = made.whole_call(agency_code="GBSA")
    tax = made.document(new, "tax", has_validity=True, certificate_kind="TAX_NAT", position=1)
    draft = made.begun(new)
    client.force_login(by)
    address = f"/applications/{draft.pk}/documents/"
    page = client.get(address)
    assert offered_files(page) == {
        "biz-reg": [("사업자등록증.pdf", True)],
        "tax": [("국세.pdf", True), ("national tax clearance", False)],
    }
    text = " ".join(page.content.decode().split())
    assert "A certificate in your company's record · issued on 1 May 2025 · valid until 30 May 2025" in text
    assert "The record holds no file of it. Choose the file here." in text

    for each in (over, refused_one, other_kind, foreign):
        with refused("not_offered"):
            intake_documents.take_over(draft, tax, each, by=by)
    answer = client.post(address, {"version": "0", "take": f"tax:{fits.pk}", "from_tax": "", "until_tax": ""})
    assert (answer.status_code, answer["Location"]) == (302, f"{address}#beside-tax")
    copy = Document.objects.select_related("file").get(application=draft)
    assert (copy.required, copy.issued_on, copy.valid_from, copy.valid_until, copy.state) == (
        tax, dt.date(2025, 5, 1), dt.date(2025, 4, 1), dt.date(2025, 5, 30), "unchecked",
    )  # fmt: skip
    assert (copy.file.pk == fits.file_id, copy.file.sha256) == (False, fits.file.sha256)
    assert client.get(address).context["offers"].beside["tax"].taken.certificate == fits

    # Staff who enter an application for the company see nothing of its record here.
    officer = people.officer(agency_code="GBSA")
    register.member(foreign.company)
    entered = on_behalf.begin(
        new, foreign.company.business_number, channel="phone", reason="전화", by=officer, form_key=uuid4()
    )
    client.force_login(officer)
    page = client.get(f"/applications/{entered.pk}/documents/")
    assert offered_files(page) == {"biz-reg": [], "tax": []}
    with refused("not_offered"):
        intake_documents.take_over(entered, tax, foreign, by=officer)


def test_the_profile_and_the_last_person_in_charge_are_offered(client, english):
    given({"told": AnswerValue(text="수원시 2")}, ("told", "long", {"asks_for": "address"}))
    company = register.company()
    company.places.update(address="서울시 마포구 1")
    Company.objects.filter(pk=company.pk).update(
        website="https://firm.example",
        name_en="Naru Ltd",
        corporate_number="1101111234567",
        opened_on="2020-03-02",
    )
    Product.objects.create(company=company, code="K-1", name_ko="김치", name_en="Kimchi")
    Contact.objects.create(
        company=company, kind="export", name="수출담당", email="e@firm.example", phone="02-555-0000"
    )
    call = asking(
        made.whole_call(agency_code="GBSA"),
        ("where", "short", {"asks_for": "address"}),
        ("unsaid", "short", {"label_ko": "본사 주소"}),
        ("goods", "products", {}),
        ("web", "long", {"asks_for": "website"}),
        ("name", "short", {"asks_for": "name_en"}),
        ("number", "short", {"asks_for": "corporate_number"}),
        ("since", "day", {"asks_for": "opened_on"}),
        ("ceo", "short", {"asks_for": "representative"}),
        ("phone", "short", {"asks_for": "phone"}),
        ("mail", "short", {"asks_for": "email"}),
    )
    draft = made.begun(call)
    page = questions(client, draft)
    assert offered(page) == {
        "plan": [("칠레에서 팝니다.", "")], "where": [("수원시 2", ""), ("서울시 마포구 1", "")], "unsaid": [],
        "goods": [("Kimchi (K-1)", "")], "web": [("https://firm.example", "")], "name": [("Naru Ltd", "")],
        "number": [("1101111234567", "")], "since": [("2020-03-02", "")], "ceo": [("나루터", "")],
        "phone": [("02-555-0000", "")], "mail": [("e@firm.example", "")],
    }  # fmt: skip
    assert questions(client, draft, take="goods:profile").status_code == 302
    page = questions(client, draft)
    assert (taken(page), len(page.context["form"].initial["q_goods"])) == ({"goods"}, 1)

    address = f"/applications/{draft.pk}/contact/"
    offers = client.get(address).context["offers"].beside["contact"].offers
    assert [each.shown for each in offers] == [
        "나들목 · person@firm.example · 02-123-4567",
        "수출담당 · e@firm.example · 02-555-0000",
        "나루터 · ceo1@firm.example",
    ]
    assert client.post(address, {"version": "0", "take": offers[0].key}).status_code == 302
    page = client.get(address)
    assert (page.context["form"]["contact_phone"].value(), taken(page)) == ("02-123-4567", {"contact"})
    draft.refresh_from_db()
    assert draft.contact_phone == ""


def test_only_what_the_company_handed_in_is_offered_to_those_who_may_see_it():
    """Neither another company's answers, nor a draft of a colleague, nor to staff what another agency received."""
    rows = (("staff", "number", {}),)
    number = {"staff": AnswerValue(number=Decimal(12))}
    given(number, *rows, company=register.company(2))
    mine = given(number, *rows)
    call = asking(made.whole_call(agency_code="GBSA"), *rows)
    draft = made.begun(call)
    asked = list(call.questions.all())

    def seen(reader: Any) -> set[Any]:
        found = earlier_answers(draft, reader, asked)
        return {each.application for answers in found.values() for each in answers}

    assert seen(register.member(draft.company)) == {mine}
    assert seen(people.officer(agency_code="GBSA")) == set()
    assert seen(people.officer(agency_code="SBA")) == {mine}
    assert seen(register.member(register.company(2))) == set()
    intake.recall(mine, by=register.member(draft.company))
    assert seen(register.member(draft.company)) == set()


def test_offers_cost_the_same_for_one_and_for_many_questions(client, django_assert_num_queries):
    earlier = given({})
    draft = made.begun(made.whole_call(agency_code="GBSA"))
    assert offered(questions(client, draft)) == {"plan": [("칠레에서 팝니다.", "")]}
    for serial in range(6):
        for each in (earlier, draft):
            made.question(each.call, f"more{serial}", "number")
        Answer.objects.create(
            application=earlier,
            call=earlier.call,
            question=of(earlier.call, f"more{serial}"),
            number=Decimal(1),
        )
        if serial in {0, 5}:
            with django_assert_num_queries(11):
                page = client.get(f"/applications/{draft.pk}/questions/")
            assert sum(map(len, offered(page).values())) == serial + 2
