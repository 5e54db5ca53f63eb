"""A description is checked when it is made, keeps its sense on its way through JSON, and is told by its headings alone."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.files import detect
from reports.files.cells import CellProblem
from reports.files.door import open_file
from reports.files.facts import ADDED, SaleFact
from reports.files.lines import VENTAS, FileRefused, ParsedFile
from reports.files.mapping import Account, Column, Context, Mapping, MappingWrong, read, sales, template
from reports.files.mapping.account import Tally
from reports.files.mapping.amounts import amount_text, scaled, told
from reports.files.mapping.model import ORDERS
from reports.files.mapping.moments import Moments
from reports.files.mapping.plan import Plan
from reports.files.mapping.profiles import BUILT_IN, naru
from reports.files.mapping.sources import find
from reports.files.writing import write_ventas
from tests.reports.files import made as panels
from tests.reports.files.mapping import made

SEOUL, SANTIAGO = ZoneInfo("Asia/Seoul"), ZoneInfo("America/Santiago")
KOREAN = [korean for _into, korean, _english in naru.FORM]
GOOD = {"주문번호": "A", "주문일시": "2026-03-31 10:00:00", "통화": "USD", "상품금액": "10.50", "수량": "1"}


def test_a_description_keeps_its_sense_on_its_way_through_json():
    for mapping in BUILT_IN:
        assert Mapping.from_dict(json.loads(json.dumps(mapping.as_dict()))) == mapping


def test_each_profile_is_told_by_its_own_headings(tmp_path: Path):
    for mapping in BUILT_IN:
        if mapping.json is None:
            names = [column.names[0] for column in mapping.columns]
            names += [each.split("|")[0] for each in mapping.signature]
            path = made.written(tmp_path / "f.csv", made.text(mapping, list(dict.fromkeys(names)), []))
            found = find(open_file(path), BUILT_IN)
            assert found is not None
            assert found.mapping.code == mapping.code


WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("mapping_shape", {"measure": "sales"}),
    ("mapping_shape", {"code": "No Code"}),
    ("mapping_shape", {"signature": []}),
    ("mapping_shape", {"numbers": "roman"}),
    ("mapping_shape", {"dates": ["whenever"]}),
    ("mapping_shape", {"zone": "Mars/Base"}),
    ("mapping_shape", {"currency": "won"}),
    ("mapping_shape", {"statuses": {"x": "maybe"}}),
    ("mapping_shape", {"kinds": {"x": "gift"}}),
    ("mapping_shape", {"key": ["order_reference", "moon"]}),
    ("mapping_shape", {"surprise": 1}),
    ("mapping_shape", {"is_priced": "yes"}),
    ("mapping_shape", {"columns": "all"}),
    ("mapping_shape", {"columns": [{"into": "moon", "names": ["a"]}]}),
    ("mapping_shape", {"columns": [{"into": "sku", "names": ["a"], "numbers": "roman"}]}),
    (
        "mapping_missing",
        {"columns": [{"into": "order_reference", "names": ["a"]}], "currency": "USD", "kinds": {}},
    ),
    ("mapping_twice", {"columns": [{"into": "sku", "names": ["a"]}, {"into": "sku", "names": ["b"]}]}),
    ("mapping_personal", {"columns": [{"into": "title", "names": ["Buyer name"]}]}),
)


def test_what_could_not_be_read_with_is_refused():
    good = naru.TEMPLATE.as_dict()
    for code, change in WRONG:
        with pytest.raises(MappingWrong) as caught:
            Mapping.from_dict(good | change)
        assert (caught.value.code, "{" in str(caught.value.sentence)) == (code, False), change
    goods = {"into": "title", "names": ["Product Name"]}
    assert Mapping.from_dict(good | {"columns": [*good["columns"][:6], goods, *good["columns"][7:]]})


MOMENTS = (
    ("iso", "2026-03-31T14:05:09.123-04:00", SEOUL, "2026-03-31T14:05:09-04:00"),
    ("iso", "2014-10-15 18:36:05 +0800", SEOUL, "2014-10-15T18:36:05+08:00"),
    ("iso", "2026-04-03 21:15:00 UTC", SEOUL, "2026-04-03T21:15:00+00:00"),
    ("iso", "2026-04-03 21:15:00", SEOUL, "no_zone"),
    ("ymd-time", "2026-03-31 14:05:09", SEOUL, "2026-03-31T14:05:09+09:00"),
    ("ymd-time", "2026-03-31 14:05:09", None, "no_zone"),
    ("ymd-time", "2026-03-31 오후 12:05", SEOUL, "2026-03-31T12:05:00+09:00"),
    ("ymd-time", "2026-03-31 오전 12:05:01", SEOUL, "2026-03-31T00:05:01+09:00"),
    ("ymd-time", "2026-03-31 오후 13:05", SEOUL, "no_such_day"),
    ("ymd-time", "2026-03-31 24:00:00", SEOUL, "no_such_day"),
    # Santiago sets its clocks back at midnight of 5 April 2026, and forward at midnight of 6 September
    ("ymd-time", "2026-04-04 23:30:00", SANTIAGO, "2026-04-04T23:30:00-03:00"),
    ("ymd-time", "2026-04-05 00:30:00", SANTIAGO, "2026-04-05T00:30:00-04:00"),
    ("ymd-time", "2026-09-05 23:30:00", SANTIAGO, "2026-09-05T23:30:00-04:00"),
    ("ymd-time", "2026-09-06 01:30:00", SANTIAGO, "2026-09-06T01:30:00-03:00"),
    ("ymd", "2026.3.31.", SEOUL, "2026-03-31T00:00:00+09:00"),
    ("ymd", "2026-03/31", SEOUL, "date_form"),
    ("compact", "20260331", SEOUL, "2026-03-31T00:00:00+09:00"),
    ("dmy", "03/04/2026", SEOUL, "2026-04-03T00:00:00+09:00"),
    ("mdy", "03/04/2026", SEOUL, "2026-03-04T00:00:00+09:00"),
    ("dmy", "31/02/2026", SEOUL, "no_such_day"),
    ("mdy-short", "03/04/26", SEOUL, "2026-03-04T00:00:00+09:00"),
    ("dmy-name", "17 May 2016", SEOUL, "2016-05-17T00:00:00+09:00"),
    ("dmy-name", "17-Sept-2016 9:05", SEOUL, "2016-09-17T09:05:00+09:00"),
    ("mdy-name", "May 17, 2016", SEOUL, "2016-05-17T00:00:00+09:00"),
    ("dmy-name", "17 Maj 2016", SEOUL, "date_form"),
    ("unix", "1774969800", SEOUL, "2026-03-31T15:10:00+00:00"),
    ("japanese", "2026年3月31日 14時05分", SEOUL, "2026-03-31T14:05:00+09:00"),
    ("korean", "2026년 3월 31일 오후 2시 5분", SEOUL, "2026-03-31T14:05:00+09:00"),
    ("spanish", "30 de septiembre de 2025 19:29 hs.", SANTIAGO, "2025-09-30T19:29:00-03:00"),
    ("ymd", "1999-12-31", SEOUL, "far_date"),
)


def test_moments_are_read_in_the_stated_form_only():
    for form, text, zone, expected in MOMENTS:
        try:
            found = Moments((form,), zone)(text).text
        except CellProblem as problem:
            found = problem.sentence.code
        assert found == expected, (form, text)


AMOUNTS = (
    ("point", "1234.5", "1234.5"), ("point", "-0.50", "-0.5"), ("point", "1,234.5", "ambiguous_amount"),
    ("point", "1.234", "1.234"), ("point-grouped", "1,234.50", "1234.5"), ("point-grouped", "12,34", "ambiguous_amount"),
    ("comma", "1234,5", "1234.5"), ("comma", "1.5", "ambiguous_amount"), ("comma-grouped", "1.234,5", "1234.5"),
    ("comma-grouped", "1.234", "1234"), ("whole", "1,234", "1234"), ("whole", "1.234", "1234"), ("whole", "12.00", "12"),
    ("whole", "12.5", "fraction"), ("point", "¥ 1200", "1200"), ("point", "-", "bad_amount"), ("point", "", "0"),
    ("point", "0.12345", "decimals"), ("point", "1e5", "number_shortened"),
)  # fmt: skip


def test_amounts_are_read_in_the_stated_form_only():
    for form, text, expected in AMOUNTS:
        try:
            found = amount_text(scaled(text, form))
        except CellProblem as problem:
            found = problem.sentence.code
        assert found == expected, (form, text)
    assert told(["1,234.50", "7"]) == ("point-grouped", True)
    assert told(["12,5", "1.234"]) == ("comma-grouped", True)
    assert told(["1.234.567"]) == ("comma-grouped", True)
    assert told(["7", "12", 1.5]) == ("", True)
    assert told(["1.234"]) == ("", False)
    assert told(["12.5", "12,5"]) == ("", False)


@pytest.mark.parametrize("odd", ["junk", '"junk"'])
def test_a_cell_beside_the_headings_is_odd_however_it_is_written(tmp_path: Path, odd: str):
    """A last column without a name: a row may leave it empty, but not write into it."""
    lines = (
        made.text(naru.TEMPLATE, KOREAN, [GOOD | {"주문번호": f"A-{number}"} for number in range(3)])
        .decode()
        .splitlines()
    )
    lines = [f"{lines[0]},", f"{lines[1]},", f"{lines[2]},{odd}", f"{lines[3]},"]
    path = made.written(tmp_path / "f.csv", ("\r\n".join(lines) + "\r\n").encode())
    reading = read(open_file(path), naru.TEMPLATE, Context("USD", "America/Santiago"))
    assert [fact.row for fact in reading.facts()] == [2, 4]
    assert [(each.row, each.code) for each in reading.account.rejects] == [(3, "row_width")]


CHANGED = 6
"""Rows below between 23:00 and midnight of 4 April, or between midnight and 01:00 of 6 September 2026 in Santiago."""


def test_the_short_way_says_what_the_long_way_says(tmp_path: Path):
    """Many rows over the clocks' change and several currencies, read both ways."""
    rows = [
        GOOD | {"주문번호": f"A-{number}", "주문일시": f"2026-{(4, 9)[number // 24 % 2]:02}-{1 + number % 7:02} {number % 24:02}:0{number % 10}:5{number % 7}",
                "통화": ("USD", "JPY", "KRW")[number % 3], "상품금액": str(number * 100), "판매수수료": str(number), "수량": str(number % 4)}
        for number in range(1, 1_200)
    ]  # fmt: skip
    path = made.written(tmp_path / "f.csv", made.text(naru.TEMPLATE, KOREAN, rows))
    reading = read(open_file(path), naru.TEMPLATE, Context("USD", "America/Santiago"))
    facts = [fact for fact in reading.facts() if isinstance(fact, SaleFact)]
    plan = Plan(naru.TEMPLATE, 1, KOREAN, Context("USD", "America/Santiago"))
    assert len(facts) == 1_199
    for fact, row in zip(facts, rows, strict=True):
        values = plan.values(fact.row, made.cells(naru.TEMPLATE, KOREAN, row))
        moment = values.moment("ordered_at")
        assert moment is not None
        assert (values.problems, plan.key(values), moment.text) == ([], fact.line_key, fact.ordered_at)
        assert [amount_text(values.amount(name)) for name in ADDED] == [getattr(fact, name) for name in ADDED]
        assert Decimal(fact.net_amount) == sum(Decimal(getattr(fact, name)) for name in ADDED)
    assert [fact.row for fact in facts] == list(range(2, 1_201))
    changed = sum(plan.moments["ordered_at"](row["주문일시"]).is_uncertain for row in rows)
    notes = {note.code: dict(note.parameters) for note in reading.account.notes}
    assert (changed, notes["note_clock_change"]) == (CHANGED, {"count": CHANGED})
    gross = sum(int(row["상품금액"]) for row in rows if row["통화"] == "JPY")
    assert reading.account.totals["JPY"]["gross_amount"] == gross


