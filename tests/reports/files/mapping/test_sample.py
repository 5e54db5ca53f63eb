"""Of a file that nobody knows its first rows are looked at, without people; a mapping tries them; nothing of it can run."""

from __future__ import annotations

import copy as copies
import json
import unicodedata
from pathlib import Path

import pytest

from reports.files import detect, trial
from reports.files.door import open_file
from reports.files.lines import FileRefused
from reports.files.mapping.model import Mapping, MappingWrong
from reports.files.mapping.personal import holds_persons
from reports.files.mapping.profiles.ownmall import MALL_ORDERS
from tests.reports.files.mapping import made

HEAD = "주문번호;결제일자;상품코드;수량;판매금액 (JPY);판매수수료 (JPY);주문상태;수령인;연락;배송메모"
HEADINGS = ["Order ID", "Date", "Amount"]
ROWS = (
    "K-1;03/04/2026;A-1;2;1.234;123;출고;홍길동;010-1234-5678;문 앞에",
    "K-2;05/04/2026;B-1;1;2.500;250;반품 접수;김철수;010-2222-3333;",
)


def cp949(tmp_path: Path, *rows: str) -> Path:
    text = "\r\n".join(["2026년 4월 판매 내역;;;;;;;;;", HEAD, *rows, ""])
    return made.written(tmp_path / "own.csv", text.encode("cp949"))


def test_a_sample_holds_no_people_and_asks_what_it_does_not_prove(tmp_path: Path):
    """Two-line headings, CP949, semicolons: day or month first, thousands or decimals, unknown states are asked."""
    copy = tmp_path / "copy"
    found = trial.take(cp949(tmp_path, *ROWS), copy)
    assert (found["header_row"], found["delimiter"], found["encoding"], found["rows"]) == (
        2,
        ";",
        "euc-kr",
        2,
    )
    left = [each["label"] for each in found["headings"] if each["is_left_out"]]
    assert left == ["수령인", "연락", "배송메모"]
    asked = {each["about"] for each in found["questions"]}
    assert {"numbers", "dates", "status:출고", "status:반품 접수"} <= asked
    text = copy.read_bytes().decode("utf-8-sig")
    assert "K-2;05/04/2026;B-1;1;2.500;250;반품 접수;;;" in text
    for person in ("홍길동", "김철수", "010-", "문 앞"):
        assert person not in text


def test_columns_are_left_out_by_what_stands_in_them():
    assert holds_persons(["-", "a@b.kr"])
    assert holds_persons(["900101-1234567"])
    assert holds_persons(["P123456789012"])
    assert holds_persons(["01012345678", "01087654321"])
    assert not holds_persons(["01012345678", "7", "8"])
    assert holds_persons(["홍길동 010-1234-5678 오후"])
    assert holds_persons(["090-1234-5678"])
    assert holds_persons(["+56 9 1234 5678"])
    assert holds_persons(["02-123-4567"])
    assert not holds_persons(
        ["2026-03-31", "1,234.50", "B0123-4567", "03.04.2026", "2026-03-31T01:02:03+09:00"]
    )
    assert not holds_persons(["20260331-1234567", "SPF50+ 1234 5678", "-1,234.50"])


