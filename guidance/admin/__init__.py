"""The staff's screens of this floor."""

from guidance.admin import (
    attachment,
    edition,
    research,
    review,
    statement,
)

__all__ = [
    "attachment",
    "edition",
    "research",
    "review",
    "statement",
]
