"""The steps of an application: start, baseline, person in charge and consents."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from companies.models import Company, ConsentText, YearlyFigure
from ground import words
from ground.worded import worded
from programs.domain.intake_drafts import AMOUNTS, Contact
from programs.models import Application, Baseline, Market

YES, NO = "yes", "no"
YES_NO = [(YES, _("Yes")), (NO, _("No"))]


def is_yes(value: str) -> bool | None:
    """Chosen yes, chosen no, or nothing chosen."""
    return {YES: True, NO: False}.get(value)


def choice_of(value: bool | None) -> str:
    return "" if value is None else YES if value else NO


def typed_values(form: forms.Form) -> dict[str, Any]:
    """What the browser sent for each field, unchecked, without files: it can be kept as JSON and shown again."""
    typed: dict[str, Any] = {}
    for name, field in form.fields.items():
        if not isinstance(field, forms.FileField):
            typed[name] = field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    return typed


def shown_again(saved: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """First values of a form: what is saved, and over it what was typed and not saved yet."""
    return {**saved, **{name: value for name, value in typed.items() if value is not None}}


def _that_can_be_kept(data: Any) -> Any:
    """What was sent without U+0000, which PostgreSQL takes in no text."""
    if isinstance(data, QueryDict) and any("\0" in text for _name, texts in data.lists() for text in texts):
        data = data.copy()
        for name, texts in [*data.lists()]:
            data.setlist(name, [text.replace("\0", "") for text in texts])
    return data


class StepForm(forms.Form):
    """A step of the application. Its first values may come as a function, which is asked when somebody looks at them: a
    form that was sent and is in order needs none."""

    _first: Mapping[str, Any] | Callable[[], Mapping[str, Any]]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_that_can_be_kept(data), *args, **kwargs)

    @property
    def initial(self) -> Any:
        if callable(self._first):
            self._first = dict(self._first())
        return self._first

    @initial.setter
    def initial(self, first: Any) -> None:
        self._first = first


class PlainNumberField(forms.DecimalField):
    """A number as people type it: 1,234.50, with blanks or full-width digits."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("class", "w-medium")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").replace(" ", "")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return format(value.normalize(), "f") if isinstance(value, Decimal) else value


class AmountField(PlainNumberField):
    """An amount that is asked of everybody: the form sees to it that it is typed or said to be unknown."""

    def validate(self, value: Any) -> None:
        if value is not None:
            super().validate(value)


class StartForm(forms.Form):
    """For which company; the one-time key makes a second click the same application."""

    company = forms.TypedChoiceField(
        label=_("Company that applies"),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": forms.ModelChoiceField.default_error_messages["invalid_choice"]},
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, companies: Iterable[Company], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(company.pk): company for company in companies}
        field: Any = self.fields["company"]
        field.choices, field.coerce = [(key, str(each)) for key, each in known.items()], known.__getitem__
        self.initial.setdefault("form_key", uuid4())
        if len(known) == 1:
            self.initial.setdefault("company", *known)


