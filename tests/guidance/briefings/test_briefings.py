"""A briefing from draft to its end: what is told to whom, what stays, and which companies came."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ground import outbox
from ground.models import Message, OutboxEvent
from guidance.domain import attending, briefing_rounds, briefings, registering
from guidance.models import Briefing, BriefingCountry, BriefingSession, Registration
from guidance.queries.briefings import Came, came, on_desk
from tests.factories import briefings as made
from tests.factories import people, programs, register
from tests.guidance.briefings.test_registering import refusal

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _before(move_clock):
    move_clock(made.BEFORE)


def test_only_what_is_somewhere_and_still_open_is_published():
    by = people.officer()
    nowhere = made.draft(place_ko="")
    assert refusal(briefings.publish, nowhere, by=by) == "nowhere"
    closed = made.draft(closes_at=made.BEFORE)
    assert refusal(briefings.publish, closed, by=by) == "passed"
    briefing = made.draft(place_ko="", online_url="https://room.example/1")
    assert refusal(briefings.publish, briefing, by=people.officer("officer", "BNA")) == "not_your_agency"
    assert refusal(made.asked, briefing) == "not_open"
    briefings.publish(briefing, by=by)
    assert refusal(briefings.publish, briefing, by=by) == "published"


def test_a_new_time_or_place_is_told_to_all_who_have_a_seat_or_wait_and_to_nobody_else():
    briefing = made.published(capacity=1)
    seated, waiting, gone = (made.guest(briefing, number) for number in (1, 2, 3))
    registering.leave(gone)
    made.asked(briefing, 4)
    session = briefings.save_part(
        BriefingSession(briefing=briefing, starts_at=made.STARTS, ends_at=made.STARTS + HOUR, title_ko="첫 세션"),
        by=people.officer(),
    )  # fmt: skip
    written = len(made.mails())
    briefing = Briefing.objects.get(pk=briefing.pk)
    briefing.text_ko = "내용만 바꿉니다."
    briefings.save_briefing(briefing, by=people.officer())
    assert len(made.mails()) == written
    briefing.starts_at, briefing.ends_at = made.STARTS + DAY, made.ENDS + DAY
    briefing.place_ko = "나루홀 2층"
    briefings.save_briefing(briefing, by=people.officer())
    assert (briefing.changes, BriefingSession.objects.get(pk=session.pk).starts_at) == (1, made.STARTS + DAY)
    outbox.handle(OutboxEvent.objects.get(topic=briefings.TELL).pk)
    told = Message.objects.filter(subject="일시와 장소가 바뀌었습니다: 칠레 시장 설명회")
    assert sorted(each.recipients for each in told) == sorted([[seated.email], [waiting.email]])
    assert "바뀌기 전: 2025. 6. 10.(화) 14:00 – 16:00, 나루홀 1층" in told[0].body
    assert "온라인" not in told[0].body
    assert "일정: 2025. 6. 11.(수) 14:00 – 16:00\n장소: 나루홀 2층" in told[0].body


def test_everybody_is_told_in_their_language_what_changed_and_nothing_else():
    """Each change alone; who waits has never seen the link of the room, and hears nothing of another one."""
    room, other = "https://room.example/1", "https://room.example/2"
    briefing, by = (
        made.published(capacity=2, place_en="Naru Hall, 1st floor", online_url=room),
        people.officer(),
    )
    with translation.override("en"):
        reader = made.guest(briefing, 1)
    korean, waiting = made.guest(briefing, 2), made.guest(briefing, 3)
    assert waiting.state == "waiting"

    def save() -> None:
        briefings.save_briefing(briefing, by=by)
        outbox.handle(OutboxEvent.objects.filter(topic=briefings.TELL).latest("created_at").pk)

    def last(to: Registration) -> Message:
        return Message.objects.filter(recipients=[to.email]).latest("created_at", "id")

    def told(to: Registration) -> str:
        return last(to).body

    briefing.place_ko, briefing.place_en = "나루홀 2층", "Naru Hall, 2nd floor"
    save()
    assert last(reader).subject == "New place: Briefing on Chile"
    assert "\nBefore: Naru Hall, 1st floor\n" in told(reader)
    assert "link of the online room" not in told(reader)
    briefing.online_url = other
    save()
    assert last(korean).subject == "온라인 회의실 주소가 바뀌었습니다: 칠레 시장 설명회"
    assert last(waiting).subject == "장소가 바뀌었습니다: 칠레 시장 설명회"
    assert ("바뀌기 전" in told(korean), "Before" in told(reader)) == (False, False)
    assert (other in told(korean), room in told(korean)) == (True, False)
    briefing.online_url = ""
    save()
    assert last(reader).subject == "Not held online any more: Briefing on Chile"
    assert last(waiting).subject == "온라인으로는 열지 않습니다: 칠레 시장 설명회"
    briefing.online_url = room
    save()
    assert last(reader).subject == "Now held online, too: Briefing on Chile"
    briefing.starts_at, briefing.online_url = briefing.starts_at - HOUR, other
    save()
    assert last(reader).subject == "New time: Briefing on Chile"
    assert "\nBefore: 10 June 2025 14:00 – 16:00 KST\n" in told(reader)
    assert ("link of the online room has changed" in told(reader), "Naru Hall, 1st" in told(reader)) == (
        True,
        False,
    )


def test_what_happened_since_the_form_was_read_stays(move_clock):
    """Published, reminded, asked how it was, recorded: none of it is lost to somebody who saves an older form."""
    by = people.officer()
    draft = made.draft(capacity=5)
    older = Briefing.objects.get(pk=draft.pk)
    published_at = briefings.publish(draft, by=by).published_at
    older.title_ko, older.capacity = "새 제목", 6
    briefings.save_briefing(older, by=by)
    assert (older.state, older.published_at) == ("published", published_at)
    made.guest(older, 1)
    move_clock(made.STARTS - HOUR * 5)
    assert briefing_rounds.remind() == 1
    older.title_ko = "더 새 제목"
    older.day_reminded_for = None
    briefings.save_briefing(older, by=by)
    assert briefing_rounds.remind() == 0
    moment = made.STARTS - HOUR
    Briefing.objects.update(
        survey_asked_at=moment, recording_url="https://video.example/1", recording_at=moment
    )
    briefings.save_briefing(older, by=by)
    row = Briefing.objects.get()
    assert (row.title_ko, row.capacity, row.state) == ("더 새 제목", 6, "published")
    assert (row.survey_asked_at, row.recording_url, row.recording_at) == (
        moment,
        "https://video.example/1",
        moment,
    )


def test_a_cancellation_is_told_with_its_reason_and_ends_everything(move_clock):
    briefing = made.published(capacity=1)
    for number in (1, 2):
        made.guest(briefing, number)
    written = len(made.mails())
    by = people.officer()
    assert refusal(briefings.cancel, briefing, reason=" ", by=by) == "reason_missing"
    briefings.cancel(briefing, reason="연사가 올 수 없습니다.", by=by)
    assert made.mails()[written:] == ["설명회가 취소되었습니다: 칠레 시장 설명회"] * 2
    assert refusal(briefings.cancel, briefing, reason="또", by=by) == "cancelled"
    assert refusal(made.asked, briefing, 3) == "not_open"
    assert refusal(briefings.save_briefing, briefing, by=by) == "cancelled"
    over = made.published()
    move_clock(made.ENDS)
    assert refusal(briefings.cancel, over, reason="늦음", by=by) == "over"
    over.capacity = 9
    assert refusal(briefings.save_briefing, over, by=by) == "over"


def test_the_recording_is_told_once_to_those_who_had_a_seat(move_clock):
    briefing = made.published(capacity=1)
    for number in (1, 2):
        made.guest(briefing, number)
    by, url = people.officer(), "https://video.example/1"
    assert refusal(briefings.show_recording, briefing, url, by=by) == "not_over"
    move_clock(made.ENDS)
    walked = attending.WalkIn(name="박걸음", email="walk@in.example", has_agreed=True)
    attending.enter(briefing, walked, key=uuid4(), by=by)
    written = len(made.mails())
    for _twice in range(2):
        briefings.show_recording(briefing, url, by=by)
    assert made.mails()[written:] == ["녹화 영상이 올라왔습니다: 칠레 시장 설명회"]
    assert made.mails("guest2@guest.example")[-1] == "대기자 명단에 올랐습니다: 칠레 시장 설명회"


def test_parts_are_the_agency_s_and_fit_the_briefing(move_clock):
    briefing, by = made.published(), people.officer()
    outside = BriefingSession(
        briefing=briefing, starts_at=made.STARTS, ends_at=made.ENDS + HOUR, title_ko="긴 세션"
    )
    assert refusal(briefings.save_part, outside, by=by) == "session_outside"
    chile = BriefingCountry(briefing=briefing, country=people.country("CL"))
    assert refusal(briefings.save_part, chile, by=people.officer("officer", "BNA")) == "not_your_agency"
    briefings.save_part(chile, by=by)
    for place in range(12):
        made.question(briefing, label_ko=f"질문 {place}")
    one_more = briefing.survey_questions.model(briefing=briefing, kind="scale", label_ko="더")
    assert refusal(briefings.save_part, one_more, by=by) == "too_many"
    move_clock(made.ENDS)
    assert refusal(briefings.drop_part, chile, by=by) == "over"
    briefings.drop_part(briefing.survey_questions.first(), by=by)


def test_which_companies_came_to_which_briefing_of_which_country(move_clock):
    """One company with two people at the first, two companies at the second, guests at neither; who only registered did
    not come."""
    chile = made.published(capacity=9)
    for code in ("US", "CL"):
        briefings.save_part(
            BriefingCountry(briefing=chile, country=people.country(code)), by=people.officer()
        )
    later = made.published("SBA", capacity=9, starts_at=made.STARTS + DAY, ends_at=made.ENDS + DAY)
    one, two = register.company(1), register.company(2)
    at_first = [*made.of_company(chile, one, count=2), made.guest(chile)]
    made.of_company(chile, two)
    at_second = [*made.of_company(later, one), *made.of_company(later, two)]
    move_clock(made.STARTS)
    made.came(chile, *at_first)
    move_clock(made.STARTS + DAY)
    made.came(later, *at_second)
    first = Came(one.pk, chile.pk, chile.program_id, chile.agency_id, ("CL", "US"), dt.date(2025, 6, 10), 2)
    second = [
        Came(each.pk, later.pk, later.program_id, later.agency_id, (), dt.date(2025, 6, 11), 1)
        for each in sorted((one, two), key=lambda each: each.pk)
    ]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert came() == [first, *second]
    assert len(asked) == 1
    assert came(country="CL") == [first]
    assert came(country="JP") == []
    assert came(program=chile.program) == [first, *second]
    assert came(program=programs.program("BNA-X-2025", "BNA")) == []
    assert came(period=(dt.date(2025, 6, 11), dt.date(2025, 6, 11))) == second
    assert came(period=(dt.date(2025, 6, 1), dt.date(2025, 6, 10))) == [first]


def test_what_waits_on_the_desk(move_clock):
    officer = people.officer()
    briefing = made.published(capacity=1)
    made.draft()
    assert on_desk(officer) == []
    for number in (1, 2):
        made.guest(briefing, number)
    (full,) = on_desk(officer)
    assert (full.briefing, full.is_full, full.is_tomorrow, full.lacks_survey) == (
        briefing,
        True,
        False,
        False,
    )
    move_clock(made.STARTS - DAY)
    (each,) = on_desk(officer)
    assert (each.is_full, each.is_tomorrow, each.lacks_survey) == (True, True, True)
    made.question(briefing)
    move_clock(made.STARTS)
    (each,) = on_desk(officer)
    assert (each.is_full, each.is_tomorrow, each.lacks_survey) == (False, True, False)
    move_clock(made.ENDS)
    assert on_desk(officer) == []
    assert on_desk(people.officer("officer", "BNA")) == []
