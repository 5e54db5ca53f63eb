"""The list of assignments as a file: its columns, what is written, and how a filled-in one is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from programs.forms.filled_lists import LANGUAGES, FilledListForm, places
from programs.models import Assignment, Program
from reports.domain.assignment_lists import Row

COLUMNS = ("store", "scope", "reference", "business_number", "company", "from_on", "until_on", "key")
TEXT_COLUMNS = (0, 2, 3, 7)
"""Codes, SKUs and numbers: a zero in front stays when somebody types one."""
_DAYS = ("%Y-%m-%d", "%Y.%m.%d", "%Y. %m. %d", "%Y/%m/%d", "%Y%m%d")


def heads() -> dict[str, str]:
    return {
        "store": _now("Store code"),
        "scope": _now("What (whole store, SKU, listing)"),
        "reference": _now("SKU or listing number"),
        "business_number": _now("Business number"),
        "company": _now("Company"),
        "from_on": _now("From (day)"),
        "until_on": _now("Until (day)"),
        "key": _now("Record (leave as it is)"),
    }


def written(assignments: Iterable[Assignment]) -> tuple[list[str], list[list[Any]]]:
    """Head and rows of the list."""
    return head(), list(rows_of(assignments))


def head() -> list[str]:
    named = heads()
    return [named[name] for name in COLUMNS]


def rows_of(assignments: Iterable[Assignment]) -> Iterator[list[Any]]:
    """One row of the list after the other."""
    for each in assignments:
        company = each.participation.company
        yield [
            each.store.code, str(each.get_scope_display()), each.reference, company.business_number, company.name_ko,
            each.from_on, each.until_on, str(each.pk),
        ]  # fmt: skip


class AssignmentListForm(FilledListForm):
    """The program, and its list as it was filled in."""

    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    field_order = ["program", "import_file"]

    def __init__(self, *args: Any, programs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = programs

    def read(self, dataset: Any) -> list[Row]:
        wanted = [name for name in COLUMNS if name not in {"company", "key"}]
        where = places([str(head) for head in dataset.headers], heads, wanted)
        keys = {heads_in["key"] for heads_in in _all_heads()}
        key = next((place for place, head in enumerate(dataset.headers) if str(head) in keys), None)
        scopes = _scopes()
        rows = []
        for number, cells in zip(dataset.numbers, dataset, strict=True):
            values = {name: cells[place] for name, place in where.items()}
            faults: list[str] = []
            scope = scopes.get(text_of(values["scope"]).casefold(), "")
            if not scope:
                faults.append(_now("Write what is assigned: whole store, SKU or listing."))
            reference = values["reference"]
            if isinstance(reference, int | float) and not isinstance(reference, bool):
                faults.append(
                    _now("The SKU or listing number stands as a number, so zeros in front may be lost. Format the column as text and type it again.")
                )  # fmt: skip
            rows.append(
                Row(
                    number=number,
                    store=text_of(values["store"]),
                    scope=scope,
                    reference=text_of(reference),
                    business_number=text_of(values["business_number"]),
                    from_on=day_of(values["from_on"], faults),
                    until_on=day_of(values["until_on"], faults),
                    key=text_of(cells[key]) if key is not None else "",
                    fault=" ".join(faults),
                )
            )
        return rows


def _all_heads() -> list[dict[str, str]]:
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            found.append(heads())
    return found


def _scopes() -> dict[str, str]:
    """How a scope may be written: its code, or its word in either language."""
    found = {str(value): str(value) for value in Assignment.Scope.values}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {str(label).casefold(): str(value) for value, label in Assignment.Scope.choices}
    return found


def text_of(cell: Any) -> str:
    return str(cell if cell is not None else "").strip()


def day_of(cell: Any, faults: list[str]) -> dt.date | None:
    """A day as a cell of a workbook or as typed; what is none is a fault."""
    text = text_of(cell)
    if not text:
        return None
    head = text[:10] if text[10:11] in {" ", "T"} and text[11:13] == "00" else text
    for form in _DAYS:
        try:
            return dt.datetime.strptime(head.rstrip("."), form).date()  # noqa: DTZ007 -- a day has no zone
        except ValueError:
            continue
    faults.append(_now("“%(text)s” is no day. Write it as 2025-09-01.") % {"text": text[:30]})
    return None
