"""Each product group of a written report is found again, with its lines, by what companies stated when it was written."""

from __future__ import annotations

import csv
import datetime as dt
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from companies.domain import merging
from companies.models import Product, ProductGroup
from programs.models import Listing
from reports.domain import cut, reporting
from reports.domain.verifying import groups, runs, verify
from reports.models import ReportRun
from tests.companies.test_merging import agreed, begun, decided, pair
from tests.factories import programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, rate
from tests.factories.staff import manager
from tests.reports.differences import checks
from tests.reports.test_product_groups import listing, program, shop, sold
from tests.reports.test_races import at_once

__all__ = ["program", "shop", "sold"]

pytestmark = pytest.mark.django_db

SEPTEMBER = dt.date(2025, 9, 1)
COSMETICS, FOOD, CLOTHING = ProductGroup.COSMETICS, ProductGroup.FOOD, ProductGroup.CLOTHING


@pytest.fixture(autouse=True)
def _later(move_clock):
    move_clock(dt.datetime(2025, 10, 2, tzinfo=dt.UTC))


def written(program) -> ReportRun:
    return reporting.write(program, SEPTEMBER, languages=["ko"])


def lines(run: ReportRun, group: str) -> list[tuple[object, ...]]:
    found = groups.lines(runs.question_of(run), group, "CLP")
    rows = [dict(zip(groups.COLUMNS, row, strict=True)) for row in found]
    return [(row["sku"], int(row["gross"]), int(row["refund"]), int(row["krw"]), row["row"]) for row in rows]


def test_the_lines_behind_a_group_of_an_old_report_are_found_after_all_was_stated_anew(program, sold):
    """By hand: A in the pack for 10,000 pesos and by itself for 5,000 with 1,000 given back; B for 7,000, C for 300. A peso is two won."""
    run = written(program)
    before = {group: lines(run, group) for group in ("09", "", "07")}
    assert sorted(row[:4] for row in before["09"]) == [("A", 5_000, -1_000, 10_000), ("A", 10_000, 0, 20_000)]
    assert sorted(row[:4] for row in before[""]) == [("B", 7_000, 0, 14_000), ("C", 300, 0, 600)]
    assert before["07"] == []
    Product.objects.filter(code="A").update(product_group=CLOTHING)
    register.product(register.company(2), "B", product_group=FOOD)
    listing(program, register.company(1), "C", product=Product.objects.get(code="A"))
    later = written(program)
    assert {group: lines(run, group) for group in before} == before
    assert sorted(row[0] for row in lines(later, "07")) == ["A", "A", "C"]
    assert verify().differences == ()
    Product.objects.filter(code="B").delete()
    Listing.objects.all().delete()
    assert sorted(row[0] for row in lines(later, "07")) == ["A", "A", "C"]
    assert verify().differences == ()


def test_a_listing_comes_before_the_product_s_own_code_and_two_that_differ_tell_nothing(program, sold):
    products = [
        register.product(register.company(1), code, product_group=group)
        for code, group in (("X", FOOD), ("Y", CLOTHING))
    ]
    first = listing(program, register.company(1), "A", product=products[0])
    one = written(program)
    assert [len(lines(one, group)) for group in (FOOD, COSMETICS)] == [2, 0]
    listing(program, register.company(1), "A", product=products[1], market=first.market)
    two = written(program)
    assert [len(lines(two, group)) for group in (FOOD, CLOTHING, COSMETICS)] == [0, 0, 2]
    first.delete()
    assert [len(lines(two, group)) for group in (FOOD, CLOTHING, COSMETICS)] == [0, 0, 2]
    assert verify().differences == ()


def test_after_a_merge_what_was_written_before_is_found_as_it_was(tmp_path, program):
    """C was called food by the record that stays alone: it tells nothing of the lines of the other one until the merge is carried out."""
    kept, gone = pair()
    rate("CLP", "KRW", dt.date(2025, 8, 5), "2")
    shop, part = programs.store("SHARED"), programs.participation(gone, program)
    for sku in "AC":
        programs.assignment(shop, part, sku=sku)
    for company, code, group in ((gone, "A", COSMETICS), (kept, "A", FOOD), (kept, "C", FOOD)):
        register.product(company, code, product_group=group)
    made.imported(made.ventas(tmp_path, [order(1, item("A", price=100), item("C", price=3))]), program, shop)
    type(part).objects.filter(pk=part.pk).update(state="completed")
    before = written(program)
    merging.carry_out(agreed(decided(begun(kept, gone))), by=manager())
    after = written(program)
    skus = [[[row[0] for row in lines(run, group)] for group in ("09", "11", "")] for run in (before, after)]
    assert skus == [[["A"], [], ["C"]], [["A"], ["C"], []]]
    assert verify().differences == ()


def test_the_lines_go_out_as_a_file(tmp_path, program, sold):
    run, out = written(program), tmp_path / "lines.csv"
    call_command(
        "group_lines", str(run.pk), "--group", "09", "--currency", "CLP", "--out", str(out), verbosity=0
    )
    rows = list(csv.DictReader(out.open(encoding="utf-8-sig")))
    figures = next(row["sales"] for row in run.data["by_group"] if row["product_group"] == "09")
    assert sum(int(row["krw"]) for row in rows) == int(figures["krw_amount"]) == 30_000
    assert {(row["file"], row["store"]) for row in rows} == {("ventas.xlsx", "SHARED")}
    for key in ("0198c5f0-0000-7000-8000-000000000000", "x"):
        with pytest.raises(CommandError, match=key):
            call_command("group_lines", key, "--group", "09", "--currency", "CLP", "--out", str(out))
    ReportRun.objects.filter(pk=run.pk).update(marks={})
    with pytest.raises(CommandError):
        call_command("group_lines", str(run.pk), "--group", "09", "--currency", "CLP", "--out", str(out))


def test_figures_that_stand_at_the_wrong_group_are_named(program, sold):
    """Their sum is that of the report, so nothing else would name them."""
    run = written(program)
    first, second = run.data["by_group"]
    swapped = [{**first, "sales": second["sales"]}, {**second, "sales": first["sales"]}]
    ReportRun.objects.filter(pk=run.pk).update(data={**run.data, "by_group": swapped})
    assert checks() == ["run_checksum", "run_groups"]
    marks = {name: mark for name, mark in run.marks.items() if name not in groups.MARKS}
    ReportRun.objects.filter(pk=run.pk).update(marks=marks)
    assert checks() == ["run_checksum"]  # written before the marks were kept: the sum over all groups


@pytest.mark.django_db(transaction=True)
def test_a_report_waits_for_who_is_stating_a_group(program, sold, monkeypatch):
    """So no entry of the history comes after the mark that stands before it."""
    has_written, is_waiting = threading.Event(), threading.Event()
    taken = cut._taken

    def tried() -> bool:
        if found := taken():
            return found
        is_waiting.set()
        return False

    monkeypatch.setattr(cut, "_taken", tried)

    def state() -> None:
        with transaction.atomic():
            Product.objects.filter(code="A").update(product_group=CLOTHING)
            has_written.set()
            assert is_waiting.wait(timeout=30)

    def write() -> ReportRun:
        assert has_written.wait(timeout=30)
        return written(program)

    stated, run = at_once(state, write)
    assert stated is None
    assert [row["product_group"] for row in run.data["by_group"]] == ["07", ""]
    assert verify().differences == ()
