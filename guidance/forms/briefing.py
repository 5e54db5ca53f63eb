"""What people type around a briefing: shape only, the verbs decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.forms import BusinessNumberField
from companies.models import Company
from ground.ids import new_id
from guidance.domain.attending import WalkIn
from guidance.domain.registering import CODE_LENGTH, Person
from guidance.domain.surveying import TEXT_LENGTH, Given
from guidance.models import BriefingQuestion
from guidance.models.survey import SCALE
from programs.forms.staff import VerbForm, words


class GuestForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"), max_length=60, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("You get a mail with a link. You are registered when you have opened it and confirmed."),
    )  # fmt: skip
    company_name = forms.CharField(
        label=_("Company"), max_length=80, required=False, widget=forms.TextInput({"autocomplete": "organization"})
    )  # fmt: skip
    has_agreed = forms.BooleanField(label=_("I agree to this processing of my data"), required=False)


class CompanyForm(forms.Form):
    """For which company, and as many people as may still come; rows left empty are nobody."""

    company = forms.ModelChoiceField(
        label=_("Company"), queryset=Company.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, companies: Sequence[Company], rows: int, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["company"]
        field.queryset = Company.objects.filter(pk__in=[each.pk for each in companies]).order_by(
            "name_ko", "pk"
        )
        if len(companies) == 1:
            self.initial.setdefault("company", companies[0].pk)
        self.rows = rows
        for row in range(1, rows + 1):
            self.fields[f"name_{row}"] = forms.CharField(
                label=_("Name of person %(number)d") % {"number": row}, max_length=60, required=False
            )
            self.fields[f"email_{row}"] = forms.EmailField(
                label=_("E-mail of person %(number)d") % {"number": row}, max_length=254, required=False
            )
        self.initial.setdefault("name_1", user.name)
        self.initial.setdefault("email_1", user.email)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for row in range(1, self.rows + 1):
            name, email = values.get(f"name_{row}"), values.get(f"email_{row}")
            if f"email_{row}" in self.errors or f"name_{row}" in self.errors:
                continue
            if name and not email:
                self.add_error(f"email_{row}", _("Write the address: the code goes there."))
            if email and not name:
                self.add_error(f"name_{row}", _("Write the name of who comes."))
        return values

    def people(self) -> list[Person]:
        found = ((self.cleaned_data[f"name_{row}"], self.cleaned_data[f"email_{row}"]) for row in range(1, self.rows + 1))  # fmt: skip
        return [Person(name, email) for name, email in found if name]

    def pairs(self) -> Iterable[tuple[Any, Any]]:
        """The fields of each person."""
        return [(self[f"name_{row}"], self[f"email_{row}"]) for row in range(1, self.rows + 1)]


class DoorForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=CODE_LENGTH * 3,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "w-short"}),
    )  # fmt: skip


class WalkInForm(forms.Form):
    """Who came without having registered; the one-time key makes a second click the same person."""

    business_number = BusinessNumberField(
        required=False, help_text=_("Of a company of the register. The company alone is enough.")
    )
    name = forms.CharField(
        label=_("Name"), max_length=60, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput({"autocomplete": "off"}),
        help_text=_("The survey goes there. Who is registered with this address is let in with that registration."),
    )  # fmt: skip
    company_name = forms.CharField(
        label=_("Company as the guest says"), max_length=80, required=False,
        widget=forms.TextInput({"autocomplete": "off"}), help_text=_("Only without a registration number."),
    )  # fmt: skip
    has_agreed = forms.BooleanField(label=_("The person has read this and agrees"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", new_id())

    def clean_business_number(self) -> Company | None:
        number = self.cleaned_data["business_number"]
        if not number:
            return None
        company = Company.objects.filter(business_number=number).first()
        if company is None:
            raise forms.ValidationError(
                _("No company of the register has this number. Enter the person as a guest, with the company below.")
            )  # fmt: skip
        return company

    def who(self) -> WalkIn:
        given = self.cleaned_data
        return WalkIn(
            given["business_number"], **{name: given[name] for name in ("name", "email", "company_name", "has_agreed")}
        )  # fmt: skip


class SurveyForm(forms.Form):
    """A field for each question; none has to be answered."""

    def __init__(self, questions: Sequence[BriefingQuestion], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for each in questions:
            self.fields[self._name(each.pk)] = self._field(each)

    @staticmethod
    def _name(key: UUID) -> str:
        return f"q_{key.hex}"

    def _field(self, question: BriefingQuestion) -> forms.Field:
        if question.kind == BriefingQuestion.Kind.TEXT:
            return forms.CharField(
                label=str(question), required=False, max_length=TEXT_LENGTH, widget=forms.Textarea({"rows": 4})
            )  # fmt: skip
        ends = {1: _("1 (not at all)"), SCALE: _("5 (very much)")}
        labels = (
            [ends.get(each, str(each)) for each in range(1, SCALE + 1)]
            if question.kind == BriefingQuestion.Kind.SCALE
            else question.choice_labels
        )
        return forms.TypedChoiceField(
            label=str(question), required=False, coerce=int, empty_value=None,
            choices=list(enumerate(labels, start=1)), widget=forms.RadioSelect,
        )  # fmt: skip

    def given(self) -> dict[UUID, Given]:
        return {each.pk: self.cleaned_data[self._name(each.pk)] for each in self.questions}


class CancelForm(VerbForm):
    reason = words(_("Reason"))


class RecordingForm(VerbForm):
    url = forms.URLField(label=_("Link of the recording"), max_length=500, assume_scheme="https")

    def fit(self) -> None:
        self.initial.setdefault("url", self.record.recording_url)
