"""Shipped platforms and their markets. Loading twice changes nothing; what staff switched off stays off."""

from __future__ import annotations

from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from ground.reference import put, rows
from programs.models import Market, Platform

DATA = Path(__file__).resolve().parent / "data"


def load() -> dict[str, int]:
    """Load both lists; returns how many rows were new or mended in each."""
    platforms = [
        Platform(
            pk=uuid5(NAMESPACE_URL, f"naru:platform:{row['code']}"),
            code=row["code"], name_ko=row["name_ko"], name_en=row["name_en"],
        )
        for row in rows(DATA / "platforms.csv")
    ]  # fmt: skip
    loaded = put(Platform, platforms, ["code", "name_ko", "name_en"])
    keys = {each.code: each.pk for each in platforms}
    markets = [
        Market(
            pk=uuid5(NAMESPACE_URL, f"naru:market:{row['platform']}:{row['site_code']}"),
            platform_id=keys[row["platform"]], site_code=row["site_code"], country_id=row["country"],
            currency_id=row["currency"], zone=row["zone"],
        )
        for row in rows(DATA / "markets.csv")
    ]  # fmt: skip
    return {
        "platforms": loaded,
        "markets": put(Market, markets, ["platform", "site_code", "country", "currency", "zone"]),
    }
