"""Bodies around the agency: providers, platform partners, research bodies, supervising bodies."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.models import Country, Record


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, user: Any) -> Self:
        """Own ones; for staff those that their agency keeps and those kept for all; the operator sees every one."""
        from accounts.roles import agency_ids, organization_ids

        if not getattr(user, "is_authenticated", False):
            return self.none()
        if user.is_operator:
            return self.all()
        seen = Q(pk__in=organization_ids(user))
        if agencies := agency_ids(user):
            seen |= Q(kept_by__in=agencies) | Q(kept_by__isnull=True)
        return self.filter(seen)

    def in_use_on(self, day: dt.date | Combinable) -> Self:
        return self.filter(Q(disabled_on__isnull=True) | Q(disabled_on__gt=day))


@tracked()
class Organization(Record):
    """A body with people of its own who sign in. What they see hangs on contracts and programs, not on this row.

    The agency that keeps it decides who signs in for it; one kept by no agency is the operator's."""

    class Kind(models.TextChoices):
        PROVIDER = "provider", _("provider")
        PARTNER = "partner", _("platform partner")
        RESEARCH = "research", _("research body")
        SUPERVISING = "supervising", _("supervising body")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    kept_by = models.ForeignKey(
        "accounts.Agency", verbose_name=pgettext_lazy("organization", "kept by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="organizations",
    )  # fmt: skip
    is_made_up = models.BooleanField(_("made up for the demonstration"), default=False)
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko

    @property
    def is_abroad(self) -> bool:
        return self.country_id != "KR"


class OrganizationMemberQuerySet(models.QuerySet["OrganizationMember"]):
    def serving_on(self, day: dt.date | Combinable) -> Self:
        """Who signs in for an organization that is in use on that day."""
        return self.filter(ended_at__isnull=True, organization__in=Organization.objects.in_use_on(day))

    def visible_to(self, user: Any) -> Self:
        """Oneself, those of organizations that one's agency keeps; the operator sees those that nobody keeps, too."""
        from accounts.roles import agency_ids

        seen = models.Q(user=user) | models.Q(organization__kept_by__in=agency_ids(user))
        if getattr(user, "is_operator", False):
            seen |= models.Q(organization__kept_by__isnull=True)
        return self.filter(seen)


@tracked()
class OrganizationMember(Record):
    """A person who signs in for an organization."""

    organization = models.ForeignKey(
        Organization, verbose_name=_("organization"), on_delete=models.PROTECT, related_name="members"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="organization_members",
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = OrganizationMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of an organization")
        verbose_name_plural = _("members of organizations")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=models.Q(ended_at__isnull=True),
                name="organization_member_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.organization})"
