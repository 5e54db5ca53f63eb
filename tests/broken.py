"""How tests name the refusal that they expect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ground.errors import RuleBroken


@contextmanager
def broken(code: str) -> Iterator[pytest.ExceptionInfo[RuleBroken]]:
    """The block is refused with exactly this code."""
    with pytest.raises(RuleBroken) as refusal:
        yield refusal
    assert refusal.value.code == code
