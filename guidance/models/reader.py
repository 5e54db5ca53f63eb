"""Who reads guides: counts without any person's trace, and what companies that agreed read, keep, rate and ask."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import agency_ids
from companies.models import Company, CompanySize, Consent
from ground.audit import tracked
from ground.clock import ClockNow
from ground.constraints import SameKey
from ground.models import Country, Industry
from ground.personal import PersonalColumn
from guidance.models.edition import Edition
from programs.models.program import OfProgram, Program


class ReadingKind(models.TextChoices):
    READ = "read", _("read")
    DOWNLOAD = "download", _("downloaded")
    PLAY = "play", _("played")


class OfEdition(OfProgram):
    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        abstract = True


class ReadingCount(OfEdition):
    """How many times an edition was read or downloaded on a day by readers that nobody knows: a number, no more."""

    edition = models.ForeignKey(
        Edition, verbose_name=_("edition of a guide"), on_delete=models.PROTECT, related_name="reading_counts"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ReadingKind)
    on = models.DateField(_("day"))
    times = models.PositiveIntegerField(_("times"))

    class Meta:
        verbose_name = _("count of readings")
        verbose_name_plural = _("counts of readings")
        constraints = [
            models.UniqueConstraint(fields=["edition", "kind", "on"], name="reading_count_once"),
            SameKey(field="program", name="reading_count_same_agency"),
            SameKey(field="edition", shared="program", name="reading_count_of_edition"),
        ]


class ReadingQuerySet(models.QuerySet["Reading"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))

    def agreed(self) -> Self:
        """Of companies that agree to being counted today, to the agency whose guide it is: no other company is named or
        counted as one."""
        standing = Consent.objects.standing_at(ClockNow()).to_counting_for(OuterRef("agency"))
        return self.filter(Exists(standing.filter(company=OuterRef("company"))))

    def read(self) -> Self:
        """Read or downloaded; who plays a video has not read."""
        return self.filter(kind__in=[ReadingKind.READ, ReadingKind.DOWNLOAD])


@tracked()
class Reading(OfEdition):
    """A company that agreed to being counted read or downloaded an edition on a day; its size and main industry as of then."""

    edition = models.ForeignKey(
        Edition, verbose_name=_("edition of a guide"), on_delete=models.PROTECT, related_name="readings"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="guide_readings"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ReadingKind)
    on = models.DateField(_("day"))
    size = models.CharField(_("size"), max_length=10, choices=CompanySize.Size, blank=True)
    industry = models.ForeignKey(
        Industry,
        verbose_name=_("industry"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of a guide")
        verbose_name_plural = _("readings of guides")
        constraints = [
            models.UniqueConstraint(fields=["edition", "company", "kind", "on"], name="reading_once"),
            SameKey(field="program", name="reading_same_agency"),
            SameKey(field="edition", shared="program", name="reading_of_edition"),
        ]
        indexes = [models.Index(fields=["edition", "company", "-on", "-id"], name="reading_last_of_company")]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.on}"


@tracked()
class Favorite(OfEdition):
    """A guide that a company keeps at hand."""

    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="favorite_guides"
    )

    class Meta:
        verbose_name = _("favorite guide")
        verbose_name_plural = _("favorite guides")
        constraints = [
            models.UniqueConstraint(fields=["program", "country", "company"], name="favorite_once"),
            SameKey(field="program", name="favorite_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.country}"


@tracked()
class Rating(OfEdition):
    """How useful a company found an edition: one word of each company."""

    class Useful(models.IntegerChoices):
        NOT = 1, _("not useful")
        LITTLE = 2, _("of little use")
        SOME = 3, _("of some use")
        USEFUL = 4, _("useful")
        VERY = 5, _("very useful")

    edition = models.ForeignKey(
        Edition, verbose_name=_("edition of a guide"), on_delete=models.PROTECT, related_name="ratings"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="guide_ratings"
    )
    useful = models.PositiveSmallIntegerField(
        _("usefulness"), choices=Useful, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    class Meta:
        verbose_name = _("rating of a guide")
        verbose_name_plural = _("ratings of guides")
        constraints = [
            models.UniqueConstraint(fields=["edition", "company"], name="rating_once"),
            models.CheckConstraint(condition=Q(useful__gte=1, useful__lte=5), name="rating_useful"),
            SameKey(field="program", name="rating_same_agency"),
            SameKey(field="edition", shared="program", name="rating_of_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.get_useful_display()}"


class GuideQuestionQuerySet(models.QuerySet["GuideQuestion"]):
    def visible_to(self, user: Any) -> Self:
        """What the user's agencies were asked."""
        return self.filter(agency__in=agency_ids(user))

    def of_member(self, user: Any) -> Self:
        """What companies asked in which the user is a member today."""
        return self.filter(company__in=Company.objects.of_member(user))

    def waiting(self) -> Self:
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)

    def public(self) -> Self:
        """Answered, and the company agreed that all read it."""
        return self.filter(answered_at__isnull=False, may_be_published=True)


@tracked()
class GuideQuestion(OfEdition):
    """A company's question about a country's guide. `text` is as it was asked, for the agency and the company; all read
    question and answer only if the company agreed, and never who asked."""

    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="guide_questions"
    )
    form_key = models.UUIDField(
        unique=True,
        editable=False,
        help_text=_("one-time key of the form: a second click is the same question"),
    )
    text = models.TextField(_("question as asked"))
    may_be_published = models.BooleanField(_("may be published without its name"), default=False)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    question_ko = models.TextField(_("published question (Korean)"), blank=True)
    question_en = models.TextField(_("published question (English)"), blank=True)
    answer_ko = models.TextField(_("answer (Korean)"), blank=True)
    answer_en = models.TextField(_("answer (English)"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    corrected_at = models.DateTimeField(_("answer corrected at"), null=True, blank=True)
    correction = models.CharField(_("what was corrected"), max_length=300, blank=True)

    objects = GuideQuestionQuerySet.as_manager()

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "text": PersonalColumn(_("to answer the question; it may name who asks"), months=36),
    }

    class Meta:
        verbose_name = _("question about a guide")
        verbose_name_plural = _("questions about guides")
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer_ko="", answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, withdrawn_at__isnull=True)
                & ~Q(question_ko="")
                & ~Q(answer_ko=""),
                name="guide_question_answer_is_whole",
                violation_error_message=_("A published answer has its question and its Korean text."),
            ),
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True, correction="")
                | (Q(corrected_at__isnull=False, answered_at__isnull=False) & ~Q(correction="")),
                name="guide_question_correction_is_told",
                violation_error_message=_("Say what was corrected and why."),
            ),
            SameKey(field="program", name="guide_question_same_agency"),
        ]

    @property
    def is_public(self) -> bool:
        """Answered, and everybody reads it."""
        return self.answered_at is not None and self.may_be_published

    def __str__(self) -> str:
        return f"{self.country}: {self.question_ko or self.text}"[:120]
