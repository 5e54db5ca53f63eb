"""Bars and lines as SVG, for pages and for printed reports: the same drawing and colors in both.

The drawing carries its title and description for those who hear it, has neither scripts nor style
attributes (a strict content policy lets it stand inside a page), and classes by which a stylesheet can
recolor it. The data as a table belongs beside it: the caller prints it. Bars begin at zero; five series are
the most.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

FONT_FAMILY = "Pretendard GOV, Pretendard, Noto Sans KR, sans-serif"
COLORS = ("#256ef4", "#1c589c", "#2098f3", "#c78500", "#6d7882")
_TEXT, _SUBTLE, _GRID, _AXIS = "#1e2124", "#464c53", "#e6e8ea", "#8a949e"

Number = Callable[[Decimal], str]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values, in the order of the categories; None where nothing is known."""

    name: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a ranking."""

    label: str
    value: Decimal


def column_chart(
    *,
    chart_id: str,
    title: str,
    description: str,
    categories: Sequence[str],
    series: Sequence[Series],
    number: Number,
    width: int = 720,
    height: int = 250,
) -> str:
    """Upright bars in groups, one group for a category, each bar with its value; a dash where a value is
    unknown.

    Raises ValueError for more than five series or a series that does not fit the categories.
    """
    _check(categories, series)
    span = _span(series)
    labels = [number(value) for one in series for value in one.values if value is not None]
    count, columns = max(1, len(categories)), max(1, len(series))
    bar = min(72.0, (width - 16) / count * 0.76 / columns)
    label_size = _type_size(labels, bar + 2, 12)
    left = 8 if label_size else 72
    plot = _Plot(left, width - 8, 48 if columns > 1 else 26, height - (48 if span[0] < 0 else 30), span)
    zero = plot.y(Decimal(0))
    # Values too wide to stand over their bars are read off lines; the table beside the chart has them all.
    rules = [] if label_size else _grid(plot, number)
    parts = [_legend(series), *rules, _line(plot.left, zero, plot.right, zero, _AXIS)]
    group = (plot.right - plot.left) / count
    bar = min(bar, group * 0.76 / columns)
    category_size = _type_size(categories, group - 4, 13) or 8
    for place, category in enumerate(categories):
        middle = plot.left + group * (place + 0.5)
        for index, one in enumerate(series):
            x = middle + bar * (index - len(series) / 2)
            parts += _column(plot, one.values[place], x, bar, index, number, label_size)
        parts.append(_text(middle, height - 10, category, size=category_size, anchor="middle", fill=_SUBTLE))
    return _svg(chart_id, title, description, width, height, parts)


def _column(
    plot: "_Plot", value: Decimal | None, x: float, bar: float, index: int, number: Number, label_size: int
) -> list[str]:
    zero, middle = plot.y(Decimal(0)), x + bar / 2
    if value is None:
        return [_text(middle, zero - 6, "—", size=12, anchor="middle", fill=_SUBTLE)]
    end = plot.y(value)
    top, size = min(zero, end), max(abs(end - zero), 0.5 if value else 0.0)
    gap = min(1.5, bar / 8)
    parts = [_rect(x + gap, top, bar - 2 * gap, size, index)]
    if label_size:
        y = top - 6 if value >= 0 else top + size + 15
        parts.append(_text(middle, y, number(value), size=label_size, anchor="middle", bold=True))
    return parts


def bar_chart(
    *,
    chart_id: str,
    title: str,
    description: str,
    bars: Sequence[Bar],
    number: Number,
    width: int = 720,
    label_width: int = 250,
) -> str:
    """Lying bars in the given order, label left, value at the end of the bar; long labels end in "…"."""
    row = 26
    height = row * max(1, len(bars)) + 8
    series = [Series("", tuple(bar.value for bar in bars))]
    low, high = _span(series)
    room = width - label_width - 84
    scale = room / float(high - low)
    zero = label_width + float(-low) * scale
    parts = [_line(zero, 2, zero, height - 2, _AXIS)]
    for place, bar in enumerate(bars):
        y = 4 + row * place
        length = float(bar.value) * scale
        parts.append(
            _text(label_width - 10, y + 17, shorten(bar.label, label_width - 16, 13), size=13, anchor="end")
        )
        parts.append(_rect(zero + min(0.0, length), y + 4, max(abs(length), 0.5), row - 9, 0))
        value_x = zero + max(0.0, length) + 8
        parts.append(_text(value_x, y + 17, number(bar.value), size=12, anchor="start", bold=True))
    return _svg(chart_id, title, description, width, height, parts)


def line_chart(
    *,
    chart_id: str,
    title: str,
    description: str,
    categories: Sequence[str],
    series: Sequence[Series],
    number: Number,
    width: int = 720,
    height: int = 250,
) -> str:
    """Lines over the categories with a dot at each value, the last value and the name written at the end of
    a line.

    A gap stays where a value is unknown. Raises ValueError as `column_chart` does.
    """
    _check(categories, series)
    plot = _Plot(64, width - 170, 16, height - 30, _span(series))
    parts = _grid(plot, number)
    step = (plot.right - plot.left) / max(1, len(categories) - 1)
    size = _type_size(categories, step - 6, 12)
    every = 1 if size else 1 + int(8 * max(_ems(category) for category in categories) / step)
    for place in range(0, len(categories), every):
        x = plot.left + step * place
        parts.append(_text(x, height - 10, categories[place], size=size or 8, anchor="middle", fill=_SUBTLE))
    ends: list[tuple[float, int, str]] = []
    for index, one in enumerate(series):
        points = [
            None if value is None else (plot.left + step * place, plot.y(value))
            for place, value in enumerate(one.values)
        ]
        parts += _strokes(points, index)
        last = next((value for value in reversed(one.values) if value is not None), None)
        if last is not None:
            ends.append((plot.y(last), index, f"{one.name} {number(last)}"))
    below = -100.0
    for y, index, label in sorted(ends):
        below = max(y + 4, below + 16)
        parts.append(
            _text(
                plot.right + 12,
                below,
                shorten(label, 156, 12),
                size=12,
                anchor="start",
                fill=COLORS[index],
                bold=True,
            )
        )
    return _svg(chart_id, title, description, width, height, parts)


def shorten(label: str, room: float, size: float) -> str:
    """The label, cut with "…" where it would be wider than the room; a Korean letter counts as one em, a
    Latin half.
    """
    kept, used = "", 0.0
    for letter in label:
        used += size * _ems(letter)
        if used > room - size * 0.6:
            return kept.rstrip() + "…"
        kept += letter
    return label


class _Plot:
    """The drawing area and its scale."""

    def __init__(
        self, left: float, right: float, top: float, bottom: float, span: tuple[Decimal, Decimal]
    ) -> None:
        self.left, self.right, self.top, self.bottom = float(left), float(right), float(top), float(bottom)
        self.low, self.high = span

    def y(self, value: Decimal) -> float:
        share = float((value - self.low) / (self.high - self.low))
        return self.bottom - share * (self.bottom - self.top)


def _check(categories: Sequence[str], series: Sequence[Series]) -> None:
    if len(series) > len(COLORS):
        raise ValueError("a chart has at most five series")
    if any(len(one.values) != len(categories) for one in series):
        raise ValueError("each series needs one value for each category")


def _span(series: Sequence[Series]) -> tuple[Decimal, Decimal]:
    values = [value for one in series for value in one.values if value is not None]
    low, high = min([*values, Decimal(0)]), max([*values, Decimal(0)])
    return (low, high) if low != high else (Decimal(0), Decimal(1))


def _type_size(labels: Sequence[str], room: float, largest: int) -> int:
    """The type size in which every label fits the room; 0 when it would be too small to read."""
    widest = max((_ems(label) for label in labels), default=0.0)
    size = min(largest, int(room / widest)) if widest else largest
    return size if size >= 8 else 0


def _ems(label: str) -> float:
    """About how wide a label is, in widths of a Korean letter."""
    return sum(0.95 if unicodedata.east_asian_width(letter) in "WF" else 0.57 for letter in label)


def _grid(plot: "_Plot", number: Number) -> list[str]:
    parts = []
    for tick in _ticks(plot.low, plot.high):
        y = plot.y(tick)
        parts.append(_line(plot.left, y, plot.right, y, _AXIS if tick == 0 else _GRID))
        parts.append(_text(plot.left - 8, y + 4, number(tick), size=11, anchor="end", fill=_SUBTLE))
    return parts


def _ticks(low: Decimal, high: Decimal) -> list[Decimal]:
    step = Decimal(10) ** ((high - low).adjusted())
    for part in (Decimal("0.2"), Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(2)):
        if (high - low) / (step * part) <= 5:
            step *= part
            break
    ticks = [step * place for place in range(int(low / step) - 1, int(high / step) + 1)]
    return [tick if tick % 1 else tick.quantize(Decimal(1)) for tick in ticks if low <= tick <= high]


def _strokes(points: Sequence[tuple[float, float] | None], index: int) -> list[str]:
    parts, run = [], []
    for point in [*points, None]:
        if point is not None:
            run.append(f"{_n(point[0])},{_n(point[1])}")
            dot = f'<circle class="chart-dot-{index + 1}" cx="{_n(point[0])}" cy="{_n(point[1])}" r="3.5"'
            parts.append(f'{dot} fill="{COLORS[index]}"/>')
        elif run:
            line = f'<polyline class="chart-line-{index + 1}" points="{" ".join(run)}" fill="none"'
            parts.append(f'{line} stroke="{COLORS[index]}" stroke-width="2.5"/>')
            run = []
    return parts


def _legend(series: Sequence[Series]) -> str:
    if len(series) < 2:
        return ""
    parts, x = [], 10.0
    for index, one in enumerate(series):
        parts.append(_rect(x, 6, 12, 12, index))
        parts.append(_text(x + 18, 17, one.name, size=12, anchor="start", fill=_SUBTLE))
        x += 18 + 22 + 12 * _ems(one.name)
    return "".join(parts)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _rect(x: float, y: float, width: float, height: float, index: int) -> str:
    place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
    return f'<rect class="chart-bar-{index + 1}" {place} fill="{COLORS[index]}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str) -> str:
    place = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
    return f'<line class="chart-rule" {place} stroke="{color}" stroke-width="1"/>'


def _text(
    x: float, y: float, text: str, *, size: int, anchor: str, fill: str = _TEXT, bold: bool = False
) -> str:
    # Browsers read font-weight; the printed report's variable font follows only the variation setting.
    weight = ' font-weight="600" font-variation-settings="\'wght\' 600"' if bold else ""
    place = f'x="{_n(x)}" y="{_n(y)}" font-size="{size}" text-anchor="{anchor}" fill="{fill}"'
    return f'<text class="chart-text" {place}{weight}>{escape(_clean(text))}</text>'


def _svg(chart_id: str, title: str, description: str, width: int, height: int, parts: Sequence[str]) -> str:
    named = quoteattr(f"{chart_id}-title {chart_id}-desc")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby={named} '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f"font-family={quoteattr(FONT_FAMILY)} "
        f'font-weight="400" font-variation-settings="\'wght\' 400">'
        f"<title id={quoteattr(f'{chart_id}-title')}>{escape(_clean(title))}</title>"
        f"<desc id={quoteattr(f'{chart_id}-desc')}>{escape(_clean(description))}</desc>"
        f"{''.join(parts)}</svg>"
    )


def _clean(text: str) -> str:
    """Without control and invisible format characters, which have no place in XML or turn the order of
    letters.
    """
    return "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
