"""What stands encrypted in the database: a copy of it gives nobody the plain text."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def cipher(purpose: str) -> MultiFernet:
    """Of the installation's secret, and of earlier ones to read what they wrote; each purpose has keys of its own."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [salted_hmac(purpose, "", secret=each, algorithm="sha256").digest() for each in secrets]
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])
