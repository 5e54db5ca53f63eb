"""Lines without a company, many at once; assignments as a list out and in."""

from __future__ import annotations

import datetime as dt
import io
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ground import outbox
from ground.clock import SEOUL
from ground.errors import RuleBroken
from ground.sheets import first_sheet
from ground.workbooks import workbook
from programs.domain import stores
from programs.models import Assignment, Participation
from reports import assignment_forms
from reports.domain import assigning, assignment_lists
from reports.domain.assigning import Group
from reports.models import AssignmentList, BulkAssignment, SalesLine, SetAside
from reports.queries import home, unassigned, waiting
from reports.queries.unassigned import Reason
from tests.factories import people, programs, register
from tests.factories import reports as made
from tests.factories.reports import item, order, santiago

pytestmark = pytest.mark.django_db
AUGUST = dt.date(2025, 8, 1)


@pytest.fixture
def program(move_clock):
    move_clock(dt.datetime(2025, 10, 2, 9, tzinfo=SEOUL))
    programs.currency("KRW")
    return programs.program()


@pytest.fixture
def officer(program):
    return people.officer()


@pytest.fixture
def shared(program):
    return programs.store("ST-P")


@pytest.fixture
def parts(program):
    return [programs.participation(register.company(serial), program) for serial in (1, 2)]


@pytest.fixture
def queue(program, shared, parts, tmp_path):
    """Five waiting lines: three of SKU 0012 (10,000 each on 5, 6 and 20 August), two of B-2 (20,000 each on the 7th)."""
    orders = [
        order(1, item("0012"), at=santiago(8, 5)), order(2, item("0012"), at=santiago(8, 6)),
        order(3, item("0012"), at=santiago(8, 20)), order(4, item("B-2", price=20_000), at=santiago(8, 7)),
        order(5, item("B-2", price=20_000), at=santiago(8, 7)),
    ]  # fmt: skip
    made.imported(made.ventas(tmp_path, orders), program, shared)
    return {"0012": Group(shared.pk, "0012", "MLC-0012"), "B-2": Group(shared.pk, "B-2", "MLC-B-2")}


def owned(part) -> int:
    rows = SalesLine.objects.filter(participation=part)
    return sum(rows.values_list("sign", flat=True))


def test_many_groups_at_once_find_their_company(queue, parts, officer, shared):
    bulk = assigning.assign(queue.values(), parts[0], by=officer)
    assert (bulk.lines, bulk.stores, bulk.done_at) == (5, 1, None)
    again = assigning.assign(queue.values(), parts[0], by=officer)
    assert again == bulk
    outbox.drain()
    bulk.refresh_from_db()
    assert (bulk.left, bulk.found, bulk.done_at is None) == ([], 5, False)
    assert owned(parts[0]) == 5
    kept = Assignment.objects.order_by("reference").values_list("scope", "reference", "from_on", "until_on")
    assert list(kept) == [
        ("sku", "0012", dt.date(2025, 8, 5), None),
        ("sku", "B-2", dt.date(2025, 8, 7), None),
    ]
    assert waiting.unassigned(officer) == []


def test_where_a_last_day_is_agreed_assignments_end_with_it_and_two_clicks_are_one(
    queue, parts, officer, program
):
    last = dt.date(2025, 10, 31)
    parts[0].last_on = last
    parts[0].save(update_fields=["last_on"])
    bulk = assigning.assign([queue["0012"]], parts[0], by=officer)
    for until_on in (None, dt.date(2025, 12, 31)):
        assert assigning.assign([queue["0012"]], parts[0], until_on=until_on, by=officer) == bulk
    assert Assignment.objects.get().until_on == last
    number, first = parts[0].company.business_number, dt.date(2025, 8, 5)
    row = assignment_lists.Row(2, "ST-P", "sku", "0012", number, first, None)
    (judged,) = assignment_lists.judge(program, [row], by=officer)
    assert judged.outcome == assignment_lists.Outcome.UNCHANGED


