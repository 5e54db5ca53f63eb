"""The web app's pages are nobody's: what a device keeps holds nothing of who reads, in the language of its address."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.urls import reverse

from guidance.domain import editions
from tests.factories import guidance, people
from tests.guidance import test_editions
from tests.guidance.test_editions import CODE, revise

pytestmark = pytest.mark.django_db
prepare = test_editions.prepare
HOME = {lang: reverse("guide_app", kwargs={"lang": lang}) for lang in ("ko", "en")}
KEPT = {
    lang: reverse("guide_kept", kwargs={"program": CODE, "country": "VN", "lang": lang})
    for lang in ("ko", "en")
}


@pytest.fixture
def made(prepared) -> dict[str, Any]:
    return dict(prepared.made)


def test_kept_pages_are_the_same_whoever_asks(made, client, django_assert_num_queries):
    addresses = [*HOME.values(), *KEPT.values()]
    manifests = [reverse("guide_manifest", kwargs={"lang": lang}) for lang in ("ko", "en")]
    others = [reverse("guide_versions"), reverse("guide_worker"), *manifests]
    for address in KEPT.values():
        with django_assert_num_queries(4):
            client.get(address)
    seen = {address: client.get(address) for address in [*addresses, *others]}
    client.force_login(people.officer("manager"))
    client.cookies["django_language"] = "en"
    for address, before in seen.items():
        again = client.get(address, headers={"accept-language": "fr"})
        assert (again.status_code, again.content) == (200, before.content)
        assert again.cookies == {}
    for lang in ("ko", "en"):
        for address in (HOME[lang], KEPT[lang]):
            page = seen[address]
            assert f'<html lang="{lang}">' in page.text
            assert page["Content-Language"] == lang
            assert page["Cache-Control"] == "public, no-cache"
            assert re.findall(r"csrf|<form", page.text) == []
    assert "착불이 많습니다." in seen[KEPT["ko"]].text
    assert "Many pay on delivery." in seen[KEPT["en"]].text


def test_the_newest_version_of_each_guide_is_told(made, client):
    versions = reverse("guide_versions")
    assert client.get(versions).json() == {f"{CODE}/VN": "VN-1"}
    revise(made["payment"], text_ko="카드가 늘었습니다.")
    editions.publish(made["program"], made["country"], by=made["by"])
    guidance.published(made["program"], "JP", "delivery")
    editions.publish(made["program"], people.country("JP"), by=made["by"])
    answer = client.get(versions)
    assert answer.json() == {f"{CODE}/VN": "VN-2", f"{CODE}/JP": "JP-1"}
    assert answer["Cache-Control"] == "no-store"
    assert 'data-version="VN-2"' in client.get(KEPT["ko"]).text


def test_it_can_be_installed_under_a_strict_policy(made, client):
    answer = client.get(reverse("guide_manifest", kwargs={"lang": "en"}))
    assert answer["Content-Type"] == "application/manifest+json"
    facts = json.loads(answer.content)
    assert (facts["start_url"], facts["scope"], facts["display"], facts["lang"]) == (HOME["en"], "/guides/", "standalone", "en")  # fmt: skip
    sizes = set()
    for icon in facts["icons"]:
        found = finders.find(icon["src"].removeprefix("/static/"))
        width, height = struct.unpack(">II", Path(str(found)).read_bytes()[16:24])
        assert icon["sizes"] == f"{width}x{height}"
        sizes.add((width, icon["purpose"]))
    assert sizes == {(192, "any"), (512, "any"), (512, "maskable")}
    worker = client.get(reverse("guide_worker"))
    assert worker["Content-Type"] == "text/javascript; charset=utf-8"
    assert worker["Cache-Control"] == "no-cache"
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    own = {
        name: policy[name]
        for name in ("worker-src", "manifest-src", "script-src", "style-src", "connect-src")
    }
    assert own == {name: ["'self'"] for name in own}
    assert policy["default-src"] == ["'none'"]


def test_the_worker_keeps_the_apps_own_pages_and_no_others(made, client):
    """Its two patterns, taken from it, against every address of the guides."""
    text = client.get(reverse("guide_worker")).text
    patterns = re.findall(r"^const (KEPT|HOME) = /(.*)/;$", text, re.M)
    assert [name for name, _pattern in patterns] == ["KEPT", "HOME"]
    ours = re.compile("|".join(pattern.replace("\\/", "/") for _name, pattern in patterns))
    guide = {"program": CODE, "country": "VN"}
    others = [
        reverse("guide_list"), reverse("guide_show", kwargs=guide), reverse("guide_edition", kwargs={**guide, "number": 1}),
        reverse("guide_versions"), reverse("guide_worker"), reverse("home"), reverse("call_list"), "/staff/",
        KEPT["ko"] + "x", "/x" + KEPT["ko"],
    ]  # fmt: skip
    assert [address for address in others if ours.match(address)] == []
    assert [bool(ours.match(address)) for address in [*KEPT.values(), *HOME.values()]] == [True] * 4
    assert 'credentials: "omit"' in text
