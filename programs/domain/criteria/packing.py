"""How outcomes of companies come from the database: two bits each in whole numbers, of two bytes where few are asked, of eight
where many are."""

from __future__ import annotations

from collections.abc import Sequence

from programs.domain.criteria.plan import LOOK
from programs.domain.criteria.planes import Plane


def _word(count: int) -> tuple[int, int]:
    """Bytes of a number, and how many outcomes it holds."""
    return (2, 7) if count <= 7 else (8, 31)


def width(count: int) -> int:
    """Bytes of a company."""
    size, holds = _word(count)
    return -(-count // holds) * size


def packed(outcomes: Sequence[str]) -> str:
    """The SQL of a company's bytes."""
    size, holds = _word(len(outcomes))
    words = []
    for first in range(0, len(outcomes), holds):
        each = " | ".join(
            f"(({text})::bigint << {2 * place})" for place, text in enumerate(outcomes[first : first + holds])
        )
        words.append(f"int{size}send(({each})::int{size})")
    return " || ".join(words) or "''::bytea"


def nothing(count: int) -> bytes:
    """Of a company of which nothing is said."""
    size, holds = _word(count)
    each = sum(LOOK << 2 * place for place in range(holds))
    return each.to_bytes(size, "big") * (width(count) // size)


def planes(rows: bytes, questions: Sequence[str]) -> dict[str, Plane]:
    """What the bytes of all companies say of each question."""
    (size, holds), step = _word(len(questions)), width(len(questions))
    found = {}
    for serial, question in enumerate(questions):
        word, place = divmod(serial, holds)
        at = word * size + size - 1 - 2 * place // 8
        found[question] = Plane.of_bytes(rows[at::step], 2 * place % 8)
    return found
