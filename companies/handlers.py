"""Imports every outbox handler of this floor, and what becomes of its tables in a merge."""

from companies import tasks
from companies.domain import merging_verdicts

__all__ = ["merging_verdicts", "tasks"]
