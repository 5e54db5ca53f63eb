"""Mails: writing one is writing a row; a worker sends it.

`OutboxBackend` is Django's mail backend here, so that allauth's and Django's own mails go the same way. Delivery is at
least once; the Message-ID is made from the message's key, so that a second copy is recognized by any mailbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import get_language

from ground import outbox
from ground.models.outbox import Message, OutboxEvent
from ground.postgres.base import planned_once
from ground.worded import worded

SECRET_HEADER = "X-Naru-Secret"  # noqa: S105 — a header's name


class OutboxBackend(BaseEmailBackend):
    """Writes messages to the outbox; never opens a connection."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            html = ""
            if isinstance(mail, EmailMultiAlternatives):
                html = next((str(body) for body, kind in mail.alternatives if kind == "text/html"), "")
            headers = {str(name): str(value) for name, value in mail.extra_headers.items()}
            is_secret = headers.pop(SECRET_HEADER, "") == "1"
            send(
                recipients=mail.recipients(),
                subject=str(mail.subject),
                body=str(mail.body),
                body_html=html,
                sender=mail.from_email,
                headers=headers,
                is_secret=is_secret,
            )
        return len(email_messages)


def send(
    *,
    recipients: Sequence[str],
    subject: str,
    body: str,
    body_html: str = "",
    sender: str = "",
    headers: dict[str, str] | None = None,
    is_secret: bool = False,
    channel: str = Message.Channel.MAIL,
) -> None:
    """Write one message per recipient, in the caller's transaction (or one of its own)."""
    with transaction.atomic(savepoint=False):
        for recipient in recipients:
            message = Message.objects.create(
                channel=channel,
                sender=sender or settings.DEFAULT_FROM_EMAIL,
                recipients=[recipient],
                language=get_language() or "",
                subject=" ".join(str(subject).split())[:400],
                body=body,
                body_html=body_html,
                headers=headers or {},
                is_secret=is_secret,
            )
            outbox.publish("message.send", {"message": str(message.pk)})


def _carry_mail(message: Message) -> None:
    domain = message.sender.rpartition("@")[2].rstrip(">") or "localhost"
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body,
        from_email=message.sender,
        to=list(message.recipients),
        headers={**message.headers, "Message-ID": f"<{message.pk}@{domain}>"},
        connection=get_connection(settings.NARU_MAIL_TRANSPORT, timeout=20),
    )
    if message.body_html:
        mail.attach_alternative(message.body_html, "text/html")
    mail.send()


CARRIERS: dict[str, Any] = {Message.Channel.MAIL: _carry_mail}
"""How each channel leaves the house. A new channel (SMS, 알림톡) adds its carrier here; writers do not change."""


@outbox.handler("message.send")
def send_message(event: OutboxEvent) -> None:
    """Send once more if asked; wipe the text of a message that holds a code."""
    message = _locked.first(UUID(event.payload["message"]))
    if message is None:
        raise Message.DoesNotExist
    if message.sent_at is None:
        CARRIERS[message.channel](message)
    with connection.cursor() as cursor:
        cursor.execute(WIPING if message.is_secret else SENT, [message.pk])


@worded
def _locked(key: UUID) -> QuerySet[Message]:
    return Message.objects.filter(pk=key).select_for_update()


SENT = planned_once(
    "UPDATE ground_message SET sent_at = coalesce(sent_at, statement_timestamp()) WHERE id = %s"
)
WIPING = planned_once("""UPDATE ground_message SET sent_at = coalesce(sent_at, statement_timestamp()),
    body = '', body_html = '', wiped_at = statement_timestamp() WHERE id = %s""")
