"""The chosen language is remembered for mails."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.domain import staffing
from accounts.models import Officer
from ground import clock
from ground.models import Message
from tests.factories import people

pytestmark = pytest.mark.django_db


def choose(user, language: str, method: str = "post"):
    client = Client()
    if user:
        client.force_login(user)
    return getattr(client, method)("/language/", {"language": language, "next": "/company/"})


def test_the_choice_of_a_signed_in_person_counts_for_mails():
    user = people.user()
    response = choose(user, "en")
    user.refresh_from_db()
    assert (response.status_code, response["Location"], user.language) == (302, "/company/", "en")
    assert response.cookies["django_language"].value == "en"
    choose(user, "ko")
    user.refresh_from_db()
    assert user.language == "ko"


def test_mails_follow_the_choice():
    user = people.user()
    choose(user, "en")
    staffing.enter_officer(
        people.agency(), email=user.email, name="", role=Officer.Role.OFFICER, from_on=clock.today()
    )
    assert (
        Message.objects.get(recipients=[user.email]).subject
        == "You were appointed: SBA Export Agency, officer"
    )


def test_an_unknown_language_changes_nothing():
    user = people.user()
    choose(user, "xx")
    user.refresh_from_db()
    assert user.language == "ko"


def test_a_visitor_only_gets_the_cookie():
    assert choose(None, "en").cookies["django_language"].value == "en"


def test_only_posts_count():
    assert choose(people.user(), "en", "get").status_code == 404
