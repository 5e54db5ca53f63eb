"""Staff's pages of statements and reviews, the desk, and where companies find a strategy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Approval
from ground import clock
from ground.errors import RuleBroken
from guidance.domain import attaching, editions, reviewing, stating
from guidance.models import Attachment, Review, Statement, StatementVersion
from guidance.queries.attached import attached_to
from guidance.queries.coverage import coverage
from guidance.queries.statements import differences, published
from programs.models import ProgramMarket
from programs.queries.further import further_of
from tests.factories import guidance, people, programs

pytestmark = pytest.mark.django_db
CODE = "SBA-STRATEGY-2015"


def prepare(folder: Path) -> dict[str, Any]:
    program = programs.program(CODE)
    return {
        "program": program,
        "draft": guidance.draft(program),
        "by": people.officer(),
        "manager": people.officer("manager"),
        "stranger": people.officer(agency_code="BNA"),
    }


@pytest.fixture
def made(prepared) -> dict[str, Any]:
    return prepared.made


def client_of(user: Any) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


def page(name: str, row: Any = None) -> str:
    return reverse(f"admin:guidance_{name}", args=[row.pk] if row is not None else [])


def refusal(act: Any, *arguments: Any, **fields: Any) -> str:
    with pytest.raises(RuleBroken) as broken:
        act(*arguments, **fields)
    return broken.value.code


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "text_ko": "전자지갑으로 받으십시오.", "text_en": "", "products": "3304, 1604", "evidence_ko": "지어낸 근거", "evidence_en": "",
        "source": "지어낸 면담", "source_url": "", "as_of_on": "2015-05-01", "review_on": "2016-05-01", "confidence": "low",
        "responsible_agency": "", "responsible_organization": "", **fields,
    }  # fmt: skip


def figures(*rows: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"figures-TOTAL_FORMS": len(rows), "figures-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        found |= {f"figures-{number}-{name}": value for name, value in row.items()}
    return found


def test_a_statement_from_the_form_to_its_second_version(prepared, made):
    """Typed, with a figure, asked about, agreed, published, written anew, compared, withdrawn: all by the pages."""
    client, manager = client_of(made["by"]), client_of(made["manager"])
    place = {"of_program": made["program"].pk, "country": people.country("JP").pk, "pillar": "payment"}
    wrong = client.post(page("statementversion_add"), {**typed(review_on="2015-05-01"), **place})
    said = wrong.content.decode()
    assert (wrong.status_code, "lies after the day" in said, "전자지갑으로 받으십시오." in said) == (
        200,
        True,
        True,
    )
    letters = client.post(page("statementversion_add"), {**typed(products="33x04"), **place})
    assert "Two to ten digits of the HS code." in letters.content.decode()
    begun = client.post(page("statementversion_add"), {**typed(), **place})
    assert begun.status_code == 302, begun.context["errors"]
    row = StatementVersion.objects.get(statement__country="JP")
    assert (row.products, row.number, row.responsible_body) == (["3304", "1604"], 1, made["program"].agency)
    number = {
        "version": row.pk,
        "position": 1,
        "label_ko": "비율",
        "value": "61.5",
        "unit_ko": "%",
        "year": 2014,
    }
    change = page("statementversion_change", row)
    assert client.get(change).status_code == 200
    saved = client.post(change, {**typed(responsible_agency=made["program"].agency_id), **figures(number)})
    assert saved.status_code == 302, saved.context["errors"]
    assert str(row.figures.get()) == "비율 2014"
    asked = client.post(page("statementversion_hand_in", row), {"versions": [row.pk], "reason": "5월 조사"})
    assert asked.status_code == 302
    review = Review.objects.get()
    assert "전자지갑으로 받으십시오." in manager.get(page("review_change", review)).content.decode()
    assert client.post(page("review_publish", review)).status_code == 409
    answer = reverse("admin:accounts_approval_answer", args=[Approval.objects.get().pk])
    assert manager.post(answer, {"grant": "1"}).status_code == 302
    assert client.post(page("review_publish", review)).status_code == 302
    assert client.post(change, typed()).status_code == 403
    assert client.post(page("statementversion_revise", row), {"changed_ko": "새 값"}).status_code == 302
    newer = StatementVersion.objects.get(number=2)
    later = typed(text_ko="전자지갑과 후불로 받으십시오.", changed_ko="새 값", changed_en="New value", responsible_agency=made["program"].agency_id)  # fmt: skip
    known = newer.figures.get()
    same = {
        "id": known.pk,
        "version": newer.pk,
        "position": 1,
        "label_ko": "비율",
        "value": "70",
        "unit_ko": "%",
        "year": 2015,
    }
    sent = {**later, **figures(same), "figures-INITIAL_FORMS": 1}
    assert client.post(page("statementversion_change", newer), sent).status_code == 302
    newer.refresh_from_db()
    with translation.override("ko"):
        changes = {
            str(each.label): (each.before, each.after) for each in differences(row, newer) if each.is_changed
        }
    assert changes == {
        "항목(국문)": ("전자지갑으로 받으십시오.", "전자지갑과 후불로 받으십시오."), "수치": ("비율 61.5 % (2014)", "비율 70 % (2015)"),
    }  # fmt: skip
    compared = client.get(page("statementversion_compare", newer)).content.decode()
    assert (compared.count("<del>"), compared.count("<ins>")) == (2, 2)
    reviewing.publish(guidance.agreed(newer), by=made["by"])
    assert client.post(page("statementversion_withdraw", newer), {"reason": "틀림"}).status_code == 302
    assert "틀림" in client.get(page("statementversion_change", newer)).content.decode()
    assert client.post(page("statementversion_discard", made["draft"])).status_code == 302
    assert not Statement.objects.filter(country="VN").exists()


def test_a_stranger_reaches_nothing(prepared, made):
    review = reviewing.hand_in([made["draft"]], reason="반영", by=made["by"])
    attachment = attaching.attach(
        Attachment(strategy=made["program"], country=people.country("VN"), program=made["program"]),
        by=made["by"],
    )
    client = client_of(made["stranger"])
    for name, row, verbs in (
        ("statementversion", made["draft"], ["hand_in", "revise", "place", "withdraw", "discard"]),
        ("review", review, ["publish", "take_back"]),
        ("attachment", attachment, ["detach"]),
    ):
        for route in ("change", "history", *(["compare"] if name == "statementversion" else [])):
            assert client.get(page(f"{name}_{route}", row)).status_code == 404
        for verb in verbs:
            assert client.post(page(f"{name}_{verb}", row)).status_code == 404
        assert str(row.pk) not in client.get(page(f"{name}_changelist")).content.decode()


def test_ten_thousand_statements_cost_a_list_as_much_as_one(prepared, made, owner_role, is_full):
    """The list with its filters, the coverage, a country's published statements and the desk (two hundred of them but with --full)."""
    program, by = made["program"], made["by"]
    guidance.task(program)
    client = client_of(by)
    first = published_one(program)

    def counted() -> list[int]:
        found = []
        for address in (
            page("statementversion_changelist"), page("statementversion_changelist") + "?due=1&country=VN&pillar=rules",
            page("researchtask_coverage"), reverse("admin:index"),
        ):  # fmt: skip
            with CaptureQueriesContext(connection) as asked:
                assert client.get(address).status_code == 200
            found.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            published(program, "VN")
        return [*found, len(asked)]

    client.get(reverse("admin:index"))
    few = counted()
    for count in (50, 9_950 if is_full else 150):
        many(program, first, count)
        with owner_role(), connection.cursor() as cursor:
            cursor.execute("ANALYZE guidance_statement, guidance_statementversion")
    assert (counted(), few[0]) == (few, 6)
    stated = sum(cell.published for row in coverage(program, by) for cell in row.cells)
    assert stated == (10_001 if is_full else 201)


