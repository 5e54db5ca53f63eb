"""Right the first time: how many applications of a call were never sent back for correction, and what went back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from accounts.roles import agency_ids
from programs.models import Application, Call, ReturnItem, ReturnRequest

SHOWN_CALLS = 10
NOTHING = "–"


@dataclass(frozen=True)
class FirstTime:
    """Of a call: applications that were handed in, those ever sent back, and the items sent back by part."""

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
        ReturnItem.objects.filter(
            request__application__call__in=listed, request__application__submitted_at__isnull=False
        )
        .order_by()
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
    """What went back by name, the most frequent first: each question, document or criterion with how often, in the
    reader's language; baseline and contact by their part. Drafts do not count. One query."""
    rows = (
        ReturnItem.objects.filter(
            request__application__call=call, request__application__submitted_at__isnull=False
        )
        .select_related("question", "document", "criterion")
        .order_by("created_at", "id")
    )
    counted = Counter(str(each) for each in rows)
    return sorted(counted.items(), key=lambda each: -each[1])


def first_time_of(user: Any) -> list[FirstTime]:
    """The latest published calls of the user's agencies that are not decided and not cancelled. Three queries and the
    agencies."""
    running = Call.objects.published().filter(
        agency__in=agency_ids(user), decided_at__isnull=True, cancelled_at__isnull=True
    )
    return first_time_right(running.order_by("-opens_at", "code")[:SHOWN_CALLS])
