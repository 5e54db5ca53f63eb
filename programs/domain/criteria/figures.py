"""Years in business and figures of a calendar year as criteria, with what former companies had: a sole trader before it became
a corporation, a company that merged into this one.

Whether that counts is said by the notice: the published rules name no answer, so a criterion counts it only where staff
say so (`former`, `absorbed`; over several steps of both kinds only with both). Then the day of opening is the earliest of
the company and those whose place it took, and figures of a year are added up. Of each that was there in that year a figure
must be known: not of who opened after it, nor of one whose place was taken by 1 January, for it had no day of that year. What is not known is never taken for
nothing; but where what is known decides already, nobody has to look.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from programs.domain.criteria.plan import LOOK, MET, NOT_MET, Branch, Leaf, Plan, among, day
from programs.domain.criteria.values import counts_formers, number_of, texts_of, years_before
from programs.models import Criterion

Kind = Criterion.Kind
UNITS = {Kind.SALES: "KRW", Kind.EXPORTS: "USD", Kind.EMPLOYEES: ""}
ESTIMATED = "(E)"
"""Marks a figure whose December was estimated."""


def age(plan: Plan, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """Whole years from the day of opening; the anniversary counts for both limits."""
    if counts_formers(values):
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
    """From the earliest day. Where one is not known the others may still be enough, or one of them too early; else a
    person looks."""
    own = plan.number("subject", "true", "min", "opened_on::date")
    which = _which(values)
    before = plan.number("former", which, "min", "opened_on::date")
    opened = plan.once(f"least({own}, {before})")
    gap = plan.has("former", f"{which} AND opened_on IS NULL")
    fits = _aged(opened, values, as_of)
    if (most := number_of(values.get("max"))) is None:
        sure = Branch(fits, MET, "age_met")
    else:
        sure = Branch(f"{opened} < {day(years_before(as_of, int(most)))}", NOT_MET, "age_not_met")
    seen = plan.first("former", which, d1="coalesce(opened_on, '9999-12-31')", t1="name")
    is_earlier = f"{seen.d1} < coalesce({own}, '9999-12-31')"
    return Leaf(
        [
            sure,
            Branch(f"{own} IS NULL", LOOK, "age_unknown"),
            Branch(gap, LOOK, "age_unknown_former"),
            Branch(fits, MET, "age_met"),
            Branch("", NOT_MET, "age_not_met"),
        ],
        value=(
            f"CASE WHEN {sure.when} THEN {opened}::text WHEN {own} IS NULL THEN ''"
            f" WHEN {gap} THEN left({_names(plan, f'{which} AND opened_on IS NULL')}, 200) ELSE {opened}::text END"
        ),
        evidence=(
            f"CASE WHEN ({sure.when} OR NOT ({own} IS NULL OR {gap})) AND {is_earlier}"
            f" THEN left({seen.text('t1')}, 200) ELSE '' END"
        ),
    )


def _which(values: Mapping[str, Any]) -> str:
    """Which former companies count."""
    if values.get("former") and values.get("absorbed"):
        return "true"
    return "by = 'incorporation'" if values.get("former") else "by = 'merger'"


def _names(plan: Plan, condition: str) -> str:
    """The former companies under this condition, where answers are explained."""
    if not plan.is_explained:
        return "''"
    return plan.aggregate("former", condition, "string_agg(name, ', ' ORDER BY name COLLATE \"C\")")


def figure(plan: Plan, kind: Kind, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """By the calendar year before the day that counts, limits included. An estimated December counts, marked."""
    if counts_formers(values) and kind != Kind.EMPLOYEES:
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
        [
            Branch(f"({stands.is_(1)} OR {stands.is_none})", LOOK, "figure_missing"),
            Branch(stands.is_(2), LOOK, "figure_unproven"),
            *_judged(kind, stands.is_(3)),
        ],
        value=f"CASE WHEN {amount} IS NULL THEN '{year}' ELSE {_told(kind, year, amount, f'{row}_is_estimated')} END",
        evidence=f"CASE WHEN {amount} IS NULL THEN '' ELSE {row}_source END",
    )


def _figure_with_former(plan: Plan, kind: Kind, values: Mapping[str, Any], year: int) -> Leaf:
    """The sum of its own figure and those of the former companies; each has to be known and proven as asked, unless those that
    are decide already, as no figure is less than zero."""
    first, last = day(dt.date(year, 1, 1)), day(dt.date(year, 12, 31))
    own_of, then = f"year = {year} AND {kind.value} IS NOT NULL", f"{_which(values)} AND until_on > {first}"
    was_there = f"{then} AND coalesce(opened_on <= {last}, true)"
    theirs_of, asked_of = f"{own_of} AND {then}", f"{own_of} AND {was_there}"
    sources = texts_of(values.get("sources"))

    def total_of(proven: str = "") -> str:
        own = plan.number("figure", own_of + proven, "max", f"{kind.value}::numeric")
        theirs = plan.number("former_figure", theirs_of + proven, "sum", f"{kind.value}::numeric")
        return plan.once(f"coalesce({own} + {theirs}, {own}, {theirs})")

    own = plan.number("figure", own_of, "max", f"{kind.value}::numeric")
    asked = plan.number("former", was_there, "count", "1::int")
    own_gap = f"({own} IS NULL AND ({asked} = 0 OR NOT {plan.has('subject', f'opened_on > {last}')}))"
    gap = f"({plan.number('former_figure', asked_of, 'count', '1::int')} < {asked})"
    total = total_of()
    proven = total_of(f" AND {among('source', sources)}") if sources else total
    low, high = values.get("min"), values.get("max")
    met, not_met = _judged(kind, within(total, low, high))
    sure = replace(met, when=within(proven, low, None))
    if (most := number_of(high)) is not None:
        sure = replace(not_met, when=f"{proven} > {plain(most)}")

    def some(relation: str, condition: str, test: str) -> str:
        return plan.has(relation, f"{condition} AND {test}")

    unproven = []
    if sources:
        other = f"NOT {among('source', sources)}"
        unproven = [
            Branch(some("figure", own_of, other), LOOK, "figure_unproven"),
            Branch(some("former_figure", theirs_of, other), LOOK, "figure_unproven_former"),
        ]
    told = evidence = missing = "''"
    if plan.is_explained:
        estimated = some("figure", own_of, "is_estimated"), some("former_figure", theirs_of, "is_estimated")
        told = _told(kind, year, total, " OR ".join(estimated))
        said = plan.aggregate("figure", own_of, "max(source)")
        listed = "string_agg(source || ' ' || name, ', ' ORDER BY name COLLATE \"C\")"
        evidence = f"left(concat_ws(', ', {said}, {plan.aggregate('former_figure', theirs_of, listed)}), 200)"
        names = 'array_agg(name ORDER BY name COLLATE "C")'
        there = plan.aggregate("former", was_there, names)
        known = plan.aggregate("former_figure", asked_of, names)
        missing = (
            f"array_to_string(ARRAY(SELECT name FROM unnest({there}) WITH ORDINALITY AS every (name, place)"
            f" WHERE name <> ALL (coalesce({known}, '{{}}')) ORDER BY place), ', ')"
        )
    return Leaf(
        [
            sure,
            Branch(own_gap, LOOK, "figure_missing"),
            Branch(gap, LOOK, "figure_missing_former"),
            *unproven,
            met,
            not_met,
        ],
        value=(
            f"CASE WHEN {sure.when} THEN {told} WHEN {own_gap} THEN '{year}'"
            f" WHEN {gap} THEN left('{year} · ' || {missing}, 200) ELSE {told} END"
        ),
        evidence=f"CASE WHEN {sure.when} OR NOT ({own_gap} OR {gap}) THEN {evidence} ELSE '' END",
    )


def _judged(kind: Kind, fits: str) -> tuple[Branch, Branch]:
    return Branch(fits, MET, f"{kind.value}_met"), Branch("", NOT_MET, f"{kind.value}_not_met")


def _told(kind: Kind, year: int, amount: str, is_estimated: str) -> str:
    unit = f" {UNITS[kind]}" if UNITS[kind] else ""
    return (
        f"'{year}: ' || trim_scale({amount}) || '{unit}'"
        f" || CASE WHEN {is_estimated} THEN ' {ESTIMATED}' ELSE '' END"
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
