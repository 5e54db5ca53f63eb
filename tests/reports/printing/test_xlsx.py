import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from reports.printing.data import MonthlyReport, Text
from reports.printing.xlsx import write_xlsx
from tests.reports.printing.made_up import LONG_NAME, empty_report, monthly_report

SHEETS = {
    "ko": [
        "요약",
        "월별 실적",
        "기업별 실적",
        "세부 지원",
        "지표 비교",
        "증빙 등급",
        "처리 대기",
        "적용 환율",
        "유의 사항",
    ],
    "en": [
        "Summary",
        "By month",
        "By company",
        "Components",
        "Measures",
        "Evidence",
        "Waiting",
        "Rates",
        "Notes",
    ],
}


def book(report: MonthlyReport, lang: str = "ko") -> Any:
    return import_module("openpyxl").load_workbook(io.BytesIO(write_xlsx(report, lang)))


def sheet_rows(report: MonthlyReport, place: int, lang: str = "ko") -> list[list[Any]]:
    content = io.BytesIO(write_xlsx(report, lang))
    return CalamineWorkbook.from_filelike(content).get_sheet_by_index(place).to_python()


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_sheets(lang):
    assert book(monthly_report(), lang).sheetnames == SHEETS[lang]


def test_months_are_numbers_that_add_up():
    report = monthly_report()
    rows = sheet_rows(report, 1)
    end = next(place for place, row in enumerate(rows) if row[0] == "합계")
    months, total = [row for row in rows[:end] if isinstance(row[0], date)], rows[end]
    assert [row[0] for row in months] == [row.month for row in report.by_month]
    assert [sum(row[place] for row in months) for place in range(2, 9)] == total[2:9]
    assert Decimal(total[7]) == report.totals.krw_amount
    (dollars,) = [row for row in rows[end + 1 :] if row[0] == "합계"]
    assert dollars[1:3] == [
        float(each.value) for each in (report.dollars[-1].usd_amount, report.dollars[-1].net_usd_amount)
    ]


def test_companies_are_numbers_that_add_up():
    report = monthly_report()
    rows = sheet_rows(report, 2)
    companies = [row for row in rows if isinstance(row[0], float)]
    (total,) = [row for row in rows if row[1] == "사업 합계"]
    assert len(companies) == 30
    assert [sum(row[place] for row in companies) for place in range(5, 12)] == total[5:12]
    assert companies[4][1] == LONG_NAME
    assert companies[2][12] == "기업, 기관"
    assert companies[0][2] == "000-00-00000"


@pytest.mark.parametrize(
    ("lang", "titles"),
    [
        ("ko", ["예산\n(원)", "기업별\n계획 합계\n(원)", "집행 비용\n(원)"]),
        ("en", ["Budget\n(KRW)", "Planned for\ncompanies\n(KRW)", "Actual cost\n(KRW)"]),
    ],
)
def test_budget_plan_and_cost_are_columns_that_add_up(lang, titles):
    rows = sheet_rows(monthly_report(), 3, lang)
    (head,) = [place for place, row in enumerate(rows) if row[2] == titles[0]]
    assert rows[head][2:5] == titles
    *parts, total = rows[head + 1 : head + 6]
    assert parts[0][1] == "ONBOARD"
    assert total[2:5] == [310_000_000, 277_600_000, 214_350_000]
    for place in (2, 3, 4):
        assert sum(row[place] for row in parts if isinstance(row[place], float)) == total[place]


def test_companies_stand_in_the_order_of_their_sales():
    report = monthly_report()
    turned = replace(report, by_company=report.by_company[::-1], by_month=report.by_month[::-1])
    assert sheet_rows(turned, 2)[4:] == sheet_rows(report, 2)[4:]
    assert sheet_rows(turned, 1) == sheet_rows(report, 1)


