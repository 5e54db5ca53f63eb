"""A record's history, readable: what was changed from what to what, by whom, when, why and from where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext_lazy as _

KINDS = {"insert": _("made"), "update": _("changed"), "delete": _("deleted")}
BLANK = "–"


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One row of the history."""

    at: dt.datetime
    kind: str
    kind_label: Any
    who: str
    reason: str
    address: str
    request: str
    fields: tuple[FieldChange, ...]


def event_model(model: type[models.Model]) -> type[models.Model] | None:
    """The history table of a model."""
    name = f"{model._meta.object_name}Event"
    try:
        return apps.get_model(model._meta.app_label, name)
    except LookupError:
        return None


def history_of(record: models.Model) -> list[Change]:
    """All changes of a record, the newest first."""
    events = event_model(type(record))
    if events is None:
        return []
    manager: Any = events._default_manager
    rows = list(manager.filter(pgh_obj_id=record.pk).order_by("pgh_id"))
    columns = [
        field
        for field in events._meta.concrete_fields
        if not field.name.startswith("pgh_") and field.name not in {"id", "created_at"}
    ]
    changes: list[Change] = []
    previous: Any = None
    for row in rows:
        fields = [
            FieldChange(_label(record, field), _shown(record, previous, field), _shown(record, row, field))
            for field in columns
            if previous is None or getattr(previous, field.attname) != getattr(row, field.attname)
        ]
        context = row.pgh_context or {}
        changes.append(
            Change(
                at=row.pgh_created_at,
                kind=row.pgh_label,
                kind_label=KINDS.get(row.pgh_label, row.pgh_label),
                who=context.get("who") or context.get("handler") or "",
                reason=context.get("reason", ""),
                address=context.get("address", ""),
                request=context.get("request", ""),
                fields=tuple(each for each in fields if each.before != each.after),
            )
        )
        previous = row
    return changes[::-1]


def _label(record: models.Model, field: Any) -> str:
    try:
        return str(record._meta.get_field(field.name).verbose_name)  # type: ignore[union-attr]
    except (FieldDoesNotExist, AttributeError):
        return str(field.name)


def _shown(record: models.Model, row: Any, field: Any) -> str:
    if row is None:
        return BLANK
    value = getattr(row, field.attname)
    if value is None or value == "":
        return BLANK
    choices = dict(field.flatchoices)
    if value in choices:
        return str(choices[value])
    if isinstance(field, models.ForeignKey):
        target: Any = field.remote_field.model
        found = target._default_manager.filter(pk=value).first()
        return str(found) if found is not None else str(value)
    return str(value)
