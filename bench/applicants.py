"""A published call with a realistic form, and companies whose members are signed in."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import override_settings

from accounts.models import User
from ground import clock
from programs.models import Call
from tests.factories import intake, programs, register
from tests.ground.uploads.honest import plain_pdf

MEGABYTE = 1024 * 1024
PICTURE = (
    b"<</Type/XObject/Subtype/Image/Width 591/Height 591/ColorSpace/DeviceRGB/BitsPerComponent 8/Length %d>>"
)
MARK = b"%% %012d\n"


@dataclass(frozen=True)
class Applicant:
    """A company with the session of its owner."""

    serial: int
    company: str
    session: str


def a_call() -> Call:
    """Open since yesterday: four questions, one required PDF, five criteria, two consents."""
    now = clock.now()
    today = now.astimezone(clock.SEOUL).date()
    call = programs.call(
        opens_at=now - dt.timedelta(days=1),
        closes_at=now + dt.timedelta(days=10),
        published_at=now - dt.timedelta(days=2),
        agreement_on=today + dt.timedelta(days=40),
    )
    intake.question(call, "plan", "long", is_required=True)
    intake.question(call, "brand", "short", is_required=True)
    intake.question(call, "staff", "number", is_required=True)
    intake.question(call, "sells", "yes_no", is_required=True)
    intake.document(call, "biz-reg", is_required=True)
    for code, kind, values in (
        ("seoul", "province", {"provinces": ["11"], "places": ["head_office"]}),
        ("open", "status", {}),
        ("age", "age", {"min": 1}),
        ("ban", "not_banned", {}),
        ("form", "answer", {"question": "sells", "equals": True}),
    ):
        intake.criterion(call, code, kind, values=values)
    intake.consent_text("collect", "required")
    intake.consent_text("news", "optional")
    return call


def applicants(first: int, count: int) -> list[Applicant]:
    """Companies with these serials, each with an owner who is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    made = []
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        for serial in range(first, first + count):
            company = register.company(serial)
            register.status(company)
            made.append(Applicant(serial, str(company.pk), _signed_in(store(), register.member(company))))
    return made


def _signed_in(session: object, user: User) -> str:
    session[SESSION_KEY] = str(user.pk)  # type: ignore[index]
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]  # type: ignore[index]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()  # type: ignore[index]
    session.create()  # type: ignore[attr-defined]
    return str(session.session_key)  # type: ignore[attr-defined]


@cache
def a_pdf() -> bytes:
    """One mebibyte with its mark: a page with a picture that cannot be packed."""
    size = MEGABYTE - 700
    picture = random.Random(1).randbytes(size)
    content = plain_pdf(PICTURE % size + b"stream\n" + picture + b"\nendstream")
    return content + b"%" * (MEGABYTE - len(content) - len(MARK % 0) - 1) + b"\n"


def pdf_of(serial: int) -> bytes:
    """The company's own: no two are alike."""
    return a_pdf() + MARK % serial


def sha256_of(serial: int) -> str:
    return hashlib.sha256(pdf_of(serial)).hexdigest()
