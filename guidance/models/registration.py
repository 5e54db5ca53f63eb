"""Registrations for briefings (참가 신청): one row for each person who comes, by a company or as a guest.

Who a person is stands in columns that the history leaves out, so that wiping them at night destroys them; when a company's
personal data are destroyed, those of its people go at once. That somebody
has answered the survey is no history either: it would say when, and by which request.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.personal import Goes, PersonalColumn
from guidance.models.briefing import Briefing, OfBriefing

KEPT_MONTHS = 6
"""After the end of the briefing; the text of the consent says so."""


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency: another one with a part in the program sees the briefing, not who comes."""
        return self.filter(agency__in=agency_ids(user))

    def of_member(self, user: Any) -> Self:
        """People registered by companies in which the user is a member today."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(company__in=user.company_members.filter(ended_at__isnull=True).values("company"))

    def seated(self) -> Self:
        return self.filter(state=Registration.State.REGISTERED)

    def waiting(self) -> Self:
        """In the order in which they move up."""
        return self.filter(state=Registration.State.WAITING).order_by("joined_at", "id")

    def active(self) -> Self:
        """With a seat, on the waiting list, or not confirmed yet."""
        return self.exclude(state=Registration.State.CANCELLED)

    def came(self) -> Self:
        return self.filter(checked_in_at__isnull=False)


@tracked(exclude=["name", "email", "company_name", "has_answered"])
class Registration(OfBriefing):
    """One person. A guest's counts from the moment in which the mail's link confirms it; until then it holds no seat."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("not confirmed yet")
        REGISTERED = "registered", _("has a seat")
        WAITING = "waiting", _("on the waiting list")
        CANCELLED = "cancelled", _("cancelled")

    briefing = models.ForeignKey(
        Briefing, verbose_name=_("briefing"), on_delete=models.PROTECT, related_name="registrations"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("registered by"), null=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, db_index=True)
    company_name = models.CharField(_("company as the guest says"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=8)
    state = models.CharField(_("state"), max_length=11, choices=State)
    code = models.CharField(_("code for the check-in"), max_length=6)
    consent_text = models.TextField(_("text that the guest agreed to"), blank=True)
    consented_at = models.DateTimeField(_("agreed at"), null=True)
    mails = models.PositiveSmallIntegerField(_("mails asked for"), default=0)
    joined_at = models.DateTimeField(_("registered at"), null=True)
    moved_up_at = models.DateTimeField(_("moved up at"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True)
    checked_in_at = models.DateTimeField(_("checked in at"), null=True)
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("checked in by"), null=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    survey_asked_at = models.DateTimeField(_("survey asked at"), null=True)
    is_walk_in = models.BooleanField(_("came without registering"), default=False, editable=False)
    has_answered = models.BooleanField(_("survey answered"), default=False)

    objects = RegistrationQuerySet.as_manager()

    personal: ClassVar[dict[str, PersonalColumn]] = {
        name: PersonalColumn(
            _("to write to who comes to the briefing and to let them in"),
            KEPT_MONTHS,
            Goes.BY_AGE,
            Goes.WITH_COMPANY,
        )
        for name in ("name", "email", "company_name")
    }

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["briefing", "joined_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["briefing", "code"], name="registration_code_once"),
            models.UniqueConstraint(
                fields=["briefing", "email"],
                condition=~Q(state="cancelled") & ~Q(email=""),
                name="registration_person_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    is_walk_in=False,
                    company__isnull=True,
                    registered_by__isnull=True,
                    consented_at__isnull=False,
                )
                & ~Q(consent_text="")
                | Q(is_walk_in=False, company__isnull=False, registered_by__isnull=False, company_name="")
                & ~Q(state="unconfirmed")
                | Q(is_walk_in=True, registered_by__isnull=False, state__in=["registered", "cancelled"])
                & (Q(company__isnull=True) | Q(company_name="")),
                name="registration_by_company_or_guest",
            ),
            models.CheckConstraint(
                condition=Q(state="unconfirmed", joined_at__isnull=True)
                | Q(state__in=["registered", "waiting"], joined_at__isnull=False, cancelled_at__isnull=True)
                | Q(state="cancelled", cancelled_at__isnull=False),
                name="registration_state_has_its_instant",
            ),
            models.CheckConstraint(
                condition=Q(checked_in_at__isnull=True, checked_in_by__isnull=True)
                | Q(state="registered", checked_in_at__isnull=False, checked_in_by__isnull=False),
                name="registration_checked_in_has_seat",
            ),
            models.CheckConstraint(
                condition=Q(has_answered=False) | Q(checked_in_at__isnull=False),
                name="registration_answers_after_coming",
            ),
            SameKey(field="briefing", name="registration_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()

    @property
    def from_company(self) -> str:
        """The company of the register, or what a guest says."""
        return str(self.company) if self.company_id else self.company_name
