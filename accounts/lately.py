"""Who decides with a second person shows once more that it is they: an unlocked screen must not close a month.

The password, or the code of the second factor, was given in the last quarter of an hour (`ACCOUNT_REAUTHENTICATION_TIMEOUT`,
by the clock of the machine): at the sign-in or since. Which addresses ask for it stands in the access table (`asks_password`).
"""

from __future__ import annotations

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

METHODS = frozenset({"password", "mfa"})
TYPED = "naru_typed"
LONGEST, MOST = 1000, 20


def gave_password(request: HttpRequest) -> bool:
    """Whether the person of this session gave the password or the code lately."""
    given = [
        each["at"] for each in get_authentication_records(request, request.user) if each["method"] in METHODS
    ]
    return bool(given) and time.time() - max(given) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def door(back: str) -> str:
    """Where the password is asked for; afterwards the page `back` follows."""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"


def keep_typed(request: HttpRequest) -> None:
    """What was sent while the password is asked for is kept in the session: a form that stood open for too long is not typed twice."""
    sent = [
        (name, text[:LONGEST])
        for name, text in request.POST.items()
        if text and name != "csrfmiddlewaretoken"
    ]
    words = dict(sent[:MOST])
    if words:
        request.session[TYPED] = {"path": request.path, "words": words}


def typed(request: HttpRequest, path: str) -> dict[str, str]:
    """What was sent to the address when the password was missing, until something is sent with it."""
    kept = request.session.get(TYPED)
    found: dict[str, str] = kept["words"] if kept and kept["path"] == path else {}
    return found


def why_not(request: HttpRequest) -> SafeString | None:
    """Beside a button that asks for the password: where to give it, unless it was given lately."""
    if gave_password(request):
        return None
    return format_html('<a href="{}">{}</a>', door(request.get_full_path()), _("Give your password first"))
