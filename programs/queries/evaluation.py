"""What an evaluator sees: appointments, what is to be declared, what may be read and scored."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from accounts.models import User
from programs.models import Application, Conflict, Evaluator, Score, ScoreItem


def posts(user: User) -> QuerySet[Evaluator]:
    """The evaluator's appointments that have not ended, to calls that were not cancelled."""
    return (
        Evaluator.objects.filter(user=user, ended_at__isnull=True, call__cancelled_at__isnull=True)
        .select_related("call", "call__program", "call__agency")
        .order_by("-call__closes_at", "call__code")
    )


def to_declare(post: Evaluator) -> QuerySet[Application]:
    """Eligible applications of the call, for the declaration of interest: show the company's name and nothing else."""
    return (
        Application.objects.filter(call=post.call_id, status=Application.Status.ELIGIBLE)
        .select_related("company")
        .order_by("company__name_ko", "id")
    )


def to_score(user: User) -> QuerySet[Application]:
    """Eligible applications that the person may read and score: appointed to the call, and declared free of conflict.

    An application with a declared conflict, or none declared yet, is not among them.
    """
    free = Conflict.objects.filter(
        application=OuterRef("pk"),
        has_conflict=False,
        evaluator__user=user,
        evaluator__ended_at__isnull=True,
    )
    return (
        Application.objects.filter(Exists(free), status=Application.Status.ELIGIBLE)
        .select_related("company", "call", "call__program")
        .order_by("receipt", "id")
    )


@dataclass(frozen=True)
class SheetRow:
    """An application on the evaluator's list with how many items have points, and their sum."""

    application: Application
    filled: int
    total: Decimal


@dataclass(frozen=True)
class Work:
    """One appointment: declarations still to make, applications to score, whether the call has been decided."""

    post: Evaluator
    undeclared: int
    conflicts: int
    rows: tuple[SheetRow, ...]
    item_count: int

    @property
    def is_decided(self) -> bool:
        return self.post.call.decided_at is not None

    @property
    def scored(self) -> int:
        return sum(1 for row in self.rows if self.item_count and row.filled == self.item_count)


def work_of(user: User) -> tuple[Work, ...]:
    """What each appointment of the person asks for, the call that closed last first. Six queries."""
    return _work(list(posts(user)))


def work_of_post(post: Evaluator) -> Work:
    """The same for one appointment."""
    return _work([post])[0]


def _work(found: list[Evaluator]) -> tuple[Work, ...]:
    if not found:
        return ()
    calls = [each.call_id for each in found]
    eligible: dict[UUID, list[Application]] = defaultdict(list)
    for row in (
        Application.objects.filter(call__in=calls, status=Application.Status.ELIGIBLE)
        .select_related("company")
        .order_by("receipt", "id")
    ):
        eligible[row.call_id].append(row)
    declared: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
    for conflict in Conflict.objects.filter(evaluator__in=found):
        declared[conflict.evaluator_id][conflict.application_id] = conflict.has_conflict
    sheets: dict[tuple[UUID, UUID], tuple[int, Decimal]] = {
        (row["evaluator_id"], row["application_id"]): (row["filled"], row["total"])
        for row in Score.objects.filter(evaluator__in=found)
        .values("evaluator_id", "application_id")
        .annotate(filled=Count("pk"), total=Sum("points"))
    }
    counts: dict[UUID, int] = dict(
        ScoreItem.objects.filter(call__in=calls).values_list("call").annotate(count=Count("pk"))
    )
    return tuple(
        Work(
            post=post,
            undeclared=sum(1 for row in eligible[post.call_id] if row.pk not in declared[post.pk]),
            conflicts=sum(1 for row in eligible[post.call_id] if declared[post.pk].get(row.pk) is True),
            rows=tuple(
                SheetRow(row, *sheets.get((post.pk, row.pk), (0, Decimal(0))))
                for row in eligible[post.call_id]
                if declared[post.pk].get(row.pk) is False
            ),
            item_count=counts.get(post.call_id, 0),
        )
        for post in found
    )
