"""The staff's screens of this floor."""

from guidance.admin import (
    attachment,
    briefing,
    edition,
    registration,
    regulatory,
    research,
    review,
    statement,
)

__all__ = [
    "attachment",
    "briefing",
    "edition",
    "registration",
    "regulatory",
    "research",
    "review",
    "statement",
]
