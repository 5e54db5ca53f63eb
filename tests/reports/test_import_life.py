"""Files of one store come in, come again, are interrupted, taken back and find their companies later, in any order: after each
step the ledger stands as a plain model of it says."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from ground.errors import RuleBroken
from programs.models import Program, Store
from reports.domain import importing, replay, staging, undoing
from reports.domain.verifying import verify
from reports.models import ImportBatch
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db

STEPS = 50
SKUS = ("A", "B", "C")


@dataclass(frozen=True)
class Said:
    """What a file says of an order: price and refund in pesos."""

    price: int
    refund: int


@dataclass(frozen=True)
class Version:
    """A version of a line: the file by which it stands, what it says, whose it is."""

    batch: UUID
    said: Said
    owner: UUID | None


@dataclass
class Known:
    """Of one line: all versions, whether the newest stands, the last export that only showed it again."""

    versions: list[Version] = field(default_factory=list)
    stands: bool = False
    seen: dt.datetime | None = None

    def enter(self, version: Version) -> None:
        self.versions.append(version)
        self.stands = True


@dataclass(frozen=True)
class Upload:
    """A file: what it says of each order, and when it was exported."""

    path: Path
    orders: dict[int, Said]
    exported_at: dt.datetime


@dataclass
class Taken:
    upload: Upload
    repeats: bool
    is_undone: bool = False


def moment(number: int) -> dt.datetime:
    return santiago(8, 2 * number)


class Interrupted(Exception):
    pass


class ImportLife(RuleBasedStateMachine):
    """The model is in `known`, `taken` and `owners`; the ledger is asked by SQL of its own."""

    files: Bundle[Upload] = Bundle("files")
    batches: Bundle[UUID] = Bundle("batches")

    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.folder = tempfile.TemporaryDirectory()
        self.program: Program = programs.program()
        self.store: Store = programs.store("SHARED")
        self.by = people.officer()
        self.parts = {
            sku: programs.participation(register.company(place), self.program)
            for place, sku in enumerate(SKUS, start=1)
        }
        self.owners: dict[str, UUID] = {}
        self.known: dict[int, Known] = {number: Known() for number in range(1, 8)}
        self.taken: dict[UUID, Taken] = {}
        self.uploads = 0

    def teardown(self) -> None:
        try:
            assert [each for each in verify().differences if each.check != "run_record"] == []
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)
            self.folder.cleanup()

    @rule(
        target=files,
        orders=st.dictionaries(
            st.integers(1, 7), st.builds(Said, st.sampled_from([1000, 2000]), st.sampled_from([0, -400])), min_size=1
        ),
        day=st.integers(1, 28),
    )  # fmt: skip
    def export(self, orders: dict[int, Said], day: int) -> Upload:
        self.uploads += 1
        lines = [
            order(number, item(SKUS[number % 3], price=said.price), at=moment(number), refund_amount=said.refund)
            for number, said in sorted(orders.items())
        ]  # fmt: skip
        at = santiago(9, day)
        path = made.ventas(Path(self.folder.name), lines, f"{self.uploads}.xlsx", exported_at=at)
        return Upload(path, orders, at)

    @rule(target=batches, upload=files, mishap=st.sampled_from(["", "", "reading", "staging", "entering"]))
    def take_in(self, upload: Upload, mishap: str) -> UUID:
        batch = importing.stage(made.stored(upload.path), self.program, self.store, None, "company")
        if mishap == "reading":
            self.interrupted(lambda: importing.read(batch))
        read = importing.read(batch)
        assert (read.state, importing.read(batch).state) == ("preview", "preview")
        importing.confirm(batch, by=None)
        if mishap == "staging":
            staging.drop(batch.pk)
        if mishap == "entering":
            self.interrupted(lambda: importing.enter(batch))
        done = importing.enter(batch)
        assert importing.enter(batch).imported_at == done.imported_at
        known, changed = self.enter(batch.pk, upload)
        assert (done.state, done.duplicate, done.replaced) == ("done", known, changed)
        return batch.pk

    @rule(upload=files)
    def look_and_cancel(self, upload: Upload) -> None:
        batch = made.taken_in(upload.path, self.program, self.store)
        assert importing.cancel(batch, by=None).state == "cancelled"
        assert importing.enter(batch).state == "cancelled"

    @rule(batch=batches)
    def undo(self, batch: UUID) -> None:
        try:
            undone = undoing.undo(ImportBatch.objects.get(pk=batch), reason="wrong", by=self.by)
        except RuleBroken as refused:
            self.refuse(refused, batch)
            return
        assert undone.state == "undone"
        if not self.taken[batch].is_undone:
            assert not self.is_needed(batch)
            self.take_back(batch)
            replay.replay(self.store)
            self.find_owners()

    @rule(sku=st.sampled_from(SKUS))
    def assign(self, sku: str) -> None:
        if sku not in self.owners:
            programs.assignment(self.store, self.parts[sku], sku=sku)
            self.owners[sku] = self.parts[sku].pk
        found = replay.replay(self.store).sales
        assert (found, replay.replay(self.store).sales) == (self.find_owners(), 0)

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        expected = {
            order(number).reference: (each.versions[-1], len(each.versions))
            for number, each in self.known.items()
            if each.stands
        }
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT order_reference, batch_id, gross_amount, refund_amount, participation_id, version"
                " FROM reports_sales_line l WHERE sign = 1 AND (SELECT sum(sign) FROM reports_sales_line o"
                " WHERE o.store_id = l.store_id AND o.line_key = l.line_key AND o.version = l.version) = 1"
            )
            found = {
                row[0]: (Version(row[1], Said(int(row[2]), int(row[3])), row[4]), row[5])
                for row in cursor.fetchall()
            }
            cursor.execute(
                "SELECT coalesce(sum(sign), 0), coalesce(sum(net_amount), 0) FROM reports_sales_line"
            )
            count, net = cursor.fetchone()
        assert found == expected
        nets = [version.said.price + version.said.refund for version, _number in expected.values()]
        assert (count, net) == (len(nets), sum(nets))

    def refuse(self, refused: RuleBroken, batch: UUID) -> None:
        assert (refused.code, self.is_needed(batch)) == ("known_by_later", True)

    def interrupted(self, work: Callable[[], Any]) -> None:
        """The work is done and then lost, as when its process dies before the commit."""
        with pytest.raises(Interrupted), transaction.atomic():
            work()
            raise Interrupted

    def enter(self, batch: UUID, upload: Upload) -> tuple[int, int]:
        """How many lines said nothing new, and how many took another's place."""
        known = changed = 0
        for number, said in upload.orders.items():
            line = self.known[number]
            new = Version(batch, said, self.owners.get(SKUS[number % 3]))
            if not line.stands:
                line.enter(new)
                continue
            standing = line.versions[-1]
            last = max(filter(None, [self.taken[standing.batch].upload.exported_at, line.seen]))
            if standing.said == said and standing.owner == new.owner:
                line.seen = max(last, upload.exported_at) if last < upload.exported_at else line.seen
                known += 1
            elif last > upload.exported_at:
                known += 1
            else:
                line.enter(new)
                changed += 1
        self.taken[batch] = Taken(upload, repeats=known > 0)
        return known, changed

    def is_needed(self, batch: UUID) -> bool:
        """Whether a file that came later, and was not taken back, showed lines of these days again."""
        days = sorted(self.taken[batch].upload.orders)
        for later, each in list(self.taken.items())[list(self.taken).index(batch) + 1 :]:
            others = sorted(self.taken[later].upload.orders)
            if not each.is_undone and each.repeats and others[0] <= days[-1] and others[-1] >= days[0]:
                return True
        return False

    def take_back(self, batch: UUID) -> None:
        for line in self.known.values():
            if not line.stands or line.versions[-1].batch != batch:
                continue
            earlier = [
                version for version in line.versions
                if version.batch != batch and not self.taken[version.batch].is_undone
            ]  # fmt: skip
            line.stands = False
            if earlier:
                line.enter(earlier[-1])
        for line in self.known.values():
            if line.seen == self.taken[batch].upload.exported_at:
                line.seen = None
        self.taken[batch].is_undone = True

    def find_owners(self) -> int:
        """Lines whose company is known now stand anew with it; how many."""
        found = 0
        for number, line in self.known.items():
            owner = self.owners.get(SKUS[number % 3])
            if line.stands and line.versions[-1].owner is None and owner is not None:
                line.enter(replace(line.versions[-1], owner=owner))
                found += 1
        return found


def test_whatever_happens_to_the_files_of_a_store_the_ledger_is_right(is_full):
    """A thousand steps, ten thousand in the long tests, which also look for the shortest way to a failure."""
    run_state_machine_as_test(
        ImportLife,
        settings=settings(
            max_examples=(10_000 if is_full else 1_000) // STEPS, stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.reuse, Phase.generate, *[Phase.shrink] * is_full],
        ),
    )  # fmt: skip
