"""Sales and payouts come in through the marketplace's own files: written by the demonstration, imported like any other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from django.core.files.base import ContentFile

from accounts.models import User
from companies.models import Member
from ground import clock
from ground.models import Currency
from programs.models import Program, Store
from reports.demo import rates, sales
from reports.demo.delivering import PROVIDER_STORE, Seller
from reports.demo.notice import at
from reports.demo.people import Cast
from reports.demo.sales import Sale
from reports.domain import importing
from reports.files.writing import LONG_FORM, SHORT_FORM, write_release, write_ventas
from reports.models import ExchangeRate, ImportBatch

USD_RATE = Decimal("955.00")
MONTHS = ((7, at(8, 5, 10)), (8, at(9, 5, 10)), (9, at(10, 10, 10)))


def enter_rates() -> None:
    """Two legs a day, by hand."""
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


def sell(cast: Cast, program: Program, sellers: Sequence[Seller], folder: Path) -> None:
    """Monthly files of the provider, files of the firms with stores of their own; payouts of all."""
    drawn = draw_all(sellers)
    stores = {seller.store.code: seller.store for seller in sellers}
    uploaders = {
        code: cast.provider_user
        if code == PROVIDER_STORE
        else Member.objects.get(company=store.company, role="owner").user
        for code, store in stores.items()
    }
    for month, moment in MONTHS:
        clock.move_to(moment)
        for code, store in sorted(stores.items()):
            grade = ImportBatch.Grade.PROVIDER if code == PROVIDER_STORE else ImportBatch.Grade.COMPANY
            of_month = [sale.order for sale in drawn[code] if sale.business_day.month == month]
            panel = folder / f"Ventas_{code}_2025{month:02d}.xlsx"
            write_ventas(panel, of_month, exported_at=moment)
            take_in(panel, program, store, uploaders[code], grade)
            _release(folder, program, store, drawn[code], month, moment.date(), uploaders[code], grade)


def _release(
    folder: Path,
    program: Program,
    store: Store,
    drawn: list[Sale],
    month: int,
    today: dt.date,
    by: User,
    grade: str,
) -> None:
    """The release report of the 35 days before the upload; its short form for the cross-border store, paid in USD."""
    in_dollars = store.settlement_currency_id == "USD"
    first = dt.date(2025, month, 5)
    released = [
        each
        for each in sales.movements(drawn, until=today, usd_rate=USD_RATE if in_dollars else None)
        if first <= each.released_at.date() < (first + dt.timedelta(days=31)).replace(day=5)
    ]
    if not released:
        return
    path = folder / f"release_{store.code}_2025{month:02d}.csv"
    write_release(
        path,
        released,
        columns=SHORT_FORM if in_dollars else LONG_FORM,
        delimiter="," if in_dollars else ";",
        currency="USD" if in_dollars else "CLP",
    )
    take_in(path, program, store, by, grade)
