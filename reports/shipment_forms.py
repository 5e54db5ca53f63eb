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
    ("사업 코드", "Program code"),
)
"""Headings of a list of shipments, in this order, in Korean or English. The last names the program where the day does not."""
MOST_CHOICES = 200
"""Of more places nobody chooses from a list: the store's code and the business number are typed."""
Pair = tuple[Participation, Store]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What names a place: a store's code, its company's business number (or nothing), and of several programs of the company the one
    whose code is given, else the one whose days hold the day of sending. A company is never guessed by program or day."""

    code: str
    number: str
    sent_on: dt.date | None
    program: str = ""

    def names(self, program: str, starts_on: dt.date, ends_on: dt.date, *, is_only: bool) -> bool:
        if self.program:
            return program.casefold() == self.program.casefold()
        return is_only or (self.sent_on is not None and starts_on <= self.sent_on <= ends_on)


class Places:
    """The stores and companies for which a person may enter shipments. Nothing of them is read before it is asked for."""

    def __init__(self, assignments: QuerySet[Assignment]) -> None:
        self.pairs = (
            assignments.filter(participation__state__in=["agreed", "completed"])
            .order_by("store__code", "participation__company__name_ko", "participation__number")
            .values_list(
                "store__code",
                "participation__company__business_number",
                "participation",
                "store",
                "participation__program__code",
                "participation__program__starts_on",
                "participation__program__ends_on",
            )
            .distinct()
        )

    def __bool__(self) -> bool:
        return self.pairs.exists()

    def participations(self, among: Collection[UUID]) -> set[UUID]:
        return {part for _code, _number, part, *_rest in self.pairs.filter(participation__in=among)}

    @cached_property
    def choices(self) -> dict[str, Pair] | None:
        """All of them, by key; None where there are too many to choose from."""
        found = list(self.pairs[: MOST_CHOICES + 1])
        if len(found) > MOST_CHOICES:
            return None
        keys = [(part, store) for _code, _number, part, store, *_program in found]
        return {f"{part.pk}|{store.pk}": (part, store) for part, store in _loaded(keys).values()}

    def match(self, wanted: Sequence[Wanted]) -> list[Pair | None]:
        """For each the one place that it names; None for none or several. Three queries."""
        by_number: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
        chosen = self.pairs.filter(store__code__in={each.code for each in wanted})
        if all(each.number for each in wanted):
            chosen = chosen.filter(
                participation__company__business_number__in={each.number for each in wanted}
            )
        for code, number, *place in chosen:
            by_number[code, number].append((number, *place))
            by_number[code, ""].append((number, *place))
        found = []
        for each in wanted:
            places = by_number.get((each.code, each.number), [])
            named = [place[1:3] for place in places if each.names(*place[3:], is_only=len(places) == 1)]
            is_one = len(named) == 1 and len({number for number, *_place in places}) == 1
            found.append(named[0] if is_one else None)
        loaded = _loaded([key for key in found if key])
        return [loaded[key] if key else None for key in found]


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


NO_PLACE = _(
    "Not exactly one company of yours sells in a store with this code. Where it does so in several programs, the one whose days hold the"
    " day of sending is meant; if none or several do, give the program’s code."
)


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
    program_code = forms.CharField(
        label=_("Program code"), max_length=100, required=False,
        help_text=_("Only where the company sells in this store in several programs and the day does not say in which."),
    )  # fmt: skip

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        if places.choices is None:
            del self.fields["place"]
            return
        for name in ("store_code", "business_number", "program_code"):
            del self.fields[name]
        self.fields["place"].choices = labeled(places.choices)  # type: ignore[attr-defined]
        if len(places.choices) == 1:
            self.fields["place"].initial = next(iter(places.choices))

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or {})
        if {"store_code", "business_number", "sent_on"} <= values.keys():
            number, program = numbers.clean(values["business_number"]), values.get("program_code", "")
            wanted = Wanted(values["store_code"].strip(), number, values["sent_on"], program)
            (values["pair"],) = self.places.match([wanted])
            if values["pair"] is None or not number:
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
    pairs = places.match(
        [
            Wanted(cells[1], numbers.clean(cells[0]), _day(cells[2]), "".join(cells[7:]))
            for _number, cells in rows
        ]
    )
    return [_read_row(number, cells, pair) for (number, cells), pair in zip(rows, pairs, strict=True)]


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _read_row(number: int, cells: Sequence[str], pair: Pair | None) -> Row:
    day, sku, units, fob, declaration = cells[2:7]
    kept, sent_on = tuple(cells), _day(day)
    if sent_on is None:
        return Row(number, kept, fault=_("The day is not written as 2026-03-31."))
    if pair is None:
        return Row(number, kept, fault=NO_PLACE)
    try:
        amount = Decimal(fob.replace(",", ""))
        count = int(units.replace(",", "")) if units else None
    except (InvalidOperation, ValueError):
        return Row(number, kept, fault=_("Units and FOB value are numbers."))
    if not amount.is_finite() or amount >= 10**12 or (count is not None and count >= MOST_UNITS):
        return Row(number, kept, fault=_("Units and FOB value are numbers."))
    amount = amount.quantize(Decimal("0.01"))
    return Row(number, kept, Sent(*pair, sent_on, amount, sku[:100], count, declaration[:100]))
