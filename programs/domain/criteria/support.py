"""Support already received (중복지원) as a criterion: the same item within N years, or in the same fiscal year.

Own programs and lists of other bodies stand beside what the company declared. They are counted apart, since both may
tell of the same support; where only both together are too many, a person must look. National and local money for the
same item is what auditors find: a person must look, whatever the count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from companies.models import Support
from programs.domain.criteria.plan import (
    LOOK,
    MET,
    NOT_MET,
    Branch,
    Leaf,
    Plan,
    among,
    day,
    latest_first,
)
from programs.domain.criteria.relations import literal
from programs.domain.criteria.values import number_of, texts_of, years_before

PAIR = (Support.Money.NATIONAL.value, Support.Money.LOCAL.value)
FILED = "btrim(source || ' ' || document)"
JOINED = " || ' + ' || "
TEXT = (
    "granted_on::text || ' · ' || left(body, 20) || ' · ' || left(program, 20) || ' · ' || item || ' · '"
    " || coalesce(trim_scale(amount)::text, '?') || ' · ' || money"
)
"""One row in words that are free of language; `eligibility_reasons` reads it."""


def begins_on(values: Mapping[str, Any], as_of: dt.date) -> dt.date:
    """The first day that counts: the same day N years before, or 1 January."""
    return dt.date(as_of.year, 1, 1) if values.get("same_year") else years_before(as_of, values["years"])


def leaf(plan: Plan, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """Without a limit named, one support is too many. Nothing found is met only where somebody knows the whole time: the
    company by its declaration, or, of each body that counts, a list; of the own programs the agency knows itself."""
    first = begins_on(values, as_of)
    items = list(dict.fromkeys(values["items"]))
    bodies = sorted({each.upper() for each in texts_of(values.get("bodies"))})
    times, most = values.get("most_times"), number_of(values.get("most_amount"))
    if times is None and most is None:
        times = 0
    then = f"granted_on BETWEEN {day(first)} AND {day(as_of)}"
    if bodies:
        then += f" AND {among('upper(body)', bodies)}"
    same = f"{then} AND {among('item', items)}"

    parts = [f"{same} AND source <> 'declared'", f"{same} AND source = 'declared'"]
    counts = [plan.number("support", each, "count", "1::int") for each in parts]
    sums = (
        [f"coalesce({plan.number('support', each, 'sum', 'amount::numeric')}, 0)" for each in parts]
        if most is not None
        else ["0", "0"]
    )
    counts.insert(0, f"({counts[0]} + {counts[1]})")
    sums.insert(0, f"({sums[0]} + {sums[1]})")

    def over(serial: int) -> str:
        tests = [f"{counts[serial]} > {times}"] if times is not None else []
        tests += [f"{sums[serial]} > {most:f}"] if most is not None else []
        return f"({' OR '.join(tests)})"

    unclear = plan.has("support", f"{then} AND item = ''")
    if most is not None:
        unclear = f"({unclear} OR {plan.has('support', f'{same} AND amount IS NULL')})"
    pairs, both_named, both_filed = _pairs(plan, values, same, items)
    is_pair = f"({' OR '.join(pairs)})"
    rows = papers = "''"
    if plan.is_explained:
        anything = f"({same} OR ({then} AND item = ''))"
        order = f'granted_on DESC, ({TEXT}) COLLATE "C", {FILED} COLLATE "C"'
        rows, papers = (
            f"left(coalesce({plan.aggregate('support', anything, listed)}, ''), 200)"
            for listed in (f"string_agg({each}, '; ' ORDER BY {order})" for each in (TEXT, FILED))
        )
    return Leaf(
        [
            Branch(is_pair, LOOK, "support_both_call" if values.get("money") else "support_both"),
            Branch(f"({over(1)} OR {over(2)})", NOT_MET, "support_over"),
            Branch(f"({unclear} OR {over(0)})", LOOK, "support_unclear"),
            Branch(f"NOT {_covered(plan, bodies, first, as_of)}", LOOK, "support_unknown"),
            Branch(f"{counts[0]} > 0", MET, "support_within"),
            Branch("", MET, "support_none"),
        ],
        value=f"CASE WHEN {is_pair} THEN {both_named} WHEN {rows} <> '' THEN {rows} ELSE '{first} – {as_of}' END",
        evidence=f"CASE WHEN {is_pair} THEN {both_filed} ELSE {papers} END",
    )


def _pairs(plan: Plan, values: Mapping[str, Any], same: str, items: list[str]) -> tuple[list[str], str, str]:
    """Of each item, whether national and local money meet; the latest row of each money, and their documents."""
    wanted = [each for each in PAIR if each != values.get("money")]
    pairs, named, filed = [], "", ""
    for item in items:
        rows = [f"{same} AND item = {literal(item)} AND money = {literal(money)}" for money in wanted]
        pairs.append(" AND ".join(plan.has("support", each) for each in rows))
        seen = [
            plan.first("support", each, i1=latest_first("granted_on"), t1=TEXT, t2=FILED) for each in rows
        ]
        named += f" WHEN {pairs[-1]} THEN {JOINED.join(each.text('t1') for each in seen)}"
        filed += f" WHEN {pairs[-1]} THEN {JOINED.join(each.text('t2') for each in seen)}"
    return pairs, f"left(CASE{named} ELSE '' END, 200)", f"left(CASE{filed} ELSE '' END, 200)"


def _covered(plan: Plan, bodies: list[str], first: dt.date, last: dt.date) -> str:
    """Whether the whole time is known, of every body that counts: mostly by one statement alone, else by several that
    meet."""
    asked = [each for each in bodies if each != plan.agency_code.upper()] if bodies else [""]
    tests = []
    for body in asked:
        known = among("upper(body)", list(dict.fromkeys(["", body])))
        alone = f"from_on <= {day(first)} AND until_on >= {day(last)}"
        some = f"{known} AND NOT ({alone}) AND from_on <= {day(last)} AND until_on >= {day(first)}"
        ranges = plan.aggregate("cover", some, "range_agg(daterange(from_on, until_on, '[]'))")
        whole = f"{ranges} @> daterange({day(first)}, {day(last)}, '[]')"
        tests.append(f"({plan.has('cover', f'{known} AND {alone}')} OR coalesce({whole}, false))")
    return f"({' AND '.join(tests) or 'true'})"
