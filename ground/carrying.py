"""Rows that a page shows and that its form brings back unchanged: signed, and only for whom they were written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import signing

SALT = "ground.carried"


def carried(use: str, of: Sequence[str], rows: list[Any]) -> str:
    """The rows for the page that asks once more; only whoever `of` names gets them back, for the same `use`."""
    return signing.dumps([[use, *of], rows], salt=SALT, compress=True)


def brought_back(use: str, of: Sequence[str], text: str, *, seconds: int | None = None) -> list[Any] | None:
    """The rows that `carried` wrote, not longer ago than `seconds`; None for anything else."""
    found = _opened(text, seconds)
    return list(found[1]) if found is not None and found[0] == [use, *of] else None


def rows_in(text: str) -> int | None:
    """How many rows the text carries, whoever they are for; None where it carries none."""
    found = _opened(text, None)
    return None if found is None else len(found[1])


def _opened(text: str, seconds: int | None) -> Any:
    try:
        return signing.loads(text, salt=SALT, max_age=seconds)
    except (signing.BadSignature, ValueError):
        return None
