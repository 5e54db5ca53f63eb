"""Stores and markets, typed and taken in by file."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from programs.domain import screening
from programs.models import (
    Application,
    Assignment,
    Market,
    Store,
)
from tests.factories import people, programs, register, staff
from tests.programs.staff.forms.typing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replay_topic")]

STORE = {"code": "ST-9", "name": "강물 칠레", "kind": "local", "holder": "provider", "zone": ""}


def test_a_store_is_added_taxed_assigned_and_ended_from_the_pages(officer):
    provider, to = people.organization(), staff.taking_part()
    values = {
        **STORE,
        "market": str(programs.market().pk),
        "organization": str(provider.pk),
        "settlement_currency": "CLP",
    }
    nobody = officer.post(reverse("admin:programs_store_add"), {**values, "organization": ""})
    assert (nobody.status_code, Store.objects.count()) == (200, 0)
    assert officer.post(reverse("admin:programs_store_add"), values).status_code == 302
    store = Store.objects.get()
    assert (store.agency, store.zone) == (people.agency(), "America/Santiago")
    twice = officer.post(reverse("admin:programs_store_add"), values)
    assert twice.status_code == 200
    change = reverse("admin:programs_store_change", args=[store.pk])
    renamed = {"name": "새 이름", "kind": "local", "zone": "", "settlement_currency": "USD", "code": "X"}
    programs.currency("USD")
    assert officer.post(change, renamed).status_code == 302
    store.refresh_from_db()
    assert (store.name, store.code, store.settlement_currency_id) == ("새 이름", "ST-9", "USD")
    tax = reverse("admin:programs_store_set_tax", args=[store.pk])
    assert officer.post(tax, {"treatment": "in_price", "from_on": "2025-01-01"}).status_code == 409
    assert (
        officer.post(
            tax, {"treatment": "in_price", "rate_percent": "19", "from_on": "2025-01-01"}
        ).status_code
        == 302
    )
    correct = reverse("admin:programs_store_correct_tax", args=[store.pk])
    page = officer.get(change)
    assert page.content.decode().count(f'action="{correct}"') == 1
    ((recorded, form),) = page.context["taxes"]
    values = {
        "tax": recorded.pk, "treatment": "in_price", "rate_percent": "10", "from_on": "2025-01-01", "until_on": "",
    }  # fmt: skip
    assert {name: form[name].initial for name in values} == {
        "tax": recorded.pk, "treatment": "in_price", "rate_percent": 19, "from_on": dt.date(2025, 1, 1),
        "until_on": None,
    }  # fmt: skip
    assert officer.post(correct, {**values, "reason": ""}).status_code == 400
    foreign = programs.store("FOREIGN", agency_code="OTHER").taxes.get()
    assert officer.post(correct, {**values, "tax": foreign.pk, "reason": "x"}).status_code == 404
    assert officer.post(correct, {**values, "reason": "잘못 입력"}).status_code == 302
    recorded.refresh_from_db()
    assert recorded.rate_percent == 10
    assert (
        "잘못 입력" in officer.get(reverse("admin:programs_store_history", args=[store.pk])).content.decode()
    )
    assign = reverse("admin:programs_store_assign", args=[store.pk])
    given = {"participation": str(to.pk), "scope": "sku", "reference": "SKU-1", "from_on": "2025-06-01"}
    assert officer.post(assign, given).status_code == 302
    overlapping = officer.post(assign, given)
    assert overlapping.status_code == 409
    assert str(to.company) in overlapping.content.decode()
    held = Assignment.objects.get()
    end = reverse("admin:programs_assignment_end", args=[held.pk])
    assert officer.post(end, {"until_on": "2025-06-30"}).status_code == 302
    held.refresh_from_db()
    assert held.until_on == dt.date(2025, 6, 30)
    page = reverse("admin:programs_assignment_change", args=[held.pk])
    withdraw = reverse("admin:programs_assignment_withdraw", args=[held.pk])
    assert withdraw in officer.get(page).content.decode()
    assert officer.post(withdraw, {"reason": ""}).status_code == 400
    assert officer.post(withdraw, {"reason": "다른 기업의 것"})["Location"] == change
    assert not Assignment.objects.exists()
    assert (
        "다른 기업의 것"
        in officer.get(reverse("admin:programs_store_history", args=[store.pk])).content.decode()
    )


def taken_in(client: Client, model: str, text: str) -> Any:
    return client.post(
        reverse(f"admin:programs_{model}_import"),
        {"import_file": SimpleUploadedFile("file.csv", text.encode("utf-8-sig"), "text/csv"), "format": "0"},
    )


def confirmed(client: Client, model: str, preview: Any) -> Any:
    form = preview.context["confirm_form"]
    return client.post(reverse(f"admin:programs_{model}_process_import"), form.initial)


def test_markets_come_in_by_file_with_preview_and_row_errors(manager):
    programs.market()
    head = "platform,site_code,country,currency,zone,disabled_on\n"
    people.country("US")
    programs.currency("USD")
    wrong = taken_in(manager, "market", head + "mercadolibre,MLU,US,USD,Nowhere/City,\n")
    assert wrong.context["result"].has_errors() or wrong.context["result"].has_validation_errors()
    assert "confirm_form" not in wrong.context
    preview = taken_in(
        manager, "market", head + "mercadolibre,MLU,US,USD,America/New_York,\nmercadolibre,MLC,CL,CLP,America/Santiago,2025-12-31\n"
    )  # fmt: skip
    assert Market.objects.count() == 1
    assert confirmed(manager, "market", preview).status_code == 302
    assert set(Market.objects.values_list("site_code", "disabled_on")) == {
        ("MLU", None),
        ("MLC", dt.date(2025, 12, 31)),
    }


def test_stores_come_in_by_file_into_the_person_s_own_agency_only():
    client = signed_in(people.officer())
    market = programs.market()
    people.organization()
    seen, unseen = register.company(1), register.company(2)
    register.seen_by(seen)
    programs.store("ST-1", agency_code="OTHER")
    head = "code,name,market,holder,company,organization,kind,settlement_currency,zone,disabled_on\n"
    own = f"ST-1,우리 가게,mercadolibre:MLC,company,{seen.business_number},,local,CLP,America/Santiago,\n"
    refused = taken_in(client, "store", head + own.replace(seen.business_number, unseen.business_number))
    assert "confirm_form" not in refused.context
    preview = taken_in(client, "store", head + own)
    assert confirmed(client, "store", preview).status_code == 302
    made = Store.objects.get(agency=people.agency(), code="ST-1")
    assert (made.name, made.company, made.market) == ("우리 가게", seen, market)
    assert Store.objects.get(agency=people.agency("OTHER"), code="ST-1").name == "가게 ST-1"


def test_a_formula_in_a_store_s_name_is_harmless_in_the_export():
    client = signed_in(people.officer("auditor"))
    programs.store("ST-1", name="=HYPERLINK(1)")
    programs.store("FOREIGN", agency_code="OTHER")
    page = client.get(reverse("admin:programs_store_export"))
    values = {name: "on" for name in page.context["form"].fields if name.startswith("storeresource_")}
    answer = client.post(reverse("admin:programs_store_export"), {"format": "0", "resource": "0", **values})
    text = answer.content.decode("utf-8-sig")
    assert "ST-1" in text
    assert "FOREIGN" not in text
    assert ",=HYPERLINK" not in text


def test_the_history_says_who_changed_what_and_why(officer):
    call = staff.call()
    application = staff.applicant(call)
    screening.screen_call(call, by=None)
    officer.post(
        reverse("admin:programs_application_decide", args=[application.pk]), {"decision": "eligible"}
    )
    page = officer.get(reverse("admin:programs_application_history", args=[application.pk])).content.decode()
    assert Application.objects.get(pk=application.pk).status == "eligible"
    assert "적격" in page
    assert str(people.officer()) in page
