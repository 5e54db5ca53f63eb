"""How allauth is fitted to Naru: mails in the person's saved language, codes marked for wiping, names of people."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import filter_users_by_email
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.utils import translation

from config.tracing import client_address
from ground.ciphers import cipher
from ground.mail import SECRET_HEADER

WITHOUT_CODE = ("account/email/password_changed", "account/email/email_changed", "account/email/email_deleted",
                "mfa/email/")  # fmt: skip


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user")
        language = getattr(user, "language", "") or translation.get_language() or "ko"
        with translation.override(language):
            super().send_mail(template_prefix, email, {"address": settings.NARU_ADDRESS, **context})

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """The library leaves the person out, and so their language."""
        super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)

    def send_account_already_exists_mail(self, email: str) -> None:
        """To whom the address belongs, in their language: the library leaves them out here, and the one who typed it may be a stranger."""
        known = filter_users_by_email(email, prefer_verified=True)
        with translation.override((known and known[0].language) or translation.get_language()):
            super().send_account_already_exists_mail(email)

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        message: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        if not template_prefix.startswith(WITHOUT_CODE):
            message.extra_headers[SECRET_HEADER] = "1"
        return message

    def get_client_ip(self, request: HttpRequest) -> str:
        """For limits and the list of sessions; without an address nobody comes through a door."""
        address = client_address(request)
        if not address:
            raise PermissionDenied("The request carries no address.")
        return address

    def is_open_for_signup(self, request: Any) -> bool:
        return True


CODES = "config.accounts.mfa"


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seeds and recovery codes of second factors stand encrypted in the database: a copy of it gives nobody one."""

    def encrypt(self, text: str) -> str:
        return cipher(CODES).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return cipher(CODES).decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.email)
