"""What a company types of its month: one part for each shop and currency, amounts as people type them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.errors import RuleBroken, filled
from ground.models import Currency
from ground.months import month_before
from programs.models import Market, Participation, Store
from reports.domain import answering
from reports.domain.answering import Typed
from reports.models import Declaration
from reports.queries import answers

MOST_ROWS = 200
OTHER_CURRENCY = _(
    "The amount names another currency than %(currency)s, which is chosen. Mend one of the two."
)
NONE = {"required": _("Type 0 if there were none.")}
ALL = "all"
UNITS = {"억": Decimal(100_000_000), "만": Decimal(10_000), "천": Decimal(1_000)}
_DOLLARS = {"USD", "CLP", "MXN", "ARS", "COP", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD"}
_PESOS = {"CLP", "MXN", "ARS", "COP", "UYU", "PHP"}
WORDS: dict[str, set[str]] = {
    "원": {"KRW"}, "₩": {"KRW"}, "WON": {"KRW"}, "$": _DOLLARS, "달러": _DOLLARS, "US$": {"USD"}, "미화": {"USD"}, "R$": {"BRL"},
    "페소": _PESOS, "PESO": _PESOS, "PESOS": _PESOS, "€": {"EUR"}, "유로": {"EUR"}, "¥": {"JPY", "CNY"}, "엔": {"JPY"}, "위안": {"CNY"},
    "£": {"GBP"},
}  # fmt: skip
"""What people write beside an amount, and the currencies that it may mean; besides, each code of three letters means itself."""
_NUMBER = re.compile(r"([^\d.,+\-=]*)(\d(?:.*[\d억만천])?)([^\d.,+\-=]*)")
_PART = re.compile(r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(억|만|천)?")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_EUROPEAN = re.compile(r"\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}|\d+,\d{1,2}")


def number_of(text: str) -> Decimal:
    """A number as people type it: "1,234,567", "1 234 567원", "1.234.567,50", "120만", "1억 2,000만", "US$ 12.50", wide digits.

    `ValueError` for anything else, for a sign, and for what reads in two ways ("1.234": one and a bit, or a thousand? "1억
    2000": two thousand, or twenty million?).
    """
    plain, _currencies = _parted(text)
    if any(unit in plain for unit in UNITS):
        return _of_units(plain)
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _EUROPEAN.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", plain) or not re.fullmatch(r"\d+(\.\d+)?", plain):
        raise ValueError(text)
    return Decimal(plain)


def currencies_meant(text: str) -> set[str] | None:
    """Codes that the word or sign beside an amount may mean; None where there is none. `ValueError` as `number_of`."""
    return _parted(text)[1]


def _parted(text: str) -> tuple[str, set[str] | None]:
    """The number without spaces, and what the words beside it mean."""
    found = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise ValueError(text)
    before, number, after = found.groups()
    meant: set[str] | None = None
    for word in f"{before} {after}".upper().replace("₩", " ₩ ").split():
        code = word.removesuffix("$") if len(word) == 4 else word
        own = WORDS.get(word) or ({code} if re.fullmatch(r"[A-Z]{3}", code) else set())
        meant = own if meant is None else meant & own
        if not meant:
            raise ValueError(text)
    return re.sub(r"[\s'_\u00a0]", "", number), meant


def _of_units(plain: str) -> Decimal:
    parts = _PART.findall(plain)
    if "".join(number + unit for number, unit in parts) != plain:
        raise ValueError(plain)
    sizes = [UNITS.get(unit, Decimal(1)) for _number, unit in parts]
    if sizes != sorted(set(sizes), reverse=True):
        raise ValueError(plain)
    numbers = [Decimal(number.replace(",", "")) for number, _unit in parts]
    if sizes[-1] == 1 and sizes[-2] == UNITS["억"] and numbers[-1] < UNITS["만"]:
        raise ValueError(plain)
    return sum((number * size for number, size in zip(numbers, sizes, strict=True)), Decimal(0))


class TypedAmountField(forms.Field):
    """An amount of money or a number, as people type it; at most 14 digits before the point and 4 behind it."""

    widget = forms.TextInput

    def __init__(self, *, is_whole: bool = False, **options: Any) -> None:
        self.is_whole = is_whole
        mode, width = ("numeric", "w-short") if is_whole else ("decimal", "w-medium")
        super().__init__(
            widget=forms.TextInput(
                attrs={"inputmode": mode, "class": width, "maxlength": 30, "autocomplete": "off"}
            ),
            **options,
        )

    def to_python(self, value: Any) -> Decimal | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            number = number_of(text)
            if self.is_whole and currencies_meant(text):
                raise ValueError(text)
        except ValueError:
            raise ValidationError(
                _("Type the number plainly, such as 1234567 or 1,234,567. A refund has no minus sign."),
                code="number",
            ) from None
        if number >= Decimal(10) ** (9 if self.is_whole else 14) or (
            self.is_whole and number != number.to_integral_value()
        ):
            raise ValidationError(_("Type a whole number.") if self.is_whole else _("This is too large."))
        if number != round(number, 4):
            raise ValidationError(_("At most four decimals."))
        return number


@dataclass(frozen=True)
class Place:
    """Where a company sells: a store, a market of the program, or all of them together."""

    key: str
    label: StrOrPromise
    store: Store | None = None
    market: Market | None = None
    currency: str = "KRW"


def places_of(participation: Participation, month: dt.date, standing: Sequence[Declaration]) -> list[Place]:
    """Stores assigned in the month, then the program's markets without such a store (a market beside its store would count
    twice), and what the answer that stands names besides."""
    found: dict[str, Place] = {}
    for store in answers.stores_of([participation], month).get(participation.pk, []):
        found[f"store:{store.pk}"] = _store(store)
    served = {place.store.market_id for place in found.values() if place.store}
    links = participation.program.program_markets.select_related("market__platform", "market__country")
    for link in links.exclude(market__in=served).order_by("created_at", "pk"):
        found[f"market:{link.market_id}"] = _market(link.market)
    for each in standing:
        if each.kind == Declaration.Kind.TYPED:
            place = (
                _store(each.store)
                if each.store
                else _market(each.market)
                if each.market
                else Place(ALL, _("all shops together"))
            )
            found.setdefault(place.key, place)
    return list(found.values())


def _store(store: Store) -> Place:
    currency = store.settlement_currency_id if store.settlement_currency_id != "USD" else None
    return Place(
        f"store:{store.pk}", f"{store.name} ({store.code})", store=store,
        currency=str(store.market.currency_id or currency or "KRW"),
    )  # fmt: skip


def _market(market: Market) -> Place:
    return Place(f"market:{market.pk}", str(market), market=market, currency=str(market.currency_id))


def place_of(each: Declaration) -> str:
    """The key of a declaration's place."""
    if each.store_id:
        return f"store:{each.store_id}"
    return f"market:{each.market_id}" if each.market_id else ALL


