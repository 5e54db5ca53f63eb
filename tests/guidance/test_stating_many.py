"""Statements taken in by list: the sheet goes out, comes back filled in, says of each row and column what is wrong, and is
stored whole or not at all."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ground.carrying import carried
from guidance.forms.many_statements import SALT
from guidance.forms.products import ProductsField
from guidance.models import StatementVersion
from tests.factories import guidance, people, programs
from tests.guidance.test_statement_pages import client_of
from tests.programs.staff.test_deciding_many import book, comma, text

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:guidance_statementversion_take_in")
HEAD = [
    "Country", "Pillar", "Statement (Korean)", "Statement (English)", "HS codes", "Evidence (Korean)", "Evidence (English)",
    "Source", "Address of the source", "As of", "Look at it again by", "Confidence", "Responsible body",
]  # fmt: skip
ROW = [
    "VN",
    "payment",
    "전자지갑을 붙이십시오.",
    "Offer wallets.",
    "",
    "지어낸 근거",
    "",
    "지어낸 면담",
    "",
    "2015-05-01",
    "2016-05-01",
    "low",
    "",
]


def prepare(folder: Path) -> dict[str, Any]:
    program = programs.program("SBA-STRATEGY-2015")
    people.country("VN")
    guidance.draft(program, text_ko="이미 있습니다.")
    return {"program": program}


@pytest.fixture
def at(prepared) -> str:
    return f"{PAGE}?program={prepared.made['program'].pk}&country=VN"


def row(**cells: Any) -> list[Any]:
    names = dict(
        zip(
            (
                "country",
                "pillar",
                "text",
                "en",
                "products",
                "evidence",
                "evidence_en",
                "source",
                "url",
                "as_of",
                "review",
                "confidence",
                "body",
            ),
            ROW,
            strict=True,
        )
    )
    return list({**names, **cells}.values())  # fmt: skip


def send(
    client: Any,
    at: str,
    *rows: list[Any],
    head: list[str] = HEAD,
    content: bytes | None = None,
    name: str = "s.xlsx",
) -> Any:
    upload = SimpleUploadedFile(name, content or book([head, *rows]))
    return client.post(at, {"import_file": upload})  # fmt: skip


def told(shown: Any) -> list[tuple[int, str, list[tuple[str, str]]]]:
    return [
        (each["row"].wish.row, each["row"].state, [(column, str(said)) for column, said in each["faults"]])
        for each in shown.context["lines"]
    ]


def test_the_sheet_goes_out_and_what_was_shown_is_stored_after_it_was_confirmed(at):
    client = client_of(people.officer())
    assert PAGE in client.get(reverse("admin:guidance_statementversion_changelist")).text
    sheet = client.get(at.replace("/list/", "/list/sheet/"))
    assert sheet["Content-Disposition"].endswith("SBA-STRATEGY-2015-VN-statements.xlsx")
    opened = openpyxl.load_workbook(io.BytesIO(sheet.content)).active
    formats = {name: column.number_format for name, column in opened.column_dimensions.items()}
    assert formats == {"E": "@"}, "codes stay text, with the zeros in front"
    head, *begun = [list(each) for each in opened.values]
    assert (head, [each[:3] for each in begun]) == (
        HEAD,
        [
            ["VN", pillar, None]
            for pillar in ("product", "marketing", "payment", "delivery", "culture", "rules")
        ],
    )
    wanted = [
        row(
            pillar="제품",
            text="작게 파십시오.",
            products="33.04, 1604",
            body="sba",
            as_of=dt.date(2015, 5, 1),
        ),
        row(country="vn", confidence="높음", review="2016. 5. 2."),
        row(pillar="product", text="이미 있습니다."),
    ]
    shown = send(client, at, *begun, [], *wanted)
    assert told(shown) == [(9, "new", []), (10, "new", []), (11, "same", [])], "as a spreadsheet counts rows"
    cells = re.findall('data-label="HS codes">(.*?)<', shown.text)
    assert cells == ["3304, 1604", "–", "–"]
    assert StatementVersion.objects.count() == 1, "nothing is stored before it is confirmed"
    assert client.post(at, {"rows": shown.context["carried"][:-2] + "xx"}).status_code == 400
    other = at.replace("country=VN", "country=CL")
    people.country("CL")
    assert client.post(other, {"rows": shown.context["carried"]}).status_code == 400, (
        "shown for another country"
    )
    for count in (3, 3):
        assert client.post(at, {"rows": shown.context["carried"]}).status_code == 302
        assert StatementVersion.objects.count() == count, "a second click begins nothing"
    made = StatementVersion.objects.order_by("created_at")[1:]
    assert [(each.statement.pillar, each.state, each.products, each.confidence, f"{each.review_on}") for each in made] == [
        ("product", "draft", ["3304", "1604"], "low", "2016-05-01"),
        ("payment", "draft", [], "high", "2016-05-02"),
    ]  # fmt: skip
    again = send(client, at, content=comma([HEAD, [], *wanted[1:2]], "utf-8-sig"), name="s.csv")
    assert told(again) == [(3, "same", [])]


def test_each_row_says_in_which_column_what_is_wrong_and_one_refuses_all(at, prepared):
    client = client_of(people.officer())
    rows = [
        row(),
        row(country="JP", pillar="money", text="", confidence="sure", as_of="May", products="33x"),
        row(text="=1+1", products="0902, 902", url="nowhere at all", body="Nobody"),
        row(text="늦었습니다.", review="2015-05-01"),
        row(text="두 번"), row(text="두 번"),
    ]  # fmt: skip
    assert "formula" in text(send(client, at, *rows)), "a workbook is refused with its cell"
    shown = send(client, at, content=comma([HEAD, *rows]), name="s.csv")
    words = "Write one of these words: %s."
    assert told(shown) == [
        (3, "refused", [
            ("Country", "This list is taken in for VN (VN)."),
            ("Pillar", words % "product, marketing, payment, delivery, culture, rules"),
            ("Statement (Korean)", "This field is required."),
            ("HS codes", "Two to ten digits of the HS code."),
            ("As of", "Enter a valid date."),
            ("Confidence", words % "high, medium, low"),
        ]),
        (4, "refused", [
            ("Statement (Korean)", "This begins like a formula. Write it in words."),
            ("HS codes", "An HS code has 2, 4, 6, 8 or 10 digits. “902” lacks one, perhaps a zero: zeros at the beginning and at the end belong to it."),
            ("Address of the source", "Enter a valid URL."),
            ("Responsible body", "Write the agency of the program, one with a part in it, or a partner that it names; empty means its agency."),
        ]),
        (5, "refused", [("Look at it again by", "The day of the next review lies after the day it is as of.")]),
        (6, "refused", [("Statement (Korean)", "This statement stands in the rows 6, 7. Leave one of them.")]),
        (7, "refused", [("Statement (Korean)", "This statement stands in the rows 6, 7. Leave one of them.")]),
        (2, "new", []),
    ]  # fmt: skip
    assert "5 rows are refused" in text(shown)
    refused = client.post(at, {"rows": shown.context["carried"]})
    assert (refused.status_code, StatementVersion.objects.count()) == (409, 1)
    assert "column “Source” is missing" in text(send(client, at, head=[*HEAD[:7], "Quelle", *HEAD[8:]]))
    assert send(client, at, content=b"no list", name="s.txt").status_code == 400
    many = [row(text=str(number)) for number in range(201)]
    of = [str(prepared.made["program"].pk), "VN", str(people.officer().pk)]
    shown_before = carried(SALT, of, [[2, {"text_ko": "1"}]] * 201)
    for answer in (
        send(client, at, content=comma([HEAD, *many]), name="s.csv"),
        client.post(at, {"rows": shown_before}),
    ):
        said = dict(answer.context["form"].errors)
        assert (answer.status_code, said) == (
            409,
            {"__all__": ["More than 200 statements at once. Split the list."]},
        )


def test_codes_are_parted_by_commas_and_lines_and_are_of_whole_pairs_of_digits():
    codes = ProductsField(most=2)
    assert [codes.clean(each) for each in ("0902 10", "3304.99-1000\r\n16", "33.04; 3304,", " ")] == [
        ["090210"], ["3304991000", "16"], ["3304"], [],
    ]  # fmt: skip
    for each in ("902", "902.1", "33.1", "0902.10.0", "33041604 99 1", "1,2", "33, 34, 35"):
        with pytest.raises(ValidationError):
            codes.clean(each)


def test_only_staff_of_the_program_s_agency_take_in(at):
    stranger = client_of(people.officer(agency_code="BNA"))
    assert "SBA-STRATEGY" not in stranger.get(at).text
    assert [
        stranger.get(at.replace("/list/", "/list/sheet/")).status_code,
        send(stranger, at, ROW).status_code,
    ] == [404, 404]
    assert client_of(people.officer("auditor")).get(at).status_code == 404
    client = client_of(people.officer())
    assert client.get(f"{PAGE}?program=x&country=%00").status_code == 200
