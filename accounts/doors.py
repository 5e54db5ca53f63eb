"""Forms of allauth's doors, fitted. Apart from `accounts/forms.py`, which allauth's own forms import."""

from __future__ import annotations

from allauth.account.forms import ResetPasswordKeyForm

from accounts.domain import people


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password by a mailed link: who got the mail has shown that the address is theirs."""

    def save(self) -> None:
        super().save()
        people.confirm_only_address(self.user)
