"""Lists of exports: whose each line is, what a newer list changes, what waits and why, closed months, entries by hand."""

from __future__ import annotations

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies import numbers
from companies.models import Succession
from ground import outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from programs.domain import agreement, planning
from programs.models import Market, Participation, ProgramMarket
from reports.domain import closing, customs_lists, customs_owners, declaring, importing
from reports.domain.customs_owners import Book
from reports.domain.verifying import verify
from reports.files.mapping.profiles.customs import FORM
from reports.models import ClosedMonth, CustomsLine, CustomsList, CustomsRecord
from reports.queries import closing as closings
from reports.queries import exports, measures
from reports.queries.counted import Scope
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.closing import closed

pytestmark = pytest.mark.django_db
AUGUST, SEPTEMBER = dt.date(2025, 8, 1), dt.date(2025, 9, 1)
HEADINGS = (
    "수출신고번호",
    "란번호",
    "수리일자",
    "사업자등록번호",
    "HS부호",
    "신고금액(USD)",
    "목적국",
    "거래구분",
    "대표자명",
)


@pytest.fixture
def program():
    return programs.program()


@pytest.fixture
def first(program) -> Participation:
    return programs.participation(register.company(1), program)


@pytest.fixture
def officer():
    return people.officer()


def declared(
    number: str, amount: str, *, company: int = 1, on: str = "2025-08-05", **more: str
) -> dict[str, str]:
    return {
        "수출신고번호": number, "란번호": "001", "수리일자": on, "사업자등록번호": register.company(company).business_number,
        "HS부호": "3304.99-1000", "신고금액(USD)": amount, "목적국": "CL", "거래구분": "11", "대표자명": "홍길동", **more,
    }  # fmt: skip


def written(folder, *rows: dict[str, str], headings=HEADINGS, name="exports.csv"):
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        out = csv.DictWriter(stream, headings)
        out.writeheader()
        out.writerows(rows)
    return path


def taken(path, program, by, **more: Any) -> CustomsList:
    with path.open("rb") as stream:
        kept = importing.keep(File(stream, name=path.name))
    return customs_lists.read(customs_lists.take_in(kept, program, by=by, **more))


def entered(path, program, by, unpaid=(), **more: Any) -> CustomsList:
    row = taken(path, program, by, **more)
    assert row.state == CustomsList.State.PREVIEW, row.refusal_ko
    return customs_lists.enter(customs_lists.confirm(row, by=by, unpaid_types=unpaid))


def customs(program, **more: Any) -> dict[dt.date, tuple[Decimal, Decimal | None]]:
    found = measures.customs(Scope(program, program.starts_on, program.ends_on, **more))
    return {row.month: (row.amount, row.krw_amount) for row in found}


def sums(row: CustomsList) -> dict[str, tuple[int, Decimal]]:
    return {each["name"]: (each["lines"], Decimal(each["fob"])) for each in row.found}


def no_differences() -> None:
    assert [str(each) for each in verify().differences] == []


def test_lines_count_for_their_exporter_in_the_month_of_acceptance_and_the_rest_is_named(
    tmp_path, program, first, officer
):
    """1,400 won for a dollar on average in August. 100.50 + 9.50 count: 110 dollars, 154,000 won."""
    made.rate("USD", "KRW", dt.date(2025, 8, 1), "1390")
    made.rate("USD", "KRW", dt.date(2025, 8, 29), "1410")
    row = taken(
        written(
            tmp_path,
            declared("12345-25-000001X", "100.50"),
            declared("12345-25-000001X", "9.50", 란번호="002", 목적국="칠레"),
            declared("12345-25-000002X", "7", company=2),
            declared("12345-25-000003X", "8", 목적국="JP"),
            declared("12345-25-000004X", "6", 목적국=""),
            declared("12345-25-000005X", "5", on="2025-04-30"),
            declared("12345-25-000006X", "4", 거래구분="92"),
            declared("12345-25-000007X", "-3"),
        ),
        program,
        officer,
    )
    people.country("JP")
    assert (row.state, row.profile, row.rows, row.rejected, row.lines) == (
        "preview",
        "customs-exports",
        8,
        1,
        7,
    )
    assert row.removed_columns == ["대표자명"]
    assert customs(program) == {}
    row = customs_lists.enter(customs_lists.confirm(row, by=officer, unpaid_types=["92", "77"]))
    assert (row.state, row.grade, row.unpaid_types) == ("done", "agency", ["92"])
    assert sums(row) == {
        "": (2, Decimal(110)), "exporter": (1, Decimal(7)), "market": (1, Decimal(8)), "country": (1, Decimal(6)),
        "days": (1, Decimal(5)), "unpaid": (1, Decimal(4)),
    }  # fmt: skip
    assert customs(program) == {AUGUST: (Decimal(110), Decimal(154_000))}
    assert customs(program, companies=(register.company(2).pk,)) == {}
    line = CustomsLine.objects.get(line_number="002")
    assert (line.participation, line.country, line.hs_code, line.export_kind) == (
        first,
        "CL",
        "3304991000",
        "direct",
    )
    no_differences()


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


