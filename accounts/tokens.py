"""The token of each form says for whom its page was made: of its secret the beginning is random, then keyed hashes of it follow,
the first by this site alone, the second for the person.

Pages of visitors never carry a marked one: whoever signs out, or comes back after the session had ended, gets another. What stands on the
page of a sign-in is not what somebody's own page had.

So a form that a page sends too late, after somebody signed in once more, is known to be of the person signed in now, or not; and of
one that is sent while nobody is signed in, that it was made for somebody who was.

Django has no public way from a token on a page back to its secret, so `plain` knows how `get_token` hides it: the first half of a token shifts
each letter of the second. A Django that hides it otherwise fails a test that says so (`tests/accounts/test_tokens.py`); until it is mended no form is
taken for the person's own, and what was typed in one that came too late is not shown again.
"""

from __future__ import annotations

import string
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

LETTERS = string.ascii_letters + string.digits
LENGTH = 32
"""Characters of a secret, as Django checks it."""
RANDOM, OURS = 12, 18
"""Where the random ones end (71 bits), and where the site's mark ends (36 bits); the person's are 83 bits."""


def _marks(said: str, count: int) -> str:
    number = int.from_bytes(salted_hmac("naru.tokens", said, algorithm="sha256").digest())
    marks = []
    for _place in range(count):
        number, place = divmod(number, len(LETTERS))
        marks.append(LETTERS[place])
    return "".join(marks)


def _ours(start: str) -> str:
    return start + _marks(start, OURS - RANDOM)


def _secret(start: str, user: Any) -> str:
    return _ours(start) + _marks(f"{start} {user.pk}", LENGTH - OURS)


def _new(user: Any) -> str:
    return _secret(get_random_string(RANDOM, LETTERS), user)


def mark(request: HttpRequest) -> None:
    """Pages of the person who is signed in carry tokens of theirs; tokens that the browser has stay. Those of a visitor carry no
    person's: the first that has a form brings another."""
    if request.user.is_authenticated:
        if "CSRF_COOKIE" not in request.META:
            request.META["CSRF_COOKIE"] = _new(request.user)
    elif request.method in {"GET", "HEAD"} and is_ours(request.META.get("CSRF_COOKIE", "")):
        del request.META["CSRF_COOKIE"]


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: Any, **rest: Any) -> None:
    request.META.update({"CSRF_COOKIE": _new(user), "CSRF_COOKIE_NEEDS_UPDATE": True})


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, **rest: Any) -> None:
    unmarked = get_random_string(LENGTH, LETTERS)
    request.META.update({"CSRF_COOKIE": unmarked, "CSRF_COOKIE_NEEDS_UPDATE": True})


def is_of(token: str, user: Any) -> bool:
    """Whether the token stood on a page that was made for this person."""
    secret = plain(token)
    return bool(secret) and constant_time_compare(secret, _secret(secret[:RANDOM], user))


def is_ours(token: str) -> bool:
    """Whether the token stood on a page that was made for somebody who was signed in."""
    secret = plain(token)
    return bool(secret) and constant_time_compare(secret[:OURS], _ours(secret[:RANDOM]))


def plain(token: str) -> str:
    """The secret behind a token of a page, or of a script, which has the secret itself; nothing where it is neither."""
    if not set(token) <= set(LETTERS):
        return ""
    if len(token) == LENGTH:
        return token
    if len(token) != 2 * LENGTH:
        return ""
    shifts, hidden = ([LETTERS.index(letter) for letter in half] for half in (token[:LENGTH], token[LENGTH:]))
    return "".join(LETTERS[place - shift] for place, shift in zip(hidden, shifts, strict=True))
