"""Shipped code lists: countries, currencies, provinces, industries, holidays. Loading twice changes nothing.

Sources: ISO 3166-1 and 4217 (names from Unicode CLDR through Babel), the standard administrative codes with their dated
changes, KSIC sections (the same in revisions 10 and 11), Korean public holidays with substitutes.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import holidays
from babel import Locale
from django.db import models

from ground.models import Country, Currency, Holiday, Industry, Province

DATA = Path(__file__).resolve().parent / "data"
NOT_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA", "XK"}
HOLIDAY_YEARS = range(2014, 2032)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def put(model: type[models.Model], wanted: Iterable[models.Model], columns: list[str]) -> int:
    """Insert what is missing and mend what differs; rows that are alike are not touched (no empty history)."""
    manager: Any = model._default_manager
    key = model._meta.pk.attname
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    names = [field.attname for field in fields]
    known = {getattr(row, key): row for row in manager.all()}
    new, changed = [], []
    for row in wanted:
        old = known.get(getattr(row, key))
        if old is None:
            new.append(row)
        elif any(getattr(old, name) != getattr(row, name) for name in names):
            changed.append(row)
    manager.bulk_create(new)
    if changed:
        manager.bulk_update(changed, columns)
    return len(new) + len(changed)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def load() -> dict[str, int]:
    """Load all lists; returns how many rows were new or mended in each."""
    korean, english = Locale("ko"), Locale("en")
    countries = [
        Country(code=code, name_ko=korean.territories[code], name_en=english.territories[code])
        for code in sorted(english.territories)
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    ]
    currencies = [
        Currency(
            code=row["code"], name_ko=row["name_ko"], name_en=row["name_en"],
            decimals=int(row["decimals"]), quote_units=int(row["quote_units"]),
        )
        for row in rows(DATA / "currencies.csv")
    ]  # fmt: skip
    provinces = sorted(
        (
            Province(
                code=row["code"], name_ko=row["name_ko"], short_ko=row["short_ko"], name_en=row["name_en"],
                valid_from=_day(row["valid_from"]), valid_to=_day(row["valid_to"]),
                succeeded_by_id=row["succeeded_by"] or None,
            )
            for row in rows(DATA / "provinces.csv")
        ),
        key=lambda each: each.succeeded_by_id is not None,
    )  # fmt: skip
    industries = [
        Industry(
            id=f"{revision}:{row['code']}", revision=revision, code=row["code"],
            name_ko=row["name_ko"], name_en=row["name_en"],
        )
        for revision in (10, 11)
        for row in rows(DATA / "industries.csv")
    ]  # fmt: skip
    in_english = holidays.country_holidays("KR", years=HOLIDAY_YEARS, language="en_US")
    days = [
        Holiday(day=day, name_ko=name[:80], name_en=in_english.get(day, "")[:80])
        for day, name in sorted(holidays.country_holidays("KR", years=HOLIDAY_YEARS, language="ko").items())
    ]
    return {
        "countries": put(Country, countries, ["name_ko", "name_en"]),
        "currencies": put(Currency, currencies, ["name_ko", "name_en", "decimals", "quote_units"]),
        "provinces": put(
            Province, provinces, ["name_ko", "short_ko", "name_en", "valid_from", "valid_to", "succeeded_by"]
        ),
        "industries": put(Industry, industries, ["name_ko", "name_en"]),
        "holidays": put(Holiday, days, ["name_ko", "name_en"]),
    }
