"""What people type of shipments, and lists of them as files."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies import numbers
from ground import sheets
from programs.forms.staff import DayInput, VerbForm
from programs.models import Assignment, Participation, Store
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
MOST_CHOICES = 200
"""Of more places nobody chooses from a list: the store's code and the business number are typed."""
Pair = tuple[Participation, Store]


class Places:
    """The stores and companies for which a person may enter shipments. Nothing of them is read before it is asked for."""

    def __init__(self, assignments: QuerySet[Assignment]) -> None:
        self.pairs = (
            assignments.filter(participation__state__in=["agreed", "completed"])
            .order_by("store__code", "participation__company__name_ko", "participation__number")
            .values_list("store__code", "participation__company__business_number", "participation", "store")
            .distinct()
        )

    def __bool__(self) -> bool:
        return self.pairs.exists()

    def participations(self, among: Collection[UUID]) -> set[UUID]:
        return {part for _code, _number, part, _store in self.pairs.filter(participation__in=among)}

    @cached_property
    def choices(self) -> dict[str, Pair] | None:
        """All of them, by key; None where there are too many to choose from."""
        found = list(self.pairs[: MOST_CHOICES + 1])
        if len(found) > MOST_CHOICES:
            return None
        keys = [(part, store) for _code, _number, part, store in found]
        return {f"{part.pk}|{store.pk}": (part, store) for part, store in _loaded(keys).values()}

    def match(self, wanted: Sequence[tuple[str, str]]) -> list[Pair | None]:
        """For each store code and business number (or nothing) the one place that they name; None for none or several. Three queries."""
        by_number: dict[tuple[str, str], list[tuple[UUID, UUID]]] = defaultdict(list)
        chosen = self.pairs.filter(store__code__in={code for code, _number in wanted})
        if all(number for _code, number in wanted):
            chosen = chosen.filter(
                participation__company__business_number__in={number for _code, number in wanted}
            )
        for code, number, part, store in chosen:
            by_number[code, number].append((part, store))
            by_number[code, ""].append((part, store))
        found = [by_number.get(each, []) for each in wanted]
        loaded = _loaded([keys[0] for keys in found if len(keys) == 1])
        return [loaded[keys[0]] if len(keys) == 1 else None for keys in found]


def _loaded(keys: Sequence[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], Pair]:
    if not keys:
        return {}
    parts = Participation.objects.select_related("company", "program", "agency").in_bulk(
        {part for part, _ in keys}
    )
    stores = Store.objects.in_bulk({store for _, store in keys})
    return {(part, store): (parts[part], stores[store]) for part, store in keys}


def labeled(places: dict[str, Pair]) -> list[tuple[str, str]]:
    return [
        (key, f"{store.name} ({store.code}) · {part.company} · {part.program.code}")
        for key, (part, store) in places.items()
    ]


NO_PLACE = _("Not exactly one company of yours sells in a store with this code.")


class ShipmentForm(forms.Form):
    """One shipment."""

    place = forms.ChoiceField(label=_("Store and company"))
    store_code = forms.CharField(label=_("Store code"), max_length=100)
    business_number = forms.CharField(label=_("Business number"), max_length=20)
    sent_on = forms.DateField(label=_("Sent on"), widget=DayInput())
    sku = forms.CharField(label=_("SKU"), max_length=100, required=False)
    units = forms.IntegerField(
        label=_("Units"), min_value=1, max_value=MOST_UNITS - 1, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w-short"})
    )  # fmt: skip
    fob_amount = money(_("FOB value (USD)"))
    declaration_number = forms.CharField(label=_("Declaration number"), max_length=100, required=False)

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        if places.choices is None:
            del self.fields["place"]
            return
        del self.fields["store_code"], self.fields["business_number"]
        self.fields["place"].choices = labeled(places.choices)  # type: ignore[attr-defined]
        if len(places.choices) == 1:
            self.fields["place"].initial = next(iter(places.choices))

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or {})
        if {"store_code", "business_number"} <= values.keys():
            wanted = values["store_code"].strip(), numbers.clean(values["business_number"])
            (values["pair"],) = self.places.match([wanted])
            if values["pair"] is None or not wanted[1]:
                self.add_error("store_code", NO_PLACE)
        elif "place" in values and self.places.choices:
            values["pair"] = self.places.choices[values["place"]]
        return values

    def sent(self) -> Sent:
        names = ("sent_on", "sku", "units", "fob_amount", "declaration_number")
        return Sent(*self.cleaned_data["pair"], **{name: self.cleaned_data[name] for name in names})


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
            found.append((number, cells))
    return read_rows(found, places)


def read_rows(rows: Sequence[tuple[int, Sequence[str]]], places: Places) -> list[Row]:
    """What the rows state, among the places for which the person may enter."""
    pairs = places.match([(cells[1], numbers.clean(cells[0])) for _number, cells in rows])
    return [_read_row(number, cells, pair) for (number, cells), pair in zip(rows, pairs, strict=True)]


def _read_row(number: int, cells: Sequence[str], pair: Pair | None) -> Row:
    _business, _code, day, sku, units, fob, declaration = cells
    kept = tuple(cells)
    if pair is None:
        return Row(number, kept, fault=NO_PLACE)
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
    return Row(number, kept, Sent(*pair, sent_on, amount, sku[:100], count, declaration[:100]))
