"""Business numbers and numbers of applications and agreements are not broken at their hyphens."""

from __future__ import annotations

import re
from pathlib import Path

from ground.templatetags.naru import whole, wholes

NUMBERS = r"pretty_number|application\.receipt|submission\.receipt|place\.receipt|participation\.number"
SHOWN = re.compile(rf"\{{\{{ (?:\w+\.)*(?:{NUMBERS}) \}}\}}")
PLAIN = re.compile(r'="[^"<>]*$|<option[^>]*>[^<]*$|block title|blocktranslate')


def test_a_number_is_one_word():
    assert whole("123-45-67890") == '<span class="whole">123-45-67890</span>'
    assert whole("<b>") == '<span class="whole">&lt;b&gt;</span>'
    assert (whole(""), whole(None)) == ("", "")


def test_numbers_within_a_text_stay_whole():
    assert wholes("접수 SBA-MELI-CL-2025-3-0001 <한강> 123-45-67890, 2025년 10-12월, follow-up") == (
        '접수 <span class="whole">SBA-MELI-CL-2025-3-0001</span> &lt;한강&gt; <span class="whole">123-45-67890</span>,'
        " 2025년 10-12월, follow-up"
    )
    assert wholes(whole("1-2-3")) == whole("1-2-3")


def test_the_style_keeps_it_whole_where_there_is_room():
    assert ".nowrap, .whole { white-space: nowrap; }" in Path("static/naru.css").read_text()
    columns = ".results :is(td, th):is(.field-number, .field-receipt_or_none,"
    assert columns in Path("static/naru/staff.css").read_text()


def test_every_page_shows_them_so():
    broken = {
        str(file): found[0]
        for file in Path("templates").rglob("*.html")
        for line in file.read_text().splitlines()
        for found in SHOWN.finditer(line)
        if not PLAIN.search(line[: found.start()])
    }
    assert broken == {}
