"""The token of each form says for whom its page was made: of its secret the beginning is random, then keyed hashes follow: of the person
alone, so that what is kept of one person can be counted; of the week, by which the site knows it as its own until the next has passed; and of
both for the person.

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
import time
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

LETTERS = string.ascii_letters + string.digits
LENGTH = 32
"""Characters of a secret, as Django checks it."""
RANDOM, START, OURS = 8, 12, 18
"""Where the random ones end (47 bits), where the person's handle ends (24 bits), and where the site's mark ends (36 bits); then the
person's mark follows (83 bits)."""
WEEK = 7 * 24 * 3600


def _marks(said: str, count: int) -> str:
    number = int.from_bytes(salted_hmac("naru.tokens", said, algorithm="sha256").digest())
    marks = []
    for _place in range(count):
        number, place = divmod(number, len(LETTERS))
        marks.append(LETTERS[place])
    return "".join(marks)


def _week() -> int:
    return int(time.time()) // WEEK


def _ours(start: str, week: int) -> str:
    return start + _marks(f"{start} week {week}", OURS - START)


def _person(start: str, user: Any) -> str:
    return _marks(f"{start} {user.pk}", LENGTH - OURS)


def _secret(start: str, user: Any) -> str:
    return _ours(start, _week()) + _person(start, user)


def _new(user: Any) -> str:
    handle = _marks(f"handle {user.pk}", START - RANDOM)
    return _secret(get_random_string(RANDOM, LETTERS) + handle, user)


def mark(request: HttpRequest) -> None:
    """Pages of the person who is signed in carry tokens of theirs; tokens that the browser has stay, unless they are too old to be known
    as the site's. Those of a visitor carry no person's: the first that has a form brings another."""
    has, reads = request.META.get("CSRF_COOKIE", ""), request.method in {"GET", "HEAD"}
    if request.user.is_authenticated:
        if not has or (reads and not is_ours(has) and is_of(has, request.user)):
            request.META["CSRF_COOKIE"] = _new(request.user)
    elif reads and is_ours(has):
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
    return bool(secret) and constant_time_compare(secret[OURS:], _person(secret[:START], user))


def is_ours(token: str) -> bool:
    """Whether the token stood on a page that was made for somebody who was signed in, this week or the last one."""
    secret, week = plain(token), _week()
    known = (_ours(secret[:START], each) for each in (week, week - 1))
    return bool(secret) and any(constant_time_compare(secret[:OURS], each) for each in known)


def handle(token: str) -> str:
    """The same for all tokens of a person; of it nobody knows the person."""
    return plain(token)[RANDOM:START]


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
