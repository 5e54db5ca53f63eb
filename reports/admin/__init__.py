"""The staff's screens of this floor."""

from reports.admin import attempt, batch, declaration, rate, report, state

__all__ = ["attempt", "batch", "declaration", "rate", "report", "state"]
