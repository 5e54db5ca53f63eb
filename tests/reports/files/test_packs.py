"""The money of a pack stands on its first row and is shared among its products, or nothing of it is taken."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports.files import ventas
from reports.files.cells import Cell
from reports.files.lines import ParsedFile
from tests.reports.files.made import item, order, pack, sheet

FLAG, UNIT_PRICE = "Paquete de varios productos", "Precio unitario de venta de la publicación (CLP)"
GROSS, TOTAL = "Ingresos por productos (CLP)", "Total (CLP)"


def told(parsed: ParsedFile) -> list[tuple[int, str]]:
    return [(reject.row, reject.code) for reject in parsed.rejects]


def money(parsed: ParsedFile) -> list[tuple[int, int, int, int]]:
    return [
        (int(line.gross_amount), int(line.fee_amount), int(line.shipping_cost_amount), int(line.net_amount))
        for line in parsed.sales
    ]


# 3,121 x 12,990 / 24,970 = 1,623.64; 2,990 x 12,990 / 24,970 = 1,555.47; the rest to the first, the larger.
SHARED = [(12_990, -1_624, -1_556, 9_810), (11_980, -1_497, -1_434, 9_049)]


def test_a_pack_by_hand():
    parsed = ventas.parse(sheet([pack(1)]))
    assert money(parsed) == SHARED
    assert [(line.pack_reference, line.order_reference) for line in parsed.sales] == [
        ("2000000000000001", "2000100000000011"),
        ("2000000000000001", "2000100000000012"),
    ]
    assert [(line.sku, line.units, line.status_text) for line in parsed.sales] == [
        ("NARU-001", 1, "Entregado"),
        ("NARU-002", 2, "Entregado"),
    ]
    assert (parsed.rows, parsed.packs, parsed.rejects) == (3, 1, [])


def test_every_money_column_adds_up_to_the_first_row():
    amounts = {
        "shipping_in_amount": Decimal(1_001),
        "shipping_cost_amount": Decimal(-2_991),
        "refund_amount": Decimal(-777),
    }
    whole = pack(1, **amounts)
    parsed = ventas.parse(sheet([whole]))
    for name, amount in {**amounts, "fee_amount": whole.fee_amount, "net_amount": whole.net_amount}.items():
        assert sum(getattr(line, name) for line in parsed.sales) == amount
    for line in parsed.sales:
        parts = (line.gross_amount, line.fee_amount, line.shipping_in_amount, line.shipping_cost_amount)
        assert sum(parts) + line.refund_amount == line.net_amount


@pytest.mark.parametrize("first_units", [None, 0])
@pytest.mark.parametrize("first_flag", ["Sí", None])
@pytest.mark.parametrize("item_flag", ["Sí", "No", None])
@pytest.mark.parametrize("number", ["own", "", "2000000000000001"])
@pytest.mark.parametrize("state", [None, "Entregado"])
def test_all_published_ways_of_writing_a_pack(first_units, first_flag, item_flag, number, state):
    if first_flag is None and state == "Entregado":
        state = None  # then nothing but the missing product tells the first row
    items = [
        item(
            1, order_reference="2000100000000011" if number == "own" else number, replaced={FLAG: item_flag}
        ),
        item(
            2,
            units=2,
            price=5_990,
            order_reference="2000100000000012" if number == "own" else number,
            replaced={FLAG: item_flag},
        ),
    ]
    replaced = {"Unidades": first_units, FLAG: first_flag} | ({"Estado": state} if state else {})
    whole = order(1, *items, fee=-3_121, shipping_cost_amount=Decimal(-2_990), replaced=replaced)
    parsed = ventas.parse(sheet([order(8), whole, order(9)]))
    assert money(parsed)[1:3] == SHARED
    assert [line.pack_reference for line in parsed.sales] == ["", "2000000000000001", "2000000000000001", ""]
    assert (parsed.rows, parsed.packs, parsed.rejects) == (5, 1, [])


def test_a_first_row_without_any_mark_is_known_by_the_products_that_follow():
    whole = pack(1, replaced={FLAG: None, "Estado": "Entregado"})
    assert money(ventas.parse(sheet([whole]))) == SHARED


def test_a_single_sale_may_carry_the_flag():
    parsed = ventas.parse(
        sheet([order(1, replaced={FLAG: "Sí"}), order(2, replaced={FLAG: "Sí", "SKU": None})])
    )
    assert [line.pack_reference for line in parsed.sales] == ["", ""]
    assert parsed.rejects == []


def test_two_packs_in_a_row_and_a_sale_between():
    parsed = ventas.parse(sheet([pack(1), pack(2), order(3), pack(4)]))
    assert [line.pack_reference[-1:] for line in parsed.sales] == ["1", "1", "2", "2", "", "4", "4"]
    assert money(parsed) == [*SHARED, *SHARED, (12_990, -1_500, 0, 11_490), *SHARED]


def test_products_keep_their_own_states_and_take_what_they_leave_blank():
    items = (
        item(
            1, order_reference="", status_text="Cancelada por el comprador", replaced={"Fecha de venta": None}
        ),
        item(2, order_reference="", status_text="", replaced={"Canal de venta": None}),
    )
    whole = order(1, *items, replaced={"Estado": "Entregado", "Venta por publicidad": "Sí"})
    parsed = ventas.parse(sheet([whole]))
    assert [line.status_class for line in parsed.sales] == ["cancelled", "sold"]
    assert [line.ordered_at for line in parsed.sales] == [whole.ordered_at] * 2
    assert [line.channel for line in parsed.sales] == ["Mercado Libre"] * 2
    assert [line.is_advertised for line in parsed.sales] == [True, True]
    assert [line.order_reference for line in parsed.sales] == [whole.reference] * 2


def test_a_refund_on_a_pack_of_mixed_states_is_noted():
    items = (item(1), item(2, status_text="Devolución finalizada con reembolso al comprador"))
    parsed = ventas.parse(sheet([order(1, *items, refund_amount=Decimal(-12_990))]))
    assert [(note.code, dict(note.parameters)) for note in parsed.notes] == [
        ("note_pack_refund", {"count": 1, "row": 7})
    ]


def without(rows: list[list[Cell]], *numbers: int) -> list[list[Cell]]:
    return [row for number, row in enumerate(rows, start=1) if number not in numbers]


def test_a_pack_whose_products_are_missing_is_rejected():
    parsed = ventas.parse(without(sheet([pack(1), order(2)]), 8, 9))
    assert told(parsed) == [(7, "pack_without_items")]
    assert [line.row for line in parsed.sales] == [8]


def test_a_pack_with_fewer_products_than_it_says_is_rejected():
    parsed = ventas.parse(without(sheet([pack(1), order(2)]), 9))
    assert told(parsed) == [(7, "pack_incomplete"), (8, "pack_rejected")]
    assert dict(parsed.rejects[0].reason.parameters) == {"said": 2, "found": 1}
    assert [line.row for line in parsed.sales] == [9]


def test_the_number_of_products_may_count_units():
    whole = pack(1, replaced={"Estado": "Paquete de 3 productos"})
    assert money(ventas.parse(sheet([whole]))) == SHARED


@pytest.mark.parametrize(
    "replaced", [{UNIT_PRICE: None}, {UNIT_PRICE: 0}, {"Unidades": None}, {"Unidades": 0}]
)
def test_a_pack_without_a_price_is_rejected(replaced):
    items = (item(1), item(2, replaced=replaced))
    parsed = ventas.parse(sheet([order(1, *items)]))
    assert told(parsed) == [(7, "pack_without_price"), (8, "pack_rejected"), (9, "pack_rejected")]
    assert dict(parsed.rejects[0].reason.parameters) == {"row": 9}
    assert (parsed.lines, parsed.packs, parsed.rejected_rows) == ([], 0, 3)


def test_a_product_that_cannot_be_read_holds_back_its_pack():
    items = (item(1), item(2, replaced={UNIT_PRICE: "12,990"}))
    parsed = ventas.parse(sheet([order(1, *items), order(2)]))
    assert told(parsed) == [(7, "pack_item_wrong"), (8, "pack_rejected"), (9, "ambiguous_amount")]
    assert [line.row for line in parsed.sales] == [10]


def test_a_pack_that_does_not_add_up_is_rejected():
    parsed = ventas.parse(sheet([pack(1, replaced={TOTAL: 18_860})]))
    assert told(parsed) == [(7, "row_sum"), (8, "pack_rejected"), (9, "pack_rejected")]


def test_a_product_without_its_pack_is_rejected():
    parsed = ventas.parse(without(sheet([order(1), pack(2)]), 8))
    assert told(parsed) == [(8, "money_missing"), (9, "money_missing")]
    assert [line.row for line in parsed.sales] == [7]


def test_an_own_sale_without_money_is_not_swallowed_by_the_pack_before_it():
    blank = dict.fromkeys((GROSS, "Cargo por venta e impuestos (CLP)", TOTAL))
    own = order(
        5,
        item(5, status_text="Cancelada por el comprador"),
        replaced=blank,
        ordered_at=pack(9).ordered_at.replace(hour=20),
    )
    parsed = ventas.parse(sheet([pack(1), own]))
    assert money(parsed) == [*SHARED, (0, 0, 0, 0)]
    assert parsed.rejects == []
