"""Imports every outbox handler of this floor."""

from programs import tasks

__all__ = ["tasks"]
