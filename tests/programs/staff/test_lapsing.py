"""A granted payment that is not for a delivery lapses with an agreed end: both sides read so before, in their letters, and after it."""

from __future__ import annotations

import re
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from ground.audit import because
from ground.history import event_model, history_of
from programs.domain import agreement, delivery, ending, leaving, paying
from programs.models import Participation, Payment
from tests.factories import people, programs, register, staff
from tests.programs.staff.test_ending import DAY, agreed, asked, delivered, mails, payment, planned, signed_in
from tests.programs.staff.test_ending_ahead import FIRST, LAST, NEXT, ahead, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_summer(move_clock, replay_topic):
    programs.currency("KRW")
    at(move_clock, FIRST)


def granted(row: Participation, purpose: str) -> Payment:
    made = payment(row, purpose)
    approvals.answer(Approval.objects.get(subject_id=made.pk), by=staff.manager(), grant=True)
    return made


def test_what_lapses_is_read_before_the_agreement_and_after_the_end_on_both_sides(move_clock):
    row = agreed()
    officer, owner = people.officer(), register.member(row.company)
    paid, lost, only_asked = granted(row, "부스"), granted(row, "현지 통역"), payment(row, "운송")
    paying.pay(paid, by=people.officer("finance"))
    later = planned(row, "creator")
    client, desk = signed_in(owner), signed_in(officer)
    show, end = (reverse(f"participation_{each}", args=[row.pk]) for each in ("show", "end"))
    change = reverse("admin:programs_participation_change", args=[row.pk])
    assert "소멸" not in client.get(show).content.decode()
    page = client.get(end).content.decode()
    assert all(words in page for words in ("현지 통역", "KRW 100,000", "협약 종료와 함께 소멸"))
    assert "운송" not in page
    assert "종료되는 사항" not in desk.get(change).content.decode()
    asked(row, LAST)
    page = desk.get(change).content.decode()
    before, _line, _after = page.partition(reverse("admin:programs_participation_agree_end", args=[row.pk]))
    for words in (
        "현지 통역",
        "운송",
        "(다른 사람이 승인함)",
        f"{later.component.name_ko}",
        "2025. 8. 20.(수)",
    ):
        assert words in before, words
    assert before.count("KRW 100,000") == 2
    ending.accept(row, by=officer)
    for address, reader in ((show, client), (change, desk)):
        assert "현지 통역" in reader.get(address).content.decode(), address
    company = mails("협약 종료 예정")[owner.email]
    assert "소멸하는 지원금: 현지 통역, KRW 100,000" in company
    assert "운송" not in company
    at(move_clock, NEXT, 0, 2)
    assert ending.end_due() == 1
    company = mails("협약 종료:")[owner.email]
    assert "승인되었으나 지급되지 않고 소멸한 지원금: 현지 통역, KRW 100,000" in company
    page = client.get(show).content.decode()
    assert all(words in page for words in ("현지 통역", ">소멸</span>"))
    assert "운송" not in page
    assert [each.pk for each in leaving.lapsed(row)] == [lost.pk]
    for each in (lost, only_asked):
        each.refresh_from_db()
        assert (each.state, leaving.lapsed_on(each)) == ("lapsed", LAST)
        address = reverse("admin:programs_payment_change", args=[each.pk])
        assert "합의한 협약 종료로 소멸" in desk.get(address).content.decode()
        assert history_of(each)[0].fields[0].after == each.get_state_display()
    assert Approval.objects.filter(subject_id=lost.pk, is_granted=True).exists()


def test_an_end_at_once_says_that_it_is_not_paid_any_more():
    row = agreed()
    granted(row, "현지 통역")
    asked(row)
    ending.accept(row, by=people.officer())
    owner = register.member(row.company).email
    assert "승인되었으나 지급되지 않고 소멸한 지원금: 현지 통역" in mails("협약 종료:")[owner]


def test_officers_find_what_lapsed_apart_from_what_they_dropped(move_clock):
    """The same word in the list, its filter, on the payment's page and in the letter; the company reads it, too."""
    row = ahead()
    granted(row, "현지 통역")
    paying.drop(granted(row, "부스"), reason="중복", by=people.officer())
    at(move_clock, NEXT, 0, 2)
    ending.end_due()
    desk = signed_in(people.officer())
    address = reverse("admin:programs_payment_changelist")
    for state, word, purpose in (("lapsed", "소멸", "현지 통역"), ("dropped", "철회", "부스")):
        page = desk.get(f"{address}?state__exact={state}")
        assert [each.matter for each in page.context["cl"].result_list] == [purpose]
        rows = re.findall(r"<tbody[^>]*>(.*)</tbody>", page.content.decode(), re.DOTALL)[0]
        assert re.findall(r">(소멸|철회)<", rows) == [word]
    assert Payment.objects.standing().count() == 0


def two_agreed() -> tuple[Participation, Participation]:
    """One whose agreement the agency ends at once, and one whose last day is agreed ahead."""
    _call, selected = staff.released(count=2)
    at_once, later = (
        agreement.accept(offered, text_sha256=offered.text_sha256, by=register.member(offered.company))
        for each in selected
        for offered in [agreement.offer(each, accept_by=DAY, by=people.officer())]
    )
    return at_once, ahead(later)


def ended_now(at_once: Participation, later: Participation, move_clock) -> None:
    agreement.end(at_once, reason="폐업", by=people.officer())
    at(move_clock, NEXT, 0, 2)
    ending.end_due()


def ended_before(at_once: Participation, later: Participation, move_clock) -> None:
    """As the version before wrote it: an end dropped what was not paid."""
    at(move_clock, NEXT, 0, 2)
    for row, facts in ((at_once, {}), (later, {leaving.LAPSED: LAST.isoformat()})):
        with because("폐업"):
            Participation.objects.filter(pk=row.pk).update(state=Participation.State.ENDED)
            with because("폐업", **facts):
                Payment.objects.filter(participation=row, state="asked").update(state="dropped")


