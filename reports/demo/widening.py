"""A third call, still open: rules of more kinds, a form in sections, questions and answers, a return for correction."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

from companies.domain import facts, supports
from ground import clock
from programs.domain import (
    correction,
    inquiries,
    intake,
    intake_documents,
    intake_drafts,
    planning,
    screening,
)
from programs.models import (
    Application,
    Call,
    Criterion,
    Document,
    Program,
    Question,
    RequiredDocument,
    Section,
)
from programs.models.call import Stage
from programs.queries.reading import Reading
from reports.demo import notice, papers
from reports.demo.applying import Applicant
from reports.demo.notice import at
from reports.demo.people import Cast

CALL = "SBA-MELI-CL-2025-3"
NOTICE_KO = """칠레에서 판매하는 품목과 지역을 넓히려는 서울 중소기업을 지원합니다.

- 지원 기간: 2026년 4월부터 9월까지, 15개사
- 첫 평가일: 2025년 12월 4일(체납은 이날까지 해소하면 됩니다.)
- 협약일: 2026년 4월 10일(중소기업확인서는 협약일에도 유효해야 합니다.)"""
NOTICE_EN = """For small companies of Seoul that want to sell more goods in more places of Chile.

- Support: April to September 2026, 15 companies
- First evaluation day: 4 December 2025 (tax arrears may be cured until then)
- Agreement day: 10 April 2026 (the SME confirmation must be valid on that day, too)"""
Kind, Criteria = Question.Kind, Criterion.Kind
APPLY = (2, 4, 6)
"""Serial numbers of the firms that apply."""


def open_call(cast: Cast, program: Program) -> Call:
    """Published on 10 October with a second person's agreement, open from the 13th to the end of November."""
    clock.move_to(at(10, 10, 10))
    call = planning.save_call(Call(
        program=program, code=CALL, notice_number="서울나루 공고 제2025-88호(시연)",
        title_ko="칠레 판매 확대 지원 기업 모집(시연)", title_en="Call for companies: selling more in Chile (demonstration)",
        notice_ko=NOTICE_KO, notice_en=NOTICE_EN,
        contact_ko="해외판로팀 02-000-0000", contact_en="Overseas sales team, +82-2-000-0000",
        opens_at=at(10, 13), closes_at=at(11, 28, 18), questions_until=at(11, 14, 18),
        evaluation_on=dt.date(2025, 12, 4), agreement_on=dt.date(2026, 4, 10),
        quota=15, reserve_count=3, minimum_points=60, answer_days=20,
    ), by=cast.officer)  # fmt: skip
    _build_form(cast, call)
    _set_criteria(cast, call)
    return notice.publish(cast, call)


