"""`manage.py import_sales`: one object on standard output, or a sentence and exit code 1."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from ground.errors import RuleBroken
from programs.domain import stores, tasks
from programs.models import Assignment, Participation, Store, Task
from reports.domain import own_stores
from reports.models import ImportBatch, SalesLine
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
KEYS = [
    "batch", "profile", "rows", "accepted", "rejected", "duplicate", "replaced", "unmatched", "totals", "by_company",
]  # fmt: skip


@pytest.fixture
def company():
    company = register.company(1)
    programs.participation(company, programs.program())
    return company


def run(capsys, path, *arguments: str) -> dict:
    call_command("import_sales", str(path), "--program", "SBA-MELI-CL-2025", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_a_file_of_a_company_makes_its_store_on_first_use(tmp_path, capsys, company):
    path = made.ventas(
        tmp_path, [order(1, fee_amount=-1_000), order(2, item("B", replaced={"Unidades": "x"}))]
    )
    answer = run(capsys, path, "--company", company.business_number)
    assert list(answer) == KEYS
    assert (answer["profile"], answer["rows"], answer["accepted"], answer["rejected"]) == (
        "mercadolibre-ventas-cl", 2, 1, 1,
    )  # fmt: skip
    assert (answer["duplicate"], answer["replaced"], answer["unmatched"]) == (0, 0, 0)
    assert answer["totals"] == [
        {
            "measure": "orders", "currency": "CLP", "gross": "10000", "refunds": "0", "fees": "-1000",
            "shipping_in": "0", "shipping_cost": "0", "net": "9000",
        }
    ]  # fmt: skip
    store = Store.objects.get()
    assert (store.code, store.company_id, store.settlement_currency_id) == (
        company.business_number,
        company.pk,
        None,
    )
    assert Assignment.objects.get().participation.company_id == company.pk
    again = run(capsys, path, "--company", f"{company.business_number[:3]}-{company.business_number[3:]}")
    assert (again["accepted"], again["duplicate"], again["totals"]) == (1, 1, answer["totals"])
    assert (Store.objects.count(), SalesLine.objects.count()) == (1, 1)


def test_who_brought_the_file_is_the_agency_or_the_platform(tmp_path, capsys, company):
    path = made.ventas(tmp_path, [order(1)])
    run(capsys, path, "--company", company.business_number)
    run(capsys, path, "--company", company.business_number, "--from-platform", "--note", "API 2025-10-01")
    found = ImportBatch.objects.order_by("created_at").values_list("grade", "origin_note")
    assert list(found) == [("agency", ""), ("platform", "API 2025-10-01")]


def test_the_store_is_taken_over_by_the_companys_next_program(tmp_path, capsys, company, move_clock):
    """The first program ends on 31 December 2025; the second runs through 2026. Each has the lines of its own days."""
    run(capsys, made.ventas(tmp_path, [order(1)]), "--company", company.business_number)
    second = programs.program("SBA-2026", starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31))
    programs.participation(company, second)
    late = order(2, at=dt.datetime(2026, 2, 3, 12, tzinfo=made.SANTIAGO))
    path = made.ventas(tmp_path, [order(3), late], "second.xlsx")
    call_command(
        "import_sales", str(path), "--program", "SBA-2026", "--company", company.business_number, "--json"
    )
    assert json.loads(capsys.readouterr().out)["unmatched"] == 0
    assert Store.objects.count() == 1
    days = Assignment.objects.order_by("from_on").values_list("program__code", "from_on", "until_on")
    assert list(days) == [
        ("SBA-MELI-CL-2025", own_stores.ALWAYS, dt.date(2025, 12, 31)),
        ("SBA-2026", dt.date(2026, 1, 1), None),
    ]
    lines = SalesLine.objects.order_by("business_day", "order_reference").values_list(
        "program__code", flat=True
    )
    assert list(lines) == ["SBA-MELI-CL-2025", "SBA-MELI-CL-2025", "SBA-2026"]


def test_a_code_that_is_taken_and_days_that_are_anothers_are_named(company):
    programs.store(company.business_number)
    with pytest.raises(RuleBroken, match="store_code_taken"):
        own_stores.own_store(programs.program(), company.business_number)
    shop = programs.store("OWN-1", company=company)
    other = programs.program("ALL-YEAR", ends_on=dt.date(2026, 12, 31))
    programs.assignment(shop, programs.participation(company, other), until_on=dt.date(2026, 12, 31))
    with pytest.raises(RuleBroken, match="assignment_overlap"):
        own_stores.own_store(programs.program(), company.business_number)


def test_a_company_with_a_store_of_its_own_sells_there(tmp_path, capsys, company):
    shop = programs.store("OWN-1", company=company)
    programs.assignment(shop, programs.participation(company))
    run(capsys, made.ventas(tmp_path, [order(1)]), "--company", company.business_number)
    assert Store.objects.get() == shop
    assert SalesLine.objects.get().store_id == shop.pk


def test_a_store_is_named_by_its_code(tmp_path, capsys, company):
    shop = programs.store("SHARED")
    answer = run(capsys, made.ventas(tmp_path, [order(1)]), "--store", "SHARED")
    assert answer["unmatched"] == 1
    assert SalesLine.objects.get().store_id == shop.pk


def test_the_first_payout_file_of_a_new_store_is_refused_with_a_question(tmp_path, capsys, company):
    path = made.release(tmp_path, [movement(1, "50.00", order=1, at=santiago(9, 2))])
    with pytest.raises(CommandError, match=r"통화|currency") as refused:
        run(capsys, path, "--company", company.business_number)
    assert refused.value.returncode == 1
    assert capsys.readouterr().out == ""


def test_payouts_in_dollars_of_a_file_that_says_so(tmp_path, capsys, company):
    programs.currency("USD")
    path = made.release(
        tmp_path,
        [
            movement(1, "50.25", order=1, at=santiago(9, 2), fee_amount=Decimal("-5.05")),
            movement(2, "-20.00", order=1, at=santiago(9, 3), description="refund"),
        ],
        columns=23,
        currency="USD",
        delimiter=";",
    )
    answer = run(capsys, path, "--company", company.business_number, "--profile", "mercadopago-release")
    assert answer["totals"] == [
        {
            "measure": "payouts", "currency": "USD", "gross": "50.25", "refunds": "-20.00", "fees": "-5.05",
            "shipping_in": "0.00", "shipping_cost": "0.00", "net": "25.20",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--company", "1234567891"], "1234567891"),
        (["--store", "NOWHERE"], "NOWHERE"),
        (["--company", register.number(2)], "SBA-MELI-CL-2025"),
        (["--company", register.number(1), "--profile", "lazada"], "mercadopago-release"),
    ],
)
def test_what_is_unknown_is_named(tmp_path, capsys, company, arguments, said):
    register.company(2)
    with pytest.raises(CommandError, match=said):
        run(capsys, made.ventas(tmp_path, [order(1)]), *arguments)
    assert SalesLine.objects.count() == 0


def test_a_file_with_only_rejected_rows_is_no_refusal(tmp_path, capsys, company):
    answer = run(
        capsys,
        made.ventas(tmp_path, [order(1, item(replaced={"Unidades": "x"}))]),
        "--company",
        company.business_number,
    )
    assert (answer["rows"], answer["accepted"], answer["rejected"], answer["totals"]) == (1, 0, 1, [])


@pytest.mark.parametrize("name", ["ventas.xlsx", "ventas.csv"])
def test_a_damaged_file_is_refused_with_a_sentence(tmp_path, capsys, company, name):
    path = made.ventas(tmp_path, [order(1)])
    broken = tmp_path / f"broken-{name}"
    broken.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(CommandError) as refused:
        run(capsys, broken, "--company", company.business_number)
    assert len(str(refused.value)) > 20
    assert SalesLine.objects.count() == 0


def test_a_company_that_came_back_uploads_under_its_new_agreement():
    company = register.company(7)
    ended = programs.participation(company, number="SBA-A-001", state="ended")
    again = Participation.objects.create(
        agency=ended.agency, program=ended.program, company=company, number="SBA-A-002", state="agreed",
        text_ko="협약", text_sha256="0" * 64, offered_at=ended.offered_at, accept_by=ended.accept_by,
        agreed_at=ended.agreed_at,
    )  # fmt: skip
    store = own_stores.own_store(ended.program, company.business_number)
    assert {row.participation for row in store.assignments.all()} == {again}


def test_the_agency_need_not_assign_a_store_that_its_first_file_has_made(company):
    program, part = programs.program(), company.participations.get()
    tasks.open_task(
        agency=program.agency, side=Task.Side.AGENCY, kind=Task.Kind.ASSIGN, subject_id=part.pk, subject="x",
        due_on=part.accept_by,
    )  # fmt: skip
    own_stores.own_store(program, company.business_number)
    assert not Task.objects.open().exists()


def test_of_several_stores_none_of_which_is_the_programs_the_agency_says_which(company):
    for code in ("ONE", "TWO"):
        programs.store(code, company=company)
    with pytest.raises(RuleBroken) as refused:
        own_stores.own_store(programs.program(), company.business_number)
    assert refused.value.code == "which_store"
    assert "ONE, TWO" in str(refused.value.sentence)
    assert "--store" not in str(refused.value.sentence)


def test_a_store_that_the_agency_has_taken_out_does_not_come_back_by_itself(company):
    store = own_stores.own_store(programs.program(), company.business_number)
    stores.withdraw_assignment(store.assignments.get(), reason="another firm's", by=people.officer())
    with pytest.raises(RuleBroken, match="withdrawn"):
        own_stores.own_store(programs.program(), company.business_number)
    assert not store.assignments.exists()
