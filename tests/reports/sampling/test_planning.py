"""A sample of the ledger: its population by SQL of its own, the same orders by the same seed, findings, refusals, pages."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from decimal import Decimal
from itertools import count
from uuid import uuid4

import openpyxl
import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from ground.errors import RuleBroken
from programs.models import Program
from reports.domain.sampling import planning
from reports.models import SampledOrder, SamplingPlan
from reports.queries import measures, sampling
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


@pytest.fixture
def program(move_clock):
    """On 12 October 2025; a peso is two won."""
    move_clock(dt.datetime(2025, 10, 12, 3, tzinfo=dt.UTC))
    for number in range(61):
        made.rate("CLP", "KRW", AUGUST + dt.timedelta(days=number), "2")
    return programs.program(starts_on=AUGUST)


@pytest.fixture
def shop(program):
    shop = programs.store("SHARED")
    for serial, sku in ((1, "A"), (2, "B")):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=sku)
    return shop


@pytest.fixture
def sold(tmp_path, program, shop):
    """Forty orders of 10,000 to 400,000 pesos, in turn of two companies: 8,200,000 pesos, 16,400,000 won."""
    lines = [
        order(number, item("AB"[number % 2], price=number * 10_000), at=santiago(8, 1 + number % 28))
        for number in range(1, 41)
    ]
    made.imported(made.ventas(tmp_path, lines), program, shop)


def planned(program, **more) -> SamplingPlan:
    said = {
        "from_month": AUGUST, "until_month": SEPTEMBER, "confidence": 95, "margin_krw": Decimal(4_920_000),
        "margin_percent": None, "expected_krw": Decimal(0), "reason": "중간점검", "form_key": uuid4(), "by": people.officer(),
    }  # fmt: skip
    return planning.plan(program, **{**said, **more})


def number_of(seed: str) -> int:
    return int(hashlib.sha256(seed.encode()).hexdigest(), 16)


def seed_of(rest: int, interval: int) -> str:
    return next(str(each) for each in count() if number_of(str(each)) % interval == rest)


def refused(verb, *args, **more) -> str:
    with pytest.raises(RuleBroken) as error:
        verb(*args, **more)
    assert str(error.value.sentence)
    return error.value.code


def test_the_population_is_the_orders_measure(program, sold):
    """n = 16,400,000 x 3.00 / 4,920,000 = 10; the interval 1,640,000."""
    plan = planned(program)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT order_reference), count(*), sum(gross_amount * 2) FROM reports_sales_line"
        )
        assert (plan.orders, plan.lines, plan.population_krw) == cursor.fetchone() == (40, 40, 16_400_000)
    assert (plan.size, plan.interval_krw) == (10, 1_640_000)
    assert plan.population_krw + plan.left_out_krw == measures.orders(sampling.scope_of_plan(plan)).krw_amount
    assert sum(each.hits for each in plan.sampled.all()) == 10


def test_a_percent_is_one_of_the_population(program, sold):
    """30 % of 16,400,000."""
    plan = planned(program, margin_krw=None, margin_percent=Decimal(30))
    assert (plan.margin_krw, plan.size) == (4_920_000, 10)


def test_each_multiple_of_the_interval_meets_the_order_in_which_it_falls(program, sold):
    """Worked in Python over the running sum, for seeds of all sorts; an order of more than the interval is always met."""
    scope = sampling.scope_of_plan(planned(program))
    every = sampling.draw(scope, "x", Decimal(1))
    assert sum(each.hits for each in every) == 16_400_000  # each won once
    # The last won of an order, and the first of the next.
    on_edges = [(seed_of(rest, 30_000), 30_000) for rest in (19_999, 20_000)]
    for seed, interval in [*on_edges, *((each, 700_000) for each in ("a", "b", "c", "나루"))]:
        drawn = {each.reference: each.hits for each in sampling.draw(scope, seed, Decimal(interval))}
        first = number_of(seed) % interval + 1
        points, upto, expected = range(first, 16_400_001, interval), 0, {}
        for each in every:
            hits = sum(upto < point <= upto + each.krw for point in points)
            upto += each.krw
            if hits:
                expected[each.reference] = hits
        assert drawn == expected
        assert {each.reference for each in every if each.krw >= interval} <= set(drawn)


def test_the_same_seed_draws_the_same_orders_whatever_came_since(tmp_path, program, shop, sold, move_clock):
    plan = planned(program)
    kept = [(each.reference, each.krw_amount, each.hits) for each in plan.sampled.all()]
    move_clock(dt.datetime(2025, 10, 13, 3, tzinfo=dt.UTC))
    made.imported(
        made.ventas(tmp_path, [order(99, item("A", price=900_000), at=santiago(8, 3))], "late.xlsx"),
        program,
        shop,
    )
    Program.objects.filter(pk=program.pk).update(rate_rule="month_average", ends_on=dt.date(2025, 8, 20))
    plan = SamplingPlan.objects.get(pk=plan.pk)
    again = sampling.draw(sampling.scope_of_plan(plan), plan.seed, plan.interval_krw)
    assert [(each.reference, each.krw, each.hits) for each in again] == kept


def test_twice_is_once_and_rows_stay(program, sold):
    key = uuid4()
    first = planned(program, form_key=key)
    assert planned(program, form_key=key) == first
    assert SamplingPlan.objects.count() == 1
    with pytest.raises(ProgrammingError), transaction.atomic():
        SamplingPlan.objects.update(seed="another")
    with pytest.raises(ProgrammingError), transaction.atomic():
        SampledOrder.objects.all().delete()


def test_refusals_of_a_plan(program, sold):
    for more, code in (
        ({"reason": " "}, "reason_missing"), ({"confidence": 80}, "confidence_unknown"), ({"margin_krw": None}, "margin_one"),
        ({"margin_percent": Decimal(5)}, "margin_one"), ({"until_month": dt.date(2025, 7, 1)}, "months_range"),
        ({"from_month": SEPTEMBER}, "population_empty"), ({"expected_krw": Decimal(3_075_000)}, "margin_small"),
        ({"margin_krw": Decimal(24_000)}, "sample_large"), ({"by": people.officer("manager", "KOTRA")}, "not_your_agency"),
        ({"by": people.officer("auditor")}, "not_your_agency"),
    ):  # fmt: skip
        assert refused(planned, program, **more) == code


def entered(sampled, **more):
    said = {"verdict": "agrees", "evidence_krw": None, "note": "", "by": people.officer()}
    return planning.enter(sampled, **{**said, **more})


def test_what_the_evidence_said_is_evaluated(program, sold):
    """All agree but one of less than the interval of which a half is there: 0.5 x 1,640,000 = 820,000 projected; limit 3.00 x 1,640,000 +
    1.75 x 820,000 = 6,355,000, beyond the tolerable 4,920,000."""
    plan = planned(program)
    assert planning.result_of(plan) is None
    rows = list(plan.sampled.all())
    for each in rows:
        entered(each)
    found = planning.result_of(plan)
    assert (found.limit, found.stands) == (4_920_000, True)
    half = rows[0].krw_amount / 2
    first = entered(rows[0], verdict="differs", evidence_krw=half, note="세금계산서 금액이 다름")
    assert entered(rows[0], verdict="differs", evidence_krw=half, note="세금계산서 금액이 다름") == first
    found = planning.result_of(plan)
    assert (found.projected, found.limit, found.stands) == (820_000, 6_355_000, False)
    assert rows[0].findings.count() == 2


def test_refusals_of_a_finding(program, sold):
    row = planned(program).sampled.first()
    for more, code in (
        ({"verdict": "maybe"}, "verdict_unknown"), ({"verdict": "differs", "note": "x"}, "amount_missing"),
        ({"verdict": "differs", "evidence_krw": row.krw_amount, "note": "x"}, "amount_same"),
        ({"verdict": "nothing"}, "note_missing"), ({"by": people.officer("officer", "KOTRA")}, "not_your_agency"),
    ):  # fmt: skip
        assert refused(entered, row, **more) == code


def test_the_pages(client, program, sold):
    client.force_login(people.officer())
    add = reverse("admin:reports_samplingplan_add")
    assert client.get(add).status_code == 200
    sent = {
        "program": str(program.pk), "from_month": "2025-08", "until_month": "2025-09", "confidence": "95", "margin_krw": "4920000",
        "margin_percent": "", "expected_krw": "0", "reason": "중간점검", "form_key": str(uuid4()),
    }  # fmt: skip
    assert client.post(add, sent | {"margin_krw": ""}).status_code == 409
    for _click in range(2):
        assert client.post(add, sent).status_code == 302
    plan = SamplingPlan.objects.get()
    page = reverse("admin:reports_samplingplan_change", args=[plan.pk])
    shown = client.get(page).content.decode()
    for text in ("16,400,000", "1,640,000", plan.seed, "AICPA"):
        assert text in shown
    for row in plan.sampled.all():
        url = reverse("admin:reports_sampledorder_change", args=[row.pk])
        assert url in shown
        assert client.get(url).status_code == 200
        verb = reverse("admin:reports_sampledorder_enter", args=[row.pk])
        assert client.post(verb, {"verdict": "differs", "note": "x"}).status_code == 409
        assert client.post(verb, {"verdict": "agrees"})["Location"] == page
    shown = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert "4,920,000" in shown
    assert "stands" in shown
    book = client.get(reverse("admin:reports_samplingplan_workbook", args=[plan.pk]))
    sheets = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets
    assert sheets[0].max_row == plan.sampled.count() + 1
    assert plan.seed in [cell.value for row in sheets[1] for cell in row]
    client.force_login(people.officer("manager", "KOTRA"))
    assert client.get(page).status_code in {302, 404}
    assert client.get(reverse("admin:reports_samplingplan_workbook", args=[plan.pk])).status_code == 404
    verb = reverse("admin:reports_sampledorder_enter", args=[plan.sampled.first().pk])
    assert client.post(verb, {"verdict": "agrees"}).status_code == 404
    assert client.post(add, sent | {"form_key": str(uuid4())}).status_code == 400
