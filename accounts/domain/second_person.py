"""The agency's table of decisions that need a second person."""

from __future__ import annotations

from django.db import transaction

from accounts.domain import records
from accounts.domain.staffing import require_manager
from accounts.models import Agency, SecondPersonRule, User


def set_rule(agency: Agency, *, decision: str, is_needed: bool, by: User) -> SecondPersonRule:
    """Say for the agency whether a kind of decision needs a second person.

    Refused: `not_manager`, `not_valid` (`ALWAYS_TWO` always need one). Locks the agency's row against two writers.
    """
    with transaction.atomic():
        Agency.objects.select_for_update(of=("self",), no_key=True).get(pk=agency.pk)
        require_manager(by, agency)
        rule = SecondPersonRule.objects.filter(agency=agency, decision=decision).first()
        rule = rule or SecondPersonRule(agency=agency, decision=decision)
        records.put(rule, {"is_needed": is_needed})
    return rule
