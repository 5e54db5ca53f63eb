"""Work on lines without a company (미배정 라인): assigned many at once, put aside, and lists of assignments that came as a file."""

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
from ground.models import Record
from programs.models import Participation, Program, Store


class OfAgencyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))


@tracked()
class BulkAssignment(Record):
    """Groups of waiting lines that an officer gave to one participation at once, and what the look again found.

    `groups` are store, SKU, listing number, what was assigned, and how many lines waited; `left` are the stores that are
    not looked at again yet.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="+"
    )
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    groups = models.JSONField(_("groups"), default=list)
    lines = models.PositiveIntegerField(_("lines that waited"), default=0)
    stores = models.PositiveIntegerField(_("stores"), default=0)
    left = models.JSONField(_("stores still to look at"), default=list)
    found = models.PositiveIntegerField(_("lines that found their company"), default=0)
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("assigned by"), on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(_("assigned at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = OfAgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment of many groups")
        verbose_name_plural = _("assignments of many groups")
        ordering = ["-assigned_at"]
        constraints = [SameKey(field="participation", name="bulk_assignment_same_agency")]

    def __str__(self) -> str:
        return f"{self.participation} {self.assigned_at:%Y-%m-%d}"


@tracked()
class SetAside(Record):
    """Waiting lines of one SKU and listing of a store that belong to no company, for a reason: they count nowhere and stay
    visible with their sum. What is taken back waits again."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    store = models.ForeignKey(Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    listing_reference = models.CharField(_("listing number"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("put aside by"), on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField(_("put aside at"))
    ended_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    objects = OfAgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("lines put aside")
        verbose_name_plural = _("lines put aside")
        ordering = ["store", "sku", "listing_reference"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "sku", "listing_reference"],
                condition=Q(ended_at__isnull=True),
                name="set_aside_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="set_aside_has_reason"),
            SameKey(field="store", name="set_aside_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.store.code} {self.sku or self.listing_reference}"


@tracked()
class AssignmentList(Record):
    """A list of assignments that came as a file: what its rows say, until they are applied as a whole or left."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("file"), max_length=200)
    rows = models.JSONField(_("rows"), default=list)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("applied by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    changes = models.PositiveIntegerField(_("changes"), default=0)

    objects = OfAgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of assignments")
        verbose_name_plural = _("lists of assignments")
        ordering = ["-uploaded_at"]
        constraints = [SameKey(field="program", name="assignment_list_same_agency")]

    def __str__(self) -> str:
        return self.name
