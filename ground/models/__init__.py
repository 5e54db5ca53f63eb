"""Nouns of the ground."""

from ground.models.codes import Country, Currency, Holiday, Industry, Province
from ground.models.file import StoredFile
from ground.models.outbox import HandledEvent, Message, OutboxEvent
from ground.models.record import Record

__all__ = [
    "Country",
    "Currency",
    "HandledEvent",
    "Holiday",
    "Industry",
    "Message",
    "OutboxEvent",
    "Province",
    "Record",
    "StoredFile",
]
