"""Consents: texts in versions, and records of who agreed to which version when."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self
from uuid import UUID

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import DurationField, Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Organization
from accounts.roles import agency_ids
from companies.models.company import Company
from ground.audit import tracked
from ground.clock import ClockNow, ClockToday
from ground.models import Country, Record
from ground.words import plain


class ConsentTextQuerySet(models.QuerySet["ConsentText"]):
    def in_force_on(self, day: dt.date | ClockToday) -> Self:
        """Of each text the highest version that has begun; none when that one is out of use: an earlier version never
        comes back. A version taken out of use before its first day never began."""
        begun = ConsentText.objects.filter(from_on__lte=day).filter(
            Q(disabled_on__isnull=True) | Q(disabled_on__gte=F("from_on"))
        )
        later = begun.filter(
            agency=OuterRef("agency"), code=OuterRef("code"), version__gt=OuterRef("version")
        )
        in_use = Q(disabled_on__isnull=True) | Q(disabled_on__gt=day)
        return self.filter(~Exists(later), in_use, from_on__lte=day)

    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))


@tracked()
class ConsentText(Record):
    """One version of a text; its wording in both languages never changes (a trigger refuses it). The Korean text binds, the
    English one is there to be read. A transfer abroad names receiver, country, items and period."""

    class Kind(models.TextChoices):
        REQUIRED = "required", _("required")
        OPTIONAL = "optional", _("optional")
        THIRD_PARTY = "third_party", _("to a third party")
        ABROAD = "abroad", _("abroad")
        MAIL = "mail", _("mails about calls")
        READING = "reading", _("counting what guides are read")
        GUIDE = "guide", _("mails with guides")

    MAILS: ClassVar[frozenset[str]] = frozenset({Kind.MAIL, Kind.GUIDE})
    """What is agreed to and ended by itself: the one without the other."""
    ASKED_OF_ALL: ClassVar[frozenset[str]] = MAILS | {Kind.READING}
    """Asked of every company, also of those that the agency does not know."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="consent_texts"
    )
    code = models.SlugField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    body_ko = models.TextField(_("text (Korean)"))
    body_en = models.TextField(_("text (English)"), blank=True)
    receiver = models.ForeignKey(
        Organization,
        verbose_name=_("receiver"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    items_ko = models.CharField(_("items (Korean)"), max_length=300)
    items_en = models.CharField(_("items (English)"), max_length=300, blank=True)
    months = models.PositiveSmallIntegerField(_("kept for (months)"))
    from_on = models.DateField(_("in force from"))
    disabled_on = models.DateField(_("out of use from"), null=True, blank=True)

    objects = ConsentTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        triggers = [pgtrigger.ReadOnly(name="wording_stays", exclude=["disabled_on"])]
        constraints = [
            models.UniqueConstraint(fields=["agency", "code", "version"], name="consent_text_version"),
            models.CheckConstraint(
                condition=~Q(kind="abroad") | Q(receiver__isnull=False, country__isnull=False),
                name="consent_abroad_names_receiver",
                violation_error_message=_("A transfer abroad names its receiver and country."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["mail", "guide"]) | (~Q(title_en="") & ~Q(body_en="")),
                name="consent_mail_in_both_languages",
                violation_error_message=_("What companies are asked about mails stands in both languages."),
            ),
        ]

    def __str__(self) -> str:
        return f"{plain(self, 'title')} v{self.version}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, user: Any) -> Self:
        """To texts of agencies in which the person serves."""
        return self.filter(text__agency__in=agency_ids(user))

    def with_end(self) -> Self:
        """Each with `ends_at`: the instant until which the text says that the data are kept."""
        period = Func(
            F("text__months"),
            template="make_interval(months => %(expressions)s)",
            output_field=DurationField(),
        )
        return self.annotate(ends_at=F("given_at") + period)

    def standing_at(self, at: dt.datetime | ClockNow) -> Self:
        """Neither withdrawn nor over."""
        return self.with_end().filter(withdrawn_at__isnull=True, ends_at__gt=at)

    def to_mails_of(self, agency: UUID, kind: str = "mail") -> Self:
        """To mails of that agency about calls (`ConsentText.Kind.MAIL`) or with guides, in whatever version of its text."""
        return self.filter(text__agency=agency, text__kind=kind)

    def to_counting_for(self, agency: UUID | OuterRef) -> Self:
        """To that agency's counting which guides the company reads, in whatever version of its text."""
        return self.filter(text__agency=agency, text__kind=ConsentText.Kind.READING)


@tracked()
class Consent(Record):
    """A person agreed for a company to one version; withdrawn, never deleted."""

    text = models.ForeignKey(
        ConsentText, verbose_name=_("text"), on_delete=models.PROTECT, related_name="consents"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="consents"
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(_("given at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["text", "company"], condition=Q(withdrawn_at__isnull=True), name="consent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.text}"
