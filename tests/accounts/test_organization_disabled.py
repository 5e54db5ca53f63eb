"""An organization out of use: its people have no role and see nothing from that day on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from accounts.domain import organizations
from accounts.models import Organization
from accounts.roles import organization_ids
from ground import clock
from ground.access import Role, roles_of
from tests.broken import broken
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["provider", "partner", "research", "supervising"])
def test_from_the_day_on_its_people_are_members_without_a_role(kind, move_clock):
    user = people.organization_member(kind)
    body = people.organization(kind)
    today = clock.today()
    body.disabled_on = today + dt.timedelta(1)
    body.save()
    assert (roles_of(user), organization_ids(user)) == ({Role(kind), Role.MEMBER}, [body.pk])
    move_clock(dt.datetime.combine(today + dt.timedelta(1), dt.time(0, 1), clock.SEOUL))
    assert (roles_of(user), organization_ids(user)) == ({Role.MEMBER}, [])
    assert not Organization.objects.visible_to(user).exists()


def test_a_signed_in_provider_is_out_with_the_next_request():
    client = Client()
    client.force_login(people.organization_member("provider"))
    assert client.get("/provider/").status_code == 200
    Organization.objects.update(disabled_on=clock.today())
    assert client.get("/provider/").status_code == 404


def test_nobody_is_let_into_an_organization_out_of_use():
    manager = people.officer("manager")
    facts = {"kind": "provider", "name_ko": "강물", "country": people.country()}
    body = organizations.found(people.agency(), facts=facts, by=manager)
    organizations.edit(body, facts={"disabled_on": clock.today()}, by=manager)
    with broken("out_of_use"):
        organizations.let_in(body, email=people.user().email, by=manager)
    organizations.edit(body, facts={"disabled_on": None}, by=manager)
    assert organizations.let_in(body, email=people.user().email, by=manager).organization == body
