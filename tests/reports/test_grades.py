"""Whose word the lines are: what a platform's API answered is told from a file that the platform handed over, and shown by share."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from openpyxl import load_workbook

from ground import outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import StoredFile
from reports.domain import importing, reporting
from reports.domain.verifying import verify
from reports.files import detect
from reports.files.mapping.profiles import BUILT_IN
from reports.models import CustomsList, ImportBatch, RollupCell
from reports.printing.xlsx import write_xlsx
from reports.queries import results
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db
AUGUST = dt.date(2025, 8, 1)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 9, 2, 9, tzinfo=SEOUL))
    return programs.program()


@pytest.fixture
def shop(program):
    company = register.company(1)
    shop = programs.store("OWN", company=company)
    programs.assignment(shop, programs.participation(company, program))
    return shop


@pytest.fixture
def staff(client):
    client.force_login(people.officer())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def answered(path: Path, *orders: tuple[int, str]) -> Path:
    """What the API of Mercado Libre answers, of orders of one unit each."""
    path.write_text(
        json.dumps({
            "results": [
                {"id": number, "date_created": "2025-08-07T10:15:00.000-04:00", "currency_id": "CLP", "status": "paid",
                 "pack_id": None, "buyer": {"id": 7, "nickname": "NADIE"},
                 "order_items": [{"item": {"id": f"MLC{number}", "title": "Serum", "seller_sku": "A"},
                                  "quantity": 1, "unit_price": price}],
                 "payments": [{"id": 91, "transaction_amount_refunded": "0", "date_last_modified": None}]}
                for number, price in orders
            ]
        }),
        encoding="utf-8",
    )  # fmt: skip
    return path


def test_only_an_api_gives_json_and_a_profile_says_so_by_its_name():
    """The database tells files of an API by the names of their profiles."""
    of_api = {each.code for each in BUILT_IN if each.json is not None}
    assert of_api == {each for each in detect.KNOWN if detect.is_of_api(each)}
    assert of_api == {each for each in detect.KNOWN if each.endswith("-json")}
    assert of_api == {
        "mercadolibre-orders-json", "lazada-items-json", "lazada-finance-json", "shopee-escrow-json",
    }  # fmt: skip


def test_only_the_agency_says_that_an_api_answered_and_how(tmp_path, program, shop):
    file = made.stored(answered(tmp_path / "a.json", (1, "100")))
    owner, officer = register.member(shop.company), people.officer()
    for by, note, code in ((owner, "x", "not_the_agency"), (officer, " ", "origin_missing")):
        with pytest.raises(RuleBroken) as refused:
            importing.stage(file, program, shop, by, "api", origin_note=note)
        assert refused.value.code == code
    batch = importing.stage(file, program, shop, officer, "api", origin_note=" GET /orders/search, 1 Sep ")
    assert (batch.grade, batch.origin_note) == ("api", "GET /orders/search, 1 Sep")


def test_a_table_is_not_from_an_api(tmp_path, program, shop):
    """By its ending, by the format that was asked for, and by what it turns out to be."""
    by, how = people.officer(), {"origin_note": "x"}
    panel = made.stored(made.ventas(tmp_path, [order(1)]))
    answer = made.stored(answered(tmp_path / "a.json", (1, "100")))
    for file, profile in ((panel, None), (answer, "lazada-orders")):
        with pytest.raises(RuleBroken) as refused:
            importing.stage(file, program, shop, by, "api", profile, **how)
        assert (refused.value.code, refused.value.fields) == ("api_format", ("received",))
    text = tmp_path / "lines.txt"
    text.write_bytes(made.release(tmp_path, []).read_bytes())
    batch = importing.read(importing.stage(made.stored(text), program, shop, by, "api", **how))
    assert (batch.state, batch.refusal_code, batch.profile) == ("refused", "api_format", "")
    batch.file.refresh_from_db()
    assert batch.file.removed_at is not None
    with pytest.raises(IntegrityError, match="batch_of_an_api_is_json"), transaction.atomic():
        ImportBatch.objects.filter(pk=batch.pk).update(profile="lazada-orders")
    row = {
        "agency": program.agency,
        "program": program,
        "file": panel,
        "uploaded_sha256": "0" * 64,
        "uploaded_by": by,
    }
    with pytest.raises(IntegrityError, match="customs_list_of_no_api"), transaction.atomic():
        CustomsList.objects.create(**row, grade="api")


def test_staff_say_it_with_the_upload_and_a_table_is_refused_by_a_sentence(tmp_path, staff, program, shop):
    def post(path: Path, **more: str):
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        data = {"place": f"{program.pk}|{shop.pk}", "upload": upload, "profile": "", "received": "api"}
        return staff.post(admin("importbatch_add"), {**data, "origin_note": "GET, 1 Sep", **more})

    refused = post(made.ventas(tmp_path, [order(1)]))
    assert refused.status_code == 409
    assert (
        "What an API answers is a JSON file that Naru knows; this file is another one."
        in refused.content.decode()
    )
    silent = post(answered(tmp_path / "a.json", (1, "100")), origin_note="")
    assert "Say how and when the data were fetched from the API." in silent.content.decode()
    assert not StoredFile.objects.exists()
    answer = post(tmp_path / "a.json")
    batch = ImportBatch.objects.get()
    assert (answer["Location"], batch.grade) == (admin("importbatch_change", batch.pk), "api")
    assert "from the platform’s API" in staff.get(answer["Location"]).content.decode()


def admin(name: str, *arguments: object) -> str:
    return reverse(f"admin:reports_{name}", args=arguments)


def test_the_command_takes_in_what_an_api_answered(tmp_path, capsys, program, shop):
    path = answered(tmp_path / "a.json", (1, "100"))
    place = ["--program", program.code, "--store", "OWN"]
    call_command("import_sales", str(path), *place, "--from-api", "--note", "GET", "--json")
    assert json.loads(capsys.readouterr().out)["profile"] == "mercadolibre-orders-json"
    assert ImportBatch.objects.get().grade == "api"
    for note in ((), ("--note", " ")):
        with pytest.raises(CommandError, match="언제 어떻게"):
            call_command("import_sales", str(path), *place, "--from-api", *note)
    assert ImportBatch.objects.count() == 1
    with pytest.raises(CommandError, match="JSON"):
        call_command(
            "import_sales", str(made.ventas(tmp_path, [order(1)])), *place, "--from-api", "--note", "GET"
        )


def test_reports_and_pages_show_the_share_of_each_grade(tmp_path, staff, program, shop):
    """At 1.5 won a peso: 30,000 + 12,000 by the API are 63,000; 20,000 by the platform's file 30,000; 18,000 by the company 27,000.
    Of 120,000 won that is 52.5, 25.0 and 22.5 percent."""
    made.rates(AUGUST, dt.date(2025, 8, 31), krw="1500", clp="1000")
    made.imported(
        answered(tmp_path / "a.json", (1, "30000"), (2, "12000")), program, shop, "api", origin_note="GET"
    )
    for number, price, grade, note in ((3, 20_000, "platform", "letter"), (4, 18_000, "company", "")):
        lines = [order(number, item(f"S-{number}", price=price), at=santiago(8, 6))]
        path = made.ventas(tmp_path, lines, f"{grade}.xlsx")
        made.imported(path, program, shop, grade, origin_note=note)
    outbox.drain()
    found = results.of_program(program, dt.date(2025, 9, 2)).by_grade
    assert [(row.code, row.sum.lines, row.sum.krw_amount) for row in found] == [
        ("api", 2, 63_000), ("platform", 1, 30_000), ("company", 1, 27_000),
    ]  # fmt: skip
    kept = RollupCell.objects.filter(basis=RollupCell.objects.first().basis)
    assert {(cell.grade, cell.krw_amount) for cell in kept} == {
        ("api", 63_000), ("platform", 30_000), ("company", 27_000),
    }  # fmt: skip
    page = staff.get(admin("results"), {"program": program.code}).content.decode()
    table = page[page.index("Orders by who brought the file") :]
    assert re.findall(r">\s*(\d+\.\d%)\s*<", table[: table.index("</table>")]) == ["52.5%", "25.0%", "22.5%"]
    run = reporting.write(program, AUGUST, languages=["en", "ko"])
    assert [(row["uploader"], row["lines"], Decimal(row["krw_amount"])) for row in run.data["grades"]] == [
        ("company", 1, 27_000), ("provider", 0, 0), ("agency", 0, 0), ("platform", 1, 30_000), ("api", 2, 63_000),
    ]  # fmt: skip
    assert {row["uploader"] for row in run.data["sources"]} == {"api", "platform", "company"}
    report = reporting.build(program, AUGUST)
    for language, names in (("en", ["Platform’s API", "Platform"]), ("ko", ["플랫폼 API", "플랫폼"])):
        book = load_workbook(io.BytesIO(write_xlsx(report, language)), read_only=True)
        cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
        assert set(names) <= set(cells)
    assert [each for each in verify().differences if each.check != "file"] == []


def test_on_the_way_back_an_api_s_word_is_the_platforms(tmp_path, owner_role, program, shop):
    """The version before knows no such grade, and its reports would not be written."""
    made.imported(answered(tmp_path / "a.json", (1, "100")), program, shop, "api", origin_note="GET")
    name = "reports.migrations.0038_what_an_api_answered_is_a_grade_of_its_own"
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(import_module(name).Migration.operations[0].reverse_sql)
    assert ImportBatch.objects.get().grade == "platform"
