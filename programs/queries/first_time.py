"""Right the first time: how many applications of a call were never sent back for correction, and what went back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from accounts.roles import agency_ids
from programs.models import (
    Application,
    Call,
    Criterion,
    Question,
    RequiredDocument,
    ReturnItem,
    ReturnRequest,
)

SHOWN_CALLS = 10
NOTHING = "–"


@dataclass(frozen=True)
class FirstTime:
    """Of a call: applications that were handed in, those ever sent back, and the items named in it by part."""

    call: Call
    submitted: int = 0
    returned: int = 0
    items: dict[str, int] = field(default_factory=dict)

    @property
    def right(self) -> int:
        return self.submitted - self.returned

    @property
    def percent(self) -> str:
        """The share of those never sent back, to a tenth of a percent, half up; "–" when nothing was handed in."""
        if not self.submitted:
            return NOTHING
        share = Decimal(100 * self.right) / self.submitted
        return f"{share.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"

    @property
    def reasons(self) -> str:
        """What was sent back, the most frequent part first, with its number of items; "–" when nothing was."""
        parts = ReturnItem.Part.values
        ordered = sorted(self.items.items(), key=lambda each: (-each[1], parts.index(each[0])))
        return ", ".join(f"{ReturnItem.Part(part).label} {count}" for part, count in ordered) or NOTHING


def first_time_right(calls: Iterable[Call]) -> list[FirstTime]:
    """One for each call, in their order; drafts, also recalled ones, do not count, withdrawn applications do. Two
    queries."""
    listed = list(calls)
    counted = {
        row["call"]: row
        for row in Application.objects.filter(call__in=listed, submitted_at__isnull=False)
        .order_by()
        .values("call")
        .annotate(
            submitted=Count("pk"),
            returned=Count("pk", filter=Exists(ReturnRequest.objects.filter(application=OuterRef("pk")))),
        )
    }
    items: dict[UUID, dict[str, int]] = {}
    for row in (
        _named(request__application__call__in=listed)
        .values("request__application__call", "part")
        .annotate(count=Count("pk"))
    ):
        items.setdefault(row["request__application__call"], {})[row["part"]] = row["count"]
    return [
        FirstTime(call, counted[call.pk]["submitted"], counted[call.pk]["returned"], items.get(call.pk, {}))
        if call.pk in counted
        else FirstTime(call)
        for call in listed
    ]


def sent_back(call: Call) -> list[tuple[str, int]]:
    """What staff sent back by name, the most frequent first, then as it first went back: each question, document or criterion
    with its part and how often, in the reader's language; baseline and contact by their part. What a criterion opened and
    drafts do not count. As many rows as names, in at most four queries."""
    counted: list[Any] = list(
        _named(request__application__call=call)
        .values("part", "question", "document", "criterion")
        .annotate(times=Count("pk"), first=Min("created_at"))
        .order_by("-times", "first")
    )
    found: dict[UUID | None, Any] = {}
    for part, model in (("question", Question), ("document", RequiredDocument), ("criterion", Criterion)):
        if keys := {row[part] for row in counted if row[part] is not None}:
            found |= model._default_manager.in_bulk(keys)
    told = []
    for row in counted:
        subject = found.get(row["question"] or row["document"] or row["criterion"])
        label = ReturnItem.Part(row["part"]).label
        told.append((f"{subject} ({label})" if subject else str(label), row["times"]))
    return told


def _named(**conditions: Any) -> QuerySet[ReturnItem]:
    """Items that somebody named, of applications that were handed in."""
    return ReturnItem.objects.filter(
        is_implied=False, request__application__submitted_at__isnull=False, **conditions
    ).order_by()


def first_time_of(user: Any) -> list[FirstTime]:
    """The latest published calls of the user's agencies that are not decided and not cancelled. Three queries and the
    agencies."""
    running = Call.objects.published().filter(
        agency__in=agency_ids(user), decided_at__isnull=True, cancelled_at__isnull=True
    )
    return first_time_right(running.order_by("-opens_at", "code")[:SHOWN_CALLS])
