"""What people type about regulatory items: shape only, the verbs decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms import AgencyChoiceForm
from accounts.models import Agency, Organization
from accounts.roles import agency_ids
from companies import numbers
from companies.models import Company, Member
from ground import clock
from ground.clock import SEOUL
from ground.models import Country, Currency
from ground.templatetags.naru import day as day_of
from guidance.domain.regulatory import LONGEST, MOST_PRODUCTS
from guidance.forms.products import ProductsField
from guidance.models import Briefing, Concern, Pillar, RegulatoryItem, RegulatoryStep
from programs.forms.staff import day
from programs.models import Consultation, Listing, Program
from programs.permissions import WRITERS

OWN = (Member.Role.OWNER, Member.Role.EDITOR)
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


def told_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Write to us when it moves"),
        required=False,
        help_text=_(
            "We write to you until you take it back on the item’s page: also where something that was over goes on."
        ),
    )


class CompanyForm(WithCountries):
    """For which of the reader's companies; the one-time key makes a second click the same."""

    company = forms.ModelChoiceField(
        Company.objects.none(), label=_("Company"), widget=forms.RadioSelect, empty_label=None
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.companies = list(Company.objects.of_member(user, *OWN).order_by("name_ko", "pk"))
        field: Any = self.fields["company"]
        field.queryset = Company.objects.filter(pk__in=[each.pk for each in self.companies]).order_by(
            "name_ko", "pk"
        )
        if len(self.companies) == 1:
            self.initial.setdefault("company", self.companies[0].pk)
            field.widget = forms.HiddenInput()
        self.initial.setdefault("form_key", uuid4())
        self.offer()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("amount") is None:
            values["currency"] = None
        elif values.get("currency") is None:
            self.add_error("currency", _("Choose the currency of the amount."))
        return values


class TooForm(CompanyForm):
    """It concerns us, too."""

    text = long_text(_("How it concerns you"), required=False, help_text=_("Only the agency reads it."))
    amount = amount_field()
    currency = currency_field()
    is_told = told_field()
    field_order = ["company", "text", "amount", "currency", "is_told", "form_key"]


class RaiseForm(TooForm):
    """A company says what hinders it."""

    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Whom to tell"), empty_label=_("choose"))
    title = forms.CharField(label=_("In one line"), max_length=160)
    text = long_text(
        _("What hinders you"), help_text=_("Only the agency reads it. What happened, where, which rule.")
    )
    pillar = pillar_field()
    countries = countries_field()
    products = ProductsField(most=MOST_PRODUCTS)
    listing = forms.ModelChoiceField(Listing.objects.none(), required=False, widget=forms.HiddenInput)
    field_order = [
        "company", "agency", "title", "text", "pillar", "countries", "products", "amount", "currency", "is_told", "listing",
        "form_key",
    ]  # fmt: skip

    def __init__(self, *args: Any, user: Any, listing: Listing | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        agencies: Any = self.fields["agency"]
        listings: Any = self.fields["listing"]
        agencies.queryset = Agency.objects.order_by("name_ko", "pk")
        listings.queryset = Listing.objects.filter(company__in=self.companies)
        if listing is None:
            return
        for name, value in (
            ("listing", listing.pk), ("company", listing.company_id), ("agency", listing.agency_id),
            ("countries", [listing.market.country_id]), ("products", listing.product.hs_code),
            ("pillar", Pillar.RULES),
        ):  # fmt: skip
            self.initial[name] = value
        for name in ("company", "agency"):
            self.fields[name].widget = forms.HiddenInput()


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


class SourceForm(forms.Form):
    """Who raised it, as staff write it down."""

    source = forms.ChoiceField(
        label=_("raised by"), choices=[CHOOSE, *[each for each in Concern.Source.choices if each[0] not in ("listing", "consultation")]],
    )  # fmt: skip
    reference = forms.CharField(
        label=_("where it came up"), max_length=300, required=False,
        help_text=_("Which research or which briefing, and when."),
    )  # fmt: skip
    briefing = forms.ModelChoiceField(
        Briefing.objects.none(), label=_("briefing"), required=False, help_text=_("If it stands here.")
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("organization"), required=False
    )
    business_number = forms.CharField(label=_("business number"), max_length=20, required=False)
    text = long_text(_("in their words"), rows=3, required=False)
    amount = amount_field()
    currency = currency_field()
    is_told = forms.BooleanField(label=_("agreed to be told when it moves"), required=False)
    listing = forms.ModelChoiceField(Listing.objects.none(), required=False, widget=forms.HiddenInput)
    consultation = forms.ModelChoiceField(
        Consultation.objects.none(), required=False, widget=forms.HiddenInput
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def prepare(self, user: Any, listing: Any = None, consultation: Any = None) -> None:
        """Offer what the person may name; a listing or consultation that it came from is settled."""
        fields: dict[str, Any] = self.fields
        own = agency_ids(user, *WRITERS)
        fields["organization"].queryset = Organization.objects.filter(kind="research").order_by(
            "name_ko", "pk"
        )
        fields["briefing"].queryset = (
            Briefing.objects.public().filter(agency__in=own).order_by("-starts_at", "pk")
        )
        fields["briefing"].label_from_instance = lambda each: (
            f"{day_of(each.starts_at.astimezone(SEOUL).date())} {each}"
        )
        fields["listing"].queryset = Listing.objects.filter(agency__in=own)
        fields["consultation"].queryset = Consultation.objects.filter(agency__in=own)
        self.visible = Company.objects.visible_to(user)
        self.initial.setdefault("form_key", uuid4())
        came_from = listing or consultation
        if came_from is None:
            return
        self.initial["listing"], self.initial["consultation"] = (
            listing and listing.pk,
            consultation and consultation.pk,
        )
        kind = "listing" if listing else "consultation"
        fields["source"].choices = [(kind, Concern.Source(kind).label)]
        fields["source"].initial = kind
        for name in ("reference", "briefing", "organization", "business_number"):
            del self.fields[name]

    def clean_business_number(self) -> Company | None:
        """The company that the person may see."""
        number = numbers.clean(self.cleaned_data["business_number"])
        if not number:
            return None
        company = self.visible.filter(business_number=number).first()
        if company is None:
            raise forms.ValidationError(_("Your agency does not see a company with this number."))
        return company

    def concern(self) -> Concern:
        """What was typed, not yet written."""
        values = self.cleaned_data
        amount = values.get("amount")
        return Concern(
            source=values["source"], company=values.get("business_number"), organization=values.get("organization"),
            listing=values.get("listing"), consultation=values.get("consultation"), briefing=values.get("briefing"),
            reference=values.get("reference", ""),
            text=values["text"], amount=amount, currency=values.get("currency") if amount is not None else None,
            is_told=values["is_told"], form_key=values["form_key"],
        )  # fmt: skip


class NewItemForm(SourceForm, ItemForm):
    """A new item of the register, with who raised it."""

    raised_on = day(_("raised on"))

    def __init__(
        self, *args: Any, user: Any, listing: Any = None, consultation: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.initial.setdefault("raised_on", clock.today())
        self.prepare(user, listing, consultation)
        if listing is not None:
            self.initial.update({
                "program": listing.program_id, "countries": [listing.market.country_id],
                "products": listing.product.hs_code, "pillar": Pillar.RULES, "agency": listing.agency_id,
            })  # fmt: skip
        elif consultation is not None:
            self.initial.update({"hinders_ko": consultation.text, "agency": consultation.agency_id})
        first = ["agency", "source", "briefing", "reference", "organization", "business_number", "raised_on", "text", "amount", "currency", "is_told"]  # fmt: skip
        self.order_fields([*first, *ItemForm.base_fields])


class ConcernForm(SourceForm, WithCountries):
    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare(user)
        self.offer()


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
