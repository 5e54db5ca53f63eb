"""The notice of the export voucher, entered by staff on the pages of the site, and companies worked out by hand.

The notice closes on 20 March 2026; first evaluation on 3 April, agreements on 10 April. Figures are those of 2025. Bands of
exports in 2025: 내수 none, 초보 below USD 100,000, 유망 below 1 million, 성장 below 5 million, 강소 from 5 million on with
sales of KRW 10 to 100 billion. What is entered is `NOTICE`, what was worked out is `WORKED`: another requirement is a row
of the first, another company a row of the second.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from companies.models import (
    Ban,
    Company,
    CompanyIndustry,
    FinancialMark,
    Place,
    Support,
    SupportDeclaration,
    YearlyFigure,
)
from ground.models import Industry, Province, StoredFile
from programs.domain import screening
from programs.models import Answer, Application, Call, Criterion, Question
from programs.queries import takings
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.programs.intake.test_call_self_check import as_shown, outcomes
from tests.programs.staff.test_criteria_building import form_of

pytestmark = pytest.mark.django_db

SEOUL = made.SEOUL
TIERS = ["domestic", "beginner", "promising", "growing", "strong"]
DAYS = {
    "opens_at": dt.datetime(2026, 2, 23, 9, tzinfo=SEOUL), "closes_at": dt.datetime(2026, 3, 20, 18, tzinfo=SEOUL),
    "evaluation_on": dt.date(2026, 4, 3), "agreement_on": dt.date(2026, 4, 10),
}  # fmt: skip
EVALUATION, AGREEMENT = DAYS["evaluation_on"], DAYS["agreement_on"]


def band(tier: str, low: str, high: str, **more: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    """A company applies in this band, and its exports of 2025 lie in it."""
    sources = {} if tier == "domestic" else {"sources": ["kita"]}
    limits = {name: value for name, value in (("min", low), ("max", high)) if value}
    rows = [
        ("tier", tier, "all", {}),
        (tier, f"{tier}-asked", "answer", {"question": "tier", "equals": f'tier:"{tier}"'}),
        (tier, f"{tier}-exports", "exports", {**limits, **sources}),
    ]
    return [*rows, (tier, f"{tier}-sales", "sales", more)] if more else rows


NOTICE: list[tuple[str, str, str, dict[str, Any]]] = [
    # group, code, kind, what is typed
    ("", "sme", "certificate", {"kind": "SME_CERT", "later_as_of": "agreement"}),
    ("", "place", "province", {"provinces": ["11", "41", "51"], "places": ["head_office", "factory"]}),
    ("", "tax", "tax", {"as_of": "cure", "papers": ["TAX_NAT", "TAX_LOC", "INS4"]}),
    ("", "open", "status", {}),
    ("", "free", "not_banned", {}),
    ("", "industry", "industry", {"exclude": "I5621, R9124\nR91291", "revision": "11"}),
    # pure traders are out, unless they sell a brand of their own: not (a trader and no brand)
    ("", "trade", "not", {}),
    ("trade", "pure", "all", {}),
    ("pure", "trader", "industry", {"include": "G46", "main_only": "on", "revision": "11"}),
    ("pure", "no-brand", "answer", {"question": "brand", "equals": "brand:false"}),
    ("", "tier", "any", {}),
    *band("domestic", "", "0"),
    *band("beginner", "0.01", "99,999.99"),
    *band("promising", "100,000", "999,999.99"),
    *band("growing", "1,000,000", "4,999,999.99"),
    *band("strong", "5,000,000", "", min="10,000,000,000", max="100,000,000,000"),
    # a look-up may be 30 days old; an approved plan takes insolvency away, settled debt the bad credit, nothing the others
    ("", "solvent", "marks", {"marks": ["insolvency"], "cures": ["rehabilitation"], "days": "30"}),
    ("", "credit", "marks", {"marks": ["credit_bad", "fin_disorder"], "days": "30"}),
    ("", "capital", "marks", {"marks": ["capital_impaired"], "days": "30"}),
    # support for the same item within three years; the voucher is national money
    ("", "support", "support", {"items": ["publicity", "design"], "years": "3", "money": "national"}),
]  # fmt: skip

SME, NEXT_SME = (
    ("SME_CERT", "accepted", "2025-04-01", "2026-03-31"),
    ("SME_CERT", "accepted", "2026-04-01", "2027-03-31"),
)
NATIONAL, LOCAL = (
    ("TAX_NAT", "accepted", "2026-03-02", "2026-04-01"),
    ("TAX_LOC", "accepted", "2026-03-05", "2026-04-04"),
)
INSURANCE = ("INS4", "accepted", "2026-03-05", "2026-04-04")
MARKS = ("insolvency", "credit_bad", "fin_disorder", "capital_impaired")
CLEAR: dict[str, tuple[bool, str, str]] = dict.fromkeys(MARKS, (False, "", ""))
"""What the agency looked up on 5 March: whether each mark stands, what cured it and since when."""
GOOD: dict[str, Any] = {
    "places": [("head_office", "11", "2020-01-01", None)], "papers": [SME, NATIONAL, LOCAL, INSURANCE], "status": "active", "ban": None,
    "industries": ["C10"], "exports": "500000", "source": "kita", "is_estimated": False, "sales": "2000000000",
    "tier": "promising", "brand": False, "marks": CLEAR, "supports": [], "declared": "2023-01-01",
}  # fmt: skip
"""A food maker in Seoul in the band 유망; its SME confirmation ends before the agreement day."""

RENEW = {"sme": AGREEMENT}
WORKED: list[tuple[str, dict[str, Any], str, dict[str, str], dict[str, Any]]] = [
    # company, what differs from the good one, outcome, what decides, what is to be renewed (and by when)
    ("good, next certificate still to come", {}, "met", {}, RENEW),
    ("next certificate there already", {"papers": [SME, NEXT_SME, NATIONAL, LOCAL, INSURANCE]}, "met", {}, {}),
    ("certificate of the year before", {"papers": [("SME_CERT", "accepted", "2024-04-01", "2025-03-31"), NATIONAL, LOCAL, INSURANCE]},
     "not_met", {"sme": "not_met"}, {}),
    ("certificate valid from after the closing on", {"papers": [NEXT_SME, NATIONAL, LOCAL, INSURANCE]}, "not_met", {"sme": "not_met"}, {}),
    ("no certificate", {"papers": [NATIONAL, LOCAL, INSURANCE]}, "look", {"sme": "look"}, {}),
    ("certificate nobody looked at", {"papers": [("SME_CERT", "unchecked", "2025-04-01", "2026-03-31"), NATIONAL, LOCAL, INSURANCE]},
     "look", {"sme": "look"}, {}),
    ("Busan", {"places": [("head_office", "26", "2020-01-01", None)]}, "not_met", {"place": "not_met"}, RENEW),
    ("Busan with a factory in Gyeonggi", {"places": [("head_office", "26", "2020-01-01", None), ("factory", "41", "2021-01-01", None)]},
     "met", {}, RENEW),
    ("Gangwon under its old code", {"places": [("head_office", "42", "2020-01-01", None)]}, "met", {}, RENEW),
    ("left Seoul on the closing day", {"places": [("head_office", "11", "2020-01-01", "2026-03-19"), ("head_office", "26", "2026-03-20", None)]},
     "not_met", {"place": "not_met"}, RENEW),
    ("tax cured by the first evaluation", {"papers": [SME, ("TAX_NAT", "accepted", "2026-03-25", "2026-04-24"), LOCAL, INSURANCE]}, "met", {}, RENEW),
    ("tax clearance run out on both days", {"papers": [SME, ("TAX_NAT", "accepted", "2026-02-01", "2026-03-03"), LOCAL, INSURANCE]},
     "look", {"tax": "look"}, RENEW),
    ("suspended", {"status": "suspended"}, "not_met", {"open": "not_met"}, RENEW),
    ("ban ends on the closing day", {"ban": "2026-03-20"}, "not_met", {"free": "not_met"}, RENEW),
    ("ban ended the day before", {"ban": "2026-03-19"}, "met", {}, RENEW),
    ("a bar besides", {"industries": ["C10", "I56211"]}, "not_met", {"industry": "not_met"}, RENEW),
    ("a trader", {"industries": ["G46"]}, "not_met", {"trade": "not_met"}, RENEW),
    ("a trader with its own brand", {"industries": ["G46"], "brand": True}, "met", {}, RENEW),
    ("no exports, in 내수", {"exports": "0", "tier": "domestic", "source": "company"}, "met", {}, RENEW),
    ("99,999.99 in 유망", {"exports": "99999.99"}, "not_met", {"tier": "not_met"}, RENEW),
    ("1,000,000 with an estimated December in 성장", {"exports": "1000000", "tier": "growing", "is_estimated": True}, "met", {}, RENEW),
    ("999,999.99 with an estimated December in 성장", {"exports": "999999.99", "tier": "growing", "is_estimated": True},
     "not_met", {"tier": "not_met"}, RENEW),
    ("exports without proof", {"source": "company"}, "look", {"tier": "look"}, RENEW),
    ("exports not known", {"exports": None}, "look", {"tier": "look"}, RENEW),
    ("강소 with sales of 9.9 billion", {"exports": "5000000", "tier": "strong", "sales": "9999999999"}, "not_met", {"tier": "not_met"}, RENEW),
    ("강소 with sales of 10 billion", {"exports": "5000000", "tier": "strong", "sales": "10000000000"}, "met", {}, RENEW),
    ("social insurance owed", {"papers": [SME, NATIONAL, LOCAL]}, "look", {"tax": "look"}, RENEW),
    ("insolvent with a plan approved on the closing day", {"marks": {**CLEAR, "insolvency": (True, "rehabilitation", "2026-03-20")}},
     "met", {}, RENEW),
    ("insolvent with a plan approved a day later", {"marks": {**CLEAR, "insolvency": (True, "rehabilitation", "2026-03-21")}},
     "not_met", {"solvent": "not_met"}, RENEW),
    ("insolvent without a plan", {"marks": {**CLEAR, "insolvency": (True, "", "")}}, "not_met", {"solvent": "not_met"}, RENEW),
    ("debt settled", {"marks": {**CLEAR, "credit_bad": (True, "settled", "2026-03-19")}}, "met", {}, RENEW),
    ("bad credit, and capital gone", {"marks": {**CLEAR, "credit_bad": (True, "", ""), "capital_impaired": (True, "", "")}}, "not_met",
     {"credit": "not_met", "capital": "not_met"}, RENEW),
    ("nobody looked up financial order", {"marks": {each: CLEAR[each] for each in MARKS if each != "fin_disorder"}}, "look",
     {"credit": "look"}, RENEW),
    ("supported three years ago to the day", {"supports": [("list", "publicity", "2023-03-20", "national")]}, "not_met",
     {"support": "not_met"}, RENEW),
    ("supported a day before that", {"supports": [("list", "publicity", "2023-03-19", "national")]}, "met", {}, RENEW),
    ("supported for another item", {"supports": [("list", "video", "2025-06-01", "national")]}, "met", {}, RENEW),
    ("local money for the same item", {"supports": [("list", "design", "2025-06-01", "local")]}, "look", {"support": "look"}, RENEW),
    ("declared its support of two years only, and none", {"declared": "2024-03-20"}, "look", {"support": "look"}, RENEW),
    ("declares what no list has", {"supports": [("declared", "design", "2024-06-01", "other")]}, "not_met", {"support": "not_met"}, RENEW),
]  # fmt: skip


def entered(client: Client, call: Call) -> None:
    """The notice, one posted form after the other."""
    for group, code, kind, typed in NOTICE:
        own = {"code": code, "name_ko": f"요건 {code}", "name_en": f"Rule {code}", "source": "공고 2"}
        inside = {"group": str(call.criterions.get(code=group).pk)} if group else {}
        days = {name: typed[name] for name in ("as_of", "later_as_of") if name in typed}
        values = {f"value_{name}": value for name, value in typed.items() if name not in days}
        plain = {} if kind in Criterion.GROUPS else {"as_of": "closing"}
        posted = {**own, **inside, **plain, **days, **values, **({"kind": kind} if not plain else {})}
        page = client.post(form_of(call, kind=kind), posted)
        assert page.status_code == 302, (code, page.context["form"].errors)


def notice() -> Call:
    call = programs.call(published_at=None, **DAYS)
    made.question(
        call, "tier", "one", choices=[{"code": each, "ko": each, "en": each} for each in TIERS], position=1
    )
    made.question(call, "brand", "yes_no", position=2)
    for code in ("C10", "G46", "I56211", "R91249", "R91291"):
        Industry.objects.get_or_create(
            id=f"11:{code}", defaults={"revision": 11, "code": code, "name_ko": code}
        )
    for code in ("11", "26", "41"):
        register.province(code)
    gangwon = Province.objects.get_or_create(
        code="51", defaults={"name_ko": "강원특별자치도", "short_ko": "강원"}
    )[0]
    Province.objects.update_or_create(
        code="42", defaults={"name_ko": "강원도", "short_ko": "강원", "succeeded_by": gangwon}
    )
    return call


def made_file() -> StoredFile:
    """What a look-up hangs on."""
    return StoredFile.objects.create(
        kind="document",
        name="조회.pdf",
        content_type="application/pdf",
        size=1,
        sha256="0" * 64,
        path=str(uuid4()),
    )


def recorded(serial: int, facts: dict[str, Any]) -> Company:
    """A company of the register with these facts."""
    company = register.company(serial)
    company.places.all().delete()
    for kind, province, first, last in facts["places"]:
        Place.objects.create(
            company=company, kind=kind, province_id=province, address="가상로 1", from_on=first, until_on=last
        )
    for kind, state, first, last in facts["papers"]:
        register.certificate(
            company,
            kind,
            state=state,
            valid_from=dt.date.fromisoformat(first),
            valid_until=dt.date.fromisoformat(last),
        )
    register.status(company, facts["status"])
    if facts["ban"]:
        Ban.objects.create(
            agency=people.agency("SBA"), company=company, from_on=dt.date(2025, 3, 21), until_on=facts["ban"], reason="x",
            decided_by=people.officer(),
        )  # fmt: skip
    for number, code in enumerate(facts["industries"]):
        CompanyIndustry.objects.create(company=company, industry_id=f"11:{code}", is_main=number == 0)
    agency, officer = people.agency("SBA"), people.officer()
    for kind, (is_found, cure, cured_on) in facts["marks"].items():
        paper = made_file()
        FinancialMark.objects.create(
            company=company, agency=agency, kind=kind, is_found=is_found, on=dt.date(2026, 3, 5), document="조회 결과", file=paper,
            cure=cure, cured_on=cured_on or None, cure_document="결정문" if cure else "", cure_file=paper if cure else None,
            recorded_by=officer,
        )  # fmt: skip
    for source, item, granted_on, money in facts["supports"]:
        Support.objects.create(
            agency=agency if source == "list" else None, business_number=company.business_number, body="가상진흥원",
            program="수출지원(시연)", item=item, amount=1_000_000, money=money, granted_on=granted_on, document="교부 목록",
        )  # fmt: skip
    SupportDeclaration.objects.create(
        company=company, from_on=facts["declared"], until_on=dt.date(2026, 12, 31)
    )
    YearlyFigure.objects.create(
        company=company, year=2025, sales_amount=Decimal(facts["sales"]), source=facts["source"],
        export_amount=None if facts["exports"] is None else Decimal(facts["exports"]), is_estimated=facts["is_estimated"],
    )  # fmt: skip
    return company


def applied(call: Call, company: Company, facts: dict[str, Any]) -> Application:
    """An application that answers the form's questions."""
    application = programs.application(call, company, status="submitted")
    for question in call.questions.all():
        given = facts[question.code]
        if given is not None:
            typed = {"codes": [given]} if question.kind == Question.Kind.ONE else {"is_yes": given}
            Answer.objects.create(application=application, question=question, call=call, **typed)
    return application


