"""The page on which a company learns where it stands before any form: by what it says, and as the screening would say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from companies.models import Ban, Company, CompanyIndustry, StatusCheck, YearlyFigure
from ground import clock
from ground.models import Industry
from programs.domain import screening
from programs.domain.criteria.needs import Needs, needs
from programs.models import Call, Criterion
from programs.queries import takings
from programs.queries.takings import Result
from tests.conftest import moved_to
from tests.factories import intake as made
from tests.factories import people, programs, register

pytestmark = pytest.mark.django_db

SME = ("2025-04-01", "2026-03-31")
GOOD: dict[str, Any] = {
    "opened": "2015-03-02", "province": "11", "SME_CERT": SME, "TAX_NAT": ("2025-05-01", "2025-06-30"),
    "TAX_LOC": ("2025-05-01", "2025-06-30"), "exports": "150000", "status": "active", "ban": "", "industry": "11:C",
    "hs": "330499",
}  # fmt: skip
"""A company that meets everything."""


def voucher() -> Call:
    """Criteria of ten kinds, one of them a group: closing on 30 May 2025, agreement on 25 June."""
    call = programs.call()
    made.criterion(call, "seoul", "province", source="공고 2. 나", position=1)
    made.criterion(call, "sme", "certificate", later_as_of="agreement", position=2)
    made.criterion(call, "tax", "tax", position=3)
    made.criterion(call, "age", "age", values={"min": 3}, position=4)
    some = made.criterion(call, "some", "any", position=5)
    made.criterion(call, "exports", "exports", values={"min": 100000}, group=some, position=6)
    made.criterion(call, "micro", "certificate", values={"kind": "MICRO_CERT"}, group=some, position=7)
    made.criterion(call, "running", "status", position=8)
    made.criterion(call, "free", "not_banned", position=9)
    made.criterion(call, "trade", "industry", values={"exclude": ["I"]}, position=10)
    made.criterion(call, "beauty", "product", values={"hs": ["3304"]}, position=11)
    for code, name in (("C", "제조업"), ("I", "숙박 및 음식점업")):
        Industry.objects.get_or_create(
            id=f"11:{code}",
            defaults={"revision": 11, "code": code, "name_ko": name, "name_en": f"Section {code}"},
        )
    register.province("26")
    return call


def typed(facts: dict[str, Any]) -> dict[str, Any]:
    """What somebody types who knows these facts."""
    data = {
        "opened_on": facts["opened"], "place_head_office": facts["province"], "exports_2024": facts["exports"],
        "status": facts["status"], "industry_main": facts["industry"], "hs_codes": facts["hs"],
        "banned": "yes" if facts["ban"] else "no", "banned_until": facts["ban"],
    }  # fmt: skip
    for kind in ("SME_CERT", "TAX_NAT", "TAX_LOC"):
        if facts[kind]:
            data[f"paper_{kind}"] = "yes"
            data[f"paper_{kind}_from"], data[f"paper_{kind}_until"] = facts[kind]
    return data


def recorded(serial: int, facts: dict[str, Any]) -> Company:
    """A company of the register with these facts."""
    company = register.company(
        serial, province_code=facts["province"] or "11", opened_on=facts["opened"] or None
    )
    if not facts["province"]:
        company.places.all().delete()
    for kind in ("SME_CERT", "TAX_NAT", "TAX_LOC"):
        if facts[kind]:
            first, last = map(dt.date.fromisoformat, facts[kind])
            register.certificate(company, kind, valid_from=first, valid_until=last)
    if facts["exports"]:
        YearlyFigure.objects.create(company=company, year=2024, export_amount=Decimal(facts["exports"]))
    if facts["status"]:
        register.status(company, facts["status"])
    if facts["ban"]:
        Ban.objects.create(
            agency=people.agency("SBA"), company=company, from_on=dt.date(2025, 1, 1), until_on=facts["ban"],
            reason="x", decided_by=people.officer(),
        )  # fmt: skip
    if facts["industry"]:
        CompanyIndustry.objects.create(company=company, industry_id=facts["industry"], is_main=True)
    if facts["hs"]:
        register.product(company, hs_code=facts["hs"])
    return company


WORKED: list[tuple[dict[str, Any], str, dict[str, str]]] = [
    ({}, "met", {}),
    ({"province": "26"}, "not_met", {"seoul": "not_met"}),
    ({"province": ""}, "look", {"seoul": "look"}),
    ({"SME_CERT": ("2025-04-01", "2025-06-10")}, "met", {}),
    ({"SME_CERT": ("2024-04-01", "2025-05-29")}, "not_met", {"sme": "not_met"}),
    ({"SME_CERT": ("2024-04-01", "2025-05-30")}, "met", {}),
    ({"SME_CERT": ("2025-05-31", "2026-03-31")}, "not_met", {"sme": "not_met"}),
    ({"SME_CERT": None}, "look", {"sme": "look"}),
    ({"TAX_LOC": None}, "look", {"tax": "look"}),
    ({"opened": "2022-05-30"}, "met", {}),
    ({"opened": "2022-05-31"}, "not_met", {"age": "not_met"}),
    ({"exports": ""}, "look", {"some": "look"}),
    # below the limit, but the other one of the group is not known
    ({"exports": "99999.99"}, "look", {"some": "look"}),
    ({"status": "suspended"}, "not_met", {"running": "not_met"}),
    ({"status": "", "hs": ""}, "look", {"running": "look", "beauty": "look"}),
    ({"ban": "2025-05-30"}, "not_met", {"free": "not_met"}),
    ({"ban": "2025-05-29"}, "met", {}),
    ({"industry": "11:I", "opened": ""}, "not_met", {"trade": "not_met", "age": "look"}),
    ({"hs": "190410"}, "not_met", {"beauty": "not_met"}),
]


@dataclass(frozen=True)
class World:
    """One call, and of each line of the table a company that applied; the screening has looked at all of them."""

    call: Call
    companies: list[Company]
    stored: list[dict[str, Result]]

    @property
    def company(self) -> Company:
        """One that meets everything."""
        return self.companies[0]


def prepare(folder: Path) -> World:
    moved_to(made.DURING)
    call = voucher()
    companies = [
        recorded(serial, {**GOOD, **change}) for serial, (change, _said, _open) in enumerate(WORKED, 1)
    ]
    return World(call, companies, screened(call, companies))


def screened(call: Call, companies: list[Company]) -> list[dict[str, Result]]:
    """What the screening stores of an application of each company, by the codes of the criteria."""
    applied = [programs.application(call, each, status="submitted") for each in companies]
    screening.screen_call(call, by=None)
    stored = takings.latest(applied)
    codes = dict(Criterion.objects.counting().filter(call=call).values_list("pk", "code"))
    return [{code: stored[each.pk][pk] for pk, code in codes.items()} for each in applied]


@pytest.fixture(autouse=True)
def world(prepared) -> World:
    return prepared.made


def check(client: Any, call: Call, data: dict[str, Any], query: str = "") -> Any:
    page = client.post(f"/calls/{call.pk}/check/{query}", data)
    assert page.status_code == 200
    return page


def outcomes(standing: Any) -> dict[str, str]:
    """Of the criteria that count, those that are not met outright."""
    return {
        row.finding.criterion.code: row.finding.outcome
        for row in standing.rows
        if row.finding.outcome != "met"
    }


@pytest.mark.parametrize("number", range(len(WORKED)))
def test_a_visitor_stands_as_worked_out_by_hand_and_as_the_screening_stores_it(client, world, number):
    """The same facts as rows of the register, screened with an application of that company, come out the same."""
    change, expected, open_ones = WORKED[number]
    found = check(client, world.call, typed({**GOOD, **change})).context["standing"]
    assert (found.outcome, outcomes(found)) == (expected, open_ones)
    stored = world.stored[number]
    assert {
        row.finding.criterion.code: (row.finding.outcome, row.finding.renew_by, row.finding.as_of)
        for row in found.rows
    } == {code: (each.outcome, each.renew_by, each.as_of) for code, each in stored.items()}
    assert found.outcome == screening.overall((each.final for each in stored.values()), expected=len(stored))


def as_shown(page: Any) -> dict[str, Any]:
    """What a browser sends back when nothing is changed."""
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in shown.items()
        if value not in (None, "")
    }


@pytest.mark.parametrize("number", range(len(WORKED)))
def test_a_company_s_record_is_offered_and_answers_as_the_screening(client, world, number):
    _change, expected, open_ones = WORKED[number]
    company = world.companies[number]
    client.force_login(register.member(company, "reader"))
    page = client.get(f"/calls/{world.call.pk}/check/")
    assert (page.context["company"], page.context["standing"]) == (company, None)
    found = check(client, world.call, as_shown(page)).context["standing"]
    assert (found.outcome, outcomes(found)) == (expected, open_ones)
    assert {
        row.finding.criterion.code: (
            row.finding.outcome, row.finding.reason_code, row.finding.value, row.finding.renew_by,
        )
        for row in found.rows
    } == {
        code: (each.outcome, each.reason_code, each.value, each.renew_by)
        for code, each in world.stored[number].items()
    }  # fmt: skip


def test_what_is_not_said_is_looked_at_by_a_person(client, world):
    """Not one answer: nothing is taken for met, not even the ban that nobody mentioned."""
    call = world.call
    found = check(client, call, {}).context["standing"]
    assert found.outcome == "look"
    assert outcomes(found) == dict.fromkeys(
        ("seoul", "sme", "tax", "age", "some", "running", "free", "trade", "beauty"), "look"
    )
    half = check(client, call, {"banned": "yes", "paper_SME_CERT": "yes"}).context["standing"]
    assert {row.finding.criterion.code: row.finding.reason_code for row in half.rows}["free"] == "ban_unknown"
    assert {row.finding.criterion.code: row.finding.reason_code for row in half.rows}["sme"] == (
        "certificate_unchecked"
    )


def test_the_page_says_outcome_first_then_reason_day_source_and_what_to_do(english, world):
    call = world.call
    page = check(english, call, typed({**GOOD, "SME_CERT": ("2025-04-01", "2025-06-10"), "TAX_LOC": None}))
    text = page.content.decode()
    order = [
        "A person must look", "Sign in to apply", "Criterion seoul", "Located in a province of this call on 30 May 2025.",
        "Source: 공고 2. 나", "Criterion sme", "Hand in a renewed one by then.",
        "Paper: SME confirmation (Ministry of SMEs and Startups, sminfo.mss.go.kr).", "renew by 25 June 2025",
        "Criterion tax", "You did not state both tax clearances.", "Paper: national tax clearance (National Tax Service",
        "Criterion exports", "2024: 150,000 USD", "Change an answer",
    ]  # fmt: skip
    places = [text.find(each) for each in order]
    assert -1 not in places, [each for each, place in zip(order, places, strict=True) if place == -1]
    assert places == sorted(places)
    assert f'href="{page.context["way_in"].url}"' in text
    assert "login" in page.context["way_in"].url


def test_of_stated_papers_it_is_said_that_they_were_stated(english, world):
    call = world.call
    text = check(english, call, typed(GOOD)).content.decode()
    assert "Every requirement is met" in text
    assert "By what you state, the certificate is valid on" in text
    assert "was accepted" not in text
    company = recorded(100, GOOD)
    english.force_login(register.member(company))
    page = english.get(f"/calls/{call.pk}/check/")
    text = check(english, call, as_shown(page)).content.decode()
    assert "The certificate was accepted and is valid on" in text
    assert "By what you state" not in text
    changed = {**as_shown(page), "exports_2024": "1"}
    found = check(english, call, changed).context["standing"]
    assert outcomes(found) == {"some": "look"}


def test_only_what_the_criteria_need_is_asked(client):
    call = programs.call(code="OTHER")
    made.criterion(call, "sme", "certificate")
    made.criterion(call, "judge", "look")
    page = client.get(f"/calls/{call.pk}/check/")
    assert list(page.context["form"].fields) == [
        "paper_SME_CERT",
        "paper_SME_CERT_from",
        "paper_SME_CERT_until",
    ]
    assert [each.required for each in page.context["form"].fields.values()] == [False] * 3


def test_needs_of_every_kind():
    call = programs.call(code="OTHER", evaluation_on=dt.date(2026, 1, 9))
    rules = [
        Criterion(kind="province", values={"provinces": ["11"], "places": ["factory"]}),
        Criterion(kind="province", values={}),
        Criterion(kind="sales", values={"max": 1}),
        Criterion(kind="exports", values={"min": 1, "sources": ["kita"]}, as_of="cure"),
        Criterion(kind="industry", values={"include": ["C"], "revision": 10}),
        Criterion(kind="product", values={"categories": ["food"]}),
        Criterion(kind="answer", values={"question": "sells", "equals": True}),
        Criterion(kind="any"),
    ]
    assert needs(call, rules) == Needs(
        places=["factory"], figures={2024: ["sales", "exports"], 2025: ["exports"]}, is_proof_asked=True,
        industries=[10], categories=["food"], questions=["sells"],
    )  # fmt: skip
    assert not needs(call, [Criterion(kind="look")]).anything


def test_answers_and_categories_of_the_form(client):
    call = programs.call(code="OTHER")
    made.question(call, "sells", "yes_no")
    made.question(call, "plan")
    made.criterion(call, "sells", "answer", values={"question": "sells", "equals": True}, position=1)
    made.criterion(call, "food", "product", values={"categories": ["food"]}, position=2)
    made.criterion(call, "snack", "product", values={"hs": ["20"]}, position=3)
    said = check(client, call, {"q_sells": "no", "categories": ["food"]}).context["standing"]
    # of the HS code nothing was said: the category alone does not make it a no
    assert [row.finding.outcome for row in said.rows] == ["not_met", "met", "look"]
    said = check(client, call, {"q_sells": "yes", "categories": ["-"], "hs_codes": "20.08"}).context[
        "standing"
    ]
    assert [row.finding.outcome for row in said.rows] == ["met", "not_met", "met"]
    assert "q_plan" not in client.get(f"/calls/{call.pk}/check/").context["form"].fields


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("3304 2008", ["3304", "2008"]),
        ("3304 99", ["330499"]),
        ("3304 99 1000", ["3304991000"]),
        ("3304.99 1000", ["3304991000"]),
        ("3304.99 2008.99", ["330499", "200899"]),
        ("3304.99-1000 2008.99 1000", ["3304991000", "2008991000"]),
        ("3304.99, 2008-99 190410;\n0902", ["330499", "200899", "190410", "0902"]),
        (" , ", []),
    ],
)
def test_blanks_part_codes_that_are_long_enough_each(client, typed, codes, world):
    form = check(client, world.call, {"hs_codes": typed}).context["form"]
    assert (form.errors, form.cleaned_data["hs_codes"]) == ({}, codes)


def test_a_company_with_many_codes_can_send_what_its_record_says(client, world):
    """Thirty codes of ten digits: what the page fills in itself is taken back as it is."""
    call, company = world.call, register.company(100)
    codes = [f"33049910{serial:02}" for serial in range(30)]
    for serial, code in enumerate(codes):
        register.product(company, f"P-{serial:02}", hs_code=code)
    client.force_login(register.member(company))
    initial = client.get(f"/calls/{call.pk}/check/").context["form"]["hs_codes"].value()
    assert initial == ", ".join(codes)
    form = check(client, call, {"hs_codes": initial}).context["form"]
    assert (form.errors, form.cleaned_data["hs_codes"]) == ({}, codes)


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({"opened_on": "2025-05-21"}, "opened_on", "This day lies in the future. Type the day on which you opened."),
        ({"opened_on": "gestern"}, "opened_on", "Type a day, for example 2025-03-31."),
        ({"exports_2024": "viel"}, "exports_2024", "Type a number in digits, for example 1,200,000."),
        ({"exports_2024": "-1"}, "exports_2024", "Ensure this value is greater than or equal to 0."),
        ({"hs_codes": "Creme"}, "hs_codes", "An HS code has 4 to 10 digits. Put commas between several, for example 330499, 200899."),
        (
            {"paper_SME_CERT_from": "2025-04-01", "paper_SME_CERT_until": "2025-03-31"},
            "paper_SME_CERT_until", "The last day lies before the first.",
        ),
        (
            {"paper_SME_CERT": "no", "paper_SME_CERT_until": "2025-03-31"},
            "paper_SME_CERT", "You say that you do not hold it, but days are typed. Mend one of the two.",
        ),
        (
            {"banned": "yes", "banned_until": "2025-05-19"},
            "banned_until", "This day has passed. If the ban is over, choose “No”.",
        ),
        ({"place_head_office": "99"}, "place_head_office", "Select a valid choice. 99 is not one of the available choices."),
    ],
)  # fmt: skip
def test_bad_input_gets_its_sentence_beside_the_field_and_stays(english, data, field, sentence, world):
    call = world.call
    page = check(english, call, {**data, "hs_codes": data.get("hs_codes", "3304 99")})
    form = page.context["form"]
    assert {name: list(errors) for name, errors in form.errors.items()} == {field: [sentence]}
    assert page.context["standing"] is None
    text = page.content.decode()
    for value in {**data, "hs_codes": data.get("hs_codes", "3304 99")}.values():
        assert value == "99" or f'value="{value}"' in text
    assert f'id="id_{field}_error"' in text


def test_nothing_of_it_is_kept(client, world):
    """No row of any table comes into being, for a visitor or for a member."""

    def rows() -> dict[str, int]:
        return {
            model._meta.db_table: model._base_manager.count()
            for model in apps.get_models()
            if model._meta.managed and not model._meta.proxy and model._meta.app_label != "sessions"
        }

    call = world.call
    company = recorded(100, GOOD)
    before = rows()
    answer = check(client, call, typed(GOOD))
    assert (rows(), dict(answer.cookies).keys() - {"csrftoken"}) == (before, set())
    client.force_login(register.member(company, "editor"))
    client.get("/calls/")
    before = rows()
    check(client, call, {**typed(GOOD), "exports_2024": "7"})
    assert rows() == before


def test_an_office_behind_one_address_is_never_turned_away(client):
    call = programs.call(code="OTHER")
    made.criterion(call, "free", "not_banned")
    assert {check(client, call, {"banned": "no"}).status_code for _each in range(60)} == {200}


def test_states_of_a_call(client, move_clock, world):
    call = world.call
    hidden = programs.call(code="HIDDEN", published_at=None)
    assert client.get(f"/calls/{hidden.pk}/check/").status_code == 404
    move_clock(made.DURING - dt.timedelta(days=10))
    page = check(client, call, typed(GOOD))
    assert (page.context["standing"].outcome, page.context["way_in"].url) == ("met", "")
    assert page.context["way_in"].reason
    move_clock(made.AFTER)
    page = check(client, call, typed(GOOD))
    assert page.context["standing"] is None
    assert b'<button class="btn btn-primary"' not in page.content


def test_the_way_there_and_on(client, world):
    call = world.call
    address = f"/calls/{call.pk}/check/"
    for page in ("/calls/", f"/calls/{call.pk}/"):
        assert f'href="{address}"' in client.get(page).content.decode()
    company = recorded(100, GOOD)
    client.force_login(register.member(company, "editor"))
    page = check(client, call, as_shown(client.get(address)))
    assert f'href="/calls/{call.pk}/apply/"' in page.content.decode()


def test_a_member_of_two_companies_chooses_and_of_no_other_company_anything_is_shown(client, world):
    call = world.call
    first, second, other = (recorded(serial, {**GOOD, "exports": str(serial)}) for serial in (101, 102, 103))
    user = register.member(first, email="both@firm.example")
    register.member(second, email="both@firm.example")

    def shown(query: str) -> Any:
        return client.get(f"/calls/{call.pk}/check/{query}").context["form"]["exports_2024"].value()

    assert not shown(f"?company={first.pk}")
    client.force_login(user)
    assert [shown(f"?company={each.pk}") for each in (first, second, other)] == ["101", "102", "101"]


def test_a_ban_of_another_agency_is_not_told(client, world):
    call = world.call
    company = recorded(100, GOOD)
    Ban.objects.create(
        agency=people.agency("BBA"), company=company, from_on=dt.date(2025, 1, 1), until_on=dt.date(2026, 1, 1),
        reason="x", decided_by=people.officer("manager", "BBA"),
    )  # fmt: skip
    client.force_login(register.member(company))
    form = client.get(f"/calls/{call.pk}/check/").context["form"]
    assert (form["banned"].value(), form["banned_until"].value()) == ("no", None)


def test_old_facts_are_shown_with_their_days(english, world):
    call = world.call
    company = recorded(100, GOOD)
    StatusCheck.objects.filter(company=company).update(checked_at=clock.now() - dt.timedelta(days=30))
    english.force_login(register.member(company))
    text = english.get(f"/calls/{call.pk}/check/").content.decode()
    for each in (
        "In the company record: 제2025-0001호 1 April 2025 – 31 March 2026, accepted",
        "answer of the tax office of 20 April 2025",
    ):
        assert each in text


def test_the_page_costs_few_queries(client, django_assert_num_queries, world):
    call = world.call
    with django_assert_num_queries(7):
        check(client, call, typed(GOOD))
    client.force_login(register.member(recorded(100, GOOD)))
    client.get("/calls/")
    with django_assert_num_queries(12):
        check(client, call, typed(GOOD))


def test_of_two_papers_alike_the_same_one_decides_as_in_the_screening(client):
    call = programs.call(code="OTHER")
    made.criterion(call, "sme", "certificate")
    company = register.company(100)
    for number in ("제2호", "제1호"):
        register.certificate(company, number=number)
    client.force_login(register.member(company))
    (row,) = check(client, call, as_shown(client.get(f"/calls/{call.pk}/check/"))).context["standing"].rows
    application = programs.application(call, company, status="submitted")
    screening.screen_call(call, by=None)
    (answer,) = takings.latest([application])[application.pk].values()
    assert row.finding.evidence == answer.evidence == "SME_CERT 제2호"
