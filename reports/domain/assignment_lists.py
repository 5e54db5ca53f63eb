"""Assignments as a list (배정표): a file of a program's assignments comes back, is shown row by row as it would be carried out, and is
applied as a whole or not at all, by the verbs that staff use. Rows that are not in the file stay as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django_stubs_ext import StrOrPromise

from accounts.models import User
from companies import numbers
from ground import clock, outbox
from ground.errors import RuleBroken, filled
from ground.reasons import own
from programs.domain import lasting, stores
from programs.domain.stores import REPLAY
from programs.models import Assignment, Participation, Program, Store
from programs.permissions import require_service
from reports.models import AssignmentList

BY_LIST = own(gettext_noop("list of assignments"))
OTHER_DAYS = own(gettext_noop("other days by a list of assignments"))

MOST_CHANGES = 2_000
"""A preview carries them out and takes them back: more are split."""


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file as it was read; `fault` says what of it cannot be read."""

    number: int
    store: str
    scope: str
    reference: str
    business_number: str
    from_on: dt.date | None
    until_on: dt.date | None
    key: str = ""
    fault: str = ""

    def kept(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "store": self.store,
            "scope": self.scope,
            "reference": self.reference,
            "business_number": self.business_number,
            "from_on": self.from_on and self.from_on.isoformat(),
            "until_on": self.until_on and self.until_on.isoformat(),
            "key": self.key,
            "fault": self.fault,
        }


