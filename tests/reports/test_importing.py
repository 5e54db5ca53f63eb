"""Importing: what a file says enters once, newer values replace by key, everything earlier stays."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from ground import clock, files
from ground.errors import RuleBroken
from reports import permissions
from reports.domain import importing, staging
from reports.domain.on_disk import on_disk
from reports.files import detect, door
from reports.models import ImportBatch, PayoutLine, SalesLine
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def store(program):
    """A company's own store: every line is that company's."""
    company = register.company(1)
    store = programs.store("ST-1", company=company)
    programs.assignment(store, programs.participation(company, program))
    return store


def ledger(column: str = "gross_amount") -> tuple[int, int, Decimal]:
    """Rows, standing lines and the plain sum over all rows, by SQL of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(sum(sign), 0), coalesce(sum({column}), 0) FROM reports_sales_line"
        )
        return cursor.fetchone()


def test_a_file_enters_with_its_totals(tmp_path, program, store):
    path = made.ventas(
        tmp_path,
        [
            order(1, item(units=2, price=10_000), fee_amount=-3_000, shipping_cost_amount=-1_500),
            order(2, item(price=5_990), fee_amount=-900, refund_amount=-5_090, at=santiago(8, 6)),
        ],
    )
    batch = made.imported(path, program, store)
    assert (batch.state, batch.rows, batch.accepted, batch.rejected) == ("done", 2, 2, 0)
    assert (batch.duplicate, batch.replaced, batch.unmatched) == (0, 0, 0)
    assert batch.totals == [
        {
            "measure": "orders", "currency": "CLP", "gross": "25990", "refunds": "-5090", "fees": "-3900",
            "shipping_in": "0", "shipping_cost": "-1500", "net": "15500",
        }
    ]  # fmt: skip
    assert ledger() == (2, 2, Decimal(25_990))
    assert ledger("net_amount")[2] == Decimal(15_500)
    assert [row["business_number"] for row in batch.by_company] == [register.number(1)]


def test_the_preview_writes_nothing(tmp_path, program, store):
    batch = made.taken_in(made.ventas(tmp_path, [order(1)]), program, store)
    assert (batch.state, batch.accepted, batch.totals[0]["gross"]) == ("preview", 1, "10000")
    assert ledger() == (0, 0, 0)


def test_the_same_file_twice_changes_nothing(tmp_path, program, store):
    path = made.ventas(tmp_path, [order(1), order(2, item("B", units=3, price=2_000))])
    first = made.imported(path, program, store)
    before = list(SalesLine.objects.order_by("id").values())
    second = made.imported(path, program, store)
    assert (second.accepted, second.duplicate, second.replaced) == (2, 2, 0)
    assert second.totals == first.totals
    assert list(SalesLine.objects.order_by("id").values()) == before


def test_a_newer_export_replaces_by_key_and_keeps_the_earlier_values(tmp_path, program, store):
    first = made.imported(
        made.ventas(tmp_path, [order(1, fee_amount=-1_000), order(2, item("B", price=7_000))]), program, store
    )
    newer = made.imported(
        made.ventas(
            tmp_path,
            [order(1, fee_amount=-1_000, refund_amount=-9_000), order(2, item("B", price=7_000)), order(3)],
            "newer.xlsx",
        ),
        program,
        store,
        "provider",
    )
    assert (newer.duplicate, newer.replaced) == (1, 1)
    assert ledger() == (5, 3, Decimal(27_000))
    assert ledger("refund_amount")[2] == Decimal(-9_000)
    rows = SalesLine.objects.filter(order_reference=order(1).reference).order_by("version", "-sign")
    assert [(row.version, row.sign, row.batch_id, row.net_amount) for row in rows] == [
        (1, 1, first.pk, Decimal(9_000)),
        (1, -1, first.pk, Decimal(-9_000)),
        (2, 1, newer.pk, Decimal(0)),
    ]


