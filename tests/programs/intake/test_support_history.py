"""Support received in a call: own programs are derived, the company reads its own, self-check and what-if answer alike."""

from __future__ import annotations

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse

from companies.domain import sizes, supports
from companies.models import SupportList
from programs.domain.criteria.known import known
from programs.domain.eligibility import assess, assess_given
from programs.models import Component, Delivery
from programs.queries.support import support_of
from programs.queries.what_if import stand_of_register, what_if
from tests.factories import intake as made
from tests.factories import people, programs, register
from tests.factories.staff import stored

pytestmark = pytest.mark.django_db
THREE = {"items": ["publicity", "onboarding"], "years": 3, "bodies": ["SBA"]}


@pytest.fixture(autouse=True)
def during(move_clock):
    move_clock(made.DURING)


def taken_part(company, code: str = "SBA-OLD-2024", agency: str = "SBA", **fields):
    """Agreed on 25 June 2024: onboarding planned for 1,000,000, publicity canceled."""
    program = programs.program(code, agency)
    of = programs.participation(company, program, agreed_at=dt.datetime(2024, 6, 25, tzinfo=dt.UTC), **fields)
    for kind, state, actual in (("marketing", "cancelled", None), ("onboarding", "planned", None)):
        component = Component.objects.get_or_create(
            agency=program.agency, program=program, kind=kind, defaults={"name_ko": kind}
        )[0]
        Delivery.objects.create(
            agency=program.agency, program=program, participation=of, component=component, state=state,
            planned_on=dt.date(2024, 9, 1), planned_amount=1_000_000, actual_amount=actual,
        )  # fmt: skip
    return of


def rows(company) -> list[tuple[str, str, str, int | None, str]]:
    return [
        (each.body, each.item, each.source, each.amount and int(each.amount), str(each.granted_on))
        for each in support_of(company)
    ]


def test_own_programs_are_derived_and_count_but_not_the_participation_of_the_application_itself():
    company = register.company(1)
    taken_part(company)
    assert rows(company) == [("SBA", "onboarding", "own", 1_000_000, "2024-06-25")]
    call = programs.call()
    criterion = made.criterion(call, "twice", "support", values=THREE)
    application = programs.application(call, company)
    (found,) = assess(application)
    assert (found.outcome, found.reason_code, found.value) == (
        "not_met", "support_over",
        "2024-06-25 · SBA · 칠레 온라인 진출 지원 · onboarding · 1000000 · local",
    )  # fmt: skip
    assert found.evidence == f"own SBA-OLD-2024-{company.business_number}"
    criterion.values = THREE | {"items": ["publicity"]}
    assert [each.reason_code for each in assess(application, criteria=[criterion])] == ["support_none"]
    other = register.company(2)
    applied = programs.application(call, other)
    programs.participation(
        other, call.program, application=applied, agreed_at=dt.datetime(2025, 5, 20, tzinfo=dt.UTC)
    )
    criterion.values = THREE
    assert [each.reason_code for each in assess(applied, criteria=[criterion])] == ["support_none"]
    assert rows(other)[0][1:3] == ("", "own")


def test_the_agency_s_lists_and_the_company_s_word_are_read_and_nobody_else_s():
    """Explanation, register and what the register knows of one company say the same."""
    company = register.company(1)
    owner = register.member(company)
    call = programs.call()
    three = {"items": ["publicity", "onboarding"], "years": 3}
    made.criterion(call, "twice", "support", values=three)
    application = programs.application(call, company)

    def reason() -> str:
        (found,) = assess(application)
        key = company.pk
        (stated,) = assess_given(call, list(call.criterions.all()), {key: known(call.agency_id, key)})[key]
        assert (stated.reason_code, stated.value, stated.evidence) == (
            found.reason_code,
            found.value,
            found.evidence,
        )
        (effect,) = stand_of_register(call).effects
        assert (effect.not_met, effect.look) == (
            int(found.outcome == "not_met"),
            int(found.outcome == "look"),
        )
        return found.reason_code

    assert reason() == "support_unknown"
    supports.declare_complete(company, from_on=dt.date(2022, 5, 30), by=owner)
    assert reason() == "support_none"
    register.support(company, "BPA")
    taken_part(company, "BPA-OLD-2024", "BPA")
    assert reason() == "support_none"
    register.support(company, "SBA")
    assert reason() == "support_over"
    criterion = call.criterions.get()
    change = what_if(call, criterion, {**three, "most_times": 1}, people.officer())
    assert (change.before.met, change.after.met, change.comes_in.count) == (0, 1, 1)
    register.support(company, "SBA", money="local", body="경기도")
    assert reason() == "support_both"
    SupportList.objects.create(
        agency=people.agency("BPA"), body="KOTRA", from_on=dt.date(2020, 1, 1), until_on=dt.date(2026, 1, 1)
    )
    call.criterions.update(values={**three, "items": ["video"], "bodies": ["KOTRA"]})
    company.support_declarations.all().delete()
    assert reason() == "support_unknown"