def _build_form(cast: Cast, call: Call) -> None:
    """Three sections, two questions that hang on earlier answers, a row for each product, and a file."""
    plan, goods, money = (
        planning.save_call_part(
            Section(call=call, title_ko=ko, title_en=en, hint_ko=hint, hint_en=hint_en, position=position),
            by=cast.officer,
        )
        for position, (ko, en, hint, hint_en) in enumerate((
            ("판매 계획", "Plan", "", ""),
            ("제품", "Products", "기업 정보에 등록한 제품에서 고릅니다.", "Chosen from the products in your record."),
            ("예산", "Budget", "", ""),
        ))
    )  # fmt: skip
    rows: tuple[tuple[Section, str, str, str, str, dict[str, Any]], ...] = (
        (plan, "plan", Kind.LONG, "무엇을 어떻게 더 판매하려고 합니까?", "What more do you want to sell, and how?", {"max_length": 1500}),
        (plan, "trader", Kind.YES_NO, "다른 회사의 제품만 사서 판매합니까?", "Do you only trade in goods of other companies?", {}),
        (plan, "next", Kind.COUNTRY, "칠레 다음으로 판매하려는 나라", "Where you want to sell after Chile", {"is_required": False}),
        (plan, "store", Kind.YES_NO, "칠레 온라인몰에 스토어가 있습니까?", "Do you have a store on a mall in Chile?", {}),
        (plan, "store-name", Kind.SHORT, "스토어 이름", "Name of the store", {"asked_if": [{"question": "store", "how": "yes"}]}),
        (goods, "goods", Kind.PRODUCTS, "칠레에서 판매할 제품, 월 수량과 단가", "Goods for Chile, with quantity a month and price", {"currency": "USD"}),
        (goods, "leaflet", Kind.FILE, "제품 소개 자료", "Leaflet of the products", {"is_required": False}),
        (money, "budget", Kind.MONEY, "2026년 해외 마케팅 예산", "Marketing budget abroad in 2026", {"currency": "KRW"}),
        (
            money, "budget-use", Kind.LONG, "예산을 어디에 씁니까? (2천만 원 이상일 때)", "What is the budget for? (from KRW 20 million)",
            {"asked_if": [{"question": "budget", "how": "at_least", "least": "20000000"}], "max_length": 600},
        ),
    )  # fmt: skip
    for position, (section, code, kind, ko, en, more) in enumerate(rows):
        planning.save_call_part(
            Question(
                call=call, section=section, code=code, kind=kind, label_ko=ko, label_en=en, position=position,
                **more,
            ),
            by=cast.officer,
        )  # fmt: skip
    documents = (
        ("sme-cert", "중소기업확인서", "SME confirmation", "SME_CERT"),
        ("tax-national", "국세 납세증명서", "National tax clearance", "TAX_NAT"),
        ("tax-local", "지방세 납세증명서", "Local tax clearance", "TAX_LOC"),
    )
    for position, (code, ko, en, paper) in enumerate(documents):
        planning.save_call_part(RequiredDocument(
            call=call, code=code, name_ko=ko, name_en=en, has_validity=True, certificate_kind=paper,
            stage=Stage.APPLICATION, position=position,
        ), by=cast.officer)  # fmt: skip


def _set_criteria(cast: Cast, call: Call) -> None:
    """Place, size across the fiscal year, arrears that may be cured, bands of exports, support received, groups, and what
    only a person sees."""
    made: dict[str, Criterion] = {}
    rows: tuple[tuple[str, str, str, dict[str, Any], dict[str, Any], str, str, str], ...] = (
        ("seoul", "", Criteria.PROVINCE, {"provinces": ["11"]}, {}, "본사가 서울에 있을 것", "Head office in Seoul", "공고 3.가"),
        ("sme", "", Criteria.CERTIFICATE, {"kind": "SME_CERT"}, {"later_as_of": "agreement"},
         "협약일에도 유효한 중소기업확인서", "SME confirmation, also on the agreement day", "중소기업기본법 제2조"),
        ("status", "", Criteria.STATUS, {}, {}, "휴업·폐업 상태가 아닐 것", "Not suspended or closed", "공고 3.나"),
        ("tax", "", Criteria.TAX, {}, {"as_of": "cure"}, "첫 평가일까지 체납이 없을 것", "No tax arrears by the first evaluation day", "공고 3.다"),
        ("ban", "", Criteria.NOT_BANNED, {}, {}, "참여제한 중이 아닐 것", "Not banned from programs", "공고 3.라"),
        ("exports", "", Criteria.EXPORTS, {"max": 5_000_000}, {}, "2024년 수출 500만 달러 이하", "Exports of 2024 up to USD 5 million", "공고 3.마"),
        ("ready", "", Criteria.ANY, {}, {}, "업력 3년 이상 또는 수출 10만 달러 이상", "In business for 3 years, or exports of USD 100,000", "공고 3.바"),
        ("ready-age", "ready", Criteria.AGE, {"min": 3, "former": True}, {}, "업력 3년 이상", "In business for 3 years", "공고 3.바"),
        ("ready-exports", "ready", Criteria.EXPORTS, {"min": 100_000, "former": True}, {}, "수출 10만 달러 이상", "Exports of USD 100,000", "공고 3.바"),
        ("maker", "", Criteria.NOT, {}, {}, "단순 유통기업이 아닐 것", "Not only a trader", "공고 3.사"),
        ("trader", "maker", Criteria.ANSWER, {"question": "trader", "equals": True}, {}, "단순 유통기업", "Only a trader", "공고 3.사"),
        ("support", "", Criteria.SUPPORT, {"items": ["publicity"], "years": 3, "most_times": 1, "money": "local"}, {"can_apply_unmet": True},
         "3년 동안 같은 항목의 지원 1회 이하", "Support for the same item at most once in 3 years", "공고 3.아"),
        ("plan", "", Criteria.LOOK, {}, {}, "판매 계획이 구체적일 것", "The plan is concrete", "공고 3.자"),
    )  # fmt: skip
    for position, (code, group, kind, values, days, ko, en, source) in enumerate(rows):
        made[code] = planning.save_call_part(
            Criterion(
                call=call, code=code, kind=kind, values=values, group=made.get(group), position=position,
                name_ko=ko, name_en=en, source=source, **days,
            ),
            by=cast.officer,
        )  # fmt: skip


