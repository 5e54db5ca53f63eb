"""One number for the values of a report: the same in every process and on every day, another when any
figure differs.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum

from reports.printing.data import DATA_VERSION, MonthlyReport


def data_sha256(report: MonthlyReport) -> str:
    """The SHA-256 of the report's canonical form, 64 hexadecimal digits. Both languages of a report have
    the same.
    """
    content = {"kind": "monthly", "version": DATA_VERSION, "report": report}
    return hashlib.sha256(canonical_json(content)).hexdigest()


def canonical_json(value: object) -> bytes:
    """UTF-8 JSON with one form for each value: keys sorted, decimals as text without exponent or trailing
    zeros, instants in UTC to the microsecond, days as ISO dates. A binary float, a decimal that is no
    number, an instant without a zone or any other type is refused with TypeError or ValueError.
    """
    text = json.dumps(_canonical(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _canonical(value: object) -> object:
    if isinstance(value, Enum):
        return _canonical(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _canonical(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("keys of a canonical form are text")
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_canonical(item) for item in value]
    raise TypeError(f"a canonical form has no place for {type(value).__name__}")


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("a figure must be a finite number")
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
