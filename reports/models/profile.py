"""Profiles of files (양식) that the agency made for a program, and the samples that they were made from."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record, StoredFile
from programs.models import Program, Store
from reports.models.batch import ImportBatch


class FileProfileQuerySet(models.QuerySet["FileProfile"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))

    def in_use(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


@tracked()
class FileProfile(Record):
    """A kind of sales file that a program knows besides Naru's own. It is withdrawn, never deleted."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="file_profiles"
    )
    store = models.ForeignKey(
        Store, verbose_name=_("store"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("the only store whose files are read so; without one, of every store of the program"),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=100)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("withdrawn by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    objects = FileProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file profile")
        verbose_name_plural = _("file profiles")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["program", "name"], name="file_profile_name_once"),
            models.UniqueConstraint(fields=["agency", "id"], name="file_profile_agency_key"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="file_profile_withdrawn_by_somebody",
            ),
            SameKey(field="program", name="file_profile_program_same_agency"),
            SameKey(field="store", name="file_profile_store_same_agency"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class ProfileVersion(Record):
    """How files of the profile are read from its making on, as data. A change is a further version; files that were read
    with an earlier one keep it by its code."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    profile = models.ForeignKey(
        FileProfile, verbose_name=_("file profile"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    code = models.CharField(_("code"), max_length=40, unique=True)
    mapping = models.JSONField(_("how files are read"))
    sample = models.ForeignKey(
        StoredFile, verbose_name=_("sample"), on_delete=models.PROTECT, related_name="+",
        help_text=_("the first rows of a file, with what the profile reads and nothing else"),
    )  # fmt: skip
    facts = models.JSONField(_("what the sample says of itself"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("version of a file profile")
        verbose_name_plural = _("versions of file profiles")
        ordering = ["profile", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "number"], name="profile_version_once"),
            SameKey(field="profile", name="profile_version_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.number}"


class FileSampleQuerySet(models.QuerySet["FileSample"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))


@tracked(exclude=["facts", "draft"])  # what a file's cells said does not outlast the sample
class FileSample(Record):
    """The first rows of a file that no profile knew, without its buyers: until a profile is made from it, or for some days."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+"
    )
    profile = models.ForeignKey(
        FileProfile, verbose_name=_("file profile"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("the profile that is being changed"),
    )  # fmt: skip
    batch = models.ForeignKey(
        ImportBatch, verbose_name=_("sales file"), null=True, blank=True, on_delete=models.PROTECT, related_name="samples",
        help_text=_("the file that was refused because nobody knew it"),
    )  # fmt: skip
    file = models.ForeignKey(StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(_("what the sample says of itself"))
    draft = models.JSONField(_("what was chosen so far"), default=dict)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    objects = FileSampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("sample of a file")
        verbose_name_plural = _("samples of files")
        ordering = ["-created_at"]
        constraints = [
            SameKey(field="program", name="file_sample_program_same_agency"),
            SameKey(field="profile", name="file_sample_profile_same_agency"),
            SameKey(field="batch", name="file_sample_batch_same_agency"),
        ]

    def __str__(self) -> str:
        return self.file.name
