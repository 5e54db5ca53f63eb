"""Writing files in the marketplaces' real forms, for the demonstration and the tests: made-up sales only.

The workbook has the panel's 59 headings in their order, duplicates included, title rows and section names
above them, blanks as single spaces, Spanish moments, packs with their money on the first row. The CSV has
the release report's 15 or 23 headings with opening balance and total. The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter

from reports.files.cells import MONTHS
from reports.files.lines import ZERO

SANTIAGO = ZoneInfo("America/Santiago")
API_OFFSET = dt.timezone(dt.timedelta(hours=-4))
MONTH_NAMES = {number: name for name, number in MONTHS.items() if name != "setiembre"}
FIXED_CREATION = dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)

# The panel's sections with their headings, in the panel's order.
FORM = """
Ventas: # de venta, Fecha de venta, Estado, Descripción del estado, Paquete de varios productos,
 Pertenece a un kit, Unidades, Ingresos por productos (CLP), Cargo por venta e impuestos (CLP),
 Ingresos por envío (CLP), Costos de envío (CLP), Anulaciones y reembolsos (CLP), Total (CLP),
 Mes de facturación de tus cargos
Publicidad: Venta por publicidad
Publicaciones: SKU, # de publicación, Canal de venta, Título de la publicación, Variante,
 Precio unitario de venta de la publicación (CLP), Tipo de publicación
Facturación al comprador: Factura adjunta, Datos personales o de empresa, Tipo y número de documento,
 Dirección, Tipo de contribuyente, Actividad económica
Compradores: Comprador, Negocio, Cédula, Domicilio, Comuna, Estado, Código postal, País
Envíos: Forma de entrega, Fecha en camino, Fecha entregado, Transportista, Número de seguimiento,
 URL de seguimiento
Devoluciones: Unidades, Forma de entrega, Fecha en camino, Fecha entregado, Transportista,
 Número de seguimiento, URL de seguimiento, Revisado por Mercado Libre, Fecha de revisión, Dinero a favor,
 Resultado, Destino, Motivo del resultado
