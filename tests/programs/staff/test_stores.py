"""Stores and assignments: a line finds its company by the narrowest assignment of its day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from companies.models import Company
from ground.errors import RuleBroken
from ground.history import history_of
from ground.models import OutboxEvent
from programs.domain import agreement, delivery, stores
from programs.models import Assignment, Component, Delivery, Participation, Store, Task
from tests.factories import people, programs, register, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_topic")]
JULY, AUGUST = dt.date(2025, 7, 1), dt.date(2025, 8, 1)


@pytest.fixture(autouse=True)
def _in_summer(move_clock):
    move_clock(dt.datetime(2025, 8, 1, 9, tzinfo=staff.SEOUL))


def added(**fields) -> Store:
    return stores.add_store(
        **{"agency": people.agency(), "market": programs.market(), "code": "ST-9", "name": "강물 칠레",
           "kind": "local", "holder": people.organization(), "by": people.officer(), **fields}
    )  # fmt: skip


def test_a_store_has_its_holder_its_currency_and_the_market_s_zone():
    store = added(settlement_currency=programs.currency("USD"), kind="cross_border")
    assert (store.holder, store.organization, store.company) == ("provider", people.organization(), None)
    assert (store.zone, store.settlement_currency_id, store.kind) == (
        "America/Santiago",
        "USD",
        "cross_border",
    )
    company = register.company()
    register.seen_by(company)
    own = added(code="ST-10", holder=company, zone="Asia/Seoul")
    assert (own.holder, own.company, own.zone) == ("company", company, "Asia/Seoul")


def test_what_is_not_added():
    added()
    with pytest.raises(RuleBroken, match="store_code_taken"):
        added()
    with pytest.raises(RuleBroken, match="unknown_zone"):
        added(code="A", zone="Chile/Santiago")
    with pytest.raises(RuleBroken, match="unseen_company"):
        added(code="A", holder=register.company(5))
    with pytest.raises(RuleBroken, match="not_your_agency"):
        added(code="A", by=people.officer("manager", "OTHER"))
    other = added(agency=people.agency("OTHER"), by=people.officer("officer", "OTHER"))
    assert other.code == "ST-9"


def test_tax_treatments_follow_each_other():
    store = added()
    by = people.officer()
    with pytest.raises(RuleBroken, match="tax_rate_missing"):
        stores.set_tax(store, treatment="in_price", from_on=JULY, by=by)
    stores.set_tax(store, treatment="in_price", rate_percent=Decimal(19), from_on=JULY, by=by)
    stores.set_tax(store, treatment="none", rate_percent=Decimal(5), from_on=AUGUST, by=by)
    assert list(
        store.taxes.order_by("from_on").values_list("treatment", "rate_percent", "from_on", "until_on")
    ) == [
        ("in_price", Decimal("19.00"), JULY, dt.date(2025, 7, 31)),
        ("none", None, AUGUST, None),
    ]
    with pytest.raises(RuleBroken, match="tax_overlap"):
        stores.set_tax(store, treatment="unknown", from_on=JULY, by=by)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        stores.set_tax(store, treatment="none", from_on=AUGUST, by=people.officer("manager", "OTHER"))
    with pytest.raises(RuleBroken, match="period"):
        stores.set_tax(store, treatment="none", from_on=dt.date(2026, 1, 1), until_on=AUGUST, by=by)


def test_a_wrong_tax_treatment_is_corrected_with_its_reason():
    """9 % was typed for 19, from August instead of July; what is before and after it does not give way."""
    store, by = added(), people.officer()
    stores.set_tax(store, treatment="none", from_on=dt.date(2025, 6, 1), by=by)
    wrong = stores.set_tax(store, treatment="in_price", rate_percent=Decimal(9), from_on=AUGUST, by=by)
    right = {"treatment": "in_price", "rate_percent": Decimal(19), "from_on": AUGUST, "by": by}
    for change, code in (
        ({"reason": " "}, "reason_missing"),
        ({"rate_percent": None}, "tax_rate_missing"),
        ({"until_on": JULY}, "period"),
        ({"from_on": dt.date(2025, 7, 31)}, "tax_overlap"),
        ({"by": people.officer("manager", "OTHER")}, "not_your_agency"),
    ):
        with pytest.raises(RuleBroken, match=code):
            stores.correct_tax(wrong, **{"reason": "a digit was missing", **right, **change})
    stores.correct_tax(wrong, reason="a digit was missing", **right)
    first = store.taxes.get(treatment="none")
    until_june = {"from_on": dt.date(2025, 6, 1), "until_on": dt.date(2025, 6, 30)}
    stores.correct_tax(
        first, treatment="none", rate_percent=Decimal(1), reason="from July on", by=by, **until_june
    )
    stores.correct_tax(wrong, reason="from July on", **{**right, "from_on": JULY})
    assert list(
        store.taxes.order_by("from_on").values_list("treatment", "rate_percent", "from_on", "until_on")
    ) == [
        ("none", None, dt.date(2025, 6, 1), dt.date(2025, 6, 30)),
        ("in_price", Decimal("19.00"), JULY, None),
    ]
    told = [(change.kind, change.reason) for change in history_of(wrong)]
    assert told == [("update", "from July on"), ("update", "a digit was missing"), ("insert", "")]


def test_the_narrowest_assignment_of_the_day_wins():
    store = programs.store()
    whole, by_sku, by_listing = (staff.taking_part(serial) for serial in (1, 2, 3))
    give = {"from_on": JULY, "by": people.officer()}
    stores.assign(store, whole, scope="store", **give)
    stores.assign(store, by_sku, scope="sku", reference="SKU-1", until_on=dt.date(2025, 7, 31), **give)
    stores.assign(store, by_listing, scope="listing", reference="MLC1", **give)
    book = stores.assignments_for(store)

    def owner(day: dt.date, listing: str = "", sku: str = "") -> object:
        found = book.find(day, listing, sku)
        return found and found.participation

    assert owner(JULY, "MLC1", "SKU-1") == by_listing
    assert owner(JULY, "MLC2", "SKU-1") == by_sku
    assert owner(JULY, "", " SKU-1 ") == by_sku
    assert owner(AUGUST, "MLC2", "SKU-1") == whole
    assert owner(JULY, "MLC2", "SKU-2") == whole
    assert owner(dt.date(2025, 6, 30), "MLC1", "SKU-1") is None


def test_the_book_is_read_once_for_any_number_of_lines(django_assert_num_queries):
    store = programs.store()
    for serial in (1, 2):
        stores.assign(
            store,
            staff.taking_part(serial),
            scope="sku",
            reference=f"S{serial}",
            from_on=JULY,
            by=people.officer(),
        )
    with django_assert_num_queries(1):
        book = stores.assignments_for(store)
        for number in range(50):
            found = book.find(JULY, "", f"S{number}")
            if found is not None:
                assert (str(found.participation.company), str(found.program)) != ("", "")


def test_an_assignment_in_a_taken_period_is_refused_with_the_holder_s_name():
    store = programs.store()
    first, second = staff.taking_part(1), staff.taking_part(2)
    stores.assign(
        store, first, scope="sku", reference="SKU-1", from_on=JULY, until_on=AUGUST, by=people.officer()
    )
    for days in ({"from_on": AUGUST}, {"from_on": dt.date(2025, 6, 1), "until_on": JULY}):
        with pytest.raises(RuleBroken, match="assignment_overlap") as refused:
            stores.assign(store, second, scope="sku", reference="SKU-1", by=people.officer(), **days)
        assert str(first.company) in str(refused.value.sentence)
    stores.assign(
        store, second, scope="sku", reference="SKU-1", from_on=dt.date(2025, 8, 2), by=people.officer()
    )


def test_the_database_refuses_the_overlap_too():
    store = programs.store()
    held = programs.assignment(store, staff.taking_part(1), sku="SKU-1")
    with pytest.raises(IntegrityError, match="assignment_one_at_a_time"), transaction.atomic():
        programs.assignment(store, staff.taking_part(2), sku="SKU-1")
    assert Assignment.objects.get() == held


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"scope": "store", "reference": "SKU-1"}, "assignment_reference"),
        ({"scope": "sku", "reference": " "}, "assignment_reference"),
        ({"until_on": dt.date(2025, 6, 30)}, "period"),
    ],
)
def test_what_is_not_assigned(change, code):
    given = {"scope": "sku", "reference": "SKU-1", "from_on": JULY, "by": people.officer(), **change}
    with pytest.raises(RuleBroken, match=code):
        stores.assign(programs.store(), staff.taking_part(), **given)


def test_agencies_do_not_mix():
    store, foreign = programs.store(), staff.taking_part(1, "OTHER", "OTHER-1")
    with pytest.raises(RuleBroken, match="other_agency"):
        stores.assign(store, foreign, scope="store", from_on=JULY, by=people.officer())
    with pytest.raises(RuleBroken, match="not_your_agency"):
        stores.assign(
            store, staff.taking_part(), scope="store", from_on=JULY, by=people.officer("manager", "OTHER")
        )


def test_a_company_s_own_store_is_not_given_to_another_company_as_a_whole():
    own, other = staff.taking_part(1), staff.taking_part(2)
    store = programs.store("OWN", company=own.company)
    with pytest.raises(RuleBroken, match="other_company"):
        stores.assign(store, other, scope="store", from_on=JULY, by=people.officer())
    stores.assign(store, own, scope="store", from_on=JULY, by=people.officer())
    stores.assign(store, other, scope="sku", reference="SKU-1", from_on=JULY, by=people.officer())


def test_an_assignment_replays_waiting_lines_closes_the_task_and_shows_the_company():
    store, to = programs.store(), staff.taking_part()
    provider = people.organization_member("provider", "강물물류")
    Task.objects.create(
        agency=to.agency, side="agency", kind="assign", subject_id=to.pk, subject_ko="x", due_on=AUGUST
    )
    assert not Company.objects.visible_to(provider).exists()
    stores.assign(store, to, scope="store", from_on=JULY, by=people.officer())
    event = OutboxEvent.objects.get(topic="sales.replay")
    assert event.payload == {"store": str(store.pk)}
    assert not Task.objects.open().exists()
    assert list(Company.objects.visible_to(provider)) == [to.company]


def test_ending_an_assignment():
    store, to = programs.store(), staff.taking_part()
    held = stores.assign(store, to, scope="store", from_on=JULY, by=people.officer())
    with pytest.raises(RuleBroken, match="period"):
        stores.end_assignment(held, until_on=dt.date(2025, 6, 30), by=people.officer())
    with pytest.raises(RuleBroken, match="not_your_agency"):
        stores.end_assignment(held, until_on=AUGUST, by=people.officer("manager", "OTHER"))
    assert stores.end_assignment(held, until_on=AUGUST, by=people.officer()).until_on == AUGUST
    with pytest.raises(RuleBroken, match="already_ended"):
        stores.end_assignment(held, until_on=dt.date(2025, 8, 9), by=people.officer())
    assert stores.assignments_for(store).find(dt.date(2025, 8, 2)) is None


def test_a_wrong_assignment_is_withdrawn_from_its_first_day_on():
    """Of two assignments one is withdrawn, then the other: only then the agency's task to assign a store is open again."""
    store, to, by = programs.store(), staff.taking_part(), people.officer()
    give = {"scope": "sku", "from_on": JULY, "by": by}
    wrong, right = (stores.assign(store, to, reference=each, **give) for each in ("SKU-1", "SKU-2"))
    OutboxEvent.objects.all().delete()
    with pytest.raises(RuleBroken, match="reason_missing"):
        stores.withdraw_assignment(wrong, reason=" ", by=by)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        stores.withdraw_assignment(wrong, reason="x", by=people.officer("manager", "OTHER"))
    assert OutboxEvent.objects.count() == 0
    stores.withdraw_assignment(wrong, reason="entered for the wrong firm", by=by)
    stores.withdraw_assignment(wrong, reason="entered for the wrong firm", by=by)
    assert OutboxEvent.objects.get(topic="sales.replay").payload == {"store": str(store.pk)}
    assert list(store.assignments.all()) == [right]
    assert stores.assignments_for(store).find(JULY, sku="SKU-1") is None
    newest = history_of(store, hanging=["assignments"])[0]
    assert (newest.kind, newest.reason) == ("delete", "entered for the wrong firm")
    assert not Task.objects.open().exists()
    stores.withdraw_assignment(right, reason="the firm sells elsewhere", by=by)
    assert list(Task.objects.open().values_list("kind", "side", "subject_id", "due_on")) == [
        ("assign", "agency", to.pk, dt.date(2025, 8, 8))
    ]


