"""What payout files of two kinds tell of the same orders is named: before the import, on both files' pages, and as the cause of a difference."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from programs.models import Target
from reports.domain import importing, keeping, undoing
from reports.domain.differing import finding
from reports.domain.verifying import verify
from reports.models import Difference, ImportBatch
from reports.queries import told_twice
from reports.views import differing
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.reports import item, movement, order, santiago

pytestmark = pytest.mark.django_db
AUGUST = dt.date(2025, 8, 1)
HEAD = (
    "SOURCE_ID,ORDER_ID,TRANSACTION_TYPE,TRANSACTION_AMOUNT,FEE_AMOUNT,SETTLEMENT_NET_AMOUNT,SETTLEMENT_CURRENCY,TRANSACTION_DATE,"
    "SETTLEMENT_DATE"
)


@pytest.fixture
def program(move_clock):
    return made.in_october(move_clock)


@pytest.fixture
def shop(program):
    shop = programs.store("OWN", company=register.company(1), settlement_currency=programs.currency("CLP"))
    programs.assignment(shop, programs.participation(register.company(1), program))
    return shop


def settlement(folder: Path, *rows: tuple[int, int, str, int], name: str = "settlement.csv") -> Path:
    """Number of the movement, of the order, kind, amount in pesos."""
    lines = [
        f"{number},{order(reference).reference},{kind},{amount},0,{amount},CLP,2025-08-20T10:00:00.000-04:00,2025-08-25T10:00:00.000-04:00"
        for number, reference, kind, amount in rows
    ]
    path = folder / name
    path.write_text("\n".join([HEAD, *lines, ""]))
    return path


def sold(tmp_path, program, shop, *numbers: int) -> None:
    """A million pesos each, 1,473,684 won."""
    orders = [order(number, item("A", price=1_000_000)) for number in numbers]
    made.imported(made.ventas(tmp_path, orders), program, shop)


def released(tmp_path, program, shop, *numbers: int, name: str = "release.csv") -> ImportBatch:
    moved = [movement(number, "1000000", order=number, at=santiago(8, 20)) for number in numbers]
    return made.imported(made.release(tmp_path, moved, name), program, shop)


def fresh(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.get(pk=batch.pk)


def told(batch: ImportBatch) -> tuple[int, tuple[str, ...]] | None:
    found = told_twice.of(fresh(batch))
    return found and (found.orders, found.files)


def test_money_that_two_kinds_of_files_tell_is_the_cause_of_a_difference(tmp_path, program, shop):
    """The release report pays orders 1, 2 and 3. The settlement report tells 1 again, of 2 that 100,000 were taken back and that its money went
    to the bank, and pays 4 for the first time. So 1,473,684 won are twice there, and of 2 nothing."""
    sold(tmp_path, program, shop, 1, 2, 3, 4)
    released(tmp_path, program, shop, 1, 2, 3)
    rows = [(1, 1, "SETTLEMENT", 1_000_000), (2, 2, "REFUND", -100_000), (3, 2, "WITHDRAWAL", -900_000), (4, 4, "SETTLEMENT", 1_000_000)]  # fmt: skip
    second = made.imported(settlement(tmp_path, *rows), program, shop)
    assert told(second) == (1, ("release.csv",))
    finding.find(program)
    row = Difference.objects.get()
    assert row.right_krw - row.left_krw == 1_473_684
    facts = {"kind": "payouts", "amount": "1473684", "orders": 1, "files": ["release.csv", "settlement.csv"]}
    assert row.causes == [{"cause": "duplicate", "krw": "1473684", "facts": facts}]
    for language, words in (
        ("ko", "반영을 취소하십시오"),
        ("en", "Take the imports of one of the two kinds back"),
    ):
        with translation.override(language):
            (shown,) = differing.cause_rows(row)
            assert words in shown["why"]
            assert "(release.csv, settlement.csv)" in shown["why"]
            assert "1,473,684" in shown["why"]
            assert shown["share"] == "100%"
    undoing.undo(second, reason="the release report is the one", by=people.officer())
    finding.find(program)
    assert [each["cause"] for each in Difference.objects.standing().get().causes] == []


def test_a_doubled_payout_is_named_though_a_missing_one_hides_it(tmp_path, program, shop):
    """Order 1 came twice; 2, 3 and 4 not at all."""
    sold(tmp_path, program, shop, 1, 2, 3, 4)
    released(tmp_path, program, shop, 1)
    made.imported(settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000)), program, shop)
    finding.find(program)
    (cause,) = Difference.objects.get().causes
    assert (cause["cause"], cause["krw"], cause["facts"]["amount"]) == ("duplicate", None, "1473684")


def test_parts_that_two_kinds_pay_of_one_order_are_no_second_telling(tmp_path, program, shop):
    """Half by the one, three tenths by the other, and the rest not at all."""
    sold(tmp_path, program, shop, 1)
    made.imported(made.release(tmp_path, [movement(1, "500000", order=1, at=santiago(8, 20))]), program, shop)
    made.imported(settlement(tmp_path, (1, 1, "SETTLEMENT", 300_000)), program, shop)
    finding.find(program)
    assert Difference.objects.get().causes == []


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [(500_000, 600_000, None), (970_000, 80_000, "73684"), (1_000_000, 80_000, "117895")],
)
def test_no_more_is_told_twice_than_came_too_much(tmp_path, program, shop, one, other, twice):
    """A million is due. Half by the one and six tenths by the other are parts, though 100,000 too much. Of 80,000 told again 50,000 are too much, or
    all of it: at 1.473684 won."""
    sold(tmp_path, program, shop, 1)
    made.imported(made.release(tmp_path, [movement(1, str(one), order=1, at=santiago(8, 20))]), program, shop)
    made.imported(settlement(tmp_path, (1, 1, "SETTLEMENT", other)), program, shop)
    finding.find(program)
    assert [each["facts"]["amount"] for each in Difference.objects.get().causes] == ([twice] if twice else [])


def test_a_refund_that_two_kinds_tell_is_the_cause_of_what_is_missing(tmp_path, program, shop):
    """900,000 are left of a million. Both kinds tell the refund of 100,000, 147,368 won, so 800,000 stand: 1,326,316 less 1,178,947 won."""
    sale = order(1, item("A", price=1_000_000), refund_amount="-100000")
    made.imported(made.ventas(tmp_path, [sale]), program, shop)
    moved = [
        movement(1, "1000000", order=1, at=santiago(8, 20)),
        movement(2, "-100000", order=1, at=santiago(8, 21), description="refund"),
    ]
    made.imported(made.release(tmp_path, moved), program, shop)
    made.imported(settlement(tmp_path, (3, 1, "REFUND", -100_000)), program, shop)
    finding.find(program)
    row = Difference.objects.get()
    assert row.right_krw - row.left_krw == -147_369
    facts = {"kind": "payouts", "amount": "-147368", "orders": 1, "files": ["release.csv", "settlement.csv"]}
    assert {"cause": "duplicate", "krw": "147368", "facts": facts} in row.causes
    with translation.override("en"):
        (why,) = [shown["why"] for shown in differing.cause_rows(row) if "two kinds" in shown["why"]]
    assert "-147,368 won are counted a second time" in why


def test_pages_of_payout_files_say_what_counts_twice_and_name_the_other_files(
    client, tmp_path, program, shop
):
    first = released(tmp_path, program, shop, 1, 2)
    batch = made.taken_in(
        settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000), (5, 3, "SETTLEMENT", 7)), program, shop
    )
    assert told(batch) == (1, ("release.csv",))
    client.force_login(register.member(register.company(1)))
    page = client.get(reverse("sales_file", args=[batch.pk])).content.decode()
    assert "한 종류의 파일만 반영하십시오" in page
    assert "release.csv" in page
    importing.enter(importing.confirm(batch, by=None))
    client.force_login(people.officer())
    for each, other in ((first, "settlement.csv"), (batch, "release.csv")):
        assert told(each) == (1, (other,))
        page = client.get(reverse("admin:reports_importbatch_change", args=[each.pk])).content.decode()
        assert "두 번 집계된 것이므로" in page
        assert other in page
    assert [each for each in verify().differences if each.check != "run_record"] == []
    undoing.undo(first, reason="the settlement report is the one", by=people.officer())
    assert told(batch) is None
    page = client.get(reverse("admin:reports_importbatch_change", args=[batch.pk])).content.decode()
    assert "두 번 집계된 것이므로" not in page


def test_of_a_file_with_lines_in_a_closed_month_another_way_out_is_named(client, tmp_path, program, shop):
    """The release report has lines of August, which was closed before the settlement report came; that one has lines of September alone."""
    sold(tmp_path, program, shop, 1)
    first = released(tmp_path, program, shop, 1)
    closed(program, AUGUST)
    path = settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000))
    path.write_text(path.read_text().replace("2025-08", "2025-09"))
    other = made.imported(path, program, shop)
    client.force_login(people.officer())
    for each, is_open in ((first, False), (other, True)):
        page = client.get(reverse("admin:reports_importbatch_change", args=[each.pk])).content.decode()
        assert ("두 번 집계된 것이므로 기관에서 두 종류 중 한쪽의" in page) is is_open
        assert ("마감한 달(2025년 8월)의 행이 있어 반영을 취소할 수 없으므로" in page) is not is_open


def test_files_that_wait_for_a_decision_follow_what_enters_and_what_is_taken_back(
    client, tmp_path, program, shop
):
    """A release and a settlement report are uploaded together. Once the one is imported the other one would tell its order again; once it is taken
    back not any more. A report of the same kind brings in what is new alone, of which it says nothing."""
    one = made.taken_in(
        made.release(tmp_path, [movement(1, "1000000", order=1, at=santiago(8, 20))]), program, shop
    )
    other = made.taken_in(settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000)), program, shop)
    client.force_login(register.member(register.company(1)))

    def page() -> str:
        return client.get(reverse("sales_file", args=[other.pk])).content.decode()

    assert (told(one), told(other), keeping.renew()) == (None, None, 0)
    assert "확인하고 있습니다" not in page()
    one = importing.enter(importing.confirm(one, by=None))
    assert told(other) is None
    assert "같은 돈이 들어 있는지 확인하고 있습니다" in page()
    assert (keeping.renew(), keeping.renew(), told(other)) == (1, 0, (1, ("release.csv",)))
    assert "한 종류의 파일만 반영하십시오" in page()
    undoing.undo(one, reason="by mistake", by=people.officer())
    assert told(other) is None
    assert (keeping.renew(), keeping.renew(), told(other)) == (1, 0, None)
    assert "확인하고 있습니다" not in page()
    assert fresh(other).state == ImportBatch.State.PREVIEW
    importing.enter(importing.confirm(other, by=None))
    released(tmp_path, program, shop, 1, name="again.csv")
    rows = [movement(number, "1000000", order=number, at=santiago(8, 20)) for number in (1, 2)]
    newer = made.taken_in(made.release(tmp_path, rows, "newer.csv"), program, shop)
    assert (newer.duplicate, told(newer)) == (1, None)


def test_files_that_wait_for_a_decision_are_read_although_many_others_are_asked_anew(
    tmp_path, program, shop, monkeypatch
):
    one = released(tmp_path, program, shop, 1)
    other = made.taken_in(settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000)), program, shop)
    ImportBatch.objects.update(told_twice=None)
    monkeypatch.setattr(keeping, "AT_ONCE", 1)
    assert keeping.renew() == 2
    assert (fresh(one).told_twice["orders"], told(other)) == (0, (1, ("release.csv",)))


def test_a_file_that_tells_other_orders_leaves_what_is_kept_of_others(tmp_path, program, shop):
    """Each day brings a file of each kind; those of another program in the shop count at another moment. One that replaces a line has those that told
    something asked anew."""
    later = programs.program(code="LATER", starts_on=AUGUST)
    programs.target(later, moment=Target.Moment.ORDERED, until_on=later.ends_on)
    first = released(tmp_path, program, shop, 1)
    other = made.imported(settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000)), program, shop)
    assert (keeping.renew(), keeping.renew()) == (1, 0)
    released(tmp_path, program, shop, 2, name="next-day.csv")
    made.imported(settlement(tmp_path, (9, 3, "SETTLEMENT", 7), name="next.csv"), later, shop)
    assert keeping.renew() == 0
    assert [fresh(each).told_twice["orders"] for each in (first, other)] == [1, 1]
    made.imported(settlement(tmp_path, (9, 3, "SETTLEMENT", 8), name="newer.csv"), later, shop)
    assert [fresh(each).told_twice for each in (first, other)] == [None, None]


def test_a_pack_and_its_orders_are_the_same_money(tmp_path, program, shop):
    """Orders 101 and 102 were bought in the pack 1. The release report names the pack, the settlement report order 101, and order 103 of none. Which
    belong together is known once the sales are."""
    one = released(tmp_path, program, shop, 1)
    rows = [(1, 101, "SETTLEMENT", 400_000), (2, 103, "SETTLEMENT", 7)]
    other = made.imported(settlement(tmp_path, *rows), program, shop)
    assert [told(each) for each in (one, other)] == [None, None]
    pack = [
        item(f"P-{number}", price=500_000, order_reference=order(number).reference) for number in (101, 102)
    ]
    made.imported(made.ventas(tmp_path, [order(1, *pack), order(103, item("A"))]), program, shop)
    twice = [(1, ("settlement.csv",)), (1, ("release.csv",))]
    assert [told(each) for each in (one, other)] == twice
    assert (keeping.renew(), keeping.renew()) == (2, 0)
    assert [told(each) for each in (one, other)] == twice
    waits = made.taken_in(
        settlement(tmp_path, (9, 102, "SETTLEMENT", 500_000), name="second.csv"), program, shop
    )
    assert told(waits) == (1, ("release.csv",))


def test_a_file_that_can_be_read_no_more_is_asked_once(tmp_path, program, shop):
    released(tmp_path, program, shop, 1)
    batch = made.taken_in(settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000)), program, shop)
    ImportBatch.objects.filter(pk=batch.pk).update(told_twice=None)
    storages["private"].delete(batch.file.path)
    assert (keeping.renew(), keeping.renew(), told(batch)) == (1, 0, None)


def test_what_payouts_tell_twice_is_kept_and_asked_anew_only_where_it_changed(tmp_path, program, shop):
    """The release reports a and b pay orders 1 and 2, the settlement report order 1. Only a is asked anew. A file of one kind that says the
    same once more tells nothing of another kind's."""

    def reads_lines(batch: ImportBatch) -> bool:
        with CaptureQueriesContext(connection) as asked:
            told_twice.of(fresh(batch))
        return any("reports_payout_line" in each["sql"] for each in asked)

    a = released(tmp_path, program, shop, 1, name="a.csv")
    b = released(tmp_path, program, shop, 2, name="b.csv")
    made.imported(made.release(tmp_path, [movement(1, "1000000", order=1, at=santiago(8, 20))], "again.csv"), program, shop)  # fmt: skip
    assert [told(each) for each in (a, b)] == [None, None]
    other = made.imported(settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000)), program, shop)
    assert [reads_lines(each) for each in (a, b, other)] == [True, False, False]
    assert keeping.renew() == 1
    assert keeping.renew() == 0
    assert [reads_lines(each) for each in (a, b, other)] == [False, False, False]
    assert [told(each) for each in (a, b, other)] == [(1, ("settlement.csv",)), None, (1, ("a.csv",))]
    undoing.undo(other, reason="one kind is enough", by=people.officer())
    assert [told(each) for each in (a, b)] == [None, None]
    keeping.renew()
    assert keeping.renew() == 0