def test_an_export_made_earlier_does_not_bring_back_earlier_values(tmp_path, program, store):
    """Somebody finds last week's download and uploads it after this week's."""
    newer = made.ventas(tmp_path, [order(1, refund_amount=-10_000)], "b.xlsx", exported_at=santiago(9, 10))
    older = made.ventas(tmp_path, [order(1), order(2)], "a.xlsx", exported_at=santiago(9, 3))
    made.imported(newer, program, store)
    batch = made.imported(older, program, store)
    assert (batch.accepted, batch.duplicate, batch.replaced) == (2, 1, 0)
    assert ledger("refund_amount") == (2, 2, Decimal(-10_000))


def test_an_export_between_two_equal_ones_does_not_beat_the_later_of_them(tmp_path, program, store):
    """Exported on 1 September and again on 1 October: nothing given back. A download of 15 September, uploaded last,
    says 4,000 of 10,000 came back; the newest export knows better."""
    plain = made.ventas(tmp_path, [order(1)], "a.xlsx", exported_at=santiago(9, 1))
    newest = made.ventas(tmp_path, [order(1)], "c.xlsx", exported_at=santiago(10, 1))
    between = made.ventas(tmp_path, [order(1, refund_amount=-4_000)], "b.xlsx", exported_at=santiago(9, 15))
    made.imported(plain, program, store)
    assert made.imported(newest, program, store).duplicate == 1
    batch = made.imported(between, program, store)
    assert (batch.duplicate, batch.replaced) == (1, 0)
    assert ledger("refund_amount") == (1, 1, Decimal(0))
    latest = made.ventas(tmp_path, [order(1, refund_amount=-4_000)], "d.xlsx", exported_at=santiago(10, 2))
    assert made.imported(latest, program, store).replaced == 1
    assert ledger("refund_amount") == (3, 1, Decimal(-4_000))


def test_a_packs_money_is_shared_also_across_companies(tmp_path, program):
    """25,000 of a pack: 10,000 x 1 of one company, 5,000 x 3 of another; fee -3,001 in whole pesos: 40 % and 60 %."""
    shop = programs.store("SHARED")
    one, two = register.company(1), register.company(2)
    programs.assignment(shop, programs.participation(one, program), sku="A")
    programs.assignment(shop, programs.participation(two, program), sku="B")
    pack = order(7, item("A", price=10_000), item("B", units=3, price=5_000), fee_amount=-3_001)
    batch = made.imported(made.ventas(tmp_path, [pack]), program, shop, "provider")
    assert (batch.rows, batch.accepted, batch.unmatched) == (3, 3, 0)
    found = {row.company_id: row for row in SalesLine.objects.all()}
    assert {row.sku: (row.gross_amount, row.fee_amount) for row in found.values()} == {
        "A": (Decimal(10_000), Decimal(-1_200)),
        "B": (Decimal(15_000), Decimal(-1_801)),
    }
    assert set(found) == {one.pk, two.pk}
    assert [(row["business_number"], row["net"]) for row in batch.by_company] == [
        (register.number(1), "8800"),
        (register.number(2), "13199"),
    ]
    again = made.imported(made.ventas(tmp_path, [pack]), program, shop, "provider")
    assert (again.accepted, again.duplicate) == (3, 3)


def test_a_line_without_an_assignment_waits(tmp_path, program):
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    batch = made.imported(made.ventas(tmp_path, [order(1, item("A")), order(2, item("C"))]), program, shop)
    assert (batch.accepted, batch.unmatched) == (2, 1)
    waiting = SalesLine.objects.get(sku="C")
    assert (waiting.program_id, waiting.company_id, waiting.participation_id) == (None, None, None)
    assert batch.by_company[-1]["business_number"] == ""
    assert sum(Decimal(row["gross"]) for row in batch.by_company) == Decimal(batch.totals[0]["gross"])