def test_naru_s_template_tells_mail_and_indirect_exports_and_takes_off_stated_freight_alone(
    tmp_path, program, first, officer
):
    """88.50 by mail (100 CIF less 10 and 1.50), 1,000 by a purchase confirmation. CIF without insurance is rejected; a manifest
    without HS code waits."""
    headings = [korean for _into, korean, _english in FORM]

    def row(*values: str) -> dict[str, str]:
        return dict(zip(headings, values, strict=True))

    number = first.company.business_number
    path = written(
        tmp_path,
        row(
            "구매확인서",
            "PC-1",
            "",
            "KTNET",
            "2025-08-05",
            number,
            "3304991000",
            "CL",
            "",
            "1,000",
            "",
            "",
            "",
        ),
        row(
            "목록통관", "M-1", "", "", "2025-08-06", number, "3304991000", "CL", "", "100", "CIF", "10", "1.5"
        ),
        row("목록통관", "M-2", "", "", "2025-08-06", number, "3304991000", "CL", "", "100", "CIF", "10", ""),
        row("목록통관", "M-3", "", "", "2025-08-06", number, "", "CL", "", "5", "", "", ""),
        headings=headings,
    )
    done = entered(path, program, officer)
    assert (done.profile, done.rejected) == ("naru-exports", 1)
    assert sums(done) == {"": (2, Decimal("1088.5")), "manifest": (1, Decimal(5))}
    assert {
        (line.proof, line.export_kind, line.issuer): line.fob_amount
        for line in CustomsLine.objects.filter(outcome="")
    } == {("confirmation", "indirect", "KTNET"): 1000, ("manifest", "direct", ""): Decimal("88.5")}


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


def test_a_line_waits_until_its_company_takes_part(tmp_path, program, officer):
    register.company(1)
    entered(written(tmp_path, declared("A-1", "100")), program, officer)
    assert customs(program) == {}
    programs.participation(register.company(1), program)
    assert customs_lists.ask_again(program, by=officer) == 1
    assert customs_lists.ask_again(program, by=officer) == 0
    assert customs(program)[AUGUST][0] == 100
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


def test_a_sales_file_is_no_list_of_exports(tmp_path, program, officer):
    path = made.ventas(tmp_path, [made.order(1)])
    assert taken(path, program, officer).refusal_code == "not_customs"


def test_an_exporter_whose_place_a_company_took_is_that_company(tmp_path, program, first, officer):
    path = written(tmp_path, declared("A-1", "100", company=2))
    kept = taken(path, program, officer).file
    Succession.objects.create(
        agency=program.agency, former=register.company(2), successor=first.company, kind="incorporation",
        on=dt.date(2025, 1, 1), document="법인 등기", file=kept, recorded_by=officer,
        confirmed_at=dt.datetime(2025, 1, 2, tzinfo=dt.UTC),
    )  # fmt: skip
    entered(path, program, officer)
    assert CustomsLine.objects.get().participation == first
    no_differences()


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
    assert {each.check for each in verify().differences} == {"customs_seal", "customs_version"}


