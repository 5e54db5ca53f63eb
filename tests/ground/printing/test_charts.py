import re
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest

from ground.printing import charts

SVG = "{http://www.w3.org/2000/svg}"
NAMED: dict[str, Any] = {"chart_id": "c1", "title": "제목", "description": "7월 10, 8월 20."}


def number(value: Decimal) -> str:
    return f"{value:,}".replace("-", "−")


def columns(*series: charts.Series, categories=("7월", "8월")) -> str:
    return charts.column_chart(**NAMED, categories=categories, series=series, number=number)


def two() -> str:
    return columns(
        charts.Series("매출", (Decimal(10), Decimal(20))), charts.Series("순매출", (Decimal(9), None))
    )


def lines() -> str:
    series = (
        charts.Series("누계", (Decimal(10), None, Decimal(20))),
        charts.Series("목표", (Decimal(12),) * 3),
    )
    return charts.line_chart(**NAMED, categories=("1월", "2월", "3월"), series=series, number=number)


def bars(*given: charts.Bar) -> str:
    return charts.bar_chart(**NAMED, bars=given, number=number)


ALL = [two(), lines(), bars(charts.Bar("가", Decimal(5)), charts.Bar("나", Decimal(3)))]


@pytest.mark.parametrize("svg", ALL)
def test_a_chart_is_named_and_described(svg):
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c1-title c1-desc"
    named = {node.get("id"): node.text for node in root if node.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert named == {"c1-title": "제목", "c1-desc": "7월 10, 8월 20."}


@pytest.mark.parametrize("svg", ALL)
def test_a_strict_content_policy_lets_a_chart_stand_in_a_page(svg):
    root = ElementTree.fromstring(svg)
    tags = {node.tag.removeprefix(SVG) for node in root.iter()}
    assert tags <= {"svg", "title", "desc", "rect", "line", "text", "circle", "polyline"}
    attributes = {name for node in root.iter() for name in node.attrib}
    assert not [name for name in attributes if name == "style" or name.startswith("on") or "href" in name]
    assert "url(" not in svg


def heights(svg: str) -> list[float]:
    root = ElementTree.fromstring(svg)
    found = [node for node in root.iter(f"{SVG}rect") if node.get("class", "").startswith("chart-bar-1")]
    return [float(node.get("height", "")) for node in found]


def test_bars_begin_at_zero():
    svg = columns(charts.Series("매출", (Decimal(10), Decimal(20))))
    first, second = heights(svg)
    assert second == pytest.approx(2 * first, rel=0.01)
    ends = [float(top) for top in re.findall(r'class="chart-rule" x1="[^"]*" y1="([^"]*)"', svg)]
    assert ends == [220]


def test_unknown_is_a_dash_and_zero_is_a_zero():
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", columns(charts.Series("매출", (None, Decimal(0)))))
    assert texts == ["—", "7월", "0", "8월"]


def test_negative_values_hang_below_the_line():
    svg = columns(charts.Series("매출", (Decimal(-10), Decimal(10))))
    tops = [float(top) for top in re.findall(r'<rect class="chart-bar-1" x="[^"]*" y="([^"]*)"', svg)]
    assert tops[0] == pytest.approx(tops[1] + heights(svg)[1], abs=0.2)
    assert "−10" in svg


def test_values_too_wide_for_their_bars_are_read_off_lines():
    months = tuple(f"{place}월" for place in range(1, 13))
    series = [
        charts.Series(str(k), tuple(Decimal(1_000_000 * place) for place in range(12))) for k in range(4)
    ]
    svg = columns(*series, categories=months)
    assert ">10,000,000<" in svg
    assert ">11,000,000<" not in svg


def test_a_line_has_a_gap_where_nothing_is_known():
    svg = lines()
    assert len(re.findall("<polyline", svg)) == 3
    assert len(re.findall("<circle", svg)) == 5


def test_texts_are_never_markup():
    svg = bars(charts.Bar('<script>alert("x")</script>&\x01\u202e', Decimal(1)))
    labels = [node.text for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert labels[0] == '<script>alert("x")</script>&'
    assert "\u202e" not in svg


def test_long_names_are_cut():
    assert charts.shorten("가" * 40, 100, 13) == "가" * 7 + "…"
    assert charts.shorten("짧은 이름", 250, 13) == "짧은 이름"


def test_at_most_five_series_each_as_long_as_the_categories():
    with pytest.raises(ValueError, match="five"):
        columns(*[charts.Series(str(k), (Decimal(1), Decimal(1))) for k in range(6)])
    with pytest.raises(ValueError, match="category"):
        columns(charts.Series("매출", (Decimal(1),)))
