"""Naru's own template of sales, empty, and what each of its columns is for."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ground.workbooks import CONTENT_TYPE
from reports.files.mapping import template
from reports.files.mapping.profiles.naru import FORM, NEEDED
from reports.views import tables

WRITERS = {"csv": template.write_csv, "xlsx": template.write_xlsx}
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": CONTENT_TYPE}
MEANT = {
    "order_reference": gettext_lazy(
        "The order's number as the mall gives it. Rows of one order have the same number."
    ),
    "ordered_at": gettext_lazy("Day, or day and time, such as 2026-03-31 14:05; in the time of the store."),
    "kind": gettext_lazy("Sale, refund, fee, shipping, tax, discount or adjustment. Empty is a sale."),
    "status": gettext_lazy("Sold, pending, cancelled or refunded. Empty is sold."),
    "sku": gettext_lazy("Your own code of the product. By it the agency finds whose sale it is."),
    "listing_reference": gettext_lazy("The number that the marketplace gave the product."),
    "title": gettext_lazy("Name of the product."),
    "units": gettext_lazy("How many, a whole number."),
    "unit_amount": gettext_lazy("Price of one. Where Products is empty, price times units counts."),
    "currency": gettext_lazy("Three letters, such as USD, JPY, CLP. Each row may have its own."),
    "gross_amount": gettext_lazy("What the products of the row cost before discounts."),
    "discount_amount": gettext_lazy("What you gave yourself, as a positive amount."),
    "tax_amount": gettext_lazy("Taxes kept back, as a positive amount."),
    "fee_amount": gettext_lazy("Commission and fees, as a positive amount."),
    "shipping_in_amount": gettext_lazy("What the buyer paid for shipping."),
    "shipping_cost_amount": gettext_lazy("What you paid for shipping, as a positive amount."),
    "refund_amount": gettext_lazy("What was paid back, as a positive amount."),
    "net_amount": gettext_lazy(
        "What remains. If you fill it in, the row is checked: the parts must add up to it."
    ),
    "platform_discount_amount": gettext_lazy(
        "What the marketplace gave. It stands beside the others and changes no sum."
    ),
    "program_discount_amount": gettext_lazy(
        "What the program's money paid. It stands beside the others, too."
    ),
}


def template_columns() -> dict[str, Any]:
    """Each column of the template in the reader's language: its heading, whether it must be filled in, what it is for."""
    is_korean = get_language() == template.KOREAN
    columns = [
        tables.Column(_("Heading")),
        tables.Column(_("Must it be filled in?")),
        tables.Column(_("What goes there")),
    ]
    rows = [
        (korean if is_korean else english, _("yes") if into in NEEDED else _("no"), MEANT[into])
        for into, korean, english in FORM
    ]
    return tables.table(_("Columns of Naru's template"), columns, rows)


@require_GET
def sales_template(request: HttpRequest, language: str, ending: str) -> HttpResponse:
    """The empty template in Korean or English, as CSV or XLSX."""
    if language not in {template.KOREAN, template.ENGLISH} or ending not in WRITERS:
        raise Http404
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template"
        WRITERS[ending](path, language)
        response = HttpResponse(path.read_bytes(), content_type=TYPES[ending])
    name = f"{'나루 판매 양식' if language == template.KOREAN else 'naru-sales-template'}.{ending}"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return response
