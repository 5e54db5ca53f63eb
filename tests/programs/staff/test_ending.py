"""A company asks to end an accepted agreement; the agency agrees or refuses, and both sides read what came of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval, User
from companies.models import Member
from ground import mailbox, outbox
from ground.errors import RuleBroken
from ground.history import history_of
from programs.domain import agreement, delivery, ending, paying, selection
from programs.models import Assignment, Delivery, EndRequest, Participation, Payment, Task
from reports.queries import duties
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 8, 1)
REASON = "현지 인증을 얻지 못해 판매를 멈춥니다."


@pytest.fixture(autouse=True)
def _in_summer(move_clock, replay_topic):
    programs.currency("KRW")
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))


def agreed() -> Participation:
    """The first of a released call, whose agreement came into force on 1 August."""
    _call, (first, *_rest) = staff.released(count=2)
    offered = agreement.offer(first, accept_by=DAY, by=people.officer())
    return agreement.accept(offered, text_sha256=offered.text_sha256, by=register.member(first.company))


def asked(row: Participation, last_on: dt.date = DAY, reason: str = REASON) -> EndRequest:
    return ending.ask(row, last_on=last_on, reason=reason, by=register.member(row.company))


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def mails(word: str) -> dict[str, str]:
    outbox.drain()
    return {each.recipient: each.body for each in mailbox.read_all() if word in each.subject}


def both_sides(row: Participation) -> set[str]:
    """The company's owner, and whoever decides for the agency."""
    roles = ("manager", "officer")
    staffed = User.objects.filter(officers__agency=row.agency, officers__role__in=roles)
    return {register.member(row.company).email, *staffed.values_list("email", flat=True)}


def delivered(row: Participation, kind: str) -> Delivery:
    made = planned(row, kind)
    return delivery.tick_off(
        made, done_on=DAY, actual_amount=Decimal(900_000), evidence=staff.stored(), by=people.officer()
    )


def planned(row: Participation, kind: str) -> Delivery:
    what = row.program.components.get(kind=kind)
    delivery.assign(
        what, [row], planned_on=dt.date(2025, 9, 1), planned_amount=Decimal(900_000), by=people.officer()
    )
    return Delivery.objects.get(participation=row, component=what)


def payment(row: Participation, purpose: str) -> Payment:
    return paying.ask(
        row, amount=Decimal(100_000), currency=programs.currency("KRW"), purpose=purpose, reason="검수",
        by=people.officer(),
    )  # fmt: skip


