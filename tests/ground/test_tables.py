"""Tables of the staff site can be read on a phone: each cell knows its column; what has no plain head stays as it is."""

from __future__ import annotations

import random
from html import unescape
from html.parser import HTMLParser

from django.template import Context, Template

from ground.tables import stacked, tags

PLAIN = """<div class="results"><table id="list" class="data">
<thead><tr>
<th scope="col"><span><input type="checkbox" aria-label="All"></span></th>
<th scope="col" class="sorted"><a href="?o=1">Company<span class="sort-priority">1</span></a></th>
<th scope="col">Amount <span class="unit">(won)</span> <span class="hint">before refunds</span></th>
<th scope="col">A &amp; "B"</th></tr></thead>
<tbody><tr><td class="box"><input type="checkbox"></td><th class="name">Dalmuri</th><td class="num">1,000</td><td>
</td></tr></tbody></table></div>"""
STACKED = """<div class="results"><table role="table" id="list" class="data responsive">
<thead role="rowgroup"><tr role="row">
<th role="columnheader" scope="col"><span><input type="checkbox" aria-label="All"></span></th>
<th role="columnheader" scope="col" class="sorted"><a href="?o=1">Company<span class="sort-priority">1</span></a></th>
<th role="columnheader" scope="col">Amount <span class="unit">(won)</span> <span class="hint">before refunds</span></th>
<th role="columnheader" scope="col">A &amp; "B"</th></tr></thead>
<tbody role="rowgroup"><tr role="row"><td role="cell" class="box"><input type="checkbox"></td>"""
CELLS = """<th role="rowheader" scope="row" class="name">Dalmuri</th><td role="cell" class="num" data-label="Amount (won)">1,000</td>\
<td role="cell" data-label="A &amp; &quot;B&quot;"></td></tr></tbody></table></div>"""


def test_each_cell_takes_the_name_of_its_column() -> None:
    assert stacked(PLAIN) == STACKED + CELLS
    assert stacked(stacked(PLAIN)) == stacked(PLAIN)


def test_a_cell_over_several_columns_has_no_name() -> None:
    page = stacked(
        '<table class="data"><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td colspan="2">-</td></tr></tbody></table>'
    )
    assert '<td role="cell" colspan="2">' in page


def test_after_a_cell_over_several_columns_the_next_one_takes_its_own_name() -> None:
    page = stacked(
        '<table class="data"><thead><tr><th>A</th><th>B</th><th>C</th></tr></thead>'
        '<tbody><tr><th colspan="2">Sum</th><td>1</td></tr></tbody></table>'
    )
    assert '<td role="cell" data-label="C">1</td>' in page


def test_a_table_that_holds_another_one_stays_as_it_is_and_the_next_one_is_stacked() -> None:
    inner = '<table class="data"><thead><tr><th>X</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
    outer = (
        '<table class="data"><thead><tr><th>A</th><th>B</th></tr></thead>'
        f"<tbody><tr><td>{inner}</td><td>2</td></tr></tbody></table>"
    )
    assert stacked(outer) == outer
    assert stacked(outer + PLAIN) == outer + STACKED + CELLS


def test_others_stay_as_they_are() -> None:
    others = (
        "<p>No table: th td</p>",
        '<table class="codes"><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>',
        '<table class="data"><tbody><tr><td>1</td></tr></tbody></table>',
        '<table class="data"><thead><tr><th colspan="2">A</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>',
        '<table class="data"><thead><tr><th>A</th></tr></thead><tbody><tr><td rowspan="2">1</td></tr></tbody></table>',
        '<table class="data responsive" role="table"><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>',
    )
    for page in others:
        assert stacked(page) == page


def test_in_a_template() -> None:
    source = "{% load naru %}{% stacked %}{{ before }}" + PLAIN + "{% endstacked %}"
    assert Template(source).render(Context({"before": "<b>"})) == "&lt;b&gt;" + STACKED + CELLS


ODD = """<!-- <table class="data"><thead><tr><th>No</th></tr></thead> --><script>if (a<b) { x = "<td>"; }</script>
<textarea name="t"><table class="data"></textarea>
<TABLE id='a>b' class='wide data' title="it's > <td>"><CAPTION>All</CAPTION>
<THEAD><tr><th title="a > b <th>">Goods &amp; <b>"more"</b><!-- <th> --> <span class="hint">in <span>all</span> days</span></th>
<th data-x=1>Won<script>"<th>"</script></th></tr></THEAD>
<tbody><tr data-x="<td>"><td title='<td colspan="2">'><a href="?a=1&amp;b=2" title="x>y">1 &lt; 2</a><td class=num>3
<tr><td><!-- <td> --></td><td colspan=2> </td></tr></tbody></TABLE>"""
ODD_STACKED = """<!-- <table class="data"><thead><tr><th>No</th></tr></thead> --><script>if (a<b) { x = "<td>"; }</script>
<textarea name="t"><table class="data"></textarea>
<TABLE role="table" id='a>b' class='wide data responsive' title="it's > <td>"><CAPTION>All</CAPTION>
<THEAD role="rowgroup"><tr role="row"><th role="columnheader" title="a > b <th>">Goods &amp; <b>"more"</b><!-- <th> --> \
<span class="hint">in <span>all</span> days</span></th>
<th role="columnheader" data-x=1>Won<script>"<th>"</script></th></tr></THEAD>
<tbody role="rowgroup"><tr role="row" data-x="<td>"><td role="cell" title='<td colspan="2">' data-label="Goods &amp; &quot;more&quot;">\
<a href="?a=1&amp;b=2" title="x>y">1 &lt; 2</a><td role="cell" class=num data-label="Won">3
<tr role="row"><td role="cell" data-label="Goods &amp; &quot;more&quot;"><!-- <td> --></td><td role="cell" colspan=2></td></tr></tbody></TABLE>"""


def test_what_only_looks_like_a_tag_is_none() -> None:
    """In quotes, comments, scripts and text areas; capitals, single quotes, no quotes and cells that nobody closes are as good as others."""
    assert stacked(ODD) == ODD_STACKED
    assert stacked(ODD_STACKED) == ODD_STACKED


class Browser(HTMLParser):
    """The tags of a page and what they say, by the standard library's parser."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, str] = {}
        for name, value in attrs:
            values.setdefault(name, value or "")
        self.found.append((tag, values))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {}))


PIECES = (
    "a", "/", "=", " ", "\n", "5 > 4", "text &lt; &amp;", "<td>", "</td>", "</TR >", "<b x=\"'\">", "<i y='z>\"'>", '<u v=">" v="2">', "<br/>",
    "<p a=b c>", "<th a = 'b' D>", "<!-- <td> -->", "<!-- > -- ' -->", "<li\nclass='a\nb'\n>", "<e f=a/b>", "<g h= >", "<script>x<td>'</script>",
    "<style>a > b {}</style>", "<q =r>", "<s t=''u='>'>", "<!doctype html>",
)  # fmt: skip


def test_tags_are_those_that_the_standard_library_reads() -> None:
    """Of pages put together by chance, the same each time."""
    chance = random.Random(20251128)
    for _page in range(2_000):
        page = "".join(chance.choices(PIECES, k=12))
        own = [
            (f"/{tag.name}", {})
            if tag.is_closing
            else (tag.name, {name: unescape(value) for name, value in tag.values().items()})
            for tag in tags(page)
        ]
        read = [(name, values) for name, values in Browser(page).found if name not in {"script", "style"}]
        assert own == read, page
