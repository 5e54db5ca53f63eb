"""Editions of guides (안내서 판): what a country's guide says from a day on, and its booklets as they were printed."""

from __future__ import annotations

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Func, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Country, StoredFile
from programs.models.choice import OwnProgramQuerySet
from programs.models.program import OfProgram, Program

STAYS = pgtrigger.Protect(name="stays", operation=pgtrigger.Update | pgtrigger.Delete)
"""What was published is never changed."""


SAYS_WITHDRAWN = """EXISTS (
    SELECT 1 FROM jsonb_array_elements(guidance_edition.content->'statements' || COALESCE(guidance_edition.content->'changes', '[]')) AS said
    JOIN guidance_statementversion version ON version.id = (said->>'version')::uuid
    WHERE said->>'text_ko' <> '' AND version.withdrawn_at <= naru_now())"""


class EditionQuerySet(OwnProgramQuerySet):
    def newest(self) -> Self:
        """Of each guide the newest edition."""
        newest = Edition.objects.filter(program=OuterRef("program"), country=OuterRef("country"))
        return self.filter(number=Subquery(newest.order_by("-number").values("number")[:1]))

    def with_withdrawn(self) -> Self:
        """`says_withdrawn`: whether one of the statements that they say has been withdrawn since."""
        return self.annotate(says_withdrawn=Func(template=SAYS_WITHDRAWN, output_field=models.BooleanField()))

    def of_guide(self, program: str, country: str) -> Self:
        """Of the guide of a country, by the codes of both."""
        return self.filter(program__code=program, country=country)

    def brief(self) -> Self:
        """Without what they say, with how many statements that is."""
        count = Func("content__statements", function="jsonb_array_length", output_field=models.IntegerField())
        return self.defer("content").annotate(statement_count=count).select_related("program", "country")


@tracked()
class Edition(OfProgram):
    """What the guide of a country says, frozen when it was published: a new edition says something else, this one never.

    `content` holds all texts, figures and names in both languages (`guidance.domain.editions`), `digest` the SHA-256 of
    its statements.
    """

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="editions"
    )
    country = models.ForeignKey(
        Country, verbose_name=_("country"), on_delete=models.PROTECT, related_name="+"
    )
    number = models.PositiveSmallIntegerField(_("edition"), editable=False)
    published_at = models.DateTimeField(_("published at"), editable=False)
    published_by = models.ForeignKey(
        User, verbose_name=_("published by"), editable=False, on_delete=models.PROTECT, related_name="+"
    )
    digest = models.CharField(_("SHA-256 of the statements"), max_length=64, editable=False)
    content: models.JSONField[Any, Any] = models.JSONField(_("what it says"), editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition of a guide")
        verbose_name_plural = _("editions of guides")
        ordering = ["program", "country", "-number"]
        triggers = [STAYS]
        constraints = [
            models.UniqueConstraint(fields=["program", "country", "number"], name="edition_once"),
            models.UniqueConstraint(fields=["program", "id"], name="edition_program_key"),
            models.CheckConstraint(condition=Q(number__gte=1), name="edition_number"),
            SameKey(field="program", name="edition_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.program.code} {self.version}"

    @property
    def version(self) -> str:
        """`VN-2`: what stands on each page of the booklet."""
        return f"{self.country_id}-{self.number}"


@tracked()
class Booklet(OfProgram):
    """A booklet as it was printed: of one edition, or of the newest editions of all countries of a program."""

    class Language(models.TextChoices):
        KO = "ko", _("Korean")
        EN = "en", _("English")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="booklets"
    )
    version = models.CharField(_("version"), max_length=600)
    country_count = models.PositiveSmallIntegerField(_("countries"))
    language = models.CharField(_("language"), max_length=2, choices=Language)
    file = models.ForeignKey(StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")

    objects = OwnProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("booklet")
        verbose_name_plural = _("booklets")
        ordering = ["program", "-created_at", "language"]
        triggers = [STAYS]
        constraints = [
            models.UniqueConstraint(fields=["program", "version", "language"], name="booklet_once"),
            models.CheckConstraint(condition=Q(country_count__gte=1), name="booklet_countries"),
            SameKey(field="program", name="booklet_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.language}"
