"""What the first pages ask: what a company sold lately, what waits for an officer, how programs stand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import Approval
from accounts.roles import agency_ids, organization_ids
from companies.models import Claim, Company, Succession
from ground import clock
from ground.access import Role
from programs.models import Application, Call, Inquiry, Participation, Program, Task
from programs.permissions import WRITERS
from reports.models import Difference, ImportBatch, SharedSupport
from reports.queries import answers, order_sums, rates, results, targets, waiting

ZERO = Decimal(0)


@dataclass(frozen=True)
class MonthSold:
    """A company's counted orders of a month in a program: won and dollars before and after refunds (no dollars where a day
    has no rate), orders."""

    company: Company
    program: Program
    month: dt.date
    krw_amount: Decimal
    net_krw_amount: Decimal
    usd_amount: Decimal | None
    net_usd_amount: Decimal | None
    orders: int


def sold_by(user: Any) -> list[MonthSold]:
    """What the user's companies sold, month by month, the newest first, as the programs' targets count it: in programs that they have
    left, too."""
    today = clock.today()
    mine = Company.objects.of_member(user)
    participations = (
        Participation.objects.filter(company__in=mine).took_part().select_related("program", "company")
    )
    found = [row for participation in participations for row in sold_in(participation, today)]
    return sorted(found, key=lambda each: (each.month, each.program.code), reverse=True)


def sold_in(participation: Participation, on: dt.date) -> list[MonthSold]:
    """What the company sold in the program up to a day, by the definition that the page of its sales has too."""
    scope = results.scope_until(participation.program, on)
    orders = order_sums.orders(scope, [participation.company_id])
    by_month: dict[dt.date, list[Any]] = {}
    for (month, _currency), each in orders.by_month().items():
        by_month.setdefault(month, []).append(each)
    return [
        MonthSold(
            company=participation.company,
            program=participation.program,
            month=month,
            krw_amount=sum((each.krw_amount for each in sums), ZERO),
            net_krw_amount=sum((each.net_krw_amount for each in sums), ZERO),
            usd_amount=rates.cents(rates.dollars(each.usd_amount for each in sums)),
            net_usd_amount=rates.cents(rates.dollars(each.net_usd_amount for each in sums)),
            orders=sum(each.orders for each in sums),
        )
        for month, sums in by_month.items()
    ]


@dataclass(frozen=True)
class Waiting:
    """What waits for an officer, as counts; each has its page."""

    approvals: list[Approval]
    tasks: list[Task]
    screening: list[tuple[Call, int]]
    inquiries: int
    claims: int
    refused_papers: int
    refused_files: int
    previewed_files: int
    lines_without_company: int
    lines_with_unknown_state: int
    differences: int
    shared_support: int
    contradicted_months: list[tuple[Program, dt.date, int]]


def waiting_for(user: Any) -> Waiting:
    """What waits for an officer of the user's agencies."""
    mine = agency_ids(user)
    deciders = agency_ids(user, Role.MANAGER, Role.FINANCE)
    approvals = Approval.objects.filter(agency__in=deciders, answered_at__isnull=True).exclude(asked_by=user)
    undecided = Call.objects.filter(agency__in=mine, decided_at__isnull=True, cancelled_at__isnull=True)
    in_screening = Application.objects.filter(call__in=undecided, status=Application.Status.SUBMITTED)
    counts = dict(in_screening.order_by().values_list("call").annotate(count=Count("pk")))
    batches = ImportBatch.objects.filter(agency__in=mine)
    return Waiting(
        approvals=list(approvals.select_related("asked_by").order_by("created_at")),
        tasks=list(
            Task.objects.open().for_staff(user).select_related("company").order_by("due_on", "id")[:30]
        ),
        screening=[(call, counts[call.pk]) for call in undecided if counts.get(call.pk)],
        inquiries=Inquiry.objects.of_agencies(user).waiting().count(),
        claims=Claim.objects.for_staff(user).count(),
        refused_papers=Succession.objects.without_paper().filter(agency__in=mine).count(),
        refused_files=batches.filter(state=ImportBatch.State.REFUSED).count(),
        previewed_files=batches.filter(state=ImportBatch.State.PREVIEW).count(),
        lines_without_company=waiting.lines_without_company(user),
        lines_with_unknown_state=sum(each.lines for each in waiting.unknown_states(user)),
        differences=Difference.objects.filter(agency__in=mine, state=Difference.State.OPEN).count(),
        shared_support=SharedSupport.objects.to_answer(agency_ids(user, *WRITERS)).count(),
        contradicted_months=answers.contradictions(
            Program.objects.filter(agency__in=mine).exclude(state=Program.State.CLOSED)
        ),
    )


def programs_of(user: Any) -> list[targets.Standing]:
    """The running programs of the user's agencies and of those with a part in them, each against its targets."""
    today = clock.today()
    return [targets.standing(program, today) for program in running_of(user)]


def programs_under(user: Any) -> list[targets.Standing]:
    """The running programs of agencies that the user's body supervises, each against its targets."""
    today = clock.today()
    under = running_of(user).filter(agency__supervised_by__in=organization_ids(user))
    return [targets.standing(program, today) for program in under]


def running_of(user: Any) -> QuerySet[Program]:
    """The running programs that the user may see."""
    running = Program.objects.visible_to(user).filter(state=Program.State.RUNNING)
    return running.select_related("agency").order_by("starts_on", "code")