def published_one(program: Any) -> StatementVersion:
    return guidance.published(program, pillar="rules", review_on=dt.date(2016, 1, 1))


def many(program: Any, like: StatementVersion, count: int) -> None:
    lines = Statement.objects.bulk_create(
        Statement(
            agency=program.agency, program=program, country=people.country(("VN", "JP", "CL")[number % 3]),
            pillar=("product", "rules")[number % 2], position=number % 900,
        )
        for number in range(count)
    )  # fmt: skip
    fields = {
        field.attname: getattr(like, field.attname)
        for field in StatementVersion._meta.concrete_fields
        if field.name not in {"id", "created_at", "statement"}
    }
    StatementVersion.objects.bulk_create(StatementVersion(**fields, statement=line) for line in lines)


def test_what_is_past_its_review_stands_on_the_desk_and_in_the_list(prepared, made):
    guidance.published(made["program"], review_on=clock.today() - dt.timedelta(days=1))
    guidance.published(made["program"], review_on=clock.today())
    client = client_of(made["by"])
    assert "Statements past their day of review: 1" in client.get(reverse("admin:index")).content.decode()
    due = client.get(page("statementversion_changelist") + "?due=1").content.decode()
    assert due.count(", past</td>") == 1
    other = client_of(made["stranger"]).get(reverse("admin:index")).content.decode()
    assert "Statements past their day of review" not in other


