"""Stores, assignments, the package's components and listings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from accounts.domain import approvals
from companies.domain import standing
from ground import clock
from ground.models import Currency
from programs.domain import consulting, delivery, listings, paying, stores
from programs.models import (
    Assignment,
    Component,
    Consultation,
    Delivery,
    Listing,
    Market,
    Participation,
    Payment,
    Program,
    ProviderContract,
    Store,
    StoreTax,
)
from reports.demo import applying, papers
from reports.demo.applying import Applicant
from reports.demo.firms import Firm
from reports.demo.notice import at
from reports.demo.people import Cast
from reports.demo.sales import listing_reference

PROVIDER_STORE = "MLC-MULGIL"
COSTS = {"onboarding": 3_600_000, "marketing": 4_200_000, "infrastructure": 2_700_000, "creator": 1_900_000}


@dataclass(frozen=True)
class Seller:
    """A firm that takes part, and the store its goods are sold in."""

    firm: Firm
    participation: Participation
    store: Store


def open_stores(cast: Cast, applicants: list[Applicant], participations: list[Participation]) -> list[Seller]:
    """One store of the provider for most firms, own stores for four (one of them cross-border, paid in USD)."""
    clock.move_to(at(6, 26, 10))
    market = Market.objects.get(platform__code="mercadolibre", site_code="MLC")
    pesos, dollars = Currency.objects.get(code="CLP"), Currency.objects.get(code="USD")
    shared = stores.add_store(
        agency=cast.agency, market=market, code=PROVIDER_STORE, name="Mulgil Korea Store", kind=Store.Kind.LOCAL,
        holder=cast.provider, settlement_currency=pesos, by=cast.officer,
    )  # fmt: skip
    _in_price(cast, shared)
    firms = {each.company.pk: each for each in applicants}
    sellers = []
    for participation in participations:
        firm = firms[participation.company_id].firm
        store = shared
        if firm.store != "provider":
            abroad = firm.store == "own_abroad"
            store = stores.add_store(
                agency=cast.agency, market=market, code=f"MLC-F{firm.serial:02d}", name=f"{firm.name_en} Chile",
                kind=Store.Kind.CROSS_BORDER if abroad else Store.Kind.LOCAL, holder=participation.company,
                settlement_currency=dollars if abroad else pesos, by=cast.officer,
            )  # fmt: skip
            _in_price(cast, store)
            stores.assign(
                store,
                participation,
                scope=Assignment.Scope.STORE,
                from_on=dt.date(2025, 7, 1),
                by=cast.officer,
            )
        else:
            for goods in firm.goods:
                stores.assign(
                    store, participation, scope=Assignment.Scope.SKU, reference=goods.code,
                    from_on=dt.date(2025, 7, 1), by=cast.officer,
                )  # fmt: skip
        sellers.append(Seller(firm, participation, store))
    return sellers


def _in_price(cast: Cast, store: Store) -> None:
    stores.set_tax(
        store,
        treatment=StoreTax.Treatment.IN_PRICE,
        from_on=dt.date(2025, 7, 1),
        rate_percent=Decimal(19),
        by=cast.officer,
    )


def open_all_listings(cast: Cast, sellers: list[Seller]) -> None:
    """Each product is listed; most go live in July, one is paused, one refused."""
    clock.move_to(at(6, 27, 9))
    market = Market.objects.get(platform__code="mercadolibre", site_code="MLC")
    for seller in sellers:
        products = seller.participation.company.products.order_by("code")
        listings.open_listings(seller.participation, products, market, by=cast.officer, store=seller.store)
    every = list(
        Listing.objects.filter(program=sellers[0].participation.program).select_related("company", "product")
    )
    steps = (
        (Listing.State.PERMIT, at(6, 27, 11)),
        (Listing.State.SHIPPED, at(6, 28, 10)),
        (Listing.State.IN_STOCK, at(6, 30, 15)),
    )
    for state, moment in steps:
        clock.move_to(moment)
        listings.advance_many(every, state, by=cast.officer)
    clock.move_to(at(7, 1, 9))
    firms = {seller.participation.company_id: seller.firm for seller in sellers}
    for listing in every:
        firm = firms[listing.company_id]
        place = int(listing.product.code.rpartition("-")[2])
        listing.refresh_from_db()
        listings.advance(
            listing, Listing.State.LIVE, by=cast.officer, reference=listing_reference(firm, place)
        )


def stop_some_listings(cast: Cast, program: Program) -> None:
    """Two are paused and one is refused in the middle of September."""
    clock.move_to(at(9, 15, 9))
    every = list(Listing.objects.filter(program=program).order_by("reference"))
    for place, reason in ((3, "재고 소진"), (11, "성분 표시 보완")):
        listings.advance(every[place], Listing.State.PAUSED, by=cast.officer, reason=reason)
    listings.advance(every[17], Listing.State.REFUSED, by=cast.officer, reason="현지 인증 서류 미비")


def plan_components(cast: Cast, program: Program, participations: list[Participation]) -> None:
    """All four components are planned; onboarding, marketing and infrastructure go to all, creators to the first twelve."""
    clock.move_to(at(6, 27, 14))
    contract = ProviderContract.objects.get(program=program)
    for component in Component.objects.filter(program=program):
        chosen = participations[:12] if component.kind == Component.Kind.CREATOR else participations
        delivery.assign(
            component, chosen, planned_on=dt.date(2025, 9, 30), planned_amount=Decimal(COSTS[component.kind]),
            by=cast.officer, contract=contract,
        )  # fmt: skip


def tick_off(cast: Cast, program: Program) -> None:
    """The provider ticks off what was delivered by the end of September, each with a file as evidence."""
    clock.move_to(at(9, 29, 10))
    rows = (
        Delivery.objects.filter(program=program)
        .select_related("component")
        .order_by("component__position", "pk")
    )
    for place, row in enumerate(rows):
        if row.component.kind == Component.Kind.CREATOR and place % 3 == 0:
            continue
        actual = row.planned_amount + Decimal((place % 5 - 3) * 100_000)
        delivery.tick_off(
            row, done_on=dt.date(2025, 7, 4) + dt.timedelta(days=place % 80), actual_amount=actual,
            evidence=papers.pdf("완료 보고서"), by=cast.provider_user,
        )  # fmt: skip


def pay_one(cast: Cast, sellers: list[Seller], folder: Path) -> None:
    """The subsidy for one delivery: asked for, agreed to by a second person, paid out after the tax office was asked anew and the
    criteria were taken again."""
    papers.pass_check()
    done = (
        sellers[0]
        .participation.deliveries.filter(state=Delivery.State.DONE)
        .order_by("component__position")
        .first()
    )
    assert done is not None
    clock.move_to(at(10, 21, 10))
    payment = paying.ask(
        sellers[0].participation, amount=done.actual_amount or Decimal(0), currency=Currency.objects.get(code="KRW"),
        purpose="", reason="완료 보고서를 확인했습니다.", delivery=done, payee=Payment.Payee.PROVIDER, by=cast.officer,
    )  # fmt: skip
    question = paying.approval_of(payment)
    assert question is not None
    approvals.answer(question, by=cast.manager, grant=True)
    with applying.tax_office(folder) as office:
        standing.check_status([sellers[0].participation.company], office=office)
    clock.move_to(at(10, 21, 14))
    paying.pay(payment, by=cast.finance)


def consult(cast: Cast, sellers: list[Seller]) -> None:
    """Staff talk with two companies; one promise is kept, one waits on the desk."""
    first, second = (each.participation.company for each in sellers[:2])
    clock.move_to(at(10, 20, 11))
    kept = consulting.note(
        first, agency=cast.agency, held_on=dt.date(2025, 10, 13), channel=Consultation.Channel.VISIT,
        topic=Consultation.Topic.CERTIFICATE, follow_up="인증 대행기관 안내 자료 보내기", due_on=dt.date(2025, 10, 22),
        text="칠레 위생 인증의 절차와 걸리는 기간을 물었습니다.\n인증이 필요한 품목과 필요하지 않은 품목을 함께 확인했습니다.",
        by=cast.officer,
    )  # fmt: skip
    consulting.note(
        second, agency=cast.agency, held_on=dt.date(2025, 10, 20), channel=Consultation.Channel.PHONE,
        topic=Consultation.Topic.LOGISTICS, follow_up="물류 수행사에 재고 위치 확인하고 회신하기",
        due_on=dt.date(2025, 10, 28), text="현지 창고의 재고가 화면보다 적게 보인다고 합니다.", by=cast.officer,
    )  # fmt: skip
    consulting.finish(kept, by=cast.officer)
