"""What criteria say that is kept, so that a question asked again reads only what changed since."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from ground.clock import ClockNow
from programs.models.call import Call
from programs.models.holding import Holding


class KeptRegister(models.Model):
    """The companies whose record was open, in the order of their ids, as of a `snapshot` of the database (`pg_snapshot`);
    it says something only on the `server` whose transactions it numbers, with the functions of then."""

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    server = models.CharField(max_length=60, editable=False)
    snapshot = models.TextField(editable=False)
    companies = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("kept register")
        verbose_name_plural = _("kept registers")

    def __str__(self) -> str:
        return self.snapshot


class KeptOutcomes(models.Model):
    """Which of these companies met one criterion and which did not, a bit each; of those that changed since the snapshot
    nothing is said. The `question` is the SHA-256 of all that is asked."""

    id = models.BigAutoField(primary_key=True)
    register = models.ForeignKey(KeptRegister, on_delete=models.CASCADE, related_name="outcomes")
    question = models.CharField(max_length=64, editable=False)
    met = models.BinaryField(editable=False)
    not_met = models.BinaryField(editable=False)

    class Meta:
        verbose_name = _("kept outcomes")
        verbose_name_plural = _("kept outcomes")

    def __str__(self) -> str:
        return self.question


class KeptTaking(models.Model):
    """As of which `snapshot` a list of answers holds (`Holding`), of how many applications, and those of its rows in which
    something is to be renewed. The `question` is the SHA-256 of all that is asked."""

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    server = models.CharField(max_length=60, editable=False)
    snapshot = models.TextField(editable=False)
    question = models.CharField(max_length=64, editable=False)
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="+", editable=False)
    count = models.PositiveIntegerField(editable=False)
    renewing = ArrayField(models.BigIntegerField(), editable=False)

    class Meta:
        verbose_name = _("kept taking")
        verbose_name_plural = _("kept takings")

    def __str__(self) -> str:
        return self.question
