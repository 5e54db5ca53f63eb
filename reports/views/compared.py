"""What a file comes to against the month before, of the same store."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from ground.templatetags.naru import month as month_words
from reports.models import ImportBatch
from reports.printing.words import money
from reports.queries import files
from reports.views import tables


def table_of(batch: ImportBatch) -> dict[str, Any] | None:
    """The file's total by currency beside that of the month before; where there was none it is said."""
    if not batch.totals:
        return None
    found = files.month_before(batch, str(batch.totals[0]["measure"]))
    if found is None:
        return None
    month, before = found
    own = {row["currency"]: Decimal(row["net"]) for row in batch.totals}
    named = month_words(month)
    if not before:
        return {"none": _("The store has no file of %(month)s to compare with.") % {"month": named}}
    rows = [
        (
            currency,
            money(own[currency], currency) if currency in own else "–",
            money(before[currency][1], currency) if currency in before else _("no file"),
            _change(own.get(currency), before[currency][1] if currency in before else None),
        )
        for currency in sorted({*own, *before})
    ]
    return tables.table(
        _("Against the month before, of the same store"),
        [
            tables.Column(_("Currency")),
            tables.number(_("This file")),
            tables.number(named),
            tables.number(_("Change")),
        ],
        rows,
    )


def _change(own: Decimal | None, before: Decimal | None) -> str:
    """The change in percent with one decimal, rounded half up; a dash where it says nothing."""
    if own is None or before is None or before <= 0:
        return "–"
    percent = ((own - before) * 100 / before).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{percent:+}%"
