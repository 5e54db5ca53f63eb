"""Dates for a calendar (RFC 5545): texts escaped, lines folded, instants in UTC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.http import HttpResponse
from django_stubs_ext import StrOrPromise


def utc(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: StrOrPromise) -> str:
    """One line, with the characters escaped that mean something in a calendar."""
    plain = str(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(plain.split())


def calendar(lines: Iterable[str], name: str, *, product: str) -> HttpResponse:
    """The events' lines as a calendar file of that name."""
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Naru//{product}//KO", *lines, "END:VCALENDAR"]
    body = "".join(f"{_folded(line)}\r\n" for line in whole)
    response = HttpResponse(body.encode(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def _folded(line: str) -> str:
    """At most 75 bytes a line, never cut inside a character."""
    pieces: list[str] = []
    piece = ""
    for character in line:
        if len((piece + character).encode()) > (74 if pieces else 75):
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])
