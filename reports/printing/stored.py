"""The values of a report read back from its stored form, so that they can be checked or printed once more."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from reports.printing.data import MonthlyReport


def report_of(stored: Mapping[str, Any]) -> MonthlyReport:
    """The report whose canonical form (`checksum.canonical_json`) was stored, of the present data version or the one before.

    What has not that shape is refused with KeyError, TypeError or ValueError.
    """
    report: MonthlyReport = _value(MonthlyReport, stored)
    return report


def _value(kind: Any, value: Any) -> Any:
    if get_origin(kind) is tuple:
        return tuple(_value(get_args(kind)[0], each) for each in value)
    if kinds := [each for each in get_args(kind) if each is not NoneType]:
        if value is None and NoneType in get_args(kind):
            return None
        return _value(next(each for each in kinds if is_dataclass(each) == isinstance(value, Mapping)), value)
    if is_dataclass(kind):
        kinds_of = get_type_hints(kind)
        there = [field.name for field in fields(kind) if field.name in value or field.default is MISSING]
        return kind(**{name: _value(kinds_of[name], value[name]) for name in there})  # type: ignore[operator]
    if kind in {date, datetime}:
        return kind.fromisoformat(value)
    if kind is Decimal or issubclass(kind, Enum):
        return kind(value)
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