NAMED = [
    "Recipient", "배송지", "Mobile", "Customer", "Receiver", "Consignee", "Tel", "고객", "고객ID", "아이디", "수하인", "송장번호",
    "注文者", "連絡先", "收件人", "地址", "手机", "Nome", "Endereço", "Telefone", "Pembeli", "Số điện thoại", "ชื่อผู้รับ", "배송메모",
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_columns_of_buyers_are_left_out_in_the_languages_of_the_markets(tmp_path: Path, form: str):
    head = ",".join(["Order ID", "Date", "Amount", *(unicodedata.normalize(form, name) for name in NAMED)])
    row = ",".join(["1", "2026-03-31", "12.50", *("A1" for _name in NAMED)])
    text = f"{head}\r\n{row}\r\n"
    found = trial.take(made.written(tmp_path / "a.csv", text.encode("utf-8")), tmp_path / "copy")
    assert [each["label"] for each in found["headings"] if not each["is_left_out"]] == [
        "Order ID",
        "Date",
        "Amount",
    ]
    assert "A1" not in (tmp_path / "copy").read_text("utf-8")


def test_texts_that_nobody_recognizes_are_kept_only_where_they_come_again_and_again(tmp_path: Path):
    """Of four rows: two states, each twice, are kept; names, once each, are not, nor the shop's owner above the headings."""
    rows = [
        f"N-{number},2026-03-31,12.50,{'ok' if number % 2 else 'no'},Ana {number},¥ 1{number}"
        for number in range(4)
    ]
    path = made.written(
        tmp_path / "a.csv",
        "\r\n".join(["Owner: Ana Perez,,,,,", "Order ID,Date,Amount,Etapa,Quem,Extra", *rows, ""]).encode(),
    )
    found = trial.take(path, tmp_path / "copy")
    assert [each["label"] for each in found["headings"] if each["is_left_out"]] == ["Quem"]
    text = (tmp_path / "copy").read_text("utf-8")
    assert "Ana" not in text
    assert "N-3,2026-03-31,12.50,ok,,¥ 13" in text
    assert found["header_row"] == 2
    assert trial.raw(tmp_path / "copy", found)[0][0] == "N-0"
    book = made.workbook(
        tmp_path / "a.xlsx",
        MALL_ORDERS,
        HEADINGS,
        [dict(zip(HEADINGS, ("1", "2026-03-31", 5), strict=True))],
        above=3,
    )
    found = trial.take(book, tmp_path / "book")
    table = list(open_file(tmp_path / "book").sheets[0].rows())
    assert (found["header_row"], table[0][0]) == (4, "-")
    assert table[3][:3] == HEADINGS


def test_a_file_without_a_currency_is_asked_for_it_and_json_is_told_apart(tmp_path: Path):
    plain = made.written(tmp_path / "a.csv", b"Order ID,Date,Amount\r\n1,2026-03-31,12.50\r\n")
    found = trial.take(plain, tmp_path / "copy")
    assert [each["code"] for each in found["questions"]] == ["ask_no_currency"]
    for content, code in (
        (b'[{"id": 1}]', "sample_json"),
        (b"1,2\r\n3,4\r\n", "no_header"),
        (b"x", "no_header"),
    ):
        with pytest.raises(FileRefused, match=code):
            trial.take(made.written(tmp_path / "odd", content), tmp_path / "copy")
    with pytest.raises(FileRefused, match="sample_too_big"):
        trial.take(plain, tmp_path / "copy", 10)


def answered(tmp_path: Path) -> tuple[Path, dict]:
    copy = tmp_path / "copy"
    values = trial.take(cp949(tmp_path, *ROWS), copy)["values"]
    return copy, values | {
        "columns": [
            {"into": "order_reference", "names": ["주문번호"]},
            {"into": "ordered_at", "names": ["결제일자"]},
            {"into": "sku", "names": ["상품코드"], "optional": True},
            {"into": "units", "names": ["수량"], "optional": True},
            {"into": "gross_amount", "names": ["판매금액 (JPY)"], "optional": True},
            {"into": "fee_amount", "names": ["판매수수료 (JPY)"], "optional": True, "is_cost": True},
            {"into": "status", "names": ["주문상태"], "optional": True},
        ],
        "numbers": "comma-grouped",
        "dates": ["dmy"],
        "key": ["order_reference", "sku"],
        "currency": "heading",
        "statuses": {"출고": "sold", "반품 접수": "refunded"},
    }


def test_a_mapping_reads_the_sample_to_hand_worked_sums(tmp_path: Path):
    """1,234 + 2,500 yen of products, 123 + 250 of fees: 3,734 - 373 = 3,361. 3 April in Seoul is 2 April, 15:00 UTC."""
    copy, values = answered(tmp_path)
    found = trial.preview(copy, Mapping.from_dict(values), tz="Asia/Seoul")
    assert (found["lines"], found["rejected"], found["twice"]) == (2, 0, 0)
    assert found["totals"]["JPY"]["gross_amount"] == "3734"
    assert found["totals"]["JPY"]["fee_amount"] == "-373"
    assert found["totals"]["JPY"]["net_amount"] == "3361"
    assert found["from"] == "2026-04-02T15:00:00+00:00"
    assert found["states"] == [["출고", "sold", 1], ["반품 접수", "refunded", 1]]
    assert trial.raw(copy, {"header_row": 2, "delimiter": ";"})[0][:3] == ["K-1", "03/04/2026", "A-1"]
    again = trial.preview(copy, Mapping.from_dict(values | {"dates": ["mdy"]}), tz="Asia/Seoul")
    assert [row["ordered_at"][:10] for row in again["first"]] == ["2026-03-04", "2026-05-04"]
    reduced, columns = tmp_path / "reduced", values["columns"][:2] + values["columns"][4:5]
    less = Mapping.from_dict(values | {"columns": columns, "key": ["order_reference"]})
    trial.reduce(copy, less, reduced)
    assert "K-1;03/04/2026;;;1.234;;" in reduced.read_bytes().decode("utf-8-sig")
    assert open_file(reduced).kind == "csv"


HOSTILE = {
    "a field of nobody": {"run": "os.system"},
    "a field of a column": {"columns": [{"into": "order_reference", "names": ["a"], "eval": "1"}]},
    "columns that are no list": {"columns": "order_reference"},
    "a name that is no text": {"columns": [{"into": "order_reference", "names": [1]}]},
    "a value of nobody": {"columns": [{"into": "__class__", "names": ["a"]}]},
    "too many columns": {"columns": [{"into": f"x_{number}", "names": ["a"]} for number in range(201)]},
    "too many states": {"statuses": {str(number): "sold" for number in range(501)}},
    "a text without end": {"label": "(a+)+$" * 60},
    "a heading without end": {"signature": ["x" * 301]},
    "a text deep down": {"checks": [{"total": "a" * 301, "parts": []}]},
    "something nested": {"json": {"records": [[[[[[["a"]]]]]]]}},
    "a file as zone": {"zone": "../../etc/passwd"},
    "both ways of days": {"dates": ["dmy", "mdy"]},
    "no key": {"key": []},
    "a key of nobody": {"key": ["password"]},
    "a meaning of nobody": {"statuses": {"a": "stolen"}},
    "a currency of nobody": {"currency": "us$"},
    "a measure of nobody": {"measure": "secrets"},
    "a code that is a path": {"code": "../own"},
    "a person": {"columns": [
        {"into": "order_reference", "names": ["수령인"]}, {"into": "ordered_at", "names": ["결제일자"]},
    ]},
    "units that are true": {"columns": [{"into": "units", "names": ["a"], "occurrence": True}]},
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mapping_is_refused(tmp_path: Path, name: str):
    good = Mapping.from_dict({
        "code": "own-file", "measure": "orders", "signature": ["주문"], "key": ["order_reference"],
        "columns": [{"into": "order_reference", "names": ["주문"]}, {"into": "ordered_at", "names": ["결제일자"]}],
    }).as_dict()  # fmt: skip
    assert Mapping.from_dict(json.loads(json.dumps(good))).as_dict() == good
    with pytest.raises(MappingWrong):
        Mapping.from_dict(copies.deepcopy(good) | HOSTILE[name])


@pytest.mark.parametrize("values", [None, [], "own", {}, {"columns": None}, {"json": 1}])
def test_what_is_no_mapping_at_all_is_refused(values):
    with pytest.raises(MappingWrong):
        Mapping.from_dict(values)


def test_an_own_profile_of_few_headings_does_not_take_what_naru_knows_better(tmp_path: Path):
    """Naru knows three headings of the mall's file: an own profile of two stands back, one of three goes before."""
    path = made.written(
        tmp_path / "mall.csv",
        (
            "주문번호,품목별 주문번호,주문일시,주문상태,수량,결제통화,판매가\r\n"
            "7,7-1,2026-04-03 10:00:00,배송완료,1,USD,10\r\n"
        ).encode("utf-8-sig"),
    )
    assert trial.take(path, tmp_path / "copy")["known"] == "Own mall (orders)"
    for signature, code in (
        (["주문번호", "수량"], "own-mall-orders"),
        (["주문번호", "수량", "판매가"], "own-file"),
    ):
        own = Mapping.from_dict({
            "code": "own-file", "measure": "orders", "signature": signature, "key": ["order_reference"],
            "columns": [{"into": "order_reference", "names": ["주문번호"]}, {"into": "ordered_at", "names": ["주문일시"]}],
            "dates": ["ymd-time"], "currency": "USD",
        })  # fmt: skip
        assert detect.parse_file(path, None, tz="Asia/Seoul", own=[own]).profile == code
    assert detect.parse_file(path, "own-mall-orders", tz="Asia/Seoul", own=[own]).profile == "own-mall-orders"
