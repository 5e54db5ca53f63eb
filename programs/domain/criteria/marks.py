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
    Plan,
    Seen,
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
    """How one mark stands on the day: `state` is a number, of which the least decides over several."""

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
        self.seen: dict[str, Seen] = {}
        latest: dict[str, str] = {}
        for name, (condition, judged) in kinds.items():
            latest[name] = plan.number(
                "mark", condition, "max", f"((stated_on - '0001-01-01'::date) * 10 + {judged})::int"
            )
            self.seen[name] = plan.first(
                "mark", condition, i1=latest_first("stated_on"), i2=f"9 - ({judged})", t1="id", d2="stated_on",
                d3="cured_on", t3="document", t4="cure", t5="cure_document", u1="file", u2="cure_file",
            )  # fmt: skip
        recorded, declared = latest["is_recorded"], latest["is_declared"]
        self.state = plan.once(
            f"CASE WHEN {recorded} % 10 = 4 THEN 1"
            f" WHEN {declared} % 10 = 1 AND coalesce({declared} / 10 > {recorded} / 10, true) THEN 2"
            f" WHEN {recorded} % 10 = 3 THEN 3 WHEN {recorded} % 10 = 2 THEN 6"
            f" WHEN {recorded} % 10 = 1 THEN 7 WHEN {declared} IS NOT NULL THEN 4 ELSE 5 END"
        )

    def _by_state(self, recorded: str, declared: str, cured: str, nothing: str = "''") -> str:
        return (
            f"CASE WHEN {self.state} = 6 THEN {cured} WHEN {self.state} IN (2, 4) THEN {declared}"
            f" WHEN {self.state} = 5 THEN {nothing} ELSE {recorded} END"
        )

    @property
    def value(self) -> str:
        seen = self.seen["is_recorded"]
        on, by_company = seen.text("d2"), self.seen["is_declared"].text("d2")
        cure = f"{on} || ' ' || {seen.text('t4')} || ':' || {seen.text('d3')}"
        return f"rtrim({literal(self.mark + ':')} || {self._by_state(on, by_company, cure)}, ':')"

    @property
    def evidence(self) -> str:
        seen = self.seen["is_recorded"]
        return f"nullif({self._by_state(seen.text('t3'), self.seen['is_declared'].text('t3'), seen.text('t5'))}, '')"

    @property
    def file(self) -> str:
        seen = self.seen["is_recorded"]
        return self._by_state(seen.u1, self.seen["is_declared"].u1, seen.u2, nothing="NULL")


def leaf(plan: Plan, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """The worst of the marks named decides; the value names each that stands so, with the day of its record."""
    marks = [_Mark(plan, each, values, as_of) for each in dict.fromkeys(values["marks"])]
    worst = f"least({', '.join(each.state for each in marks)})"

    def deciding(of: str) -> list[str]:
        return [f"CASE WHEN {each.state} = {worst} THEN {getattr(each, of)} END" for each in marks]

    reasons = [
        (1, NOT_MET, "mark_found"), (2, LOOK, "mark_declared"), (3, LOOK, "mark_outdated"),
        (4, LOOK, "mark_declared_none"), (5, LOOK, "mark_unknown"), (6, MET, "mark_cured"),
    ]  # fmt: skip
    return Leaf(
        [
            *(Branch(f"{worst} = {state}", outcome, reason) for state, outcome, reason in reasons),
            Branch("", MET, "mark_none"),
        ],
        value=f"left(concat_ws(', ', {', '.join(deciding('value'))}), 200)",
        evidence=f"left(concat_ws(', ', {', '.join(deciding('evidence'))}), 200)",
        file=f"coalesce({', '.join(deciding('file'))})",
    )