def test_formats_headers_and_widths():
    workbook = book(monthly_report())
    month = workbook["월별 실적"]
    assert [month["C5"].number_format, month["A7"].number_format] == ["#,##0", 'yyyy"년" m"월 (잠정)"']
    assert workbook["처리 대기"]["D6"].number_format == "#,##0.00"
    assert workbook["증빙 등급"]["D5"].number_format == "0.0%"
    assert workbook["적용 환율"]["D5"].number_format == "#,##0.00000000"
    frozen = {name: workbook[name].freeze_panes for name in SHEETS["ko"][1:8]}
    assert frozen == {
        "월별 실적": "A5",
        "기업별 실적": "A5",
        "세부 지원": "A5",
        "지표 비교": "A6",
        "증빙 등급": "A5",
        "처리 대기": "A6",
        "적용 환율": "A5",
    }
    assert workbook["기업별 실적"].column_dimensions["B"].width > 40


def test_the_four_measures_have_columns_of_their_own():
    rows = sheet_rows(monthly_report(), 4)
    july = next(row for row in rows if row[0] == date(2025, 7, 1))
    assert july[1] == "KRW"
    assert july[13:17] == ["USD", 184310.75, 253691000.0, 181207.86]
    september = next(row for row in rows if row[0] == date(2025, 9, 1))
    assert september[10] == "— 아직 지급일이 되지 않았습니다."


def test_texts_are_never_formulas_or_links():
    report = monthly_report()
    nasty = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "http://example.com/x",
        "\t=1+1",
        "=cmd|'/c calc'!A0",
        "12",
        "0012",
    ]
    companies = tuple(
        replace(row, name=Text(text, text)) for row, text in zip(report.by_company, nasty, strict=False)
    )
    content = write_xlsx(replace(report, by_company=companies), "ko")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        inside = b"".join(parts.read(name) for name in parts.namelist())
        assert not [name for name in parts.namelist() if "_rels/sheet" in name]
    assert b"<f>" not in inside
    assert b"hyperlink" not in inside
    cells = [row[1] for row in sheet_rows(replace(report, by_company=companies), 2)[4:13]]
    assert cells == [text.replace("\t", " ") for text in nasty]


def test_a_text_that_looks_like_marked_up_text_is_a_text():
    report = monthly_report()
    forged = (
        '<r><t>a</t></r></is></c><c r="C9"><f>1+1</f><v>0</v></c><c r="D9" t="inlineStr"><is><r><t>b</t></r>'
    )
    odd = replace(report.by_company[0], name=Text(forged, forged))
    changed = replace(report, by_company=(odd, *report.by_company[1:]))
    with zipfile.ZipFile(io.BytesIO(write_xlsx(changed, "ko"))) as parts:
        assert b"<f>" not in b"".join(parts.read(name) for name in parts.namelist())
    assert forged in [str(cell).rstrip() for row in sheet_rows(changed, 2) for cell in row]


def test_hidden_letters_are_left_out_and_every_other_kept():
    report = monthly_report()
    odd = replace(report.by_company[0], name=Text("사과🍎\x00\x01\u202e\ufeff\u3000汉 ภ", ""))
    rows = sheet_rows(replace(report, by_company=(odd, *report.by_company[1:])), 2)
    assert rows[4][1] == "사과🍎 汉 ภ"


def test_the_only_date_is_the_data_cut():
    workbook = book(monthly_report())
    assert workbook.properties.created == datetime(2025, 10, 13)
    assert workbook.properties.modified == datetime(2025, 10, 13)
    with zipfile.ZipFile(io.BytesIO(write_xlsx(monthly_report(), "ko"))) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 31, 0, 0, 0)}


def test_the_notes_hold_the_checksum_and_every_file():
    from reports.printing.checksum import data_sha256

    report = monthly_report()
    cells = [cell for row in sheet_rows(report, 8) for cell in row]
    assert data_sha256(report) in cells
    assert {source.sha256 for source in report.sources} <= set(cells)
    assert {source.batch for source in report.sources} <= set(cells)


def test_a_report_without_sales_says_why():
    rows = sheet_rows(empty_report(), 0)
    why = "이 보고서에는 집계한 매출이 없습니다. 자료 기준 시각까지 가져온 파일이 없습니다."
    assert why in [row[0] for row in rows]
    assert sheet_rows(empty_report(), 1, "en")[3][0] == "No file has been imported up to the data cut."


def test_made_up_data_is_marked_on_every_sheet():
    for sheet in book(monthly_report()):
        assert "가상 자료" in " ".join(str(cell.value) for row in sheet.iter_rows(max_row=9) for cell in row)


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="ko and en"):
        write_xlsx(monthly_report(), "de")
