"""The staff site's search: only what the person may see, and as many questions to the database for one hit as for three."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.site import find
from programs.models import Application
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db


def taking_part(serial: int, name: str, agency_code: str = "SBA") -> None:
    company = register.company(serial, name_ko=name)
    register.seen_by(company, agency_code)
    program = programs.program(f"{agency_code}-P", agency_code=agency_code)
    call = programs.call(program)
    programs.application(
        call, company, status=Application.Status.SUBMITTED, receipt=f"{call.code}-{serial:05d}"
    )
    programs.participation(company, program)


def test_three_hits_cost_no_more_questions_than_one():
    officer = people.officer()
    counts = []
    for number in (1, 2, 3):
        taking_part(number, f"나루터{number}")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            groups = find(officer, "나루터")
        assert [len(each["hits"]) for each in groups] == [number] * 3
        counts.append(len(asked))
    assert counts[0] == counts[2]


def test_another_agency_s_hits_are_not_shown(client):
    taking_part(1, "나루터1")
    taking_part(2, "나루터2", "BPA")
    client.force_login(people.officer())
    page = client.get(reverse("admin:search"), {"q": "나루터"}).content.decode()
    assert "나루터1" in page
    assert "나루터2" not in page
