"""The access table: every route stands in it, and it is obeyed for every role and method."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.http import HttpResponseNotFound
from django.test import Client

from ground.access import COMPANY, STAFF, TABLE, Entry, Role, roles_of
from tests.factories import people, programs, register
from tests.routes import Route, walk

pytestmark = pytest.mark.django_db

UNNAMED_ALLOWED = {
    # Django's admin: a catch-all, an old form of addresses, and the app pages, which the rail replaces: all answer 404
    "?(?P<url>.*)$",
    "?<path:object_id>/",
    "admin:app_list",
    "admin:view_on_site",
    "admin:password_change",
    "admin:password_change_done",
}
OTHER_METHODS = ("head", "put", "patch", "delete")
LEFT_OUT = {"account_logout", "mfa_authenticate"}
"""The walk of the pages does not end its own session."""
WITHOUT_THE_MATTER = {
    "mfa_deactivate_totp": {404},  # a person without a second factor
    "mfa_view_recovery_codes": {404},
    "mfa_download_recovery_codes": {404},
    "admin:autocomplete": {403},  # a question without a field
    "admin:guidance_statementversion_sheet": {404},  # a sheet of no country
}
"""Pages that are open, but need something that the walk does not give them."""
ACTIVATE = "/account/2fa/totp/activate/"


def routes() -> list[Route]:
    return list(walk())


@pytest.fixture
def plain_refusals(monkeypatch, settings) -> Iterator[None]:
    """Nobody reads the pages that refuse here, nor the log of many thousand requests, nor who was seen when; together
    they take most of their time."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    monkeypatch.setattr(
        "config.urls.handler404", lambda request, exception: HttpResponseNotFound(), raising=False
    )
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def browser_of(role: Role) -> Client:
    """A browser in which somebody has signed in who is just that."""
    client = Client()
    if role is Role.VISITOR:
        return client
    if role in COMPANY:
        user = register.member(register.company(), role.value)
    elif role in STAFF:
        user = people.officer(role.value)
    elif role in {Role.PROVIDER, Role.PARTNER, Role.RESEARCH, Role.SUPERVISING}:
        user = people.organization_member(role.value, f"{role.value} 기관")
    else:
        user = people.user(f"{role.value}@naru.example", is_operator=role is Role.OPERATOR)
    if role is Role.EVALUATOR:
        call = programs.call()
        call.evaluators.create(agency=call.agency, user=user)
    assert roles_of(user) == {role, Role.MEMBER}
    client.force_login(user)
    return client


def roles(role: Role) -> set[Role]:
    return {role} if role is Role.VISITOR else {role, Role.MEMBER}


def test_every_route_has_an_entry_and_every_entry_a_route():
    names = {route.name for route in routes()} - UNNAMED_ALLOWED
    assert {name for name in names if "?" in name} == set()
    assert names - set(TABLE.entries) == set()
    assert set(TABLE.entries) - names == set()


def refused(response, role: Role, entry: Entry) -> bool:
    if role is Role.VISITOR and entry.stranger != 403:
        return response.status_code == 302 and "/account/login/" in response["Location"]
    return response.status_code == entry.stranger


@pytest.mark.parametrize("role", Role)
def test_every_route_refuses_every_method_that_the_table_does_not_allow(role, plain_refusals, is_full):
    """Each (route, role) with GET, every second with POST, every fourth in turn with one of the other methods, so that
    each route has met each method; with --full each with all. What is not in the table is refused as the table says,
    whatever the id."""
    client = browser_of(role)
    wrong, checks = [], 0
    number = list(Role).index(role)
    for place, route in enumerate(routes()):
        entry = TABLE.find(route.name)
        if entry is None:
            continue
        posts = ("post",) if (place + number) % 2 == 0 else ()
        others = (OTHER_METHODS[(place + number) % 4],) if (place + number // 4) % 4 == 0 else ()
        for method in ("get", "post", *OTHER_METHODS) if is_full else ("get", *posts, *others):
            if entry.allows(roles(role), method.upper()):
                continue
            checks += 1
            response = getattr(client, method)(route.address())
            if not refused(response, role, entry):
                wrong.append(f"{method} {route.name}: {response.status_code}")
    assert wrong == []
    assert checks > 250


@pytest.mark.parametrize("role", Role)
def test_every_page_that_the_table_allows_opens_and_an_id_of_nothing_answers_404(
    role, plain_refusals, settings
):
    settings.IS_DEMONSTRATION = True
    client = browser_of(role)
    wrong = []
    for route in routes():
        entry = TABLE.find(route.name)
        if entry is None or route.name in LEFT_OUT or not entry.allows(roles(role), "GET"):
            continue
        status = client.get(route.address()).status_code
        right = {200, 302} if not route.arguments or route.name.startswith("account_") else {404, 302}
        right |= WITHOUT_THE_MATTER.get(route.name, set())
        if status not in right:
            wrong.append(f"{route.name}: {status}")
    assert wrong == []


def test_a_route_that_nobody_entered_answers_404(monkeypatch):
    """Negative control: without its entry even a public page is gone."""
    assert Client().get("/healthz").status_code == 200
    monkeypatch.delitem(TABLE.entries, "healthz")
    assert Client().get("/healthz").status_code == 404


def test_a_change_of_rights_counts_from_the_next_request(move_clock):
    user = people.officer("manager")
    client = Client()
    client.force_login(user)
    assert client.get("/staff/").status_code == 200
    user.officers.update(until_on="2020-01-02")
    assert client.get("/staff/").status_code == 404


DOORS = {
    "healthz", "mailbox", "set_language", "admin:login", "admin:logout",
    "account_signup", "account_login", "account_logout", "account_inactive", "account_reauthenticate",
    "account_confirm_email", "account_email_verification_sent", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp",
}  # fmt: skip


def test_the_doors_are_these():
    assert {name for name, entry in TABLE.entries.items() if entry.is_door} == DOORS


@pytest.mark.parametrize("role", sorted(STAFF | {Role.OPERATOR}))
def test_staff_without_a_second_factor_are_led_to_set_one_up_from_every_page(role, settings):
    """Whatever the table allows them, by GET and POST: before the second factor there are only the doors."""
    settings.NARU_STAFF_MFA = True
    client = browser_of(role)
    wrong, checks = [], 0
    for route in routes():
        entry = TABLE.find(route.name)
        if entry is None or route.name in DOORS:
            continue
        for method in ("get", "post"):
            if not entry.allows(roles(role), method.upper()):
                continue
            checks += 1
            response = getattr(client, method)(route.address())
            if (response.status_code, response.get("Location")) != (302, ACTIVATE):
                wrong.append(f"{method} {route.name}: {response.status_code}")
    assert wrong == []
    assert checks > 10
    assert client.get(ACTIVATE, follow=True).redirect_chain == [
        (f"/account/reauthenticate/?next={quote(ACTIVATE, '')}", 302)
    ]


def test_who_is_neither_staff_nor_operator_needs_no_second_factor(settings):
    settings.NARU_STAFF_MFA = True
    assert browser_of(Role.OWNER).get("/company/").status_code in {200, 302}
    assert browser_of(Role.SUPERVISING).get("/reports/").status_code == 200
