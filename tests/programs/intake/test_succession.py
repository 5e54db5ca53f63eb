"""What a succession means for applications and for support received."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.urls import reverse

from companies.domain import facts, succession
from companies.models import Ban, Company, YearlyFigure
from ground.history import history_of
from programs.domain import intake, on_behalf
from programs.domain.criteria.known import known
from programs.domain.eligibility import Finding, assess, assess_given
from programs.models import Criterion
from programs.queries.support import support_of
from tests.broken import broken
from tests.companies.test_company_admin import staff
from tests.companies.test_succession import CORPORATE, asked, firm, recorded
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.programs.intake.test_call_self_check import as_shown, check

pytestmark = pytest.mark.django_db


def test_a_closed_company_applies_no_more_and_a_taken_back_succession_opens_it_again(move_clock):
    old, new = firm(1), firm(2)
    owner = register.member(old)
    call = programs.call()
    move_clock(made.DURING)
    begun = intake.start(call, old, by=owner, form_key=uuid4())
    row = recorded(old, new)
    other = programs.call(programs.program("OTHER"))
    officer = people.officer()
    with broken("succeeded"):
        intake.start(other, old, by=owner, form_key=uuid4())
    with broken("succeeded"):
        intake.submit(begun, by=owner, form_key=uuid4())
    with broken("succeeded"):
        on_behalf.begin(other, old.business_number, channel="email", reason="x", by=officer, form_key=uuid4())
    with broken("not_staff"):
        succession.take_back(row, reason="x", by=people.officer(agency_code="BPA"))
    with broken("reason_missing"):
        succession.take_back(row, reason=" ", by=officer)
    page = reverse("admin:companies_succession_take_back", args=[row.pk])
    assert staff().post(page, {"reason": "다른 회사"}).status_code == 302
    assert "다른 회사" in str(history_of(row, reader=officer))
    with broken("already_taken_back"):
        succession.take_back(row, reason="x", by=officer)
    facts.edit_company(old, facts={"name_ko": "열림"}, by=owner)
    assert intake.start(other, old, by=owner, form_key=uuid4()).company == old
    assert recorded(old, new).pk != row.pk


def test_support_counts_over_predecessors_and_between_a_branch_and_its_head_office(move_clock):
    """1 → 2 → 3 (merged twice), 5 is a branch of 3; that 4 went into 1 nobody confirmed."""
    one, two, three, four, five = (firm(serial) for serial in range(1, 6))
    for company in (one, two, three, four, five):
        register.support(company, program=company.name_ko)
    Company.objects.filter(pk__in=[three.pk, five.pk]).update(corporate_number=CORPORATE)
    asked(four, one)
    recorded(one, two, "incorporation")
    recorded(two, three)
    row = recorded(five, three, "branch")

    def received(company: Company) -> list[tuple[str, str, bool]]:
        return [(each.program, each.former, each.support is not None) for each in support_of(company)]

    assert received(one) == [("회사1", "", True)]
    assert received(two) == [("회사1", "회사1", False), ("회사2", "", True)]
    assert received(three) == [
        ("회사1", "회사1", False), ("회사2", "회사2", False), ("회사3", "", True), ("회사5", "회사5", False),
    ]  # fmt: skip
    assert received(four) == [("회사4", "", True)]
    assert [each[0] for each in received(five)] == ["회사1", "회사2", "회사3", "회사5"]
    assert [each.program for each in known(row.agency_id, five.pk).supports] == [
        "회사1",
        "회사2",
        "회사3",
        "회사5",
    ]
    move_clock(made.DURING)
    call = programs.call()
    values = {"items": ["publicity"], "years": 3, "most_times": 3}
    made.criterion(call, "four", "support", values=values)
    for company, code in ((three, "support_over"), (two, "support_unknown"), (four, "support_unknown")):
        (answer,) = assess(programs.application(call, company))
        assert (company.name_ko, answer.reason_code) == (company.name_ko, code)
    succession.take_back(row, reason="x", by=people.officer())
    assert received(five) == [("회사5", "", True)]
    assert [each[0] for each in received(three)] == ["회사1", "회사2", "회사3"]


def test_a_ban_goes_over_to_whoever_took_the_barred_company_s_place(move_clock):
    """1 (barred) → 2 → 3; 4 is a branch of 3; 5 has nothing to do with them. Another agency's calls ask for its own bans."""
    companies = [firm(serial) for serial in range(1, 6)]
    one, two, three, four, _five = companies
    Company.objects.filter(pk__in=[three.pk, four.pk]).update(corporate_number=CORPORATE)
    Ban.objects.create(
        agency=people.agency(), company=one, from_on=dt.date(2025, 1, 1), until_on=dt.date(2025, 5, 30), reason="x",
        decided_by=people.officer(),
    )  # fmt: skip
    move_clock(made.DURING)
    call, other = programs.call(), programs.call(programs.program("OTHER", "BPA"))
    for each in (call, other):
        made.criterion(each, "ban", "not_banned", values={})
    applications = [programs.application(call, each) for each in companies]

    named = f"2025-01-01 – 2025-05-30 · 회사1 ({one.pretty_number})"

    def barred() -> list[bool]:
        answers = [assess(each)[0] for each in applications]
        bans = [len(known(call.agency_id, each.pk).bans or ()) for each in companies]
        assert [each.outcome == "not_met" for each in answers] == [count > 0 for count in bans]
        own, *taken_over = answers
        assert (own.reason_code, own.value) == ("banned", "2025-01-01 – 2025-05-30")
        barring = {(each.reason_code, each.value) for each in taken_over if each.outcome == "not_met"}
        assert barring == ({("banned_former", named)} if any(bans[1:]) else set())
        return [each.outcome == "not_met" for each in answers]

    asked(one, two)
    assert barred() == [True, False, False, False, False]
    succession.take_back(one.successions.get(), reason="x", by=people.officer())
    recorded(one, two)
    recorded(two, three)
    row = recorded(four, three, "branch")
    assert barred() == [True, True, True, True, False]
    (elsewhere,) = assess(programs.application(other, three))
    assert elsewhere.reason_code == "not_banned"
    succession.take_back(row, reason="x", by=people.officer())
    assert barred() == [True, True, True, False, False]


