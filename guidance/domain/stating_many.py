"""Writing many statements of a country at once, as a list says: every row by the verb of one, all of them or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground.errors import RuleBroken, filled
from ground.models import Country
from guidance.domain import stating
from guidance.models import Statement, StatementVersion
from programs.models import Program
from programs.permissions import require_service

MOST = 200
"""Statements of one file."""


@dataclass(frozen=True)
class Wish:
    """A row of the list. `row` is its number in the file, `typed` what stands there by column, `values` what could be read of
    it, `faults` what could not: column and sentence."""

    row: int
    typed: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Row:
    """What comes of a row: `state` is new, same (such a statement stands there already) or refused; `faults` as of a wish,
    without a column where a sentence is about the row."""

    wish: Wish
    state: str = "new"
    faults: tuple[tuple[str, str], ...] = ()


def look_over(program: Program, country: Country, wishes: Sequence[Wish], *, by: User) -> list[Row]:
    """What would come of the rows, by carrying them out and taking all of it back. Refused and locks: as `state_many`."""
    with transaction.atomic():
        rows = _carry_out(program, country, wishes, by)
        transaction.set_rollback(True)
    return rows


def state_many(program: Program, country: Country, wishes: Sequence[Wish], *, by: User) -> list[Row]:
    """Begin a line with a draft for every row by `stating.start`, or for none: if one is refused, nothing is written and the
    rows say which, and of which column. What stands in the country's pillar word for word is not written twice.

    Refused: `not_your_agency`, `too_many`. Locks the program.
    """
    with transaction.atomic():
        rows = _carry_out(program, country, wishes, by)
        if any(each.state == "refused" for each in rows):
            transaction.set_rollback(True)
    return rows


def _carry_out(program: Program, country: Country, wishes: Sequence[Wish], by: User) -> list[Row]:
    row = Program.objects.select_for_update(of=("self",)).select_related("agency").get(pk=program.pk)
    require_service(by, row.agency)
    if len(wishes) > MOST:
        raise RuleBroken(
            "too_many", filled(_("More than %(most)d statements at once. Split the list."), most=MOST)
        )
    known = set(
        StatementVersion.objects.filter(program=row, statement__country=country)
        .exclude(state__in=[StatementVersion.State.REPLACED, StatementVersion.State.WITHDRAWN])
        .values_list("statement__pillar", "text_ko")
    )
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in wishes:
        places[_key(each)].append(each.row)
    rows = []
    for wish in wishes:
        found = Row(wish)
        if wish.faults:
            found = replace(found, state="refused", faults=wish.faults)
        elif len(others := places[_key(wish)]) > 1:
            twice = _("This statement stands in the rows %(rows)s. Leave one of them.")
            told = str(filled(twice, rows=", ".join(map(str, others))))
            found = replace(found, state="refused", faults=(("text_ko", told),))
        elif _key(wish) in known:
            found = replace(found, state="same")
        else:
            found = _begin(found, row, country, by)
        rows.append(found)
    return rows


def _begin(row: Row, program: Program, country: Country, by: User) -> Row:
    values = dict(row.wish.values)
    statement = Statement(program=program, country=country, pillar=values.pop("pillar"))
    try:
        with transaction.atomic():
            stating.start(statement, StatementVersion(**values, is_made_up=program.is_made_up), by=by)
    except RuleBroken as refused:
        column = next(iter(refused.fields), "")
        column = "body" if column.startswith("responsible_") else column
        return replace(row, state="refused", faults=((column, str(refused.sentence)),))
    return row


def _key(wish: Wish) -> tuple[str, str]:
    return str(wish.values.get("pillar", "")), str(wish.values.get("text_ko", f"row {wish.row}"))
