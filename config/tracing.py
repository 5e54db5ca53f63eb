"""Where a request came from and what it is called in histories and logs: by its route's name, never by its path, which
may hold the token of an invitation or of a new password."""

from __future__ import annotations

import logging
from ipaddress import ip_address
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django_structlog.middlewares import RequestMiddleware


def client_address(request: HttpRequest) -> str:
    """The address of the person's machine: what the outermost of our own `NARU_PROXIES` proxies saw, else whoever speaks
    to us. What stands further left in X-Forwarded-For is anybody's claim. Empty when it is no address."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies = settings.NARU_PROXIES
    found = seen[-proxies] if 0 < proxies <= len(seen) else ""
    try:
        return str(ip_address(found.strip() or request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return ""


def request_id(claimed: str) -> str:
    """The proxy's X-Request-ID when it is a UUID, else one of our own: nobody writes free text into histories."""
    try:
        return str(UUID(claimed))
    except ValueError:
        return str(uuid4())


def route_name(request: HttpRequest) -> str:
    """The name of the page that was asked for; a dash when there is none."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    said: tuple[str, str] | None = request.__dict__.get("naru_route")
    if said is None or said[0] != request.path_info:
        try:
            name = resolve(request.path_info).view_name
        except Resolver404:
            name = "-"
        said = request.__dict__["naru_route"] = (request.path_info, name)
    return said[1]


class RequestLog(RequestMiddleware):
    """One line for each request in the log, without arguments of the path or a query."""

    def prepare(self, request: HttpRequest) -> None:
        request.META["HTTP_X_REQUEST_ID"] = request_id(request.META.get("HTTP_X_REQUEST_ID", ""))
        request.__dict__.pop("headers", None)  # may have been read before
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {route_name(request)}"

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(ip=client_address(request))


class WithoutPaths(logging.Filter):
    """Django's own lines about requests end with the path: the route's name stands there instead."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple) and record.args:
            record.args = (*record.args[:-1], route_name(request))
        return True