class BaselineForm(StepForm):
    """Exports so far in USD. Zero is an answer, unknown is another one, leaving it open is none."""

    use_required_attribute = False

    is_first_export = forms.ChoiceField(
        label=_("Would this be your company's first export?"), choices=YES_NO, widget=forms.RadioSelect
    )
    may_ask_again = forms.ChoiceField(
        label=_("May the agency ask for these figures again in one and two years, selected or not?"),
        help_text=_("It only wants to learn what the program brought about. A no changes nothing for you."),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )

    def __init__(self, markets: Iterable[Market], last_year: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        markets = list(markets)
        countries = sorted({str(each.country) for each in markets})
        platforms = sorted({str(each.platform) for each in markets})
        country = ", ".join(countries) or str(_("the program's country"))
        platform = ", ".join(platforms) or str(_("the program's platform"))
        names = {
            "export": _("Exports in total, %(year)s"),
            "country": _("Exports to %(country)s, %(year)s"),
            "online": _("Exports sold online, %(year)s"),
            "platform": _("Sales on %(platform)s, %(year)s"),
        }
        first: dict[str, forms.Field] = {}
        for name in AMOUNTS:
            kind, which, _amount = name.split("_")
            year = last_year if which == "last" else last_year - 1
            label = names[kind] % {"year": year, "country": country, "platform": platform}
            first[name] = AmountField(label=label, max_digits=16, decimal_places=2, min_value=0)
            first[f"{name}_unknown"] = forms.BooleanField(label=_("We do not know this"), required=False)
        self.fields = {**first, **self.fields}

    @property
    def amounts(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each amount with its box “we do not know this”."""
        return [(self[name], self[f"{name}_unknown"]) for name in AMOUNTS if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in AMOUNTS:
            if name not in cleaned:
                continue
            amount, is_unknown = cleaned[name], cleaned.get(f"{name}_unknown")
            if amount is None and not is_unknown:
                self.add_error(
                    name,
                    _("Type the amount: 0 if there was none. If you do not know it, tick the box below."),
                )
            if amount is not None and is_unknown:
                self.add_error(name, _("Either type an amount or tick that you do not know it."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """Clean values for `intake_drafts.save_baseline`."""
        cleaned = self.cleaned_data
        return {
            **{name: cleaned[name] for name in AMOUNTS},
            "is_first_export": is_yes(cleaned["is_first_export"]),
            "may_ask_again": is_yes(cleaned["may_ask_again"]),
        }

    @staticmethod
    def saved(application: Application, baseline: Baseline | None, last_year: int) -> dict[str, Any]:
        """First values: the saved baseline, else what the company's record knows of those years."""
        if baseline is None:
            known = dict(_exports(application.company_id))
            return {
                "export_last_amount": known.get(last_year),
                "export_before_amount": known.get(last_year - 1),
            }
        first: dict[str, Any] = {}
        for name in AMOUNTS:
            amount = getattr(baseline, name)
            first[name] = amount
            first[f"{name}_unknown"] = amount is None
        first["is_first_export"] = choice_of(baseline.is_first_export)
        first["may_ask_again"] = choice_of(baseline.may_ask_again)
        return first


@worded
def _exports(company: UUID) -> QuerySet[Any, tuple[int, Decimal | None]]:
    return YearlyFigure.objects.filter(company=company).order_by().values_list("year", "export_amount")


class ContactForm(StepForm):
    """The person in charge."""

    contact_name = forms.CharField(
        label=_("Name of the person in charge"),
        max_length=80,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    contact_email = forms.EmailField(
        label=_("E-mail of the person in charge"), widget=forms.EmailInput({"autocomplete": "email"})
    )
    contact_phone = forms.CharField(
        label=_("Phone of the person in charge"),
        max_length=30,
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "class": "w-medium"}),
    )

    def clean_contact_phone(self) -> str:
        value: str = self.cleaned_data["contact_phone"]
        if sum(each.isdigit() for each in value) < 7:
            raise ValidationError(_("A phone number has at least seven digits, for example 02-123-4567."))
        return value

    def contact(self) -> Contact:
        cleaned = self.cleaned_data
        return Contact(cleaned["contact_name"], cleaned["contact_email"], cleaned["contact_phone"])

    @staticmethod
    def saved(application: Application) -> dict[str, Any]:
        return {
            name: getattr(application, name) for name in ("contact_name", "contact_email", "contact_phone")
        }


class ConsentsForm(ContactForm):
    """The person in charge, and one box per consent text of the agency."""

    def __init__(self, texts: Iterable[ConsentText], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = list(texts)
        for text in self.texts:
            self.fields[self.name_of(text)] = forms.BooleanField(
                label=_("I agree: %(title)s") % {"title": words.plain(text, "title")},
                required=text.kind == ConsentText.Kind.REQUIRED,
                error_messages={"required": _("Without this consent the application cannot be submitted.")},
            )

    @staticmethod
    def name_of(text: ConsentText) -> str:
        return f"consent_{text.pk.hex}"

    @property
    def consents(self) -> list[tuple[ConsentText, forms.BoundField]]:
        return [(text, self[self.name_of(text)]) for text in self.texts]

    def ticked(self) -> list[Any]:
        return [text.pk for text in self.texts if self.cleaned_data.get(self.name_of(text))]
