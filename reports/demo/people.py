"""The demonstration's people and bodies: all invented, all with the same password, printed at the start."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_noop

from accounts.models import Agency, Officer, Organization, OrganizationMember, SecondPersonRule, User

PASSWORD = "나루터에서 배를 기다립니다"  # noqa: S105 — printed at every start of the demonstration
SINCE = dt.date(2024, 1, 1)


@dataclass(frozen=True)
class SignIn:
    """Who can be tried: address and what the person is."""

    mail: str
    what: str


SIGN_INS = (
    SignIn("manager@sba.example", gettext_noop("manager of the Seoul agency")),
    SignIn("officer@sba.example", gettext_noop("officer of the Seoul agency")),
    SignIn("manager2@sba.example", gettext_noop("second manager, for decisions of two persons")),
    SignIn("finance@sba.example", gettext_noop("finance officer of the Seoul agency")),
    SignIn("auditor@sba.example", gettext_noop("auditor, reads only")),
    SignIn("firm01@firm.example", gettext_noop("company with a store of its own")),
    SignIn("firm03@firm.example", gettext_noop("company that sells through the provider's store")),
    SignIn("provider@mulgil.example", gettext_noop("provider that holds the store")),
    SignIn("evaluator1@naru.example", gettext_noop("evaluator")),
    SignIn("partner@platform.example", gettext_noop("platform partner in Chile")),
    SignIn("city@supervising.example", gettext_noop("supervising body")),
    SignIn("manager@bna.example", gettext_noop("manager of another agency")),
    SignIn(
        "officer@strategy.example",
        gettext_noop("officer of the ministry that leads the five-country strategy"),
    ),
    SignIn("researcher@trade.example", gettext_noop("research body that did the desk research")),
    SignIn("researcher@market.example", gettext_noop("research body that did the field research")),
    SignIn("operator@naru.example", gettext_noop("operator of the installation: agencies and people")),
)


@dataclass(frozen=True)
class Cast:
    """Everybody the story needs."""

    agency: Agency
    other_agency: Agency
    manager: User
    second_manager: User
    officer: User
    finance: User
    other_manager: User
    evaluators: tuple[User, ...]
    provider: Organization
    provider_user: User
    partner: Organization
    research: Organization


_hash = ""


def person(mail: str, name: str, **fields: Any) -> User:
    """A made-up user with a confirmed address; all share one password hash (hashing takes half a second)."""
    global _hash
    _hash = _hash or make_password(PASSWORD)
    user = User.objects.create(email=mail, name=name, password=_hash, is_made_up=True, **fields)
    EmailAddress.objects.create(user=user, email=mail, verified=True, primary=True)
    return user


def officer(agency: Agency, role: str, mail: str, name: str, *, since: dt.date = SINCE) -> User:
    user = person(mail, name)
    Officer.objects.create(agency=agency, user=user, role=role, from_on=since)
    return user


def _body(
    kind: str, name_ko: str, name_en: str, country: str, mail: str, name: str, **fields: Any
) -> tuple[Organization, User]:
    body = Organization.objects.create(
        kind=kind, name_ko=name_ko, name_en=name_en, country_id=country, is_made_up=True
    )
    user = person(mail, name, **fields)
    OrganizationMember.objects.create(organization=body, user=user)
    return body, user


def gather() -> Cast:
    """Make agencies, officers, evaluators and the bodies around them."""
    city, _city_user = _body(
        "supervising", "시연특별시", "City of the Demonstration", "KR", "city@supervising.example", "한도시"
    )
    agency = Agency.objects.create(
        code="SBA",
        name_ko="서울나루진흥원(시연)",
        name_en="Seoul Naru Agency (demonstration)",
        supervised_by=city,
    )
    other = Agency.objects.create(
        code="BNA", name_ko="부산나루진흥원(시연)", name_en="Busan Naru Agency (demonstration)"
    )
    for decision in ("publishing", "results"):
        SecondPersonRule.objects.create(agency=agency, decision=decision)
    provider, provider_user = _body(
        "provider", "물길글로벌커머스(시연)", "Mulgil Global Commerce (demonstration)", "KR",
        "provider@mulgil.example", "문물길",
    )  # fmt: skip
    partner, _partner_user = _body(
        "partner", "메르카도리브레 칠레(시연)", "Mercado Libre Chile (demonstration)", "CL",
        "partner@platform.example", "Marina Ríos", language="en",
    )  # fmt: skip
    research, _research_user = _body(
        "research", "나루무역연구원(시연)", "Naru Trade Institute (demonstration)", "KR",
        "research@institute.example", "서연구",
    )  # fmt: skip
    person("operator@naru.example", "도운영", is_operator=True)
    officer(agency, "auditor", "auditor@sba.example", "배감사")
    return Cast(
        agency=agency,
        other_agency=other,
        manager=officer(agency, "manager", "manager@sba.example", "강나루"),
        second_manager=officer(agency, "manager", "manager2@sba.example", "노가온"),
        officer=officer(agency, "officer", "officer@sba.example", "마다솜"),
        finance=officer(agency, "finance", "finance@sba.example", "나회계"),
        other_manager=officer(other, "manager", "manager@bna.example", "고바다"),
        evaluators=tuple(
            person(f"evaluator{place}@naru.example", name)
            for place, name in enumerate(("구평가", "라심사", "백위원"), start=1)
        ),
        provider=provider,
        provider_user=provider_user,
        partner=partner,
        research=research,
    )
