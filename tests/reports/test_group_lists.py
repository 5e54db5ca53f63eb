"""The lines behind a product group's figure of a written report, for staff: asked for on its page, written by the worker, once."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.urls import reverse

from ground import files, outbox, sheets
from ground.errors import RuleBroken
from ground.models import OutboxEvent
from reports.domain import group_lists
from reports.domain.verifying import groups
from reports.models import GroupList, ReportRun
from tests.factories import people
from tests.reports.test_groups_found_again import _later, written
from tests.reports.test_product_groups import program, shop, sold

__all__ = ["_later", "program", "shop", "sold"]

pytestmark = pytest.mark.django_db
COSMETICS = "09"


@pytest.fixture
def run(program, sold):
    return written(program)


def worked() -> None:
    for event in OutboxEvent.objects.filter(topic=group_lists.ASKED):
        outbox.handle(event.pk)


def read(file) -> list[dict[str, str]]:
    _head, *rows = csv.reader(io.StringIO(files.open_bytes(file).read().decode("utf-8-sig")))
    return [dict(zip(groups.COLUMNS, row, strict=True)) for row in rows]


def said(answer) -> list[str]:
    return [str(each) for each in get_messages(answer.wsgi_request)]


def test_a_list_is_written_once_and_adds_up_to_the_figure(run, tmp_path):
    by = people.officer()
    asked = group_lists.ask_for(run, COSMETICS, "CLP", by=by)
    assert group_lists.ask_for(run, COSMETICS, "CLP", by=people.officer("auditor")).pk == asked.pk
    assert OutboxEvent.objects.filter(topic=group_lists.ASKED).count() == 1
    worked()
    made = GroupList.objects.get()
    (figure,) = [each for each in group_lists.figures_of(run) if each.product_group == COSMETICS]
    assert (made.rows, made.krw_amount, made.net_krw_amount) == (2, 30_000, 28_000)
    assert (figure.krw_amount, figure.net_krw_amount) == (made.krw_amount, made.net_krw_amount)
    rows = read(made.file)
    assert [(row["sku"], row["krw"], row["file"]) for row in rows] == [
        ("A", "20000", "ventas.xlsx"),
        ("A", "10000", "ventas.xlsx"),
    ]
    out = tmp_path / "lines.csv"
    call_command(
        "group_lines", str(run.pk), "--group", COSMETICS, "--currency", "CLP", "--out", str(out), verbosity=0
    )
    kept, by_command = files.open_bytes(made.file).read(), out.read_bytes()
    assert kept.splitlines()[1:] == by_command.splitlines()[1:]
    assert by_command.decode("utf-8-sig").splitlines()[0] == ",".join(groups.COLUMNS)
    before = (made.file_id, made.sheet_id, made.made_at)
    group_lists.write(made)
    made.refresh_from_db()
    assert (made.file_id, made.sheet_id, made.made_at) == before


def test_of_many_lines_there_is_no_workbook(run, monkeypatch):
    monkeypatch.setattr(group_lists, "MOST_IN_SHEET", 1)
    group_lists.ask_for(run, COSMETICS, "CLP", by=people.officer())
    worked()
    made = GroupList.objects.get()
    assert (made.rows, made.sheet, len(read(made.file))) == (2, None, 2)


def test_refusals(run):
    officer = people.officer()
    with pytest.raises(RuleBroken, match="figure_missing"):
        group_lists.ask_for(run, "07", "CLP", by=officer)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        group_lists.ask_for(run, COSMETICS, "CLP", by=people.officer(agency_code="GBA"))
    ReportRun.objects.filter(pk=run.pk).update(marks={})
    with pytest.raises(RuleBroken, match="groups_not_kept"):
        group_lists.ask_for(ReportRun.objects.get(pk=run.pk), COSMETICS, "CLP", by=officer)
    assert not GroupList.objects.exists()


def test_the_page_of_a_report_asks_and_shows_and_nobody_else_reads_the_files(client, run):
    page = reverse("admin:reports_reportrun_change", args=[run.pk])
    verb = reverse("admin:reports_reportrun_group_list", args=[run.pk])
    client.force_login(people.officer("auditor"))
    english = {"accept-language": "en"}
    first = client.get(page, headers=english).content.decode()
    assert f'action="{verb}"' in first
    assert "Cosmetics" in first
    assert client.post(verb, {"figure": "07|CLP"}, headers=english).status_code == 400
    for _twice in range(2):
        answer = client.post(verb, {"figure": f"{COSMETICS}|CLP"}, headers=english)
        assert (answer.status_code, answer["location"]) == (302, page)
        assert said(answer)[-1:] == ["The list is being written and appears on this page."]
    assert "being written" in client.get(page, headers=english).content.decode()
    worked()
    shown = client.get(page, headers=english)
    assert shown.context["group_lists"][0]["krw"] == "30,000"
    answer = client.post(verb, {"figure": f"{COSMETICS}|CLP"}, headers=english)
    assert said(answer)[-1] == "The list is on this page already."
    made = GroupList.objects.get()
    addresses = [reverse("file_download", args=[file.pk]) for file in (made.file, made.sheet)]
    assert all(address in shown.content.decode() for address in addresses)
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    for other in (
        people.officer(agency_code="GBA"),
        people.organization_member("supervising"),
        people.user(),
    ):
        client.force_login(other)
        assert [client.get(address).status_code for address in addresses] == [404, 404]
        assert client.post(verb, {"figure": f"{COSMETICS}|CLP"}).status_code in {302, 404}
    assert GroupList.objects.count() == 1


def test_headings_are_korean_and_english_whoever_asked_first(run):
    by = people.officer()
    type(by).objects.filter(pk=by.pk).update(language="en")
    by.refresh_from_db()
    group_lists.ask_for(run, COSMETICS, "CLP", by=by)
    worked()
    made = GroupList.objects.get()
    with files.open_bytes(made.sheet) as source:
        rows = list(sheets.first_sheet(source.read(), rows=10, columns=30, has_formulas=False))
    head = next(csv.reader(io.StringIO(files.open_bytes(made.file).read().decode("utf-8-sig"))))
    assert rows[0] == head
    assert [head[place] for place in (1, 2, 7, 8)] == [
        "사업자등록번호 / Business number",
        "주문 / Order",
        "판매일 / Day of the sale",
        "SKU",
    ]
    assert len(set(head)) == len(groups.COLUMNS)
    assert sum(Decimal(str(row[13])) for row in rows[1:]) == 30_000
