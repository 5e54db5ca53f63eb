"""The life of a period: files come, are amended and taken back, rates are corrected, months are closed by two people, adjusted,
opened again, in any order. A model in plain Python says after each step what every month comes to."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.domain import approvals
from ground import clock
from ground.errors import RuleBroken
from ground.models import StoredFile
from programs.models import Participation, Program, Store
from reports.domain import closing, entering, ledger, rollups, undoing
from reports.domain.ledger import SALES
from reports.domain.verifying import ledger as ledger_checks
from reports.domain.verifying import months as month_checks
from reports.domain.verifying import rollups as rollup_checks
from reports.domain.verifying.result import Difference
from reports.models import ClosedMonth, ExchangeRate, ImportBatch
from reports.queries import order_sums
from reports.queries.counted import Scope
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import agreed, asked_for

pytestmark = pytest.mark.django_db

MONTHS = [dt.date(2025, month, 1) for month in (8, 9, 10, 11)]
DAYS = [dt.date(2025, month, day) for month in (8, 9, 10) for day in (3, 21)]
"""Each line has its day: line 0 is of 3 August, line 5 of 21 October. November is the month of now."""
NOW = dt.datetime(2025, 11, 12, 3, tzinfo=dt.UTC)
FIRST_RATE = Decimal("1.47")


@dataclass(frozen=True)
class World:
    program: Program
    store: Store
    part: Participation
    file: StoredFile
    officer: Any
    manager: Any


@dataclass(frozen=True)
class Values:
    gross: int
    refund: int


@dataclass(frozen=True)
class Row:
    """A row of the ledger as the model knows it."""

    line: int
    sign: int
    booked: dt.date
    values: Values


@dataclass
class Standing:
    batch: int
    values: Values
    booked: dt.date


@dataclass
class Model:
    """What ought to be: rows, what stands of each line, the rates of each day, and the rates that closed months keep."""

    rows: list[Row] = field(default_factory=list)
    standing: dict[int, Standing] = field(default_factory=dict)
    said: dict[int, list[tuple[int, Values]]] = field(default_factory=lambda: defaultdict(list))
    undone: set[int] = field(default_factory=set)
    rates: dict[dt.date, list[Decimal]] = field(default_factory=lambda: {day: [FIRST_RATE] for day in DAYS})
    closed: list[dict[dt.date, Decimal]] = field(default_factory=list)

    @property
    def open_from(self) -> dt.date:
        return MONTHS[len(self.closed)]

    def enter(self, line: int, batch: int, values: Values) -> None:
        booked = max(DAYS[line].replace(day=1), self.open_from)
        self.rows.append(Row(line, 1, booked, values))
        self.standing[line] = Standing(batch, values, booked)
        self.said[line].append((batch, values))

    def take_back(self, line: int) -> None:
        stood = self.standing.pop(line)
        self.rows.append(Row(line, -1, max(stood.booked, self.open_from), stood.values))

    def of_batch(self, batch: int) -> list[int]:
        return [line for line, each in self.standing.items() if each.batch == batch]

    def rate(self, day: dt.date) -> Decimal:
        place = MONTHS.index(day.replace(day=1))
        return self.closed[place][day] if place < len(self.closed) else self.rates[day][-1]

    def won(self, row: Row, amount: int) -> int:
        whole = (abs(amount) * self.rate(DAYS[row.line])).quantize(Decimal(1), ROUND_HALF_UP)
        return row.sign * (int(whole) if amount >= 0 else -int(whole))

    def figures(self) -> dict[dt.date, tuple[int, int, int, int, int]]:
        """By month: lines, gross and refunds in pesos, won before and after refunds; of months with anything left."""
        found: dict[dt.date, list[int]] = {}
        for row in self.rows:
            into = found.setdefault(row.booked, [0] * 5)
            gross, refund = row.values.gross, row.values.refund
            parts = (
                row.sign,
                row.sign * gross,
                row.sign * refund,
                self.won(row, gross),
                self.won(row, gross + refund),
            )
            for place, part in enumerate(parts):
                into[place] += part
        return {month: (a, b, c, d, e) for month, (a, b, c, d, e) in found.items() if any((a, b, c, d, e))}


class PeriodLife(RuleBasedStateMachine):
    world: ClassVar[World]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.model = Model()
        self.batches: list[ImportBatch] = []

    @initialize()
    def begin(self) -> None:
        for day in DAYS:
            self._rate(day, FIRST_RATE)

    def teardown(self) -> None:
        try:
            for check in (
                ledger_checks.reversals_cancel,
                ledger_checks.sums_are_the_lines,
                ledger_checks.one_version_stands,
                month_checks.closed,
                month_checks.booked_later,
                rollup_checks.kept,
            ):
                assert [each for each in check() if isinstance(each, Difference)] == []
        finally:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    @rule(
        lines=st.dictionaries(
            st.integers(0, len(DAYS) - 1),
            st.builds(
                Values, gross=st.integers(1, 99_999), refund=st.sampled_from([0, 0, -1, -500, -99_999])
            ),
            min_size=1,
            max_size=4,
        )
    )
    def file(self, lines: dict[int, Values]) -> None:
        """A file says something of lines: new, as it was, or amended; in closed months, too."""
        type(self).steps += 1
        batch = len(self.batches)
        self.batches.append(self._enter(lines))
        for line, values in lines.items():
            stood = self.model.standing.get(line)
            if stood is not None and stood.values == values:
                continue
            if stood is not None:
                self.model.take_back(line)
            self.model.enter(line, batch, values)

    @precondition(lambda self: self.batches)
    @rule(place=st.integers(0, 9))
    def withdraw(self, place: int) -> None:
        """The import of a file is taken back, unless a line in a closed month stands by it."""
        type(self).steps += 1
        batch = place % len(self.batches)
        lines = self.model.of_batch(batch)
        is_refused = any(self.model.standing[line].booked < self.model.open_from for line in lines)
        if batch in self.model.undone:
            undoing.undo(self.batches[batch], reason="again", by=self.world.officer)
            return
        if is_refused:
            self._refused(
                "month_closed", undoing.undo, self.batches[batch], reason="wrong", by=self.world.officer
            )
            return
        undoing.undo(self.batches[batch], reason="wrong", by=self.world.officer)
        self.model.undone.add(batch)
        for line in lines:
            self.model.take_back(line)
            earlier = [each for each in self.model.said[line] if each[0] not in self.model.undone]
            if earlier:
                self.model.enter(line, *earlier[-1])

    @rule(day=st.sampled_from(DAYS), cents=st.integers(50, 300))
    def correct_rate(self, day: dt.date, cents: int) -> None:
        type(self).steps += 1
        self._rate(day, Decimal(cents) / 100)
        self.model.rates[day].append(Decimal(cents) / 100)

    @precondition(lambda self: len(self.model.closed) < 3)
    @rule()
    def close(self) -> None:
        """Two people; the one who asked cannot agree; a later month cannot be closed before."""
        type(self).steps += 1
        month = self.model.open_from
        if month < MONTHS[2]:
            self._refused("in_the_way", self._ask_to_close, MONTHS[2])
        asked = self._ask_to_close(month)
        self._refused("same_person", approvals.answer_any, asked, by=self.world.officer, grant=True)
        agreed(asked, self.world.manager)
        self.model.closed.append(
            {day: self.model.rates[day][-1] for day in DAYS if day.replace(day=1) == month}
        )

    @precondition(lambda self: self.model.closed)
    @rule()
    def reopen(self) -> None:
        """Two people, the last closed month only."""
        type(self).steps += 1
        closed = list(ClosedMonth.objects.closed().filter(program=self.world.program).order_by("month"))
        if len(closed) > 1:
            self._refused("not_last", closing.ask_to_reopen, closed[0], reason="late", by=self.world.officer)
        asked = closing.ask_to_reopen(closed[-1], reason="late", by=self.world.officer)
        self._refused("same_person", approvals.answer_any, asked, by=self.world.officer, grant=True)
        agreed(asked, self.world.manager)
        self.model.closed.pop()

    @rule()
    def renew(self) -> None:
        """The worker makes the kept sums anew that are out of date."""
        type(self).steps += 1
        rollups.renew()
        assert rollups.out_of_date() == []

    @invariant()
    def every_month_is_what_the_model_says(self) -> None:
        orders = order_sums.orders(Scope(self.world.program, MONTHS[0], dt.date(2025, 11, 30)))
        shown = {
            month: (each.lines, each.gross_amount, each.refund_amount, each.krw_amount, each.net_krw_amount)
            for (month, _currency), each in orders.by_month().items()
        }
        assert shown == self.model.figures()
        kept = ClosedMonth.objects.closed().filter(program=self.world.program)
        assert {
            (row.month, Decimal(each["krw"]), Decimal(each["net_krw"]))
            for row in kept
            for each in row.figures["orders"]
        } == {(month, sums[3], sums[4]) for month, sums in shown.items() if month < self.model.open_from}

    def _ask_to_close(self, month: dt.date) -> Any:
        return asked_for(self.world.program, month, reason="마감", by=self.world.officer)

    def _refused(self, code: str, verb: Callable[..., object], *args: Any, **words: Any) -> None:
        with pytest.raises(RuleBroken) as refusal, transaction.atomic():
            verb(*args, **words)
        assert refusal.value.code == code

    def _rate(self, day: dt.date, value: Decimal) -> None:
        versions = ExchangeRate.objects.filter(base="CLP", quote="KRW", day=day).count()
        made.rate("CLP", "KRW", day, str(value), version=versions + 1)

    def _enter(self, lines: dict[int, Values]) -> ImportBatch:
        """What an import does after its file was read: compare with the ledger, and write."""
        world = self.world
        at = clock.now()
        batch = ImportBatch.objects.create(
            agency_id=world.program.agency_id, program=world.program, store=world.store, file=world.file,
            profile="ml-cl-ventas", state=ImportBatch.State.DONE, grade="company", imported_at=at, first_at=NOW, last_at=NOW,
        )  # fmt: skip
        ledger.lay_out(SALES, [self._row(batch, line, values) for line, values in lines.items()])
        ledger.ensure_open_months(SALES, world.program.agency_id)
        entering.compare(SALES, world.store.pk)
        entering.write(SALES, agency_id=world.program.agency_id, store_id=world.store.pk, entered_at=at)
        ledger.clear()
        return batch

    def _row(self, batch: ImportBatch, line: int, values: Values) -> list[Any]:
        part = self.world.part
        facts: dict[str, Any] = {
            "group_key": f"L{line}", "line_key": f"L{line}", "batch_id": batch.pk, "row": line + 1,
            "business_day": DAYS[line], "program_id": part.program_id, "company_id": part.company_id,
            "participation_id": part.pk, "order_reference": f"O{line}", "currency_id": "CLP", "pack_reference": "",
            "ordered_at": dt.datetime.combine(DAYS[line], dt.time(15), dt.UTC), "offset_minutes": -180, "kind": "sale",
            "sku": "A", "listing_reference": "", "title": "상품", "unit_amount": None, "status_text": "Entregado",
            "status_class": "sold", "is_advertised": None, "units": 1, "gross_amount": values.gross,
            "refund_amount": values.refund, "net_amount": values.gross + values.refund,
        }  # fmt: skip
        return [facts.get(name, 0) for name in ledger.columns(SALES)]


@pytest.fixture
def world(tmp_path, move_clock) -> World:
    move_clock(NOW)
    program = programs.program(starts_on=MONTHS[0])
    part = programs.participation(register.company(1), program)
    store = programs.store("SHARED")
    programs.currency("CLP")
    programs.assignment(store, part, sku="A")
    path = tmp_path / "ventas.csv"
    path.write_text("a,b\n1,2\n")
    for month in MONTHS:
        with connection.cursor() as cursor:
            cursor.execute("SELECT naru_ensure_month('reports_sales_line', %s)", [month])
    return World(program, store, part, made.stored(path), people.officer(), people.officer("manager"))


def live(world: World, examples: int) -> int:
    """So many lives of up to 50 steps; how many steps they came to. A life that fails is shown as it came: to look for a
    shorter one takes minutes."""
    PeriodLife.world, PeriodLife.steps = world, 0
    run_state_machine_as_test(
        PeriodLife,
        settings=settings(
            max_examples=examples, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck),
            print_blob=True, derandomize=True, phases=(Phase.generate,),
        ),
    )  # fmt: skip
    return PeriodLife.steps


def test_a_thousand_steps(world):
    assert live(world, 26) >= 1_000


@pytest.mark.full
def test_ten_thousand_steps(world):
    assert live(world, 260) >= 10_000
