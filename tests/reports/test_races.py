"""Several at once: each test has its negative control, the same with the lock taken away."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import QuerySet

from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import Message
from programs.models import Application, Assignment, Program, Store
from reports.domain import (
    answering,
    assigning,
    cut,
    entering,
    importing,
    proving,
    rates,
    reminding,
    reporting,
    scheduling,
)
from reports.domain import ledger as lines
from reports.models import (
    Declaration,
    ExchangeRate,
    ImportBatch,
    MonthReminder,
    PayoutProof,
    ReportRun,
    SalesLine,
)
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run each in a thread with a connection of its own, released together; what each gave or raised."""
    gate = threading.Barrier(len(works))
    found: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            gate.wait(timeout=30)
            found[place] = work()
        except Exception as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return found


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def confirmed(tmp_path, program):
    """The same file of forty orders, confirmed three times."""
    company = register.company(1)
    store = programs.store("OWN", company=company)
    programs.assignment(store, programs.participation(company, program))
    path = made.ventas(tmp_path, [order(number, item(f"S{number}")) for number in range(1, 41)])
    return [importing.confirm(made.taken_in(path, program, store), by=None) for _time in range(3)]


def ledger() -> tuple[int, int, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(sign), sum(gross_amount) FROM reports_sales_line")
        return cursor.fetchone()


def test_the_same_file_entered_three_times_at_once_enters_once(confirmed):
    results = at_once(*[lambda batch=batch: importing.enter(batch) for batch in confirmed])
    assert [result.state for result in results] == ["done"] * 3
    assert ledger() == (40, 40, Decimal(400_000))
    assert sorted(ImportBatch.objects.values_list("duplicate", flat=True)) == [0, 40, 40]


def test_without_the_stores_lock_it_would_not(confirmed, monkeypatch):
    """Negative control: the constraint alone refuses the later ones instead of counting what they know."""
    lines.ensure_months(lines.SALES, {dt.date(2025, 8, 5)})
    gate, write = threading.Barrier(len(confirmed)), entering.write

    def write_together(*arguments, **options) -> None:
        gate.wait(timeout=30)
        write(*arguments, **options)

    monkeypatch.setattr(type(Store.objects), "select_for_update", lambda self, **options: self.all())
    monkeypatch.setattr(entering, "write", write_together)
    results = at_once(*[lambda batch=batch: importing.enter(batch) for batch in confirmed])
    monkeypatch.undo()
    assert [isinstance(result, IntegrityError) for result in results].count(True) == 2
    assert ledger() == (40, 40, Decimal(400_000))


def test_two_presses_of_confirm_enter_once(confirmed):
    batch = confirmed[0]
    at_once(*[lambda: importing.enter(batch)] * 2)
    assert ledger() == (40, 40, Decimal(400_000))


def test_two_ticks_at_once_write_one_report(program, move_clock):
    move_clock(dt.datetime(2025, 9, 20, 12, tzinfo=SEOUL))
    scheduling.set_schedule(program, day_of_month=3, time=dt.time(9), by=people.officer(), in_english=False)
    move_clock(dt.datetime(2025, 10, 3, 9, 0, 5, tzinfo=SEOUL))
    at_once(scheduling.tick, scheduling.tick)
    assert ReportRun.objects.count() == 1
    assert ReportRun.objects.get().files.count() == 2


def test_two_corrections_of_a_rate_are_two_versions(program):
    usd, krw = programs.currency("USD"), programs.currency("KRW")
    day = dt.date(2025, 9, 1)

    def enter(value: str) -> Callable[[], object]:
        return lambda: rates.enter(
            base=usd, quote=krw, day=day, quoted_value=Decimal(value), source="x", reason="y", by=None
        )

    at_once(enter("1400"), enter("1410"), enter("1400"))
    found = set(ExchangeRate.objects.values_list("version", "quoted_value"))
    assert {version for version, _value in found} in ({1, 2}, {1, 2, 3})
    assert {value for _version, value in found} == {Decimal(1400), Decimal(1410)}


def test_a_report_waits_for_an_import_that_has_begun(confirmed, monkeypatch):
    """Else a row with an earlier instant could come after the cut, and the cut would not name what was seen."""
    has_joined, may_go_on = threading.Event(), threading.Event()
    real = importing.cut.join

    def join() -> None:
        real()
        has_joined.set()
        may_go_on.wait(timeout=30)

    monkeypatch.setattr(importing.cut, "join", join)
    seen: list[str] = []

    def build() -> None:
        has_joined.wait(timeout=30)
        with transaction.atomic():
            threading.Timer(0.5, lambda: (seen.append("still waiting"), may_go_on.set())).start()
            cut.hold()
            seen.append(f"{SalesLine.objects.count()} lines")

    at_once(lambda: importing.enter(confirmed[0]), build)
    assert seen == ["still waiting", "40 lines"]


@pytest.mark.parametrize(("patience", "order"), [(60.0, ["writer", "report"]), (0.0, ["report", "writer"])])
def test_who_writes_does_not_wait_behind_a_waiting_report(program, monkeypatch, patience, order):
    """An import is under way and a report waits for it. A person's edit goes through at once; without patience it waits
    in the queue behind the report."""
    monkeypatch.setattr(cut, "PATIENCE", patience)
    has_joined, may_end = threading.Event(), threading.Event()
    seen: list[str] = []

    def long_import() -> None:
        with transaction.atomic():
            cut.join()
            has_joined.set()
            may_end.wait(timeout=30)

    def report() -> None:
        has_joined.wait(timeout=30)
        with transaction.atomic():
            cut.hold()
            seen.append("report")

    def writer() -> None:
        has_joined.wait(timeout=30)
        time.sleep(0.5)
        threading.Timer(0.5, may_end.set).start()
        with transaction.atomic():
            cut.join()
            seen.append("writer")

    at_once(long_import, report, writer)
    assert seen == order


def test_progress_is_seen_while_the_import_runs(confirmed, monkeypatch):
    """The watching page has another connection than the work, whose transaction is still open."""
    seen: list[tuple[str, int]] = []
    real = importing.progress.show

    def show(pk, percent: int) -> None:
        real(pk, percent)

        def look() -> None:
            seen.append(ImportBatch.objects.values_list("state", "progress_percent").get(pk=pk))
            connections.close_all()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join(timeout=30)

    monkeypatch.setattr(importing.progress, "show", show)
    importing.enter(confirmed[0])
    assert seen == [("importing", 40), ("importing", 75)]
    batch = ImportBatch.objects.get(pk=confirmed[0].pk)
    assert (batch.state, batch.progress_percent) == ("done", 100)


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_statement_never_overwrites_a_confirmation_that_comes_between(program, monkeypatch, is_locked):
    """The company's confirmation of 900 is on its way when the provider states 90. Without the lock on the proof 90
    would stand there, confirmed by nobody."""
    company = register.company(1)
    part, shop = programs.participation(company, program), programs.store("SHARED")
    programs.assignment(shop, part, sku="A")
    owner, provider = register.member(company), people.organization_member()
    values = {
        "month": dt.date(2025, 9, 1), "statement_number": "1", "currency": programs.currency("KRW"), "by": provider,
        "sold_amount": Decimal(1_000), "fee_amount": Decimal(100), "paid_on": dt.date(2025, 10, 1),
    }  # fmt: skip
    proof = proving.state(shop, part, paid_amount=Decimal(900), **values)
    if not is_locked:
        real = PayoutProof.objects.get_queryset().__class__.select_for_update

        def without(self, **more):
            return self if self.model is PayoutProof else real(self, **more)

        monkeypatch.setattr(QuerySet, "select_for_update", without)
    began = threading.Event()

    def confirm():
        with transaction.atomic():
            proving.confirm(proof, by=owner, seen=proving.digest(proof))
            began.set()
            time.sleep(1)

    def restate():
        began.wait(30)
        return proving.state(shop, part, paid_amount=Decimal(90), **values)

    _confirmed, refused = at_once(confirm, restate)
    proof.refresh_from_db()
    if is_locked:
        assert isinstance(refused, RuleBroken)
        assert refused.code == "confirmed_already"
        assert (proof.paid_amount, proof.confirmed_at is None) == (900, False)
    else:
        assert (proof.paid_amount, proof.confirmed_at) == (90, None)


def test_a_report_asked_for_twice_at_once_is_one_run(program):
    september = dt.date(2025, 9, 1)
    programs.target(program)
    runs = at_once(*[lambda: reporting.write(program, september, languages=["ko"]) for _time in range(2)])
    assert [run.period for run in runs] == [september] * 2
    assert ReportRun.objects.count() == 1


def test_a_report_waits_for_who_writes_what_it_reads_and_finds_it_again(program):
    """A tax treatment is on its way when the report begins to read: it is in the report, and under its mark."""
    shop = programs.store("OWN", company=register.company(1))
    began = threading.Event()

    def change():
        with transaction.atomic():
            shop.taxes.update(rate_percent=10)
            began.set()
            time.sleep(1)

    def write():
        began.wait(30)
        return reporting.write(program, dt.date(2025, 9, 1), languages=["ko"])

    _changed, run = at_once(change, write)
    newest = apps.get_model("programs", "StoreTaxEvent").objects.latest("pgh_id")
    assert (newest.rate_percent, run.marks["tax"]) == (10, newest.pgh_id)


JOINS = {
    "program": lambda program: Program.objects.filter(pk=program.pk).update(rate_rule="fixed"),
    "target": lambda program: programs.target(program),
    "component": lambda program: program.components.update(planned_amount=1),
    "assignment": lambda program: program.assignments.update(until_on=dt.date(2025, 12, 31)),
    "selected": lambda program: Application.objects.update(status="selected"),
}


@pytest.mark.parametrize(("change", "joins"), [*((each, 1) for each in JOINS.values()), (None, 0)])
def test_who_changes_a_figure_joins_the_cut(program, change, joins):
    """A draft that is saved joins nothing: nobody's deadline waits for a report."""
    made_now = programs.application(programs.call(program), register.company(2))
    programs.assignment(
        programs.store("OWN", company=register.company(1)), programs.participation(of=program)
    )
    with transaction.atomic():
        if change is not None:
            change(program)
        else:
            Application.objects.filter(pk=made_now.pk).update(contact_name="나담당", status="submitted")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objid = %s",
                [cut.KEY],
            )
            assert cursor.fetchone()[0] == joins


