"""The program, its papers and targets, and the call."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.domain import approvals
from accounts.models import User
from companies.domain import consents
from companies.models import ConsentText
from ground.clock import SEOUL
from programs.domain import planning, publishing
from programs.models import (
    Call,
    Component,
    Criterion,
    Market,
    Memorandum,
    MemorandumParty,
    Paper,
    Program,
    ProgramMarket,
    ProgramPartner,
    ProviderContract,
    Question,
    RequiredDocument,
    ScoreItem,
    Target,
)
from programs.models.call import Stage
from reports.demo.people import Cast

PROGRAM, CALL, NEXT_CALL = "SBA-MELI-CL-2025", "SBA-MELI-CL-2025-1", "SBA-MELI-CL-2025-2"
OTHER_PROGRAM = "BNA-LAZADA-SG-2025"

NOTICE_KO = """서울에 있는 중소기업의 칠레 온라인 시장 진출을 지원합니다.

지원 내용
- 입점과 판매 지원
- 현지 마케팅과 홍보
- 물류와 결제 기반
- 브랜드·크리에이터 협업

지원 기간은 2025년 7월부터 12월까지이며, 30개사를 선정합니다."""
NOTICE_EN = """Small companies located in Seoul get support to sell online in Chile.

What we offer
- onboarding and sales support
- local marketing and promotion
- logistics and payment
- brand and creator collaboration

