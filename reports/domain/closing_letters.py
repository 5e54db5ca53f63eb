"""Letters of closings: those who asked and decided have left the page by the time at which the worker finds what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import override

from accounts.models import Approval, User
from ground import letters
from ground.errors import RuleBroken
from reports.domain.closing_words import sentence
from reports.models import ClosedMonth
from reports.queries.closing import InTheWay


def tell_in_the_way(row: ClosedMonth, found: Iterable[InTheWay]) -> None:
    """Write to who asked that nobody is asked to decide, and what stands in the way."""
    with override(row.asked_by.language):
        reasons = [sentence(each) for each in found]
    _write(row, row.asked_by, reasons, what="in_the_way")


def tell_refused(row: ClosedMonth, approval: Approval, refused: RuleBroken) -> None:
    """Write to the two who agreed that it was not carried out, and why."""
    what = "not_closed" if row.state == ClosedMonth.State.ASKED else "not_opened"
    for reader in filter(None, (approval.asked_by, approval.answered_by)):
        with override(reader.language):
            reasons = [str(refused.sentence)]
        _write(row, reader, reasons, what=what)


def _write(row: ClosedMonth, reader: User, reasons: list[str], *, what: str) -> None:
    if not reader.is_active:
        return
    path = f"{reverse('admin:reports_months')}?{urlencode({'program': row.program.code})}"
    facts = {"program": row.program, "month": row.month, "what": what, "reasons": reasons, "path": path}
    letters.write(reader, "month_not_decided", facts)
