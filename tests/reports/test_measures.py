"""What counts and for how much: worked by hand, and once more by SQL of its own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection

from ground.errors import RuleBroken
from programs.models import StoreTax
from reports.domain.verifying import verify
from reports.models import CustomsRecord, Declaration, SalesLine
from reports.queries import order_sums, payouts, reported_measures, sources, waiting
from reports.queries.counted import Basis, Scope
from reports.queries.payouts import Fate
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, rate, santiago

pytestmark = pytest.mark.django_db
JULY, AUGUST, SEPTEMBER = (dt.date(2025, month, 1) for month in (7, 8, 9))


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def shop(program):
    """A provider's store: SKU A of company 1, B of company 2."""
    shop = programs.store("SHARED")
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    return shop


def scope(program, first=JULY, last=dt.date(2025, 9, 30), **fields) -> Scope:
    return Scope(program, first, last, **fields)


def by_hand(first: str = "2025-07-01", last: str = "2025-09-30") -> tuple[int, Decimal, Decimal]:
    """Lines, won gross and won net of what was paid: plain sums over all rows, each row rounded once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(sum(l.sign), 0), coalesce(sum(round(l.gross_amount * k.quoted_value / c.quoted_value)), 0),
                   coalesce(sum(round((l.gross_amount + l.refund_amount) * k.quoted_value / c.quoted_value)), 0)
            FROM reports_sales_line l
            JOIN reports_exchangerate k ON k.base_id = 'USD' AND k.quote_id = 'KRW' AND k.day = l.business_day
            JOIN reports_exchangerate c ON c.base_id = 'USD' AND c.quote_id = 'CLP' AND c.day = l.business_day
            WHERE l.program_id IS NOT NULL AND l.business_day BETWEEN %s AND %s
              AND (l.status_class IN ('sold', 'refunded') OR (l.status_class = 'cancelled' AND l.refund_amount <> 0))
            """,
            [first, last],
        )
        return cursor.fetchone()


def test_orders_by_month_and_company(tmp_path, program, shop):
    """Rate 1,400 / 950. Company 1: 10,000 pesos in August (14,737 won) and 5,000 in September (7,368); company 2:
    3 x 7,000 in August (30,947 won), of which 7,000 came back (net 14,000: 20,632 won)."""
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 9, 30))
    made.imported(
        made.ventas(
            tmp_path,
            [
                order(1, item("A"), at=santiago(8, 5)),
                order(2, item("B", units=3, price=7_000), refund_amount=-7_000, at=santiago(8, 31, 23, 59)),
                order(3, item("A", price=5_000), at=santiago(9, 1, 0, 1)),
            ],
        ),
        program,
        shop,
        "provider",
    )
    found = order_sums.orders(scope(program))
    assert {
        (month, register.company(1).pk == company): (
            s.gross_amount,
            s.net_amount,
            s.krw_amount,
            s.net_krw_amount,
            s.orders,
        )
        for (month, company, _currency), s in found.by_month_and_company().items()
    } == {
        (AUGUST, True): (10_000, 10_000, 14_737, 14_737, 1),
        (AUGUST, False): (21_000, 14_000, 30_947, 20_632, 1),
        (SEPTEMBER, True): (5_000, 5_000, 7_368, 7_368, 1),
    }
    months = found.by_month()
    assert (months[AUGUST, "CLP"].krw_amount, months[AUGUST, "CLP"].units) == (45_684, 4)
    assert months[SEPTEMBER, "CLP"].krw_amount == 7_368
    assert (found.lines, found.krw_amount, found.net_krw_amount) == (3, 53_052, 42_737) == by_hand()
    assert {grade: s.krw_amount for grade, s in found.by_grade().items()} == {"provider": 53_052}


TAKE_BACK = """
INSERT INTO reports_sales_line ({columns})
SELECT {values} FROM reports_sales_line l WHERE l.order_reference = %(order)s AND l.sign = 1
"""


