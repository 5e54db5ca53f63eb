"""The public notice of a call's results: who was selected, named as the call's notice says; never points or ranks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from programs.models import Application, Call, SelectionRow

LEGAL_FORM = re.compile(
    r"(주식회사|유한책임회사|유한회사|합자회사|합명회사|\((?:주|유|합|재|사)\)|㈜|\b(?:Co|Ltd|Inc|Corp|LLC)\b\.?,?|[\s,.&()]+)"
)
HOLDS_PLACE = (Application.Status.SELECTED, Application.Status.AGREED, Application.Status.COMPLETED)


@dataclass(frozen=True)
class Results:
    """Names in the reader's language and in their order, so that no rank shows: those selected at the announcement, and those selected since from the
    reserve list. Who has stepped back is not named."""

    selected: list[str]
    later: list[str]


def results_of(call: Call) -> Results:
    """One query."""
    found: dict[str, list[str]] = {result: [] for result in SelectionRow.Result.values}
    for name, result in sorted((str(row.company), row.selection_row.result) for row in holding_place(call)):
        found[result].append(masked(name) if call.has_masked_names else name)
    return Results(found[SelectionRow.Result.SELECTED], found[SelectionRow.Result.RESERVE])


def holding_place(call: Call) -> list[Application]:
    """Applications that hold a place of the call, by the company's name."""
    return list(
        Application.objects.filter(call=call, status__in=HOLDS_PLACE, selection_row__isnull=False)
        .select_related("company", "selection_row")
        .order_by("company__name_ko", "company__business_number")
    )


def masked(name: str) -> str:
    """Only the first letter of each word; the legal form stays: 주식회사 한빛무역 is 주식회사 한○○○."""
    return "".join(
        part if LEGAL_FORM.fullmatch(part) else part[:1] + "○" * max(1, len(part) - 1)
        for part in LEGAL_FORM.split(name)
        if part
    )
