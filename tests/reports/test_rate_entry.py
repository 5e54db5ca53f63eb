"""Entering rates: who may enter a missing one, who corrects one that other agencies count with, and what is kept of it."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.admin.exchange import KoreanCsv, Workbook
from ground import clock
from ground.errors import RuleBroken
from ground.history import history_of
from programs.models import Program
from reports.admin.rate import RateResource
from reports.domain import rates
from reports.models import Declaration, ExchangeRate
from reports.queries import order_sums, restated, targets
from reports.queries.counted import Scope
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, rate

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 8, 5)


def enter(base: str = "USD", quote: str = "KRW", value: str = "1400", **fields) -> ExchangeRate:
    return rates.enter(
        **{"base": programs.currency(base), "quote": programs.currency(quote), "day": DAY, "source": "고시",
           "quoted_value": Decimal(value), "by": people.officer(), **fields}
    )  # fmt: skip


@pytest.fixture
def operator():
    return people.user("op@naru.example", is_operator=True)


@pytest.fixture
def two_agencies():
    programs.program("GBA-1", "GBA")
    return programs.program()


@pytest.mark.parametrize("role", ["manager", "officer", "finance"])
def test_a_missing_rate_is_entered_by_any_agency(two_agencies, role):
    entered = enter(by=people.officer(role))
    assert (entered.version, entered.quoted_value, entered.reason) == (1, 1400, "")
    assert [(each.kind, each.who) for each in history_of(entered)] == [("insert", f"SBA {role}")]


def test_who_only_reads_enters_nothing(two_agencies):
    for user in (people.officer("auditor"), people.user()):
        with pytest.raises(RuleBroken, match="not_staff"):
            enter(by=user)


def test_a_correction_has_a_reason_and_a_name():
    programs.program()
    first = enter()
    assert enter() == first
    with pytest.raises(RuleBroken, match="reason_missing") as refused:
        enter(value="1410", reason=" ")
    assert refused.value.fields == ("reason",)
    second = enter(value="1410", reason="the source published it anew", by=people.officer("finance"))
    assert (second.version, second.reason) == (2, "the source published it anew")
    (change,) = history_of(second)
    assert (change.who, change.reason) == ("SBA finance", "the source published it anew")


@pytest.mark.parametrize(
    "known", [[("USD", "KRW")], [("KRW", "USD")], [("USD", "CLP"), ("USD", "KRW")]], ids=str
)
def test_taking_the_place_of_what_converts_the_day_is_a_correction(two_agencies, operator, known):
    """The same pair, the pair the other way round, or a rate against won instead of two legs by the dollar."""
    for base, quote in known:
        rate(base, quote, DAY, "2")
    new = {"base": "CLP" if len(known) == 2 else "USD", "value": "3"}
    with pytest.raises(RuleBroken, match="shared_rate"):
        enter(**new, reason="x")
    with pytest.raises(RuleBroken, match="reason_missing"):
        enter(**new, by=operator)
    assert enter(**new, reason="x", by=operator).quoted_value == 3


def test_a_customs_week_begins_on_a_sunday_and_is_apart_from_the_rates_of_days(two_agencies, operator):
    """5 August 2025 is a Tuesday, the 3rd its Sunday. The bank's rate of that day is no reason to ask for one."""
    sunday = dt.date(2025, 8, 3)
    rate("USD", "KRW", sunday, "1390")
    week = {"series": "customs_week", "source": "관세청"}
    with pytest.raises(RuleBroken, match="not_sunday") as refused:
        enter(**week)
    assert refused.value.fields == ("day",)
    first = enter(**week, day=sunday)
    assert (first.series, first.version) == ("customs_week", 1)
    assert enter(**week, day=sunday) == first
    with pytest.raises(RuleBroken, match="shared_rate"):
        enter("KRW", "USD", "0.0007", **week, day=sunday, reason="x")
    with transaction.atomic(), pytest.raises(IntegrityError, match="rate_week_from_sunday"):
        rate("USD", "CLP", DAY, "950", series="customs_week")


def test_legs_of_another_day_leave_the_day_open(two_agencies):
    for base, quote, day in (("USD", "CLP", DAY), ("USD", "KRW", DAY - dt.timedelta(days=1))):
        rate(base, quote, day, "2")
    assert enter("CLP").version == 1


def test_no_agency_moves_the_totals_of_another(tmp_path, two_agencies, operator):
    """GBA sold for 10,000 pesos on 5 August, at a won a peso. SBA finds another rate better: only the operator, who keeps
    all agencies, may say so, and then the total is 20,000 won."""
    foreign = programs.program("GBA-1")
    shop = programs.store("FOREIGN", agency_code="GBA")
    programs.assignment(shop, programs.participation(register.company(1), foreign), sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), foreign, shop)
    made.rates(DAY, DAY, krw="950", clp="950")
    won = {"value": "1900", "reason": "a better source"}
    for by in (people.officer("manager"), people.officer("finance"), people.officer("manager", "GBA")):
        with pytest.raises(RuleBroken, match="shared_rate"):
            enter(**won, by=by)
    assert _total(foreign) == 10_000
    enter(**won, by=operator)
    assert _total(foreign) == 20_000


