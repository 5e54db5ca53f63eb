"""The staff's screens of this floor."""

from reports.admin import assigning, attempt, batch, closing, declaration, profile, rate, report, state

__all__ = ["assigning", "attempt", "batch", "closing", "declaration", "profile", "rate", "report", "state"]
