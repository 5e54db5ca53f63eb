"""The nightly tick: what no record knows and what ran out is removed, and what failed is said."""

from __future__ import annotations

import datetime as dt
import os
import time

import pytest
import structlog
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from config.celery import app
from ground import files, outbox, tasks
from ground.models import OutboxEvent, StoredFile

pytestmark = pytest.mark.django_db
TWO_DAYS = 2 * 86400


@pytest.fixture
def left_behind():
    """Bytes of an upload whose transaction failed two days ago, beside a kept file of the same age."""
    storage = storages["private"]
    kept = files.keep(SimpleUploadedFile("a.pdf", b"%PDF-1.7"), kind="document")
    lost = storage.save("document/00/lost", ContentFile(b"personal"))
    for path in (kept.path, lost):
        old = time.time() - TWO_DAYS
        os.utime(storage.path(path), (old, old))
    return kept.path, lost


def session(key: str, days: int) -> Session:
    ends = timezone.now() + dt.timedelta(days=days)
    return Session.objects.create(session_key=key, session_data="x", expire_date=ends)


def test_the_nightly_tick_sweeps_files_and_sessions(left_behind):
    kept, lost = left_behind
    session("over", -1)
    session("running", 1)
    tasks.tidy()
    assert [storages["private"].exists(path) for path in (kept, lost)] == [True, False]
    assert StoredFile.objects.get().path == kept
    assert [each.session_key for each in Session.objects.all()] == ["running"]


def test_a_file_store_that_is_away_does_not_keep_sessions(monkeypatch, left_behind):
    def away(*arguments):
        raise OSError("no file store")

    monkeypatch.setattr(storages["private"].__class__, "listdir", away)
    session("over", -1)
    with structlog.testing.capture_logs() as said:
        tasks.tidy()
    assert not Session.objects.exists()
    assert [(each["event"], each["job"]) for each in said] == [("tidy.failed", "sweep_files")]


def test_the_log_says_every_night_what_was_given_up():
    @outbox.handler("test.never")
    def never(event):
        raise ValueError("no")

    with transaction.atomic():
        event = outbox.publish("test.never", {})
    OutboxEvent.objects.filter(pk=event.pk).update(attempts=outbox.MAX_ATTEMPTS - 1)
    outbox.handle(event.pk)
    with structlog.testing.capture_logs() as said:
        tasks.tidy()
    assert [(each["event"], each["count"]) for each in said] == [("outbox.given_up", 1)]


def test_beat_asks_for_it_every_night_and_the_worker_knows_it():
    entry = app.conf.beat_schedule["tidy"]
    assert entry["task"] in app.tasks
    hours, minutes = entry["schedule"].hour, entry["schedule"].minute
    assert (len(hours), len(minutes)) == (1, 1)


def test_every_beat_entry_names_a_task_that_the_worker_has():
    app.loader.import_default_modules()
    assert {each["task"] for each in app.conf.beat_schedule.values()} - set(app.tasks) == set()
