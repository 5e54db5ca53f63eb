"""The outbox: nothing is lost, nothing is done twice, mails go through it."""

from __future__ import annotations

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.mail import send_mail
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from ground import mail, mailbox, outbox, tasks
from ground.mail import SECRET_HEADER
from ground.models import HandledEvent, Message, OutboxEvent
from tests.factories import people

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


def test_work_that_this_version_does_not_know_waits_for_one_that_does():
    event = OutboxEvent.objects.create(topic="test.of_tomorrow", payload={})
    assert outbox.handle(event.pk) is False
    event.refresh_from_db()
    assert (event.done_at, event.failed_at, event.attempts) == (None, None, 1)
    assert "no handler for topic 'test.of_tomorrow'" in event.last_error
    calls = []
    outbox.handler("test.of_tomorrow")(calls.append)
    assert outbox.handle(event.pk) is True
    assert calls == [event]


def test_an_event_that_nobody_reported_done_is_handed_out_again():
    write_mail()
    (first,) = outbox.claim_due()
    assert outbox.claim_due() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ground_outbox_event SET handed_at = handed_at - interval '2 minutes'")
    assert outbox.claim_due() == [first]


def test_work_is_handed_over_several_pieces_at_once_and_what_waits_too_long_goes_back(monkeypatch):
    calls, errands = [], []

    @outbox.handler("test.several")
    def note(event):
        calls.append(event.payload["number"])
        if event.payload["number"] == 1:
            raise ValueError("not this one")
        if event.payload["number"] == 6:
            raise SystemExit

    monkeypatch.setattr(tasks.handle, "apply_async", lambda ids, **_options: errands.append(ids))
    with transaction.atomic():
        keys = [outbox.publish("test.several", {"number": number}).pk for number in range(10)]
    call_command("relay", once=True)
    assert errands == [tuple(keys[:8]), tuple(keys[8:])]
    tasks.handle(*keys[:3])
    assert calls == [0, 1, 2]
    done = OutboxEvent.objects.filter(done_at__isnull=False).order_by("pk")
    assert [*done.values_list("pk", flat=True)] == [keys[0], keys[2]]
    monkeypatch.setattr(outbox, "TOGETHER", dt.timedelta(0))
    tasks.handle(*keys[3:6])
    assert calls == [0, 1, 2, 3]
    assert outbox.claim_due() == keys[4:6]
    with pytest.raises(SystemExit):
        tasks.handle(*keys[6:])
    assert outbox.claim_due() == keys[7:]


@pytest.mark.django_db(transaction=True)
def test_work_that_takes_long_is_not_handed_out_again_while_somebody_is_at_it():
    seen = []

    def claimed() -> list[int]:
        try:
            outbox.unclaim([event.pk])
            return outbox.claim_due()
        finally:
            connection.close()

    @outbox.handler("test.long")
    def look(event):
        with ThreadPoolExecutor(1) as others:
            seen.append(others.submit(claimed).result(10))

    with transaction.atomic():
        event = outbox.publish("test.long", {})
    assert claimed() == [event.pk]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ground_outbox_event SET handed_at = handed_at - interval '2 minutes'")
    assert outbox.handle(event.pk)
    assert seen == [[]]


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


def minutes_later(minutes: float) -> None:
    """What waits has waited that long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ground_outbox_event SET available_at = available_at - make_interval(secs => %s)",
            [minutes * 60],
        )


class MailServer:
    """A carrier that refuses while it is away."""

    def __init__(self) -> None:
        self.is_away = True
        self.sent = 0

    def __call__(self, message: Message) -> None:
        if self.is_away:
            raise ConnectionRefusedError("no mail server")
        self.sent += 1


@pytest.fixture
def mail_server(monkeypatch):
    server = MailServer()
    monkeypatch.setitem(mail.CARRIERS, Message.Channel.MAIL, server)
    return server


def fail_often(times: int) -> OutboxEvent:
    event = OutboxEvent.objects.get()
    for _time in range(times):
        assert outbox.handle(event.pk) is False
    event.refresh_from_db()
    return event


def test_a_mail_server_away_for_days_costs_no_mail(mail_server):
    """Hourly at most, and still tried on the fifth day; the mail goes when the server is back."""
    write_mail()
    pauses = []
    event = OutboxEvent.objects.get()
    for _time in range(outbox.MAX_ATTEMPTS - 1):
        outbox.handle(event.pk)
        event.refresh_from_db()
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM %s - statement_timestamp())", [event.available_at])
            pauses.append(float(cursor.fetchone()[0]))
    assert event.failed_at is None
    assert max(pauses) <= 3600
    assert sum(pauses) > 4.5 * 86400
    assert outbox.drain() == 0
    minutes_later(61)
    mail_server.is_away = False
    assert outbox.drain() == 1
    assert mail_server.sent == 1


def listed(*arguments: str) -> dict:
    out = StringIO()
    call_command("outbox", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_work_given_up_is_listed_and_tried_again(mail_server):
    write_mail()
    event = fail_often(outbox.MAX_ATTEMPTS)
    assert event.failed_at is not None
    minutes_later(10_000)
    assert outbox.drain() == 0
    shown = listed("--failed")
    assert (shown["waiting"], shown["given_up"], shown["events"][0]["id"]) == (0, 1, event.pk)
    assert "no mail server" in shown["events"][0]["error"]
    assert "a@b.example" not in json.dumps(shown)
    mail_server.is_away = False
    assert listed("--again", str(event.pk))["again"] == 1
    assert listed("--failed")["events"] == []
    assert outbox.drain() == 1
    assert mail_server.sent == 1
    assert listed() == {"waiting": 0, "given_up": 0, "events": []}


def test_all_that_was_given_up_is_tried_again_with_all_its_attempts(mail_server):
    write_mail()
    fail_often(outbox.MAX_ATTEMPTS)
    assert listed("--again", "all")["again"] == 1
    assert fail_often(1).failed_at is None


@pytest.mark.parametrize("number", ["7", "first"])
def test_what_was_not_given_up_is_not_tried_again(mail_server, number):
    write_mail()
    event = fail_often(3)
    with pytest.raises(CommandError):
        call_command("outbox", "--again", number.replace("7", str(event.pk)), stdout=StringIO())
    event.refresh_from_db()
    assert event.attempts == 3


@pytest.mark.parametrize(("role", "is_told"), [("manager", True), ("officer", False), ("operator", True)])
def test_the_desk_of_managers_and_operator_counts_what_was_given_up(
    client, mail_server, role, is_told, settings
):
    operator = people.user("operator@naru.example", is_operator=True)
    client.force_login(operator if role == "operator" else people.officer(role))
    sentence = "1 mail or piece of work could not be done"
    assert sentence not in client.get("/staff/", headers={"Accept-Language": "en"}).content.decode()
    write_mail()
    fail_often(outbox.MAX_ATTEMPTS)
    shown = client.get("/staff/", headers={"Accept-Language": "en"}).content.decode()
    assert (sentence in shown) is is_told
    waiting, unscanned = "2 files wait for their check in vain", "are not scanned for malware"
    assert (waiting in shown, unscanned in shown) == (False, False)
    for attempts in (7, 8, 9):
        OutboxEvent.objects.create(topic="file.check", payload={}, attempts=attempts)
    settings.IS_PRODUCTION = True
    shown = client.get("/staff/", headers={"Accept-Language": "en"}).content.decode()
    assert (waiting in shown, unscanned in shown) == (is_told, is_told)
    settings.NARU_CLAMD = "tcp://clamd.example:3310"
    assert unscanned not in client.get("/staff/", headers={"Accept-Language": "en"}).content.decode()
