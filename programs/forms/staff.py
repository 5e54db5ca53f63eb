"""What staff type into the verbs of a record: shape only, the verbs decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from companies.models import Product
from ground.models import Currency
from programs.domain import ending
from programs.models import (
    Component,
    Delivery,
    Listing,
    Market,
    Participation,
    Payment,
    ProviderContract,
    Store,
    StoreTax,
)
from programs.models.store import Assignment


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"class": "w-short", **(attrs or {})}, format="%Y-%m-%d")


def day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), **options)


def won(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=14,
        decimal_places=0,
        min_value=0,
        widget=forms.NumberInput(attrs={"class": "w-medium", "inputmode": "numeric"}),
        **options,
    )


def words(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), **options)


class VerbForm(forms.Form):
    """A verb's form knows its record, so that choices never offer another record's rows."""

    def __init__(self, *args: Any, record: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record = record
        self.user = user
        self.fit()

    def fit(self) -> None:
        """Narrow the choices to the record."""

    def choose(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows


class ReasonForm(VerbForm):
    reason = words(_("Reason"))


class LeaveForm(ReasonForm):
    last_on = day(
        _("Last day of taking part"), required=False,
        help_text=_(
            "Sales after this day are not the company's any more, counted already or not. Empty: today."
        ),
    )  # fmt: skip


class AnswerEndForm(VerbForm):
    """An answer to the request that stands on the page, and to no later one."""

    asked = forms.UUIDField(widget=forms.HiddenInput)

    def fit(self) -> None:
        if (asked := ending.waiting_of(self.record)) is not None:
            self.initial["asked"] = asked.pk
            self.initial.setdefault("last_on", asked.last_on)


class AgreeEndForm(AnswerEndForm):
    """What the company asked for stands in it; another day is the agency's own."""

    last_on = day(
        _("Last day of taking part"),
        help_text=_(
            "Sales after this day are not the company's any more, counted already or not. Up to today: it ends at once. A day to come: it stays in force up to and including that day and then ends by itself."
        ),
    )
    answer = words(_("Words to the company"), required=False)


class AgreeGoOnForm(AnswerEndForm):
    answer = words(_("Words to the company"), required=False)


class RefuseEndForm(AnswerEndForm):
    reason = words(_("Reason"), help_text=_("The company reads it."))


class AcceptByForm(VerbForm):
    accept_by = day(_("To be accepted by"))


class ExtendForm(VerbForm):
    accept_by = day(_("To be accepted by"))
    reason = words(_("Reason"))


class PlanDeliveryForm(VerbForm):
    """Of a program: one component for several of its companies."""

    component = forms.ModelChoiceField(label=_("Component"), queryset=Component.objects.none())
    participations = forms.ModelMultipleChoiceField(
        label=_("Companies"), queryset=Participation.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    contract = forms.ModelChoiceField(
        label=_("Provider contract"),
        queryset=ProviderContract.objects.none(),
        required=False,
        empty_label=_("delivered by the agency itself"),
    )
    planned_on = day(_("Planned for"))
    planned_amount = won(_("Planned cost for each company (KRW)"))

    def fit(self) -> None:
        program = self.record
        self.choose("component", Component.objects.filter(program=program).order_by("position", "id"))
        self.choose(
            "contract", ProviderContract.objects.filter(program=program).select_related("organization")
        )
        self.choose(
            "participations",
            Participation.objects.filter(program=program, state=Participation.State.AGREED)
            .taking_part()
            .select_related("company")
            .order_by("company__name_ko", "pk"),
        )


class TickOffForm(VerbForm):
    done_on = day(_("Done on"))
    actual_amount = won(_("Actual cost (KRW)"))
    evidence = forms.FileField(
        label=_("Evidence file"), widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"})
    )


class ReplanForm(VerbForm):
    planned_on = day(_("Planned for"))
    planned_amount = won(_("Planned cost (KRW)"))
    reason = words(_("Reason"))

    def fit(self) -> None:
        self.initial.setdefault("planned_on", self.record.planned_on)
        self.initial.setdefault("planned_amount", self.record.planned_amount)


class OpenListingsForm(VerbForm):
    """Of a participation: listings of the company's products on a market of the program."""

    market = forms.ModelChoiceField(label=_("Market"), queryset=Market.objects.none())
    products = forms.ModelMultipleChoiceField(
        label=_("Products"), queryset=Product.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), required=False, empty_label=_("not known yet")
    )

    def fit(self) -> None:
        self.choose(
            "market",
            Market.objects.filter(
                program_markets__program=self.record.program_id, disabled_on__isnull=True
            ).select_related("platform", "country"),
        )
        self.choose(
            "products", Product.objects.filter(company=self.record.company_id, disabled_on__isnull=True)
        )
        self.choose("store", Store.objects.filter(agency=self.record.agency_id, disabled_on__isnull=True))


