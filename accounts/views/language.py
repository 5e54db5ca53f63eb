"""The language of pages, and for people who are signed in of their mails, too."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.domain import people
from accounts.models import User


@require_POST
def language_set(request: HttpRequest) -> HttpResponseBase:
    """Django's view, and the choice is remembered for mails."""
    response = set_language(request)
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        people.speak(request.user, language)
    return response
