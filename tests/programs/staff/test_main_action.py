"""The page of any record has one main action: a verb that can be done now, else a link to where the work goes on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import intake as made
from tests.factories import people
from tests.programs.strategy.test_choosing import agreed, prepare

pytestmark = pytest.mark.django_db


def main_actions(record: Any) -> list[str]:
    client = Client()
    client.force_login(people.officer())
    address = reverse(f"admin:programs_{record._meta.model_name}_change", args=[record.pk])
    page = client.get(address).content.decode()
    return re.findall(r'<(?:summary|button|a) class="btn btn-small btn-primary"[^>]*>([^<]+)<', page)


def test_a_call_is_published_and_while_it_cannot_be_leads_to_its_criteria(move_clock):
    move_clock(made.DURING)
    call = made.whole_call(published_at=None)
    assert main_actions(call) == ["공고 게시"]
    move_clock(made.CLOSES)
    assert main_actions(call) == ["신청 자격"]


def test_countries_are_proposed_and_of_a_decided_choice_the_ranking_is_read(tmp_path):
    given = prepare(tmp_path)
    choice = given["choice"]
    assert main_actions(choice) == ["대상국 제안"]
    agreed(given)
    assert main_actions(choice) == ["순위표"]
