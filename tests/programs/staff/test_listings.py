"""Listings: begun for products of the company, step by step as the table of transitions says, reasons when stopped."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from ground.errors import RuleBroken
from programs.domain import listings
from programs.models import Listing, ListingStep, Market, Participation, Platform
from tests.factories import people, programs, register, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_summer(move_clock):
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))


def begun(count: int = 1) -> list[Listing]:
    of = staff.taking_part()
    products = [register.product(of.company, f"P-{number}") for number in range(1, count + 1)]
    listings.open_listings(of, products, programs.market(), by=people.officer())
    return list(Listing.objects.order_by("product__code"))


def test_listings_are_begun_for_many_products_and_each_once():
    of = staff.taking_part()
    products = [register.product(of.company, f"P-{number}") for number in (1, 2)]
    assert listings.open_listings(of, products, programs.market(), by=people.officer()) == 2
    products.append(register.product(of.company, "P-3"))
    assert listings.open_listings(of, products, programs.market(), by=people.officer()) == 1
    assert list(Listing.objects.order_by("sku").values_list("sku", "state")) == [
        (f"P-{number}", "material") for number in (1, 2, 3)
    ]
    assert ListingStep.objects.filter(state="material", taken_by=people.officer()).count() == 3


def test_what_is_not_begun():
    of = staff.taking_part()
    product = register.product(of.company)
    elsewhere = Market.objects.create(
        platform=Platform.objects.create(code="shopee", name_ko="쇼피"), site_code="SG", country=people.country("US"),
        currency=programs.currency("USD"), zone="Asia/Singapore",
    )  # fmt: skip
    begin = listings.open_listings
    with pytest.raises(RuleBroken, match="market_not_in_program"):
        begin(of, [product], elsewhere, by=people.officer())
    with pytest.raises(RuleBroken, match="other_company"):
        begin(of, [register.product(register.company(2))], programs.market(), by=people.officer())
    with pytest.raises(RuleBroken, match="store_elsewhere"):
        begin(
            of,
            [product],
            programs.market(),
            store=programs.store("X", agency_code="OTHER"),
            by=people.officer(),
        )
    with pytest.raises(RuleBroken, match="not_your_agency"):
        begin(of, [product], programs.market(), by=people.officer("manager", "OTHER"))
    Participation.objects.filter(pk=of.pk).update(state="ended")
    with pytest.raises(RuleBroken, match="not_taking_part"):
        begin(of, [product], programs.market(), by=people.officer())
    assert not Listing.objects.exists()


def test_the_road_to_live():
    (listing,) = begun()
    for step in ("permit", "shipped", "in_stock"):
        listing = listings.advance(listing, step, by=people.officer())
    with pytest.raises(RuleBroken, match="reference_missing"):
        listings.advance(listing, "live", by=people.officer(), reference="MLC123")
    live = listings.advance(
        listing, "live", by=people.officer(), reference="MLC123", store=programs.store(), sku="SKU-1"
    )
    assert (live.state, live.reference, live.sku, live.live_on) == (
        "live",
        "MLC123",
        "SKU-1",
        dt.date(2025, 8, 1),
    )
    assert list(live.steps.order_by("taken_at", "id").values_list("state", flat=True)) == [
        "material", "permit", "shipped", "in_stock", "live",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("at", "to"),
    [
        (at, to)
        for at in Listing.State.values
        for to in Listing.State.values
        if to not in Listing.TRANSITIONS[at]
    ],
)
def test_a_step_that_is_not_next_is_refused(at, to):
    (listing,) = begun()
    Listing.objects.filter(pk=listing.pk).update(state=at)
    with pytest.raises(RuleBroken, match="step_not_next"):
        listings.advance(listing, to, by=people.officer(), reason="x", reference="R", store=programs.store())


def test_refusals_and_pauses_say_why():
    (listing,) = begun()
    with pytest.raises(RuleBroken, match="reason_missing"):
        listings.advance(listing, "refused", by=people.officer(), reason=" ")
    listings.advance(listing, "refused", by=people.officer(), reason="성분 표시가 없음")
    assert ListingStep.objects.get(state="refused").reason == "성분 표시가 없음"
    assert listings.advance(listing, "material", by=people.officer()).state == "material"
    with pytest.raises(IntegrityError, match="listing_stop_has_reason"), transaction.atomic():
        ListingStep.objects.create(listing=listing, state="paused", taken_at=staff.AFTER_CLOSING)


def test_a_listing_number_is_one_product_of_the_agency_s_programs():
    first, second = begun(2)
    listings.advance(first, "permit", by=people.officer(), reference="MLC1")
    with pytest.raises(RuleBroken, match="reference_taken"):
        listings.advance(second, "permit", by=people.officer(), reference="MLC1")
    with pytest.raises(IntegrityError, match="listing_reference_once"), transaction.atomic():
        Listing.objects.filter(pk=second.pk).update(reference="MLC1")


def taken_live(of: Participation, reference: str, by_agency: str) -> Listing:
    """The company's product live under the number, in this participation."""
    by = people.officer("officer", by_agency)
    product = register.product(of.company, "P-1")
    listings.open_listings(of, [product], programs.market(), by=by)
    listing = Listing.objects.get(participation=of)
    for step in ("permit", "shipped", "in_stock"):
        listing = listings.advance(listing, step, by=by)
    store = programs.store(f"ST-{by_agency}", agency_code=by_agency)
    return listings.advance(listing, "live", by=by, reference=reference, store=store)


def test_the_next_program_and_another_agency_record_the_same_number():
    first = staff.taking_part(1)
    assert taken_live(first, "MLC1", "SBA").state == "live"
    following = staff.taking_part(1, program_code="SBA-2026")
    assert following.company == first.company
    assert taken_live(following, "MLC1", "SBA").state == "live"
    other = staff.taking_part(2, "OTHER", "OTHER-1")
    assert taken_live(other, "MLC1", "OTHER").state == "live"


def test_the_first_day_live_stays_after_a_pause(move_clock):
    (listing,) = begun()
    Listing.objects.filter(pk=listing.pk).update(state="in_stock", reference="MLC1", store=programs.store())
    listings.advance(listing, "live", by=people.officer())
    listings.advance(listing, "paused", by=people.officer(), reason="재고 없음")
    move_clock(dt.datetime(2025, 9, 1, tzinfo=staff.SEOUL))
    assert listings.advance(listing, "live", by=people.officer()).live_on == dt.date(2025, 8, 1)


def test_many_take_the_same_step_or_none():
    rows = begun(3)
    assert listings.advance_many(rows, "permit", by=people.officer()) == 3
    Listing.objects.filter(pk=rows[0].pk).update(state="live")
    with pytest.raises(RuleBroken, match="step_not_next"):
        listings.advance_many(rows, "shipped", by=people.officer())
    assert sorted(Listing.objects.values_list("state", flat=True)) == ["live", "permit", "permit"]
    with pytest.raises(RuleBroken, match="reference_missing"):
        listings.advance_many(rows, "live", by=people.officer())
    with pytest.raises(RuleBroken, match="not_your_agency"):
        listings.advance_many(rows, "shipped", by=people.officer("manager", "OTHER"))


def test_raw_sql_cannot_hang_a_listing_on_another_agency_s_store():
    (listing,) = begun()
    foreign = programs.store("X", agency_code="OTHER")
    with (
        pytest.raises(IntegrityError, match="listing_store_same_agency"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE programs_listing SET store_id = %s WHERE id = %s", [foreign.pk, listing.pk])
