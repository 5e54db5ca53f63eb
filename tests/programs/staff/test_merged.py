"""What goes on at a record that was given up: decided by the facts of the record that stays, and begun nowhere twice."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from companies.domain import merging, supports
from companies.models import Company, Merge, Product, Sight, Succession, Support
from ground.history import history_of
from programs.domain import agreement, intake, on_behalf, paying
from programs.domain.criteria.known import known
from programs.models import Application, Call, Participation, ProgramShare, Task
from programs.queries.support import support_of
from programs.queries.what_if import stand_of_register
from tests.broken import broken
from tests.companies.test_merging import agreed, begun, fresh, pair
from tests.companies.test_succession import firm
from tests.factories import people, programs, register, staff
from tests.programs.staff.test_paying import agreed as taking_part
from tests.programs.staff.test_paying import ask, grant
from tests.programs.staff.test_taking import course

pytestmark = pytest.mark.django_db
AUGUST = dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL)


@pytest.fixture(autouse=True)
def _in_summer(move_clock):
    programs.currency("KRW")
    move_clock(AUGUST)


def again(gone: Company, serial: int) -> Company:
    """The company once more, with a record that knows nothing yet."""
    kept = register.company(serial, name_ko=gone.name_ko, name_en=gone.name_en)
    register.member(kept)
    register.seen_by(kept)
    kept.places.all().delete()
    return kept


def merged(gone: Company, serial: int) -> Company:
    """The record that the company had is given up for another one."""
    kept = again(gone, serial)
    row = begun(kept, gone)
    choices = {each.key: "given_up" for each in fresh(row).differences}
    number = {"company:business_number": "kept"} if "company:business_number" in choices else {}
    merging.decide(row, choices=choices | number, by=staff.manager())
    merging.carry_out(agreed(row), by=staff.manager())
    return kept


def test_what_goes_on_is_decided_by_the_facts_of_the_record_that_stays_over_all_steps():
    """Place and certificate went over, in two steps: the subsidy agreed to before is paid, and no longer once the company
    is closed. A certificate that ends on the way is one task, at the record that stays."""
    row = taking_part()
    application = row.application
    assert application is not None
    row.program.calls.update(agreement_on=dt.date(2025, 9, 25))
    first, second = ask(row, purpose="정산"), ask(row, purpose="정산 2차")
    for each in (first, second):
        grant(each)
    kept = merged(merged(row.company, 8), 9)
    assert Merge.objects.onward() == {
        row.company_id: kept.pk, Company.objects.get(business_number=register.number(8)).pk: kept.pk
    }  # fmt: skip
    assert kept in Company.objects.search(row.company.business_number)
    with broken("look_again"):
        paying.pay(first, by=people.officer())
    assert course(application)[-1] == ("payment", [("status", "met", "look")])
    register.status(kept)
    kept.certificates.update(valid_until=dt.date(2025, 9, 10))
    assert paying.pay(first, by=people.officer()).state == "paid"

    def renewals() -> list[Any]:
        return [*Task.objects.open().filter(kind="renew").values_list("company", "due_on")]

    assert renewals() == [(kept.pk, dt.date(2025, 9, 25))]
    kept.certificates.update(valid_until=dt.date(2026, 9, 10))
    register.status(kept, "closed")
    with broken("not_met_any_more"):
        paying.pay(second, by=people.officer())
    assert renewals() == []


def test_one_company_applies_once_and_takes_part_once_whichever_record_it_uses():
    """The record given up was selected in one call and takes part in another program; the record that stays begins
    nothing where that one stands, and what was withdrawn stands in no way."""
    gone = register.company(1)
    here, other = programs.call(), programs.call(programs.program("SBA-2"))
    register.seen_by(gone)
    selected = programs.application(here, gone, status="selected")
    programs.application(programs.call(here.program, code="W"), gone, status="withdrawn")
    takes_part = programs.participation(gone, other.program)
    left = register.product(gone)
    trader = register.company(5)
    Succession.objects.create(
        agency=here.agency, former=trader, successor=gone, kind="incorporation", on=dt.date(2024, 1, 2), document="x",
        file=staff.stored(), recorded_by=people.officer(), confirmed_at=AUGUST,
    )  # fmt: skip
    row = begun(again(gone, 9), gone)
    stays = fresh(row).digest
    Participation.objects.update(state="completed")
    assert fresh(row).digest != stays
    Participation.objects.update(state="agreed")
    assert fresh(row).digest == stays
    kept = merged(gone, 9)
    owner, officer = register.member(kept), people.officer()
    assert [each.until_on for each in known(here.agency_id, kept.pk).formers] == [dt.date(2024, 1, 2)]
    assert Product.objects.get() == left
    assert left.company_id == gone.pk
    Call.objects.update(closes_at=dt.datetime(2025, 9, 1, tzinfo=staff.SEOUL))
    here.refresh_from_db()
    assert intake.start(here, kept, by=owner, form_key=uuid4()) == selected
    withdrawn_from = Call.objects.get(code="W")
    assert intake.start(withdrawn_from, kept, by=owner, form_key=uuid4()).company == kept
    entry: dict[str, Any] = {"channel": "paper", "reason": "방문", "by": officer}
    with broken("already_begun"):
        on_behalf.begin(here, kept.business_number, form_key=uuid4(), **entry)
    assert Application.objects.filter(call=here).count() == 1
    third = again(gone, 8)
    programs.application(here, third, status="eligible")
    programs.participation(third, other.program)
    with translation.override("en"):
        assert [str(each.sentence) for each in fresh(begun(kept, third)).blocks] == [
            f"Both applied to {here}: one of the two is withdrawn first.",
            f"Both take part in {other.program}: one of the two is ended first.",
        ]
    Participation.objects.filter(company=third).delete()
    Application.objects.filter(company=third).delete()

    programs.application(other, kept, status="selected")
    programs.participation(kept, here.program)
    Call.objects.update(released_at=AUGUST)

    def offered(call: Call) -> tuple[list[Company], list[tuple[Company, str]]]:
        call.refresh_from_db()
        found = agreement.offer_all(call, accept_by=dt.date(2025, 8, 9), by=officer)
        return [each.company for each in found.made], [(each, why.code) for each, why in found.left_out]

    assert offered(other) == ([], [(kept, "takes_part_already")])
    assert offered(here) == ([], [(gone, "takes_part_already")])
    Participation.objects.filter(pk=takes_part.pk).update(state="ended")
    assert offered(other) == ([kept], [])
    later, body = programs.call(programs.program("SBA-3")), people.agency("BPA")
    ProgramShare.objects.create(program=later.program, agency=body)
    programs.application(later, gone, status="selected")
    Call.objects.filter(pk=later.pk).update(released_at=AUGUST)
    Company.objects.filter(pk=kept.pk).update(name_ko="남는 이름")
    assert offered(later) == ([gone], [])
    named = Participation.objects.get(program=later.program)
    assert ("남는 이름" in named.text_ko, gone.name_ko in named.text_ko) == (True, False)
    extended = agreement.extend(named, accept_by=dt.date(2025, 8, 10), reason="x", by=officer)
    assert "남는 이름" in extended.text_ko
    agreement.show_to_shares(later.program, [gone.pk])
    assert set(Sight.objects.filter(agency=body).values_list("company", flat=True)) == {kept.pk, gone.pk}
    assert Company.objects.count() - stand_of_register(later).total == 2  # the trader and the record given up


def test_what_is_still_to_do_goes_over_and_what_was_done_stays_done():
    """Once and twice done at the record that stays, still to do at the other: nothing is taken out. To do at both: once."""
    kept, gone = pair()
    once, twice, both = uuid4(), uuid4(), uuid4()

    def task(company: Company, subject: Any, done_at: Any = None) -> Any:
        made = Task.objects.create(
            agency=people.agency("BPA"), company=company, side="company", kind="renew", subject_id=subject,
            subject_ko="확인서", due_on=AUGUST.date(), done_at=done_at,
        )  # fmt: skip
        return made.pk

    done = {task(kept, once, AUGUST), task(kept, twice, AUGUST), task(kept, twice, AUGUST)}
    to_do = {task(gone, once), task(gone, twice), task(kept, both)}
    task(gone, both)
    row = begun(kept, gone)
    assert [each for each in fresh(row).differences if "Task" in each.key] == []
    merging.carry_out(agreed(row), by=staff.manager())
    assert set(Task.objects.values_list("pk", "company", "done_at")) == {
        *((key, kept.pk, AUGUST) for key in done),
        *((key, kept.pk, None) for key in to_do),
    }


def test_one_support_told_with_two_amounts_is_decided_before_it_counts_once():
    """Declared 100 at the record that stays and 70 at the other; the agency's list says 30 and nothing; the list of another
    agency 5 and 6, which that agency sets right. A third record was merged into the one that stays before."""
    kept, gone = pair()
    third = firm(3, name_ko=kept.name_ko, name_en=kept.name_en)
    third.contacts.update(email="ceo@firm.example", phone="02-555-0001")
    declared = [register.support(third, amount=100), register.support(gone, amount=70)]
    register.support(gone, amount=1, program="다른 사업")
    for company, amount in ((kept, None), (gone, 30)):
        register.support(company, "SBA", amount=amount)
    theirs = [register.support(kept, "BPA", amount=5), register.support(gone, "BPA", amount=6)]
    merging.carry_out(agreed(begun(kept, third)), by=staff.manager())
    row = begun(kept, gone)
    translation.activate("en")
    plan = fresh(row)
    assert [str(each.sentence) for each in plan.blocks] == [
        f"{people.agency('BPA')} has something open about the two records and decides on it first."
    ]
    Support.objects.filter(pk=theirs[1].pk).update(amount=5)
    told = [each for each in fresh(row).differences if each.key.startswith("companies.Support:")]
    assert [(str(each.label), each.kept, each.given_up, each.chosen) for each in told] == [
        ("Support received: KOTRA 수출바우처 (1 February 2024), declared by the company", "amount (KRW) 100",
         "amount (KRW) 70", ""),
        ("Support received: KOTRA 수출바우처 (1 February 2024), list of a body", "", "amount (KRW) 30", "given_up"),
    ]  # fmt: skip
    with broken("blocked"):
        merging.ask(row, by=staff.manager())
    row = merging.decide(row, choices={told[0].key: "given_up"}, by=staff.manager())
    before = fresh(row).digest
    Support.objects.filter(pk=declared[0].pk).update(amount=101)
    assert fresh(row).digest != before
    (change,) = [each for each in history_of(row) if each.kind == "update"]
    assert [(each.label, each.after) for each in change.fields] == [
        ("whose facts hold: Support received: KOTRA 수출바우처 1 February 2024", "of the record given up")
    ]
    merging.carry_out(agreed(row), by=staff.manager())
    assert sorted((each.source, each.amount) for each in support_of(kept)) == [
        ("declared", 1), ("declared", 70), ("list", 5), ("list", 30),
    ]  # fmt: skip


def test_an_amount_that_was_decided_against_does_not_count_when_its_list_is_taken_in_again():
    """50 at the record that stays, which holds, and 30 at the other one; what only the other one tells of counts, too."""
    kept, gone = pair()
    register.support(kept, "SBA", amount=50)
    register.support(gone, "SBA", amount=30)
    row = begun(kept, gone)
    (told,) = [each for each in fresh(row).differences if each.key.startswith("companies.Support:")]
    row = merging.decide(row, choices={told.key: "kept"}, by=staff.manager())
    merging.carry_out(agreed(row), by=staff.manager())

    def amounts() -> list[Any]:
        return sorted(each.amount for each in support_of(kept))

    assert amounts() == [50]
    register.support(gone, "SBA", amount=30)
    register.support(gone, "SBA", amount=20, program="다른 사업")
    assert amounts() == [20, 50]
    assert sorted(each.amount for each in known(people.agency().pk, kept.pk).supports) == [20, 50]


def test_support_that_the_records_of_one_company_say_alike_counts_once_and_is_taken_back_at_the_one_that_stays():
    """Declared under all three numbers 100, under one of those given up 70; the agency's list names two of them with 30."""
    kept, gone = pair()
    third = firm(3, name_ko=kept.name_ko, name_en=kept.name_en)
    third.contacts.update(email="ceo@firm.example", phone="02-555-0001")
    owner = register.member(kept)
    day = {"granted_on": dt.date(2025, 3, 1), "program": "수출바우처"}
    for company in (kept, gone, third):
        register.support(company, amount=100, **day)
    register.support(third, amount=70, **day | {"granted_on": dt.date(2025, 3, 2)})
    for company in (gone, third):
        register.support(company, "SBA", amount=30, **day)
    for each in (gone, third):
        merging.carry_out(agreed(begun(kept, each)), by=staff.manager())

    def amounts(company: Company) -> list[tuple[str, Any]]:
        return sorted((each.source, each.amount) for each in support_of(company))

    for company in (kept, gone, third):
        assert amounts(company) == [("declared", 70), ("declared", 100), ("list", 30)]
    assert sorted(each.amount for each in known(people.agency().pk, kept.pk).supports) == [30, 70, 100]
    for each in support_of(kept):
        if each.support is not None:
            supports.remove(Support.objects.get(pk=each.support), kept, by=owner)
    assert amounts(kept) == [("list", 30)]
    assert Support.objects.filter(agency=None).count() == 0
