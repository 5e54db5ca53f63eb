"""Values that name or find a person, whatever stands above them: for samples of files that nobody knows yet."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reports.files.cells import Cell, clean

MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}")
# A Korean mobile number, a resident registration number, a personal customs code.
NUMBER = re.compile(
    r"(?:\+?82[- .]?|0)1[016789][- .][0-9]{3,4}[- .][0-9]{4}|[0-9]{6}-[1-8][0-9*]{6}|P[0-9]{12}"
)
BARE_MOBILE = re.compile(r"010[0-9]{8}")
FREE_TEXT = re.compile(
    r"\b(memo|notes?|remarks?|message|comments?|comentarios?)\b|메모|요청|비고|備考|メッセージ"
)


def holds_persons(cells: Iterable[Cell]) -> bool:
    """Whether any of a column's cells is an e-mail address, a mobile number or a number of a person; or most of them are
    mobile numbers without hyphens, which one order number may look like."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    bare = sum(BARE_MOBILE.fullmatch(text.strip()) is not None for text in texts)
    return any(map(is_of_a_person, texts)) or bare * 2 > len(texts)


def is_of_a_person(text: str) -> bool:
    text = clean(text)
    return NUMBER.fullmatch(text) is not None or ("@" in text and MAIL.search(text) is not None)


def is_free_text(name: str) -> bool:
    """Whether people write there what they like: such a column is no part of a sample."""
    return FREE_TEXT.search(name) is not None
