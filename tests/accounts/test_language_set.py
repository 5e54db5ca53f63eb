"""The chosen language is remembered for mails."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.domain import staffing
from accounts.models import Officer
from ground import clock
from ground.models import Message
from tests.factories import people, register
from tests.routes import NOBODY_S_ID

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


@pytest.mark.parametrize(
    ("shown", "follows"),
    [
        ("/agreements/{id}/accept/", "/agreements/{id}/"),
        ("/applications/{id}/submit/", "/applications/{id}/"),
        ("/calls/?q=a&state=soon", "/calls/?q=a&state=soon"),
        ("/nothing/of/ours/", "/nothing/of/ours/"),
        ("https://elsewhere.example/calls/", "/"),
    ],
)
def test_where_a_refused_form_stood_the_page_above_it_follows(shown, follows):
    shown, follows = (each.format(id=NOBODY_S_ID) for each in (shown, follows))
    client = Client()
    client.force_login(register.member(register.company()))
    answer = client.post("/language/", {"language": "en", "next": shown})
    assert (answer["Location"], answer.cookies["django_language"].value) == (follows, "en")


def test_of_a_staff_button_the_list_follows():
    client = Client()
    client.force_login(people.officer())
    answer = client.post(
        "/language/", {"next": f"/staff/programs/call/{NOBODY_S_ID}/take_over/", "language": "en"}
    )
    assert answer["Location"] == "/staff/programs/call/"


def test_only_posts_count():
    assert choose(people.user(), "en", "get").status_code == 404
