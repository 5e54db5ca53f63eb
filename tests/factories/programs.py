"""Programs, calls and what hangs on them, in the smallest whole form."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from companies.models import Company
from ground.models import Currency
from programs.models import (
    Application,
    Assignment,
    Call,
    Component,
    Market,
    Participation,
    Platform,
    Program,
    ProgramMarket,
    Store,
    StoreTax,
    Target,
)
from tests.factories import people, register

SEOUL = ZoneInfo("Asia/Seoul")


def currency(code: str = "KRW") -> Currency:
    decimals = 2 if code == "USD" else 0
    return Currency.objects.get_or_create(
        code=code, defaults={"name_ko": code, "name_en": code, "decimals": decimals}
    )[0]


def market() -> Market:
    platform, _ = Platform.objects.get_or_create(
        code="mercadolibre", defaults={"name_ko": "메르카도리브레", "name_en": "Mercado Libre"}
    )
    return Market.objects.get_or_create(
        platform=platform,
        site_code="MLC",
        defaults={"country": people.country("CL"), "currency": currency("CLP"), "zone": "America/Santiago"},
    )[0]


def program(code: str = "SBA-MELI-CL-2025", agency_code: str = "SBA", **fields: Any) -> Program:
    known = Program.objects.filter(code=code).first()
    if known:
        return known
    agency = people.agency(agency_code)
    made = Program.objects.create(
        **{
            "agency": agency, "code": code, "name_ko": "칠레 온라인 진출 지원", "name_en": "Chile online program",
            "funding": "local", "zone": "America/Santiago", "state": "running", "budget_amount": 300_000_000,
            "starts_on": dt.date(2025, 5, 1), "ends_on": dt.date(2025, 12, 31), **fields,
        }
    )  # fmt: skip
    ProgramMarket.objects.create(program=made, market=market())
    Component.objects.bulk_create(
        Component(
            agency=agency,
            program=made,
            kind=kind,
            name_ko=f"구성 {kind}",
            planned_amount=50_000_000,
            position=position,
        )
        for position, kind in enumerate(Component.Kind.values)
    )
    return made


def target(of: Program, measure: str = "orders", value: int = 1_000_000_000, **fields: Any) -> Target:
    return Target.objects.create(
        **{
            "agency": of.agency, "program": of, "measure": measure, "value": value,
            "unit": "company" if measure == "companies" else "KRW",
            "from_on": dt.date(2025, 7, 1), "until_on": dt.date(2025, 9, 30), **fields,
        }
    )  # fmt: skip


def call(of: Program | None = None, code: str = "", **fields: Any) -> Call:
    of = of or program()
    code = code or f"{of.code}-1"
    known = Call.objects.filter(code=code).first()
    if known:
        return known
    return Call.objects.create(
        **{
            "agency": of.agency, "program": of, "code": code, "notice_number": f"공고 {code}",
            "title_ko": "참여기업 모집", "title_en": "Call for companies", "notice_ko": "모집합니다.",
            "contact_ko": "수출팀 02-000-0000", "quota": 2, "reserve_count": 1,
            "opens_at": dt.datetime(2025, 5, 12, 9, tzinfo=SEOUL), "closes_at": dt.datetime(2025, 5, 30, 18, tzinfo=SEOUL),
            "agreement_on": dt.date(2025, 6, 25), "published_at": dt.datetime(2025, 5, 9, 9, tzinfo=SEOUL), **fields,
        }
    )  # fmt: skip


def application(of: Call | None = None, company: Company | None = None, **fields: Any) -> Application:
    of = of or call()
    return Application.objects.create(
        **{
            "agency": of.agency,
            "call": of,
            "company": company or register.company(),
            "form_key": uuid4(),
            **fields,
        }
    )


def participation(company: Company | None = None, of: Program | None = None, **fields: Any) -> Participation:
    of = of or program()
    company = company or register.company()
    known = Participation.objects.filter(program=of, company=company).first()
    if known:
        return known
    made = Participation.objects.create(
        **{
            "agency": of.agency, "program": of, "company": company, "number": f"{of.code}-{company.business_number}",
            "state": "agreed", "text_ko": "협약", "text_sha256": "0" * 64,
            "offered_at": dt.datetime(2025, 6, 20, tzinfo=SEOUL), "accept_by": dt.date(2025, 6, 27),
            "agreed_at": dt.datetime(2025, 6, 25, tzinfo=SEOUL), **fields,
        }
    )  # fmt: skip
    register.seen_by(company, of.agency.code)
    return made


def store(
    code: str = "ST-1", *, company: Company | None = None, agency_code: str = "SBA", **fields: Any
) -> Store:
    """A store of the company, or of the provider when no company is given."""
    agency = people.agency(agency_code)
    known = Store.objects.filter(agency=agency, code=code).first()
    if known:
        return known
    holder: dict[str, Any] = (
        {"holder": "company", "company": company}
        if company
        else {"holder": "provider", "organization": people.organization()}
    )
    made = Store.objects.create(
        **{
            "agency": agency, "market": market(), "code": code, "name": f"가게 {code}", "kind": "local",
            "settlement_currency": currency("CLP"), "zone": "America/Santiago", **holder, **fields,
        }
    )  # fmt: skip
    StoreTax.objects.create(store=made, treatment="in_price", rate_percent=19, from_on=dt.date(2025, 1, 1))
    return made


def assignment(
    of: Store, to: Participation, *, sku: str = "", listing: str = "", **fields: Any
) -> Assignment:
    scope = "sku" if sku else "listing" if listing else "store"
    return Assignment.objects.create(
        **{
            "agency": of.agency, "store": of, "scope": scope, "reference": sku or listing, "participation": to,
            "program": to.program, "from_on": dt.date(2025, 1, 1), **fields,
        }
    )  # fmt: skip