def booked_later(reference: str, day: dt.date, gross: int) -> None:
    """The order's line is taken back by a row in another month, and enters there with another amount before refunds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT naru_ensure_month('reports_sales_line', %s)", [day])
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'reports_sales_line'::regclass AND attnum > 0"
            " AND NOT attisdropped"
        )
        columns = [name for (name,) in cursor.fetchall() if name not in ("id", "entered_at")]
        other = {name: "0" for name in columns if name.endswith("_amount")}
        back = {name: f"-{name}" for name in [*other, "units"] if name != "unit_amount"}
        new = {**other, "gross_amount": str(gross), "net_amount": str(gross)}
        for sign, version, amounts in ((-1, "version", back), (1, "version + 1", new)):
            values = {"business_day": "%(day)s", "sign": str(sign), "version": version, **amounts}
            cursor.execute(
                TAKE_BACK.format(
                    columns=", ".join(f'"{name}"' for name in columns),
                    values=", ".join(values.get(name, f'"{name}"') for name in columns),
                ),
                {"order": reference, "day": day},
            )


def test_a_line_taken_back_in_a_later_month_leaves_its_own_month_as_it_was(tmp_path, program, shop):
    """At 2 won for a peso. August: 10,000 and 5,000 pesos. In September the first is taken back and is 8,000 pesos: the
    month has -2,000 pesos (-4,000 won), no line and no order more; over both months two orders of 13,000 pesos."""
    for month in (8, 9):
        rate("CLP", "KRW", dt.date(2025, month, 5), "2")
    made.imported(
        made.ventas(tmp_path, [order(1, item("A")), order(2, item("A", price=5_000))]), program, shop
    )
    august, before = scope(program, AUGUST, dt.date(2025, 8, 31)), order_sums.orders(scope(program))
    row, cells = SalesLine.objects.get(gross_amount=10_000), before.cells
    assert before.by_month()[AUGUST, "CLP"].krw_amount == 30_000
    booked_later(row.order_reference, dt.date(2025, 9, 5), 8_000)
    found = order_sums.orders(scope(program))
    assert found.by_month()[AUGUST, "CLP"] == before.by_month()[AUGUST, "CLP"]
    assert order_sums.orders(august).cells == cells
    one = register.company(1).pk
    assert found.by_month_and_company()[SEPTEMBER, one, "CLP"] == order_sums.Sum(
        "CLP", Decimal(-2_000), Decimal(0), Decimal(-4_000), Decimal(-4_000), 0, 0, 0, None, None
    )
    total = found.by_company(with_orders=True)[one, "CLP"]
    assert (total.gross_amount, total.krw_amount, total.lines, total.orders) == (13_000, 26_000, 2, 2)
    assert sources.sources(august)[0].lines == 2
    assert sum(row.expected_amount for row in payouts.fates(scope(program), dt.date(2025, 9, 6))) == 13_000


def test_each_line_is_rounded_once_so_that_all_sums_agree(tmp_path, program, shop):
    """A rate of 1.5: each of four lines of 1 peso is 2 won, and four pesos at once would be 6."""
    rate("CLP", "KRW", dt.date(2025, 8, 5), "1.5")
    lines = [order(n, item(sku, price=1)) for n, sku in ((1, "A"), (2, "A"), (3, "B"), (4, "B"))]
    made.imported(made.ventas(tmp_path, lines), program, shop)
    found = order_sums.orders(scope(program))
    assert found.krw_amount == 8
    assert [s.krw_amount for s in found.by_company().values()] == [4, 4]
    assert [s.krw_amount for s in found.by_month().values()] == [8]


def test_a_pack_of_two_companies_is_one_order_of_the_program_and_one_of_each(tmp_path, program, shop):
    made.rates(dt.date(2025, 8, 5), dt.date(2025, 8, 5))
    made.imported(made.ventas(tmp_path, [order(1, item("A"), item("B"))]), program, shop)
    found = order_sums.orders(scope(program))
    assert [s.orders for s in found.by_month().values()] == [1]
    assert [s.orders for s in found.by_company(with_orders=True).values()] == [1, 1]
    assert found.lines == 2


STATES = [
    ("Entregado", 0, 10_000, 10_000),
    ("Reembolsado", -10_000, 10_000, 10_000),
    ("Venta cancelada", -10_000, 10_000, 10_000),  # the money went back, so it had come
    ("Venta cancelada", 0, 0, 10_000),
    ("Pago pendiente", 0, 0, 10_000),
    ("Estado raro", 0, 0, 0),
]
"""State, what was given back, and how much of 10,000 pesos counts when paid and when ordered."""


def test_which_states_count(tmp_path, program, shop):
    """Each on a day of its own."""
    days = [dt.date(2025, 8, 5 + number) for number in range(len(STATES))]
    made.rates(days[0], days[-1])
    sales = [
        order(number, item("A", status_text=state), refund_amount=refund, at=santiago(8, days[number].day))
        for number, (state, refund, *_counted) in enumerate(STATES)
    ]
    made.imported(made.ventas(tmp_path, sales), program, shop)

    def counted(day: dt.date, moment: str) -> Decimal:
        found = order_sums.orders(scope(program, day, day, basis=Basis(moment=moment)))
        return sum((s.gross_amount for s in found.by_month().values()), Decimal(0))

    assert [
        (state, refund, counted(day, "paid"), counted(day, "ordered"))
        for (state, refund, *_counted), day in zip(STATES, days, strict=True)
    ] == STATES


def test_a_moment_that_the_file_does_not_tell_is_refused(program):
    with pytest.raises(RuleBroken, match="moment_unknown"):
        order_sums.orders(scope(program, basis=Basis(moment="delivered")))


def test_tax_is_taken_out_or_put_on_and_shipping_added_as_the_target_says(tmp_path, program, shop):
    """11,900 pesos with 19 % in the price are 10,000 without; where the platform collects it on top, 10,000 are 11,900."""
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 9, 30), krw="950", clp="950")
    made.imported(
        made.ventas(
            tmp_path,
            [
                order(1, item("A", price=11_900), shipping_in_amount=2_000, at=santiago(8, 5)),
                order(2, item("A", price=10_000), at=santiago(9, 5)),
            ],
        ),
        program,
        shop,
    )
    StoreTax.objects.filter(store=shop).update(until_on=dt.date(2025, 8, 31))
    StoreTax.objects.create(store=shop, treatment="collected", rate_percent=19, from_on=SEPTEMBER)

    def gross(**fields):
        found = order_sums.orders(scope(program, basis=Basis(**fields))).by_month()
        return [found[month, "CLP"].krw_amount for month in (AUGUST, SEPTEMBER)]

    assert gross() == [11_900, 11_900]
    assert gross(has_tax=False) == [10_000, 10_000]
    assert gross(has_shipping=True) == [13_900, 11_900]


def test_tax_and_rate_are_taken_in_one_step_and_rounded_once(tmp_path, program, shop):
    """1,000 pesos with 19 % in the price at 1,400 / 950: 1000 x 100/119 x 1400/950 = 1,238.39 → 1,238 won without tax;
    refunded 500, so net 500 x 100/119 x 1400/950 = 619.19 → 619. At 5,950 / 100 (59.5 won a peso) 1,000 pesos are
    exactly 50,000 won; by way of 840 whole pesos they would be 49,980. Shown in pesos it stays 840 of 840.34."""
    made.rates(dt.date(2025, 8, 5), dt.date(2025, 8, 5))
    made.rates(dt.date(2025, 8, 6), dt.date(2025, 8, 6), krw="5950", clp="100")
    made.imported(
        made.ventas(
            tmp_path,
            [
                order(1, item("A", price=1_000), refund_amount=-500, at=santiago(8, 5)),
                order(2, item("B", price=1_000), at=santiago(8, 6)),
            ],
        ),
        program,
        shop,
    )
    programs.target(program, has_tax=False)
    found = order_sums.orders(scope(program, basis=Basis(has_tax=False)))
    assert [(s.gross_amount, s.krw_amount, s.net_krw_amount) for s in found.by_company().values()] in (
        [(840, 1_238, 619), (840, 50_000, 50_000)],
        [(840, 50_000, 50_000), (840, 1_238, 619)],
    )
    assert verify().differences == ()


def test_a_late_rate_brings_the_line_into_the_total(tmp_path, program, shop):
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    assert order_sums.orders(scope(program)).cells == ()
    assert waiting.of_program(scope(program)) == [
        waiting.Waiting(waiting.Kind.NO_RATE, "CLP", 1, Decimal(10_000))
    ]
    made.rates(dt.date(2025, 7, 25), dt.date(2025, 7, 25))  # eleven days before: too old
    assert waiting.of_program(scope(program)) != []
    made.rates(dt.date(2025, 7, 26), dt.date(2025, 7, 26))  # ten days before
    assert waiting.of_program(scope(program)) == []
    assert order_sums.orders(scope(program)).krw_amount == 14_737


def test_each_line_waits_for_one_thing(tmp_path, program, shop):
    made.imported(
        made.ventas(
            tmp_path,
            [
                order(1, item("A")),
                order(2, item("Z", status_text="Estado raro", price=3_000)),
                order(3, item("B", status_text="Estado raro", price=4_000)),
            ],
        ),
        program,
        shop,
    )
    assert waiting.of_program(scope(program)) == [
        waiting.Waiting(waiting.Kind.NO_ASSIGNMENT, "CLP", 1, Decimal(3_000)),
        waiting.Waiting(waiting.Kind.UNKNOWN_STATE, "CLP", 1, Decimal(4_000)),
        waiting.Waiting(waiting.Kind.NO_RATE, "CLP", 1, Decimal(10_000)),
    ]
    officer = people.officer()
    assert [(row.sku, row.amount) for row in waiting.unassigned(officer)] == [("Z", 3_000)]
    assert [(row.text, row.lines) for row in waiting.unknown_states(officer)] == [("Estado raro", 2)]
    stranger = people.officer(agency_code="GBA")
    assert (waiting.unassigned(stranger), waiting.unknown_states(stranger)) == ([], [])


def test_a_report_of_earlier_sees_what_stood_then(tmp_path, program, shop):
    made.rates(dt.date(2025, 8, 5), dt.date(2025, 8, 5), krw="950", clp="950")
    first = made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    made.imported(
        made.ventas(tmp_path, [order(1, item("A"), refund_amount=-4_000), order(2, item("B"))], "newer.xlsx"),
        program,
        shop,
    )
    now, then = (order_sums.orders(scope(program, as_of=at)) for at in (None, first.imported_at))
    assert (now.krw_amount, now.net_krw_amount, now.lines) == (20_000, 16_000, 2)
    assert (then.krw_amount, then.net_krw_amount, then.lines) == (10_000, 10_000, 1)


def test_payouts_of_a_cross_border_store_come_in_dollars(tmp_path, program):
    """Two releases of 80.25 and 19.50 dollars at 1,400, a refund of 10 on the next day at 1,410; what is kept back and
    what goes to the bank is no sale."""
    shop = made.cross_border(program)
    rate("USD", "KRW", dt.date(2025, 9, 2), "1400")
    rate("USD", "KRW", dt.date(2025, 9, 3), "1410")
    made.imported(
        made.release(
            tmp_path,
            [
                movement(1, "90.25", order=1, at=santiago(9, 2), fee_amount=Decimal(-10)),
                movement(2, "19.50", order=2, at=santiago(9, 2)),
                movement(3, "-10.00", order=2, at=santiago(9, 3), description="refund"),
                movement(4, "-50.00", order=2, at=santiago(9, 3), description="reserve_for_dispute"),
                movement(5, "-39.75", order=9, at=santiago(9, 3), description="payout"),
            ],
        ),
        program,
        shop,
    )
    assert reported_measures.payouts(scope(program)) == [
        reported_measures.Reported(SEPTEMBER, "USD", Decimal("89.75"), Decimal(112_350 + 27_300 - 14_100))
    ]
    assert [row.company for row in reported_measures.payouts(scope(program), each_company=True)] == [
        shop.company_id
    ]


def test_money_of_an_unknown_kind_is_in_no_total_and_waits_with_its_amount(tmp_path, program):
    """A release of 100.00 with a fee of 8.00 (net 92.00) and a `credit_payment` of 33.00: of sales 92.00 dollars came,
    at 1,400 won 128,800; the file's 100.00 - 8.00 = 92.00; the 33.00 stand beside. Of order 77, which no file knows,
    5.00 wait in a shared store."""
    company = register.company(1)
    shop = programs.store("CBT", company=company, settlement_currency=programs.currency("USD"))
    programs.assignment(shop, programs.participation(company, program))
    shared = programs.store("SHARED", settlement_currency=programs.currency("USD"))
    programs.assignment(shared, programs.participation(company, program), sku="A")
    rate("USD", "KRW", dt.date(2025, 9, 2), "1400")
    batch = made.imported(
        made.release(
            tmp_path,
            [
                movement(1, "100.00", order=1, at=santiago(9, 2), fee_amount=Decimal(-8)),
                movement(2, "33.00", order=2, at=santiago(9, 2), description="credit_payment"),
            ],
        ),
        program,
        shop,
    )
    loose = made.release(tmp_path, [movement(3, "5.00", order=77, at=santiago(9, 2))], "loose.csv")
    made.imported(loose, program, shared)
    (totals,) = batch.totals
    assert [totals[part] for part in ("gross", "refunds", "fees", "shipping_in", "shipping_cost", "net")] == [
        "100.00", "0.00", "-8.00", "0.00", "0.00", "92.00",
    ]  # fmt: skip
    assert [code for code, _parameters in batch.notes] == ["note_other"]
    assert reported_measures.payouts(scope(program)) == [
        reported_measures.Reported(SEPTEMBER, "USD", Decimal("92.00"), Decimal(128_800))
    ]
    assert waiting.of_program(scope(program)) == [
        waiting.Waiting(waiting.Kind.UNKNOWN_MOVEMENT, "USD", 1, Decimal(33)),
        waiting.Waiting(waiting.Kind.LOOSE_PAYOUT, "USD", 1, Decimal(5)),
    ]
    officer = people.officer()
    assert [(row.description, row.amount) for row in waiting.unknown_movements(officer)] == [
        ("credit_payment", 33)
    ]
    assert waiting.unknown_movements(people.officer(agency_code="GBA")) == []
    assert [(row.store_code, row.amount) for row in waiting.loose_payouts(officer)] == [("SHARED", 5)]
    assert verify().differences == ()


def test_verify_sees_money_of_an_unknown_kind_in_a_total(tmp_path, program, monkeypatch):
    """The classes that count are listed a second time there: 33.00 dollars counted by mistake are found."""
    company = register.company(1)
    shop = programs.store("CBT", company=company, settlement_currency=programs.currency("USD"))
    programs.assignment(shop, programs.participation(company, program))
    odd = movement(1, "33.00", order=1, at=santiago(9, 2), description="credit_payment")
    made.imported(made.release(tmp_path, [odd]), program, shop)
    assert verify().differences == ()
    monkeypatch.setattr(reported_measures, "NOT_SALES", ("reserve", "payout"))
    assert {each.check for each in verify().differences} == {"payouts"}


def test_declared_and_customs_stand_beside_at_the_average_of_the_month(program):
    part = programs.participation(register.company(1), program)
    rate("USD", "KRW", dt.date(2025, 8, 1), "1390")
    rate("USD", "KRW", dt.date(2025, 8, 29), "1410")
    rate("USD", "CLP", dt.date(2025, 8, 1), "950")
    common = {"agency": program.agency, "participation": part, "company": part.company, "month": AUGUST,
              "declared_by": register.member(part.company), "orders": 3}  # fmt: skip
    at = dt.datetime(2025, 9, 5, tzinfo=dt.UTC)
    Declaration.objects.create(
        currency=programs.currency("CLP"),
        amount=1,
        declared_at=at,
        replaced_at=at + dt.timedelta(days=1),
        **common,
    )
    Declaration.objects.create(
        currency=programs.currency("CLP"), amount=95_000, declared_at=at + dt.timedelta(days=1), **common
    )
    Declaration.objects.create(currency=programs.currency("KRW"), amount=7, declared_at=at, **common)
    Declaration.objects.create(currency=programs.currency("EUR"), amount=7, declared_at=at, **common)
    CustomsRecord.objects.create(
        agency=program.agency, participation=part, month=AUGUST, fob_amount=Decimal("10.50"), source="통관"
    )
    assert reported_measures.declared(scope(program)) == [
        reported_measures.Reported(AUGUST, "CLP", Decimal(95_000), Decimal(140_000)),
        reported_measures.Reported(AUGUST, "EUR", Decimal(7), None),
        reported_measures.Reported(AUGUST, "KRW", Decimal(7), Decimal(7)),
    ]
    assert reported_measures.customs(scope(program)) == [
        reported_measures.Reported(AUGUST, "USD", Decimal("10.50"), Decimal(14_700))
    ]
    earlier = reported_measures.declared(scope(program, as_of=at))
    assert [(row.currency, row.amount) for row in earlier] == [("CLP", 1), ("EUR", 7), ("KRW", 7)]


def test_every_order_has_one_fate_and_only_two_are_differences(tmp_path, program, shop):
    """On 20 September with 30 days: order 1 released, 2 not yet due, 3 overdue, 4 released short, 5 sold and given
    back; a movement for order 99 that no file knows."""
    made.imported(
        made.ventas(
            tmp_path,
            [
                order(1, item("A"), fee_amount=-1_000, at=santiago(8, 5)),
                order(2, item("A", price=2_000), at=santiago(8, 21)),
                order(3, item("B", price=3_000), at=santiago(8, 20)),
                order(4, item("B", price=4_000), at=santiago(8, 5)),
                order(
                    5,
                    item("A", price=5_000, status_text="Reembolsado"),
                    refund_amount=-5_000,
                    at=santiago(8, 5),
                ),
            ],
        ),
        program,
        shop,
    )
    made.imported(
        made.release(
            tmp_path,
            [
                movement(1, "10000", order=1, at=santiago(8, 25), fee_amount=Decimal(-1_000)),
                movement(2, "3999", order=4, at=santiago(8, 25)),
                movement(3, "777", order=99, at=santiago(8, 25)),
            ],
            columns=23,
        ),
        program,
        shop,
    )
    rows = payouts.fates(scope(program), dt.date(2025, 9, 20))
    assert [(row.reference[-2:], row.fate) for row in sorted(rows, key=lambda row: row.reference)] == [
        ("01", Fate.RELEASED), ("02", Fate.NOT_DUE), ("03", Fate.OVERDUE), ("04", Fate.BROKEN), ("05", Fate.REFUNDED),
    ]  # fmt: skip
    sums = {row.fate: (row.orders, row.expected_amount, row.released_amount) for row in payouts.sums(rows)}
    assert sums == {
        Fate.RELEASED: (1, 9_000, 9_000),
        Fate.REFUNDED: (1, 0, 0),
        Fate.NOT_DUE: (1, 2_000, 0),
        Fate.OVERDUE: (1, 3_000, 0),
        Fate.BROKEN: (1, 4_000, 3_999),
    }
    assert [(row.reference[-2:], row.amount) for row in payouts.orphans(scope(program))] == [("99", 777)]
    later = payouts.fates(scope(program), dt.date(2025, 9, 21))
    assert {row.fate for row in later if row.reference.endswith("02")} == {Fate.OVERDUE}


def test_a_part_that_comes_before_the_due_day_is_no_difference(tmp_path, program, shop):
    """10,000 pesos ordered on 21 August, due on 20 September: 4,000 came. Not yet due on the 20th, broken on the 21st;
    the other 6,000 make it whole."""
    made.imported(made.ventas(tmp_path, [order(1, item("A"), at=santiago(8, 21))]), program, shop)
    first = movement(1, "4000", order=1, at=santiago(9, 1))
    made.imported(made.release(tmp_path, [first], columns=23), program, shop)

    def fate(day):
        (row,) = payouts.fates(scope(program), dt.date(2025, 9, day))
        return row.fate, row.released_amount

    assert (fate(20), fate(21)) == ((Fate.NOT_DUE, 4_000), (Fate.BROKEN, 4_000))
    second = movement(2, "6000", order=1, at=santiago(9, 25))
    made.imported(made.release(tmp_path, [second], "b.csv", columns=23), program, shop)
    assert fate(21) == (Fate.RELEASED, 10_000)
    assert verify().differences == ()


def test_dollars_released_for_an_order_in_pesos_say_that_money_came(tmp_path, program):
    company = register.company(1)
    shop = programs.store("CBT", company=company, settlement_currency=programs.currency("USD"))
    programs.assignment(shop, programs.participation(company, program))
    made.imported(made.ventas(tmp_path, [order(1), order(2)]), program, shop)
    made.imported(made.release(tmp_path, [movement(1, "9.10", order=1, at=santiago(9, 2))]), program, shop)
    rows = payouts.fates(scope(program), dt.date(2025, 9, 30))
    assert [(row.fate, row.released_currency, row.released_amount) for row in rows] == [
        (Fate.RELEASED, "USD", Decimal("9.10")),
        (Fate.OVERDUE, "CLP", 0),
    ]
