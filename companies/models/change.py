"""Whose facts changed in which transaction, so that an earlier answer is known to hold for everybody else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ThisTransaction(models.Func):
    """The number of the transaction that writes; a subtransaction has that of the whole."""

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


class RegisterChange(models.Model):
    """What a fact belongs to that criteria read, written by triggers in the transaction that changed it. Whose company that
    is is asked by the reader: a certificate may go over to another record at the same time. Applications, files and calls
    stand for what criteria read of a call's applications alone. Gone once no kept answer is older
    (`programs.domain.keeping`)."""

    class Of(models.TextChoices):
        COMPANY = "company"
        NUMBER = "number"
        CERTIFICATE = "certificate"
        PARTICIPATION = "participation"
        EVERYTHING = "everything"
        APPLICATION = "application"
        FILE = "file"
        CALL = "call"

    id = models.BigAutoField(primary_key=True)
    transaction = models.BigIntegerField(db_default=ThisTransaction(), editable=False)
    of = models.CharField(max_length=13, choices=Of, editable=False)
    key = models.CharField(max_length=36, blank=True, editable=False)

    class Meta:
        verbose_name = _("change of the register")
        verbose_name_plural = _("changes of the register")
        indexes = [models.Index(fields=["transaction"], name="registerchange_transaction")]

    def __str__(self) -> str:
        return f"{self.of} {self.key}"
