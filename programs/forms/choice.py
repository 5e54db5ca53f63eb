"""What staff type when they choose countries: shape only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from programs.forms.staff import VerbForm, words
from programs.models import CountryChoice
from programs.queries import country_choice


def table_of(choice: CountryChoice) -> country_choice.Table | None:
    """The table for one page: what stands on it at several places is asked once."""
    if "shown_table" not in vars(choice):
        vars(choice)["shown_table"] = country_choice.table(choice)
    found: country_choice.Table | None = vars(choice)["shown_table"]
    return found


class ProposeForm(VerbForm):
    countries = forms.MultipleChoiceField(
        label=_("Countries"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The first of the ranking are ticked."),
    )
    reason = words(_("Reason"))

    def fit(self) -> None:
        field: Any = self.fields["countries"]
        found = table_of(self.record)
        name = "name_en" if get_language() == "en" else "name_ko"
        rows = [] if found is None else [row for row in found["countries"] if row["rank"]]
        field.choices = [(row["code"], row[name] or row["name_ko"]) for row in rows]
        field.initial = [] if found is None else found["first"]
