"""What people type about regulatory items: shape only, the verbs decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms import AgencyChoiceForm
from accounts.roles import agency_ids
from ground import clock
from ground.models import Country, Currency
from guidance.domain.regulatory import LONGEST, MOST_PRODUCTS
from guidance.forms.products import ProductsField
from guidance.models import Pillar, RegulatoryItem, RegulatoryStep
from programs.forms.staff import day
from programs.models import Program
from programs.permissions import WRITERS

CHOOSE = ("", _("choose"))


def long_text(label: Any, *, rows: int = 5, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea({"rows": rows}), **options)


def countries_field(**options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("countries"), required=False, widget=forms.SelectMultiple({"size": 8}),
        help_text=_("Empty: whatever the country. Hold Ctrl to choose several."), **options,
    )  # fmt: skip


def pillar_field() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("pillar"), choices=[CHOOSE, *Pillar.choices])


def amount_field() -> forms.DecimalField:
    return forms.DecimalField(
        label=_("loss a year"), required=False, max_digits=18, decimal_places=2, min_value=1,
        widget=forms.NumberInput({"class": "w-medium", "inputmode": "decimal"}),
    )  # fmt: skip


class WithCountries(forms.Form):
    """Fields on countries and money offer what is in use, and what stands there already."""

    def offer(self, there: Sequence[str] = ()) -> None:
        today = clock.today()
        if "countries" in self.fields:
            in_use = Q(disabled_on__isnull=True) | Q(disabled_on__gt=today) | Q(code__in=list(there))
            field: Any = self.fields["countries"]
            field.choices = [
                (each.code, str(each)) for each in Country.objects.filter(in_use).order_by("code")
            ]
        for name in ("currency", "stated_currency"):
            if name in self.fields:
                money: Any = self.fields[name]
                money.queryset = Currency.objects.in_use_on(today).order_by("code")
                money.label_from_instance = lambda each: f"{each.code} {each}"
                self.initial.setdefault(name, "KRW")


def currency_field() -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(Currency._default_manager.none(), label=_("currency"), required=False)


class ItemForm(WithCountries, AgencyChoiceForm):
    """What staff know of an item; its agency is chosen once."""

    roles = WRITERS

    program = forms.ModelChoiceField(
        Program.objects.none(), label=_("program"), required=False, empty_label=_("of the agency alone")
    )
    title_ko = forms.CharField(label=_("title (Korean)"), max_length=160)
    title_en = forms.CharField(label=_("title (English)"), max_length=200, required=False)
    hinders_ko = long_text(_("what hinders (Korean)"))
    hinders_en = long_text(_("what hinders (English)"), required=False)
    pillar = pillar_field()
    countries = countries_field()
    products = ProductsField(most=MOST_PRODUCTS)
    law = forms.CharField(label=_("law"), max_length=200, required=False)
    article = forms.CharField(label=_("article"), max_length=100, required=False)
    body_name = forms.CharField(label=_("body asked"), max_length=160, required=False)
    body_contact = forms.CharField(
        label=_("contact at the body"), max_length=300, required=False, help_text=_("Never public.")
    )
    stated_companies = forms.IntegerField(
        label=_("companies concerned (estimate)"), required=False, min_value=1
    )
    stated_amount = amount_field()
    stated_currency = currency_field()
    stated_source = forms.CharField(label=_("source of the estimate"), max_length=300, required=False)
    is_illustrative = forms.BooleanField(
        label=_("illustrative"),
        required=False,
        help_text=_("Made up to show how it works, no published figure."),
    )
    next_on = day(_("next date"), required=False, help_text=_("It stands on the desk until then."))

    def __init__(self, *args: Any, user: Any, record: RegulatoryItem | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["stated_amount"].label = _("loss a year (estimate)")
        programs: Any = self.fields["program"]
        own = agency_ids(user, *WRITERS) if record is None else [record.agency_id]
        programs.queryset = Program.objects.filter(agency__in=own).order_by("-starts_on", "code")
        if record is not None:
            del self.fields["agency"]
            for name in self.fields:
                if hasattr(record, name):
                    self.initial.setdefault(name, getattr(record, name))
            if record.program_id:
                self.initial["program"] = record.program_id
            if record.stated_currency_id:
                self.initial["stated_currency"] = record.stated_currency_id
        self.offer(record.countries if record else ())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("stated_amount") is None:
            values["stated_currency"] = None
        return values


class StepForm(forms.Form):
    """Which step follows, on which day."""

    state = forms.ChoiceField(label=_("step"))
    on = day(_("day"))
    note = long_text(_("note"), rows=4, required=False, help_text=_("Never public."))
    document = forms.FileField(
        label=_("paper"),
        required=False,
        widget=forms.FileInput({"accept": "application/pdf,image/*,.hwp,.hwpx"}),
    )
    next_on = day(
        _("next date"),
        required=False,
        help_text=_("It stands on the desk until then. Empty where it is over."),
    )

    def __init__(self, *args: Any, record: RegulatoryItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["state"]
        allowed = RegulatoryItem.TRANSITIONS[record.state]
        field.choices = [each for each in RegulatoryItem.State.choices if each[0] in allowed]
        self.initial.setdefault("on", clock.today())


class CorrectStepForm(forms.Form):
    """What the step should have said."""

    step = forms.ModelChoiceField(
        RegulatoryStep.objects.none(), label=_("step to correct"), empty_label=_("choose")
    )
    state = forms.ChoiceField(label=_("step"), choices=[CHOOSE, *RegulatoryItem.State.choices])
    on = day(_("day"))
    note = long_text(_("note"), rows=4, required=False, help_text=_("Never public."))
    next_on = day(
        _("next date"), required=False, help_text=_("Of the last step. Empty where it is over."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, record: RegulatoryItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("next_on", record.next_on)
        choose_step(self, record)


class DocumentForm(forms.Form):
    step = forms.ModelChoiceField(RegulatoryStep.objects.none(), label=_("step"), empty_label=_("choose"))
    document = forms.FileField(
        label=_("paper"), widget=forms.FileInput({"accept": "application/pdf,image/*,.hwp,.hwpx"})
    )

    def __init__(self, *args: Any, record: RegulatoryItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_step(self, record)


def choose_step(form: forms.Form, record: RegulatoryItem) -> None:
    field: Any = form.fields["step"]
    field.queryset = record.steps.filter(corrected_at__isnull=True).order_by("position")


class WordingForm(forms.Form):
    """The words for everybody."""

    title_ko = forms.CharField(label=_("public title (Korean)"), max_length=160)
    title_en = forms.CharField(label=_("public title (English)"), max_length=200, required=False)
    text_ko = long_text(_("public text (Korean)"), rows=8, help_text=_("Name no company and no person."))
    text_en = long_text(_("public text (English)"), rows=8, required=False)


class JoinForm(forms.Form):
    other = forms.ModelChoiceField(
        RegulatoryItem.objects.none(), label=_("goes on as"), empty_label=_("choose"),
        help_text=_("The item that stays; who raised this one is told how that one moves."),
    )  # fmt: skip

    def __init__(self, *args: Any, record: RegulatoryItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["other"]
        field.queryset = (
            RegulatoryItem.objects.standing().filter(agency=record.agency_id).exclude(pk=record.pk).order_by("title_ko", "pk")
        )  # fmt: skip
