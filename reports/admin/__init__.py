"""The staff's screens of this floor."""

from reports.admin import batch, declaration, rate, report, state

__all__ = ["batch", "declaration", "rate", "report", "state"]
