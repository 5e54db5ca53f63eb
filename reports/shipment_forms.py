"""What people type of shipments, and lists of them as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies import numbers
from ground import sheets
from programs.forms.staff import DayInput, VerbForm
from programs.models import Participation, Store
from reports.domain.shipping import Sent
from reports.forms import money

MOST_ROWS = 1_000
MOST_UNITS = 10**9
COLUMNS = (
    ("사업자등록번호", "Business number"),
    ("스토어 코드", "Store code"),
    ("발송일", "Sent on"),
    ("SKU", "SKU"),
    ("수량", "Units"),
    ("FOB 금액(USD)", "FOB value (USD)"),
    ("수출신고번호", "Declaration number"),
)
"""Headings of a list of shipments, in this order, in Korean or English."""
Places = dict[str, tuple[Participation, Store]]


def labeled(places: Places) -> list[tuple[str, str]]:
    return [
        (key, f"{store.name} ({store.code}) · {part.company} · {part.program.code}")
        for key, (part, store) in places.items()
    ]


class ShipmentForm(forms.Form):
    """One shipment."""

    place = forms.ChoiceField(label=_("Store and company"))
    sent_on = forms.DateField(label=_("Sent on"), widget=DayInput())
    sku = forms.CharField(label=_("SKU"), max_length=100, required=False)
    units = forms.IntegerField(
        label=_("Units"), min_value=1, max_value=MOST_UNITS - 1, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-short"})
    )  # fmt: skip
    fob_amount = money(_("FOB value (USD)"))
    declaration_number = forms.CharField(label=_("Declaration number"), max_length=100, required=False)

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = labeled(places)  # type: ignore[attr-defined]
        if len(places) == 1:
            self.fields["place"].initial = next(iter(places))

    def sent(self, places: Places) -> Sent:
        values = dict(self.cleaned_data)
        participation, store = places[values.pop("place")]
        return Sent(participation, store, **values)


class ListForm(forms.Form):
    upload = forms.FileField(
        label=_("List (XLSX)"),
        help_text=_("Each row is one shipment of one SKU. You see it row by row before anything is entered."),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


class CorrectForm(VerbForm):
    corrected_amount = money(_("Corrected FOB value (USD)"))
    corrected_on = forms.DateField(label=_("Corrected on"), widget=DayInput())
    correction_number = forms.CharField(label=_("Declaration of the correction"), max_length=100)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: what it states, or why it cannot be taken."""

    number: int
    cells: tuple[str, ...]
    sent: Sent | None = None
    fault: StrOrPromise = ""


def read_list(content: bytes, places: Places) -> list[Row]:
    """The rows of a list. `sheets.SheetRefused` when it is no workbook; `ValueError` when its headings are not those of a list."""
    head, *rows = sheets.first_sheet(content, rows=MOST_ROWS + 1, columns=40) or [[]]
    names = [str(cell).strip().casefold() for cell in head]
    where = [
        next((names.index(each.casefold()) for each in pair if each.casefold() in names), None) for pair in COLUMNS
    ]  # fmt: skip
    if None in where[1:3] or where[5] is None:
        raise ValueError
    found = []
    for number, row in enumerate(rows, start=2):
        cells = tuple(
            "" if place is None or place >= len(row) or row[place] is None else str(row[place]).strip()
            for place in where
        )
        if any(cells):
            found.append(read_row(number, cells, places))
    return found


def read_row(number: int, cells: Sequence[str], places: Places) -> Row:
    """What a row states, among the places for which the person may enter."""
    business, code, day, sku, units, fob, declaration = cells
    wanted = numbers.clean(business)
    fitting = [
        (part, store)
        for part, store in places.values()
        if store.code == code and wanted in ("", part.company.business_number)
    ]
    kept = tuple(cells)
    if len(fitting) != 1:
        return Row(number, kept, fault=_("Not exactly one company of yours sells in a store with this code."))
    try:
        sent_on = dt.date.fromisoformat(day[:10])
    except ValueError:
        return Row(number, kept, fault=_("The day is not written as 2026-03-31."))
    try:
        amount = Decimal(fob.replace(",", ""))
        count = int(units.replace(",", "")) if units else None
    except (InvalidOperation, ValueError):
        return Row(number, kept, fault=_("Units and FOB value are numbers."))
    if not amount.is_finite() or amount >= 10**12 or (count is not None and count >= MOST_UNITS):
        return Row(number, kept, fault=_("Units and FOB value are numbers."))
    amount = amount.quantize(Decimal("0.01"))
    return Row(number, kept, Sent(*fitting[0], sent_on, amount, sku[:100], count, declaration[:100]))
