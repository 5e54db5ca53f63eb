"""An earlier call taken over whole: texts, questions, documents, criteria, score items; never its days or its decisions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from programs.domain import planning, publishing
from programs.models import Call, Criterion, Program, Question, RequiredDocument, ScoreItem
from tests.factories import intake as made
from tests.factories import people, programs, staff
from tests.factories.intake import refused

pytestmark = pytest.mark.django_db

DAYS: dict[str, Any] = {
    "opens_at": dt.datetime(2026, 5, 11, 9, tzinfo=made.SEOUL),
    "closes_at": dt.datetime(2026, 5, 29, 18, tzinfo=made.SEOUL),
    "agreement_on": dt.date(2026, 6, 24),
}
PARTS = (Question, RequiredDocument, Criterion, ScoreItem)


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


@pytest.fixture
def earlier() -> Call:
    """Released, moved, with every kind of part, two of them in the same place."""
    call = staff.released(
        notice_en="Notice", contact_en="Team", minimum_points="71.5", quota=7, reserve_count=3, answer_days=20
    )[0]
    staff.form(call)
    made.question(
        call,
        "kind",
        "one",
        choices=[{"code": "a", "ko": "가"}],
        hint_ko="하나",
        is_required=False,
        max_length=9,
    )
    made.document(call, "sme", stage="selected", has_validity=True, certificate_kind="SME_CERT")
    Call.objects.filter(pk=call.pk).update(
        questions_until=call.closes_at,
        first_closes_at=call.closes_at - dt.timedelta(days=1),
        closing_reason="점검",
    )
    call.criterions.filter(code="ban").update(version=4, source="공고 5항")
    return Call.objects.get(pk=call.pk)


@pytest.fixture
def next_year() -> Program:
    return programs.program("SBA-MELI-CL-2026", starts_on=dt.date(2026, 5, 1), ends_on=dt.date(2026, 12, 31))


def copied(call: Call, program: Program, code: str = "SBA-MELI-CL-2026-1", **fields: Any) -> Call:
    return planning.take_over(
        call, program=program, code=code, by=fields.pop("by", people.officer()), **{**DAYS, **fields}
    )


def rows(kind: Any, call: Call) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in row.items() if key not in {"id", "created_at", "call_id", "version"}}
        for row in kind.objects.filter(call=call).values()
    ]


def test_everything_but_the_days_and_what_was_decided_is_taken_over(earlier, next_year):
    call = Call.objects.get(pk=copied(earlier, next_year).pk)
    for name in publishing.NOTICE:
        if name not in {"code", "notice_number", *planning.DAYS}:
            assert getattr(call, name) == getattr(earlier, name), name
    assert (call.program, call.agency, call.code, call.notice_number) == (
        next_year, next_year.agency, "SBA-MELI-CL-2026-1", "SBA-MELI-CL-2026-1",
    )  # fmt: skip
    assert {name: getattr(call, name) for name in DAYS} == DAYS
    assert [call.questions_until, call.first_closes_at, call.closing_reason] == [None, None, ""]
    assert [call.published_at, call.published_by, call.decided_at, call.released_at] == [None] * 4
    for kind in PARTS:
        assert rows(kind, call) == rows(kind, earlier) != []
        assert kind.objects.filter(call=earlier).values("id").intersection(
            kind.objects.filter(call=call).values("id")
        ).count() == 0  # fmt: skip
    assert set(call.criterions.values_list("version", flat=True)) == {1}
    assert not call.applications.exists()
    assert not call.evaluators.exists()


def test_the_copy_can_be_changed_and_published_and_the_earlier_call_stays(earlier, next_year, move_clock):
    before = publishing.facts(earlier)
    call = copied(earlier, next_year, notice_number="2026-17")
    question = call.questions.get(code="plan")
    question.label_ko = "새 질문"
    planning.save_call_part(question, by=people.officer())
    publishing.publish(call, by=people.officer())
    assert call.notice_number == "2026-17"
    assert publishing.facts(Call.objects.get(pk=earlier.pk)) == before


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("code_prefix", {"code": "SBA-OTHER-1"}),
        ("code_shape", {"code": "SBA-MELI-CL-2026-가"}),
        ("code_shape", {"code": f"SBA-MELI-CL-2026-{'1' * 40}"}),
        ("closes_before", {"closes_at": DAYS["opens_at"]}),
        ("agreement_before", {"agreement_on": dt.date(2026, 5, 28)}),
    ],
)
def test_what_is_refused_leaves_nothing(earlier, next_year, code, fields):
    with refused(code):
        copied(earlier, next_year, **fields)
    assert Call.objects.count() == 1


def test_a_taken_code_and_a_closed_program_are_refused(earlier, next_year):
    copied(earlier, next_year)
    with refused("code_taken"):
        copied(earlier, next_year)
    Program.objects.filter(pk=next_year.pk).update(state="closed")
    with refused("program_closed"):
        copied(earlier, next_year, code="SBA-MELI-CL-2026-2")
    assert Call.objects.count() == 2


def test_only_who_writes_for_both_agencies(earlier, next_year):
    foreign = programs.program("BBA-1", "BBA")
    for by, program, code in (
        (people.officer("auditor"), next_year, "SBA-MELI-CL-2026-1"),
        (people.officer("manager", "BBA"), foreign, "BBA-1-1"),
        (people.officer(), foreign, "BBA-1-1"),
    ):
        with refused("not_your_agency"):
            copied(earlier, program, code, by=by)
    assert Call.objects.count() == 1


def test_the_number_of_questions_does_not_grow_with_the_parts(earlier, next_year):
    def asked(code: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            copied(earlier, next_year, code)
        return len(queries)

    few = asked("SBA-MELI-CL-2026-1")
    for serial in range(5):
        made.question(earlier, f"more-{serial}")
    assert asked("SBA-MELI-CL-2026-2") == few


TYPED = {
    "code": "SBA-MELI-CL-2026-1", "opens_on": "2026-05-11", "opens_time": "09:00", "closes_on": "2026-05-29",
    "closes_time": "18:00", "agreement_on": "2026-06-24",
}  # fmt: skip


def test_it_is_done_on_the_staff_s_page(earlier, next_year):
    foreign = programs.program("BBA-1", "BBA")
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(people.officer())
    address = f"/staff/programs/call/{earlier.pk}/"
    (doing,) = [
        each for each in client.get(f"{address}change/").context["doings"] if each["name"] == "take_over"
    ]
    assert next_year in doing["form"].fields["program"].queryset
    assert foreign not in doing["form"].fields["program"].queryset
    answer = client.post(f"{address}take_over/", {**TYPED, "program": str(next_year.pk)}, follow=True)
    call = Call.objects.get(code="SBA-MELI-CL-2026-1")
    assert {name: getattr(call, name) for name in DAYS} == DAYS
    assert f'<a href="/staff/programs/call/{call.pk}/change/">{call.code}</a>' in answer.content.decode()
    again = client.post(f"{address}take_over/", {**TYPED, "program": str(next_year.pk)})
    assert again.status_code == 409
    assert "code" in again.context["form"].errors
    assert client.post(f"{address}take_over/", {"program": str(foreign.pk)}).status_code == 400
    client.force_login(people.officer("auditor"))
    assert client.post(f"{address}take_over/", {**TYPED, "program": str(next_year.pk)}).status_code == 404
