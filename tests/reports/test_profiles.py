"""Profiles of files: from a sample to a file in the ledger, with nothing guessed and no buyer stored."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ground import clock, outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.files import open_bytes
from ground.history import event_model
from reports.domain import importing, profile_rules, profiles, replay, states, undoing
from reports.domain.verifying import verify
from reports.files.lines import FileRefused
from reports.models import FileProfile, FileSample, ImportBatch, ProfileVersion, SalesLine
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.reports.files.mapping.test_sample import HEAD, ROWS

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2026, 5, 2, 9, tzinfo=SEOUL))
    programs.currency("JPY")
    return programs.program()


@pytest.fixture
def store(program):
    shop = programs.store("SHARED")
    programs.assignment(shop, programs.participation(register.company(1), program), sku="A-1")
    return shop


@pytest.fixture
def staff(client):
    client.force_login(people.officer())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def content(*rows: str) -> bytes:
    return "\r\n".join(["2026년 4월 판매 내역;;;;;;;;;", HEAD, *(rows or ROWS), ""]).encode("cp949")


def upload(*rows: str, name: str = "자사몰 4월.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content(*rows))


def on_disk(tmp_path: Path, *rows: str, name: str = "own.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content(*rows))
    return path


def admin(name: str, *arguments: object) -> str:
    return reverse(f"admin:reports_{name}", args=arguments)


ANSWERS = {
    "numbers": "comma-grouped",
    "dates": ["dmy"],
    "statuses": {"출고": "sold", "반품 접수": "refunded"},
    "zone": "Asia/Seoul",
}


def profile(program, name: str = "자사몰", by=None, **more) -> ProfileVersion:
    by = by or people.officer()
    sample = profiles.take(upload(), program, by=by)
    values = sample.facts["values"] | ANSWERS | more
    return profiles.save(sample, values, name=name, store=None, by=by)


def test_staff_make_a_profile_on_real_rows_and_its_file_is_read(tmp_path, staff, program, store):
    """1,234 + 2,500 yen, fees 123 + 250: net 3,361, on 3 and 5 April; what was open is asked and nothing is saved before."""
    assert staff.get(admin("fileprofile_add")).status_code == 200
    answer = staff.post(admin("fileprofile_add"), {"program": program.pk, "upload": upload()})
    sample = FileSample.objects.get()
    assert answer["Location"] == admin("fileprofile_build", sample.pk)
    page = staff.get(answer["Location"]).content.decode()
    assert "could have a decimal point or a decimal comma" in page
    assert "03/04/2026" in page
    for person in ("홍길동", "010-1234", "문 앞"):
        assert person not in page
    form = sent(page)
    assert (
        staff.post(answer["Location"], form | {"do": "save"}).status_code == 400
    )  # what is open has no answer
    form |= {
        "numbers": "comma-grouped",
        "dates": ["dmy"],
        "zone": "Asia/Seoul",
        "name": "자사몰",
        "status_if_blank": "look",
    }
    texts = {form[f"state_text_{number}"]: number for number in range(2)}
    form |= {f"state_{texts['출고']}": "sold", f"state_{texts['반품 접수']}": "refunded"}
    shown = staff.post(answer["Location"], form | {"do": "look"}).content.decode()
    assert "2026-04-03 00:00:00+09:00" in shown
    assert "JPY 3,361" in shown
    assert ProfileVersion.objects.count() == 0
    saved = staff.post(answer["Location"], form | {"do": "save"})
    version = ProfileVersion.objects.get()
    assert saved["Location"] == admin("fileprofile_change", version.profile_id)
    assert "자사몰" in staff.get(saved["Location"]).content.decode()
    assert "자사몰" in staff.get(admin("fileprofile_changelist")).content.decode()
    assert staff.get(admin("fileprofile_history", version.profile_id)).status_code == 200
    assert version.code in staff.get(admin("importbatch_add")).content.decode()
    batch = made.imported(on_disk(tmp_path), program, store)
    assert (batch.profile, batch.rows, batch.rejected, batch.unmatched) == (version.code, 2, 0, 1)
    assert [(str(line.business_day), line.net_amount, line.status_class) for line in SalesLine.objects.order_by("sku")] == [
        ("2026-04-02", 1111, "sold"), ("2026-04-04", 2250, "refunded"),
    ]  # fmt: skip
    assert batch.removed_columns == ["수령인", "연락"]
    with open_bytes(batch.file) as stream:
        assert "홍길동" not in stream.read().decode("utf-8-sig")
    assert [each for each in verify().differences if each.check != "file"] == []  # bytes go with the commit


def sent(page: str) -> dict:
    """What a browser would send of the page's form as it stands."""
    found: dict = {}
    for select in re.finditer(r'<select name="([^"]+)".*?</select>', page, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"( selected)?', select[0])
        chosen = [value for value, mark in options if mark] or [options[0][0]]
        found[select[1]] = chosen[0]
    for tag in re.findall(r"<input [^>]+>", page):
        kind, name = re.search(r'type="(\w+)"', tag), re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if not kind or not name:
            continue
        if kind[1] in {"checkbox", "radio"}:
            if " checked" in tag and value:
                found.setdefault(name[1], []).append(value[1])
        elif kind[1] in {"text", "hidden"} and value and name[1] != "csrfmiddlewaretoken":
            found[name[1]] = value[1]
    return found


def test_states_that_no_column_told_are_asked_before_saving(staff, program, store):
    """A column of states that the sample's words did not tell: its states come up when it is chosen."""
    head = HEAD.replace("주문상태", "처리")
    more = [row.replace("K-", "K-9") for row in ROWS]
    bytes_of = content(*ROWS, *more).decode("cp949").replace("주문상태", "처리").encode("cp949")
    assert head.encode("cp949") in bytes_of
    staff.post(
        admin("fileprofile_add"), {"program": program.pk, "upload": SimpleUploadedFile("a.csv", bytes_of)}
    )
    address = admin("fileprofile_build", FileSample.objects.get().pk)
    form = sent(staff.get(address).content.decode())
    index = next(
        each["index"] for each in FileSample.objects.get().facts["headings"] if each["label"] == "처리"
    )
    form |= {
        "numbers": "comma-grouped",
        "dates": ["dmy"],
        "name": "n",
        "status_if_blank": "sold",
        "status": str(index),
    }
    page = staff.post(address, form | {"do": "save"}).content.decode()
    assert ProfileVersion.objects.count() == 0
    assert "Say below what the states mean" in page
    again = sent(page)
    assert (again["state_text_0"], again["state_0"]) == ("출고", "")
    done = again | {"state_0": "sold", "state_1": "refunded", "do": "save"}
    answer = staff.post(address, done)
    assert answer.status_code == 302, answer.context_data["form"].errors
    assert ProfileVersion.objects.get().mapping["statuses"] == {"출고": "sold", "반품 접수": "refunded"}


def test_a_change_is_a_new_version_and_old_files_keep_theirs(tmp_path, program, store):
    first = profile(program)
    old = made.imported(on_disk(tmp_path), program, store)
    by = people.officer()
    sample = profiles.change(first.profile, by=by)
    values = sample.draft["values"]
    same = profiles.save(sample, values, name="자사몰", store=None, by=by)
    assert same == first, [
        (name, same.mapping[name], first.mapping[name])
        for name in first.mapping
        if same.mapping[name] != first.mapping[name]
    ]
    other = profiles.save(sample, values | {"dates": ["mdy"]}, name="자사몰", store=None, by=by)
    assert (other.number, other.profile, other.code[:-1]) == (2, first.profile, first.code[:-1])
    new = made.taken_in(on_disk(tmp_path, ROWS[0].replace("K-1", "K-9"), name="b.csv"), program, store)
    old.refresh_from_db()
    assert (old.profile, new.profile) == (first.code, other.code)
    assert str(new.first_at.astimezone(SEOUL).date()) == "2026-03-04"
    assert [each.code for each in profiles.own_of(old)] == [first.code]
    assert [each for each in verify().differences if each.check != "file"] == []  # bytes go with the commit


def test_a_withdrawn_profile_reads_no_further_file_and_can_come_back(tmp_path, staff, program, store):
    version = profile(program)
    made.imported(on_disk(tmp_path), program, store)
    assert (
        staff.post(admin("fileprofile_withdraw", version.profile_id), {"reason": "바뀜"}).status_code == 302
    )
    refused = made.taken_in(on_disk(tmp_path, ROWS[0], name="b.csv"), program, store)
    assert (refused.state, refused.refusal_code) == ("refused", "no_header")
    with pytest.raises(RuleBroken, match="unknown_profile"):
        made.taken_in(on_disk(tmp_path), program, store, profile=version.code)
    assert staff.post(admin("fileprofile_restore", version.profile_id), {"reason": "다시"}).status_code == 302
    assert made.taken_in(on_disk(tmp_path), program, store, profile=version.code).state == "preview"
    assert version.code not in staff.get(admin("fileprofile_changelist")).content.decode()


def test_staff_make_a_profile_from_a_refused_file_without_a_second_upload(
    tmp_path, staff, client, program, store
):
    batch = made.taken_in(on_disk(tmp_path), program, store)
    assert (batch.state, batch.refusal_code) == ("refused", "no_header")
    sample = FileSample.objects.get()
    assert (sample.batch, sample.taken_by) == (batch, None)
    batch.file.refresh_from_db()
    assert batch.file.removed_at is not None
    page = staff.get(admin("importbatch_change", batch.pk)).content.decode()
    assert admin("fileprofile_build", sample.pk) in page
    company = register.company(1)
    own = programs.store("OWN", company=company)
    programs.assignment(own, programs.participation(company, program))
    theirs = made.taken_in(on_disk(tmp_path, name="c.csv"), program, own)
    client.force_login(register.member(company))
    shown = client.get(reverse("sales_file", args=[theirs.pk])).content.decode()
    assert reverse("sales_template", args=["ko", "xlsx"]) in shown
    assert "samples/" not in shown


def test_a_file_whose_columns_cannot_be_told_leaves_nothing(tmp_path, program, store):
    path = tmp_path / "x.csv"
    for text in ("1,2\r\n3,4\r\n", "사번,입사일,급여\r\n7,2020-03-02,3000000\r\n"):
        path.write_text(text, encoding="utf-8-sig")
        assert made.taken_in(path, program, store).state == "refused"
    assert not FileSample.objects.exists()


def test_a_profile_of_one_store_reads_no_other_and_one_of_another_program_nothing(tmp_path, program, store):
    version = profile(program)
    other = programs.store("OTHER")
    FileProfile.objects.update(store=other)
    assert made.taken_in(on_disk(tmp_path), program, store).refusal_code == "no_header"
    assert made.taken_in(on_disk(tmp_path), program, other).profile == version.code


def test_only_the_programs_own_agency_sees_and_makes_profiles(client, program, store):
    version = profile(program)
    sample = profiles.change(version.profile, by=people.officer())
    stranger = people.officer(agency_code="BNA", email="other@bna.example")
    with pytest.raises(RuleBroken, match="not_your_agency"):
        profiles.take(upload(), program, by=stranger)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        profiles.save(sample, version.mapping, name="x", store=None, by=stranger)
    client.force_login(stranger)
    for page in (admin("fileprofile_change", version.profile_id), admin("fileprofile_build", sample.pk)):
        assert client.get(page).status_code in {302, 404}
    assert "자사몰" not in client.get(admin("fileprofile_changelist")).content.decode()
    assert client.post(admin("fileprofile_withdraw", version.profile_id), {"reason": "x"}).status_code == 404
    auditor = people.officer("auditor", email="auditor@sba.example")
    client.force_login(auditor)
    assert client.get(admin("fileprofile_change", version.profile_id)).status_code == 200
    assert client.get(admin("fileprofile_build", sample.pk)).status_code in {403, 404}


@pytest.mark.parametrize("broken", [{"run": "1"}, {"key": []}, {"columns": "all"}, {"measure": "payouts"}])
def test_what_is_no_mapping_is_not_saved(program, store, broken):
    by = people.officer()
    sample = profiles.take(upload(), program, by=by)
    with pytest.raises(RuleBroken, match="mapping_wrong"):
        profiles.save(sample, sample.facts["values"] | ANSWERS | broken, name="x", store=None, by=by)
    assert not FileProfile.objects.exists()


def test_names_stand_once_and_a_profile_reads_at_least_one_row(program, store):
    profile(program)
    by = people.officer()
    sample = profiles.take(upload(), program, by=by)
    values = sample.facts["values"] | ANSWERS
    for name, more, code in (
        ("자사몰", {}, "name_taken"),
        (" ", {}, "name_missing"),
        ("b", {"dates": ["iso"]}, "not_readable"),
    ):
        with pytest.raises(RuleBroken, match=code):
            profiles.save(sample, values | more, name=name, store=None, by=by)


def test_samples_are_not_kept_for_ever(program, store, move_clock):
    version = profile(program)
    left = profiles.take(upload(), program, by=people.officer())
    assert profiles.sweep() == 0
    move_clock(clock.now() + dt.timedelta(days=8))
    assert profiles.sweep() == 1
    left.refresh_from_db()
    assert (left.file.removed_at is not None, left.draft) == (True, {})
    version.sample.refresh_from_db()
    assert version.sample.removed_at is None
    with pytest.raises(RuleBroken, match="sample_gone"):
        profiles.look(left, version.mapping, None, by=people.officer())


def test_what_a_profile_says_of_a_state_is_not_read_otherwise(tmp_path, program, store):
    """The agency once said that “출고” is pending; the profile says that it is sold, and stays right."""
    states.decide(program.agency, "출고", meaning="pending", reason="확인", by=people.officer())
    profile(program)
    made.imported(on_disk(tmp_path), program, store)
    outbox.drain()
    replay.replay(store)
    assert [line.status_class for line in SalesLine.objects.filter(status_text="출고")] == ["sold"]


def test_the_command_of_old_batches_without_a_profile_still_reads(tmp_path, program, store):
    profile(program)
    path = made.ventas(tmp_path, [made.order(1, made.item("A-1"))])
    programs.currency("CLP")
    batch = importing.read(
        importing.stage(made.stored(path), program, store, None, ImportBatch.Grade.COMPANY)
    )
    assert batch.profile == "mercadolibre-ventas-cl"


def test_what_was_imported_is_never_told_apart_otherwise(tmp_path, program, store):
    """With another key the next file would enter each row once more; dates may be added, the column may not be another."""
    first = profile(program, key=["order_reference", "sku", "ordered_at"])
    by = people.officer()
    batch = made.imported(on_disk(tmp_path), program, store)
    sample = profiles.change(first.profile, by=by)
    values = sample.draft["values"]
    columns = [each | {"names": ["주문상태"]} if each["into"] == "sku" else each for each in values["columns"]
               if each["into"] != "status"]  # fmt: skip
    for other in (
        {"key": ["order_reference", "sku"]},
        {"zone": "UTC"},
        {"dates": ["mdy"]},
        {"columns": columns},
    ):
        with pytest.raises(RuleBroken, match="key_in_use"):
            profiles.save(sample, values | other, name="자사몰", store=None, by=by)
    more = profiles.save(sample, values | {"dates": ["dmy", "ymd"]}, name="자사몰", store=None, by=by)
    assert more.number == 2
    outbox.drain()
    undoing.undo(batch, reason="x", by=by)
    sample = profiles.change(first.profile, by=by)
    assert profiles.save(sample, values | {"zone": "UTC"}, name="자사몰", store=None, by=by).number == 3


def test_nothing_of_a_samples_cells_outlasts_it(program, store, move_clock):
    """States are kept that stand in the sample, not what somebody chose by mistake before; no history holds either."""
    assert not {"facts", "draft"} & {field.name for field in event_model(FileSample)._meta.get_fields()}
    version = profile(program, statuses=ANSWERS["statuses"] | {"홍길동": "sold"})
    assert set(version.mapping["statuses"]) == {"출고", "반품 접수"}
    assert "홍길동" not in str(version.facts)
    left = profiles.take(upload(), program, by=people.officer())
    profiles.look(left, left.facts["values"] | ANSWERS, None, by=people.officer())
    move_clock(clock.now() + dt.timedelta(days=8))
    profiles.sweep()
    for sample in FileSample.objects.all():
        assert (sample.draft, sample.facts["headings"], sample.facts["questions"]) == ({}, [], [])
        assert "출고" not in str(sample.facts)


def test_the_page_of_a_sample_that_is_gone_says_so(staff, program, store, move_clock):
    sample = profiles.take(upload(), program, by=people.officer())
    move_clock(clock.now() + dt.timedelta(days=8))
    profiles.sweep()
    assert "not kept any more" in staff.get(admin("fileprofile_build", sample.pk)).content.decode()


def test_opening_the_page_again_changes_nothing(staff, program, store):
    sample = profiles.take(upload(), program, by=people.officer())
    profiles.look(sample, sample.facts["values"] | ANSWERS, store, by=people.officer())
    draft = FileSample.objects.get().draft
    page = staff.get(admin("fileprofile_build", sample.pk)).content.decode()
    assert sent(page)["store"] == str(store.pk) == draft["store"]
    assert FileSample.objects.get().draft == draft


def test_a_profile_that_is_not_understood_any_more_stops_no_other_import(tmp_path, program, store):
    version = profile(program)
    batch = made.imported(on_disk(tmp_path), program, store)
    ProfileVersion.objects.filter(pk=version.pk).update(mapping=version.mapping | {"run": "1"})
    assert profiles.by_code({version.code}) == {}
    with pytest.raises(FileRefused, match="mapping_shape"):
        profiles.own_of(batch)
    path = made.ventas(tmp_path, [made.order(1, made.item("A-1"))])
    programs.currency("CLP")
    assert made.taken_in(path, program, store).profile == "mercadolibre-ventas-cl"


def test_no_file_is_known_to_two_profiles(tmp_path, program, store):
    """A second one of every store is refused; one of this store goes before the one of every store."""
    profile(program)
    by = people.officer()
    sample = profiles.take(upload(), program, by=by)
    values = sample.facts["values"] | ANSWERS
    with pytest.raises(RuleBroken, match="signature_taken"):
        profiles.save(sample, values, name="둘째", store=None, by=by)
    of_store = profiles.save(sample, values, name="둘째", store=store, by=by)
    assert made.taken_in(on_disk(tmp_path), program, store).profile == of_store.code


def test_two_people_do_not_undo_each_other_and_twice_is_once(program, store):
    first = profile(program)
    by = people.officer()
    one, two = profiles.change(first.profile, by=by), profiles.change(first.profile, by=by)
    values = one.draft["values"]
    second = profiles.save(one, values | {"dates": ["mdy"]}, name="자사몰", store=None, by=by)
    assert profiles.save(one, values | {"dates": ["mdy"]}, name="자사몰", store=None, by=by) == second
    with pytest.raises(RuleBroken, match="changed"):
        profiles.save(two, values | {"dates": ["ymd", "dmy"]}, name="자사몰", store=None, by=by)
    profiles.withdraw(first.profile, reason="x", by=by)
    with pytest.raises(RuleBroken, match="withdrawn"):
        profiles.save(two, values, name="자사몰", store=None, by=by)
    assert [each["label"] for each in two.facts["headings"] if each["is_left_out"]] == [
        "수령인",
        "연락",
        "배송메모",
    ]


def test_companies_are_not_told_of_profiles_of_other_stores(client, program, store):
    version = profile(program)
    company = register.company(1)
    own = programs.store("OWN", company=company)
    programs.assignment(own, programs.participation(company, program))
    client.force_login(register.member(company))
    assert version.code in client.get(reverse("sales_upload")).content.decode()
    FileProfile.objects.update(store=programs.store("OTHER"))
    assert version.code not in client.get(reverse("sales_upload")).content.decode()
    FileProfile.objects.update(store=own)
    assert version.code in client.get(reverse("sales_upload")).content.decode()


def test_a_profile_is_changed_with_a_fresh_file(tmp_path, staff, program, store):
    """The mall calls the amount otherwise now: the profile's next version reads it, what was imported keeps its key."""
    first = profile(program)
    made.imported(on_disk(tmp_path), program, store)
    fresh = (
        content(ROWS[0].replace("K-1", "K-9")).decode("cp949").replace("판매금액", "상품금액").encode("cp949")
    )
    sent_file = {
        "program": program.pk,
        "upload": SimpleUploadedFile("b.csv", fresh),
        "profile": first.profile_id,
    }
    address = staff.post(admin("fileprofile_add"), sent_file)["Location"]
    form = sent(staff.get(address).content.decode())
    assert form["name"] == "자사몰"
    sample = FileSample.objects.get(profile=first.profile, draft__has_key="values")
    amount = next(each["index"] for each in sample.facts["headings"] if each["label"] == "상품금액 (JPY)")
    answer = staff.post(address, form | {"gross_amount": str(amount), "do": "save"})
    assert answer.status_code == 302, answer.context_data["form"].errors
    second = ProfileVersion.objects.get(number=2)
    path = tmp_path / "c.csv"
    path.write_bytes(fresh)
    batch = made.imported(path, program, store)
    assert (batch.profile, batch.replaced, batch.totals[0]["net"]) == (second.code, 0, "1111")
    with pytest.raises(RuleBroken, match="other_program"):
        profiles.take(upload(), programs.program("OTHER"), by=people.officer(), profile=first.profile)


ABROAD = (
    "Cross-border sales",
    "Order number,Order date,Status,SKU,Item title,Units,Unit price (USD),Product amount (USD),Selling fee (USD),Shipping cost (USD),"
    "Refund (USD),Net total (USD),Buyer name",
    "2000000000000001,2025-09-30 23:30:00,Delivered,A-1,Serum,2,10.50,21.00,-2.31,-4.10,0.00,14.59,홍길동",
    "2000000000000002,2025-10-01 09:00:00,Refunded,A-1,Serum,1,10.50,10.50,-1.16,-4.10,-10.50,-5.26,홍길동",
    "2000000000000003,2025-10-02 10:00:00,Delivered,B-1,Toner,1,1200.00,1200.00,-132.00,-9.95,0.00,1058.05,홍길동",
    "2000000000000004,2025-10-02 11:00:00,Delivered,B-1,Toner,1,20.00,20.00,-2.00,-3.00,0.00,15.01,홍길동",
)


def test_a_report_of_sales_across_the_border_is_read_by_a_profile_to_hand_worked_totals(tmp_path, program):
    """In dollars: 21.00 - 2.31 - 4.10 = 14.59; 10.50 - 1.16 - 4.10 - 10.50 = -5.26; 1,200.00 - 132.00 - 9.95 = 1,058.05: together
    1,231.50 sold, 135.47 fees, 18.15 shipping, 10.50 repaid, 1,067.38 left. 20 - 2 - 3 is 15.00, not 15.01."""
    shop = made.cross_border(program)
    text = "\r\n".join([*ABROAD, ""]).encode()
    sample = profiles.take(SimpleUploadedFile("cbt.csv", text), program, by=people.officer())
    assert sample.facts["questions"] == []
    version = profiles.save(
        sample, sample.facts["values"], name="국경 간 판매", store=None, by=people.officer()
    )
    path = tmp_path / "cbt.csv"
    path.write_bytes(text)
    batch = made.imported(path, program, shop)
    assert (batch.profile, batch.rows, batch.accepted, batch.rejected) == (version.code, 4, 3, 1)
    assert [(each.row, each.column, each.code) for each in batch.rejections.all()] == [
        (6, "Net total (USD)", "parts_sum")
    ]
    assert batch.totals == [
        {
            "measure": "orders", "currency": "USD", "gross": "1231.50", "refunds": "-10.50", "fees": "-135.47",
            "shipping_in": "0.00", "shipping_cost": "-18.15", "net": "1067.38",
        }
    ]  # fmt: skip
    lines = SalesLine.objects.order_by("row").values_list(
        "business_day", "status_class", "units", "title", "net_amount"
    )
    assert [(str(day), *rest) for day, *rest in lines] == [
        ("2025-09-30", "sold", 2, "Serum", Decimal("14.59")),
        ("2025-10-01", "refunded", 1, "Serum", Decimal("-5.26")),
        ("2025-10-02", "sold", 1, "Toner", Decimal("1058.05")),
    ]
    assert (batch.removed_columns, batch.unmatched) == (["Buyer name"], 0)
    assert [each for each in verify().differences if each.check != "file"] == []


def test_a_description_from_before_a_column_could_say_more_reads_as_it_did(program, store):
    """Columns of stored versions do not name what was added to descriptions later."""
    version = profile(program)
    before = version.mapping | {
        "columns": [{name: each[name] for name in ("into", "names", "is_cost", "numbers")} | {"optional": each["optional"]}
                    for each in version.mapping["columns"]]
    }  # fmt: skip
    assert profile_rules.alike(before, version.mapping)
    assert not profile_rules.alike(
        version.mapping | {"columns": version.mapping["columns"][1:]}, version.mapping
    )
    others = [each | {"is_cost": True} for each in version.mapping["columns"]]
    assert not profile_rules.alike(version.mapping | {"columns": others}, version.mapping)
