"""Who raises a regulatory item and says what about it: companies on their pages, staff for whoever told them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Organization
from accounts.roles import agency_ids
from companies import numbers
from companies.models import Company, Member
from ground import clock
from ground.clock import SEOUL
from ground.templatetags.naru import day as day_of
from guidance.domain.regulatory import MOST_PRODUCTS
from guidance.forms.products import ProductsField
from guidance.forms.regulatory import (
    ItemForm,
    WithCountries,
    amount_field,
    countries_field,
    currency_field,
    long_text,
    pillar_field,
)
from guidance.models import Briefing, Concern, Pillar
from programs.forms.staff import day
from programs.models import Consultation, Listing
from programs.permissions import WRITERS

OWN = (Member.Role.OWNER, Member.Role.EDITOR)
CHOOSE = ("", _("choose"))


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