class PartForm(forms.Form):
    """What was sold at one place in one currency; left empty it is no part of the month."""

    place = forms.ChoiceField(label=_("Shop"))
    currency = forms.ModelChoiceField(label=_("Currency"), queryset=Currency.objects.none(), empty_label=None)
    orders = TypedAmountField(label=_("Orders"), is_whole=True, error_messages=NONE)
    units = TypedAmountField(
        label=_("Units"),
        required=False,
        is_whole=True,
        help_text=_("How many pieces were sold, if you know."),
    )
    amount = TypedAmountField(
        label=_("Sales"),
        help_text=_("What customers paid in this month, before refunds."),
        error_messages=NONE,
    )
    refund_amount = TypedAmountField(
        label=_("Refunds"),
        required=False,
        help_text=_("What you paid back in this month, without a minus sign."),
    )
    last: str = ""
    """What was typed for the month before at the same place in the same currency."""
    typed_fields = ("orders", "units", "amount", "refund_amount")

    def __init__(
        self, *args: Any, places: Sequence[Place], currencies: Any, is_known: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.key: place for place in places}
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(place.key, place.label) for place in places]
        if is_known:
            field.widget = forms.HiddenInput()
        currency = self.fields["currency"]
        assert isinstance(currency, forms.ModelChoiceField)
        currency.queryset = currencies

    @property
    def legend(self) -> StrOrPromise:
        place = self.places.get(str(self["place"].value() or ""))
        return place.label if place else ""

    @property
    def is_empty(self) -> bool:
        return not any(str(self[name].value() or "").strip() for name in self.typed_fields)

    def has_changed(self) -> bool:
        """A part in which nothing was typed is not looked at."""
        return not self.is_empty

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for name in ("amount", "refund_amount"):
            if values.get("currency") and values.get(name) is not None:
                meant = currencies_meant(str(self[name].value()))
                if meant is not None and values["currency"].pk not in meant:
                    self.add_error(
                        name,
                        str(filled(OTHER_CURRENCY, currency=values["currency"].pk)),
                    )
                    continue
                try:
                    answering.check_decimals(values["currency"], values[name], name)
                except RuleBroken as error:
                    self.add_error(name, str(error.sentence))
        return values

    def typed(self) -> Typed:
        """What was typed, once the form is valid and not empty."""
        values = self.cleaned_data
        place = self.places[values["place"]]
        return Typed(
            store=place.store,
            market=place.market,
            currency=values["currency"],
            orders=int(values["orders"]),
            units=None if values["units"] is None else int(values["units"]),
            amount=values["amount"],
            refund_amount=values["refund_amount"] or Decimal(0),
        )


