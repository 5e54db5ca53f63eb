"""The criteria of a call as sentences, in their groups, in both languages: for staff who build them and whoever reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import translation

from ground.templatetags.naru import day
from programs.domain.criteria.compiling import days_that_count
from programs.domain.criteria.faults import faults
from programs.domain.criteria.names import Names, names_of
from programs.domain.criteria.wording import asks
from programs.domain.criteria_building import Tree, tree_of
from programs.models import Call, Criterion


@dataclass(frozen=True)
class CriterionRow:
    """`counts_on` and `later_on` are the days with their names; a group has none. `faults` keep the call from opening."""

    criterion: Criterion
    said: tuple[tuple[str, str], ...]
    counts_on: str
    later_on: str
    faults: tuple[str, ...]
    members: tuple[CriterionRow, ...]
    is_first: bool
    is_last: bool

    @property
    def is_group(self) -> bool:
        return self.criterion.kind in Criterion.GROUPS

    @property
    def takes_more(self) -> bool:
        return self.is_group and not (self.criterion.kind == Criterion.Kind.NOT and self.members)


def criteria_of(call: Call) -> list[CriterionRow]:
    """Those that count, with the members of groups inside them. One query, and as `names_of`."""
    criteria = list(Criterion.objects.filter(call=call).order_by("position", "id"))
    for each in criteria:
        each.call = call
    return _rows(call, tree_of(criteria), None, criteria, names_of(criteria))


def _rows(
    call: Call, tree: Tree, group: UUID | None, criteria: Sequence[Criterion], names: Names
) -> list[CriterionRow]:
    beside = tree.get(group, [])
    return [
        CriterionRow(
            each,
            said(each, names),
            "" if each.kind in Criterion.GROUPS else _days(call, each.as_of),
            _days(call, each.later_as_of),
            tuple(faults(each, criteria, names)),
            tuple(_rows(call, tree, each.pk, criteria, names)),
            each is beside[0],
            each is beside[-1],
        )
        for each in beside
    ]


def _days(call: Call, which: str) -> str:
    if not which:
        return ""
    return f"{Criterion.AsOf(which).label} ({', '.join(map(day, days_that_count(call, which)))})"


def said(criterion: Criterion, names: Names) -> tuple[tuple[str, str], ...]:
    """Language and sentence, Korean first; of a group what it is, since its members stand beside it."""
    found = []
    for language in ("ko", "en"):
        with translation.override(language):
            is_group = criterion.kind in Criterion.GROUPS
            found.append(
                (language, str(criterion.get_kind_display()) if is_group else asks(criterion, names))
            )
    return tuple(found)
