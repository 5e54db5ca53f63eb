"""Orders by month of sale: each row adds up, equals SQL of its own, and is the same kept or read from the lines."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.urls import reverse

from ground.clock import SEOUL
from reports.domain import cohorts as verbs
from reports.domain.verifying import verify
from reports.models import CohortStore, PayoutTerm
from reports.queries import cohorts
from reports.queries.payouts import Fate
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)
ON = dt.date(2025, 9, 25)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 9, 25, 9, tzinfo=SEOUL))
    return programs.program()


@pytest.fixture
def company(program):
    return register.company(1)


@pytest.fixture
def shop(program, company):
    shop = programs.store("OWN", company=company, settlement_currency=programs.currency("CLP"))
    programs.assignment(shop, programs.participation(company, program))
    return shop


@pytest.fixture
def filled(tmp_path, program, shop):
    """August: 1 released in 10 days, 2 in 20, 3 in 4 (of 3,000 only 1,000 stayed), 4 refunded after release, 5 a part, 6 nothing.
    September: 7 a part and 8 nothing, both not due yet; 9 is in no file."""
    orders = [
        *(order(n, item("A", price=n * 1_000), at=santiago(8, 10)) for n in (1, 2, 3, 4, 5, 6)),
        *(order(n, item("A", price=n * 1_000), at=santiago(9, 10)) for n in (7, 8)),
    ]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    movements = [
        movement(1, "1000", order=1, at=santiago(8, 20)),
        movement(2, "2000", order=2, at=santiago(8, 30)),
        movement(3, "3000", order=3, at=santiago(8, 12)),
        movement(4, "-2000", order=3, at=santiago(8, 14), description="refund"),
        movement(5, "4000", order=4, at=santiago(8, 20)),
        movement(6, "-4000", order=4, at=santiago(8, 22), description="refund"),
        movement(7, "500", order=5, at=santiago(8, 20)),
        movement(8, "700", order=7, at=santiago(9, 20)),
        movement(9, "99", order=9, at=santiago(9, 20)),
    ]
    made.imported(made.release(tmp_path, movements, columns=23), program, shop)
    return shop


def by_hand(rows):
    return [
        (
            row.month.month, {fate.value: (count, row.amounts[fate]) for fate, count in row.orders.items()}, row.released_amount,
            (row.part_orders, row.part_amount, row.rest_amount), (row.taken_orders, row.taken_amount),
            (row.orphans, row.orphan_amount), (row.median_days, row.p90_days),
        )
        for row in rows
    ]  # fmt: skip


EXPECTED = [
    (8, {"released": (3, 6_000), "refunded": (1, 4_000), "broken": (1, 5_000), "overdue": (1, 6_000)}, 4_500,
     (1, 500, 4_500), (2, -6_000), (0, 0), (10, 20)),
    (9, {"not_due": (2, 15_000)}, 700, (1, 700, 6_300), (0, 0), (1, 99), (None, None)),
]  # fmt: skip


def test_what_became_of_the_orders_of_each_month_of_sale(program, company, filled):
    rows = cohorts.of_program(program, ON).rows
    assert by_hand(rows) == EXPECTED
    assert by_hand(cohorts.of_company(program, company.pk, ON).rows) == EXPECTED
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT date_trunc('month', business_day)::date, currency_id, count(DISTINCT order_reference), sum(net_amount)"
            " FROM reports_sales_line GROUP BY 1, 2 ORDER BY 1"
        )
        sold = cursor.fetchall()
    assert [(row.month, row.currency, row.sold_orders, row.sold_amount) for row in rows] == sold
    assert verify().differences == ()


def test_what_is_kept_is_what_the_lines_say_and_is_not_read_once_they_differ(
    tmp_path, program, shop, filled, monkeypatch
):
    assert verbs.renew() == 1
    assert verbs.renew() == 0  # nothing came since
    monkeypatch.setattr(cohorts, "_read", lambda *given: pytest.fail("read from the lines"))
    assert by_hand(cohorts.of_program(program, ON).rows) == EXPECTED
    later = cohorts.of_program(program, dt.date(2025, 10, 30)).rows[
        1
    ]  # what is kept does not depend on the day
    assert later.orders == {Fate.BROKEN: 1, Fate.OVERDUE: 1}
    monkeypatch.undo()
    made.imported(
        made.release(tmp_path, [movement(20, "6000", order=6, at=santiago(9, 21))], "b.csv", columns=23),
        program,
        shop,
    )
    august = cohorts.of_program(program, ON).rows[0]
    assert august.orders == {Fate.RELEASED: 4, Fate.REFUNDED: 1, Fate.BROKEN: 1}
    assert len(cohorts.stale_of(program)) == 1
    assert verbs.renew() == 1
    assert cohorts.stale_of(program) == []


def test_another_term_makes_what_is_kept_out_of_date(program, shop, filled):
    verbs.renew()
    PayoutTerm.objects.create(
        agency_id=program.agency_id, kind="release", value=60, from_on=AUGUST, source="계약 3조", store=shop,
        recorded_by=people.officer("manager"), recorded_at=dt.datetime(2025, 8, 1, tzinfo=SEOUL),
    )  # fmt: skip
    assert cohorts.of_program(program, ON).rows[0].orders == {
        Fate.RELEASED: 3,
        Fate.REFUNDED: 1,
        Fate.NOT_DUE: 2,
    }
    assert verify().differences == ()


def test_of_many_lines_the_older_sums_are_shown_with_their_age(tmp_path, program, shop, filled, monkeypatch):
    verbs.renew()
    monkeypatch.setattr(cohorts, "LIVE_LINES", 1)
    made.imported(
        made.release(tmp_path, [movement(20, "6000", order=6, at=santiago(9, 21))], "b.csv", columns=23),
        program,
        shop,
    )
    found = cohorts.of_program(program, ON)
    assert (by_hand(found.rows), found.made_at, found.missing) == (
        EXPECTED,
        CohortStore.objects.get().made_at,
        0,
    )
    CohortStore.objects.all().delete()
    assert cohorts.of_program(program, ON).missing == 1


def test_percentiles_are_days_that_were_reached():
    assert [cohorts.percentile(cohorts.Counter({3: 1, 5: 8, 40: 1}), share) for share in (50, 90, 91)] == [
        5,
        5,
        40,
    ]
    assert cohorts.percentile(cohorts.Counter(), 50) is None


def test_the_pages_open_the_orders_behind_each_number(client, program, company, filled):
    officer = people.officer("officer")
    client.force_login(officer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    page = reverse("admin:reports_cohorts")
    text = client.get(page).content.decode()
    assert "within 30 days of the order" in text
    assert "what=overdue" in text
    listed = {
        what: client.get(
            page, {"month": "2025-08", "currency": "CLP", "what": what, "format": "csv"}
        ).content.decode("utf-8-sig")
        for what in ("sold", "released", "refunded", "overdue", "broken", "part", "taken")
    }
    numbers = {
        what: [row[0][-1] for row in list(csv.reader(io.StringIO(said)))[1:]] for what, said in listed.items()
    }
    assert numbers == {
        "sold": list("123456"), "released": list("123"), "refunded": ["4"], "overdue": ["6"], "broken": ["5"], "part": ["5"],
        "taken": list("34"),
    }  # fmt: skip
    orphan = {"month": "2025-09", "currency": "CLP", "what": "orphan"}
    assert "200000000000009" in client.get(page, orphan).content.decode()
    table = list(csv.reader(io.StringIO(client.get(page, {"format": "csv"}).content.decode("utf-8-sig"))))
    assert [row[:4] for row in table[1:]] == [
        ["2025-08", "CLP", "6", "21000.0000"],
        ["2025-09", "CLP", "2", "15000.0000"],
    ]
    assert client.get(page, {"format": "xlsx"})["Content-Type"].endswith("sheet")
    assert client.get(page, {"format": "pdf"}).status_code == 404
    assert client.get(page, {**orphan, "what": "odd"}).status_code == 404


def test_a_company_sees_where_its_own_money_is_and_nobody_elses(client, program, company, filled):
    owner, stranger = register.member(company), register.member(register.company(2))
    page = reverse("participation_money", args=[company.participations.get().pk])
    client.force_login(owner)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    text = client.get(page).content.decode()
    assert "has come and stayed" in text
    assert "should have come already" in text
    assert (
        "200000000000006"
        in client.get(page, {"month": "2025-08", "currency": "CLP", "what": "overdue"}).content.decode()
    )
    client.force_login(stranger)
    assert client.get(page).status_code == 404
