"""What is typed about payouts, and a provider's list of statements as a file: its columns, what is written, how it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.admin.exchange import BadFile
from accounts.models import Agency
from programs.forms.filled_lists import FilledListForm, places
from programs.forms.staff import DayInput
from programs.models import Platform, Program, Store
from reports.assignment_forms import day_of, text_of
from reports.domain.payout_lists import Row
from reports.models import PayoutTerm

COLUMNS = (
    "store", "business_number", "company", "program", "month", "currency", "sold", "fee", "paid", "paid_on", "statement_number",
    "proof",
)  # fmt: skip
TEXT_COLUMNS = (0, 1, 3, 4, 10, 11)
MOST_PROOFS = 50


class PayoutTermForm(forms.Form):
    """A term of one platform, program or store."""

    agency = forms.ModelChoiceField(label=_("Agency"), queryset=Agency.objects.none())
    kind = forms.ChoiceField(label=_("Kind"), choices=PayoutTerm.Kind.choices, widget=forms.RadioSelect)
    platform = forms.ModelChoiceField(
        label=_("Platform"), queryset=Platform.objects.none(), required=False,
        help_text=_("Choose one of the three: a platform, a program or a store."),
    )  # fmt: skip
    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none(), required=False)
    store = forms.ModelChoiceField(label=_("Store"), queryset=Store.objects.none(), required=False)
    value = forms.DecimalField(label=_("Days or percent"), max_digits=6, decimal_places=2, min_value=0)
    from_on = forms.DateField(label=_("Counts from"), widget=DayInput())
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        help_text=_("The page, contract or letter that says so, with its day."),
    )

    def __init__(self, *args: Any, agencies: Collection[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: dict[str, Any] = {
            "agency": Agency.objects.filter(pk__in=agencies),
            "platform": Platform.objects.filter(disabled_on__isnull=True),
            "program": Program.objects.filter(agency__in=agencies).order_by("-starts_on", "code"),
            "store": Store.objects.filter(agency__in=agencies).order_by("code"),
        }
        for name, rows in own.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        if len(own["agency"]) == 1:
            self.fields["agency"].initial = own["agency"][0].pk


def heads() -> dict[str, str]:
    return {
        "store": _now("Store code"),
        "business_number": _now("Business number"),
        "company": _now("Company"),
        "program": _now("Program code"),
        "month": _now("Month"),
        "currency": _now("Currency"),
        "sold": _now("Sold"),
        "fee": _now("Your fee"),
        "paid": _now("Paid to the company"),
        "paid_on": _now("Paid on"),
        "statement_number": _now("Statement number"),
        "proof": _now("Name of the proof file"),
    }


class ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ManyFilesField, self).clean(each, initial) for each in data or []]


class PayoutListForm(FilledListForm):
    """The list as it was filled in, and the files that its rows name as proof."""

    proofs = ManyFilesField(
        label=_("Proofs"),
        required=False,
        help_text=_(
            "PDF, JPEG or PNG, each named in one company’s rows by its file name. A proof is read by the company."
        ),
        widget=ManyFiles(attrs={"accept": ".pdf,.jpg,.jpeg,.png", "multiple": True}),
    )

    def clean_proofs(self) -> list[Any]:
        found: list[Any] = self.cleaned_data["proofs"]
        if len(found) > MOST_PROOFS:
            raise forms.ValidationError(_("At most %(most)d proofs at once.") % {"most": MOST_PROOFS})
        names = [each.name for each in found]
        if len(set(names)) < len(names):
            raise forms.ValidationError(_("Two proofs have the same name. Give each its own."))
        return found

    def read(self, dataset: Any) -> list[Row]:
        headers = [str(head) for head in dataset.headers]
        where = places(headers, heads, [name for name in COLUMNS if name not in {"company", "program"}])
        with suppress(BadFile):  # not in lists of earlier; a row that needs it asks for it
            where |= places(headers, heads, ["program"])
        rows = []
        for number, cells in zip(dataset.numbers, dataset, strict=True):
            values = {name: cells[place] for name, place in where.items()}
            faults: list[str] = []
            rows.append(
                Row(
                    number=number,
                    store=text_of(values["store"]),
                    business_number=text_of(values["business_number"]),
                    month=_month(values["month"], faults),
                    currency=text_of(values["currency"]).upper(),
                    sold=_amount(values["sold"], faults),
                    fee=_amount(values["fee"], faults),
                    paid=_amount(values["paid"], faults),
                    paid_on=day_of(values["paid_on"], faults),
                    statement_number=text_of(values["statement_number"]),
                    proof=text_of(values["proof"]),
                    program=text_of(values.get("program")),
                    fault=" ".join(faults),
                )
            )
        return rows


def _month(cell: Any, faults: list[str]) -> dt.date | None:
    """A month as “2025-09”, or any day of it."""
    text = text_of(cell).replace(".", "-").replace("/", "-").replace(" ", "").rstrip("-")
    head = text[:10]
    for form in ("%Y-%m", "%Y-%m-%d", "%Y%m"):
        try:
            return dt.datetime.strptime(head, form).date().replace(day=1)  # noqa: DTZ007 -- a month has no zone
        except ValueError:
            continue
    faults.append(_now("“%(text)s” is no month. Write it as 2025-09.") % {"text": text[:30]})
    return None


def _amount(cell: Any, faults: list[str]) -> Decimal:
    """A number with a point before its decimals; commas only between groups of three."""
    text = text_of(cell)
    try:
        whole = text.partition(".")[0].lstrip("-").split(",")
        if len(whole) > 1 and (not 1 <= len(whole[0]) <= 3 or any(len(group) != 3 for group in whole[1:])):
            raise InvalidOperation
        found = Decimal(text.replace(",", ""))
        if not found.is_finite() or abs(found) >= Decimal(10) ** 14 or found != round(found, 4):
            raise InvalidOperation
    except InvalidOperation:
        faults.append(_now("“%(text)s” is no amount. Write it as 1234567.89.") % {"text": text[:30]})
        return Decimal(0)
    return found
