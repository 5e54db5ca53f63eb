"""The page of bodies around an agency: totals for who supervises it, companies for its partners, nothing for strangers."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.models import Company
from programs.models import Participation
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


def test_a_partner_sees_companies_and_no_total(client, program):
    text, context = page(client, "partner", "partner")
    assert "한강식품1" in text
    assert context["programs"] == []
    assert "1,000,000,000" not in text
    assert "progress" not in text


def test_a_research_body_sees_neither_a_company_nor_a_total(client, program):
    user = people.organization_member("research", "research")
    client.force_login(user)
    assert client.get(reverse("overview")).status_code == 404
    assert client.get(reverse("company_list")).status_code == 404
    assert not Participation.objects.visible_to(user).exists()
    assert not Company.objects.visible_to(user).exists()
    body = program.partners.get(organization__kind="research").organization
    body.kind = "partner"
    body.save()
    assert Company.objects.visible_to(user).exists(), "the kind of the body makes the difference"


@pytest.mark.parametrize("kind", ["supervising", "partner"])
def test_another_body_sees_neither(client, program, kind):
    text, _context = page(client, kind, "다른기관")
    assert "한강식품1" not in text
    assert program.code not in text
