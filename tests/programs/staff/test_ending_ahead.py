"""An end that is agreed to ahead of its day: in force up to and including that day, then ended by itself, whenever the clock comes round."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from companies.domain import merging
from ground.errors import RuleBroken
from ground.history import history_of
from ground.models import OutboxEvent
from programs.domain import agreement, delivery, ending, leaving, listings, paying, selection, stores
from programs.models import Assignment, Delivery, Participation, Payment, Program, Task
from programs.queries.delivery import delivery_table
from programs.tasks import end_agreements
from reports.domain import assigning, customs_owners
from reports.domain.assigning import Group
from reports.domain.verifying import figures, period
from reports.domain.verifying.figures import Question
from reports.queries import answers, companies
from tests.companies.test_merging import agreed as merge_agreed
from tests.companies.test_merging import begun, pair
from tests.companies.test_succession import recorded
from tests.factories import people, programs, register, staff
from tests.programs.staff.test_ending import (
    REASON,
    agreed,
    asked,
    both_sides,
    delivered,
    mails,
    payment,
    planned,
    signed_in,
)

pytestmark = pytest.mark.django_db
FIRST, LAST, NEXT = dt.date(2025, 8, 1), dt.date(2025, 8, 20), dt.date(2025, 8, 21)


@pytest.fixture(autouse=True)
def _in_summer(move_clock, replay_topic):
    programs.currency("KRW")
    at(move_clock, FIRST)


def at(move_clock, day: dt.date, hour: int = 9, minute: int = 0) -> None:
    move_clock(dt.datetime.combine(day, dt.time(hour, minute), staff.SEOUL))


def ahead(row: Participation | None = None, last_on: dt.date = LAST) -> Participation:
    row = row or agreed()
    asked(row, last_on)
    ending.accept(row, by=people.officer())
    row.refresh_from_db()
    return row


def test_it_is_in_force_up_to_and_including_its_last_day_and_ends_once(move_clock):
    row = agreed()
    call, owner = row.application.call, register.member(row.company)
    done, early = delivered(row, "marketing"), planned(row, "creator")
    waiting = payment(row, "통역")
    places = selection.places_free(call)
    asked(row, LAST)
    assert Task.objects.open().get(kind="end").due_on == FIRST + dt.timedelta(days=7)
    answer = ending.accept(row, answer="확인했습니다.", by=people.officer())
    row.refresh_from_db()
    assert (answer.state, answer.ended_on, row.state, row.last_on) == ("accepted", LAST, "agreed", LAST)
    assert not Task.objects.open().filter(kind="end").exists()
    told = mails("협약 종료 예정")
    assert set(told) == both_sides(row)
    assert all("2025. 8. 20.(수)" in body for body in told.values())
    assert "확인했습니다." in told[owner.email]
    for minute in (0, 59):
        at(move_clock, LAST, 23, minute)
        assert ending.end_due() == 0
        row.refresh_from_db()
        assert (row.state, selection.places_free(call)) == ("agreed", places)
    assert [Delivery.objects.get(pk=each.pk).state for each in (done, early)] == ["done", "planned"]
    assert Payment.objects.get(pk=waiting.pk).state == "asked"
    at(move_clock, NEXT, 0, 2)
    end_agreements()
    row.refresh_from_db()
    assert row.application is not None
    row.application.refresh_from_db()
    assert (row.state, row.last_on, row.application.status) == ("ended", LAST, "withdrawn")
    assert selection.places_free(call) == places + 1
    assert [Delivery.objects.get(pk=each.pk).state for each in (done, early)] == ["done", "cancelled"]
    assert Payment.objects.get(pk=waiting.pk).state == "lapsed"
    assert not Approval.objects.filter(subject_id=waiting.pk).exists()
    assert not Task.objects.open().filter(subject_id=row.pk).exists()
    (change, *_rest) = history_of(row)
    assert (change.reason, change.who) == (REASON, "자동 처리")
    told = mails("협약 종료:")
    assert set(told) == both_sides(row)
    assert reverse("admin:programs_call_ranking", args=[call.pk]) in told[people.officer().email]
    assert ending.end_due() == 0
    assert len(mails("협약 종료:")) == len(told)
    with pytest.raises(RuleBroken, match=r"^not_agreed:"):
        asked(row, NEXT)


def test_what_was_missed_is_made_up_for_and_one_that_fails_stops_no_other(move_clock, monkeypatch):
    rows = [ahead(staff.taking_part(serial), FIRST + dt.timedelta(days=serial)) for serial in (1, 2, 3)]
    at(move_clock, FIRST + dt.timedelta(days=3), 12)
    leave, broken = leaving.leave, rows[0].pk

    def failing(participation: Participation, **more: object) -> None:
        if participation.pk == broken:
            raise RuntimeError("made up")
        leave(participation, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(leaving, "leave", failing)
        assert ending.end_due() == 1
    states = [Participation.objects.get(pk=each.pk).state for each in rows]
    assert states == ["agreed", "ended", "agreed"], "the third has its last day today"
    assert ending.end_due() == 1
    at(move_clock, dt.date(2025, 9, 15))
    assert ending.end_due() == 1
    ended = [Participation.objects.get(pk=each.pk) for each in rows]
    assert [(each.state, each.last_on.day if each.last_on else 0) for each in ended] == [
        ("ended", 2), ("ended", 3), ("ended", 4),
    ]  # fmt: skip


def test_nobody_needs_to_serve_the_agency_any_more_and_the_program_may_be_closed(move_clock):
    row = ahead()
    at(move_clock, NEXT)
    people.officer().officers.update(until_on=LAST)
    Program.objects.filter(pk=row.program_id).update(state=Program.State.CLOSED)
    assert ending.end_due() == 1
    row.refresh_from_db()
    assert row.state == "ended"


def test_a_company_merged_or_succeeded_meanwhile_leaves_all_the_same(move_clock):
    kept, gone = pair()
    register.seen_by(gone)
    merged = ahead(programs.participation(gone))
    former, heir = register.company(8), register.company(9)
    for company in (former, heir):
        register.seen_by(company)
    followed = ahead(programs.participation(former))
    merging.carry_out(merge_agreed(begun(kept, gone)), by=staff.manager())
    recorded(former, heir)
    at(move_clock, NEXT)
    assert ending.end_due() == 2
    for row in (merged, followed):
        row.refresh_from_db()
        assert (row.state, row.last_on) == ("ended", LAST)


def test_once_it_is_agreed_it_is_neither_taken_back_nor_asked_nor_completed():
    row = ahead()
    officer, owner = people.officer(), register.member(row.company)
    for code, verb in (
        ("answered_already", lambda: ending.take_back(row, by=owner)),
        ("end_agreed", lambda: asked(row, NEXT)),
        ("end_agreed", lambda: agreement.complete(row, by=officer)),
        ("nothing_asked", lambda: ending.accept(row, by=officer)),
    ):
        with pytest.raises(RuleBroken, match=f"^{code}:"):
            verb()
    row.refresh_from_db()
    assert (row.state, row.last_on) == ("agreed", LAST)


def test_the_agency_may_end_it_earlier_for_a_reason_of_its_own_and_never_later(move_clock):
    first, second = ahead(), ahead(staff.taking_part(9), FIRST + dt.timedelta(days=2))
    agreement.end(first, reason="부정수급", by=people.officer(), last_on=FIRST)
    first.refresh_from_db()
    assert (first.state, first.last_on) == ("ended", FIRST)
    at(move_clock, NEXT)
    agreement.end(second, reason="폐업", by=people.officer())
    second.refresh_from_db()
    assert (second.state, second.last_on) == ("ended", FIRST + dt.timedelta(days=2))
    assert ending.end_due() == 0


def test_stores_are_given_up_with_the_day_and_may_be_promised_from_the_next_one():
    row, other = agreed(), staff.taking_part(9)
    shop = programs.store()
    whole = programs.assignment(shop, row)
    programs.assignment(shop, row, sku="A", from_on=NEXT)
    short = programs.assignment(shop, row, sku="B", until_on=dt.date(2025, 8, 10))
    officer = people.officer()
    with pytest.raises(RuleBroken, match=r"^assignment_overlap:"):
        stores.assign(shop, other, scope="store", from_on=NEXT, by=officer)
    ahead(row)
    found = Assignment.objects.filter(participation=row).values_list("pk", "until_on")
    assert dict(found) == {whole.pk: LAST, short.pk: dt.date(2025, 8, 10)}
    assert OutboxEvent.objects.filter(topic=stores.REPLAY, payload__store=str(shop.pk)).exists()
    stores.assign(shop, other, scope="store", from_on=NEXT, by=officer)
    book = stores.assignments_for(shop)
    days = [LAST, NEXT]
    assert [book.find(day).participation for day in days] == [row, other]  # type: ignore[union-attr]
    with pytest.raises(RuleBroken, match=r"^after_last_day:"):
        stores.assign(shop, row, scope="sku", reference="C", from_on=NEXT, by=officer)
    for until_on in (None, dt.date(2025, 12, 31)):
        made = stores.assign(
            shop, row, scope="sku", reference=f"D{until_on}", from_on=FIRST, until_on=until_on, by=officer
        )
        assert made.until_on == LAST


def test_nothing_is_planned_done_listed_or_paid_for_a_day_after_it(move_clock):
    row = agreed()
    open_one = planned(row, "creator")
    assert open_one.planned_on > LAST
    ahead(row)
    officer, what = people.officer(), row.program.components.get(kind="marketing")
    cost = Decimal(900_000)
    with pytest.raises(RuleBroken, match=r"^after_last_day:"):
        delivery.assign(what, [row], planned_on=NEXT, planned_amount=cost, by=officer)
    assert delivery.assign(what, [row], planned_on=LAST, planned_amount=cost, by=officer) == 1
    other = Delivery.objects.get(participation=row, component=what)
    with pytest.raises(RuleBroken, match=r"^after_last_day:"):
        delivery.replan(other, planned_on=NEXT, planned_amount=cost, reason="늦음", by=officer)
    waiting = payment(row, "통역")
    approvals.answer(Approval.objects.get(subject_id=waiting.pk), by=staff.manager(), grant=True)
    at(move_clock, NEXT, 0, 1)
    with pytest.raises(RuleBroken, match=r"^after_last_day:"):
        delivery.tick_off(other, done_on=NEXT, actual_amount=cost, evidence=staff.stored(), by=officer)
    done = delivery.tick_off(other, done_on=LAST, actual_amount=cost, evidence=staff.stored(), by=officer)
    assert done.state == "done"
    for verb in (lambda: paying.pay(waiting, by=people.officer("finance")), lambda: payment(row, "부스")):
        with pytest.raises(RuleBroken, match=r"^not_taking_part:"):
            verb()
    with pytest.raises(RuleBroken, match=r"^not_taking_part:"):
        listings.open_listings(row, [], programs.market(), by=officer)


def test_partners_counts_and_reports_go_by_the_day_whenever_it_was_entered(move_clock):
    """A standstill of twelve days: the end is entered on 2 September."""
    row = ahead()
    program, other = row.program, staff.taking_part(9)
    partner = people.organization_member("partner", "몰")
    program.partners.create(organization=partner.organization_members.get().organization)
    after = [dt.date(2025, 8, 19), LAST, NEXT, dt.date(2025, 8, 31)]

    def counted() -> list[list[int]]:
        questions = [Question(program, FIRST, day) for day in after]
        return [
            [len(companies.taking_part(program, day)) for day in after],
            [len(period.taking_part(each)) for each in questions],
        ]

    def seen() -> tuple[int, int, int, int]:
        return (
            Participation.objects.visible_to(partner).count(),
            Participation.objects.filter(program=program).taking_part().count(),
            figures.agreed(Question(program, FIRST, LAST)),
            len(delivery_table(program)[1]),
        )

    august, july = FIRST, dt.date(2025, 7, 1)
    assert row in answers.expected(program, august), "it still takes part"
    at(move_clock, LAST, 23)
    assert seen() == (2, 2, 2, 2)
    for day in (dt.date(2025, 9, 1), dt.date(2025, 9, 2)):
        at(move_clock, day)
        assert counted() == 2 * [[2, 2, 1, 1]]
        assert seen() == (1, 1, 1, 1)
        assert set(answers.expected(program, august)) == {other}
        spells = {each.part: each for each in customs_owners._spells(program)}
        assert [spells[each].until_on for each in (row, other)] == [LAST, None]
        ending.end_due()
    row.refresh_from_db()
    assert row.state == "ended"
    assert set(answers.expected(program, july)) == {other}, "the agreement came in August"


def test_a_month_that_was_over_before_the_last_day_is_the_company_s_still(move_clock):
    row = ahead(staff.taking_part(), dt.date(2025, 8, 31))
    at(move_clock, dt.date(2025, 9, 1), 0, 2)
    assert ending.end_due() == 1
    assert [list(answers.expected(row.program, dt.date(2025, month, 1))) for month in (7, 8, 9)] == [
        [row], [row], [],
    ]  # fmt: skip


def test_both_sides_read_on_their_pages_that_it_ends_with_the_day(move_clock):
    row = agreed()
    planned(row, "creator")
    client, desk = signed_in(register.member(row.company)), signed_in(people.officer())
    for each in (client, desk):
        each.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    show, asking = (reverse(f"participation_{each}", args=[row.pk]) for each in ("show", "end"))
    page = client.get(asking).content.decode()
    assert all(word in page for word in ('min="2025-08-01"', 'max="2025-12-31"', "31 December 2025"))
    typed = {"reason": REASON, "is_understood": "on"}
    late = client.post(asking, {**typed, "last_on": "2026-01-01"})
    assert (late.status_code, "The program ends before this day." in late.content.decode()) == (409, True)
    assert client.post(asking, {**typed, "last_on": "2025-08-20"})["Location"] == show
    change = reverse("admin:programs_participation_change", args=[row.pk])
    made = row.end_requests.get()
    answer = desk.post(
        reverse("admin:programs_participation_agree_end", args=[row.pk]),
        {"asked": made.pk, "last_on": "2025-08-20", "answer": ""},
        follow=True,
    )
    assert "up to and including 20 August 2025 and then ends by itself" in answer.content.decode()
    page = client.get(show).content.decode()
    assert "The agreement ends with 20 August 2025." in page
    assert "after the last day" in page
    assert f'href="{asking}"' not in page
    assert client.get(asking)["Location"] == show
    listed = reverse("admin:programs_participation_changelist")
    staff_pages = (
        change, listed, f"{listed}?asks_to_end=agreed", reverse("admin:index"),
        reverse("admin:programs_program_delivery", args=[row.program_id]),
    )  # fmt: skip
    for address in (reverse("participation_list"),):
        assert "ends with 20 August 2025" in client.get(address).content.decode()
    for address in staff_pages:
        assert "ends with 20 August 2025" in desk.get(address).content.decode(), address
    assert row.number not in desk.get(f"{listed}?asks_to_end=yes").content.decode()
    complete = reverse("admin:programs_participation_complete", args=[row.pk])
    assert f'action="{complete}"' not in desk.get(change).content.decode()
    at(move_clock, NEXT)
    ending.end_due()
    for page in (
        client.get(show).content.decode(),
        client.get(reverse("participation_list")).content.decode(),
        desk.get(listed).content.decode(),
        desk.get(change).content.decode(),
    ):
        assert "20 August 2025" in page
        assert "ends with" not in page
    assert row.number not in desk.get(reverse("admin:index")).content.decode()


def test_the_list_of_agreements_as_a_workbook_has_the_last_day(move_clock):
    row, other, left = ahead(), staff.taking_part(9), staff.taking_part(8)
    agreement.end(left, reason="폐업", by=people.officer(), last_on=FIRST)
    address = reverse("admin:programs_program_agreements", args=[row.program_id])
    client = signed_in(people.officer())
    assert (
        f'href="{address}"'
        in client.get(reverse("admin:programs_program_change", args=[row.program_id])).content.decode()
    )
    for language, head, states in (
        ("ko", "마지막 참여일", ("협약 체결, 중도 종료 예정", "협약 체결", "중도 종료")),
        ("en", "Last day of taking part", ("agreed, ends early", "agreed", "ended early")),
    ):
        answer = client.get(address, HTTP_ACCEPT_LANGUAGE=language)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        (titles, *rows) = [list(each) for each in sheet.values]
        assert titles[4] == head
        found = {each[0]: (each[1], each[3], each[4] and each[4].date()) for each in rows}
        assert found == {
            one.number: (one.company.pretty_number, state, last_on)
            for one, state, last_on in zip((row, other, left), states, (LAST, None, FIRST), strict=True)
        }
    assert signed_in(people.officer("officer", "OTHER")).get(address).status_code == 404


def test_what_belongs_to_the_days_up_to_the_last_one_is_ticked_off_and_paid_after_it(move_clock):
    row = agreed()
    officer, cost = people.officer(), Decimal(900_000)
    what = row.program.components.get(kind="marketing")
    delivery.assign(what, [row], planned_on=LAST, planned_amount=cost, by=officer)
    open_one = Delivery.objects.get(participation=row, component=what)
    later = planned(row, "creator")
    granted, waiting = payment(row, "통역"), payment(row, "부스")
    approvals.answer(Approval.objects.get(subject_id=granted.pk), by=staff.manager(), grant=True)
    ahead(row)
    named = [
        "소멸: 통역, KRW 100,000 (다른 사람이 승인함)",
        "소멸: 부스, KRW 100,000\n",
        "취소: ",
        "아직 확인할 지원: ",
    ]
    told = mails("협약 종료 예정")[officer.email]
    assert all(words in told for words in named), told
    assert "종료와 함께" not in mails("협약 종료 예정")[register.member(row.company).email]
    at(move_clock, NEXT, 0, 2)
    assert ending.end_due() == 1
    told = mails("협약 종료:")[officer.email]
    assert all(words in told for words in named), told
    assert "종료와 함께" not in mails("협약 종료:")[register.member(row.company).email]
    states = [Delivery.objects.get(pk=each.pk).state for each in (open_one, later)]
    assert states == ["planned", "cancelled"]
    assert [Payment.objects.get(pk=each.pk).state for each in (granted, waiting)] == 2 * ["lapsed"]
    at(move_clock, NEXT, 9)
    done = delivery.tick_off(open_one, done_on=LAST, actual_amount=cost, evidence=staff.stored(), by=officer)
    desk = signed_in(officer)
    page = desk.get(reverse("admin:programs_participation_change", args=[row.pk])).content.decode()
    assert reverse("admin:programs_participation_ask_payment", args=[row.pk]) in page
    money = paying.ask(
        row, amount=cost, currency=programs.currency("KRW"), purpose="", reason="검수", by=officer, delivery=done
    )  # fmt: skip
    approvals.answer(Approval.objects.get(subject_id=money.pk), by=staff.manager(), grant=True)
    assert paying.pay(money, by=people.officer("finance")).state == "paid"
    again = delivery.replan(later, planned_on=LAST, planned_amount=cost, reason="앞당겨 했음", by=officer)
    assert again.state == "planned"


def test_a_payment_for_what_was_delivered_outlives_an_agreed_end_and_not_one_by_the_agency(move_clock):
    row, other = agreed(), staff.taking_part(9)
    officer, won = people.officer(), programs.currency("KRW")
    made = []
    for each in (row, other):
        of = delivered(each, "marketing")
        made.append(
            paying.ask(
                each, amount=Decimal(1), currency=won, purpose="", reason="검수", by=officer, delivery=of
            )
        )
    open_one = planned(other, "creator")
    ahead(row)
    at(move_clock, NEXT, 0, 2)
    assert ending.end_due() == 1
    agreement.end(other, reason="부정수급", by=officer, last_on=LAST)
    assert "아직 지급할 지원금: " in mails("협약 종료:")[officer.email]
    assert [Payment.objects.get(pk=each.pk).state for each in made] == ["asked", "lapsed"]
    approvals.answer(Approval.objects.get(subject_id=made[0].pk), by=staff.manager(), grant=True)
    assert paying.pay(made[0], by=people.officer("finance")).state == "paid"
    with pytest.raises(RuleBroken, match=r"^not_taking_part:"):
        paying.ask(other, amount=Decimal(1), currency=won, purpose="", reason="검수", by=officer, delivery=of)
    with pytest.raises(RuleBroken, match=r"^not_taking_part:"):
        delivery.replan(open_one, planned_on=LAST, planned_amount=Decimal(1), reason="늦음", by=officer)


def test_days_after_the_last_one_are_refused_to_many_at_once_though_earlier_ones_are_the_company_s():
    row, shop, officer = ahead(), programs.store("ST-P"), people.officer()
    group = Group(shop.pk, "0012", "MLC-0012")
    first = assigning.assign([group], row, from_on=FIRST, by=officer)
    assert assigning.assign([group], row, from_on=LAST, by=officer) == first
    with pytest.raises(RuleBroken, match=r"^after_last_day:.*0012"):
        assigning.assign([group], row, from_on=NEXT, by=officer)
