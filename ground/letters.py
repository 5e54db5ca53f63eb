"""Letters: a text template per letter, in the reader's saved language, sent through the outbox.

The first line of `templates/mail/<name>.txt` is the subject (what happened); the text after the blank line says first
what to do.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from ground import mail


def write(
    reader: Any,
    name: str,
    context: dict[str, Any] | None = None,
    *,
    is_secret: bool = False,
    headers: dict[str, str] | None = None,
) -> None:
    """Write a letter to a user (in the saved language) or to an address (in the language in force)."""
    address = reader if isinstance(reader, str) else reader.email
    language = translation.get_language() if isinstance(reader, str) else reader.language
    with translation.override(language or "ko"):
        facts = {"reader": reader, "address": settings.NARU_ADDRESS, **(context or {})}
        subject, _blank, body = render_to_string(f"mail/{name}.txt", facts).lstrip().partition("\n")
        mail.send(
            recipients=[address],
            subject=subject,
            body=body.strip() + "\n",
            is_secret=is_secret,
            headers=headers,
        )