The support runs from July to December 2025; 30 companies are selected."""


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> dt.datetime:
    """An instant of 2025 in Seoul."""
    return dt.datetime(2025, month, day, hour, minute, tzinfo=SEOUL)


def open_program(cast: Cast) -> Program:
    """The program with its plan, components, contract and targets."""
    program = planning.save_program(
        Program(
            code=PROGRAM,
            name_ko="2025 메르카도리브레 칠레 온라인 진출 지원(시연)",
            name_en="Selling online in Chile with Mercado Libre, 2025 (demonstration)",
            summary_ko="서울 중소기업 30개사의 칠레 온라인 판매를 돕습니다.",
            summary_en="Helps 30 small companies of Seoul to sell online in Chile.",
            funding=Program.Funding.LOCAL,
            legal_basis="지역 중소기업 지원 조례(시연)",
            budget_amount=420_000_000,
            zone="America/Santiago",
            starts_on=dt.date(2025, 4, 14),
            ends_on=dt.date(2025, 12, 31),
            rate_rule=Program.RateRule.DAY,
            state=Program.State.RUNNING,
            is_made_up=True,
        ),
        by=cast.officer,
    )
    of_program: dict[str, Any] = {"program": program}
    planning.save_part(
        ProgramMarket(
            program=program, market=Market.objects.get(platform__code="mercadolibre", site_code="MLC")
        ),
        by=cast.officer,
    )
    for body in (cast.partner, cast.research):
        planning.save_part(ProgramPartner(program=program, organization=body), by=cast.officer)
    plan = planning.save_part(Paper(
        **of_program, kind=Paper.Kind.PLAN, number="시연기획-2025-041", decided_on=dt.date(2025, 4, 14),
        title_ko="칠레 온라인 진출 지원사업 추진계획", title_en="Plan of the program",
    ), by=cast.officer)  # fmt: skip
    components = (
        (Component.Kind.ONBOARDING, "입점·판매 지원", "Onboarding and sales support", 120_000_000),
        (Component.Kind.MARKETING, "현지 마케팅·홍보", "Local marketing and promotion", 135_000_000),
        (Component.Kind.INFRASTRUCTURE, "물류·결제 기반", "Logistics and payment", 90_000_000),
        (Component.Kind.CREATOR, "브랜드·크리에이터 협업", "Brand and creator collaboration", 60_000_000),
    )
    for position, (kind, name_ko, name_en, planned) in enumerate(components):
        planning.save_part(
            Component(
                **of_program,
                kind=kind,
                name_ko=name_ko,
                name_en=name_en,
                planned_amount=planned,
                position=position,
            ),
            by=cast.officer,
        )
    planning.save_part(ProviderContract(
        **of_program, organization=cast.provider, number="시연계약-2025-017", from_on=dt.date(2025, 6, 20),
        until_on=dt.date(2025, 12, 31), amount=330_000_000,
    ), by=cast.officer)  # fmt: skip
    summer = {"from_on": dt.date(2025, 7, 1), "until_on": dt.date(2025, 9, 30), "decided_by_paper": plan}
    planning.save_part(
        Target(**of_program, **summer, measure=Target.Measure.COMPANIES, value=30, unit=Target.Unit.COMPANY),
        by=cast.officer,
    )
    planning.save_part(Target(
        **of_program, **summer, measure=Target.Measure.ORDERS, value=1_000_000_000, unit=Target.Unit.KRW,
        is_before_refunds=True, has_tax=True, has_shipping=False, moment=Target.Moment.PAID,
    ), by=cast.officer)  # fmt: skip
    return program


def write_consents(cast: Cast) -> None:
    """The agency's consent texts: required, to mails about calls, and abroad to the platform."""
    texts: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "privacy",
            {
                "kind": ConsentText.Kind.REQUIRED, "items_ko": "이름, 이메일, 전화번호", "items_en": "Name, e-mail, phone", "months": 60,
                "title_ko": "개인정보 수집·이용 동의", "title_en": "Collection and use of personal data",
                "body_ko": "신청 접수와 사업 운영을 위해 담당자의 이름, 이메일, 전화번호를 수집합니다.",
                "body_en": "Name, e-mail and phone of the person in charge are collected to run the program.",
            },
        ),
        (
            "news",
            {
                "kind": ConsentText.Kind.MAIL, "items_ko": "이메일", "items_en": "E-mail", "months": 24,
                "title_ko": "다른 지원사업 안내 수신", "title_en": "News about other programs",
                "body_ko": "우리 회사 조건에 맞는 공고가 나오면 메일로 안내합니다. 메일마다 있는 링크로 언제든지 그만 받을 수 있습니다.",
                "body_en": "Write to me about calls that fit my company. Each mail has a link that ends the mails at any time.",
            },
        ),
        (
            "platform-abroad",
            {
                "kind": ConsentText.Kind.ABROAD, "items_ko": "이름, 이메일", "items_en": "Name, e-mail", "months": 12,
                "receiver": cast.partner, "country_id": "CL",
                "title_ko": "칠레 플랫폼에 담당자 연락처 제공", "title_en": "Contact data to the platform in Chile",
                "body_ko": "입점 상담을 위해 담당자의 이름과 이메일을 칠레의 플랫폼에 제공합니다.",
                "body_en": "Name and e-mail of the contact are passed on to the platform in Chile.",
            },
        ),
    )  # fmt: skip
    for code, wording in texts:
        consents.publish_text(
            cast.agency, code=code, wording={**wording, "from_on": dt.date(2025, 4, 14)}, by=cast.manager
        )


def open_call(cast: Cast, program: Program) -> Call:
    """The call of May with questions, documents and criteria, published with a second person's agreement."""
    call = planning.save_call(Call(
        program=program, code=CALL, notice_number="서울나루 공고 제2025-58호(시연)",
        title_ko="칠레 온라인 진출 지원 참여기업 모집(시연)", title_en="Call for companies: selling online in Chile (demonstration)",
        notice_ko=NOTICE_KO, notice_en=NOTICE_EN,
        contact_ko="해외판로팀 02-000-0000", contact_en="Overseas sales team, +82-2-000-0000",
        opens_at=at(5, 12), closes_at=at(5, 30, 18), agreement_on=dt.date(2025, 6, 25),
        quota=30, reserve_count=3, minimum_points=60, answer_days=20,
    ), by=cast.officer)  # fmt: skip
    fill_call(call, by=cast.officer)
    return publish(cast, call)


