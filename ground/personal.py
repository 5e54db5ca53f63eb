"""Personal data: each column that names a person says why it is kept, for how long, and how it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.apps import apps
from django.db import models
from django.utils.functional import Promise


class Goes(StrEnum):
    """How a personal column is blanked."""

    WITH_COMPANY = "company"  # destroyed, in the history too, when a company's personal data are
    WITH_PERSON = "person"  # destroyed, in the history too, when the data of the person who signs in are
    BY_AGE = "age"  # wiped at night once it is old enough; such columns are in no history


@dataclass(frozen=True)
class PersonalColumn:
    """Why the column is kept, and how many months after the last use it is blanked."""

    purpose: Promise | str
    months: int
    goes: Goes = Goes.WITH_COMPANY
    also: Goes | None = None
    """A second way, where the first one is later than that."""


def personal_columns(*goes: Goes) -> Iterator[tuple[type[models.Model], str, PersonalColumn]]:
    """Every personal column of the installation (that goes in one of these ways): (model, column, why and how long)."""
    for model in apps.get_models():
        for name, column in getattr(model, "personal", {}).items():
            if not goes or {column.goes, column.also} & set(goes):
                yield model, name, column
