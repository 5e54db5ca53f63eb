"""The staff's screens of this floor."""

from guidance.admin import (
    attachment,
    research,
    review,
    statement,
)

__all__ = [
    "attachment",
    "research",
    "review",
    "statement",
]
