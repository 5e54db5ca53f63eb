"""The agency, its people, who stands in for whom, and which decisions need a second person."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.expressions import Combinable
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.models import Record


def own_agencies(user: Any) -> list[UUID] | None:
    """Keys of the agencies that the user serves in today; None for the operator, who keeps all of them."""
    from accounts.roles import agency_ids

    return None if getattr(user, "is_operator", False) else agency_ids(user)


class AgencyQuerySet(models.QuerySet["Agency"]):
    def visible_to(self, user: Any) -> Self:
        agencies = own_agencies(user)
        return self.all() if agencies is None else self.filter(pk__in=agencies)


agency_code = RegexValidator(r"^[A-Z0-9]+$", _("Capital letters and digits."))
"""Codes of programs and calls begin with it and a hyphen."""


@tracked()
class Agency(Record):
    """A body that runs programs. Two agencies of one installation never see each other but in a program they share,
    and in sales that programs of both support."""

    code = models.SlugField(_("code"), max_length=20, unique=True, validators=[agency_code])
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    supervised_by = models.ForeignKey(
        "accounts.Organization", verbose_name=_("supervising body"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="agencies", limit_choices_to={"kind": "supervising"},
    )  # fmt: skip

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


class OfficerQuerySet(models.QuerySet["Officer"]):
    def serving_on(self, day: dt.date | Combinable) -> Self:
        return self.filter(from_on__lte=day).filter(Q(until_on__isnull=True) | Q(until_on__gte=day))

    def visible_to(self, user: Any) -> Self:
        """Officers of the own agency; the operator sees all."""
        agencies = own_agencies(user)
        return self.all() if agencies is None else self.filter(agency__in=agencies)


@tracked()
class Officer(Record):
    """A person in a role of an agency, from a day until a day (both included)."""

    class Role(models.TextChoices):
        MANAGER = "manager", _("manager")
        OFFICER = "officer", _("officer")
        FINANCE = "finance", _("finance")
        AUDITOR = "auditor", _("auditor")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="officers"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.PROTECT, related_name="officers"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), null=True, blank=True)

    objects = OfficerQuerySet.as_manager()

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="officer_agency_key"),
            ExclusionConstraint(
                name="officer_once_at_a_time",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (
                        Func(
                            F("from_on"),
                            F("until_on"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This person already has this role in that period."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class DeputyQuerySet(models.QuerySet["Deputy"]):
    def visible_to(self, user: Any) -> Self:
        agencies = own_agencies(user)
        return self.all() if agencies is None else self.filter(officer__agency__in=agencies)


@tracked()
class Deputy(Record):
    """Somebody who stands in for an officer during an absence, with the officer's role in the officer's agency."""

    officer = models.ForeignKey(
        Officer, verbose_name=_("stands in for"), on_delete=models.PROTECT, related_name="deputies"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("deputy"),
        on_delete=models.PROTECT,
        related_name="deputyships",
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="deputy_period",
                violation_error_message=_("The last day lies before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.officer}"


class DecisionKind(models.TextChoices):
    """Kinds of decisions that can need a second person."""

    EXCEPTION = "exception", _("exception to a rule")
    SEALING = "sealing", _("sealing of a selection")
    PERIOD_CLOSING = "period_closing", _("closing of a period")
    PAYMENT = "payment", _("payment")
    PUBLISHING = "publishing", _("publishing of a call")
    CANCELLING = "cancelling", _("cancellation of a call")
    RESULTS = "results", _("notice of results")
    SUCCESSION = "succession", _("succession")
    COUNTRIES = "countries", _("choice of countries")
    MERGE = "merge", _("merge of two records")
    STATEMENTS = "statements", _("publishing of statements")
    REGULATORY = "regulatory", _("public wording of a regulatory item")
    SHARED_SUPPORT = "shared_support", _("sales shared by two programs")


ALWAYS_TWO = frozenset(
    {
        DecisionKind.EXCEPTION,
        DecisionKind.SEALING,
        DecisionKind.PERIOD_CLOSING,
        DecisionKind.PAYMENT,
        DecisionKind.CANCELLING,
        DecisionKind.SUCCESSION,
        DecisionKind.COUNTRIES,
        DecisionKind.MERGE,
        DecisionKind.STATEMENTS,
    }
)


class SecondPersonRuleQuerySet(models.QuerySet["SecondPersonRule"]):
    def visible_to(self, user: Any) -> Self:
        agencies = own_agencies(user)
        return self.all() if agencies is None else self.filter(agency__in=agencies)


@tracked()
class SecondPersonRule(Record):
    """An agency's table of decisions that need a second person. Those of `ALWAYS_TWO` always do, whatever the table says."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="second_person_rules"
    )
    decision = models.CharField(_("decision"), max_length=20, choices=DecisionKind)
    is_needed = models.BooleanField(_("a second person is needed"), default=True)

    objects = SecondPersonRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("second-person rule")
        verbose_name_plural = _("second-person rules")
        constraints = [
            models.UniqueConstraint(fields=["agency", "decision"], name="second_person_rule_once"),
            models.CheckConstraint(
                condition=Q(is_needed=True) | ~Q(decision__in=[str(kind) for kind in sorted(ALWAYS_TWO)]),
                name="second_person_always",
                violation_error_message=_("This decision always needs a second person."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_decision_display()


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def visible_to(self, user: Any) -> Self:
        """Questions of the own agency."""
        from accounts.roles import agency_ids

        return self.filter(agency__in=agency_ids(user))

    def open(self) -> Self:
        return self.filter(answered_at__isnull=True)


@tracked()
class Approval(Record):
    """A decision that one officer asked for and another one gave or refused. `digest` fixes what was approved:
    if the matter changes, the approval no longer fits."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="approvals"
    )
    decision = models.CharField(_("decision"), max_length=20, choices=DecisionKind)
    subject = models.CharField(_("matter"), max_length=200)
    subject_id = models.UUIDField(_("record"))
    digest = models.CharField(_("fingerprint of the matter"), max_length=64)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    is_granted = models.BooleanField(_("granted"), null=True, blank=True)
    answer_reason = models.TextField(_("reason of the answer"), blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("asked_by")),
                name="approval_by_another",
                violation_error_message=_("A second person must answer: whoever asked cannot."),
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True, answered_at__isnull=True, is_granted__isnull=True)
                | Q(answered_by__isnull=False, answered_at__isnull=False, is_granted__isnull=False),
                name="approval_answer_whole",
            ),
            models.UniqueConstraint(
                fields=["agency", "decision", "subject_id", "digest"],
                condition=Q(answered_at__isnull=True),
                name="approval_asked_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()}: {self.subject}"
