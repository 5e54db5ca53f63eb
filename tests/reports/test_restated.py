"""What a corrected rate moves: both values of each program's month, worked out by hand, and who reads them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from django.urls import reverse

from ground import clock
from ground.clock import SEOUL
from programs.models import Program
from reports.domain import rates, reporting
from reports.models import CustomsRecord, Declaration, ExchangeRate, ReportRun
from reports.printing.checksum import data_sha256
from reports.queries import restated
from tests.conftest import Prepared, moved_to
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, rate, santiago

pytestmark = pytest.mark.django_db
DAY, TODAY = dt.date(2025, 8, 5), dt.date(2025, 9, 2)
AUGUST = dt.date(2025, 8, 1)


def prepare(folder: Path) -> UUID:
    """10,000 pesos on 5 August and 20,000 on the 15th, converted by the rate of the 5th; 9,000 paid out on the 12th; 95,000
    pesos declared and 10.50 dollars exported. A report of August is written; then 1,400 won for a dollar are 1,410."""
    moved_to(dt.datetime(2025, 9, 1, 9, tzinfo=SEOUL))
    program = programs.program()
    shop = programs.store("SHOP")
    part = programs.participation(register.company(1), program)
    programs.assignment(shop, part, sku="A")
    sold = [order(1, item("A")), order(2, item("A", price=20_000), at=santiago(8, 15))]
    made.imported(made.ventas(folder, sold), program, shop)
    paid = [movement(1, "9000", order=1, at=santiago(8, 12))]
    made.imported(made.release(folder, paid), program, shop)
    facts = {"agency": program.agency, "participation": part, "month": AUGUST}
    Declaration.objects.create(
        company=part.company, currency=programs.currency("CLP"), amount=95_000, orders=3, declared_at=clock.now(), declared_by=people.user(), **facts
    )  # fmt: skip
    CustomsRecord.objects.create(fob_amount=Decimal("10.50"), source="통관", **facts)
    made.rates(DAY, DAY)
    rate("USD", "KRW", DAY - dt.timedelta(days=2), "1", series="customs_week")
    reporting.write(program, AUGUST, languages=["ko"])
    moved_to(dt.datetime(2025, 9, 2, 9, tzinfo=SEOUL))
    made_anew = rates.enter(
        base=programs.currency("USD"), quote=programs.currency("KRW"), day=DAY, quoted_value=Decimal(1410),
        source="KRW 고시", reason="the source published it anew", by=people.officer("finance"),
    )  # fmt: skip
    return made_anew.pk


@pytest.fixture
def corrected(prepared: Prepared) -> ExchangeRate:
    return ExchangeRate.objects.get(pk=prepared.made)


def moved(correction: ExchangeRate) -> list[tuple[dt.date, str, int, Decimal, Decimal]]:
    rows = restated.moved_by(correction, Program.objects.all(), TODAY)
    return [(row.month, row.measure, row.count, row.before, row.after) for row in rows]


EXPECTED = [
    (AUGUST, "orders", 2, 44_211, 44_526),
    (AUGUST, "payouts", 1, 13_263, 13_358),
    (AUGUST, "declared", 1, 140_000, 141_000),
    (AUGUST, "customs", 1, 14_700, 14_805),
]


def test_both_values_stand_side_by_side_measure_by_measure(corrected):
    """14,737 and 29,474 won become 14,842 and 29,684; 9,000 pesos 13,263 and 13,358; 95,000 at the month's only rate 140,000
    and 141,000; 10.50 dollars 14,700 and 14,805. A later correction has its own page and leaves this one as it is; the
    rates of customs' weeks move nobody who converts by the day."""
    assert moved(corrected) == EXPECTED
    week = rate("USD", "KRW", DAY - dt.timedelta(days=2), "2", version=2, series="customs_week")
    week.refresh_from_db()
    later = rate("USD", "KRW", DAY, "1500", version=3)
    later.refresh_from_db()
    assert moved(corrected) == EXPECTED
    assert moved(later)[0][2:] == (2, 44_526, 47_368)
    assert moved(week) == []
    (run,) = ReportRun.objects.all()
    assert restated.reported_with(corrected, Program.objects.all()) == [run]


def test_each_rule_moves_by_its_own_rates(corrected):
    """By the month's average all lines of August move; by the first day's rate or customs' week none do, but what has no day."""
    of_lines = {"orders": EXPECTED[0][2:], "payouts": EXPECTED[1][2:]}
    of_months = {"declared": EXPECTED[2][2:], "customs": EXPECTED[3][2:]}
    found = {}
    for rule in ("month_average", "fixed", "customs_week"):
        Program.objects.update(rate_rule=rule)
        found[rule] = {row[1]: row[2:] for row in moved(corrected)}
    assert found == {"month_average": of_lines | of_months, "fixed": of_months, "customs_week": of_months}


def test_a_report_that_is_written_anew_says_both_values_and_the_first_one_is_made_again_as_it_was(corrected):
    """The rate of 5 August was corrected on 2 September: the report of August that is written then says what it moved. Made
    as of the first report's cut there is no such sentence."""
    program = Program.objects.get()
    first = ReportRun.objects.get()
    said = [
        text.in_language("en") for text in reporting.build(program, AUGUST).notes if "corrected" in text.en
    ]
    assert said == [
        "Rate corrected after its month was over: KRW/1 USD of 5 Aug 2025 from 1,400 to 1,410 (the source published it"
        " anew). By it the orders of Aug 2025 went from KRW 44,211 to KRW 44,526."
    ]
    again = reporting.build(program, AUGUST, first.as_of)
    assert not [text for text in again.notes if "corrected" in text.en]
    assert data_sha256(again) == first.data_sha256


def test_staff_read_it_on_the_corrections_page_and_only_for_their_programs(corrected, client, english):
    page = reverse("admin:reports_exchangerate_change", args=[corrected.pk])
    english.force_login(people.officer("auditor"))
    shown = english.get(page).content.decode()
    for text in ("1,400 KRW for 1 USD", "1,410 KRW for 1 USD", "the source published it anew", "SBA finance", "44,211",
                 "44,526", "+315", "Reports written before the correction"):  # fmt: skip
        assert text in shown
    assert reverse("admin:reports_reportrun_change", args=[ReportRun.objects.get().pk]) in shown
    listed = english.get(reverse("admin:reports_exchangerate_changelist"), {"corrections": "1"})
    assert listed.context["cl"].result_count == 1
    programs.program("GBA-1", "GBA")
    client.force_login(people.officer("manager", "GBA"))
    foreign = client.get(page).content.decode()
    assert "44,211" not in foreign
    assert "this correction moves no figure" in foreign
