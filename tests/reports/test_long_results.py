"""The page of results stays short: of many companies those that sold most, and all of them on pages of their own."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from ground.clock import SEOUL
from reports.views import workbench
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def program(tmp_path, move_clock):
    """Four companies with 1,000 to 4,000 pesos in one store, at two won."""
    move_clock(dt.datetime(2025, 10, 12, 9, tzinfo=SEOUL))
    program = programs.program()
    made.rate("CLP", "KRW", dt.date(2025, 8, 5), "2")
    shop = programs.store("SHARED")
    for serial in range(1, 5):
        programs.assignment(shop, programs.participation(register.company(serial), program), sku=f"S{serial}")
    orders = [order(n, item(f"S{n}", price=n * 1_000), at=santiago(8, 5)) for n in range(1, 5)]
    made.imported(made.ventas(tmp_path, orders), program, shop)
    return program


def cells(table, at: int = 0) -> list[str]:
    return [str(row[at][1]) for row in table["rows"]]


def test_the_largest_stand_on_the_page_and_the_total_is_of_all(client, program, monkeypatch):
    monkeypatch.setattr(workbench, "SHOWN_ROWS", 2)
    client.force_login(people.officer())
    page = client.get(reverse("admin:reports_results"), {"program": program.code}, headers=ENGLISH)
    table = page.context["by_company"]
    names = [f"{company.name_en} · {company.pretty_number}" for company in map(register.company, (4, 3))]
    assert cells(table) == [*names, "2 more rows"]
    assert cells(table, 1) == ["1", "1", "2"]
    assert ["8,000" in cells(table, 3)[0], "6,000" in cells(table, 3)[2]] == [True, True]
    assert "20,000" in str(table["total"][3][1])
    assert "list=companies" in page.content.decode()
    assert "list=stores" not in page.content.decode()


def test_all_of_them_stand_on_pages_of_their_own(client, program, monkeypatch):
    monkeypatch.setattr(workbench, "ROWS_ON_A_PAGE", 3)
    client.force_login(people.officer())
    address = reverse("admin:reports_results")
    asked = {"program": program.code, "list": "companies"}
    first, second = (client.get(address, {**asked, "page": page}, headers=ENGLISH) for page in (1, 2))
    assert (len(cells(first.context["table"])), len(cells(second.context["table"]))) == (3, 1)
    assert "20,000" in str(second.context["table"]["total"][3][1])
    stores = client.get(address, {**asked, "list": "stores"}, headers=ENGLISH)
    assert cells(stores.context["table"]) == ["가게 SHARED · SHARED"]
    client.force_login(people.officer(agency_code="GBA"))
    assert client.get(address, asked).status_code == 404
    assert client.get(address, {**asked, "list": "x"}).status_code == 200  # no list: the page of results