class EndForm(forms.Form):
    """What may stand beside the amounts."""

    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    upload = forms.FileField(
        label=_("Evidence file"), required=False, help_text=_("For example a screenshot or a statement.")
    )


class Parts(BaseFormSet):  # type: ignore[type-arg]
    """All parts of the month; the last one is open for another shop or currency."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        return {
            **kwargs,
            "empty_permitted": True,
            "is_known": index is not None and index < self.total_form_count() - 1,
        }


PartSet = formset_factory(PartForm, formset=Parts, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS)


def currencies_of(places: Sequence[Place], said: Iterable[Declaration]) -> Any:
    """The places' own currencies, won and dollars, and those of what stands or was typed for the month before."""
    codes = {"KRW", "USD", *(place.currency for place in places), *(str(each.currency_id) for each in said)}
    return Currency.objects.filter(pk__in=codes).order_by("code")


def initial_of(
    participation: Participation, month: dt.date, standing: Sequence[Declaration], places: Sequence[Place]
) -> list[dict[str, Any]]:
    """The answer that stands; else the shops and currencies of the last month that was typed, without amounts, and the
    stores of this month; at the end a part for something else."""
    typed = [each for each in standing if each.kind == Declaration.Kind.TYPED]
    if typed:
        rows = [
            {
                "place": place_of(each), "currency": each.currency_id, "orders": each.orders,
                "units": "" if each.units is None else each.units, "amount": _plain(each.amount),
                "refund_amount": _plain(each.refund_amount) if each.refund_amount else "",
            }
            for each in typed
        ]  # fmt: skip
    else:
        known = {place.key: place for place in places}
        last = {
            (place_of(each), each.currency_id): None
            for each in last_typed(participation, month)
            if place_of(each) in known
        }
        rows = [{"place": place, "currency": currency} for place, currency in last]
        there = {row["place"] for row in rows}
        stores = [place for place in places if place.store is not None]
        rows += [
            {"place": place.key, "currency": place.currency}
            for place in (stores or places)
            if place.key not in there and (stores or not there)
        ]
    return [*rows, {"currency": places[0].currency if places else "KRW"}]


def last_typed(participation: Participation, month: dt.date) -> list[Declaration]:
    """What the company typed for the month before."""
    before = answers.standing(participation, month_before(month))
    return [each for each in before if each.kind == Declaration.Kind.TYPED]


def _plain(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
