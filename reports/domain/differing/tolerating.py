"""Staff set how far measures may lie apart in a program (허용오차 설정)."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock
from ground.errors import RuleBroken
from programs.models import Program
from programs.permissions import require_service
from reports.domain.differing import finding
from reports.models import Comparison, Tolerance


def set_limit(
    program: Program, comparison: str, *, percent: Decimal, krw_amount: Decimal, reason: str, by: User
) -> Tolerance:
    """Set the percent of the orders and the amount in won, with a reason; the program is compared anew. The earlier value
    stays on record; the same once more is the one that is there.

    Refused: `not_your_agency`, `percent_range`, `amount_negative`, `reason_missing`. Locks the program.
    """
    reason = reason.strip()
    if not 0 <= percent <= 100:
        raise RuleBroken("percent_range", _("The percent lies between 0 and 100."), ("percent",))
    if krw_amount < 0:
        raise RuleBroken("amount_negative", _("The amount cannot be negative."), ("krw_amount",))
    if not reason:
        raise RuleBroken("reason_missing", _("Say why: an auditor will ask."), ("reason",))
    with transaction.atomic():
        program = (
            Program.objects.select_for_update(of=("self",), no_key=True)
            .select_related("agency")
            .get(pk=program.pk)
        )
        require_service(by, program.agency)
        standing = Tolerance.objects.current().filter(program=program, comparison=comparison).first()
        if standing and (standing.percent, standing.krw_amount) == (percent, krw_amount):
            return standing
        now = clock.now()
        Tolerance.objects.current().filter(program=program, comparison=comparison).update(replaced_at=now)
        made = Tolerance.objects.create(
            agency_id=program.agency_id, program=program, comparison=Comparison(comparison), percent=percent,
            krw_amount=krw_amount, reason=reason[:300], set_by=by, set_at=now,
        )  # fmt: skip
        if program.starts_on <= clock.today():
            finding.ask_to_find(program, by=by)
    return made
