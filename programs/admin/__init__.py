"""The staff's screens of this floor."""

from programs.admin import (
    application,
    call,
    choice,
    consultation,
    indicator,
    inquiry,
    listing,
    participation,
    payment,
    program,
    reference,
    store,
)

__all__ = [
    "application",
    "call",
    "choice",
    "consultation",
    "indicator",
    "inquiry",
    "listing",
    "participation",
    "payment",
    "program",
    "reference",
    "store",
]
