"""Rates, sales files and imports, made up: files in the marketplaces' real form, taken in by the verbs that users use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import File

from ground.clock import SEOUL
from ground.models import StoredFile
from programs.models import Program, Store
from reports.domain import importing
from reports.files.writing import Movement, PanelItem, PanelOrder, write_release, write_ventas
from reports.models import ExchangeRate, ImportBatch
from tests.factories import programs, register

SANTIAGO = ZoneInfo("America/Santiago")


def santiago(month: int, day: int, hour: int = 12, minute: int = 0) -> dt.datetime:
    return dt.datetime(2025, month, day, hour, minute, tzinfo=SANTIAGO)


def rate(
    base: str,
    quote: str,
    day: dt.date,
    value: str,
    *,
    units: int = 1,
    version: int = 1,
    series: str = "day",
    **more: Any,
) -> ExchangeRate:
    return ExchangeRate.objects.create(
        series=series, base=programs.currency(base), quote=programs.currency(quote), day=day, quoted_units=units,
        quoted_value=Decimal(value), source=f"{quote} 고시", version=version, **more,
    )  # fmt: skip


def rates(first: dt.date, last: dt.date, krw: str = "1400", clp: str = "950") -> None:
    """The same two legs on each day."""
    day = first
    while day <= last:
        rate("USD", "KRW", day, krw)
        rate("USD", "CLP", day, clp)
        day += dt.timedelta(days=1)


def in_october(move_clock: Callable[[dt.datetime], None]) -> Program:
    """A program from August on, on 12 October 2025; a dollar is 1,400 won and 950 pesos."""
    move_clock(dt.datetime(2025, 10, 12, 9, tzinfo=SEOUL))
    rates(dt.date(2025, 8, 1), dt.date(2025, 10, 12))
    return programs.program(starts_on=dt.date(2025, 8, 1))


def cross_border(program: Program) -> Store:
    """A company's store that is paid in dollars, whole its own."""
    company = register.company(1)
    store = programs.store(
        "CBT", company=company, kind="cross_border", settlement_currency=programs.currency("USD")
    )
    programs.assignment(store, programs.participation(company, program))
    return store


def item(sku: str = "SKU-1", units: int = 1, price: int = 10_000, **more: Any) -> PanelItem:
    fields: dict[str, Any] = {"listing_reference": f"MLC-{sku}", "title": f"상품 {sku}", **more}
    return PanelItem(sku=sku, units=units, unit_price=Decimal(price), **fields)


def order(number: int, *items: PanelItem, at: dt.datetime | None = None, **more: Any) -> PanelOrder:
    """An order with a fee of 10 % of nothing: amounts are given as whole pesos with the panel's signs."""
    money = {
        name: None if value is None else Decimal(value)
        for name, value in more.items()
        if name.endswith("_amount")
    }
    rest = {name: value for name, value in more.items() if not name.endswith("_amount")}
    return PanelOrder(
        reference=f"2000{number:011}",
        ordered_at=at or santiago(8, 5),
        items=items or (item(),),
        **money,
        **rest,
    )


def stored(path: Path) -> StoredFile:
    with path.open("rb") as stream:
        return importing.keep(File(stream, name=path.name))


def ventas(folder: Path, orders: Iterable[PanelOrder], name: str = "ventas.xlsx", **more: Any) -> Path:
    path = folder / name
    write_ventas(path, list(orders), **more)
    return path


def release(folder: Path, movements: Iterable[Movement], name: str = "release.csv", **more: Any) -> Path:
    path = folder / name
    write_release(path, list(movements), **more)
    return path


def movement(number: int, gross: str, *, order: int, at: dt.datetime, **more: Any) -> Movement:
    fields: dict[str, Any] = {"external_reference": f"2000{order:011}", **more}
    return Movement(
        released_at=at, source_reference=f"{90_000_000 + number}", gross_amount=Decimal(gross), **fields
    )


def taken_in(path: Path, program: Program, store: Store, grade: str = "company", **more: Any) -> ImportBatch:
    """Staged and read: the preview."""
    return importing.read(importing.stage(stored(path), program, store, None, grade, **more))


def imported(path: Path, program: Program, store: Store, grade: str = "company", **more: Any) -> ImportBatch:
    """Staged, read, confirmed and entered."""
    batch = taken_in(path, program, store, grade, **more)
    assert batch.state == ImportBatch.State.PREVIEW, batch.refusal_ko
    return importing.enter(importing.confirm(batch, by=None))
