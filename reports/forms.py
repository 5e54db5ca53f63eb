"""What people type on the pages of this floor: shape only, the verbs decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ground.models import Currency
from programs.forms.staff import DayInput, VerbForm, won, words
from programs.models import Program
from reports.domain.group_lists import figures_of
from reports.models import (
    Cause,
    Comparison,
    DifferenceDecision,
    ImportBatch,
    SampleFinding,
    SamplingPlan,
    StateReading,
)
from reports.printing.words import money as in_money

SALES_ACCEPT = ".xlsx,.csv,.txt,.tsv,.json"
PROFILE_LABELS = {
    "mercadolibre-ventas-cl": _("Sales report (Ventas) of Mercado Libre Chile or Mexico, XLSX"),
    "mercadopago-release": _("Release report of Mercado Pago, CSV"),
    "mercadolibre-orders-json": _("Orders of Mercado Libre, JSON"),
    "mercadopago-settlement": _("Settlement report of Mercado Pago, CSV"),
    "lazada-items-json": _("Order items of Lazada, JSON"),
    "lazada-orders": _("Orders of Lazada’s Seller Center, XLSX"),
    "lazada-finance-json": _("Finance details of Lazada, JSON"),
    "lazada-finance": _("Finance details of Lazada’s Seller Center, CSV"),
    "amazon-settlement": _("Settlement report (V2) of Amazon, TXT"),
    "amazon-orders": _("All orders of Amazon, TXT"),
    "shopee-orders": _("Orders of Shopee, XLSX"),
    "shopee-income": _("Income of Shopee, XLSX"),
    "shopee-escrow-json": _("Escrow details of Shopee, JSON"),
    "qoo10-orders": _("Orders of Qoo10 Japan, CSV"),
    "own-mall-orders": _("Orders of an own mall"),
    "korea-post-parcels": _("Parcels abroad, list of Korea Post"),
    "naru-sales": _("Naru’s template of sales"),
}
"""The kinds of files of sales and payouts in words; lists of exports have a page of their own."""
PROFILE_CHOICES = [("", _("Find out by the headings")), *PROFILE_LABELS.items()]


class MonthField(forms.DateField):
    """A month; the first day of it comes out."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "month", "class": "w-short"}, format="%Y-%m")
        super().__init__(input_formats=["%Y-%m", "%Y-%m-%d"], widget=widget, **options)

    def to_python(self, value: Any) -> dt.date | None:
        found = super().to_python(value)
        return found.replace(day=1) if found else None


def money(label: Any, **options: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "w-medium"})
    return forms.DecimalField(
        label=label, max_digits=16, decimal_places=4, min_value=0, localize=True, widget=widget, **options
    )


