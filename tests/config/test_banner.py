"""The banner says what a setting relaxes, and nothing that is not so."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from ground import clock

pytestmark = pytest.mark.django_db
MADE_UP = "Demonstration: companies, people and sales are made up."
RELAXED = "Staff sign in without a second factor."


@pytest.mark.parametrize(
    ("is_demonstration", "needs_factor", "banner"),
    [
        (False, True, ""),
        (False, False, RELAXED),
        (True, True, MADE_UP),
        (True, False, f"{MADE_UP} {RELAXED}"),
    ],
)
def test_the_banner_follows_the_settings(settings, is_demonstration, needs_factor, banner):
    settings.IS_DEMONSTRATION = is_demonstration
    settings.NARU_STAFF_MFA = needs_factor
    answer = Client(headers={"Accept-Language": "en"}).get("/")
    assert answer.context["banner"] == banner
    if banner:
        assert banner in answer.content.decode()


def test_the_moved_clock_is_said(settings, move_clock):
    settings.IS_DEMONSTRATION = settings.NARU_STAFF_MFA = True
    move_clock(dt.datetime(2025, 9, 30, 12, tzinfo=clock.SEOUL))
    answer = Client(headers={"Accept-Language": "en"}).get("/")
    assert answer.context["banner"] == f"{MADE_UP} The clock shows 30 September 2025."
