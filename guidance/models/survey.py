"""Surveys of briefings (설문): a few questions, answered once by those who came, kept without who answered.

A reply and its answers have random keys, no instant and no history: each of those would lead to who sent them.
"""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from ground.audit import tracked
from ground.constraints import SameKey
from guidance.models.briefing import Briefing, OfBriefing

SCALE = 5
MOST_QUESTIONS = 12


@tracked()
class BriefingQuestion(OfBriefing):
    """A question. It stays as it is from the first mail that asks for answers on."""

    class Kind(models.TextChoices):
        SCALE = "scale", _("scale from 1 to 5")
        CHOICE = "choice", _("one of a list")
        TEXT = "text", _("free text")

    briefing = models.ForeignKey(
        Briefing, verbose_name=_("briefing"), on_delete=models.PROTECT, related_name="survey_questions"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1, validators=[MaxValueValidator(99)])
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    label_ko = models.CharField(_("question (Korean)"), max_length=200)
    label_en = models.CharField(_("question (English)"), max_length=240, blank=True)
    choices_ko = models.TextField(_("choices (Korean), one a line"), blank=True)
    choices_en = models.TextField(_("choices (English), one a line"), blank=True)

    class Meta:
        verbose_name = _("question of a survey")
        verbose_name_plural = _("questions of a survey")
        ordering = ["briefing", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["briefing", "id"], name="survey_question_briefing_key"),
            models.CheckConstraint(
                condition=Q(kind="choice") & ~Q(choices_ko="")
                | ~Q(kind="choice") & Q(choices_ko="", choices_en=""),
                name="survey_question_choices",
                violation_error_message=_("Only a question with a list has choices, one a line."),
            ),
            SameKey(field="briefing", name="survey_question_same_agency"),
        ]

    def __str__(self) -> str:
        return self.label_en if get_language() == "en" and self.label_en else self.label_ko

    @property
    def choice_labels(self) -> list[str]:
        """In the reader's language; an answer holds the place in this list, counted from 1."""
        korean = [each.strip() for each in self.choices_ko.splitlines() if each.strip()]
        english = [each.strip() for each in self.choices_en.splitlines() if each.strip()]
        return english if get_language() == "en" and len(english) == len(korean) else korean


class Anonymous(models.Model):
    """A row that says nothing of when it was made: its key is random, and nothing else tells."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        abstract = True


class SurveyReply(Anonymous):
    """What one person answered, without who it was."""

    briefing = models.ForeignKey(
        Briefing, verbose_name=_("briefing"), on_delete=models.PROTECT, related_name="survey_replies"
    )

    class Meta:
        verbose_name = _("reply to a survey")
        verbose_name_plural = _("replies to a survey")
        constraints = [
            models.UniqueConstraint(fields=["briefing", "id"], name="survey_reply_briefing_key"),
            SameKey(field="briefing", name="survey_reply_same_agency"),
        ]

    def __str__(self) -> str:
        return str(self.briefing)


class SurveyAnswer(Anonymous):
    """One answer: a number (of the scale, or the place of the choice) or a text."""

    briefing = models.ForeignKey(
        Briefing, verbose_name=_("briefing"), on_delete=models.PROTECT, related_name="+"
    )
    reply = models.ForeignKey(
        SurveyReply, verbose_name=_("reply"), on_delete=models.PROTECT, related_name="answers"
    )
    question = models.ForeignKey(
        BriefingQuestion, verbose_name=_("question"), on_delete=models.PROTECT, related_name="answers"
    )
    number = models.PositiveSmallIntegerField(_("number"), null=True)
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("answer to a survey")
        verbose_name_plural = _("answers to a survey")
        constraints = [
            models.UniqueConstraint(fields=["reply", "question"], name="survey_answer_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, text="") | Q(number__isnull=True) & ~Q(text=""),
                name="survey_answer_number_or_text",
            ),
            SameKey(field="briefing", name="survey_answer_same_agency"),
            SameKey(field="reply", shared="briefing", name="survey_answer_of_reply"),
            SameKey(field="question", shared="briefing", name="survey_answer_of_question"),
        ]

    def __str__(self) -> str:
        return self.text or str(self.number)