class UploadForm(forms.Form):
    """A sales or payout file for one of the person's stores."""

    place = forms.ChoiceField(label=_("Store"))
    upload = forms.FileField(
        label=_("File"),
        help_text=_(
            "Upload it exactly as you downloaded it, without opening and saving it first. Columns that name buyers are"
            " emptied as soon as it is read."
        ),
        widget=forms.FileInput(attrs={"accept": SALES_ACCEPT}),
    )
    profile = forms.ChoiceField(label=_("Kind of file"), choices=PROFILE_CHOICES, required=False)

    def __init__(
        self,
        *args: Any,
        places: Sequence[tuple[str, Any]],
        own: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        if len(places) == 1:
            self.fields["place"].initial = places[0][0]
        if own:
            first, *rest = PROFILE_CHOICES
            groups = [first, (_("Profiles of your programs"), list(own)), (_("Known to Naru"), rest)]
            self.fields["profile"].choices = groups  # type: ignore[attr-defined]


class StaffUploadForm(UploadForm):
    """The same by the agency, which says whether the platform itself handed the file over, or its API answered it."""

    received = forms.ChoiceField(
        label=_("Received from"),
        choices=[
            (ImportBatch.Grade.AGENCY, _("The agency downloaded it, or a company or provider sent it")),
            (ImportBatch.Grade.PLATFORM, _("The platform itself handed it over")),
            (ImportBatch.Grade.API, _("It was fetched from the platform’s API (JSON files only)")),
        ],
        initial=ImportBatch.Grade.AGENCY,
        widget=forms.RadioSelect,
    )
    origin_note = forms.CharField(
        label=_("Where it came from"),
        max_length=300,
        required=False,
        help_text=_(
            "Needed when the platform handed it over or its API answered it: how and when, for example the number and day of the"
            " letter, or the call and its time."
        ),
    )


class PayoutForm(forms.Form):
    """A provider's statement to a company for a month."""

    place = forms.ChoiceField(label=_("Store and company"))
    month = MonthField(label=_("Month"))
    statement_number = forms.CharField(label=_("Statement number"), max_length=60)
    currency = forms.ModelChoiceField(label=_("Currency"), queryset=Currency.objects.none())
    sold_amount = money(_("Sold"))
    fee_amount = money(_("Your fee"))
    paid_amount = money(_("Paid to the company"))
    paid_on = forms.DateField(label=_("Paid on"), required=False, widget=DayInput())
    upload = forms.FileField(
        label=_("Proof"), required=False, help_text=_("For example the bank's transfer slip.")
    )

    def __init__(self, *args: Any, places: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places  # type: ignore[attr-defined]
        field = self.fields["currency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Currency.objects.filter(disabled_on__isnull=True)


class DisputeForm(forms.Form):
    """What is wrong with a provider's statement."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("What is wrong?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For example: the money has not come, or another amount came. The provider and the agency read it."
        ),
    )


class AskReportForm(forms.Form):
    """Which report to write."""

    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    period = MonthField(label=_("Month"))
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=[("ko", "한국어"), ("en", "English")],
        initial=["ko", "en"],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, programs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = programs


class GroupListForm(VerbForm):
    """Of which figure the lines are listed."""

    figure = forms.ChoiceField(label=_("Figure"))

    def fit(self) -> None:
        field = self.fields["figure"]
        assert isinstance(field, forms.ChoiceField)
        is_english = get_language() == "en"
        field.choices = [
            (
                f"{each.product_group}|{each.currency}",
                f"{each.name_en if is_english else each.name_ko} · {each.currency} · {in_money(each.krw_amount, 'KRW')}",
            )
            for each in figures_of(self.record)
        ]

    def clean_figure(self) -> tuple[str, str]:
        group, _bar, currency = self.cleaned_data["figure"].partition("|")
        return group, currency


class AskToCloseForm(forms.Form):
    """Which month to close, and why now."""

    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    month = MonthField(label=_("Month"))
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, programs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = programs


def meaning_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Meaning"), choices=StateReading.Meaning.choices, widget=forms.RadioSelect
    )


def reason_field() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class StateForm(forms.Form):
    """What an unknown state means."""

    text = forms.CharField(label=_("State in the file"), max_length=160, required=False)
    meaning = meaning_field()
    reason = reason_field()


class CorrectStateForm(VerbForm):
    """Of a reading: what the state means instead."""

    meaning = meaning_field()

    def fit(self) -> None:
        meaning = self.fields["meaning"]
        assert isinstance(meaning, forms.ChoiceField)
        meaning.choices = [each for each in StateReading.Meaning.choices if each[0] != self.record.meaning]


class AskCorrectStateForm(CorrectStateForm):
    reason = reason_field()


class ReopenMonthForm(VerbForm):
    """Why a closed month is to be opened again."""

    reason = reason_field()


class ToleranceForm(forms.Form):
    """How far two measures may lie apart."""

    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    comparison = forms.ChoiceField(label=_("Comparison"), choices=Comparison.choices)
    percent = forms.DecimalField(
        label=_("Percent of the orders"), max_digits=5, decimal_places=2, min_value=0, max_value=100,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w-short"}),
    )  # fmt: skip
    krw_amount = won(_("Amount (KRW)"), help_text=_("Within either of the two is within tolerance."))
    reason = reason_field()

    def __init__(self, *args: Any, programs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = programs


class DecideDifferenceForm(VerbForm):
    """Why a difference is there, and what follows."""

    cause = forms.ChoiceField(label=_("Cause"), choices=Cause.choices)
    outcome = forms.ChoiceField(
        label=_("What follows"), choices=DifferenceDecision.Outcome.choices, widget=forms.RadioSelect
    )
    reason = words(_("Reason"))

    def fit(self) -> None:
        """The proposed causes stand first."""
        proposed = [each["cause"] for each in self.record.causes]
        field = self.fields["cause"]
        assert isinstance(field, forms.ChoiceField)
        labels = dict(Cause.choices)
        field.choices = [(each, _("%(cause)s (proposed)") % {"cause": labels[each]}) for each in proposed] + [
            (code, label) for code, label in Cause.choices if code not in proposed
        ]


class AskDifferenceForm(VerbForm):
    """What the company is asked, and until when."""

    text = words(_("Question to the company"), help_text=_("The company reads it as you write it."))
    due_on = forms.DateField(label=_("Answer by"), widget=DayInput())


class AnswerDifferenceForm(forms.Form):
    """The company's answer."""

    text = forms.CharField(
        label=_("Your answer"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("For example: an amount was typed in another currency, or refunds came later. If a declared amount is wrong, correct it on the month’s page."),
    )  # fmt: skip


def _share(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, max_digits=4, decimal_places=2, min_value=0, max_value=50, required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w-short"}), **options,
    )  # fmt: skip


class SamplingForm(forms.Form):
    """What a sample for verification is to prove."""

    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    from_month = MonthField(label=_("First month"))
    until_month = MonthField(label=_("Last month"))
    method = forms.ChoiceField(
        label=_("What it is to prove"), choices=SamplingPlan.Method.choices, initial=SamplingPlan.Method.UNITS,
        required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    confidence = forms.TypedChoiceField(
        label=_("Confidence level"), choices=SamplingPlan.Confidence.choices, coerce=int, initial=95, widget=forms.RadioSelect
    )  # fmt: skip
    margin_percent = forms.DecimalField(
        label=_("Tolerable error, percent of the orders"), max_digits=5, decimal_places=2, min_value=0, max_value=100,
        required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w-short"}),
        help_text=_("Materiality: up to this the figure stands. Give it as a percent, or as an amount below."),
    )  # fmt: skip
    margin_krw = won(_("Tolerable error (KRW)"), required=False)
    expected_krw = won(
        _("Expected error (KRW)"),
        initial=0,
        required=False,
        help_text=_("What earlier verifications found. The more is expected, the larger the sample."),
    )
    tolerable_percent = _share(
        _("Tolerable share of wrong orders (%)"), help_text=_("Only for a sample of orders: up to this the figure stands.")
    )  # fmt: skip
    expected_percent = _share(
        _("Expected share of wrong orders (%)"), help_text=_("What earlier verifications found; empty for none.")
    )  # fmt: skip
    reason = reason_field()
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, programs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = programs

    def clean_method(self) -> str:
        return str(self.cleaned_data["method"] or SamplingPlan.Method.UNITS)


class SampleFindingForm(VerbForm):
    """What the evidence of a sampled order said."""

    verdict = forms.ChoiceField(
        label=_("The evidence"), choices=SampleFinding.Verdict.choices, widget=forms.RadioSelect
    )
    evidence_krw = won(
        _("Amount in the evidence (KRW)"),
        required=False,
        help_text=_("Only where it differs; in won at the rate of the order’s day."),
    )
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    upload = forms.FileField(label=_("Document"), required=False)
