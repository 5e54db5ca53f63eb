"""Deliveries of the package: whose they are to tick off, and what each component cost so far (KRW)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.roles import agency_ids, organization_ids
from programs.models import Component, Delivery, Participation, Program


def visible(user: Any) -> QuerySet[Delivery]:
    """Staff: their agency's. Providers: those of their contracts. Members of a company: what is delivered to it."""
    rows = Delivery.objects.select_related(
        "component",
        "contract",
        "contract__organization",
        "participation",
        "participation__company",
        "evidence",
    )
    if not getattr(user, "is_authenticated", False):
        return rows.none()
    own = user.company_members.filter(ended_at__isnull=True).values("company")
    return rows.filter(
        Q(agency__in=agency_ids(user))
        | Q(contract__organization__in=organization_ids(user))
        | Q(participation__company__in=own)
    )


def of_provider(user: Any) -> QuerySet[Delivery]:
    """Deliveries under contracts of the organizations that the person signs in for: theirs to tick off."""
    return (
        visible(user)
        .filter(Q(contract__organization__in=organization_ids(user)))
        .order_by("planned_on", "participation__company__name_ko", "id")
    )


@dataclass(frozen=True)
class ComponentTotal:
    """One component of a program. Amounts in KRW; cancelled deliveries are in none of them.

    `budget_amount` is the program's plan for the component, `planned_amount` the sum of what was planned per company,
    `actual_amount` the sum of what was done (until a day, where one was asked for). `companies` have it planned or
    done, `done_companies` done (until that day).
    """

    component_id: UUID
    kind: str
    name_ko: str
    name_en: str
    budget_amount: Decimal
    planned_amount: Decimal
    actual_amount: Decimal
    companies: int
    done_companies: int


def component_totals(program: Program, until_on: dt.date | None = None) -> tuple[ComponentTotal, ...]:
    """Every component of the program in its order, also one without deliveries. Budget and plan are those of the whole
    program; what was done counts until the day `until_on`, if given. One query."""
    counted = ~Q(deliveries__state=Delivery.State.CANCELLED)
    done = Q(deliveries__state=Delivery.State.DONE)
    if until_on is not None:
        done &= Q(deliveries__done_on__lte=until_on)
    rows = (
        Component.objects.filter(program=program)
        .annotate(
            planned=Sum("deliveries__planned_amount", filter=counted),
            actual=Sum("deliveries__actual_amount", filter=done),
            companies=Count("deliveries__participation", filter=counted, distinct=True),
            done_companies=Count("deliveries__participation", filter=done, distinct=True),
        )
        .order_by("position", "id")
    )
    return tuple(
        ComponentTotal(
            component_id=each.pk,
            kind=each.kind,
            name_ko=each.name_ko,
            name_en=each.name_en,
            budget_amount=each.planned_amount,
            planned_amount=each.planned or Decimal(0),
            actual_amount=each.actual or Decimal(0),
            companies=each.companies,
            done_companies=each.done_companies,
        )
        for each in rows
    )


def companies_served(program: Program, until_on: dt.date) -> int:
    """Companies (their participations) for which anything was done until the day, each once however many components
    served it."""
    done = Delivery.objects.filter(program=program, state=Delivery.State.DONE, done_on__lte=until_on)
    return done.values("participation").distinct().count()


@dataclass(frozen=True)
class CompanyDeliveries:
    """One company of a program with its deliveries by component (None where it has none)."""

    participation: Participation
    cells: tuple[Delivery | None, ...]


def delivery_table(program: Program) -> tuple[list[Component], list[CompanyDeliveries]]:
    """Companies taking part x components, for the page where staff assign. Three queries."""
    components = list(Component.objects.filter(program=program).order_by("position", "id"))
    found: dict[tuple[UUID, UUID], Delivery] = {
        (each.participation_id, each.component_id): each
        for each in Delivery.objects.filter(program=program).select_related("contract__organization")
    }
    rows = [
        CompanyDeliveries(each, tuple(found.get((each.pk, component.pk)) for component in components))
        for each in Participation.objects.filter(program=program)
        .taking_part()
        .select_related("company")
        .order_by("company__name_ko", "pk")
    ]
    return components, rows


@dataclass(frozen=True)
class ContractUse:
    """A provider contract: its amount (KRW) against what is planned and done under it."""

    contract_id: UUID
    number: str
    provider: str
    amount: Decimal
    planned_amount: Decimal
    actual_amount: Decimal


def contract_use(program: Program) -> tuple[ContractUse, ...]:
    """Each contract of the program, by number. One query."""
    sums: dict[UUID, tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for row in (
        Delivery.objects.filter(program=program, contract__isnull=False)
        .exclude(state=Delivery.State.CANCELLED)
        .values("contract_id")
        .annotate(planned=Sum("planned_amount"), actual=Sum("actual_amount"))
    ):
        sums[row["contract_id"]] = (row["planned"] or Decimal(0), row["actual"] or Decimal(0))
    contracts = program.provider_contracts.select_related("organization").order_by("number")
    return tuple(
        ContractUse(each.pk, each.number, str(each.organization), each.amount, *sums[each.pk])
        for each in contracts
    )


def overdue(user: Any, day: dt.date) -> QuerySet[Delivery]:
    """Planned by the user's agencies for a day before `day` and not done, the oldest first: for the desk."""
    return (
        Delivery.objects.filter(agency__in=agency_ids(user), state=Delivery.State.PLANNED, planned_on__lt=day)
        .select_related("component", "participation__company")
        .order_by("planned_on", "id")
    )