def row_of(kept: dict[str, Any]) -> Row:
    values: dict[str, Any] = {name: value for name, value in kept.items() if name != "outcome"}
    for name in ("from_on", "until_on"):
        values[name] = dt.date.fromisoformat(kept[name]) if kept[name] else None
    return Row(**values)


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a row, and why not."""

    row: Row
    outcome: Outcome
    reason: StrOrPromise = ""
    company: str = ""


def take_in(program: Program, name: str, rows: Sequence[Row], *, by: User) -> AssignmentList:
    """Keep the rows of a file with what would become of each today. Nothing is assigned yet.

    Refused: `not_your_agency`, `nothing_in_it`, `too_many`.
    """
    require_service(by, program.agency)
    if not rows:
        raise RuleBroken("nothing_in_it", _("The list has no row."))
    judged = judge(program, rows, by=by)
    return AssignmentList.objects.create(
        agency_id=program.agency_id,
        program=program,
        name=name[:200],
        rows=[{**each.row.kept(), "outcome": each.outcome.value} for each in judged],
        uploaded_by=by,
        uploaded_at=clock.now(),
    )


def judge(program: Program, rows: Sequence[Row], *, by: User) -> list[Judged]:
    """What would become of each row now: it is carried out and taken back again, so nothing is promised that does not hold.
    Refused: `too_many`."""
    with transaction.atomic():
        judged = _carry_out(program, rows, by)
        transaction.set_rollback(True)
    return judged


def apply(given: AssignmentList, *, by: User) -> int:
    """Carry the whole list out; returns how many assignments were added, changed or ended. Applying twice is once.

    Refused: `not_your_agency`, `rows_refused` (nothing is done as long as one row cannot be), `changed_meanwhile` (what
    would become of a row is not what was shown). Locks the list.
    """
    with transaction.atomic():
        row = (
            AssignmentList.objects.select_for_update(of=("self",)).select_related("program__agency").get(pk=given.pk)
        )  # fmt: skip
        require_service(by, row.program.agency)
        if row.applied_at is not None:
            return int(row.changes)
        judged = _carry_out(row.program, [row_of(each) for each in row.rows], by)
        refused = [each for each in judged if each.outcome == Outcome.REFUSED]
        if refused:
            raise RuleBroken(
                "rows_refused",
                filled(
                    _("Row %(number)s cannot be carried out: %(why)s Nothing of the list was applied."),
                    number=refused[0].row.number,
                    why=refused[0].reason,
                ),
            )
        if [each.outcome.value for each in judged] != [each["outcome"] for each in row.rows]:
            raise RuleBroken(
                "changed_meanwhile",
                _(
                    "Assignments have changed since you uploaded the list. Upload it again and look once more."
                ),
            )
        row.changes = changes = sum(each.outcome != Outcome.UNCHANGED for each in judged)
        row.applied_by, row.applied_at = by, clock.now()
        row.save(update_fields=["changes", "applied_by", "applied_at"])
    return changes


def _carry_out(program: Program, rows: Sequence[Row], by: User) -> list[Judged]:
    """Ends and changed days first, so that what one company gives up another may take; then what is new."""
    own = {store.code: store for store in Store.objects.filter(agency_id=program.agency_id)}
    parts = {
        part.company.business_number: part
        for part in Participation.objects.taking_part()
        .filter(program=program)
        .select_related("company", "program", "agency")
    }
    known = list(
        Assignment.objects.filter(program=program).select_related("store", "participation__company", "agency")
    )
    by_key = {str(each.pk): each for each in known}
    by_facts: dict[tuple[Any, ...], Assignment] = {
        (each.store_id, each.scope, each.reference, each.participation_id, each.from_on): each for each in known
    }  # fmt: skip
    found: dict[int, Judged] = {}
    later: list[tuple[int, Row, Store, Participation]] = []
    seen: set[object] = set()
    touched: set[UUID] = set()
    changes = 0
    for place, row in enumerate(rows):
        fault, store, part = _read(row, own, parts)
        if fault or store is None or part is None:
            found[place] = Judged(row, Outcome.REFUSED, fault)
            continue
        company = str(part.company)
        had = by_key.get(row.key) if row.key else None
        if row.key and had is None:
            found[place] = Judged(
                row, Outcome.REFUSED, _("This assignment is not the program’s, or was withdrawn. Empty the cell of its record to add it anew."), company,
            )  # fmt: skip
            continue
        had = had or by_facts.get((store.pk, row.scope, row.reference, part.pk, row.from_on))
        twin = had.pk if had else (store.pk, row.scope, row.reference, part.pk, row.from_on)
        if twin in seen:
            found[place] = Judged(row, Outcome.REFUSED, _("The same assignment stands twice in the list."), company)  # fmt: skip
            continue
        seen.add(twin)
        if had is not None and _is(had, store, row, part):
            if (had.from_on, had.until_on) == (row.from_on, lasting.until(part, row.until_on)):
                found[place] = Judged(row, Outcome.UNCHANGED, company=company)
                continue
        elif had is not None:
            found[place] = Judged(
                row, Outcome.REFUSED, _("Store, SKU, listing and company of an assignment are not changed: end it, and add a row for the other one."), company,
            )  # fmt: skip
            continue
        changes += 1
        if changes > MOST_CHANGES:
            raise RuleBroken(
                "too_many",
                filled(_("The list changes more than %(count)d assignments. Split it."), count=MOST_CHANGES),
            )
        touched.add(store.pk)
        if had is None:
            later.append((place, row, store, part))
            continue
        is_end = (
            row.from_on == had.from_on
            and row.until_on is not None
            and (had.until_on is None or row.until_on < had.until_on)
        )
        found[place] = _tried(
            row, Outcome.ENDED if is_end else Outcome.CHANGED, company, lambda had=had, row=row, is_end=is_end, part=part, store=store: (
                stores.end_assignment(had, until_on=row.until_on, by=by, reason=BY_LIST)
                if is_end
                else _change(had, row, store, part, by)
            ),
        )  # fmt: skip
    for place, row, store, part in later:
        found[place] = _tried(
            row, Outcome.NEW, str(part.company), lambda row=row, store=store, part=part: _add(row, store, part, by),
        )  # fmt: skip
    for key in sorted(touched):
        outbox.publish(REPLAY, {"store": str(key)})
    return [found[place] for place in range(len(rows))]


def _tried(row: Row, outcome: Outcome, company: str, verb: Any) -> Judged:
    try:
        with transaction.atomic():
            verb()
    except RuleBroken as error:
        return Judged(row, Outcome.REFUSED, str(error.sentence), company)
    return Judged(row, outcome, company=company)


def _change(had: Assignment, row: Row, store: Store, part: Participation, by: User) -> None:
    stores.withdraw_assignment(had, reason=OTHER_DAYS, by=by)
    _add(row, store, part, by)


def _add(row: Row, store: Store, part: Participation, by: User) -> None:
    assert row.from_on is not None
    stores.assign(
        store, part, scope=row.scope, reference=row.reference, from_on=row.from_on, until_on=row.until_on,
        by=by, is_looked_at=False,
    )  # fmt: skip


def _is(had: Assignment, store: Store, row: Row, part: Participation) -> bool:
    return (had.store_id, had.scope, had.reference, had.participation_id) == (
        store.pk, row.scope, row.reference, part.pk,
    )  # fmt: skip


def _read(
    row: Row, own: dict[str, Store], parts: dict[str, Participation]
) -> tuple[StrOrPromise, Store | None, Participation | None]:
    store = own.get(row.store)
    part = parts.get(numbers.clean(row.business_number))
    if row.fault:
        return row.fault, store, part
    if store is None:
        return _("The agency has no store with this code."), None, part
    if part is None:
        return _("No company with this business number takes part in the program."), store, None
    if row.from_on is None:
        return _("The first day is missing."), store, part
    return "", store, part
