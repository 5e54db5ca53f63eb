"""Where requests come from, and that no path with a token stands in a history or a log."""

from __future__ import annotations

import logging
from uuid import UUID

import pytest
from django.conf import settings as configured
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from companies.domain import membership
from companies.models import Member
from config.tracing import WithoutPaths, client_address, request_id
from ground.history import event_model
from tests.factories import people, register

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "203.0.113.9"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "203.0.113.9"),
        (1, "", "203.0.113.9"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "<script>", ""),
    ],
)
def test_the_address_is_what_our_outermost_proxy_saw(proxies, forwarded, address, settings):
    settings.NARU_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == address


def test_only_a_uuid_is_taken_as_the_request_s_name():
    assert request_id(ID) == ID
    for claimed in ("", "x", f"{ID} and more", "a" * 5000):
        assert request_id(claimed) != claimed
        assert UUID(request_id(claimed)).version == 4


def last_context(model, pk) -> dict:
    return event_model(model)._default_manager.filter(pgh_obj_id=pk).latest("pgh_id").pgh_context


@pytest.mark.django_db
def test_a_change_carries_address_request_and_page(settings):
    settings.NARU_PROXIES = 1
    user = people.user()
    client = Client(headers={"X-Forwarded-For": "6.6.6.6, 198.51.100.7", "X-Request-ID": ID})
    client.force_login(user)
    client.post("/language/", {"language": "en"})
    context = last_context(User, user.pk)
    assert {name: context[name] for name in ("address", "request", "route", "user")} == {
        "address": "198.51.100.7",
        "request": ID,
        "route": "set_language",
        "user": str(user.pk),
    }
    client.post("/language/", {"language": "ko"}, headers={"X-Request-ID": "not one of ours"})
    assert UUID(last_context(User, user.pk)["request"])


@pytest.fixture
def token(monkeypatch) -> str:
    """The token of an invitation to the person `people.user()`."""
    company = register.company()
    owner = register.member(company)
    monkeypatch.setattr(
        "companies.domain.membership.secrets.token_urlsafe", lambda *args: "TheTokenOfTheMail"
    )
    membership.invite(company, email=people.user().email, role="reader", by=owner)
    return "TheTokenOfTheMail"


@pytest.mark.django_db
def test_the_token_of_an_invitation_is_in_no_history_and_no_log(token, caplog):
    caplog.set_level(logging.INFO)
    client = Client()
    client.force_login(people.user())
    page = reverse("invitation_accept", kwargs={"token": token})
    assert client.post(page).status_code == 302
    member = Member.objects.get(user=people.user())
    context = last_context(Member, member.pk)
    assert context["route"] == "invitation_accept"
    assert token not in str(context)
    client.post(page)
    client.get(f"{page}?next=/{token}/")
    assert client.get(f"/company/invitations/{token}/nothing/").status_code == 404
    lines = []
    for record in caplog.records:
        assert WithoutPaths().filter(record)
        lines.append(record.getMessage())
    assert any("POST invitation_accept" in line for line in lines)
    assert any("Not Found: -" in line for line in lines)
    assert [line for line in lines if token in line] == []


def test_every_line_of_the_log_passes_the_filter():
    assert configured.LOGGING["root"]["handlers"] == ["console"]
    assert configured.LOGGING["handlers"]["console"]["filters"] == ["without_paths"]
