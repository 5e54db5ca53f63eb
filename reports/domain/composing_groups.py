"""Product groups of a monthly report (보고서 상품군): the same sums as its total, split by what companies state of their products."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from companies.models import ProductGroup
from reports.domain.composing_notes import both
from reports.printing import data
from reports.queries import product_groups
from reports.queries.counted import Scope

NAMES = {
    **{group.value: group.label for group in ProductGroup},
    "": pgettext_lazy("product group", "not stated"),
}


def of_report(scope: Scope) -> tuple[data.GroupRow, ...]:
    """By group and currency, the larger first, what nobody stated last. What companies state is that of now, whatever the
    instant of the scope. Refused as `counted.states_of`."""
    counts = product_groups.orders_of(scope)
    return tuple(
        data.GroupRow(
            product_group=row.product_group,
            name=both(NAMES[row.product_group]),
            sales=data.Sales(
                currency=row.sum.currency, gross_amount=row.sum.gross_amount, refunds_amount=row.sum.refund_amount,
                net_amount=row.sum.net_amount, orders=counts.get((row.product_group, row.sum.currency), 0),
                units=row.sum.units, krw_amount=row.sum.krw_amount, net_krw_amount=row.sum.net_krw_amount,
            ),
        )
        for row in product_groups.of_scope(scope)
    )  # fmt: skip
