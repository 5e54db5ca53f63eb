"""Criteria: three answers, each with its reason, its evidence and the day that counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from companies.models import Ban, StatusCheck
from ground import clock
from ground.models import Province
from programs.domain import eligibility, intake_documents
from programs.domain.criteria.given import BanFact, Facts, PaperFact, PlaceFact, StatusFact
from programs.domain.eligibility_reasons import REASONS
from programs.models import Application, Criterion
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.passing import passed
from tests.programs.criteria.asking import judge

pytestmark = pytest.mark.django_db

DAY = dt.date(2025, 5, 30)
LATER = dt.date(2025, 6, 25)
SUCCESSORS = {"42": "51", "29": "12", "46": "12"}


def place(
    code: Any = "11", kind: Any = "head_office", from_on: Any = dt.date(2020, 1, 1), until_on: Any = None
) -> Any:
    return PlaceFact(kind, code, f"시도 {code}", "가상로 1", from_on, until_on)


def paper(
    kind: Any = "SME_CERT",
    state: Any = "accepted",
    first: Any = dt.date(2025, 4, 1),
    last: Any = dt.date(2026, 3, 31),
    name: Any = "제1호",
) -> Any:
    return PaperFact(kind, state, name, first, last, None)


def answer(kind: Any, facts: Any, values: Any = None, later: Any = None, as_of: Any = DAY) -> Any:
    verdict = judge(
        Criterion(kind=kind, values=values or {}), facts, as_of=as_of, later=later, successors=SUCCESSORS
    )
    return verdict.outcome, verdict.reason_code


def located(codes: Any, *places: Any, as_of: Any = DAY) -> Any:
    facts = Facts(places=places)
    return answer("province", facts, {"provinces": codes, "places": ["head_office"]}, as_of=as_of)


@pytest.mark.parametrize(
    ("codes", "places", "expected"),
    [
        (["11"], [place("11")], ("met", "province_met")),
        (["11"], [place("26")], ("not_met", "province_not_met")),
        (["11"], [], ("look", "province_unknown")),
        (["11"], [place("11", kind="factory")], ("look", "province_unknown")),
        # moved away the day before, and on the day itself
        (["11"], [place("11", until_on=DAY - dt.timedelta(1))], ("look", "province_unknown")),
        (["11"], [place("11", until_on=DAY)], ("met", "province_met")),
        (
            ["11"],
            [place("11", until_on=DAY - dt.timedelta(1)), place("26", from_on=DAY)],
            ("not_met", "province_not_met"),
        ),
        # an old code in the record, or in the call, is the same province
        (["51"], [place("42")], ("met", "province_met")),
        (["42"], [place("51")], ("met", "province_met")),
        # two provinces became one: whoever names one of the two cannot tell
        (["29"], [place("12")], ("look", "province_merged")),
        (["29", "46"], [place("12")], ("met", "province_met")),
        (["12"], [place("29")], ("met", "province_met")),
        (["29"], [place("46")], ("not_met", "province_not_met")),
    ],
)
def test_province(codes, places, expected):
    assert located(codes, *places) == expected


def test_a_province_rule_without_provinces_is_not_guessed():
    assert answer("province", Facts(places=[place()]), {}) == ("look", "rule_incomplete")


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ([], ("look", "certificate_missing", None)),
        ([paper()], ("met", "certificate_met", None)),
        ([paper(state="unchecked")], ("look", "certificate_unchecked", None)),
        ([paper(state="refused")], ("look", "certificate_refused", None)),
        ([paper(last=DAY)], ("met", "certificate_renew", LATER)),
        ([paper(last=DAY - dt.timedelta(1))], ("not_met", "certificate_expired", None)),
        ([paper(last=LATER)], ("met", "certificate_met", None)),
        ([paper(last=LATER - dt.timedelta(1))], ("met", "certificate_renew", LATER)),
        ([paper(first=DAY + dt.timedelta(1))], ("not_met", "certificate_not_yet", None)),
        ([paper(first=None, last=None)], ("met", "certificate_met", None)),
        (
            [paper(last=DAY), paper(first=DAY + dt.timedelta(1), last=LATER)],
            ("met", "certificate_met", None),
        ),
        (
            [paper(last=DAY), paper(state="unchecked", first=DAY, last=LATER)],
            ("met", "certificate_later_unchecked", None),
        ),
        (
            [paper(last=DAY - dt.timedelta(1)), paper(state="unchecked")],
            ("look", "certificate_unchecked", None),
        ),
        ([paper(kind="MICRO_CERT")], ("look", "certificate_missing", None)),
    ],
)
def test_certificate(papers, expected):
    verdict = judge(
        Criterion(kind="certificate", values={"kind": "SME_CERT"}),
        Facts(papers=papers),
        as_of=DAY,
        later=LATER,
    )
    assert (verdict.outcome, verdict.reason_code, verdict.renew_by) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", ("met", "status_met")),
        ("suspended", ("not_met", "status_suspended")),
        ("closed", ("not_met", "status_closed")),
        ("unregistered", ("not_met", "status_unregistered")),
        ("not_checked", ("look", "status_not_checked")),
        (None, ("look", "status_not_checked")),
    ],
)
def test_status(status, expected):
    facts = Facts(status=StatusFact(status, DAY) if status else None)
    assert answer("status", facts) == expected


def test_every_status_of_the_tax_office_has_an_answer():
    for status in StatusCheck.Status.values:
        assert answer("status", Facts(status=StatusFact(status, DAY)))[1] in REASONS


NATIONAL, LOCAL = "TAX_NAT", "TAX_LOC"


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ([], ("look", "tax_missing")),
        ([paper(NATIONAL)], ("look", "tax_missing")),
        ([paper(NATIONAL), paper(LOCAL)], ("met", "tax_met")),
        ([paper(NATIONAL), paper(LOCAL, state="unchecked")], ("look", "tax_unchecked")),
        ([paper(NATIONAL), paper(LOCAL, last=DAY - dt.timedelta(1))], ("look", "tax_expired")),
        ([paper(NATIONAL), paper(LOCAL, last=DAY)], ("met", "tax_renew")),
        ([paper(NATIONAL), paper(LOCAL, state="refused")], ("look", "tax_missing")),
    ],
)
def test_tax_is_never_guessed(papers, expected):
    assert answer("tax", Facts(papers=papers), later=LATER) == expected


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ([], ("look", "clearance_missing")),
        ([paper(NATIONAL), paper(LOCAL)], ("look", "clearance_missing")),
        ([paper(LOCAL), paper("INS4")], ("met", "clearance_met")),
        ([paper(LOCAL), paper("INS4", state="unchecked")], ("look", "clearance_unchecked")),
        ([paper(LOCAL), paper("INS4", last=DAY - dt.timedelta(1))], ("look", "clearance_expired")),
        ([paper(LOCAL), paper("INS4", last=DAY)], ("met", "clearance_renew")),
    ],
)
def test_arrears_of_social_insurance_are_never_guessed_either(papers, expected):
    assert answer("tax", Facts(papers=papers), {"papers": ["INS4", LOCAL]}, later=LATER) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (DAY, DAY, ("not_met", "banned")),
        (dt.date(2025, 1, 1), DAY, ("not_met", "banned")),
        (DAY, dt.date(2026, 1, 1), ("not_met", "banned")),
        (dt.date(2025, 1, 1), DAY - dt.timedelta(1), ("met", "not_banned")),
        (DAY + dt.timedelta(1), dt.date(2026, 1, 1), ("met", "not_banned")),
    ],
)
def test_a_ban_holds_on_its_first_and_last_day(first, last, expected):
    assert answer("not_banned", Facts(bans=[BanFact(first, last)])) == expected


def test_a_person_must_look():
    assert answer("look", Facts()) == ("look", "person_decides")


def test_every_reason_can_be_said_in_both_languages_later():
    for code in REASONS:
        sentence = eligibility.reason_text(code, as_of=DAY, renew_by=LATER)
        with translation.override("en"):
            english = str(sentence)
        assert "{" not in english
        with translation.override("ko"):
            assert "{" not in str(sentence)
    with translation.override("en"):
        assert (
            str(eligibility.reason_text("certificate_renew", as_of=DAY, renew_by=LATER))
            == "The certificate is valid on 30 May 2025 but ends before 25 June 2025. Hand in a renewed one by then."
        )


# With rows ---------------------------------------------------------------------------------------------------------


def test_the_closing_day_is_the_day_of_the_last_accepted_instant():
    midnight = dt.datetime(2025, 6, 1, 0, tzinfo=programs.SEOUL)
    call = programs.call(closes_at=midnight)
    assert eligibility.closing_day(call) == dt.date(2025, 5, 31)
    call.closes_at = midnight + dt.timedelta(microseconds=1)
    assert eligibility.closing_day(call) == dt.date(2025, 6, 1)
    # 16:00 in London on 31 May is midnight in Seoul: still 31 May is the closing day there
    call.closes_at = dt.datetime(2025, 5, 31, 15, tzinfo=dt.UTC)
    assert eligibility.closing_day(call) == dt.date(2025, 5, 31)


def findings(application: Any) -> Any:
    return {each.criterion.code: each for each in eligibility.assess(application)}


def test_facts_come_from_the_record():
    call = programs.call()
    for code, kind in [
        ("seoul", "province"),
        ("sme", "certificate"),
        ("open", "status"),
        ("tax", "tax"),
        ("ban", "not_banned"),
    ]:
        made.criterion(call, code, kind, later_as_of="agreement" if kind == "certificate" else "")
    company = register.company()
    register.certificate(company, valid_until=dt.date(2025, 6, 1))
    register.status(company, "active")
    application = programs.application(call, company)
    found = findings(application)
    assert {code: (each.outcome, each.reason_code) for code, each in found.items()} == {
        "seoul": ("met", "province_met"),
        "sme": ("met", "certificate_renew"),
        "open": ("met", "status_met"),
        "tax": ("look", "tax_missing"),
        "ban": ("met", "not_banned"),
    }
    assert found["sme"].renew_by == call.agreement_on
    assert found["sme"].value == "2025-04-01 – 2025-06-01"
    assert found["seoul"].value == "서울특별시 Seoul (11)"
    assert {each.as_of for each in found.values()} == {dt.date(2025, 5, 30)}


def test_the_latest_answer_of_the_tax_office_counts_and_silence_takes_none_back():
    call = programs.call()
    made.criterion(call, "open", "status")
    company = register.company()
    row = programs.application(call, company)
    now = clock.now()
    for said, days, expected in (
        ("not_checked", 4, ("look", "status_not_checked")),
        ("closed", 3, ("not_met", "status_closed")),
        ("active", 2, ("met", "status_met")),
        ("not_checked", 0, ("met", "status_met")),
    ):
        StatusCheck.objects.create(company=company, status=said, checked_at=now - dt.timedelta(days))
        found = findings(row)["open"]
        assert (found.outcome, found.reason_code) == expected


def test_a_document_counts_once_the_agency_has_accepted_it(move_clock):
    move_clock(made.DURING)
    call = made.whole_call()
    made.criterion(call, "sme", "certificate")
    wanted = made.document(call, "sme", has_validity=True, certificate_kind="SME_CERT")
    company = register.company()
    by = register.member(company)
    application = made.begun(call, company)
    assert findings(application)["sme"].reason_code == "certificate_missing"
    days = intake_documents.Days(valid_from=dt.date(2025, 4, 1), valid_until=dt.date(2026, 3, 31))
    document = intake_documents.hand_in(application, wanted, made.pdf("확인서.pdf"), days=days, by=by)
    found = findings(application)["sme"]
    assert (found.outcome, found.reason_code) == ("look", "certificate_unchecked")
    assert (found.evidence, found.evidence_file_id) == ("SME_CERT", document.file_id)
    Application.objects.filter(pk=application.pk).update(status="submitted")
    with made.refused("in_quarantine"):
        intake_documents.look_at(document, is_accepted=True, by=people.officer())
    passed(document.file)
    intake_documents.look_at(document, is_accepted=True, by=people.officer())
    found = findings(application)["sme"]
    assert (found.reason_code, found.evidence) == ("certificate_met", "SME_CERT 확인서.pdf")
    intake_documents.look_at(document, is_accepted=False, because="다른 회사", by=people.officer())
    assert findings(application)["sme"].reason_code == "certificate_refused"


def test_another_agency_s_ban_and_a_lifted_ban_do_not_bar():
    call = programs.call()
    made.criterion(call, "ban", "not_banned")
    company = register.company()
    ban = {
        "company": company,
        "from_on": dt.date(2025, 1, 1),
        "until_on": dt.date(2025, 12, 31),
        "reason": "x",
        "decided_by": people.officer("manager"),
    }
    Ban.objects.create(agency=people.agency("BBA"), **ban)
    lifted = Ban.objects.create(agency=people.agency("SBA"), lifted_at=clock.now(), **ban)
    application = programs.application(call, company)
    assert findings(application)["ban"].outcome == "met"
    lifted.lifted_at = None
    lifted.save()
    found = findings(application)["ban"]
    assert (found.outcome, found.value) == ("not_met", "2025-01-01 – 2025-12-31")


def test_two_agencies_screen_the_same_company_at_once():
    """Only the agency that banned it bars it, also when both are taken together."""
    company = register.company()
    call, other = programs.call(), programs.call(programs.program("BBA-1", "BBA"))
    for each in (call, other):
        made.criterion(each, "ban", "not_banned")
    Ban.objects.create(
        agency=people.agency("BBA"), company=company, from_on=DAY, until_on=DAY, reason="x",
        decided_by=people.officer("manager", "BBA"),
    )  # fmt: skip
    rows = [programs.application(each, company) for each in (call, other)]
    found = eligibility.assess_many(rows)
    assert [found[row.pk][0].outcome for row in rows] == ["met", "not_met"]


def test_old_codes_in_the_register_are_followed():
    new = Province.objects.create(code="51", name_ko="강원특별자치도", short_ko="강원")
    old = Province.objects.create(code="42", name_ko="강원도", short_ko="강원", succeeded_by=new)
    call = programs.call()
    made.criterion(call, "gangwon", "province", values={"provinces": ["51"], "places": ["head_office"]})
    company = register.company()
    company.places.update(province=old)
    assert findings(programs.application(call, company))["gangwon"].outcome == "met"


def test_many_applications_cost_as_many_queries_as_one(django_assert_num_queries):
    call = made.whole_call()
    for code, kind in [("sme", "certificate"), ("open", "status"), ("tax", "tax"), ("ban", "not_banned")]:
        made.criterion(call, code, kind)
    rows = [programs.application(call, register.company(serial)) for serial in (1, 2, 3)]
    with django_assert_num_queries(4):
        one = eligibility.assess_many(rows[:1])
    with django_assert_num_queries(4):
        three = eligibility.assess_many(rows)
    assert set(one) == {rows[0].pk}
    assert {len(each) for each in three.values()} == {5}
