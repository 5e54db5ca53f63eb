"""The page of bodies around an agency: totals for who supervises it, companies for its partners, nothing for strangers."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    program = programs.program()
    programs.target(program)
    programs.target(program, "companies", 30)
    programs.participation(register.company(1), program)
    program.agency.supervised_by = people.organization("supervising", "감독부처")
    program.agency.save()
    for kind in ("partner", "research"):
        program.partners.create(organization=people.organization(kind, kind))
    return program


def page(client, kind: str, name: str) -> tuple[str, object]:
    client.force_login(people.organization_member(kind, name))
    answer = client.get(reverse("overview"))
    assert answer.status_code == 200
    return answer.content.decode(), answer.context


def test_a_supervising_body_sees_totals_and_no_company(client, program):
    text, context = page(client, "supervising", "감독부처")
    assert [row.program for row in context["programs"]] == [program]
    assert "1,000,000,000" in text
    assert "한강식품1" not in text


@pytest.mark.parametrize("kind", ["partner", "research"])
def test_a_partner_and_a_research_body_see_companies_and_no_total(client, program, kind):
    text, context = page(client, kind, kind)
    assert "한강식품1" in text
    assert context["programs"] == []
    assert "1,000,000,000" not in text
    assert "progress" not in text


@pytest.mark.parametrize("kind", ["supervising", "partner", "research"])
def test_another_body_sees_neither(client, program, kind):
    text, _context = page(client, kind, "다른기관")
    assert "한강식품1" not in text
    assert program.code not in text
