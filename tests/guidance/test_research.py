"""Research: a body answers its own tasks and sees nothing else; what the agency accepts is evidence with its source kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ground import clock, files, quarantine
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Message, StoredFile
from guidance.domain import researching, stating
from guidance.models import Finding, FindingFile, ResearchTask
from guidance.queries.coverage import METHODS, coverage
from programs.domain import planning
from programs.models import ProgramPartner
from tests.factories import guidance, passing, people, programs

pytestmark = pytest.mark.django_db
CODE = "SBA-STRATEGY-2015"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
OTHER = "다른조사원"


def paper(name: str = "조사.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def prepare(folder: Path) -> dict[str, Any]:
    program = programs.program(CODE)
    task = guidance.task(program)
    other = guidance.task(program, OTHER, pillar="payment")
    theirs = guidance.finding(other, upload=paper(), text="남의 조사 결과")
    return {
        "program": program,
        "task": task,
        "other": other,
        "theirs": theirs,
        "body": guidance.researcher(),
        "other_body": guidance.researcher(OTHER),
        "by": people.officer(),
        "stranger": people.officer(agency_code="BNA"),
    }


@pytest.fixture
def made(prepared) -> dict[str, Any]:
    return prepared.made


def client_of(user: Any, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(user)
    return client


def refusal(act: Any, *arguments: Any, **fields: Any) -> str:
    with pytest.raises(RuleBroken) as broken:
        act(*arguments, **fields)
    return broken.value.code


def subjects() -> list[tuple[str, str]]:
    return [(each.recipients[0], each.subject) for each in Message.objects.order_by("pk")]


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "text": "전자지갑이 많이 쓰임", "source": "지어낸 면담 12건", "source_url": "", "as_of_on": "2015-04-20", "confidence": "medium",
        **fields,
    }  # fmt: skip


def test_a_task_from_the_question_to_the_statement(prepared, made):
    """By the pages: findings with a file, handing in, back with a reason, in again, accepted, a draft with its source."""
    task, client, staff = made["task"], client_of(made["body"]), client_of(made["by"])
    Message.objects.all().delete()
    page = reverse("research_show", args=[task.pk])
    empty = client.post(page, typed(source=" "))
    assert (empty.status_code, "전자지갑이 많이 쓰임" in empty.content.decode()) == (400, True)
    assert client.post(reverse("research_hand_in", args=[task.pk])).status_code == 409
    assert client.post(page, typed()).status_code == 302
    assert client.post(page, typed()).status_code == 302
    finding = task.findings.get()
    change = reverse("research_finding", args=[task.pk, finding.pk])
    assert client.post(change, typed(text="전자지갑이 널리 쓰임", upload=paper())).status_code == 302
    file = finding.files.get()
    admin_page = reverse("admin:guidance_researchtask_change", args=[task.pk])
    assert "널리 쓰임" not in staff.get(admin_page).content.decode()
    assert staff.get(reverse("file_download", args=[file.file_id])).status_code == 404
    assert client.post(reverse("research_hand_in", args=[task.pk])).status_code == 302
    assert subjects() == [("officer@sba.example", "시장조사원 제출: VN · 제품 · 문헌조사")]
    assert client.post(page, typed(text="늦은 것")).status_code == 409
    assert client.post(change, typed(text="바꿈")).status_code == 409
    shown = staff.get(admin_page).content.decode()
    assert "전자지갑이 널리 쓰임" in shown
    accept = reverse("admin:guidance_researchtask_accept", args=[task.pk])
    assert staff.post(accept).status_code == 409  # the file has not passed its check
    back = reverse("admin:guidance_researchtask_send_back", args=[task.pk])
    due_on = clock.today() + dt.timedelta(days=9)
    assert staff.post(back, {"reason": "", "due_on": due_on}).status_code == 400
    assert staff.post(back, {"reason": "표본을 적어 주십시오", "due_on": due_on}).status_code == 302
    assert "표본을 적어 주십시오" in client.get(page).content.decode()
    passing.all_pass()
    client.post(reverse("research_hand_in", args=[task.pk]))
    assert staff.post(accept).status_code == 302
    assert staff.get(reverse("file_download", args=[file.file_id])).status_code == 200
    over = reverse("admin:guidance_researchtask_take_over", args=[task.pk])
    answer = staff.post(
        over, {"finding": finding.pk, "text_ko": "전자지갑으로 받으십시오.", "review_on": "2016-05-01"}
    )
    twice = staff.post(over, {"finding": finding.pk, "text_ko": "두 번", "review_on": "2016-05-01"})
    draft = finding.versions.get()
    assert twice["Location"] == answer["Location"]
    assert answer["Location"] == reverse("admin:guidance_statementversion_change", args=[draft.pk])
    assert (
        draft.text_ko, draft.evidence_ko, draft.source, draft.as_of_on, draft.confidence, str(draft.responsible_body),
        draft.statement.country_id, draft.statement.pillar, draft.state,
    ) == (
        "전자지갑으로 받으십시오.", "전자지갑이 널리 쓰임", "지어낸 면담 12건", dt.date(2015, 4, 20), "medium", "시장조사원", "VN", "product",
        "draft",
    )  # fmt: skip
    assert [subject for _to, subject in subjects()[1:]] == [
        "조사 결과 보완 요청: VN · 제품 · 문헌조사",
        "시장조사원 제출: VN · 제품 · 문헌조사",
        "조사 결과 승인: VN · 제품 · 문헌조사",
    ]
    assert "Statement from it (draft)" in staff.get(admin_page).content.decode()


def test_a_body_reaches_nothing_of_another_s_by_any_route(prepared, made):
    """List, task, finding, file, hand in, staff site and search: as if it did not exist; own keys open nothing of theirs."""
    passing.all_pass()
    task, other, theirs = made["task"], made["other"], made["theirs"]
    file = theirs.files.get()
    client, owner = client_of(made["body"]), client_of(made["other_body"])
    own = guidance.finding(task)
    routes = [
        ("get", "research_show", [other.pk]), ("post", "research_show", [other.pk]), ("post", "research_hand_in", [other.pk]),
        ("get", "research_finding", [other.pk, theirs.pk]), ("post", "research_finding", [other.pk, theirs.pk]),
        ("get", "research_finding", [task.pk, theirs.pk]), ("post", "research_finding", [task.pk, theirs.pk]),
        ("get", "research_finding", [other.pk, own.pk]),
        ("post", "research_finding_drop", [other.pk, theirs.pk]), ("post", "research_finding_drop", [task.pk, theirs.pk]),
        ("post", "research_file_drop", [other.pk, file.pk]), ("post", "research_file_drop", [task.pk, file.pk]),
        ("get", "file_download", [file.file_id]),
        ("get", "admin:guidance_researchtask_change", [other.pk]), ("get", "admin:guidance_researchtask_history", [other.pk]),
        ("get", "admin:guidance_researchtask_changelist", []), ("get", "admin:guidance_researchtask_coverage", []),
        ("get", "admin:guidance_statementversion_changelist", []), ("get", "admin:search", []),
        ("get", "admin:index", []),
    ]  # fmt: skip
    assert {
        (method, route, getattr(client, method)(reverse(route, args=keys), typed()).status_code)
        for method, route, keys in routes
    } == {(method, route, 404) for method, route, _keys in routes}
    page = client.get(reverse("research_list")).content.decode()
    assert (str(task.pk) in page, str(other.pk) in page) == (True, False)
    assert (theirs.files.get().removed_at, Finding.objects.get(pk=theirs.pk).text) == (None, "남의 조사 결과")
    assert owner.get(reverse("research_show", args=[other.pk])).status_code == 200
    assert owner.get(reverse("file_download", args=[file.file_id])).status_code == 200
    by = made["body"]
    for act, row in (
        (researching.save_finding, theirs), (researching.drop_finding, theirs), (researching.drop_file, file),
        (researching.hand_in, other),
    ):  # fmt: skip
        assert refusal(act, row, by=by) == "not_your_body"
    assert [
        model.objects.visible_to(by).count() for model in (ResearchTask, Finding)
    ] == [1, 1]  # fmt: skip
    made["body"].organization_members.update(ended_at=clock.now())
    assert client.get(reverse("research_show", args=[task.pk])).status_code == 404
    assert ResearchTask.objects.visible_to(by).count() == 0


def test_another_agency_sees_no_task(prepared, made):
    task, stranger = made["task"], made["stranger"]
    client = client_of(stranger)
    for name in ("change", "history"):
        route = reverse(f"admin:guidance_researchtask_{name}", args=[task.pk])
        assert client.get(route).status_code == 404
    for act, fields in (
        (researching.accept, {}), (researching.cancel, {"reason": "필요 없음"}), (researching.change, {}),
        (researching.send_back, {"reason": "보완", "due_on": clock.today()}),
    ):  # fmt: skip
        assert refusal(act, task, **fields, by=stranger) == "not_your_agency"
    assert [
        row for row in coverage(made["program"], stranger) if any(c.parts["desk"].asked for c in row.cells)
    ] == []
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        ResearchTask.objects.filter(pk=task.pk).update(agency=people.agency("BNA"))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_is_refused(prepared, made):
    task, by, body = made["task"], made["by"], made["body"]
    program = made["program"]
    unnamed = people.organization("research", "모르는조사원")
    fields = {"method": "desk", "country": people.country("VN"), "pillar": "product", "question_ko": "무엇?", "due_on": clock.today()}  # fmt: skip
    new = ResearchTask(program=program, organization=unnamed, **fields)
    assert refusal(researching.ask, new, by=by) == "other_body"
    new.organization = task.organization
    new.question_ko = " "
    assert refusal(researching.ask, new, by=by) == "question_missing"
    new.question_ko, new.due_on = "무엇?", clock.today() - dt.timedelta(days=1)
    assert refusal(researching.ask, new, by=by) == "due_passed"
    assert refusal(researching.hand_in, task, by=body) == "nothing_found"
    assert refusal(researching.accept, task, by=by) == "not_handed_in"
    finding = guidance.finding(task, upload=paper())
    assert (
        refusal(stating.from_finding, finding, text_ko="말", review_on=dt.date(2016, 1, 1), by=by)
        == "not_accepted"
    )
    assert refusal(researching.drop_finding, finding, by=body) == "in_use"
    quarantine.settle(finding.files.get().file, "encrypted")
    assert refusal(researching.hand_in, task, by=body) == "file_refused"
    researching.drop_file(finding.files.get(), by=body)
    researching.hand_in(task, by=body)
    assert refusal(researching.cancel, task, reason=" ", by=by) == "reason_missing"
    assert researching.cancel(task, reason="사업이 바뀜", by=by).state == "cancelled"
    assert refusal(researching.cancel, task, reason="또", by=by) == "settled"


def test_reminders_before_and_after_the_day(prepared, made, move_clock):
    """Seven days and one day before, then one, seven, fourteen … after; each once, and never of what is handed in."""
    ResearchTask.objects.exclude(pk=made["task"].pk).update(state="cancelled", reason="필요 없음")
    given = clock.today()
    due = made["task"].due_on
    assert due == given + dt.timedelta(days=30)
    reminded = []
    for day in range(30 + 36):
        if day == 40:
            continue  # nothing ran on this day
        move_clock(dt.datetime.combine(given + dt.timedelta(days=day), dt.time(9), SEOUL))
        Message.objects.all().delete()
        if researching.remind():
            reminded.append((day - 30, Message.objects.get().subject))
        assert researching.remind() == 0
    late = "기한이 지난 조사 결과 제출: VN · 제품 · 문헌조사"
    assert [day for day, _subject in reminded] == [-7, -1, 1, 7, 14, 21, 28]
    assert [subject for _day, subject in reminded[2:]] == [late] * 5
    move_clock(dt.datetime.combine(given, dt.time(9), SEOUL))
    second = guidance.task(made["program"], pillar="rules", due_on=given + dt.timedelta(days=3))
    move_clock(dt.datetime.combine(given + dt.timedelta(days=1), dt.time(9), SEOUL))
    assert researching.day_to_remind(second, clock.today()) is None
    move_clock(dt.datetime.combine(given + dt.timedelta(days=5), dt.time(9), SEOUL))
    guidance.finding(second)
    researching.hand_in(second, by=made["body"])
    assert researching.remind() == 0


def test_the_table_says_what_is_known_how_old_and_what_is_missing(prepared, made):
    program, by = made["program"], made["by"]
    today = dt.date(2015, 6, 15)
    guidance.accepted(program, as_of_on=dt.date(2015, 1, 20), question_ko="또 무엇이 팔립니까?")
    guidance.accepted(program, as_of_on=dt.date(2014, 12, 1), question_ko="무엇이 안 팔립니까?")
    guidance.accepted(program, OTHER, method="field", country=people.country("JP"))
    guidance.published(program, review_on=dt.date(2015, 12, 1))
    with CaptureQueriesContext(connection) as asked:
        table = coverage(program, by)
    assert len(asked) == 8  # three of them ask for the reader's agencies and bodies
    said = {
        (row.country.pk, cell.pillar, method): (part.findings, part.months_old(today), part.asked)
        for row in table for cell in row.cells for method, part in cell.parts.items()
        if part.findings or part.asked
    }  # fmt: skip
    assert said == {
        ("VN", "product", "desk"): (2, 4, 1), ("VN", "payment", "desk"): (0, None, 1), ("JP", "product", "field"): (1, 2, 0),
    }  # fmt: skip
    assert [(row.country.pk, next((cell.published, cell.due) for cell in row.cells)) for row in table] == [
        ("JP", (0, 0)), ("VN", (1, 1)),
    ]  # fmt: skip
    page = client_of(by).get(reverse("admin:guidance_researchtask_coverage")).content.decode()
    assert (page.count("missing"), page.count("2 findings")) == (2 * 6 * len(METHODS) - 2, 1)


def test_lists_ask_as_much_for_many_as_for_few(prepared, made):
    client, staff = client_of(made["body"]), client_of(made["by"])
    found = []
    for _round in range(2):
        counted = []
        for browser, route in (
            (client, "research_list"), (staff, "admin:guidance_researchtask_changelist"), (staff, "admin:guidance_researchtask_coverage"),
        ):  # fmt: skip
            browser.get(reverse(route))
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(reverse(route)).status_code == 200
            counted.append(len(asked))
        found.append(counted)
        for pillar in ("product", "rules") if len(found) == 1 else ():
            guidance.task(made["program"], pillar=pillar)
            guidance.accepted(made["program"], pillar=pillar, country=people.country("JP"))
    assert found[0] == found[1]


def test_staff_ask_by_the_form(prepared, made):
    client = client_of(made["by"])
    task = made["task"]
    address = reverse("admin:guidance_researchtask_add")
    given = {
        "program": task.program_id, "organization": task.organization_id, "country": "VN", "pillar": "delivery", "method": "field",
        "question_ko": "배송에 며칠 걸립니까?", "question_en": "", "due_on": clock.today() + dt.timedelta(days=5),
    }  # fmt: skip
    late = client.post(address, {**given, "due_on": clock.today() - dt.timedelta(days=1)})
    assert (late.status_code, "The due day has passed already." in late.content.decode()) == (200, True)
    for _twice in range(2):
        assert client.post(address, given).status_code == 302
    row = ResearchTask.objects.get(pillar="delivery")
    change = reverse("admin:guidance_researchtask_change", args=[row.pk])
    assert client.get(change).status_code == 200
    moved = {
        "question_ko": "배송에 보통 며칠 걸립니까?",
        "question_en": "",
        "due_on": clock.today() + dt.timedelta(days=8),
    }
    assert client.post(change, moved).status_code == 302
    row.refresh_from_db()
    assert (row.question_ko, row.due_on) == (
        "배송에 보통 며칠 걸립니까?",
        clock.today() + dt.timedelta(days=8),
    )
    partner = ProgramPartner.objects.get(program=task.program_id, organization=task.organization_id)
    partner.part_ko = "현장조사와 번역"
    planning.save_part(partner, by=made["by"])
    assert (partner.part_ko, FindingFile.objects.count(), StoredFile.objects.count()) == (
        "현장조사와 번역",
        1,
        1,
    )
    assert files.may_read(made["by"], FindingFile.objects.get().file) is False
    page = client_of(made["by"], "ko").get(reverse("admin:programs_program_change", args=[task.program_id]))
    assert "시장조사원: 현장조사와 번역" in page.content.decode()
