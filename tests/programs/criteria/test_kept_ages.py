"""How long outcomes over the register are kept, and when they are not: age, another server, a migration, nowhere to write."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
import structlog
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import F

from companies.models import Company, RegisterChange
from ground import clock
from programs.domain import keeping
from programs.models import Call, KeptOutcomes, KeptRegister
from tests.factories import register
from tests.programs.criteria.changing import another
from tests.programs.criteria.test_keeping import (
    RULES,
    cold,
    kept_anew,
    kept_count,
    of_ten,
    raw,
    rules_of,
    said,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def call(move_clock: Any) -> Call:
    return of_ten(move_clock)


def test_what_is_kept_goes_after_days_or_when_too_much_changed_or_on_another_server(
    call: Call, move_clock: Any, monkeypatch: Any, owner_role: Any
) -> None:
    """With it go the changes that no kept register waits for; those of transactions that are still open stay, and what is
    younger than these."""
    rules = rules_of(call)
    first = kept_anew(call, rules)
    with another() as session:
        session.execute("UPDATE companies_company SET opened_on = '2024-01-01'")
        register.status(register.company(1))
        keeping.forget_kept()
        assert kept_count() == (1, len(RULES))
        assert RegisterChange.objects.latest("pk").key == str(register.company(1).pk)
        move_clock(clock.now() + dt.timedelta(days=keeping.DAYS, hours=1))
        until = time.monotonic() + 90
        keeping.forget_kept()
        while RegisterChange.objects.count() > 1 and time.monotonic() < until:
            time.sleep(0.2)  # a transaction of another process of tests, older than the changes, holds them
            keeping.forget_kept()
        assert (kept_count(), RegisterChange.objects.count()) == ((0, 0), 1)
        now = said(call, rules)
        assert first != now == cold(call, rules)
        session.commit()
    assert RegisterChange.objects.count() == 11
    assert now != said(call, rules) == cold(call, rules)
    keeping.forget_kept()
    assert (kept_count(), RegisterChange.objects.count()) == ((1, len(RULES)), 11)

    monkeypatch.setattr(keeping, "FEW", 9)
    said(call, rules)
    assert kept_count()[0] == 2
    keeping.forget_kept()
    assert kept_count() == (1, len(RULES))
    KeptRegister.objects.update(server="another")
    said(call, rules)
    assert kept_count()[0] == 2

    table = Company._meta.db_table
    with owner_role():
        raw(f"ALTER TABLE {table} DISABLE TRIGGER naru_changed")
        Company.objects.create(business_number=register.number(900), name_ko="새")
        raw(f"ALTER TABLE {table} ENABLE TRIGGER naru_changed")
    KeptOutcomes.objects.filter(pk=KeptOutcomes.objects.latest("pk").pk).delete()
    with structlog.testing.capture_logs() as log:
        assert said(call, rules) == cold(call, rules)
    assert [each["event"] for each in log] == ["kept.unlogged_change"]


def test_what_another_server_numbered_and_what_a_migration_rewrote_is_not_taken_for_a_change(
    call: Call, owner_role: Any
) -> None:
    """A dump of a server with more transactions brings its changes along: they void nothing, and go the next night. After
    a migration nothing that was kept before it counts, and no trigger needs to have seen it."""
    rules, recorder = rules_of(call), MigrationRecorder(connection)
    now = kept_anew(call, rules)
    RegisterChange.objects.all().delete()
    Company.objects.update(opened_on=F("opened_on"))
    assert RegisterChange.objects.count() == 0  # nothing was changed
    change = RegisterChange.objects.create(of="everything", transaction=10**12)
    assert said(call, rules) == now
    assert kept_count() == (1, len(RULES))
    keeping.forget_kept()
    assert not RegisterChange.objects.filter(pk=change.pk).exists()

    table = Company._meta.db_table
    try:
        with owner_role():
            raw(f"ALTER TABLE {table} DISABLE TRIGGER naru_altered")
            Company.objects.update(opened_on=dt.date(2024, 1, 1))
            raw(f"ALTER TABLE {table} ENABLE TRIGGER naru_altered")
            recorder.record_applied("programs", "9999_rewrites_rows")
        after = said(call, rules)
        assert now != after == cold(call, rules)
        assert kept_count() == (2, 2 * len(RULES))
    finally:
        with owner_role():
            recorder.record_unapplied("programs", "9999_rewrites_rows")


def test_where_nothing_can_be_written_the_register_is_read_and_nothing_is_kept(
    call: Call, owner_role: Any
) -> None:
    """A database that is read alone, and a right that is not there, with nothing kept and with a number that is moved."""
    rules = rules_of(call)
    now = cold(call, rules)

    def not_written() -> list[str]:
        with structlog.testing.capture_logs() as log:
            assert said(call, rules) == now
        return [each["event"] for each in log]

    raw("SET default_transaction_read_only = on")
    try:
        assert not_written() == ["kept.not_written"]
    finally:
        raw("RESET default_transaction_read_only")
    for table in (KeptRegister, KeptOutcomes):
        rights = f"INSERT ON {table._meta.db_table}"
        with owner_role():
            raw(f"REVOKE {rights} FROM naru_web")
        try:
            assert not_written() == ["kept.not_written"]
        finally:
            with owner_role():
                raw(f"GRANT {rights} TO naru_web")
        assert kept_count() == (0, 0)
    assert not_written() == []
    assert kept_count() == (1, len(RULES))
    KeptOutcomes.objects.all().delete()
    with owner_role():
        raw(f"REVOKE {rights} FROM naru_web")
    try:
        assert not_written() == ["kept.not_written"]  # a number that is moved, of a register that is kept
    finally:
        with owner_role():
            raw(f"GRANT {rights} TO naru_web")
