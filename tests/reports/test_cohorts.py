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
from reports.domain import undoing
from reports.domain.verifying import verify
from reports.models import CohortStore, PayoutTerm
from reports.queries import cohorts, payouts
from reports.queries.payouts import Fate
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, santiago
from tests.reports.differences import checks, plant

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


def test_the_day_of_an_order_is_that_of_the_line_that_stands(tmp_path, program, shop):
    """The newer file says 1 September, not 31 August; the payouts of August were taken back, those of 20 September stand."""
    for at, came in ((santiago(8, 31, 12), santiago(8, 31, 13)), (santiago(9, 1, 12), santiago(9, 20))):
        made.imported(made.ventas(tmp_path, [order(1, item("A", price=1_000), at=at)]), program, shop)
        paid = [movement(1, "1000", order=1, at=came), movement(2, "5", order=9, at=came)]
        batch = made.imported(made.release(tmp_path, paid, columns=23), program, shop)
        if came.month == 8:
            undoing.undo(batch, by=people.officer("manager"), reason="다른 가게의 파일")
    rows = cohorts.of_program(program, ON).rows
    assert [(row.month, row.sold_orders, row.orphans, row.median_days) for row in rows] == [
        (SEPTEMBER, 1, 1, 19)
    ]
    (fate,) = payouts.fates(cohorts.whole(program), ON)
    assert (fate.due_on, fate.first_on) == (dt.date(2025, 10, 1), dt.date(2025, 9, 20))
    assert verify().differences == ()


def test_a_program_that_begins_earlier_has_its_sums_made_anew(program, shop, filled):
    def begin(day: int) -> list[int]:
        programs.Program.objects.filter(pk=program.pk).update(starts_on=dt.date(2025, 8, day))
        verbs.renew()
        return [
            row.sold_orders
            for row in cohorts.of_program(programs.Program.objects.get(pk=program.pk), ON).rows
        ]

    assert (begin(15), begin(1)) == ([2], [6, 2])


def test_movements_without_an_order_are_seen_after_the_programs_end(program, shop, filled):
    programs.Program.objects.filter(pk=program.pk).update(ends_on=dt.date(2025, 9, 15))
    ended = programs.Program.objects.get(pk=program.pk)
    assert [row.orphans for row in cohorts.of_program(ended, ON).rows] == [0, 1]
    assert [row.reference[-1] for row in payouts.orphans(cohorts.whole(ended))] == ["9"]


def test_sums_are_named_by_the_terms_that_made_them(program, shop, filled):
    stale = cohorts.stale_of(program)
    term = PayoutTerm.objects.create(
        agency_id=program.agency_id, kind="release", value=60, from_on=AUGUST, source="계약 3조", store=shop,
        recorded_by=people.officer("manager"), recorded_at=dt.datetime(2025, 8, 1, tzinfo=SEOUL),
    )  # fmt: skip
    verbs.keep(program, stale)
    PayoutTerm.objects.filter(pk=term.pk).update(
        withdrawn_at=dt.datetime(2025, 9, 25, tzinfo=SEOUL),
        withdraw_reason="x",
        withdrawn_by=term.recorded_by,
    )
    assert by_hand(cohorts.of_program(program, ON).rows) == EXPECTED


def test_the_name_of_a_stores_ledger_tells_every_row_of_its_sums(program, shop, filled):
    """As many rows and the same sum of the transactions' numbers are no proof of the same lines."""
    (one,) = cohorts.stale_of(program)
    with connection.cursor() as cursor:
        cursor.execute("SELECT md5(string_agg(id || ':' || xmin, ',' ORDER BY id)) FROM reports_batch_sum")
        days = f"{program.starts_on:%Y%m%d}{program.ends_on:%Y%m%d}"
        assert one.lines == f"{cohorts.MADE_BY}:{days}:{cursor.fetchone()[0]}"


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2025-13"])
def test_a_month_outside_the_program_is_the_table(client, program, filled, month):
    client.force_login(people.officer("officer"))
    answer = client.get(reverse("admin:reports_cohorts"), {"month": month, "currency": "CLP"})
    assert answer.status_code == 200
    assert "what=overdue" in answer.content.decode()


def test_no_file_of_a_table_that_is_not_whole(tmp_path, client, program, shop, filled, monkeypatch):
    client.force_login(people.officer("officer"))
    page = reverse("admin:reports_cohorts")
    verbs.renew()
    assert client.get(page, {"format": "csv"}).status_code == 200
    monkeypatch.setattr(cohorts, "LIVE_LINES", 1)
    made.imported(
        made.release(tmp_path, [movement(20, "6000", order=6, at=santiago(9, 21))], "b.csv", columns=23),
        program,
        shop,
    )
    assert client.get(page, {"format": "csv"}).status_code == 409
    verbs.renew()
    assert client.get(page, {"format": "csv"}).status_code == 200


@pytest.mark.parametrize(
    ("forged", "check"),
    [
        ("released_amount = released_amount + 1 WHERE outcome = 'released'", "cohort_sums"),
        ("took_days = took_days + 1 WHERE took_days IS NOT NULL", "cohort_sums"),
        ("rest_amount = 1 WHERE part_orders > 0", "cohort_sums"),
        ("orders = 2 WHERE outcome = 'orphan'", "cohort_loose"),
        ("expected_amount = 1 WHERE outcome = 'open'", "cohorts"),
    ],
)
def test_verify_finds_a_kept_sum_that_is_not_that_of_the_orders(
    program, shop, filled, owner_role, forged, check
):
    verbs.renew()
    assert checks() == []
    plant(owner_role, f"UPDATE reports_cohort_cell SET {forged}")
    assert checks() == [check]


def test_verify_does_not_take_older_sums_for_those_of_now(tmp_path, program, shop, filled, monkeypatch):
    verbs.renew()
    monkeypatch.setattr(cohorts, "LIVE_LINES", 1)
    paid = [movement(20, "6000", order=6, at=santiago(9, 21))]
    made.imported(made.release(tmp_path, paid, "b.csv", columns=23), program, shop)
    assert checks() == []
