"""The demonstration's orders and payouts: drawn once from a fixed seed, written as the marketplace's own files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from zoneinfo import ZoneInfo

from reports.demo.firms import Firm
from reports.files.writing import Movement, PanelItem, PanelOrder

SANTIAGO = ZoneInfo("America/Santiago")
FIRST, LAST = dt.date(2025, 7, 1), dt.date(2025, 9, 30)
GOAL_CLP = Decimal(716_000_000)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Sale:
    """An order and whose goods it holds."""

    order: PanelOrder
    firms: tuple[Firm, ...]

    @property
    def gross(self) -> Decimal:
        return sum((item.unit_price * item.units for item in self.order.items), ZERO)

    @property
    def business_day(self) -> dt.date:
        return self.order.ordered_at.astimezone(SANTIAGO).date()


def _part(amount: Decimal, share: str) -> Decimal:
    return (amount * Decimal(share)).quantize(Decimal(1), ROUND_HALF_UP)


def listing_reference(firm: Firm, place: int) -> str:
    return f"MLC{1_400_000_000 + firm.serial * 1000 + place}"


def _moment(random: Random) -> dt.datetime:
    """More sales towards the end, most in the evening; a few just before midnight of a month's last day."""
    days = (LAST - FIRST).days + 1
    day = FIRST + dt.timedelta(days=min(days - 1, int(days * max(random.random(), random.random() * 0.9))))
    minute = int(random.triangular(0, 24 * 60 - 1, 20 * 60))
    return dt.datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=SANTIAGO)


def _item(random: Random, firm: Firm, status: str) -> PanelItem:
    place = random.randrange(len(firm.goods))
    goods = firm.goods[place]
    return PanelItem(
        sku=goods.code,
        listing_reference=listing_reference(firm, place + 1),
        title=goods.name_es,
        units=random.choices((1, 2, 3, 4), (46, 30, 16, 8))[0],
        unit_price=Decimal(goods.price_clp),
        status_text=status,
        is_advertised=random.random() < 0.3,
    )


def draw(firms: Sequence[Firm], first_reference: int, seed: int, goal: Decimal) -> list[Sale]:
    """Orders of one store until `goal` (CLP, product income) is reached; packs may hold goods of several firms."""
    random = Random(seed)  # noqa: S311 — made-up sales, not a secret
    weights = [firm.weight for firm in firms]
    sales: list[Sale] = []
    reached = ZERO
    while reached < goal:
        is_pack = random.random() < 0.06
        count = random.choice((2, 3)) if is_pack else 1
        chosen = tuple(random.choices(firms, weights, k=count))
        fate = random.random()
        status = "Entregado"
        if fate > 0.985:
            status = "Venta cancelada"
        elif fate > 0.955:
            status = "Devolución finalizada con reembolso al comprador"
        items = tuple(_item(random, firm, status) for firm in chosen)
        gross = sum((item.unit_price * item.units for item in items), ZERO)
        fee = -_part(gross, "0.155")
        shipping_in = Decimal(2990) if gross < 30_000 else ZERO
        shipping_cost = -Decimal(random.choice((2990, 3490, 4290)))
        refund = ZERO
        if status == "Venta cancelada" or status.startswith("Devolución"):
            refund = -(gross + fee + shipping_in + shipping_cost)
        elif random.random() < 0.012:
            refund = -_part(gross, "0.2")
        moment = _moment(random)
        order = PanelOrder(
            reference=str(first_reference + len(sales) * 7),
            ordered_at=moment,
            items=items,
            fee_amount=fee,
            shipping_in_amount=shipping_in or None,
            shipping_cost_amount=shipping_cost,
            refund_amount=refund or None,
        )
        sales.append(Sale(order, chosen))
        reached += gross
    return sorted(sales, key=lambda sale: (sale.order.ordered_at, sale.order.reference))


def movements(sales: Sequence[Sale], *, until: dt.date, usd_rate: Decimal | None = None) -> list[Movement]:
    """What the platform released of these orders until a day: 14 days after the order; a few are late, a few broken."""
    released = []
    for place, sale in enumerate(sales):
        order = sale.order
        fee = order.fee_amount or ZERO
        shipping = (order.shipping_in_amount or ZERO) + (order.shipping_cost_amount or ZERO)
        refund = order.refund_amount or ZERO
        gross = sale.gross + refund
        day = order.ordered_at + dt.timedelta(days=14, hours=place % 5)
        if gross + fee + shipping <= 0 or day.date() > until or place % 181 == 180:
            continue

        def money(amount: Decimal) -> Decimal:
            if usd_rate is None:
                return amount
            return (amount / usd_rate).quantize(Decimal("0.01"), ROUND_HALF_UP)

        taken = Decimal(5000) if place % 233 == 232 and usd_rate is None else ZERO
        released.append(
            Movement(
                released_at=day,
                source_reference=str(90_000_000_000 + int(order.reference) % 10_000_000_000),
                gross_amount=money(gross),
                fee_amount=money(fee) - taken,
                shipping_fee_amount=money(shipping),
                external_reference=order.reference,
                order_reference=order.reference,
                approved_at=order.ordered_at,
            )
        )
    return released
