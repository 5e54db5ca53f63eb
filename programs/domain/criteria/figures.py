"""Years in business and figures of a calendar year as criteria, with what a sole trader had before it became a corporation.

Whether that counts is said by the notice: the published rules name no answer, so a criterion counts it only where staff
say so (`former`). Then the day of opening is the earliest of the corporation and the sole traders whose place it took, and
figures of a year are added up. Of a sole trader whose place was taken in that year or later a figure must be known; of
the corporation itself, unless it was opened after that year. What is not known is never taken for nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from programs.domain.criteria.plan import LOOK, MET, NOT_MET, Branch, Leaf, Plan, among, day
from programs.domain.criteria.values import number_of, texts_of, years_before
from programs.models import Criterion

Kind = Criterion.Kind
UNITS = {Kind.SALES: "KRW", Kind.EXPORTS: "USD", Kind.EMPLOYEES: ""}
ESTIMATED = "(E)"
"""Marks a figure whose December was estimated."""


def age(plan: Plan, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """Whole years from the day of opening; the anniversary counts for both limits."""
    if values.get("former"):
        return _age_with_former(plan, values, as_of)
    opened = "opened_on"
    rank = f"CASE WHEN {opened} IS NULL THEN 1 WHEN {_aged(opened, values, as_of)} THEN 2 ELSE 3 END"
    stands = plan.ranked("subject", "true", rank, 3)
    return Leaf(
        [
            Branch(stands.is_(1), LOOK, "age_unknown"),
            Branch(stands.is_(2), MET, "age_met"),
            Branch("", NOT_MET, "age_not_met"),
        ],
        value="coalesce(subject.opened_on::text, '')",
    )


def _aged(opened: str, values: Mapping[str, Any], as_of: dt.date) -> str:
    tests = [f"{opened} <= {day(as_of)}"]
    if (least := number_of(values.get("min"))) is not None:
        tests.append(f"{opened} <= {day(years_before(as_of, int(least)))}")
    if (most := number_of(values.get("max"))) is not None:
        tests.append(f"{opened} >= {day(years_before(as_of, int(most)))}")
    return " AND ".join(tests)


def _age_with_former(plan: Plan, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """From the earliest day; where one of them is not known, none is."""
    own = plan.number("subject", "true", "min", "opened_on::date")
    before = plan.number("former", "true", "min", "opened_on::date")
    opened = plan.once(f"least({own}, {before})")
    unknown = f"({own} IS NULL OR {plan.has('former', 'opened_on IS NULL')})"
    seen = plan.first("former", "true", d1="coalesce(opened_on, '9999-12-31')", t1="name")
    return Leaf(
        [
            Branch(unknown, LOOK, "age_unknown"),
            Branch(_aged(opened, values, as_of), MET, "age_met"),
            Branch("", NOT_MET, "age_not_met"),
        ],
        value=f"CASE WHEN {unknown} THEN '' ELSE {opened}::text END",
        evidence=f"CASE WHEN NOT {unknown} AND {seen.d1} < {own} THEN left({seen.text('t1')}, 200) ELSE '' END",
    )


def figure(plan: Plan, kind: Kind, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """By the calendar year before the day that counts, limits included. An estimated December counts, marked."""
    if values.get("former") and kind != Kind.EMPLOYEES:
        return _figure_with_former(plan, kind, values, as_of.year - 1)
    year = as_of.year - 1
    this = f"year = {year}"
    row = plan.row("figure", this)
    amount = f"{row}_{kind.value}"
    sources = texts_of(values.get("sources"))
    unproven = f" WHEN NOT {among('source', sources)} THEN 2" if sources else ""
    rank = (
        f"CASE WHEN {kind.value} IS NULL THEN 1{unproven}"
        f" WHEN {within(kind.value, values.get('min'), values.get('max'))} THEN 3 ELSE 4 END"
    )
    stands = plan.ranked("figure", this, rank, 4)
    return Leaf(
        _branches(kind, f"({stands.is_(1)} OR {stands.is_none})", stands.is_(2), stands.is_(3)),
        value=_value(kind, year, f"{amount} IS NULL", amount, f"{row}_is_estimated"),
        evidence=f"CASE WHEN {amount} IS NULL THEN '' ELSE {row}_source END",
    )


def _figure_with_former(plan: Plan, kind: Kind, values: Mapping[str, Any], year: int) -> Leaf:
    """The sum of its own figure and those of the sole traders; each has to be proven as asked."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    own_of, then = f"year = {year} AND {kind.value} IS NOT NULL", f"until_on >= {day(first)}"
    theirs_of = f"{own_of} AND {then}"
    own = plan.number("figure", own_of, "max", f"{kind.value}::numeric")
    theirs = plan.number("former_figure", theirs_of, "sum", f"{kind.value}::numeric")
    known = plan.number("former_figure", theirs_of, "count", "1::int")
    asked = plan.number("former", then, "count", "1::int")
    is_later = plan.has("subject", f"opened_on > {day(last)}")
    missing = f"({known} < {asked} OR ({own} IS NULL AND ({asked} = 0 OR NOT {is_later})))"
    total = plan.once(f"coalesce({own}, 0) + coalesce({theirs}, 0)")

    def some(test: str) -> str:
        found = (
            plan.has("figure", f"{own_of} AND {test}"),
            plan.has("former_figure", f"{theirs_of} AND {test}"),
        )
        return f"({' OR '.join(found)})"

    sources = texts_of(values.get("sources"))
    evidence = "''"
    if plan.is_explained:
        said = plan.aggregate("figure", own_of, "max(source)")
        listed = "string_agg(source || ' ' || name, ', ' ORDER BY name COLLATE \"C\")"
        evidence = f"left(concat_ws(', ', {said}, {plan.aggregate('former_figure', theirs_of, listed)}), 200)"
    return Leaf(
        _branches(
            kind,
            missing,
            some(f"NOT {among('source', sources)}") if sources else "false",
            within(total, values.get("min"), values.get("max")),
        ),
        value=_value(kind, year, missing, total, some("is_estimated")),
        evidence=f"CASE WHEN {missing} THEN '' ELSE {evidence} END",
    )


def _branches(kind: Kind, missing: str, unproven: str, fits: str) -> list[Branch]:
    return [
        Branch(missing, LOOK, "figure_missing"),
        Branch(unproven, LOOK, "figure_unproven"),
        Branch(fits, MET, f"{kind.value}_met"),
        Branch("", NOT_MET, f"{kind.value}_not_met"),
    ]


def _value(kind: Kind, year: int, missing: str, amount: str, is_estimated: str) -> str:
    unit = f" {UNITS[kind]}" if UNITS[kind] else ""
    return (
        f"CASE WHEN {missing} THEN '{year}' ELSE '{year}: ' || trim_scale({amount}) || '{unit}'"
        f" || CASE WHEN {is_estimated} THEN ' {ESTIMATED}' ELSE '' END END"
    )


def within(column: str, least: object, most: object) -> str:
    tests = []
    if (low := number_of(least)) is not None:
        tests.append(f"{column} >= {plain(low)}")
    if (high := number_of(most)) is not None:
        tests.append(f"{column} <= {plain(high)}")
    return " AND ".join(tests)


def plain(value: Decimal) -> str:
    return format(value, "f")
