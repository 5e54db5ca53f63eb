"""Imports every outbox handler of this floor."""

from companies import tasks

__all__ = ["tasks"]
