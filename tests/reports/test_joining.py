"""Who states something that tells a product group waits for reports; nobody else does, and nobody waits while others wait for them."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from companies.domain import facts, merging
from companies.models import Product, ProductGroup
from programs.domain import agreement, listings
from programs.models import Application, Listing, Participation, Task
from reports.domain import closing, cut, reminding
from reports.domain.sampling import planning
from tests.companies.test_merging import agreed, begun, decided, pair
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import agreed as agreed_to_close
from tests.factories.closing import closed
from tests.factories.staff import manager
from tests.reports.sampling.test_planning import planned, program, shop, sold
from tests.reports.test_product_groups import listing
from tests.reports.test_races import at_once

__all__ = ["program", "shop", "sold"]

pytestmark = pytest.mark.django_db(transaction=True)
AUGUST = dt.date(2025, 8, 1)


def locks(of_this_session: bool = True) -> list[bool]:
    """Locks on the cut: whether each is granted."""
    whose = " AND pid = pg_backend_pid()" if of_this_session else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT granted FROM pg_locks WHERE locktype = 'advisory' AND objid = %s{whose}",
            [cut.KEY],
        )
        return [granted for (granted,) in cursor.fetchall()]


def joins(change: Callable[[], object]) -> bool:
    with transaction.atomic():
        change()
        return locks() == [True]


@pytest.fixture
def product(shop) -> Product:
    return register.product(register.company(1), "A", product_group=ProductGroup.FOOD)


def saved(product: Product, **entries: object) -> bool:
    """Whether the company that saves its product joins."""
    owner = register.member(product.company)
    return joins(lambda: facts.put_product(product.company, facts=entries, by=owner, product=product))


def test_a_product_that_is_called_otherwise_waits_for_no_report(product):
    assert not saved(product, name_ko="아주 긴 이름의 김스낵", name_en="Seaweed snack, roasted")
    assert not saved(product)  # the same once more
    assert not joins(
        lambda: facts.switch_product(product, is_in_use=False, by=register.member(product.company))
    )
    assert saved(product, product_group=ProductGroup.COSMETICS)
    assert saved(product, code="A2")
    assert joins(lambda: register.product(register.company(1), "B"))
    assert joins(lambda: Product.objects.filter(code="B").delete())


def test_a_listing_that_takes_a_step_waits_for_no_report(program, product):
    made = listing(program, register.company(1), "A", product=product)
    every = Listing.objects.filter(pk=made.pk)
    assert not joins(lambda: listings.advance(made, "permit", by=people.officer()))
    assert joins(lambda: every.update(sku="A-1"))
    assert joins(lambda: every.update(reference="MLC-1"))
    second = register.product(register.company(1), "B")
    other = listing(program, register.company(1), "", reference="MLC-2", product=second)
    assert joins(other.delete)


def test_of_a_merge_only_who_carries_it_out_waits_for_reports(program):
    one, two = pair()
    assert not joins(lambda: begun(one, two))
    assert joins(lambda: merging.drop(begun(one, two), reason="x", by=manager())) is False
    row = agreed(decided(begun(one, two)))
    assert joins(lambda: merging.carry_out(row, by=manager()))


def meeting(monkeypatch, where: object, name: str, other: Callable[[], object]) -> Callable[[], object]:
    """`other`, begun when whoever holds the cut comes to the function, which goes on once `other` waits for the cut or is done."""
    real, holds, is_done = getattr(where, name), threading.Event(), threading.Event()

    def held(*args, **more):
        if not holds.is_set():
            holds.set()
            until = time.monotonic() + 30
            while not is_done.is_set() and False not in locks(of_this_session=False):
                assert time.monotonic() < until
                time.sleep(0.02)
        return real(*args, **more)

    def begins() -> object:
        assert holds.wait(timeout=30)
        try:
            return other()
        finally:
            is_done.set()

    monkeypatch.setattr(where, name, held)
    return begins


def test_an_officer_who_begins_listings_and_who_draws_a_sample_do_not_stop_each_other(
    program, sold, product, monkeypatch
):
    """The sample hangs its orders on the participation for which the listings are begun."""
    part = program.participations.get(company=product.company)
    by = people.officer()
    begins = meeting(
        monkeypatch, planning.sampling, "population",
        lambda: listings.open_listings(part, [product], programs.market(), by=by),
    )  # fmt: skip
    plan, opened = at_once(lambda: planned(program), begins)
    assert (opened, Listing.objects.count()) == (1, 1)
    assert part.pk in plan.sampled.values_list("participation", flat=True)


def chosen(part) -> None:
    """The company takes part by its application."""
    of = programs.application(programs.call(part.program), part.company)
    Application.objects.filter(pk=of.pk).update(status="agreed")
    Participation.objects.filter(pk=part.pk).update(application=of)


@pytest.mark.parametrize("verb", ["complete", "end", "withdraw"])
def test_a_participation_that_ends_and_who_draws_a_sample_do_not_stop_each_other(
    program, sold, verb, monkeypatch
):
    part = program.participations.get(company=register.company(1))
    if verb == "withdraw":
        chosen(part)
    part, by = Participation.objects.get(pk=part.pk), people.officer()
    begins = meeting(
        monkeypatch, planning.sampling, "population",
        lambda: agreement.complete(part, by=by) if verb == "complete" else agreement.end(part, reason="폐업", by=by),
    )  # fmt: skip
    plan, ended = at_once(lambda: planned(program), begins)
    assert getattr(ended, "state", ended) == ("completed" if verb == "complete" else "ended")
    assert part.pk in plan.sampled.values_list("participation", flat=True)


@pytest.fixture
def reopening(move_clock):
    """A month that two people agree to open again; then its company is asked for its sales again."""
    move_clock(dt.datetime(2025, 9, 12, 3, tzinfo=dt.UTC))
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 9, 30))
    one, two = pair()
    program = programs.program(starts_on=AUGUST)
    programs.participation(one, program)
    assert reminding.ask() == 1
    row = closed(program, AUGUST)
    return closing.ask_to_reopen(row, reason="늦게 온 파일", by=people.officer()), one, two


@pytest.mark.parametrize("which", ["product", "merge", "carried out"])
def test_who_writes_of_a_company_and_a_month_that_is_opened_again_do_not_stop_each_other(
    reopening, which, monkeypatch
):
    asked, one, two = reopening
    owner = register.member(one)
    entries = {"code": "P-9", "name_ko": "김스낵", "name_en": "Snack", "hs_code": "200899"}
    row = agreed(decided(begun(one, two))) if which == "carried out" else None
    other = {
        "product": lambda: facts.put_product(one, facts=entries, by=owner),
        "merge": lambda: begun(one, two),
        "carried out": lambda: merging.carry_out(row, by=manager()),
    }[which]
    begins = meeting(monkeypatch, reminding, "settle_month", other)
    reopened, done = at_once(lambda: agreed_to_close(asked), begins)
    assert getattr(reopened, "state", reopened) == "reopened"
    assert not isinstance(done, Exception), done
    assert Task.objects.open().get(kind=Task.Kind.DECLARE).company_id == one.pk
