"""A file that somebody gave: its bytes by their hash, under a name of our own, or the note that they were removed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.models.record import Record


@tracked()
class StoredFile(Record):
    """The stored bytes. Who may read them is decided by the record that the file hangs on, never by its address."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("document")
        EVIDENCE = "evidence", _("evidence")
        SALES = "sales", _("sales file")
        REPORT = "report", _("report")
        PAPER = "paper", _("paper of a program")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("name as given"), max_length=255)
    content_type = models.CharField(_("type by content"), max_length=120)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    path = models.CharField(_("place in the store"), max_length=200, unique=True)
    removed_at = models.DateTimeField(
        _("bytes removed at"),
        null=True,
        blank=True,
        help_text=_("name, size and SHA-256 still say what was there"),
    )

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return self.name
