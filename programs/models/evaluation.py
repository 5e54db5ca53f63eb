"""Evaluation and selection: evaluators, declared conflicts, scores, the sealed ranking."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Approval
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record
from programs.models.application import Application
from programs.models.call import Call
from programs.models.program import Paper


@tracked()
class Evaluator(Record):
    """A person appointed to score the eligible applications of a call."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="evaluators"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="evaluator_posts",
    )
    declared_at = models.DateTimeField(_("declared at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("evaluator")
        verbose_name_plural = _("evaluators")
        constraints = [
            models.UniqueConstraint(fields=["call", "user"], name="evaluator_once"),
            models.UniqueConstraint(fields=["call", "id"], name="evaluator_call_key"),
            SameKey(field="call", name="evaluator_same_agency"),
        ]

    def __str__(self) -> str:
        return str(self.user)


@tracked()
class Conflict(Record):
    """An evaluator's declaration about one application: no conflict, or recusal with the reason."""

    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="conflicts")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="conflicts")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    has_conflict = models.BooleanField(_("conflict of interest"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    declared_at = models.DateTimeField(_("declared at"))

    class Meta:
        verbose_name = _("declaration of interest")
        verbose_name_plural = _("declarations of interest")
        constraints = [
            models.UniqueConstraint(fields=["evaluator", "application"], name="conflict_declared_once"),
            SameKey(field="evaluator", shared="call", name="conflict_evaluator_of_call"),
            SameKey(field="application", shared="call", name="conflict_application_of_call"),
        ]

    def __str__(self) -> str:
        return f"{self.evaluator}: {self.application}"


@tracked()
class ScoreItem(Record):
    """What is scored, up to how many points. The items of a call add up to 100."""

    call = models.ForeignKey(
        Call, verbose_name=_("call"), on_delete=models.PROTECT, related_name="score_items"
    )
    code = models.SlugField(_("code"), max_length=40)
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    maximum_points = models.DecimalField(
        _("maximum points"), max_digits=5, decimal_places=2, validators=[MinValueValidator(1)]
    )
    is_tie_breaker = models.BooleanField(_("decides ties"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("score item")
        verbose_name_plural = _("score items")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "code"], name="score_item_once"),
            models.UniqueConstraint(fields=["call", "id"], name="score_item_call_key"),
            models.UniqueConstraint(
                fields=["call"], condition=Q(is_tie_breaker=True), name="score_one_tie_breaker"
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


class ScoreQuerySet(models.QuerySet["Score"]):
    def counting(self) -> Self:
        """Scores of evaluators who declared no conflict with the application."""
        return self.filter(
            models.Exists(
                Conflict.objects.filter(
                    evaluator=models.OuterRef("evaluator"),
                    application=models.OuterRef("application"),
                    has_conflict=False,
                )
            )
        )

    def visible_to(self, user: Any) -> Self:
        return self.filter(evaluator__user=user)


@tracked()
class Score(Record):
    """Points of one evaluator for one item of one application."""

    evaluator = models.ForeignKey(Evaluator, on_delete=models.PROTECT, related_name="scores")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="scores")
    item = models.ForeignKey(ScoreItem, on_delete=models.PROTECT, related_name="scores")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    points = models.DecimalField(
        _("points"), max_digits=5, decimal_places=2, validators=[MinValueValidator(0)]
    )
    comment = models.CharField(_("comment"), max_length=500, blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(fields=["evaluator", "application", "item"], name="score_once"),
            SameKey(field="evaluator", shared="call", name="score_evaluator_of_call"),
            SameKey(field="application", shared="call", name="score_application_of_call"),
            SameKey(field="item", shared="call", name="score_item_of_call"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.points}"


@tracked()
class Selection(Record):
    """The decision on a call: decided now (sealed, by two persons), released to all at once."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="selection")
    decided_at = models.DateTimeField(_("decided at"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(_("fingerprint of the ranking"), max_length=64)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    class Meta:
        verbose_name = _("selection")
        verbose_name_plural = _("selections")
        constraints = [
            models.UniqueConstraint(fields=["call", "id"], name="selection_call_key"),
            SameKey(field="call", name="selection_same_agency"),
        ]

    def __str__(self) -> str:
        return str(self.call)


@tracked()
class SelectionRow(Record):
    """One line of the ranking as it stood when it was decided."""

    class Result(models.TextChoices):
        SELECTED = "selected", _("selected")
        RESERVE = "reserve", _("reserve")
        NOT_SELECTED = "not_selected", _("not selected")

    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="rows")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="selection_row")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveIntegerField(_("rank"))
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=4)
    tie_points = models.DecimalField(
        _("points of the tie-breaker"), max_digits=7, decimal_places=4, default=0
    )
    result = models.CharField(_("result"), max_length=12, choices=Result)

    class Meta:
        verbose_name = _("line of the ranking")
        verbose_name_plural = _("ranking")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["selection", "rank"], name="selection_rank_once"),
            SameKey(field="selection", shared="call", name="selection_row_of_call"),
            SameKey(field="application", shared="call", name="selection_row_application_of_call"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.application}"
