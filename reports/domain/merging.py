"""What becomes of sales and declarations when two records of one company are merged: the ledger is insert-only, so every
line stays where it was entered and sums by company do not change."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from companies.verdicts import stays
from reports.models import (
    BatchSum,
    CohortCompany,
    CustomsLine,
    CustomsSum,
    Declaration,
    OrderCount,
    OrderMark,
    PaidCell,
    PayoutLine,
    RollupCell,
    RollupGroup,
    RollupOrders,
    SalesLine,
    SharedSupport,
    ShortStock,
)

stays((OrderMark, "company"), why=_("It names an order of the ledger, which stays."), agency="agency")
stays((SharedSupport, "company"), why=_("Declared under an agreement, which stays."), agency="agency")
stays((Declaration, "company"), why=_("Declared under an agreement, which stays."), agency="agency")
stays(
    (BatchSum, "company"),
    (SalesLine, "company"),
    (PayoutLine, "company"),
    (CustomsLine, "company"),
    why=_("The ledger is never changed: sums by company stay as they were."),
    agency="agency",
)
stays(
    (CohortCompany, "company"),
    (OrderCount, "company"),
    (PaidCell, "company"),
    (RollupCell, "company"),
    (RollupGroup, "company"),
    (RollupOrders, "company"),
    (ShortStock, "company"),
    why=_("The ledger is never changed: sums by company stay as they were."),
    agency="program__agency",
)
stays(
    (CustomsSum, "company"),
    why=_("The ledger is never changed: sums by company stay as they were."),
    agency="list_program__agency",
)
