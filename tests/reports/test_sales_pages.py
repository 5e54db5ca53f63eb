"""Portal: a company's sales, files, declarations and payout confirmations; the provider's work; written reports."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from ground import mailbox, outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.models import StoredFile
from programs.models import Participation, Store, Task
from reports.domain import declaring, importing, proving, reminding, reporting
from reports.files import detect
from reports.files.detect import KNOWN
from reports.files.mapping.model import CUSTOMS
from reports.forms import PROFILE_CHOICES
from reports.models import Declaration, ImportBatch, PayoutProof, SalesLine
from reports.views.sales import places_of
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.passing import all_pass
from tests.factories.reports import item, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    return programs.program()


@pytest.fixture
def company(program):
    company = register.company(1)
    programs.participation(company, program)
    programs.currency("KRW")
    return company


@pytest.fixture
def store(program, company):
    store = programs.store("OWN", company=company)
    programs.assignment(store, programs.participation(company, program))
    return store


@pytest.fixture
def shared(program, company):
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(company, program), sku="A")
    return shop


def signed_in(client, user):
    client.force_login(user)
    return client


def upload(path) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes())


def test_a_company_uploads_previews_and_confirms(tmp_path, client, program, company, store):
    signed_in(client, register.member(company, "editor"))
    page = client.get(reverse("sales_upload"))
    assert page.status_code == 200
    bad = order(2, item("B", replaced={"Título de la publicación": "=1+1", "Unidades": "=2+3"}))
    path = made.ventas(tmp_path, [order(1, fee_amount=-1_000), bad])
    answer = client.post(
        reverse("sales_upload"), {"place": f"{program.pk}|{store.pk}", "upload": upload(path), "profile": ""}
    )
    batch = ImportBatch.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("sales_file", args=[batch.pk]))
    assert (batch.grade, batch.uploaded_by.email) == (
        "company",
        f"editor-{company.business_number}@firm.example",
    )
    waiting = client.get(answer["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' in waiting
    assert "<progress" in waiting
    outbox.drain()
    preview = client.get(answer["Location"]).content.decode()
    assert "hx-trigger" not in preview
    assert "10,000 CLP" in preview
    assert SalesLine.objects.count() == 0
    rejects = client.get(reverse("sales_file_rejects", args=[batch.pk]))
    assert rejects.content.decode("utf-8-sig").splitlines()[1].startswith("8,Unidades,'=2+3,")
    assert client.post(reverse("sales_file_confirm", args=[batch.pk])).status_code == 302
    outbox.drain()
    assert SalesLine.objects.count() == 1
    assert client.post(reverse("sales_file_cancel", args=[batch.pk])).status_code == 409


def test_the_first_file_of_a_company_makes_its_store(tmp_path, client, program, company):
    signed_in(client, register.member(company))
    path = made.ventas(tmp_path, [order(1)])
    client.post(
        reverse("sales_upload"),
        {"place": f"{program.pk}|{company.pk}", "upload": upload(path), "profile": ""},
    )
    assert ImportBatch.objects.get().store.code == company.business_number


@pytest.mark.parametrize("broken", ["place", "upload", "ending"])
def test_a_wrong_upload_keeps_the_page_and_says_why(tmp_path, client, program, company, store, broken):
    signed_in(client, register.member(company))
    path = made.ventas(tmp_path, [order(1)])
    data = {"place": f"{program.pk}|{store.pk}", "upload": upload(path), "profile": ""}
    if broken == "place":
        data["place"] = f"{program.pk}|{programs.store('ELSE', company=register.company(2)).pk}"
    elif broken == "upload":
        data["upload"] = SimpleUploadedFile("leer.xlsx", b"")
    else:
        data["upload"] = SimpleUploadedFile("ventas.exe", b"MZ")
    answer = client.post(reverse("sales_upload"), data)
    assert answer.status_code in {400, 409}
    assert "error-summary" in answer.content.decode()
    assert (ImportBatch.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_the_preview_can_be_left_without_importing(tmp_path, client, program, company, store):
    batch = made.taken_in(made.ventas(tmp_path, [order(1)]), program, store)
    signed_in(client, register.member(company))
    assert client.post(reverse("sales_file_cancel", args=[batch.pk])).status_code == 302
    outbox.drain()
    batch.refresh_from_db()
    assert (batch.state, SalesLine.objects.count()) == ("cancelled", 0)


def test_a_refused_file_says_why(tmp_path, client, english, program, company, store):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    batch = made.taken_in(path, program, store)
    signed_in(client, register.member(company))
    assert (
        "No heading row of a known report"
        in client.get(reverse("sales_file", args=[batch.pk])).content.decode()
    )


def test_a_file_can_be_downloaded_once_its_buyers_are_gone(
    tmp_path, client, english, program, company, store
):
    path = made.ventas(tmp_path, [order(1)])
    waiting = importing.stage(made.stored(path), program, store, None, "company")
    page, download = (
        reverse("sales_file", args=[waiting.pk]), reverse("file_download", args=[waiting.file_id])
    )  # fmt: skip
    signed_in(client, register.member(company))
    assert (download in client.get(page).content.decode(), client.get(download).status_code) == (False, 404)
    importing.read(waiting)
    shown = client.get(page).content.decode()
    assert download in shown
    assert "Columns that name buyers were emptied when the file was read" in shown
    assert "Comprador, Negocio, Cédula, Domicilio" in shown
    copy = b"".join(client.get(download).streaming_content)
    assert hashlib.sha256(copy).hexdigest() == StoredFile.objects.get(pk=waiting.file_id).sha256
    assert copy != path.read_bytes()


def test_a_refused_file_cannot_be_downloaded_and_the_page_says_why(
    tmp_path, client, english, program, company, store
):
    path = tmp_path / "x.csv"
    path.write_text("comprador,total\nPersona Inventada,2\n")
    batch = made.taken_in(path, program, store)
    signed_in(client, register.member(company))
    shown = client.get(reverse("sales_file", args=[batch.pk])).content.decode()
    download = reverse("file_download", args=[batch.file_id])
    assert "The file itself was removed, because it may name buyers." in shown
    assert (download in shown, client.get(download).status_code) == (False, 404)


FILE_PAGES = ["sales_file", "sales_file_rejects"]
FILE_VERBS = ["sales_file_confirm", "sales_file_cancel"]


def test_a_strangers_file_does_not_exist(tmp_path, client, program, company, store):
    batch = made.taken_in(made.ventas(tmp_path, [order(1)]), program, store)
    strangers = [
        register.member(register.company(2)),
        people.organization_member(),
        people.organization_member(name="다른물류"),
    ]
    for stranger in strangers:
        signed_in(client, stranger)
        for name in FILE_PAGES:
            assert client.get(reverse(name, args=[batch.pk])).status_code == 404
        for name in FILE_VERBS:
            assert client.post(reverse(name, args=[batch.pk])).status_code == 404
        assert client.get(reverse("file_download", args=[batch.file_id])).status_code == 404
    batch.refresh_from_db()
    assert batch.state == "preview"
    for friend in (register.member(company, "reader"), people.officer("auditor")):
        signed_in(client, friend)
        assert client.get(reverse("file_download", args=[batch.file_id])).status_code == 200


def test_a_company_in_a_providers_store_does_not_see_the_providers_files(
    tmp_path, client, program, company, shared
):
    batch = made.taken_in(made.ventas(tmp_path, [order(1, item("A"))]), program, shared)
    signed_in(client, register.member(company))
    assert client.get(reverse("sales_file", args=[batch.pk])).status_code == 404


def test_a_reader_reads_and_decides_nothing(tmp_path, client, program, company, store):
    batch = made.taken_in(made.ventas(tmp_path, [order(1)]), program, store)
    signed_in(client, register.member(company, "reader"))
    assert client.get(reverse("sales_file", args=[batch.pk])).status_code == 200
    assert client.post(reverse("sales_file_confirm", args=[batch.pk])).status_code == 404


def test_a_company_sees_its_own_months_only(tmp_path, client, program, company, shared):
    """10,000 pesos of SKU A are the company's; 7,777 of SKU B in the same file are somebody else's."""
    other = register.company(2)
    programs.assignment(shared, programs.participation(other, program), sku="B")
    made.rates(dt.date(2025, 8, 5), dt.date(2025, 8, 5), krw="950", clp="950")
    made.imported(
        made.ventas(tmp_path, [order(1, item("A")), order(2, item("B", price=7_777))]),
        program,
        shared,
        "provider",
    )
    signed_in(client, register.member(company, "reader"))
    page = client.get(reverse("sales_list")).content.decode()
    assert "10,000" in page
    assert "7,777" not in page
    assert "17,777" not in page


def test_declaring_and_correcting(client, program, company, store):
    user = register.member(company)
    part = company.participations.get()
    assert reminding.ask() == 1
    assert reminding.ask() == 0
    task = Task.objects.get(kind="declare")
    assert (task.due_on, task.company) == (dt.date(2025, 10, 10), company)
    signed_in(client, user)
    url = reverse("declaration_edit", args=[part.pk, "2025-09"])
    assert client.get(url).status_code == 200
    data = {
        "part-TOTAL_FORMS": "1", "part-INITIAL_FORMS": "1", "part-0-place": f"store:{store.pk}",
        "part-0-currency": "KRW", "part-0-amount": "1,234,567", "part-0-orders": "12", "step": "send", "seen": "",
    }  # fmt: skip
    assert client.post(url, data)["Location"] == url
    task.refresh_from_db()
    assert task.done_at is not None
    changed = {**data, "part-0-amount": "130만", "upload": SimpleUploadedFile("b.pdf", b"%PDF-1.7 x")}
    refused = client.post(url, changed)
    assert refused.status_code == 409
    assert Declaration.objects.count() == 1
    seen = refused.context["seen"]
    assert (
        client.post(url, {**changed, "seen": seen, "upload": SimpleUploadedFile("b.pdf", b"%PDF-1.7 x")})[
            "Location"
        ]
        == url
    )
    first, second = Declaration.objects.order_by("created_at")
    assert (first.amount, first.replaced_at is None, first.replaced_by) == (Decimal(1_234_567), False, user)
    assert (second.amount, second.replaced_at, second.orders) == (Decimal(1_300_000), None, 12)
    client.post(url, {**data, "part-0-amount": "1300000", "seen": seen})
    assert Declaration.objects.count() == 2
    all_pass()
    assert client.get(reverse("file_download", args=[second.file_id])).status_code == 200
    signed_in(client, register.member(register.company(2)))
    assert client.get(reverse("file_download", args=[second.file_id])).status_code == 404


@pytest.mark.parametrize("month", ["2025-04", "2025-11", "2025-13", "x"])
def test_only_months_of_the_program_can_be_declared(client, company, store, month):
    signed_in(client, register.member(company))
    url = reverse("declaration_edit", args=[company.participations.get().pk, month])
    assert client.get(url).status_code == 404


def test_nobody_declares_for_another_company(client, program, company, store):
    url = reverse("declaration_edit", args=[company.participations.get().pk, "2025-09"])
    part = company.participations.get()
    for stranger in (register.member(register.company(2)), register.member(company, "reader")):
        signed_in(client, stranger)
        assert client.get(url).status_code == 404
        assert client.post(url, {"step": "review"}).status_code == 404
        for verb in ("declaration_none", "declaration_take_back"):
            assert client.post(reverse(verb, args=[part.pk, "2025-09"])).status_code == 404
    assert Declaration.objects.count() == 0


def test_a_provider_states_a_payout_and_the_company_confirms_it(client, program, company, shared):
    owner, reader = register.member(company), register.member(company, "reader")
    provider = people.organization_member()
    signed_in(client, provider)
    assert client.get(reverse("provider_home")).status_code == 200
    part = company.participations.get()
    data = {
        "place": f"{shared.pk}|{part.pk}", "month": "2025-09", "statement_number": "정산-9", "currency": "KRW",
        "sold_amount": "10,000", "fee_amount": "500", "paid_amount": "9,500", "paid_on": "",
        "upload": SimpleUploadedFile("slip.png", b"\x89PNG\r\n\x1a\n0"),
    }  # fmt: skip
    assert client.post(reverse("payout_state"), data).status_code == 302
    proof = PayoutProof.objects.get()
    all_pass()
    outbox.drain()
    assert [letter.recipient for letter in mailbox.read_all()] == [owner.email]
    assert Task.objects.get(kind="confirm").subject_id == proof.pk
    signed_in(client, owner)
    url = reverse("payout_confirm", args=[proof.pk])
    assert client.post(url).status_code == 409  # no day of payment yet
    signed_in(client, provider)
    assert (
        client.post(reverse("payout_state"), {**data, "paid_on": "2025-10-03", "upload": ""}).status_code
        == 409
    )
    assert (
        client.post(reverse("payout_state"), {**data, "paid_on": "2025-10-01", "upload": ""}).status_code
        == 302
    )
    for stranger in (reader, register.member(register.company(2)), provider):
        signed_in(client, stranger)
        assert client.post(url).status_code == 404
    signed_in(client, owner)
    page = client.get(reverse("sales_list")).content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]
    signed_in(client, provider)
    restated = {**data, "paid_on": "2025-10-01", "paid_amount": "90", "upload": ""}
    assert client.post(reverse("payout_state"), restated).status_code == 302
    signed_in(client, owner)
    assert client.post(url, {"seen": seen}).status_code == 409  # it says 90 now
    proof.refresh_from_db()
    assert (proof.paid_amount, proof.confirmed_at) == (90, None)
    page = client.get(reverse("sales_list")).content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]
    assert client.post(url, {"seen": seen}).status_code == 302
    proof.refresh_from_db()
    assert (proof.confirmed_by, proof.confirmed_at is None) == (owner, False)
    assert Task.objects.open().filter(kind="confirm").count() == 0
    signed_in(client, provider)
    assert (
        client.post(reverse("payout_state"), {**data, "paid_on": "2025-10-01", "upload": ""}).status_code
        == 409
    )


def test_a_provider_states_nothing_for_a_store_of_another(client, program, company, shared):
    signed_in(client, people.organization_member(name="다른물류"))
    data = {
        "place": f"{shared.pk}|{company.participations.get().pk}", "month": "2025-09", "statement_number": "1",
        "currency": "KRW", "sold_amount": "1", "fee_amount": "0", "paid_amount": "1",
    }  # fmt: skip
    assert client.post(reverse("payout_state"), data).status_code == 400
    assert PayoutProof.objects.count() == 0


def test_the_verbs_themselves_know_who_may(program, company, shared):
    """The pages offer a stranger nothing; the verbs refuse him too."""
    part = company.participations.get()
    values = {
        "month": dt.date(2025, 9, 1), "statement_number": "1", "currency": programs.currency("KRW"),
        "sold_amount": Decimal(1), "fee_amount": Decimal(0), "paid_amount": Decimal(1),
    }  # fmt: skip
    for stranger in (people.organization_member(name="다른물류"), register.member(company)):
        with pytest.raises(RuleBroken, match="not_your_store"):
            proving.state(shared, part, by=stranger, **values)
    elsewhere = programs.participation(register.company(5), program)
    with pytest.raises(RuleBroken, match="not_in_store"):
        proving.state(shared, elsewhere, by=people.organization_member(), **values)
    proof = proving.state(shared, part, by=people.organization_member(), **values)
    for stranger in (register.member(register.company(2)), register.member(company, "reader")):
        with pytest.raises(RuleBroken, match="not_your_company"):
            proving.confirm(proof, by=stranger, seen=proving.digest(proof))
        with pytest.raises(RuleBroken, match="not_your_company"):
            declaring.declare(
                part,
                month=dt.date(2025, 9, 1),
                currency=programs.currency("KRW"),
                amount=Decimal(1),
                orders=1,
                by=stranger,
            )
    with pytest.raises(RuleBroken, match="not_your_agency"):
        declaring.record_customs(
            part, month=dt.date(2025, 9, 1), kind="direct", fob_amount=Decimal(1), source="x",
            by=people.officer("manager", "GBA"),
        )  # fmt: skip


def test_a_written_report_is_read_by_staff_and_the_supervising_body_only(client, program):
    ministry = people.organization("supervising", "감독부처")
    program.agency.supervised_by = ministry
    program.agency.save()
    run = reporting.write(program, dt.date(2025, 9, 1), languages=["ko"])
    stored = run.files.filter(format="pdf").get()
    url = reverse("report_show", args=[run.pk])
    for reader in (people.officer("auditor"), people.organization_member("supervising", "감독부처")):
        signed_in(client, reader)
        assert client.get(reverse("report_list")).content.decode().count(url) == 1
        assert client.get(url).status_code == 200
        download = client.get(reverse("file_download", args=[stored.file_id]))
        assert b"".join(download.streaming_content).startswith(b"%PDF-")
    for stranger in (
        people.officer("manager", "GBA"),
        people.organization_member("supervising", "다른부처"),
        people.organization_member("partner", "플랫폼"),
        register.member(register.company(1)),
    ):
        signed_in(client, stranger)
        assert client.get(url).status_code == 404
        assert client.get(reverse("file_download", args=[stored.file_id])).status_code == 404


def test_lists_do_not_ask_once_per_row(client, program, django_assert_max_num_queries, move_clock):
    """The list of reports asks the same number of questions for one run and for three."""
    signed_in(client, people.officer("auditor"))
    client.get(reverse("report_list"))
    counts = []
    for month in (7, 8, 9):
        reporting.write(program, dt.date(2025, month, 1), languages=["ko"])
        with django_assert_max_num_queries(40) as asked:
            client.get(reverse("report_list"))
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_each_company_of_a_person_has_its_place_with_or_without_a_store(program, company):
    """One person writes for a firm with a store and for one without: the second gets a store with its first file. The
    places are asked for at once, however many stores there are."""
    person = register.member(company)
    second = register.company(7)
    second.members.create(user=person, role="owner")
    part = company.participations.get()
    programs.assignment(programs.store("OWN-1", company=company), part)
    programs.participation(second, program)
    own = Store.objects.get(code="OWN-1")
    assert [key for key, _label in places_of(person)] == [
        f"{program.pk}|{own.pk}",
        f"{program.pk}|{second.pk}",
    ]
    part.state = "ended"
    part.save()
    part = Participation.objects.create(
        agency=part.agency, program=program, company=company, number="SBA-A-777", state="agreed", text_ko="협약",
        text_sha256="0" * 64, offered_at=part.offered_at, accept_by=part.accept_by, agreed_at=part.agreed_at,
    )  # fmt: skip
    assert f"{program.pk}|{company.pk}" in dict(places_of(person))
    with CaptureQueriesContext(connection) as few:
        places_of(person)
    for number in range(3):
        programs.assignment(programs.store(f"MORE-{number}", company=company), part)
    with CaptureQueriesContext(connection) as many:
        assert len(places_of(person)) == 5
    assert len(many) == len(few)


def test_every_kind_of_file_of_sales_is_offered_in_the_readers_language():
    known = {code for code in KNOWN if detect.measure_of(code) != CUSTOMS}
    assert {code for code, _label in PROFILE_CHOICES} == {"", *known}
    with override("ko"):
        korean = [str(label) for _code, label in PROFILE_CHOICES]
    with override("en"):
        english = [str(label) for _code, label in PROFILE_CHOICES]
    assert [label for label in korean if label in english] == []