def declared(month: int) -> None:
    """SBA's program has a declaration of 100 dollars, and GBA a program."""
    programs.program("GBA-1", "GBA")
    who = programs.participation(register.company(1), programs.program())
    Declaration.objects.create(
        agency=who.agency, participation=who, company=who.company, month=dt.date(2025, month, 1), amount=100, orders=1,
        currency=programs.currency("USD"), declared_by=people.officer(), declared_at=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize(("day", "is_correction"), [(DAY, True), (dt.date(2025, 9, 5), False)], ids=str)
def test_a_late_value_that_moves_the_average_of_a_month_is_a_correction(operator, day, is_correction):
    """Sales of August were declared and are converted by the average of its days; nothing was of September."""
    declared(8)
    for known in (dt.date(2025, 8, 4), dt.date(2025, 9, 4)):
        rate("USD", "KRW", known, "1400")
    if not is_correction:
        assert enter(day=day).version == 1
        return
    with pytest.raises(RuleBroken, match="shared_rate"):
        enter(day=day, reason="x")
    with pytest.raises(RuleBroken, match="reason_missing"):
        enter(day=day, by=operator)
    late = enter(day=day, value="1500", by=operator, reason="it was forgotten")
    (moved,) = restated.moved_by(late, [programs.program()], dt.date(2025, 12, 31))
    assert (moved.before, moved.after) == (140_000, 145_000)


@pytest.mark.parametrize("today", ["2025-08-31", "2025-09-10", "2025-09-11"])
def test_a_month_is_complete_ten_days_after_its_end(today, move_clock):
    declared(8)
    rate("USD", "KRW", dt.date(2025, 8, 4), "1400")
    move_clock(dt.datetime.fromisoformat(f"{today}T12:00+09:00"))
    if today == "2025-09-11":
        with pytest.raises(RuleBroken, match="shared_rate"):
            enter()
    else:
        assert enter().version == 1


def test_the_dollar_moves_what_is_converted_by_way_of_it(operator):
    declared(8)
    Declaration.objects.update(currency="CLP")
    for base, quote in (("USD", "CLP"), ("USD", "KRW")):
        rate(base, quote, dt.date(2025, 8, 4), "2")
    for base, quote in (("USD", "KRW"), ("USD", "CLP"), ("CLP", "KRW")):
        with pytest.raises(RuleBroken, match="reason_missing"):
            enter(base, quote, by=operator)
    assert enter("JPY").version == 1


@pytest.mark.parametrize(("day", "is_correction"), [(29, False), (31, True)])
def test_a_value_that_would_become_a_programs_one_rate_is_a_correction(
    tmp_path, operator, day, is_correction
):
    """The program began on 1 June 2025 and counts by the rate of 30 May: one of 31 May would take its place."""
    program = programs.program()
    Program.objects.update(rate_rule="fixed", starts_on=dt.date(2025, 6, 1))
    shop = programs.store()
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    made.imported(made.ventas(tmp_path, [order(1, item("A"))]), program, shop)
    made.rates(dt.date(2025, 5, 30), dt.date(2025, 5, 30))
    new = {"day": dt.date(2025, 5, day), "by": operator}
    if is_correction:
        with pytest.raises(RuleBroken, match="reason_missing"):
            enter(**new)
    assert enter(**new, reason="x" if is_correction else "").version == 1


def _total(program) -> Decimal:
    scope = Scope(program, program.starts_on, program.ends_on, basis=targets.basis_of(program, DAY))
    return order_sums.orders(scope).krw_amount


@pytest.mark.parametrize(("kind", "form"), [(KoreanCsv, "0"), (Workbook, "1")])
def test_small_rates_go_out_and_come_back_alike(client, operator, kind, form):
    """A number below a millionth is no text with an exponent, neither on the way out nor back."""
    values = ["0.00003950", "0.00000030", "0.00000001", "1391.37000000"]
    for number, value in enumerate(values):
        enter(value=value, day=DAY + dt.timedelta(days=number), by=operator)
    client.force_login(people.officer())
    address = reverse("admin:reports_exchangerate_export")
    names = [name for name in client.get(address).context["form"].fields if name.startswith("rateresource_")]
    answer = client.post(address, {"format": form, "resource": "0", **dict.fromkeys(names, "on")})
    rows = kind().create_dataset(answer.content)
    resource = RateResource(operator)
    assert sorted(map(resource.fields["quoted_value"].clean, rows.dict)) == sorted(map(Decimal, values))
    found = resource.import_data(rows, dry_run=True)
    assert (found.totals["skip"], found.totals["invalid"], found.has_errors()) == (4, 0, False)


def test_rates_go_out_as_numbers_and_come_back_alike(client, operator):
    """With a format of their own decimals; the code of a currency is text. What went out changes nothing when it comes in again."""
    enter(value="1391.37", by=operator)
    enter("JPY", value="934.5", quoted_units=100, by=operator)
    client.force_login(people.officer())
    address = reverse("admin:reports_exchangerate_export")
    form = client.get(address).context["form"]
    values = {name: "on" for name in form.fields if name.startswith("rateresource_")}
    answer = client.post(address, {"format": "1", "resource": "0", **values})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows())
    head = [cell.value for cell in rows[0]]
    at, units, base = head.index("quoted_value"), head.index("quoted_units"), head.index("base")
    assert sorted((row[base].value, row[units].value, row[at].value, row[at].number_format) for row in rows[1:]) == [
        ("JPY", 100, 934.5, "#,##0.00"), ("USD", 1, 1391.37, "#,##0.00"),
    ]  # fmt: skip
    assert {(row[base].data_type, row[at].data_type) for row in rows[1:]} == {("s", "n")}
    found = RateResource(operator).import_data(Workbook().create_dataset(answer.content), dry_run=True)
    assert found.totals["skip"] == 2