WRITTEN = st.one_of(
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 1, 1)).map(lambda at: f"{at:%Y-%m-%d %H:%M:%S}"),
    st.sampled_from(
        ["2026-04-04 23:30:00", "2026-09-06 00:30:00", "2026-02-30 10:00:00", "2026-3-1 9:00:00", "2026-03-01 24:00:00",
         "2026/03/01 10:00:00", "2026-03-01T10:00:00-05:00", "2026-03-01", "12:00:00", "", " 2026-03-01 10:00:00 ", 45_000.5]
    ),
)  # fmt: skip


@given(st.lists(WRITTEN, min_size=1, max_size=8), st.booleans())
def test_a_block_of_moments_is_read_as_each_of_them(column: list[object], only_plain: bool):
    """In Santiago, where clocks were changed twice that year; what cannot be read is marked."""
    if only_plain:
        column = [raw for raw in column if isinstance(raw, str) and len(raw) == 19] or ["2026-03-01 10:00:00"]
    plan = Plan(naru.TEMPLATE, 1, KOREAN, Context("USD", "America/Santiago"))
    sale = sales.Sales(plan, Tally(Account("", ORDERS), sales.PARTS, None))
    expected = []
    for raw in column:
        try:
            expected.append(Moments(naru.TEMPLATE.dates, SANTIAGO)(raw))
        except CellProblem:
            expected.append(sales.NEVER)
    texts, seconds, uncertain = sale._instants(column)
    assert texts == [moment.text for moment in expected]
    assert seconds == [moment.seconds for moment in expected]
    assert uncertain == sum(moment.is_uncertain for moment in expected)


