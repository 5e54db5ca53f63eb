"""The release report's records become payout lines; the file must agree with its own balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from reports.files import release
from reports.files.detect import parse_file
from reports.files.lines import FileRefused, ParsedFile, Totals, totals
from reports.files.writing import LONG_FORM, SHORT_FORM, Movement, write_release
from tests.reports.files.made import movement, santiago


def read(tmp_path: Path, movements: Iterable[Movement], *, store_currency: str = "", **form) -> ParsedFile:
    path = tmp_path / "release.csv"
    write_release(path, movements, **form)
    return parse_file(path, None, tz="America/Santiago", currency=store_currency)


def reread(tmp_path: Path, change, *, movements: Iterable[Movement] = (), **form) -> ParsedFile:
    """Write the report, let `change` alter its text, read it."""
    path = tmp_path / "release.csv"
    write_release(path, movements, **form)
    path.write_bytes(change(path.read_bytes().decode()).encode())
    return parse_file(path, None, tz="America/Santiago")


def told(parsed: ParsedFile) -> list[tuple[int, str, str]]:
    return [(reject.row, reject.column, reject.code) for reject in parsed.rejects]


def notes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def refusal(function, *arguments, **named) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        function(*arguments, **named)
    return caught.value


@pytest.mark.parametrize("columns", [SHORT_FORM, LONG_FORM])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_one_payment_in_every_form(tmp_path, columns: int, delimiter: str):
    paid = movement(
        1,
        shipping_fee_amount=Decimal(-2_990),
        financing_fee_amount=Decimal(-300),
        tax_amount=Decimal(-20),
        external_reference="2000000000000001",
        order_reference="2000000000000001",
        released_at=dt.datetime(2025, 9, 30, 23, 29, tzinfo=dt.UTC),
        approved_at=dt.datetime(2025, 9, 16, 12, 0, tzinfo=dt.UTC),
    )
    parsed = read(tmp_path, [paid], columns=columns, delimiter=delimiter, opening_amount=Decimal(500))
    (line,) = parsed.payouts
    assert (line.row, line.source_reference, line.external_reference) == (
        3,
        "90000000001",
        "2000000000000001",
    )
    assert (line.record_type, line.description, line.description_class) == ("release", "payment", "payment")
    assert line.released_at == dt.datetime(2025, 9, 30, 23, 29, tzinfo=dt.UTC)
    assert [line.gross_amount, line.fee_amount, line.financing_fee_amount] == [12_990, -1_500, -300]
    assert [line.shipping_fee_amount, line.tax_amount, line.coupon_amount] == [-2_990, -20, 0]
    assert [line.net_credit_amount, line.net_debit_amount, line.net_amount] == [8_180, 0, 8_180]
    assert line.line_key == "90000000001|release|payment|2025-09-30T23:29:00.000+00:00|1"
    is_long = columns == LONG_FORM
    assert line.currency == parsed.currency == ("CLP" if is_long else "")
    assert line.order_reference == ("2000000000000001" if is_long else "")
    assert line.balance_amount == (Decimal(8_680) if is_long else None)
    assert line.approved_at == (paid.approved_at if is_long else None)
    assert parsed.personal_columns == (("METADATA",) if is_long else ())
    assert "Inventada" not in repr(parsed)
    assert (parsed.layout, parsed.encoding) == (f"{columns} columns, {delimiter}", "utf-8")
    assert (parsed.rows, parsed.rejects, parsed.notes) == (1, [], [])


MIXED = [
    movement(1),
    movement(2, gross=10_000, fee=-1_200),
    movement(3, gross=-10_000, fee=1_200, description="refund", source_reference="90000000002"),
    movement(4, gross=-500, fee=0, description="shipping"),
    movement(5, gross=-90, fee=0, description="tax_withholding"),
    movement(6, gross=-2_000, fee=0, description="reserve_for_payout"),
    movement(7, gross=2_000, fee=0, description="reserve_for_payout"),
    movement(8, gross=-7_000, fee=0, description="payout"),
    movement(9, gross=33, fee=0, description="asset_management_gain"),
]


def test_totals_by_hand(tmp_path):
    parsed = read(tmp_path, MIXED, columns=LONG_FORM)
    assert [line.description_class for line in parsed.payouts] == [
        "payment",
        "payment",
        "refund",
        "shipping",
        "tax",
        "reserve",
        "reserve",
        "payout",
        "other",
    ]
    # gross 12,990 + 10,000; fees -1,500 - 1,200 + 1,200 - 90; net 11,490 + 8,800 - 8,800 - 500 - 90
    assert totals(parsed.lines) == {
        "CLP": Totals(
            "CLP",
            gross=Decimal(22_990),
            refunds=Decimal(-10_000),
            fees=Decimal(-1_590),
            shipping_cost=Decimal(-500),
            net=Decimal(10_900),
            other=Decimal(33),
            withdrawn=Decimal(-7_000),
        )
    }
    assert [(note.code, dict(note.parameters)["count"]) for note in parsed.notes] == [("note_other", 1)]


def test_without_a_currency_the_key_is_empty(tmp_path):
    assert list(totals(read(tmp_path, MIXED).lines)) == [""]


def test_reserved_money_that_is_still_held_is_noted(tmp_path):
    parsed = read(tmp_path, MIXED[:6])
    assert [(note.code, dict(note.parameters)) for note in parsed.notes] == [
        ("note_reserve_open", {"amount": "2,000.00"})
    ]


@pytest.mark.parametrize(
    ("description", "into"),
    [
        ("payment", "payment"),
        ("refund", "refund"),
        ("chargeback", "chargeback"),
        ("chargeback_cancel", "chargeback"),
        ("dispute", "dispute"),
        ("mediation_cancel", "dispute"),
        ("payout", "payout"),
        ("payouts", "payout"),
        ("withdrawal_cancel", "payout"),
        ("shipping_return", "shipping"),
        ("tax_payment_iibb", "tax"),
        ("reserve_for_bpp_shipping_return", "reserve"),
        ("fee_release_in_advance", "fee"),
        ("fee-release_in_advance", "fee"),
        ("credit_payment", "other"),
        ("taxi", "other"),
        ("never_seen", "other"),
        ("", "other"),
    ],
)
def test_descriptions(description: str, into: str):
    assert release.classify(description) == into


def test_a_record_that_does_not_add_up_is_rejected(tmp_path):
    bad = movement(2, replaced={"MP_FEE_AMOUNT": "-1400.00"})
    parsed = read(tmp_path, [movement(1), bad])
    (reject,) = parsed.rejects
    assert (reject.row, reject.column, reject.value, reject.code) == (
        4,
        "GROSS_AMOUNT",
        "12990.00",
        "payout_sum",
    )
    assert dict(reject.reason.parameters) == {"net": "11,490.00", "sum": "11,590.00"}
    assert [line.row for line in parsed.payouts] == [3]


@pytest.mark.parametrize("coupon", ["700.00", "-700.00"])
def test_a_record_may_agree_with_its_coupon(tmp_path, coupon: str):
    paid = {"COUPON_AMOUNT": coupon, "NET_CREDIT_AMOUNT": "10790.00"}
    parsed = read(tmp_path, [movement(1, replaced=paid)], opening_amount=None)
    assert [line.net_amount for line in parsed.payouts] == [10_790]
    assert totals(parsed.lines)[""].fees == -2_200


@pytest.mark.parametrize(
    ("replaced", "column", "code"),
    [
        ({"DATE": "2025-08-01T10:00:00"}, "DATE", "no_zone"),
        ({"DATE": "01/08/2025"}, "DATE", "bad_instant"),
        ({"DATE": ""}, "DATE", "missing_value"),
        ({"SOURCE_ID": "9,00E+10"}, "SOURCE_ID", "number_shortened"),
        ({"GROSS_AMOUNT": "12.990,00"}, "GROSS_AMOUNT", "ambiguous_amount"),
        ({"RECORD_TYPE": "novelty"}, "RECORD_TYPE", "unknown_record"),
        ({"CURRENCY": "pesos"}, "CURRENCY", "bad_currency"),
    ],
)
def test_a_bad_cell_rejects_its_record_only(tmp_path, replaced, column: str, code: str):
    parsed = read(tmp_path, [movement(1, replaced=replaced), movement(2)], columns=LONG_FORM)
    assert told(parsed) == [(3, column, code)]
    assert [line.row for line in parsed.payouts] == [4]


def test_credit_and_debit_are_never_negative(tmp_path):
    bad = movement(1, replaced={"NET_CREDIT_AMOUNT": "0.00", "NET_DEBIT_AMOUNT": "-11490.00"})
    assert told(read(tmp_path, [bad])) == [(3, "NET_DEBIT_AMOUNT", "negative_side")]


def test_a_fraction_of_a_peso_is_rejected_where_the_currency_is_known(tmp_path):
    cents = movement(1, replaced={"GROSS_AMOUNT": "12990.50", "NET_CREDIT_AMOUNT": "11490.50"})
    by_file = read(tmp_path, [cents], columns=LONG_FORM)
    assert told(by_file) == [(3, "NET_CREDIT_AMOUNT", "fraction"), (3, "GROSS_AMOUNT", "fraction")]
    by_store = read(tmp_path, [cents], opening_amount=None, store_currency="CLP")
    assert {code for _row, _column, code in told(by_store)} == {"fraction"}
    in_dollars = read(tmp_path, [cents], opening_amount=None, store_currency="USD")
    assert [line.net_amount for line in in_dollars.payouts] == [Decimal("11490.50")]
    assert in_dollars.payouts[0].currency == ""


def test_two_currencies_are_kept_apart_and_noted(tmp_path):
    parsed = read(tmp_path, [movement(1), movement(2, replaced={"CURRENCY": "USD"})], columns=LONG_FORM)
    assert {currency: sums.net for currency, sums in totals(parsed.lines).items()} == {
        "CLP": 11_490,
        "USD": 11_490,
    }
    assert (parsed.currency, notes(parsed)) == ("", ["note_currencies"])


def test_a_closing_total_that_disagrees_refuses_the_file(tmp_path):
    def drop_third_record(text: str) -> str:
        return "".join(line for number, line in enumerate(text.splitlines(keepends=True)) if number != 3)

    refused = refusal(reread, tmp_path, drop_third_record, movements=[movement(1), movement(2), movement(3)])
    assert refused.code == "total_row_mismatch"
    assert dict(refused.sentence.parameters) == {"total": "34,470.00", "sum": "22,980.00"}


def test_a_total_is_not_held_against_a_record_that_could_not_be_read(tmp_path):
    bad = movement(2, replaced={"NET_CREDIT_AMOUNT": "?"})
    parsed = read(tmp_path, [movement(1), bad])
    assert told(parsed) == [(4, "NET_CREDIT_AMOUNT", "bad_amount")]
    assert notes(parsed) == ["note_totals_unchecked"]


def test_a_file_without_its_end_is_refused(tmp_path):
    movements = [movement(number) for number in range(1, 6)]
    at_a_line = refusal(
        reread, tmp_path, lambda text: text[: text.rindex("\r\n", 0, -2) + 2], movements=movements
    )
    assert at_a_line.code == "total_row_missing"
    in_a_line = refusal(reread, tmp_path, lambda text: text[: len(text) // 2], movements=movements)
    assert in_a_line.code == "cut_short"
    without_balances = {"movements": movements, "opening_amount": None}
    assert refusal(reread, tmp_path, lambda text: text[:-60], **without_balances).code == "cut_short"


def test_a_cut_inside_quotes_is_told_as_a_cut(tmp_path):
    movements = [movement(number) for number in range(1, 6)]
    refused = refusal(
        reread, tmp_path, lambda text: text[: text.rindex("Persona")], movements=movements, columns=LONG_FORM
    )
    assert refused.code == "cut_short"


def test_without_balances_completeness_is_not_claimed(tmp_path):
    assert notes(read(tmp_path, [movement(1)], opening_amount=None)) == ["note_no_totals"]


def test_two_reports_pasted_together_are_refused(tmp_path):
    refused = refusal(reread, tmp_path, lambda text: text + text, movements=[movement(1)])
    assert (refused.code, dict(refused.sentence.parameters)) == ("pasted_together", {"row": 6})


def test_parts_of_one_refund_have_keys_of_their_own_in_every_export(tmp_path):
    parts = [
        movement(
            1,
            gross=-1_000 * day,
            fee=0,
            description="refund",
            source_reference="7",
            released_at=santiago(8, day),
        )
        for day in (1, 2, 3)
    ]
    whole = {line.line_key: line.net_amount for line in read(tmp_path, parts).payouts}
    later = {line.line_key: line.net_amount for line in read(tmp_path, parts[1:]).payouts}
    assert len(whole) == 3
    assert later == {key: amount for key, amount in whole.items() if amount != -1_000}


def test_equal_records_are_numbered_when_the_total_agrees_and_counted_once_when_there_is_none(tmp_path):
    twins = [movement(1), movement(1), movement(2)]
    agreed = read(tmp_path, twins)
    assert [line.line_key[-2:] for line in agreed.payouts] == ["|1", "|2", "|1"]
    unchecked = read(tmp_path, twins, opening_amount=None)
    assert [line.row for line in unchecked.payouts] == [2, 4]
    assert (unchecked.repeated, notes(unchecked)) == ([(3, 2)], ["note_repeated", "note_no_totals"][::-1])
    assert unchecked.rows == len(unchecked.payouts) + len(unchecked.repeated)


def test_unquoted_json_is_put_together_again(tmp_path):
    def break_json(text: str) -> str:
        return text.replace(",[],", ",[{financial_entity:x,amount:-20.00,detail:y},{a:b,c:d}],")

    parsed = reread(tmp_path, break_json, movements=[movement(1)], columns=LONG_FORM)
    (line,) = parsed.payouts
    assert line.extra["TAXES_DISAGGREGATED"] == "[{financial_entity:x,amount:-20.00,detail:y},{a:b,c:d}]"
    assert line.balance_amount == 11_490


def test_a_record_of_another_width_is_rejected(tmp_path):
    def widen(text: str) -> str:
        return text.replace("90000000001", "90000000001,more")

    parsed = reread(tmp_path, widen, movements=[movement(1), movement(2)])
    assert told(parsed) == [(3, "", "row_width")]
    assert [line.row for line in parsed.payouts] == [4]


def test_a_shorter_total_row_and_cells_behind_the_headings_do_no_harm(tmp_path):
    def change(text: str) -> str:
        lines = text.split("\r\n")
        lines[-2] = lines[-2].rstrip(",")
        lines[2] += ",,"
        return "\r\n".join(lines)

    assert len(reread(tmp_path, change, movements=[movement(1)]).payouts) == 1


def test_a_missing_column_is_named(tmp_path):
    refused = refusal(
        reread, tmp_path, lambda text: text.replace("MP_FEE_AMOUNT", "FEES"), movements=[movement(1)]
    )
    assert refused.code == "missing_columns"
    assert dict(refused.sentence.parameters)["columns"] == "“MP_FEE_AMOUNT”"


def test_sixty_days_are_noted(tmp_path):
    ends = [movement(1, released_at=santiago(8, 1)), movement(2, released_at=santiago(9, 28))]
    assert notes(read(tmp_path, ends)) == ["note_range"]
