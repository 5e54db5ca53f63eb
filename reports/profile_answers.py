"""What the form of a file profile shows of a mapping, with what the sample leaves open, and which states a sent form names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reports.files.lines import LOOK
from reports.files.mapping.model import NEEDED, PAYOUTS, named
from reports.files.mapping.payout_proposal import NONE_TURNED, UNKNOWN
from reports.files.mapping.proposal import is_turned
from reports.profile_values import BY_MEASURE

NONE, OPEN = "-", ""
"""Answers of the form: not in the file, not answered yet."""
STATES_LIMIT = 200


def posted_states(data: Mapping[str, Any]) -> dict[str, str]:
    """The states that a sent form names, with their meaning."""
    found: dict[str, str] = {}
    for number in range(STATES_LIMIT):
        text = data.get(f"state_text_{number}")
        if text is None:
            break
        found[str(text)[:300]] = str(data.get(f"state_{number}", ""))
    return found


def initial_of(
    values: Mapping[str, Any], headings: list[dict[str, Any]], questions: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """What the form shows of a mapping; what is asked stays open."""
    asked, of = {each["about"] for each in questions}, BY_MEASURE[values["measure"]]
    places = {(each["name"], each["occurrence"]): str(each["index"]) for each in headings}
    firsts = {each["name"]: str(each["index"]) for each in reversed(headings)}
    found: dict[str, Any] = {into: NONE for into in of.values if into not in NEEDED[of.measure]}
    for column in values["columns"]:
        name = named(column["names"][0])
        place = places.get((name, column.get("occurrence", 0))) or firsts.get(name)
        if place is not None:
            found[column["into"]] = place
        if (into := column["into"]) in of.costs:
            is_positive = bool(column.get("is_cost")) == is_turned(into, is_positive=True)
            found[f"sign_{into}"] = "yes" if is_positive else "no"
    for into in of.costs:
        found.setdefault(f"sign_{into}", OPEN)
    grouped = {"point": "point-grouped", "comma": "comma-grouped"}
    found |= {
        "once": [column["into"] for column in values["columns"] if column.get("once")],
        "numbers": grouped.get(values["numbers"], values["numbers"]),
        "dates": list(values["dates"]),
        "zone": values["zone"],
        "currency_of": values["currency"],
        "key": list(values["key"]),
        **(_blanks_of_payouts(values) if of.measure == PAYOUTS else _blanks_of_sales(values)),
    }
    for about in asked:
        part, _colon, name = about.partition(":")
        if part == "column":
            found[name] = OPEN
        elif part == "sign":
            found[f"sign_{name}"] = OPEN
        elif part in {"numbers", "currency"}:
            found["currency_of" if part == "currency" else part] = OPEN
        elif part in {"dates", "key", "turned"}:
            found[part] = []
        elif part == "kind" and name:  # whether it takes away is known only with what it is
            found["turned"] = []
        elif about in {"kind", "parts"}:
            found["status_if_blank" if about == "kind" else about] = OPEN
    return found


def _blanks_of_sales(values: Mapping[str, Any]) -> dict[str, Any]:
    is_told = any(column["into"] == "status" for column in values["columns"])
    return {"status_if_blank": values.get("status_if_blank") or (LOOK if is_told else OPEN)}


def _blanks_of_payouts(values: Mapping[str, Any]) -> dict[str, Any]:
    is_told = any(column["into"] == "description" for column in values["columns"])
    if_blank = values.get("kinds", {}).get("", UNKNOWN) if is_told else values.get("kind") or OPEN
    checks = values.get("checks") or [{"scope": OPEN}]
    turned = list(values.get("turned") or [NONE_TURNED])
    return {"status_if_blank": if_blank, "parts": checks[0]["scope"], "turned": turned}


def states_of(values: Mapping[str, Any], questions: Iterable[dict[str, Any]] = ()) -> dict[str, str]:
    """The states or kinds that a mapping knows, and those that are asked."""
    asked = {
        each["about"].partition(":")[2]: OPEN
        for each in questions
        if each["about"].startswith(("status:", "kind:"))
    }
    known = dict(values.get(BY_MEASURE[values["measure"]].meanings_in, {}))
    known.pop("", None)
    return {**known, **asked}