@given(
    st.lists(st.datetimes(dt.datetime(2026, 4, 3), dt.datetime(2026, 4, 6)).map(lambda at: f"{at:%Y-%m-%d %H:%M:%S}"), min_size=1),
    st.sampled_from(["", "2026-04-01 24:00:00", "2026-04-01 1:00:000", "2026-02-30 10:00:00", "2026-04-01 10:60:00", "2026-04-01T10:00:00",
                     "2026-04-01 10:00:60", "２026-04-01 10:00:00", "2026-04-01 10:00:0\n", "04/01/2026 10:00:00", "x"]),
    st.booleans(),
)  # fmt: skip
def test_a_plain_block_of_moments_is_told_by_its_hours(plain: list[str], odd: str, has_odd: bool):
    """Around a change of clocks in Santiago; whatever is odd in the block is read one by one."""
    plan = Plan(naru.TEMPLATE, 1, KOREAN, Context("USD", "America/Santiago"))
    sale = sales.Sales(plan, Tally(Account("", ORDERS), sales.PARTS, None))
    column = [*plain, odd] if has_odd else plain
    texts, seconds, uncertain = sale._instants(column)
    found = sale._moments(column)
    assert [text + found.offset for text in found.texts] == texts
    assert found.uncertain == uncertain
    good = [text != sales.UNREAD for text in texts]
    of_good = [each for each, is_good in zip(seconds, good, strict=True) if is_good]
    assert found.extremes(good) == (min(of_good), max(of_good))


