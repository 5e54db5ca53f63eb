"""Every single value of a frozen report, and the report with just that value changed."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any


def changed(value: Any, path: str = "", kinds: tuple[type, ...] = ()) -> Iterator[tuple[str, Any]]:
    """(path, copy with the value at the path changed), for every value of the kinds or of all kinds; places in
    tuples are left out of the path.
    """
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            below = f"{path}.{field.name}".lstrip(".")
            for where, other in changed(getattr(value, field.name), below, kinds):
                if (copy := _copy(value, field.name, other)) is not None:
                    yield where, copy
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            for where, other in changed(item, path, kinds):
                yield where, (*value[:place], other, *value[place + 1 :])
    elif (not kinds or type(value) in kinds) and (other := _other(value)) is not None:
        yield path, other


def _copy(value: Any, name: str, other: Any) -> Any:
    try:
        return replace(value, **{name: other})
    except ValueError:
        return None


def _other(value: Any) -> Any:
    if isinstance(value, Enum):
        return next(one for one in type(value) if one is not value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | Decimal):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    return None
