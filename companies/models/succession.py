"""Which company took the place of which (승계): sole trader to corporation, merger, branch numbers of one corporation."""

from __future__ import annotations

from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Agency, Approval
from accounts.roles import agency_ids
from companies.models.company import Company
from ground.audit import tracked
from ground.models import Record, StoredFile
from ground.templatetags.naru import day


class SuccessionQuerySet(models.QuerySet["Succession"]):
    def visible_to(self, user: Any) -> Self:
        """Those of companies that an agency of the user sees, on either side."""
        mine = agency_ids(user)
        return self.filter(
            Q(former__sights__agency__in=mine) | Q(successor__sights__agency__in=mine)
        ).distinct()

    def standing(self) -> Self:
        """Those that count: confirmed by a second person and not taken back."""
        return self.filter(confirmed_at__isnull=False, taken_back_at__isnull=True)

    def open(self) -> Self:
        """Those that count, and those that wait for the second person."""
        return self.filter(taken_back_at__isnull=True)

    def without_paper(self) -> Self:
        """Those whose paper the check of files refused."""
        return self.open().filter(file__passage=StoredFile.Passage.REFUSED)

    def closing(self) -> Self:
        """Those that stand and close the record of the former company."""
        return self.standing().exclude(kind=Succession.Kind.BRANCH)

    def beside(self, company: Company) -> Self:
        """Those that stand with the company on either side, the latest first; one query with both companies."""
        return (
            self.standing()
            .filter(Q(former=company) | Q(successor=company))
            .select_related("former", "successor")
            .order_by("-on", "-id")
        )


@tracked()
class Succession(Record):
    """From a day on `successor` stands in the place of `former`, by a paper: recorded by one person, it counts once a
    second one agreed and it was confirmed. A branch stays open beside its head office;
    else the former's record is closed: it can be read, its history and its figures stay with it."""

    class Kind(models.TextChoices):
        INCORPORATION = "incorporation", _("sole trader to corporation")
        MERGER = "merger", _("merger")
        BRANCH = "branch", _("branch under one corporate number")
        DUPLICATE = "duplicate", _("registered twice")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="successions"
    )
    former = models.ForeignKey(
        Company, verbose_name=_("former company"), on_delete=models.PROTECT, related_name="successions"
    )
    successor = models.ForeignKey(
        Company, verbose_name=_("successor"), on_delete=models.PROTECT, related_name="predecessions"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    on = models.DateField(_("day of succession"))
    document = models.CharField(_("document"), max_length=120)
    file = models.ForeignKey(StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )
    approval = models.ForeignKey(
        Approval, verbose_name=_("approval"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("empty: recorded when one person was enough"),
    )  # fmt: skip
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(former=F("successor")),
                name="succession_of_two",
                violation_error_message=_("A company does not follow itself."),
            ),
            models.UniqueConstraint(
                fields=["former"],
                condition=Q(taken_back_at__isnull=True) & ~Q(kind="branch"),
                name="succession_closes_once",
                violation_error_message=_("This company has a successor already, or one is asked for."),
            ),
            models.UniqueConstraint(
                fields=["former"],
                condition=Q(taken_back_at__isnull=True, kind="branch"),
                name="succession_one_head",
                violation_error_message=_("This branch has its head office already, or one is asked for."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.former} → {self.successor}"

    def closes(self, company: UUID) -> bool:
        return company == self.former_id and self.kind != self.Kind.BRANCH

    def sentence(self, company: UUID) -> StrOrPromise:
        """What the page of one of the two companies says."""
        is_former, is_branch = company == self.former_id, self.kind == self.Kind.BRANCH
        if self.kind == self.Kind.DUPLICATE and is_former:
            text = _(
                "This company was registered twice: it goes on as %(name)s (%(number)s) since %(day)s. This record is given up; it can be read, not changed."
            )
        elif self.kind == self.Kind.DUPLICATE:
            text = _(
                "%(name)s (%(number)s) was the same company, registered twice. That record was given up on %(day)s; what stays there counts here, too."
            )
        elif is_former and is_branch:
            text = _(
                "This is a branch of %(name)s (%(number)s) under one corporate number. Support that either received and bans of either count for both."
            )
        elif is_former:
            text = _(
                "%(name)s (%(number)s) is the successor since %(day)s: %(kind)s. This record is closed; it can be read, not changed."
            )
        elif is_branch:
            text = _(
                "%(name)s (%(number)s) is a branch under the same corporate number. Support that either received and bans of either count for both."
            )
        else:
            text = _(
                "This company is the successor of %(name)s (%(number)s) since %(day)s: %(kind)s. Support that it received and bans of it count here, too."
            )
        other = self.successor if is_former else self.former
        return text % {
            "name": other,
            "number": other.pretty_number,
            "day": day(self.on),
            "kind": self.get_kind_display(),
        }


class DistinctPairQuerySet(models.QuerySet["DistinctPair"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))


@tracked()
class DistinctPair(Record):
    """Two companies that look alike and are not the same: an agency looked and says why. It is not asked again unless
    that is taken back."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="distinct_pairs"
    )
    first = models.ForeignKey(Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(
        Company, verbose_name=_("other company"), on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = DistinctPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of different companies")
        verbose_name_plural = _("pairs of different companies")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinct_pair_in_order"),
            models.UniqueConstraint(
                fields=["agency", "first", "second"],
                condition=Q(taken_back_at__isnull=True),
                name="distinct_pair_once",
                violation_error_message=_("Your agency decided about this pair already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"