def test_what_lies_outside_the_days_waits_on_and_is_said(queue, parts, officer):
    bulk = assigning.assign(
        [queue["0012"]], parts[0], from_on=dt.date(2025, 8, 6), until_on=dt.date(2025, 8, 10), by=officer,
        by_listing=True,
    )  # fmt: skip
    outbox.drain()
    bulk.refresh_from_db()
    assert (bulk.lines, bulk.found) == (3, 1)
    assert Assignment.objects.get().scope == "listing"
    assert owned(parts[0]) == 1


def test_all_or_none_when_one_is_somebody_elses(queue, parts, officer, shared):
    """A second officer who gives it to another company is told whose it is, and nothing of the choice is done."""
    stores.assign(shared, parts[1], scope="sku", reference="B-2", from_on=AUGUST, by=officer)
    with pytest.raises(RuleBroken, match="assignment_overlap") as refused:
        assigning.assign(queue.values(), parts[0], from_on=AUGUST, by=people.officer("manager"))
    assert str(refused.value.sentence).startswith("B-2: ")
    assert Assignment.objects.count() == 1
    assert not BulkAssignment.objects.exists()


def test_refusals(queue, parts, officer, shared, program):
    for groups, code in (([], "nothing_chosen"), ([Group(shared.pk, "", "")], "no_reference"),
                         ([Group(shared.pk, "X", "")], "nothing_waits")):  # fmt: skip
        with pytest.raises(RuleBroken, match=code):
            assigning.assign(groups, parts[0], by=officer)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        assigning.assign(queue.values(), parts[0], by=people.officer("manager", "GBA"))
    with pytest.raises(RuleBroken, match="not_your_agency"):
        assigning.set_aside(queue.values(), reason="x", by=people.officer("auditor"))
    with pytest.raises(RuleBroken, match="reason_missing"):
        assigning.set_aside(queue.values(), reason=" ", by=officer)
    foreign = programs.store("GBA-1", agency_code="GBA")
    with pytest.raises(RuleBroken, match="other_program"):
        assigning.assign([Group(foreign.pk, "A", "")], parts[0], by=officer)


def test_lines_put_aside_count_nowhere_and_stay_visible_with_their_sum(queue, officer):
    assert home.waiting_for(officer).lines_without_company == 5
    assert assigning.set_aside([queue["B-2"]], reason="이 사업 아님", by=officer) == 1
    assert assigning.set_aside([queue["B-2"]], reason="이 사업 아님", by=officer) == 0
    assert [(row.sku, row.lines, row.amount) for row in waiting.unassigned(officer)] == [("0012", 3, 30_000)]
    assert [(row.sku, row.lines, row.amount) for row in waiting.put_aside(officer)] == [("B-2", 2, 40_000)]
    assert home.waiting_for(officer).lines_without_company == 3
    assert assigning.take_back([queue["B-2"]], by=officer) == 1
    assert waiting.put_aside(officer) == []
    assert SetAside.objects.get().ended_by == officer


def test_candidates_have_their_reason(queue, parts, officer, shared, program, tmp_path):
    """SKU 0012 is assigned to the first company in another store; B-2's title was the second company's under another SKU; a
    company that does not take part in the program is not proposed."""
    elsewhere = programs.store("ST-2", company=parts[0].company)
    programs.assignment(elsewhere, parts[0], sku="0012")
    stranger = programs.participation(register.company(3), programs.program("SBA-OTHER"))
    programs.assignment(elsewhere, stranger, sku="B-2")
    programs.assignment(shared, parts[1], sku="B-OLD")
    made.imported(
        made.ventas(tmp_path, [order(9, item("B-OLD", title="상품 B-2"), at=santiago(8, 3))], "old.xlsx"), program, shared,
    )  # fmt: skip
    found = unassigned.candidates(waiting.unassigned(officer))
    assert {key[1]: [(each.participation, each.reason, each.where) for each in rows] for key, rows in found.items()} == {
        "0012": [(parts[0], Reason.SKU, "ST-2")], "B-2": [(parts[1], Reason.TITLE, "ST-P")],
    }  # fmt: skip


