"""What a sample proves is filled in; what it leaves open is asked, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.files.door import open_file
from reports.files.lines import FileRefused
from reports.files.mapping import Context, read
from reports.files.mapping.proposal import Proposal, propose
from tests.reports.files.mapping import made

HEADINGS = [
    "Order ID",
    "Order Date",
    "SKU",
    "Qty",
    "Amount",
    "Commission",
    "Status",
    "Currency",
    "Buyer name",
]


def asked(proposal: Proposal) -> list[tuple[str, str]]:
    return [(question.about, question.code) for question in proposal.questions]


def test_a_file_that_leaves_nothing_open_is_read_as_proposed(tmp_path: Path):
    rows = [
        ["Sales of March"],
        HEADINGS,
        ["77", "31/03/2026", "S-1", "2", "1.099,50", "-120,25", "Delivered", "EUR", made.PERSON],
        ["78", "01/04/2026", "S-2", "1", "99,00", "-9,90", "Cancelled", "EUR", made.PERSON],
    ]
    proposal = propose(rows)
    assert (proposal.header_row, asked(proposal), proposal.personal) == (2, [], ("Buyer name",))
    mapping = proposal.mapping()
    assert (mapping.numbers, mapping.dates, mapping.zone, mapping.currency, mapping.key) == (
        "comma-grouped", ("dmy",), "store", "column", ("order_reference", "sku"),
    )  # fmt: skip
    path = made.written(tmp_path / "own.csv", "\n".join(";".join(row) for row in rows).encode())
    reading = read(open_file(path), mapping, Context("EUR", "Europe/Madrid"))
    assert [
        (fact.ordered_at, fact.gross_amount, fact.net_amount, fact.status_class) for fact in reading.facts()
    ] == [
        ("2026-03-31T00:00:00+02:00", "1099.5", "979.25", "sold"),
        ("2026-04-01T00:00:00+02:00", "99", "89.1", "cancelled"),
    ]
    assert reading.account.personal_columns == ("Buyer name",)


def test_what_is_ambiguous_is_asked():
    rows = [
        HEADINGS,
        ["77", "03/04/2026", "S-1", "2", "1.234", "5", "Hecho", "", ""],
        ["77", "05/06/2026", "S-1", "1", "2.500", "-1", "Delivered", "", ""],
    ]
    proposal = propose(rows)
    assert asked(proposal) == [
        ("numbers", "ask_numbers"),
        ("dates", "ask_dates"),
        ("status:hecho", "ask_status"),
        ("key", "ask_key"),
        ("sign:fee_amount", "ask_sign"),
    ]
    assert proposal.questions[1].choices == ("dmy", "mdy")
    with pytest.raises(ValueError, match="open"):
        proposal.mapping()
    with pytest.raises(ValueError, match="dates"):
        proposal.answered({"dates": "ymd"})
    done = proposal.answered(
        {"numbers": "comma-grouped", "dates": "mdy", "status:hecho": "pending", "key": "order_reference,sku,@row",
         "sign:fee_amount": "yes"}
    )  # fmt: skip
    mapping = done.mapping()
    assert (mapping.numbers, mapping.dates, mapping.key) == (
        "comma-grouped",
        ("mdy",),
        ("order_reference", "sku", "@row"),
    )
    assert (mapping.statuses["hecho"], mapping.statuses["delivered"]) == ("pending", "sold")
    fee = mapping.column("fee_amount")
    assert fee is not None
    assert fee.is_cost is True


def test_other_things_that_are_asked():
    korean = propose(
        [["주문 번호", "상품금액 (JPY)", "비고", "수령인"], ["1", "1,200,000", "2026-03-31", "홍길동"]]
    )
    assert (asked(korean), korean.personal) == ([], ("수령인",))
    assert (korean.values["currency"], korean.values["numbers"], korean.values["dates"]) == (
        "heading",
        "point-grouped",
        ["ymd"],
    )
    two = propose([["Order ID", "Order number", "Date", "Amount"], ["1", "2", "2026-03-31", "$ 12.50"]])
    assert asked(two) == [("column:order_reference", "ask_columns"), ("currency", "ask_currency")]
    none = propose([["Ref", "When", "Amount"], ["1", "?", "12.50"]])
    assert asked(none) == [("column:order_reference", "ask_column"), ("column:ordered_at", "ask_column")]
    assert none.questions[0].choices == ("Ref", "When")
    short = propose([["Order ID", "Date", "Amount"], ["1", "03/04/26", "12.50"], ["2", "gestern", "12.50"]])
    assert asked(short) == [("dates", "ask_date_form")]
    whole = propose([["Order ID", "Date", "Amount", "Fee"], ["1", "2026-03-31", "1250", "0"]])
    assert (whole.values["numbers"], asked(whole)) == ("told", [("sign:fee_amount", "ask_sign_of_none")])
    with pytest.raises(FileRefused, match="no_header"):
        propose([["1", "2"], ["3", "4"]])
