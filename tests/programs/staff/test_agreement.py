"""The participation agreement: offered with its text, accepted by an owner as shown, then partners see the company."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation

from companies.models import Company, Member
from ground import mailbox, outbox
from ground.errors import RuleBroken
from ground.templatetags.naru import day
from programs.domain import agreement, planning
from programs.models import Application, Call, Participation, ProgramPartner, ProgramShare, Task
from tests.conftest import moved_to, standing_on
from tests.factories import people, register, staff

pytestmark = pytest.mark.django_db
BY = dt.date(2025, 6, 25)


def prepare(folder: Path) -> Participation:
    """Three companies have their result, the first one an offer."""
    _call, (first, *_rest) = released(folder)
    outbox.drain()
    return agreement.offer(first, accept_by=BY, by=people.officer())


def released(folder: Path) -> tuple[Call, list[Application]]:
    moved_to(staff.AFTER_CLOSING)
    return staff.released()


def three_released(folder: Path) -> tuple[Call, list[Application]]:
    moved_to(staff.AFTER_CLOSING)
    return staff.released(quota=3)


def sealed(folder: Path) -> tuple[Call, list[Application]]:
    moved_to(staff.AFTER_CLOSING)
    return staff.sealed()


@pytest.fixture(autouse=True)
def world(made_before):
    return made_before


def test_the_offer_says_who_with_what_until_when(world):
    made = world
    assert (made.number, made.state, made.accept_by) == ("SBA-MELI-CL-2025-001", "offered", BY)
    for words in (
        "칠레 온라인 진출 지원",
        "SBA-MELI-CL-2025-001",
        made.company.name_ko,
        "2025. 6. 25.",
        "구성 marketing",
    ):
        assert words in made.text_ko
    assert made.company.name_en in made.text_en
    assert re.search(r"lasts from 1 \w+ 20\d\d to \d+ \w+ 20\d\d\.", made.text_en)
    assert not re.search(r"20\d\d-\d\d", made.text_en.replace(made.number, ""))
    assert made.text_sha256 == agreement.checksum(made.text_ko, made.text_en)
    task = Task.objects.open().get(kind=Task.Kind.ACCEPT)
    assert (task.company, task.due_on, task.subject_id) == (made.company, BY, made.pk)
    outbox.drain()
    mail = mailbox.read_all()[0]
    assert mail.recipient == register.member(made.company).email
    assert f"/agreements/{made.pk}/" in mail.body


@standing_on(three_released)
def test_it_is_offered_to_all_selected_and_to_each_once(world):
    call, applications = world
    agreement.offer(applications[0], accept_by=BY, by=people.officer())
    assert len(agreement.offer_all(call, accept_by=BY, by=people.officer()).made) == 2
    assert agreement.offer_all(call, accept_by=BY, by=people.officer()) == agreement.Offers((), ())
    assert list(Participation.objects.order_by("number").values_list("number", "company")) == [
        (f"SBA-MELI-CL-2025-{number:03d}", each.company_id)
        for number, each in enumerate(applications[:3], start=1)
    ]


@standing_on(released)
def test_what_is_not_offered(world):
    call, (first, _second, third, _fourth) = world
    with pytest.raises(RuleBroken, match="not_selected"):
        agreement.offer(third, accept_by=BY, by=people.officer())
    with pytest.raises(RuleBroken, match="accept_by_passed"):
        agreement.offer(first, accept_by=dt.date(2025, 6, 1), by=people.officer())
    with pytest.raises(RuleBroken, match="not_your_agency"):
        agreement.offer(first, accept_by=BY, by=people.officer("manager", "OTHER"))
    agreement.offer(first, accept_by=BY, by=people.officer(), number="협약-1")
    with pytest.raises(RuleBroken, match="offered_already"):
        agreement.offer(first, accept_by=BY, by=people.officer())
    with pytest.raises(RuleBroken, match="number_taken"):
        agreement.offer(_second, accept_by=BY, by=people.officer(), number="협약-1")
    assert call.quota == 2


@standing_on(sealed)
def test_before_the_release_nothing_is_offered(world):
    _call, (first, *_rest) = world
    with pytest.raises(RuleBroken, match="not_released"):
        agreement.offer(first, accept_by=BY, by=people.officer())


def test_the_owner_accepts_what_was_shown(move_clock, world):
    made = world
    partner = people.organization("partner", "메르카도리브레 칠레", "CL")
    ProgramPartner.objects.create(program=made.program, organization=partner)
    ProgramShare.objects.create(program=made.program, agency=people.agency("OTHER"), part_ko="물류 지원")
    abroad, other = (
        people.organization_member("partner", "메르카도리브레 칠레", "CL"),
        people.officer("officer", "OTHER"),
    )
    assert not Company.objects.visible_to(abroad).exists()
    owner = register.member(made.company)
    move_clock(dt.datetime(2025, 6, 25, 23, 59, tzinfo=staff.SEOUL))
    row = agreement.accept(made, text_sha256=made.text_sha256, by=owner)
    assert (row.state, row.agreed_by) == ("agreed", owner)
    assert row.agreed_at is not None
    assert row.application is not None
    assert type(row.application).objects.get(pk=row.application.pk).status == "agreed"
    assert list(Task.objects.open().values_list("side", "kind")) == [("agency", "assign")]
    assert (
        list(Company.objects.visible_to(abroad)) == list(Company.objects.visible_to(other)) == [made.company]
    )
    outbox.drain()
    assert mailbox.read_all()[0].recipient == owner.email


def test_an_agency_whose_part_is_entered_later_sees_who_takes_part_already(world):
    made = world
    agreement.accept(made, text_sha256=made.text_sha256, by=register.member(made.company))
    other = people.officer("officer", "OTHER")
    assert not Company.objects.visible_to(other).exists()
    share = ProgramShare(program=made.program, agency=people.agency("OTHER"), part_ko="물류 지원")
    planning.save_part(share, by=people.officer())
    assert list(Company.objects.visible_to(other)) == [made.company]


def test_a_partner_s_sight_of_the_company_carries_no_person(client, world):
    """The page that a partner abroad gets shows facts; names, mails and phones of people are not on it."""
    made = world
    partner = people.organization("partner", "메르카도리브레 칠레", "CL")
    ProgramPartner.objects.create(program=made.program, organization=partner)
    agreement.accept(made, text_sha256=made.text_sha256, by=register.member(made.company))
    client.force_login(people.organization_member("partner", "메르카도리브레 칠레", "CL"))
    for address in (f"/agreements/{made.pk}/", "/agreements/", "/listings/"):
        assert client.get(address).status_code == 404
    assert made.application is not None
    for personal in (made.application.contact_name, "나루터", "ceo1@firm.example"):
        assert personal not in made.text_ko + made.text_en


@pytest.mark.parametrize("role", ["editor", "reader"])
def test_only_an_owner_accepts(role, world):
    made = world
    with pytest.raises(RuleBroken, match="not_owner"):
        agreement.accept(made, text_sha256=made.text_sha256, by=register.member(made.company, role))
    other = register.member(register.company(77))
    with pytest.raises(RuleBroken, match="not_owner"):
        agreement.accept(made, text_sha256=made.text_sha256, by=other)
    Member.objects.filter(company=made.company, role="owner").update(ended_at=staff.AFTER_CLOSING)
    with pytest.raises(RuleBroken, match="not_owner"):
        agreement.accept(made, text_sha256=made.text_sha256, by=register.member(register.company(1), "owner"))


def test_another_text_is_not_accepted(world):
    made = world
    owner = register.member(made.company)
    with pytest.raises(RuleBroken, match="text_changed"):
        agreement.accept(made, text_sha256="0" * 64, by=owner)
    Participation.objects.filter(pk=made.pk).update(text_ko=made.text_ko + " 그리고 더")
    with pytest.raises(RuleBroken, match="text_changed"):
        agreement.accept(made, text_sha256=made.text_sha256, by=owner)


def test_after_the_last_day_nothing_is_accepted_until_it_is_moved(move_clock, world):
    made = world
    owner = register.member(made.company)
    move_clock(dt.datetime(2025, 6, 26, 0, 0, 1, tzinfo=staff.SEOUL))
    with pytest.raises(RuleBroken, match="accept_late"):
        agreement.accept(made, text_sha256=made.text_sha256, by=owner)
    row = agreement.extend(made, accept_by=dt.date(2025, 7, 2), reason="대표 해외 출장", by=people.officer())
    assert "2025. 7. 2." in row.text_ko
    assert Task.objects.open().get(kind=Task.Kind.ACCEPT).due_on == dt.date(2025, 7, 2)
    outbox.drain()
    mail = mailbox.read_all()[0]
    assert mail.recipient == owner.email
    assert f"/agreements/{made.pk}/" in mail.body
    with translation.override(owner.language):
        assert day(dt.date(2025, 7, 2)) in mail.body
    with pytest.raises(RuleBroken, match="text_changed"):
        agreement.accept(row, text_sha256=made.text_sha256, by=owner)
    assert agreement.accept(row, text_sha256=row.text_sha256, by=owner).state == "agreed"
    with pytest.raises(RuleBroken, match="not_offered"):
        agreement.accept(row, text_sha256=row.text_sha256, by=owner)


def test_completed_and_ended(world):
    made = world
    with pytest.raises(RuleBroken, match="not_agreed"):
        agreement.complete(made, by=people.officer())
    agreement.accept(made, text_sha256=made.text_sha256, by=register.member(made.company))
    with pytest.raises(RuleBroken, match="not_your_agency"):
        agreement.complete(made, by=people.officer("manager", "OTHER"))
    with pytest.raises(RuleBroken, match="reason_missing"):
        agreement.end(made, reason="", by=people.officer())
    assert agreement.complete(made, by=people.officer()).state == "completed"
    with pytest.raises(RuleBroken, match="not_selected"):
        agreement.end(Participation.objects.get(pk=made.pk), reason="x", by=people.officer())


def test_ended_early_frees_the_place(world):
    made = world
    agreement.accept(made, text_sha256=made.text_sha256, by=register.member(made.company))
    assert (
        agreement.end(Participation.objects.get(pk=made.pk), reason="휴업", by=people.officer()).state
        == "ended"
    )
    made.refresh_from_db()
    assert made.application is not None
    made.application.refresh_from_db()
    assert (made.state, made.application.status) == ("ended", "withdrawn")


def second_call(first: Call) -> tuple[Call, list[Application]]:
    """Another call of the same program, released; the same companies applied."""
    return staff.released(code=f"{first.program.code}-2", quota=3)


@standing_on(three_released)
def test_who_takes_part_already_is_left_out_by_name_and_the_others_are_offered(client, world):
    call, (first, second, third, _fourth) = world
    made = agreement.offer(first, accept_by=BY, by=people.officer())
    gone = agreement.offer(second, accept_by=BY, by=people.officer())
    agreement.end(gone, reason="포기", by=people.officer())
    again, applications = second_call(call)
    with pytest.raises(RuleBroken, match="takes_part_already"):
        agreement.offer(applications[0], accept_by=BY, by=people.officer())
    client.force_login(people.officer())
    answer = client.post(
        reverse("admin:programs_call_offer_all", args=[again.pk]), {"accept_by": BY.isoformat()}, follow=True
    )
    told = [str(each) for each in answer.context["messages"]]
    assert len(told) == 1
    assert first.company.name_ko in told[0]
    assert made.number in told[0]
    assert second.company.name_ko not in told[0]
    rows = Participation.objects.filter(application__call=again).order_by("number")
    assert [row.company for row in rows] == [second.company, third.company]
    offers = agreement.offer_all(again, accept_by=BY, by=people.officer())
    assert offers.made == ()
    assert [(company, refusal.code) for company, refusal in offers.left_out] == [
        (first.company, "takes_part_already")
    ]


@standing_on(three_released)
def test_a_number_given_by_hand_is_passed_over(world):
    call, applications = world
    agreement.offer(applications[0], accept_by=BY, by=people.officer(), number=f"{call.program.code}-002")
    offers = agreement.offer_all(call, accept_by=BY, by=people.officer())
    assert [each.number for each in offers.made] == [f"{call.program.code}-003", f"{call.program.code}-004"]


def test_a_task_speaks_both_languages(world):
    made = world
    task = Task.objects.open().get(kind=Task.Kind.ACCEPT)
    with translation.override("ko"):
        assert task.subject == made.program.name_ko
    with translation.override("en"):
        assert task.subject == made.program.name_en


def test_a_partner_sees_participations_from_the_acceptance_to_an_early_end(world):
    made = world
    partner = people.organization("partner", "메르카도리브레 칠레", "CL")
    ProgramPartner.objects.create(program=made.program, organization=partner)
    abroad = people.organization_member("partner", "메르카도리브레 칠레", "CL")
    assert not Participation.objects.visible_to(abroad).exists()
    agreement.accept(made, text_sha256=made.text_sha256, by=register.member(made.company))
    assert list(Participation.objects.visible_to(abroad)) == [made]
    agreement.end(Participation.objects.get(pk=made.pk), reason="휴업", by=people.officer())
    assert not Participation.objects.visible_to(abroad).exists()