def test_companies_find_a_strategy_where_it_is_attached(prepared, made):
    """To a program, to a market and to a platform; on the call's page and the agreement's, while something is published."""
    strategy, by = made["program"], made["by"]
    target = programs.program("BNA-CL-2026", "BNA")
    market = programs.market()
    chile = people.country("CL")
    for place in ({"program": target}, {"market": market}, {"platform": market.platform}):
        keeper = made["stranger"] if "program" in place else by
        row = Attachment(strategy=strategy, country=chile, **place)
        wrong = by if keeper is made["stranger"] else made["stranger"]
        assert refusal(attaching.attach, row, by=wrong) == "not_your_agency"
        if "program" in place:
            assert refusal(attaching.attach, row, by=keeper) == "nothing_published"
            version = guidance.published(strategy, "CL")
        attaching.attach(row, by=keeper)
        assert (
            refusal(attaching.attach, Attachment(strategy=strategy, country=chile, **place), by=keeper)
            == "attached_already"
        )
        if "program" in place:
            assert attached_to(target) == [], "there is no guide to lead to"
            editions.publish(strategy, chile, by=by)
            (told,) = further_of(target)
            assert Client(HTTP_ACCEPT_LANGUAGE="ko").get(told.url).status_code == 200
        with CaptureQueriesContext(connection) as asked:
            found = attached_to(target)
        assert ([each.pk for each in found], len(asked)) == ([row.pk], 1)
        assert [(each.label, each.hint) for each in further_of(target)] == [
            ("칠레 진출 전략", "칠레 온라인 진출 지원")
        ]
        attaching.detach(row, by=keeper)
        assert (attached_to(target), refusal(attaching.detach, row, by=keeper)) == ([], "ended")
    again = attaching.attach(Attachment(strategy=strategy, country=chile, market=market), by=by)
    call = programs.call(target)
    shown = client_of(by).get(reverse("call_show", args=[call.pk])).content.decode()
    assert "Strategy for Chile" in shown
    reviewing.withdraw(version, reason="틀림", by=by)
    assert attached_to(target) == []
    ProgramMarket.objects.filter(program=target).delete()
    assert again.ended_at is None
    assert refusal(attaching.attach, Attachment(strategy=strategy, country=chile), by=by) == "one_place"
    assert stating.place(made["draft"].statement, 4, by=by).position == 4
