"""Sales and payouts come in through the marketplace's own files: written by the demonstration, imported like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from accounts.models import User
from companies.models import Company, Member
from ground import clock
from ground.models import Currency
from programs.models import Program, Store
from reports.demo import papers, rates, sales
from reports.demo.delivering import PROVIDER_STORE, Seller
from reports.demo.notice import at
from reports.demo.people import Cast
from reports.demo.sales import Sale
from reports.domain import declaring, importing, payout_terms, proving, scheduling
from reports.files.writing import LONG_FORM, SHORT_FORM, write_release, write_ventas
from reports.models import ExchangeRate, ImportBatch

USD_RATE = Decimal("955.00")
PESO = Decimal(1)
MONTHS = {7: at(8, 5, 10), 8: at(9, 5, 10), 9: at(10, 10, 10)}
"""Month of sales → when its files come in."""


def enter_rates(month: int) -> None:
    """Two legs a day, by hand, up to the day on which the month's files come in."""
    last = MONTHS[month].date()
    first = MONTHS[month - 1].date() if month - 1 in MONTHS else dt.date.min
    codes = {code: Currency.objects.get(code=code) for code in ("USD", "KRW", "CLP")}
    ExchangeRate.objects.bulk_create(
        ExchangeRate(
            base=codes["USD"],
            quote=codes[quote],
            day=day,
            quoted_units=1,
            quoted_value=value,
            source=rates.SOURCE,
        )
        for day, krw, clp in rates.legs()
        if first < day <= last
        for quote, value in (("KRW", krw), ("CLP", clp))
    )


def take_in(path: Path, program: Program, store: Store, by: User, grade: str) -> ImportBatch:
    """Upload, preview, confirm, import."""
    file = importing.keep(ContentFile(path.read_bytes(), name=path.name))
    batch = importing.read(importing.stage(file, program, store, by, grade))
    if batch.state != ImportBatch.State.PREVIEW:
        raise RuntimeError(f"{path.name}: {batch.refusal_en}")
    return importing.enter(importing.confirm(batch, by=by))


def draw_all(sellers: Sequence[Seller]) -> dict[str, list[Sale]]:
    """Each store's orders of the three months, by the store's code."""
    total = sum(seller.firm.weight for seller in sellers)
    by_store: dict[str, list[Seller]] = {}
    for seller in sellers:
        by_store.setdefault(seller.store.code, []).append(seller)
    drawn = {}
    for place, (code, inside) in enumerate(sorted(by_store.items())):
        share = Decimal(sum(seller.firm.weight for seller in inside)) / total
        drawn[code] = sales.draw(
            [seller.firm for seller in inside],
            2_000_011_000_000_000 + place * 10_000_000,
            700 + place,
            sales.GOAL_CLP * share,
        )
    return drawn


def take_in_month(
    program: Program,
    sellers: Sequence[Seller],
    drawn: dict[str, list[Sale]],
    month: int,
    cast: Cast,
    folder: Path,
) -> None:
    """The provider's file of the month; firms with a store of their own export two months at once, then September."""
    moment = MONTHS[month]
    clock.move_to(moment)
    enter_rates(month)
    stores = {seller.store.code: seller.store for seller in sellers}
    for code, store in sorted(stores.items()):
        is_shared = code == PROVIDER_STORE
        if not is_shared and month == 7:
            continue
        by = cast.provider_user if is_shared else _owner(store.company)
        grade = ImportBatch.Grade.PROVIDER if is_shared else ImportBatch.Grade.COMPANY
        months = {month} if is_shared or month == 9 else {7, 8}
        panel = folder / f"Ventas_{code}_2025{month:02d}.xlsx"
        write_ventas(
            panel,
            [sale.order for sale in drawn[code] if sale.business_day.month in months],
            exported_at=moment,
        )
        take_in(panel, program, store, by, grade)
        if is_shared or month == 9:
            first = dt.date(2025, month, 5) if is_shared else dt.date(2025, 8, 15)
            _release(folder, program, store, drawn[code], first, moment.date(), by, grade)


def _owner(company: Company | None) -> User:
    return Member.objects.select_related("user").get(company=company, role="owner").user


def _release(
    folder: Path,
    program: Program,
    store: Store,
    drawn: list[Sale],
    first: dt.date,
    last: dt.date,
    by: User,
    grade: str,
) -> None:
    """A release report from a day to the upload; its short form for the cross-border store, which is paid in USD."""
    in_dollars = store.settlement_currency_id == "USD"
    released = [
        each
        for each in sales.movements(drawn, until=last, usd_rate=USD_RATE if in_dollars else None)
        if first <= each.released_at.date() < last
    ]
    if not released:
        return
    path = folder / f"release_{store.code}_{last:%Y%m}.csv"
    write_release(
        path,
        released,
        columns=SHORT_FORM if in_dollars else LONG_FORM,
        delimiter="," if in_dollars else ";",
        currency="USD" if in_dollars else "CLP",
    )
    take_in(path, program, store, by, grade)


