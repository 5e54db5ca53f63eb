"""Research tasks (조사 과제): what a research body is asked to find out about a country, and what it found."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from accounts.roles import agency_ids, organization_ids
from ground.audit import tracked
from ground.clock import ClockToday
from ground.constraints import SameKey
from ground.models import Country, StoredFile
from guidance.models.pillar import Pillar
from programs.models.program import OfProgram, Program


class Confidence(models.TextChoices):
    HIGH = "high", pgettext_lazy("confidence", "high")
    MEDIUM = "medium", pgettext_lazy("confidence", "medium")
    LOW = "low", pgettext_lazy("confidence", "low")


class ResearchTaskQuerySet(models.QuerySet["ResearchTask"]):
    def visible_to(self, user: Any) -> Self:
        """Staff: tasks of their agencies' and shared programs. A research body: its own, nothing of another's."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = agency_ids(user)
        seen = Q(organization__in=organization_ids(user))
        if own:
            seen |= Q(agency__in=own) | Q(program__in=Program.objects.filter(shares__agency__in=own))
        return self.filter(seen)

    def of_bodies(self, user: Any) -> Self:
        """Those of the bodies that the person signs in for."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(organization__in=organization_ids(user))

    def with_late(self) -> Self:
        """`is_late`: whether the body should have handed in before today."""
        late = Q(state__in=ResearchTask.OPEN, due_on__lt=ClockToday())
        return self.annotate(is_late=models.ExpressionWrapper(late, output_field=models.BooleanField()))

    def with_the_body(self) -> Self:
        """What the body still has to hand in."""
        return self.filter(state__in=ResearchTask.OPEN)


@tracked()
class ResearchTask(OfProgram):
    """One question to one body: a country, a pillar, desk or field, until a day."""

    class Method(models.TextChoices):
        DESK = "desk", _("desk research")
        FIELD = "field", _("field research")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("research task", "open")
        RETURNED = "returned", pgettext_lazy("research task", "returned")
        HANDED_IN = "handed_in", pgettext_lazy("research task", "handed in")
        ACCEPTED = "accepted", pgettext_lazy("research task", "accepted")
        CANCELLED = "cancelled", pgettext_lazy("research task", "cancelled")

    OPEN: ClassVar[frozenset[str]] = frozenset({State.OPEN, State.RETURNED})
    """The body works on it."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="research_tasks"
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("research body"), on_delete=models.PROTECT, related_name="research_tasks",
        limit_choices_to={"kind": "research"},
    )  # fmt: skip
    method = models.CharField(_("method"), max_length=5, choices=Method)
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    pillar = models.CharField(_("pillar"), max_length=10, choices=Pillar)
    question_ko = models.TextField(_("question (Korean)"), max_length=2000)
    question_en = models.TextField(_("question (English)"), max_length=2000, blank=True)
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, editable=False)
    settled_at = models.DateTimeField(_("settled at"), null=True, editable=False)
    reason = models.TextField(_("reason"), max_length=1000, blank=True, editable=False)
    reminded_on = models.DateField(_("reminded on"), null=True, editable=False)

    objects = ResearchTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("research task")
        verbose_name_plural = _("research tasks")
        ordering = ["due_on", "country", "pillar", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "id"], name="research_task_program_key"),
            models.CheckConstraint(
                condition=~Q(question_ko=""),
                name="research_task_asks",
                violation_error_message=_("Say what is to be found out."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "cancelled"]) | ~Q(reason=""),
                name="research_task_has_reason",
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "returned", "cancelled"]) | Q(handed_in_at__isnull=False),
                name="research_task_handed_in",
            ),
            SameKey(field="program", name="research_task_same_agency"),
        ]
        indexes = [models.Index(fields=["organization", "state", "due_on"], name="research_task_of_body")]

    def __str__(self) -> str:
        return f"{self.country} · {self.get_pillar_display()} · {self.get_method_display()}"

    @property
    def question(self) -> str:
        """In the reader's language."""
        return self.question_en if get_language() == "en" and self.question_en else self.question_ko

    @property
    def is_open(self) -> bool:
        """Whether the body may write findings and hand in."""
        return self.state in self.OPEN

    def is_overdue(self, day: dt.date) -> bool:
        return self.is_open and self.due_on < day


class FindingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Whoever sees the task; staff only what was handed in at least once."""
        tasks = ResearchTask.objects.visible_to(user)
        own = ResearchTask.objects.of_bodies(user)
        return self.filter(Q(task__in=own) | Q(task__in=tasks, task__handed_in_at__isnull=False))


@tracked()
class Finding(OfProgram):
    """What a body found out (조사 결과), with where it stands and what it is as of."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    task = models.ForeignKey(
        ResearchTask, verbose_name=_("research task"), on_delete=models.PROTECT, related_name="findings"
    )
    text = models.TextField(_("finding"), max_length=4000)
    source = models.CharField(_("source"), max_length=300)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    as_of_on = models.DateField(_("as of"))
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["task", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "id"], name="finding_program_key"),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(source=""),
                name="finding_has_source",
                violation_error_message=_("A finding needs its text and its source."),
            ),
            SameKey(field="program", name="finding_same_agency"),
            SameKey(field="task", shared="program", name="finding_of_task"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


@tracked()
class FindingFile(OfProgram):
    """A file with a finding; taken out, it stays in the record."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    finding = models.ForeignKey(
        Finding, verbose_name=_("finding"), on_delete=models.PROTECT, related_name="files"
    )
    file = models.OneToOneField(
        StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="finding_file"
    )
    removed_at = models.DateTimeField(_("removed at"), null=True, editable=False)

    class Meta:
        verbose_name = _("file of a finding")
        verbose_name_plural = _("files of findings")
        ordering = ["created_at", "id"]
        constraints = [
            SameKey(field="program", name="finding_file_same_agency"),
            SameKey(field="finding", shared="program", name="finding_file_of_finding"),
        ]

    def __str__(self) -> str:
        return str(self.file.public_name)
