"""The definition by which a report was made: a report whose words or figures are made otherwise names another one."""

from __future__ import annotations

import datetime as dt

import pytest

from ground.clock import SEOUL
from programs.models import Program
from reports.domain import composing, composing_notes, reporting
from reports.domain.verifying import verify
from tests.conftest import moved_to
from tests.factories import programs
from tests.factories import reports as made

pytestmark = pytest.mark.django_db
SEPTEMBER = dt.date(2025, 9, 1)


def test_a_report_that_wrote_days_otherwise_is_of_the_definition_before(monkeypatch):
    """Asked for again it is stored once more, for its notes are other bytes; the record says by which definition, no figure
    differs, and both are found again."""
    moved_to(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    programs.program()
    Program.objects.update(rate_rule="fixed")
    program = Program.objects.get()
    made.rates(dt.date(2025, 6, 1), dt.date(2025, 9, 30))
    with monkeypatch.context() as before:
        before.setattr(composing_notes, "short_day", lambda on: on.isoformat())
        before.setattr(composing, "DEFINITION", "monthly-7")
        first = reporting.write(program, SEPTEMBER, languages=["ko"])
    again = reporting.write(program, SEPTEMBER, languages=["ko"])
    assert (first.definition, again.definition) == ("monthly-7", "monthly-8")
    assert {name for name in first.data if first.data[name] != again.data[name]} == {
        "notes", "definition_version"
    }  # fmt: skip
    assert reporting.write(program, SEPTEMBER, languages=["ko"]) == again
    assert verify().differences == ()
