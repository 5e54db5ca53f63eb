"""Rules that stand in the way: the one of 2015, paying without ActiveX, and one of Chile that waits for an answer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from accounts.models import Officer, User
from companies.models import Company
from ground import clock
from ground.clock import SEOUL
from ground.ids import new_id
from ground.models import Currency
from guidance.domain import regulatory, regulatory_public, regulatory_steps
from guidance.models import Concern, Pillar, RegulatoryItem
from programs.models import Listing, Program
from reports.demo import papers
from reports.demo.delivering import Seller
from reports.demo.notice import at
from reports.demo.people import Cast

State = RegulatoryItem.State
# Day of 2015, step, note, next date.
FOLLOWED = (
    (4, 20, State.EXAMINED, "외국인이 국내 쇼핑몰에서 결제를 마치지 못하는 원인을 확인했습니다.", dt.date(2015, 4, 30)),
    (4, 29, State.SENT, "공인인증서와 ActiveX 없이 결제할 수 있게 해 달라고 요청했습니다.", dt.date(2015, 5, 20)),
    (5, 18, State.ANSWERED, "외국인 결제에는 요구하지 않는 방향으로 검토하겠다고 답했습니다.", dt.date(2015, 6, 15)),
    (6, 10, State.PLANNED, "결제 창을 표준 기술로 바꾸는 일정을 받았습니다.", dt.date(2015, 9, 1)),
    (9, 1, State.DONE, "외국인 결제에서 ActiveX 설치 요구가 없어졌습니다.", None),
)  # fmt: skip


def _at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2015, month, day, 10, tzinfo=SEOUL)


def follow_activex(program: Program) -> None:
    """Raised by field research in April 2015, followed up to the changed rule in September; the values are made up."""
    by = program.agency.officers.get(role=Officer.Role.OFFICER).user
    clock.move_to(_at(4, 13))
    item = regulatory.open_item(
        RegulatoryItem(
            agency=program.agency, program=program, title_ko="원화 결제의 공인인증서·ActiveX 요구(시연)",
            title_en="Certificates and ActiveX to pay in won (demonstration)",
            hinders_ko="외국인이 국내 온라인 쇼핑몰에서 결제하려면 공인인증서와 ActiveX 설치가 필요하여 역직구 결제가 중단됩니다.",
            hinders_en="Foreigners who pay at a Korean online mall need a certificate and ActiveX, and give up.",
            countries=["CN", "US"], pillar=Pillar.PAYMENT, law="전자금융감독규정(시연)", article="공인인증서 사용 기준",
            body_name="금융 당국(시연)", stated_companies=1200, stated_amount=Decimal(58_000_000_000),
            stated_currency=Currency.objects.get(code="KRW"), stated_source="지어낸 추정(시연)", is_illustrative=True,
            next_on=dt.date(2015, 4, 27),
        ),
        Concern(
            source=Concern.Source.RESEARCH, reference="2015년 4월 중국 현장조사(시연)", form_key=new_id(),
            text="조사한 구매자 가운데 여럿이 결제 단계에서 그만두었습니다.",
        ),
        by=by,
    )  # fmt: skip
    for month, day, state, note, next_on in FOLLOWED:
        clock.move_to(_at(month, day))
        regulatory_steps.take_step(
            item, state, on=dt.date(2015, month, day), note=note, next_on=next_on, by=by,
            document=papers.pdf("시연 공문") if state == State.SENT else None,
        )  # fmt: skip
        item.refresh_from_db()
        if state == State.SENT:
            regulatory_public.write_wording(
                item, by=by, title_ko="외국인이 ActiveX 없이 결제할 수 있게(시연)",
                title_en="Paying without ActiveX from abroad (demonstration)",
                text_ko="외국인이 국내 쇼핑몰에서 결제할 때 공인인증서와 ActiveX를 요구하는 기준을 바꾸어 달라고 요청했습니다. 값은 지어낸 것입니다.",
                text_en="We asked to change the rule that foreigners need a certificate and ActiveX to pay at a Korean mall. The values are made up.",
            )  # fmt: skip
            regulatory_public.publish(item, by=by)


def raise_in_chile(cast: Cast, program: Program, sellers: list[Seller]) -> None:
    """A listing that was refused in September is raised by its company; two more companies say that it concerns them. It was
    sent and waits for an answer until the end of October."""
    clock.move_to(at(9, 17))
    listing = Listing.objects.select_related("product", "company", "agency").get(
        program=program, state=Listing.State.REFUSED
    )
    others = [
        each.participation.company for each in sellers if each.participation.company_id != listing.company_id
    ]
    item = regulatory.raise_item(
        listing.company, agency=cast.agency, listing=listing, title="현지 인증 서류를 두 번 요구합니다",
        text="이미 낸 위생 인증을 플랫폼이 지난 뒤 세관이 다시 원본으로 요구하여 입점이 거절되었습니다.", pillar=Pillar.RULES,
        countries=["CL"], products=[listing.product.hs_code[:4]], amount=Decimal(12_000_000),
        currency=Currency.objects.get(code="KRW"), is_told=True, form_key=new_id(), by=owner_of(listing.company),
    )  # fmt: skip
    clock.move_to(at(9, 22, 10))
    item.title_en = "Papers of certification asked for twice"
    item.hinders_en = "After the platform took the sanitary certificate, customs ask for the original again."
    item.law, item.article, item.body_name = "칠레 위생 규정(시연)", "수입 위생 확인", "칠레 위생 당국(시연)"
    item.body_contact = "대사관 상무관을 거쳐(시연)"
    item = regulatory.save_item(item, by=cast.officer)
    regulatory_steps.take_step(
        item, State.EXAMINED, on=dt.date(2025, 9, 22), next_on=dt.date(2025, 9, 30), by=cast.officer,
        note="같은 품목의 다른 기업도 같은 요구를 받았는지 확인했습니다.",
    )  # fmt: skip
    clock.move_to(at(9, 29, 15))
    regulatory_public.write_wording(
        item, by=cast.officer, title_ko="칠레 통관에서 위생 인증 원본을 다시 요구(시연)",
        title_en="Chile: the sanitary certificate is asked for twice (demonstration)",
        text_ko="플랫폼에 낸 위생 인증을 통관에서 원본으로 다시 요구하여 입점이 늦어집니다. 한 번 낸 인증을 인정해 달라고 요청했습니다.",
        text_en="Customs ask for the original of the certificate that the platform has taken already. We asked to accept the one.",
    )  # fmt: skip
    regulatory_public.publish(item, by=cast.officer)
    regulatory_steps.take_step(
        item, State.SENT, on=dt.date(2025, 9, 29), next_on=dt.date(2025, 10, 31), by=cast.officer,
        note="공문으로 요청하고 답을 기다립니다.", document=papers.pdf("시연 요청 공문"),
    )  # fmt: skip
    for number, company in enumerate(others[:2], start=1):
        clock.move_to(at(10, 2, 9 + number))
        regulatory.say_too(
            item,
            company,
            text="우리도 같은 서류를 두 번 냈습니다.",
            is_told=True,
            form_key=new_id(),
            by=owner_of(company),
        )


def owner_of(company: Company) -> User:
    return User.objects.filter(company_members__company=company, company_members__role="owner").earliest(
        "created_at"
    )