def test_the_page_solves_with_the_proposal_and_with_a_typed_company(client, queue, parts, officer, shared):
    programs.assignment(programs.store("ST-2", company=parts[0].company), parts[0], sku="0012")
    client.force_login(officer)
    url = reverse("admin:reports_unassigned")
    page = client.get(url)
    assert [each["row"].sku for each in page.context["rows"]] == ["B-2", "0012"]
    codes = {each["row"].sku: each["code"] for each in page.context["rows"]}
    assert client.post(url, {"do": "proposed", "group": list(codes.values())}).status_code == 409
    done = client.post(url, {"do": f"one:{codes['0012']}"})
    bulk = BulkAssignment.objects.get()
    assert done["Location"] == reverse("admin:reports_bulkassignment_change", args=[bulk.pk])
    assert client.get(done["Location"]).status_code == 200
    assert client.post(url, {"do": "assign", "group": codes["B-2"], "company": "999"}).status_code == 400
    typed = {"do": "assign", "group": codes["B-2"], "company": parts[1].number, "from_on": "2025-08-01"}
    assert client.post(url, typed).status_code == 302
    outbox.drain()
    assert (owned(parts[0]), owned(parts[1])) == (3, 2)
    assert "3" in client.get(done["Location"]).content.decode()
    for bad in ("x", json.dumps([1, 2, 3]), json.dumps(["no", "a", "b"])):
        assert client.post(url, {"do": "aside", "reason": "x", "group": bad}).status_code == 409
    client.force_login(people.officer("auditor"))
    assert client.get(url).status_code == 200
    assert client.post(url, typed).status_code == 404


def test_the_page_says_where_an_agreed_last_day_cuts_what_was_assigned(client, queue, parts, officer, shared):
    programs.assignment(programs.store("ST-2", company=parts[0].company), parts[0], sku="0012")
    Participation.objects.update(last_on=dt.date(2025, 12, 24))
    client.force_login(officer)
    url = reverse("admin:reports_unassigned")
    codes = {each["row"].sku: each["code"] for each in client.get(url).context["rows"]}
    typed = {"do": "assign", "group": codes["B-2"], "company": parts[1].number, "from_on": "2025-08-01"}
    for asked, is_cut in (
        ({"do": f"one:{codes['0012']}"}, True),
        ({**typed, "until_on": "2025-12-24"}, False),
    ):
        page = client.post(url, asked, follow=True, HTTP_ACCEPT_LANGUAGE="en").content.decode()
        said = "Assigned until 24 December 2025, the agreed last day of the agreement."
        assert (said in page, "The lines are looked at again." in page) == (is_cut, not is_cut)


def filled(rows, head=None) -> SimpleUploadedFile:
    names = head or [assignment_forms.heads()[name] for name in assignment_forms.COLUMNS]
    return SimpleUploadedFile("list.xlsx", workbook(names, rows, text_columns=assignment_forms.TEXT_COLUMNS))


def test_a_list_goes_out_and_comes_back_unchanged_with_zeros_in_front(
    client, parts, officer, shared, program
):
    programs.assignment(shared, parts[0], sku="0012")
    programs.assignment(shared, parts[1], listing="=1+1", until_on=dt.date(2025, 9, 30))
    client.force_login(officer)
    answer = client.get(reverse("admin:reports_assignments"), {"program": program.code})
    rows = first_sheet(answer.content, rows=10, columns=10)
    assert sorted(row[2] for row in rows[1:]) == ["0012", "=1+1"]
    page = client.get(reverse("admin:reports_assignmentlist_add")).content.decode()
    assert f"?program={program.code}&amp;store=ST-P" in page
    none = client.get(reverse("admin:reports_assignments"), {"program": program.code, "store": "ST-X"})
    assert len(first_sheet(none.content, rows=10, columns=10)) == 1
    csv = client.get(reverse("admin:reports_assignments"), {"program": program.code, "format": "csv"})
    assert "'=1+1" in csv.content.decode("utf-8-sig")
    for name, content in (("a.xlsx", answer.content), ("a.csv", csv.content)):
        sent = client.post(
            reverse("admin:reports_assignmentlist_add"),
            {"program": program.pk, "import_file": SimpleUploadedFile(name, content)},
        )
        assert sent.status_code == 302, sent.content.decode()
        kept = AssignmentList.objects.latest("uploaded_at")
        assert [each["outcome"] for each in kept.rows] == ["unchanged", "unchanged"]
    client.force_login(people.officer("manager", "GBA"))
    other = client.get(reverse("admin:reports_assignments"), {"program": program.code})
    assert len(first_sheet(other.content, rows=10, columns=10)) == 1


