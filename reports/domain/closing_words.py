"""What is said of closings: what stands in the way of one, why one is refused, in the reader's language."""

from __future__ import annotations

import datetime as dt

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ground.errors import RuleBroken, filled
from ground.spoken import spoken_month
from reports.queries.closing import InTheWay, Obstacle

REASON_LENGTH = 300

SENTENCES: dict[Obstacle, Promise] = {
    Obstacle.BEFORE_PROGRAM: _("The month lies before the program's first."),
    Obstacle.CLOSED: _("The month is closed."),
    Obstacle.NOT_OVER: _("The month is not over."),
    Obstacle.EARLIER_OPEN: _("Months are closed in their order: first %(which)s."),
    Obstacle.UNDECIDED_FILE: _("The file “%(name)s” is neither imported nor given up."),
    Obstacle.UNDECIDED_LIST: _("The file “%(name)s” is neither imported nor given up."),
    Obstacle.UNKNOWN_STATE: _("Of %(count)d lines in %(which)s nobody knows what their state means."),
    Obstacle.NO_RATE: _("A rate for amounts in %(which)s is missing."),
    Obstacle.NO_TAX: _("How tax stands in the prices of the store %(which)s is not known for all days."),
    Obstacle.DIFFERENCE: _("Sums do not agree with their lines: %(name)s."),
}


REFUSALS: dict[str, Promise] = {
    "changed": _(
        "The month has changed since it was asked for. It is to be asked for anew, with its figures of now."
    ),
    "not_closed": _("The month is not closed."),
    "not_last": _("Only the last closed month can be opened again: begin with that one."),
    "asked_anew": _("The month was asked for anew since: the newer question is to be answered."),
    "being_decided": _("Two people have agreed already; the month is being worked on."),
}


FAILED = _("It failed for a technical reason. The operator sees why; it can be asked for anew.")


def refusal(code: str) -> RuleBroken:
    return RuleBroken(code, REFUSALS[code])


def sentence(each: InTheWay) -> str:
    """What stands in the way, in the reader's language."""
    which: object = each.which
    if each.what == Obstacle.EARLIER_OPEN:
        which = spoken_month(dt.date.fromisoformat(f"{each.which}-01"))
    return str(SENTENCES[each.what]) % {"count": each.count, "which": which, "name": each.name}


def in_both(refused: RuleBroken) -> dict[str, str]:
    found = {}
    for language in ("ko", "en"):
        with override(language):
            found[language] = str(refused.sentence)
    return found


def require_none(found: list[InTheWay], month: dt.date) -> None:
    if found:
        raise RuleBroken(
            "in_the_way",
            filled(
                _("The month %(month)s cannot be closed: %(why)s"),
                month=spoken_month(month),
                why=_Sentences(found),
            ),
            ("month",),
        )


class _Sentences:
    """Told in the language that is active when it is written."""

    def __init__(self, found: list[InTheWay]) -> None:
        self.found = found

    def __str__(self) -> str:
        return " ".join(sentence(each) for each in self.found[:5])


def check_reason(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken(
            "reason_missing", _("Say why: the second person decides by your reason."), ("reason",)
        )
    if len(reason.strip()) > REASON_LENGTH:
        raise RuleBroken(
            "reason_long",
            filled(_("The reason has at most %(count)d characters."), count=REASON_LENGTH),
            ("reason",),
        )
