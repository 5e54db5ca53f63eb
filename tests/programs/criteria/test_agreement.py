"""The compiled SQL and the plain Python never disagree, and neither do the three uses of the SQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import Agency
from companies.models import Company, StatusCheck, Succession
from ground import clock
from ground.models import StoredFile
from programs.domain.criteria import given as facts
from programs.domain.criteria.given import Facts
from programs.domain.criteria.relations import literal, of_applications, of_facts, of_register
from programs.models import Call, Criterion
from tests import oracle
from tests.factories import people, programs, register
from tests.programs.criteria.asking import a_call, ask, bare
from tests.programs.criteria.recording import closing_instant, put_down, storable

pytestmark = pytest.mark.django_db

EXAMPLES = 40 if settings.default.max_examples == 100 else settings.default.max_examples
"""`script/test --full` draws more."""
SUCCESSORS = {"42": "51", "29": "12", "46": "12"}
PROVINCES = ["11", "26", "42", "51", "29", "46", "12"]
CLOSINGS = [
    dt.date(2025, 5, 30),
    dt.date(2024, 2, 29),
    dt.date(2024, 12, 31),
    dt.date(2025, 1, 1),
    dt.date(2031, 5, 30),
]
PAPERS = ["SME_CERT", "MICRO_CERT", "TAX_NAT", "TAX_LOC", "INS4"]
MARKS = ["credit_bad", "fin_disorder", "insolvency"]
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


def issues(closing: dt.date) -> st.SearchStrategy[dt.date]:
    """Days of issue: so long before the days that count that a clearance has just run out, or not."""
    near = st.tuples(
        st.sampled_from([closing, closing + dt.timedelta(26)]), st.sampled_from([0, 1, 2, 29, 30, 31])
    )
    return near.map(lambda each: each[0] - dt.timedelta(each[1]))


def some_years(closing: dt.date) -> st.SearchStrategy[dt.date]:
    """Days at the edge of one and two years before the day that counts, and of its year."""
    edges = [
        oracle.anniversary(closing, -1),
        oracle.anniversary(closing, -2),
        dt.date(closing.year, 1, 1),
        closing,
    ]
    return st.tuples(st.sampled_from(edges), st.integers(-1, 1)).map(
        lambda each: each[0] + dt.timedelta(each[1])
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
                lambda kind, state, name, span, file, issued: facts.PaperFact(
                    kind, state, name, span[0], span[1], file, issued
                ),
                st.sampled_from(PAPERS), st.sampled_from(["accepted", "unchecked", "refused"]), TEXTS, periods(closing),
                st.none() | st.uuids(), st.none() | issues(closing),
            ),
            max_size=5,
        ),
        status=st.none()
        | st.builds(
            lambda status, of_now, ago: facts.StatusFact(
                status, (clock.today() if of_now else closing) - dt.timedelta(ago)
            ),
            st.sampled_from(StatusCheck.Status.values), st.booleans(), st.sampled_from([-26, 0, 0, 1, 2, 30, 31, 400]),
        ),
        bans=st.none()
        | st.lists(
            st.tuples(days(closing), days(closing), st.sampled_from(["", "", "나루 (1)", "나루 (2)"])).map(
                lambda each: facts.BanFact(min(each[:2]), max(each[:2]), each[2])
            ),
            max_size=2,
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
                facts.IndustryFact, st.sampled_from(["C", "C10", "C1071", "I56", "G47"]), st.sampled_from([10, 11]),
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
        sizes=st.lists(
            st.builds(
                lambda size, state, on, span, name, file: facts.SizeFact(size, "stated", on) if state == "stated"
                else facts.SizeFact(size, state, on, min(span), max(span), f"OTHER {name}".strip(), file),
                st.sampled_from(["micro", "small", "medium", "mid_size", "large"]),
                st.sampled_from(["accepted", "accepted", "unchecked", "refused", "stated"]), days(closing),
                st.tuples(days(closing), days(closing)), TEXTS, st.none() | st.uuids(),
            ),
            max_size=3,
        ),
        marks=st.lists(
            st.builds(
                lambda mark, is_found, is_recorded, on, until, cure, after, text, file: facts.MarkFact(
                    mark, is_found, on, until if until and until >= on else None, is_recorded,
                    cure if is_found else "", on + dt.timedelta(after) if is_found and cure else None,
                    text or "결과", "결정문" if is_found and cure else "", file, file,
                ),
                st.sampled_from(MARKS), st.booleans(), st.booleans(), days(closing), st.none() | days(closing),
                st.sampled_from(["", "rehabilitation"]), st.sampled_from([0, 1, 14, 30]), TEXTS, st.none() | st.uuids(),
            ).filter(lambda each: each.stated_on < dt.date(2099, 1, 1)),
            max_size=4,
        ),
        supports=st.lists(
            st.builds(
                facts.SupportFact, st.sampled_from(["KOTRA", "kotra", "SBA", "경기도"]), st.sampled_from(["수출바우처", "a'b\\c%s"]),
                st.sampled_from(["publicity", "publicity", "design", "video", ""]),
                st.none() | st.sampled_from([Decimal(0), Decimal(1000), Decimal(999)]),
                st.sampled_from(["national", "local", "other"]), some_years(closing), st.sampled_from(["", "제1호"]),
                st.sampled_from(["list", "declared", "own"]),
            ),
            max_size=3,
        ),
        covers=st.lists(
            st.builds(
                lambda body, one, other: facts.CoverFact(body, min(one, other), max(one, other)),
                st.sampled_from(["", "", "KOTRA", "경기도"]), some_years(closing), some_years(closing) | st.just(closing + dt.timedelta(60)),
            ),
            max_size=4,
        ),
        formers=st.lists(
            st.builds(
                lambda name, opened, until, by, row, year: facts.FormerFact(
                    name, opened, until, by, [replace(row, year=closing.year - year)]
                ),
                st.sampled_from(["나루 (1)", "나루 (2)", "나루 (3)"]), st.none() | some_years(closing),
                some_years(closing), st.sampled_from(["incorporation", "merger", "both"]), figures, st.integers(1, 2),
            ),
            max_size=2, unique_by=lambda each: each.name,
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


def with_former(values: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Some count what a sole trader had, what a company had that merged, or both."""
    ways = st.sampled_from([{}, {"former": True}, {"absorbed": True}, {"former": True, "absorbed": True}])
    return st.tuples(values, ways).map(lambda each: {**each[0], **each[1]})


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
        kind("age", with_former(limits(0, 1, 2, 3))),
        kind("sales", with_former(limits(0, 1000, "1000.5"))),
        kind("exports", with_former(limits(1000, "999.99", 2000))),
        kind("exports", with_former(limits(1000).map(lambda each: {**each, "sources": ["kita"]}))),
        kind("employees", limits(5)),
        kind("product", st.sampled_from([{"hs": ["3304"]}, {"hs": ["330499"]}, {"categories": ["food"]}, {"categories": ["food"], "hs": ["33"]}])),
        kind("answer", st.tuples(st.sampled_from(["q1", "q2", "q3"]), st.sampled_from([
            {"equals": True}, {"equals": False}, {"equals": "yes"}, {"equals": "cl"}, {"equals": 10}, {"at_least": 10},
            {"at_most": 10}, {"at_least": 9.5, "at_most": "10"},
        ]) | some_day.map(lambda each: {"at_least": each}) | some_day.map(lambda each: {"at_most": each})).map(
            lambda each: {"question": each[0], **each[1]}
        )),
        kind("size", st.sampled_from([["micro"], ["micro", "small"], ["micro", "small", "medium"], ["mid_size"], ["large"]]).map(
            lambda each: {"sizes": each}
        )),
        kind("marks", st.fixed_dictionaries(
            {"marks": st.lists(st.sampled_from(MARKS), min_size=1, max_size=2, unique=True)},
            optional={"days": st.sampled_from([0, 1]), "cures": st.sampled_from([[], ["discharge"], ["rehabilitation"]])},
        )),
        kind("support", st.tuples(st.sampled_from([{"years": 1}, {"years": 2}, {"same_year": True}]), st.fixed_dictionaries(
            {"items": st.sampled_from([["publicity"], ["publicity", "design"]])},
            optional={
                "bodies": st.sampled_from([["KOTRA"], ["SBA"], ["kotra", "SBA", "경기도"]]), "most_times": st.sampled_from([0, 1, 2]),
                "most_amount": st.sampled_from([0, 1000, "1999"]), "money": st.sampled_from(["national", "local"]),
            },
        )).map(lambda each: {**each[0], **each[1]})),
        st.just(("not_banned", {})),
        kind("tax", st.tuples(
            st.sampled_from([{}, {"papers": ["INS4"]}, {"papers": ["TAX_LOC", "INS4"]}, {"papers": ["TAX_LOC", "TAX_NAT"]}]),
            st.sampled_from([{}, {"days": 1}]),
        ).map(lambda each: {**each[0], **each[1]})),
        kind("status", st.sampled_from([{}, {"days": 1}])),
        st.sampled_from([("status", {}), ("look", {}), ("province", {}), ("age", {}), ("size", {}), ("support", {})]),
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
    """Outcome, reason, value, evidence, file, day and renewal of random companies under random rules; and the bare outcomes
    that the what-if asks for."""
    call, criteria, companies = asked
    found = ask(of_facts(companies), call, criteria, SUCCESSORS)
    assert bare(of_facts(companies), call, criteria, SUCCESSORS) == {
        key: {rule: verdict.outcome for rule, verdict in answers.items()} for key, answers in found.items()
    }
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
    status = [each for each in criteria if each.kind == "status"]
    if status:
        assert ask(of_facts(companies), call, status, SUCCESSORS, is_taken_now=True) == {
            key: oracle.judge_all(
                status, each, oracle.days_of(call), successors=SUCCESSORS, is_taken_now=True
            )
            for key, each in companies.items()
        }


