"""Random changes of the register, by whoever is connected: rows of every kind, and SQL that changes some of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import psycopg
from django.db import connection

from accounts.domain import approvals
from companies.models import (
    Ban,
    Company,
    CompanyIndustry,
    CompanySize,
    FinancialMark,
    Merge,
    Succession,
    SupportDeclaration,
    YearlyFigure,
)
from ground import clock
from ground.models import Industry
from programs.models import Call, Component, Delivery
from tests.factories import people, programs, register
from tests.factories.staff import stored

DAYS = {"from_on": dt.date(2020, 1, 1), "until_on": dt.date(2026, 12, 31)}
OF_COMPANIES = (
    "place", "certificate", "statuscheck", "ban", "yearlyfigure", "companyindustry", "product", "companysize", "financialmark",
    "supportdeclaration",
)  # fmt: skip


def some_change(random: Random, ask: Callable[[str], list[tuple[Any, ...]]]) -> str:
    """SQL for a random change of rows that are there; it may be refused."""

    def one_of(table: str, column: str = "id") -> str:
        rows = sorted(str(value) for (value,) in ask(f"SELECT {column} FROM {table}"))
        return f"'{random.choice(rows)}'" if rows else "NULL"

    company = one_of("companies_company")
    table = f"companies_{random.choice(OF_COMPANIES)}"
    day = f"'{random.choice([2014, 2021, 2023, 2024])}-0{random.randrange(1, 9)}-01'"
    ban, figure, paper = (
        one_of("companies_ban"),
        one_of("companies_yearlyfigure"),
        one_of("companies_certificate"),
    )
    succession, support = one_of("companies_succession"), one_of("companies_support")
    return random.choice(
        [
            *[f"UPDATE {table} SET company_id = {company} WHERE id = {one_of(table)}"] * 4,
            f"DELETE FROM {table} WHERE id = {one_of(table)}",
            f"UPDATE companies_company SET opened_on = {random.choice([day, 'NULL'])} WHERE id = {company}",
            f"UPDATE companies_place SET province_id = '{random.choice(['11', '26'])}' WHERE company_id = {company}",
            f"UPDATE companies_ban SET lifted_at = {random.choice(['now()', 'NULL'])} WHERE id = {ban}",
            f"UPDATE companies_yearlyfigure SET export_amount = {random.choice([1, 900, 1500])} WHERE id = {figure}",
            f"UPDATE companies_certificate SET valid_until = '{random.choice([2021, 2026])}-01-01' WHERE id = {paper}",
            f"UPDATE companies_certificatejudgment SET state = '{random.choice(['accepted', 'refused'])}', reason = 'x'"
            f" WHERE certificate_id = {paper}",
            f"UPDATE companies_certificatejudgment SET certificate_id = {paper}"
            f" WHERE id = {one_of('companies_certificatejudgment')}",
            f"UPDATE companies_companysize SET certificate_id = {paper} WHERE id = {one_of('companies_companysize')}",
            f"UPDATE companies_support SET business_number = {one_of('companies_company', 'business_number')}"
            f" WHERE id = {support}",
            f"DELETE FROM companies_support WHERE id = {support}",
            f"UPDATE companies_succession SET taken_back_at = {random.choice(['now()', 'NULL'])} WHERE id = {succession}",
            f"UPDATE companies_succession SET confirmed_at = {random.choice(['now()', 'NULL'])} WHERE id = {succession}",
            f"UPDATE companies_succession SET successor_id = {company} WHERE id = {succession}",
            f"UPDATE companies_merge SET kept_id = {company}",
            f"DELETE FROM companies_succession WHERE id = {succession}",
            f"UPDATE programs_participation SET company_id = {company}",
            f"UPDATE programs_delivery SET state = '{random.choice(['planned', 'cancelled'])}'",
            f"UPDATE ground_industry SET code = '{random.choice(['C10', 'C20'])}'",
        ]
    )


@contextmanager
def another() -> Iterator[psycopg.Connection[Any]]:
    """A connection of somebody else, whose transaction stays open."""
    params = connection.get_connection_params()
    wanted = {name: params[name] for name in ("dbname", "host", "port", "user") if params.get(name)}
    with psycopg.connect(**wanted, options="-c lock_timeout=50 -c role=naru_web") as session:
        yield session


def populate(call: Call, random: Random) -> None:
    """Facts of every kind, at some of the companies; two successions, a merge, a participation."""
    firms, officer, file = list(Company.objects.order_by("business_number")), people.officer(), stored()
    food = Industry.objects.create(id="11:C10", revision=11, code="C10", name_ko="식료품")
    for each in firms:
        papers = [
            register.certificate(
                each, kind, number=str(serial), state=random.choice(["accepted", "unchecked"])
            )
            for serial, kind in enumerate(["SME_CERT", "OTHER"])
        ]
        CompanySize.objects.create(
            company=each, size="small", on=dt.date(2025, 1, 1), certificate=papers[1],
            valid_from=dt.date(2024, 1, 1), valid_until=dt.date(2026, 3, 31),
        )  # fmt: skip
        register.status(each, random.choice(["active", "closed"]))
        YearlyFigure.objects.create(company=each, year=2024, export_amount=random.choice([1, 1500]))
        register.support(each, item=random.choice(["publicity", "design"]))
        if random.random() < 0.5:
            SupportDeclaration.objects.create(company=each, **DAYS)
            CompanyIndustry.objects.create(company=each, industry=food, is_main=True)
            register.product(each, hs_code=random.choice(["330499", "8471"]))
        else:
            Ban.objects.create(agency=call.agency, company=each, reason="x", decided_by=officer, **DAYS)
            FinancialMark.objects.create(
                company=each, agency=call.agency, kind="insolvency", is_found=False, on=dt.date(2025, 5, 1), document="x",
                file=file, recorded_by=officer,
            )  # fmt: skip
    tie: dict[str, Any] = {
        "agency": call.agency, "document": "x", "file": file, "recorded_by": officer, "on": dt.date(2024, 7, 1),
    }  # fmt: skip
    for former, successor in ((0, 1), (1, 2), (3, 4)):
        Succession.objects.create(
            former=firms[former],
            successor=firms[successor],
            kind="incorporation",
            confirmed_at=clock.now(),
            **tie,
        )
    closed = Succession.objects.create(
        former=firms[5], successor=firms[6], kind="duplicate", confirmed_at=clock.now(), **tie
    )
    asked = approvals.ask(
        agency=call.agency, decision="merge", subject="x", subject_id=closed.pk, digest="x", reason="x", by=officer
    )  # fmt: skip
    Merge.objects.create(
        agency=call.agency, kept=firms[6], given_up=firms[5], reason="x", document="x", file=file, begun_by=officer,
        approval=asked, carried_out_at=clock.now(), carried_out_by=officer, succession=closed,
    )  # fmt: skip
    taken = programs.program("SBA-OLD", funding="local")
    part = programs.participation(firms[7], taken, agreed_at=dt.datetime(2024, 6, 25, tzinfo=dt.UTC))
    Delivery.objects.create(
        agency=call.agency, program=taken, participation=part, planned_on=dt.date(2025, 2, 1), planned_amount=1,
        component=Component.objects.get(program=taken, kind="onboarding"),
    )  # fmt: skip


class Undone(Exception):
    pass


def change_something(random: Random, who: Any) -> bool:
    def ask(sql: str) -> list[tuple[Any, ...]]:
        return list((who.execute(sql) or who).fetchall())

    who.execute(some_change(random, ask))
    return True
