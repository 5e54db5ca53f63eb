"""Tokens of forms say whose page they stood on; and Django hides them in the way that they are read here."""

from __future__ import annotations

import django
import pytest
from django.conf import settings
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.test import RequestFactory

from accounts import tokens
from tests.factories import people

CHANGED = (
    f"Django {django.__version__} makes tokens of forms otherwise than `accounts/tokens.py` reads them: mend `plain` and `LENGTH` there"
    " by `get_token` of `django/middleware/csrf.py`."
)


@pytest.fixture
def marked():
    request = RequestFactory().get("/")
    request.META["CSRF_COOKIE"] = tokens._secret("aB3" * 4, people.officer())
    return request


@pytest.mark.django_db
def test_django_hides_a_secret_as_it_is_read_here(marked):
    for _once_more in range(20):
        token = get_token(marked)
        assert tokens.plain(token) == marked.META["CSRF_COOKIE"], CHANGED
        assert tokens.is_of(token, people.officer()), CHANGED


@pytest.mark.django_db
def test_django_takes_secrets_that_are_made_here(marked):
    """As its own cookie, with the token of a page and with the secret that scripts send."""
    secret = marked.META["CSRF_COOKIE"]
    for sent in (get_token(marked), secret):
        request = RequestFactory().post("/", {"csrfmiddlewaretoken": sent})
        request.COOKIES[settings.CSRF_COOKIE_NAME] = secret
        checked = CsrfViewMiddleware(lambda _request: HttpResponse())
        checked.process_request(request)
        assert request.META["CSRF_COOKIE"] == secret, CHANGED
        assert checked.process_view(request, lambda _request: HttpResponse(), (), {}) is None, CHANGED


@pytest.mark.django_db
def test_what_is_no_token_is_nobody_s(marked):
    token = get_token(marked)
    for wrong in ("", "x", token[:-1], token + "a", token[:-1] + "!", "가" * 64, "<" * 32, "a" * 64):
        assert not tokens.is_of(wrong, people.officer())


@pytest.mark.django_db
def test_a_token_is_the_site_s_for_a_week_and_the_person_s_for_good(monkeypatch):
    who, week = people.officer(), 7 * 24 * 3600
    now = tokens.time.time() // week * week
    monkeypatch.setattr(tokens.time, "time", lambda: now)
    token = tokens._new(who)
    for later, is_ours in ((0, True), (2 * week - 1, True), (2 * week, False)):
        monkeypatch.setattr(tokens.time, "time", lambda later=later: now + later)
        assert (tokens.is_ours(token), tokens.is_of(token, who)) == (is_ours, True)


@pytest.mark.django_db
def test_who_is_signed_in_for_longer_gets_a_new_one_with_the_next_page(marked, monkeypatch):
    marked.user, old = people.officer(), marked.META["CSRF_COOKIE"]
    tokens.mark(marked)
    assert marked.META["CSRF_COOKIE"] == old
    now = tokens.time.time()
    monkeypatch.setattr(tokens.time, "time", lambda: now + 2 * tokens.WEEK)
    marked.method = "POST"
    tokens.mark(marked)
    assert marked.META["CSRF_COOKIE"] == old, "or it would not be the one that the form sends"
    marked.method = "GET"
    tokens.mark(marked)
    assert marked.META["CSRF_COOKIE"] != old
    assert tokens.is_ours(marked.META["CSRF_COOKIE"])