def test_a_company_brings_its_list_on_its_page(tmp_path, program, first, officer):
    owner = register.member(first.company)
    client = Client()
    client.force_login(owner)
    page = client.get(reverse("customs_lists")).content.decode()
    assert "수출 내역" in page
    path = written(
        tmp_path, declared("A-1", "100"), declared("A-2", "4", 거래구분="92"), declared("A-3", "x")
    )
    answer = client.post(
        reverse("customs_lists"),
        {"place": str(first.pk), "upload": SimpleUploadedFile("수출신고 내역.csv", path.read_bytes())},
    )
    row = CustomsList.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("customs_list", args=[row.pk]))
    outbox.drain()
    page = client.get(reverse("customs_list", args=[row.pk])).content.decode()
    assert "unpaid_types" in page
    assert "신고금액" in page
    for _twice in range(2):
        answer = client.post(reverse("customs_list_confirm", args=[row.pk]), {"unpaid_types": ["92"]})
        assert answer.status_code == 302
    outbox.drain()
    row.refresh_from_db()
    assert (row.state, row.unpaid_types) == ("done", ["92"])
    assert "100" in client.get(reverse("customs_lists")).content.decode()
    assert client.post(reverse("customs_list_cancel", args=[row.pk])).status_code == 409
    assert client.post(reverse("customs_lists"), {"place": str(first.pk)}).status_code == 400
    stranger = Client()
    stranger.force_login(register.member(register.company(2)))
    for name in ("customs_list", "customs_list_confirm", "customs_list_cancel"):
        answer = getattr(stranger, "get" if name == "customs_list" else "post")(reverse(name, args=[row.pk]))
        assert answer.status_code == 404
    assert stranger.get(reverse("file_download", args=[row.file_id])).status_code == 404
    assert (
        client.get(reverse("customs_template", args=["ko", "csv"]))
        .content.decode("utf-8-sig")
        .startswith("증빙 종류")
    )


def test_staff_bring_a_list_and_take_it_back(tmp_path, program, first, officer):
    client = Client()
    client.force_login(officer)
    path = written(tmp_path, declared("A-1", "100"))
    answer = client.post(
        reverse("admin:reports_customslist_add"),
        {
            "place": str(program.pk),
            "origin_note": "무역협회",
            "upload": SimpleUploadedFile("e.csv", path.read_bytes()),
        },
    )
    row = CustomsList.objects.get()
    assert answer["Location"] == reverse("admin:reports_customslist_change", args=[row.pk])
    outbox.drain()
    for name, values in (("confirm", {}), ("again", {}), ("undo", {"reason": "잘못된 파일"})):
        assert (
            client.post(reverse(f"admin:reports_customslist_{name}", args=[row.pk]), values).status_code
            == 302
        )
        outbox.drain()
        assert client.get(answer["Location"]).status_code == 200
    row.refresh_from_db()
    assert (row.state, row.undo_reason) == ("undone", "잘못된 파일")
    assert client.get(reverse("admin:reports_customslist_changelist")).status_code == 200
    record = declaring.record_customs(
        first, month=AUGUST, kind="direct", fob_amount=Decimal(7), source="증명서", by=officer
    )
    answer = client.post(
        reverse("admin:reports_customsrecord_take_out", args=[record.pk]), {"reason": "목록으로"}
    )
    assert (answer.status_code, CustomsRecord.objects.count()) == (302, 0)


def test_what_a_company_exported_while_it_took_part_stays_when_it_leaves(
    tmp_path, program, first, officer, move_clock
):
    """August is closed with 1,000 dollars; the company left on 10 September, as is said on the 12th. Of what becomes known later its
    export of that day counts, the one of the day after does not; nothing of August is taken back."""
    program.starts_on = AUGUST
    program.save()
    move_clock(dt.datetime(2025, 9, 12, 9, tzinfo=SEOUL))
    made.rate("USD", "KRW", AUGUST, "1400")
    entered(written(tmp_path, declared("A-1", "1000")), program, officer)
    closed(program, AUGUST)
    agreement.end(first, reason="폐업", by=officer, last_on=dt.date(2025, 9, 10))
    entered(
        written(tmp_path, declared("A-2", "7", on="2025-09-10"), declared("A-3", "5", on="2025-09-11")),
        program,
        officer,
    )
    assert {month: each[0] for month, each in customs(program).items()} == {AUGUST: 1000, SEPTEMBER: 7}
    assert CustomsLine.objects.get(declaration_number="A-3").outcome == "exporter"
    no_differences()