def test_a_line_keeps_its_instant_and_its_business_day_in_santiago(tmp_path, program, store):
    expected = {
        santiago(9, 6, 23, 30): (dt.date(2025, 9, 6), "2025-09-07T03:30:00+00:00"),  # still -04:00
        santiago(9, 7, 1, 30): (dt.date(2025, 9, 7), "2025-09-07T04:30:00+00:00"),  # -03:00 from the 7th
        santiago(9, 30, 23, 59): (dt.date(2025, 9, 30), "2025-10-01T02:59:00+00:00"),  # 1 October in Seoul
        santiago(10, 1, 0, 0): (dt.date(2025, 10, 1), "2025-10-01T03:00:00+00:00"),
    }
    orders = [order(number, at=written) for number, written in enumerate(expected, 1)]
    made.imported(made.ventas(tmp_path, orders), program, store)
    lines = {line.order_reference: line for line in SalesLine.objects.all()}
    kept = [lines.pop(each.reference) for each in orders]
    assert [(line.business_day, line.ordered_at.astimezone(dt.UTC).isoformat()) for line in kept] == list(
        expected.values()
    )
    assert lines == {}


def test_rejected_rows_are_kept_with_row_column_value_and_reason_in_both_languages(tmp_path, program, store):
    bad = order(2, item("B", replaced={"Unidades": "dos"}))
    batch = made.imported(made.ventas(tmp_path, [order(1), bad]), program, store)
    assert (batch.rows, batch.accepted, batch.rejected) == (2, 1, 1)
    rejection = batch.rejections.get()
    assert (rejection.row, rejection.column, rejection.value, rejection.code) == (
        8,
        "Unidades",
        "dos",
        "bad_units",
    )
    assert rejection.reason_ko != ""
    assert rejection.reason_en.startswith("The units must be a whole number")
    assert ledger() == (1, 1, Decimal(10_000))


def test_an_unknown_state_waits_for_a_person(tmp_path, program, store):
    made.imported(made.ventas(tmp_path, [order(1, item(status_text="Estado nunca visto"))]), program, store)
    assert SalesLine.objects.get().status_class == "look"


def test_a_refused_file_says_why_in_both_languages_and_leaves_no_trace(tmp_path, program, store):
    path = tmp_path / "ventas.csv"
    path.write_text("a;b;c\n1;2;3\n")
    batch = made.taken_in(path, program, store)
    assert (batch.state, batch.refusal_code, batch.rows) == ("refused", "no_header", 0)
    assert batch.refusal_en.startswith("No heading row")
    assert ledger() == (0, 0, 0)


def content_of(file) -> bytes | None:
    return files.open_bytes(file).read() if storages["private"].exists(file.path) else None


def test_what_stays_stored_has_no_buyers_and_says_the_same(
    tmp_path, program, store, django_capture_on_commit_callbacks
):
    bad = order(2, item("B", replaced={"Unidades": "dos"}))
    path = made.ventas(tmp_path, [order(1, fee_amount=-1_000), bad])
    batch = importing.stage(made.stored(path), program, store, None, "company")
    upload, earlier = path.read_bytes(), batch.file.path
    with django_capture_on_commit_callbacks(execute=True):
        importing.read(batch)
        assert storages["private"].exists(earlier)
    batch = ImportBatch.objects.get(pk=batch.pk)
    stored = content_of(batch.file)
    assert (batch.state, storages["private"].exists(earlier)) == ("preview", False)
    assert (batch.uploaded_sha256, batch.file.sha256) == tuple(
        hashlib.sha256(content).hexdigest() for content in (upload, stored)
    )
    assert (batch.file.size, batch.uploaded_sha256 != batch.file.sha256) == (len(stored), True)
    assert batch.removed_columns[:3] == [
        "Datos personales o de empresa", "Tipo y número de documento", "Dirección",
    ]  # fmt: skip
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(stored)
    assert detect.read(copy) == detect.read(path)
    assert "Inventada" not in str([list(row) for row in door.open_file(copy).sheets[0].rows()][6:])
    before = (batch.totals, batch.notes, batch.rejections.count())
    importing.enter(importing.confirm(batch, by=None))
    batch.refresh_from_db()
    assert (batch.state, (batch.totals, batch.notes, batch.rejections.count())) == ("done", before)
    assert batch.totals[0]["fees"] == "-1000"
    again = made.imported(path, program, store)
    assert (again.duplicate, again.uploaded_sha256, ledger()) == (1, batch.uploaded_sha256, (1, 1, 10_000))


