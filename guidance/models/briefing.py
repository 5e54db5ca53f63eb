"""Briefings (설명회): events of a program on site or online, with their sessions, materials and countries."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Country, Record, StoredFile
from programs.models import Program
from programs.models.program import OfProgram

MOST_PEOPLE = 10
"""Of one company at one briefing, at most."""
SURVEY_OPEN_FOR = dt.timedelta(days=30)
"""After the end."""


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agencies that run the program or have a stated part in it."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = agency_ids(user)
        return self.filter(Q(agency__in=own) | Q(program__in=Program.objects.filter(shares__agency__in=own)))

    def public(self) -> Self:
        """Published ones, also those that were cancelled since."""
        return self.filter(published_at__isnull=False)

    def standing(self) -> Self:
        """Published and not cancelled."""
        return self.filter(state=Briefing.State.PUBLISHED)


@tracked()
class Briefing(OfProgram):
    """One event. It is on site when it has a place, online when it has a link, or both; the link is for those registered."""

    class State(models.TextChoices):
        DRAFT = "draft", _("being prepared")
        PUBLISHED = "published", _("announced")
        CANCELLED = "cancelled", _("cancelled")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="briefings"
    )
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    text_ko = models.TextField(_("what it is about (Korean)"))
    text_en = models.TextField(_("what it is about (English)"), blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    closes_at = models.DateTimeField(
        _("registration closes"), help_text=_("Seoul time. This instant does not count any more.")
    )
    place_ko = models.CharField(
        _("place (Korean)"), max_length=200, blank=True, help_text=_("Empty: online only.")
    )
    place_en = models.CharField(_("place (English)"), max_length=240, blank=True)
    online_url = models.URLField(
        _("link of the online room"), max_length=500, blank=True,
        help_text=_("Shown only to people who have a seat."),
    )  # fmt: skip
    capacity = models.PositiveSmallIntegerField(
        _("seats"), validators=[MinValueValidator(1)], help_text=_("Raised: the waiting list moves up at once.")
    )  # fmt: skip
    most_per_company = models.PositiveSmallIntegerField(
        _("people of one company"), default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_PEOPLE)]
    )  # fmt: skip
    contact_ko = models.CharField(_("contact (Korean)"), max_length=160)
    contact_en = models.CharField(_("contact (English)"), max_length=160, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    cancellation_reason = models.CharField(
        _("why it was cancelled"), max_length=300, blank=True, editable=False
    )
    changes = models.PositiveSmallIntegerField(
        _("changes of time or place"), default=0, editable=False,
        help_text=_("lets a calendar take the newer dates for the older ones"),
    )  # fmt: skip
    recording_url = models.URLField(_("recording"), max_length=500, blank=True, editable=False)
    recording_at = models.DateTimeField(_("recording told at"), null=True, editable=False)
    day_reminded_for = models.DateTimeField(_("reminded a day before"), null=True, editable=False)
    hour_reminded_for = models.DateTimeField(_("reminded an hour before"), null=True, editable=False)
    survey_asked_at = models.DateTimeField(_("survey asked first at"), null=True, editable=False)

    objects = BriefingQuerySet.as_manager()

    class Meta:
        verbose_name = _("briefing")
        verbose_name_plural = _("briefings")
        ordering = ["-starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="briefing_agency_key"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="briefing_ends_after_it_begins",
                violation_error_message=_("A briefing ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__lte=F("starts_at")),
                name="briefing_closes_before_it_begins",
                violation_error_message=_("Registration closes at the latest when the briefing begins."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, most_per_company__gte=1, most_per_company__lte=MOST_PEOPLE),
                name="briefing_numbers",
                violation_error_message=_("At least one seat, and one to ten people of one company."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True, cancelled_at__isnull=True, cancellation_reason="")
                | Q(state="published", published_at__isnull=False, cancelled_at__isnull=True, cancellation_reason="")
                | Q(state="cancelled", published_at__isnull=False, cancelled_at__isnull=False)
                & ~Q(cancellation_reason=""),
                name="briefing_state_has_its_instants",
                violation_error_message=_("A published briefing is cancelled with the reason."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | ~Q(place_ko="", online_url=""),
                name="briefing_is_somewhere",
                violation_error_message=_("Name the place, the link of the online room, or both."),
            ),
            SameKey(field="program", name="briefing_same_agency"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["starts_at"], name="briefing_starts")]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko

    def is_over(self, now: dt.datetime) -> bool:
        return now >= self.ends_at

    def takes_registrations(self, now: dt.datetime) -> bool:
        """The closing instant does not count any more."""
        return self.state == self.State.PUBLISHED and now < self.closes_at

    @property
    def survey_closes_at(self) -> dt.datetime:
        """This instant does not count any more."""
        return self.ends_at + SURVEY_OPEN_FOR

    def standing_word(self, now: dt.datetime) -> Any:
        """The state as a person would say it; published ones are over when they have ended."""
        if self.state == self.State.PUBLISHED and self.is_over(now):
            return _("over")
        return self.get_state_display()


class OfBriefing(Record):
    """A row that belongs to a briefing and so to its agency: both keys, held together by the database."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        abstract = True


@tracked()
class BriefingCountry(OfBriefing):
    """A country that the briefing is about; one about none speaks of all."""

    briefing = models.ForeignKey(
        Briefing, verbose_name=_("briefing"), on_delete=models.PROTECT, related_name="countries"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("country of a briefing")
        verbose_name_plural = _("countries of a briefing")
        ordering = ["briefing", "country"]
        constraints = [
            models.UniqueConstraint(
                fields=["briefing", "country"],
                name="briefing_country_once",
                violation_error_message=_("The country stands here already."),
            ),
            SameKey(field="briefing", name="briefing_country_same_agency"),
        ]

    def __str__(self) -> str:
        return str(self.country)


@tracked()
class BriefingSession(OfBriefing):
    """A part of the briefing with its speaker, who is named in public."""

    briefing = models.ForeignKey(
        Briefing, verbose_name=_("briefing"), on_delete=models.PROTECT, related_name="sessions"
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    speaker_ko = models.CharField(
        _("speaker (Korean)"), max_length=160, blank=True, help_text=_("Name and where from, as agreed with them.")
    )  # fmt: skip
    speaker_en = models.CharField(_("speaker (English)"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["briefing", "starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="briefing_session_ends_after_it_begins",
                violation_error_message=_("A session ends after it begins."),
            ),
            SameKey(field="briefing", name="briefing_session_same_agency"),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko


@tracked()
class BriefingMaterial(OfBriefing):
    """A file that is handed out: to everybody, or to people who have a seat."""

    briefing = models.ForeignKey(
        Briefing, verbose_name=_("briefing"), on_delete=models.PROTECT, related_name="materials"
    )
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    file = models.ForeignKey(StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    is_public = models.BooleanField(
        _("for everybody"), default=False, help_text=_("Otherwise only for people who have a seat.")
    )

    class Meta:
        verbose_name = _("material")
        verbose_name_plural = _("materials")
        ordering = ["briefing", "created_at", "id"]
        constraints = [SameKey(field="briefing", name="briefing_material_same_agency")]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko

    @property
    def can_be_opened(self) -> bool:
        """Whether its file has passed the check and is still there."""
        return self.file.has_passed and self.file.removed_at is None
