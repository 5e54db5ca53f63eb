"""Platforms and markets are one for all agencies: what another one uses, only the operator changes."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ground.errors import RuleBroken
from programs.domain import markets
from programs.models import Market, Platform
from tests.factories import people, programs

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator():
    return people.user("op@naru.example", is_operator=True)


def off(record: Market | Platform) -> Market | Platform:
    record.disabled_on = "2025-12-31"
    return record


@pytest.mark.parametrize("kind", ["market", "platform"])
def test_the_only_agency_that_uses_one_takes_it_out_of_use(kind):
    market = programs.market()
    programs.program()
    record = market if kind == "market" else market.platform
    for nobody in (people.officer(), people.officer("auditor"), people.user()):
        with pytest.raises(RuleBroken, match="not_staff"):
            markets.save(off(record), by=nobody)
    with pytest.raises(RuleBroken, match="used_by_others"):
        markets.save(off(record), by=people.officer("manager", "GBA"))
    record.refresh_from_db()
    assert record.disabled_on is None
    markets.save(off(record), by=people.officer("manager"))
    record.refresh_from_db()
    assert str(record.disabled_on) == "2025-12-31"


@pytest.mark.parametrize("used_by", ["a program", "a store"])
@pytest.mark.parametrize("kind", ["market", "platform"])
def test_what_two_agencies_use_is_the_operators(operator, kind, used_by):
    market = programs.market()
    programs.program()
    if used_by == "a program":
        programs.program("GBA-1", "GBA")
    else:
        programs.store("FOREIGN", agency_code="GBA")
    record = market if kind == "market" else market.platform
    for agency in ("SBA", "GBA"):
        with pytest.raises(RuleBroken, match="used_by_others"):
            markets.save(off(record), by=people.officer("manager", agency))
    markets.save(off(record), by=operator)
    record.refresh_from_db()
    assert str(record.disabled_on) == "2025-12-31"


def test_the_page_and_the_file_refuse_as_the_verb_does(operator):
    market = programs.market()
    programs.program()
    programs.program("GBA-1", "GBA")
    values = {
        "platform": market.platform_id, "site_code": "MLC", "country": "CL", "currency": "CLP",
        "zone": "America/Santiago", "disabled_on": "2025-12-31",
    }  # fmt: skip
    content = "platform,site_code,country,currency,zone,disabled_on\nmercadolibre,MLC,CL,CLP,America/Santiago,2025-12-31\n"
    change = reverse("admin:programs_market_change", args=[market.pk])
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(people.officer("manager"))
    assert "Ask the operator to change it" in client.post(change, values).content.decode()
    upload = {"import_file": SimpleUploadedFile("m.csv", content.encode()), "format": "0"}
    preview = client.post(reverse("admin:programs_market_import"), upload)
    assert preview.context["result"].has_errors()
    market.refresh_from_db()
    assert market.disabled_on is None
    client.force_login(operator)
    assert client.post(change, values).status_code == 302
    market.refresh_from_db()
    assert str(market.disabled_on) == "2025-12-31"


def test_a_manager_adds_a_market_to_a_platform_of_all():
    people.country("US")
    programs.currency("USD")
    market = programs.market()
    programs.program("GBA-1", "GBA")
    new = Market(
        platform=market.platform, site_code="MUS", country_id="US", currency_id="USD", zone="Nowhere/City"
    )
    with pytest.raises(RuleBroken, match="unknown_zone"):
        markets.save(new, by=people.officer("manager"))
    new.zone = "America/New_York"
    assert markets.save(new, by=people.officer("manager")).pk == Market.objects.get(site_code="MUS").pk