def test_a_remark_on_the_encoding_stays_though_the_copy_has_another(tmp_path, program, store):
    moved = [movement(1, "8150", order=1, at=santiago(9, 2), replaced={"METADATA": "홍길동" * 9})]
    batch = made.imported(made.release(tmp_path, moved, columns=23, encoding="euc-kr"), program, store)
    assert [code for code, _parameters in batch.notes] == ["note_encoding"]


def test_a_worker_killed_while_reading_loses_nothing(tmp_path, program, store, monkeypatch):
    path = made.ventas(tmp_path, [order(1)])
    batch = importing.stage(made.stored(path), program, store, None, "company")
    with monkeypatch.context() as patched:
        patched.setattr(importing, "_keep_rejects", lambda batch, parsed: sys.exit())
        with pytest.raises(SystemExit), transaction.atomic():
            importing.read(batch)
    batch.refresh_from_db()
    assert (batch.state, content_of(batch.file)) == ("waiting", path.read_bytes())
    assert importing.read(batch).accepted == 1


@pytest.mark.parametrize("name", ["header", "currency"])
def test_of_a_refused_file_nothing_stays_but_what_it_was(
    tmp_path, program, store, django_capture_on_commit_callbacks, name
):
    path = tmp_path / "ventas.csv"
    if name == "header":
        path.write_text("comprador;total\nPersona Inventada;3\n")
    else:
        path = made.release(
            tmp_path, [movement(1, "81", order=1, at=santiago(9, 2))], columns=23, currency="XQX"
        )
    with django_capture_on_commit_callbacks(execute=True):
        batch = made.taken_in(path, program, store)
    batch.file.refresh_from_db()
    assert (batch.state, content_of(batch.file), batch.file.removed_at is None) == ("refused", None, False)
    assert batch.file.name == path.name
    assert batch.file.sha256 == batch.uploaded_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_payouts_take_the_files_currency_then_the_stores_and_never_the_markets(tmp_path, program):
    company = register.company(1)
    moved = [movement(1, "81.50", order=1, at=santiago(9, 2), fee_amount=Decimal("-10.10"))]
    short = made.release(tmp_path, moved, "short.csv", columns=15)
    long = made.release(tmp_path, moved, "long.csv", columns=23, currency="USD")
    for code, settlement, path, expected in (
        ("NONE", None, short, None),
        ("USD", "USD", short, "USD"),
        ("CLP-BUT-FILE", "CLP", long, "USD"),
        ("NONE-BUT-FILE", None, long, "USD"),
    ):
        shop = programs.store(
            code, company=company, settlement_currency=settlement and programs.currency(settlement)
        )
        programs.currency("USD")
        batch = made.taken_in(path, program, shop)
        if expected is None:
            assert (batch.state, batch.refusal_code) == ("refused", "currency_unknown")
            assert batch.refusal_en.startswith("In which currency are these payouts?")
        else:
            assert [row["currency"] for row in batch.totals] == [expected]
            assert batch.totals[0]["net"] == "71.40"


def test_a_currency_that_is_not_listed_refuses_the_file(tmp_path, program, store):
    path = made.release(
        tmp_path, [movement(1, "5.00", order=1, at=santiago(9, 2))], columns=23, currency="XTS"
    )
    batch = made.taken_in(path, program, store)
    assert (batch.state, batch.refusal_code) == ("refused", "currency_not_listed")
    assert batch.refusal_en.startswith("The file holds amounts in XTS")
    assert "XTS" in batch.refusal_ko
    assert "holds" not in batch.refusal_ko


