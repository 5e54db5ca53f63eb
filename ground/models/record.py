"""What every record has: an opaque id and the instant it was made."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init
from django.utils.translation import gettext_lazy as _

from ground.clock import ClockNow
from ground.ids import new_id


class Rowed(models.Model):
    """Made of a row in one go. Django hands each column to its field and asks whether anybody listens; a page of the
    intake reads some hundred records, and making them took longer than finding them."""

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any
    ) -> Self:
        if more or pre_init.receivers or post_init.receivers:
            return super().from_db(db, field_names, values, **more)
        made = cls.__new__(cls)
        state = ModelState()
        state.adding, state.db = False, db
        row = made.__dict__
        row["_state"] = state
        row.update(zip(field_names, values, strict=True))  # what is left out is read when it is asked for
        return made


class Record(Rowed):
    """An opaque id (it stands in addresses) and the instant of making by the database's clock."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(_("made at"), db_default=ClockNow(), editable=False)

    class Meta:
        abstract = True