def test_a_long_list_is_written_while_it_is_sent_and_says_the_same(
    client, parts, officer, shared, program, monkeypatch
):
    for number in range(3):
        programs.assignment(shared, parts[0], sku=f"00{number}")
    client.force_login(officer)
    address, asked = reverse("admin:reports_assignments"), {"program": program.code}
    whole = client.get(address, {**asked, "format": "csv"}).content
    monkeypatch.setattr("reports.admin.assigning.MOST_IN_MEMORY", 3)
    assert not client.get(address, asked).streaming
    monkeypatch.setattr("reports.admin.assigning.MOST_IN_MEMORY", 2)
    for form in ("csv", "xlsx"):
        answer = client.get(address, {**asked, "format": form})
        assert answer.streaming
        assert answer.getvalue() == whole
        assert answer["Content-Type"].startswith("text/csv")


def test_a_list_that_is_too_long_for_a_workbook_is_called_csv_and_lists_by_store_are_offered(
    client, parts, officer, shared, program, monkeypatch
):
    """Two assignments in one store, one in another; two rows are as many as a workbook has. Then one."""
    other = programs.store("ST-Q")
    for store, sku in ((shared, "001"), (shared, "002"), (other, "003")):
        programs.assignment(store, parts[0], sku=sku)
    client.force_login(officer)

    def shown(most: int) -> list[str]:
        monkeypatch.setattr("reports.admin.assigning.MOST_IN_MEMORY", most)
        body = client.get(reverse("admin:reports_assignmentlist_add"), headers={"accept-language": "en"})
        links = re.findall(
            r'<a href="[^"]*/download/[?]program=[^"]*"[^>]*>([^<]*)</a>', body.content.decode()
        )
        said = f"The whole list has more than {most} rows" in body.content.decode()
        return [*links, *(["too long to be uploaded"] if said else [])]

    assert shown(3) == ["As XLSX", "As CSV", "ST-P", "ST-Q"]
    assert shown(2) == ["As CSV, for reading", "ST-P", "ST-Q", "too long to be uploaded"]
    assert shown(1) == [
        "As CSV, for reading",
        "ST-P (As CSV, for reading)",
        "ST-Q",
        "too long to be uploaded",
    ]


def test_each_row_says_what_becomes_of_it_and_nothing_is_done_before_it_is_applied(
    client, parts, officer, shared, program
):
    """One ends on 31 August and the other company takes the SKU from 1 September; a new listing; other first day; unchanged."""
    first = programs.assignment(shared, parts[0], sku="0012", from_on=AUGUST)
    moved = programs.assignment(shared, parts[0], sku="C-3", from_on=AUGUST)
    same = programs.assignment(shared, parts[1], sku="D-4", from_on=AUGUST)
    numbers = [part.company.business_number for part in parts]
    rows = [
        ["ST-P", "sku", "0012", numbers[1], "", "2025-09-01", "", ""],
        ["ST-P", "SKU", "0012", numbers[0], "", "2025-08-01", "2025-08-31", str(first.pk)],
        ["ST-P", "listing", "MLC-0099", numbers[0], "", "2025.09.01", None, ""],
        ["ST-P", "sku", "C-3", numbers[0], "", "2025-07-15", "", str(moved.pk)],
        ["ST-P", "sku", "D-4", numbers[1], "", "2025-08-01", "", ""],
    ]  # fmt: skip
    client.force_login(officer)
    add = reverse("admin:reports_assignmentlist_add")
    sent = client.post(add, {"program": program.pk, "import_file": filled(rows)})
    kept = AssignmentList.objects.get()
    assert [each["outcome"] for each in kept.rows] == ["new", "ended", "new", "changed", "unchanged"]
    assert Assignment.objects.count() == 3
    assert client.get(sent["Location"]).status_code == 200
    assert Assignment.objects.count() == 3
    for _double_click in range(2):
        assert client.post(reverse("admin:reports_assignmentlist_apply", args=[kept.pk])).status_code == 302
    kept.refresh_from_db()
    assert (kept.changes, kept.applied_by) == (4, officer)
    found = Assignment.objects.order_by("reference", "from_on").values_list(
        "reference", "participation", "from_on", "until_on"
    )
    assert list(found) == [
        ("0012", parts[0].pk, AUGUST, dt.date(2025, 8, 31)), ("0012", parts[1].pk, dt.date(2025, 9, 1), None),
        ("C-3", parts[0].pk, dt.date(2025, 7, 15), None), ("D-4", parts[1].pk, AUGUST, None),
        ("MLC-0099", parts[0].pk, dt.date(2025, 9, 1), None),
    ]  # fmt: skip
    assert same.pk in set(Assignment.objects.values_list("pk", flat=True))


