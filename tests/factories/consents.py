"""Consent texts and consents."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import Organization
from companies.models import Company, Consent, ConsentText
from ground import clock
from tests.factories import people, register


def text(
    code: str = "contact", *, kind: str = "required", agency_code: str = "SBA", version: int = 1,
    receiver: Organization | None = None, **fields: Any,
) -> ConsentText:  # fmt: skip
    return ConsentText.objects.create(
        **{
            "agency": people.agency(agency_code), "code": code, "version": version, "kind": kind,
            "title_ko": "연락처 제공", "title_en": "Giving contacts", "body_ko": "제공합니다.", "items_ko": "이름, 전자우편",
            "months": 12, "from_on": dt.date(2020, 1, 1), "receiver": receiver,
            "country": receiver.country if receiver else None, **fields,
        }
    )  # fmt: skip


def given(of: Company, to: ConsentText, **fields: Any) -> Consent:
    return Consent.objects.create(
        **{"text": to, "company": of, "given_by": register.member(of), "given_at": clock.now(), **fields}
    )
