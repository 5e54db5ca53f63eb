"""The companies register and apply, by the same verbs as everybody."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from accounts.models import User
from companies.domain import facts, registration
from companies.models import Company, Place
from companies.tax_office import TaxOffice
from companies.tax_office_server import LocalTaxOffice
from ground import clock
from ground.models import Industry
from programs.domain import intake, intake_documents, intake_drafts
from programs.models import Application, Call, Question
from programs.queries.reading import Reading
from reports.demo import notice, papers, people
from reports.demo.firms import FIRMS, SPARE, Firm

ANSWERS = "tax_office.json"


@dataclass(frozen=True)
class Applicant:
    """A firm of the story, its company record, its owner, its application."""

    firm: Firm
    company: Company
    owner: User
    application: Application


def tax_office_answers(*, has_suspended: bool = True) -> dict[str, dict[str, str]]:
    """What the local tax office of the demonstration knows: one firm suspends its business after it applied."""
    return {
        firm.business_number: {
            "b_stt_cd": "02" if has_suspended and firm.part == "suspended" else "01",
            "start_dt": f"{firm.opened_on:%Y%m%d}",
            "p_nm": firm.representative,
            "tax_type": "부가가치세 일반과세자",
            "end_dt": "",
        }
        for firm in (*FIRMS, *SPARE)
    }


def write_answers(path: Path, *, has_suspended: bool = True) -> Path:
    """The file that the local tax office answers from."""
    path.write_text(json.dumps(tax_office_answers(has_suspended=has_suspended), ensure_ascii=False), "utf-8")
    return path


@contextmanager
def tax_office(folder: Path, *, has_suspended: bool = True) -> Iterator[TaxOffice]:
    """The demonstration's tax office: a real server on this machine that speaks the service's JSON."""
    answers = folder / "tax_office.json"
    answers.write_text(
        json.dumps(tax_office_answers(has_suspended=has_suspended), ensure_ascii=False), "utf-8"
    )
    server = LocalTaxOffice(answers, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield TaxOffice(server.address, "demonstration")
    finally:
        server.shutdown()
        server.server_close()


def register(firm: Firm, office: TaxOffice) -> tuple[Company, User]:
    """Sign up, claim the company, fill in its record."""
    owner = people.person(firm.mail, f"{firm.representative} 담당")
    outcome = registration.claim(
        registration.Statement(
            firm.business_number, firm.representative, firm.opened_on, firm.name_ko, firm.name_en
        ),
        by=owner,
        office=office,
    )
    company = outcome.company
    if company is None:
        raise RuntimeError(f"the tax office did not confirm {firm.name_ko}: {outcome.answer}")
    Company.objects.filter(pk=company.pk).update(is_made_up=True)
    if firm.part != "outside":
        add_head_office(firm, company, owner)
    facts.add_industry(
        company, industry=Industry.objects.get(pk=f"11:{firm.industry}"), is_main=True, by=owner
    )
    exports = Decimal(0 if firm.weight < 12 else firm.weight * 3_150)
    facts.put_figures(
        company,
        year=2024,
        facts={
            "sales_amount": firm.weight * 23_000_000,
            "export_amount": exports,
            "employees": 4 + firm.weight // 6,
        },
        by=owner,
    )
    for goods in firm.goods:
        facts.put_product(
            company,
            facts={
                "code": goods.code,
                "name_ko": goods.name_ko,
                "name_en": goods.name_en,
                "hs_code": goods.hs_code,
                "product_group": goods.group,
            },
            by=owner,
        )
    return company, owner


def add_head_office(firm: Firm, company: Company, owner: User) -> None:
    facts.add_place(
        company,
        facts={
            "kind": Place.Kind.HEAD_OFFICE, "province_id": firm.province, "address": f"가상로 {firm.serial}",
            "from_on": max(firm.opened_on, dt.date(2012, 1, 2)),
        },
        by=owner,
    )  # fmt: skip


def _answers(call: Call, firm: Firm) -> dict[object, intake_drafts.AnswerValue]:
    value = intake_drafts.AnswerValue
    written = {
        "plan": value(
            text=f"{firm.name_ko}의 {firm.goods[0].name_ko}을(를) 칠레 소비자에게 판매하고, 현지 후기를 모아 재구매를 늘리겠습니다."
        ),
        "brand": value(text=firm.name_en.split()[0]),
        "staff": value(number=Decimal(1 + firm.weight % 4)),
        "budget": value(amount=Decimal(firm.weight * 400_000), currency="KRW"),
        "start": value(day=dt.date(2025, 7, 1)),
        "trademark": value(is_yes=firm.serial % 3 == 0),
        "channels": value(codes=("amazon", "own") if firm.serial % 2 else ("shopee",)),
    }
    return {question.pk: written[question.code] for question in Question.objects.filter(call=call)}


def _baseline(firm: Firm) -> dict[str, object]:
    is_first = firm.weight < 12
    none = Decimal(0)
    total = none if is_first else Decimal(firm.weight * 3_150)
    return {
        "export_last_amount": total,
        "export_before_amount": total * Decimal("0.8"),
        "country_last_amount": none,
        "country_before_amount": none,
        "online_last_amount": total * Decimal("0.3"),
        "online_before_amount": None if firm.serial % 9 == 0 and not is_first else total * Decimal("0.2"),
        "platform_last_amount": none,
        "platform_before_amount": none,
        "is_first_export": is_first,
        "may_ask_again": True,
    }


def _days(firm: Firm, code: str) -> intake_documents.Days:
    if code == "sme-cert":
        # One certificate ends before the agreement day: met, and to be renewed by then.
        until = dt.date(2025, 6, 20) if firm.serial == 7 else dt.date(2026, 3, 31)
        return intake_documents.Days(dt.date(2025, 4, 7), dt.date(2025, 4, 1), until)
    if code.startswith("tax-"):
        return intake_documents.Days(dt.date(2025, 5, 8), dt.date(2025, 5, 8), dt.date(2025, 6, 7))
    return intake_documents.Days(issued_on=dt.date(2025, 5, 8))


def apply(call: Call, firm: Firm, company: Company, owner: User) -> Application:
    """Draft, four steps, check, submission."""
    application = intake.start(call, company, by=owner, form_key=uuid4())
    intake_drafts.save_baseline(application, _baseline(firm), by=owner)
    intake_drafts.save_answers(application, _answers(call, firm), by=owner)  # type: ignore[arg-type]
    for required in call.requireddocuments.filter(stage="application"):
        # One company hands in the wrong paper and is asked to correct it.
        title = "참고 자료" if firm.serial == 12 and required.code == "biz-reg" else required.name_ko
        intake_documents.hand_in(
            application,
            required,
            papers.pdf(title, f"{required.name_ko}.pdf"),
            days=_days(firm, required.code),
            by=owner,
        )
    texts = Reading(application).consent_texts
    ticked = {text.pk for text in texts if text.kind not in {"optional", "mail"} or firm.serial % 2}
    intake_drafts.save_contact(
        application,
        intake_drafts.Contact(f"{firm.representative} 담당", firm.mail, f"02-000-{1000 + firm.serial}"),
        consents=ticked,
        by=owner,
    )
    intake.submit(application, by=owner, form_key=uuid4())
    application.refresh_from_db()
    return application


def all_apply(call: Call, folder: Path) -> list[Applicant]:
    """38 companies apply between the opening and the last hour before closing."""
    applicants = []
    with tax_office(folder, has_suspended=False) as office:
        for place, firm in enumerate(FIRMS):
            clock.move_to(
                notice.at(5, 12 + place // 2 if place < 36 else 30, 10 + place % 7, (place * 7) % 60)
            )
            company, owner = register(firm, office)
            applicants.append(Applicant(firm, company, owner, apply(call, firm, company, owner)))
    return applicants
