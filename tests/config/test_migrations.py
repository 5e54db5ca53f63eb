"""Every migration can be taken back, and what comes after is the same again."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.migrations import RunSQL, SeparateDatabaseAndState

from ground.history import history_of
from ground.migration import Together
from programs.domain import intake
from programs.models import Program, ReceiptCounter
from reports.models import ExchangeRate
from tests.config.users import PROJECT, environment
from tests.factories import intake as intake_made
from tests.factories import programs, register
from tests.factories.reports import rate

OURS = ("reports", "guidance", "programs", "companies", "accounts", "ground")
SCHEMA = """
from django.db import connection
with connection.cursor() as cursor:
    for sql in (
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT proname, prosrc, proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    ):
        cursor.execute(sql)
        print(*sorted(map(repr, cursor.fetchall())), sep="\\n")
"""


def manage(data: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT, env=environment(NARU_DATA=str(data)), capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.full
def test_all_the_way_back_and_forth_again(tmp_path):
    manage(tmp_path, "migrate")
    first = manage(tmp_path, "shell", "-v", "0", "-c", SCHEMA)
    assert "programs_application" in first
    for floor in OURS:
        manage(tmp_path, "migrate", floor, "zero")
    bare = manage(tmp_path, "showmigrations", *OURS)
    assert "[X]" not in bare
    manage(tmp_path, "migrate")
    assert manage(tmp_path, "shell", "-v", "0", "-c", SCHEMA) == first


@pytest.mark.django_db
def test_on_the_way_back_nothing_counts_by_another_rate_without_a_word(owner_role, capsys):
    """What customs notified for a week goes with its history, before its series does; programs that count by it say in
    theirs why they count by the day."""
    rates = import_module("reports.migrations.0012_rates_by_series_and_attempts").Migration.operations[-1]
    rules = import_module("programs.migrations.0019_customs_week_is_a_rate_rule")
    program = programs.program(rate_rule="customs_week")
    programs.program("SBA-2025-MONTH", rate_rule="month_average")
    sunday = dt.date(2025, 9, 7)
    rate("USD", "KRW", sunday, "1390.57", series="customs_week")
    kept = rate("USD", "KRW", sunday, "1400")
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(rates.reverse_sql)
        cursor.execute("SELECT pgh_obj_id, series, pgh_label FROM reports_exchangerateevent")
        assert cursor.fetchall() == [(kept.pk, "day", "insert")]
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            cursor.execute("DELETE FROM reports_exchangerateevent")
        rules.count_by_the_day(None, connection.schema_editor())
    assert ExchangeRate.objects.get() == kept
    assert dict(Program.objects.values_list("code", "rate_rule")) == {
        program.code: "day",
        "SBA-2025-MONTH": "month_average",
    }
    assert next((each.kind, each.reason) for each in history_of(program)) == ("update", rules.REASON)
    assert program.code in capsys.readouterr().out


@pytest.mark.django_db
def test_numbers_of_receipts_go_on_from_what_stands(owner_role, move_clock):
    """Handed in twice, once recalled: the third receipt of that call is the next one; another call has its own."""
    move_clock(intake_made.DURING)
    call, other = intake_made.whole_call(), intake_made.whole_call("SBA-MELI-CL-2025-2")
    handed_in = [
        intake_made.submitted(of, register.company(serial))
        for of, serial in ((call, 1), (other, 1), (call, 2))
    ]
    intake.recall(handed_in[0].application, by=register.member(register.company(1)))
    filled = import_module("programs.migrations.0027_receipts_are_counted_by_call").Migration.operations[-1]
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM programs_receiptcounter")
        cursor.execute(filled.sql)
    assert dict(ReceiptCounter.objects.values_list("call", "last")) == {call.pk: 2, other.pk: 1}
    again = intake.submit(handed_in[0].application, by=register.member(register.company(1)), form_key=uuid4())
    assert again.receipt == f"{call.code}-0003"


def test_many_steps_of_a_migration_are_taken_as_one():
    """Otherwise Django renders all models anew after each, and a first start takes a minute longer."""
    found = {}
    for floor in OURS:
        for file in sorted((PROJECT / floor / "migrations").glob("[0-9]*.py")):
            steps = import_module(f"{floor}.migrations.{file.stem}").Migration.operations
            small = [
                each for each in steps if not isinstance(each, Together | RunSQL | SeparateDatabaseAndState)
            ]
            if len(small) > 3:
                found[f"{floor}.{file.stem}"] = len(small)
    assert found == {}