@pytest.mark.parametrize("ended", [ended_now, ended_before])
def test_what_lapsed_is_called_dropped_by_the_version_before_and_lapses_again(move_clock, owner_role, ended):
    """Of an end by the agency, of an agreed one, and one that an officer dropped of a company whose agreement ended later. The history
    says why, and keeps with which day it lapsed for either version."""
    at_once, later = two_agreed()
    lost = granted(at_once, "현지 통역"), granted(later, "운송")
    paying.drop(granted(later, "부스"), reason="중복", by=people.officer())
    ended(at_once, later, move_clock)
    module = import_module("programs.migrations.0035_payments_lapse_with_the_end")
    assert (module.LAPSED, module.DROPPED) == (leaving.CALLED_LAPSED, leaving.CALLED_DROPPED)
    step = module.Migration.operations[-1]

    def carried_out(sql: str) -> dict[str, str]:
        """With nothing left of what the verbs have told the history, as in a migration."""
        with owner_role(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pghistory.context_id', '', true), set_config('pghistory.context_metadata', '', true)"
            )
            cursor.execute(sql)
        return dict(Payment.objects.values_list("purpose", "state"))

    kept = {"부스": "dropped"}
    if ended is ended_before:
        assert carried_out(step.sql) == {"현지 통역": "lapsed", "운송": "lapsed", **kept}
    for sql, state, reason in (
        (step.reverse_sql, "dropped", "called dropped, as the version before does"),
        (step.sql, "lapsed", "lapsed with its agreement, and was called dropped until then"),
    ):
        assert carried_out(sql) == {"현지 통역": state, "운송": state, **kept}
        assert [history_of(each)[0].reason for each in lost] == [reason] * 2
        of_now = event_model(Payment).objects.filter(state=state, pgh_context__lapsed_with=LAST.isoformat())
        assert {*of_now.values_list("purpose", flat=True)} == {"운송"}
    assert [each.pk for each in leaving.lapsed(later)] == [lost[1].pk]
    assert leaving.lapsed_on(lost[1]) == LAST
    assert history_of(Payment.objects.get(purpose="부스"))[0].reason == "중복"


def test_what_an_officer_dropped_did_not_lapse_with_the_end(move_clock):
    row = ahead()
    made = granted(row, "현지 통역")
    paying.drop(made, reason="중복", by=people.officer())
    at(move_clock, NEXT, 0, 2)
    ending.end_due()
    made.refresh_from_db()
    assert (leaving.lapsed(row), leaving.lapsed_on(made)) == ([], None)


def test_what_is_granted_for_a_delivery_is_named_as_paid_after_the_end_too(move_clock):
    row = agreed()
    officer, owner = people.officer(), register.member(row.company)
    won, done = programs.currency("KRW"), delivered(row, "marketing")
    kept = paying.ask(
        row, amount=Decimal(900_000), currency=won, purpose="", reason="검수", by=officer, delivery=done
    )
    approvals.answer(Approval.objects.get(subject_id=kept.pk), by=staff.manager(), grant=True)
    granted(row, "현지 통역")
    client = signed_in(owner)
    show, end = (reverse(f"participation_{each}", args=[row.pk]) for each in ("show", "end"))

    def stands_apart(page: str) -> None:
        """Under one heading, each with what becomes of it and why."""
        listed = page.split("<h2>승인되었으나 지급되지 않은 지원금</h2>")[1].split("</ul>")[0]
        lapses, stays = re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)
        assert all(
            words in lapses for words in ("KRW 100,000", "협약 종료와 함께 소멸</span>", "지급이 아니기")
        )
        assert all(
            words in stays for words in ("KRW 900,000", "종료 후에도 지급</span>", "소멸하지 않습니다")
        )

    stands_apart(client.get(end).content.decode())
    ahead(row)
    stands_apart(client.get(show).content.decode())
    line = f"승인되었으며 협약 종료 후에도 지급하는 지원금: {kept.matter}, KRW 900,000"
    assert line in mails("협약 종료 예정")[owner.email]
    desk = (
        signed_in(officer).get(reverse("admin:programs_participation_change", args=[row.pk])).content.decode()
    )
    ends, _heading, stays = desk.partition("종료 후에도 처리할 사항")
    assert ("KRW 100,000" in ends, "아직 지급할 지원금" in ends, "아직 지급할 지원금" in stays) == (
        True,
        False,
        True,
    )
    at(move_clock, NEXT, 0, 2)
    ending.end_due()
    assert line in mails("협약 종료:")[owner.email]
    page = client.get(show).content.decode()
    listed = page.split("<h2>승인되었으나 지급되지 않은 지원금</h2>")[1].split("</ul>")[0]
    assert [
        ("소멸</span>" in each, "종료 후에도 지급</span>" in each) for each in listed.split("</li>")[:2]
    ] == [
        (True, False),
        (False, True),
    ]


def test_after_the_end_the_company_reads_of_the_past(move_clock):
    row = agreed()
    what = row.program.components.get(kind="marketing")
    delivery.assign(what, [row], planned_on=FIRST, planned_amount=Decimal(900_000), by=people.officer())
    ahead(row)
    owner = register.member(row.company).email
    assert f"마지막 참여일까지 받을 지원: {what.name_ko}" in mails("협약 종료 예정")[owner]
    at(move_clock, NEXT, 0, 2)
    ending.end_due()
    told = mails("협약 종료:")[owner]
    assert "받을 지원" not in told
    assert f"마지막 참여일까지 예정되었으나 아직 제공이 확인되지 않은 지원: {what.name_ko}" in told
