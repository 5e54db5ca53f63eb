"""What came of guidance: first days by stage, one company under several numbers, small groups hidden, names only of one's own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies.domain.consents import withdraw
from companies.models import Succession
from ground.clock import SEOUL
from guidance.models import Edition, GuideQuestion, Reading
from programs.models import Listing
from reports.queries import outcomes as questions
from reports.queries.outcomes import APPLIED, ASKED, CAME, LISTED, READ, SOLD, STAGES, reckon
from tests.conftest import moved_to
from tests.factories import briefings, consents, people, programs, register, staff
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

D = dt.date


def firms(count: int) -> list[UUID]:
    return sorted(uuid4() for _ in range(count))


def by_stage(**days: dict[UUID, dt.date]) -> dict[str, dict[UUID, dt.date]]:
    return {stage: days.get(stage, {}) for stage in STAGES}


def test_companies_stand_in_the_year_of_their_first_time():
    """Six read in 2015 and five in 2016; seven sold in 2016. All by hand."""
    some = firms(20)
    days = by_stage(
        read={**dict.fromkeys(some[:6], D(2015, 7, 1)), **dict.fromkeys(some[6:11], D(2016, 1, 2))},
        sold=dict.fromkeys(some[:7], D(2016, 3, 1)),
    )
    found = reckon(days, some)
    assert [(row.year, row.counts[READ], row.counts[SOLD]) for row in found.years] == [
        (2015, 6, 0),
        (2016, 5, 7),
    ]
    assert (found.totals[READ], found.totals[SOLD], found.totals[CAME]) == (11, 7, 0)


def test_a_small_year_hides_another_one_too_and_the_sum_stays():
    some = firms(20)
    days = by_stage(read={**dict.fromkeys(some[:3], D(2015, 7, 1)), **dict.fromkeys(some[3:], D(2016, 1, 2))})
    found = reckon(days, some)
    assert [row.counts[READ] for row in found.years] == [None, None]
    assert found.totals[READ] == 20


def test_who_did_it_before_being_informed_is_none_of_the_informed():
    """Of 30 companies 12 were informed; 5 of them applied afterwards, one had applied on the very day before it read,
    so it is one of the 19 others, of whom 6 applied in all."""
    some = firms(30)
    informed, others = some[:12], some[12:]
    days = by_stage(
        read=dict.fromkeys(informed[:8], D(2025, 5, 10)),
        came=dict.fromkeys(informed[6:10], D(2025, 5, 9)),
        asked=dict.fromkeys(informed[10:], D(2025, 5, 8)),
        applied={
            **dict.fromkeys(informed[1:6], D(2025, 5, 11)),
            informed[0]: D(2025, 5, 9),
            **dict.fromkeys(others[:5], D(2025, 5, 9)),
        },
    )
    row = {each.stage: each.crossed for each in reckon(days, some).later}[APPLIED]
    assert (row.size, row.did, row.other_size, row.other_did) == (11, 5, 19, 6)
    quiet = {each.stage: each.crossed for each in reckon(days, some).later}[LISTED]
    assert (quiet.size, quiet.did, quiet.other_size, quiet.other_did) == (12, 0, 18, 0)


def test_nobody_informed_and_nobody_at_all():
    assert reckon(by_stage(), []).years == ()
    assert reckon(by_stage(asked={}), firms(6)).totals[ASKED] == 0


def prepare(folder: Path) -> dict[str, Any]:
    """Firm 1 does everything about Chile, firm 2 asks and sells, firm 3 only sells, to another agency's program, under the
    record of the sole trader that it was. A refunded, a cancelled and another country's line are nobody's sale."""
    chile = people.country("CL")
    program = programs.program()
    one, two, three, trader = (register.company(number) for number in (1, 2, 3, 4))
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 9, 30))
    moved_to(dt.datetime(2025, 5, 1, 9, tzinfo=SEOUL))
    edition = Edition.objects.create(
        agency=program.agency, program=program, country=chile, number=1, published_by=people.officer(), digest="0" * 64,
        published_at=dt.datetime(2025, 5, 1, 9, tzinfo=SEOUL), content={"statements": []},
    )  # fmt: skip
    text = consents.text("guides", kind="reading", months=24)
    agreed = consents.given(one, text)
    consents.given(two, text)
    for company, kind, day in ((one, "read", 4), (one, "download", 3), (two, "play", 2), (three, "read", 2)):
        Reading.objects.create(
            agency=program.agency,
            program=program,
            edition=edition,
            company=company,
            kind=kind,
            on=dt.date(2025, 5, day),
        )
    for company, hour, ended in (
        (one, 23, None),
        (two, 9, None),
        (three, 9, dt.datetime(2025, 5, 6, tzinfo=SEOUL)),
    ):
        GuideQuestion.objects.create(
            agency=program.agency, program=program, country=chile, company=company, form_key=uuid4(), text="?",
            asked_at=dt.datetime(2025, 5, 5, hour, tzinfo=dt.UTC), asked_by=register.member(company), withdrawn_at=ended,
        )  # fmt: skip
    moved_to(briefings.BEFORE)
    briefing = briefings.draft()
    briefing.countries.create(agency=briefing.agency, country=chile)
    briefings.briefings.publish(briefing, by=people.officer())
    (seat,) = briefings.of_company(briefing, one)
    briefings.of_company(briefing, two)
    moved_to(briefings.STARTS)
    briefings.came(briefing, seat)
    programs.application(
        programs.call(program), one, submitted_at=dt.datetime(2025, 5, 20, 23, 30, tzinfo=dt.UTC)
    )
    programs.application(programs.call(program), two)
    moved_to(dt.datetime(2025, 10, 20, 9, tzinfo=SEOUL))
    part = programs.participation(one, program)
    Listing.objects.create(
        agency=program.agency, program=program, company=one, participation=part, product=register.product(one),
        market=programs.market(), state="live", live_on=dt.date(2025, 7, 15),
    )  # fmt: skip
    shop = programs.store("SHARED")
    programs.assignment(shop, part, sku="A")
    programs.assignment(shop, programs.participation(two, program), sku="B")
    sold = [
        order(1, item("A"), at=santiago(9, 2)), order(2, item("A"), at=santiago(8, 30)), order(3, item("B"), at=santiago(9, 5)),
        order(4, item("B", status_text="Cancelada por el comprador"), at=santiago(8, 1)),
    ]  # fmt: skip
    made.imported(made.ventas(folder, sold), program, shop)
    other = programs.program("BNA-CL", "BNA")
    away = programs.store("AWAY", agency_code="BNA")
    programs.assignment(away, programs.participation(trader, other), sku="A")
    made.imported(made.ventas(folder, [order(9, item("A"), at=santiago(9, 9))], name="bna.xlsx"), other, away)
    Succession.objects.create(
        agency=program.agency, former=trader, successor=three, kind="incorporation", on=dt.date(2025, 9, 20), document="등기",
        file=staff.stored(), recorded_by=people.officer(), confirmed_at=dt.datetime(2025, 9, 21, tzinfo=SEOUL),
    )  # fmt: skip
    return {
        "one": one,
        "two": two,
        "three": three,
        "trader": trader,
        "agency": program.agency,
        "agreed": agreed,
    }


@pytest.fixture
def world(prepared):
    return prepared.made


@pytest.mark.django_db
def test_each_stage_has_the_first_day_by_the_records_of_all_programs(world):
    one, two, three = (world[each].pk for each in ("one", "two", "three"))
    known = questions.records("CL")
    days = questions.firsts(known, questions.firms())
    assert days[READ] == {one: D(2025, 5, 3)}, "who played a video or did not agree has not read"
    assert days[CAME] == {one: D(2025, 6, 10)}
    assert days[ASKED] == {one: D(2025, 5, 6), two: D(2025, 5, 5)}, "23 h in London is the next day in Seoul"
    assert days[APPLIED] == {one: D(2025, 5, 21)}
    assert days[LISTED] == {one: D(2025, 7, 15)}
    assert days[SOLD] == {one: D(2025, 8, 30), two: D(2025, 9, 5), three: D(2025, 9, 9)}, (
        "the store's business days"
    )
    withdraw(world["agreed"], by=world["agreed"].given_by)
    assert questions.records("CL")[READ] == [], "who withdraws is no reader any more"
    assert questions.firsts(questions.records("MX"), {}) == {stage: {} for stage in STAGES}
    own = questions.firsts(known, {}, [world["agency"].pk])
    assert set(own[SOLD]) == {one, two}, "of one's own agency only"


@pytest.mark.django_db
def test_counts_are_hidden_and_names_are_those_of_ones_own_programs(world, client):
    found = questions.outcomes(questions.records("CL"), questions.firms())
    assert [(row.year, row.counts[SOLD], row.counts[READ]) for row in found.years] == [(2025, None, None)]
    assert found.totals[SOLD] is None
    client.force_login(people.officer())
    page = reverse("admin:reports_outcomes")
    with CaptureQueriesContext(connection) as asked:
        text = client.get(page, {"country": "CL"}).text
    assert len(asked) == 15
    assert sum("reports_sales_line l" in each["sql"] for each in asked) == 1, "all sales lines are read once"
    for name, is_there in (("one", True), ("two", True), ("three", False), ("trader", False)):
        assert (str(world[name]) in text) is is_there
    assert "연관" in text
    stranger = people.officer("officer", "BNA")
    client.force_login(stranger)
    text = client.get(page, {"country": "CL"}).text
    assert str(world["one"]) not in text
    client.force_login(register.member(world["one"]))
    assert client.get(page).status_code in (302, 404)