def open_next_call(cast: Cast, program: Program) -> Call:
    """A second call, open when the demonstration begins, so that applying can be tried."""
    call = planning.save_call(Call(
        program=program, code=NEXT_CALL, notice_number="서울나루 공고 제2025-91호(시연)",
        title_ko="칠레 온라인 진출 지원 추가 모집(시연)", title_en="Further call: selling online in Chile (demonstration)",
        notice_ko=NOTICE_KO.replace("30개사를", "추가로 10개사를"), notice_en=NOTICE_EN.replace("30 companies are", "10 more companies are"),
        contact_ko="해외판로팀 02-000-0000", contact_en="Overseas sales team, +82-2-000-0000",
        opens_at=at(10, 20), closes_at=at(11, 14, 18), agreement_on=dt.date(2025, 12, 5),
        quota=10, reserve_count=3, minimum_points=60, answer_days=20,
    ), by=cast.officer)  # fmt: skip
    fill_call(call, by=cast.officer)
    return publish(cast, call)


def publish(cast: Cast, call: Call) -> Call:
    call.refresh_from_db()
    question = publishing.ask_to_publish(call, by=cast.officer, reason="추진계획에 따른 공고입니다.")
    approvals.answer(question, by=cast.manager, grant=True)
    return publishing.publish(call, by=cast.officer)


def open_other_program(cast: Cast) -> Program:
    """A second, small agency with one program: neither sees the other."""
    program = planning.save_program(Program(
        code=OTHER_PROGRAM, name_ko="2025 싱가포르 온라인 판매 지원(시연)",
        name_en="Selling online in Singapore, 2025 (demonstration)", funding=Program.Funding.CONTRIBUTION,
        legal_basis="출연금 운용 규정(시연)", budget_amount=60_000_000, zone="Asia/Singapore",
        starts_on=dt.date(2025, 9, 1), ends_on=dt.date(2026, 3, 31), state=Program.State.RUNNING, is_made_up=True,
    ), by=cast.other_manager)  # fmt: skip
    planning.save_part(
        ProgramMarket(program=program, market=Market.objects.get(platform__code="lazada", site_code="SG")),
        by=cast.other_manager,
    )
    planning.save_part(Target(
        program=program, measure=Target.Measure.COMPANIES, value=8, unit=Target.Unit.COMPANY,
        from_on=dt.date(2025, 9, 1), until_on=dt.date(2026, 3, 31),
    ), by=cast.other_manager)  # fmt: skip
    return program