def test_a_company_reads_and_exports_its_own_history_and_nobody_else_s(client):
    company, other = register.company(1), register.company(2)
    taken_part(company)
    register.support(company, "BPA", body="=KOTRA", amount=None)
    register.support(other, body="남의기관")
    client.force_login(register.member(company, "reader"))
    headers = {"accept-language": "en"}
    page = client.get(reverse("support_list", args=[company.pk]), headers=headers).content.decode()
    assert [each in page for each in ("SBA · ", "=KOTRA · ", "남의기관", "Declare the list complete")] == [
        True, True, False, False,
    ]  # fmt: skip
    sheet = client.get(reverse("support_export", args=[company.pk, "xlsx"]), headers=headers)
    cells = [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows()
    ]
    assert cells == [
        ["granted on", "body", "program", "item", "amount (KRW)", "money", "document", "source"],
        [dt.datetime(2024, 6, 25), "SBA", "칠레 온라인 진출 지원", "marketplace listing and sales support", 1_000_000,
         "local money", f"SBA-OLD-2024-{company.business_number}", "program"],
        [dt.datetime(2024, 2, 1), "=KOTRA", "수출바우처", "publicity and advertising", None, "national money", "협약 1호",
         "list of a body"],
    ]  # fmt: skip
    text = client.get(reverse("support_export", args=[company.pk, "csv"]), headers=headers).content.decode(
        "utf-8-sig"
    )
    assert [row[1] for row in csv.reader(io.StringIO(text))] == ["body", "SBA", "'=KOTRA"]
    for route, *more in (("support_list",), ("support_export", "csv")):
        assert client.get(reverse(route, args=[other.pk, *more])).status_code == 404
    assert client.get(reverse("support_export", args=[company.pk, "pdf"])).status_code == 404


def test_the_self_check_asks_for_size_marks_and_support(client, django_assert_num_queries):
    """A visitor types them; a member finds what the record says, and what staff recorded still decides."""
    call = programs.call()
    made.criterion(
        call,
        "sme",
        "size",
        values={"sizes": ["micro", "small", "medium"]},
        later_as_of="agreement",
        position=1,
    )
    made.criterion(call, "credit", "marks", values={"marks": ["credit_bad"]}, position=2)
    made.criterion(
        call, "twice", "support", values={"items": ["video"], "years": 3, "bodies": ["KOTRA"]}, position=3
    )
    address = reverse("call_self_check", args=[call.pk])

    def stand(**typed: str) -> list[str]:
        answer = client.post(address, typed, headers={"accept-language": "en"})
        return [row.finding.reason_code for row in answer.context["standing"].rows]

    assert stand() == ["size_unknown", "mark_unknown", "support_unknown"]
    good = {"size": "small", "size_until": "2026-03-31", "mark_credit_bad": "no", "support_video": "no"}
    assert stand(**good) == ["size_met", "mark_declared_none", "support_none"]
    assert stand(**{**good, "size_until": "2025-06-01"})[0] == "size_renew"
    assert stand(**{**good, "size_until": ""})[0] == "size_stated"
    assert stand(**{**good, "size": "large"})[0] == "size_not_met"
    got = {
        **good,
        "support_video": "yes",
        "support_video_on": "2024-01-05",
        "support_video_money": "national",
    }
    assert stand(**got)[2] == "support_unknown"
    assert stand(**got, support_video_body="KOTRA")[2] == "support_over"
    assert stand(**got, support_video_body="-")[2] == "support_none"
    company = register.company(1)
    owner = register.member(company)
    sizes.state_size(
        company, size="small", on=dt.date(2025, 4, 1), fiscal_month=12, by=owner,
        certificate=register.certificate(company, "OTHER"),
    )  # fmt: skip
    company.marks.create(
        agency=people.agency(), kind="credit_bad", is_found=False, on=dt.date(2025, 5, 12), document="조회", recorded_by=owner,
        file=stored(kind="document"),
    )  # fmt: skip
    supports.declare_complete(company, from_on=dt.date(2022, 1, 1), by=owner)
    client.force_login(owner)
    page = client.get(address, headers={"accept-language": "en"})
    form = page.context["form"]
    filled = {name: form[name].value() for name in form.fields if form[name].value() not in ("", None)}
    assert filled == {"size": "small", "size_until": dt.date(2026, 3, 31), "mark_credit_bad": "no"}
    assert stand(**{name: str(value) for name, value in filled.items()}) == [
        "size_met",
        "mark_none",
        "support_none",
    ]
    assert stand(**{**filled, "mark_credit_bad": "yes"})[1] == "mark_declared"
