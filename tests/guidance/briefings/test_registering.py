"""Who gets a seat, who waits, who moves up, and what spam and double clicks come to."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from companies.tasks import forget
from ground.errors import RuleBroken
from ground.models import Message, OutboxEvent
from guidance.domain import attending, briefing_rounds, briefings, registering
from guidance.models import Registration
from guidance.queries.briefings import place_in_queue
from tests.factories import briefings as made
from tests.factories import people, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _before(move_clock):
    move_clock(made.BEFORE)


def refusal(verb, *arguments, **named) -> str:
    with pytest.raises(RuleBroken) as refused:
        verb(*arguments, **named)
    return refused.value.code


def test_a_guest_has_a_seat_only_once_the_mail_s_link_confirms_it():
    briefing = made.published(capacity=1)
    first, second = made.asked(briefing, 1), made.asked(briefing, 2)
    assert made.states(briefing) == {"guest1": "unconfirmed", "guest2": "unconfirmed"}
    registering.confirm(second)
    registering.confirm(first)
    registering.confirm(first)
    assert made.states(briefing) == {"guest1": "waiting", "guest2": "registered"}
    assert made.mails() == [
        "참가 신청을 확인해 주십시오: 칠레 시장 설명회", "참가 신청을 확인해 주십시오: 칠레 시장 설명회",
        "참가 신청이 끝났습니다: 칠레 시장 설명회", "대기자 명단에 올랐습니다: 칠레 시장 설명회",
    ]  # fmt: skip
    agreed = Registration.objects.get(pk=first.pk)
    assert "SBA 수출진흥원" in agreed.consent_text
    assert "6개월 뒤에 파기" in agreed.consent_text
    assert agreed.consented_at is not None


def test_what_a_guest_types_stands_in_no_mail_before_it_is_confirmed():
    """A form that writes to any address carries nobody's text there."""
    briefing = made.published()
    made.asked(briefing, name="싸게 팝니다 전화주세요", company_name="광고회사")
    (mail,) = Message.objects.all()
    assert "싸게" not in mail.subject + mail.body
    assert "광고회사" not in mail.subject + mail.body
    for name in (
        "http://a.example",
        "www.spam.example",
        "buy <b>",
        "spam.com 방문",
        "a\nb",
        "mail@spam.example",
        "",
    ):
        expected = "advertising" if name else "name_missing"
        assert refusal(made.asked, briefing, 9, name=name) == expected
    assert refusal(made.asked, briefing, 9, company_name="https://a.example") == "advertising"
    assert (
        refusal(registering.register_guest, briefing, registering.Person("손님", "a@b.example"), has_agreed=False)
        == "consent_missing"
    )  # fmt: skip


def test_an_address_is_written_to_three_times_and_an_office_registers_all_its_people():
    """Limits are of the mail address: forty people behind one network address are no matter."""
    briefing = made.published(capacity=50)
    for _time in range(3):
        made.asked(briefing)
    assert made.asked(briefing) is None
    assert len(made.mails("guest1@guest.example")) == 3
    others = [made.published() for _each in range(5)]
    for each in others[:4]:
        made.asked(each)
    assert made.asked(others[4]) is None
    for number in range(2, 42):
        made.guest(briefing, number)
    assert Registration.objects.filter(briefing=briefing, state="registered").count() == 40


def test_the_answer_does_not_tell_who_is_registered_the_mail_does():
    briefing = made.published()
    made.guest(briefing, email="Guest1@Guest.example")
    again = made.asked(briefing, name="다른 이름")
    assert (again.state, again.name) == ("registered", "손님1")
    assert made.mails("guest1@guest.example")[-1] == "참가 신청이 끝났습니다: 칠레 시장 설명회"


def test_however_often_somebody_asks_the_answer_is_the_same_for_every_address(client):
    """A guest's, a company's, one that waits elsewhere five times, one that nobody knows: always the same page, and no mail
    beyond the third."""
    briefing = made.published(capacity=9)
    company = register.company(7)
    made.guest(briefing, 1)
    made.of_company(briefing, company)
    for _each in range(5):
        made.asked(made.published(), 2)
    written = len(made.mails())
    form = reverse("briefing_register", args=[briefing.pk])
    known = ["guest1@guest.example", f"p0@{company.business_number}.example"]
    for email, more in zip(
        [*known, "guest2@guest.example", "nobody@guest.example"], (2, 3, 0, 3), strict=True
    ):
        answers = [
            client.post(form, {"name": "아무개", "email": email, "has_agreed": "on"}) for _time in range(5)
        ]
        assert {(each.status_code, each["Location"]) for each in answers} == {
            (302, reverse("briefing_written", args=[briefing.pk]))
        }
        assert (email, len(made.mails()) - written) == (email, more)
        written += more


def test_a_company_at_its_limit_learns_of_nobody():
    briefing = made.published(capacity=9, most_per_company=1)
    guest, company = made.guest(briefing, 1), register.company(8)
    by = register.member(company)
    made.of_company(briefing, company, by=by)
    for email in (guest.email, "nobody@guest.example"):
        person = registering.Person("아무개", email)
        assert refusal(registering.register_company, briefing, company, [person], by=by) == "too_many"