def test_a_file_says_that_it_is_being_read_while_it_is(tmp_path, program, monkeypatch):
    store = programs.store("OWN", company=register.company(1))
    programs.assignment(store, programs.participation(register.company(1), program))
    batch = importing.stage(made.stored(made.ventas(tmp_path, [order(1)])), program, store, None, "company")
    real, seen = importing.parse, []

    def look(of, *more):
        seen.append(ImportBatch.objects.values_list("state", "progress_percent").get(pk=of.pk))
        return real(of, *more)

    monkeypatch.setattr(importing, "parse", look)
    assert importing.read(batch).state == "preview"
    assert seen == [("reading", 10)]


@pytest.fixture
def waiting_group(program, tmp_path):
    shared = programs.store("ST-P")
    made.imported(made.ventas(tmp_path, [order(1, item("A-1"))], "w.xlsx"), program, shared)
    return assigning.Group(shared.pk, "A-1", "MLC-A-1")


def test_two_officers_who_assign_the_same_lines_at_once_do_not_both_get_them(program, waiting_group):
    parts = [programs.participation(register.company(serial), program) for serial in (1, 2)]
    officers = [people.officer("manager"), people.officer("officer")]
    found = at_once(
        *(
            lambda part=part, by=by: assigning.assign([waiting_group], part, by=by)
            for part, by in zip(parts, officers, strict=True)
        )
    )
    assert [type(each).__name__ for each in found].count("BulkAssignment") == 1
    (refused,) = [each for each in found if isinstance(each, RuleBroken)]
    assert refused.code == "assignment_overlap"
    assert Assignment.objects.count() == 1


def test_a_double_click_assigns_once_and_both_see_the_same(program, waiting_group):
    part = programs.participation(register.company(1), program)
    by = people.officer()
    first, second = at_once(*[lambda: assigning.assign([waiting_group], part, by=by)] * 2)
    assert first == second
    assert Assignment.objects.count() == 1


def test_two_beats_at_once_remind_once(program, move_clock):
    move_clock(dt.datetime(2025, 10, 10, 10, tzinfo=SEOUL))
    Program.objects.update(reminded_from=dt.date(2025, 10, 10))
    part = programs.participation(register.company(1), program)
    register.member(part.company)
    assert sorted(at_once(reminding.remind, reminding.remind)) == [0, 1]
    assert MonthReminder.objects.count() == 1
    assert Message.objects.count() == 1


def test_no_sales_said_twice_at_once_is_said_once(program, move_clock):
    move_clock(dt.datetime(2025, 10, 10, 10, tzinfo=SEOUL))
    programs.currency("KRW")
    part = programs.participation(register.company(1), program)
    owner = register.member(part.company)
    first, second = at_once(*[lambda: answering.no_sales(part, dt.date(2025, 9, 1), by=owner)] * 2)
    assert first == second
    assert Declaration.objects.count() == 1
