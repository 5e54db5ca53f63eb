"""Who serves in an agency and who stands in for whom: decided by the agency's managers, by day."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import people, records
from accounts.domain.people import person_with
from accounts.models import Agency, Deputy, Officer, User
from accounts.models.agency import OfficerQuerySet
from accounts.roles import agencies_of
from ground import clock, letters
from ground.access import Role
from ground.errors import RuleBroken


def appoint(
    agency: Agency,
    *,
    email: str,
    role: str,
    from_on: dt.date,
    until_on: dt.date | None = None,
    name: str = "",
    by: User,
) -> Officer:
    """Give a person a role in the agency, both days included. The person gets a mail; who has no account yet gets one,
    under `name`, and sets the password by the mail's link.

    Refused: `not_manager`, `name_missing`, `switched_off`, `period_order`, `not_valid` (the role is held already in that
    period).
    """
    require_manager(by, agency)
    return enter_officer(agency, email=email, name=name, role=role, from_on=from_on, until_on=until_on)


def enter_officer(
    agency: Agency, *, email: str, name: str, role: str, from_on: dt.date, until_on: dt.date | None = None
) -> Officer:
    """What every appointment does, whoever may make it: find or make the account, enter the officer, write the mail."""
    _require_order(from_on, until_on)
    with transaction.atomic():
        user = people.person_for(email, name)
        officer = Officer(agency=agency, user=user, role=role, from_on=from_on, until_on=until_on)
        records.put(officer)
        link = "" if people.can_sign_in(user) else people.password_link(user)
        facts = {"officer": officer, "link": link, "has_second_factor": settings.NARU_STAFF_MFA}
        letters.write(user, "officer_appointed", facts, is_secret=bool(link))
    return officer


def managers_on(agency: Agency, day: dt.date) -> OfficerQuerySet:
    """Who manages the agency on that day and can sign in."""
    return Officer.objects.serving_on(day).filter(
        agency=agency, role=Officer.Role.MANAGER, user__is_active=True
    )


def end_service(officer: Officer, *, until_on: dt.date | None, by: User) -> Officer:
    """Set or lift the last day of a service.

    Refused: `not_manager`, `period_order`, `last_manager` (an agency is never without a manager from today on). Locks the
    agency's officers.
    """
    with transaction.atomic():
        list(Officer.objects.select_for_update(of=("self",)).filter(agency=officer.agency_id).order_by("pk"))
        officer = Officer.objects.select_related("agency", "user").get(pk=officer.pk)
        require_manager(by, officer.agency)
        _require_order(officer.from_on, until_on)
        if officer.role == Officer.Role.MANAGER and until_on is not None:
            day = max(until_on + dt.timedelta(days=1), clock.today())
            if not managers_on(officer.agency, day).exclude(pk=officer.pk).exists():
                raise RuleBroken(
                    "last_manager",
                    _("The agency would be without a manager. Appoint another one first."),
                    ("until_on",),
                )
        records.put(officer, {"until_on": until_on})
    return officer


def deputize(officer: Officer, *, email: str, from_on: dt.date, until_on: dt.date, by: User) -> Deputy:
    """Let a colleague stand in for an officer during an absence.

    Refused: `not_manager`, `unknown_person`, `own_deputy`, `period_order`.
    """
    with transaction.atomic():
        require_manager(by, officer.agency)
        _require_order(from_on, until_on)
        user = person_with(email)
        if user.pk == officer.user_id:
            raise RuleBroken("own_deputy", _("Nobody stands in for themselves."), ("email",))
        deputy = Deputy(officer=officer, user=user, from_on=from_on, until_on=until_on)
        records.put(deputy)
    return deputy


def move_deputy(deputy: Deputy, *, from_on: dt.date, until_on: dt.date, by: User) -> Deputy:
    """Change the days of a deputy. Refused: `not_manager`, `period_order`. Locks the deputy."""
    with transaction.atomic():
        deputy = (
            Deputy.objects.select_for_update(of=("self",))
            .select_related("officer__agency", "user")
            .get(pk=deputy.pk)
        )
        require_manager(by, deputy.officer.agency)
        _require_order(from_on, until_on)
        records.put(deputy, {"from_on": from_on, "until_on": until_on})
    return deputy


def require_manager(user: User, agency: Agency) -> None:
    """`RuleBroken('not_manager')` unless the person is a manager of the agency today."""
    if agency not in agencies_of(user, Role.MANAGER):
        raise RuleBroken("not_manager", _("Only a manager of the agency can do this."))


def _require_order(from_on: dt.date, until_on: dt.date | None) -> None:
    if until_on is not None and until_on < from_on:
        raise RuleBroken("period_order", _("The last day lies before the first."), ("until_on",))
