"""The demonstration's mail transport: a folder of .eml files, one per Message-ID, read on the mailbox page."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


class FolderBackend(BaseEmailBackend):
    """Writes each mail to NARU_MAILBOX. The name is the Message-ID: a second copy replaces the first."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.NARU_MAILBOX)
        folder.mkdir(parents=True, exist_ok=True)
        for mail in email_messages:
            name = re.sub(r"[^0-9A-Za-z.@-]", "", str(mail.extra_headers.get("Message-ID", "")))
            target = folder / f"{name}.eml"
            half = target.with_suffix(f".{os.getpid()}.half")
            half.write_bytes(mail.message().as_bytes())
            half.replace(target)
        return len(email_messages)


@dataclass(frozen=True)
class Mail:
    key: str
    sent_at: str
    sender: str
    recipient: str
    subject: str
    body: str


def read_all() -> list[Mail]:
    """All mails of the demonstration, the newest first."""
    folder = Path(settings.NARU_MAILBOX)
    files = sorted(folder.glob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)
    return [_read(file) for file in files]


def _read(file: Path) -> Mail:
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    part = mail.get_body(("plain",))
    return Mail(
        key=file.stem,
        sent_at=str(mail["Date"] or ""),
        sender=str(mail["From"] or ""),
        recipient=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        body=part.get_content() if part else "",
    )
