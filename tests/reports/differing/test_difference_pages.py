"""The pages: measures side by side, the queue, the lines, the company's answer, months."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ground.models import OutboxEvent
from reports.domain import cohorts as keeping
from reports.domain.differing import finding
from reports.models import Difference, DifferenceQuestion, Tolerance
from reports.queries import cohorts
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago
from tests.reports.differing.test_finding import AUGUST, declared, program, shop  # noqa: F401

pytestmark = pytest.mark.django_db


def page(client, who, name, *args, query="", status=200, **more) -> str:
    client.force_login(who)
    answer = client.get(reverse(name, args=args) + query, **more)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def found(tmp_path, program, shop):  # noqa: F811
    """Orders of company 1 in August: 1,473,684 won; declared 1,000,000 won, which are pesos."""
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000_000))]), program, shop)
    declared(1, 1_000_000)
    finding.find(program)
    return Difference.objects.get()


def test_measures_stand_side_by_side_with_their_way(client, found):
    shown = page(client, people.officer(), "admin:reports_compared")
    for text in ("1,000,000", "1,473,684", "-473,684", "-32.1%", "허용오차 초과"):
        assert text in shown
    assert reverse("admin:reports_difference_change", args=[found.pk]) in shown
    assert "통관 실적이 없습니다" in page(
        client, people.officer(), "admin:reports_compared", query="?comparison=customs"
    )
    assert "지급 파일이 없습니다" in page(
        client, people.officer(), "admin:reports_compared", query="?comparison=payouts"
    )
    assert "한강식품1" not in page(
        client, people.officer(), "admin:reports_compared", query="?verdict=within"
    )
    assert found.program.code not in page(
        client, people.officer("manager", "KOTRA"), "admin:reports_compared"
    )


def test_the_lines_lead_to_the_rows_of_the_files(client, found):
    where = (found.participation_id, "declared", "2025-08")
    shown = page(client, people.officer(), "admin:programs_participation_lines", *where)
    assert "1,473,684" in shown
    assert "ventas.xlsx, 7행" in shown
    stranger = people.officer("manager", "KOTRA")
    page(client, stranger, "admin:programs_participation_lines", *where, status=404)
    for wrong in (("declared", "all"), ("declared", "2025-13"), ("weather", "2025-08")):
        other = (found.participation_id, *wrong)
        page(client, people.officer(), "admin:programs_participation_lines", *other, status=404)


def test_payouts_lead_to_both_files(client, tmp_path, found, shop):  # noqa: F811
    moved = [movement(1, "400000", order=1, at=santiago(8, 20))]
    made.imported(made.release(tmp_path, moved), found.program, shop)
    where = (found.participation_id, "payouts", "all")
    shown = page(client, people.officer(), "admin:programs_participation_lines", *where)
    for text in ("1,473,684", "589,474", "ventas.xlsx", "release.csv"):  # 400,000 x 1,400 / 950
        assert text in shown


def test_the_table_as_a_file(client, found):
    client.force_login(people.officer())
    url = reverse("admin:reports_compared")
    answer = client.get(url, {"format": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[4:8] == ["1000000", "1473684", "-473684", "-32.1"]
    assert client.get(url, {"format": "xlsx"}).content[:2] == b"PK"


@pytest.mark.parametrize("is_kept", [False, True])
def test_there_is_no_file_while_sums_of_payouts_are_missing_or_older(
    client,
    tmp_path,
    found,
    shop,  # noqa: F811
    monkeypatch,
    is_kept,
):
    client.force_login(people.officer())
    url = reverse("admin:reports_compared")
    if is_kept:
        keeping.renew()
    moved = [movement(1, "1000000", order=1, at=santiago(8, 20))]
    made.imported(made.release(tmp_path, moved), found.program, shop)
    monkeypatch.setattr(cohorts, "LIVE_LINES", 1)
    for form in ("csv", "xlsx"):
        answer = client.get(url, {"format": form})
        assert answer.status_code == 409
        assert "표가 모두 갖추어져야 파일을 받을 수 있습니다" in answer.content.decode()
    keeping.renew()
    assert client.get(url, {"format": "csv"}).status_code == 200


def test_staff_decide_or_ask_on_the_record(client, found):
    owner = register.member(register.company(1))
    shown = page(client, people.officer(), "admin:reports_difference_change", found.pk)
    assert "통화 착오" in shown
    assert "100%" in shown
    ask = reverse("admin:reports_difference_ask", args=[found.pk])
    assert client.post(ask, {"text": "왜?", "due_on": "2025-10-12"}).status_code == 409
    assert client.post(ask, {"text": "왜?", "due_on": "2025-10-20"}).status_code == 302
    question = DifferenceQuestion.objects.get()
    assert str(question.pk) in page(client, owner, "sales_list")
    shown = page(client, owner, "difference_answer", question.pk, headers={"accept-language": "en"})
    assert "왜?" in shown
    answer = reverse("difference_answer", args=[question.pk])
    assert client.post(answer, {"text": ""}).status_code == 400
    assert client.post(answer, {"text": "페소였습니다."}).status_code == 302
    assert client.post(answer, {"text": "다른 답"}).status_code == 409
    assert "페소였습니다." in page(client, people.officer(), "admin:reports_difference_change", found.pk)
    decide = reverse("admin:reports_difference_decide", args=[found.pk])
    sent = {"cause": "currency", "outcome": "company", "reason": "기업이 정정"}
    for _click in range(2):
        assert client.post(decide, sent).status_code == 302
    assert found.decisions.count() == 1
    assert client.post(decide, sent | {"reason": "또"}).status_code == 409


def test_strangers_see_and_do_nothing(client, found):
    register.member(register.company(1))
    client.force_login(people.officer())
    client.post(
        reverse("admin:reports_difference_ask", args=[found.pk]), {"text": "왜?", "due_on": "2025-10-20"}
    )
    question = DifferenceQuestion.objects.get()
    other = register.member(register.company(2))
    page(client, other, "difference_answer", question.pk, status=404)
    assert client.post(reverse("difference_answer", args=[question.pk]), {"text": "답"}).status_code == 404
    assert str(question.pk) not in page(client, other, "sales_list")
    stranger = people.officer("manager", "KOTRA")
    client.force_login(stranger)
    sent = {"cause": "currency", "outcome": "company", "reason": "r"}
    assert client.post(reverse("admin:reports_difference_decide", args=[found.pk]), sent).status_code == 404
    assert client.post(reverse("admin:reports_compared"), {"program": found.program.code}).status_code == 404
    sent = {
        "program": str(found.program.pk),
        "comparison": "declared",
        "percent": "9",
        "krw_amount": "0",
        "reason": "r",
    }
    assert client.post(reverse("admin:reports_tolerance_add"), sent).status_code == 400
    assert not Tolerance.objects.exists()
    reader = register.member(register.company(1), "reader")
    assert "<textarea" not in page(client, reader, "difference_answer", question.pk)
    assert client.post(reverse("difference_answer", args=[question.pk]), {"text": "답"}).status_code in {
        403,
        404,
    }


def test_the_tolerance_is_set_and_the_program_compared_anew(client, found):
    client.force_login(people.officer())
    add = reverse("admin:reports_tolerance_add")
    sent = {
        "program": str(found.program.pk),
        "comparison": "declared",
        "percent": "40",
        "krw_amount": "0",
        "reason": "평균 환율",
    }
    assert client.post(add, sent).status_code == 302
    assert OutboxEvent.objects.filter(topic=finding.FIND).count() == 1
    finding.find(found.program)
    found.refresh_from_db()
    assert found.state == "gone"
    shown = page(client, people.officer(), "admin:reports_compared")
    assert "평균 환율" in shown
    assert "허용오차 이내" in shown


def test_the_months_page_counts_them_without_a_block(client, found):
    shown = page(client, people.officer(), "admin:reports_months")
    assert "처리할 차이: 1건" in shown
    page(client, people.officer(), "admin:reports_unanswered")


def test_the_queue_on_demand(client, found):
    client.force_login(people.officer())
    answer = client.post(reverse("admin:reports_compared"), {"program": found.program.code})
    assert answer.status_code == 302
    assert OutboxEvent.objects.get(topic=finding.FIND).payload == {"program": str(found.program.pk)}
    assert AUGUST == found.month == dt.date(2025, 8, 1)


@pytest.mark.parametrize("name", ["admin:reports_compared", "admin:reports_difference_changelist"])
def test_more_companies_ask_no_more_questions(client, tmp_path, program, shop, name):  # noqa: F811
    client.force_login(people.officer())
    counts = []
    for serial in (1, 2, 3):
        sku = "ABC"[serial - 1]
        part = programs.participation(register.company(serial), program)
        if serial == 3:
            programs.assignment(shop, part, sku=sku)
        path = made.ventas(tmp_path, [order(serial, item(sku, price=1_000_000))], f"{serial}.xlsx")
        made.imported(path, program, shop)
        declared(serial, serial)
        finding.find(program)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as asked:
            assert f"한강식품{serial}" in client.get(reverse(name)).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_tables_of_measures_have_a_label_in_each_cell_for_narrow_screens(client, found):
    """Below 768 px rows stack: each cell but the row's name says what it is, and all keep their roles."""
    where = (found.participation_id, "declared", "2025-08")
    pages = (
        page(client, people.officer(), "admin:reports_compared"),
        page(client, people.officer(), "admin:programs_participation_lines", *where),
    )
    for shown in pages:
        (table,) = re.findall(
            r'<table class="data responsive named-heads" role="table">(.*?)</table>', shown, re.DOTALL
        )
        cells = re.findall(r"<td\b[^>]*>", table)
        assert cells
        assert all('role="cell"' in cell and re.search(r'data-label="[^"]+"', cell) for cell in cells)
        assert table.count("<th ") == table.count('role="columnheader"') + table.count('role="rowheader"')
