"""Both sheets of the applicants' workbook stand at one instant, whatever companies take back meanwhile."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from ground.workbooks import workbook
from programs.admin import call_downloads
from programs.models import Application
from tests.factories import people, staff
from tests.programs.staff.test_applicants import asked, sheet_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_taken_back_between_its_questions_is_on_it_whole(monkeypatch, move_clock):
    move_clock(staff.AFTER_CLOSING)
    call, _questions = asked()
    staff.applicant(call, 1)

    def take_back() -> None:
        Application.objects.update(status="draft", receipt="", submitted_at=None)
        connection.close()

    def written(head: Any, rows: Any, *more: Any) -> bytes:
        other = threading.Thread(target=take_back)
        other.start()
        other.join()
        return workbook(head, rows, *more)

    monkeypatch.setattr(call_downloads, "workbook", written)
    people.officer("auditor")
    assert [row[0] for row in sheet_of(call).values][1:] == ["SBA-MELI-CL-2025-1-0001"]
    assert not Application.objects.filter(submitted_at__isnull=False).exists()