def test_a_payout_of_an_order_of_two_companies_is_shared_like_its_money(tmp_path, program):
    shop = programs.store("SHARED")
    one, two = register.company(1), register.company(2)
    programs.assignment(shop, programs.participation(one, program), sku="A")
    programs.assignment(shop, programs.participation(two, program), sku="B")
    pack = order(7, item("A", price=10_000), item("B", units=3, price=5_000))
    paid = made.release(
        tmp_path, [movement(1, "25000", order=7, at=santiago(9, 2), fee_amount=Decimal(-3_001))], columns=23
    )
    waiting = made.imported(paid, program, shop, "provider")
    assert waiting.unmatched == 1
    made.imported(made.ventas(tmp_path, [pack]), program, shop, "provider")
    from ground import outbox

    outbox.drain()
    standing = PayoutLine.objects.filter(version=2)
    assert {row.company_id: (row.gross_amount, row.fee_amount, row.net_amount) for row in standing} == {
        one.pk: (Decimal(10_000), Decimal(-1_200), Decimal(8_800)),
        two.pk: (Decimal(15_000), Decimal(-1_801), Decimal(13_199)),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(sign), sum(net_amount) FROM reports_payout_line")
        assert cursor.fetchone() == (4, 2, Decimal(21_999))
    again = made.imported(paid, program, shop, "provider")
    assert (again.accepted, again.duplicate, again.replaced, again.unmatched) == (1, 1, 0, 0)
    assert PayoutLine.objects.count() == 4


def test_lines_can_be_neither_changed_nor_deleted_not_even_by_the_owner(tmp_path, program, store, owner_role):
    made.imported(made.ventas(tmp_path, [order(1)]), program, store)
    for statement in ("UPDATE reports_sales_line SET net_amount = 0", "DELETE FROM reports_sales_line"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        refused = pytest.raises(DatabaseError, match="stay as they came")
        with owner_role(), refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert ledger() == (1, 1, Decimal(10_000))


def test_confirming_twice_is_once_and_entering_twice_too(tmp_path, program, store):
    from reports.domain import importing

    batch = made.taken_in(made.ventas(tmp_path, [order(1)]), program, store)
    importing.confirm(batch, by=None)
    importing.confirm(batch, by=None)
    importing.enter(batch)
    importing.enter(batch)
    assert ledger() == (1, 1, Decimal(10_000))
    assert ImportBatch.objects.get().state == "done"


def test_only_who_writes_for_the_holder_or_the_agency_takes_a_file_in(tmp_path, program, store):
    stored = made.stored(made.ventas(tmp_path, [order(1)]))
    strangers = (
        people.officer("manager", "GBA"),
        people.officer("auditor"),
        people.organization_member(),
        register.member(register.company(2)),
        register.member(store.company, "reader"),
    )
    for stranger in strangers:
        with pytest.raises(RuleBroken, match="not_your_store"):
            importing.stage(stored, program, store, stranger, "company")
    officer, owner = people.officer(), register.member(store.company)
    batch = importing.read(importing.stage(stored, program, store, officer, "agency"))
    for stranger in strangers:
        for verb in (importing.confirm, importing.cancel):
            with pytest.raises(RuleBroken, match="not_your_store"):
                verb(batch, by=stranger)
    assert importing.confirm(batch, by=owner).state == "importing"


def test_only_the_agency_says_that_the_platform_handed_a_file_over(tmp_path, program, store):
    file = made.stored(made.ventas(tmp_path, [order(1)]))
    owner, officer = register.member(store.company), people.officer()
    for by, note, code in ((owner, "x", "not_the_agency"), (officer, " ", "origin_missing")):
        with pytest.raises(RuleBroken) as refused:
            importing.stage(file, program, store, by, "platform", origin_note=note)
        assert refused.value.code == code
    batch = importing.stage(file, program, store, officer, "platform", origin_note=" 공문 77 ")
    assert (batch.grade, batch.origin_note) == ("platform", "공문 77")


def test_a_provider_or_an_importer_is_named_as_who_brought_a_file(program, store):
    """The grade of an upload follows from who holds the store."""
    importer = programs.store("IMP", holder="importer")
    assert (permissions.grade_of(None, importer), permissions.grade_of(None, store)) == (
        "provider",
        "company",
    )
    with translation.override("en"):
        assert str(ImportBatch.Grade.PROVIDER.label) == "uploaded by the provider or importer"


def test_a_store_out_of_use_takes_no_file(tmp_path, program, store):
    stored = made.stored(made.ventas(tmp_path, [order(1)]))
    store.disabled_on = clock.today()
    store.save()
    with pytest.raises(RuleBroken, match="store_disabled"):
        importing.stage(stored, program, store, None, "company")
    store.disabled_on = clock.today() + dt.timedelta(days=1)
    store.save()
    assert importing.stage(stored, program, store, None, "company").state == "waiting"


def test_payouts_that_would_enter_in_another_currency_than_previewed_do_not_enter(
    tmp_path, program, move_clock
):
    """They are read once more when they enter. The store's currency, which the file does not say, was mended meanwhile."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    shop = made.cross_border(program)
    shop.settlement_currency = programs.currency("CLP")
    shop.save()
    paid = movement(1, "80.00", order=1, at=dt.datetime(2025, 9, 2, 12, tzinfo=dt.UTC))
    batch = importing.confirm(made.taken_in(made.release(tmp_path, [paid]), program, shop), by=None)
    shop.settlement_currency = programs.currency("USD")
    shop.save()
    refused = importing.enter(batch)
    assert (refused.state, refused.refusal_code) == (ImportBatch.State.REFUSED, "read_otherwise")
    assert not PayoutLine.objects.exists()
    again = made.imported(made.release(tmp_path, [paid], "b.csv"), program, shop)
    assert (again.totals[0]["currency"], PayoutLine.objects.get().currency_id) == ("USD", "USD")


def test_sales_that_were_lost_and_would_stand_on_other_days_do_not_enter(tmp_path, program, store):
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item("A"), at=santiago(8, 5, 8))]), program, store)
    with connection.cursor() as cursor:
        cursor.execute("SELECT naru_unstage(%s)", [batch.pk])
    type(store).objects.filter(pk=store.pk).update(zone="Asia/Seoul")
    refused = importing.enter(importing.confirm(batch, by=None))
    assert (refused.state, refused.refusal_code) == (ImportBatch.State.REFUSED, "read_otherwise")
    assert ledger() == (0, 0, 0)


@pytest.mark.parametrize("content", [b"comprador;total\n", b"PK\x03\x04 cut short"])
def test_a_stored_file_that_is_not_the_uploaded_one_is_refused_as_that(tmp_path, program, store, content):
    """Whatever is wrong with what stands there instead, and also where it reads well."""
    path = made.release(tmp_path, [movement(1, "81", order=1, at=santiago(9, 2))], columns=23)
    batch = importing.stage(made.stored(path), program, store, None, "company")
    stored, told = Path(storages["private"].path(batch.file.path)), (batch.file.size, batch.file.sha256)
    stored.write_bytes(stored.read_bytes() + b"\n" if content.startswith(b"c") else content)
    batch = importing.read(batch)
    assert (batch.state, batch.refusal_code, staging.standing(batch.pk)) == ("refused", "file_changed", None)
    batch.file.refresh_from_db()
    assert (batch.file.size, batch.file.sha256) == told, "of a refused file it stays known what was uploaded"


def test_what_is_written_over_while_it_is_read_is_refused(tmp_path):
    file = made.stored(made.ventas(tmp_path, [order(1)]))
    with pytest.raises(RuleBroken, match="file_changed"), on_disk(file):
        Path(storages["private"].path(file.path)).write_bytes(b"0" * file.size)


def test_who_keeps_what_was_read_learns_before_that_the_file_has_changed(tmp_path):
    file = made.stored(made.ventas(tmp_path, [order(1)]))
    with on_disk(file) as path:
        before = path.read_bytes()
        Path(storages["private"].path(file.path)).unlink()
        assert path.read_bytes() == before, "what the store lets go of is there until the end"
    Path(storages["private"].path(file.path)).write_bytes(before + b"x")
    with pytest.raises(RuleBroken, match="file_changed"), on_disk(file):
        pytest.fail("given out")
