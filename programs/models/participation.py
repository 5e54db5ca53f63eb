"""Participation: the agreement with a company, what is delivered to it, what is due."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Organization
from accounts.roles import agency_ids, organization_ids
from companies.models import Company
from ground.audit import tracked
from ground.clock import ClockToday
from ground.constraints import SameKey
from ground.models import Record, StoredFile
from ground.words import plain
from programs.models.application import Application
from programs.models.program import Component, OfProgram, Program, ProviderContract

TAKING_PART = ("agreed", "completed")
LASTS = Q(last_on__isnull=True) | Q(last_on__gte=ClockToday())
ANSWERS = Q(state__in=TAKING_PART) | Q(is_end_agreed=True)
"""Who answers for its months, on rows `with_end_agreed`: those that take part, and those that left on an agreed day, up to the month
of that day. Whose agreement the agency ended by itself is asked no more."""
SEEING = (Organization.Kind.PARTNER, Organization.Kind.PROVIDER)
"""Bodies that see the companies of programs that name them; research bodies see their tasks."""


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency (and of agencies with a part); members of the company; while it takes part also platform
        partners of the program and providers that have something to deliver to it or sell for it."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        mine = agency_ids(user)
        bodies = organization_ids(user)
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        of_bodies = (
            Q(program__partners__organization__in=bodies, program__partners__organization__kind__in=SEEING)
            | Q(deliveries__contract__organization__in=bodies)
            | Q(assignments__store__organization__in=bodies)
        )
        return self.filter(
            Q(agency__in=mine)
            | Q(program__shares__agency__in=mine)
            | Q(company__in=own)
            | (Q(state__in=TAKING_PART) & LASTS & of_bodies)
        ).distinct()

    def taking_part(self) -> Self:
        """In force or fulfilled today: one whose agreed last day is over is not, be it ended in the record yet or not."""
        return self.filter(LASTS, state__in=TAKING_PART)

    def took_part(self) -> Self:
        """Agreed once, in force or ended since: what a company did while it took part stays its own. Of a company that agreed anew in
        the same program the latest alone, for figures are kept by company and program."""
        anew = Participation.objects.filter(
            program=OuterRef("program"), company=OuterRef("company"), agreed_at__gt=OuterRef("agreed_at")
        )
        return self.filter(~Exists(anew), agreed_at__isnull=False)

    def with_end_agreed(self) -> Self:
        """With `is_end_agreed`: the last day of taking part, if any, is one on which the company and the agency agreed, and not since
        that the agreement goes on."""
        from programs.models.ending import EndRequest

        agreed = EndRequest.objects.standing().filter(
            participation=OuterRef("pk"), ended_on=OuterRef("last_on")
        )
        return self.annotate(is_end_agreed=Exists(agreed))

    def answering(self) -> Self:
        """Who answers for its months (`ANSWERS`)."""
        return self.with_end_agreed().filter(ANSWERS)

    def ends_ahead(self) -> Self:
        """In force, and its end is agreed: it lasts up to and including `last_on`."""
        return self.filter(state=Participation.State.AGREED, last_on__isnull=False)


@tracked()
class Participation(OfProgram):
    """A company in a program: the participation agreement (참여협약) is offered, accepted, fulfilled.

    `last_on` is the last day of taking part: of an agreement that has ended, and of one in force whose end on a day to come is
    agreed (`ends_ahead`). That day still belongs to it.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("agreement offered")
        AGREED = "agreed", _("agreed")
        COMPLETED = "completed", _("completed")
        ENDED = "ended", _("ended early")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="participations"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="participations"
    )
    application = models.OneToOneField(
        Application, verbose_name=_("application"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="participation",
    )  # fmt: skip
    number = models.CharField(_("agreement number"), max_length=60)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OFFERED)
    text_ko = models.TextField(_("agreement (Korean)"))
    text_en = models.TextField(_("agreement (English)"), blank=True)
    text_sha256 = models.CharField(max_length=64)
    offered_at = models.DateTimeField(_("offered at"))
    accept_by = models.DateField(_("to be accepted by"))
    agreed_at = models.DateTimeField(_("agreed at"), null=True, blank=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("agreed by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    last_on = models.DateField(_("last day of taking part"), null=True, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "company"], condition=~Q(state="ended"), name="participation_once"
            ),
            models.UniqueConstraint(fields=["agency", "number"], name="participation_number_once"),
            models.UniqueConstraint(fields=["program", "id"], name="participation_program_key"),
            models.UniqueConstraint(fields=["company", "id"], name="participation_company_key"),
            models.UniqueConstraint(fields=["agency", "id"], name="participation_agency_key"),
            models.CheckConstraint(
                condition=Q(state="offered") | Q(agreed_at__isnull=False) | Q(state="ended"),
                name="participation_agreed_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(agreed_at__isnull=False, state__in=["agreed", "ended"]),
                name="participation_last_day_of_accepted",
            ),
            SameKey(field="program", name="participation_same_agency"),
            SameKey(field="application", name="participation_application_same_agency"),
            SameKey(field="application", shared="company", name="participation_application_of_company"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.company}"

    @property
    def ends_with(self) -> dt.date | None:
        """The last day of an agreement in force whose end is agreed."""
        return self.last_on if self.state == self.State.AGREED else None

    def takes_part_on(self, day: dt.date) -> bool:
        """In force or fulfilled on the day, as `taking_part` says of today."""
        return self.state in TAKING_PART and not self.is_over_on(day)

    def is_over_on(self, day: dt.date) -> bool:
        """Whether the day lies after the last one of taking part."""
        return self.last_on is not None and self.last_on < day


@tracked()
class Delivery(Record):
    """A component assigned to a company: planned and actual cost (KRW), planned and done days, evidence."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="deliveries", editable=False)
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="deliveries"
    )
    component = models.ForeignKey(
        Component, verbose_name=_("component"), on_delete=models.PROTECT, related_name="deliveries"
    )
    contract = models.ForeignKey(
        ProviderContract, verbose_name=_("provider contract"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="deliveries",
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    planned_on = models.DateField(_("planned for"))
    planned_amount = models.DecimalField(
        _("planned cost (KRW)"), max_digits=14, decimal_places=0, validators=[MinValueValidator(0)]
    )
    actual_amount = models.DecimalField(
        _("actual cost (KRW)"),
        max_digits=14,
        decimal_places=0,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    evidence = models.ForeignKey(
        StoredFile,
        verbose_name=_("evidence"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["component__position", "planned_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "component"], name="delivery_once"),
            models.UniqueConstraint(fields=["participation", "id"], name="delivery_participation_key"),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(done_on__isnull=False, actual_amount__isnull=False, evidence__isnull=False),
                name="delivery_done_is_proven",
                violation_error_message=_("Done needs the day, the actual cost and a file as evidence."),
            ),
            SameKey(field="program", name="delivery_same_agency"),
            SameKey(field="participation", shared="program", name="delivery_participation_of_program"),
            SameKey(field="component", shared="program", name="delivery_component_of_program"),
            SameKey(field="contract", shared="program", name="delivery_contract_of_program"),
        ]

    def __str__(self) -> str:
        return str(self.component)


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> Self:
        return self.filter(done_at__isnull=True)

    def for_company_members(self, user: Any) -> Self:
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(side=Task.Side.COMPANY, company__in=own)

    def for_staff(self, user: Any) -> Self:
        return self.filter(side=Task.Side.AGENCY, agency__in=agency_ids(user))


@tracked()
class Task(Record):
    """Something due by a day, on the company's or the agency's side. Made and closed by verbs."""

    class Side(models.TextChoices):
        COMPANY = "company", _("company")
        AGENCY = "agency", _("agency")

    class Kind(models.TextChoices):
        RENEW = "renew", _("renew a certificate")
        CORRECT = "correct", _("correct the application")
        ACCEPT = "accept", _("accept the agreement")
        HAND_IN = "hand_in", _("hand in a document")
        DECLARE = "declare", _("declare the month's sales")
        SCREEN = "screen", _("screen an application")
        ASSIGN = "assign", _("assign a store")
        CONFIRM = "confirm", _("confirm a payout")
        DISPUTE = "dispute", _("look into a disputed payout")
        FOLLOW_UP = "follow_up", _("follow up a consultation")
        REGULATORY = "regulatory", _("follow up a regulatory item")
        RATES = "rates", _("enter missing exchange rates")
        FIGURES = "figures", _("have figures that differ looked into")
        EXPLAIN = "explain", _("answer a question about sales")
        END = "end", _("answer a request to end an agreement")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="tasks")
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    side = models.CharField(_("side"), max_length=8, choices=Side)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject_id = models.UUIDField(_("record"))
    subject_ko = models.CharField(_("matter"), max_length=200)
    subject_en = models.CharField(_("matter (English)"), max_length=200, blank=True)
    due_on = models.DateField(_("due on"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "side", "company"], condition=Q(done_at__isnull=True),
                name="task_open_once", nulls_distinct=False,
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def subject(self) -> str:
        """The matter in the reader's language."""
        return plain(self, "subject")
