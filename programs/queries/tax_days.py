"""For how long the calls to which a company applies let an answer of the tax office count, and on which day its age counts."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q
from django.urls import reverse

from companies.models import Company
from companies.queries import TaxAnswer
from companies.tax_days import DaysOfCall, told_by
from ground import clock
from ground.clock import SEOUL
from ground.words import marked
from programs.domain.criteria.values import days_held, shape_faults
from programs.domain.eligibility import day_that_counts
from programs.models import Application, Criterion

Status = Application.Status
OVER = {
    Application.CALL_CANCELLED, Status.INELIGIBLE, Status.NOT_SELECTED, Status.COMPLETED, Status.WITHDRAWN,
}  # fmt: skip
ON_THE_DAY = {Status.SELECTED, Status.RESERVE, Status.AGREED}
"""Public statuses after which criteria are taken at an agreement or a payment, on that day itself."""


@told_by
def days_of_calls(company: Company, answer: TaxAnswer | None) -> list[DaysOfCall]:
    """Of each call in which the company has a draft that can still be handed in or an application that is not over, as far as the company
    may know, and whose program runs: the days for which an answer counts. By closing, the next first. Two queries at most."""
    now = clock.now()
    today = now.astimezone(SEOUL).date()
    rows = (
        Application.objects.standing()
        .filter(Q(call__closes_at__gt=now) | ~Q(status=Status.DRAFT), company=company)
        .filter(call__program__ends_on__gte=today)
        .select_related("call__agency", "call__program")
        .order_by("call__closes_at", "pk")
    )
    running = [each for each in rows if each.public_status not in OVER]
    if not running:
        return []
    criteria: dict[object, list[Criterion]] = defaultdict(list)
    asked = Criterion.objects.filter(call__in=[each.call_id for each in running], kind=Criterion.Kind.STATUS)
    for each in asked.order_by("position", "id"):
        if not shape_faults(each.kind, each.values):
            criteria[each.call_id].append(each)
    found = []
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
                    until_on=answer.check.counts_until(held) if answer and answer.check.is_answer else None,
                    today=today,
                )
            )
    return found
