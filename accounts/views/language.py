"""The language of pages, and for people who are signed in of their mails, too."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.domain import people
from accounts.models import User
from ground.access import may


@require_POST
def language_set(request: HttpRequest) -> HttpResponseBase:
    """Django's view, and the choice is remembered for mails. Where what was sent was refused the page has the address of a button, at
    which there is nothing to read: then the page above it follows."""
    response = set_language(request)
    if "Location" in response:
        response["Location"] = _readable(request, response["Location"])
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        people.speak(request.user, language)
    return response


def _readable(request: HttpRequest, address: str) -> str:
    """The address, or the nearest above it that the person may read; what is no address of ours stays."""
    path = urlsplit(address).path
    if _may_read(request, path) is not False:
        return address
    while path != "/" and not _may_read(request, path):
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return path


def _may_read(request: HttpRequest, path: str) -> bool | None:
    try:
        return may(request.user, resolve(path).view_name)
    except Resolver404:
        return None
