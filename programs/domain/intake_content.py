"""What was handed in, frozen: facts of the company, baseline, answers and files with their hashes, as canonical JSON.

The person in charge and other names of people stay out: they stand in the application alone and are blanked there when
they are no longer needed, without breaking a hash.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from accounts.domain.approvals import fingerprint
from companies.models import ConsentText
from programs.domain.intake_drafts import AMOUNTS
from programs.models import Answer, Baseline
from programs.queries.reading import Reading


def content_of(reading: Reading, consents: Collection[ConsentText] = ()) -> dict[str, Any]:
    """The content of a submission. Amounts are text with their currency, days ISO, so that the hash can be made again.
    Whether staff entered it stands in it, where they did."""
    application = reading.application
    call = application.call
    behalf = getattr(application, "on_behalf", None)
    return {
        **({"on_behalf": {"agency": call.agency.code, "channel": behalf.channel}} if behalf else {}),
        "call": {
            "code": call.code,
            "closes_at": call.closes_at.isoformat(),
            "criteria": [
                {"code": each.code, "version": each.version}
                for each in sorted(reading.criteria, key=lambda each: each.code)
            ],
        },
        "company": {
            "business_number": application.company.business_number,
            "name_ko": application.company.name_ko,
            "name_en": application.company.name_en,
        },
        "baseline": _baseline(reading.baseline),
        "answers": [
            {"code": answer.question.code, "kind": answer.question.kind, **_answer(answer)}
            for answer in reading.answers
        ],
        "documents": [
            {
                "code": document.required.code,
                "name": document.file.name,
                "size": document.file.size,
                "sha256": document.file.sha256,
                "issued_on": _day(document.issued_on),
                "valid_from": _day(document.valid_from),
                "valid_until": _day(document.valid_until),
            }
            for document in reading.documents.values()
        ],
        "consents": sorted(({"code": text.code, "version": text.version} for text in consents), key=str),
    }


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON (keys sorted, no blanks, UTF-8)."""
    return fingerprint(content)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")


def _day(value: Any) -> str | None:
    return None if value is None else value.isoformat()


def _baseline(baseline: Baseline | None) -> dict[str, Any] | None:
    if baseline is None:
        return None
    return {
        "last_year": baseline.last_year,
        "currency": "USD",
        **{name: _plain(getattr(baseline, name)) for name in AMOUNTS},
        "is_first_export": baseline.is_first_export,
        "may_ask_again": baseline.may_ask_again,
    }


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.text,
        "number": _plain(answer.number),
        "amount": _plain(answer.amount),
        "currency": answer.currency,
        "day": _day(answer.day),
        "is_yes": answer.is_yes,
        "codes": answer.codes,
        **({"lines": lines} if (lines := _lines(answer)) else {}),
    }


def _lines(answer: Answer) -> list[dict[str, Any]]:
    return [
        {
            "product": each.product.code,
            "name_ko": each.product.name_ko,
            "quantity": _plain(each.quantity),
            "price": _plain(each.price_amount),
            "currency": each.currency,
        }
        for each in answer.lines.all()
    ]
