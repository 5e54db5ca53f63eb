"""Evaluation: appointed by managers, declared before anything is read, scored within the items, blind to each other."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db.models import QuerySet

from ground.errors import RuleBroken
from programs.domain import evaluation
from programs.domain.evaluation import Declaration, Mark
from programs.models import Application, Conflict, Evaluator, Score
from programs.queries import evaluation as sheets
from programs.queries.selection import ranking
from tests.factories import people, programs, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def test_a_manager_appoints_somebody_who_signs_in():
    call = staff.call()
    expert = people.user("expert@u.example")
    post = evaluation.appoint(call, email="Expert@U.example", by=staff.manager())
    assert (post.user, post.agency, post.ended_at) == (expert, call.agency, None)
    with pytest.raises(RuleBroken, match="already_appointed"):
        evaluation.appoint(call, email="expert@u.example", by=staff.manager())
    with pytest.raises(RuleBroken, match="no_such_user"):
        evaluation.appoint(call, email="nobody@u.example", by=staff.manager())
    for by in (people.officer(), people.officer("manager", "OTHER")):
        with pytest.raises(RuleBroken, match="not_your_agency"):
            evaluation.appoint(call, email="expert@u.example", by=by)


def test_scores_of_a_dismissed_evaluator_stay_and_count_no_longer():
    call, _applications = staff.ready(count=1)
    before = ranking(call)
    staff.scored(staff.evaluator(call, "c"), Application.objects.get(), "0", "0")
    assert ranking(call).lines[0].place.points == Decimal("60.0000")
    evaluation.dismiss(staff.evaluator(call, "c"), reason="이해충돌 의심", by=staff.manager())
    assert ranking(call).digest == before.digest
    assert Score.objects.filter(evaluator=staff.evaluator(call, "c")).count() == 2
    evaluation.appoint(call, email=staff.evaluator(call, "c").user.email, by=staff.manager())
    assert ranking(call).lines[0].place.points == Decimal("60.0000")


def test_what_is_declared_stands_beside_evaluator_and_application():
    call = staff.call()
    post = staff.evaluator(call)
    first, second = (staff.applicant(call, serial, status="eligible") for serial in (1, 2))
    evaluation.declare(post, [Declaration(first.pk, False)], by=post.user)
    post.refresh_from_db()
    assert post.declared_at is None
    evaluation.declare(post, [Declaration(second.pk, True, "전 직장")], by=post.user)
    post.refresh_from_db()
    assert post.declared_at is not None
    assert set(Conflict.objects.values_list("application", "has_conflict", "reason")) == {
        (first.pk, False, ""),
        (second.pk, True, "전 직장"),
    }


def test_a_conflict_needs_its_reason_and_stays():
    call = staff.call()
    post, application = staff.evaluator(call), staff.applicant(call, status="eligible")
    with pytest.raises(RuleBroken, match="reason_missing"):
        evaluation.declare(post, [Declaration(application.pk, True, " ")], by=post.user)
    evaluation.declare(post, [Declaration(application.pk, False)], by=post.user)
    evaluation.declare(post, [Declaration(application.pk, True, "주식 보유")], by=post.user)
    with pytest.raises(RuleBroken, match="conflict_stays"):
        evaluation.declare(post, [Declaration(application.pk, False)], by=post.user)


def test_applications_of_another_call_or_still_in_screening_are_not_declared():
    call = staff.call()
    post = staff.evaluator(call)
    other = programs.call(programs.program("OTHER-1", "OTHER"), "OTHER-1-1")
    for application in (staff.applicant(call, 1), staff.applicant(other, 2, status="eligible")):
        with pytest.raises(RuleBroken, match="not_eligible"):
            evaluation.declare(post, [Declaration(application.pk, False)], by=post.user)


def test_nobody_declares_or_scores_for_somebody_else():
    call, (application,) = staff.ready(count=1)
    post, other = staff.evaluator(call, "a"), staff.evaluator(call, "b")
    with pytest.raises(RuleBroken, match="not_yours"):
        evaluation.declare(post, [Declaration(application.pk, False)], by=other.user)
    with pytest.raises(RuleBroken, match="not_yours"):
        evaluation.score(post, application, [], by=other.user)
    evaluation.dismiss(post, reason="x", by=staff.manager())
    with pytest.raises(RuleBroken, match="not_yours"):
        evaluation.score(post, application, [], by=post.user)


def test_points_lie_between_nothing_and_the_item_s_maximum():
    call = staff.call()
    post, application = staff.evaluator(call), staff.applicant(call, status="eligible")
    product, plan = staff.items(call)
    staff.declared(post, application)
    for points in ("-0.01", "60.01", "10.001"):
        with pytest.raises(RuleBroken, match="points_range"):
            evaluation.score(post, application, [Mark(product.pk, Decimal(points))], by=post.user)
    evaluation.score(
        post,
        application,
        [Mark(product.pk, Decimal("60")), Mark(plan.pk, Decimal("0"), "빈 계획")],
        by=post.user,
    )
    evaluation.score(post, application, [Mark(product.pk, Decimal("59.25"))], by=post.user)
    assert list(Score.objects.order_by("item__position").values_list("points", "comment")) == [
        (Decimal("59.25"), ""),
        (Decimal("0.00"), "빈 계획"),
    ]


def test_an_item_of_another_call_cannot_be_scored():
    call = staff.call()
    other = programs.call(programs.program("OTHER-1", "OTHER"), "OTHER-1-1")
    post, application = staff.evaluator(call), staff.applicant(call, status="eligible")
    staff.declared(post, application)
    staff.items(call)
    with pytest.raises(RuleBroken, match="not_an_item"):
        evaluation.score(post, application, [Mark(staff.items(other)[0].pk, Decimal(1))], by=post.user)


def test_items_that_do_not_add_up_to_100_cannot_be_scored():
    call = staff.call()
    post, application = staff.evaluator(call), staff.applicant(call, status="eligible")
    product, plan = staff.items(call)
    plan.maximum_points = Decimal(30)
    plan.save()
    staff.declared(post, application)
    with pytest.raises(RuleBroken, match="items_sum"):
        evaluation.score(post, application, [Mark(product.pk, Decimal(1))], by=post.user)


def test_without_a_declaration_nothing_is_scored_and_nothing_listed():
    call = staff.call()
    post, application = staff.evaluator(call), staff.applicant(call, status="eligible")
    product, _plan = staff.items(call)
    assert list(sheets.to_score(post.user)) == []
    with pytest.raises(RuleBroken, match="no_declaration"):
        evaluation.score(post, application, [Mark(product.pk, Decimal(1))], by=post.user)
    staff.declared(post, application, has_conflict=True)
    assert list(sheets.to_score(post.user)) == []
    with pytest.raises(RuleBroken, match="no_declaration"):
        evaluation.score(post, application, [Mark(product.pk, Decimal(1))], by=post.user)
    staff.declared(post, application)
    assert list(sheets.to_score(post.user)) == [application]


def test_scores_count_only_without_a_conflict(monkeypatch):
    """The recused evaluator's 100 points are in the table and not in the ranking; without the filter they would be."""
    call, (application,) = staff.ready(count=1)
    partial = staff.evaluator(call, "partial")
    staff.scored(partial, application, "0", "0")
    staff.declared(partial, application, has_conflict=True)
    assert ranking(call).lines[0].place.points == Decimal("90.0000")
    assert ranking(call).lines[0].place.sheets == 2
    monkeypatch.setattr("programs.models.evaluation.ScoreQuerySet.counting", lambda rows: rows)
    assert ranking(call).lines[0].place.points == Decimal("60.0000")


