"""The form of a call: its sections and questions, and when a question is asked at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.constraints import SameKey
from programs.models.call import OfCall, Stage


@tracked()
class Section(OfCall):
    """Questions of the form that belong together, under a title."""

    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    hint_ko = models.CharField(_("hint (Korean)"), max_length=300, blank=True)
    hint_en = models.CharField(_("hint (English)"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("section of the form")
        verbose_name_plural = _("sections of the form")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="section_code_once"),
            models.UniqueConstraint(fields=["call", "id"], name="section_call_key"),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko


class QuestionQuerySet(models.QuerySet["Question"]):
    def in_order(self) -> list[Question]:
        """As they stand in the form, with their sections and, of files, their documents."""
        return in_order(self.select_related("section", "document"))


def in_order(questions: Iterable[Question]) -> list[Question]:
    """Questions, read with their sections, as they stand in the form."""
    return sorted(questions, key=lambda each: each.place)


@dataclass(frozen=True)
class Condition:
    """What the answer to an earlier question of the call, named by its code, has to be."""

    question: str
    how: str
    codes: tuple[str, ...] = ()
    least: Decimal | None = None

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Self:
        least = kept.get("least")
        return cls(
            kept["question"],
            kept["how"],
            tuple(kept.get("codes", ())),
            None if least is None else Decimal(least),
        )

    @property
    def kept(self) -> dict[str, Any]:
        """As it stands in the question that it is a condition of."""
        found: dict[str, Any] = {"question": self.question, "how": self.how}
        if self.codes:
            found["codes"] = list(self.codes)
        if self.least is not None:
            found["least"] = format(self.least.normalize(), "f")
        return found


@tracked()
class Question(OfCall):
    """A question of the form. Answers are typed: amounts and days are columns that reports can sum.

    With conditions it is asked only when earlier questions were answered in a certain way: all of them, or any.
    """

    class Kind(models.TextChoices):
        SHORT = "short", _("short text")
        LONG = "long", _("long text")
        NUMBER = "number", _("number")
        MONEY = "money", _("money")
        DAY = "day", _("date")
        YES_NO = "yes_no", _("yes or no")
        ONE = "one", _("one of a list")
        MANY = "many", _("several of a list")
        COUNTRY = "country", _("country")
        PRODUCTS = "products", _("rows of the company's products")
        FILE = "file", _("file")

    class How(models.TextChoices):
        EQUALS = "equals", _("is")
        ONE_OF = "one_of", _("is one of")
        YES = "yes", _("is yes")
        NO = "no", _("is no")
        AT_LEAST = "at_least", _("is at least")

    class Fact(models.TextChoices):
        ADDRESS = "address", _("address of the head office")
        WEBSITE = "website", _("website")
        NAME_EN = "name_en", _("name (English)")
        CORPORATE_NUMBER = "corporate_number", _("corporate number")
        OPENED_ON = "opened_on", _("opened on")
        REPRESENTATIVE = "representative", _("name of the representative")
        PHONE = "phone", _("phone of the export contact")
        EMAIL = "email", _("e-mail of the export contact")

    class Match(models.TextChoices):
        ALL = "all", _("all conditions are met")
        ANY = "any", _("any condition is met")

    section = models.ForeignKey(
        Section, verbose_name=_("section"), null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    label_ko = models.CharField(_("question (Korean)"), max_length=200)
    label_en = models.CharField(_("question (English)"), max_length=240, blank=True)
    hint_ko = models.CharField(_("hint (Korean)"), max_length=300, blank=True)
    hint_en = models.CharField(_("hint (English)"), max_length=300, blank=True)
    is_required = models.BooleanField(_("needed"), default=True)
    stage = models.CharField(_("asked"), max_length=12, choices=Stage, default=Stage.APPLICATION)
    max_length = models.PositiveIntegerField(_("longest answer"), default=2000)
    least = models.DecimalField(_("least value"), max_digits=20, decimal_places=4, null=True, blank=True)
    most = models.DecimalField(_("most value"), max_digits=20, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    asks_for = models.CharField(
        _("asks for, of the company's record"), max_length=16, choices=Fact, blank=True
    )
    asked_if = models.JSONField(_("conditions on earlier answers"), default=list, blank=True)
    asked_if_match = models.CharField(_("asked when"), max_length=3, choices=Match, default=Match.ALL)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="question_code_once"),
            models.UniqueConstraint(fields=["call", "id"], name="question_call_key"),
            models.CheckConstraint(
                condition=Q(least__isnull=True) | Q(most__isnull=True) | Q(least__lte=F("most")),
                name="question_least_within_most",
                violation_error_message=_("The least value is above the most."),
            ),
            SameKey(field="section", shared="call", name="question_section_of_call"),
        ]

    def __str__(self) -> str:
        return self.label_en if get_language() == "en" and self.label_en else self.label_ko

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(map(Condition.read, self.asked_if))

    @property
    def place(self) -> tuple[int, str, int, str]:
        """Where it stands in the form: what is in no section comes first."""
        section = self.section
        first = (section.position, str(section.pk)) if section else (-1, "")
        return (*first, self.position, str(self.pk))