def test_exports_before_a_company_joined_do_not_count_unless_it_was_assigned_before(
    tmp_path, program, officer
):
    part = programs.participation(
        register.company(1), program, agreed_at=dt.datetime(2025, 8, 20, 9, tzinfo=SEOUL)
    )
    path = written(
        tmp_path,
        declared("A-1", "100"),
        declared("A-2", "7", on="2025-08-20"),
        declared("A-3", "5", on="2025-08-10"),
    )
    entered(path, program, officer)
    assert customs(program)[AUGUST][0] == 7
    programs.assignment(programs.store(), part, from_on=dt.date(2025, 8, 10))
    assert customs_lists.ask_again(program, by=officer) == 1
    assert customs(program)[AUGUST][0] == 12
    no_differences()


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


def test_a_purchase_confirmation_counts_once_however_its_issuer_is_written(tmp_path, program, first, officer):
    headings = [korean for _into, korean, _english in FORM]
    for issuer in ("KTNET", "ktnet", ""):
        row = declared("", "500", **{"증빙 종류": "구매확인서", "증빙 번호": "PC-1", "발급기관": issuer})
        row |= {"수리일(발급일)": "2025-08-05", "금액(USD)": "500", "란번호": ""}
        entered(
            written(tmp_path, {name: row.get(name, "") for name in headings}, headings=headings),
            program,
            officer,
        )
    assert customs(program)[AUGUST][0] == 500
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


def test_a_line_that_another_company_took_for_itself_is_named_as_such(tmp_path, program, first, officer):
    second = programs.participation(register.company(2), program)
    entered(
        written(tmp_path, declared("B-1", "30")), program, register.member(first.company), participation=first
    )
    own = entered(
        written(tmp_path, declared("B-1", "30", company=2)),
        program,
        register.member(second.company),
        participation=second,
    )
    assert sums(own) == {"claimed": (1, Decimal(30))}
    entered(written(tmp_path, declared("B-1", "30", company=2)), program, officer)
    assert customs(program, companies=(second.company_id,))[AUGUST][0] == 30
    no_differences()


def test_what_the_agency_says_of_a_type_holds_whoever_brought_the_line(tmp_path, program, first, officer):
    """92 are samples. The company says so of nothing, the agency of its own list, later the other way round of the company's."""
    owner = register.member(first.company)
    own = entered(
        written(tmp_path, declared("A-1", "100"), declared("A-2", "4", 거래구분="92")),
        program,
        owner,
        participation=first,
    )
    assert customs(program)[AUGUST][0] == 104
    entered(written(tmp_path, declared("A-3", "5", 거래구분="92")), program, officer, unpaid=["92"])
    assert customs(program)[AUGUST][0] == 100
    again = entered(
        written(tmp_path, declared("A-4", "6", 거래구분="92"), declared("A-5", "7", 거래구분="29")),
        program, owner, unpaid=["29"], participation=first,
    )  # fmt: skip
    assert (again.unpaid_types, customs(program)[AUGUST][0]) == (["29", "92"], 100)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        customs_lists.say_types(own, unpaid_types=[], by=owner)
    client = Client()
    client.force_login(officer)
    page = client.get(reverse("admin:reports_customslist_change", args=[own.pk])).content.decode()
    assert page.count(" checked") == 1
    answer = client.post(reverse("admin:reports_customslist_types", args=[own.pk]), {"unpaid_types": []})
    assert answer.status_code == 302
    assert customs(program)[AUGUST][0] == 115
    assert customs_lists.say_types(own, unpaid_types=["11"], by=officer) == 1
    assert customs(program)[AUGUST][0] == 15
    no_differences()


