"""Asking the tax office anew (휴·폐업 재조회): an answer that is too old counts no more, so it is asked for before it is needed.

Who is asked about: companies of applications whose call asks for the state of the business, where the last answer is too old for
that criterion or there is none. A silent office is asked once a day and its silence takes no answer back; what it leaves
unanswered a person decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from companies.domain import standing
from companies.models import Company, Merge, StatusCheck
from ground import clock
from ground.clock import SEOUL
from programs.domain.criteria.values import days_held, shape_faults
from programs.models import Application, Criterion, Payment
from programs.permissions import require_service

Status = Application.Status
HELPED = frozenset({"status_old", "status_not_checked"})
"""Reasons after which asking may help."""
AGAIN_AFTER = dt.timedelta(hours=20)


def ask(applications: Iterable[Application]) -> int:
    """Have the worker ask about the companies of these applications whose answer is too old, missing or none; how many."""
    rows = list(applications)
    return sum(
        _ask(call, Application.objects.filter(pk__in=[each.pk for each in rows], call=call), held)
        for call, held in _held({each.call_id for each in rows}).items()
    )


def ask_ahead() -> int:
    """Every night: the same for all applications that are still to be taken: in screening and evaluation, on the reserve list,
    selected without an accepted agreement, as long as their program runs, and those of companies for which an amount waits to be
    paid. Nobody is asked where the office's key is not set."""
    if not settings.NARU_TAX_OFFICE_KEY:
        return 0
    waiting = Payment.objects.filter(state=Payment.State.ASKED, participation__application=OuterRef("pk"))
    undecided = Q(
        call__decided_at__isnull=True, status__in=[Status.SUBMITTED, Status.RETURNED, Status.ELIGIBLE]
    )
    to_come = Q(status__in=[Status.ELIGIBLE, Status.SELECTED, Status.RESERVE], call__decided_at__isnull=False)
    runs = Q(call__program__ends_on__gte=clock.today())
    due = Application.objects.filter(
        (runs & (undecided | to_come)) | Exists(waiting), call__cancelled_at__isnull=True
    )
    calls = Criterion.objects.filter(kind=Criterion.Kind.STATUS).values_list("call", flat=True).distinct()
    return sum(_ask(call, due.filter(call=call), held) for call, held in _held(set(calls)).items())


def ask_about(application: Application, *, by: User) -> None:
    """An officer has the worker ask about the company now, however young the last answer is. Refused: `not_your_agency`."""
    require_service(by, application.call.agency)
    about([application.company_id])


def about(companies: Iterable[UUID]) -> int:
    """Have the worker ask about these, each as the record that it goes on as; no query for none."""
    if not (companies := set(companies)):
        return 0
    onward = Merge.objects.onward()
    return standing.ask_for_check(sorted({onward.get(each, each) for each in companies}))


def _held(calls: set[UUID]) -> dict[UUID, int]:
    """By call the days for which an answer holds, of those that ask for one. One query."""
    found: dict[UUID, int] = {}
    for each in Criterion.objects.filter(call__in=calls, kind=Criterion.Kind.STATUS):
        if not shape_faults(each.kind, each.values):
            found[each.call_id] = min(found.get(each.call_id, days_held(each.values)), days_held(each.values))
    return found


def _ask(call: UUID, rows: QuerySet[Application], held: int) -> int:
    now = clock.now()
    since = now.astimezone(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(held)
    onward = Merge.objects.onward()
    kept = [onward[each] for each in rows.filter(company__in=onward).values_list("company", flat=True)]
    last = StatusCheck.objects.filter(company=OuterRef("pk")).order_by("-checked_at", "-id")
    answer = last.answers()
    asked = Company.objects.filter(Q(pk__in=rows.values("company")) | Q(pk__in=kept)).exclude(pk__in=onward)
    found = asked.annotate(
        last_at=Subquery(last.values("checked_at")[:1]),
        last_said=Subquery(last.values("status")[:1]),
        answer_at=Subquery(answer.values("checked_at")[:1]),
    ).filter(
        Q(answer_at__isnull=True) | Q(answer_at__lt=since),
        Q(last_at__isnull=True)
        | ~Q(last_said=StatusCheck.Status.NOT_CHECKED)
        | Q(last_at__lt=now - AGAIN_AFTER),
    )
    return standing.ask_for_check(found.order_by("pk").values_list("pk", flat=True))
