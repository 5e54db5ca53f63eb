"""Personal data: each column that names a person says why it is kept and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.utils.functional import Promise


@dataclass(frozen=True)
class PersonalColumn:
    """Why the column is kept, and how many months after the last use it is blanked."""

    purpose: Promise | str
    months: int


def personal_columns() -> Iterator[tuple[type[models.Model], str, PersonalColumn]]:
    """Every personal column of the installation: (model, column, why and how long)."""
    for model in apps.get_models():
        for name, column in getattr(model, "personal", {}).items():
            yield model, name, column
