"""The seal of a file's rows is made while they pass, and is the one that the ledger's rows give."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.db import connection

from programs.models import Program, Store
from reports.domain import carrying, importing, ledger, seals
from reports.domain.sealing import BEGIN, END, Seal, bare
from reports.domain.verifying import ledger as verifying
from reports.models import ImportBatch, SalesLine
from tests.factories import programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(move_clock) -> Program:
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    return programs.program(starts_on=dt.date(2025, 8, 1))


@pytest.fixture
def shop(program, monkeypatch) -> Store:
    monkeypatch.setattr(carrying, "MANY", 1)
    store = programs.store("TWO")
    programs.assignment(store, programs.participation(register.company(1), program), sku="A")
    return store


def confirmed(folder, program: Program, shop: Store) -> ImportBatch:
    """Lines of two days and of nobody, not in the order of their keys."""
    orders = [
        order(number, item("A" if number < 9 else "B"), at=santiago(8, number)) for number in (7, 3, 9, 5)
    ]
    return importing.confirm(made.taken_in(made.ventas(folder, orders), program, shop), by=None)


def seal_by_hand(batch: ImportBatch) -> str:
    """What COPY sends of the rows, without what stands before the first and after the last."""
    names = ", ".join(f'"{name}"' for name in ledger.sent(ledger.SALES))
    with connection.cursor() as cursor:
        rows = f"SELECT {names} FROM reports_sales_line WHERE batch_id = %s AND sign = 1 ORDER BY line_key"
        with cursor.copy(f"COPY ({rows}) TO STDOUT WITH (FORMAT binary)", [batch.pk]) as copy:
            sent = b"".join(bytes(each) for each in copy)
    return hashlib.sha256(sent.removeprefix(BEGIN).removesuffix(END)).hexdigest()


def test_the_rows_are_sealed_while_they_pass(tmp_path, program, shop, monkeypatch):
    """Nobody reads them once more."""
    batch = confirmed(tmp_path, program, shop)
    with monkeypatch.context() as patched:
        patched.setattr(seals, "seal", None)
        batch = importing.enter(batch)
    assert SalesLine.objects.filter(batch=batch).count() == 4
    assert batch.lines_sha256 == seal_by_hand(batch) == seals.seal(ledger.SALES, batch.pk)


def test_rows_that_pass_in_another_order_are_read_once_more(tmp_path, program, shop, monkeypatch):
    monkeypatch.setattr(carrying, "is_in_order", lambda reads, staged: True)
    batch = importing.enter(confirmed(tmp_path, program, shop))
    assert batch.lines_sha256 == seal_by_hand(batch)


def test_a_seal_over_records_still_holds_and_one_of_other_rows_does_not(tmp_path, program, shop):
    batch = importing.enter(confirmed(tmp_path, program, shop))
    earlier = seals.seal_as_records(ledger.SALES, batch.pk)
    assert earlier != batch.lines_sha256
    for stated, found in ((batch.lines_sha256, []), (earlier, []), ("0" * 64, ["batch_seal"])):
        ImportBatch.objects.filter(pk=batch.pk).update(lines_sha256=stated)
        assert [each.check for each in verifying.batches() if not isinstance(each, int)] == found


def row(key: str, rest: bytes = b"") -> bytes:
    """A row whose columns before the key are as long as `BEFORE_KEY` says, each after its length."""
    sizes = (16, 16, 8, 2, 2, 4)
    before = b"".join(size.to_bytes(4) + bytes(size) for size in sizes)
    return b"\0\x07" + before + len(key.encode()).to_bytes(4) + key.encode() + rest


@pytest.mark.parametrize(
    ("keys", "is_in_order"),
    [
        (["A", "AB", "B"], True), (["A", "A"], False), (["AB", "A"], False), (["가", "나"], True), (["나", "가"], False),
        (["B", "A", "C"], False), ([], True),
    ],
)  # fmt: skip
def test_whether_keys_rise_is_seen_in_passing(keys, is_in_order):
    """A key that begins like the one before it is the longer one, whatever stands behind it in the row."""
    rows = [row(key, b"\xff\xff\xff\xff") for key in keys]
    sent = [BEGIN + rows[0], *rows[1:], END] if rows else [BEGIN, END]
    seal = Seal()
    assert list(seal.passing(bare(sent))) == rows
    assert (seal.is_in_order, seal.hexdigest()) == (is_in_order, hashlib.sha256(b"".join(rows)).hexdigest())


def test_of_many_rows_the_seals_of_as_many_each_are_sealed():
    rows = [row(f"{number:03}") for number in range(5)]
    seal = Seal(together=2)
    for several in (rows[:3], [], rows[3:]):
        seal.add(several)
    parts = [hashlib.sha256(b"".join(rows[begin : begin + 2])).hexdigest() for begin in (0, 2, 4)]
    assert seal.hexdigest() == hashlib.sha256("".join(parts).encode()).hexdigest()
