"""The chosen language is remembered for mails."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.views.language import language_set
from tests.factories import people

pytestmark = pytest.mark.django_db


def choose(user, language: str):
    request = RequestFactory().post("/language/", {"language": language, "next": "/company/"})
    request.user = user
    return language_set(request)


def test_the_choice_of_a_signed_in_person_counts_for_mails():
    user = people.user()
    response = choose(user, "en")
    user.refresh_from_db()
    assert (response.status_code, response["Location"], user.language) == (302, "/company/", "en")
    assert response.cookies["django_language"].value == "en"


def test_an_unknown_language_changes_nothing():
    user = people.user()
    choose(user, "xx")
    user.refresh_from_db()
    assert user.language == "ko"


def test_a_visitor_only_gets_the_cookie():
    assert choose(AnonymousUser(), "en").cookies["django_language"].value == "en"


def test_only_posts_count():
    request = RequestFactory().get("/language/")
    request.user = AnonymousUser()
    assert language_set(request).status_code == 405
