"""Statements of a country in the smallest whole form."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.domain import approvals
from accounts.models import User
from guidance.domain import reviewing, stating
from guidance.models import Review, Statement, StatementFigure, StatementVersion
from programs.models import Program
from tests.factories import people


def draft(program: Program, country: str = "VN", pillar: str = "product", **fields: Any) -> StatementVersion:
    """A first draft of a new line, by an officer of the program's agency."""
    by: User = fields.pop("by", None) or people.officer(agency_code=program.agency.code)
    values = {
        "text_ko": "소용량 제품이 잘 팔립니다.", "text_en": "Small sizes sell well.", "evidence_ko": "지어낸 근거",
        "source": "지어낸 조사", "as_of_on": dt.date(2015, 5, 1), "review_on": dt.date(2016, 5, 1), "confidence": "medium",
        "is_made_up": True, **fields,
    }  # fmt: skip
    statement = Statement(program=program, country=people.country(country), pillar=pillar)
    return stating.start(statement, StatementVersion(**values), by=by)


def figure(version: StatementVersion, value: str = "12.5", **fields: Any) -> StatementFigure:
    values = {"label_ko": "비율", "label_en": "Share", "unit_ko": "%", "year": 2014, **fields}
    by = people.officer(agency_code=version.agency.code)
    return stating.save_figure(StatementFigure(version=version, value=Decimal(value), **values), by=by)


def agreed(*versions: StatementVersion, reason: str = "조사 결과 반영") -> Review:
    """In review, and a manager agreed."""
    code = versions[0].agency.code
    review = reviewing.hand_in(versions, reason=reason, by=people.officer(agency_code=code))
    assert review.approval is not None
    approvals.answer_any(review.approval, by=people.officer("manager", code), grant=True)
    return review


def published(
    program: Program, country: str = "VN", pillar: str = "product", **fields: Any
) -> StatementVersion:
    """A line that two persons published."""
    version = draft(program, country, pillar, **fields)
    reviewing.publish(agreed(version), by=people.officer(agency_code=program.agency.code))
    version.refresh_from_db()
    return version
