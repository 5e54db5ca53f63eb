"""Imports every outbox handler of this floor, so that web, worker and relay know the same topics."""

from ground import mail

__all__ = ["mail"]
