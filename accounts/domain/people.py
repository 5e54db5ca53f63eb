"""Accounts of people: entered for them, switched off and on, the operator's mark, the language of their mails."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.domain import records
from accounts.models import User
from ground.audit import because
from ground.errors import RuleBroken
from ground.reasons import own

MADE_OPERATOR = own(gettext_noop("made operator on the command line"))


def speak(user: User, language: str) -> User:
    """Mails come in this language from now on. Refused: `unknown_language`."""
    if language not in dict(settings.LANGUAGES):
        raise RuleBroken("unknown_language", language)
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])
    return user


def person_with(email: str) -> User:
    """Who signs in with the address; `RuleBroken('unknown_person')` when nobody does."""
    found = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise RuleBroken(
            "unknown_person",
            _("Nobody signs in with this address. Ask the person to sign up first."),
            ("email",),
        )
    return found


def person_for(email: str, name: str) -> User:
    """Who signs in with the address, or a new account without a password: `password_link` lets the person set one. The
    password of an account whose address was never confirmed does not count any more.

    Refused: `switched_off`, `name_missing` (there is no account yet, and one needs a name), `not_valid`.
    """
    email = User.objects.normalize_email(email.strip()).lower()
    found = User.objects.filter(email__iexact=email).first()
    if found is not None:
        if not found.is_active:
            raise RuleBroken(
                "switched_off",
                _("This person was switched off. Ask the operator to switch them on."),
                ("email",),
            )
        if not EmailAddress.objects.filter(user=found, verified=True).exists():
            # Whoever chose the password has not shown that the address is theirs.
            found.set_unusable_password()
            found.save(update_fields=["password"])
        return found
    if not name.strip():
        raise RuleBroken(
            "name_missing",
            _(
                "Nobody signs in with this address yet. Enter the person's name, too: an account is made then."
            ),
            ("name",),
        )
    with transaction.atomic():
        user = User(email=email, name=name.strip())
        user.set_unusable_password()
        records.put(user)
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    return user


def can_sign_in(user: User) -> bool:
    """Whether the person has a password and has shown that the address is theirs."""
    return user.has_usable_password() and EmailAddress.objects.filter(user=user, verified=True).exists()


def password_link(user: User) -> str:
    """A link that lets the person set a password, once and for three days (`PASSWORD_RESET_TIMEOUT`)."""
    facts = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return str(settings.NARU_ADDRESS + reverse("account_reset_password_from_key", kwargs=facts))


def confirm_only_address(user: User) -> None:
    """Whoever set a password by a mailed link reads the mails of the one address that the account has."""
    addresses = EmailAddress.objects.filter(user=user)
    if addresses.count() == 1:
        addresses.update(verified=True)


def make_operator(email: str, *, name: str = "") -> User:
    """Give the operator's mark; an account is made when there is none. Only from the command line, by whoever runs the
    installation. Refused: `switched_off`, `name_missing`, `not_valid`."""
    with transaction.atomic(), because(MADE_OPERATOR):
        user = person_for(email, name)
        records.put(user, {"is_operator": True})
    return user


def switch_off(user: User, *, reason: str, by: User) -> User:
    """The person cannot sign in any more, and open sessions end with the next request; nothing they did changes.

    Refused: `not_operator`, `own_account`, `reason_missing`, `switched_off`. Locks the person.
    """
    return _switch(user, False, reason=reason, by=by)


def switch_on(user: User, *, reason: str, by: User) -> User:
    """The person can sign in again, with the roles they have then. Refused: `not_operator`, `reason_missing`,
    `switched_on`, `destroyed` (nobody knows any more who it was). Locks the person."""
    return _switch(user, True, reason=reason, by=by)


def require_operator(user: User) -> None:
    """`RuleBroken('not_operator')` unless the person is the operator of the installation."""
    if not (user.is_operator and user.is_active):
        raise RuleBroken("not_operator", _("Only the operator of the installation can do this."))


def _switch(user: User, is_active: bool, *, reason: str, by: User) -> User:
    require_operator(by)
    if user.pk == by.pk:
        raise RuleBroken("own_account", _("Nobody switches their own account off. Ask another operator."))
    if not reason.strip():
        raise RuleBroken("reason_missing", _("Say why: the reason stays in the history."), ("reason",))
    with transaction.atomic(), because(reason.strip()):
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active is is_active:
            if is_active:
                raise RuleBroken("switched_on", _("This person can sign in already."))
            raise RuleBroken("switched_off", _("This person was switched off already."))
        if user.is_destroyed:
            raise RuleBroken(
                "destroyed",
                _("The personal data of this person were destroyed. The account stays switched off."),
            )
        user.is_active = is_active
        user.save(update_fields=["is_active"])
    return user
