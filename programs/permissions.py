"""Who may do what with the records of this floor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from accounts.roles import agencies_of, agency_ids, organization_ids
from companies.ties import tie
from ground import files
from ground.access import Role, role_source
from ground.clock import ClockToday
from ground.errors import RuleBroken
from ground.models import StoredFile
from programs.models import (
    Application,
    Assignment,
    Conflict,
    Delivery,
    Document,
    Evaluator,
    Memorandum,
    Paper,
    Participation,
    Program,
    ProviderContract,
)
from programs.models.participation import SEEING

DECIDERS = (Role.MANAGER,)
WRITERS = (Role.MANAGER, Role.OFFICER)


@role_source
def evaluator_role(user: UUID) -> Iterator[QuerySet[Any, str]]:
    """Evaluator of at least one call."""
    posts = Evaluator.objects.filter(user=user, ended_at__isnull=True)
    yield posts.values_list(Value(Role.EVALUATOR.value), flat=True)


def require_service(by: User, agency: Agency, *roles: Role) -> None:
    """Whether the person serves the agency today in one of `roles` (manager or officer when none is named).

    The access table says that somebody is a manager somewhere; this says of whom. `RuleBroken('not_your_agency')`.
    """
    if agency.pk not in {each.pk for each in agencies_of(by, *(roles or WRITERS))}:
        raise RuleBroken(
            "not_your_agency",
            _("Only people who serve %(agency)s in the right role can do this. Ask a colleague there.")
            % {"agency": agency},
        )


@tie
def by_contract(organizations: list[UUID]) -> QuerySet[Any, Any]:
    """A provider sees the companies that it delivers to, until its contract is over."""
    deliveries = Delivery.objects.filter(
        contract__organization__in=organizations,
        contract__until_on__gte=ClockToday(),
        participation__in=Participation.objects.taking_part(),
    )
    return deliveries.exclude(state=Delivery.State.CANCELLED).values("participation__company")


@tie
def by_assignment(organizations: list[UUID]) -> QuerySet[Any, Any]:
    """A provider sees the companies that sell through its stores, until their assignments are over."""
    lasting = Q(until_on__isnull=True) | Q(until_on__gte=ClockToday())
    assignments = Assignment.objects.filter(lasting, store__organization__in=organizations)
    taking_part = Participation.objects.taking_part()
    return assignments.filter(participation__in=taking_part).values("participation__company")


@tie
def by_partnership(organizations: list[UUID]) -> QuerySet[Any, Any]:
    """A platform partner sees the companies of programs that name it, until the program is closed. A research body sees its
    tasks and no company."""
    named = {"partners__organization__in": organizations, "partners__organization__kind__in": SEEING}
    programs = Program.objects.filter(**named)
    running = programs.exclude(state=Program.State.CLOSED)
    return Participation.objects.taking_part().filter(program__in=running).values("company")


@files.gate
def paper_of_program(user: Any, file: StoredFile) -> bool:
    """Papers, memoranda and contracts: staff of the agency; a contract also its provider."""
    mine = Q(file=file, agency__in=agency_ids(user))
    return (
        Paper.objects.filter(mine).exists()
        or Memorandum.objects.filter(mine).exists()
        or ProviderContract.objects.filter(
            mine | Q(file=file, organization__in=organization_ids(user))
        ).exists()
    )


@files.gate
def evidence_of_delivery(user: Any, file: StoredFile) -> bool:
    """Staff of the agency, the provider of the contract, members of the company that it was delivered to."""
    if not user.is_authenticated:
        return False
    own = user.company_members.filter(ended_at__isnull=True).values("company")
    return Delivery.objects.filter(
        Q(evidence=file)
        & (
            Q(agency__in=agency_ids(user))
            | Q(contract__organization__in=organization_ids(user))
            | Q(participation__company__in=own)
        )
    ).exists()


@files.gate
def document_for_evaluator(user: Any, file: StoredFile) -> bool:
    """An evaluator reads what was handed in for an application declared free of conflict, until the decision or
    the cancellation of the call.

    Certificates (they name people) are staff's business, not theirs.
    """
    if not user.is_authenticated:
        return False
    free = Conflict.objects.filter(
        application=OuterRef("application"),
        evaluator__user=user,
        evaluator__ended_at__isnull=True,
        has_conflict=False,
    )
    return Document.objects.filter(
        Exists(free),
        file=file,
        replaced_at__isnull=True,
        required__certificate_kind="",
        application__status=Application.Status.ELIGIBLE,
        call__decided_at__isnull=True,
        call__cancelled_at__isnull=True,
    ).exists()
