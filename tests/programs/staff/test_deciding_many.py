"""Criteria decided by list: what waits goes out, decisions come back, a preview says of each row what it would do."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Approval
from programs.domain import screening
from programs.models import Call, Override
from tests.factories import people, register, staff

pytestmark = pytest.mark.django_db
HEAD = [
    "Receipt number", "Business number", "Company", "Code of the requirement", "Requirement", "The rule says", "Why",
    "Value seen", "What shows it", "Your decision", "Reason of your decision", "Do not change",
]  # fmt: skip
DECISION, REASON, STAMP = 9, 10, 11
Rows = list[list[Any]]


@pytest.fixture(autouse=True)
def _after_closing(move_clock):
    move_clock(staff.AFTER_CLOSING)


def waiting() -> Call:
    """Of three applicants the first does not meet the province, the others wait for a look at their standing."""
    call = staff.call()
    for serial in (1, 2, 3):
        made = staff.applicant(call, serial, is_fine=serial > 1)
        if serial > 1:
            made.company.status_checks.all().delete()
    screening.screen_call(call, by=people.officer())
    return call


def client_of(user: Any = None, language: str = "en") -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(user or people.officer())
    return client


def listed(call: Call, language: str = "en") -> Rows:
    reply = client_of(language=language).get(reverse("admin:programs_call_open_criteria", args=[call.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(reply.content)).active
    return [["" if cell is None else cell for cell in row] for row in sheet.values]


def book(rows: Iterable[list[Any]]) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def comma(rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding, "replace")


def send(call: Call, content: bytes, name: str = "decisions.xlsx", client: Client | None = None) -> Any:
    at = reverse("admin:programs_call_take_decisions", args=[call.pk])
    return (client or client_of()).post(at, {"import_file": SimpleUploadedFile(name, content)})


def confirm(call: Call, shown: Any, client: Client | None = None) -> Any:
    at = reverse("admin:programs_call_take_decisions", args=[call.pk])
    return (client or client_of()).post(at, {"rows": shown.context["carried"]})


def told(shown: Any) -> list[tuple[int, str, str]]:
    return [(each["row"].wish.row, each["row"].state, each["row"].refusal) for each in shown.context["lines"]]


def text(shown: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", shown.content.decode()).split())


def decisions() -> list[tuple[str, str, str, str]]:
    return list(
        Override.objects.order_by("application__receipt", "criterion__position").values_list(
            "application__receipt", "criterion__code", "to", "reason"
        )
    )


def test_what_waits_goes_out_and_decisions_come_in_after_a_preview():
    call = waiting()
    head, *rows = listed(call)
    assert head == HEAD
    assert [[*row[:1], row[3], row[5], *row[DECISION:STAMP]] for row in rows] == [
        [f"{call.code}-0001", "seoul", "not met", "", ""],
        [f"{call.code}-0002", "status", "a person must look", "", ""],
        [f"{call.code}-0003", "status", "a person must look", "", ""],
    ]
    assert listed(call, "ko")[0][DECISION:] == ["결정", "결정 사유", "수정 금지"]

    same = send(call, book([head, *rows]))
    assert (told(same), same.context["same"], "No row says anything new." in text(same)) == ([], 3, True)
    rows[0][DECISION:STAMP] = ["MET", "본점 이전 확인"]
    rows[1][DECISION:STAMP] = ["충족", "홈택스에서 확인"]
    shown = send(call, book([head, *rows]))
    assert told(shown) == [(2, "asks", ""), (3, "decided", "")]
    assert "is an exception: a second person is asked" in text(shown)
    assert "Record 2 decisions" in text(shown)
    assert (decisions(), Approval.objects.count()) == ([], 0)
    assert confirm(call, shown).status_code == 302
    assert decisions() == [
        (f"{call.code}-0001", "seoul", "met", "본점 이전 확인"),
        (f"{call.code}-0002", "status", "met", "홈택스에서 확인"),
    ]
    assert Approval.objects.get().decision == "exception"
    assert staff.result(call.applications.get(receipt=f"{call.code}-0001"), "seoul").final == "not_met"

    # The list of now has the decisions; taken in once more, as CSV of a Korean office, it changes nothing.
    again = listed(call, "ko")
    assert [row[DECISION:STAMP] for row in again[1:]] == [
        ["충족", "본점 이전 확인"], ["충족", "홈택스에서 확인"], ["", ""],
    ]  # fmt: skip
    unchanged = send(call, comma(again, "cp949"), "결정.csv")
    assert (told(unchanged), unchanged.context["same"]) == ([], 3)


def test_one_row_refused_is_named_and_nothing_is_recorded():
    call = waiting()
    head, first, second, third = listed(call)
    register.status(call.applications.get(receipt=second[0]).company, "active")
    screening.screen_application(call.applications.get(receipt=second[0]), by=people.officer())
    write = {"to": "met", "reason": "확인"}

    def row(of: list[Any], **given: str) -> list[Any]:
        found = list(of)
        found[DECISION], found[REASON] = given.get("to", write["to"]), given.get("reason", write["reason"])
        found[0], found[3] = given.get("receipt", of[0]), given.get("code", of[3])
        return found

    shown = send(
        call,
        book(
            [
                head, row(first), row(second), row(third), row(third, reason="또"), row(third, receipt="SBA-9"),
                row(third, code="none"), row(third, code="ban"), row(first, code="sme", to="아마"),
                row(first, code="status", reason="'=1+1"), row(first, code="status", reason="가" * 1001),
                row(third, code="sme", reason=""),
            ]
        ),
    )  # fmt: skip
    company = call.applications.get(receipt=second[0]).company
    stale = "this has changed since the list was downloaded. Download it again and look once more."
    assert told(shown) == [
        (3, "refused", f"{company}: {stale}"),
        (4, "refused", "This requirement of this application stands in the rows 4, 5. Leave one of them."),
        (5, "refused", "This requirement of this application stands in the rows 4, 5. Leave one of them."),
        (6, "refused", "No application of this call has this receipt number."),
        (7, "refused", "This call has no requirement with this code."),
        (8, "refused", f"{call.applications.get(receipt=third[0]).company}: {stale}"),
        (9, "refused", "In “Your decision” write “met” or “not met”, or nothing."),
        (10, "refused", "The reason begins like a formula. Write it in words."),
        (11, "refused", "The reason has more than 1000 letters."),
        (12, "refused", f"{call.applications.get(receipt=third[0]).company}: {stale}"),
        (2, "asks", ""),
    ]
    assert "10 rows are refused." in text(shown)
    assert 'name="rows"' not in shown.content.decode()
    assert confirm(call, shown).status_code == 409
    assert decisions() == []
    without = send(call, book([head, row(third, reason="")]))
    assert told(without) == [(2, "refused", "Say why you decide otherwise.")]


def test_what_changes_between_preview_and_confirmation_stops_all_of_it():
    call = waiting()
    head, first, second, third = listed(call)
    for row in (second, third):
        row[DECISION:STAMP] = ["not met", "폐업 확인"]
    shown = send(call, book([head, first, second, third]))
    assert [state for _row, state, _why in told(shown)] == ["decided", "decided"]
    application = call.applications.get(receipt=third[0])
    screening.override(staff.result(application, "status"), to="met", reason="먼저", by=people.officer())
    late = confirm(call, shown)
    assert (late.status_code, [state for _row, state, _why in told(late)]) == (409, ["refused", "decided"])
    assert decisions() == [(third[0], "status", "met", "먼저")]


def test_a_file_that_is_not_the_list_gets_its_sentence():
    call = waiting()
    rows = listed(call)
    formula = [list(row) for row in rows]
    formula[1][DECISION] = '="me"&"t"'
    twice = [[*row, row[DECISION]] for row in rows]
    cases = [
        (b"", "decisions.xlsx", "The submitted file is empty."),
        (b"PK\x03\x04 nothing", "decisions.xlsx", "This is not an XLSX file, or it is damaged. Save it again as XLSX."),
        (comma(rows), "decisions.xlsx", "This is not an XLSX file, or it is damaged. Save it again as XLSX."),
        (staff.PDF, "decisions.pdf", "Choose the list as an XLSX or CSV file."),
        (comma(rows, "utf-16"), "decisions.csv", "The file is neither UTF-8 nor CP949 text. Save it as CSV UTF-8."),
        (book(formula), "decisions.xlsx", "A formula stands in cell J2. Paste its value instead: choose Paste special, then Values."),
        (book([row[:STAMP] for row in rows]), "decisions.xlsx",
         "The column “Do not change” is missing. Download the list again and fill that in."),
        (book(twice), "decisions.xlsx", "The column “Your decision” stands there twice. Leave one of them."),
        (b"x" * (5 * 1024 * 1024 + 1), "decisions.csv", "The file is larger than 5 MB. Split it, then choose a part."),
    ]  # fmt: skip
    for content, name, sentence in cases:
        shown = send(call, content, name)
        assert (shown.status_code, sentence in text(shown)) == (400, True), (sentence, text(shown)[:800])
    many = [
        rows[0],
        *([*rows[1][:3], f"c{number}", *rows[1][4:DECISION], "met", "이유", "x"] for number in range(1001)),
    ]
    shown = send(call, comma(many), "decisions.csv")
    assert (shown.status_code, "More than 1000 decisions at once. Split the list." in text(shown)) == (
        409,
        True,
    )
    empty = listed(staff.call(code="SBA-EMPTY"))
    assert empty == [HEAD]


def test_other_agencies_readers_and_other_people_s_previews_get_nothing():
    call = waiting()
    rows = listed(call)
    rows[2][DECISION:STAMP] = ["met", "확인"]
    shown = send(call, book(rows))
    colleague = client_of(people.officer("officer", email="second@sba.example"))
    assert confirm(call, shown, colleague).status_code == 400
    call.program.shares.create(agency=people.agency("OTHER"), part_ko="물류 지원")
    at = [
        reverse(f"admin:programs_call_{name}", args=[call.pk]) for name in ("open_criteria", "take_decisions")
    ]
    other, auditor = client_of(people.officer("manager", "OTHER")), client_of(people.officer("auditor"))
    assert [other.get(each).status_code for each in at] == [404, 404]
    assert [auditor.get(each).status_code for each in at] == [200, 404]
    page = client_of().get(at[1])
    assert "You see what each row would do before anything is recorded." in text(page)
    assert decisions() == []
