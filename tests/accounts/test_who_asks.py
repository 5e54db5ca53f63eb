"""The user is asked for with the session; what is signed in is what the session says now."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts import sessions
from accounts.models import User
from tests.factories import people, register


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def reads(client: Client) -> object:
    """Whom the page sees."""
    return client.get(reverse("home"), follow=True).wsgi_request.user


@pytest.mark.django_db
def test_a_guess_is_only_a_guess():
    one, other = register.member(register.company(1)), register.member(register.company(2))
    client = signed_in(one)
    assert reads(client) == one
    key = client.cookies["sessionid"].value
    assert sessions._whose[key] == one.pk
    assert reads(client) == one
    sessions._whose[key] = other.pk
    assert reads(client) == one
    assert sessions._whose[key] == one.pk
    client.force_login(other)
    assert reads(client) == other


@pytest.mark.django_db
def test_nobody_stays_signed_in_by_what_a_process_remembers():
    user = people.user()
    client = signed_in(user)
    assert reads(client) == user
    User.objects.filter(pk=user.pk).update(name="새 이름")
    assert reads(client).name == "새 이름"
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not reads(client).is_authenticated
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert reads(client) == user
    Session.objects.all().delete()
    assert not reads(client).is_authenticated
    assert sessions.asked_beside() is None
