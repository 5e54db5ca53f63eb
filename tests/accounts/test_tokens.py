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