Reclamos: Unidades, Reclamo abierto, Reclamo cerrado, Con mediación
"""
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = tuple(
    (name, tuple(heading.strip() for heading in headings.split(",")))
    for name, _colon, headings in (
        line.partition(":") for line in FORM.replace(",\n", ",").strip().splitlines()
    )
)
PANEL_HEADINGS = tuple(heading for _section, group in SECTIONS for heading in group)

RELEASE_HEADINGS = tuple(
    """
    DATE SOURCE_ID EXTERNAL_REFERENCE RECORD_TYPE DESCRIPTION NET_CREDIT_AMOUNT NET_DEBIT_AMOUNT GROSS_AMOUNT
    MP_FEE_AMOUNT FINANCING_FEE_AMOUNT SHIPPING_FEE_AMOUNT TAXES_AMOUNT COUPON_AMOUNT INSTALLMENTS
    PAYMENT_METHOD TAX_DETAIL TRANSACTION_APPROVAL_DATE CURRENCY TAXES_DISAGGREGATED ORDER_ID METADATA
    BALANCE_AMOUNT PAYMENT_METHOD_TYPE
    """.split()  # noqa: SIM905
)
SHORT_FORM, LONG_FORM = 15, 23

CellValue = str | int | float | Decimal | None


@dataclass(frozen=True, slots=True)
class PanelItem:
    """One product of an order. In a pack `order_reference` is its own number, or empty to leave the cell
    blank.
    """

    sku: str
    listing_reference: str
    title: str
    units: int
    unit_price: Decimal
    variant: str = ""
    status_text: str = "Entregado"
    order_reference: str = ""
    is_advertised: bool | None = None
    replaced: Mapping[str, CellValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PanelOrder:
    """An order as the panel shows it: one row, or for several items a first row and one row each.

    Amounts are CLP with the panel's signs (fee, shipping cost and refund negative); `None` leaves the cell
    blank. `gross_amount` is price x units unless given, Total the sum. `replaced` puts other values under
    given headings.
    """

    reference: str
    ordered_at: dt.datetime
    items: tuple[PanelItem, ...]
    fee_amount: Decimal | None = None
    shipping_in_amount: Decimal | None = None
    shipping_cost_amount: Decimal | None = None
    refund_amount: Decimal | None = None
    gross_amount: Decimal | None = None
    channel: str = "Mercado Libre"
    replaced: Mapping[str, CellValue] = field(default_factory=dict)

    @property
    def products_amount(self) -> Decimal:
        if self.gross_amount is not None:
            return self.gross_amount
        return sum((item.unit_price * item.units for item in self.items), ZERO)

    @property
    def net_amount(self) -> Decimal:
        others = (self.fee_amount, self.shipping_in_amount, self.shipping_cost_amount, self.refund_amount)
        return self.products_amount + sum((amount for amount in others if amount is not None), ZERO)


def spanish_text(moment: dt.datetime, zone: ZoneInfo = SANTIAGO) -> str:
    """“30 de septiembre de 2025 19:29 hs.”, local time of `zone`."""
    local = moment.astimezone(zone)
    return f"{local.day} de {MONTH_NAMES[local.month]} de {local.year} {local:%H:%M} hs."


def _money_cells(order: PanelOrder) -> dict[str, CellValue]:
    return {
        "Ingresos por productos (CLP)": order.products_amount,
        "Cargo por venta e impuestos (CLP)": order.fee_amount,
        "Ingresos por envío (CLP)": order.shipping_in_amount,
        "Costos de envío (CLP)": order.shipping_cost_amount,
        "Anulaciones y reembolsos (CLP)": order.refund_amount,
        "Total (CLP)": order.net_amount,
    }


def _order_cells(order: PanelOrder) -> dict[str, CellValue]:
    local = order.ordered_at.astimezone(SANTIAGO)
    return {
        "# de venta": order.reference,
        "Fecha de venta": spanish_text(order.ordered_at),
        "Mes de facturación de tus cargos": f"{MONTH_NAMES[local.month]} {local.year}",
        "Canal de venta": order.channel,
        "Forma de entrega": "Mercado Envíos",
        # Invented, so that a reader's tests can see that they stay behind.
        "Datos personales o de empresa": "Persona Inventada",
        "Tipo y número de documento": "RUT 00.000.000-0",
        "Dirección": "Calle Inventada 0",
        "Tipo de contribuyente": "Consumidor inventado",
        "Actividad económica": "Actividad inventada",
        "Comprador": "Persona Inventada",
        "Negocio": "Negocio Inventado",
        "Cédula": "00.000.000-0",
        "Domicilio": "Calle Inventada 0",
        "Comuna": "Comuna Inventada",
        "Código postal": "0000000",
        "País": "Chile",
        "Transportista": "Transportista Inventado",
        "Número de seguimiento": "SEGUIMIENTO-INVENTADO",
        "URL de seguimiento": "https://seguimiento.invalid/",
    }


def _item_cells(item: PanelItem) -> dict[str, CellValue]:
    advertised = {True: "Sí", False: "No", None: None}[item.is_advertised]
    return {
        "Estado": item.status_text,
        "Pertenece a un kit": "No",
        "Unidades": item.units,
        "Venta por publicidad": advertised,
        "SKU": item.sku,
        "# de publicación": item.listing_reference,
        "Título de la publicación": item.title,
        "Variante": item.variant,
        "Precio unitario de venta de la publicación (CLP)": item.unit_price,
        "Tipo de publicación": "Clásica",
    }


def panel_rows(order: PanelOrder) -> Iterator[dict[str, CellValue]]:
    """The order's rows, each as heading → value; of headings that repeat, the first is meant."""
    if len(order.items) == 1:
        item = order.items[0]
        cells = _order_cells(order) | _item_cells(item) | _money_cells(order)
        yield cells | {"Paquete de varios productos": "No"} | dict(item.replaced) | dict(order.replaced)
        return
    first = _order_cells(order) | _money_cells(order)
    first |= {"Estado": f"Paquete de {len(order.items)} productos", "Paquete de varios productos": "Sí"}
    yield first | dict(order.replaced)
    for item in order.items:
        cells = {"# de venta": item.order_reference, "Fecha de venta": spanish_text(order.ordered_at)}
        cells |= {"Paquete de varios productos": "Sí", "Canal de venta": order.channel}
        yield cells | _item_cells(item) | dict(item.replaced)


def write_ventas(
    path: Path,
    orders: Iterable[PanelOrder],
    *,
    exported_at: dt.datetime | None = None,
    headings: tuple[str, ...] = PANEL_HEADINGS,
    blank: str = " ",
) -> None:
    """Write a “Ventas” workbook; text is written as text, never as a formula or a link.

    `headings` other than the panel's serve tests of changed forms.
    """
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as workbook:
        workbook.set_properties({"created": FIXED_CREATION})
        sheet = workbook.add_worksheet("Ventas CL")
        state = (
            f"Estado de tus ventas al {spanish_text(exported_at)}" if exported_at else "Estado de tus ventas"
        )
        titles = {1: ("Reporte de tus ventas con sus cargos, envíos y devoluciones.",), 3: ("Ventas", state)}
        for number, title in titles.items():
            for column, text in enumerate(title):
                sheet.write_string(number, column, text)
        column = 0
        for section, group in SECTIONS:
            sheet.write_string(4, column, section)
            column += len(group)
        for column, heading in enumerate(headings):
            sheet.write_string(5, column, heading)
        first_at = {heading: headings.index(heading) for heading in headings}
        second_state = [place for place, heading in enumerate(headings) if heading == "Estado"][1:]
        number = 6
        for order in orders:
            for cells in panel_rows(order):
                row: list[CellValue] = [None] * len(headings)
                for heading, value in cells.items():
                    if heading in first_at:
                        row[first_at[heading]] = value
                for place in second_state:
                    row[place] = "Región Inventada"
                for column, value in enumerate(row):
                    if isinstance(value, int | float | Decimal):
                        sheet.write_number(number, column, value)
                    elif value or blank:
                        sheet.write_string(number, column, str(value or blank))
                number += 1


