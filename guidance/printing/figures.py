"""Figures of a statement as a drawing: by year where years can be compared, else side by side in one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ground.printing import charts
from guidance.wording import said

Figure = dict[str, Any]
MOST_BARS = 12
MINUS = "−"


@dataclass(frozen=True)
class Drawing:
    title: str
    description: str
    svg: str


def written(value: str | Decimal) -> str:
    """A figure with thousands separators and every decimal that it has, no exponent."""
    text = f"{abs(Decimal(value)).normalize():,f}"
    return f"{MINUS}{text}" if Decimal(value) < 0 else text


def drawing_of(figures: Sequence[Figure], *, name: str, lang: str) -> Drawing | None:
    """What can be compared of the figures: the same label over several years, or several labels in one unit and year;
    None when each stands alone. `name` makes the drawing's own id."""
    by_label: dict[str, list[Figure]] = {}
    for each in figures:
        by_label.setdefault(said(each, "label", lang).text, []).append(each)
    units = {said(each, "unit", lang).text for each in figures}
    years = sorted({each["year"] for each in figures})
    if len(units) != 1 or len(figures) < 2:
        return None
    (unit,) = units
    if len(years) > 1:
        if len(by_label) > len(charts.COLORS):
            return None
        return _by_year(by_label, years, unit, name)
    if len(by_label) < 2 or len(figures) > MOST_BARS:
        return None
    return _side_by_side(figures, unit, years[0], name, lang)


def _by_year(by_label: dict[str, list[Figure]], years: list[int], unit: str, name: str) -> Drawing:
    title = f"{', '.join(by_label)} ({unit})"
    series = []
    told = []
    for label, rows in by_label.items():
        values = {row["year"]: Decimal(row["value"]) for row in rows}
        series.append(charts.Series(label, tuple(values.get(year) for year in years)))
        told.append(f"{label}: " + ", ".join(f"{year} {written(values[year])}" for year in sorted(values)))
    description = _("Chart. %(what)s") % {"what": f"{title}. " + ". ".join(told)}
    svg = charts.column_chart(
        chart_id=name, title=title, description=description, categories=[str(year) for year in years],
        series=series, number=written, height=220,
    )  # fmt: skip
    return Drawing(title, description, svg)


def _side_by_side(figures: Sequence[Figure], unit: str, year: int, name: str, lang: str) -> Drawing:
    bars = [charts.Bar(said(each, "label", lang).text, Decimal(each["value"])) for each in figures]
    title = f"{unit}, {year}"
    told = ", ".join(f"{bar.label} {written(bar.value)}" for bar in bars)
    description = _("Chart. %(what)s") % {"what": f"{title}. {told}"}
    svg = charts.bar_chart(chart_id=name, title=title, description=description, bars=bars, number=written)
    return Drawing(title, description, svg)
