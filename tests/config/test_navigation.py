"""The menu on every page is drawn once for its roles, page and language, and never shown to others."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import people, register

pytestmark = pytest.mark.django_db
ITEM = re.compile(r'<li><a href="([^"]*)"( aria-current="page")?>([^<]*)</a></li>')


def menu(client: Client, address: str, language: str) -> tuple[list[str], list[str], list[str]]:
    """Addresses, the current one, and labels."""
    page = client.get(address, headers={"accept-language": language}).content.decode()
    found = ITEM.findall(page.partition("</nav>")[0])
    return [url for url, *_ in found], [url for url, now, _ in found if now], [label for *_, label in found]


@pytest.mark.parametrize("_again", range(2))
def test_the_menu_is_of_the_roles_the_page_and_the_language(client, _again):
    public = ["/", "/calls/", "/guides/", "/briefings/", "/rules/"]
    visitor, owner = Client(), client
    owner.force_login(register.member(register.company()))
    staff = Client()
    staff.force_login(people.officer())
    urls, current, labels = menu(visitor, "/calls/", "ko")
    assert (urls, current, labels[1]) == (public, ["/calls/"], "모집공고")
    urls, current, labels = menu(owner, "/applications/", "en")
    assert urls == [*public, "/applications/", "/company/", "/sales/"]
    assert (current, labels[1], labels[5]) == (["/applications/"], "Calls", "My applications")
    assert menu(owner, "/calls/", "en")[1] == ["/calls/"]
    assert "/applications/" not in menu(staff, "/calls/", "ko")[0]
    assert menu(visitor, "/calls/", "en")[2][:2] == ["Home", "Calls"]
