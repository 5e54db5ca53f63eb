"""What a check yields: numbers of comparisons made, and differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from ground.snapshot import one_instant
from programs.models import Program


@dataclass(frozen=True, slots=True)
class Difference:
    """A stated value that is not what its lines give. `check` is stable; `record` says where to look."""

    check: str
    record: str
    stated: str
    found: str


@dataclass(frozen=True, slots=True)
class Result:
    checked: int
    differences: tuple[Difference, ...]


def of_programs(check: Callable[[Program], Iterator[Difference | int]]) -> Iterator[Difference | int]:
    """A check of every program, each as it stands at one instant."""
    for program in Program.objects.order_by("code"):
        with one_instant():
            found = list(check(program))
        yield from found


def ask(sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def compare(
    check: str, stated: Mapping[Any, Any], found: Mapping[Any, Any], record: str = ""
) -> Iterator[Difference | int]:
    """Two tables key by key; a key that one of them lacks is a difference unless the other says zero there."""
    keys = sorted({*stated, *found}, key=str)
    yield len(keys)
    for key in keys:
        one, other = shown(stated.get(key)), shown(found.get(key))
        if one != other and not ("" in {one, other} and set((one + other).split(", ")) == {"0"}):
            yield Difference(check, f"{record} {_name(key)}".strip(), one, other)


def _name(key: Any) -> str:
    return " ".join(str(part) for part in key) if isinstance(key, tuple) else str(key)


def shown(value: Any) -> str:
    """A value as text: numbers without trailing zeros, nothing as nothing, a tuple part by part."""
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return ", ".join(shown(part) or "0" for part in value)
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        text = f"{Decimal(value):f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text in {"", "-0"} else text
    return str(value)
