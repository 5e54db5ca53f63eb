"""Imports every outbox handler of this floor, what follows when a file is refused, what becomes of its tables in a merge, and what
it tells of calls on a company's page."""

from programs import tasks
from programs.domain import delivery, intake_quarantine, merging
from programs.queries import tax_days

__all__ = ["delivery", "intake_quarantine", "merging", "tasks", "tax_days"]
