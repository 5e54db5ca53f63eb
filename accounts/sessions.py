"""Who is signed in: every page asks for the session and for its user with all roles, in one errand to the database."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Now

from accounts.models import User
from ground.access import with_roles
from ground.worded import asked_first, worded

KEPT = 10_000


class SessionStore(db.SessionStore):
    """Django's sessions in the database. Whose a session was when this process last saw it is only a guess, so that its user
    can be asked for with it: what counts is what the session says now."""

    def _get_session_from_db(self) -> Session | None:
        key, _beside.user = self.session_key or "", None
        guess = _whose.get(key)
        found = None if guess is None else self._with_user(key, guess)
        if found is None:
            found = asked_first(lambda: _session.first(key))
        if found is None:
            _whose.pop(key, None)
            self._session_key = None
        return found

    @staticmethod
    def _with_user(key: str, guess: UUID) -> Session | None:
        """The session, found beside the user that it is taken to be of."""
        user = asked_first(lambda: _user_beside.first(guess, key))
        if user is None or user.session_data is None:
            return None
        _beside.user = user
        return Session(session_key=key, session_data=user.session_data)

    def load(self) -> dict[str, Any]:
        data = super().load()
        if self.session_key and SESSION_KEY in data:
            if len(_whose) >= KEPT:
                _whose.clear()
            _whose[self.session_key] = UUID(data[SESSION_KEY])
        return data


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, by address and password; who comes back is found together with the roles of this instant."""

    def get_user(self, user_id: Any) -> User | None:
        user = asked_beside()
        if user is None or user.pk != user_id:
            user = _user.first(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


_whose: dict[str, UUID] = {}
_beside = threading.local()


def asked_beside() -> User | None:
    """The user that was asked for with the session, once: Django looks for it as soon as it has read the session. What
    nobody took is forgotten with the request (`config.middleware.SessionActivity`)."""
    user: User | None = getattr(_beside, "user", None)
    _beside.user = None
    return user


@worded
def _session(key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=Now())


@worded
def _user_beside(key: UUID, session: str) -> QuerySet[Any]:
    found = Session.objects.filter(session_key=session, expire_date__gt=Now())
    user: Any = with_roles(User.objects.filter(pk=key), key)
    beside: QuerySet[Any] = user.annotate(session_data=Subquery(found.values("session_data")))
    return beside


@worded
def _user(key: UUID) -> QuerySet[User]:
    return with_roles(User.objects.filter(pk=key), key)
