"""Code lists: managers keep currencies and holidays by hand and by file; the shipped ones are read."""

from __future__ import annotations

import csv
import io

import pytest
from django.contrib.admin.utils import quote
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ground import reference
from ground.models import Currency, Holiday
from tests.companies.test_company_admin import staff

pytestmark = pytest.mark.django_db
CODES = ["currency", "holiday", "province", "industry", "country"]


def at(page: str, *arguments) -> str:
    return reverse(f"admin:ground_{page}", args=arguments)


@pytest.fixture(autouse=True)
def shipped():
    reference.load()


@pytest.mark.parametrize("role", ["manager", "auditor"])
@pytest.mark.parametrize("code", CODES)
def test_every_list_and_record_opens(role, code):
    client = staff(role)
    response = client.get(at(f"{code}_changelist"))
    assert response.status_code == 200
    first = response.context["cl"].result_list[0]
    for page in ("change", "history"):
        assert client.get(at(f"{code}_{page}", quote(first.pk))).status_code == 200


@pytest.mark.parametrize("role", ["officer", "finance", "auditor"])
def test_only_managers_change(role):
    client = staff(role)
    typed = {"code": "KRW", "name_ko": "x", "decimals": 1, "quote_units": 1}
    assert client.post(at("currency_change", "KRW"), typed).status_code == 404
    assert client.post(at("currency_add"), {**typed, "code": "XTS"}).status_code == 404
    assert client.get(at("currency_import")).status_code == 404


def test_a_manager_switches_a_currency_off_by_date_and_deletes_nothing():
    client = staff("manager")
    typed = {"name_ko": "원", "name_en": "Won", "decimals": 0, "quote_units": 1, "disabled_on": "2030-01-01"}
    assert client.post(at("currency_change", "KRW"), typed).status_code == 302
    assert str(Currency.objects.get(pk="KRW").disabled_on) == "2030-01-01"
    assert client.post(at("currency_delete", "KRW"), {"post": "yes"}).status_code == 404


@pytest.mark.parametrize("code", ["province", "industry", "country"])
def test_shipped_lists_are_not_changed_by_hand(code):
    assert staff("manager").get(at(f"{code}_add")).status_code == 404
    assert staff("manager").post(at(f"{code}_add"), {}).status_code == 404


def test_holidays_come_in_and_go_out_by_file():
    client = staff("manager")
    content = "day,name_ko,name_en,disabled_on\n2026-03-03,기관 휴무일,Agency's day off,\n2026-99-01,없음,,\n".encode()
    response = client.post(
        at("holiday_import"), {"import_file": SimpleUploadedFile("h.csv", content), "format": "0"}
    )
    assert response.context["result"].invalid_rows[0].number == 2
    content = content.rsplit(b"2026-99", 1)[0]
    response = client.post(
        at("holiday_import"), {"import_file": SimpleUploadedFile("h.csv", content), "format": "0"}
    )
    client.post(at("holiday_process_import"), response.context["confirm_form"].initial)
    assert Holiday.objects.get(pk="2026-03-03").name_ko == "기관 휴무일"
    out = client.post(
        at("holiday_export"),
        {
            "format": "0",
            "resource": "0",
            **{f"holidayresource_{n}": "on" for n in ("day", "name_ko", "disabled_on")},
        },
    )
    rows = list(csv.reader(io.StringIO(out.content.decode("utf-8-sig"))))
    assert ["2026-03-03", "기관 휴무일", ""] in rows
    assert len(rows) == Holiday.objects.count() + 1


def test_an_unchanged_currency_is_skipped_and_a_changed_one_shown():
    client = staff("manager")
    row = Currency.objects.get(pk="CLP")
    content = (
        "code,name_ko,name_en,decimals,quote_units,disabled_on\n"
        f"CLP,{row.name_ko},{row.name_en},{row.decimals},{row.quote_units},\nJPY,엔,Yen,0,1,\n"
    ).encode("cp949")
    response = client.post(
        at("currency_import"), {"import_file": SimpleUploadedFile("c.csv", content), "format": "0"}
    )
    assert [each.import_type for each in response.context["result"].rows] == ["skip", "update"]
    assert Currency.objects.get(pk="JPY").name_ko != "엔"


NEW = {
    "country": (
        "code,name_ko,name_en,disabled_on\nXK,코소보,Kosovo,\nKR,대한민국,South Korea,2031-01-01\n",
        "KR",
    ),
    "province": (
        "code,name_ko,short_ko,name_en,valid_from,valid_to,succeeded_by,disabled_on\n"
        "99,새나루도,나루,Naru,2030-01-01,,,\n11,서울특별시,서울,Seoul,,2029-12-31,99,2031-01-01\n",
        "11",
    ),
    "industry": (
        "revision,code,name_ko,name_en,disabled_on\n12,A,농업,Farming,\n11,A,농업과 어업,Farming and fishing,2031-01-01\n",
        "11:A",
    ),
}


@pytest.mark.parametrize("code", NEW)
def test_shipped_lists_are_amended_by_file_and_switched_off_by_date(code):
    client = staff("manager")
    content, key = NEW[code]
    assert at(f"{code}_import") in client.get(at(f"{code}_changelist")).content.decode()
    model = client.get(at(f"{code}_changelist")).context["cl"].model
    before = model.objects.count()
    preview = client.post(
        at(f"{code}_import"), {"import_file": SimpleUploadedFile("c.csv", content.encode()), "format": "0"}
    )
    assert [each.import_type for each in preview.context["result"].rows] == ["new", "update"]
    client.post(at(f"{code}_process_import"), preview.context["confirm_form"].initial)
    assert model.objects.count() == before + 1
    assert str(model.objects.get(pk=key).disabled_on) == "2031-01-01"
    reference.load()
    assert str(model.objects.get(pk=key).disabled_on) == "2031-01-01"
    assert model.objects.count() == before + 1


@pytest.mark.parametrize("code", NEW)
def test_a_row_that_cannot_be_read_is_named_and_nothing_enters(code):
    client = staff("manager")
    content = NEW[code][0].replace("2031-01-01", "2031-99-01").encode()
    preview = client.post(
        at(f"{code}_import"), {"import_file": SimpleUploadedFile("c.csv", content), "format": "0"}
    )
    assert [each.number for each in preview.context["result"].invalid_rows] == [2]
    assert "confirm_form" not in preview.context


@pytest.mark.parametrize("code", NEW)
def test_everybody_of_the_staff_takes_shipped_lists_out_and_only_managers_in(code):
    client = staff("auditor")
    assert client.get(at(f"{code}_import")).status_code == 404
    assert client.post(at(f"{code}_process_import"), {}).status_code == 404
    fields = {f"{code}resource_{name}": "on" for name in ("code", "name_ko", "disabled_on")}
    out = client.post(at(f"{code}_export"), {"format": "0", "resource": "0", **fields})
    rows = list(csv.reader(io.StringIO(out.content.decode("utf-8-sig"))))
    assert rows[0] == ["code", "name_ko", "disabled_on"]
    assert len(rows) > 15