def test_an_evaluator_of_another_call_sees_nothing_of_this_one():
    _call, (application,) = staff.ready(count=1)
    other = programs.call(programs.program("OTHER-1", "OTHER"), "OTHER-1-1")
    stranger = staff.evaluator(other, "z")
    assert list(sheets.to_score(stranger.user)) == []
    assert [each.call for each in sheets.posts(stranger.user)] == [other]
    with pytest.raises(RuleBroken, match="no_declaration"):
        evaluation.score(stranger, application, [], by=stranger.user)


def test_evaluators_see_their_own_scores_only():
    call, _applications = staff.ready(count=2)
    for post in Evaluator.objects.filter(call=call):
        seen = Score.objects.visible_to(post.user)
        assert isinstance(seen, QuerySet)
        assert {each.evaluator_id for each in seen} == {post.pk}
        assert seen.count() == 4


def test_after_the_decision_nothing_of_the_evaluation_changes():
    call, (application, *_rest) = staff.sealed()
    post = staff.evaluator(call, "a")
    product, _plan = staff.items(call)
    for verb in (
        lambda: evaluation.score(post, application, [Mark(product.pk, Decimal(1))], by=post.user),
        lambda: evaluation.declare(post, [Declaration(application.pk, True, "x")], by=post.user),
        lambda: evaluation.appoint(call, email=post.user.email, by=staff.manager()),
        lambda: evaluation.dismiss(post, reason="x", by=staff.manager()),
    ):
        with pytest.raises(RuleBroken, match="decided"):
            verb()
