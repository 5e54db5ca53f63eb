"""Who is signed in: every page asks for the session, then for its user with all roles, each in one planned question."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from ground.access import with_roles
from ground.worded import worded


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        found = _session.first(self.session_key or "")
        if found is None:
            self._session_key = None
        return found


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, by address and password; who comes back is found together with the roles of this instant."""

    def get_user(self, user_id: Any) -> User | None:
        user = _user.first(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


@worded
def _session(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=Now())


@worded
def _user(key: UUID) -> QuerySet[User]:
    return with_roles(User.objects.filter(pk=key), key)