@dataclass(frozen=True, slots=True)
class Movement:
    """One record of the release report; amounts in the account's currency, gross signed, fees and taxes
    negative.
    """

    released_at: dt.datetime
    source_reference: str
    gross_amount: Decimal
    fee_amount: Decimal = ZERO
    financing_fee_amount: Decimal = ZERO
    shipping_fee_amount: Decimal = ZERO
    tax_amount: Decimal = ZERO
    coupon_amount: Decimal = ZERO
    description: str = "payment"
    record_type: str = "release"
    external_reference: str = ""
    order_reference: str = ""
    approved_at: dt.datetime | None = None
    replaced: Mapping[str, CellValue] = field(default_factory=dict)

    @property
    def net_amount(self) -> Decimal:
        fees = self.fee_amount + self.financing_fee_amount + self.shipping_fee_amount + self.tax_amount
        return self.gross_amount + fees


def iso_text(moment: dt.datetime) -> str:
    """“2025-09-30T19:29:00.000-04:00”: the offset that the report always states unless an account changes
    it.
    """
    return moment.astimezone(API_OFFSET).isoformat(timespec="milliseconds")


def write_release(
    path: Path,
    movements: Iterable[Movement],
    *,
    columns: int = SHORT_FORM,
    delimiter: str = ",",
    opening_amount: Decimal | None = ZERO,
    currency: str = "CLP",
    encoding: str = "utf-8",
) -> None:
    """Write a release report; `opening_amount` `None` leaves out the opening balance and the total."""
    headings = RELEASE_HEADINGS[:columns]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, headings, delimiter=delimiter, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    balance = opening_amount or ZERO
    movements = list(movements)
    if opening_amount is not None:
        writer.writerow(_balance_cells("initial_available_balance", balance, currency))
    for each in movements:
        balance += each.net_amount
        writer.writerow(_movement_cells(each, balance, currency) | dict(each.replaced))
    if opening_amount is not None:
        writer.writerow(_balance_cells("total", balance, currency))
    path.write_bytes(out.getvalue().encode(encoding))


def _sides(net: Decimal) -> dict[str, CellValue]:
    return {"NET_CREDIT_AMOUNT": _two(max(net, ZERO)), "NET_DEBIT_AMOUNT": _two(max(-net, ZERO))}


def _two(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _balance_cells(record_type: str, balance: Decimal, currency: str) -> dict[str, CellValue]:
    return {"RECORD_TYPE": record_type, "CURRENCY": currency, "BALANCE_AMOUNT": _two(balance)} | _sides(
        balance
    )


def _movement_cells(each: Movement, balance: Decimal, currency: str) -> dict[str, CellValue]:
    return _sides(each.net_amount) | {
        "DATE": iso_text(each.released_at),
        "SOURCE_ID": each.source_reference,
        "EXTERNAL_REFERENCE": each.external_reference,
        "RECORD_TYPE": each.record_type,
        "DESCRIPTION": each.description,
        "GROSS_AMOUNT": _two(each.gross_amount),
        "MP_FEE_AMOUNT": _two(each.fee_amount),
        "FINANCING_FEE_AMOUNT": _two(each.financing_fee_amount),
        "SHIPPING_FEE_AMOUNT": _two(each.shipping_fee_amount),
        "TAXES_AMOUNT": _two(each.tax_amount),
        "COUPON_AMOUNT": _two(each.coupon_amount),
        "INSTALLMENTS": 1,
        "PAYMENT_METHOD": "master",
        "TRANSACTION_APPROVAL_DATE": iso_text(each.approved_at) if each.approved_at else "",
        "CURRENCY": currency,
        "TAXES_DISAGGREGATED": "[]",
        "ORDER_ID": each.order_reference,
        "METADATA": '{"note": "Persona Inventada"}',
        "BALANCE_AMOUNT": _two(balance),
        "PAYMENT_METHOD_TYPE": "credit_card",
    }
