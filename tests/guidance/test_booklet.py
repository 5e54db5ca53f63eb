"""The booklet: what it says is what the statements say, on tagged pages, the same bytes in any process."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from guidance.printing import booklet
from guidance.printing.figures import drawing_of, written
from guidance.queries.guide_content import version_of
from tests.guidance.contents import content, figure, statement

ROOT = Path(__file__).resolve().parent.parent.parent
LONG = "베트남에서는주소를길게적는일이많습니다" * 100
ADDRESS = "https://example.org/" + "very-long-address" * 20
SALES = [figure("판매액", "Sales", value, year) for year, value in ((2012, "0.7"), (2013, "2.2"), (2014, "2.97"))]  # fmt: skip
AT_NIGHT = """
import hashlib, json, sys, django
django.setup()
from guidance.printing import booklet
print(hashlib.sha256(booklet.write_pdf(json.load(sys.stdin), "ko")).hexdigest())
"""


def guide() -> dict[str, Any]:
    return content(
        statement("a", "product", product_codes=["3304", "1905"], figures=SALES),
        statement("b", "product", text_en="", review_on="2015-06-14", is_made_up=True),
        statement("c", "payment", evidence_ko=LONG, source_address=ADDRESS),
        number=2,
        changes=[
            {"kind": "changed", "statement": "a", "version": "a-1", "pillar": "product", "text_ko": "가", "text_en": "A", "changed_ko": "값을 고침", "changed_en": "New values"},
            {"kind": "gone", "statement": "z", "version": "z-1", "pillar": "rules", "text_ko": "나", "text_en": "", "changed_ko": "", "changed_en": ""},
        ],
    )  # fmt: skip


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


@pytest.mark.parametrize("lang", booklet.LANGUAGES)
def test_the_text_of_the_pdf_is_that_of_the_statements(lang: str):
    found = guide()
    texts = pages(booklet.write_pdf([found], lang))
    whole = squeezed("".join(texts))
    places = []
    for row in found["statements"]:
        said = [row[f"text_{lang}"] or row["text_ko"], row[f"evidence_{lang}"], row["source"]]
        said += [row["confidence"][f"name_{lang}"], row["body"][f"name_{lang}"], *row["product_codes"]]
        if row["evidence_ko"] == LONG and lang == "ko":
            said.remove(LONG)  # it runs over pages: head and foot stand between
            assert whole.count("베트남에서는주소를길게적는일이많습니다") > 90
        assert [each for each in said if squeezed(each) not in whole] == []
        places.append(whole.index(squeezed(said[0])))
    assert places == sorted(places)
    assert squeezed(ADDRESS) in whole
    day, past, changed = {
        "ko": ("VN-2판,2015.6.15.(월)", "이판을낸날이미검토예정일이지남", "값을고침"),
        "en": ("VersionVN-2,15June2015", "Pastitsreviewonthedayofthisversion", "Newvalues"),
    }[lang]
    assert [day in squeezed(text) for text in texts] == [True] * len(texts)
    assert whole.count(past) == 1
    assert changed in whole
    assert whole.count("(Koreanonly)") == (2 if lang == "en" else 0)
    for row in SALES:
        assert f"{row['value']}{row[f'unit_{lang}']}".replace(" ", "") in whole


def test_it_is_tagged_in_one_language_with_an_outline():
    reader = PdfReader(
        io.BytesIO(booklet.write_pdf([guide(), content(statement("d", "rules"), code="CN")], "en"))
    )
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "pdfuaid:part" in root["/Metadata"].get_object().get_data().decode()
    tops = [each for each in reader.outline if not isinstance(each, list)]
    assert [str(each.title) for each in tops if "Contents" not in str(each.title)] == [  # type: ignore[union-attr]
        "Country VN",
        "Country CN",
    ]


def test_a_booklet_of_all_names_the_versions_and_each_chapter_its_own():
    contents = [content(statement("d", "rules"), code="CN"), content(statement("a", "product"), number=3)]
    assert version_of(contents) == "CN-1+VN-3"
    texts = [squeezed(each) for each in pages(booklet.write_pdf(contents, "en"))]
    assert [re.findall(r"Version([A-Z0-9+-]+),15June2015Page(\d)of4", each) for each in texts] == [
        [("CN-1+VN-3", "1")],
        [("CN-1+VN-3", "2")],
        [("CN-1", "3")],
        [("VN-3", "4")],
    ]


def test_another_process_prints_the_same_bytes():
    contents = [guide()]
    here = hashlib.sha256(booklet.write_pdf(contents, "ko")).hexdigest()
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Santiago", "DJANGO_SETTINGS_MODULE": "config.settings"}  # fmt: skip
    there = subprocess.run(
        [sys.executable, "-c", AT_NIGHT], input=json.dumps(contents), cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert there.stdout.split() == [here]
    assert hashlib.sha256(booklet.write_pdf([content(statement("a", "product"))], "ko")).hexdigest() != here


def test_words_are_never_read_as_markup_and_letters_without_a_picture_are_said():
    found = content(statement("a", "product", text_ko="#pagebreak() *굵게* $x$ 😀"))
    whole = "".join(pages(booklet.write_pdf([found], "ko")))
    assert "#pagebreak() *굵게* $x$ □" in whole
    assert "이 파일의 글꼴에 없는 글자" in whole


def test_figures_are_drawn_where_they_can_be_compared():
    by_year = drawing_of(SALES, name="f", lang="en")
    assert by_year is not None
    assert by_year.title == "Sales (USD billion)"
    assert by_year.description.endswith("Sales: 2012 0.7, 2013 2.2, 2014 2.97")
    side_by_side = drawing_of(
        [figure("가", "A", "3", 2014), figure("나", "B", "4", 2014)], name="f", lang="ko"
    )
    assert side_by_side is not None
    assert side_by_side.description.endswith("십억 달러, 2014. 가 3, 나 4")
    assert drawing_of(SALES[:1], name="f", lang="en") is None
    assert (
        drawing_of([SALES[0], figure("가", "A", "3", 2014, unit_ko="%", unit_en="%")], name="f", lang="en")
        is None
    )
    assert [written("1234567.500"), written(Decimal("-3")), written("100")] == ["1,234,567.5", "−3", "100"]


def test_what_is_no_booklet_is_refused():
    with pytest.raises(ValueError, match="needs an edition"):
        booklet.write_pdf([], "ko")
    with pytest.raises(ValueError, match="two languages"):
        booklet.write_pdf([guide()], "ja")
