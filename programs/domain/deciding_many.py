"""Deciding many criteria at once, as a list says: every row through the verb of one, all of them or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground.errors import RuleBroken
from programs.domain import screening
from programs.models import Application, Call, Criterion
from programs.permissions import require_service
from programs.queries import takings
from programs.queries.open_criteria import stamp
from programs.queries.takings import Result

MOST = 1000
"""Decisions at once; each is a verb of its own."""


@dataclass(frozen=True)
class Wish:
    """A row of the list: what somebody wrote beside a requirement of an application. `row` is its number in the file,
    `to` is empty where nothing was written, `fault` says what of the row could not be read."""

    row: int
    receipt: str
    code: str
    to: str
    reason: str
    stamp: str
    fault: str = ""

    def as_list(self) -> list[Any]:
        return list(asdict(self).values())


@dataclass(frozen=True)
class Row:
    """What comes of a row: `state` is same, decided, asks (an exception that a second person is asked about) or refused;
    `refusal` is the sentence."""

    wish: Wish
    state: str = "same"
    application: Application | None = None
    criterion: Criterion | None = None
    refusal: str = ""


def look_over(call: Call, wishes: Sequence[Wish], *, by: User) -> list[Row]:
    """What would come of the rows, by carrying them out and taking all of it back. Refused: `not_your_agency`,
    `too_many`. Locks as `decide_many`, until it has answered."""
    with transaction.atomic():
        rows = _carry_out(call, wishes, by)
        transaction.set_rollback(True)
    return rows


def decide_many(call: Call, wishes: Sequence[Wish], *, by: User) -> list[Row]:
    """Carry out every row by `screening.override`, or none: if one is refused, nothing is written and the rows say which.

    A row without a decision, or with the one that stands already, changes nothing; a decision is not taken back by an
    empty cell. Refused: `not_your_agency`, `too_many`. Locks the call and the applications.
    """
    with transaction.atomic():
        rows = _carry_out(call, wishes, by)
        if any(each.state == "refused" for each in rows):
            transaction.set_rollback(True)
    return rows


def _carry_out(call: Call, wishes: Sequence[Wish], by: User) -> list[Row]:
    require_service(by, call.agency)
    if sum(bool(each.to or each.fault) for each in wishes) > MOST:
        raise RuleBroken(
            "too_many", _("More than %(most)d decisions at once. Split the list.") % {"most": MOST}
        )
    Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)
    applications = {
        each.receipt: each
        for each in Application.objects.select_for_update(of=("self",))
        .filter(call=call, receipt__in={each.receipt for each in wishes if each.receipt})
        .select_related("company")
        .order_by("pk")
    }
    criteria = {each.code: each for each in Criterion.objects.filter(call=call)}
    answers = takings.latest(list(applications.values()))
    of_pair: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in wishes:
        of_pair[each.receipt, each.code].append(each.row)
    rows = []
    for wish in wishes:
        found = Row(wish, "same", applications.get(wish.receipt), criteria.get(wish.code))
        try:
            with transaction.atomic():
                rows.append(replace(found, state=_one(found, of_pair, answers, by)))
        except RuleBroken as refused:
            rows.append(replace(found, state="refused", refusal=str(refused.sentence)))
    return rows


def _one(
    row: Row, of_pair: dict[tuple[str, str], list[int]], answers: dict[Any, dict[Any, Result]], by: User
) -> str:
    wish = row.wish
    if wish.fault:
        raise RuleBroken("not_read", wish.fault)
    if not wish.to:
        return "same"
    if len(others := of_pair[wish.receipt, wish.code]) > 1:
        raise RuleBroken(
            "twice",
            _("This requirement of this application stands in the rows %(rows)s. Leave one of them.")
            % {"rows": ", ".join(map(str, others))},
        )
    if row.application is None:
        raise RuleBroken("unknown_receipt", _("No application of this call has this receipt number."))
    if row.criterion is None:
        raise RuleBroken("unknown_code", _("This call has no requirement with this code."))
    result = answers.get(row.application.pk, {}).get(row.criterion.pk)
    if result is None:
        raise RuleBroken("not_taken", _("This requirement was not taken for this application."))
    if (result.override, result.override_reason) == (wish.to, wish.reason):
        return "same"
    if stamp(result) != wish.stamp:
        raise RuleBroken(
            "stale",
            _(
                "%(company)s: this has changed since the list was downloaded. Download it again and look once more."
            )
            % {"company": row.application.company},
        )
    made = screening.override(result, to=wish.to, reason=wish.reason, by=by)
    return "decided" if made.approval is None else "asks"
