"""Statements and research of a country in the smallest whole form."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from accounts.domain import approvals
from accounts.models import User
from ground import clock
from guidance.domain import researching, reviewing, stating
from guidance.models import (
    Edition,
    Finding,
    ResearchTask,
    Review,
    Statement,
    StatementFigure,
    StatementVersion,
)
from programs.models import Program, ProgramPartner
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


def edition(program: Program, country: str = "VN", number: int = 1, *, days: int = 0) -> Edition:
    """As it was published so many days ago, without statements and booklets."""
    by = people.officer(agency_code=program.agency.code)
    return Edition.objects.create(
        agency=program.agency, program=program, country=people.country(country), number=number,
        published_at=clock.now() - dt.timedelta(days=days), published_by=by, digest="0" * 64, content={"statements": []},
    )  # fmt: skip


def task(program: Program, body: str = "시장조사원", **fields: Any) -> ResearchTask:
    """A question to a research body that the program names, due in thirty days."""
    organization = people.organization("research", body)
    ProgramPartner.objects.get_or_create(
        program=program, organization=organization, defaults={"part_ko": "현장조사"}
    )
    values = {
        "method": "desk", "country": people.country("VN"), "pillar": "product", "question_ko": "무엇이 팔립니까?",
        "question_en": "What sells?", "due_on": clock.today() + dt.timedelta(days=30), **fields,
    }  # fmt: skip
    return researching.ask(
        ResearchTask(program=program, organization=organization, **values),
        by=people.officer(agency_code=program.agency.code),
    )


def researcher(body: str = "시장조사원") -> User:
    return people.organization_member("research", body)


def finding(of: ResearchTask, upload: Any = None, **fields: Any) -> Finding:
    values = {
        "text": "소용량 제품이 잘 팔림", "source": "지어낸 통계 2014", "as_of_on": dt.date(2015, 4, 1), "confidence": "high", **fields,
    }  # fmt: skip
    by = researcher(of.organization.name_ko)
    return researching.save_finding(Finding(task=of, **values), upload=upload, by=by)


def accepted(program: Program, body: str = "시장조사원", **fields: Any) -> ResearchTask:
    """A task whose one finding was handed in and accepted."""
    as_of_on = fields.pop("as_of_on", dt.date(2015, 4, 1))
    row = task(program, body, **fields)
    finding(row, as_of_on=as_of_on)
    researching.hand_in(row, by=researcher(body))
    return researching.accept(row, by=people.officer(agency_code=program.agency.code))
