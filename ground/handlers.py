"""Imports every outbox handler of this floor, so that web, worker and relay know the same topics."""

from ground import mail, quarantine

__all__ = ["mail", "quarantine"]