def test_what_is_open_ends_with_the_day_and_what_was_delivered_and_paid_stays(move_clock):
    row = agreed()
    call, owner = row.application.call, register.member(row.company)
    done, open_one = delivered(row, "marketing"), planned(row, "creator")
    paid, waiting = payment(row, "부스"), payment(row, "통역")
    approvals.answer(Approval.objects.get(subject_id=paid.pk), by=staff.manager(), grant=True)
    paying.pay(paid, by=people.officer("finance"))
    question = Approval.objects.get(subject_id=waiting.pk)
    lines = programs.assignment(programs.store(company=row.company), row)
    before = selection.places_free(call)

    move_clock(dt.datetime(2025, 8, 11, 9, tzinfo=staff.SEOUL))
    made = asked(row, dt.date(2025, 8, 5))
    row.refresh_from_db()
    assert (made.state, row.state, selection.places_free(call)) == ("waiting", "agreed", before)
    task = Task.objects.open().get(kind="end")
    assert (task.side, task.subject_id, task.due_on) == ("agency", row.pk, dt.date(2025, 8, 18))
    assert duties.STAFF_PAGES[task.kind] == "admin:programs_participation_change"
    told = mails("협약 해지 신청")
    assert set(told) == both_sides(row)
    assert all(REASON in body and row.number in body for body in told.values())

    answer = ending.accept(row, answer="확인했습니다.", by=people.officer())
    row.refresh_from_db()
    assert row.application is not None
    row.application.refresh_from_db()
    assert (row.state, row.application.status, selection.places_free(call)) == (
        "ended",
        "withdrawn",
        before + 1,
    )
    assert (answer.state, answer.ended_on, answer.answered_by) == (
        "accepted",
        dt.date(2025, 8, 5),
        people.officer(),
    )
    assert [Delivery.objects.get(pk=each.pk).state for each in (done, open_one)] == ["done", "cancelled"]
    assert [Payment.objects.get(pk=each.pk).state for each in (paid, waiting)] == ["paid", "lapsed"]
    assert Approval.objects.get(decision="payment").subject_id == paid.pk
    with pytest.raises(RuleBroken, match=r"^asked_anew:"):
        approvals.answer_any(question, by=staff.manager(), grant=True)
    assert Assignment.objects.get(pk=lines.pk).until_on == dt.date(2025, 8, 5)
    assert not Task.objects.open().filter(subject_id=row.pk).exists()
    told = mails("협약 종료")
    assert set(told) == both_sides(row)
    assert reverse("admin:programs_call_ranking", args=[call.pk]) in told[people.officer().email]
    assert "확인했습니다." in told[owner.email]
    assert history_of(row)[0].reason == REASON
    with pytest.raises(RuleBroken, match=r"^nothing_asked:"):
        ending.accept(row, by=people.officer())
    with pytest.raises(RuleBroken, match=r"^not_agreed:"):
        asked(row)


def test_without_an_application_it_ends_as_well():
    row = staff.taking_part()
    asked(row)
    assert ending.accept(row, by=people.officer(), last_on=dt.date(2025, 7, 30)).ended_on == dt.date(
        2025, 7, 30
    )
    row.refresh_from_db()
    assert row.state == "ended"