def test_a_criterion_counts_what_the_sole_trader_had_where_the_notice_says_so(move_clock, english):
    """1 (sole trader, opened 2015, exports of 2024: 300,000) → 2 (opened in April 2025); 3 merged with 4. Without the option
    only what the company itself has counts; what is not known of the sole trader is looked at. A visitor is told to
    name the sole trader's; of a company the register knows who became what."""
    one, two, three, four = (firm(serial) for serial in range(1, 5))
    for company, opened, exports in (
        (one, 2015, 300_000),
        (two, 2025, None),
        (three, 2010, 70_000),
        (four, 2020, 5),
    ):
        Company.objects.filter(pk=company.pk).update(opened_on=dt.date(opened, 4, 1))
        if exports:
            YearlyFigure.objects.create(company=company, year=2024, export_amount=exports, source="kita")
    move_clock(made.DURING)
    call = programs.call()
    for code, kind, values in (
        ("age", "age", {"min": 7}), ("age_former", "age", {"min": 7, "former": True}),
        ("exports", "exports", {"min": 100_000}), ("exports_former", "exports", {"min": 100_000, "former": True}),
    ):  # fmt: skip
        made.criterion(call, code, kind, values=values)
    applications = {each: programs.application(call, each) for each in (two, four)}

    def answers(company: Company) -> dict[str, tuple[str, str, str]]:
        found = assess(applications[company])
        assert {each.criterion.code: each.outcome for each in stated(company)} == {
            each.criterion.code: each.outcome for each in found
        }
        return {each.criterion.code: (each.reason_code, each.value, each.evidence) for each in found}

    def stated(company: Company) -> list[Finding]:
        criteria = list(Criterion.objects.filter(call=call).order_by("position", "id"))
        return assess_given(call, criteria, {company.pk: known(call.agency_id, company.pk)})[company.pk]

    alone = {"age": ("age_not_met", "2025-04-01", ""), "exports": ("figure_missing", "2024", "")}
    assert answers(two) == {**alone, "age_former": alone["age"], "exports_former": alone["exports"]}
    row = recorded(one, two, "incorporation")
    recorded(three, four)
    trader = f"회사1 ({one.pretty_number})"
    assert answers(two) == {
        **alone,
        "age_former": ("age_met", "2015-04-01", trader),
        "exports_former": ("exports_met", "2024: 300000 USD", f"kita {trader}"),
    }
    merged = {"age": ("age_not_met", "2020-04-01", ""), "exports": ("exports_not_met", "2024: 5 USD", "kita")}
    assert answers(four) == {**merged, "age_former": merged["age"], "exports_former": merged["exports"]}
    YearlyFigure.objects.filter(company=one).update(export_amount=None)
    Company.objects.filter(pk=one.pk).update(opened_on=None)
    assert answers(two) == {
        **alone,
        "age_former": ("age_unknown_former", trader, ""),
        "exports_former": ("figure_missing_former", f"2024 · {trader}", ""),
    }
    english.force_login(register.member(two))
    form = english.get(reverse("call_self_check", args=[call.pk]))
    checked = " ".join(check(english, call, as_shown(form)).content.decode().split())
    for sentence in (
        f"The day of opening of a former company is not recorded. Its record is closed: the company gives the agency the paper, and a person at the agency decides by it. ({trader})",
        "Give the agency the business registration certificate of the former company",
        f"decides by it. (2024 · {trader})",
        "Give the agency the paper of the former company: financial statements for sales",
    ):
        assert checked.count(sentence) == 1
    assert checked.count(reverse("figure_edit", args=[two.pk])) == 1  # of the rule that asks for its own
    assert reverse("company_edit", args=[two.pk]) not in checked
    english.logout()
    succession.take_back(row, reason="x", by=people.officer())
    assert answers(two) == {**alone, "age_former": alone["age"], "exports_former": alone["exports"]}
    address = reverse("call_self_check", args=[call.pk])
    hint = "If a sole trader became this corporation, what it had counts"
    assert english.get(address).content.decode().count(hint) == 2  # the day of opening, the figures
    english.force_login(register.member(two))
    assert hint not in english.get(address).content.decode()