class AskPaymentForm(VerbForm):
    """Of a participation: an amount for one of its deliveries that are done, or for what is said."""

    delivery = forms.ModelChoiceField(
        label=_("Delivery"), queryset=Delivery.objects.none(), required=False, empty_label=_("none of them")
    )
    purpose = forms.CharField(
        label=_("What it is for"), max_length=200, required=False,
        help_text=_("Not needed with a delivery."),
    )  # fmt: skip
    payee = forms.ChoiceField(label=_("Paid to"), choices=Payment.Payee.choices)
    amount = forms.DecimalField(
        label=_("Amount"), max_digits=16, decimal_places=2, min_value=0,
        widget=forms.NumberInput(attrs={"class": "w-medium", "inputmode": "decimal"}),
    )  # fmt: skip
    currency = forms.ModelChoiceField(label=_("Currency"), queryset=Currency.objects.none(), empty_label=None)
    reason = words(_("Reason"), help_text=_("A second person reads it and agrees to exactly this payment."))

    def fit(self) -> None:
        self.choose(
            "delivery",
            Delivery.objects.filter(participation=self.record, state=Delivery.State.DONE).select_related(
                "component"
            ),
        )
        self.choose("currency", Currency.objects.filter(disabled_on__isnull=True))
        self.initial.setdefault("currency", "KRW")


class AdvanceForm(VerbForm):
    to = forms.ChoiceField(label=_("Next step"))
    reference = forms.CharField(label=_("Listing number"), required=False, max_length=100)
    sku = forms.CharField(label=_("SKU"), required=False, max_length=100)
    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), required=False, empty_label=_("as it is")
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def fit(self) -> None:
        order = list(Listing.State)
        steps = sorted(
            Listing.TRANSITIONS[self.record.state], key=lambda each: order.index(Listing.State(each))
        )
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [(Listing.State(each).value, Listing.State(each).label) for each in steps]
        self.choose(
            "store",
            Store.objects.filter(
                agency=self.record.agency_id, market=self.record.market_id, disabled_on__isnull=True
            ),
        )
        self.initial.setdefault("reference", self.record.reference)
        self.initial.setdefault("sku", self.record.sku)


class AssignForm(VerbForm):
    """Of a store: whose its lines are."""

    participation = forms.ModelChoiceField(label=_("Company"), queryset=Participation.objects.none())
    scope = forms.ChoiceField(label=_("What"), choices=Assignment.Scope.choices)
    reference = forms.CharField(label=_("SKU or listing number"), required=False, max_length=100)
    from_on = day(_("From"))
    until_on = day(_("Until"), required=False)

    def fit(self) -> None:
        self.choose(
            "participation",
            Participation.objects.filter(agency=self.record.agency_id)
            .taking_part()
            .select_related("company", "program")
            .order_by("company__name_ko", "pk"),
        )


class TaxForm(VerbForm):
    treatment = forms.ChoiceField(label=_("Treatment"), choices=StoreTax.Treatment.choices)
    rate_percent = forms.DecimalField(
        label=_("Rate (%)"), max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )
    from_on = day(_("From"))
    until_on = day(_("Until"), required=False)


class CorrectTaxForm(TaxForm):
    """Of a store: one of its tax treatments with the values that it should have."""

    tax = forms.UUIDField(widget=forms.HiddenInput)
    reason = words(_("Reason"))

    @classmethod
    def of(cls, tax: StoreTax, user: Any) -> CorrectTaxForm:
        values = {name: getattr(tax, name) for name in ("treatment", "rate_percent", "from_on", "until_on")}
        initial = {"tax": tax.pk, **values}
        return cls(None, initial=initial, record=tax.store, user=user, auto_id=f"id_tax_{tax.pk.hex}_%s")


class EndForm(VerbForm):
    until_on = day(_("Last day"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)


class FromDayForm(VerbForm):
    on = day(_("Out of use from"))
