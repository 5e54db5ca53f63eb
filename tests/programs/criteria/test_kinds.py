"""The kinds of criteria, worked out by hand: limits, years, marks, groups, and days on which a bar may be cured."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from ground.errors import RuleBroken
from programs.domain import planning, publishing
from programs.domain.criteria.given import (
    AnswerFact,
    BanFact,
    Facts,
    FigureFact,
    FormerFact,
    IndustryFact,
    PaperFact,
    ProductFact,
    StatusFact,
)
from programs.domain.criteria.values import shape_faults
from programs.domain.criteria.wording import asks
from programs.domain.eligibility import assess_given, reason_text, value_text
from programs.domain.eligibility_next import next_step
from programs.models import Criterion
from tests.factories import intake as made
from tests.factories import people, programs
from tests.programs.criteria.asking import DAY, a_call, judge

pytestmark = pytest.mark.django_db


def answer(kind: str, values: Any, **known: Any) -> tuple[str, str, str]:
    verdict = judge(Criterion(kind=kind, values=values), Facts(**known))
    return verdict.outcome, verdict.reason_code, verdict.value


@pytest.mark.parametrize(
    ("opened_on", "expected"),
    [
        (dt.date(2022, 5, 30), "age_met"),  # three years on the day itself
        (dt.date(2022, 5, 31), "age_not_met"),
        (dt.date(2018, 5, 30), "age_met"),
        (dt.date(2018, 5, 29), "age_not_met"),
        (dt.date(2025, 5, 31), "age_not_met"),  # opens the day after
        (None, "age_unknown"),
    ],
)
def test_years_in_business_count_to_the_anniversary(opened_on, expected):
    assert answer("age", {"min": 3, "max": 7}, opened_on=opened_on)[1] == expected


def figures(**fields: Any) -> list[FigureFact]:
    return [FigureFact(2023, Decimal(9), Decimal(9), 9), FigureFact(2024, **fields)]


@pytest.mark.parametrize(
    ("values", "exports", "expected"),
    [
        ({"min": 100000, "max": "999999.99"}, Decimal(100000), ("met", "exports_met", "2024: 100000 USD")),
        (
            {"min": 100000, "max": "999999.99"},
            Decimal("999999.99"),
            ("met", "exports_met", "2024: 999999.99 USD"),
        ),
        ({"min": 100000}, Decimal("99999.99"), ("not_met", "exports_not_met", "2024: 99999.99 USD")),
        ({"max": 100000}, Decimal(0), ("met", "exports_met", "2024: 0 USD")),
        ({"max": 100000}, None, ("look", "figure_missing", "2024")),
    ],
)
def test_exports_of_the_previous_calendar_year(values, exports, expected):
    assert answer("exports", values, figures=figures(exports=exports)) == expected


def test_an_estimated_figure_counts_and_is_marked():
    found = answer("exports", {"min": 1}, figures=figures(exports=Decimal(1200), is_estimated=True))
    assert found == ("met", "exports_met", "2024: 1200 USD (E)")
    with translation.override("en"):
        assert str(value_text(found[1], found[2])) == "2024: 1,200 USD (December estimated)"


ONE, TWO = "나루 (1)", "나루 (2)"
IN_2025 = dt.date(2025, 3, 1)
TAKEN_OVER = dt.date(2024, 7, 1)


def trader(
    opened: dt.date | None, exports: int | None = None, *, name: str = ONE, until: dt.date = TAKEN_OVER, source: str = "kita"
) -> FormerFact:  # fmt: skip
    known = [] if exports is None else [FigureFact(2024, exports=Decimal(exports), source=source)]
    return FormerFact(name, opened, until, figures=known)


def test_years_with_the_sole_trader_s_are_looked_at_only_where_what_is_known_leaves_it_open():
    """As of 30 May 2025: 2015 is ten years, 2023 two; whatever day is missing, it cannot make the earliest day later."""
    old, young = dt.date(2015, 4, 1), dt.date(2023, 4, 1)
    worked: list[tuple[dict[str, int], dt.date | None, list[FormerFact], tuple[str, str, str]]] = [
        ({"min": 7}, old, [trader(None)], ("met", "age_met", "2015-04-01")),
        ({"min": 7}, None, [trader(old)], ("met", "age_met", "2015-04-01")),
        ({"min": 7}, young, [trader(None), trader(old, name=TWO)], ("met", "age_met", "2015-04-01")),
        ({"min": 7}, young, [trader(None, name=TWO), trader(None)], ("look", "age_unknown_former", f"{ONE}, {TWO}")),
        ({"min": 7}, None, [trader(young)], ("look", "age_unknown", "")),
        ({"min": 7}, young, [trader(young)], ("not_met", "age_not_met", "2023-04-01")),
        ({"max": 7}, old, [trader(None)], ("not_met", "age_not_met", "2015-04-01")),
        ({"max": 7}, None, [trader(old)], ("not_met", "age_not_met", "2015-04-01")),
        ({"max": 7}, young, [trader(None)], ("look", "age_unknown_former", ONE)),
        ({"max": 7}, young, [trader(young)], ("met", "age_met", "2023-04-01")),
        ({"min": 1, "max": 7}, old, [trader(None)], ("not_met", "age_not_met", "2015-04-01")),
        ({"min": 1, "max": 7}, young, [trader(None)], ("look", "age_unknown_former", ONE)),
    ]  # fmt: skip
    for values, opened, formers, expected in worked:
        rule = {**values, "former": True}
        assert answer("age", rule, opened_on=opened, formers=formers) == expected, (values, opened, formers)


def test_figures_with_the_sole_trader_s_are_looked_at_only_where_what_is_known_leaves_it_open():
    """Exports of 2024, of which 100 are asked at least or allowed at most; the corporation was opened in 2010 or in 2025."""
    own, new_year, last_day = dt.date(2010, 1, 1), dt.date(2025, 1, 1), dt.date(2024, 12, 31)
    kita = {"sources": ["kita"]}
    missing = ("look", "figure_missing_former", f"2024 · {ONE}")
    worked: list[tuple[dict[str, Any], int | None, dt.date, list[FormerFact], tuple[str, str, str]]] = [
        ({"min": 100}, 100, own, [trader(own)], ("met", "exports_met", "2024: 100 USD")),
        ({"min": 100}, 99, own, [trader(own)], missing),
        ({"min": 100}, 99, own, [trader(own), trader(own, 1, name=TWO)], ("met", "exports_met", "2024: 100 USD")),
        ({"min": 100}, None, own, [trader(own, 100)], ("met", "exports_met", "2024: 100 USD")),
        ({"min": 100}, None, own, [trader(own, 99)], ("look", "figure_missing", "2024")),
        ({"min": 0}, None, own, [trader(own)], ("look", "figure_missing", "2024")),
        ({"max": 100}, 101, own, [trader(own)], ("not_met", "exports_not_met", "2024: 101 USD")),
        ({"max": 100}, 100, own, [trader(own)], missing),
        ({"min": 50, "max": 100}, 60, own, [trader(own)], missing),
        ({"min": 50, "max": 100}, None, own, [trader(own, 101)], ("not_met", "exports_not_met", "2024: 101 USD")),
        # a trader of 2025 had no figure of 2024, no more than a corporation of 2025; one of the year's last day had
        ({"min": 100}, 99, own, [trader(new_year, until=IN_2025)], ("not_met", "exports_not_met", "2024: 99 USD")),
        ({"min": 100}, 99, own, [trader(last_day, until=IN_2025)], missing),
        ({"min": 100}, 99, own, [trader(None, until=IN_2025)], missing),
        ({"max": 100}, None, IN_2025, [trader(new_year, until=IN_2025), trader(own, 99, name=TWO)],
         ("met", "exports_met", "2024: 99 USD")),
        ({"max": 100}, None, IN_2025, [trader(new_year, until=IN_2025)], ("look", "figure_missing", "2024")),
        # taken over on 1 January the trader had no day of that year, on 2 January it had one
        ({"max": 100}, 99, own, [trader(own, until=dt.date(2024, 1, 1))], ("met", "exports_met", "2024: 99 USD")),
        ({"max": 100}, 99, own, [trader(own, until=dt.date(2024, 1, 2))], missing),
        # what is not proven decides nothing
        ({"min": 100, **kita}, 100, own, [trader(own, 5, source="company")], ("met", "exports_met", "2024: 105 USD")),
        ({"min": 100, **kita}, 99, own, [trader(own, 5, source="company")],
         ("look", "figure_unproven_former", "2024: 104 USD")),
        ({"max": 100, **kita}, 1, own, [trader(own, 100, source="company")],
         ("look", "figure_unproven_former", "2024: 101 USD")),
    ]  # fmt: skip
    for values, exports, opened, formers, expected in worked:
        figure = [] if exports is None else [FigureFact(2024, exports=Decimal(exports), source="kita")]
        found = answer(
            "exports", {**values, "former": True}, opened_on=opened, figures=figure, formers=formers
        )
        assert found == expected, (values, exports, opened, formers)


def test_a_figure_that_must_be_proven_is_looked_at_until_it_is():
    rule = {"min": 1, "sources": ["kita"]}
    stated, proven = (figures(exports=Decimal(5), source=source) for source in ("company", "kita"))
    assert answer("exports", rule, figures=stated) == ("look", "figure_unproven", "2024: 5 USD")
    assert answer("exports", rule, figures=proven)[:2] == ("met", "exports_met")
    assert answer("sales", {"max": 10}, figures=figures(sales=Decimal(11)))[:2] == (
        "not_met",
        "sales_not_met",
    )
    assert answer("employees", {"max": 5}, figures=figures(employees=5)) == (
        "met",
        "employees_met",
        "2024: 5",
    )
    assert answer("employees", {"max": 5}, figures=[])[:2] == ("look", "figure_missing")


@pytest.mark.parametrize(
    ("values", "industries", "expected"),
    [
        ({"exclude": ["I562"]}, [IndustryFact("C107"), IndustryFact("I5621")], ("not_met", "industry_excluded", "11:I5621")),
        ({"exclude": ["I562"]}, [IndustryFact("C107")], ("met", "industry_met", "11:C107")),
        ({"include": ["C"], "exclude": ["C12"]}, [IndustryFact("G47")], ("not_met", "industry_not_included", "11:G47")),
        ({"include": ["C"]}, [IndustryFact("G47", is_main=True), IndustryFact("C10")], ("met", "industry_met", "11:C10")),
        (
            {"include": ["C"], "main_only": True},
            [IndustryFact("G47", is_main=True), IndustryFact("C10")],
            ("not_met", "industry_not_included", "11:G47"),
        ),
        ({"include": ["C"]}, [IndustryFact("C10", revision=10)], ("look", "industry_other_revision", "10:C10")),
        ({"include": ["C"], "revision": 10}, [IndustryFact("C10", revision=10)], ("met", "industry_met", "10:C10")),
        ({"include": ["C"]}, [], ("look", "industry_unknown", "")),
        ({"include": ["C10"]}, [IndustryFact("C")], ("look", "industry_short", "11:C")),
        ({"include": ["C1079"]}, [IndustryFact("C10"), IndustryFact("G47")], ("look", "industry_short", "11:C10")),
        ({"include": ["C10", "G"]}, [IndustryFact("C"), IndustryFact("G47")], ("met", "industry_met", "11:G47")),
        ({"exclude": ["I5621"]}, [IndustryFact("I"), IndustryFact("C10")], ("look", "industry_short", "11:I")),
        ({"exclude": ["I5621"]}, [IndustryFact("I561"), IndustryFact("C10")], ("met", "industry_met", "11:C10")),
        (
            {"exclude": ["I5621"]},
            [IndustryFact("C10"), IndustryFact("C10", revision=10)],
            ("look", "industry_other_revision", "10:C10"),
        ),
        (
            {"include": ["C"]},
            [IndustryFact("G47"), IndustryFact("C10", revision=10)],
            ("look", "industry_other_revision", "10:C10"),
        ),
        (
            {"include": ["C"]},
            [IndustryFact("C20"), IndustryFact("C10", revision=10)],
            ("met", "industry_met", "11:C20"),
        ),
    ],
)  # fmt: skip
def test_industries_by_the_beginning_of_their_code(values, industries, expected):
    assert answer("industry", values, industries=industries) == expected


def test_products_by_category_or_hs_code():
    creams = [ProductFact("B-1", "beauty", "330499"), ProductFact("A-1", "home")]
    assert answer("product", {"hs": ["3304"]}, products=creams) == ("met", "product_met", "B-1 330499")
    assert answer("product", {"categories": ["home"]}, products=creams) == ("met", "product_met", "A-1")
    assert answer("product", {"hs": ["19"]}, products=creams) == ("not_met", "product_not_met", "A-1")
    assert answer("product", {"hs": ["19"]}) == ("look", "product_unknown", "")


def test_a_recorded_hs_code_that_is_too_short_to_tell_is_looked_at():
    short, other = ProductFact("B-1", "beauty", "3304"), ProductFact("A-1", "food", "1904")
    wanted = {"hs": ["190410", "330499"]}
    assert answer("product", wanted, products=[short]) == ("look", "product_hs_short", "B-1 3304")
    assert answer("product", wanted, products=[other]) == ("look", "product_hs_short", "A-1 1904")
    assert answer("product", {"hs": ["330499"]}, products=[other, short])[:2] == ("look", "product_hs_short")
    assert answer("product", {"hs": ["330499"]}, products=[other])[:2] == ("not_met", "product_not_met")
    full = ProductFact("C-1", "beauty", "3304991000")
    assert answer("product", wanted, products=[short, full]) == ("met", "product_met", "C-1 3304991000")
    no_code = ProductFact("D-1", "beauty", "")
    assert answer("product", wanted, products=[no_code])[:2] == ("not_met", "product_not_met")


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ({"equals": True}, {"is_yes": True}, ("met", "answer_met", "yes")),
        ({"equals": True}, {"is_yes": False}, ("not_met", "answer_not_met", "no")),
        ({"equals": False}, {}, ("look", "answer_missing", "")),
        ({"equals": "cl"}, {"codes": ["us", "cl"]}, ("met", "answer_met", "us, cl")),
        ({"at_least": 3}, {"figure": Decimal("2.9999")}, ("not_met", "answer_not_met", "2.9999")),
        ({"at_least": 3, "at_most": 3}, {"figure": Decimal("3.0000")}, ("met", "answer_met", "3")),
        ({"at_least": "2025-05-30"}, {"day": DAY}, ("met", "answer_met", "2025-05-30")),
        ({"at_most": "2025-05-29"}, {"day": DAY}, ("not_met", "answer_not_met", "2025-05-30")),
    ],
)
def test_an_answer_of_the_form(rule, given, expected):
    assert answer("answer", {"question": "q", **rule}, answers=[AnswerFact("q", **given)]) == expected


# Groups and days ----------------------------------------------------------------------------------------------------

STANDS = {"met": ("not_banned", {}), "look": ("look", {}), "not_met": ("age", {"min": 99})}


def grouped(kind: str, *members: str) -> Any:
    """A group of criteria that stand as named."""
    call = a_call()
    group = Criterion(call=call, code="g", kind=kind)
    rows = [
        Criterion(call=call, code=name, kind=STANDS[name][0], values=STANDS[name][1], group=group)
        for name in members
    ]
    key = uuid4()
    found = assess_given(call, [group, *rows], {key: Facts(opened_on=dt.date(2020, 1, 1))})[key][0]
    return found.outcome, found.value


@pytest.mark.parametrize(
    ("kind", "members", "expected"),
    [
        ("all", ["met", "look"], ("look", "look")),
        ("all", ["met", "look", "not_met"], ("not_met", "not_met")),
        ("any", ["not_met", "look"], ("look", "look")),
        ("any", ["not_met", "look", "met"], ("met", "met")),
        ("any", ["not_met", "not_met"], ("not_met", "not_met, not_met")),
        ("not", ["met"], ("not_met", "met")),
        ("not", ["look"], ("look", "look")),
        ("not", ["not_met"], ("met", "not_met")),
        ("not", ["met", "met"], ("look", "")),
        ("all", [], ("look", "")),
    ],
)
def test_groups_are_three_valued(kind, members, expected):
    assert grouped(kind, *members) == expected


@pytest.mark.parametrize(("member", "expected"), [("met", "met"), ("look", "look"), ("not_met", "not_met")])
def test_not_of_not_is_what_it_was(member, expected):
    call = a_call()
    outer = Criterion(call=call, code="outer", kind="not")
    inner = Criterion(call=call, code="inner", kind="not", group=outer)
    row = Criterion(call=call, code=member, kind=STANDS[member][0], values=STANDS[member][1], group=inner)
    key = uuid4()
    found = assess_given(call, [outer, inner, row], {key: Facts(opened_on=dt.date(2020, 1, 1))})[key][0]
    assert found.outcome == expected


def test_a_bar_that_is_gone_by_the_first_evaluation_day_is_cured():
    ban = Facts(bans=[BanFact(dt.date(2025, 1, 1), dt.date(2025, 6, 4))])
    for evaluation, expected in ((5, ("met", dt.date(2025, 6, 5))), (4, ("not_met", DAY))):
        call = a_call(evaluation=dt.date(2025, 6, evaluation))
        key = uuid4()
        cure = Criterion(call=call, code="ban", kind="not_banned", as_of="cure")
        fixed = Criterion(call=call, code="ban2", kind="not_banned", as_of="closing")
        found = assess_given(call, [cure, fixed], {key: ban})[key]
        assert [(found[0].outcome, found[0].as_of), found[1].outcome] == [expected, "not_met"]


def test_a_group_asks_for_a_renewal_only_where_nothing_else_lasts():
    call = a_call()
    group = Criterion(call=call, code="g", kind="any")
    rows = [
        Criterion(
            call=call,
            code=kind,
            kind="certificate",
            values={"kind": kind},
            later_as_of="agreement",
            group=group,
        )
        for kind in ("SME_CERT", "MICRO_CERT")
    ]
    short = PaperFact("SME_CERT", "accepted", "1", None, DAY, None)
    long = PaperFact("MICRO_CERT", "accepted", "2", None, None, None)
    keys = [uuid4(), uuid4()]
    found = assess_given(
        call, [group, *rows], {keys[0]: Facts(papers=[short]), keys[1]: Facts(papers=[short, long])}
    )
    assert [found[key][0].renew_by for key in keys] == [call.agreement_on, None]
    assert [found[key][0].outcome for key in keys] == ["met", "met"]


def test_groups_that_lie_in_each_other_are_incomplete_whichever_is_asked_first():
    call, key = a_call(), uuid4()
    first, second = Criterion(call=call, code="a", kind="all"), Criterion(call=call, code="b", kind="any")
    first.group_id, second.group_id = second.pk, first.pk
    beside = Criterion(call=call, code="c", kind="status", group_id=first.pk)
    for criteria in ([first, second, beside], [beside, second, first]):
        found = dict(zip(criteria, assess_given(call, criteria, {key: Facts()})[key], strict=True))
        assert [(each.outcome, each.reason_code) for each in (found[first], found[second], found[beside])] == [
            ("look", "rule_incomplete"), ("look", "rule_incomplete"), ("look", "status_not_checked"),
        ]  # fmt: skip


# Building them ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("province", {}), ("province", {"provinces": "11"}), ("province", {"provinces": ["11"], "places": ["moon"]}),
        ("certificate", {"kind": "NONE"}), ("industry", {}), ("industry", {"include": ["c10"]}),
        ("industry", {"include": ["C10"], "revision": 12}), ("age", {}), ("age", {"min": 7, "max": 3}),
        ("age", {"min": 1.5}), ("sales", {"min": "many"}), ("exports", {"max": -1}), ("exports", {"min": True}),
        ("employees", {"min": 1, "sources": ["rumor"]}), ("product", {}), ("product", {"hs": ["33a"]}),
        ("answer", {"question": "q"}), ("answer", {"question": "q", "equals": 1, "at_least": 1}),
        ("answer", {"question": "q", "at_least": "2025-01-01", "at_most": 3}), ("status", []),
    ],
)  # fmt: skip
def test_values_that_are_not_sound_have_a_sentence_and_are_decided_by_a_person(kind, values):
    assert len(shape_faults(kind, values)) == 1
    call, key = a_call(), uuid4()
    found = assess_given(call, [Criterion(call=call, code="c", kind=kind, values=values)], {key: Facts()})
    expected = ("look", "status_not_checked") if kind == "status" else ("look", "rule_incomplete")
    assert (found[key][0].outcome, found[key][0].reason_code) in [expected, ("look", "rule_incomplete")]
    assert str(reason_text(found[key][0].reason_code, as_of=DAY)) != found[key][0].reason_code


def test_the_verb_refuses_what_is_not_sound():
    call = programs.call(published_at=None)
    officer = people.officer()
    for fields, code in (
        ({"kind": "age", "values": {"min": -1}}, "values_not_sound"),
        ({"kind": "status", "group": made.criterion(call, "plain", "status")}, "group_not_sound"),
    ):
        with pytest.raises(RuleBroken, match=code):
            planning.save_call_part(Criterion(call=call, code="new", name_ko="요건", **fields), by=officer)
    group = planning.save_call_part(Criterion(call=call, code="any", kind="any", name_ko="하나"), by=officer)
    planning.save_call_part(
        Criterion(call=call, code="in", kind="tax", name_ko="체납", group=group, as_of="cure"), by=officer
    )
    made.criterion(call, "ask", "answer", values={"question": "none", "equals": True})
    made.criterion(call, "alone", "all")
    with translation.override("en"):
        said = publishing.faults(call)
    assert sorted(each for each in said if each.startswith("Criterion")) == [
        "Criterion “alone”: No criterion belongs to it.",
        "Criterion “ask”: The call has no question “none”.",
        "Criterion “in”: It counts on the first evaluation day: enter that day in the call.",
    ]


def test_a_criterion_says_what_it_asks():
    call = programs.call(published_at=None)
    made.criterion(call, "seoul", "province")
    made.criterion(call, "age", "age", values={"min": 1, "max": 7})
    made.criterion(call, "exports", "exports", values={"max": 5000000, "sources": ["kita"]})
    made.criterion(call, "bars", "industry", values={"exclude": ["I56", "R91"], "main_only": True})
    group = made.criterion(call, "either", "any")
    made.criterion(call, "yes", "answer", values={"question": "sells", "equals": True}, group=group)
    with translation.override("en"):
        assert {each.code: asks(each) for each in call.criterions.all()} == {
            "seoul": "Located in Seoul.",
            "age": "Years in business: 1 to 7.",
            "exports": "exports of the previous year: at most 5,000,000 USD; proven by: export performance certificate.",
            "bars": "Main industry (KSIC revision 11); none of: I56, R91.",
            "either": "one of its criteria: yes",
            "yes": "The answer to “sells” is: yes.",
        }


@pytest.mark.parametrize("status", ["active", "closed"])
def test_an_answer_of_the_tax_office_counts_for_its_days_whatever_it_says(status):
    """30 days back from the closing day, or as many as the criterion says; good or bad."""
    still = {"active": ("met", "status_met", "active"), "closed": ("not_met", "status_closed", "closed")}[
        status
    ]
    for values, ago, expected in (
        ({}, 0, still), ({}, 30, still), ({}, 31, ("look", "status_old", f"{status} 30")),
        ({"days": 5}, 5, still), ({"days": 5}, 6, ("look", "status_old", f"{status} 5")),
        ({}, -10, still),  # asked again after the closing day
    ):  # fmt: skip
        assert answer("status", values, status=StatusFact(status, DAY - dt.timedelta(ago))) == expected


def test_an_answer_that_is_too_old_says_of_which_day_it_is_and_what_to_do():
    criterion = Criterion(kind="status", values={})
    verdict = judge(criterion, Facts(status=StatusFact("active", dt.date(2025, 4, 29))))
    said = {"value": verdict.value, "evidence": verdict.evidence}
    with translation.override("en"):
        assert str(reason_text(verdict.reason_code, as_of=DAY, **said)) == (
            "The tax office’s answer is of 29 April 2025 and older than the 30 days for which it counts. The agency asks anew;"
            " without an answer a person at the agency decides."
        )
        assert str(value_text(verdict.reason_code, verdict.value)) == "in business"
        step = next_step(criterion, verdict.reason_code)
        assert step is not None
        assert str(step.sentence).startswith("The agency asks the tax office anew.")
    with translation.override("ko"):
        assert "30일이 지났습니다" in str(reason_text(verdict.reason_code, as_of=DAY, **said))


def test_before_the_closing_day_an_answer_is_as_old_as_today_and_at_an_agreement_and_a_payment_too(
    move_clock,
):
    """Who applies on the first of many days is not told that the answer will be too old at the end."""
    criterion = Criterion(kind="status", values={})
    facts = Facts(status=StatusFact("active", dt.date(2025, 4, 1)))
    for now, is_taken_now, expected in (
        (
            dt.datetime(2025, 5, 1, 14, tzinfo=dt.UTC),
            False,
            "status_met",
        ),  # 30 days, 29 before the closing day
        (dt.datetime(2025, 5, 1, 16, tzinfo=dt.UTC), False, "status_old"),  # the next day in Seoul
        (dt.datetime(2025, 7, 1, tzinfo=dt.UTC), False, "status_old"),
        (dt.datetime(2025, 5, 1, 14, tzinfo=dt.UTC), True, "status_met"),
    ):
        move_clock(now)
        assert judge(criterion, facts, is_taken_now=is_taken_now).reason_code == expected
    fresh = Facts(status=StatusFact("active", DAY))
    move_clock(dt.datetime(2025, 7, 1, tzinfo=dt.UTC))  # 32 days after the closing day
    assert judge(criterion, fresh).reason_code == "status_met"
    taken = judge(criterion, fresh, is_taken_now=True)
    assert (taken.outcome, taken.reason_code, taken.as_of) == ("look", "status_old", dt.date(2025, 7, 1))


def clearance(kind: str = "TAX_NAT", until: Any = None, since: Any = None, issued: Any = None) -> PaperFact:
    return PaperFact(kind, "accepted", "", since, until, None, issued)


@pytest.mark.parametrize(
    ("paper", "days", "expected"),
    [
        (clearance(issued=dt.date(2025, 4, 30)), None, ("met", "tax_met")),  # its thirtieth day is the closing day
        (clearance(issued=dt.date(2025, 4, 29)), None, ("look", "tax_expired")),
        (clearance(since=dt.date(2025, 4, 30)), None, ("met", "tax_met")),
        (clearance(since=dt.date(2025, 4, 29)), None, ("look", "tax_expired")),
        (clearance(since=dt.date(2025, 4, 29), issued=dt.date(2025, 4, 30)), None, ("met", "tax_met")),
        (clearance(issued=dt.date(2025, 4, 29)), 31, ("met", "tax_met")),
        (clearance(), None, ("look", "tax_undated")),
        (clearance(until=dt.date(2025, 12, 31), issued=dt.date(2025, 1, 1)), None, ("met", "tax_met")),  # it says otherwise
    ],
)  # fmt: skip
def test_a_tax_clearance_without_a_last_day_holds_from_its_issue(paper, days, expected):
    other = clearance("TAX_LOC", until=dt.date(2025, 6, 30))
    values = {} if days is None else {"days": days}
    assert answer("tax", values, papers=[paper, other])[:2] == expected


def test_of_a_social_insurance_clearance_without_its_period_a_person_looks():
    for paper, expected in (
        (clearance("INS4", until=DAY), ("met", "clearance_met")),
        (clearance("INS4", issued=DAY), ("look", "clearance_undated")),
    ):
        assert answer("tax", {"papers": ["INS4"]}, papers=[paper])[:2] == expected


def test_the_days_for_which_answers_hold_are_within_reason_and_said():
    for kind in ("status", "tax"):
        assert shape_faults(kind, {"days": 30}) == []
        for wrong in (0, 4000, "soon", 1.5):
            assert len(shape_faults(kind, {"days": wrong})) == 1
    call = programs.call(published_at=None)
    made.criterion(call, "open", "status", values={"days": 14})
    made.criterion(call, "tax", "tax", values={"days": 14})
    with translation.override("en"):
        assert {each.code: asks(each) for each in call.criterions.all()} == {
            "open": "not suspended or closed; an answer of the tax office may be 14 days old.",
            "tax": "No arrears, shown by: national tax clearance, local tax clearance. A tax clearance without a last day holds"
            " for 14 days.",
        }