def test_rows_of_copy_say_what_the_facts_say(tmp_path: Path):
    """Odd texts, bad rows, other kinds and currencies of every sort, in blocks that are plain and in others."""
    rows = [
        GOOD | {"주문번호": f"A-{number}", "통화": ("USD", "JPY", "MXN", "", "us$")[4 if number % 90 == 0 else number // 4 % 4], "상품금액": ("1200", "7.50", "", "x")[number % 40 % 4],
                "거래구분": ("판매", "환불", "판매")[number % 3], "상품명": ("가방", r"C:\new\table", "둘\n줄\t칸", "a")[number // 300 % 4], "단가": ("", "3.25")[number % 2],
                "수량": str(number % 3), "주문상태": ("배송완료", "처음 보는 상태")[number % 7 // 6]}
        for number in range(1, 2_400)
    ]  # fmt: skip
    path = made.written(tmp_path / "f.csv", made.text(naru.TEMPLATE, KOREAN, rows))
    context = Context("USD", "America/Santiago")
    told, short = read(open_file(path), naru.TEMPLATE, context), read(open_file(path), naru.TEMPLATE, context)
    facts = [fact for fact in told.facts() if isinstance(fact, SaleFact)]
    back = {"\\\\": "\\", "\x01": None}
    amount_places = {place for place, name in enumerate(SaleFact._fields) if name.endswith("_amount")}
    found = []
    for line in b"".join(short.rows()).decode().splitlines():
        values = [back.get(each, each.replace("\\\\", "\\")) for each in line.split("\t")]
        found.append(
            [Decimal(each) if place in amount_places and each else each for place, each in enumerate(values)]
        )
    assert len(facts) > 1_000
    assert found == [
        [
            Decimal(each) if place in amount_places and each else str(each) if place == 0 else each
            for place, each in enumerate(fact)
        ]
        for fact in facts
    ]
    for name in ("rows", "lines", "rejected_rows", "rejects", "first_at", "last_at", "notes"):
        assert getattr(told.account, name) == getattr(short.account, name)
    assert told.account.rejects == sorted(told.account.rejects, key=lambda reject: reject.row)
    assert {reject.code for reject in told.account.rejects} == {"bad_currency", "fraction", "bad_amount"}


def test_rows_are_handed_on_before_the_file_is_read_to_its_end(tmp_path: Path):
    rows = [GOOD | {"주문번호": f"A-{number}"} for number in range(3_000)]
    content = made.text(naru.TEMPLATE, KOREAN, [*rows, *rows[:7]]) + b'A,"cut'
    reading = read(
        open_file(made.written(tmp_path / "f.csv", content)), naru.TEMPLATE, Context("USD", "Asia/Seoul")
    )
    facts = reading.facts()
    assert next(facts).row == 2
    with pytest.raises(FileRefused) as caught:
        list(facts)
    assert caught.value.code == "cut_short"
    path = made.written(tmp_path / "g.csv", content[: content.rindex(b"A,")])
    reading = read(open_file(path), naru.TEMPLATE, Context("USD", "Asia/Seoul"))
    assert len(list(reading.facts())) == 3_007
    assert (reading.account.repeated, [note.code for note in reading.account.notes]) == (7, ["note_repeats"])


def test_what_a_file_leaves_to_its_store(tmp_path: Path):
    mapping = replace(naru.TEMPLATE, currency="store", columns=tuple(
        each for each in naru.TEMPLATE.columns if each.into != "currency"
    ))  # fmt: skip
    form = [name for name in KOREAN if name != "통화"]
    row = {name: value for name, value in GOOD.items() if name != "통화"}
    path = made.written(tmp_path / "f.csv", made.text(mapping, form, [row]))
    with pytest.raises(FileRefused) as caught:
        list(read(open_file(path), mapping, Context("", "Asia/Seoul")).facts())
    assert caught.value.code == "no_currency"
    (fact,) = read(open_file(path), mapping, Context("PHP", "Asia/Manila")).facts()
    assert isinstance(fact, SaleFact)
    assert (fact.currency_id, fact.ordered_at) == ("PHP", "2026-03-31T10:00:00+08:00")
    first = [Column("order_reference", ("주문번호",), occurrence=2), *mapping.columns[1:]]
    twice = replace(mapping, columns=tuple(first))
    path = made.written(tmp_path / "g.csv", made.text(twice, ["주문번호", *form], [row]))
    content = path.read_text().replace("A,", "B,", 1)
    path.write_text(content)
    (fact,) = read(open_file(path), twice, Context("PHP", "Asia/Manila")).facts()
    assert isinstance(fact, SaleFact)
    assert fact.order_reference == "A"


def test_one_door_for_every_file(tmp_path: Path):
    facts: list[Any] = []
    for language in (template.KOREAN, template.ENGLISH):
        template.write_csv(tmp_path / "empty.csv", language)
        template.write_xlsx(tmp_path / "empty.xlsx", language)
        for name in ("empty.csv", "empty.xlsx"):
            account = detect.stream(tmp_path / name, None, facts.append, tz="Asia/Seoul", currency="KRW")
            assert isinstance(account, Account)
            assert (account.profile, account.lines, [note.code for note in account.notes]) == (
                "naru-sales", 0, ["note_no_rows"],
            )  # fmt: skip
    assert facts == []
    mine = replace(naru.TEMPLATE, code="my-own")
    account = detect.stream(tmp_path / "empty.csv", None, facts.append, tz="Asia/Seoul", own=[mine])
    assert isinstance(account, Account)
    assert account.profile == "my-own"
    account = detect.stream(tmp_path / "empty.csv", "naru-sales", facts.append, tz="Asia/Seoul", own=[mine])
    assert isinstance(account, Account)
    assert account.profile == "naru-sales"
    write_ventas(tmp_path / "panel.xlsx", [panels.order(1)])
    parsed = detect.stream(tmp_path / "panel.xlsx", None, facts.append, tz="America/Santiago")
    assert isinstance(parsed, ParsedFile)
    assert (parsed.profile, len(parsed.sales), facts) == (VENTAS, 1, [])
    with pytest.raises(FileRefused) as caught:
        detect.stream(tmp_path / "empty.csv", "qoo10-orders", facts.append, tz="Asia/Seoul", currency="KRW")
    assert (caught.value.code, dict(caught.value.sentence.parameters)) == (
        "wrong_profile",
        {"found": "naru-sales", "asked": "qoo10-orders"},
    )
    whole = detect.parse_file(tmp_path / "empty.csv", None, tz="Asia/Seoul")
    assert (whole.profile, whole.lines, whole.rows) == ("naru-sales", [], 0)
