"""Research and statements of the five-country strategy: two bodies, their findings, and what two persons published in June 2015."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from accounts.domain import approvals
from accounts.models import Agency, Organization, OrganizationMember, User
from ground import clock
from ground.clock import SEOUL
from guidance.domain import attaching, researching, reviewing, stating
from guidance.models import (
    Attachment,
    Finding,
    ResearchTask,
    Statement,
    StatementFigure,
    StatementVersion,
)
from programs.domain import planning
from programs.models import Market, Program, ProgramPartner
from reports.demo.people import person

MADE_UP_SOURCE = "지어낸 자료(시연)"
ASSOCIATION, CORPORATION = "researcher@trade.example", "researcher@market.example"
NAMES = {
    "CN": ("중국", "China"), "ID": ("인도네시아", "Indonesia"), "JP": ("일본", "Japan"), "US": ("미국", "the United States"),
    "VN": ("베트남", "Viet Nam"),
}  # fmt: skip
PILLARS = ("product", "marketing", "payment", "delivery")
FIELD = (("CN", "payment"), ("ID", "payment"), ("ID", "delivery"), ("VN", "marketing"), ("VN", "delivery"))
# Made up: what is told of a country and pillar, and the beginnings of HS codes that it speaks of.
TOLD: dict[tuple[str, str], tuple[str, str, str]] = {
    ("CN", "product"): ("유아용품과 화장품은 성분을 중국어로 적은 작은 묶음부터 파십시오.", "Sell baby goods and cosmetics in small packs first, with ingredients in Chinese.", "3304 3401"),
    ("CN", "marketing"): ("11월과 6월 할인 행사에 맞추어 석 달 전부터 후기를 모으십시오.", "Collect reviews three months ahead of the sales of June and November.", ""),
    ("CN", "payment"): ("현지 간편결제를 붙이고 원화 가격과 위안화 가격을 함께 보이십시오.", "Offer the local wallets, and show prices in won and in yuan.", ""),
    ("CN", "delivery"): ("보세창고에 잘 팔리는 물건을 먼저 두면 사흘 안에 닿습니다.", "Goods kept in a bonded warehouse arrive within three days.", ""),
    ("CN", "rules"): ("화장품은 위생 허가 대상인지 먼저 확인하십시오.", "Check first whether a cosmetic needs a sanitary permit.", "3304"),
    ("ID", "product"): ("할랄 표시가 있는 식품과 히잡에 어울리는 색조 화장품이 맞습니다.", "Food with a halal mark and make-up that suits a hijab fit the market.", "1905 2106 3304"),
    ("ID", "marketing"): ("라마단 한 달 전에 광고를 시작하고 현지 진행자와 함께하십시오.", "Begin advertising a month before Ramadan, with a local presenter.", ""),
    ("ID", "payment"): ("카드가 드뭅니다. 계좌이체와 편의점 결제를 함께 여십시오.", "Cards are rare: open bank transfer and payment at shops, too.", ""),
    ("ID", "delivery"): ("섬마다 기간이 다르니 자바섬 밖은 배송 기간을 따로 적으십시오.", "Times differ by island: state those outside Java separately.", ""),
    ("ID", "culture"): ("사진과 문장에 술과 돼지고기가 보이지 않게 하십시오.", "Let neither alcohol nor pork appear in pictures or texts.", ""),
    ("JP", "product"): ("작은 용량과 선물 포장을 갖춘 상품이 다시 팔립니다.", "Small sizes with gift wrapping sell again and again.", "3304 6203"),
    ("JP", "marketing"): ("상품 설명을 길고 꼼꼼하게 쓰고 문의에 하루 안에 답하십시오.", "Write long, careful descriptions and answer questions within a day.", ""),
    ("JP", "payment"): ("편의점 결제와 후불을 열면 장바구니를 떠나는 사람이 줄어듭니다.", "Payment at shops and after delivery keep people from leaving the cart.", ""),
    ("JP", "delivery"): ("날짜와 시간대를 고르게 하고 송장 번호를 바로 알리십시오.", "Let buyers choose day and time, and tell the tracking number at once.", ""),
    ("US", "product"): ("크기와 무게를 인치와 파운드로 적고 사진에 사람을 세우십시오.", "State sizes in inches and pounds, and show people in the pictures.", "3304 9503"),
    ("US", "marketing"): ("검색어는 영어 원어민에게 맡기고 첫 후기 스무 개를 목표로 하십시오.", "Leave search words to native speakers, and aim for the first twenty reviews.", ""),
    ("US", "payment"): ("카드와 전자지갑이면 됩니다. 판매세는 주마다 다릅니다.", "Cards and wallets are enough. Sales tax differs by state.", ""),
    ("US", "delivery"): ("현지 창고를 쓰면 반품이 쉬워지고 노출이 늘어납니다.", "A local warehouse makes returns easy and brings more views.", ""),
    ("US", "rules"): ("건강기능식품은 효능을 적는 문장부터 확인하십시오.", "Of food supplements, check the sentences about effects first.", "2106"),
    ("VN", "product"): ("작은 용량의 화장품과 간편식이 처음 사는 사람에게 맞습니다.", "Small cosmetics and ready meals suit first buyers.", "3304 1902"),
    ("VN", "marketing"): ("누리소통망 방송으로 팔고 댓글에 베트남어로 답하십시오.", "Sell in live streams and answer comments in Vietnamese.", ""),
    ("VN", "payment"): ("물건을 받고 돈을 내는 사람이 많으니 대금 회수 기간을 헤아리십시오.", "Many pay on delivery: reckon with the time until the money comes.", ""),
    ("VN", "delivery"): ("호찌민과 하노이는 이틀, 그 밖은 닷새를 약속하십시오.", "Promise two days for Ho Chi Minh City and Ha Noi, five elsewhere.", ""),
    ("VN", "culture"): ("설 앞 두 주는 주문이 몰리니 재고를 미리 보내십시오.", "Orders peak in the two weeks before Tet: send stock ahead.", ""),
}  # fmt: skip
FIGURES: dict[tuple[str, str], tuple[tuple[str, str, str, str, str], ...]] = {
    ("VN", "payment"): (("받고 내기", "on delivery", "72", "%", "%"), ("전자지갑", "wallets", "11", "%", "%"), ("카드", "cards", "9", "%", "%")),
    ("ID", "delivery"): (("자바섬", "Java", "4", "일", "days"), ("그 밖의 섬", "other islands", "11", "일", "days")),
    ("CN", "delivery"): (("보세창고", "bonded warehouse", "3", "일", "days"), ("직배송", "from Korea", "8", "일", "days")),
    ("JP", "payment"): (("편의점 결제", "at shops", "28", "%", "%"), ("카드", "cards", "55", "%", "%")),
}  # fmt: skip
CHILE = (
    ("product", "자외선 차단 표시가 있는 화장품을 여름(12월) 전에 올리십시오.", "List cosmetics with sun protection before summer, in December.", "3304"),
    ("payment", "무이자 할부를 열면 값이 나가는 상품도 팔립니다.", "Instalments without interest sell dearer goods, too.", ""),
    ("delivery", "산티아고 밖은 배송 기간을 이틀 더 적으십시오.", "Outside Santiago add two days to the delivery time.", ""),
)  # fmt: skip


def _at(month: int, day: int, hour: int = 9, *, year: int = 2015) -> dt.datetime:
    return dt.datetime(year, month, day, hour, tzinfo=SEOUL)


def research_and_publish(program: Program) -> None:
    """Two bodies are asked in March, hand in by May; two persons publish in June, and one statement once more."""
    by = User.objects.get(email="officer@strategy.example")
    manager = User.objects.get(email="manager@strategy.example")
    clock.move_to(_at(3, 25))
    bodies = _bodies(program, by)
    clock.move_to(_at(3, 30))
    tasks = _ask(program, bodies, by)
    _answer(tasks, by)
    clock.move_to(_at(6, 8))
    drafts = [_draft(program, country, pillar, tasks.get((country, pillar)), by) for country, pillar in TOLD]
    for number, country in enumerate(NAMES):
        of_country = [each for each in drafts if each.statement.country_id == country]
        clock.move_to(_at(6, 10, 9 + number))
        _publish(of_country, "3월부터 5월까지의 조사를 반영했습니다.", by, manager, _at(6, 15, 9 + number))
    clock.move_to(_at(6, 25))
    line = next(each.statement for each in drafts if _place(each) == ("VN", "delivery"))
    newer = stating.revise(
        line, changed_ko="하노이의 배송 기간을 새로 확인했습니다.", changed_en="The time to Ha Noi was looked at again.", by=by
    )  # fmt: skip
    newer.text_ko = "호찌민은 이틀, 하노이는 사흘, 그 밖은 닷새를 약속하십시오."
    newer.text_en = "Promise two days for Ho Chi Minh City, three for Ha Noi, five elsewhere."
    newer.as_of_on = dt.date(2015, 6, 22)
    stating.save_draft(newer, by=by)
    _publish([newer], "하노이의 배송 기간을 고칩니다.", by, manager, _at(6, 29))


def tell_of_chile(program: Program, by: User, manager: User) -> None:
    """The agency of the Chile program tells its companies what it knows; its calls lead there, and a strategy of 2015 stands
    beside it where the two meet."""
    drafts = []
    for pillar, text_ko, text_en, products in CHILE:
        version = StatementVersion(
            text_ko=text_ko, text_en=text_en, products=products.split(), evidence_ko="지어낸 근거(시연)",
            evidence_en="Made-up evidence (demonstration)", source=MADE_UP_SOURCE, as_of_on=dt.date(2025, 4, 30),
            review_on=dt.date(2026, 4, 30), confidence="medium", is_made_up=True,
        )  # fmt: skip
        statement = Statement(program=program, country_id="CL", pillar=pillar)
        drafts.append(stating.start(statement, version, by=by))
    review = reviewing.hand_in(drafts, reason="칠레 사업에 참여할 기업에 알립니다.", by=by)
    assert review.approval is not None
    approvals.answer_any(review.approval, by=manager, grant=True)
    reviewing.publish(review, by=by)
    attaching.attach(Attachment(strategy=program, country_id="CL", program=program), by=by)
    market = Market.objects.get(platform__code="mercadolibre", site_code="MLC")
    attaching.attach(Attachment(strategy=program, country_id="CL", market=market), by=by)


def look_again() -> None:
    """Ten years later the ministry asks anew: one task is open, one was sent back, one waits to be read."""
    program = Program.objects.get(code="STRATEGY-5C-2015")
    by = User.objects.get(email="officer@strategy.example")
    due_on = clock.today() + dt.timedelta(days=21)
    asked = [
        _one(program, _body(mail), method, country, pillar, due_on, by)
        for mail, method, country, pillar in (
            (ASSOCIATION, "desk", "VN", "payment"), (CORPORATION, "field", "VN", "payment"), (CORPORATION, "field", "ID", "payment"),
        )
    ]  # fmt: skip
    for task, text in zip(
        asked[1:], ("전자지갑이 널리 쓰임(지어낸 결과)", "계좌이체가 줄어듦(지어낸 결과)"), strict=True
    ):
        who = User.objects.get(email=CORPORATION)
        _find(task, text, dt.date(2025, 9, 30), who)
        researching.hand_in(task, by=who)
    researching.send_back(
        asked[1], reason="몇 곳에 물었는지 적어 주십시오.", due_on=due_on + dt.timedelta(days=7), by=by
    )


def _bodies(program: Program, by: User) -> dict[str, Organization]:
    found = {}
    for mail, name_ko, name_en, who, part_ko, part_en in (
        (ASSOCIATION, "무역나루협회(시연)", "Naru Trade Association (demonstration)", "노협회", "문헌조사와 통계", "desk research and statistics"),
        (CORPORATION, "시장나루공사(시연)", "Naru Market Corporation (demonstration)", "차공사", "현지 무역관의 현장조사", "field research by its offices abroad"),
    ):  # fmt: skip
        body = Organization.objects.create(
            kind=Organization.Kind.RESEARCH, name_ko=name_ko, name_en=name_en, country_id="KR", is_made_up=True,
            kept_by=Agency.objects.get(pk=program.agency_id),
        )  # fmt: skip
        OrganizationMember.objects.create(organization=body, user=person(mail, who))
        planning.save_part(
            ProgramPartner(program=program, organization=body, part_ko=part_ko, part_en=part_en), by=by
        )
        found[mail] = body
    return found


def _ask(
    program: Program, bodies: dict[str, Organization], by: User
) -> dict[tuple[str, str], list[ResearchTask]]:
    found: dict[tuple[str, str], list[ResearchTask]] = {}
    for country in NAMES:
        for pillar in PILLARS:
            if (country, pillar) != ("US", "payment"):
                task = _one(program, bodies[ASSOCIATION], "desk", country, pillar, dt.date(2015, 5, 8), by)
                found.setdefault((country, pillar), []).append(task)
    for country, pillar in FIELD:
        task = _one(program, bodies[CORPORATION], "field", country, pillar, dt.date(2015, 5, 22), by)
        found.setdefault((country, pillar), []).append(task)
    return found


def _one(
    program: Program, body: Organization, method: str, country: str, pillar: str, due_on: dt.date, by: User
) -> ResearchTask:
    name_ko, name_en = NAMES[country]
    task = ResearchTask(
        program=program, organization=body, method=method, country_id=country, pillar=pillar, due_on=due_on
    )
    task.question_ko = f"{name_ko}에 온라인으로 팔 때 {WHAT[pillar][0]}"
    task.question_en = f"Selling online to {name_en}: {WHAT[pillar][1]}"
    return researching.ask(task, by=by)


WHAT = {
    "product": (
        "어떤 제품이 팔리고 무엇을 맞추어야 합니까?",
        "which products sell, and what must be adapted?",
    ),
    "marketing": ("어디에서 어떻게 알려야 합니까?", "where and how must it be made known?"),
    "payment": ("무엇으로 결제하며 무엇이 막힙니까?", "how do people pay, and what stands in the way?"),
    "delivery": ("얼마나 걸리고 어떻게 돌려받습니까?", "how long does it take, and how do returns work?"),
}


def _answer(tasks: dict[tuple[str, str], list[ResearchTask]], by: User) -> None:
    """Desk research comes in on 6 May, field research on 20 May; each is read two days later."""
    for mail, day in ((ASSOCIATION, 6), (CORPORATION, 20)):
        who = User.objects.get(email=mail)
        own = [each for found in tasks.values() for each in found if each.organization_id == _body(mail).pk]
        clock.move_to(_at(5, day))
        for task in own:
            text = f"{TOLD[task.country_id, task.pillar][0]} (지어낸 조사 결과)"
            _find(task, text, dt.date(2015, 4, 30), who)
            researching.hand_in(task, by=who)
        clock.move_to(_at(5, day + 2))
        for task in own:
            researching.accept(task, by=by)


def _find(task: ResearchTask, text: str, as_of_on: dt.date, who: User) -> Finding:
    finding = Finding(
        task=task, text=text, source=MADE_UP_SOURCE, as_of_on=as_of_on,
        confidence="high" if task.method == "field" else "medium",
    )  # fmt: skip
    return researching.save_finding(finding, by=who)


def _body(mail: str) -> Organization:
    return Organization.objects.get(members__user__email=mail)


def _draft(
    program: Program, country: str, pillar: str, tasks: list[ResearchTask] | None, by: User
) -> StatementVersion:
    text_ko, text_en, products = TOLD[country, pillar]
    review_on = dt.date(2016, 6, 30)
    if tasks:
        finding = Finding.objects.select_related("task").get(task=tasks[-1])
        version = stating.from_finding(finding, text_ko=text_ko, review_on=review_on, by=by)
        version.text_en, version.products = text_en, products.split()
        version.evidence_en = "Made-up finding (demonstration)"
        stating.save_draft(version, by=by)
    else:
        version = StatementVersion(
            text_ko=text_ko, text_en=text_en, products=products.split(), evidence_ko="지어낸 근거(시연)",
            evidence_en="Made-up evidence (demonstration)", source=MADE_UP_SOURCE, as_of_on=dt.date(2015, 5, 22),
            review_on=review_on, confidence="low", is_made_up=True,
        )  # fmt: skip
        stating.start(Statement(program=program, country_id=country, pillar=pillar), version, by=by)
    for number, (label_ko, label_en, value, unit_ko, unit_en) in enumerate(
        FIGURES.get((country, pillar), ()), start=1
    ):
        stating.save_figure(
            StatementFigure(
                version=version, position=number, label_ko=label_ko, label_en=label_en, value=Decimal(value), unit_ko=unit_ko,
                unit_en=unit_en, year=2014, is_illustrative=True,
            ),
            by=by,
        )  # fmt: skip
    return version


def _publish(drafts: list[StatementVersion], reason: str, by: User, manager: User, when: dt.datetime) -> None:
    review = reviewing.hand_in(drafts, reason=reason, by=by)
    assert review.approval is not None
    approvals.answer_any(review.approval, by=manager, grant=True)
    clock.move_to(when)
    reviewing.publish(review, by=by)


def _place(version: StatementVersion) -> tuple[str, str]:
    return version.statement.country_id, version.statement.pillar
