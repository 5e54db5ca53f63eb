"""What every record has: an opaque id and the instant it was made."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ground.clock import ClockNow
from ground.ids import new_id


class Record(models.Model):
    """An opaque id (it stands in addresses) and the instant of making by the database's clock."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(_("made at"), db_default=ClockNow(), editable=False)

    class Meta:
        abstract = True
