"""Credit and insolvency marks (신용·회생·파산·완전자본잠식) as a criterion: the agency's own look-ups decide.

A mark that stands bars, unless what cures it by the notice was recorded and had happened by the day that counts. What
the company declares decides nothing alone; a look-up that is too old, or none, is a reason to look.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from companies.models import FinancialMark
from programs.domain.criteria.plan import (
    LOOK,
    MET,
    NOT_MET,
    Branch,
    Leaf,
    Parts,
    Plan,
    among,
    day,
    latest_first,
)
from programs.domain.criteria.relations import literal

Mark = FinancialMark.Kind


def cures_of(mark: str, values: Mapping[str, Any]) -> list[str]:
    """What takes this mark away under these values."""
    named = values.get("cures")
    return [each.value for each in FinancialMark.CURES[Mark(mark)] if named is None or each.value in named]


class _Mark:
    """How one mark stands on the day: `state` is a letter, of which the first in the alphabet decides over several."""

    def __init__(self, plan: Plan, mark: str, values: Mapping[str, Any], as_of: dt.date) -> None:
        self.mark = mark
        then = f"mark = {literal(mark)} AND stated_on <= {day(as_of)}"
        holds = f"coalesce(until_on >= {day(as_of)}, true)"
        if values.get("days") is not None:
            holds += f" AND stated_on >= {day(as_of - dt.timedelta(days=values['days']))}"
        cured = f"{among('cure', cures_of(mark, values))} AND cured_on <= {day(as_of)}"
        code = f"CASE WHEN is_found THEN CASE WHEN {cured} THEN 2 ELSE 4 END WHEN {holds} THEN 1 ELSE 3 END"
        kinds = {
            "is_recorded": (f"{then} AND is_recorded", code),
            "is_declared": (f"{then} AND NOT is_recorded", "is_found::int"),
        }
        self.seen: dict[str, Parts] = {}
        latest: dict[str, str] = {}
        for name, (condition, judged) in kinds.items():
            latest[name] = plan.aggregate(
                "mark", condition, f'max((stated_on::text || ({judged})::text) COLLATE "C")'
            )
            self.seen[name] = plan.first(
                "mark", condition, latest_first("stated_on"), f"9 - ({judged})", "id", "stated_on", "document", "file",
                "cure", "cured_on", "cure_document", "cure_file",
            )  # fmt: skip
        recorded, declared = latest["is_recorded"], latest["is_declared"]
        self.state = plan.once(
            f"CASE WHEN right({recorded}, 1) = '4' THEN 'a'"
            f" WHEN right({declared}, 1) = '1' AND coalesce(left({declared}, 10) > left({recorded}, 10), true) THEN 'b'"
            f" WHEN right({recorded}, 1) = '3' THEN 'c' WHEN right({recorded}, 1) = '2' THEN 'f'"
            f" WHEN right({recorded}, 1) = '1' THEN 'g' WHEN {declared} IS NOT NULL THEN 'd' ELSE 'e' END"
        )

    def _by_state(self, recorded: str, declared: str, cured: str) -> str:
        return (
            f"CASE WHEN {self.state} = 'f' THEN {cured} WHEN {self.state} IN ('b', 'd') THEN {declared}"
            f" WHEN {self.state} = 'e' THEN '' ELSE {recorded} END"
        )

    @property
    def value(self) -> str:
        on, by_company = self.seen["is_recorded"].part(4), self.seen["is_declared"].part(4)
        cure = (
            f"{on} || ' ' || {self.seen['is_recorded'].part(7)} || ':' || {self.seen['is_recorded'].part(8)}"
        )
        return f"rtrim({literal(self.mark + ':')} || {self._by_state(on, by_company, cure)}, ':')"

    @property
    def evidence(self) -> str:
        seen = self.seen["is_recorded"]
        return f"nullif({self._by_state(seen.part(5), self.seen['is_declared'].part(5), seen.part(9))}, '')"

    @property
    def file(self) -> str:
        seen = self.seen["is_recorded"]
        found = self._by_state(seen.part(6), self.seen["is_declared"].part(6), seen.part(10))
        return f"nullif({found}, '')::uuid"


def leaf(plan: Plan, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """The worst of the marks named decides; the value names each that stands so, with the day of its record."""
    marks = [_Mark(plan, each, values, as_of) for each in dict.fromkeys(values["marks"])]
    worst = f"least({', '.join(each.state for each in marks)})"

    def deciding(of: str) -> list[str]:
        return [f"CASE WHEN {each.state} = {worst} THEN {getattr(each, of)} END" for each in marks]

    reasons = [
        ("a", NOT_MET, "mark_found"), ("b", LOOK, "mark_declared"), ("c", LOOK, "mark_outdated"),
        ("d", LOOK, "mark_declared_none"), ("e", LOOK, "mark_unknown"), ("f", MET, "mark_cured"),
    ]  # fmt: skip
    return Leaf(
        [
            *(Branch(f"{worst} = '{letter}'", outcome, reason) for letter, outcome, reason in reasons),
            Branch("", MET, "mark_none"),
        ],
        value=f"left(concat_ws(', ', {', '.join(deciding('value'))}), 200)",
        evidence=f"left(concat_ws(', ', {', '.join(deciding('evidence'))}), 200)",
        file=f"coalesce({', '.join(deciding('file'))})",
    )
