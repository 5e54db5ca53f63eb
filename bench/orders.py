"""A made-up year of an alliance in one file: orders of Naru's own template, with the share of bad rows, repetitions and refunds
that real exports have, and the world in which it is taken in."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from ground.models import Currency
from programs.models import Program, Store
from reports.models import ExchangeRate
from tests.factories import programs, register

COMPANIES = 200
SKUS_OF_EACH = 10
FIRST = dt.date(2025, 1, 1)
DAYS = 365
CURRENCIES = {"USD": ("1385.20", 2), "MXN": ("74.11", 2), "CLP": ("1.46", 0)}
HEADINGS = (
    "주문번호", "주문일시", "거래구분", "주문상태", "판매자 상품코드", "마켓 상품번호", "상품명", "수량", "단가", "통화", "상품금액",
    "판매자 할인", "판매수수료", "배송비 수입", "배송비 지출", "환불금액",
)  # fmt: skip
BAD, TWICE, REFUNDED = 0.01, 0.02, 0.03


def world(code: str = "ALLIANCE") -> tuple[Program, Store]:
    """A provider's store whose products belong to two hundred companies; a rate for each day."""
    of = programs.program("ALLIANCE-2025", starts_on=FIRST, ends_on=FIRST + dt.timedelta(days=DAYS))
    store = programs.store(code)
    for place in range(COMPANIES):
        company = register.company(place + 1)
        part = of.participations.filter(company=company).first() or programs.participation(company, of)
        for number in range(SKUS_OF_EACH):
            programs.assignment(store, part, sku=sku(place * SKUS_OF_EACH + number), from_on=FIRST)
    if not ExchangeRate.objects.exists():
        won = programs.currency("KRW")
        bases: list[tuple[Currency, str]] = [
            (programs.currency(code), value) for code, (value, _) in CURRENCIES.items()
        ]
        ExchangeRate.objects.bulk_create(
            ExchangeRate(base=base, quote=won, day=FIRST + dt.timedelta(days=day), quoted_value=Decimal(value), source="bench")
            for base, value in bases
            for day in range(DAYS)
        )  # fmt: skip
    return of, store


def sku(number: int) -> str:
    return f"SKU-{number:05}"


def write(path: Path, rows: int, *, seed: int = 1) -> None:
    """`rows` rows below the headings, in the order in which they were sold. Memory stays flat."""
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(",".join(HEADINGS) + "\r\n")
        out.writelines(_lines(rows, random.Random(seed)))


def _lines(rows: int, some: random.Random) -> Iterator[str]:
    names = [f"고운 손 세럼 {number:05} 30ml 2개입" for number in range(COMPANIES * SKUS_OF_EACH)]
    codes = list(CURRENCIES)
    last = ""
    for number in range(rows):
        draw = some.random()
        if draw < TWICE and last:
            yield last
            continue
        moment = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(
            seconds=number * DAYS * 86_400 // (rows + 1)
        )
        product = int(some.random() * len(names))
        currency = codes[number % 3]
        decimals = CURRENCIES[currency][1]
        units = 1 + int(some.random() * 3)
        price = (1 + int(some.random() * 90)) * (1000 if decimals == 0 else 1)
        price_text = f"{price}" if decimals == 0 else f"{price}.{int(some.random() * 100):02}"
        gross = Decimal(price_text) * units
        quantum = Decimal(1).scaleb(-decimals)
        fee, off = (gross * 11 / 100).quantize(quantum), (gross * 5 / 100).quantize(quantum)
        is_refunded = draw > 1 - REFUNDED
        line = (
            f"{20_000_000_000 + number},{moment:%Y-%m-%d %H:%M:%S},판매,{'환불' if is_refunded else '배송완료'},"
            f"{sku(product)},MK{product:07},{names[product]},{units},{price_text},{currency},{gross},{off},{fee},0,0,"
            f"{gross - off if is_refunded else 0}\r\n"
        )
        if TWICE <= draw < TWICE + BAD:
            line = line.replace(f",{currency},{gross},", f",{currency},{gross}원정,", 1)
        last = line
        yield line