def fill_call(call: Call, *, by: User) -> None:
    """Questions, documents, criteria and score items."""
    questions: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
        ("plan", Question.Kind.LONG, "칠레 판매 계획을 적어 주십시오.", "Describe your plan for Chile.", {"max_length": 1500}),
        ("brand", Question.Kind.SHORT, "대표 브랜드 이름", "Main brand", {"max_length": 60}),
        ("staff", Question.Kind.NUMBER, "수출 전담 인원(명)", "People working on exports", {}),
        ("budget", Question.Kind.MONEY, "올해 해외 마케팅 예산", "Marketing budget abroad this year", {"currency": "KRW"}),
        ("start", Question.Kind.DAY, "첫 발송이 가능한 날", "First day you can ship", {}),
        ("trademark", Question.Kind.YES_NO, "칠레 상표를 출원했습니까?", "Have you filed a trademark in Chile?", {}),
        (
            "channels", Question.Kind.MANY, "지금 판매하는 해외 온라인몰", "Online malls abroad you sell on today",
            {
                "is_required": False,
                "choices": [
                    {"code": "amazon", "ko": "아마존", "en": "Amazon"}, {"code": "shopee", "ko": "쇼피", "en": "Shopee"},
                    {"code": "qoo10", "ko": "큐텐", "en": "Qoo10"}, {"code": "own", "ko": "자사몰", "en": "Own mall"},
                ],
            },
        ),
    )  # fmt: skip
    for position, (code, kind, ko, en, more) in enumerate(questions):
        planning.save_call_part(
            Question(call=call, code=code, kind=kind, label_ko=ko, label_en=en, position=position, **more),
            by=by,
        )
    documents: tuple[tuple[str, str, str, bool, str, str], ...] = (
        (
            "biz-reg",
            "사업자등록증명",
            "Business registration certificate",
            False,
            "BIZ_REG",
            Stage.APPLICATION,
        ),
        ("sme-cert", "중소기업확인서", "SME confirmation", True, "SME_CERT", Stage.APPLICATION),
        ("tax-national", "국세 납세증명서", "National tax clearance", True, "TAX_NAT", Stage.APPLICATION),
        ("tax-local", "지방세 납세증명서", "Local tax clearance", True, "TAX_LOC", Stage.APPLICATION),
        ("account", "통장 사본", "Copy of the bank book", False, "", Stage.SELECTED),
    )
    for position, (code, ko, en, has_validity, kind, stage) in enumerate(documents):
        planning.save_call_part(RequiredDocument(
            call=call, code=code, name_ko=ko, name_en=en, has_validity=has_validity, certificate_kind=kind,
            stage=stage, position=position,
        ), by=by)  # fmt: skip
    criteria: tuple[tuple[str, str, dict[str, Any], str, str, str, str], ...] = (
        ("seoul", Criterion.Kind.PROVINCE, {"provinces": ["11"], "places": ["head_office"]}, "",
         "본사가 서울에 있을 것", "Head office in Seoul", "공고 3.가"),
        ("sme", Criterion.Kind.CERTIFICATE, {"kind": "SME_CERT"}, "agreement",
         "중소기업일 것", "A small or medium-sized company", "중소기업기본법 제2조"),
        ("status", Criterion.Kind.STATUS, {}, "", "휴업·폐업 상태가 아닐 것", "Not suspended or closed", "공고 3.나"),
        ("tax", Criterion.Kind.TAX, {}, "", "국세와 지방세 체납이 없을 것", "No tax arrears", "공고 3.다"),
        ("ban", Criterion.Kind.NOT_BANNED, {}, "", "참여제한 중이 아닐 것", "Not banned from programs", "공고 3.라"),
    )  # fmt: skip
    for position, (code, kind, values, later, ko, en, source) in enumerate(criteria):
        planning.save_call_part(Criterion(
            call=call, code=code, kind=kind, values=values, later_as_of=later, name_ko=ko, name_en=en,
            source=source, position=position,
        ), by=by)  # fmt: skip
    for position, (code, ko, en, points, breaks) in enumerate(
        (
            ("product", "제품 차별성", "Product difference", 30, True),
            ("marketing", "마케팅 역량", "Marketing ability", 30, False),
            ("growth", "지속 성장성", "Sustained growth", 20, False),
            ("export", "수출 역량", "Export ability", 20, False),
        )
    ):
        planning.save_call_part(ScoreItem(
            call=call, code=code, name_ko=ko, name_en=en, maximum_points=Decimal(points), is_tie_breaker=breaks,
            position=position,
        ), by=by)  # fmt: skip


def sign_memorandum(cast: Cast, program: Program) -> None:
    """The two sides sign in October what has been running since July."""
    memorandum = planning.save_part(Memorandum(
        program=program, title_ko="칠레 온라인 진출 협력 업무협약(시연)",
        title_en="Cooperation on selling online in Chile (demonstration)", place="산티아고",
        signed_on=dt.date(2025, 10, 22), expires_on=dt.date(2027, 10, 21),
        duties_ko="플랫폼은 입점 상담과 교육을, 기관은 기업 선정과 현지 물류 지원을 맡습니다.",
        duties_en="The platform advises and trains; the agency selects companies and supports logistics.",
    ), by=cast.officer)  # fmt: skip
    planning.save_party(
        MemorandumParty(memorandum=memorandum, name_ko=cast.agency.name_ko, name_en=cast.agency.name_en),
        by=cast.officer,
    )
    planning.save_party(
        MemorandumParty(
            memorandum=memorandum,
            organization=cast.partner,
            name_ko=cast.partner.name_ko,
            name_en=cast.partner.name_en,
        ),
        by=cast.officer,
    )
