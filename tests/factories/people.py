"""Standing persons: made up, each made on first use."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.test import Client

from accounts.models import Agency, Officer, Organization, OrganizationMember, User
from ground.models import Country

PASSWORD = "a calm river carries many boats"


def country(code: str = "KR") -> Country:
    names = {"KR": ("대한민국", "South Korea"), "CL": ("칠레", "Chile"), "US": ("미국", "United States")}
    ko, en = names.get(code, (code, code))
    return Country.objects.get_or_create(code=code, defaults={"name_ko": ko, "name_en": en})[0]


def user(email: str = "somebody@naru.example", **fields: Any) -> User:
    known = User.objects.filter(email=email).first()
    if known:
        return known
    made = User.objects.create_user(email, PASSWORD, **{"name": "나들목", **fields})
    made.emailaddress_set.create(email=email, verified=True, primary=True)
    return made


def agency(code: str = "SBA", **fields: Any) -> Agency:
    defaults = {"name_ko": f"{code} 수출진흥원", "name_en": f"{code} Export Agency", **fields}
    return Agency.objects.get_or_create(code=code, defaults=defaults)[0]


def officer(role: str = "officer", agency_code: str = "SBA", email: str = "") -> User:
    """A user who serves in a role of an agency since 2020."""
    who = user(email or f"{role}@{agency_code.lower()}.example", name=f"{agency_code} {role}")
    Officer.objects.get_or_create(
        agency=agency(agency_code), user=who, role=role, defaults={"from_on": dt.date(2020, 1, 1)}
    )
    return who


def organization(kind: str = "provider", name: str = "강물물류", country_code: str = "KR") -> Organization:
    return Organization.objects.get_or_create(
        kind=kind, name_ko=name, defaults={"country": country(country_code)}
    )[0]


def organization_member(kind: str = "provider", name: str = "강물물류", country_code: str = "KR") -> User:
    body = organization(kind, name, country_code)
    who = user(f"{kind}-{body.pk.hex[-6:]}@body.example", name=name)
    OrganizationMember.objects.get_or_create(organization=body, user=who)
    return who


def session(who: User) -> str:
    """The key of a session of theirs, for browsers of other tests that stand on the same rows (`prepared`)."""
    client = Client()
    client.force_login(who)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def resumed(client: Client, key: str) -> Client:
    """The browser, signed in by that session."""
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return client
