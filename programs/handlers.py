"""Imports every outbox handler of this floor, and what follows when a file is refused."""

from programs import tasks
from programs.domain import delivery, intake_quarantine

__all__ = ["delivery", "intake_quarantine", "tasks"]
