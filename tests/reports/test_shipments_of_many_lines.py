"""Goods in warehouses of large programs: the worker finds who sold more than was sent, and a list is written while it is sent."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.urls import reverse
from django.utils import translation

from ground.errors import RuleBroken
from ground.templatetags.naru import seoul
from programs.models import Target
from reports.domain import counting, shipping, short_stock
from reports.models import Shipment, ShortStock
from reports.queries import shipments
from reports.views import shipments as views
from tests.factories import programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order
from tests.reports.test_shipments import officer, part, program, sent, shop

__all__ = ["officer", "part", "program", "shop"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(program, part, shop, officer, tmp_path, monkeypatch, move_clock):
    """A page reads no more than one row of the ledger. Company 1 has sent enough; of company 2, later by name, 2 units were sold, 1 sent."""
    move_clock(dt.datetime(2025, 10, 2, 3, tzinfo=dt.UTC))
    other = programs.participation(register.company(2), program)
    programs.assignment(shop, other, sku="C")
    made.imported(made.ventas(tmp_path, [order(20, item("C", units=2))], "c.xlsx"), program, shop)
    shipping.record(
        [sent(part, shop, units=9), sent(part, shop, "B", 9), sent(other, shop, "C", 1)], by=officer
    )
    monkeypatch.setattr(counting, "MOST_LINES", 1)
    return other


def test_of_many_lines_the_worker_finds_who_sold_more_than_was_sent(
    client, program, part, officer, large, monkeypatch, move_clock
):
    """Until then, and on another day, companies stand by name. The page reads the lines of its companies alone. An hour later what came since is
    found, too."""
    monkeypatch.setattr(views, "PAGE", 1)
    client.force_login(officer)
    address = reverse("admin:reports_stock")

    def first(**more) -> tuple[str, int]:
        with monkeypatch.context() as patched:
            patched.setattr(shipments, "short_of", lambda *given: pytest.fail("all lines are read"))
            context = client.get(address, {"program": program.code, **more}).context
        return str(context["stock"]["rows"][0][0][1]), context["short"]

    one, two = str(part.company), str(large.company)
    assert first() == (one, 0)
    assert short_stock.renew() == 1
    assert first() == (two, 2)
    assert first(on="2025-09-30") == (one, 0)
    assert short_stock.renew() == 0
    assert shipments.kept_short(program, dt.date(2025, 10, 2)).rows == shipments.short_of(
        program, dt.date(2025, 10, 2)
    )
    Shipment.objects.filter(participation=large).update(units=5)
    assert short_stock.renew() == 0
    move_clock(dt.datetime(2025, 10, 2, 4, 1, tzinfo=dt.UTC))
    assert short_stock.renew() == 1
    assert first() == (one, 0)


def test_how_many_rows_have_more_sold_than_sent_is_said_with_the_time_at_which_it_was_found(
    client, program, officer, large
):
    """The table is of now and has no such row any more; the number is of noon and says so. Of another day there is none."""
    client.force_login(officer)
    address, english = reverse("admin:reports_stock"), {"accept-language": "en"}
    short_stock.renew()
    Shipment.objects.filter(participation=large).update(units=5)
    shown = client.get(address, {"program": program.code}, headers=english)
    body = shown.content.decode()
    with translation.override("en"):
        noon = seoul(ShortStock.objects.first().made_at)
    assert f"At {noon}, 2 rows had more sold than sent" in body
    assert "rows have more sold than sent" not in body
    assert "more sold than sent" not in str(shown.context["stock"]["rows"])
    korean = client.get(address, {"program": program.code}).content.decode()
    assert "기준으로 2개 행은 발송보다 판매가 많았습니다" in korean
    other = client.get(address, {"program": program.code, "on": "2025-09-30"}, headers=english)
    assert "more sold than sent;" not in other.content.decode()
    assert "for today, where more was sold than sent" in other.content.decode()


def test_the_list_of_a_large_program_is_written_while_it_is_sent(
    client, program, part, officer, large, monkeypatch
):
    """Company by company, with what the workbook says."""
    monkeypatch.setattr("reports.views.stock.AT_ONCE", 1)
    client.force_login(officer)
    asked = {"program": program.code, "on": "2025-09-30", "format": "xlsx"}
    answer = client.get(reverse("admin:reports_stock"), asked, headers={"accept-language": "en"})
    assert answer.streaming
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert rows[0][:6] == ["Company", "Business number", "SKU", "Sent", "Sold", "Remaining"]
    numbers = [each.company.pretty_number for each in (part, large)]
    assert [row[1:6] for row in rows[1:]] == [
        [numbers[0], "", "18", "6", "12"], [numbers[0], "A", "9", "5", "4"], [numbers[0], "B", "9", "1", "8"],
        [numbers[1], "", "1", "2", "-1"], [numbers[1], "C", "1", "2", "-1"],
    ]  # fmt: skip


def test_each_row_of_a_list_that_is_written_while_it_is_sent_says_when_it_was_read(
    client, program, officer, large, monkeypatch, move_clock
):
    """The first company's three rows are read at noon; before the others are, an hour goes by, and four more units of the second are sent."""
    monkeypatch.setattr("reports.views.stock.AT_ONCE", 1)
    monkeypatch.setattr("ground.long_lists.AT_ONCE", 3)
    client.force_login(officer)
    asked = {"program": program.code, "format": "xlsx"}
    answer = client.get(reverse("admin:reports_stock"), asked, headers={"accept-language": "en"})
    parts = iter(answer.streaming_content)
    sent_first = next(parts) + next(parts)
    move_clock(dt.datetime(2025, 10, 2, 4, tzinfo=dt.UTC))
    Shipment.objects.filter(participation=large).update(units=5)
    rows = list(csv.reader(io.StringIO((sent_first + b"".join(parts)).decode("utf-8-sig"))))
    assert (rows[0][3], rows[0][-1]) == ("Sent", "Read at (Seoul)")
    noon, later = "2025-10-02 12:00:", "2025-10-02 13:00:"
    assert [(row[3], row[-1][:17]) for row in rows[1:]] == [
        ("18", noon), ("9", noon), ("9", noon), ("5", later), ("5", later),
    ]  # fmt: skip


def test_of_a_target_at_a_moment_that_no_file_tells_goods_are_found_too_and_a_refusal_is_not_hidden(
    program, large, monkeypatch
):
    programs.target(program, moment=Target.Moment.DELIVERED)
    assert (
        short_stock.renew(),
        shipments.kept_short(program, dt.date(2025, 10, 2)).rows[large.company_id],
    ) == (1, 2)
    assert counting.renew() > 0

    def refuse(*given):
        raise RuleBroken("other", "another rule")

    ShortStock.objects.all().delete()
    monkeypatch.setattr(shipments, "short_of", refuse)
    with pytest.raises(RuleBroken):
        short_stock.renew()