def test_a_refused_row_names_its_row_and_nothing_is_applied(client, parts, officer, shared, program):
    programs.assignment(shared, parts[1], sku="TAKEN", from_on=AUGUST)
    number = parts[0].company.business_number
    rows = [
        ["ST-P", "sku", "OK-1", number, "", "2025-08-01", "", ""],
        ["NONE", "sku", "A", number, "", "2025-08-01", "", ""],
        ["ST-P", "sku", "A", "1234567890", "", "2025-08-01", "", ""],
        ["ST-P", "sku", "A", number, "", "", "", ""],
        ["ST-P", "sku", "A", number, "", "1 Sep", "", ""],
        ["ST-P", "colour", "A", number, "", "2025-08-01", "", ""],
        ["ST-P", "sku", 12, number, "", "2025-08-01", "", ""],
        ["ST-P", "sku", "TAKEN", number, "", "2025-08-01", "", ""],
        ["ST-P", "sku", "OK-1", number, "", "2025-08-01", "", ""],
        ["ST-P", "sku", "A", number, "", "2025-08-01", "", "01900000-0000-7000-8000-000000000000"],
        ["ST-P", "sku", "A", number, "", "2025-08-02", "2025-08-01", ""],
    ]  # fmt: skip
    client.force_login(officer)
    sent = client.post(
        reverse("admin:reports_assignmentlist_add"), {"program": program.pk, "import_file": filled(rows)}
    )
    kept = AssignmentList.objects.get()
    assert [each["outcome"] for each in kept.rows] == ["new", *["refused"] * 10]
    judged = assignment_lists.judge(
        program, [assignment_lists.row_of(each) for each in kept.rows], by=officer
    )
    assert [each.row.number for each in judged] == list(range(2, 13))
    assert all(each.reason for each in judged[1:])
    assert client.get(sent["Location"]).status_code == 200
    with pytest.raises(RuleBroken, match="rows_refused"):
        assignment_lists.apply(kept, by=officer)
    assert Assignment.objects.count() == 1


def test_a_list_that_is_older_than_the_assignments_is_not_applied(parts, officer, shared, program):
    row = assignment_lists.Row(2, "ST-P", "sku", "A", parts[0].company.business_number, AUGUST, None)
    kept = assignment_lists.take_in(program, "a.xlsx", [row], by=officer)
    stores.assign(shared, parts[0], scope="sku", reference="A", from_on=AUGUST, by=officer)
    with pytest.raises(RuleBroken, match="changed_meanwhile"):
        assignment_lists.apply(kept, by=officer)
    with pytest.raises(RuleBroken, match="not_your_agency"):
        assignment_lists.apply(kept, by=people.officer("manager", "GBA"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nonsense", b"a,b\n1,2\n"])
def test_wrong_files_are_told(client, officer, program, content):
    client.force_login(officer)
    add = reverse("admin:reports_assignmentlist_add")
    for name in ("x.xlsx", "x.csv", "x.pdf"):
        upload = SimpleUploadedFile(name, io.BytesIO(content).getvalue())
        assert client.post(add, {"program": program.pk, "import_file": upload}).status_code == 400
    assert not AssignmentList.objects.exists()
