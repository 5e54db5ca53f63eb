"""A payout report that nobody knows: from a sample in the browser to money that is matched with the orders it pays."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.files import open_bytes
from reports.domain import profiles
from reports.domain.verifying import verify
from reports.models import FileSample, PayoutLine, ProfileVersion
from reports.queries import payouts, told_twice
from reports.queries.counted import Scope
from reports.queries.payouts import Fate
from tests.factories import people, programs
from tests.factories import reports as made
from tests.reports.test_profiles import ABROAD, admin, sent

pytestmark = pytest.mark.django_db
HEAD = (
    "Payment date,Payment number,Order number,Movement type,Product amount (USD),Selling fee (USD),Shipping cost (USD),"
    "Paid amount (USD),Payee name"
)
PAID = (
    "2025-10-15,P-1,2000000000000001,Sale,21.00,-2.31,-4.10,14.59,홍길동",
    "2025-10-15,P-2,2000000000000003,Sale,1200.00,-132.00,-9.95,1058.05,홍길동",
    "2025-10-20,P-3,2000000000000009,Sale,30.00,-3.30,-4.10,22.60,홍길동",
    "2025-10-21,P-4,2000000000000004,Sale,20.00,-2.00,-3.00,15.01,홍길동",
)
OPEN = (
    "Fecha de pago;Numero;Pedido;Tipo;Gross;Comisión;Neto;Nombre",
    "03/10/2025;P-1;2000000000000001;Cobro;1.200;132;1.068;홍길동",
    "05/10/2025;P-2;2000000000000003;Cobro;2.500;275;2.225;홍길동",
    "07/10/2025;P-3;2000000000000002;Devuelto;-1.000;0;-1.000;홍길동",
)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 12, 2, 9, tzinfo=SEOUL))
    return programs.program()


@pytest.fixture
def shop(program):
    return made.cross_border(program)


@pytest.fixture
def staff(client):
    client.force_login(people.officer())
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def content(*rows: str) -> bytes:
    return "\r\n".join([*rows, ""]).encode()


def written(path: Path, *rows: str) -> Path:
    path.write_bytes(content(*rows))
    return path


def profile(program, *rows: str, name: str = "국경 간 정산", **more) -> ProfileVersion:
    by = people.officer()
    sample = profiles.take(SimpleUploadedFile("paid.csv", content(*rows)), program, by=by)
    return profiles.save(sample, sample.facts["values"] | more, name=name, store=None, by=by)


def test_a_report_in_dollars_is_read_to_hand_worked_totals_and_pays_the_orders_it_names(
    tmp_path, staff, program, shop
):
    """Paid: 14.59 + 1,058.05 + 22.60 = 1,095.24 of 1,251.00, less 137.61 of fees and 18.15 of shipping. 20 - 2 - 3 is 15.00, not
    15.01. Orders 1 and 3 are paid whole, 2 was refunded, and nobody ordered 9."""
    by = people.officer()
    sold = profiles.take(SimpleUploadedFile("cbt.csv", content(*ABROAD)), program, by=by)
    profiles.save(sold, sold.facts["values"], name="국경 간 판매", store=None, by=by)
    made.imported(written(tmp_path / "cbt.csv", *ABROAD), program, shop)
    version = profile(program, "Cross-border payouts", HEAD, *PAID[:3])
    assert (version.code.startswith("own-pay-"), version.mapping["measure"]) == (True, "payouts")
    batch = made.imported(written(tmp_path / "paid.csv", HEAD, *PAID), program, shop)
    assert (batch.profile, batch.rows, batch.accepted, batch.rejected) == (version.code, 4, 3, 1)
    assert [(each.row, each.column, each.code) for each in batch.rejections.all()] == [
        (5, "Paid amount (USD)", "parts_sum")
    ]
    assert batch.totals == [
        {
            "measure": "payouts", "currency": "USD", "gross": "1251.00", "refunds": "0.00", "fees": "-137.61",
            "shipping_in": "0.00", "shipping_cost": "-18.15", "net": "1095.24",
        }
    ]  # fmt: skip
    assert batch.removed_columns == ["Payee name"]
    with open_bytes(batch.file) as stream:
        assert "홍길동" not in stream.read().decode()
    lines = PayoutLine.objects.order_by("row").values_list(
        "business_day", "order_reference", "description", "description_class", "currency_id", "net_amount"
    )
    assert [(str(day), *rest) for day, *rest in lines] == [
        ("2025-10-15", "2000000000000001", "Sale", "payment", "USD", Decimal("14.59")),
        ("2025-10-15", "2000000000000003", "Sale", "payment", "USD", Decimal("1058.05")),
        ("2025-10-20", "2000000000000009", "Sale", "payment", "USD", Decimal("22.60")),
    ]
    fates = payouts.fates(Scope(program, program.starts_on, program.ends_on), dt.date(2025, 12, 1))
    assert [(row.reference, row.fate, row.expected_amount, row.released_amount) for row in fates] == [
        ("2000000000000001", Fate.RELEASED, Decimal("14.59"), Decimal("14.59")),
        ("2000000000000002", Fate.REFUNDED, Decimal("-5.26"), 0),
        ("2000000000000003", Fate.RELEASED, Decimal("1058.05"), Decimal("1058.05")),
    ]
    mend = staff.get(admin("importbatch_mend", batch.pk))
    assert "2000000000000004" in mend.content.decode()
    assert "2000000000000001" not in mend.content.decode()
    again = made.imported(written(tmp_path / "paid2.csv", HEAD, *PAID[:3]), program, shop)
    assert (again.duplicate, PayoutLine.objects.count()) == (3, 3)
    assert [each for each in verify().differences if each.check != "file"] == []


def test_a_report_is_imported_with_its_profile_by_the_command(tmp_path, capsys, program, shop):
    version = profile(program, HEAD, *PAID[:3])
    path = written(tmp_path / "paid.csv", HEAD, *PAID[:3])
    command = [
        "import_sales",
        str(path),
        "--program",
        program.code,
        "--store",
        "CBT",
        "--profile",
        version.code,
    ]
    call_command(*command, "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["profile"], answer["accepted"], answer["totals"][0]["net"]) == (version.code, 3, "1095.24")


def test_staff_answer_what_the_sample_leaves_open_before_anything_is_saved(tmp_path, staff, program, shop):
    """1,200 + 2,500 - 1,000 = 2,700 dollars of products, 407 of commission, 2,293 paid; on 3, 5 and 7 October."""
    upload = SimpleUploadedFile("paid.csv", content(*OPEN))
    answer = staff.post(
        admin("fileprofile_add"), {"program": program.pk, "measure": "payouts", "upload": upload}
    )
    address = answer["Location"]
    page = staff.get(address).content.decode()
    assert "홍길동" not in page
    assert "Payouts: what the marketplace or provider paid" in page
    for question in (
        "could have a decimal point or a decimal comma",
        "can be read as several dates",
        "Nothing in the file says in which currency",
    ):
        assert question in page
    form = sent(page)
    assert (form.get("numbers", ""), form["currency_of"]) == ("", "")
    assert staff.post(address, form | {"do": "save"}).status_code == 400
    headings = {each["label"]: str(each["index"]) for each in FileSample.objects.get().facts["headings"]}
    form |= {
        "numbers": "comma-grouped", "dates": ["dmy"], "currency_of": "USD", "zone": "Asia/Seoul", "name": "정산",
        "source_reference": headings["Numero"], "key": ["source_reference", "order_reference", "description"],
    }  # fmt: skip
    texts = {form[name]: name.removeprefix("state_text_") for name in form if name.startswith("state_text_")}
    form |= {f"state_{texts['cobro']}": "payment", f"state_{texts['devuelto']}": "refund"}
    shown = staff.post(address, form | {"do": "look"}).content.decode()
    for told in (
        "2025-10-03 00:00:00+09:00",
        "USD 2,293.00",
        "407.00",
        "money of an order",
        "repaid to the buyer",
    ):
        assert told in shown, told
    assert ProfileVersion.objects.count() == 0
    saved = staff.post(address, form | {"do": "save"})
    version = ProfileVersion.objects.get()
    assert saved["Location"] == admin("fileprofile_change", version.profile_id)
    record = staff.get(saved["Location"]).content.decode()
    assert "Payouts: what the marketplace or provider paid" in record
    assert version.mapping["kinds"] == {"": "other", "cobro": "payment", "devuelto": "refund"}
    assert (version.mapping["unknown_kind"], version.mapping["checks"][0]["scope"]) == ("other", "row")
    batch = made.imported(written(tmp_path / "paid.csv", *OPEN), program, shop)
    assert (batch.profile, batch.rejected, batch.totals[0]["net"]) == (version.code, 0, "2293.00")
    assert batch.totals[0]["gross"] == "3700.00"
    assert [str(day) for day in PayoutLine.objects.order_by("row").values_list("business_day", flat=True)] == [
        "2025-10-02", "2025-10-04", "2025-10-06",
    ]  # fmt: skip
    shown = staff.get(admin("importbatch_change", batch.pk)).content.decode()
    assert "정산 1" in shown


def test_the_builder_shows_amounts_as_they_are_read_and_only_the_costs_that_a_column_holds(
    staff, program, shop
):
    """The times are told in Seoul's, not in the store's; a commission of 132 is written as a cost, of other costs there is no column."""
    values = {"numbers": "comma-grouped", "dates": ["dmy"], "currency": "USD", "zone": "Asia/Seoul"}
    sample = profiles.take(SimpleUploadedFile("paid.csv", content(*OPEN)), program, by=people.officer())
    profiles.look(sample, sample.facts["values"] | values, None, by=people.officer())
    page = staff.get(admin("fileprofile_build", sample.pk)).content.decode()
    assert "Times without an offset are read in Asia/Seoul." in page
    for shown in (">1,200.00<", ">−132.00<", ">−1,000.00<", "Costs of which no column is chosen (6)"):
        assert shown in page, shown
    folded = page[page.index("Costs of which no column is chosen") :].partition("</details>")[0]
    assert "sign_tax_amount" in folded
    assert "sign_fee_amount" not in folded
    assert "sign_fee_amount" in page


def test_a_changed_profile_of_payouts_stays_one_and_keeps_its_answers(staff, program, shop):
    version = profile(program, HEAD, *PAID[:3])
    by = people.officer()
    sample = profiles.change(version.profile, by=by)
    form = sent(staff.get(admin("fileprofile_build", sample.pk)).content.decode())
    assert (form["sign_fee_amount"], form["parts"], form["status_if_blank"]) == ("no", "row", "other")
    assert set(form["key"]) == {"source_reference", "order_reference", "description"}
    answer = staff.post(admin("fileprofile_build", sample.pk), form | {"do": "save", "parts": "note"})
    assert answer.status_code == 302, answer.context_data["form"].errors
    second = ProfileVersion.objects.get(number=2)
    assert (second.mapping["measure"], second.mapping["checks"][0]["scope"]) == ("payouts", "note")
    orders = profiles.take(SimpleUploadedFile("cbt.csv", content(*ABROAD)), program, by=by)
    sold = profiles.save(orders, orders.facts["values"], name="판매", store=None, by=by)
    fresh = profiles.take(
        SimpleUploadedFile("paid.csv", content(HEAD, *PAID)), program, by=by, profile=sold.profile
    )
    assert fresh.facts["values"]["measure"] == "orders"
    with pytest.raises(RuleBroken, match="other_measure"):
        profiles.save(fresh, second.mapping, name="판매", store=None, by=by)


def test_a_kind_that_nobody_has_said_waits_for_a_person(tmp_path, staff, program, shop):
    """It is no money of sales, and stands among the waiting lines with its amount."""
    profile(program, HEAD, *PAID[:3])
    odd = PAID[0].replace("P-1", "P-9").replace("Sale", "Bonus")
    batch = made.imported(written(tmp_path / "paid.csv", HEAD, odd), program, shop)
    assert (batch.accepted, PayoutLine.objects.get().description_class) == (1, "other")
    page = staff.get(reverse("admin:reports_waiting")).content.decode()
    assert "Bonus" in page
    assert "USD 14.59" in page


def test_payouts_without_a_currency_are_in_what_the_store_is_paid(tmp_path, program, shop):
    head, *rows = (row.replace(" (USD)", "") for row in (HEAD, *PAID[:1]))
    by = people.officer()
    sample = profiles.take(SimpleUploadedFile("paid.csv", content(head, *rows)), program, by=by)
    assert [each["about"] for each in sample.facts["questions"]] == ["currency"]
    found = profiles.look(sample, sample.facts["values"], shop, by=by)
    assert (shop.market.currency_id, list(found["totals"])) == ("CLP", ["USD"])
    version = profile(program, head, *rows, currency="store")
    batch = made.imported(written(tmp_path / "paid.csv", head, *rows), program, shop)
    assert (batch.profile, batch.totals[0]["currency"], batch.totals[0]["net"]) == (
        version.code,
        "USD",
        "14.59",
    )


def test_a_file_of_payouts_that_is_refused_leaves_a_sample_of_payouts(tmp_path, program, shop):
    batch = made.taken_in(written(tmp_path / "paid.csv", HEAD, *PAID), program, shop)
    assert (batch.state, batch.refusal_code) == ("refused", "no_header")
    assert FileSample.objects.get().facts["values"]["measure"] == "payouts"


def test_staff_say_which_kinds_take_away_without_a_minus(tmp_path, staff, program, shop):
    """100.00 - 40.00 - 10.00 = 50.00."""
    rows = (
        "Payout date,Payout number,Order number,Type,Amount (USD)",
        "2025-10-15,P-1,2000000000000001,Sale,100.00",
        "2025-10-16,P-2,2000000000000001,Refund,40.00",
        "2025-10-16,P-3,2000000000000001,Gebühr,10.00",
    )
    by = people.officer()
    sample = profiles.take(SimpleUploadedFile("paid.csv", content(*rows)), program, by=by)
    address = admin("fileprofile_build", sample.pk)
    page = staff.get(address).content.decode()
    assert "Rows of these kinds have positive amounts only: “Refund”." in page
    form = sent(page) | {"state_1": "refund", "state_2": "fee", "name": "부호 없음"}
    refused = staff.post(address, form | {"do": "save"})
    assert list(refused.context_data["form"].errors) == ["turned"]
    both = staff.post(address, form | {"do": "save", "turned": ["refund", "-"]})
    assert list(both.context_data["form"].errors) == ["turned"]
    shown = staff.post(address, form | {"do": "look", "turned": ["refund", "fee"]}).content.decode()
    assert "USD 50.00" in shown
    assert staff.post(address, form | {"do": "save", "turned": ["refund", "fee"]}).status_code == 302
    version = ProfileVersion.objects.get()
    assert version.mapping["turned"] == ["refund", "fee"]
    change = profiles.change(version.profile, by=by)
    assert sent(staff.get(admin("fileprofile_build", change.pk)).content.decode())["turned"] == [
        "refund",
        "fee",
    ]
    batch = made.imported(written(tmp_path / "paid.csv", *rows), program, shop)
    assert [batch.totals[0][name] for name in ("gross", "refunds", "fees", "net")] == [
        "100.00", "-40.00", "-10.00", "50.00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "value", "fees"),
    [
        ("Discount", -5, "-14.00"),
        ("Shipping income", 4, "-5.00"),
        ("Refund", -20, "-9.00"),
        ("Service fee", -2, "-11.00"),
        ("Shipping cost", -7, "-9.00"),
        ("Tax", -3, "-12.00"),
    ],
)
def test_a_file_shows_what_the_ledger_holds_of_it(tmp_path, program, shop, heading, value, fees):
    """100 of products less 9 of commission, with 5 of discount, 4 of shipping income, 20 of refund and so on beside it. The ledger has
    no column for the second and third: they stand among the fees."""
    rows = (
        f"Payment date,Payment number,Order number,Movement type,Product amount (USD),Selling fee (USD),{heading},Paid amount (USD)",
        f"2025-10-15,P-1,2000000000000001,Sale,100.00,-9.00,{value}.00,{91 + value}.00",
    )
    profile(program, *rows)
    batch = made.imported(written(tmp_path / "paid.csv", *rows), program, shop)
    (total,) = batch.totals
    assert (total["gross"], total["fees"], total["net"], total["shipping_in"]) == (
        "100.00", fees, f"{91 + value}.00", "0.00",
    )  # fmt: skip
    assert [each for each in verify().differences if each.check != "file"] == []


def test_the_sums_of_a_sample_are_those_that_enter(tmp_path, staff, program, shop):
    """100.00 of a sale count; 70.00 sent on to the bank, 20.00 held back and 8.00 that nobody knows do not."""
    rows = (
        "Payment date,Payment number,Order number,Type,Paid amount (USD)",
        "2025-10-15,P-1,2000000000000001,Sale,100.00",
        "2025-10-16,P-2,,Bank transfer,-70.00",
        "2025-10-16,P-3,,Reserve,-20.00",
        "2025-10-17,P-4,,Bonus,8.00",
    )
    by = people.officer()
    sample = profiles.take(SimpleUploadedFile("paid.csv", content(*rows)), program, by=by)
    found = profiles.look(sample, sample.facts["values"], shop, by=by)
    sums = {name: text for name, text in found["totals"]["USD"].items() if text != "0"}
    assert sums == {"gross": "100", "net": "100", "withdrawn": "-70", "other": "8"}
    address = admin("fileprofile_build", sample.pk)
    form = sent(staff.get(address).content.decode()) | {"state_3": "other", "turned": ["-"], "name": "정산"}
    page = staff.post(address, form | {"do": "look"}).content.decode()
    shown = page[page.index("Sums of the sample") :]
    cells = shown[: shown.index("</table>")]
    for told in ("Sent on to the bank, not counted", "USD 100.00", "70.00", "8.00"):
        assert told in cells, told
    assert "20.00" not in cells
    version = profiles.save(sample, sample.facts["values"], name="정산", store=None, by=by)
    batch = made.imported(written(tmp_path / "paid.csv", *rows), program, shop)
    assert (batch.profile, batch.totals[0]["net"], batch.totals[0]["gross"]) == (
        version.code,
        "100.00",
        "100.00",
    )


def test_a_payout_file_names_the_orders_that_a_file_of_another_kind_has_paid(tmp_path, program, shop):
    """Of orders 1 and 9 the first is paid by the other kind; the same kind once more says nothing."""
    profile(program, HEAD, *PAID[:3])
    made.imported(written(tmp_path / "a.csv", HEAD, *PAID[:1]), program, shop)
    more = made.imported(
        written(tmp_path / "b.csv", HEAD, PAID[0].replace("P-1", "P-8"), PAID[2]), program, shop
    )
    assert (more.notes, told_twice.of(more)) == ([], None)
    other = (
        "Statement number,Settlement date,Order number,Movement type,Net paid (USD)",
        "S-1,2025-10-15,2000000000000001,Sale,14.59",
        "S-2,2025-10-20,2000000000000007,Sale,22.60",
        "S-3,2025-10-21,2000000000000009,Bank transfer,-22.60",
    )
    profile(program, *other[:3], name="명세")
    batch = made.imported(written(tmp_path / "c.csv", *other), program, shop)
    assert told_twice.of(batch) == told_twice.ToldTwice(1, "2000000000000001", ("a.csv", "b.csv"))


def test_versions_of_a_profile_are_one_kind_of_payout_file(tmp_path, program, shop):
    first = profile(program, HEAD, *PAID[:3])
    made.imported(written(tmp_path / "a.csv", HEAD, PAID[0]), program, shop)
    by = people.officer()
    sample = profiles.change(first.profile, by=by)
    second = profiles.save(
        sample, sample.facts["values"] | {"zone": "Asia/Seoul"}, name="국경 간 정산", store=None, by=by
    )
    batch = made.imported(written(tmp_path / "b.csv", HEAD, PAID[0].replace("P-1", "P-8")), program, shop)
    assert (batch.profile, second.profile_id) == (second.code, first.profile_id)
    assert (second.code != first.code, told_twice.of(batch)) == (True, None)
    assert PayoutLine.objects.count() == 2
