"""Frozen words in the reader's language: what an edition says is kept as data, Korean beside English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """A text, and whether it is Korean though English was asked for."""

    text: str
    is_only_korean: bool = False


def said(row: Mapping[str, Any], stem: str, lang: str) -> Said:
    """`stem_ko` or, in English and when it is there, `stem_en`; a stem without languages is as it is."""
    korean = row.get(f"{stem}_ko", row.get(stem)) or ""
    if lang != "en" or not korean or stem in row:
        return Said(korean)
    english = row.get(f"{stem}_en") or ""
    return Said(english) if english else Said(korean, is_only_korean=True)
