"""What an application says once its agreement has ended: what happened, not that the company withdrew."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from ground import clock
from programs.domain import agreement, declining, ending, selection
from programs.models import Application
from programs.queries.applications import applications_of, standing_of
from programs.queries.attachments import attachments_of, list_of
from programs.queries.case import baselines_of
from tests.factories import people, programs, register, staff
from tests.programs.staff.test_attachments import handed_in
from tests.programs.staff.test_ending import DAY, agreed, asked, payment, signed_in
from tests.programs.staff.test_lapsing import granted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_summer(move_clock, replay_topic):
    programs.currency("KRW")
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))


def ended_by_agency() -> Application:
    row = agreed()
    agreement.end(row, reason="허위 신청", by=people.officer())
    return row.application


def ended_as_agreed() -> Application:
    row = agreed()
    asked(row)
    ending.accept(row, by=people.officer())
    return row.application


def stepped_back() -> Application:
    row = agreed()
    ending.step_back(row.application, reason="전화로 포기", by=people.officer())
    return row.application


def declined() -> Application:
    _call, (first, *_rest) = staff.released(count=2)
    offered = agreement.offer(first, accept_by=DAY, by=people.officer())
    declining.decline(offered, by=register.member(first.company))
    return first


@pytest.mark.parametrize(
    ("made", "badge", "korean", "english"),
    [
        (ended_by_agency, "협약 종료", "기관이 협약을 종료했습니다. 마지막 참여일: 2025. 8. 1.(금).", "The agency ended the agreement."),
        (ended_as_agreed, "협약 종료", "기관과 합의한 대로 협약이 종료되었습니다.", "The agreement ended as agreed with the agency."),
        (stepped_back, "협약 종료", "기관과 합의한 대로 협약이 종료되었습니다.", "The agreement ended as agreed with the agency."),
        (declined, "협약 미체결", "제안된 협약이 체결되지 않고 끝났습니다.", "ended before it was accepted."),
    ],
)  # fmt: skip
def test_both_sides_read_how_the_agreement_ended(made, badge, korean, english):
    row = made()
    row.refresh_from_db()
    assert row.status == "withdrawn"
    company = signed_in(register.member(row.company))
    for address in ("/", reverse("application_list"), reverse("application_show", args=[row.pk])):
        page = company.get(address).content.decode()
        assert korean in page, address
        assert badge in page, address
        assert "철회한 신청" not in page
    with override("en"):
        assert english in standing_of(row, clock.now()).sentence
    desk = signed_in(people.officer())
    page = desk.get(reverse("admin:programs_application_change", args=[row.pk])).content.decode()
    assert korean in page
    assert badge in page
    workbench = reverse("admin:programs_call_screening", args=[row.call_id]) + f"?application={row.pk}"
    page = desk.get(workbench).content.decode()
    assert page.count(badge) >= 2, "in the list and beside the case"
    assert "철회 ·" not in page
    _head, told = baselines_of(row.call)
    assert badge in [each[3] for each in told if each[0] == row.receipt]


@pytest.mark.parametrize(
    ("made", "badge", "filtered"),
    [
        (ended_by_agency, "협약 종료", "ended"),
        (ended_as_agreed, "협약 종료", "ended"),
        (declined, "협약 미체결", "offer"),
    ],
)
def test_staff_list_and_find_them_by_that_word(made, badge, filtered):
    row = made()
    withdrawn = row.call.applications.exclude(pk=row.pk).get()
    selection.withdraw(withdrawn, reason="전화로 포기", by=people.officer())
    desk = signed_in(people.officer())
    address = reverse("admin:programs_application_changelist")
    found = {
        word: {(each.pk, str(each_word)) for each, each_word in listed(desk, f"{address}?status={word}")}
        for word in (*Application.Status.values, "ended", "offer")
    }
    assert {word: rows for word, rows in found.items() if rows} == {
        filtered: {(row.pk, badge)},
        "withdrawn": {(withdrawn.pk, "철회")},
    }
    (words,) = desk.get(address).context["cl"].filter_specs[:1]
    choices = [str(label) for _word, label in words.lookup_choices]
    assert "작성 중" not in choices
    assert choices[-3:] == ["철회", "협약 종료", "협약 미체결"]


def listed(desk: Client, address: str) -> list[tuple[Application, str]]:
    shown = desk.get(address).context["cl"]
    return [(each, shown.model_admin.status_word(each)) for each in shown.result_list]


@pytest.mark.parametrize(("language", "word"), [("ko", "협약 종료"), ("en", "agreement ended")])
def test_lists_of_files_and_of_criteria_say_it_too(language, word, django_assert_num_queries):
    row = ended_as_agreed()
    handed_in(row, "소개.pdf")
    reader, out = people.officer(), io.StringIO()
    with override(language):
        with django_assert_num_queries(3):
            head, (line,) = list_of(attachments_of(row.call, reader))
        call_command("screen", row.call.code, stdout=out)
    assert (head[3], line[3]) == ({"ko": "상태", "en": "Status"}[language], word)
    assert f"[{word}]" in out.getvalue()


def test_who_withdrew_reads_that_it_withdrew():
    _call, (first, *_rest) = staff.released(count=2)
    selection.withdraw(first, reason="전화로 포기", by=people.officer())
    with override("en"):
        (found,) = applications_of(register.member(first.company))
    assert (str(found.standing.status), found.standing.sentence) == (
        "withdrawn",
        "You withdrew this application.",
    )


def test_the_list_asks_nothing_more_for_each_that_ended(django_assert_num_queries):
    row = ended_by_agency()
    owner = register.member(row.company)
    with django_assert_num_queries(3):
        applications_of(owner)


def test_what_was_granted_and_lapsed_by_the_agency_s_own_ending_is_told_with_day_and_reason():
    """Of a delivery, too: nothing is paid after an end that was not agreed."""
    row = agreed()
    lost, only_asked = granted(row, "현지 통역"), payment(row, "운송")
    agreement.end(row, reason="허위 신청", by=people.officer())
    page = (
        signed_in(register.member(row.company))
        .get(reverse("participation_show", args=[row.pk]))
        .content.decode()
    )
    listed = page.split("<h2>승인되었으나 지급되지 않은 지원금</h2>")[1].split("</ul>")[0]
    for words in (
        "현지 통역",
        ">소멸</span>",
        "기관이 협약을 종료하여 소멸했습니다. 마지막 참여일: 2025. 8. 1.(금).",
    ):
        assert words in listed
    assert "지급이 아니었기" not in listed
    assert "운송" not in page
    desk = signed_in(people.officer())
    for each in (lost, only_asked):
        page = desk.get(reverse("admin:programs_payment_change", args=[each.pk])).content.decode()
        told = re.sub(r"<[^>]+>|\s+", " ", page.split("기관의 협약 종료로 소멸")[1].split("</dl>")[0])
        assert "2025. 8. 1.(금)" in told
        assert "허위 신청" in told
        assert "합의한 협약 종료로 소멸" not in page
