"""Of a file of payouts, too, what its first rows prove is filled in, and what they leave open is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.files import trial
from reports.files.door import open_file
from reports.files.mapping import Context, read
from reports.files.mapping.model import MappingWrong
from reports.files.mapping.payout_proposal import propose
from reports.files.mapping.proposal import Proposal
from tests.reports.files.mapping import made

HEADINGS = [
    "Payment date", "Payment number", "Order number", "Movement type", "Product amount (USD)", "Selling fee (USD)",
    "Shipping cost (USD)", "Paid amount (USD)", "Payee name",
]  # fmt: skip
ROWS = [
    ["2025-10-15", "P-1", "2000000000000001", "Sale", "21.00", "-2.31", "-4.10", "14.59", made.PERSON],
    ["2025-10-15", "P-2", "2000000000000003", "Sale", "1,200.00", "-132.00", "-9.95", "1,058.05", made.PERSON],
    ["2025-10-20", "P-3", "2000000000000001", "Refund", "-10.50", "0.00", "0.00", "-10.50", made.PERSON],
]  # fmt: skip


def asked(proposal: Proposal) -> list[tuple[str, str]]:
    return [(question.about, question.code) for question in proposal.questions]


def test_a_report_that_leaves_nothing_open_is_read_as_proposed(tmp_path: Path):
    """21.00 - 2.31 - 4.10 = 14.59; 1,200.00 - 132.00 - 9.95 = 1,058.05; -10.50: 1,210.50 of products, 1,062.14 paid."""
    proposal = propose([["Cross-border payouts"], HEADINGS, *ROWS])
    assert (proposal.header_row, asked(proposal), proposal.personal) == (2, [], ("Payee name",))
    mapping = proposal.mapping()
    assert (mapping.measure, mapping.numbers, mapping.dates, mapping.zone, mapping.currency, mapping.key) == (
        "payouts", "point-grouped", ("ymd",), "store", "heading",
        ("source_reference", "order_reference", "description"),
    )  # fmt: skip
    assert dict(mapping.kinds) == {"sale": "payment", "refund": "refund"}
    assert [(check.scope, check.parts) for check in mapping.checks] == [
        ("row", ("gross_amount", "fee_amount", "shipping_fee_amount"))
    ]
    lines = [",".join(f'"{cell}"' for cell in row) for row in (HEADINGS, *ROWS)]
    path = made.written(tmp_path / "paid.csv", "\n".join(lines).encode())
    reading = read(open_file(path), mapping, Context("", "Asia/Seoul"))
    facts = list(reading.facts())
    assert [(fact.order_reference, fact.description_class, str(fact.net_amount), fact.currency) for fact in facts] == [
        ("2000000000000001", "payment", "14.59", "USD"),
        ("2000000000000003", "payment", "1058.05", "USD"),
        ("2000000000000001", "refund", "-10.5", "USD"),
    ]  # fmt: skip
    totals = reading.account.totals["USD"]
    assert (str(totals["gross_amount"]), str(totals["net_amount"])) == ("1210.5", "1062.14")
    assert reading.account.personal_columns == ("Payee name",)


def test_a_row_whose_parts_do_not_add_up_is_rejected_by_row(tmp_path: Path):
    mapping = propose([HEADINGS, *ROWS]).mapping()
    wrong = ["2025-10-21", "P-4", "2000000000000004", "Sale", "20.00", "-2.00", "-3.00", "15.01", ""]
    lines = [",".join(f'"{cell}"' for cell in row) for row in (HEADINGS, ROWS[0], wrong)]
    path = made.written(tmp_path / "paid.csv", "\n".join(lines).encode())
    reading = read(open_file(path), mapping, Context("", "Asia/Seoul"))
    assert len(list(reading.facts())) == 1
    assert [(each.row, each.column, each.code) for each in reading.account.rejects] == [
        (3, "Paid amount (USD)", "parts_sum")
    ]


def test_a_transfer_to_the_bank_has_no_parts_to_add_up(tmp_path: Path):
    """It is sent on whole, 1,062.14, and the other rows are held to their parts as before."""
    sent = ["2025-10-22", "P-5", "", "Bank transfer", "", "", "", "-1,062.14", ""]
    proposal = propose([HEADINGS, *ROWS, sent])
    assert asked(proposal) == []
    wrong = ["2025-10-21", "P-4", "2000000000000004", "Sale", "20.00", "-2.00", "-3.00", "15.01", ""]
    lines = [",".join(f'"{cell}"' for cell in row) for row in (HEADINGS, sent, wrong)]
    path = made.written(tmp_path / "paid.csv", "\n".join(lines).encode())
    reading = read(open_file(path), proposal.mapping(), Context("", "Asia/Seoul"))
    assert [(fact.description_class, str(fact.net_amount)) for fact in reading.facts()] == [
        ("payout", "-1062.14")
    ]
    assert [(each.row, each.code) for each in reading.account.rejects] == [(3, "parts_sum")]


def test_what_is_ambiguous_is_asked():
    """Day or month first, thousands or decimals, kinds that nobody knows, parts that do not add up, whose dollars."""
    proposal = propose(
        [
            ["Fecha de pago", "Pedido", "Tipo", "Gross", "Comisión", "Neto"],
            ["03/10/2025", "77", "Cobro", "$ 1.200", "132", "$ 1.068"],
            ["05/10/2025", "78", "Cobro", "$ 2.500", "275", "$ 2.224"],
        ]
    )
    assert asked(proposal) == [
        ("numbers", "ask_numbers"),
        ("dates", "ask_dates"),
        ("kind:cobro", "ask_kind_of"),
        ("currency", "ask_currency"),
        ("parts", "ask_parts"),
    ]
    answers = {
        "numbers": "comma-grouped",
        "dates": "dmy",
        "kind:cobro": "payment",
        "currency": "USD",
        "parts": "note",
    }
    with pytest.raises(ValueError, match="open"):
        proposal.mapping()
    mapping = proposal.answered(answers).mapping()
    assert (mapping.kinds["cobro"], mapping.checks[0].scope, mapping.currency) == ("payment", "note", "USD")
    fee = mapping.column("fee_amount")
    assert fee is not None
    assert fee.is_cost


def test_an_amount_that_may_be_before_costs_or_after_them_is_asked_for():
    head = ["Payout date", "Payout number", "Amount"]
    alone = propose([head, ["2025-10-15", "P-1", "14.59"]])
    assert asked(alone) == [("kind", "ask_kind")]
    assert [column["into"] for column in alone.values["columns"]] == [
        "released_at", "source_reference", "net_amount",
    ]  # fmt: skip
    beside = propose([[*head, "Fee"], ["2025-10-15", "P-1", "14.59", "-2.00"]])
    assert asked(beside) == [("column:net_amount", "ask_column"), ("kind", "ask_kind")]
    assert beside.answered({"column:net_amount": "Amount", "kind": "payment"}).mapping().kind == "payment"


def test_a_kind_may_have_a_bar_in_it(tmp_path: Path):
    """In a description a bar stands between the values that tell a kind together."""
    rows = [
        ["Payout date", "Payout number", "Description", "Paid"],
        ["2025-10-15", "P-1", "Venta | MX", "1.50"],
    ]
    mapping = propose(rows).answered({"kind:venta | mx": "payment"}).mapping()
    path = made.written(tmp_path / "a.csv", "\n".join(",".join(row) for row in rows).encode())
    facts = list(read(open_file(path), mapping, Context("USD", "UTC")).facts())
    assert [(fact.description, fact.description_class) for fact in facts] == [("Venta | MX", "payment")]


def test_credit_and_debit_make_what_was_paid(tmp_path: Path):
    """12.00 - 0 = 12.00 and 0 - 5.00 = -5.00; a debit that is written as a negative amount takes away, too."""
    head = ["Payout date", "Payout number", "Description", "Credit", "Debit"]
    for debit, is_turned in (("5.00", False), ("-5.00", True)):
        rows = [
            ["2025-10-15", "P-1", "Sale", "12.00", ""],
            ["2025-10-16", "P-2", "Refund", "", debit],
        ]
        proposal = propose([head, *rows])
        assert asked(proposal) == []
        mapping = proposal.answered({}).mapping()
        column = mapping.column("net_debit_amount")
        assert column is not None
        assert column.is_cost is is_turned
        path = made.written(tmp_path / "a.csv", "\n".join(",".join(row) for row in (head, *rows)).encode())
        facts = list(read(open_file(path), mapping, Context("USD", "UTC")).facts())
        assert [
            (str(fact.net_credit_amount), str(fact.net_debit_amount), str(fact.net_amount)) for fact in facts
        ] == [("12", "0", "12"), ("0", "5", "-5")]


def test_parts_must_add_up_to_credit_less_debit(tmp_path: Path):
    head = ["Payout date", "Payout number", "Description", "Gross", "Fee", "Credit", "Debit"]
    good = ["2025-10-15", "P-1", "Sale", "12.00", "-2.00", "10.00", "0.00"]
    back = ["2025-10-16", "P-2", "Refund", "-6.00", "-1.00", "0.00", "7.00"]
    mapping = propose([head, good, back]).mapping()
    wrong = ["2025-10-17", "P-3", "Sale", "5.00", "-1.00", "4.01", "0.00"]
    path = made.written(
        tmp_path / "a.csv", "\n".join(",".join(row) for row in (head, good, back, wrong)).encode()
    )
    reading = read(open_file(path), mapping, Context("USD", "UTC"))
    assert [str(fact.net_amount) for fact in reading.facts()] == ["10", "-7"]
    assert [(each.row, each.code) for each in reading.account.rejects] == [(4, "parts_sum")]


def test_what_tells_movements_apart_is_asked_where_numbers_do_not():
    head = ["Payout date", "Order number", "Description", "Net"]
    twice = [head, ["2025-10-15", "77", "Sale", "1.50"], ["2025-10-16", "77", "Sale", "2.50"]]
    question = propose(twice).questions[0]
    assert (question.about, question.code, question.choices) == (
        "key", "ask_key_of_payouts",
        (
            "order_reference,description", "order_reference,description,released_at",
            "order_reference,description,@row",
        ),
    )  # fmt: skip
    none = propose([["Payout date", "Description", "Net"], ["2025-10-15", "Sale", "1.50"]])
    assert [(each.about, each.code, each.choices) for each in none.questions] == [
        ("key", "ask_key_of_none", ("description,released_at", "description,@row"))
    ]


def test_the_headings_tell_orders_from_payouts(tmp_path: Path):
    """As most of them say; what somebody says goes before it."""
    orders = made.written(
        tmp_path / "orders.csv", b"Order ID,Order date,SKU,Qty,Amount,Fee\r\n1,2026-03-31,A,1,12.50,-1.00\r\n"
    )
    lines = [",".join(f'"{cell}"' for cell in row) for row in (HEADINGS, *ROWS)]
    payouts = made.written(tmp_path / "paid.csv", "\n".join(lines).encode())
    for path, told, measure in (
        (orders, "", "orders"), (payouts, "", "payouts"), (orders, "payouts", "payouts"), (payouts, "orders", "orders"),
    ):  # fmt: skip
        assert trial.take(path, tmp_path / "copy", measure=told)["values"]["measure"] == measure
    trial.take(payouts, tmp_path / "copy")
    assert made.PERSON not in (tmp_path / "copy").read_text("utf-8")


def test_what_a_profile_of_payouts_may_not_be():
    good = propose([HEADINGS, *ROWS]).mapping().as_dict()
    for broken in (
        {"kinds": {"sale": "gift"}},
        {"kind_by": ["status"]},
        {"kind": "sale"},
        {"unknown_kind": "sold"},
    ):
        with pytest.raises(MappingWrong):
            propose([HEADINGS, *ROWS]).mapping().from_dict(good | broken)


def test_a_column_of_ever_new_texts_tells_no_kinds_and_stays_out_of_the_sample(tmp_path: Path):
    """Of 41 different texts none is asked, nor kept; what each row is, is asked once."""
    head = "Payout date,Payout number,Description,Paid"
    rows = [f"2025-10-15,P-{number},Para Ana {number},1.50" for number in range(41)]
    path = made.written(tmp_path / "paid.csv", "\n".join([head, *rows]).encode())
    found = trial.take(path, tmp_path / "copy")
    assert [each["about"] for each in found["questions"]] == ["kind", "currency"]
    assert [each["label"] for each in found["headings"] if each["is_left_out"]] == ["Description"]
    assert "Ana" not in (tmp_path / "copy").read_text("utf-8")
    few = propose([row.split(",") for row in (head, *rows[:40])])
    assert len([each for each in few.questions if each.about.startswith("kind:")]) == 40


def test_what_the_goods_brought_follows_from_what_was_paid_and_its_costs(tmp_path: Path):
    """9,700 + 300 = 10,000 and 19,400 + 600 = 20,000; a refund of 5,000 gave 150 of commission back, -4,850 - 150 = -5,000. Of both
    sides, too: 970 - 0 + 30 = 1,000."""
    head = ["Payout date", "Order number", "Type", "Commission", "Payout (USD)"]
    rows = [
        ["2025-10-15", "1", "Sale", "300", "9,700.00"],
        ["2025-10-15", "2", "Sale", "600", "19,400.00"],
        ["2025-10-16", "2", "Refund", "-150", "-4,850.00"],
    ]
    proposal = propose([head, *rows])
    assert asked(proposal) == [("sign:fee_amount", "ask_sign")]
    mapping = proposal.answered({"sign:fee_amount": "yes"}).mapping()
    assert mapping.checks == ()
    lines = [",".join(f'"{cell}"' for cell in row) for row in (head, *rows)]
    path = made.written(tmp_path / "a.csv", "\n".join(lines).encode())
    reading = read(open_file(path), mapping, Context("", "UTC"))
    assert [
        (str(fact.gross_amount), str(fact.fee_amount), str(fact.net_amount)) for fact in reading.facts()
    ] == [("10000", "-300", "9700"), ("20000", "-600", "19400"), ("-5000", "150", "-4850")]
    sums = reading.account.totals["USD"]
    assert [str(sums[name]) for name in ("gross_amount", "fee_amount", "net_amount")] == [
        "25000", "-750", "24250",
    ]  # fmt: skip
    both = [
        ["Payout date", "Payout number", "Type", "Fee", "Credit", "Debit"],
        ["2025-10-15", "P-1", "Sale", "-30.00", "970.00", "0.00"],
    ]
    path = made.written(tmp_path / "b.csv", "\n".join(",".join(row) for row in both).encode())
    mapping = propose(both).answered({"sign:net_debit_amount": "yes"}).mapping()
    facts = list(read(open_file(path), mapping, Context("USD", "UTC")).facts())
    assert [(str(each.gross_amount), str(each.fee_amount), str(each.net_amount)) for each in facts] == [
        ("1000", "-30", "970")
    ]


def test_whole_amounts_with_negative_costs_are_described(tmp_path: Path):
    """Won, yen and pesos have no decimals: 10,000 - 300 = 9,700. So for orders."""
    rows = ["정산일,주문번호,구분,결제금액,수수료,정산금액", "2025-10-15,1,판매,10000,-300,9700"]
    paid = trial.take(
        made.written(tmp_path / "a.csv", "\n".join(rows).encode()), tmp_path / "copy", measure="payouts"
    )
    fee = next(each for each in paid["values"]["columns"] if each["into"] == "fee_amount")
    assert (fee["is_cost"], paid["values"]["checks"][0]["scope"]) == (False, "row")
    rows = ["주문번호,주문일,상품코드,수량,판매금액,수수료", "1,2025-10-15,A,1,10000,-300"]
    sold = trial.take(made.written(tmp_path / "b.csv", "\n".join(rows).encode()), tmp_path / "copy")
    fee = next(each for each in sold["values"]["columns"] if each["into"] == "fee_amount")
    assert (sold["values"]["measure"], fee["is_cost"]) == ("orders", False)


def test_kinds_that_take_away_without_a_minus_are_asked_about(tmp_path: Path):
    """100 - 40 - 10 = 50, not 150. A fee that was given back, -2, brings 2."""
    head = ["Payout date", "Payout number", "Type", "Amount"]
    rows = [
        ["2025-10-15", "P-1", "Sale", "100.00"],
        ["2025-10-16", "P-2", "Refund", "40.00"],
        ["2025-10-16", "P-3", "Fee", "10.00"],
    ]
    proposal = propose([head, *rows])
    assert asked(proposal) == [("turned", "ask_turned")]
    assert proposal.questions[0].choices == ("refund,fee", "-")
    path = made.written(
        tmp_path / "a.csv",
        "\n".join(",".join(row) for row in (head, *rows, ["2025-10-17", "P-4", "Fee", "-2.00"])).encode(),
    )
    for answer, amounts in (
        ("refund,fee", ["100", "-40", "-10", "2"]),
        ("-", ["100", "40", "10", "-2"]),
    ):
        mapping = proposal.answered({"turned": answer}).mapping()
        assert mapping == mapping.from_dict(mapping.as_dict())
        facts = list(read(open_file(path), mapping, Context("USD", "UTC")).facts())
        assert [str(fact.net_amount) for fact in facts] == amounts
        assert [str(fact.gross_amount) for fact in facts] == amounts
    signed = [rows[0], ["2025-10-16", "P-2", "Refund", "-40.00"], ["2025-10-16", "P-3", "Fee", "-10.00"]]
    assert asked(propose([head, *signed])) == []
    with pytest.raises(MappingWrong):
        mapping.from_dict(propose([HEADINGS, *ROWS]).mapping().as_dict() | {"turned": ["fee"]})


def test_a_word_for_a_transfer_is_asked_where_its_rows_may_be_an_orders_money():
    head = ["Payout date", "Order number", "Type", "Net"]
    own = ["2025-10-15", "1", "Sale", "100.00"]
    for word in ("Payout", "Disbursement", "출금", "이체", "송금"):
        brings = propose([head, own, ["2025-10-16", "", word, "100.00"]])
        assert asked(brings) == [(f"kind:{word.lower()}", "ask_kind_of")], word
        names = propose([head, own, ["2025-10-16", "1", word, "-100.00"]])
        assert asked(names) == [(f"kind:{word.lower()}", "ask_kind_of")], word
    away = propose([head, own, ["2025-10-16", "", "송금", "-100.00"]])
    assert (asked(away), away.values["kinds"]["송금"]) == ([], "payout")
    for word in ("Payout", "Disbursement"):
        assert asked(propose([head, own, ["2025-10-16", "", word, "-100.00"]])) == [
            (f"kind:{word.lower()}", "ask_kind_of")
        ]


def test_rows_that_are_alike_may_be_two_movements(tmp_path: Path):
    """100.00 - 3.00 - 3.00 = 94.00: two equal fees are money. Where each movement has its own number, the second is the first told
    twice: 97.00."""
    head = ["Payout date", "Order number", "Type", "Net"]
    rows = [["2025-10-15", "1", "Sale", "100.00"], *[["2025-10-15", "1", "Fee", "-3.00"]] * 2]
    proposal = propose([head, *rows])
    assert asked(proposal) == [("key", "ask_key_of_payouts")]
    assert dict(proposal.questions[0].sentence.parameters) == {"count": 1}
    path = made.written(tmp_path / "a.csv", "\n".join(",".join(row) for row in (head, *rows)).encode())
    for key, repeated in (("order_reference,description,@row", 0), ("order_reference,description", 1)):
        reading = read(open_file(path), proposal.answered({"key": key}).mapping(), Context("USD", "UTC"))
        list(reading.facts())
        assert reading.account.repeated == repeated
        codes = [note.code for note in reading.account.notes]
        assert codes == (["note_repeats_of_payouts"] if repeated else [])
    numbered = [["Payout number", *head], ["P-1", *rows[0]], ["P-2", *rows[1]], ["P-2", *rows[1]]]
    assert asked(propose(numbered)) == []
    shared = [["Payout number", *head], *(["P-1", *row] for row in rows)]
    assert asked(propose(shared)) == [("key", "ask_key_of_payouts")]
