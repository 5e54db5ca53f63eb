"""Tables of the staff site can be read on a phone: each cell knows its column; what has no plain head stays as it is."""

from __future__ import annotations

from django.template import Context, Template

from ground.tables import stacked

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
