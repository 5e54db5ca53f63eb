"""The staff's screens of this floor."""

from reports.admin import (
    assigning,
    attempt,
    batch,
    closing,
    customs,
    declaration,
    difference,
    mark,
    payout,
    profile,
    rate,
    report,
    sampling,
    sharing,
    shipment,
    state,
)

__all__ = [
    "assigning",
    "attempt",
    "batch",
    "closing",
    "customs",
    "declaration",
    "difference",
    "mark",
    "payout",
    "profile",
    "rate",
    "report",
    "sampling",
    "sharing",
    "shipment",
    "state",
]