def test_lines_are_looked_at_again_when_companies_days_or_markets_change(tmp_path, program, first, officer):
    people.country("JP")
    path = written(
        tmp_path,
        declared("A-1", "100"),
        declared("A-2", "20", 목적국="JP"),
        declared("A-3", "3", on="2025-04-30"),
    )
    entered(path, program, officer)
    assert [(row.outcome, row.lines) for row in closings.still_to_come(program, AUGUST).exports] == [
        ("market", 1)
    ]
    sold_in = programs.market()
    market = Market.objects.create(
        platform=sold_in.platform, site_code="MLJ", country=people.country("JP"), currency=sold_in.currency, zone="Asia/Tokyo"
    )  # fmt: skip
    planning.save_part(ProgramMarket(program=program, market=market), by=officer)
    outbox.drain()
    assert customs(program)[AUGUST][0] == 120
    program.starts_on = dt.date(2025, 4, 1)
    planning.save_program(program, by=officer)
    Participation.objects.update(agreed_at=dt.datetime(2025, 4, 1, tzinfo=SEOUL))
    outbox.drain()
    assert customs(program)[dt.date(2025, 4, 1)][0] == 3
    no_differences()


@pytest.mark.parametrize("lines", [3, 40])
def test_looking_again_asks_as_often_of_forty_lines_as_of_three_and_reads_those_that_change(
    tmp_path, program, first, officer, lines
):
    """Half of the lines are of another type, which the agency then says nobody paid for."""
    rows = [declared(f"A-{number}", "10", 거래구분="11" if number % 2 else "94") for number in range(lines)]
    row = entered(written(tmp_path, *rows), program, officer)
    with CaptureQueriesContext(connection) as same:
        assert customs_lists.look_again(program.pk) == 0
    assert not [each for each in same if "currency_amount" in each["sql"]]  # no line is read whole
    assert len(same) == 12
    with CaptureQueriesContext(connection) as changed:
        assert customs_lists.say_types(row, unpaid_types=["94"], by=officer) == (lines + 1) // 2
    assert len(changed) == 38
    odd = lines // 2
    assert customs(program)[dt.date(2025, 8, 1)][0] == 10 * odd
    assert customs_lists.look_again(program.pk) == 0
    no_differences()


def succession(former: int, successor, officer, kind: str = "incorporation", **more: Any) -> Succession:
    with (Path(__file__).parent / "test_customs_lists.py").open("rb") as stream:
        kept = importing.keep(File(stream, name="법인 등기.csv"))
    return Succession.objects.create(
        agency=people.agency(), former=register.company(former), successor=successor, kind=kind, on=dt.date(2025, 1, 1),
        document="법인 등기", file=kept, recorded_by=officer, confirmed_at=dt.datetime(2025, 1, 2, tzinfo=dt.UTC), **more,
    )  # fmt: skip


def test_a_company_reads_of_the_numbers_that_stand_for_it_too(tmp_path, program, first, officer):
    """Company 2 became company 1, 3 is its branch. A page names the same numbers as lines are judged by."""
    fourth = programs.participation(register.company(4), program)
    succession(2, first.company, officer)
    succession(3, first.company, officer, "branch")
    number = {each: register.company(each).business_number for each in range(1, 6)}
    assert customs_owners.numbers_of(first) == {number[1], number[2], number[3]}
    assert customs_owners.numbers_of(fourth) == {number[4]}
    assert customs_owners.numbers_of(first) == Book(program).numbers_of(first)
    path = written(
        tmp_path, declared("A-1", "70", company=2, 목적국="US"), declared("A-2", "80", company=3, 목적국="US"),
        declared("A-3", "90", company=5, 목적국="US"),
    )  # fmt: skip
    entered(path, program, officer)
    client = Client()
    client.force_login(register.member(first.company))
    page = client.get(reverse("customs_lists")).content.decode()
    assert all(numbers.pretty(number[each]) in page for each in (2, 3))
    assert not any(numbers.pretty(number[each]) in page for each in (4, 5))
    assert "150" in page, "two lines to another country, of the numbers that stand for it"
    # 5 became 4, and 4 is said to have become 1: 3 and 5 stand for both now, 4 for itself.
    succession(5, fourth.company, officer)
    succession(4, first.company, officer)
    for part, stand in ((first, {1, 2}), (fourth, {4})):
        assert customs_owners.numbers_of(part) == {number[each] for each in stand}
        assert Book(program).numbers_of(part) == {number[each] for each in stand}
    stranger = Client()
    stranger.force_login(register.member(register.company(6)))
    page = stranger.get(reverse("customs_lists")).content.decode()
    assert not any(numbers.pretty(number[each]) in page for each in number)


