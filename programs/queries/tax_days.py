"""For how long the calls to which a company applies let an answer of the tax office count, and on which day its age counts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from companies.models import Company, Merge, StatusCheck
from companies.queries import TaxAnswer
from companies.tax_days import DaysOfCall, told_by
from ground import clock
from ground.clock import SEOUL
from ground.words import marked
from programs.domain.criteria.values import days_held, shape_faults
from programs.domain.eligibility import day_that_counts
from programs.models import Application, Criterion, Payment

Status = Application.Status
OVER = {
    Application.CALL_CANCELLED, Status.INELIGIBLE, Status.NOT_SELECTED, Status.COMPLETED, Status.WITHDRAWN,
}  # fmt: skip
PAID_UNDER = {Status.AGREED, Status.COMPLETED}
"""Public statuses after which criteria are taken at a payment alone: nobody asks before one is asked for."""
ON_THE_DAY = {Status.SELECTED, Status.RESERVE, *PAID_UNDER}
"""Public statuses after which criteria are taken at an agreement or a payment, on that day itself."""


@told_by
def days_of_calls(company: Company, answer: TaxAnswer | None) -> list[DaysOfCall]:
    """Of each call in which the company has a draft that can still be handed in or an application that is not over, as far as the company
    may know, and whose program runs: the days for which an answer counts. Applications of records that were merged into the company's are
    its own; of one that goes on as another nothing is said. By closing, the next first. Three queries at most."""
    onward = Merge.objects.onward()
    if company.pk in onward:
        return []
    records = [company.pk, *(given_up for given_up, kept in onward.items() if kept == company.pk)]
    waiting = Payment.objects.filter(state=Payment.State.ASKED, participation__application=OuterRef("pk"))
    now = clock.now()
    today = now.astimezone(SEOUL).date()
    rows: QuerySet[Any] = (
        Application.objects.standing()
        .filter(Q(call__closes_at__gt=now) | ~Q(status=Status.DRAFT), company__in=records)
        .filter(call__program__ends_on__gte=today)
        .annotate(has_waiting=Exists(waiting))
        .select_related("call__agency", "call__program")
        .order_by("call__closes_at", "pk")
    )
    running = [
        each
        for each in rows
        if each.public_status not in OVER or (each.public_status == Status.COMPLETED and each.has_waiting)
    ]
    if not running:
        return []
    criteria: dict[object, list[Criterion]] = defaultdict(list)
    asked = Criterion.objects.filter(call__in=[each.call_id for each in running], kind=Criterion.Kind.STATUS)
    for each in asked.order_by("position", "id"):
        if not shape_faults(each.kind, each.values):
            criteria[each.call_id].append(each)
    found = []
    check = answer.check if answer and answer.check.is_answer else None
    for application in running:
        is_on_the_day = application.public_status in ON_THE_DAY
        for held, counts_on in dict.fromkeys(
            (
                days_held(each.values),
                None if is_on_the_day else day_that_counts(application.call, each.as_of),
            )
            for each in criteria[application.call_id]
        ):
            found.append(
                DaysOfCall(
                    title=marked(application.call, "title"),
                    path=reverse("application_show", args=[application.pk]),
                    held=held,
                    counts_on=counts_on,
                    until_on=check.counts_until(held) if check else None,
                    today=today,
                    is_active=check is not None and check.status == StatusCheck.Status.ACTIVE,
                    is_at_payment=application.public_status in PAID_UNDER,
                )
            )
    return found
