"""Lists of exports beside what is known: what a newer one changes, what is taken back, closed months, entries by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from ground.errors import RuleBroken
from reports.domain import closing, customs_lists, declaring
from reports.domain.verifying import verify
from reports.models import ClosedMonth, CustomsLine, CustomsList, CustomsRecord
from reports.queries import closing as closings
from reports.queries import exports
from reports.queries.counted import Scope
from tests.factories import programs, register
from tests.factories import reports as made
from tests.factories.closing import closed
from tests.factories.exports import customs, declared, entered, no_differences, sums, taken, written

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)


def test_the_same_list_again_changes_nothing_and_a_newer_one_takes_the_earlier_values_back(
    tmp_path, program, first, officer
):
    path = written(tmp_path, declared("12345-25-000001X", "100"), declared("12345-25-000002X", "50"))
    entered(path, program, officer)
    again = entered(path, program, officer)
    assert (again.known, again.replaced, CustomsLine.objects.count()) == (2, 0, 2)
    newer = entered(
        written(
            tmp_path,
            declared("1234525000001x", "80", 란번호="1"),
            declared("12345-25-000002X", "50", 목적국="JP"),
        ),
        program,
        officer,
    )
    assert (newer.known, newer.replaced, CustomsLine.objects.count()) == (0, 2, 6)
    assert customs(program)[AUGUST][0] == 80
    assert customs(program, as_of=again.imported_at)[AUGUST][0] == 150
    no_differences()
    customs_lists.undo(newer, reason="잘못된 파일", by=officer)
    assert customs(program)[AUGUST][0] == 150
    with pytest.raises(RuleBroken, match="known_by_later"):
        customs_lists.undo(CustomsList.objects.order_by("created_at")[0], reason="x", by=officer)
    no_differences()


def test_a_company_brings_its_own_lines_only_and_changes_nothing_of_the_agency_s(
    tmp_path, program, first, officer
):
    owner = register.member(first.company)
    programs.participation(register.company(2), program)
    entered(written(tmp_path, declared("A-1", "100"), declared("B-1", "30", company=2)), program, officer)
    own = entered(
        written(
            tmp_path,
            declared("A-1", "900"),
            declared("B-1", "900"),
            declared("B-2", "40", company=2),
            declared("A-2", "20", 사업자등록번호=""),
        ),
        program,
        owner,
        participation=first,
    )
    assert own.grade == "company"
    assert sums(own) == {"": (1, Decimal(20)), "foreign": (1, Decimal(40)), "held": (2, Decimal(1800))}
    assert customs(program)[AUGUST][0] == 150
    no_differences()
    with pytest.raises(RuleBroken, match="not_your_company"):
        taken(
            written(tmp_path, declared("A-3", "1")),
            program,
            register.member(register.company(2)),
            participation=first,
        )
    with pytest.raises(RuleBroken, match="not_your_agency"):
        taken(written(tmp_path, declared("A-3", "1")), program, owner)


def test_a_month_has_lists_or_an_entry_by_hand_never_both(tmp_path, program, first, officer):
    facts: dict[str, Any] = {"month": AUGUST, "kind": "direct", "source": "수출실적증명서", "by": officer}
    record = declaring.record_customs(first, fob_amount=Decimal(70), **facts)
    path = written(tmp_path, declared("A-1", "100"), declared("A-2", "5", on="2025-09-05"))
    done = entered(path, program, officer)
    assert sums(done) == {"": (1, Decimal(5)), "by_hand": (1, Decimal(100))}
    assert {month: each[0] for month, each in customs(program).items()} == {AUGUST: 70, SEPTEMBER: 5}
    no_differences()
    with pytest.raises(RuleBroken, match="lists_say"):
        declaring.record_customs(first, fob_amount=Decimal(9), **{**facts, "month": SEPTEMBER})
    with pytest.raises(DatabaseError), transaction.atomic():
        CustomsRecord.objects.create(
            agency=program.agency, participation=first, month=SEPTEMBER, fob_amount=9, source="x"
        )
    with pytest.raises(RuleBroken, match="reason_missing"):
        declaring.take_out_customs(record, reason=" ", by=officer)
    assert declaring.take_out_customs(record, reason="목록으로 대체", by=officer) == 1
    assert {month: each[0] for month, each in customs(program).items()} == {AUGUST: 100, SEPTEMBER: 5}
    declaring.record_customs(first, fob_amount=Decimal(9), **{**facts, "kind": "indirect"})
    assert customs(program)[AUGUST][0] == 109
    no_differences()


def test_what_becomes_known_of_a_closed_month_is_booked_in_the_open_one(tmp_path, program, first, officer):
    """August closed with 100 dollars at 1,400. Then 80 dollars and another 10 become known: September holds -10 dollars of
    August, at August's rate, beside its own 5 at 1,500."""
    program.starts_on = AUGUST
    program.save()
    made.rate("USD", "KRW", dt.date(2025, 8, 1), "1400")
    made.rate("USD", "KRW", dt.date(2025, 9, 1), "1500")
    old = entered(written(tmp_path, declared("A-1", "100")), program, officer)
    waiting = taken(written(tmp_path, declared("A-9", "1")), program, officer)
    with pytest.raises(RuleBroken, match="in_the_way"):
        closing.ask_to_close(program, AUGUST, reason="월 마감", by=officer)
    customs_lists.cancel(waiting, by=officer)
    closed(program, AUGUST)
    with pytest.raises(RuleBroken, match="month_closed"):
        customs_lists.undo(old, reason="x", by=officer)
    kept = ClosedMonth.objects.get()
    assert kept.figures["customs"] == [{"currency": "USD", "amount": "100", "krw": "140000"}]
    entered(
        written(
            tmp_path, declared("A-1", "80"), declared("A-2", "10"), declared("A-3", "5", on="2025-09-05")
        ),
        program,
        officer,
    )
    assert customs(program) == {AUGUST: (100, 140_000), SEPTEMBER: (-5, -6_500)}
    found = closings.adjustments(Scope(program, SEPTEMBER, dt.date(2025, 9, 30)))
    assert [
        (each.month, each.concerns, each.measure, each.rows, each.amount, each.krw_amount) for each in found
    ] == [(SEPTEMBER, AUGUST, "customs", 3, -10, -14_000)]
    lines, count = closings.adjusted_lines(program, SEPTEMBER)
    assert count == 2
    assert {(each.order_reference, each.net_before, each.net_difference) for each in lines} == {
        ("A-1", 100, -20), ("A-2", None, 10),
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_customs_line SELECT (l).* FROM (SELECT jsonb_populate_record(l, jsonb_build_object("
            "'id', 999999, 'line_key', 'other')) AS l FROM reports_customs_line l WHERE business_day < '2025-09-01') x"
        )
    no_differences()


def test_rows_of_the_ledger_stay(tmp_path, program, first, officer):
    entered(written(tmp_path, declared("A-1", "100")), program, officer)
    for change in (
        lambda: CustomsLine.objects.update(fob_amount=9),
        lambda: CustomsLine.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_verify_tells_lines_that_somebody_changed(tmp_path, program, first, officer, owner_role):
    entered(written(tmp_path, declared("A-1", "100")), program, officer)
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_customs_line DISABLE TRIGGER USER")
        cursor.execute("UPDATE reports_customs_line SET fob_amount = 90")
        cursor.execute(
            "INSERT INTO reports_customs_line SELECT (jsonb_populate_record(l, jsonb_build_object("
            "'id', 99999, 'version', 2))).* FROM reports_customs_line l"
        )
        cursor.execute("ALTER TABLE reports_customs_line ENABLE TRIGGER USER")
    assert {each.check for each in verify().differences} == {
        "customs", "customs_seal", "customs_sums", "customs_version",
    }  # fmt: skip


def test_what_the_agency_s_list_shows_again_is_the_agency_s_from_then_on(tmp_path, program, first, officer):
    owner = register.member(first.company)
    path = written(tmp_path, declared("A-1", "1000"))
    own = entered(path, program, owner, participation=first)
    confirmed = entered(path, program, officer)
    assert (confirmed.known, confirmed.replaced) == (1, 0)
    later = entered(written(tmp_path, declared("A-1", "9000")), program, owner, participation=first)
    assert sums(later) == {"held": (1, Decimal(9000))}
    assert [(row.grade, row.fob_amount) for row in exports.by_month(program)] == [("agency", 1000)]
    customs_lists.undo(own, reason="잘못된 파일", by=officer)
    assert customs(program)[AUGUST][0] == 1000
    no_differences()


def test_in_a_closed_month_the_agency_s_word_holds_and_nothing_is_booked_for_it(
    tmp_path, program, first, officer
):
    program.starts_on = AUGUST
    program.save()
    made.rate("USD", "KRW", AUGUST, "1400")
    owner = register.member(first.company)
    path = written(tmp_path, declared("A-1", "1000"))
    entered(path, program, owner, participation=first)
    closed(program, AUGUST)
    entered(path, program, officer)
    later = entered(written(tmp_path, declared("A-1", "9000")), program, owner, participation=first)
    assert (sums(later), CustomsLine.objects.count()) == ({"held": (1, Decimal(9000))}, 1)
    no_differences()


def test_a_list_is_taken_back_unless_a_later_one_shows_a_line_of_it(tmp_path, program, first, officer):
    second = programs.participation(register.company(2), program)
    two = register.member(second.company)
    wrong = entered(written(tmp_path, declared("A-1", "1000")), program, officer)
    b_1 = declared("B-1", "10", company=2)
    entered(written(tmp_path, b_1), program, two, participation=second)
    shown = entered(
        written(tmp_path, b_1, declared("B-2", "10", company=2)), program, two, participation=second
    )
    assert shown.known == 1
    customs_lists.undo(wrong, reason="잘못된 파일", by=officer)
    assert customs(program)[AUGUST][0] == 20
    again = entered(written(tmp_path, declared("A-1", "1000")), program, officer)
    entered(
        written(tmp_path, declared("A-1", "1000")),
        program,
        register.member(first.company),
        participation=first,
    )
    with pytest.raises(RuleBroken, match="known_by_later"):
        customs_lists.undo(again, reason="x", by=officer)
    no_differences()


def test_what_a_list_had_replaced_is_judged_anew_when_it_is_taken_back(tmp_path, program, first, officer):
    """A-1 moved from August to September; August was then entered by hand, so the restored line of August waits."""
    entered(written(tmp_path, declared("A-1", "1000")), program, officer)
    moved = entered(written(tmp_path, declared("A-1", "1000", on="2025-09-05")), program, officer)
    declaring.record_customs(
        first, month=AUGUST, kind="direct", fob_amount=Decimal(5), source="수출실적증명서", by=officer
    )
    customs_lists.undo(moved, reason="잘못된 파일", by=officer)
    assert {month: each[0] for month, each in customs(program).items()} == {AUGUST: 5}
    assert [row.outcome for row in exports.not_counted(program)] == ["by_hand"]
    no_differences()
