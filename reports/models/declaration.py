"""Two further measures, and proof that a provider passed the money on. None is ever added to another."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.roles import agency_ids, organization_ids
from companies.models import Company
from ground.audit import tracked
from ground.constraints import SameKey
from ground.models import Currency, Record, StoredFile
from ground.templatetags.naru import month
from programs.models import Market, Participation, Store


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def visible_to(self, user: Any) -> Self:
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(Q(agency__in=agency_ids(user)) | Q(company__in=own)).distinct()

    def current(self) -> Self:
        return self.filter(replaced_at__isnull=True)


@tracked()
class Declaration(Record):
    """A company's own statement of one month's sales, of a store or a market or of all together. A correction replaces,
    never erases.

    `amount` is gross, before refunds; `refund_amount` what was paid back in the month. "No sales" is a statement of
    zero over the whole month. A row that is replaced without a new one was taken back.
    """

    class Kind(models.TextChoices):
        TYPED = "typed", _("typed by the company")
        NO_SALES = "no_sales", _("no sales")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="declarations"
    )
    company = models.ForeignKey(
        Company, verbose_name=_("company"), on_delete=models.PROTECT, related_name="declarations"
    )
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.TYPED)
    store = models.ForeignKey(
        Store, verbose_name=_("store"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    market = models.ForeignKey(
        Market, verbose_name=_("market"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    currency = models.ForeignKey(
        Currency, verbose_name=_("currency"), on_delete=models.PROTECT, related_name="+"
    )
    amount = models.DecimalField(
        _("sales"), max_digits=18, decimal_places=4, validators=[MinValueValidator(0)]
    )
    refund_amount = models.DecimalField(
        _("refunds"), max_digits=18, decimal_places=4, default=0, validators=[MinValueValidator(0)]
    )
    orders = models.PositiveIntegerField(_("orders"))
    units = models.PositiveIntegerField(_("units"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    file = models.ForeignKey(
        StoredFile,
        verbose_name=_("evidence"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(_("declared at"))
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("replaced by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        ordering = ["month", "company"]
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "month", "currency", "store", "market"],
                condition=Q(replaced_at__isnull=True),
                nulls_distinct=False,
                name="declaration_once_a_place",
            ),
            models.CheckConstraint(condition=Q(refund_amount__gte=0), name="declaration_refunds_positive"),
            models.CheckConstraint(
                condition=~Q(kind="no_sales")
                | Q(amount=0, refund_amount=0, orders=0, store__isnull=True, market__isnull=True),
                name="declaration_no_sales_is_zero",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="declaration_month_first_day"),
            SameKey(field="participation", name="declaration_same_agency"),
            SameKey(field="participation", shared="company", name="declaration_of_company"),
            SameKey(field="store", name="declaration_store_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.company} {month(self.month)}"


@tracked()
class CustomsRecord(Record):
    """Exports of a company recorded by customs in a month: FOB value in USD, direct or indirect. By hand here."""

    class Kind(models.TextChoices):
        DIRECT = "direct", _("direct export")
        INDIRECT = "indirect", _("indirect export")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    participation = models.ForeignKey(
        Participation,
        verbose_name=_("participation"),
        on_delete=models.PROTECT,
        related_name="customs_records",
    )
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.DIRECT)
    fob_amount = models.DecimalField(
        _("FOB value (USD)"), max_digits=16, decimal_places=2, validators=[MinValueValidator(0)]
    )
    source = models.CharField(_("source"), max_length=160)

    class Meta:
        verbose_name = _("customs record")
        verbose_name_plural = _("customs records")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["participation", "month", "kind"], name="customs_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="customs_month_first_day"),
            SameKey(field="participation", name="customs_same_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.participation} {month(self.month)}"


class PayoutProofQuerySet(models.QuerySet["PayoutProof"]):
    def visible_to(self, user: Any) -> Self:
        if not getattr(user, "is_authenticated", False):
            return self.none()
        own = user.company_members.filter(ended_at__isnull=True).values("company")
        return self.filter(
            Q(agency__in=agency_ids(user))
            | Q(participation__company__in=own)
            | Q(store__organization__in=organization_ids(user))
        ).distinct()


@tracked()
class PayoutProof(Record):
    """A provider passed a company's money on: statement, fee, amount, day, proof, confirmed or disputed by the company.

    One statement a month and currency. What the agency opened again waits for the provider to state it anew.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", editable=False)
    store = models.ForeignKey(
        Store, verbose_name=_("store"), on_delete=models.PROTECT, related_name="payout_proofs"
    )
    participation = models.ForeignKey(
        Participation, verbose_name=_("participation"), on_delete=models.PROTECT, related_name="payout_proofs"
    )
    month = models.DateField(_("month"), help_text=_("first day of the month"))
    statement_number = models.CharField(_("statement number"), max_length=60)
    currency = models.ForeignKey(
        Currency, verbose_name=_("currency"), on_delete=models.PROTECT, related_name="+"
    )
    sold_amount = models.DecimalField(_("sold"), max_digits=18, decimal_places=4)
    fee_amount = models.DecimalField(_("provider's fee"), max_digits=18, decimal_places=4, default=0)
    paid_amount = models.DecimalField(_("paid to the company"), max_digits=18, decimal_places=4)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    proof = models.ForeignKey(
        StoredFile, verbose_name=_("proof"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed by the company at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    disputed_at = models.DateTimeField(_("disputed by the company at"), null=True, blank=True)
    disputed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dispute_reason = models.CharField(_("what is wrong"), max_length=1000, blank=True)
    reopened_at = models.DateTimeField(_("opened again at"), null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reopen_reason = models.CharField(_("why it was opened again"), max_length=1000, blank=True)

    objects = PayoutProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout of a provider")
        verbose_name_plural = _("payouts of providers")
        ordering = ["month", "statement_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "participation", "month", "currency"], name="payout_proof_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, disputed_at__isnull=True)
                | Q(confirmed_at__isnull=False, disputed_at__isnull=True, reopened_at__isnull=True)
                | Q(confirmed_at__isnull=True, disputed_at__isnull=False, reopened_at__isnull=True),
                name="payout_proof_one_answer",
            ),
            models.CheckConstraint(
                condition=Q(disputed_at__isnull=True) | ~Q(dispute_reason=""),
                name="payout_proof_dispute_has_reason",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="payout_proof_month_first_day"),
            SameKey(field="store", name="payout_proof_same_agency"),
            SameKey(field="participation", name="payout_proof_participation_same_agency"),
        ]

    def __str__(self) -> str:
        return self.statement_number
