"""The size of a company (기업규모) as a criterion: by records with their certificate, and by the certificates themselves.

An SME confirmation runs from three months after the end of a fiscal year for one year: it says that the company is micro,
small or medium, not which. What the company states without a paper is never more than a reason to look.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from companies.models import CompanySize
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
    period,
    valid,
)

Size = CompanySize.Size
MEANS = {"sme": {Size.MICRO.value, Size.SMALL.value, Size.MEDIUM.value}} | {
    each: {each} for each in Size.values
}
LONG_AGO = "'0001-01-01'::date"


def leaf(plan: Plan, values: Mapping[str, Any], as_of: dt.date, later: dt.date | None) -> Leaf:
    """Decided by accepted papers that are valid on the day. Where two of them differ, or something newer that nobody has
    looked at says otherwise, a person must look; as well where there is no such paper."""
    wanted = set(values["sizes"])
    fits = among("size", sorted(each for each, sizes in MEANS.items() if sizes <= wanted))
    differs = among("size", sorted(each for each, sizes in MEANS.items() if not sizes & wanted))
    current = f"state = 'accepted' AND {valid(as_of)}"
    newer = f"((state = 'unchecked' AND {valid(as_of)}) OR (state = 'stated' AND stated_on <= {day(as_of)}))"
    rank = (
        f"CASE WHEN state = 'refused' THEN 7 WHEN state = 'stated' THEN CASE WHEN stated_on <= {day(as_of)} THEN 4 ELSE 6"
        f" END WHEN NOT {valid(as_of)} THEN CASE WHEN valid_until < {day(as_of)} THEN 5 ELSE 6 END"
        " WHEN state = 'accepted' THEN 1 WHEN state = 'unchecked' THEN 2 ELSE 3 END"
    )

    def latest(condition: str) -> str:
        return plan.number("size", condition, "max", f"coalesce(stated_on, {LONG_AGO})::date")

    yes, no = latest(f"{current} AND {fits}"), latest(f"{current} AND {differs}")
    maybe_yes, maybe_no = latest(f"{newer} AND {fits}"), latest(f"{newer} AND {differs}")
    looks = [
        "size_unclear",
        "size_unchecked",
        "size_undated",
        "size_stated",
        "size_expired",
        "size_not_yet",
        "size_refused",
    ]
    stands = (
        [plan.ranked("size", "true", rank, 7).is_(each) for each in range(1, 8)] if plan.is_explained else []
    )
    lasts = waits = "true"
    if later is not None:
        lasts, waits = (
            plan.has("size", f"state = {name} AND {fits} AND {valid(later)}")
            for name in ("'accepted'", "'unchecked'")
        )
    disputed = (
        f"(({yes} IS NOT NULL AND {no} IS NOT NULL) OR coalesce({maybe_no} > {yes}, false)"
        f" OR coalesce({maybe_yes} > {no}, false))"
    )
    named = "size || coalesce(': ' || stated_on, '')"
    all_named = "''"
    if plan.is_explained:
        listed = plan.aggregate("size", f"(({current}) OR {newer})", f"array_agg({named})")
        each = 'each COLLATE "C"'
        all_named = f"(SELECT left(string_agg(DISTINCT {each}, ', ' ORDER BY {each}), 200) FROM unnest({listed}) AS t (each))"

    seen = plan.first(
        "size", "true", i1=rank, i2=f"CASE WHEN {fits} THEN 1 WHEN {differs} THEN 2 ELSE 3 END",
        i3=latest_first(f"coalesce(stated_on, {LONG_AGO})"), t1="id", d2="valid_from", d3="valid_until", d4="stated_on",
        t3="size", t4="name", u1="file",
    )  # fmt: skip
    days = f"({period(seen.d2, seen.d3)})"
    renews = f"({yes} IS NOT NULL AND NOT {disputed} AND NOT {lasts} AND NOT {waits})"
    return Leaf(
        [
            Branch(disputed, LOOK, "size_disputed"),
            Branch(renews, MET, "size_renew"),
            Branch(f"{yes} IS NOT NULL AND NOT {lasts}", MET, "size_later_unchecked"),
            Branch(f"{yes} IS NOT NULL", MET, "size_met"),
            Branch(f"{no} IS NOT NULL", NOT_MET, "size_not_met"),
            *(Branch(when, LOOK, reason) for when, reason in zip(stands, looks, strict=False)),
            Branch("", LOOK, "size_unknown"),
        ],
        value=f"CASE WHEN {disputed} THEN {all_named} ELSE {seen.text('t3')} || coalesce(': ' || {seen.d4}, '') END",
        evidence=(
            f"left(btrim({seen.text('t4')} || CASE WHEN {seen.d2} IS NULL AND {seen.d3} IS NULL THEN ''"
            f" ELSE ' (' || {days} || ')' END), 200)"
        ),
        file=seen.u1,
        renew_by="NULL::date" if later is None else f"CASE WHEN {renews} THEN {day(later)} END",
    )