def test_what_a_newer_file_had_replaced_is_asked_about_when_it_stands_again(tmp_path, program, shop):
    """Movement 1 was for order 1, a newer report says order 3, and that report is taken back. The settlement report pays order 1."""
    first = released(tmp_path, program, shop, 1)
    moved = [movement(1, "1000000", order=3, at=santiago(8, 20))]
    newer = made.imported(made.release(tmp_path, moved, "newer.csv"), program, shop)
    other = made.imported(settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000)), program, shop)
    assert [told(each) for each in (first, newer, other)] == [None, None, None]
    undoing.undo(newer, reason="order 1 after all", by=people.officer())
    assert [told(each) for each in (first, other)] == [(1, ("settlement.csv",)), (1, ("release.csv",))]


def test_files_that_were_imported_before_it_was_asked_are_asked(tmp_path, program, shop, owner_role):
    """What was kept of payout files said nothing; of files of sales it stays as it is."""
    sold(tmp_path, program, shop, 1)
    first = released(tmp_path, program, shop, 1)
    second = made.imported(settlement(tmp_path, (1, 1, "SETTLEMENT", 1_000_000)), program, shop)
    clear = {"moment": "paid", "orders": 0, "first": "", "files": []}
    ImportBatch.objects.update(told_twice=clear)
    assert [told(each) for each in (first, second)] == [None, None]
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(import_module("reports.migrations.0042_what_payout_files_tell_twice_is_asked").ASK)
    assert ImportBatch.objects.filter(told_twice=clear).count() == 1
    assert keeping.renew() == 2
    assert [told(each) for each in (first, second)] == [(1, ("settlement.csv",)), (1, ("release.csv",))]
