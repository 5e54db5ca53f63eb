import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pypdf
import pytest

from ground.printing.typesetting import NotPrinted
from reports.printing.data import Figure, MonthlyReport, ProvisionalPart, Text
from reports.printing.kinds import ProvisionalReason, Reason
from reports.printing.pdf import write_pdf
from tests.reports.printing.made_up import LONG_NAME, empty_report, monthly_report


@cache
def printed(report: MonthlyReport, lang: str) -> bytes:
    """Each report is printed once for all tests that read it, …"""
    return write_pdf(report, lang)


@cache
def reader(report: MonthlyReport, lang: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(printed(report, lang)))


@cache
def pages_of(report: MonthlyReport, lang: str) -> tuple[str, ...]:
    """… and its pages are read once."""
    return tuple(page.extract_text() for page in reader(report, lang).pages)


def text_of(report: MonthlyReport, lang: str) -> str:
    """The text of all pages; lines of a cell that was broken are joined, as are spaces."""
    return re.sub(r"\s+", " ", " ".join(pages_of(report, lang)))


@pytest.fixture(scope="module")
def korean():
    return reader(monthly_report(), "ko")


@pytest.fixture(scope="module")
def korean_pages():
    return pages_of(monthly_report(), "ko")


@pytest.fixture(scope="module")
def korean_text():
    return text_of(monthly_report(), "ko")


@pytest.fixture(scope="module")
def english_text():
    return text_of(monthly_report(), "en")


def test_the_target_says_first_what_it_counts(korean_text, english_text):
    korean = (
        "1. 목표와 실적 2025. 7. 1.(화)부터 2025. 9. 30.(화)까지의 매출 목표는 10억원입니다. 집계 대상은 플랫폼 주문이며 결제 시점에 "
        "계상합니다. 금액은 세금을 포함하고 배송비를 제외한 상품 대금(취소·환불 차감 전)입니다. 날짜는 산티아고 시간 기준 영업일이고, "
        "외화는 해당 월의 평균 환율로 환산하며, 목표는 억원 단위로 적습니다."
    )
    english = (
        "1. Targets and results The sales target from Tue 1 Jul 2025 to Tue 30 Sep 2025 is KRW 1 billion. It counts orders "
        "on the platform when paid, product income including tax, without shipping, before cancellations and refunds; "
        "days are business days in Santiago time; foreign amounts are converted at the average rate of the month; "
        "the target is stated in KRW 100 million."
    )
    assert squeezed(korean) in squeezed(korean_text)
    assert squeezed(english) in squeezed(english_text)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_ten_sections_stand_in_order(korean):
    titles = [entry.title for entry in korean.outline]
    assert titles == [
        "1. 목표와 실적",
        "2. 월별 실적",
        "3. 기업별 실적",
        "4. 세부 지원별 실적",
        "5. 네 가지 지표 비교",
        "6. 증빙 등급",
        "7. 처리 대기",
        "8. 적용 환율",
        "9. 유의 사항",
        "10. 점검",
    ]


def test_every_amount_of_the_data_is_on_the_pages(korean_text, english_text):
    report = monthly_report()
    for row in report.by_company:
        for text in (korean_text, english_text):
            assert f"{row.sales.krw_amount:,}" in text
            assert f"{row.sales.net_krw_amount:,}" in text
    for month in report.by_month:
        assert f"−{-month.sales.refunds_amount:,}" in korean_text
    assert f"{report.totals.krw_amount:,}" in korean_text
    assert "1 USD = 948.37 CLP" in korean_text
    assert "948.37 CLP for 1 USD" in english_text
    assert "184,310.75 USD" in korean_text


def test_budget_plan_and_cost_stand_side_by_side_up_to_a_day(korean_text, english_text):
    korean = korean_text[korean_text.index("4. 세부 지원별 실적") : korean_text.index("5. 네 가지 지표 비교")]
    english = english_text[english_text.index("4. Results by comp") : english_text.index("5. Four measures")]
    amounts = "310,000,000 277,600,000 214,350,000 69.1%"
    assert "예산과 계획은 사업 전체, 집행 비용과 지원 기업은 2025. 9. 30.(화)까지" in korean
    assert "actual cost and companies served up to Tue 30 Sep 2025" in english
    assert squeezed(korean).count(squeezed(amounts)) == squeezed(english).count(squeezed(amounts)) == 1
    assert [korean.count(word) for word in ("예산 (원)", "계획 합계 (원)", "집행 비용 (원)")] == [1, 1, 1]
    assert [english.count(word) for word in ("Budget (KRW)", "companies (KRW)", "Actual cost (KRW)")] == [
        1,
        1,
        1,
    ]
    assert "기업은 2025. 9. 30.(화) 기준, 매출은 같은 날까지" in korean_text


