"""The outbox: nothing is lost, nothing is done twice, mails go through it."""

from __future__ import annotations

import pytest
from django.core.mail import send_mail
from django.db import connection, transaction

from ground import mailbox, outbox
from ground.mail import SECRET_HEADER
from ground.models import HandledEvent, Message, OutboxEvent

pytestmark = pytest.mark.django_db


def write_mail(secret: bool = False) -> Message:
    from django.core.mail import EmailMessage

    EmailMessage(
        "제목", "본문 123456", to=["a@b.example"], headers={SECRET_HEADER: "1"} if secret else {}
    ).send()
    return Message.objects.get()


def test_a_mail_is_a_row_until_the_worker_sends_it():
    message = write_mail()
    assert mailbox.read_all() == []
    assert outbox.drain() == 1
    (mail,) = mailbox.read_all()
    assert (mail.subject, mail.recipient, mail.body.strip()) == ("제목", "a@b.example", "본문 123456")
    message.refresh_from_db()
    assert message.sent_at is not None
    assert message.body == "본문 123456"


def test_a_mail_with_a_code_is_wiped_after_sending():
    message = write_mail(secret=True)
    outbox.drain()
    message.refresh_from_db()
    assert (message.body, message.wiped_at is None) == ("", False)
    assert "123456" in mailbox.read_all()[0].body


def test_a_second_delivery_shows_one_mail_only():
    """The worker died after sending and before recording: the mail goes again under the same Message-ID."""
    write_mail()
    outbox.drain()
    HandledEvent.objects.all().delete()
    OutboxEvent.objects.update(done_at=None, handed_at=None)
    Message.objects.update(sent_at=None)
    assert outbox.drain() == 1
    assert len(mailbox.read_all()) == 1


def test_handling_an_event_twice_runs_the_handler_once():
    calls = []

    @outbox.handler("test.once")
    def count(event):
        calls.append(event.pk)

    with transaction.atomic():
        event = outbox.publish("test.once", {})
    assert outbox.handle(event.pk)
    OutboxEvent.objects.update(done_at=None)
    assert outbox.handle(event.pk)
    assert calls == [event.pk]


def test_a_failing_handler_is_tried_again_later_and_leaves_nothing_behind():
    @outbox.handler("test.fails")
    def fail(event):
        Message.objects.create(sender="x@y.example", subject="half done")
        raise ValueError("no")

    with transaction.atomic():
        event = outbox.publish("test.fails", {})
    assert outbox.handle(event.pk) is False
    event.refresh_from_db()
    assert event.attempts == 1
    assert "ValueError" in event.last_error
    assert (event.done_at, event.handed_at, event.failed_at) == (None, None, None)
    assert not Message.objects.filter(subject="half done").exists()
    assert outbox.claim_due() == []


def test_an_event_that_nobody_reported_done_is_handed_out_again():
    write_mail()
    (first,) = outbox.claim_due()
    assert outbox.claim_due() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ground_outbox_event SET handed_at = handed_at - interval '2 minutes'")
    assert outbox.claim_due() == [first]


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        outbox.publish("message.send", {})


def test_a_mail_of_a_request_that_fails_is_never_sent():
    with pytest.raises(RuntimeError), transaction.atomic():
        send_mail("x", "y", None, ["a@b.example"])
        raise RuntimeError
    assert outbox.drain() == 0
    assert mailbox.read_all() == []
