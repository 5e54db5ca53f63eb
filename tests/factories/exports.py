"""Lists of exports, read and entered as users do it, and what they come to."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.base import File

from reports.domain import customs_lists, importing
from reports.domain.verifying import verify
from reports.models import CustomsList
from reports.queries import reported_measures
from reports.queries.counted import Scope
from tests.factories import register

HEADINGS = (
    "수출신고번호",
    "란번호",
    "수리일자",
    "사업자등록번호",
    "HS부호",
    "신고금액(USD)",
    "목적국",
    "거래구분",
    "대표자명",
)


def declared(
    number: str, amount: str, *, company: int = 1, on: str = "2025-08-05", **more: str
) -> dict[str, str]:
    return {
        "수출신고번호": number, "란번호": "001", "수리일자": on, "사업자등록번호": register.company(company).business_number,
        "HS부호": "3304.99-1000", "신고금액(USD)": amount, "목적국": "CL", "거래구분": "11", "대표자명": "홍길동", **more,
    }  # fmt: skip


def written(folder, *rows: dict[str, str], headings=HEADINGS, name="exports.csv"):
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.DictWriter(stream, headings)
        out.writeheader()
        out.writerows(rows)
    return path


def taken(path, program, by, **more: Any) -> CustomsList:
    with path.open("rb") as stream:
        kept = importing.keep(File(stream, name=path.name))
    return customs_lists.read(customs_lists.take_in(kept, program, by=by, **more))


def entered(path, program, by, unpaid=(), **more: Any) -> CustomsList:
    row = taken(path, program, by, **more)
    assert row.state == CustomsList.State.PREVIEW, row.refusal_ko
    return customs_lists.enter(customs_lists.confirm(row, by=by, unpaid_types=unpaid))


def customs(program, **more: Any) -> dict[dt.date, tuple[Decimal, Decimal | None]]:
    found = reported_measures.customs(Scope(program, program.starts_on, program.ends_on, **more))
    return {row.month: (row.amount, row.krw_amount) for row in found}


def sums(row: CustomsList) -> dict[str, tuple[int, Decimal]]:
    return {each["name"]: (each["lines"], Decimal(each["fob"])) for each in row.found}


def no_differences() -> None:
    assert [str(each) for each in verify().differences] == []
