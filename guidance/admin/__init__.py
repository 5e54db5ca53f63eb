"""The staff's screens of this floor."""

from guidance.admin import (
    review,
    statement,
)

__all__ = [
    "review",
    "statement",
]
