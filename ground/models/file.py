"""A file that somebody gave: its bytes by their hash, under a name of our own, or the note that they were removed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.audit import tracked
from ground.inspection.sentences import SENTENCES
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

    class Passage(models.TextChoices):
        QUARANTINE = "quarantine", _("being checked")
        CLEAN = "clean", _("scanned: clean")
        UNSCANNED = "unscanned", _("not scanned")
        REFUSED = "refused", _("refused by the check")
        EXEMPT = "exempt", _("made here, or read by the sandbox alone")

    READABLE: ClassVar[frozenset[str]] = frozenset({Passage.CLEAN, Passage.UNSCANNED, Passage.EXEMPT})
    """What has passed; nobody reads the rest."""

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
    passage = models.CharField(_("check"), max_length=10, choices=Passage, default=Passage.QUARANTINE)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    finding = models.CharField(_("what the check found"), max_length=20, blank=True)
    signature = models.CharField(_("name of the malware"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=Q(passage="refused") ^ Q(finding=""), name="file_refused_has_finding"
            )
        ]

    def __str__(self) -> str:
        return str(self.public_name)

    @property
    def has_passed(self) -> bool:
        """Whether people may read it, as far as the check goes."""
        return self.passage in self.READABLE

    @property
    def why_refused(self) -> StrOrPromise:
        """What the check found and what to do; empty when it was not refused."""
        return SENTENCES.get(self.finding, "")

    @property
    def public_name(self) -> StrOrPromise:
        """The name for people outside the uploader's company: not before the file has passed."""
        return self.name if self.has_passed else self.get_passage_display()
