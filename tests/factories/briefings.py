"""Briefings and who registers for them, by the verbs of everybody."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from accounts.models import User
from companies.models import Company
from ground import outbox
from ground.clock import SEOUL
from ground.models import Message
from guidance.domain import attending, briefing_letters, briefings, registering
from guidance.models import Briefing, BriefingQuestion, Registration
from tests.factories import people, programs, register

STARTS = dt.datetime(2025, 6, 10, 14, tzinfo=SEOUL)
ENDS = STARTS + dt.timedelta(hours=2)
CLOSES = dt.datetime(2025, 6, 9, 18, tzinfo=SEOUL)
BEFORE = dt.datetime(2025, 6, 2, 9, tzinfo=SEOUL)


def draft(agency_code: str = "SBA", **fields: Any) -> Briefing:
    program = programs.program(f"{agency_code}-MELI-CL-2025", agency_code)
    made = Briefing(
        **{
            "program": program, "title_ko": "칠레 시장 설명회", "title_en": "Briefing on Chile", "text_ko": "칠레를 설명합니다.",
            "starts_at": STARTS, "ends_at": ENDS, "closes_at": CLOSES, "place_ko": "나루홀 1층", "capacity": 2,
            "contact_ko": "수출팀 02-000-0000", **fields,
        }
    )  # fmt: skip
    return briefings.save_briefing(made, by=people.officer("officer", agency_code))


def published(agency_code: str = "SBA", **fields: Any) -> Briefing:
    """The clock stands before its closing."""
    made = draft(agency_code, **fields)
    return briefings.publish(made, by=people.officer("officer", agency_code))


def asked(briefing: Briefing, number: int = 1, **fields: Any) -> Registration:
    """A guest who has not opened the mail yet."""
    person = registering.Person(
        fields.pop("name", f"손님{number}"), fields.pop("email", f"guest{number}@guest.example")
    )
    return registering.register_guest(briefing, person, has_agreed=True, **fields)


def guest(briefing: Briefing, number: int = 1, **fields: Any) -> Registration:
    return registering.confirm(asked(briefing, number, **fields))


def of_company(
    briefing: Briefing, company: Company | None = None, *, count: int = 1, by: User | None = None
) -> list[Registration]:
    company = company or register.company()
    persons = [
        registering.Person(
            f"직원{company.business_number[-3:]}{number}", f"p{number}@{company.business_number}.example"
        )
        for number in range(count)
    ]
    return registering.register_company(briefing, company, persons, by=by or register.member(company))


def came(briefing: Briefing, *registrations: Registration) -> None:
    for each in registrations:
        attending.check_in(briefing, each.code, by=people.officer())


def question(briefing: Briefing, kind: str = "scale", **fields: Any) -> BriefingQuestion:
    choices = "예\n아니요\n모름" if kind == "choice" else ""
    made = BriefingQuestion(
        **{"briefing": briefing, "kind": kind, "label_ko": f"질문 {kind}", "choices_ko": choices, **fields}
    )
    briefings.save_part(made, by=people.officer())
    return made


def states(briefing: Briefing) -> dict[str, str]:
    """Address (without its domain) → state."""
    rows = Registration.objects.filter(briefing=briefing).order_by("created_at", "id")
    return {each.email.partition("@")[0]: each.state for each in rows}


def mails(to: str = "") -> list[str]:
    """Subjects of the mails written since, the first first; those to one address when it is given."""
    outbox.drain()
    rows = Message.objects.order_by("created_at", "id")
    return [each.subject for each in rows if not to or each.recipients == [to]]


def link(registration: Registration) -> str:
    """The path of the person's own page."""
    found = re.search(r"(/registrations/mine/.*)", briefing_letters.own_address(registration))
    assert found
    return found[1]
