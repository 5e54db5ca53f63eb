"""The staff's screens of this floor."""

from guidance.admin import (
    attachment,
    briefing,
    edition,
    guide_question,
    mailing,
    registration,
    regulatory,
    research,
    review,
    statement,
    video,
)

__all__ = [
    "attachment",
    "briefing",
    "edition",
    "guide_question",
    "mailing",
    "registration",
    "regulatory",
    "research",
    "review",
    "statement",
    "video",
]