def test_who_has_left_is_not_to_be_assigned_again():
    store, to, by = programs.store(), staff.taking_part(), people.officer()
    held = stores.assign(store, to, scope="store", from_on=JULY, by=by)
    agreement.end(to, reason="폐업", by=by)
    stores.withdraw_assignment(held, reason="never sold there", by=by)
    assert not Assignment.objects.exists()
    assert not Task.objects.open().exists()


def test_raw_sql_cannot_hang_an_assignment_on_another_agency():
    store, foreign = programs.store(), staff.taking_part(1, "OTHER", "OTHER-1")
    for agency in (store.agency_id, foreign.agency_id):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO programs_assignment (id, agency_id, store_id, scope, reference, participation_id, program_id,"
                " from_on) VALUES (gen_random_uuid(), %s, %s, 'store', '', %s, %s, '2025-07-01')",
                [agency, store.pk, foreign.pk, foreign.program_id],
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("state", ["offered", "ended"])
def test_who_does_not_take_part_gets_no_assignment(state):
    to = staff.taking_part()
    Participation.objects.filter(pk=to.pk).update(state=state)
    with pytest.raises(RuleBroken, match="not_taking_part"):
        stores.assign(programs.store(), to, scope="store", from_on=JULY, by=people.officer())


def test_assignments_and_planned_deliveries_end_with_the_participation():
    store, to, other = programs.store(), staff.taking_part(1), staff.taking_part(2)
    by, last_on = people.officer(), dt.date(2025, 7, 20)
    give = {"scope": "sku", "by": by}
    stores.assign(store, to, reference="OPEN", from_on=JULY, **give)
    stores.assign(store, to, reference="PAST", from_on=JULY, until_on=dt.date(2025, 7, 10), **give)
    stores.assign(store, to, reference="LONG", from_on=JULY, until_on=dt.date(2025, 12, 31), **give)
    stores.assign(store, to, reference="LATER", from_on=dt.date(2025, 7, 25), **give)
    stores.assign(store, other, reference="OTHER", from_on=JULY, **give)
    component = Component.objects.get(program=to.program, kind="marketing")
    planned = {"planned_on": AUGUST, "planned_amount": Decimal(1_000), "by": by}
    delivery.assign(component, [to, other], **planned)
    with pytest.raises(RuleBroken, match="last_day_later"):
        agreement.end(to, reason="폐업", last_on=dt.date(2025, 8, 2), by=by)
    assert agreement.end(to, reason="폐업", last_on=last_on, by=by).state == "ended"
    assert list(
        Assignment.objects.filter(participation=to).order_by("reference").values_list("reference", "until_on")
    ) == [("LONG", last_on), ("OPEN", last_on), ("PAST", dt.date(2025, 7, 10))]
    book = stores.assignments_for(store)
    assert book.find(dt.date(2025, 7, 21), sku="OPEN") is None
    assert Assignment.objects.get(participation=other).until_on is None
    assert list(Delivery.objects.order_by("participation__number").values_list("state", "note")) == [
        ("cancelled", "폐업"), ("planned", ""),
    ]  # fmt: skip
    with pytest.raises(RuleBroken, match="not_in_force"):
        agreement.end(to, reason="폐업", by=by)


def test_without_a_day_they_end_today():
    store, to = programs.store(), staff.taking_part()
    stores.assign(store, to, scope="store", from_on=JULY, by=people.officer())
    agreement.end(to, reason="폐업", by=people.officer())
    assert Assignment.objects.get().until_on == AUGUST
