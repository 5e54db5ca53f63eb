"""Companies of the register: made up, with numbers that pass the check digit but are given to nobody (type code 00)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import User
from companies.models import (
    Certificate,
    Company,
    Contact,
    Member,
    Place,
    Product,
    Sight,
    StatusCheck,
    Support,
)
from companies.numbers import check_digit
from ground import clock
from ground.models import Province
from tests.factories import people


def number(serial: int) -> str:
    """A business number that cannot be a real firm's: the two digits of the type are 00."""
    nine = f"{100 + serial // 10000:03d}00{serial % 10000:04d}"
    return f"{nine}{check_digit(nine)}"


def province(code: str = "11") -> Province:
    names = {
        "11": ("서울특별시", "서울", "Seoul"),
        "26": ("부산광역시", "부산", "Busan"),
        "41": ("경기도", "경기", "Gyeonggi"),
    }
    ko, short, en = names[code]
    return Province.objects.get_or_create(
        code=code, defaults={"name_ko": ko, "short_ko": short, "name_en": en}
    )[0]


def company(serial: int = 1, *, province_code: str = "11", **fields: Any) -> Company:
    """A company with a head office since 2020, found again by its serial."""
    known = Company.objects.filter(business_number=number(serial)).first()
    if known:
        return known
    made = Company.objects.create(
        **{
            "business_number": number(serial),
            "name_ko": f"한강식품{serial}",
            "name_en": f"Hangang Foods {serial}",
            "opened_on": dt.date(2015, 3, 2),
            **fields,
        }
    )
    Place.objects.create(
        company=made,
        kind="head_office",
        province=province(province_code),
        address="가상로 1",
        from_on=dt.date(2020, 1, 1),
    )
    Contact.objects.create(
        company=made, kind="representative", name="나루터", email=f"ceo{serial}@firm.example"
    )
    return made


def member(of: Company, role: str = "owner", email: str = "") -> User:
    who = people.user(email or f"{role}-{of.business_number}@firm.example", name=f"{of.name_ko} {role}")
    Member.objects.get_or_create(company=of, user=who, role=role)
    return who


def certificate(
    of: Company, kind: str = "SME_CERT", *, state: str = "accepted", agency_code: str = "SBA", **fields: Any
) -> Certificate:
    """A certificate, looked at by the agency unless it is `unchecked`."""
    made = Certificate.objects.create(
        **{
            "company": of, "kind": kind, "number": "제2025-0001호",
            "valid_from": dt.date(2025, 4, 1), "valid_until": dt.date(2026, 3, 31), **fields,
        }
    )  # fmt: skip
    if state != "unchecked":
        made.judgments.create(
            agency=people.agency(agency_code),
            state=state,
            by=people.officer("officer", agency_code),
            at=clock.now(),
            reason="흐린 사진" if state == "refused" else "",
        )
    return made


def status(of: Company, value: str = "active") -> StatusCheck:
    return StatusCheck.objects.create(company=of, status=value, checked_at=clock.now())


def product(of: Company, code: str = "P-1", **fields: Any) -> Product:
    return Product.objects.get_or_create(
        company=of,
        code=code,
        defaults={"name_ko": "김스낵", "name_en": "Seaweed snack", "hs_code": "200899", **fields},
    )[0]


def support(of: Company, agency_code: str = "", **fields: Any) -> Support:
    """Support from KOTRA for publicity: declared by the company, or of a list that the agency took in."""
    return Support.objects.create(
        **{
            "business_number": of.business_number, "agency": people.agency(agency_code) if agency_code else None,
            "body": "KOTRA", "program": "수출바우처", "item": "publicity", "amount": 5_000_000, "money": "national",
            "granted_on": dt.date(2024, 2, 1), "document": "협약 1호", **fields,
        }
    )  # fmt: skip


def seen_by(of: Company, agency_code: str = "SBA") -> Sight:
    return Sight.objects.get_or_create(
        company=of, agency=people.agency(agency_code), defaults={"cause": "test"}
    )[0]