def test_a_criterion_counts_what_a_company_had_that_merged_where_the_notice_says_so(move_clock, english):
    """1 (sole trader, opened 2001, exports of 2024: 10) became 2 (2010; 20), which merged into 3 (2020; 5). What came over
    both ways counts only where both are ticked; the older day holds, exports are added up. A visitor is told."""
    one, two, three = (firm(serial) for serial in range(1, 4))
    for company, year, exports in ((one, 2001, 10), (two, 2010, 20), (three, 2020, 5)):
        Company.objects.filter(pk=company.pk).update(opened_on=dt.date(year, 4, 1))
        YearlyFigure.objects.create(company=company, year=2024, export_amount=exports, source="kita")
    recorded(one, two, "incorporation")
    recorded(two, three)
    move_clock(made.DURING)
    call = programs.call()
    ways = {"": {}, "_former": {"former": True}, "_merged": {"absorbed": True},
            "_both": {"former": True, "absorbed": True}}  # fmt: skip
    for name, counted in ways.items():
        made.criterion(call, f"age{name}", "age", values={"min": 10, **counted})
        made.criterion(call, f"exports{name}", "exports", values={"max": 30, **counted})
    found = assess(programs.application(call, three))
    facts = known(call.agency_id, three.pk)
    stated = assess_given(call, [each.criterion for each in found], {three.pk: facts})[three.pk]
    answers = {each.criterion.code: (each.outcome, each.value, each.evidence) for each in found}
    assert answers == {each.criterion.code: (each.outcome, each.value, each.evidence) for each in stated}
    first, second = (f"회사{serial} ({each.pretty_number})" for serial, each in ((1, one), (2, two)))
    alone = {"age": ("not_met", "2020-04-01", ""), "exports": ("met", "2024: 5 USD", "kita")}
    assert answers == {
        **alone, "age_former": alone["age"], "exports_former": alone["exports"],
        "age_merged": ("met", "2010-04-01", second), "exports_merged": ("met", "2024: 25 USD", f"kita, kita {second}"),
        "age_both": ("met", "2001-04-01", first),
        "exports_both": ("not_met", "2024: 35 USD", f"kita, kita {first}, kita {second}"),
    }  # fmt: skip
    page = english.get(reverse("call_self_check", args=[call.pk])).content.decode()
    assert page.count("If a company merged into this one, what it had counts") == 2
