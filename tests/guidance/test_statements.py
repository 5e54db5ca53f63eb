"""Statements: drafts, one question for a country's batch, versions in force at an instant, and what was published stays."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.domain import approvals
from accounts.models import Approval
from ground.errors import RuleBroken
from guidance.domain import reviewing, stating
from guidance.models import Review, Statement, StatementFigure, StatementVersion
from guidance.queries import statements
from programs.models import Program, ProgramPartner, ProgramShare
from tests.factories import guidance, people, programs

pytestmark = pytest.mark.django_db
CODE = "SBA-STRATEGY-2015"


def prepare(folder: Path) -> dict[str, Any]:
    program = programs.program(CODE)
    first = guidance.draft(program, pillar="payment")
    guidance.figure(first)
    return {
        "program": program,
        "first": first,
        "second": guidance.draft(program, pillar="product", products=["33.04", "1604", "3304"]),
        "by": people.officer(),
        "manager": people.officer("manager"),
        "stranger": people.officer(agency_code="BNA"),
    }


@pytest.fixture
def made(prepared) -> dict[str, Any]:
    return prepared.made


def refusal(act: Any, *arguments: Any, **fields: Any) -> str:
    with pytest.raises(RuleBroken) as broken:
        act(*arguments, **fields)
    return broken.value.code


def states(*versions: StatementVersion) -> list[str]:
    return [StatementVersion.objects.get(pk=each.pk).state for each in versions]


def test_a_batch_of_a_country_is_published_by_two_with_one_question(prepared, made):
    first, second, by = made["first"], made["second"], made["by"]
    review = reviewing.hand_in([first, second], reason="5월 조사 반영", by=by)
    asked = Approval.objects.get()
    assert (asked.decision, asked.subject, asked.subject_id) == (
        "statements",
        "VN: SBA-STRATEGY-2015의 항목 2건",
        review.pk,
    )
    assert asked.reason.startswith("5월 조사 반영\n")
    assert str(review.pk) in asked.reason
    assert states(first, second) == ["review", "review"]
    assert refusal(stating.save_draft, first, by=by) == "not_draft"
    assert refusal(reviewing.publish, review, by=by) == "second_person"
    assert refusal(approvals.answer_any, asked, by=by, grant=True) == "same_person"
    approvals.answer_any(asked, by=made["manager"], grant=True)
    assert statements.published(made["program"], "VN") == []
    reviewing.publish(review, by=by)
    with CaptureQueriesContext(connection) as queries:
        found = statements.published(made["program"], "VN")
        shown = [
            (each.statement.pillar, each.text_ko, each.products, str(each.responsible_body),
             [figure.label for figure in each.figures.all()])
            for each in found
        ]  # fmt: skip
    assert len(queries) == 3
    assert shown == [
        ("product", "소용량 제품이 잘 팔립니다.", ["3304", "1604"], "SBA 수출진흥원", []),
        ("payment", "소용량 제품이 잘 팔립니다.", [], "SBA 수출진흥원", ["비율"]),
    ]
    assert refusal(reviewing.publish, review, by=by) == "not_asked"
    assert [each.pk for each in statements.countries(made["program"])] == ["VN"]
    assert statements.has_published([(made["program"].pk, "VN"), (made["program"].pk, "CL")]) == {
        (made["program"].pk, "VN")
    }


def test_what_changes_after_the_question_is_not_agreed_to(prepared, made):
    """A version or a figure changed behind the verbs, too: the yes fits only what was shown."""
    first, by = made["first"], made["by"]
    changes = (
        lambda: StatementVersion.objects.filter(pk=first.pk).update(text_en="Other words."),
        lambda: StatementFigure.objects.update(value=13),
        lambda: Statement.objects.filter(pk=first.statement_id).update(pillar="rules"),
    )
    for change in changes:
        with transaction.atomic():
            review = guidance.agreed(first)
            change()
            assert refusal(reviewing.publish, review, by=by) == "second_person"
            transaction.set_rollback(True)


def test_a_refusal_and_taking_back_make_drafts_again(prepared, made):
    first, by = made["first"], made["by"]
    review = reviewing.hand_in([first], reason="반영", by=by)
    approvals.answer_any(Approval.objects.get(), by=made["manager"], grant=False, reason="출처가 부족함")
    review.refresh_from_db()
    assert (review.state, review.approval.answer_reason, states(first)) == (
        "returned",
        "출처가 부족함",
        ["draft"],
    )
    again = reviewing.hand_in([first], reason="출처 보완", by=by)
    open_question = again.approval
    reviewing.take_back(again, by=by)
    assert states(first) == ["draft"]
    assert not Approval.objects.filter(answered_at__isnull=True).exists()
    assert refusal(reviewing.take_back, again, by=by) == "not_asked"
    assert refusal(reviewing.answer, open_question, by=made["manager"], grant=True) == "not_asked"


def test_versions_in_force_at_an_instant(prepared, made, move_clock):
    by, line = made["by"], made["first"].statement
    published = reviewing.publish(guidance.agreed(made["first"]), by=by)
    made["first"].refresh_from_db()
    before = made["first"].published_at
    assert refusal(stating.revise, line, changed_ko=" ", by=by) == "change_missing"
    newer = stating.revise(line, changed_ko="비율을 2015년 값으로 고침", by=by)
    assert (newer.number, newer.state, newer.figures.get().value) == (2, "draft", 12.5)
    assert refusal(stating.revise, line, changed_ko="또", by=by) == "draft_there"
    newer.text_ko = "현지 결제 수단이 늘었습니다."
    stating.save_draft(newer, by=by)
    move_clock(before + dt.timedelta(days=30))
    reviewing.publish(guidance.agreed(newer), by=by)
    assert published.state == "published"
    assert states(made["first"], newer) == ["replaced", "published"]
    at = [before - dt.timedelta(seconds=1), before, before + dt.timedelta(days=29), None]
    assert [[each.number for each in statements.published(made["program"], "VN", day)] for day in at] == [
        [], [1], [1], [2],
    ]  # fmt: skip
    move_clock(before + dt.timedelta(days=60))
    assert refusal(reviewing.withdraw, newer, reason=" ", by=by) == "reason_missing"
    withdrawn = reviewing.withdraw(newer, reason="근거가 틀림", by=by)
    assert (withdrawn.state, withdrawn.withdrawn_because) == ("withdrawn", "근거가 틀림")
    assert refusal(reviewing.withdraw, newer, reason="또", by=by) == "not_published"
    assert statements.published(made["program"], "VN") == []
    assert [
        each.number for each in statements.published(made["program"], "VN", before + dt.timedelta(days=45))
    ] == [2]
    assert [newer.is_past_review(dt.date(2016, 5, day)) for day in (1, 2)] == [False, True]


def test_what_was_published_stays_in_the_database(prepared, made):
    reviewing.publish(guidance.agreed(made["first"]), by=made["by"])
    row = StatementVersion.objects.filter(pk=made["first"].pk)
    for change in (
        lambda: row.update(text_ko="다른 말"),
        lambda: row.update(review_on=dt.date(2030, 1, 1)),
        lambda: row.delete(),
        lambda: StatementFigure.objects.update(value=99),
        lambda: StatementFigure.objects.all().delete(),
        lambda: row.update(state="draft"),
        lambda: StatementVersion.objects.filter(pk=made["second"].pk).update(products=["33-04"]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_what_is_refused(prepared, made):
    first, second, by, stranger = (made[name] for name in ("first", "second", "by", "stranger"))
    japan = guidance.draft(made["program"], "JP")
    assert refusal(reviewing.hand_in, [], reason="반영", by=by) == "nothing_chosen"
    assert refusal(reviewing.hand_in, [first, japan], reason="반영", by=by) == "one_country"
    assert refusal(reviewing.hand_in, [first], reason=" ", by=by) == "reason_missing"
    review = reviewing.hand_in([first], reason="반영", by=by)
    assert refusal(reviewing.hand_in, [first, second], reason="반영", by=by) == "not_draft"
    for act, row, fields in (
        (reviewing.hand_in, [second], {"reason": "반영"}), (reviewing.publish, review, {}), (reviewing.take_back, review, {}),
        (reviewing.withdraw, first, {"reason": "반영"}), (stating.save_draft, second, {}), (stating.discard, second, {}),
        (stating.revise, first.statement, {"changed_ko": "반영"}), (stating.place, first.statement, {"position": 3}),
    ):  # fmt: skip
        assert refusal(act, row, **fields, by=stranger) == "not_your_agency"
    assert refusal(guidance.draft, made["program"], review_on=dt.date(2015, 5, 1)) == "review_day"
    other = people.agency("BNA")
    body = people.organization("research", "시장조사원")
    assert refusal(guidance.draft, made["program"], responsible_agency=other) == "other_body"
    assert refusal(guidance.draft, made["program"], responsible_organization=body) == "other_body"
    ProgramShare.objects.create(program=made["program"], agency=other, part_ko="규제 협의")
    ProgramPartner.objects.create(program=made["program"], organization=body, part_ko="현장 조사")
    assert guidance.draft(made["program"], responsible_agency=other).responsible_body == other
    assert guidance.draft(made["program"], responsible_organization=body).responsible_body == body
    for _number in range(12):
        guidance.figure(second)
    assert refusal(guidance.figure, second) == "too_many"


def test_lines_come_last_are_placed_and_given_up(prepared, made):
    again = guidance.draft(made["program"], pillar="payment")
    assert (made["first"].statement.position, again.statement.position) == (1, 2)
    assert stating.place(made["first"].statement, 9, by=made["by"]).position == 9
    stating.discard(made["first"], by=made["by"])
    assert Statement.objects.filter(pillar="payment").count() == 1
    with translation.override("en"):
        assert (str(again), again.text, again.evidence) == (
            "Small sizes sell well.", "Small sizes sell well.", "지어낸 근거",
        )  # fmt: skip


def test_who_sees_them(prepared, made):
    reviewing.hand_in([made["first"]], reason="반영", by=made["by"])
    ProgramShare.objects.create(program=made["program"], agency=people.agency("KTA"), part_ko="공동 운영")
    seen = {
        code: [
            model.objects.visible_to(people.officer(agency_code=code)).count()
            for model in (Statement, StatementVersion, Review)
        ]
        for code in ("SBA", "KTA", "BNA")
    }
    assert seen == {"SBA": [2, 2, 1], "KTA": [2, 2, 1], "BNA": [0, 0, 0]}
    assert Program.objects.visible_to(made["stranger"]).count() == 0
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        Statement.objects.filter(pk=made["first"].statement_id).update(agency=people.agency("BNA"))
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
