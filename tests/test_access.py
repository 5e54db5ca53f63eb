"""The access table: every route stands in it, and it is obeyed for every role and method."""

from __future__ import annotations

import pytest
from django.test import Client

from ground.access import TABLE, Entry, Role, roles_of
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
METHODS = ("get", "head", "post", "put", "patch", "delete")


def routes() -> list[Route]:
    return list(walk())


def actors() -> dict[Role, Client]:
    """One signed-in browser for each role (and one of a visitor)."""
    company = register.company()
    users = {
        Role.MEMBER: people.user("member@naru.example"),
        Role.OPERATOR: people.user("operator@naru.example", is_operator=True),
        **{role: register.member(company, role.value) for role in (Role.OWNER, Role.EDITOR, Role.READER)},
        **{
            role: people.officer(role.value)
            for role in (Role.MANAGER, Role.OFFICER, Role.FINANCE, Role.AUDITOR)
        },
        **{
            role: people.organization_member(role.value, f"{role.value} 기관")
            for role in (Role.PROVIDER, Role.PARTNER, Role.RESEARCH, Role.SUPERVISING)
        },
        Role.EVALUATOR: people.user("evaluator@naru.example"),
    }
    programs.call().evaluators.create(agency=programs.call().agency, user=users[Role.EVALUATOR])
    clients = {Role.VISITOR: Client()}
    for role, user in users.items():
        assert role in roles_of(user)
        clients[role] = Client()
        clients[role].force_login(user)
    return clients


def test_every_route_has_an_entry_and_every_entry_a_route():
    names = {route.name for route in routes()} - UNNAMED_ALLOWED
    assert {name for name in names if "?" in name} == set()
    assert names - set(TABLE.entries) == set()
    assert set(TABLE.entries) - names == set()


def refused(response, role: Role, entry: Entry) -> bool:
    if role is Role.VISITOR and entry.stranger != 403:
        return response.status_code == 302 and "/account/login/" in response["Location"]
    return response.status_code == entry.stranger


@pytest.mark.full
def test_every_route_refuses_every_role_and_method_that_the_table_does_not_allow():
    """Each (route, role, method) that is not in the table is refused as the table says, whatever the id."""
    clients = actors()
    wrong, checks = [], 0
    for route in routes():
        entry = TABLE.find(route.name)
        if entry is None:
            continue
        address = route.address()
        for role, client in clients.items():
            for method in METHODS:
                if entry.allows({role, Role.MEMBER} if role is not Role.VISITOR else {role}, method.upper()):
                    continue
                checks += 1
                response = getattr(client, method)(address)
                if not refused(response, role, entry):
                    wrong.append(f"{method} {route.name} as {role}: {response.status_code}")
    assert wrong == []
    assert checks > 3000


@pytest.mark.full
def test_every_page_without_ids_opens_for_those_whom_the_table_allows():
    clients = actors()
    wrong = []
    for route in routes():
        entry = TABLE.find(route.name)
        if entry is None or route.arguments or route.name in {"account_logout", "mfa_authenticate"}:
            continue
        for role, client in clients.items():
            if entry.allows({role, Role.MEMBER} if role is not Role.VISITOR else {role}, "GET"):
                response = client.get(route.address())
                if response.status_code not in {200, 302}:
                    wrong.append(f"{route.name} as {role}: {response.status_code}")
    assert wrong == []


@pytest.mark.full
def test_an_id_of_nothing_answers_404_to_those_whom_the_table_allows():
    clients = actors()
    wrong = []
    for route in routes():
        entry = TABLE.find(route.name)
        if entry is None or not route.arguments or route.name.startswith("account_"):
            continue
        for role, client in clients.items():
            if role is not Role.VISITOR and entry.allows({role, Role.MEMBER}, "GET"):
                response = client.get(route.address())
                if response.status_code not in {404, 302}:
                    wrong.append(f"{route.name} as {role}: {response.status_code}")
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


def test_staff_without_a_second_factor_are_led_to_set_one_up(settings):
    settings.NARU_STAFF_MFA = True
    client = Client()
    client.force_login(people.officer("manager"))
    response = client.get("/staff/")
    assert (response.status_code, response["Location"]) == (302, "/account/2fa/totp/activate/")