def ask_and_answer(cast: Cast, call: Call, applicants: list[Applicant]) -> None:
    """Two questions are answered for all to read; one waits on the desk."""
    first, second, third = applicants[10], applicants[14], applicants[20]
    clock.move_to(at(10, 14, 11))
    asked = [
        inquiries.ask(call, each.company, text, by=each.owner, form_key=uuid4())
        for each, text in (
            (first, "작년에 법인으로 전환했습니다. 개인사업자 때의 수출도 인정됩니까?"),
            (second, "3월 31일에 끝나는 중소기업확인서를 내도 됩니까?"),
        )
    ]
    clock.move_to(at(10, 15, 16))
    for inquiry, question_ko, question_en, answer_ko, answer_en in (
        (
            asked[0], "법인 전환 전 개인사업자의 수출도 인정됩니까?",
            "Do exports of the sole trader before it became a corporation count?",
            "예. 공고 3.바의 업력과 수출은 전환 전 개인사업자의 것을 합산합니다.",
            "Yes. For years in business and exports (3.바) what the sole trader had is added.",
        ),
        (
            asked[1], "협약일 전에 끝나는 중소기업확인서를 제출해도 됩니까?",
            "May the SME confirmation end before the agreement day?",
            "신청할 때 유효하면 됩니다. 협약일(2026년 4월 10일)까지 새 확인서를 제출해 주십시오.",
            "It must be valid when you apply. Hand in a renewed one by the agreement day, 10 April 2026.",
        ),
    ):  # fmt: skip
        inquiries.answer(
            inquiry, question_ko=question_ko, question_en=question_en, answer_ko=answer_ko, answer_en=answer_en,
            by=cast.officer,
        )  # fmt: skip
    clock.move_to(at(10, 22, 9, 30))
    text = "제품 소개 자료는 영어로 내야 합니까?"
    inquiries.ask(call, third.company, text, by=third.owner, form_key=uuid4())


def apply_and_look(cast: Cast, call: Call, applicants: list[Applicant]) -> None:
    """Three companies apply: a year's December is estimated, support was received too often, and one application is with
    its company for correction until the end of October."""
    questions = {each.code: each for each in Question.objects.filter(call=call)}
    required = list(call.requireddocuments.exclude(question__isnull=False))
    made: dict[int, Application] = {}
    for place, serial in enumerate(APPLY):
        each = applicants[serial - 1]
        clock.move_to(at(10, 16 + place, 10 + place))
        _tell_facts(each, place)
        made[serial] = _apply(call, each, questions, required, place)
    papers.pass_check()
    clock.move_to(at(10, 20, 15))
    for document in Document.objects.filter(call=call, application__in=[made[2], made[6]]):
        intake_documents.look_at(document, is_accepted=True, by=cast.officer)
    screening.screen_call(call, by=cast.officer)
    items = [
        correction.Correction(
            "question", "월 수량의 근거를 적어 주십시오.", question_id=questions["plan"].pk
        ),
        correction.Correction("document", "발급일이 보이지 않습니다.", document_id=required[1].pk),
    ]
    correction.send_back(made[4], items=items, due_at=at(10, 31, 18), by=cast.officer)


