"""Agencies of the installation: founded by its operator, who appoints the first manager; from then on they run themselves."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain import people, records, staffing
from accounts.models import Agency, Officer, Organization, User
from ground import clock
from ground.errors import RuleBroken


def found(*, facts: dict[str, Any], by: User) -> Agency:
    """Enter an agency (`code`, `name_ko`, `name_en`, `supervised_by`). Refused: `not_operator`, `out_of_use` (the
    supervising body), `not_valid`."""
    people.require_operator(by)
    _require_in_use(facts.get("supervised_by"))
    agency = Agency(**facts)
    records.put(agency)
    return agency


def edit(agency: Agency, *, facts: dict[str, Any], by: User) -> Agency:
    """Change names or the supervising body; the code stays. Refused: `not_operator`, `out_of_use` (another body than so
    far), `not_valid`. Locks the agency."""
    people.require_operator(by)
    with transaction.atomic():
        agency = Agency.objects.select_for_update(of=("self",)).get(pk=agency.pk)
        if facts.get("supervised_by") != agency.supervised_by:
            _require_in_use(facts.get("supervised_by"))
        records.put(agency, {name: value for name, value in facts.items() if name != "code"})
    return agency


def appoint_manager(agency: Agency, *, email: str, name: str = "", by: User) -> Officer:
    """Give an agency that has no manager one, from today on; the person gets a mail.

    Refused: `not_operator`, `has_manager` (managers appoint the others), `switched_off`, `name_missing`, `not_valid`.
    Locks the agency.
    """
    people.require_operator(by)
    with transaction.atomic():
        agency = Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=agency.pk)
        if why := why_not_appoint(agency):
            raise RuleBroken("has_manager", why)
        return staffing.enter_officer(
            agency, email=email, name=name, role=Officer.Role.MANAGER, from_on=clock.today()
        )


def why_not_appoint(agency: Agency) -> Any:
    """The sentence why the operator cannot appoint a manager; empty when he can."""
    if staffing.managers_on(agency, clock.today()).exists():
        return _("The agency has a manager. Managers appoint the others.")
    return ""


def _require_in_use(body: Organization | None) -> None:
    if body is not None and not Organization.objects.in_use_on(clock.today()).filter(pk=body.pk).exists():
        raise RuleBroken(
            "out_of_use", _("This organization is out of use. It supervises nobody."), ("supervised_by",)
        )