def test_the_place_in_the_queue_is_told_also_of_who_moves_up_meanwhile(django_assert_num_queries):
    briefing = made.published(capacity=1)
    first, second, third = (made.guest(briefing, number) for number in (1, 2, 3))
    Registration.objects.filter(pk__in=[second.pk, third.pk]).update(joined_at=made.BEFORE)
    second, third = (Registration.objects.get(pk=each.pk) for each in (second, third))
    with django_assert_num_queries(2):
        assert [place_in_queue(each) for each in (second, third)] == [1, 2], "joined at once: by the key"
    registering.leave(first)
    assert [place_in_queue(each) for each in (second, third)] == [1, 1]


def test_whoever_cancels_gives_the_seat_to_whoever_waits_longest():
    briefing = made.published(capacity=2)
    first, _second, third, _fourth = (made.guest(briefing, number) for number in range(1, 5))
    registering.leave(third)
    registering.leave(first)
    registering.leave(first)
    assert made.states(briefing) == {
        "guest1": "cancelled",
        "guest2": "registered",
        "guest3": "cancelled",
        "guest4": "registered",
    }
    assert made.mails("guest4@guest.example")[-1] == "자리가 났습니다: 칠레 시장 설명회"
    assert made.mails("guest1@guest.example")[-1] == "참가 신청이 취소되었습니다: 칠레 시장 설명회"
    assert refusal(registering.confirm, first) == "gone"


def test_nobody_passes_those_who_wait():
    """A seat that became free while the briefing was closed to moving up is not given to who comes last."""
    briefing = made.published(capacity=1)
    made.guest(briefing, 1)
    made.guest(briefing, 2)
    Registration.objects.filter(email="guest1@guest.example").update(
        state="cancelled", cancelled_at=made.BEFORE
    )
    made.guest(briefing, 3)
    assert made.states(briefing) == {"guest1": "cancelled", "guest2": "waiting", "guest3": "waiting"}


def test_more_seats_let_the_list_move_up_and_taken_ones_stay():
    briefing = made.published(capacity=1)
    for number in (1, 2, 3):
        made.guest(briefing, number)
    briefing.capacity = 2
    briefings.save_briefing(briefing, by=people.officer())
    assert list(made.states(briefing).values()) == ["registered", "registered", "waiting"]
    briefing.capacity = 1
    assert refusal(briefings.save_briefing, briefing, by=people.officer()) == "fewer_seats"


def test_the_closing_instant_does_not_count_any_more(move_clock):
    briefing = made.published(capacity=5)
    early, late = made.asked(briefing, 1), made.asked(briefing, 2)
    move_clock(made.CLOSES - dt.timedelta(seconds=5))
    registering.confirm(early)
    made.guest(briefing, 3)
    move_clock(made.CLOSES)
    assert refusal(registering.confirm, late) == "late"
    assert refusal(made.asked, briefing, 4) == "late"
    assert refusal(made.of_company, briefing) == "late"
    move_clock(made.STARTS - dt.timedelta(seconds=5))
    registering.leave(early)
    move_clock(made.STARTS)
    seated = Registration.objects.get(email="guest3@guest.example")
    assert refusal(registering.leave, seated) == "begun"


def test_a_company_registers_several_people_up_to_its_limit():
    briefing = made.published(capacity=3, most_per_company=2)
    company, other = register.company(1), register.company(2)
    two = made.of_company(briefing, company, count=2)
    assert [each.state for each in two] == ["registered", "registered"]
    assert made.of_company(briefing, company, count=2) == two, "a second click is the same"
    assert refusal(made.of_company, briefing, company, count=3) == "too_many"
    rest = made.of_company(briefing, other, count=2)
    assert [each.state for each in rest] == ["registered", "waiting"]
    stranger = register.member(other)
    assert refusal(registering.leave, two[0], by=stranger) == "not_yours"
    assert refusal(made.of_company, briefing, company, by=stranger) == "not_member"
    registering.leave(two[0], by=register.member(company))
    assert Registration.objects.get(pk=rest[1].pk).state == "registered"
    made.asked(briefing, 7, email=f"p0@{company.business_number}.example")
    taken_over = made.of_company(briefing, company, count=1)
    assert [each.state for each in taken_over] == ["waiting"], "an unconfirmed guest's row gives way"
    person = registering.Person("이름", f"p0@{other.business_number}.example")
    third = register.company(3)
    by = register.member(third)
    assert refusal(registering.register_company, briefing, third, [person], by=by) == "taken"
    by = register.member(company)
    assert refusal(registering.register_company, briefing, company, [person, person], by=by) == "twice"
    assert refusal(registering.register_company, briefing, company, [], by=by) == "nobody"


