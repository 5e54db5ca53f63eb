"""Opaque public ids: keys that say nothing about how many rows there are."""

from __future__ import annotations

import os
import time
import uuid


def new_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): 48 bits of milliseconds, 74 random bits; new rows lie together in an index."""
    value = int.from_bytes(os.urandom(10), "big") & ((1 << 74) - 1)
    rand_a, rand_b = value >> 62, value & ((1 << 62) - 1)
    milliseconds = time.time_ns() // 1_000_000
    return uuid.UUID(int=(milliseconds << 80) | (7 << 76) | (rand_a << 64) | (2 << 62) | rand_b)


def is_key(text: str) -> bool:
    """Whether a word of an address can be a key at all."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
