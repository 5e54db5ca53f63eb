"""Who has data destroyed, and whose."""

from __future__ import annotations

import datetime as dt

import pytest

from companies.models import Claim, Company, Contact, Invitation
from ground import clock
from guidance.models import Briefing, GuideQuestion, Registration
from programs.models import Consultation, Draft, Inquiry
from tests.factories import people, programs, register


@pytest.fixture
def manager():
    return people.officer("manager")


@pytest.fixture
def company() -> Company:
    """A company with people in every table that names any, changed and deleted ones, and one beside it."""
    company = register.company(1)
    register.seen_by(company)
    owner = register.member(company)
    contact = company.contacts.get()
    contact.name, contact.phone = "김서강", "010-0000-0001"
    contact.save()
    old = Contact.objects.create(company=company, kind="export", name="옛이름", email="old@firm.example")
    old.delete()
    Invitation.objects.create(
        company=company, email="guest@firm.example", role="reader", token_sha256="1" * 64, invited_by=owner,
        expires_at=clock.now(),
    )  # fmt: skip
    Claim.objects.create(company=company, user=owner, method="certificate", stated_representative="김대표")
    application = programs.application(
        company=company, contact_name="담당이", contact_email="담당@firm.example"
    )
    Draft.objects.create(application=application, step="contact", typed={"contact_name": "친구이"})
    Inquiry.objects.create(
        agency=application.agency, call=application.call, company=company, form_key=application.pk, text="물음이입니다.",
        asked_at=clock.now(), asked_by=owner,
    )  # fmt: skip
    GuideQuestion.objects.create(
        agency=application.agency, program=application.call.program, country=people.country("VN"), company=company,
        form_key=application.pk, text="안내물음이입니다.", asked_at=clock.now(), asked_by=owner,
    )  # fmt: skip
    Consultation.objects.create(
        agency=application.agency, company=company, held_on=dt.date(2025, 5, 2), channel="phone", topic="market",
        text="통화이와 이야기했습니다.", by=people.officer("manager"),
    )  # fmt: skip
    shown = {
        "agency": application.agency,
        "program": application.call.program,
        "title_ko": "설명회",
        "text_ko": "칠레",
    }
    begin = clock.now()
    at = {"closes_at": begin, "starts_at": begin, "ends_at": begin + dt.timedelta(hours=1)}
    briefing = Briefing.objects.create(**shown, **at, place_ko="나루홀", capacity=9, contact_ko="수출팀")
    for each, name in ((company, "참석이"), (register.company(2), "남의손님")):
        Registration.objects.create(
            agency=briefing.agency, briefing=briefing, company=each, registered_by=owner, name=name, email=f"{each.pk}@seat.example",
            language="ko", state="registered", joined_at=clock.now(), code=f"CODE{name}"[:6],
        )  # fmt: skip
    programs.application(
        programs.call(code="OTHER"),
        company=register.company(2),
        contact_name="남의사람",
        contact_email="o@firm.example",
    )
    return company


@pytest.fixture
def operator():
    return people.user("op@naru.example", name="운영", is_operator=True)