def declare_month(sellers: Sequence[Seller], drawn: dict[str, list[Sale]], month: int) -> None:
    """Companies declare the month; a few round, some forget September, one corrects August."""
    pesos = Currency.objects.get(code="CLP")
    clock.move_to(MONTHS[month] + dt.timedelta(hours=3))
    for place, seller in enumerate(sellers):
        if month == 9 and place % 10 == 9:
            continue
        sold, orders = _sold(seller, drawn, month)
        declaring.declare(
            seller.participation, month=dt.date(2025, month, 1), currency=pesos,
            amount=sold.quantize(Decimal("1E4")) if place % 7 == 0 else sold, orders=orders,
            by=_owner(seller.participation.company),
        )  # fmt: skip
        if month == 8 and place == 3:
            declaring.declare(
                seller.participation, month=dt.date(2025, 8, 1), currency=pesos, amount=sold + 120_000,
                orders=orders + 2, note="누락된 주문 2건을 더했습니다.", by=_owner(seller.participation.company),
            )  # fmt: skip


def _sold(seller: Seller, drawn: dict[str, list[Sale]], month: int) -> tuple[Decimal, int]:
    """What the company itself counts: product income of its goods, cancelled sales left out."""
    amount, orders = sales.ZERO, 0
    for sale in drawn[seller.store.code]:
        mine = [item for item, firm in zip(sale.order.items, sale.firms, strict=True) if firm == seller.firm]
        if sale.business_day.month == month and mine and mine[0].status_text == "Entregado":
            amount += sum((item.unit_price * item.units for item in mine), sales.ZERO)
            orders += 1
    return amount, orders


def record_customs(cast: Cast, sellers: Sequence[Seller]) -> None:
    """Customs by hand for some companies: goods are declared once when they leave for the warehouse."""
    clock.move_to(at(10, 11, 11))
    for place, seller in enumerate(sellers[:14]):
        declaring.record_customs(
            seller.participation, month=dt.date(2025, 7 + place % 3, 1), kind="indirect" if place % 4 == 3 else "direct",
            fob_amount=Decimal(2_400 + seller.firm.weight * 37), source="수출실적증명서(시연)", by=cast.officer,
        )  # fmt: skip


def pay_companies(
    cast: Cast, sellers: Sequence[Seller], drawn: dict[str, list[Sale]], month: int, day: dt.date
) -> None:
    """The provider states what it passed on for a month; most companies confirm."""
    pesos = Currency.objects.get(code="CLP")
    clock.move_to(at(day.month, day.day, 15) + dt.timedelta(days=1))
    inside = [seller for seller in sellers if seller.store.code == PROVIDER_STORE]
    for place, seller in enumerate(inside):
        sold, _orders = _sold(seller, drawn, month)
        fee = (sold * Decimal("0.08")).quantize(PESO)
        proof = proving.state(
            seller.store, seller.participation, month=dt.date(2025, month, 1),
            statement_number=f"MG-2025{month:02d}-{place + 1:02d}", currency=pesos, sold_amount=sold, fee_amount=fee,
            paid_amount=sold - fee, paid_on=day, upload=papers.pdf("이체확인증"), by=cast.provider_user,
        )  # fmt: skip
        if place % 6 != 5:
            owner = _owner(seller.participation.company)
            proving.confirm(proof, by=owner, seen=proving.digest(proof))


def record_terms(cast: Cast, program: Program) -> None:
    """When money is due, by the papers that the agency has: the platform's page and the provider's agreement."""
    platform = Store.objects.select_related("market__platform").get(code=PROVIDER_STORE).market.platform
    terms: tuple[tuple[str, int, str, dict[str, Any]], ...] = (
        ("release", 30, "메르카도리브레 판매자 안내(시연), 2025-06-20 확인", {"platform": platform}),
        ("pass_on", 30, "수행사 협약서 제7조(시연)", {"program": program}),
        ("fee", 10, "수행사 협약서 제6조(시연)", {"program": program}),
    )
    for kind, value, source, place in terms:
        payout_terms.record(
            program.agency, kind=kind, value=Decimal(value), from_on=program.starts_on, source=source, by=cast.manager, **place,
        )  # fmt: skip


def set_schedule(cast: Cast, program: Program) -> None:
    clock.move_to(at(7, 28, 10))
    scheduling.set_schedule(program, day_of_month=12, time=dt.time(9), by=cast.manager)


def write_report(month: int) -> None:
    """What the schedule writes on the 12th of the month after."""
    clock.move_to(at(month + 1, 12, 9, 1))
    if len(scheduling.tick()) != 1:
        raise RuntimeError(f"the report of month {month} was not written")
