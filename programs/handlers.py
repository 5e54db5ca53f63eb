"""Imports every outbox handler of this floor, what follows when a file is refused, and what becomes of its tables in a merge."""

from programs import tasks
from programs.domain import delivery, intake_quarantine, merging

__all__ = ["delivery", "intake_quarantine", "merging", "tasks"]
