"""A sample of the ledger: its population by SQL of its own, the same orders by the same seed, findings, refusals, pages."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections import Counter
from decimal import Decimal
from itertools import count
from uuid import uuid4

import openpyxl
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from ground.errors import RuleBroken
from programs.models import Program
from reports.domain.sampling import planning
from reports.models import SampledOrder, SamplingPlan
from reports.queries import order_sums, sampling
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
    assert (
        plan.population_krw + plan.left_out_krw == order_sums.orders(sampling.scope_of_plan(plan)).krw_amount
    )
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


def planned_orders(program, **more) -> SamplingPlan:
    """Of 40 orders: were 5 wrong, none would be met in 17 with C(35, 17) / C(40, 17) = 0.0511, in 18 with 0.0400; 10 % are 4, so more than
    the tolerable share are 5 or more, and 18 is the size."""
    said = {
        "method": "orders", "margin_krw": None, "expected_krw": None, "tolerable_percent": Decimal(10), "expected_percent": None, **more,
    }  # fmt: skip
    return planned(program, **said)


def test_a_sample_of_orders_has_its_size_and_is_drawn_again_by_its_seed(
    tmp_path, program, shop, sold, move_clock
):
    key = uuid4()
    plan = planned_orders(program, form_key=key)
    assert (plan.method, plan.size, plan.orders, plan.margin_krw, plan.interval_krw) == (
        "orders",
        18,
        40,
        0,
        0,
    )
    drawn = [each.reference for each in plan.sampled.all()]
    assert len(set(drawn)) == 18
    assert {each.hits for each in plan.sampled.all()} == {1}
    assert planned_orders(program, form_key=key) == plan
    move_clock(dt.datetime(2025, 10, 13, 3, tzinfo=dt.UTC))
    late = [order(99, item("A", price=900_000), at=santiago(8, 3))]
    made.imported(made.ventas(tmp_path, late, "late.xlsx"), program, shop)
    again = sampling.pick(sampling.scope_of_plan(plan), plan.seed, plan.size)
    assert [each.reference for each in again] == drawn


def test_each_order_is_as_likely_whatever_it_comes_to(program, sold):
    """600 seeds of 4 of 40 orders: each is met 60 times on average, with a standard deviation of 7.3; within 5 of them."""
    scope = sampling.scope_of_plan(planned_orders(program))
    met = Counter(each.reference for seed in range(600) for each in sampling.pick(scope, f"{seed}", 4))
    assert len(met) == 40
    assert sum(met.values()) == 2_400
    assert all(24 < count < 96 for count in met.values())


def test_findings_of_orders_prove_a_share(program, sold):
    plan = planned_orders(program)
    officer = people.officer()
    orders = list(plan.sampled.order_by("number"))
    for each in orders[:-1]:
        planning.enter(each, verdict="agrees", evidence_krw=None, note="", by=officer)
    assert planning.result_of(plan) is None
    planning.enter(orders[-1], verdict="agrees", evidence_krw=None, note="", by=officer)
    found = planning.result_of(plan)
    # None wrong of 18: 4 of 40 may be (C(36, 18) / C(40, 18) = 0.0800), 5 not (0.0400).
    assert (found.errors, found.limit_orders, found.limit, found.stands) == (0, 4, Decimal("10.00"), True)
    planning.enter(orders[0], verdict="differs", evidence_krw=Decimal(1), note="금액이 다름", by=officer)
    planning.enter(orders[1], verdict="nothing", evidence_krw=None, note="없음", by=officer)
    found = planning.result_of(plan)
    assert (found.errors, found.share, found.stands) == (2, Decimal("11.11"), False)


def test_refusals_of_a_sample_of_orders(program, sold):
    for more, code in (
        ({"method": "other"}, "method_unknown"), ({"tolerable_percent": None}, "share_missing"),
        ({"tolerable_percent": Decimal(51)}, "share_wrong"), ({"expected_percent": Decimal(-1)}, "share_wrong"),
        ({"expected_percent": Decimal(10)}, "margin_small"), ({"reason": ""}, "reason_missing"),
    ):  # fmt: skip
        assert refused(planned_orders, program, **more) == code
    assert not SamplingPlan.objects.exists()


def test_a_sample_of_orders_without_its_shares_is_no_row(program, sold):
    plan = planned_orders(program)
    for missing in (
        {"tolerable_percent": None},
        {"expected_percent": None},
        {"tolerable_percent": None, "expected_percent": None},
    ):
        row = SamplingPlan.objects.get(pk=plan.pk)
        row.pk, row.form_key, row._state.adding = uuid4(), uuid4(), True
        for name, value in missing.items():
            setattr(row, name, value)
        with pytest.raises(IntegrityError, match="sampling_plan_amounts"), transaction.atomic():
            row.save(force_insert=True)


def test_a_sample_of_orders_on_its_pages(client, program, sold):
    officer = people.officer()
    client.force_login(officer)
    add = reverse("admin:reports_samplingplan_add")
    assert "잘못된 주문이 얼마나 되는지" in client.get(add).content.decode()
    sent = {
        "program": program.pk, "from_month": "2025-08", "until_month": "2025-09", "method": "orders", "confidence": "95",
        "tolerable_percent": "10", "expected_percent": "", "reason": "중간점검", "form_key": str(uuid4()),
    }  # fmt: skip
    assert client.post(add, sent | {"tolerable_percent": ""}).status_code == 409
    answer = client.post(add, sent, follow=True)
    text = answer.content.decode()
    assert (answer.status_code, "초기하분포" in text, "속성표본: 주문 40건 가운데 18건" in text) == (
        200,
        True,
        True,
    )
    plan = SamplingPlan.objects.get()
    for each in plan.sampled.all():
        planning.enter(each, verdict="agrees", evidence_krw=None, note="", by=officer)
    page = reverse("admin:reports_samplingplan_change", args=[plan.pk])
    text = client.get(page).content.decode()
    assert "많아도 10.00 %(4건)" in text
    english = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert "at most 10.00 % of all orders are (4), within the tolerable 10.00 %" in english
    assert "10.00 %" in client.get(reverse("admin:reports_samplingplan_changelist")).content.decode()
    book = client.get(reverse("admin:reports_samplingplan_workbook", args=[plan.pk])).content
    facts = dict(openpyxl.load_workbook(io.BytesIO(book)).worksheets[1].iter_rows(values_only=True))
    assert (facts["허용 오류 주문 비율(%)"], facts["표본의 오류 주문"], facts["오류 비율 상한(%)"]) == (
        10,
        0,
        10,
    )
