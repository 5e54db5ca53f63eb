"""The monthly report: totals are sums of parts, the same data give the same bytes, schedules keep Seoul time."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from ground import files, outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Message, StoredFile
from programs.domain import stores
from programs.models import Application, Delivery, Program, Store, StoreTax
from reports.domain import reporting
from reports.domain.verifying import verify
from reports.models import CustomsRecord, Declaration, PayoutTerm, ReportFile, ReportRun
from reports.printing import data
from reports.printing.kinds import Measure, ProvisionalReason, Reason
from reports.queries import home, results, targets
from reports.queries.counted import Basis
from tests.conftest import Prepared, moved_to
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
SEPTEMBER = dt.date(2025, 9, 1)


def prepare(folder: Path) -> None:
    """Two companies in a provider's store, one in its own; 950 won and 950 pesos a dollar, so a peso is a won."""
    moved_to(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    program = programs.program()
    programs.target(program)
    programs.target(program, "companies", 30)
    made.rates(dt.date(2025, 7, 1), dt.date(2025, 9, 30), krw="950", clp="950")
    shop = programs.store("SHARED")
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    own = programs.store("OWN", company=register.company(3))
    programs.assignment(own, programs.participation(register.company(3), program))
    programs.participation(register.company(4), program)
    made.imported(
        made.ventas(
            folder,
            [
                order(1, item("A"), item("B", units=2, price=5_000), at=santiago(8, 5)),
                order(2, item("B", price=7_000), refund_amount=-2_000, at=santiago(9, 30, 23, 59)),
                order(3, item("Z", price=1_000), at=santiago(9, 3)),
                order(4, item("A", price=900, status_text="Estado raro"), at=santiago(9, 3)),
                order(5, item("A", price=800), at=santiago(10, 1)),
            ],
        ),
        program,
        shop,
        "provider",
    )
    made.imported(made.ventas(folder, [order(6, item("X", price=300))], "own.xlsx"), program, own)
    made.imported(
        made.release(folder, [movement(1, "290", order=6, at=santiago(9, 2))], columns=23), program, own
    )


@pytest.fixture
def program(prepared: Prepared) -> Program:
    return Program.objects.get()


@pytest.fixture
def sold(prepared: Prepared) -> Store:
    return programs.store("SHARED")


def test_the_report_says_what_was_sold(program, sold):
    part = register.company(1).participations.get()
    Declaration.objects.create(
        agency=program.agency, participation=part, company=part.company, month=SEPTEMBER, orders=1,
        currency=programs.currency("KRW"), amount=500, declared_by=register.member(part.company),
        declared_at=dt.datetime(2025, 10, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    CustomsRecord.objects.create(
        agency=program.agency, participation=part, month=SEPTEMBER, fob_amount=Decimal("2.00"), source="통관"
    )
    report = reporting.build(program, SEPTEMBER)
    assert (report.from_on, report.to_on) == (dt.date(2025, 7, 1), dt.date(2025, 9, 30))
    assert (report.totals.krw_amount, report.totals.net_krw_amount, report.totals.orders) == (
        27_300,
        25_300,
        3,
    )
    assert [(row.month.month, row.sales.krw_amount, row.sales.orders) for row in report.by_month] == [
        (8, 20_300, 2),
        (9, 7_000, 1),
    ]
    assert [
        (row.name.ko, row.sales.krw_amount, row.month_krw_amount, row.sales.orders)
        for row in report.by_company
    ] == [
        ("한강식품2", 17_000, 7_000, 2),
        ("한강식품1", 10_000, 0, 1),
        ("한강식품3", 300, 0, 1),
        ("한강식품4", 0, 0, 0),
    ]
    assert (report.companies_target.agreed, report.companies_target.selling) == (4, 3)
    assert report.sales_target.achieved_krw_amount == 27_300
    assert {(row.kind.value, row.lines) for row in report.waiting} == {
        ("no_assignment", 1),
        ("unknown_state", 1),
    }
    assert {(row.uploader.value, row.lines, row.krw_amount) for row in report.grades if row.lines} == {
        ("provider", 3, 27_000),
        ("company", 1, 300),
    }
    september = {
        row.measure: (row.amount.value or row.amount.reason, row.krw_amount.value)
        for row in report.measures
        if row.month == SEPTEMBER
    }
    assert september == {
        Measure.DECLARED: (500, 500),
        Measure.ORDERS: (7_000, 7_000),
        Measure.PAYOUTS: (290, 290),
        Measure.CUSTOMS: (Decimal("2.00"), 1_900),
    }
    july = {row.measure: row.amount.reason for row in report.measures if row.month.month == 7}
    assert july == {
        Measure.DECLARED: Reason.NOT_DECLARED,
        Measure.ORDERS: Reason.NO_FILE,
        Measure.PAYOUTS: Reason.NO_FILE,
        Measure.CUSTOMS: Reason.NOT_ENTERED,
    }


def test_a_payout_is_due_by_the_terms_that_were_known_at_the_cut(program, sold):
    """With 90 days July's money is due on 29 October, after the cut. What was recorded after the cut is in no report of that cut."""
    first = reporting.build(program, SEPTEMBER)

    def reason(told: dt.timedelta) -> Reason | None:
        term = PayoutTerm.objects.create(
            agency_id=program.agency_id, kind="release", value=90, from_on=dt.date(2025, 1, 1), source="약관 7조", program=program,
            recorded_by=people.officer("manager"), recorded_at=first.data_cut_at + told,
        )  # fmt: skip
        report = reporting.build(program, SEPTEMBER)
        assert report.data_cut_at == first.data_cut_at
        PayoutTerm.objects.filter(pk=term.pk).update(
            withdrawn_at=first.data_cut_at + told, withdrawn_by=term.recorded_by, withdraw_reason="x"
        )
        (row,) = [row for row in report.measures if (row.month.month, row.measure) == (7, Measure.PAYOUTS)]
        return row.amount.reason

    second = dt.timedelta(seconds=1)
    assert (reason(second), reason(-second), reason(second)) == (
        Reason.NO_FILE,
        Reason.NOT_DUE,
        Reason.NO_FILE,
    )


def test_a_month_after_the_target_keeps_the_target_and_its_own_days(program, sold, move_clock):
    """October: one order of 800 won on 1 October. Covered from July on: 27,300 + 800 = 28,100 won; of the target, whose
    last day is 30 September, 27,300 were reached, net 25,300. Desk and results page say the same."""
    move_clock(dt.datetime(2025, 11, 12, 9, tzinfo=SEOUL))
    report = reporting.build(program, dt.date(2025, 10, 1))
    assert (report.from_on, report.to_on) == (dt.date(2025, 7, 1), dt.date(2025, 10, 31))
    assert (report.totals.krw_amount, report.by_month[-1].sales.krw_amount) == (28_100, 800)
    target = report.sales_target
    assert (target.from_on, target.to_on) == (dt.date(2025, 7, 1), dt.date(2025, 9, 30))
    assert (target.target_krw_amount.value, target.achieved_krw_amount, target.net_krw_amount) == (
        1_000_000_000, 27_300, 25_300,
    )  # fmt: skip
    standing = targets.standing(program, dt.date(2025, 11, 12))
    assert (standing.target_amount, standing.reached_amount) == (1_000_000_000, 27_300)
    assert results.scope_until(program, dt.date(2025, 11, 12)).basis == Basis()
    reporting.write(program, dt.date(2025, 10, 1), languages=["ko"])
    assert verify().differences == ()


def test_a_target_that_ends_within_a_month_counts_its_own_days(program, sold, move_clock):
    """Until 15 September only August's 20,300 won count; the report covers all of September with 27,300."""
    program.targets.filter(measure="orders").update(until_on=dt.date(2025, 9, 15))
    report = reporting.build(program, SEPTEMBER)
    assert (report.totals.krw_amount, report.sales_target.achieved_krw_amount) == (27_300, 20_300)


def test_a_month_before_the_target_names_it_with_nothing_reached(program, sold):
    report = reporting.build(program, dt.date(2025, 6, 1))
    assert (report.from_on, report.to_on) == (dt.date(2025, 5, 1), dt.date(2025, 6, 30))
    assert (report.sales_target.target_krw_amount.value, report.sales_target.achieved_krw_amount) == (
        1_000_000_000, 0,
    )  # fmt: skip


def test_home_counts_as_the_page_of_sales_does(program, sold):
    """A target without tax: company 2 sold 2 x 5,000 in August and 7,000 in September, of which 2,000 came back. Out of
    10,000 x 100/119 = 8,403.4 and 7,000 x 100/119 = 5,882.4, net 5,000 x 100/119 = 4,201.7 won."""
    program.targets.filter(measure="orders").update(has_tax=False)
    user = register.member(register.company(2))
    months = {row.month.month: (row.krw_amount, row.net_krw_amount, row.orders) for row in home.sold_by(user)}
    assert months == {8: (8_403, 8_403, 1), 9: (5_882, 4_202, 1)}
    part = register.company(2).participations.get()
    page = results.of_company(part, dt.date(2025, 10, 2)).months
    assert {month.month.month: month.orders[0].krw_amount for month in page if month.orders} == {
        8: 8_403, 9: 5_882,
    }  # fmt: skip
    assert home.waiting_for(people.officer()).lines_without_company == 1


def test_the_same_data_give_the_same_report_on_another_day(program, sold, move_clock):
    first = reporting.write(program, SEPTEMBER, languages=["ko"])
    before = {file.format: file.file.sha256 for file in first.files.select_related("file")}
    move_clock(dt.datetime(2026, 3, 15, 4, tzinfo=SEOUL))
    again = reporting.write(program, SEPTEMBER, languages=["ko"])
    assert again == first
    report = reporting.build(program, SEPTEMBER)
    assert {
        form: hashlib.sha256(content).hexdigest() for form, content in reporting.render(report, "ko").items()
    } == before
    assert sorted(before) == ["pdf", "xlsx"]


def test_the_stored_original_stays_when_the_data_change_and_can_be_made_again(tmp_path, program, sold):
    first = reporting.write(program, SEPTEMBER, languages=["ko"])
    stored = {file.pk: files.open_bytes(file.file).read() for file in first.files.select_related("file")}
    made.imported(
        made.ventas(tmp_path, [order(9, item("A", price=50_000), at=santiago(9, 9))], "late.xlsx"),
        program,
        sold,
    )
    second = reporting.write(program, SEPTEMBER, languages=["ko"])
    assert second != first
    assert second.data_sha256 != first.data_sha256
    assert second.data["totals"]["krw_amount"] == "77300"
    again = {file.pk: files.open_bytes(file.file).read() for file in first.files.select_related("file")}
    assert again == stored
    as_it_was = reporting.build(program, SEPTEMBER, as_of=first.as_of)
    assert json.loads(reporting.canonical_json(as_it_was)) == first.data


def test_a_corrected_tax_treatment_is_in_the_next_report_and_its_data_cut(program, sold, move_clock):
    """Without tax the 300 won of company 3's own store are 300 x 100/119 = 252.1; in truth there is no tax in them. Both
    reports are found again."""
    program.targets.filter(measure="orders").update(has_tax=False)
    move_clock(dt.datetime(2025, 10, 2, 15, tzinfo=SEOUL))
    first = reporting.write(program, SEPTEMBER, languages=["ko"])
    move_clock(dt.datetime(2025, 10, 2, 16, tzinfo=SEOUL))
    tax = StoreTax.objects.get(store__code="OWN")
    stores.correct_tax(
        tax, treatment="none", from_on=tax.from_on, reason="exempt since its start", by=people.officer()
    )
    second = reporting.write(program, SEPTEMBER, languages=["ko"])
    own = register.company(3).pretty_number
    assert [
        row["sales"]["krw_amount"]
        for run in (first, second)
        for row in run.data["by_company"]
        if row["business_number"] == own
    ] == ["252", "300"]
    assert [run.as_of.astimezone(SEOUL).hour for run in (first, second)] == [9, 16]
    assert verify().differences == ()


@pytest.fixture
def delivered(program, sold):
    """Companies 1 to 4 agreed in June; 4 ended early on 10 September, 5 agreed on 31 August at 23:59 Seoul time, 6 a
    minute later. Onboarding: 900,000 won for company 1 on 31 July, 1,100,000 for company 2 on 1 August, planned for
    company 3. Marketing: 500,000 for company 1 on 30 September."""
    moment = dt.datetime(2025, 8, 31, 23, 59, 30, tzinfo=SEOUL)
    for serial, agreed_at in ((5, moment), (6, moment + dt.timedelta(minutes=1))):
        programs.participation(register.company(serial), program, agreed_at=agreed_at, offered_at=agreed_at)
    proof = StoredFile.objects.first()
    for position, serial, day, actual in (
        (0, 1, dt.date(2025, 7, 31), 900_000),
        (0, 2, dt.date(2025, 8, 1), 1_100_000),
        (0, 3, None, None),
        (1, 1, dt.date(2025, 9, 30), 500_000),
    ):
        Delivery.objects.create(
            agency=program.agency, program=program, component=program.components.get(position=position),
            participation=program.participations.get(company=register.company(serial)), state="done" if day else "planned",
            planned_on=dt.date(2025, 8, 15), planned_amount=1_000_000, done_on=day, actual_amount=actual,
            evidence=proof if day else None,
        )  # fmt: skip
    return program


def _ended(program, serial, at, move_clock):
    move_clock(at)
    program.participations.filter(company=register.company(serial)).update(state="ended")
    move_clock(dt.datetime(2025, 10, 2, 10, tzinfo=SEOUL))


def test_each_report_has_the_companies_and_costs_of_its_own_months(delivered, move_clock):
    _ended(delivered, 4, dt.datetime(2025, 9, 10, 9, tzinfo=SEOUL), move_clock)
    said = {}
    for month in (6, 7, 8, 9):
        report = reporting.build(delivered, dt.date(2025, month, 1))
        said[month] = (
            report.companies_target.selected,
            report.companies_target.agreed,
            {row.name.ko for row in report.by_company if not row.sales.orders},
            [(row.actual_krw_amount.value, row.companies) for row in report.components[:2]],
            (report.components_total.actual_krw_amount.value, report.components_total.companies),
        )
        reporting.write(delivered, dt.date(2025, month, 1), languages=["ko"])
    four = {f"한강식품{serial}" for serial in (1, 2, 3, 4)}
    assert said == {
        6: (4, 4, four, [(None, 0), (None, 0)], (None, 0)),
        7: (4, 4, four, [(900_000, 1), (None, 0)], (900_000, 1)),
        8: (5, 5, {"한강식품4", "한강식품5"}, [(2_000_000, 2), (None, 0)], (2_000_000, 2)),
        9: (6, 5, {"한강식품5", "한강식품6"}, [(2_000_000, 2), (500_000, 1)], (2_500_000, 2)),
    }
    assert verify().differences == ()


def test_budget_plan_and_cost_of_a_component_stand_apart(delivered):
    """50,000,000 won each for four components; planned 3 x 1,000,000 and 1,000,000, a cancelled one not; done 2,000,000
    and 500,000. Nothing is planned for the third, and the fourth has no budget."""
    delivered.components.filter(position=3).update(planned_amount=0)
    Delivery.objects.create(
        agency=delivered.agency, program=delivered, component=delivered.components.get(position=2), state="cancelled",
        participation=delivered.participations.get(company=register.company(1)), planned_on=dt.date(2025, 8, 1),
        planned_amount=9_000_000,
    )  # fmt: skip
    report = reporting.build(delivered, SEPTEMBER)
    rows = [*report.components, report.components_total]
    assert [
        tuple(
            figure.reason if figure.value is None else figure.value
            for figure in (row.budget_krw_amount, row.planned_krw_amount, row.actual_krw_amount)
        )
        for row in rows
    ] == [
        (50_000_000, 3_000_000, 2_000_000),
        (50_000_000, 1_000_000, 500_000),
        (50_000_000, Reason.NOT_PLANNED, Reason.NOT_SETTLED),
        (Reason.NO_BUDGET, Reason.NOT_PLANNED, Reason.NOT_SETTLED),
        (150_000_000, 4_000_000, 2_500_000),
    ]


def _tax_said(program):
    """Stores and won of the report's note about unknown tax, and the report's total before refunds."""
    report = reporting.build(program, SEPTEMBER)
    parts = [part for part in report.provisional if part.reason is ProvisionalReason.TAX_UNKNOWN]
    reporting.write(program, SEPTEMBER, languages=["ko"])
    return [(part.stores, part.krw_amount) for part in parts], report.totals.krw_amount


def test_won_of_stores_whose_tax_is_not_known_are_provisional(program, sold):
    """The shared store's tax is known in August (2 x 10,000 won) and not in September (7,000, of which 2,000 came back);
    the own store's is in the price (300 won), at a rate that nobody stated. Without tax 10,000 x 100/119 = 8,403.4."""
    assert _tax_said(program) == ([], 27_300)
    StoreTax.objects.filter(store=sold).update(until_on=dt.date(2025, 8, 31))
    StoreTax.objects.create(store=sold, treatment="unknown", from_on=dt.date(2025, 9, 1))
    StoreTax.objects.filter(store__code="OWN").update(rate_percent=None)
    assert _tax_said(program) == ([(("SHARED",), 7_000)], 27_300)
    target = program.targets.filter(measure="orders")
    target.update(has_tax=False)
    assert _tax_said(program) == ([(("OWN", "SHARED"), 7_300)], 2 * 8_403 + 7_300)
    target.update(is_before_refunds=False)
    assert _tax_said(program) == ([(("OWN", "SHARED"), 5_300)], 2 * 8_403 + 7_300)
    target.update(has_tax=True)
    StoreTax.objects.filter(store__code="OWN").update(treatment="collected")
    StoreTax.objects.filter(store=sold, treatment="unknown").delete()
    assert _tax_said(program) == ([(("OWN", "SHARED"), 5_300)], 27_300)
    StoreTax.objects.filter(store__code="OWN").update(treatment="none")
    assert _tax_said(program) == ([(("SHARED",), 5_000)], 27_300)
    assert verify().differences == ()


CHANGED = {
    "tax": lambda program: StoreTax.objects.filter(store__code="OWN").update(rate_percent=10),
    "participation": lambda program: program.participations.filter(company=register.company(4)).update(state="ended"),
    "sales target": lambda program: program.targets.filter(measure="orders").update(value=2_000_000_000),
    "companies target": lambda program: program.targets.filter(measure="companies").update(value=40),
    "component": lambda program: program.components.filter(kind="creator").update(planned_amount=1),
    "assignment": lambda program: program.assignments.filter(reference="A").update(until_on=dt.date(2025, 12, 31)),
    "delivery": lambda program: Delivery.objects.create(
        agency=program.agency, program=program, participation=program.participations.all()[0],
        component=program.components.all()[0], planned_on=dt.date(2025, 8, 1), planned_amount=1_000_000,
    ),
    "rate rule": lambda program: Program.objects.filter(pk=program.pk).update(rate_rule="month_average"),
    "selection": lambda program: Application.objects.filter(call__program=program).update(status="selected"),
}  # fmt: skip


def test_the_data_cut_is_that_of_the_newest_change_to_a_figure(program, sold, move_clock):
    """A day apart each: the cut is the day of the change, and stays when nothing changes or another program does."""
    programs.application(programs.call(program), register.company(5), status="eligible")
    for days, (name, change) in enumerate(CHANGED.items(), start=3):
        day = dt.date(2025, 10, days)
        move_clock(dt.datetime(2025, 10, days, 9, tzinfo=SEOUL))
        change(program)
        move_clock(dt.datetime(2025, 10, 20, 9, tzinfo=SEOUL))
        other = programs.program("OTHER")
        other.components.update(planned_amount=days)
        report = reporting.build(Program.objects.get(pk=program.pk), SEPTEMBER)
        assert (name, report.data_cut_at.astimezone(SEOUL).date()) == (name, day)
        programs.application(programs.call(program), register.company(6 + days))
        assert reporting.build(Program.objects.get(pk=program.pk), SEPTEMBER) == report


def test_both_languages_have_the_same_figures(program, sold):
    korean = reporting.write(program, SEPTEMBER, languages=["ko"])
    english = reporting.write(program, SEPTEMBER, languages=["en"])
    assert english == korean
    assert sorted(korean.files.values_list("language", "format")) == [
        ("en", "pdf"), ("en", "xlsx"), ("ko", "pdf"), ("ko", "xlsx"),
    ]  # fmt: skip


def test_nothing_is_written_when_a_total_is_not_the_sum_of_its_parts(program, sold, monkeypatch):
    real = reporting.composing._totals

    def wrong(orders):
        return data.Totals(
            **{**{f: getattr(real(orders), f) for f in data.Totals.__slots__}, "krw_amount": Decimal(1)}
        )

    monkeypatch.setattr(reporting.composing, "_totals", wrong)
    with pytest.raises(RuleBroken, match="sums_differ"):
        reporting.write(program, SEPTEMBER)
    assert ReportRun.objects.count() == 0


def test_the_command_gives_files_and_checksums(tmp_path, capsys, program, sold):
    def run(folder: str) -> dict:
        call_command(
            "write_report", "--program", program.code, "--period", "2025-09", "--lang", "en",
            "--out", str(tmp_path / folder), "--json",
        )  # fmt: skip
        return json.loads(capsys.readouterr().out)

    first, second = run("one"), run("two")
    assert list(first) == ["run", "data_sha256", "files"]
    assert [(each["format"], Path(each["path"]).parent.name) for each in first["files"]] == [
        ("pdf", "one"),
        ("xlsx", "one"),
    ]
    assert [each["sha256"] for each in first["files"]] == [each["sha256"] for each in second["files"]]
    for each in first["files"]:
        assert hashlib.sha256(Path(each["path"]).read_bytes()).hexdigest() == each["sha256"]
    assert first["data_sha256"] == second["data_sha256"]


def test_the_files_of_a_run_are_stored_files(program, sold):
    run = reporting.write(program, SEPTEMBER, languages=["ko"])
    for each in ReportFile.objects.filter(run=run).select_related("file"):
        assert each.file.kind == StoredFile.Kind.REPORT
        assert hashlib.sha256(files.open_bytes(each.file).read()).hexdigest() == each.file.sha256


def test_who_asks_for_what_stands_already_is_told_where_it_stands(program, sold):
    asker = people.officer()
    stored = reporting.write(program, SEPTEMBER, languages=["ko"])
    page = reverse("admin:reports_reportrun_change", args=[stored.pk])

    def letters_after_asking_for(*languages: str) -> list[str]:
        before = Message.objects.count()
        reporting.ask_for(program, SEPTEMBER, by=asker, languages=languages)
        outbox.drain()
        return [
            each.body
            for each in Message.objects.order_by("created_at")[before:]
            if each.recipients == [asker.email]
        ]

    [told] = letters_after_asking_for("ko")
    assert page in told
    assert letters_after_asking_for("ko", "en") == [], "the English files are new"
    assert ReportRun.objects.get() == stored
