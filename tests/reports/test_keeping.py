"""What a large file's page says of its lines is kept with the file, and never of earlier than now."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies.models import Company
from reports.domain import keeping, replay, undoing
from reports.domain.verifying import verify
from reports.models import ImportBatch
from reports.queries import files
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order

pytestmark = pytest.mark.django_db


def now(batch: ImportBatch) -> tuple[list[tuple[str, int, Decimal]], bool]:
    """Number, lines and net by company as the page shows them, and whether lines were read for it."""
    batch = ImportBatch.objects.get(pk=batch.pk)
    with CaptureQueriesContext(connection) as asked:
        rows = files.by_company(batch)
    return (
        [(row["business_number"], row["lines"], row["net"]) for row in rows],
        any("reports_sales_line" in each["sql"] for each in asked),
    )


def test_whose_the_lines_of_a_large_file_are_is_read_once_for_each_state_of_them(tmp_path, monkeypatch):
    """SKU A sold for 4,000 and 1,000, B for 6,000; A is company 1's. Then B finds company 2, then a newer file says 5,000 for the
    second of A, then that is taken back. What is kept of a file that changed is not shown; the lines are read, and kept by the worker."""
    program, shop = programs.program(), programs.store("SHARED")
    one, two = (programs.participation(register.company(number), program) for number in (1, 2))
    programs.assignment(shop, one, sku="A")
    first, second = (each.company.business_number for each in (one, two))
    sold = [
        order(1, item("A", price=4_000)),
        order(2, item("A", price=1_000)),
        order(3, item("B", price=6_000)),
    ]
    batch = made.imported(made.ventas(tmp_path, sold), program, shop)
    keeping.renew()
    assert now(batch) == ([(first, 2, Decimal(5_000)), ("", 1, Decimal(6_000))], True)
    monkeypatch.setattr(keeping, "LARGE", 3)

    def changed(expected: list[tuple[str, int, Decimal]]) -> None:
        assert now(batch) == (expected, True)
        assert keeping.renew() == 1
        assert now(batch) == (expected, False)
        assert keeping.renew() == 0
        assert [each for each in verify().differences if each.check == "batch_now"] == []

    changed([(first, 2, Decimal(5_000)), ("", 1, Decimal(6_000))])
    programs.assignment(shop, two, sku="B")
    replay.replay(shop)
    changed(sorted([(first, 2, Decimal(5_000)), (second, 1, Decimal(6_000))]))
    newer = made.imported(
        made.ventas(tmp_path, [order(2, item("A", price=5_000))], "newer.xlsx"), program, shop
    )
    changed(sorted([(first, 1, Decimal(4_000)), (second, 1, Decimal(6_000))]))
    undoing.undo(newer, reason="a mistake", by=people.officer())
    changed(sorted([(first, 2, Decimal(5_000)), (second, 1, Decimal(6_000))]))
    Company.objects.filter(pk=one.company_id).update(name_ko="새 이름")
    shown = {row["name"] for row in files.by_company(ImportBatch.objects.get(pk=batch.pk))}
    assert shown == {"새 이름", two.company.name_ko}


def test_what_is_kept_with_large_files_stays_in_the_database(tmp_path, monkeypatch, client):
    """Three large files, one of which changes: as many questions as of one, no row of what is kept comes along, and as many files at once as asked."""
    monkeypatch.setattr(keeping, "LARGE", 1)
    program, shop = programs.program(), programs.store("SHARED")
    batches = [
        made.imported(
            made.ventas(tmp_path, [order(n, item("A", price=n * 1_000))], f"{n}.xlsx"), program, shop
        )
        for n in (1, 2, 3)
    ]
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    assert (keeping.renew(), keeping.renew(), keeping.renew()) == (2, 1, 0)
    with CaptureQueriesContext(connection) as asked:
        assert keeping.renew() == 0
    (one,) = [each["sql"] for each in asked if "kept_by_company" in each["sql"]]
    assert one.strip().startswith("SELECT b.id FROM")
    ImportBatch.objects.filter(pk=batches[1].pk).update(kept_by_company={"state": "of before", "rows": []})
    assert (keeping.renew(), keeping.renew()) == (1, 0)
    assert [row["lines"] for row in files.by_company(ImportBatch.objects.get(pk=batches[1].pk))] == [1]
    provider, officer = people.organization_member(), people.officer()
    type(shop).objects.filter(pk=shop.pk).update(
        organization=provider.organization_members.get().organization
    )
    for person, page in ((officer, "admin:reports_importbatch_changelist"), (provider, "provider_home")):
        client.force_login(person)
        with CaptureQueriesContext(connection) as asked:
            shown = client.get(reverse(page))
        assert "2.xlsx" in shown.content.decode()
        assert not [each["sql"] for each in asked if "by_company" in each["sql"]]
