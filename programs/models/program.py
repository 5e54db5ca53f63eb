"""A program, its papers, components, contracts and targets."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Organization
from accounts.roles import agency_ids, organization_ids
from ground import clock
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Record, StoredFile
from programs.models.reference import Market


def reminder_steps() -> list[int]:
    """Working days around the due day of a month: before it, on it, and twice after it."""
    return [-3, 0, 3, 7]


class ProgramQuerySet(models.QuerySet["Program"]):
    def of_agencies(self, user: Any) -> Self:
        """Programs of the user's agencies, and those in which one of them has a stated part."""
        mine = agency_ids(user)
        return self.filter(Q(agency__in=mine) | Q(shares__agency__in=mine)).distinct()

    def visible_to(self, user: Any) -> Self:
        """Staff: their agencies' and shared programs. Supervising bodies: programs under them. Partners, research
        bodies and providers: the programs that name them."""
        bodies = organization_ids(user)
        mine = agency_ids(user)
        return self.filter(
            Q(agency__in=mine)
            | Q(shares__agency__in=mine)
            | Q(agency__supervised_by__in=bodies)
            | Q(partners__organization__in=bodies)
            | Q(provider_contracts__organization__in=bodies)
        ).distinct()


@tracked()
class Program(Record):
    """One run of an export-support program (사업) by an agency, with its money and its rules for money."""

    class Funding(models.TextChoices):
        NATIONAL = "national", _("national subsidy")
        LOCAL = "local", _("local subsidy")
        CONTRIBUTION = "contribution", _("contribution")
        COMMISSION = "commission", _("commission")
        NONE = "none", _("no money")

    class RateRule(models.TextChoices):
        DAY = "day", _("rate of the day of the order")
        MONTH_AVERAGE = "month_average", _("average of the month")
        FIXED = "fixed", _("one fixed rate")
        CUSTOMS_WEEK = "customs_week", _("customs rate of the week of the order")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RUNNING = "running", _("running")
        CLOSED = "closed", _("closed")

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="programs"
    )
    code = models.CharField(
        _("code"), max_length=40, unique=True,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$", _("Capital letters, digits and hyphens."))],
    )  # fmt: skip
    name_ko = models.CharField(_("name (Korean)"), max_length=160)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    summary_ko = models.TextField(_("summary (Korean)"), blank=True)
    summary_en = models.TextField(_("summary (English)"), blank=True)
    funding = models.CharField(_("kind of funding"), max_length=12, choices=Funding)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    budget_amount = models.DecimalField(
        _("budget (KRW)"), max_digits=16, decimal_places=0, default=0, validators=[MinValueValidator(0)]
    )
    zone = models.CharField(_("time zone of business days"), max_length=40, default="Asia/Seoul")
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    rate_rule = models.CharField(_("rate rule"), max_length=14, choices=RateRule, default=RateRule.DAY)
    answer_due_day = models.PositiveSmallIntegerField(
        _("sales of a month are due on this day of the next month"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("on a weekend or holiday: the next working day"),
    )
    reminder_days = ArrayField(
        models.SmallIntegerField(validators=[MinValueValidator(-10), MaxValueValidator(30)]),
        verbose_name=_("reminders of the month"),
        default=reminder_steps,
        blank=True,
        size=8,
        help_text=_(
            "working days before (-) and after the due day, such as -3, 0, 3, 7; at the last one officers are told too"
        ),
    )
    reminded_from = models.DateField(
        _("reminders of the month go from this day on"), default=clock.today, editable=False
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    is_made_up = models.BooleanField(_("made up for the demonstration"), default=False)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["-starts_on", "code"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "id"], name="program_agency_key"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="program_period",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(answer_due_day__gte=1, answer_due_day__lte=28),
                name="program_answer_due_day",
                violation_error_message=_("Choose a day from 1 to 28."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


@tracked()
class ProgramShare(Record):
    """Another agency's stated part in a program."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="shares"
    )
    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="program_shares"
    )
    part_ko = models.CharField(_("part (Korean)"), max_length=200)
    part_en = models.CharField(_("part (English)"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("shared part")
        verbose_name_plural = _("shared parts")
        constraints = [models.UniqueConstraint(fields=["program", "agency"], name="program_share_once")]

    def __str__(self) -> str:
        return f"{self.agency}: {self.part_ko}"


@tracked()
class ProgramMarket(Record):
    """A market that the program sells on."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="program_markets"
    )
    market = models.ForeignKey(
        Market, verbose_name=_("market"), on_delete=models.PROTECT, related_name="program_markets"
    )

    class Meta:
        verbose_name = _("market of a program")
        verbose_name_plural = _("markets of a program")
        constraints = [models.UniqueConstraint(fields=["program", "market"], name="program_market_once")]

    def __str__(self) -> str:
        return str(self.market)


@tracked()
class ProgramPartner(Record):
    """A platform partner named by the program sees this program's companies, a research body its own tasks; nothing else."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="partners"
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("organization"), on_delete=models.PROTECT, related_name="partnerships"
    )
    part_ko = models.CharField(_("part (Korean)"), max_length=200, blank=True)
    part_en = models.CharField(_("part (English)"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("partner of a program")
        verbose_name_plural = _("partners of a program")
        constraints = [
            models.UniqueConstraint(fields=["program", "organization"], name="program_partner_once")
        ]

    def __str__(self) -> str:
        return str(self.organization)


class OfProgram(Record):
    """A row that belongs to a program and so to its agency: both keys, held together by the database."""

    agency = models.ForeignKey(
        Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        abstract = True


@tracked()
class Component(OfProgram):
    """One of the package's components, with its planned cost for the whole program."""

    class Kind(models.TextChoices):
        ONBOARDING = "onboarding", _("onboarding and sales support")
        MARKETING = "marketing", _("local marketing and promotion")
        INFRASTRUCTURE = "infrastructure", _("logistics and payment")
        CREATOR = "creator", _("brand and creator collaboration")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="components"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)
    planned_amount = models.DecimalField(
        _("planned cost (KRW)"), max_digits=16, decimal_places=0, default=0, validators=[MinValueValidator(0)]
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ["program", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["program", "kind"], name="component_once"),
            models.UniqueConstraint(fields=["program", "id"], name="component_program_key"),
            SameKey(field="program", name="component_same_agency"),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


@tracked()
class ProviderContract(OfProgram):
    """A provider's (수행사) contract within a program."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="provider_contracts"
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="contracts",
        limit_choices_to={"kind": "provider"},
    )  # fmt: skip
    number = models.CharField(_("contract number"), max_length=60)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    amount = models.DecimalField(_("amount (KRW)"), max_digits=16, decimal_places=0, default=0)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("provider contract")
        verbose_name_plural = _("provider contracts")
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="contract_number_once"),
            models.UniqueConstraint(fields=["program", "id"], name="contract_program_key"),
            SameKey(field="program", name="contract_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.organization}"


@tracked()
class Memorandum(OfProgram):
    """A memorandum of understanding (업무협약) between bodies. It may come after the start of the support."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="memoranda"
    )
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=120)
    signed_on = models.DateField(_("signed on"))
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    duties_ko = models.TextField(_("duties (Korean)"))
    duties_en = models.TextField(_("duties (English)"), blank=True)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("memorandum of understanding")
        verbose_name_plural = _("memoranda of understanding")
        ordering = ["-signed_on"]
        constraints = [SameKey(field="program", name="memorandum_same_agency")]

    def __str__(self) -> str:
        return self.title_en if get_language() == "en" and self.title_en else self.title_ko


