"""A person who signs in, by e-mail."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from ground.audit import tracked
from ground.clock import ClockNow
from ground.ids import new_id
from ground.models.record import Rowed
from ground.personal import Goes, PersonalColumn

DESTROYED = _("personal data destroyed")
"""Stands where the name of a person stood."""


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


@tracked(exclude=["password", "last_login"])
class User(Rowed, AbstractBaseUser):
    """What they may do comes from their rows as officer, member, evaluator …; nothing is granted here but the operator's
    mark (the person who runs the installation)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(_("made at"), db_default=ClockNow(), editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(
        _("language of mails"), max_length=2, choices=[("ko", "한국어"), ("en", "English")], default="ko"
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_operator = models.BooleanField(_("operator of the installation"), default=False)
    is_made_up = models.BooleanField(_("made up for the demonstration"), default=False)

    objects: ClassVar[UserManager] = UserManager()

    personal: ClassVar[dict[str, PersonalColumn]] = {
        "email": PersonalColumn(_("to sign in and to get mails"), 12, Goes.WITH_PERSON),
        "name": PersonalColumn(_("to say who did what"), 60, Goes.WITH_PERSON),
    }

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return str(DESTROYED) if self.is_destroyed else self.name or self.email

    @property
    def is_destroyed(self) -> bool:
        """Whether who it was is destroyed: what stands in the address's place is made of the key."""
        return self.email == f"{self.pk}@destroyed.invalid"

    @property
    def shown_email(self) -> str:
        """The address as people read it."""
        return "" if self.is_destroyed else self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Read by third-party pages; the staff site itself asks the access table."""
        from ground.access import STAFF, Role, roles_of

        return not (STAFF | {Role.OPERATOR}).isdisjoint(roles_of(self))

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's permissions are not used; the access table says who may."""
        return False

    def has_perms(self, perms: Any, obj: object = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff
