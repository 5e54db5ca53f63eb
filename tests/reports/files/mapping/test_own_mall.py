"""An own mall's orders with the list of its parcels."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.files.lines import FileRefused
from reports.files.mapping import Context
from reports.files.mapping.profiles import (
    ownmall,
)
from tests.reports.files.mapping import made
from tests.reports.files.mapping.made import codes

SEOUL = Context("KRW", "Asia/Seoul")


def test_an_own_mall_and_its_parcels(tmp_path: Path):
    form = ("주문번호", "품목별 주문번호", "주문일시", "주문상태", "상품코드", "상품명", "수량", "결제통화", "판매가",
            "할인금액", "총 배송비", "주문자명", "수령인", "수령인 주소")  # fmt: skip
    common = {
        "주문일시": "2026-03-31 23:40:00",
        "결제통화": "USD",
        "할인금액": "1.00",
        "총 배송비": "12.00",
        "수량": "1",
    }
    rows = [
        common
        | {
            "주문번호": "20260331-0001",
            "품목별 주문번호": "20260331-0001-01",
            "주문상태": "배송완료",
            "판매가": "30",
        },
        common
        | {
            "주문번호": "20260331-0001",
            "품목별 주문번호": "20260331-0001-02",
            "주문상태": "취소완료",
            "판매가": "20",
        },
    ]
    path = made.written(tmp_path / "mall.csv", made.text(ownmall.MALL_ORDERS, form, rows, encoding="cp949"))
    facts, reading = made.taken(path, ownmall.MALL_ORDERS, SEOUL)
    assert [made.short(fact)[4:] for fact in facts] == [
        ("30", "-1", "12", "0", "41", "USD", "sold"),
        ("20", "-1", "0", "0", "19", "USD", "cancelled"),
    ]
    assert reading.account.personal_columns == ("주문자명", "수령인", "수령인 주소")
    post = (
        "등기번호",
        "고객주문번호",
        "접수일자",
        "도착국가",
        "내용품명",
        "수량",
        "통화",
        "물품가액",
        "우편요금",
        "수취인명",
    )
    row = {"고객주문번호": "20260331-0001", "접수일자": "20260401", "도착국가": "US", "내용품명": "Cream", "수량": "1",
           "통화": "USD", "물품가액": "30", "우편요금": "11.5"}  # fmt: skip
    path = made.written(tmp_path / "post.csv", made.text(ownmall.POST_PARCELS, post, [row]))
    facts, _reading = made.taken(path, ownmall.POST_PARCELS, SEOUL)
    assert [(fact.gross_amount, fact.shipping_cost_amount, fact.ordered_at) for fact in facts] == [
        ("30", "-11.5", "2026-04-01T00:00:00+09:00")
    ]


def test_a_malls_amount_of_a_row_is_not_taken_for_a_price(tmp_path: Path):
    """Three at 10 are 30, with the price or without it."""
    common = {
        "주문일시": "2026-03-31",
        "주문상태": "배송완료",
        "결제통화": "USD",
        "수량": "3",
        "상품구매금액": "30",
    }
    for number, form in enumerate((("판매가",), ())):
        row = common | {"주문번호": "1", "품목별 주문번호": "1-1"} | dict.fromkeys(form, "10")
        path = made.written(tmp_path / f"{number}.csv", made.text(ownmall.MALL_ORDERS, tuple(row), [row]))
        facts, _reading = made.taken(path, ownmall.MALL_ORDERS, SEOUL)
        assert [(fact.gross_amount, fact.net_amount) for fact in facts] == [("30", "30")]
    neither = {
        "주문번호": "1",
        "품목별 주문번호": "1-1",
        "주문일시": "2026-03-31",
        "주문상태": "배송완료",
        "결제통화": "USD",
        "수량": "3",
    }
    path = made.written(tmp_path / "x.csv", made.text(ownmall.MALL_ORDERS, tuple(neither), [neither]))
    with pytest.raises(FileRefused) as caught:
        made.taken(path, ownmall.MALL_ORDERS, SEOUL)
    assert caught.value.code == "missing_columns"


def test_a_malls_amount_of_nothing_is_an_amount(tmp_path: Path):
    """A gift of price 10 for 0 is 0; where no amount stands it is the price."""
    row = {
        "주문번호": "1",
        "주문일시": "2026-03-31",
        "주문상태": "배송완료",
        "결제통화": "USD",
        "수량": "1",
        "판매가": "10",
    }
    rows = [
        row | {"품목별 주문번호": f"1-{number}", "상품구매금액": amount}
        for number, amount in enumerate(("0", "", "0.00", "7"), start=1)
    ]
    path = made.written(tmp_path / "mall.csv", made.text(ownmall.MALL_ORDERS, tuple(rows[0]), rows))
    facts, reading = made.taken(path, ownmall.MALL_ORDERS, SEOUL)
    assert [(fact.gross_amount, fact.net_amount) for fact in facts] == [
        ("0", "0"),
        ("10", "10"),
        ("0", "0"),
        ("7", "7"),
    ]
    assert codes(reading) == []
    path = made.written(tmp_path / "gifts.csv", made.text(ownmall.MALL_ORDERS, tuple(rows[0]), rows[:1]))
    assert [fact.gross_amount for fact in made.taken(path, ownmall.MALL_ORDERS, SEOUL)[0]] == ["0"]
