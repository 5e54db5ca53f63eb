"""Two records of one company are merged in steps, whole or not at all."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.domain import approvals
from accounts.models import Approval
from companies import verdicts
from companies.domain import facts, marks, membership, merging, standing, succession
from companies.domain.merging_plan import Plan, plan_of
from companies.models import (
    Ban,
    Certificate,
    Company,
    CompanySize,
    Contact,
    FinancialMark,
    Member,
    Merge,
    Place,
    Sight,
    Succession,
    YearlyFigure,
)
from companies.models.merge import LASTS
from ground import clock
from ground.history import history_of
from ground.models import Message, OutboxEvent, StoredFile
from programs.models import Consultation, Submission, Task
from tests.broken import broken
from tests.companies.test_succession import asked, firm, found, paper
from tests.factories import consents as texts
from tests.factories import people, programs, register
from tests.factories.passing import passed
from tests.factories.staff import manager, stored

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 3, 1)


def begun(one: Company, two: Company, **more: Any) -> Merge:
    row = merging.begin(
        **{
            "agency": people.agency(), "kept": one.pretty_number, "given_up": two.business_number,
            "reason": "번호 오기", "document": "사업자등록증", "upload": paper(), "by": manager(), **more,
        }
    )  # fmt: skip
    passed(row.file)
    return Merge.objects.select_related("file").get(pk=row.pk)


def fresh(row: Merge) -> Plan:
    return plan_of(Merge.objects.get(pk=row.pk))


def decided(row: Merge, side: str = "kept") -> Merge:
    """The same side holds everywhere."""
    return merging.decide(row, choices={each.key: side for each in fresh(row).differences}, by=manager())


def agreed(row: Merge) -> Merge:
    merging.ask(row, by=manager())
    answered(row)
    return row


def answered(row: Merge, **more: Any) -> Approval:
    """What the second manager says to the last question."""
    asked = merging.latest(row)
    assert asked is not None
    return merging.answer(row, **{"question": asked.pk, "grant": True, "by": manager(name="2"), **more})


def pair(first: int = 1, second: int = 2) -> tuple[Company, Company]:
    """Two that differ in nothing but number and e-mail."""
    same = {"name_ko": "한강식품", "name_en": "Hangang"}
    one, two = firm(first, **same), firm(second, **same)  # type: ignore[arg-type]
    Contact.objects.update(email="ceo@firm.example", phone="02-555-0001")
    return one, two


def rows_by_table(*companies: Company) -> dict[str, list[int]]:
    """Counted by SQL of its own, for every relation to a company."""
    counted = {}
    with connection.cursor() as cursor:
        for model, name in verdicts.relations():
            column = model._meta.get_field(name).column  # type: ignore[union-attr]
            numbers = []
            for company in companies:
                cursor.execute(
                    f'SELECT count(*) FROM "{model._meta.db_table}" WHERE "{column}" = %s', [company.pk]
                )
                numbers.append(cursor.fetchone()[0])
            counted[f"{model._meta.label}.{name}"] = numbers
    return counted


def test_what_hangs_on_the_company_moves_and_what_names_the_record_stays(move_clock):
    """Company 1 stays, 2 is given up. Figures: 2022 only at 2, 2023 equal, 2024 differs and that of 2 holds."""
    translation.activate("en")
    kept, gone = pair()
    Company.objects.filter(pk=gone.pk).update(
        corporate_number="1101110000001", website="https://gone.example"
    )
    owner, editor = register.member(kept), register.member(gone, "editor")
    both = register.member(gone, "reader", email=owner.email)
    assert both == owner
    register.seen_by(gone, "BPA")
    for company, years in ((kept, {2023: 10, 2024: 1}), (gone, {2022: 5, 2023: 10, 2024: 2})):
        for year, amount in years.items():
            YearlyFigure.objects.create(company=company, year=year, sales_amount=amount)
    certificate = register.certificate(gone)
    CompanySize.objects.create(
        company=gone,
        size="small",
        on=DAY,
        certificate=certificate,
        valid_from=DAY,
        valid_until=dt.date(2026, 1, 1),
    )
    for company in (kept, gone):
        CompanySize.objects.create(company=company, size="small", on=DAY)
        register.product(company, "P-1")
    register.product(gone, "P-2")
    other_name = register.product(gone, "P-3")
    register.product(kept, "P-3", name_ko="미역")
    text, mail = texts.text(), texts.text("news", kind="optional")
    texts.given(kept, text)
    twice, once = texts.given(gone, text), texts.given(gone, mail)
    ban = Ban.objects.create(
        agency=people.agency("BPA"), company=gone, from_on=DAY, until_on=DAY, reason="x", decided_by=owner
    )
    mark: dict[str, Any] = {"agency": people.agency(), "kind": "credit_bad", "is_found": False, "document": "조회",
                            "recorded_by": owner}  # fmt: skip
    for company, days in ((kept, [1]), (gone, [1, 2])):
        for number in days:
            FinancialMark.objects.create(company=company, on=dt.date(2024, 3, number), file=stored(), **mark)
    register.status(gone)
    takes_part = programs.participation(gone, state="completed")
    listed = register.product(gone, "P-4")
    judged = programs.application(programs.call(takes_part.program, code="OLD"), gone, status="selected")
    draft = programs.application(programs.call(takes_part.program, code="NEW"), gone)
    Consultation.objects.create(
        agency=people.agency(), company=gone, held_on=DAY, channel="phone", topic="other", text="x", by=owner
    )
    for company in (kept, gone):
        Task.objects.create(agency=people.agency(), company=company, side="company", kind="renew",
                            subject_id=certificate.pk, subject_ko="확인서", due_on=DAY)  # fmt: skip
    task = Task.objects.create(agency=people.agency(), company=gone, side="company", kind="declare",
                               subject_id=takes_part.pk, subject_ko="8월", due_on=DAY)  # fmt: skip
    row = begun(kept, gone)
    before = rows_by_table(kept, gone)
    assert begun(kept, gone).pk == row.pk
    plan = fresh(row)
    assert [str(each.sentence) for each in plan.blocks] == []
    assert [(each.key, each.kept, each.given_up, each.chosen) for each in plan.differences] == [
        ("company:corporate_number", "", "1101110000001", "given_up"),
        ("company:website", "", "https://gone.example", "given_up"),
        ("company:business_number", kept.pretty_number, f"{gone.pretty_number} · in business", ""),
        ("companies.YearlyFigure.company:2024", "2024 · sales (KRW) 1 · company's own statement",
         "2024 · sales (KRW) 2 · company's own statement", ""),
    ]  # fmt: skip
    with broken("blocked"):
        merging.ask(row, by=manager())
    with broken("no_difference"):
        merging.decide(row, choices={"company:name_ko": "kept"}, by=manager())
    merging.decide(row, choices={"companies.YearlyFigure.company:2024": "given_up"}, by=manager())
    for number in ("", "given_up"):  # two numbers in business may be two companies
        if number:
            merging.decide(row, choices={"company:business_number": number}, by=manager())
        with broken("blocked"):
            merging.ask(row, by=manager())
    merging.decide(row, choices={"company:business_number": "kept"}, by=manager())
    with broken("second_person"):
        merging.carry_out(row, by=manager())
    question = merging.ask(row, by=manager())
    assert merging.ask(row, by=manager()) == question
    with broken("same_person"):
        answered(row, by=manager())
    answered(row)
    done = merging.carry_out(row, by=manager())
    after = rows_by_table(kept, gone)
    taken_out = {"companies.Contact.company": 1, "companies.Place.company": 1, "companies.CompanySize.company": 1,
                 "companies.YearlyFigure.company": 2, "companies.Product.company": 1, "programs.Task.company": 1}  # fmt: skip
    added = {"companies.Member.company": 2, "companies.Sight.company": 1, "companies.Succession.former": 1,
             "companies.Succession.successor": 1}  # fmt: skip
    assert {name: sum(numbers) for name, numbers in after.items()} == {
        name: sum(numbers) - taken_out.get(name, 0) + added.get(name, 0) for name, numbers in before.items()
    }
    assert {name: there for name, (_here, there) in after.items() if there} == {
        "companies.Consent.company": 1, "companies.FinancialMark.company": 1, "companies.Product.company": 1,
        "companies.StatusCheck.company": 1, "companies.Sight.company": 2, "companies.Member.company": 3,
        "companies.Succession.former": 1, "companies.Merge.given_up": 1, "programs.Application.company": 1,
        "programs.Participation.company": 1, "programs.Task.company": 1,
    }  # fmt: skip
    for moved, company in ((certificate, kept), (once, kept), (twice, gone), (ban, kept), (judged, gone), (draft, kept),
                           (takes_part, gone), (task, gone), (other_name, gone), (listed, kept)):  # fmt: skip
        moved.refresh_from_db()
        assert moved.company_id == company.pk, moved
    kept.refresh_from_db()
    assert (kept.corporate_number, kept.website) == ("1101110000001", "https://gone.example")
    assert dict(kept.figures.values_list("year", "sales_amount")) == {2022: 5, 2023: 10, 2024: 2}
    people_of = {
        each.pk: sorted(Member.objects.filter(company=each).values_list("user__email", "role"))
        for each in (kept, gone)
    }
    heir = f"owner-{gone.business_number}@firm.example"
    assert people_of[kept.pk] == sorted([(owner.email, "owner"), (editor.email, "reader"), (heir, "reader")])
    assert people_of[gone.pk] == people_of[kept.pk]
    assert sorted(Sight.objects.filter(company=kept).values_list("agency__code", flat=True)) == ["BPA", "SBA"]
    tie = Succession.objects.get()
    assert (tie, tie.kind, tie.former, tie.successor) == (done.succession, "duplicate", gone, kept)
    with broken("merged"):
        succession.take_back(tie, reason="x", by=people.officer())
    with broken("succeeded"):
        facts.edit_company(gone, facts={"name_ko": "다른"}, by=owner)
    with broken("succeeded"):
        marks.record(gone, agency=people.agency(), kind="credit_bad", is_found=True, on=DAY, until_on=None,
                     document="조회", upload=paper(), by=people.officer())  # fmt: skip
    chosen = [
        (field.label, field.before, field.after)
        for change in history_of(done, reader=manager())
        for field in change.fields
        if field.label.startswith("whose facts hold")
    ]
    number, figures = (f"whose facts hold: {each}" for each in ("Business number", "Yearly figures 2024"))
    assert chosen == [
        (number, "of the record given up", "of the record that stays"), (number, "–", "of the record given up"),
        (figures, "–", "of the record given up"),
    ]  # fmt: skip
    assert "번호 오기" in str(history_of(YearlyFigure.objects.get(year=2022), reader=manager()))
    letters = {
        tuple(each.recipients): each.subject for each in Message.objects.filter(subject__contains="하나")
    }
    assert set(letters) == {(owner.email,), (editor.email,), (heir,)}
    checks = OutboxEvent.objects.filter(topic=standing.CHECK).values_list("payload", flat=True)
    assert [*checks.order_by("created_at", "id")] == [
        {"companies": [str(kept.pk), str(gone.pk)]}, {"companies": [str(kept.pk)]}
    ]  # fmt: skip
    for number in (kept.business_number, gone.business_number, gone.pretty_number):
        assert kept in Company.objects.search(number)
    assert found(people.officer()) == []
    assert merging.carry_out(row, by=manager()).carried_out_at == done.carried_out_at
    assert Succession.objects.count() == 1


def test_what_is_open_stands_in_the_way_until_it_is_decided(move_clock):
    translation.activate("en")
    kept, gone = pair()
    other = firm(3)
    owner, theirs = register.member(kept), register.member(gone)
    row = begun(kept, gone)
    officer = people.officer()

    def stops() -> list[str]:
        return [str(each.sentence) for each in fresh(row).blocks]

    assert stops() == []
    succession.tell_apart(agency=people.agency(), first=kept.pk, second=gone.pk, reason="x", by=officer)
    membership.invite(gone, email="new@firm.example", role="reader", by=theirs)
    gone.claims.create(user=owner, method="certificate")
    asked(kept, other)
    for company, until in ((kept, 30), (gone, 31)):
        register.certificate(company, state="unchecked", valid_until=dt.date(2026, 3, until))
    for company, is_found in ((kept, True), (gone, False)):
        FinancialMark.objects.create(
            company=company, kind="credit_bad", is_found=is_found, on=DAY, recorded_by=owner
        )
    call = programs.call()
    for company in (kept, gone):
        programs.application(call, company, status="eligible")
        programs.participation(company, call.program)
    elsewhere = programs.call(programs.program("BPA-1", agency_code="BPA"))
    programs.application(elsewhere, gone, status="submitted")
    returned = programs.application(programs.call(call.program, code="S"), gone, status="returned")
    Merge.objects.create(agency=people.agency(), kept=kept, given_up=other, reason="x", document="x",
                                 file=stored(), begun_by=owner)  # fmt: skip
    recalled = programs.application(programs.call(call.program, code="R"), gone)
    Submission.objects.create(
        application=recalled, form_key=uuid4(), receipt="R-1", submitted_at=clock.now(), submitted_by=theirs, content={},
    )  # fmt: skip
    waits = stored()
    StoredFile.objects.filter(pk=waits.pk).update(passage="quarantine")
    register.certificate(kept, "TAX_NAT", file=waits)
    earlier = {
        "valid_from": dt.date(2023, 4, 1),
        "valid_until": dt.date(2024, 3, 30),
        "number": "제2025-0009호",
    }
    for more in (earlier, earlier | {"valid_until": dt.date(2025, 3, 30)}):
        register.certificate(kept, **more)
    register.certificate(gone, **earlier)  # one of two of that number says the same
    assert stops() == [
        f"Somebody claims {gone}: answer that first.",
        f"Somebody is invited to {gone}: wait until that is accepted, withdrawn or run out.",
        "A succession of one of the two is asked for or ties them already.",
        "Another merge with one of the two is under way: drop it or carry it out first.",
        "SBA Export Agency said that these are two companies. That is taken back first.",
        "A certificate is still being checked for malware: wait until that is over.",
        "SME confirmation 제2025-0001호 names other days at each record: 1 April 2025 ~ 30 March 2026 and"
        " 1 April 2025 ~ 31 March 2026. Look at both and refuse one.",
        f"bad credit record: the look-ups of 1 March 2024 contradict each other. {kept} looks it up again for the record that"
        " stays.",
        f"Both applied to {call}: one of the two is withdrawn first.",
        "BPA Export Agency has something open about the two records and decides on it first.",
        f"The application to {returned.call} is not screened yet: decide on it first, or keep this record and give up the"
        " other one.",
        f"The draft for {recalled.call} was handed in before or lists products: it is submitted or withdrawn first.",
        f"Both take part in {call.program}: one of the two is ended first.",
    ]
    waiting = next(each for each in fresh(row).blocks if "malware" in str(each.sentence))
    assert waiting.key == kept.pk


def test_what_changed_since_the_second_person_agreed_must_be_asked_again():
    kept, gone = pair()
    row = agreed(begun(kept, gone))
    yes = fresh(row).digest
    register.status(gone, "closed")
    elsewhere = programs.call(programs.program("BPA-1", agency_code="BPA"))
    for company in (kept, gone):
        handed_in = programs.application(
            elsewhere if company == kept else programs.call(), company, status="eligible"
        )
        programs.participation(company, programs.program(f"SBA-{company.business_number}"))
    handed_in.status = "selected"
    handed_in.save()
    Task.objects.create(agency=people.agency("BPA"), company=kept, side="company", kind="renew",
                        subject_id=handed_in.pk, subject_ko="x", due_on=DAY)  # fmt: skip
    YearlyFigure.objects.create(company=kept, year=2020, employees=3)
    assert fresh(row).digest == yes  # nothing of it moves, or stands beside what moves
    figure = YearlyFigure.objects.create(company=gone, year=2024, employees=3)
    with broken("changed"):
        merging.carry_out(row, by=manager())
    merging.ask(row, by=manager())
    figure.employees = 4
    figure.save()
    with broken("changed"):
        answered(row)
    agreed(row)
    Place.objects.filter(company=gone).update(address="다른 곳")
    with broken("blocked"):
        merging.carry_out(row, by=manager())
    decided(row)
    with broken("changed"):
        merging.carry_out(row, by=manager())
    merging.ask(row, by=manager())
    with broken("reason_missing"):
        answered(row, grant=False)
    answered(row, grant=False, reason="다른 회사")
    with broken("not_asked"):
        answered(row)
    agreed(row)
    merging.carry_out(row, by=manager())
    assert Place.objects.get().company == kept


def questions(row: Merge) -> Any:
    return Approval.objects.filter(decision="merge", subject_id=row.pk)


def test_nobody_is_asked_any_more_about_a_merge_that_was_dropped():
    kept, gone = pair()
    row = begun(kept, gone)
    answer = merging.ask(row, by=manager())
    merging.drop(row, reason="다른 회사", by=manager())
    assert not questions(row).exists()
    told = approvals.gone(answer.pk, manager(name="2"))
    assert told is not None
    assert told.ended.reason == "다른 회사"
    with broken("not_under_way"):
        approvals.answer_any(answer, by=manager(name="2"), grant=True)
    client = Client(headers={"accept-language": "en"})
    client.force_login(manager(name="2"))
    page = client.get(reverse("admin:accounts_approval_change", args=[answer.pk]))
    assert page.status_code == 410
    assert "다른 회사" in page.content.decode()


def test_nobody_is_asked_any_more_about_a_merge_that_was_left_lying(move_clock):
    kept, gone = pair()
    row = begun(kept, gone)
    merging.ask(row, by=manager())
    move_clock(row.created_at + LASTS + dt.timedelta(days=1))
    begun(firm(3), gone)
    assert not questions(row).exists()


def test_what_was_asked_before_the_facts_changed_is_asked_no_more():
    kept, gone = pair()
    row = begun(kept, gone)
    first = merging.ask(row, by=manager())
    YearlyFigure.objects.create(company=gone, year=2024, employees=3)
    second = merging.ask(row, by=manager())
    assert [each.pk for each in questions(row)] == [second.pk]
    told = approvals.gone(first.pk, manager(name="2"))
    assert told is not None
    assert (told.newer, told.ended.reason) == (second, "asked anew with other facts")
    merging.answer(row, question=second.pk, grant=True, by=manager(name="2"))
    assert questions(row).get().is_granted


def test_nothing_is_done_when_a_table_would_keep_something_behind(owner_role):
    """A trigger keeps every certificate where it is."""
    translation.activate("en")
    kept, gone = pair()
    register.certificate(gone)
    YearlyFigure.objects.create(company=gone, year=2024)
    row = agreed(begun(kept, gone))
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            " CREATE TRIGGER stubborn BEFORE UPDATE ON companies_certificate FOR EACH ROW EXECUTE FUNCTION stubborn()"
        )
    with broken("left_behind") as refusal:
        merging.carry_out(row, by=manager())
    assert str(refusal.value.sentence).startswith("Certificates: something would be left behind")
    assert YearlyFigure.objects.get().company == gone
    assert not Succession.objects.exists()
    assert not Message.objects.filter(subject__contains="하나").exists()
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER stubborn ON companies_certificate; DROP FUNCTION stubborn()")
    merging.carry_out(row, by=manager())
    assert Certificate.objects.get().company == kept


def test_who_may_not_and_what_cannot_is_refused():
    kept, gone = pair()
    closed, unseen = firm(3), register.company(4)
    for code, more in {
        "not_manager": {"by": people.officer()},
        "same_record": {"kept": gone.business_number},
        "not_seen": {"kept": unseen.business_number},
        "reason_missing": {"reason": " "},
        "not_valid": {"document": " "},
    }.items():
        with broken(code):
            begun(kept, gone, **more)
    with broken("merged"):
        asked(gone, kept, "duplicate")
    row = merging.begin(
        agency=people.agency(), kept=kept.business_number, given_up=gone.business_number, reason="x", document="x",
        upload=paper(), by=manager(),
    )  # fmt: skip
    with broken("paper_not_passed"):
        merging.ask(row, by=manager())
    with broken("not_valid"):
        begun(closed, gone)
    for act in (merging.ask, merging.carry_out):
        with broken("not_manager"):
            act(row, by=manager("BPA"))
    with broken("reason_missing"):
        merging.drop(row, reason=" ", by=manager())
    Sight.objects.filter(company=gone).delete()
    with broken("not_seen"):
        merging.ask(row, by=manager())
    register.seen_by(gone)
    merging.drop(row, reason="다른 회사", by=manager())
    for act in (merging.ask, merging.carry_out):
        with broken("not_under_way"):
            act(row, by=manager())
    done = merging.carry_out(agreed(begun(kept, gone)), by=manager())
    with broken("succeeded"):
        begun(closed, gone)
    with broken("succeeded"):
        begun(gone, closed)
    assert done.carried_out_by == manager()
