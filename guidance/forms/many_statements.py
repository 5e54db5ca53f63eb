"""The list of statements as it comes back: what each row says, and what of it cannot be read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Organization
from ground.models import Country
from ground.workbooks import runs
from guidance.domain.stating_many import Wish
from guidance.forms.products import ProductsField
from guidance.models import Pillar
from guidance.models.products import MOST_OF_STATEMENT
from guidance.models.research import Confidence
from guidance.queries.statement_sheet import COLUMNS, bodies, heads
from programs.forms import filled_lists
from programs.forms.filled_lists import LANGUAGES, FilledListForm
from programs.models import Program

SALT = "guidance.many_statements"
DAYS = [
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y.%m.%d",
    "%Y.%m.%d.",
    "%Y. %m. %d.",
    "%Y/%m/%d",
]


class WordField(forms.CharField):
    """One of some words, in either language or as it is kept."""

    def __init__(self, kinds: Any, **options: Any) -> None:
        self.kinds = kinds
        super().__init__(max_length=60, **options)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value).casefold()
        for each in self.kinds:
            if typed in {each.value, *(_in(language, each).casefold() for language in LANGUAGES)}:
                return each.value
        words = ", ".join(str(each.label) for each in self.kinds)
        raise forms.ValidationError(_("Write one of these words: %(words)s."), params={"words": words})


class TextField(forms.CharField):
    """Words; what a spreadsheet would run is refused."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if runs(found):
            raise forms.ValidationError(_("This begins like a formula. Write it in words."))
        return found


def _text(longest: int, *, required: bool = True) -> forms.CharField:
    return TextField(max_length=longest, required=required)


class StatementRow(forms.Form):
    """The cells of a row: shape only, the verb decides."""

    country = forms.CharField(required=False, max_length=60)
    pillar = WordField(Pillar)
    text_ko = _text(2000)
    text_en = _text(2000, required=False)
    products = ProductsField(most=MOST_OF_STATEMENT)
    evidence_ko = _text(4000)
    evidence_en = _text(4000, required=False)
    source = _text(300)
    source_url = forms.URLField(max_length=500, required=False, assume_scheme="https")
    as_of_on = forms.DateField(input_formats=DAYS)
    review_on = forms.DateField(input_formats=DAYS)
    confidence = WordField(Confidence)
    body = forms.CharField(required=False, max_length=200)

    def __init__(
        self, *args: Any, of: Country, known: dict[str, Agency | Organization], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.of, self.known = of, known

    def clean_country(self) -> None:
        typed = self.cleaned_data["country"].casefold()
        if typed and typed not in {
            self.of.pk.casefold(),
            self.of.name_ko.casefold(),
            self.of.name_en.casefold(),
        }:
            raise forms.ValidationError(
                _("This list is taken in for %(country)s."), params={"country": f"{self.of} ({self.of.pk})"}
            )

    def clean_body(self) -> Agency | Organization | None:
        typed = self.cleaned_data["body"].strip()
        if not typed:
            return None
        found = self.known.get(typed.casefold())
        if found is None:
            raise forms.ValidationError(
                _("Write the agency of the program, one with a part in it, or a partner that it names; empty means its agency.")
            )  # fmt: skip
        return found

    def values(self) -> dict[str, Any]:
        """What the draft says; whatever could be read."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in {"country", "body"}}
        body = self.cleaned_data.get("body")
        if isinstance(body, Agency):
            found["responsible_agency"] = body
        elif body is not None:
            found["responsible_organization"] = body
        return found


class ManyStatementsForm(FilledListForm):
    def read(self, dataset: Any) -> list[tuple[int, dict[str, str]]]:
        """The rows that say more than their place: number in the file, and cells."""
        places = filled_lists.places(dataset.headers, heads, COLUMNS)
        rows = []
        for number, cells in zip(dataset.numbers, dataset, strict=True):
            typed = {name: str(cells[place]).strip() for name, place in places.items()}
            if any(text for name, text in typed.items() if name not in {"country", "pillar"}):
                rows.append((number, typed))
        return rows


def wishes_of(program: Program, country: Country, rows: list[Any]) -> list[Wish]:
    """Each row with what could be read of it. Two queries."""
    known = bodies(program)
    found = []
    for number, typed in rows:
        form = StatementRow(typed, of=country, known=known)
        form.is_valid()
        faults = [(name, str(error)) for name in COLUMNS for error in form.errors.get(name, ())]
        found.append(Wish(number, typed, form.values(), tuple(faults)))
    return found


def named(column: str) -> str:
    """The head of a column in the reader's language; "Row" where a sentence is about all of it."""
    return heads().get(column) or _now("Row")


def _in(language: str, kind: Any) -> str:
    with translation.override(language):
        return str(kind.label)