def test_stores_whose_tax_is_not_known_are_named_with_their_won(korean_text, english_text):
    korean = "보고서 전체: 세금 처리를 알 수 없는 스토어가 있어 그 행을 파일 금액 그대로 집계했습니다. MLC-PROVIDER: 81,334,500원"
    english = (
        "Whole report: The tax of these stores is not known; their lines are counted as the files show them. "
        "MLC-PROVIDER: KRW 81,334,500"
    )
    assert squeezed(korean) in squeezed(korean_text)
    assert squeezed(english) in squeezed(english_text)
    part = ProvisionalPart(
        month=None, reason=ProvisionalReason.TAX_UNKNOWN, stores=tuple(f"S{n:02}" for n in range(12)),
        krw_amount=Decimal(1),
    )  # fmt: skip
    many = squeezed(text_of(replace(monthly_report(), provisional=(part,)), "ko"))
    assert squeezed("S08, S09 외 2개: 1원") in many


def test_labels_of_the_charts_are_text_in_the_file(korean_text):
    """A chart whose font was not loaded loses its labels without a word."""
    chart = korean_text[korean_text.index("월별 매출(단위: 백만원)") : korean_text.index("3. 기업별 실적")]
    july = monthly_report().by_month[0].sales.krw_amount
    assert f"{july / 1_000_000:.1f}" in chart
    assert chart.count("2025년 7월") == 3
    ranking = korean_text[
        korean_text.index("매출 상위 10개 기업") : korean_text.index("기업별 매출(원화 금액순)")
    ]
    assert "주식회사 차오름식품" in ranking


def test_the_file_is_tagged_titled_and_in_its_language(korean):
    root: Any = korean.trailer["/Root"]
    assert root["/Lang"] == "ko-KR" or root["/Lang"] == "ko"
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert (
        korean.metadata.title == "서울 중소기업 칠레 온라인 시장 진출 지원사업 – 2025년 9월 월간 실적보고서"
    )
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    english: Any = reader(monthly_report(), "en").trailer["/Root"]
    assert english["/Lang"].startswith("en")


def tags(node: Any, found: list[Any]) -> list[Any]:
    node = node.get_object()
    if isinstance(node, pypdf.generic.ArrayObject):
        for child in node:
            tags(child, found)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        found.append(node)
        if "/K" in node:
            tags(node["/K"], found)
    return found


def test_tables_have_header_cells_and_charts_say_what_they_show(korean):
    root: Any = korean.trailer["/Root"]
    nodes = tags(root["/StructTreeRoot"], [])
    kinds = [node.get("/S") for node in nodes]
    assert kinds.count("/Table") == 12
    assert kinds.count("/H1") == 10
    assert {"/Title", "/TH", "/TD", "/THead", "/TBody"} <= set(kinds)
    described = [node["/Alt"] for node in nodes if node.get("/S") == "/Figure"]
    assert [text.split(".")[0] for text in described] == [
        "월별 매출(단위: 백만원)",
        "매출 상위 10개 기업(단위: 백만원)",
    ]
    assert "주식회사 가온식품" in described[1]


def test_korean_names_in_an_english_report_are_marked_as_korean():
    root: Any = reader(monthly_report(), "en").trailer["/Root"]
    nodes = tags(root["/StructTreeRoot"], [])
    assert "ko" in {str(node["/Lang"])[:2] for node in nodes if "/Lang" in node}


def test_the_header_of_a_long_table_stands_on_each_of_its_pages(korean_pages):
    pages = [text for text in korean_pages if re.search(r"\d 주식회사 ..화장품", text)]
    assert len(pages) == 2
    assert all("순번" in page for page in pages)


def test_each_page_has_its_number_and_the_checksum(korean_pages):
    from reports.printing.checksum import data_sha256

    checksum = data_sha256(monthly_report())
    count = len(korean_pages)
    for number, text in enumerate(korean_pages, start=1):
        assert f"{number}쪽 / 전체 {count}쪽" in text
        assert checksum in squeezed(text)


def test_only_the_data_cut_is_dated(korean):
    report = monthly_report()
    assert korean.metadata.creation_date == report.data_cut_at
    assert korean.metadata.modification_date == report.data_cut_at
    content = printed(report, "ko")
    stamps = set(re.findall(rb"20\d\d-\d\d-\d\dT", content)) | set(re.findall(rb"D:20\d{6}", content))
    assert stamps == {b"2025-10-13T", b"D:20251013"}


def test_marks_for_made_up_and_provisional_stand_on_every_page(korean_pages):
    assert all(re.search(r"가상 자료.{0,3}잠정", re.sub(r"\s+", " ", text)) for text in korean_pages)
    final = replace(
        monthly_report(),
        is_demonstration=False,
        provisional=(),
        by_month=tuple(replace(row, is_provisional=False) for row in monthly_report().by_month),
    )
    text = text_of(final, "ko")
    assert "가상 자료" not in text
    assert "(잠정)" not in text
    assert "이 보고서에는 잠정 수치가 없습니다." in text


def test_texts_are_printed_as_they_are():
    nasty = '#panic("x") *bold* _it_ @ref $x$ `raw` <label> // no /* no */ \\ #{1+1} =1+1 {page} %(month)s'
    report = monthly_report()
    first = replace(report.by_company[0], name=Text(nasty, nasty))
    source = replace(report.sources[0], file_name=nasty)
    report = replace(
        report,
        by_company=(first, *report.by_company[1:]),
        sources=(source, *report.sources[1:]),
        notes=(Text(nasty, nasty),),
        program_name=Text(nasty, nasty),
    )
    for lang in ("ko", "en"):
        assert squeezed(text_of(report, lang)).count(squeezed(nasty)) >= 4


