"""Regulatory items (규제 애로): rules that stand in the way of exporting, whom they concern, and how they are followed up."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Approval, Organization
from accounts.roles import agency_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Currency, Record
from guidance.models.briefing import Briefing
from guidance.models.pillar import Pillar
from guidance.models.products import prefix
from programs.models import Consultation, Listing, Program


class OfAgency(Record):
    """A row of an agency, kept apart from others' by the database."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        abstract = True


class RegulatoryFacts(OfAgency):
    """What an item is about. Staff keep it for themselves, and as it stood with each public wording."""

    countries = ArrayField(
        models.CharField(max_length=2), verbose_name=_("countries"), default=list, blank=True
    )
    products = ArrayField(
        models.CharField(max_length=10, validators=[prefix]),
        verbose_name=_("products (HS codes)"),
        default=list,
        blank=True,
    )
    pillar = models.CharField(_("pillar"), max_length=10, choices=Pillar)
    law = models.CharField(_("law"), max_length=200, blank=True)
    article = models.CharField(_("article"), max_length=100, blank=True)
    body_name = models.CharField(_("body asked"), max_length=160, blank=True)
    stated_companies = models.PositiveIntegerField(
        _("companies concerned (estimate)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    stated_amount = models.DecimalField(
        _("loss a year (estimate)"), max_digits=18, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(1)],
    )  # fmt: skip
    stated_currency = models.ForeignKey(
        Currency, verbose_name=_("currency"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    stated_source = models.CharField(_("source of the estimate"), max_length=300, blank=True)
    is_illustrative = models.BooleanField(
        _("illustrative"), default=False,
        help_text=_("Made up to show how it works, no published figure."),
    )  # fmt: skip

    class Meta:
        abstract = True


ESTIMATED = (Q(stated_companies__isnull=True, stated_amount__isnull=True) | ~Q(stated_source="")) & (
    Q(stated_amount__isnull=True, stated_currency__isnull=True)
    | Q(stated_amount__isnull=False, stated_currency__isnull=False)
)
"""An estimate has its source, an amount its currency."""
SAY_SOURCE = _("An estimate has its source, and an amount its currency.")


class RegulatoryItemQuerySet(models.QuerySet["RegulatoryItem"]):
    def visible_to(self, user: Any) -> Self:
        """Staff of the agency, and of agencies with a stated part in its program."""
        own = agency_ids(user)
        return self.filter(Q(agency__in=own) | Q(program__in=Program.objects.filter(shares__agency__in=own)))

    def standing(self) -> Self:
        """Not joined with another one."""
        return self.filter(joined_into__isnull=True)

    def of_member(self, user: Any) -> Self:
        """Those that a company of the user raised, or said that they concern it too."""
        own = Concern.objects.of_member(user).filter(item=OuterRef("pk"))
        return self.filter(Exists(own))


@tracked()
class RegulatoryItem(RegulatoryFacts):
    """A rule that stands in the way, of a program or of the agency alone. Joined with another one it goes on as that one."""

    class State(models.TextChoices):
        RAISED = "raised", pgettext_lazy("regulatory item", "raised")
        EXAMINED = "examined", pgettext_lazy("regulatory item", "examined")
        SENT = "sent", pgettext_lazy("regulatory item", "sent to the body")
        ANSWERED = "answered", pgettext_lazy("regulatory item", "answered")
        PLANNED = "planned", pgettext_lazy("regulatory item", "change planned")
        DONE = "done", pgettext_lazy("regulatory item", "rule changed")
        REFUSED = "refused", pgettext_lazy("regulatory item", "not changed")

    TRANSITIONS: ClassVar[dict[str, frozenset[str]]] = {
        State.RAISED: frozenset({State.EXAMINED, State.REFUSED}),
        State.EXAMINED: frozenset({State.SENT, State.REFUSED}),
        State.SENT: frozenset({State.SENT, State.ANSWERED}),
        State.ANSWERED: frozenset({State.SENT, State.PLANNED, State.DONE, State.REFUSED}),
        State.PLANNED: frozenset({State.PLANNED, State.SENT, State.DONE, State.REFUSED}),
        State.DONE: frozenset(),
        State.REFUSED: frozenset({State.EXAMINED}),
    }
    """What may follow: sent again is a reminder, planned again another day, refused is taken up again by examining it."""
    OVER: ClassVar[frozenset[str]] = frozenset({State.DONE, State.REFUSED})

    program = models.ForeignKey(
        Program, verbose_name=_("program"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="regulatory_items",
    )  # fmt: skip
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    hinders_ko = models.TextField(_("what hinders (Korean)"))
    hinders_en = models.TextField(_("what hinders (English)"), blank=True)
    body_contact = models.CharField(_("contact at the body"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.RAISED, editable=False)
    state_on = models.DateField(_("since"), editable=False)
    next_on = models.DateField(_("next date"), null=True, blank=True)
    joined_into = models.ForeignKey(
        "self", verbose_name=_("joined with"), null=True, editable=False, on_delete=models.PROTECT, related_name="joined"
    )  # fmt: skip
    joined_at = models.DateTimeField(_("joined at"), null=True, editable=False)

    objects = RegulatoryItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("regulatory item")
        verbose_name_plural = _("regulatory items")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="regulatory_item_agency_key"),
            models.CheckConstraint(
                condition=ESTIMATED, name="regulatory_item_estimate", violation_error_message=SAY_SOURCE
            ),
            models.CheckConstraint(
                condition=Q(joined_into__isnull=True, joined_at__isnull=True)
                | (Q(joined_into__isnull=False, joined_at__isnull=False) & ~Q(joined_into=F("id"))),
                name="regulatory_item_joined_whole",
            ),
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | ~Q(state__in=["done", "refused"]),
                name="regulatory_item_over_waits_for_nothing",
                violation_error_message=_("What is over waits for no day."),
            ),
            SameKey(field="program", name="regulatory_item_same_agency"),
            SameKey(field="joined_into", name="regulatory_item_joined_same_agency"),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER

    @property
    def root_id(self) -> Any:
        """The item as which it goes on."""
        return self.joined_into_id or self.pk


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(agency__in=agency_ids(user))

    def of_member(self, user: Any, *roles: str) -> Self:
        """Of companies in which the user is a member today (in one of `roles`, if given)."""
        return self.filter(company__in=Company.objects.of_member(user, *roles))

    def standing(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def about(self, root: Any) -> Self:
        """Of an item and of those that were joined with it."""
        return self.filter(Q(item=root) | Q(item__joined_into=root))


@tracked()
class Concern(OfAgency):
    """Who raised an item, and each company that said that it concerns it too. A company counts once.

    Its title is what its company knows the item by: its own words, the public ones, or none but the pillar. What others or
    staff call it is not told to it.
    """

    class Source(models.TextChoices):
        RESEARCH = "research", _("research")
        BRIEFING = "briefing", _("briefing")
        COMPANY = "company", _("company")
        LISTING = "listing", _("listing that failed")
        CONSULTATION = "consultation", _("consultation")

    item = models.ForeignKey(
        RegulatoryItem, verbose_name=_("regulatory item"), on_delete=models.PROTECT, related_name="concerns"
    )
    source = models.CharField(_("raised by"), max_length=12, choices=Source)
    company = models.ForeignKey(
        Company, verbose_name=_("company"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("organization"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    listing = models.ForeignKey(
        Listing, verbose_name=_("listing"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    consultation = models.ForeignKey(
        Consultation, verbose_name=_("consultation"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # fmt: skip
    briefing = models.ForeignKey(
        Briefing,
        verbose_name=_("briefing"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    title_ko = models.CharField(_("as they know it (Korean)"), max_length=160)
    title_en = models.CharField(_("as they know it (English)"), max_length=200, blank=True)
    reference = models.CharField(_("where it came up"), max_length=300, blank=True)
    text = models.TextField(_("in their words"), blank=True)
    amount = models.DecimalField(
        _("loss a year"), max_digits=18, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(1)]
    )  # fmt: skip
    currency = models.ForeignKey(
        Currency,
        verbose_name=_("currency"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_told = models.BooleanField(_("agreed to be told when it moves"), default=False)
    form_key = models.UUIDField(unique=True, editable=False)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+"
    )
    said_at = models.DateTimeField(_("written at"))
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        verbose_name = _("concern")
        verbose_name_plural = _("concerns")
        ordering = ["said_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "company"],
                name="concern_once",
                violation_error_message=_("The company stands there already."),
            ),
            models.CheckConstraint(
                condition=Q(source__in=["research", "briefing"], company__isnull=True)
                & (Q(organization__isnull=False) | Q(briefing__isnull=False) | ~Q(reference=""))
                | Q(source__in=["company", "listing", "consultation"], company__isnull=False),
                name="concern_names_who",
                violation_error_message=_("Say who raised it."),
            ),
            models.CheckConstraint(
                condition=(~Q(source="listing") | Q(listing__isnull=False))
                & (~Q(source="consultation") | Q(consultation__isnull=False)),
                name="concern_names_its_record",
            ),
            models.CheckConstraint(
                condition=Q(source="briefing") | Q(briefing__isnull=True),
                name="concern_briefing_raised_it",
                violation_error_message=_("A briefing is named only where a briefing raised it."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True, currency__isnull=True)
                | Q(amount__gt=0, currency__isnull=False),
                name="concern_amount_with_currency",
                violation_error_message=_("Enter an amount above zero and its currency, or neither."),
            ),
            SameKey(field="item", name="concern_same_agency"),
            SameKey(field="listing", name="concern_listing_same_agency"),
            SameKey(field="consultation", name="concern_consultation_same_agency"),
            SameKey(field="briefing", name="concern_briefing_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.company or self.organization or self.briefing or self.reference}"


class RegulatoryWordingQuerySet(models.QuerySet["RegulatoryWording"]):
    def public(self) -> Self:
        """What everybody reads: the published wording of each item that was not joined with another one."""
        return self.filter(published_at__isnull=False, ended_at__isnull=True, item__joined_into__isnull=True)

    def draft(self) -> Self:
        return self.filter(published_at__isnull=True, ended_at__isnull=True)


@tracked()
class RegulatoryWording(RegulatoryFacts):
    """An item in the words for everybody, with what it is about as it stood then. Changed only until it is published."""

    item = models.ForeignKey(
        RegulatoryItem, verbose_name=_("regulatory item"), on_delete=models.PROTECT, related_name="wordings"
    )
    number = models.PositiveSmallIntegerField(_("version"))
    title_ko = models.CharField(_("public title (Korean)"), max_length=160)
    title_en = models.CharField(_("public title (English)"), max_length=200, blank=True)
    text_ko = models.TextField(_("public text (Korean)"))
    text_en = models.TextField(_("public text (English)"), blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    approval = models.ForeignKey(
        Approval,
        verbose_name=_("approval"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ended_at = models.DateTimeField(_("public until"), null=True, blank=True)

    objects = RegulatoryWordingQuerySet.as_manager()

    class Meta:
        verbose_name = _("public wording")
        verbose_name_plural = _("public wordings")
        ordering = ["item", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="regulatory_wording_number_once"),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(published_at__isnull=True, ended_at__isnull=True),
                name="regulatory_wording_one_draft",
            ),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(published_at__isnull=False, ended_at__isnull=True),
                name="regulatory_wording_one_public",
            ),
            models.CheckConstraint(
                condition=ESTIMATED, name="regulatory_wording_estimate", violation_error_message=SAY_SOURCE
            ),
            SameKey(field="item", name="regulatory_wording_same_agency"),
        ]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko
