"""What a person decides about the own account."""

from __future__ import annotations

from django.conf import settings

from accounts.models import User
from ground.errors import RuleBroken


def speak(user: User, language: str) -> User:
    """Mails come in this language from now on. Refused: `unknown_language`."""
    if language not in dict(settings.LANGUAGES):
        raise RuleBroken("unknown_language", language)
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
    return user
