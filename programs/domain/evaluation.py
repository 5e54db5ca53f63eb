"""Evaluation (평가): appointing evaluators, their declarations of interest (이해충돌), their scores.

A score counts only beside a declaration of no conflict; after the decision on the call nothing of this changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain.intake_rules import require_not_cancelled
from programs.domain.ranking import FULL_POINTS
from programs.models import Application, Call, Conflict, Evaluator, Score, ScoreItem
from programs.permissions import DECIDERS, require_service

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Declaration:
    """About one application: no conflict of interest, or one with its reason."""

    application_id: UUID
    has_conflict: bool
    reason: str = ""


@dataclass(frozen=True)
class Mark:
    """Points for one item, with an optional comment."""

    item_id: UUID
    points: Decimal
    comment: str = ""


def lock_undecided(call_id: UUID) -> Call:
    """The call, locked against its own decision. `RuleBroken`: `decided` when it has been, `cancelled`."""
    call = Call.objects.select_for_update(of=("self",), no_key=True).select_related("agency").get(pk=call_id)
    if call.decided_at is not None:
        raise RuleBroken(
            "decided", _("The selection of this call has been decided. Nothing changes any more.")
        )
    require_not_cancelled(call)
    return call


def appoint(call: Call, *, email: str, by: User) -> Evaluator:
    """Appoint the person who signs in with `email`; appointing somebody who left makes them serve again.

    Refused: `decided`, `not_your_agency` (managers appoint), `no_such_user`, `already_appointed`.
    """
    with transaction.atomic():
        call = lock_undecided(call.pk)
        require_service(by, call.agency, *DECIDERS)
        user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
        if user is None:
            raise RuleBroken(
                "no_such_user",
                _(
                    "Nobody signs in with this e-mail address. Ask the person to sign up, then appoint them here."
                ),
                ("email",),
            )
        evaluator, is_new = Evaluator.objects.get_or_create(
            call=call, user=user, defaults={"agency": call.agency}
        )
        if not is_new and evaluator.ended_at is None:
            raise RuleBroken(
                "already_appointed", _("This person is an evaluator of this call already."), ("email",)
            )
        if evaluator.ended_at is not None:
            evaluator.ended_at = None
            evaluator.save(update_fields=["ended_at"])
    return evaluator


def dismiss(evaluator: Evaluator, *, reason: str, by: User) -> Evaluator:
    """End an appointment: the person's scores stay in the record and count no longer.

    Refused: `decided`, `not_your_agency`, `reason_missing`, `already_ended`.
    """
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why the appointment ends."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        call = lock_undecided(evaluator.call_id)
        require_service(by, call.agency, *DECIDERS)
        evaluator = Evaluator.objects.select_for_update(of=("self",)).get(pk=evaluator.pk)
        if evaluator.ended_at is not None:
            raise RuleBroken("already_ended", _("This appointment has ended already."))
        evaluator.ended_at = clock.now()
        evaluator.save(update_fields=["ended_at"])
    return evaluator


def declare(post: Evaluator, declarations: Sequence[Declaration], *, by: User) -> int:
    """Record the evaluator's own declarations for eligible applications of the call; returns how many were written.

    A conflict found later may be added at any time before the decision; a declared one is not taken back.
    Refused: `decided`, `not_yours`, `not_eligible`, `reason_missing`, `conflict_stays`. Locks the call and the post.
    """
    with transaction.atomic():
        call = lock_undecided(post.call_id)
        post = _own_post(post, by)
        eligible = set(
            Application.objects.filter(call=call, status=Application.Status.ELIGIBLE).values_list(
                "pk", flat=True
            )
        )
        known = {each.application_id: each for each in Conflict.objects.filter(evaluator=post)}
        now = clock.now()
        declarations = list({each.application_id: each for each in declarations}.values())
        for each in declarations:
            _check_declaration(each, eligible, known.get(each.application_id))
        Conflict.objects.bulk_create(
            [
                Conflict(
                    evaluator=post,
                    application_id=each.application_id,
                    call=call,
                    has_conflict=each.has_conflict,
                    reason=each.reason.strip() if each.has_conflict else "",
                    declared_at=now,
                )
                for each in declarations
            ],
            update_conflicts=True,
            unique_fields=["evaluator", "application"],
            update_fields=["has_conflict", "reason", "declared_at"],
        )
        declared = Conflict.objects.filter(evaluator=post, application__in=eligible).count()
        if declared == len(eligible):
            post.declared_at = post.declared_at or now
            post.save(update_fields=["declared_at"])
    return len(declarations)


def _check_declaration(each: Declaration, eligible: set[UUID], known: Conflict | None) -> None:
    if each.application_id not in eligible:
        raise RuleBroken("not_eligible", _("This application is not up for evaluation."))
    if each.has_conflict and not each.reason.strip():
        raise RuleBroken("reason_missing", _("Say in a few words what connects you with the company."))
    if known is not None and known.has_conflict and not each.has_conflict:
        raise RuleBroken(
            "conflict_stays",
            _("A declared conflict of interest stays. Write to the agency if it was declared by mistake."),
        )


def score(post: Evaluator, application: Application, marks: Sequence[Mark], *, by: User) -> int:
    """Write the evaluator's points for an application, each at most the item's maximum, two decimals.

    A sheet may be written in part; it counts once every item has points. Refused: `decided`, `not_yours`,
    `no_declaration` (also with a declared conflict), `not_eligible`, `items_sum`, `points_range`, `not_an_item`.
    Locks the call and the post.
    """
    with transaction.atomic():
        call = lock_undecided(post.call_id)
        post = _own_post(post, by)
        is_free = Conflict.objects.filter(
            evaluator=post, application=application.pk, call=call, has_conflict=False
        ).exists()
        if not is_free:
            raise RuleBroken(
                "no_declaration", _("Declare that you have no conflict of interest before you score.")
            )
        if not Application.objects.filter(
            pk=application.pk, call=call, status=Application.Status.ELIGIBLE
        ).exists():
            raise RuleBroken("not_eligible", _("This application is not up for evaluation."))
        items = {each.pk: each for each in ScoreItem.objects.filter(call=call)}
        if sum((each.maximum_points for each in items.values()), Decimal(0)) != FULL_POINTS:
            raise RuleBroken("items_sum", _("The score items do not add up to 100 yet. Ask the agency."))
        marks = list({mark.item_id: mark for mark in marks}.values())
        for mark in marks:
            _check_mark(mark, items)
        Score.objects.bulk_create(
            [
                Score(
                    evaluator=post,
                    application_id=application.pk,
                    item_id=mark.item_id,
                    call=call,
                    points=mark.points,
                    comment=mark.comment.strip(),
                )
                for mark in marks
            ],
            update_conflicts=True,
            unique_fields=["evaluator", "application", "item"],
            update_fields=["points", "comment"],
        )
    return len(marks)


def _check_mark(mark: Mark, items: Mapping[UUID, ScoreItem]) -> None:
    item = items.get(mark.item_id)
    if item is None:
        raise RuleBroken("not_an_item", _("This is not a score item of this call."))
    if not Decimal(0) <= mark.points <= item.maximum_points or mark.points != mark.points.quantize(CENT):
        raise RuleBroken(
            "points_range",
            _("“%(item)s”: give 0 to %(maximum)s points, at most two decimals.")
            % {"item": item, "maximum": f"{item.maximum_points.normalize():f}"},
            (f"points_{item.pk.hex}",),
        )


def _own_post(post: Evaluator, by: User) -> Evaluator:
    own = (
        Evaluator.objects.select_for_update(of=("self",))
        .filter(pk=post.pk, user=by, ended_at__isnull=True)
        .first()
    )
    if own is None:
        raise RuleBroken("not_yours", _("You are not an evaluator of this call."))
    return own
