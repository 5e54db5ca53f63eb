"""The staff's screens of this floor."""

from programs.admin import (
    application,
    call,
    consultation,
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
    "consultation",
    "inquiry",
    "listing",
    "participation",
    "payment",
    "program",
    "reference",
    "store",
]