@tracked()
class MemorandumParty(Record):
    """A party to a memorandum: an agency, an organization, or a body by name."""

    memorandum = models.ForeignKey(
        Memorandum, verbose_name=_("memorandum"), on_delete=models.PROTECT, related_name="parties"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    name_ko = models.CharField(_("name (Korean)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=160, blank=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_ko


@tracked()
class Paper(OfProgram):
    """A decision or notice of the program, with document number, date and file."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("program plan")
        NOTICE = "notice", _("notice")
        SELECTION = "selection", _("selection decision")
        CHANGE = "change", _("approval of a change")
        OTHER = "other", _("other decision")

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="papers"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.CharField(_("document number"), max_length=60)
    decided_on = models.DateField(_("date"))
    title_ko = models.CharField(_("title (Korean)"), max_length=160)
    title_en = models.CharField(_("title (English)"), max_length=200, blank=True)
    file = models.ForeignKey(
        StoredFile, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("decision on paper")
        verbose_name_plural = _("decisions on paper")
        ordering = ["decided_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "number"], name="paper_number_once"),
            SameKey(field="program", name="paper_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title_ko}"


@tracked()
class Target(OfProgram):
    """What is to be reached, saying exactly what counts. The report prints this sentence first."""

    class Measure(models.TextChoices):
        COMPANIES = "companies", _("companies taking part")
        ORDERS = "orders", _("orders on the platform")
        PAYOUTS = "payouts", _("payouts by the platform")
        DECLARED = "declared", _("sales declared by companies")
        CUSTOMS = "customs", _("exports recorded by customs")

    class Moment(models.TextChoices):
        ORDERED = "ordered", _("ordered")
        PAID = "paid", _("paid")
        DELIVERED = "delivered", _("delivered")
        RELEASED = "released", _("money released")

    class Unit(models.TextChoices):
        KRW = "KRW", _("won")
        COMPANY = "company", _("companies")

    COUNTED: ClassVar[dict[str, tuple[str, frozenset[str]]]] = {
        Measure.COMPANIES: (Unit.COMPANY, frozenset({Moment.PAID})),
        Measure.ORDERS: (Unit.KRW, frozenset({Moment.ORDERED, Moment.PAID})),
        Measure.PAYOUTS: (Unit.KRW, frozenset({Moment.RELEASED})),
        Measure.DECLARED: (Unit.KRW, frozenset({Moment.PAID})),
        Measure.CUSTOMS: (Unit.KRW, frozenset({Moment.PAID})),
    }
    """What can be counted: of each measure the unit and the moments that files and records tell. Companies and customs
    records have no moment: theirs stays what a target begins with."""

    program = models.ForeignKey(
        Program, verbose_name=_("program"), on_delete=models.PROTECT, related_name="targets"
    )
    measure = models.CharField(_("measure"), max_length=10, choices=Measure)
    value = models.DecimalField(
        _("target"), max_digits=16, decimal_places=0, validators=[MinValueValidator(1)]
    )
    unit = models.CharField(_("unit"), max_length=8, choices=Unit)
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    is_before_refunds = models.BooleanField(_("before cancellations and refunds"), default=True)
    has_tax = models.BooleanField(_("with tax"), default=True)
    has_shipping = models.BooleanField(_("with shipping"), default=False)
    moment = models.CharField(_("moment"), max_length=10, choices=Moment, default=Moment.PAID)
    decided_by_paper = models.ForeignKey(
        Paper, verbose_name=_("decision"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["program", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["program", "measure", "from_on"], name="target_once"),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="target_period",
                violation_error_message=_("The last day lies before the first."),
            ),
            SameKey(field="program", name="target_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} {self.value:,} {self.get_unit_display()}"

    @property
    def is_countable(self) -> bool:
        unit, moments = self.COUNTED[self.measure]
        return self.unit == unit and self.moment in moments
