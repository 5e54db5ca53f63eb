"""Imports every outbox handler of this floor, who reads its files, and what becomes of its tables in a merge and with age."""

from ground.clock import ClockNow
from ground.forgetting import LAST_USE, LastUse
from guidance import permissions, tasks
from guidance.domain import briefings, merging
from guidance.models import Registration

LAST_USE[Registration] = LastUse("briefing__ends_at", ClockNow())

__all__ = ["briefings", "merging", "permissions", "tasks"]