def over_predecessors(
    known: dict[UUID, Facts], ties: list[tuple[UUID, UUID, str, dt.date]], names: dict[UUID, str]
) -> dict[UUID, Facts]:
    """What counts for each company: its own, and the support and the bans of all before it; a branch and its head office,
    and two records of one company, are each before the other; and the companies whose place it took. `ties` are former, successor, kind and day."""
    edges = {(successor, former) for former, successor, _kind, _on in ties}
    edges |= {(former, successor) for former, successor, kind, _on in ties if kind in ("branch", "duplicate")}

    def before(company: UUID) -> list[UUID]:
        found, step = set(), {company}
        while step:
            step = {old for new, old in edges if new in step} - found
            found |= step
        return list(found - {company})

    def formers(company: UUID) -> list[facts.FormerFact]:
        found = []
        for former, successor, kind, on in ties:
            if successor == company and kind in ("incorporation", "merger"):
                own = known[former]
                found.append(facts.FormerFact(names[former], own.opened_on, on, kind, own.figures))
                found += [replace(it, by=kind if it.by == kind else "both") for it in formers(former)]
        return found

    return {
        key: replace(
            own,
            bans=[
                *(own.bans or ()),
                *(replace(ban, former=names[each]) for each in before(key) for ban in known[each].bans or ()),
            ],
            supports=[*own.supports, *(support for each in before(key) for support in known[each].supports)],
            formers=formers(key),
        )
        for key, own in known.items()
    }