def test_rejected_rows_are_had_as_they_stood_mended_and_brought_again(tmp_path, program, first, officer):
    """Of three rows two are rejected; the download has these two in the list's own columns with the reason behind, without whom it names;
    mended, only they enter."""
    owner = register.member(first.company)
    path = written(
        tmp_path,
        declared("A-1", "100"),
        declared("A-2", "x"),
        declared("A-3", "30", on="어제"),
        name="수출.csv",
    )
    row = entered(path, program, owner, participation=first)
    assert (row.lines, row.rejected) == (1, 2)
    staff, client, stranger = Client(), Client(), Client()
    staff.force_login(officer)
    client.force_login(owner)
    stranger.force_login(register.member(register.company(2)))
    shown = client.get(reverse("customs_list", args=[row.pk])).content.decode()
    urls = [reverse(name, args=[row.pk]) for name in ("customs_list_rejects", "customs_list_mend")]
    assert all(url in shown for url in urls)
    assert [stranger.get(url).status_code for url in urls] == [404, 404]
    on_staff_site = [
        reverse(f"admin:reports_customslist_{name}", args=[row.pk]) for name in ("rejects", "mend")
    ]
    page = staff.get(reverse("admin:reports_customslist_change", args=[row.pk])).content.decode()
    assert all(url in page for url in on_staff_site)
    assert staff.get(on_staff_site[1]).content == client.get(urls[1]).content
    listed = list(csv.reader(client.get(urls[0]).content.decode("utf-8-sig").splitlines()))
    assert [(each[0], each[2]) for each in listed[1:]] == [("3", "x"), ("4", "어제")]
    answer = client.get(urls[1])
    assert "filename*=utf-8''" in answer["Content-Disposition"].lower()
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert [(each["수출신고번호"], each["신고금액(USD)"], each["수리일자"], each["대표자명"]) for each in rows] == [
        ("A-2", "x", "2025-08-05", ""), ("A-3", "30", "어제", ""),
    ]  # fmt: skip
    reasons = [each["반려 사유"] for each in rows]
    assert [reason.partition(":")[0] for reason in reasons] == ["신고금액(USD)", "수리일자"]
    rows[0]["신고금액(USD)"], rows[1]["수리일자"] = "20", "2025-08-07"
    again = entered(
        written(tmp_path, *rows, headings=list(rows[0]), name="mended.csv"),
        program,
        owner,
        participation=first,
    )
    assert (again.lines, again.rejected, customs(program)[AUGUST][0]) == (2, 0, 150)
    no_differences()


def test_all_rejected_rows_are_in_the_downloads_also_when_there_are_many(
    tmp_path, program, first, officer, monkeypatch
):
    """A list keeps the first of its rejections for its page; of the others the stored copy is read once more."""
    monkeypatch.setattr(customs_lists, "TOLD_REJECTS", 2)
    path = written(tmp_path, declared("A-0", "1"), *(declared(f"A-{n}", "x") for n in range(1, 6)))
    row = taken(path, program, officer)
    assert (row.rejected, len(row.rejects)) == (5, 2)
    client = Client()
    client.force_login(officer)
    for name, kept in (("rejects", 5), ("mend", 5)):
        answer = client.get(reverse(f"admin:reports_customslist_{name}", args=[row.pk]))
        assert len(answer.content.decode("utf-8-sig").splitlines()) == 1 + kept
    customs_lists.cancel(row, by=officer)
    assert client.get(reverse("admin:reports_customslist_mend", args=[row.pk])).status_code == 200