def test_a_letter_without_a_picture_does_not_stop_a_report():
    report = monthly_report()
    odd = replace(report.by_company[0], name=Text("사과🍎 ภาษา\x01\u202e 汉语", ""))
    text = text_of(replace(report, by_company=(odd, *report.by_company[1:])), "ko")
    assert "사과□ □□□□" in text
    assert "汉语" in text
    assert "□는 이 파일의 글꼴에 없는 글자입니다." in text
    assert "□" not in text_of(report, "ko")


def test_names_of_forty_letters_are_whole():
    assert len(LONG_NAME) == 40
    assert squeezed(text_of(monthly_report(), "ko")).count(LONG_NAME) == 2
    assert f"{LONG_NAME}(ko)" in squeezed(text_of(monthly_report(), "en"))


def test_a_report_without_sales_says_why():
    korean, english = text_of(empty_report(), "ko"), text_of(empty_report(), "en")
    assert "이 보고서에는 집계한 매출이 없습니다. 자료 기준 시각까지 가져온 파일이 없습니다." in korean
    assert (
        "There are no counted sales in this report: No file has been imported up to the data cut." in english
    )
    own = Text("스토어를 10월에 엽니다.", "The store opens in October.")
    assert "스토어를 10월에 엽니다." in text_of(empty_report(own), "ko")


def test_what_is_unknown_is_a_dash_with_its_reason(korean_text):
    assert "— 1)" in korean_text
    assert "1) 비용을 아직 정산하지 않았습니다." in korean_text
    assert "2) 아직 지급일이 되지 않았습니다." in korean_text
    report = monthly_report()
    target = replace(report.sales_target, target_krw_amount=Figure(None, Reason.NO_TARGET))
    text = text_of(replace(report, sales_target=target), "ko")
    assert "매출 목표는 없습니다. 정한 목표가 없습니다." in text


def test_a_difference_is_printed_and_not_hidden():
    report = monthly_report()
    wrong = replace(report, totals=replace(report.totals, units=report.totals.units + 1))
    assert "차이 전체 수량: 적힌 값" in text_of(wrong, "ko")
    assert "모든 합계는 세부 항목의 합과 같습니다." not in text_of(wrong, "ko")


def test_rates_of_each_day_go_over_several_pages():
    report = monthly_report()
    first = date(2025, 7, 1)
    days = [first + timedelta(days=place) for place in range(92)]
    rates = tuple(replace(report.rates[0], from_on=day, to_on=day) for day in days)
    text = text_of(replace(report, rates=rates), "ko")
    assert "2025. 9. 30." in text
    assert text.count("1 USD = 948.37 CLP") == 92


def pieces(page: pypdf.PageObject) -> list[tuple[float, float, str]]:
    """(left edge, about the right edge, text) of each piece of text of a page, in points."""
    found: list[tuple[float, float, str]] = []

    def note(text: str, outer: Any, inner: Any, _font: Any, size: float) -> None:
        if words := text.strip():
            ems = sum(0.92 if "가" <= letter <= "힣" else 0.2 if letter == " " else 0.45 for letter in words)
            left = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
            found.append((left, left + ems * size * abs(inner[0] * outer[0]), words))

    page.extract_text(visitor_text=note)
    return found


def test_the_longest_names_and_largest_amounts_fit():
    """A name keeps room for twelve letters on a line, and no text passes the right margin."""
    report = monthly_report()
    companies = tuple(
        replace(
            row,
            name=Text(LONG_NAME),
            sales=replace(row.sales, krw_amount=row.sales.krw_amount * 9_973, orders=row.sales.orders * 997),
            month_krw_amount=row.month_krw_amount * 9_973,
        )
        for row in report.by_company
    )
    part = ProvisionalPart(month=None, reason=Text("긴 설명입니다. " * 90))
    wide = replace(report, by_company=companies, provisional=(part,), program_name=Text(LONG_NAME * 3))
    for lang in ("ko", "en"):
        pages = reader(wide, lang).pages
        text = "\n".join(page.extract_text() for page in pages)
        assert len(re.findall(rf"^\d+ {LONG_NAME[:12]}", text, re.MULTILINE)) == 30
        for page in pages:
            edges = [(left, right) for left, right, _text in pieces(page)]
            assert min(left for left, _right in edges) >= 50
            assert max(right for _left, right in edges) <= 595 - 50


@pytest.mark.parametrize("lang", ["es", "", "ko-KR"])
def test_another_language_is_refused(lang):
    with pytest.raises(ValueError, match="ko and en"):
        write_pdf(monthly_report(), lang)


def test_a_warning_of_the_typesetter_stops_the_file(monkeypatch):
    from ground.printing import fonts

    monkeypatch.setattr(fonts, "FAMILIES", ("A Font That Is Not There", *fonts.FAMILIES))
    with pytest.raises(NotPrinted, match="unknown font family"):
        write_pdf(monthly_report(), "ko")
