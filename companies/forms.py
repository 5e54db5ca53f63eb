"""What people type about companies → clean values. No form decides anything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies import numbers
from companies.models import (
    Certificate,
    Company,
    CompanyIndustry,
    CompanySize,
    Contact,
    FinancialMark,
    Invitation,
    Member,
    Place,
    Product,
    Support,
    YearlyFigure,
)
from ground import clock, ksic
from ground.errors import RuleBroken
from ground.models import Industry, Province
from ground.templatetags.naru import day


def tell(form: forms.BaseForm, error: RuleBroken) -> None:
    """A verb's refusal, beside the field that it is about or on top of the form."""
    fields = [name for name in error.fields if name in form.fields]
    form.add_error(fields[0] if fields else None, str(error.sentence))


def day_input(**attrs: str) -> forms.DateInput:
    return forms.DateInput({"type": "date", "class": "w-short", **attrs}, format="%Y-%m-%d")


class BusinessNumberField(forms.CharField):
    """Ten digits however they are written; the check digit fits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Business registration number"))
        kwargs.setdefault("help_text", _("Ten digits, for example 124-81-00998."))
        kwargs.setdefault(
            "widget",
            forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "w-short"}),
        )
        super().__init__(max_length=40, **kwargs)

    def to_python(self, value: Any) -> str:
        return numbers.clean(super().to_python(value))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value:
            numbers.validate(value)


class RegisterForm(forms.Form):
    """What a person states about the company that they act for."""

    business_number = BusinessNumberField()
    representative = forms.CharField(
        label=_("Representative"),
        max_length=80,
        help_text=_(
            "The name as it stands on the business registration certificate. It is sent to the tax office to confirm"
            " your entries and kept as your company’s representative."
        ),
        widget=forms.TextInput({"autocomplete": "off", "class": "w-medium"}),
    )
    opened_on = forms.DateField(
        label=_("Opening day"),
        help_text=_("As it stands on the certificate (개업연월일)."),
        widget=day_input(),
    )
    name_ko = forms.CharField(label=_("Company name (Korean)"), max_length=120)
    name_en = forms.CharField(label=_("Company name (English)"), max_length=160, required=False)


class RegisterWithCertificateForm(RegisterForm):
    """The same, and the certificate for staff to look at."""

    certificate = forms.FileField(
        label=_("Business registration certificate"),
        required=False,
        help_text=_("PDF, PNG or JPEG up to 20 MB. A photograph will do if everything can be read."),
        widget=forms.ClearableFileInput({"accept": "image/*,application/pdf"}),
    )


class CompanyForm(forms.ModelForm[Company]):
    corporate_number = forms.CharField(
        label=_("Corporate number"),
        max_length=20,
        required=False,
        help_text=_("Thirteen digits; sole proprietors have none."),
        widget=forms.TextInput({"inputmode": "numeric", "class": "w-short"}),
    )

    website = forms.URLField(
        label=_("website"),
        required=False,
        assume_scheme="https",
        widget=forms.URLInput({"placeholder": "https://"}),
    )

    class Meta:
        model = Company
        fields = ("name_ko", "name_en", "corporate_number", "opened_on", "website")
        widgets = {"opened_on": day_input()}

    def clean_corporate_number(self) -> str:
        number = re.sub(r"[\s-]", "", self.cleaned_data["corporate_number"])
        if number and not re.fullmatch(r"[0-9]{13}", number):
            raise forms.ValidationError(_("A corporate number has thirteen digits."))
        return number


class ContactForm(forms.ModelForm[Contact]):
    class Meta:
        model = Contact
        fields = ("name", "email", "phone")
        widgets = {
            "name": forms.TextInput({"class": "w-medium"}),
            "phone": forms.TextInput({"type": "tel", "class": "w-medium"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, column in Contact.personal.items():
            self.fields[name].help_text = _("Kept %(purpose)s, %(months)d months after the last use.") % {
                "purpose": column.purpose,
                "months": column.months,
            }


class PlaceForm(forms.ModelForm[Place]):
    class Meta:
        model = Place
        fields = ("kind", "province", "address", "from_on", "until_on")
        widgets = {"kind": forms.RadioSelect, "from_on": day_input(), "until_on": day_input()}
        help_texts = {
            "province": _("As it was called in that period; provinces were renamed and merged."),
            "until_on": _("Leave empty if the company is still there."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["province"]
        field.queryset = Province.objects.order_by("valid_to", "code")
        field.label_from_instance = province_with_period
        kinds: Any = self.fields["kind"]
        kinds.choices = Place.Kind.choices


def province_with_period(province: Province) -> str:
    if province.valid_to:
        return _("%(name)s (until %(day)s)") % {"name": province, "day": day(province.valid_to)}
    if province.valid_from:
        return _("%(name)s (from %(day)s)") % {"name": province, "day": day(province.valid_from)}
    return str(province)


class PlaceEndForm(forms.Form):
    until_on = forms.DateField(label=_("Last day there"), widget=day_input())


class IndustryForm(forms.ModelForm[CompanyIndustry]):
    class Meta:
        model = CompanyIndustry
        fields = ("industry", "digits", "is_main")
        help_texts = {
            "industry": _("The KSIC revision stands in brackets; revision 11 is in force since July 2024."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["industry"]
        in_use = Q(disabled_on__isnull=True) | Q(disabled_on__gt=clock.today())
        field.queryset = Industry.objects.filter(in_use).order_by("-revision", "code")
        field.label_from_instance = industry_with_revision
        self.fields["digits"] = digits_field(
            _("Digits after the letter"),
            _("Two to five, as on your certificate: 10794 of C10794. Many calls ask for them."),
        )

    def clean_digits(self) -> str:
        digits = ksic.digits_of(self.cleaned_data["digits"])
        if digits and not re.fullmatch(ksic.DIGITS, digits):
            raise forms.ValidationError(ksic.NO_DIGITS)
        return digits


def digits_field(label: StrOrPromise, help_text: StrOrPromise = "") -> forms.CharField:
    """Of a KSIC code, behind the letter of its section; cleaned with `ksic.digits_of`."""
    widget = forms.TextInput({"inputmode": "numeric", "class": "w-short", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=12, required=False, widget=widget, help_text=help_text)


def industry_with_revision(industry: Industry) -> str:
    return _("%(industry)s (revision %(revision)d)") % {"industry": industry, "revision": industry.revision}


class FigureForm(forms.ModelForm[YearlyFigure]):
    class Meta:
        model = YearlyFigure
        fields = ("year", "sales_amount", "export_amount", "employees", "source", "is_estimated")
        widgets = {
            "year": forms.NumberInput({"class": "w-short"}),
            "sales_amount": forms.TextInput({"inputmode": "numeric", "class": "w-medium"}),
            "export_amount": forms.TextInput({"inputmode": "decimal", "class": "w-medium"}),
            "employees": forms.TextInput({"inputmode": "numeric", "class": "w-short"}),
            "source": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("sales_amount", "export_amount", "employees"):
            self.fields[name].localize = True
            self.fields[name].widget.is_localized = True
        sources: Any = self.fields["source"]
        sources.choices = YearlyFigure.Source.choices


class CertificateForm(forms.ModelForm[Certificate]):
    upload = forms.FileField(
        label=_("File"),
        help_text=_(
            "PDF, image, HWP, HWPX, DOCX or XLSX up to 20 MB. Staff can accept it only when they can read it."
        ),
        widget=forms.ClearableFileInput({"accept": "image/*,application/pdf,.hwp,.hwpx,.docx,.xlsx"}),
    )

    class Meta:
        model = Certificate
        fields = ("kind", "number", "issued_on", "valid_from", "valid_until")
        widgets = {"issued_on": day_input(), "valid_from": day_input(), "valid_until": day_input()}
        help_texts = {"valid_until": _("The last day it is valid on; leave empty if it has none.")}


class SizeForm(forms.ModelForm[CompanySize]):
    class Meta:
        model = CompanySize
        fields = ("size", "certificate", "on", "fiscal_month")
        widgets = {"size": forms.RadioSelect, "on": day_input(), "fiscal_month": forms.Select}
        help_texts = {
            "certificate": _("Add the SME confirmation first; without a certificate the agency has to look."),
            "on": _("The day of issue of the certificate, or the day for which you state it."),
            "fiscal_month": _("The confirmation runs from three months after this month for one year."),
        }

    def __init__(self, *args: Any, company: Company, kinds: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sizes: Any = self.fields["size"]
        sizes.choices = CompanySize.Size.choices
        papers: Any = self.fields["certificate"]
        papers.queryset = Certificate.objects.filter(company=company, kind__in=list(kinds))
        self.fields["fiscal_month"].widget = forms.Select(
            choices=[(each, str(each)) for each in range(1, 13)]
        )


FOUND = [("no", _("no")), ("yes", _("yes"))]


class MarkDeclareForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("mark"),
        choices=FinancialMark.Kind.choices,
        widget=forms.RadioSelect(attrs={"class": "plain"}),
    )
    is_found = forms.TypedChoiceField(
        label=_("Does it stand today?"),
        choices=FOUND,
        widget=forms.RadioSelect,
        coerce=lambda text: text == "yes",
    )


class SupportForm(forms.ModelForm[Support]):
    class Meta:
        model = Support
        fields = ("body", "program", "item", "amount", "money", "granted_on", "document")
        widgets = {
            "body": forms.TextInput({"class": "w-medium"}),
            "amount": forms.TextInput({"inputmode": "numeric", "class": "w-medium"}),
            "granted_on": day_input(),
        }
        help_texts = {
            "body": _("Who gave it, for example KOTRA or a city."),
            "item": _("What it was given for."),
            "document": _("Number of the agreement or of the decision."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].localize = True
        self.fields["amount"].widget.is_localized = True


class SupportDeclareForm(forms.Form):
    from_on = forms.DateField(
        label=_("Complete from"),
        widget=day_input(),
        help_text=_("All support since this day stands in the list. Most calls ask for three years."),
    )


class ProductForm(forms.ModelForm[Product]):
    class Meta:
        model = Product
        fields = ("code", "name_ko", "name_en", "product_group", "category", "hs_code")
        widgets = {
            "code": forms.TextInput({"class": "w-medium"}),
            "category": forms.TextInput({"class": "w-medium"}),
            "hs_code": forms.TextInput({"class": "w-short", "inputmode": "numeric"}),
        }
        help_texts = {
            "code": _("Your own code (SKU). Sales files find the product by it."),
            "product_group": _("Sales are shown by these groups of the official statistics."),
            "hs_code": _("4, 6 or 10 digits."),
        }


class InvitationForm(forms.ModelForm[Invitation]):
    class Meta:
        model = Invitation
        fields = ("email", "role")
        widgets = {"email": forms.EmailInput({"autocomplete": "off"}), "role": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["role"]
        roles.choices = ROLE_CHOICES
        roles.initial = Member.Role.EDITOR


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("role"), choices=Member.Role.choices)


ROLE_CHOICES = [
    (Member.Role.OWNER, _("owner: everything, invites and dismisses members")),
    (Member.Role.EDITOR, _("editor: writes facts, applications and reports")),
    (Member.Role.READER, _("reader: reads only")),
]