KINDS = st.sampled_from(["merger", "merger", "branch", "duplicate", "incorporation", "incorporation"])
BRANCH_OF_A_DUPLICATE = [(0, 1, "branch", "", (0, 1, 1)), (1, 2, "duplicate", "", (0, 1, 1))]
TIES = st.just(BRANCH_OF_A_DUPLICATE) | st.lists(
    st.tuples(
        st.integers(0, 7), st.integers(0, 7), KINDS,
        st.sampled_from(["", "", "", "asked", "taken back"]), st.sampled_from([(0, 1, 1), (0, 6, 30), (1, 12, 31), (1, 1, 1), (2, 5, 5)]),
    ),
    max_size=6, unique_by=lambda tie: min(tie[:2]),
)  # fmt: skip
"""Which company followed which (the later one the earlier), how, whether it counts, and when: so many years before the
closing day's year, a month and a day."""


def tie(
    companies: list[UUID], drawn: list[Any], closing: dt.date, agency: Agency, file: StoredFile
) -> list[tuple[UUID, UUID, str, dt.date]]:
    """The successions as rows; those that count as `over_predecessors` reads them."""
    counting = []
    for one, other, kind, state, (years, month, day) in drawn:
        former, successor = min(one, other), max(one, other)
        if former == successor or successor >= len(companies):
            continue
        at, on = dt.datetime(2025, 1, 2, tzinfo=dt.UTC), dt.date(closing.year - years, month, day)
        Succession.objects.create(
            agency=agency, former_id=companies[former], successor_id=companies[successor], on=on, document="x",
            kind=kind, file=file, recorded_by=people.officer(),
            confirmed_at=None if state == "asked" else at, taken_back_at=at if state == "taken back" else None,
        )  # fmt: skip
        if not state:
            counting.append((companies[former], companies[successor], kind, on))
    return counting


@given(asked=questions(), drawn_ties=TIES)
@settings(
    max_examples=EXAMPLES // 5, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)  # fmt: skip
def test_the_register_and_a_call_s_applications_answer_as_what_is_stated(asked: Any, drawn_ties: Any) -> None:
    """The same facts as rows, some companies in the place of others: asked of the whole register, of applications, and
    stated, they answer the same."""
    drawn, criteria, companies = asked
    closing = oracle.days_of(drawn)["closing"][0]
    with transaction.atomic():
        agency = people.agency("SBA")
        call = programs.call(
            opens_at=closing_instant(closing) - dt.timedelta(days=9), closes_at=drawn.closes_at,
            agreement_on=drawn.agreement_on, evaluation_on=drawn.evaluation_on,
        )  # fmt: skip
        file = StoredFile.objects.create(
            kind="document", name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64, path="a"
        )
        known: dict[UUID, Facts] = {}
        names: dict[UUID, str] = {}
        applications: dict[UUID, UUID] = {}
        for serial, each in enumerate(companies.values()):
            company = Company.objects.create(
                business_number=register.number(700 + serial), name_ko="나루", pk=UUID(int=(1 << 96) + serial)
            )
            known[company.pk] = storable(each, file.pk)
            names[company.pk] = f"나루 ({company.pretty_number})"
            put_down(company, known[company.pk], closing, serial + 1)
            applications[company.pk] = programs.application(call, company).pk
        known = over_predecessors(known, tie(list(known), drawn_ties, closing, agency, file), names)
        stated = ask(of_facts(known), call, criteria, SUCCESSORS)
        assert ask(of_register(agency.pk), call, criteria, SUCCESSORS) == stated
        asked_of = of_applications(agency.pk, f"a.call_id = {literal(str(call.pk))}")
        by_application = ask(asked_of, call, criteria, SUCCESSORS)
        assert {key: by_application[application] for key, application in applications.items()} == stated
        transaction.set_rollback(True)
