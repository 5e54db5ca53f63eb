"""Staff site: sales files, waiting lines, results, rates, declarations, customs, schedules, written reports."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.domain import approvals
from accounts.models import Approval
from ground import mailbox, outbox
from ground.clock import SEOUL
from ground.models import StoredFile
from reports.admin.rate import RateResource
from reports.domain import importing, states
from reports.models import (
    CustomsRecord,
    Declaration,
    ExchangeRate,
    ImportBatch,
    ReportRun,
    ReportSchedule,
    SalesLine,
    StateReading,
)
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, movement, order, rate, santiago

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    program = programs.program()
    programs.target(program)
    return program


@pytest.fixture
def shared(program):
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A")
    return shop


@pytest.fixture
def staff(client):
    client.force_login(people.officer())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def admin(name: str, *arguments: object) -> str:
    return reverse(f"admin:reports_{name}", args=arguments)


def test_staff_upload_preview_and_confirm(tmp_path, staff, program, shared):
    path = made.ventas(tmp_path, [order(1, item("A"))])
    assert staff.get(admin("importbatch_add")).status_code == 200
    data = {
        "place": f"{program.pk}|{shared.pk}",
        "upload": SimpleUploadedFile(path.name, path.read_bytes()),
        "profile": "",
        "received": "agency",
        "origin_note": "",
    }
    answer = staff.post(admin("importbatch_add"), data)
    batch = ImportBatch.objects.get()
    assert (answer["Location"], batch.grade) == (admin("importbatch_change", batch.pk), "agency")
    assert staff.post(admin("importbatch_confirm", batch.pk)).status_code == 409
    outbox.drain()
    page = staff.get(admin("importbatch_change", batch.pk)).content.decode()
    assert "Confirm and import" in page
    assert "CLP 10,000" in page
    assert staff.post(admin("importbatch_confirm", batch.pk)).status_code == 302
    outbox.drain()
    assert SalesLine.objects.count() == 1
    assert staff.get(admin("importbatch_changelist")).content.decode().count("ventas.xlsx") == 1


def test_staff_say_that_a_file_came_from_the_platform_and_how(tmp_path, staff, program, shared):
    path = made.ventas(tmp_path, [order(1, item("A"))])

    def post(note: str, received: str = "platform"):
        upload = SimpleUploadedFile(path.name, path.read_bytes())
        data = {"place": f"{program.pk}|{shared.pk}", "upload": upload, "profile": ""}
        return staff.post(admin("importbatch_add"), {**data, "received": received, "origin_note": note})

    page = staff.get(admin("importbatch_add")).content.decode()
    assert re.findall(r'name="received" value="(\w+)"', page) == ["agency", "platform", "api"]
    refused = post(" ")
    assert refused.status_code == 409
    assert "Say how and when the platform handed the file over." in refused.content.decode()
    assert not StoredFile.objects.exists()  # buyers of a file that nobody takes in stay nowhere
    assert (post("x", "company").status_code, ImportBatch.objects.count()) == (400, 0)
    answer = post("공문 2025-77, 10월 1일")
    batch = ImportBatch.objects.get()
    assert answer["Location"] == admin("importbatch_change", batch.pk)
    assert (batch.grade, batch.origin_note) == ("platform", "공문 2025-77, 10월 1일")
    shown = staff.get(answer["Location"]).content.decode()
    assert ("from the platform" in shown, "공문 2025-77, 10월 1일" in shown) == (True, True)
    outbox.drain()
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 8, 31))
    importing.enter(importing.confirm(batch, by=None))
    results = staff.get(admin("results"), {"program": program.code}).content.decode()
    assert "from the platform" in results


def test_another_agencys_staff_find_nothing(tmp_path, client, program, shared):
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item("Z"))]), program, shared)
    client.force_login(people.officer("manager", "GBA"))
    for url in (
        admin("importbatch_change", batch.pk),
        admin("importbatch_rejects", batch.pk),
        admin("importbatch_history", batch.pk),
        reverse("file_download", args=[batch.file_id]),
    ):
        assert client.get(url).status_code == 404
    assert client.post(admin("importbatch_confirm", batch.pk)).status_code == 404
    assert "ventas.xlsx" not in client.get(admin("importbatch_changelist")).content.decode()
    data = {"place": f"{program.pk}|{shared.pk}", "upload": SimpleUploadedFile("a.csv", b"x"), "profile": ""}
    assert client.post(admin("importbatch_add"), data).status_code == 400
    assert program.name_ko not in client.get(admin("results"), {"program": program.code}).content.decode()


def test_waiting_lines_with_where_to_solve_them(tmp_path, staff, program, shared):
    made.imported(
        made.ventas(
            tmp_path,
            [
                order(1, item("Z", price=3_000)),
                order(2, item("A", status_text="Estado raro", price=4_000)),
                order(3, item("A", price=5_000)),
            ],
        ),
        program,
        shared,
    )
    made.imported(
        made.release(tmp_path, [movement(1, "777", order=99, at=santiago(8, 9))], columns=23), program, shared
    )
    page = staff.get(admin("waiting")).content.decode()
    for text in ("CLP 3,000", "CLP 4,000", "CLP 5,000", "CLP 777", "5 August 2025"):
        assert text in page
    assert reverse("admin:programs_store_change", args=[shared.pk]) in page
    add = admin("statereading_add")
    assert f"{add}?text=Estado+raro" in page
    assert 'value="Estado raro"' in staff.get(add, {"text": "Estado raro"}).content.decode()
    data = {"text": "Estado raro", "meaning": "sold", "reason": "asked the platform"}
    assert staff.post(add, {**data, "reason": ""}).status_code == 400
    assert staff.post(add, data)["Location"] == admin("waiting")
    outbox.drain()
    assert SalesLine.objects.filter(status_class="look", sign=1, version=2).count() == 0
    assert SalesLine.objects.filter(status_class="sold", version=2).count() == 1
    assert "CLP 4,000" not in staff.get(admin("waiting")).content.decode()
    assert staff.get(admin("statereading_change", StateReading.objects.get().pk)).status_code == 200


def test_a_wrong_reading_is_corrected_from_its_page(tmp_path, staff, client, program, shared):
    odd = item("A", status_text="Estado raro")
    made.imported(made.ventas(tmp_path, [order(1, odd)]), program, shared)
    reading = states.decide(
        program.agency, "Estado raro", meaning="sold", reason="a guess", by=people.officer()
    )
    page = staff.get(admin("statereading_change", reading.pk)).content.decode()
    ask, correct = (admin(f"statereading_{verb}", reading.pk) for verb in ("ask_correction", "correct"))
    assert ask in page
    assert correct in page
    assert staff.post(ask, {"meaning": "sold", "reason": "x"}).status_code == 400
    assert staff.post(ask, {"meaning": "cancelled", "reason": "they wrote back"}).status_code == 302
    assert staff.post(correct, {"meaning": "cancelled"}).status_code == 409
    question = Approval.objects.get()
    assert question.subject == "Estado raro: sold → cancelled"
    approvals.answer(question, by=people.officer("manager"), grant=True)
    assert staff.post(correct, {"meaning": "cancelled"}).status_code == 302
    outbox.drain()
    assert SalesLine.objects.get(sku="A", sign=1, version=2).status_class == "cancelled"
    client.force_login(people.officer("manager", "GBA"))
    assert client.post(ask, {"meaning": "sold", "reason": "x"}).status_code == 404
    assert client.post(correct, {"meaning": "sold"}).status_code == 404


def test_results_show_what_the_lines_give(tmp_path, staff, program, shared):
    made.rates(dt.date(2025, 8, 1), dt.date(2025, 8, 31), krw="950", clp="950")
    made.imported(
        made.ventas(
            tmp_path,
            [order(1, item("A", price=12_345)), order(2, item("A", price=655), refund_amount=-55)],
        ),
        program,
        shared,
        "provider",
    )
    made.imported(
        made.release(tmp_path, [movement(1, "12000", order=1, at=santiago(8, 20))], columns=23),
        program,
        shared,
    )
    page = staff.get(admin("results"), {"program": program.code}).content.decode()
    for text in ("13,000", "12,945", "CLP 12,000", "1,000,000,000", "does not match", "2 orders differ."):
        assert text in page
    assert staff.get(admin("results"), {"program": "NOPE"}).status_code == 200


def test_a_rate_by_hand_and_its_correction(staff, program):
    for code in ("USD", "KRW"):
        programs.currency(code)
    data = {
        "series": "day", "base": "USD", "quoted_units": "1", "quote": "KRW", "quoted_value": "1391.40", "day": "2025-09-30",
        "source": "서울외국환중개",
    }  # fmt: skip
    assert staff.post(admin("exchangerate_add"), data).status_code == 302
    assert staff.post(admin("exchangerate_add"), data).status_code == 302
    other = {**data, "quoted_value": "1400"}
    assert "error-summary" in staff.post(admin("exchangerate_add"), other).content.decode()
    assert staff.post(admin("exchangerate_add"), {**other, "reason": "mistyped"}).status_code == 302
    assert list(ExchangeRate.objects.order_by("version").values_list("version", "quoted_value")) == [
        (1, Decimal("1391.40")),
        (2, Decimal(1400)),
    ]
    for wrong in ({"day": "2025-10-03"}, {"quote": "USD"}, {"quoted_value": "0"}, {"source": ""}):
        assert "error-summary" in staff.post(admin("exchangerate_add"), {**data, **wrong}).content.decode()
    first = ExchangeRate.objects.get(version=1)
    assert staff.get(admin("exchangerate_change", first.pk)).status_code == 200
    assert (
        staff.post(admin("exchangerate_change", first.pk), {**data, "quoted_value": "1"}).status_code == 404
    )
    assert ExchangeRate.objects.count() == 2
    second = ExchangeRate.objects.get(version=2)
    history = staff.get(admin("exchangerate_history", second.pk)).content.decode()
    assert "SBA officer" in history
    assert "mistyped" in history


def test_where_two_agencies_run_programs_the_operator_corrects_a_rate(client, english, program):
    programs.program("GBA-1", "GBA")
    first = rate("USD", "KRW", dt.date(2025, 9, 30), "1391")
    data = {
        "series": "day", "base": "USD", "quoted_units": "1", "quote": "KRW", "quoted_value": "1400", "day": "2025-09-30",
        "source": "KRW 고시", "reason": "the source mended it",
    }  # fmt: skip
    client.force_login(people.officer("manager", "GBA"))
    assert "Ask the operator" in client.post(admin("exchangerate_add"), data).content.decode()
    assert list(ExchangeRate.objects.all()) == [first]
    client.force_login(people.user("op@naru.example", name="도운영", is_operator=True))
    assert client.get(admin("exchangerate_changelist")).status_code == 200
    assert client.post(admin("exchangerate_add"), data).status_code == 302
    second = ExchangeRate.objects.get(version=2)
    assert "도운영" in client.get(admin("exchangerate_history", second.pk)).content.decode()
    client.force_login(people.officer("auditor"))
    shown = client.get(admin("exchangerate_history", second.pk)).content.decode()
    assert "the operator" in shown
    assert "도운영" not in shown
    assert "the source mended it" in client.get(admin("exchangerate_change", second.pk)).content.decode()


def test_rates_by_file_with_preview(staff, program):
    for code in ("USD", "KRW", "CLP"):
        programs.currency(code)
    rate("USD", "KRW", dt.date(2025, 9, 29), "1390")
    rate("USD", "KRW", dt.date(2025, 9, 30), "1391")
    head = "base,quote,day,quoted_units,quoted_value,source,reason\n"
    rows = (
        "USD,KRW,2025-09-29,1,1390,KRW 고시,\n"
        "USD,KRW,2025-09-30,1,1400.5,KRW 고시,mistyped\n"
        "USD,CLP,2025-09-30,1,965.7,중앙은행,\n"
    )

    def send(content: str):
        upload = SimpleUploadedFile("rates.csv", content.encode())
        return staff.post(
            admin("exchangerate_import"), {"import_file": upload, "format": "0", "resource": "0"}
        )

    preview = send(head + rows)
    assert preview.status_code == 200
    assert ExchangeRate.objects.count() == 2
    confirm = preview.context["confirm_form"]
    answer = staff.post(admin("exchangerate_process_import"), {**confirm.initial, "confirm": "1"})
    assert answer.status_code == 302
    found = set(ExchangeRate.objects.values_list("base", "quote", "day", "version", "quoted_value"))
    assert found == {
        ("USD", "KRW", dt.date(2025, 9, 29), 1, Decimal(1390)),
        ("USD", "KRW", dt.date(2025, 9, 30), 1, Decimal(1391)),
        ("USD", "KRW", dt.date(2025, 9, 30), 2, Decimal("1400.5")),
        ("USD", "CLP", dt.date(2025, 9, 30), 1, Decimal("965.7")),
    }
    for wrong in (
        "USD,KRW,2025-10-30,1,1400,x,\n",
        "USD,XXX,2025-09-30,1,1400,x,\n",
        "USD,KRW,2025-09-30,1,-3,x,y\n",
        "USD,KRW,2025-09-30,1,1300,x,\n",
        '"USD","KRW",2025-09-26,1,"1.391,40",x,\n',
        "USD,KRW,2025-09-26,1,1391.123456789,x,\n",
        "USD,KRW,2025-09-26,1,1391,,\n",
        "USD,CLP,2025-09-26,1,960,x,\nUSD,CLP,2025-09-26,1,961,x,\n",
    ):
        page = send(head + wrong)
        assert page.context["result"].has_errors() or page.context["result"].has_validation_errors()
    assert ExchangeRate.objects.count() == 4


def test_rates_that_no_publisher_brings_come_by_file_under_short_or_korean_headings(staff, program):
    """Pesos by two legs, dong for a hundred, a customs week; the row that is wrong is named, and nothing is taken in."""
    for code in ("USD", "KRW", "CLP", "VND", "BRL"):
        programs.currency(code)
    head = "day,base,quote,units,value,source\n"
    right = '2025-09-26,USD,CLP,1,"1,012.50",중앙은행\n20250926,VND,KRW,100,5.31,은행\n'

    def send(content: str):
        upload = SimpleUploadedFile("rates.csv", content.encode())
        return staff.post(
            admin("exchangerate_import"), {"import_file": upload, "format": "0", "resource": "0"}
        )

    page = send(head + right + "2025-09-26,BRX,KRW,1,259.1,은행\n")
    assert "Not in the list of currencies: BRX" in page.content.decode()
    assert [number for number, _errors in page.context["result"].row_errors()] == [3]
    page = send("구분,일자,기준 통화,표시통화,환율,출처\n관세청,2025-09-21,BRL,KRW,259.1,관세청\n")
    assert "The series is day or customs_week, not: 관세청" in page.content.decode()
    page = send("구분,일자,기준 통화,표시통화,환율,출처\ncustoms_week,2025-09-22,BRL,KRW,259.1,관세청\n")
    assert page.context["result"].has_validation_errors()
    assert ExchangeRate.objects.count() == 0
    for content in (
        head + right,
        "구분,일자,기준 통화,표시통화,환율,출처\ncustoms_week,2025-09-21,BRL,KRW,259.1,관세청\n",
    ):
        confirm = send(content).context["confirm_form"]
        staff.post(admin("exchangerate_process_import"), {**confirm.initial, "confirm": "1"})
    rows = ExchangeRate.objects.order_by("base").values_list(
        "series", "base", "quote", "quoted_units", "quoted_value"
    )
    assert list(rows) == [
        ("customs_week", "BRL", "KRW", 1, Decimal("259.1")),
        ("day", "USD", "CLP", 1, Decimal("1012.5")),
        ("day", "VND", "KRW", 100, Decimal("5.31")),
    ]
    half = tablib.Dataset(
        ["2025-09-23", "USD", "CLP", "1000", "x"], ["2025-09-23", "USD", "CLP", "1.123456789", "x"]
    )
    half.headers = ["day", "base", "quote", "value", "source"]
    RateResource(user=people.officer()).import_data(half, dry_run=False)
    assert not ExchangeRate.objects.filter(day=dt.date(2025, 9, 23)).exists()
    confirm = send(head + "2025-09-25,USD,CLP,1,1000,x\n2025-09-24,USD,CLP,1,999,x\n").context["confirm_form"]
    rate("USD", "CLP", dt.date(2025, 9, 24), "998")
    answer = staff.post(
        admin("exchangerate_process_import"), {**confirm.initial, "confirm": "1"}, follow=True
    )
    assert "Nothing was taken in" in answer.content.decode()
    assert not ExchangeRate.objects.filter(day=dt.date(2025, 9, 25)).exists()


def test_customs_are_entered_by_hand_and_corrected(staff, program, shared):
    part = register.company(1).participations.get()
    data = {
        "participation": part.pk,
        "month": "2025-09",
        "kind": "direct",
        "fob_amount": "1234.50",
        "source": "수출신고 1",
    }
    assert staff.post(admin("customsrecord_add"), data).status_code == 302
    record = CustomsRecord.objects.get()
    assert (record.month, record.fob_amount) == (dt.date(2025, 9, 1), Decimal("1234.50"))
    assert (
        staff.post(
            admin("customsrecord_change", record.pk), {"fob_amount": "1000", "source": "정정"}
        ).status_code
        == 302
    )
    record.refresh_from_db()
    assert (record.fob_amount, record.source) == (Decimal(1000), "정정")
    assert (
        "error-summary"
        in staff.post(admin("customsrecord_add"), {**data, "month": "2025-12"}).content.decode()
    )
    foreign = programs.participation(register.company(9), programs.program("GBA-1", "GBA"))
    assert (
        "error-summary"
        in staff.post(admin("customsrecord_add"), {**data, "participation": foreign.pk}).content.decode()
    )
    assert CustomsRecord.objects.count() == 1


def test_declarations_and_payouts_are_read(staff, program, shared):
    part = register.company(1).participations.get()
    declaration = Declaration.objects.create(
        agency=program.agency, participation=part, company=part.company, month=dt.date(2025, 9, 1), orders=1,
        currency=programs.currency("KRW"), amount=4_321, declared_by=register.member(part.company),
        declared_at=dt.datetime(2025, 10, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    assert "4,321" in staff.get(admin("declaration_changelist")).content.decode()
    assert "4,321" in staff.get(admin("declaration_change", declaration.pk)).content.decode()
    assert staff.post(admin("declaration_change", declaration.pk), {"amount": "1"}).status_code == 404
    assert staff.get(admin("payoutproof_changelist")).status_code == 200


def test_a_schedule_is_said_back_in_words(client, staff, program):
    data = {
        "program": program.pk,
        "day_of_month": "3",
        "time": "09:00",
        "in_korean": "on",
        "in_english": "on",
        "is_active": "on",
    }
    assert staff.post(admin("reportschedule_add"), data).status_code == 302
    schedule = ReportSchedule.objects.get()
    page = staff.get(admin("reportschedule_change", schedule.pk)).content.decode()
    assert "On day 3 of each month at 9:00 (Korean time) the report of the month before is written." in page
    assert "3 October 2025 09:00 KST" in page
    without = {key: value for key, value in data.items() if key not in {"in_korean", "in_english"}}
    for wrong in ({**data, "day_of_month": "31"}, without):
        assert (
            "error-summary" in staff.post(admin("reportschedule_change", schedule.pk), wrong).content.decode()
        )
    off = {key: value for key, value in data.items() if key != "is_active"}
    assert (
        staff.post(admin("reportschedule_change", schedule.pk), {**off, "time": "13:30"}).status_code == 302
    )
    schedule.refresh_from_db()
    assert (schedule.is_active, schedule.time) == (False, dt.time(13, 30))


def test_staff_have_a_report_written_now(staff, program):
    assert staff.get(admin("reportrun_add")).status_code == 200
    data = {"program": program.pk, "period": "2025-09", "languages": ["en"]}
    assert staff.post(admin("reportrun_add"), data).status_code == 302
    outbox.drain()
    run = ReportRun.objects.get()
    assert (run.written_by, run.files.count()) == (people.officer(), 2)
    page = staff.get(admin("reportrun_change", run.pk)).content.decode()
    assert run.data_sha256 in page
    assert page.count(reverse("file_download", args=[run.files.first().file_id])) == 1
    assert staff.post(admin("reportrun_add"), {**data, "period": "2026-01"}).status_code == 409


def test_who_asked_hears_when_a_report_cannot_be_written(staff, program):
    program.targets.update(moment="delivered")
    staff.post(admin("reportrun_add"), {"program": program.pk, "period": "2025-09", "languages": ["en"]})
    outbox.drain()
    (letter,) = mailbox.read_all()
    assert letter.recipient == people.officer().email
    assert ReportRun.objects.count() == 0


def test_another_agencys_report_cannot_be_asked_for(client, program):
    client.force_login(people.officer("manager", "GBA"))
    data = {"program": program.pk, "period": "2025-09", "languages": ["en"]}
    assert client.post(admin("reportrun_add"), data).status_code == 400
    assert (
        client.post(
            admin("reportschedule_add"),
            {"program": program.pk, "day_of_month": "3", "time": "09:00", "in_korean": "on"},
        ).status_code
        == 200
    )
    assert ReportSchedule.objects.count() == 0
