"""Small PDF files of the demonstration: real ones, so that uploads are told by their content."""

from __future__ import annotations

from functools import lru_cache

import typst
from django.core.files.base import ContentFile

from ground import quarantine
from ground.models import StoredFile
from ground.printing.fonts import fonts


@lru_cache(maxsize=32)
def _bytes(title: str) -> bytes:
    source = (
        '#set page(paper: "a5")\n#set text(lang: "ko", font: "Noto Sans KR")\n'
        f"= {title}\n시연용으로 만든 가상 문서입니다.\n"
    )
    return bytes(typst.compile(source.encode(), font_paths=fonts(), timestamp=1_750_000_000))


def pdf(title: str, name: str = "") -> ContentFile[bytes]:
    """A one-page PDF with a title."""
    return ContentFile(_bytes(title), name=name or f"{title}.pdf")


def pass_check() -> None:
    """What waits for its check passes: every paper of the demonstration was made here, there is nothing to find in it."""
    for file in StoredFile.objects.filter(passage=StoredFile.Passage.QUARANTINE):
        quarantine.settle(file, None)