def answers(facts: dict[str, Any]) -> dict[str, str]:
    """What the company answers on the page of the self-check."""
    return {"q_brand": {True: "yes", False: "no"}[facts["brand"]], "q_tier": facts["tier"]}


def test_the_whole_notice_is_entered_in_the_browser_and_screens_as_worked_out_by_hand(move_clock):
    move_clock(dt.datetime(2026, 2, 20, 10, tzinfo=SEOUL))
    call, officer = notice(), Client()
    officer.force_login(people.officer())
    entered(officer, call)
    page = officer.get(reverse("admin:programs_call_criteria", args=[call.pk]))
    assert [row.criterion.code for row in page.context["rows"]] == [
        code for group, code, _kind, _typed in NOTICE if not group
    ]
    assert officer.post(reverse("admin:programs_call_publish", args=[call.pk])).status_code == 302

    move_clock(dt.datetime(2026, 3, 10, 10, tzinfo=SEOUL))
    applications: dict[str, Application] = {}
    checked: dict[str, Any] = {}
    for serial, (name, change, *_expected) in enumerate(WORKED, start=1):
        facts = {**GOOD, **change}
        company = recorded(serial, facts)
        client = Client()
        client.force_login(register.member(company, "reader"))
        address = reverse("call_self_check", kwargs={"pk": call.pk})
        checked[name] = client.post(address, {**as_shown(client.get(address)), **answers(facts)}).context[
            "standing"
        ]
        applications[name] = applied(call, company, facts)

    move_clock(dt.datetime(2026, 3, 23, 10, tzinfo=SEOUL))
    assert screening.screen_call(call, by=people.officer()) == len(WORKED)
    code_of = {each.pk: each.code for each in call.criterions.all()}
    stored = {
        application: {code_of[criterion]: answer for criterion, answer in found.items()}
        for application, found in takings.latest(applications.values()).items()
    }

    expected = {name: (outcome, deciding, renewals) for name, _change, outcome, deciding, renewals in WORKED}
    counts = {each.code for each in call.criterions.counting()}
    assert {name: said_by_screening(stored[applications[name].pk], counts) for name in expected} == expected
    assert {
        name: (
            found.outcome, outcomes(found),
            {row.finding.criterion.code: row.finding.renew_by for row in found.rows if row.finding.renew_by},
        )
        for name, found in checked.items()
    } == expected  # fmt: skip

    cured = stored[applications["tax cured by the first evaluation"].pk]["tax"]
    assert (cured.as_of, cured.reason_code) == (EVALUATION, "clearance_met")
    guessed = stored[applications["1,000,000 with an estimated December in 성장"].pk]
    assert (guessed["growing-exports"].value, guessed["tier"].value) == ("2025: 1000000 USD (E)", "growing")


def said_by_screening(
    found: dict[str, takings.Result], counts: set[str]
) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Outcome, what decides and what is to be renewed, of the criteria that count."""
    counting = {code: each for code, each in found.items() if code in counts}
    return (
        screening.overall((each.final for each in counting.values()), expected=len(counting)),
        {code: each.outcome for code, each in counting.items() if each.outcome != "met"},
        {code: each.renew_by for code, each in counting.items() if each.renew_by},
    )
