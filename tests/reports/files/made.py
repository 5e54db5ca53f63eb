"""Made-up sales and broken files for the tests of this folder. Nobody and nothing in them exists."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from reports.files.cells import Cell
from reports.files.writing import PANEL_HEADINGS, CellValue, Movement, PanelItem, PanelOrder, panel_rows

SANTIAGO = ZoneInfo("America/Santiago")


def santiago(month: int, day: int, hour: int = 12, minute: int = 0, *, year: int = 2025) -> dt.datetime:
    return dt.datetime(year, month, day, hour, minute, tzinfo=SANTIAGO)


def item(number: int = 1, *, units: int = 1, price: int = 12_990, **more: object) -> PanelItem:
    return PanelItem(
        sku=f"NARU-{number:03}",
        listing_reference=f"MLC10000{number:05}",
        title=f"Crema de prueba {number}",
        units=units,
        unit_price=Decimal(price),
        **more,  # type: ignore[arg-type]
    )


def order(number: int = 1, *items: PanelItem, fee: int | None = -1_500, **more: object) -> PanelOrder:
    more.setdefault("ordered_at", santiago(7, 10, 15, 30))
    return PanelOrder(
        reference=f"20000{number:011}",
        items=items or (item(number),),
        fee_amount=None if fee is None else Decimal(fee),
        **more,  # type: ignore[arg-type]
    )


def pack(number: int = 1, **more: object) -> PanelOrder:
    """12,990 x 1 and 5,990 x 2 with a fee of 3,121 and shipping of 2,990: 18,859 remain."""
    first = item(1, order_reference=f"20001{number:010}1")
    second = item(2, units=2, price=5_990, order_reference=f"20001{number:010}2")
    more.setdefault("shipping_cost_amount", Decimal(-2_990))
    return order(number, first, second, fee=-3_121, **more)


def sheet(
    orders: Iterable[PanelOrder | Mapping[str, CellValue]], *, headings: tuple[str, ...] = PANEL_HEADINGS
) -> list[list[Cell]]:
    """The rows of a panel's sheet as the workbook reader gives them: numbers are floats, headings in row 6.

    A mapping stands for a single raw row.
    """
    rows: list[list[Cell]] = [[""] * len(headings) for _title in range(5)]
    rows[3][1] = "Estado de tus ventas al 1 de octubre de 2025 09:05 hs."
    rows.append(list(headings))
    for each in orders:
        for cells in panel_rows(each) if isinstance(each, PanelOrder) else [each]:
            row: list[Cell] = [" "] * len(headings)
            for place in [place for place, heading in enumerate(headings) if heading == "Estado"][1:]:
                row[place] = "Región Inventada"
            for heading, value in cells.items():
                if heading in headings and value is not None and value != "":
                    number = isinstance(value, int | float | Decimal)
                    row[headings.index(heading)] = float(value) if number else str(value)
            rows.append(row)
    return rows


def movement(number: int = 1, gross: int = 12_990, fee: int = -1_500, **more: object) -> Movement:
    more.setdefault("released_at", santiago(8, 1, 10, number % 60))
    more.setdefault("source_reference", str(90_000_000_000 + number))
    return Movement(gross_amount=Decimal(gross), fee_amount=Decimal(fee), **more)  # type: ignore[arg-type]


MEMBERS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="xl/workbook.xml" Type="http://schemas.openxmlformats.org/officeDocument/'
        '2006/relationships/officeDocument"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Ventas CL" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/worksheet"/></Relationships>'
    ),
}


def workbook(sheet_xml: Iterable[str], **more: bytes) -> bytes:
    """A workbook with one sheet of hand-made XML and, by name, further members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in MEMBERS.items():
            archive.writestr(name, content)
        for name, binary in more.items():
            archive.writestr(name, binary)
        with archive.open("xl/worksheets/sheet1.xml", "w") as stream:
            stream.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            )
            for part in sheet_xml:
                stream.write(part.encode())
            stream.write(b"</sheetData></worksheet>")
    return out.getvalue()


def three_million_cells() -> bytes:
    """3 million cells in about 120 kB."""
    row = "<row>" + "<c><v>1</v></c>" * 100 + "</row>"
    return workbook(row for _number in range(30_000))


def one_value_far_away() -> bytes:
    """One value in the last cell that a sheet can have."""
    return workbook(['<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'])


def two_values_far_apart() -> bytes:
    """A value in the first and one in the last cell: a dense table of them would need 550 GB."""
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return workbook(['<row r="1"><c r="A1"><v>1</v></c></row>', far])
