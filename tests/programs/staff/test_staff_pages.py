"""Staff pages: they open for the agency's own, do not exist for others, and ask a fixed number of questions."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from programs.models import Baseline, Call, Delivery, Inquiry, Listing, Participation
from tests.conftest import moved_to, standing_on
from tests.factories import people, programs, register, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_topic")]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def prepare(folder: Path) -> dict[str, Any]:
    """One record of each kind of the agency SBA."""
    from programs.domain import screening

    moved_to(staff.AFTER_CLOSING)
    call, (first, *_rest) = staff.ready(count=2)
    waiting = staff.applicant(call, 9)
    screening.screen_call(call, by=None)
    to = programs.participation(register.company(1), call.program)
    program = call.program
    programs.target(program)
    contract = staff.contract(program)
    delivery = Delivery.objects.create(
        agency=call.agency, program=program, participation=to, component=program.components.first(),
        contract=contract, planned_on=dt.date(2025, 7, 1), planned_amount=1_000_000,
    )  # fmt: skip
    store = programs.store()
    listing = Listing.objects.create(
        agency=call.agency, program=program, company=to.company, participation=to, product=register.product(to.company),
        market=programs.market(),
    )  # fmt: skip
    memorandum = program.memoranda.create(
        agency=call.agency,
        title_ko="업무협약",
        place="산티아고",
        signed_on=dt.date(2025, 10, 20),
        duties_ko="협력",
    )
    assert first.call == call
    inquiry = Inquiry.objects.create(
        agency=call.agency, call=call, company=to.company, form_key=to.pk, text="질문", asked_at=staff.AFTER_CLOSING,
        asked_by=people.user("asker@firm.example"),
    )  # fmt: skip
    return {
        "inquiry": inquiry,
        "program": program,
        "call": call,
        "application": waiting,
        "participation": to,
        "delivery": delivery,
        "listing": listing,
        "store": store,
        "assignment": programs.assignment(store, to),
        "memorandum": memorandum,
        "market": programs.market(),
        "platform": programs.market().platform,
    }


def one_call(folder: Path) -> Call:
    moved_to(staff.AFTER_CLOSING)
    people.officer("manager")
    return staff.call()


@pytest.fixture(autouse=True)
def records(made_before):
    return made_before


@pytest.fixture
def call(made_before):
    return made_before


OF_ALL = {"market", "platform"}
PAGES = {"program": ["delivery"], "call": ["screening", "ranking"]}


def addresses(records: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for model, record in records.items():
        found.append((model, reverse(f"admin:programs_{model}_change", args=[record.pk])))
        found.append((model, reverse(f"admin:programs_{model}_history", args=[record.pk])))
        found += [
            (model, reverse(f"admin:programs_{model}_{page}", args=[record.pk]))
            for page in PAGES.get(model, [])
        ]
    return found


@pytest.mark.parametrize("role", ["manager", "officer", "finance", "auditor"])
def test_every_page_opens_for_the_agency_s_own_staff(role, records):
    client = signed_in(people.officer(role))
    for _model, address in addresses(records):
        assert (address, client.get(address).status_code) == (address, 200)
    for model in [
        *PAGES,
        "application",
        "inquiry",
        "participation",
        "delivery",
        "listing",
        "store",
        "assignment",
        "memorandum",
    ]:
        address = reverse(f"admin:programs_{model}_changelist")
        page = client.get(address)
        assert (address, page.status_code) == (address, 200)
        plural = apps.get_model("programs", model)._meta.verbose_name_plural
        assert f"<title>{plural} · " in page.content.decode()


def test_another_agency_s_manager_finds_nothing(records):
    client = signed_in(people.officer("manager", "OTHER"))
    for model, address in addresses(records):
        expected = 200 if model in OF_ALL else 404
        assert (address, client.get(address).status_code) == (address, expected)
    for model, record in records.items():
        if model in OF_ALL:
            continue
        page = client.get(reverse(f"admin:programs_{model}_changelist"))
        assert str(record.pk) not in page.content.decode()


def test_another_agency_s_manager_calls_no_verb(records):
    from ground.access import TABLE

    client = signed_in(people.officer("manager", "OTHER"))
    called = 0
    for route, entry in TABLE.entries.items():
        model, _line, verb = route.removeprefix("admin:programs_").partition("_")
        if not route.startswith("admin:programs_") or entry.reads or not entry.writes or model not in records:
            continue
        if verb in {"process_import"}:
            continue
        answer = client.post(reverse(route, args=[records[model].pk]), {})
        assert (route, answer.status_code) == (route, 404)
        called += 1
    assert called == 59


def test_an_agency_with_a_part_sees_the_program_and_changes_nothing(records):
    other = people.officer("manager", "OTHER")
    records["program"].shares.create(agency=people.agency("OTHER"), part_ko="물류 지원")
    client = signed_in(other)
    for model in ("program", "call", "participation", "listing"):
        page = client.get(reverse(f"admin:programs_{model}_change", args=[records[model].pk]))
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
    for model in ("application", "delivery", "store", "memorandum", "assignment"):
        assert (
            client.get(reverse(f"admin:programs_{model}_change", args=[records[model].pk])).status_code == 404
        )
    for page in ("screening", "ranking"):
        assert (
            client.get(reverse(f"admin:programs_call_{page}", args=[records["call"].pk])).status_code == 404
        )
    answer = client.post(reverse("admin:programs_call_screen", args=[records["call"].pk]))
    assert answer.status_code == 409
    answer = client.post(
        reverse("admin:programs_program_change", args=[records["program"].pk]), {"name_ko": "x"}
    )
    assert answer.status_code == 403
    records["program"].refresh_from_db()
    assert records["program"].name_ko != "x"


QUERIES = {
    "program": 4,
    "call": 4,
    "application": 5,
    "participation": 5,
    "delivery": 6,
    "listing": 8,
    "store": 4,
    "assignment": 5,
}


def one_more(serial: int) -> dict[str, Callable[[], Any]]:
    call = programs.call()
    to = programs.participation(register.company(serial), call.program)
    component = call.program.components.first()
    store = programs.store(f"ST-{serial}")
    return {
        "program": lambda: programs.program(f"P-{serial}"),
        "call": lambda: programs.call(code=f"C-{serial}"),
        "application": lambda: staff.applicant(call, serial),
        "participation": lambda: to,
        "delivery": lambda: Delivery.objects.create(
            agency=call.agency, program=call.program, participation=to, component=component,
            planned_on=dt.date(2025, 7, 1), planned_amount=1,
        ),
        "listing": lambda: Listing.objects.create(
            agency=call.agency, program=call.program, company=to.company, participation=to,
            product=register.product(to.company), market=programs.market(), store=store,
        ),
        "store": lambda: store,
        "assignment": lambda: programs.assignment(store, to),
    }  # fmt: skip


@standing_on(one_call)
@pytest.mark.parametrize("model", QUERIES)
def test_a_list_asks_the_same_questions_for_three_rows_as_for_one(model, django_assert_num_queries):
    client = signed_in(people.officer("manager"))
    address = reverse(f"admin:programs_{model}_changelist")
    one_more(21)[model]()
    client.get(address)
    with django_assert_num_queries(QUERIES[model]):
        assert client.get(address).status_code == 200
    for serial in (22, 23):
        one_more(serial)[model]()
    with django_assert_num_queries(QUERIES[model]):
        assert client.get(address).status_code == 200


@standing_on(one_call)
def test_the_workbench_asks_the_same_questions_for_three_cases_as_for_one(django_assert_num_queries, call):
    from programs.domain import screening

    client = signed_in(people.officer("manager"))
    staff.applicant(call, 1)
    screening.screen_call(call, by=None)
    address = reverse("admin:programs_call_screening", args=[call.pk])
    client.get(address)
    with django_assert_num_queries(29):
        client.get(address)
    for serial in (2, 3):
        staff.applicant(call, serial)
    screening.screen_call(call, by=None)
    with django_assert_num_queries(29):
        client.get(address)


@standing_on(one_call)
def test_drafts_are_the_companies_own(call):
    draft = programs.application(call, register.company(3), contact_name="비밀")
    client = signed_in(people.officer("manager"))
    assert client.get(reverse("admin:programs_application_change", args=[draft.pk])).status_code == 404
    workbench = reverse("admin:programs_call_screening", args=[call.pk])
    assert client.get(f"{workbench}?application={draft.pk}").status_code == 404
    assert register.company(3).name_ko not in client.get(workbench).content.decode()


@standing_on(one_call)
def test_another_call_s_application_is_not_in_the_workbench(call):
    other = programs.call(programs.program("OTHER-1", "OTHER"), "OTHER-1-1")
    stranger = staff.applicant(other, 4)
    client = signed_in(people.officer("manager"))
    workbench = reverse("admin:programs_call_screening", args=[call.pk])
    for wanted in (stranger.pk, "x", "00000000-0000-0000-0000-000000000000"):
        assert client.get(f"{workbench}?application={wanted}").status_code == 404


def test_participations_show_no_other_agency_s_notes(records):
    page = signed_in(people.officer("manager", "OTHER")).get("/staff/programs/participation/")
    assert records["participation"].number not in page.content.decode()
    assert Participation.objects.count() == 1


@standing_on(one_call)
def test_staff_read_whether_a_company_may_be_asked_again_and_take_it_along(call):
    yes, no = (staff.applicant(call, serial, status="not_selected") for serial in (1, 2))
    programs.application(call, register.company(3))
    for application, may_ask_again in ((yes, True), (no, False)):
        Baseline.objects.create(
            application=application, last_year=2024, export_last_amount=1_000, may_ask_again=may_ask_again
        )
    client = signed_in(people.officer())
    page = client.get(reverse("admin:programs_application_change", args=[yes.pk])).content.decode()
    label = str(Baseline._meta.get_field("may_ask_again").verbose_name)
    assert label in page
    address = reverse("admin:programs_call_baseline_download", args=[call.pk])
    answer = client.get(address)
    assert "attachment" in answer["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    head, *rows = [list(row) for row in sheet.values]
    assert head[-1] == label
    assert [(row[0], row[4], row[5], row[-1]) for row in rows] == [
        (yes.receipt, 2024, 1_000, "예"), (no.receipt, 2024, 1_000, "아니요"),
    ]  # fmt: skip
    assert "나담당" not in str(rows)
    assert signed_in(people.officer("manager", "OTHER")).get(address).status_code == 404
