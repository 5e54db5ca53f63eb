"""Sales that two programs support (공동지원): one participation carries the lines, another one of the same company shares them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record, StoredFile
from programs.models import Participation, Program

WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Outside:
    """A body outside this system and its program, as they are called. It has no figures here."""

    body: str
    program: str

    @property
    def code(self) -> str:
        """What tells it from others beside the codes of programs."""
        return f"{self.body} · {self.program}"


def _of_agencies(agencies: Iterable[UUID]) -> Q:
    of = list(agencies)
    return Q(agency__in=of) | Q(other_agency__in=of, other_asked_at__isnull=False)


class SharedSupportQuerySet(models.QuerySet["SharedSupport"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency, and of the other program's once it was asked; members of the company."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(_of_agencies(agency_ids(user)) | Q(company__in=own)).distinct()

    def of_agencies(self, agencies: Iterable[UUID]) -> Self:
        """Those of which staff of these agencies know: declared by them, or put to them by another agency."""
        return self.filter(_of_agencies(agencies))

    def to_answer(self, agencies: Iterable[UUID]) -> Self:
        """Those that other agencies propose, on which these have not said anything yet."""
        return self.standing().filter(
            other_agency__in=list(agencies), other_asked_at__isnull=False, other_agreed_by__isnull=True
        )

    def standing(self) -> Self:
        """In force, or waiting for a second person or for the other agency."""
        return self.filter(ended_at__isnull=True)

    def locked(self) -> Self:
        """Each row locked until the transaction ends, with what the verbs read of it; other tables' rows are not."""
        return self.select_for_update(of=("self",)).select_related(
            "carrying__agency", "carrying__program", "other__program", "other_agency", "company"
        )


@tracked()
class SharedSupport(Record):
    """What one participation sells on some days is supported by another program, too: of the same agency, of another one here, or of a body outside
    this system. Shares in percent sum to 100. Lines stay with the program that carries them; `known_at` is the instant from which figures name the
    shares (None: a second person or the other agency is asked). `agency` proposes and carries; where `other_agency` is another one, it is asked at
    `other_asked_at`, one of its writers agrees, and its second person confirms where its table says so. What is taken back stays on record."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="shared_support"
    )
    carrying = models.ForeignKey(
        Participation, verbose_name=_("agreement that carries the sales"), on_delete=models.PROTECT, related_name="shared_out"
    )  # fmt: skip
    other = models.ForeignKey(
        Participation, verbose_name=_("agreement that supports them, too"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="shared_in",
    )  # fmt: skip
    other_agency = models.ForeignKey(
        Agency, verbose_name=_("agency of the other program"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        editable=False,
    )  # fmt: skip
    other_asked_at = models.DateTimeField(_("other agency asked at"), null=True, blank=True)
    other_agreed_at = models.DateTimeField(_("agreed to by the other agency at"), null=True, blank=True)
    other_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("agreed to for the other agency by"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    other_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("confirmed for the other agency by"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    outside_body = models.CharField(_("body outside"), max_length=60, blank=True)
    outside_program = models.CharField(_("its program"), max_length=160, blank=True)
    outside_amount = models.DecimalField(
        _("amount that it granted (KRW)"), max_digits=16, decimal_places=0, null=True, blank=True,
        validators=[MinValueValidator(1)],
    )  # fmt: skip
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    carrying_percent = models.DecimalField(
        _("share of the carrying program (%)"), max_digits=4, decimal_places=1
    )
    other_percent = models.DecimalField(_("share of the other program (%)"), max_digits=4, decimal_places=1)
    reason = models.CharField(_("reason"), max_length=300)
    document = models.CharField(_("document"), max_length=120, blank=True)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("document file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recorded by"), on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField(_("recorded at"))
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("agreed to by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    known_at = models.DateTimeField(_("in force since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("taken back by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    end_reason = models.CharField(_("why it was taken back"), max_length=300, blank=True)

    objects = SharedSupportQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared support")
        verbose_name_plural = _("shared support")
        ordering = ["-declared_at"]
        constraints = [
            ExclusionConstraint(
                name="shared_support_one_at_a_time",
                expressions=[
                    ("carrying", RangeOperators.EQUAL),
                    (
                        Func(F("from_on"), F("until_on"), models.Value("[]"), function="daterange",
                             output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(ended_at__isnull=True),
                violation_error_message=_("These sales are shared already on some of the days: take that back first."),
            ),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="shared_support_days"),
            models.CheckConstraint(
                condition=Q(carrying_percent__gt=0, other_percent__gt=0, carrying_percent=WHOLE - F("other_percent")),
                name="shared_support_shares_are_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="shared_support_has_reason"),
            models.CheckConstraint(condition=~Q(carrying=F("other")), name="shared_support_of_two"),
            models.CheckConstraint(
                condition=Q(other__isnull=False, outside_body="", outside_program="", outside_amount__isnull=True)
                | Q(other__isnull=True) & ~Q(outside_body="") & ~Q(outside_program=""),
                name="shared_support_one_partner",
                violation_error_message=_("Name the other agreement, or a body outside and its program: one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(outside_amount__isnull=True) | Q(outside_amount__gt=0), name="shared_support_amount"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("declared_by")),
                name="shared_support_two_people",
            ),
            models.CheckConstraint(
                condition=Q(other__isnull=True, other_agency__isnull=True)
                | Q(other__isnull=False, other_agency__isnull=False),
                name="shared_support_other_has_agency",
            ),
            models.CheckConstraint(
                condition=Q(known_at__isnull=True) | Q(other_agency__isnull=True) | Q(other_agency=F("agency"))
                | Q(other_asked_at__isnull=False, other_agreed_by__isnull=False),
                name="shared_support_both_agencies_agreed",
            ),
            models.CheckConstraint(
                condition=Q(other_agreed_by__isnull=True, other_agreed_at__isnull=True)
                | Q(other_agreed_by__isnull=False, other_agreed_at__isnull=False) & ~Q(other_agreed_by=F("declared_by")),
                name="shared_support_other_agency_s_own_person",
            ),
            models.CheckConstraint(
                condition=Q(other_confirmed_by__isnull=True) | ~Q(other_confirmed_by=F("other_agreed_by")),
                name="shared_support_two_people_of_the_other",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="shared_support_taken_back_by_somebody",
            ),
            SameKey(field="carrying", name="shared_support_carrying_same_agency"),
            SameKey(
                field="other", shared="other_agency", target_shared="agency", name="shared_support_other_of_agency"
            ),
            SameKey(field="carrying", shared="company", name="shared_support_carrying_of_company"),
            SameKey(field="other", shared="company", name="shared_support_other_of_company"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.carrying.number} + {self.other.number if self.other else self.partner.code}"

    @property
    def partner(self) -> Program | Outside:
        """Who supports the sales beside the program that carries them."""
        if self.other is not None:
            return self.other.program
        return Outside(self.outside_body, self.outside_program)

    @property
    def shown_code(self) -> str:
        """What the agency that proposes calls the other side: of another agency's program nothing but that agency until it agreed."""
        if self.is_across and self.other_agreed_at is None:
            return str(self.other_agency)
        return self.partner.code

    @property
    def is_across(self) -> bool:
        """The other program is another agency's."""
        return self.other_agency_id is not None and self.other_agency_id != self.agency_id

    @property
    def is_asked(self) -> bool:
        """The other agency has been asked and has not said anything yet."""
        return self.ended_at is None and self.other_asked_at is not None and self.other_agreed_by_id is None