def test_the_code_lets_in_once_and_says_so_the_second_time(move_clock):
    briefing, other = made.published(capacity=1), made.published()
    seated, waiting = made.guest(briefing, 1), made.guest(briefing, 2)
    by, colleague = people.officer(), people.officer("manager")
    assert refusal(attending.check_in, briefing, seated.code, by=by) == "too_early"
    move_clock(made.STARTS - dt.timedelta(hours=3))
    spaced = f" {seated.code[:3].lower()}-{seated.code[3:]} "
    row, is_new = attending.check_in(briefing, spaced, by=by)
    assert is_new
    again, is_same_click = attending.check_in(briefing, seated.code, by=by)
    assert (again.checked_in_at, is_same_click) == (row.checked_in_at, True)
    assert attending.check_in(briefing, seated.code, by=colleague)[1] is False
    assert refusal(attending.check_in, briefing, waiting.code, by=by) == "no_seat"
    assert refusal(attending.check_in, briefing, "OOOOOO", by=by) == "unknown_code"
    assert refusal(attending.check_in, other, seated.code, by=by) == "unknown_code"
    stranger = people.officer("officer", "BNA")
    assert refusal(attending.check_in, briefing, seated.code, by=stranger) == "not_your_agency"
    assert refusal(attending.undo_check_in, row, by=stranger) == "not_your_agency"
    attending.undo_check_in(row, by=colleague)
    move_clock(made.ENDS + dt.timedelta(days=7))
    assert refusal(attending.check_in, briefing, seated.code, by=by) == "too_late"


def test_reminders_come_once_a_day_and_once_an_hour_before_and_again_after_a_move(move_clock):
    briefing = made.published(capacity=1)
    made.guest(briefing, 1)
    made.guest(briefing, 2)
    written = len(made.mails())
    sent = []
    for before in (25, 24, 23, 1, 0.5):
        move_clock(made.STARTS - dt.timedelta(hours=before) + dt.timedelta(seconds=1))
        sent += [briefing_rounds.remind(), briefing_rounds.remind()]
    assert sent == [0, 0, 1, 0, 0, 0, 1, 0, 0, 0]
    assert made.mails()[written:] == [
        "설명회 알림: 칠레 시장 설명회, 2025. 6. 10.(화) 14:00",
        "한 시간 안에 시작합니다: 칠레 시장 설명회",
    ]
    briefing.starts_at, briefing.ends_at = (
        made.STARTS + dt.timedelta(days=1),
        made.ENDS + dt.timedelta(days=1),
    )
    briefings.save_briefing(briefing, by=people.officer())
    move_clock(made.STARTS + dt.timedelta(hours=3))
    assert [briefing_rounds.remind(), briefing_rounds.remind()] == [1, 0]
    move_clock(made.STARTS + dt.timedelta(days=1))
    assert briefing_rounds.remind() == 0


def test_who_a_person_is_goes_six_months_after_the_briefing_and_was_never_in_the_history(move_clock):
    briefing = made.published()
    kept = made.guest(briefing, company_name="손님회사")
    (staff,) = made.of_company(briefing)
    columns = {field.name for field in Registration._meta.get_field("events").related_model._meta.fields}  # type: ignore[union-attr]
    assert columns.isdisjoint({"name", "email", "company_name"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM guidance_registrationevent h WHERE h::text LIKE '%guest1%' OR h::text LIKE '%손님%'"
        )
        assert cursor.fetchone() == (0,)
    move_clock(dt.datetime(2025, 12, 10, 15, tzinfo=made.SEOUL))
    forget()
    assert Registration.objects.get(pk=kept.pk).email == "guest1@guest.example"
    move_clock(dt.datetime(2025, 12, 10, 16, 0, 1, tzinfo=made.SEOUL))
    forget()
    for each in (kept, staff):
        row = Registration.objects.get(pk=each.pk)
        assert (row.name, row.email, row.company_name, row.state) == ("", "", "", "registered")


def test_an_address_that_nobody_confirmed_is_gone_after_a_day(move_clock):
    briefing = made.published()
    made.asked(briefing, 1)
    made.guest(briefing, 2)
    move_clock(made.BEFORE + dt.timedelta(hours=23))
    assert registering.drop_unconfirmed() == 0
    move_clock(made.BEFORE + dt.timedelta(hours=25))
    assert registering.drop_unconfirmed() == 1
    assert made.states(briefing) == {"guest2": "registered"}


def test_the_database_holds_one_seat_a_person_and_agencies_apart():
    briefing = made.published()
    row = made.guest(briefing)
    with pytest.raises(IntegrityError, match="registration_person_once"), transaction.atomic():
        Registration.objects.create(
            briefing=briefing, agency=briefing.agency, email=row.email, name="둘", state="waiting", code="AAAAAA",
            consent_text="동의", consented_at=made.BEFORE, joined_at=made.BEFORE,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="registration_same_agency"), transaction.atomic():
        Registration.objects.filter(pk=row.pk).update(agency=people.agency("BNA"))
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="registration_checked_in_has_seat"), transaction.atomic():
        Registration.objects.filter(pk=row.pk).update(
            state="cancelled",
            cancelled_at=made.BEFORE,
            checked_in_at=made.BEFORE,
            checked_in_by=people.officer(),
        )
    assert OutboxEvent.objects.filter(topic="guidance.briefing").count() == 0
