"""The compiled SQL and the plain Python never disagree, and neither do the three uses of the SQL."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from companies.models import Ban, Company, CompanyIndustry, Place, Product, StatusCheck, YearlyFigure
from ground.models import Industry, Province
from programs.domain.criteria import given as facts
from programs.domain.criteria.given import Facts
from programs.domain.criteria.relations import literal, of_applications, of_facts, of_register
from programs.models import Call, Criterion
from tests import oracle
from tests.factories import people, programs, register
from tests.programs.criteria.asking import a_call, ask

pytestmark = pytest.mark.django_db

EXAMPLES = 40 if settings.default.max_examples == 100 else settings.default.max_examples
"""`script/test --full` draws more."""
SUCCESSORS = {"42": "51", "29": "12", "46": "12"}
PROVINCES = ["11", "26", "42", "51", "29", "46", "12"]
CLOSINGS = [dt.date(2025, 5, 30), dt.date(2024, 2, 29), dt.date(2024, 12, 31), dt.date(2025, 1, 1)]
PAPERS = ["SME_CERT", "TAX_NAT", "TAX_LOC"]
TEXTS = st.text(st.characters(exclude_categories=["C"]), max_size=6) | st.sampled_from(
    ["", "제1호", "a'b\\c%s", "가" * 120]
)


def days(closing: dt.date) -> st.SearchStrategy[dt.date]:
    """Mostly the day that counts, the days beside it and beside the agreement day; now and then a far one."""
    near = st.sampled_from([0, 0, 0, -1, 1, 14, 25, 26, 27]).map(lambda each: closing + dt.timedelta(each))
    return near | near | st.sampled_from([dt.date(2000, 1, 1), dt.date(2099, 12, 31)])


def periods(closing: dt.date) -> st.SearchStrategy[tuple[dt.date | None, dt.date | None]]:
    one = st.none() | days(closing)
    return st.tuples(one, one).map(
        lambda pair: (min(pair), max(pair)) if None not in pair else pair  # type: ignore[type-var]
    )


def known(closing: dt.date) -> st.SearchStrategy[Facts]:
    """What may be known about a company: much of it at the edge of what counts."""
    figures = st.builds(
        facts.FigureFact,
        year=st.just(0),
        sales=st.none() | st.sampled_from([Decimal(0), Decimal(999), Decimal(1000), Decimal(1001)]),
        exports=st.none() | st.sampled_from([Decimal("999.99"), Decimal("1000.00"), Decimal("1000.01")]),
        employees=st.none() | st.integers(4, 6),
        source=st.sampled_from(["company", "statement", "kita"]),
        is_estimated=st.booleans(),
    )
    return st.builds(
        Facts,
        opened_on=st.none()
        | days(closing)
        | st.tuples(st.integers(1, 4), st.integers(-1, 1)).map(
            lambda each: oracle.anniversary(closing, -each[0]) + dt.timedelta(each[1])
        ),
        places=st.lists(
            st.builds(
                lambda kind, code, address, span: facts.PlaceFact(
                    kind, code, f"시도 {code}", address, span[0] or dt.date(2000, 1, 1), span[1]
                ),
                st.sampled_from(["head_office", "factory"]), st.sampled_from(PROVINCES), TEXTS, periods(closing),
            ),
            max_size=3,
        ),
        papers=st.lists(
            st.builds(
                lambda kind, state, name, span, file: facts.PaperFact(kind, state, name, span[0], span[1], file),
                st.sampled_from(PAPERS), st.sampled_from(["accepted", "unchecked", "refused"]), TEXTS, periods(closing),
                st.none() | st.uuids(),
            ),
            max_size=5,
        ),
        status=st.none()
        | st.builds(facts.StatusFact, st.sampled_from(StatusCheck.Status.values), st.just(closing)),
        bans=st.none()
        | st.lists(
            st.tuples(days(closing), days(closing)).map(lambda pair: facts.BanFact(min(pair), max(pair))), max_size=2
        ),
        figures=st.lists(figures, max_size=3).map(
            lambda rows: [
                facts.FigureFact(
                    closing.year - 2 + serial, row.sales, row.exports, row.employees, row.source, row.is_estimated
                )
                for serial, row in enumerate(rows)
            ]
        ),
        industries=st.lists(
            st.builds(
                facts.IndustryFact, st.sampled_from(["C10", "C1071", "I56", "G47"]), st.sampled_from([10, 11]),
                st.booleans(),
            ),
            max_size=3,
        ),
        products=st.lists(
            st.builds(facts.ProductFact, TEXTS, st.sampled_from(["", "food", "beauty", None]), st.sampled_from(["", "3304", "330499", None])),
            max_size=3,
        ),
        answers=st.lists(
            st.builds(
                facts.AnswerFact, st.sampled_from(["q1", "q2"]), st.sampled_from(["", "yes", "칠레"]),
                st.none() | st.sampled_from([Decimal("9.5"), Decimal(10), Decimal(11)]), st.none() | days(closing),
                st.none() | st.booleans(), st.lists(st.sampled_from(["cl", "us"]), max_size=2, unique=True),
            ),
            max_size=2, unique_by=lambda each: each.question,
        ),
    )  # fmt: skip


def limits(*numbers: Any) -> st.SearchStrategy[dict[str, Any]]:
    one = st.none() | st.sampled_from(numbers)
    return st.tuples(one, one).map(
        lambda pair: (
            {"min": min(pair, key=Decimal), "max": max(pair, key=Decimal)}
            if None not in pair
            else {"min": pair[0], "max": numbers[0] if pair == (None, None) else pair[1]}
        )
    )


def leaves(closing: dt.date) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    def kind(name: str, values: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
        return st.tuples(st.just(name), values)

    codes = st.lists(st.sampled_from(["C", "C10", "C1071", "I56", "G"]), max_size=2)
    some_day = days(closing).map(str)
    return st.one_of(
        kind("province", st.fixed_dictionaries(
            {"provinces": st.lists(st.sampled_from(PROVINCES), min_size=1, max_size=3)},
            optional={"places": st.just(["factory"])},
        )),
        kind("certificate", st.sampled_from(PAPERS).map(lambda each: {"kind": each})),
        kind("industry", st.fixed_dictionaries(
            {"include": codes, "exclude": codes}, optional={"revision": st.just(10), "main_only": st.booleans()}
        ).filter(lambda each: each["include"] or each["exclude"])),
        kind("age", limits(0, 1, 2, 3)),
        kind("sales", limits(0, 1000, "1000.5")),
        kind("exports", limits(1000, "999.99")),
        kind("exports", limits(1000).map(lambda each: {**each, "sources": ["kita"]})),
        kind("employees", limits(5)),
        kind("product", st.sampled_from([{"hs": ["3304"]}, {"hs": ["330499"]}, {"categories": ["food"]}, {"categories": ["food"], "hs": ["33"]}])),
        kind("answer", st.tuples(st.sampled_from(["q1", "q2", "q3"]), st.sampled_from([
            {"equals": True}, {"equals": False}, {"equals": "yes"}, {"equals": "cl"}, {"equals": 10}, {"at_least": 10},
            {"at_most": 10}, {"at_least": 9.5, "at_most": "10"},
        ]) | some_day.map(lambda each: {"at_least": each}) | some_day.map(lambda each: {"at_most": each})).map(
            lambda each: {"question": each[0], **each[1]}
        )),
        st.just(("not_banned", {})),
        st.just(("tax", {})),
        st.sampled_from([("status", {}), ("look", {}), ("province", {}), ("age", {})]),
    )  # fmt: skip


@st.composite
def rules(draw: Any, call: Call, closing: dt.date) -> list[Criterion]:
    """Criteria of all kinds, some of them in groups in groups (and, rarely, in themselves)."""
    as_of = st.sampled_from(["closing", "closing", "agreement", "evaluation", "cure"])
    found: list[Criterion] = []
    for serial in range(draw(st.integers(1, 10))):
        kind, values = draw(leaves(closing))
        if found and draw(st.integers(0, 3)) == 0:
            kind, values = draw(st.sampled_from(["all", "any", "not"])), {}
        made = Criterion(
            call=call, code=f"c{serial}", kind=kind, values=values, as_of=draw(as_of),
            later_as_of=draw(st.sampled_from(["", "agreement", "evaluation"])),
        )  # fmt: skip
        found.append(made)
    groups = [each for each in found if each.kind in {"all", "any", "not"}]
    for each in found:
        if groups and draw(st.booleans()):
            group = draw(st.sampled_from(groups))
            each.group_id = None if group is each else group.pk
    return found


@st.composite
def questions(draw: Any) -> tuple[Call, list[Criterion], dict[UUID, Facts]]:
    closing = draw(st.sampled_from(CLOSINGS))
    call = a_call(
        closing,
        closing + dt.timedelta(draw(st.sampled_from([0, 1, 26]))),
        draw(st.sampled_from([None, closing, closing + dt.timedelta(1), closing + dt.timedelta(14)])),
    )
    return (
        call,
        draw(rules(call, closing)),
        draw(st.dictionaries(st.uuids(), known(closing), min_size=1, max_size=8)),
    )


@given(asked=questions())
@settings(
    max_examples=EXAMPLES, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)  # fmt: skip
def test_sql_and_python_never_disagree(asked: Any) -> None:
    """Outcome, reason, value, evidence, file, day and renewal of random companies under random rules."""
    call, criteria, companies = asked
    found = ask(of_facts(companies), call, criteria, SUCCESSORS)
    expected = {
        key: oracle.judge_all(criteria, each, oracle.days_of(call), successors=SUCCESSORS, agency_code="SBA")
        for key, each in companies.items()
    }
    names = {each.pk: f"{each.code} {each.kind} {each.values}" for each in criteria}
    differing = [
        (names[rule], found[key][rule], expected[key][rule])
        for key in companies
        for rule in names
        if found[key][rule] != expected[key][rule]
    ]
    assert differing == []


def put_down(company: Company, each: Facts, closing: dt.date, serial: int) -> None:
    """The facts as rows of the register, in the order in which they are stated."""
    keys = (UUID(int=(serial << 32) + each) for each in range(1, 1000))
    Company.objects.filter(pk=company.pk).update(opened_on=each.opened_on)
    for place in each.places:
        province = Province.objects.get_or_create(
            code=place.province, defaults={"name_ko": "시도", "name_en": place.province, "short_ko": "도"}
        )[0]
        Place.objects.create(
            pk=next(keys), company=company, kind=place.kind, province=province, address=place.address,
            from_on=place.from_on, until_on=place.until_on,
        )  # fmt: skip
    for paper in each.papers:
        register.certificate(
            company, paper.kind, state=paper.state, id=next(keys), number=paper.name, valid_from=paper.valid_from,
            valid_until=paper.valid_until,
        )  # fmt: skip
    if each.status is not None:
        at = dt.datetime.combine(each.status.checked_on, dt.time(14, 59), dt.UTC)
        StatusCheck.objects.create(company=company, status="closed", checked_at=at - dt.timedelta(hours=1))
        StatusCheck.objects.create(company=company, status=each.status.status, checked_at=at)
    for ban in each.bans or ():
        for agency in (people.agency("SBA"), people.agency("BBA")):
            Ban.objects.create(
                agency=agency, company=company, from_on=ban.from_on, until_on=ban.until_on, reason="x",
                decided_by=people.officer(), lifted_at=None if agency.code == "SBA" else closing_instant(closing),
            )  # fmt: skip
    for row in each.figures:
        YearlyFigure.objects.create(
            company=company, year=row.year, sales_amount=row.sales, export_amount=row.exports, employees=row.employees,
            source=row.source, is_estimated=row.is_estimated,
        )  # fmt: skip
    for industry in each.industries:
        known = Industry.objects.get_or_create(
            id=f"{industry.revision}:{industry.code}",
            defaults={"revision": industry.revision, "code": industry.code, "name_ko": industry.code},
        )[0]
        CompanyIndustry.objects.create(company=company, industry=known, is_main=industry.is_main)
    for product in each.products:
        Product.objects.create(
            company=company,
            code=product.code,
            name_ko="상품",
            category=product.category,
            hs_code=product.hs_code,
        )


def closing_instant(closing: dt.date) -> dt.datetime:
    return dt.datetime.combine(closing, dt.time(15), dt.UTC)


def storable(each: Facts) -> Facts:
    """The same without what the register refuses: two head offices at once, the same class or product code twice."""
    offices = [place for place in each.places if place.kind == "head_office"][:1]
    classes = {(row.revision, row.code): row for row in each.industries}.values()
    mains = [row for row in classes if row.is_main][:1]
    return Facts(
        each.opened_on,
        [
            facts.PlaceFact(
                place.kind,
                place.province,
                f"시도 {place.province}",
                place.address,
                place.from_on,
                place.until_on,
            )
            for place in [*offices, *(place for place in each.places if place.kind != "head_office")]
        ],
        [
            facts.PaperFact(it.kind, it.state, it.name[:60], it.valid_from, it.valid_until, None)
            for it in each.papers
        ],
        each.status,
        each.bans or (),
        each.figures,
        [*mains, *(row for row in classes if not row.is_main)],
        list(
            {
                row.code: facts.ProductFact(row.code, row.category or "", row.hs_code or "")
                for row in each.products
                if len(row.code) < 60
            }.values()
        ),
    )


@given(asked=questions())
@settings(
    max_examples=EXAMPLES // 5, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)  # fmt: skip
def test_the_register_and_a_call_s_applications_answer_as_what_is_stated(asked: Any) -> None:
    """The same facts as rows: asked of the whole register, of applications, and stated, they answer the same."""
    drawn, criteria, companies = asked
    closing = oracle.days_of(drawn)["closing"][0]
    with transaction.atomic():
        agency = people.agency("SBA")
        call = programs.call(
            opens_at=closing_instant(closing) - dt.timedelta(days=9), closes_at=drawn.closes_at,
            agreement_on=drawn.agreement_on, evaluation_on=drawn.evaluation_on,
        )  # fmt: skip
        known: dict[UUID, Facts] = {}
        applications: dict[UUID, UUID] = {}
        for serial, each in enumerate(companies.values()):
            company = Company.objects.create(
                business_number=register.number(700 + serial), name_ko="나루", pk=UUID(int=(1 << 96) + serial)
            )
            known[company.pk] = storable(each)
            put_down(company, known[company.pk], closing, serial + 1)
            applications[company.pk] = programs.application(call, company).pk
        stated = ask(of_facts(known), call, criteria, SUCCESSORS)
        assert ask(of_register(agency.pk), call, criteria, SUCCESSORS) == stated
        asked_of = of_applications(agency.pk, f"a.call_id = {literal(str(call.pk))}")
        by_application = ask(asked_of, call, criteria, SUCCESSORS)
        assert {key: by_application[application] for key, application in applications.items()} == stated
        transaction.set_rollback(True)
