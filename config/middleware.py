"""What every request passes: headers, the context of the history, the access table."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import pghistory
from allauth.account.adapter import get_adapter
from allauth.usersessions.middleware import UserSessionsMiddleware
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts import kept_forms, lately, tokens
from accounts.sessions import asked_beside
from config.tracing import client_address, route_name
from ground.access import NEEDS_SECOND_FACTOR, TABLE, Entry, Role, may, remember_roles, roles_of
from ground.errors import RuleBroken
from ground.worded import keeping_cursor

Answer = Callable[[HttpRequest], HttpResponse]


def headers(get_response: Answer) -> Answer:
    """Personal pages are never kept by a cache."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cache-Control", "private, no-cache")
        response.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
        return response

    return middleware


class SessionActivity(UserSessionsMiddleware):  # type: ignore[misc]
    """Where a session was last seen from, written at most once a minute by each process: a page only reads."""

    EVERY = 60.0
    KEPT = 10_000

    def __init__(self, get_response: Answer) -> None:
        super().__init__(get_response)
        self.noted: dict[tuple[str, str, str], float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.is_news(request):
            note_session(request)
        # Found by now, so nobody looks for it again.
        request.user = getattr(request, "_cached_user", request.user)
        try:
            return cast(HttpResponse, self.get_response(request))
        finally:
            asked_beside()

    def is_news(self, request: HttpRequest) -> bool:
        if not (request.session.session_key and request.user.is_authenticated):
            return False
        agent = request.META.get("HTTP_USER_AGENT", "")
        seen, now = (request.session.session_key, client_address(request), agent), time.monotonic()
        if now - self.noted.get(seen, -self.EVERY) < self.EVERY:
            return False
        if len(self.noted) >= self.KEPT:
            self.noted.clear()
        self.noted[seen] = now
        return True


SEEN = """INSERT INTO usersessions_usersession (user_id, created_at, ip, last_seen_at, session_key, user_agent, data)
    SELECT %s, statement_timestamp(), %s, statement_timestamp(), %s, %s, '{}'
    FROM set_config('synchronous_commit', 'off', true)
    ON CONFLICT (session_key) DO UPDATE SET user_id = EXCLUDED.user_id, ip = EXCLUDED.ip,
        user_agent = EXCLUDED.user_agent, last_seen_at = EXCLUDED.last_seen_at"""


def note_session(request: HttpRequest) -> None:
    """allauth's `create_from_request` in one statement, and without its signal, which nobody listens to. The page does not
    wait until the disk has it: after a crash of the database a page says it again, within a minute of use."""
    longest = UserSession._meta.get_field("user_agent").max_length
    said = [
        request.user.pk,
        get_adapter().get_client_ip(request),
        request.session.session_key,
        request.META.get("HTTP_USER_AGENT", "")[:longest],
    ]
    with keeping_cursor() as cursor:
        cursor.execute(SEEN, said)


def history(get_response: Answer) -> Answer:
    """Each change made in a request carries who asked for it (the key, never the name), from where, and by which page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return get_response(request)
        user = request.user
        with pghistory.context(
            user=str(user.pk) if user.is_authenticated else None,
            route=route_name(request),
            request=request.META["HTTP_X_REQUEST_ID"],
            address=client_address(request),
        ):
            return get_response(request)

    return middleware


class AccessMiddleware:
    """Enforces the access table on every route and turns refusals of verbs into a page with a sentence (409)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        remember_roles(request.user)
        tokens.mark(request)
        kept_forms.forget_old(request)
        response = self.get_response(request)
        kept_forms.settle(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        entry = TABLE.find(match.view_name) if match else None
        if entry is None:
            raise Http404
        roles = roles_of(request.user)
        if not entry.allows(roles, request.method or "GET"):
            return self.refuse(request, entry, roles)
        if lacks_second_factor(request, entry, roles):
            return HttpResponseRedirect(reverse("mfa_activate_totp"))
        asks_password = entry.asks_at(request.method or "GET")
        if asks_password and lately.gave_password(request):
            if request.method == "POST":
                request.session.pop(lately.TYPED, None)
        elif asks_password:
            lately.keep_typed(request)
            messages.warning(
                request, _("This decision asks for your password. Once it is given, decide again.")
            )
            return HttpResponseRedirect(lately.door(page_before(request, entry)))
        request.META[kept_forms.REACHED] = True
        return None

    def refuse(self, request: HttpRequest, entry: Entry, roles: frozenset[Role]) -> HttpResponse:
        if Role.VISITOR in roles and entry.stranger != 403:
            page = page_after_sign_in(request, entry)
            return redirect_to_login(kept_forms.keep(request, page) or page)
        if entry.stranger == 403:
            return render(request, "403.html", status=403)
        raise Http404

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RuleBroken):
            return render(request, "409.html", {"sentence": error.sentence}, status=409)
        return None


LONGEST_ADDRESS = 4000
"""Characters; what is sent as an address and is longer is none of this site's."""


def came_from(request: HttpRequest) -> SplitResult | None:
    """The address within this site of the page on which the person pressed, where the browser tells it."""
    return within(request, request.headers.get("referer", ""))


def within(request: HttpRequest, came: str) -> SplitResult | None:
    """The address without its host; None of another site's."""
    if not url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()}):
        return None
    return urlsplit(came)._replace(scheme="", netloc="", fragment="")


def page_after_sign_in(request: HttpRequest, entry: Entry) -> str:
    """This page; of a button, which is no page (its session ran out), the one on which it was pressed, or the first one. What was
    sent from the page of a kept form was pressed where that one says."""
    if entry.reads or request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    address = came_from(request)
    if address is not None and _name_of(address) == "form_kept":
        page = request.POST.get(kept_forms.PAGE, "")
        address = within(request, page) if len(page) <= LONGEST_ADDRESS else None
    if address is None or _name_of(address) == "form_kept":
        return "/"
    before = TABLE.find(_name_of(address))
    return address.geturl() if before is not None and before.reads else "/"


def _name_of(address: SplitResult) -> str:
    try:
        return resolve(address.path).view_name
    except Resolver404:
        return ""


def page_before(request: HttpRequest, entry: Entry) -> str:
    """The page on which the person decides: this one, or where a button of it was pressed; if that was the answer to a form, which
    is no page to come back to, the page of the record."""
    if entry.reads:
        return request.get_full_path()
    address = came_from(request)
    if address is not None and is_page(request, address.path):
        return address.geturl()
    return page_of_record(request) or reverse("admin:index")


def is_page(request: HttpRequest, path: str) -> bool:
    """Whether the person may look at the address."""
    try:
        return may(request.user, resolve(path).view_name)
    except Resolver404:
        return False


def page_of_record(request: HttpRequest) -> str:
    """Of `admin:<app>_<model>_<verb>` with the record's key: the record's page; nothing where there is none."""
    match = request.resolver_match
    if match is None or "pk" not in match.kwargs:
        return ""
    words = match.view_name.split("_")
    names = (f"{'_'.join(words[:count])}_change" for count in range(len(words) - 1, 1, -1))
    name = next((each for each in names if may(request.user, each)), None)
    return reverse(name, args=[match.kwargs["pk"]]) if name else ""


def lacks_second_factor(request: HttpRequest, entry: Entry, roles: frozenset[Role]) -> bool:
    """Staff or operator, behind the doors, and no second factor set up. Who has one was asked for it at sign-in."""
    if not settings.NARU_STAFF_MFA or entry.is_door or roles.isdisjoint(NEEDS_SECOND_FACTOR):
        return False
    from allauth.mfa.utils import is_mfa_enabled

    return not is_mfa_enabled(request.user)
