"""The seller panel's rows become sale lines, or are rejected by row, column, value and reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from reports.files import ventas
from reports.files.cells import Cell
from reports.files.lines import FileRefused, ParsedFile, Totals, totals
from reports.files.writing import PANEL_HEADINGS
from tests.reports.files.made import item, order, pack, santiago, sheet

GROSS, FEE, TOTAL = "Ingresos por productos (CLP)", "Cargo por venta e impuestos (CLP)", "Total (CLP)"
REFUND, UNIT_PRICE = "Anulaciones y reembolsos (CLP)", "Precio unitario de venta de la publicación (CLP)"


def codes(parsed: ParsedFile) -> list[tuple[int, str, str]]:
    return [(reject.row, reject.column, reject.code) for reject in parsed.rejects]


def notes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def test_one_sale():
    sold = order(
        7,
        item(3, units=2, variant="Color : Verde", is_advertised=True),
        fee=-3_897,
        shipping_in_amount=Decimal(1_500),
        shipping_cost_amount=Decimal(-2_990),
    )
    parsed = ventas.parse(sheet([sold]))
    (line,) = parsed.sales
    assert (line.row, line.order_reference, line.sku, line.listing_reference, line.units) == (
        7,
        "2000000000000007",
        "NARU-003",
        "MLC1000000003",
        2,
    )
    assert line.line_key == "2000000000000007|MLC1000000003|1"
    assert line.ordered_at == dt.datetime(2025, 7, 10, 19, 30, tzinfo=dt.UTC)
    assert [line.gross_amount, line.fee_amount, line.shipping_in_amount, line.shipping_cost_amount] == [
        Decimal(25_980),
        Decimal(-3_897),
        Decimal(1_500),
        Decimal(-2_990),
    ]
    assert (line.refund_amount, line.net_amount) == (Decimal(0), Decimal(20_593))
    assert (line.unit_price, line.currency, line.pack_reference) == (Decimal(12_990), "CLP", "")
    assert (line.status_text, line.status_class, line.is_advertised) == ("Entregado", "sold", True)
    assert (line.variant, line.channel) == ("Color : Verde", "Mercado Libre")
    assert line.extra["Forma de entrega"] == "Mercado Envíos"
    assert (parsed.rows, parsed.rejects, parsed.notes, parsed.packs) == (1, [], [], 0)
    assert parsed.first_at == parsed.last_at == line.ordered_at
    assert parsed.layout == "59 columns, row 6"
    assert parsed.exported_at == dt.datetime(2025, 10, 1, 12, 5, tzinfo=dt.UTC)


def test_totals_by_hand():
    refunded = order(
        2,
        item(2, price=10_000, status_text="Devolución finalizada con reembolso al comprador"),
        fee=-1_200,
        refund_amount=Decimal(-8_800),
    )
    parsed = ventas.parse(sheet([order(1), refunded, pack(3)]))
    # 12,990 + 10,000 + 24,970; 1,500 + 1,200 + 3,121; 11,490 + 0 + 18,859
    assert totals(parsed.lines) == {
        "CLP": Totals(
            "CLP",
            gross=Decimal(47_960),
            refunds=Decimal(-8_800),
            fees=Decimal(-5_821),
            shipping_cost=Decimal(-2_990),
            net=Decimal(30_349),
        )
    }
    assert [line.status_class for line in parsed.sales] == ["sold", "refunded", "sold", "sold"]


def test_a_sum_that_differs_from_total_is_named_with_both_numbers():
    parsed = ventas.parse(sheet([order(1), order(2, replaced={TOTAL: 11_491})]))
    (reject,) = parsed.rejects
    assert (reject.row, reject.column, reject.value, reject.code) == (8, TOTAL, "11491", "row_sum")
    assert dict(reject.reason.parameters) == {"sum": "11,490", "total": "11,491"}
    assert [line.row for line in parsed.sales] == [7]


def test_a_blank_total_counts_as_nothing():
    cancelled = order(1, item(status_text="Cancelada por el comprador"), refund_amount=Decimal(-11_490))
    parsed = ventas.parse(sheet([cancelled, order(2, replaced={TOTAL: None})]))
    assert [(line.net_amount, line.status_class) for line in parsed.sales] == [(Decimal(0), "cancelled")]
    assert codes(parsed) == [(8, TOTAL, "row_sum")]


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        (GROSS, 12_990.5, "fraction"),
        (GROSS, "12,990", "ambiguous_amount"),
        (FEE, "mil", "bad_amount"),
        ("Fecha de venta", "2025-07-10", "bad_date"),
        ("Fecha de venta", None, "missing_value"),
        ("Unidades", 1.5, "bad_units"),
        ("Unidades", None, "bad_units"),
        ("Unidades", 0, "bad_units"),
        ("# de venta", None, "missing_value"),
        ("# de venta", "2,00001E+15", "number_shortened"),
        ("# de venta", 2.0**53, "number_shortened"),
        (UNIT_PRICE, "gratis", "bad_amount"),
    ],
)
def test_a_bad_cell_rejects_its_row_only(heading: str, value, code: str):
    parsed = ventas.parse(sheet([order(1, replaced={heading: value}), order(2)]))
    assert codes(parsed) == [(7, heading, code)]
    assert [line.row for line in parsed.sales] == [8]
    assert (parsed.rows, parsed.rejected_rows) == (2, 1)


def test_all_problems_of_a_row_are_told_at_once():
    bad = {GROSS: "x" * 300, "Fecha de venta": "ayer", "Unidades": -1}
    parsed = ventas.parse(sheet([order(1, replaced=bad)]))
    assert sorted(codes(parsed)) == [
        (7, "Fecha de venta", "bad_date"),
        (7, GROSS, "bad_amount"),
        (7, "Unidades", "bad_units"),
    ]
    assert max(len(reject.value) for reject in parsed.rejects) == 200
    assert parsed.rejected_rows == 1


def test_amounts_as_spanish_text():
    replaced = {GROSS: "12.990", FEE: "CLP -1.500", TOTAL: "$ 11.490,00"}
    (line,) = ventas.parse(sheet([order(1, replaced=replaced)])).sales
    assert [line.gross_amount, line.fee_amount, line.net_amount] == [12_990, -1_500, 11_490]


def test_a_file_of_fractions_is_refused():
    rows = sheet([order(number, replaced={GROSS: 12_990.5}) for number in (1, 2)])
    with pytest.raises(FileRefused) as caught:
        ventas.parse(rows)
    assert caught.value.code == "fractions_everywhere"


def test_columns_are_found_by_name_in_any_order_and_place():
    plain = sheet([order(1), pack(2)])
    expected = ventas.parse(plain).sales
    # Turned around, the second "Estado" and the later "Unidades" would come first: they are renamed apart.
    turned = [[*reversed(row)] for row in sheet([order(1), pack(2)])]
    header = turned[5]
    for name in ("Estado", "Unidades"):
        places = [place for place, heading in enumerate(header) if heading == name]
        for place in places[:-1]:
            header[place] = f"{name} del comprador"
    header[:] = [
        f"  {str(heading).upper()} " if heading in {"SKU", "Variante"} else heading for heading in header
    ]
    lines = ventas.parse(turned[3:]).sales
    assert [line.line_key for line in lines] == [line.line_key for line in expected]
    assert [line.net_amount for line in lines] == [line.net_amount for line in expected]
    assert [line.row for line in lines] == [line.row - 3 for line in expected]


def test_of_repeated_headings_the_first_is_meant():
    replaced = {"Estado": "En camino"}
    (line,) = ventas.parse(sheet([order(1, item(units=3), replaced=replaced)])).sales
    assert (line.status_text, line.units) == ("En camino", 3)


def test_a_missing_column_is_named():
    headings = tuple(heading for heading in PANEL_HEADINGS if heading != TOTAL)
    with pytest.raises(FileRefused) as caught:
        ventas.parse(sheet([order(1)], headings=headings))
    assert caught.value.code == "missing_columns"
    assert dict(caught.value.sentence.parameters) == {"row": 6, "columns": "“total”"}


def test_the_panel_of_another_country_is_refused():
    headings = tuple(heading.replace("CLP", "BRL") for heading in PANEL_HEADINGS)
    with pytest.raises(FileRefused) as caught:
        ventas.parse(sheet([order(1)], headings=headings))
    assert (caught.value.code, dict(caught.value.sentence.parameters)) == (
        "wrong_market",
        {"currency": "BRL"},
    )


def test_headings_below_the_twentieth_row_are_not_found():
    title: list[Cell] = ["título"]
    rows = [title] * 16 + sheet([order(1)])
    with pytest.raises(FileRefused) as caught:
        ventas.parse(rows)
    assert caught.value.code == "no_header"
    assert len(ventas.parse([title] * 14 + sheet([order(1)])).sales) == 1


def test_nothing_personal_comes_out():
    headings = (*PANEL_HEADINGS, "Correo electrónico", "Teléfono de contacto")
    replaced = {
        "Correo electrónico": "persona.inventada@ejemplo.invalid",
        "Teléfono de contacto": "000-Inventado",
    }
    bad = order(2, replaced={**replaced, GROSS: "x"})
    parsed = ventas.parse(sheet([order(1, replaced=replaced), bad], headings=headings))
    assert parsed.personal_columns == (
        "Datos personales o de empresa",
        "Tipo y número de documento",
        "Dirección",
        "Tipo de contribuyente",
        "Actividad económica",
        "Comprador",
        "Negocio",
        "Cédula",
        "Domicilio",
        "Comuna",
        "Estado",
        "Código postal",
        "Transportista",
        "Número de seguimiento",
        "URL de seguimiento",
        "Correo electrónico",
        "Teléfono de contacto",
    )
    shown = repr(parsed).casefold()
    for mark in ("inventad", "00.000.000-0", "seguimiento.invalid", "0000000'"):
        assert mark not in shown


def test_unknown_columns_are_kept_and_named():
    headings = (*PANEL_HEADINGS, "Tienda oficial")
    parsed = ventas.parse(sheet([order(1, replaced={"Tienda oficial": "Tienda Naru"})], headings=headings))
    assert parsed.sales[0].extra["Tienda oficial"] == "Tienda Naru"
    assert [(note.code, dict(note.parameters)) for note in parsed.notes] == [
        ("note_unknown_columns", {"columns": "Tienda oficial"})
    ]
    assert parsed.header_hash != ventas.parse(sheet([order(1)])).header_hash


def test_an_unknown_state_waits_for_a_person():
    parsed = ventas.parse(sheet([order(1, item(status_text="Estado nunca visto"))]))
    assert parsed.sales[0].status_class == "look"
    assert notes(parsed) == ["note_unknown_states"]


def test_a_row_that_repeats_another_in_every_column_counts_once():
    parsed = ventas.parse(sheet([order(1), order(2), order(1), pack(3), pack(3)]))
    assert [line.row for line in parsed.sales] == [7, 8, 11, 12]
    assert parsed.repeated == [(9, 7), (13, 10), (14, 11), (15, 12)]
    assert (parsed.rows, parsed.packs, notes(parsed)) == (9, 1, ["note_repeated"])


def test_one_listing_twice_in_one_order_is_legal_and_numbered_the_same_in_any_order():
    red = order(1, item(1, variant="Color : Rojo"))
    blue = order(1, item(1, variant="Color : Azul"))
    keys = {}
    for rows in ([red, blue], [blue, red]):
        lines = ventas.parse(sheet(rows)).sales
        keys = {line.variant: line.line_key.rpartition("|")[2] for line in lines}
        assert keys == {"Color : Azul": "1", "Color : Rojo": "2"}


def test_the_key_survives_a_renamed_sku_a_refund_and_another_state():
    before = ventas.parse(sheet([order(1, item(1))])).sales[0]
    renamed = item(
        1, status_text="Devolución finalizada con reembolso al comprador", replaced={"SKU": "NUEVO"}
    )
    after = ventas.parse(sheet([order(1, renamed, refund_amount=Decimal(-11_490))])).sales[0]
    assert (after.line_key, after.sku) == (before.line_key, "NUEVO")


@pytest.mark.parametrize(
    ("text", "flag"), [("Sí", True), ("si", True), ("No", False), (None, None), ("tal vez", None)]
)
def test_advertising_is_yes_no_or_unknown(text, flag):
    (line,) = ventas.parse(sheet([order(1, replaced={"Venta por publicidad": text})])).sales
    assert line.is_advertised is flag


def test_days_of_a_long_export_are_noted():
    parsed = ventas.parse(sheet([order(1, ordered_at=santiago(7, 1)), order(2, ordered_at=santiago(8, 28))]))
    assert [(note.code, dict(note.parameters)) for note in parsed.notes] == [("note_range", {"days": 59})]
    assert (
        notes(
            ventas.parse(sheet([order(1, ordered_at=santiago(7, 1)), order(2, ordered_at=santiago(8, 27))]))
        )
        == []
    )


def test_the_hour_without_a_clock_is_noted():
    parsed = ventas.parse(sheet([order(1, replaced={"Fecha de venta": "7 de septiembre de 2025 00:30 hs."})]))
    assert parsed.sales[0].ordered_at == dt.datetime(2025, 9, 7, 4, 30, tzinfo=dt.UTC)
    assert [(note.code, dict(note.parameters)) for note in parsed.notes] == [
        ("note_clock_change", {"count": 1})
    ]


def test_a_month_without_sales_is_no_error():
    parsed = ventas.parse(sheet([]))
    assert (parsed.rows, parsed.lines, notes(parsed)) == (0, [], ["note_no_rows"])


def test_blank_rows_are_skipped_and_row_numbers_stay_the_file_s():
    rows = sheet([order(1), order(2)])
    rows.insert(7, [" "] * 59)
    parsed = ventas.parse(rows)
    assert [line.row for line in parsed.sales] == [7, 9]
    assert parsed.rows == 2


def test_a_sum_row_at_the_foot_is_rejected_and_not_counted():
    foot = {GROSS: 12_990, FEE: -1_500, TOTAL: 11_490}
    parsed = ventas.parse(sheet([order(1), foot]))
    assert [line.row for line in parsed.sales] == [7]
    assert {reject.row for reject in parsed.rejects} == {8}


def test_the_panel_of_mexico_has_cents_and_63_columns():
    """100.50 and 2 x 50.25 are 201.00; a fee of 30.15 is 15.075 each, cut to the cent, the rest to the first."""
    dear, cheap = (
        replace(item(1), unit_price=Decimal("100.50")),
        replace(item(2, units=2), unit_price=Decimal("50.25")),
    )
    sold = replace(order(1, dear, cheap, fee=None), fee_amount=Decimal("-30.15"))
    rows = sheet([sold, replace(order(2, dear, fee=None), fee_amount=Decimal("-0.125"))])
    rows[5] = [str(name).replace("(CLP)", "(MXN)") for name in rows[5]]
    rows = [
        [*row, *more]
        for row, more in zip(
            rows, [[""] * 4] * 5 + [["RFC", "CFDI", "Colonia", "Municipio"]] * 5, strict=True
        )
    ]
    parsed = ventas.parse(rows, tz="America/Mexico_City")
    assert (parsed.profile, parsed.currency) == ("mercadolibre-ventas-mx", "MXN")
    assert [(line.fee_amount, line.net_amount, line.currency) for line in parsed.sales] == [
        (Decimal("-15.08"), Decimal("85.42"), "MXN"),
        (Decimal("-15.07"), Decimal("85.43"), "MXN"),
    ]
    assert codes(parsed) == [
        (10, "Cargo por venta e impuestos (MXN)", "ambiguous_amount"),
        (10, "Total (MXN)", "ambiguous_amount"),
    ]
    assert parsed.sales[0].ordered_at.utcoffset() == dt.timedelta(hours=-6)
