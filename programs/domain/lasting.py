"""Until when an agreement lasts (협약 종료일): nothing is planned, done or assigned after its agreed last day."""

from __future__ import annotations

import datetime as dt

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken, filled
from programs.models import EndRequest, Participation


def why_it_ends(last_on: dt.date) -> Promise:
    """Why an agreement whose last day is agreed is not completed, nor asked to end once more."""
    return filled(_("The agreement ends with %(day)s, as agreed with the company."), day=last_on)


def refuse_while_asked(participation: Participation) -> None:
    """`RuleBroken('end_asked')` while the company waits for the answer to a request about the end. One query."""
    asked = EndRequest.objects.waiting().filter(participation=participation).first()
    if asked is not None and asked.is_to_go_on:
        raise RuleBroken("end_asked", _("The company asks that the agreement goes on. Answer that first."))
    if asked is not None:
        raise RuleBroken("end_asked", _("The company asks to end the agreement. Answer that first."))


def until(participation: Participation, until_on: dt.date | None) -> dt.date | None:
    """The last day of an assignment: at the latest that of taking part, where one is agreed."""
    return min((day for day in (until_on, participation.last_on) if day), default=None)


def is_end_agreed(participation: Participation, last_on: dt.date) -> bool:
    """Whether the company and the agency agreed on this last day, and not since that the agreement goes on. One query."""
    return EndRequest.objects.standing().filter(participation=participation, ended_on=last_on).exists()


def why_until(last_on: dt.date) -> Promise:
    """What was assigned ends with the agreed last day, though it was to last longer."""
    return filled(_("Assigned until %(day)s, the agreed last day of the agreement."), day=last_on)


def check_day(participation: Participation, day: dt.date, field: str) -> None:
    """Reads `participation.company`. `RuleBroken('after_last_day')` where the day lies after the last one of taking part."""
    if participation.last_on is not None and participation.is_over_on(day):
        raise RuleBroken(
            "after_last_day",
            filled(
                _("The agreement with %(company)s ends with %(day)s. Choose a day up to it."),
                company=participation.company,
                day=participation.last_on,
            ),
            (field,),
        )
