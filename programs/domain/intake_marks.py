"""What was taken over from an earlier application or the profile, marked in the draft until it is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from programs.models import Draft

PROFILE = "profile"
"""Where a mark comes from when it is no application."""


def mark(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """`values` by the name of their field as typed; `source` the id of an application, or `PROFILE`."""
    return {"values": dict(values), "from": source}


def marks_of(draft: Draft) -> dict[str, Any]:
    """The marks of a draft by the name of what was taken over."""
    found = draft.typed.get(Draft.TAKEN) if isinstance(draft.typed, dict) else None
    return dict(found) if isinstance(found, dict) else {}


def standing(marks: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Those whose values are still what is typed."""
    return {name: each for name, each in marks.items() if stands(each, typed)}


def stands(each: Mapping[str, Any], typed: Mapping[str, Any]) -> bool:
    return all(as_text(typed.get(name)) == as_text(value) for name, value in each["values"].items())


def as_text(value: Any) -> Any:
    """A value as a browser would send it back: JSON, line ends as one character."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, list | tuple):
        return [as_text(each) for each in value]
    return {key: as_text(each) for key, each in value.items()} if isinstance(value, dict) else value