def test_twice_is_once():
    row = agreed()
    first = asked(row)
    assert asked(row, reason="다른 말") == first
    assert (EndRequest.objects.count(), Task.objects.filter(kind="end").count()) == (1, 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        EndRequest.objects.create(
            agency=row.agency, participation=row, reason="x", last_on=DAY, asked_at=first.asked_at,
            asked_by=first.asked_by,
        )  # fmt: skip


def test_what_is_taken_back_is_not_answered_any_more_and_can_be_asked_again():
    row = agreed()
    owner = register.member(row.company)
    assert ending.take_back(row, by=owner) is None
    first = asked(row)
    for _click in range(2):
        assert ending.take_back(row, by=owner) == first
    assert not Task.objects.open().filter(kind="end").exists()
    assert set(mails("신청 철회")) == both_sides(row)
    for verb in (ending.accept, lambda row, by: ending.refuse(row, reason="아니오", by=by)):
        with pytest.raises(RuleBroken, match=r"^nothing_asked:"):
            verb(row, by=people.officer())
    assert asked(row) != first
    row.refresh_from_db()
    assert row.state == "agreed"


def test_the_agency_refuses_with_a_reason_and_the_agreement_goes_on():
    row = agreed()
    owner = register.member(row.company)
    first = asked(row)
    with pytest.raises(RuleBroken, match=r"^reason_missing:"):
        ending.refuse(row, reason=" ", by=people.officer())
    refused = ending.refuse(row, reason="정산이 남아 있습니다.", by=people.officer())
    assert (refused.state, refused.answer, refused.ended_on) == ("refused", "정산이 남아 있습니다.", None)
    with pytest.raises(RuleBroken, match=r"^answered_already:"):
        ending.take_back(row, by=owner)
    told = mails("협약 유지")
    assert set(told) == both_sides(row)
    assert "정산이 남아 있습니다." in told[owner.email]
    page = signed_in(owner).get(reverse("participation_show", args=[row.pk])).content.decode()
    assert "정산이 남아 있습니다." in page
    assert reverse("participation_end", args=[row.pk]) in page
    assert asked(row) != first
    row.refresh_from_db()
    assert row.state == "agreed"


@pytest.mark.parametrize(
    ("last_on", "code"),
    [(dt.date(2025, 7, 31), "last_day_early"), (dt.date(2099, 1, 1), "last_day_after_program")],
)
def test_the_last_day_lies_within_the_agreement(last_on, code):
    with pytest.raises(RuleBroken, match=f"^{code}:"):
        asked(agreed(), last_on)


def test_agreed_to_on_its_last_day_it_ends_at_once(move_clock):
    row = agreed()
    asked(row, dt.date(2025, 8, 20))
    for wrong, code in (
        (dt.date(2025, 7, 31), "last_day_early"),
        (dt.date(2099, 1, 1), "last_day_after_program"),
    ):
        with pytest.raises(RuleBroken, match=f"^{code}:"):
            ending.accept(row, by=people.officer(), last_on=wrong)
    assert EndRequest.objects.get().state == "waiting"
    move_clock(dt.datetime(2025, 8, 20, 9, tzinfo=staff.SEOUL))
    assert ending.accept(row, by=people.officer()).ended_on == dt.date(2025, 8, 20)
    row.refresh_from_db()
    assert (row.state, row.last_on) == ("ended", dt.date(2025, 8, 20))


def test_only_an_owner_of_the_company_asks_and_takes_back():
    row = agreed()
    strangers = [register.member(row.company, role) for role in ("editor", "reader")]
    strangers.append(register.member(register.company(77)))
    for who in strangers:
        for verb in (
            lambda: ending.ask(row, last_on=DAY, reason="x", by=who),  # noqa: B023
            lambda: ending.take_back(row, by=who),  # noqa: B023
        ):
            with pytest.raises(RuleBroken, match=r"^not_owner:"):
                verb()
        for method, route in (("get", "end"), ("post", "end"), ("post", "end_take_back")):
            address = reverse(f"participation_{route}", args=[row.pk])
            assert getattr(signed_in(who), method)(address).status_code == 404
    Member.objects.filter(company=row.company, role="owner").update(ended_at=staff.AFTER_CLOSING)
    with pytest.raises(RuleBroken, match=r"^not_owner:"):
        asked(row)
    assert not EndRequest.objects.exists()


def test_another_agency_answers_nothing():
    row = agreed()
    asked(row)
    for verb in (ending.accept, lambda row, by: ending.refuse(row, reason="x", by=by)):
        with pytest.raises(RuleBroken, match=r"^not_your_agency:"):
            verb(row, by=people.officer("manager", "OTHER"))


def test_until_it_is_answered_the_agreement_is_neither_completed_nor_ended_otherwise():
    """Also from a page that an officer opened before the company asked."""
    row = agreed()
    assert row.application is not None
    asked(row)
    officer = people.officer()
    for verb in (
        lambda: agreement.complete(row, by=officer),
        lambda: agreement.end(row, reason="폐업", by=officer),
        lambda: selection.withdraw(row.application, reason="철회", by=officer),
    ):
        with pytest.raises(RuleBroken, match=r"^end_asked:"):
            verb()
    client = signed_in(officer)
    for address in (
        reverse("admin:programs_application_withdraw", args=[row.application.pk]),
        reverse("admin:programs_participation_end", args=[row.pk]),
    ):
        assert client.post(address, {"reason": "철회", "last_on": "2025-08-01"}).status_code == 409
    row.refresh_from_db()
    assert (row.state, EndRequest.objects.get().state) == ("agreed", "waiting")
    ending.refuse(row, reason="정산이 남아 있습니다.", by=officer)
    assert agreement.end(row, reason="폐업", by=officer).state == "ended"


def test_the_company_s_pages_say_what_ends_and_two_clicks_ask_once(english):
    row = agreed()
    planned(row, "marketing")
    client = signed_in(register.member(row.company))
    address, show = (reverse(f"participation_{each}", args=[row.pk]) for each in ("end", "show"))
    assert f'href="{address}"' in client.get(show).content.decode()
    page = client.get(address).content.decode()
    assert 'value="2025-08-01"' in page
    assert str(row.program.components.get(kind="marketing").name_ko) in page
    typed = {"reason": REASON, "last_on": "2025-08-01", "is_understood": "on"}
    for wrong, status in (
        ({"is_understood": ""}, 400),
        ({"reason": ""}, 400),
        ({"last_on": "어제"}, 400),
        ({"last_on": "2025-07-31"}, 409),
    ):
        answer = client.post(address, {**typed, **wrong})
        assert answer.status_code == status
        assert "error-summary" in answer.content.decode()
    assert not EndRequest.objects.exists()
    for _click in range(2):
        assert client.post(address, typed)["Location"] == show
    assert EndRequest.objects.count() == 1
    page = client.get(show).content.decode()
    assert f'href="{address}"' not in page
    assert REASON in page
    assert client.get(address)["Location"] == show
    back = reverse("participation_end_take_back", args=[row.pk])
    assert f'action="{back}"' in page
    assert (
        f'action="{back}"' not in signed_in(register.member(row.company, "editor")).get(show).content.decode()
    )
    for _click in range(2):
        assert client.post(back)["Location"] == show
    assert EndRequest.objects.get().state == "taken_back"
    ending.ask(row, last_on=DAY, reason=REASON, by=register.member(row.company))
    ending.accept(row, by=people.officer())
    assert client.post(address, typed).status_code == 409
    assert client.post(back).status_code == 409


def test_staff_see_who_waits_and_answer_on_the_participation_s_page():
    row, other = agreed(), staff.taking_part(9)
    asked(row)
    client = signed_in(people.officer())
    listed = client.get(
        reverse("admin:programs_participation_changelist") + "?asks_to_end=yes"
    ).content.decode()
    assert row.number in listed
    assert other.number not in listed
    page = client.get(reverse("admin:programs_participation_change", args=[row.pk])).content.decode()
    verbs = {
        name: reverse(f"admin:programs_participation_{name}", args=[row.pk])
        for name in ("agree_end", "refuse_end", "end", "complete")
    }
    assert REASON in page
    assert 'value="2025-08-01"' in page
    assert [f'action="{verbs[name]}"' in page for name in verbs] == [True, True, False, False]
    assert row.application is not None
    case = reverse("admin:programs_application_change", args=[row.application.pk])
    steps_back = reverse("admin:programs_application_withdraw", args=[row.application.pk])
    assert steps_back not in client.get(case).content.decode()
    of_other = client.get(reverse("admin:programs_participation_change", args=[other.pk])).content.decode()
    assert "agree_end" not in of_other
    made = EndRequest.objects.get()
    assert page.count(f'name="asked" value="{made.pk}"') == 2
    assert client.post(verbs["agree_end"], {"last_on": "2025-08-01", "answer": ""}).status_code == 400
    answer = client.post(verbs["agree_end"], {"asked": made.pk, "last_on": "2025-08-01", "answer": ""})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.state == "ended"
    assert (
        REASON in client.get(reverse("admin:programs_participation_change", args=[row.pk])).content.decode()
    )
    assert client.post(verbs["refuse_end"], {"asked": made.pk, "reason": "늦음"}).status_code == 409


def test_an_answer_goes_to_the_request_that_was_read_and_to_no_later_one(move_clock):
    row = agreed()
    move_clock(dt.datetime(2025, 8, 20, 9, tzinfo=staff.SEOUL))
    read = asked(row, dt.date(2025, 8, 5), "첫 번째")
    ending.take_back(row, by=register.member(row.company))
    later = asked(row, dt.date(2025, 8, 20), "20일까지 판매")
    client = signed_in(people.officer())
    for verb, typed in (("agree_end", {"last_on": "2025-08-05"}), ("refuse_end", {"reason": "정산 전"})):
        address = reverse(f"admin:programs_participation_{verb}", args=[row.pk])
        assert client.post(address, {"asked": read.pk, **typed}).status_code == 409
    row.refresh_from_db()
    later.refresh_from_db()
    assert (row.state, later.state) == ("agreed", "waiting")
    assert ending.accept(row, asked=later.pk, by=people.officer()).ended_on == dt.date(2025, 8, 20)


def test_an_officer_records_that_the_company_steps_back_and_it_ends_as_agreed_with_the_company(move_clock):
    row = agreed()
    done = paying.ask(
        row, amount=Decimal(100_000), currency=programs.currency("KRW"), purpose="", delivery=delivered(row, "marketing"),
        reason="검수", by=people.officer(),
    )  # fmt: skip
    move_clock(dt.datetime(2025, 8, 11, 9, tzinfo=staff.SEOUL))
    desk, owner = signed_in(people.officer()), register.member(row.company)
    address = reverse("admin:programs_application_withdraw", args=[row.application.pk])
    page = desk.get(reverse("admin:programs_application_change", args=[row.application.pk]))
    assert "적은 사유는 기업도 읽습니다" in page.content.decode()
    typed = {"reason": "전화로 포기", "last_on": "2025-08-05"}
    for wrong in ("2025-08-12", "2025-07-31"):
        assert desk.post(address, {**typed, "last_on": wrong}).status_code == 409
    assert not EndRequest.objects.exists()
    assert desk.post(address, typed).status_code == 302
    made = EndRequest.objects.get()
    assert (made.state, made.asked_by, made.reason, made.ended_on, made.is_on_behalf) == (
        "accepted", people.officer(), "전화로 포기", dt.date(2025, 8, 5), True,
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.last_on, Payment.objects.get(pk=done.pk).state) == (
        "ended",
        made.ended_on,
        "asked",
    )
    told = mails("협약 종료")
    assert set(told) == both_sides(row)
    assert "귀사가 요청하지 않았다면 바로 기관에 알려 주십시오." in told[owner.email]
    said = f"{people.officer()} 대행 입력"
    for client, page in (
        (signed_in(owner), reverse("participation_show", args=[row.pk])),
        (desk, reverse("admin:programs_participation_change", args=[row.pk])),
    ):
        assert said in client.get(page).content.decode()


def test_where_a_last_day_is_agreed_already_no_other_one_is_recorded():
    row = agreed()
    asked(row, dt.date(2025, 8, 20))
    ending.accept(row, by=people.officer())
    desk = signed_in(people.officer())
    case = reverse("admin:programs_application_change", args=[row.application.pk])
    page = desk.get(case, headers={"Accept-Language": "en"}).content.decode()
    assert "The agreement ends with 20 August 2025, as agreed with the company." in page
    address = reverse("admin:programs_application_withdraw", args=[row.application.pk])
    assert desk.post(address, {"reason": "전화로 포기", "last_on": "2025-08-01"}).status_code == 409
    with pytest.raises(RuleBroken, match=r"^end_agreed:"):
        ending.step_back(row.application, reason="전화로 포기", by=people.officer())
    row.refresh_from_db()
    assert (row.state, row.last_on, EndRequest.objects.count()) == ("agreed", dt.date(2025, 8, 20), 1)


def test_what_a_company_asks_by_itself_is_not_said_to_be_entered_for_it():
    row = agreed()
    asked(row)
    assert not ending.accept(row, by=people.officer()).is_on_behalf
    assert "귀사의 참여 포기를 기록했고" not in mails("협약 종료")[register.member(row.company).email]


def test_who_steps_back_before_it_agreed_has_no_request():
    _call, (first, *_rest) = staff.released(count=2)
    ending.step_back(first, reason="전화로 포기", by=people.officer())
    first.refresh_from_db()
    assert (first.status, EndRequest.objects.count()) == ("withdrawn", 0)
