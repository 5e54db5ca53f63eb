"""The token of each form says for whom its page was made: of its secret the last half is a keyed hash of the first and the person.

So a form that a page sends too late, after somebody signed in once more, is known to be of the person signed in now, or not.

Django has no public way from a token on a page back to its secret, so `_secret_of` knows how `get_token` hides it: the first half of a token shifts
each letter of the second. A Django that hides it otherwise fails a test that says so (`tests/accounts/test_tokens.py`); until it is mended no form is
taken for the person's own, and what was typed in one that came too late is not shown again.
"""

from __future__ import annotations

import string
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

LETTERS = string.ascii_letters + string.digits
LENGTH = 32
"""Characters of a secret, as Django checks it; half of them, 95 bits, are random."""


def _secret(start: str, user: Any) -> str:
    number = int.from_bytes(salted_hmac("naru.tokens", f"{start} {user.pk}", algorithm="sha256").digest())
    marks = []
    for _place in range(LENGTH - len(start)):
        number, place = divmod(number, len(LETTERS))
        marks.append(LETTERS[place])
    return start + "".join(marks)


def mark(request: HttpRequest) -> None:
    """Pages of the person who is signed in carry tokens of theirs; tokens that the browser has stay."""
    if "CSRF_COOKIE" not in request.META and request.user.is_authenticated:
        request.META["CSRF_COOKIE"] = _secret(get_random_string(LENGTH // 2, LETTERS), request.user)


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: Any, **rest: Any) -> None:
    secret = _secret(get_random_string(LENGTH // 2, LETTERS), user)
    request.META.update({"CSRF_COOKIE": secret, "CSRF_COOKIE_NEEDS_UPDATE": True})


def _secret_of(token: str) -> str | None:
    """The secret behind a token of a page, or of a script, which has the secret itself; None where it is neither."""
    if not set(token) <= set(LETTERS):
        return None
    if len(token) == LENGTH:
        return token
    if len(token) != 2 * LENGTH:
        return None
    shifts, hidden = ([LETTERS.index(letter) for letter in half] for half in (token[:LENGTH], token[LENGTH:]))
    return "".join(LETTERS[place - shift] for place, shift in zip(hidden, shifts, strict=True))


def is_of(token: str, user: Any) -> bool:
    """Whether the token stood on a page that was made for this person."""
    secret = _secret_of(token)
    return secret is not None and constant_time_compare(secret, _secret(secret[: LENGTH // 2], user))
