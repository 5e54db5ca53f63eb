"""Going on after all (해지 합의 철회): the company asks that an agreement whose last day is agreed goes on, an officer agrees or refuses.

What both sides agreed on, both sides drop: without the agency's word the agreement ends with its day, answered or not. A wrong day
is put right in the same way: the company asks to go on, and then to end on the right one.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground import clock
from ground.audit import because
from ground.errors import RuleBroken
from programs.domain import ending, leaving
from programs.models import EndRequest, Participation


def ask(participation: Participation, *, reason: str, by: User) -> EndRequest:
    """The company's owner asks that the agreement goes on. Nothing changes yet: the agency gets a task, due in a week or on the last
    day if that comes sooner; its officers and the company's members are written to.

    Twice is once: what waits and asks the same is found. Refused: `not_owner`, `reason_missing`, `no_end_agreed` (none is to come). Locks application
    and participation.
    """
    said = ending.reason_of(reason)
    with transaction.atomic(), because(said):
        row = ending.locked_by_owner(participation, by)
        if (known := ending.waiting_of(row)) is not None and known.is_to_go_on:
            return known
        made = EndRequest(is_to_go_on=True, reason=said, last_on=_end_to_come(row), asked_by=by)
        return ending.put(made, row)


def agree(
    participation: Participation, *, by: User, asked: UUID | None = None, answer: str = ""
) -> tuple[EndRequest, int]:
    """The agency agrees to what was read (`asked`, as in `ending.accept`): the agreement goes on as if no end had been agreed, and its
    assignments last as long as before; how many lack days, which both sides read in their letters (`leaving.go_on`).

    Refused: `not_your_agency`, `nothing_asked`, `no_end_agreed` (the last day is over). Locks call, application, participation and the
    request.
    """
    with transaction.atomic():
        row, request = ending.locked_request(participation, asked, by)
        if not request.is_to_go_on:
            raise ending.nothing_asked()
        _end_to_come(row)
        with because(request.reason):
            lost = leaving.go_on(row)
        ending.reply(request, EndRequest.State.ACCEPTED, answer, by)
        ending.tell("agreement_go_on_answered", request, row, lacking=lost)
    return request, lost


def _end_to_come(row: Participation) -> dt.date:
    if row.ends_with is None or row.is_over_on(clock.today()):
        raise RuleBroken("no_end_agreed", _("No end of this agreement is agreed that is still to come."))
    return row.ends_with
