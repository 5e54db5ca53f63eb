"""What a succession means for applications and for support received."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.urls import reverse

from companies.domain import facts, succession
from companies.models import Ban, Company
from ground.history import history_of
from programs.domain import intake, on_behalf
from programs.domain.criteria.known import known
from programs.domain.eligibility import assess
from programs.queries.support import support_of
from tests.broken import broken
from tests.companies.test_company_admin import staff
from tests.companies.test_succession import CORPORATE, asked, firm, recorded
from tests.factories import intake as made
from tests.factories import people, programs, register

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

    def barred() -> list[bool]:
        answers = [assess(each)[0] for each in applications]
        bans = [len(known(call.agency_id, each.pk).bans or ()) for each in companies]
        assert [each.reason_code == "banned" for each in answers] == [count > 0 for count in bans]
        return [each.reason_code == "banned" for each in answers]

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
