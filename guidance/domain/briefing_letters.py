"""Letters about a briefing to one person, in the language in which they registered, with the link to their own page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation

from ground import letters
from guidance.models import Briefing, Registration

SALT = "guidance.registration"


def token_of(registration: Registration) -> str:
    """What stands in the link of every mail: the signed key, nothing of the person."""
    return signing.Signer(salt=SALT).sign(str(registration.pk))


def key_in(token: str) -> UUID | None:
    """Whose registration a link means; None when nobody signed it."""
    try:
        return UUID(signing.Signer(salt=SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def own_address(registration: Registration, page: str = "registration_show") -> str:
    """Where the person sees the registration, without a sign-in."""
    return f"{settings.NARU_ADDRESS}{reverse(page, kwargs={'token': token_of(registration)})}"


def write(
    registration: Registration, briefing: Briefing, what: str, facts: dict[str, Any] | None = None
) -> None:
    """Write the letter `briefing_<what>`. Its text goes once it is sent: the link in it acts for the person.

    Whose address was destroyed gets none.
    """
    if not registration.email:
        return
    context = {
        "registration": registration,
        "briefing": briefing,
        "link": own_address(registration),
        "has_seat": registration.state == Registration.State.REGISTERED,
        **(facts or {}),
    }
    with translation.override(registration.language):
        letters.write(registration.email, f"briefing_{what}", context, is_secret=True)