def _tell_facts(each: Applicant, place: int) -> None:
    """What the criteria of this call ask of the company's record."""
    firm, company, owner = each.firm, each.company, each.owner
    figures = company.figures.get(year=2024)
    facts.put_figures(company, year=2024, facts={
        "sales_amount": figures.sales_amount, "export_amount": figures.export_amount,
        "employees": figures.employees, "is_estimated": place == 0,
    }, by=owner)  # fmt: skip
    for serial in range(place):
        supports.add(company, facts={
            "body": "무역진흥기관(시연)", "program": "온라인 홍보 지원", "item": "publicity", "amount": Decimal(4_000_000),
            "money": "local", "granted_on": dt.date(2023, 4 + serial, 3), "document": f"협약 {firm.serial}-{serial + 1}호",
        }, by=owner)  # fmt: skip
    supports.declare_complete(company, from_on=dt.date(2020, 1, 1), by=owner)


def _apply(
    call: Call, each: Applicant, questions: dict[str, Question], required: list[RequiredDocument], place: int
) -> Application:
    owner, value = each.owner, intake_drafts.AnswerValue
    budget = Decimal(12_000_000 + 10_000_000 * place)
    said = {
        "plan": value(text=f"{each.firm.goods[0].name_ko}의 판매 지역을 수도권에서 남부까지 넓히겠습니다."),
        "trader": value(is_yes=False),
        "next": value(codes=("PE",)),
        "store": value(is_yes=place == 0),
        "goods": value(lines=tuple(
            intake_drafts.Line(product.pk, Decimal(200 + 50 * serial), Decimal("12.50"), "USD")
            for serial, product in enumerate(each.company.products.order_by("code")[:3])
        )),
        "budget": value(amount=budget, currency="KRW"),
    }  # fmt: skip
    if place == 0:
        said["store-name"] = value(text=f"{each.firm.name_en} Chile")
    if budget >= 20_000_000:
        said["budget-use"] = value(text="검색 광고와 현지 체험단에 나누어 씁니다.")
    application = intake.start(call, each.company, by=owner, form_key=uuid4())
    total = Decimal(each.firm.weight * 3_150)
    intake_drafts.save_baseline(application, {
        "export_last_amount": total, "export_before_amount": total * Decimal("0.8"),
        "country_last_amount": Decimal(0), "country_before_amount": Decimal(0),
        "online_last_amount": total * Decimal("0.3"), "online_before_amount": total * Decimal("0.2"),
        "platform_last_amount": Decimal(0), "platform_before_amount": Decimal(0),
        "is_first_export": False, "may_ask_again": True,
    }, by=owner)  # fmt: skip
    answers = {questions[code].pk: answer for code, answer in said.items()}
    intake_drafts.save_answers(application, answers, by=owner)
    for each_required in required:
        is_tax = each_required.code.startswith("tax-")
        days = (
            intake_documents.Days(dt.date(2025, 10, 13), dt.date(2025, 10, 13), dt.date(2025, 12, 12))
            if is_tax
            else intake_documents.Days(dt.date(2025, 4, 7), dt.date(2025, 4, 1), dt.date(2026, 3, 31))
        )
        upload = papers.pdf(each_required.name_ko)
        intake_documents.hand_in(application, each_required, upload, days=days, by=owner)
    texts = Reading(application).consent_texts
    contact = intake_drafts.Contact(
        f"{each.firm.representative} 담당", each.firm.mail, f"02-000-{1000 + each.firm.serial}"
    )
    ticked = {text.pk for text in texts if text.kind not in {"optional", "mail"}}
    intake_drafts.save_contact(application, contact, consents=ticked, by=owner)
    intake.submit(application, by=owner, form_key=uuid4())
    application.refresh_from_db()
    return application
