"""What must happen after a commit: rows written in the same transaction, carried out later, at least once."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ground.clock import ClockNow
from ground.ids import new_id
from ground.personal import Goes, PersonalColumn


class OutboxQuerySet(models.QuerySet["OutboxEvent"]):
    def given_up(self) -> Self:
        """Tried for days in vain: waits for a person."""
        return self.filter(done_at__isnull=True, failed_at__isnull=False)

    def unfinished(self) -> Self:
        """Not done: due, tried again later, or given up."""
        return self.filter(done_at__isnull=True)


class OutboxEvent(models.Model):
    """One thing to be done. Instants are the machine's own (`statement_timestamp()`): the demonstration's moved clock
    must not delay mails."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(unique=True, default=new_id, editable=False)
    topic = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    context = models.JSONField(
        default=dict, help_text=_("user, request and reason that the work is done for")
    )
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    available_at = models.DateTimeField(db_default=models.functions.Now())
    handed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects = OutboxQuerySet.as_manager()

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "context": PersonalColumn(_("to say in the history who asked for the work"), 3, Goes.BY_AGE),
        "last_error": PersonalColumn(_("to find out why the work failed"), 3, Goes.BY_AGE),
    }

    class Meta:
        db_table = "ground_outbox_event"
        verbose_name = _("work to be done")
        verbose_name_plural = _("work to be done")
        indexes = [
            models.Index(
                F("available_at"),
                name="outbox_due",
                condition=Q(done_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(
                F("id"), name="outbox_given_up", condition=Q(done_at__isnull=True, failed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class HandledEvent(models.Model):
    """(event, handler) was done: the second delivery finds this row and does nothing."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="handled")
    handler = models.CharField(max_length=200)
    done_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        db_table = "ground_handled_event"
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="handled_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.handler}"


class Message(models.Model):
    """A message to one person through one channel. Its text is wiped after sending when it holds a code."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("mail")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(db_default=ClockNow(), editable=False)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.MAIL)
    sender = models.CharField(max_length=320)
    recipients = models.JSONField(default=list)
    language = models.CharField(max_length=8, blank=True)
    subject = models.CharField(max_length=400)
    body = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    is_secret = models.BooleanField(default=False, help_text=_("holds a code or a link that signs in"))
    sent_at = models.DateTimeField(null=True, blank=True)
    wiped_at = models.DateTimeField(null=True, blank=True)

    personal: ClassVar[dict[str, PersonalColumn]] = {
        name: PersonalColumn(_("to prove and repeat what was written to somebody"), 12, Goes.BY_AGE)
        for name in ("recipients", "subject", "body", "body_html", "headers")
    }

    class Meta:
        db_table = "ground_message"
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return self.subject
