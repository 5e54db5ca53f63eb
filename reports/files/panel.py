"""The columns of the seller panel's “Ventas” sheet, and one row of it read cell by cell.

59 columns with duplicate names. Columns are matched by name; of names that repeat, the first “Estado” is
the state of the sale (the second is the buyer's region: personal) and the first “Unidades” the units sold.
Unknown columns are kept aside; personal ones are not even looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from reports.files import cells
from reports.files.cells import Cell, CellProblem
from reports.files.headers import Heading, headings, is_personal
from reports.files.lines import FileRefused
from reports.files.packs import MONEY, PanelRow
from reports.files.states import pack_size

CHILE, MEXICO = "CLP", "MXN"
AMOUNTS: dict[str, Callable[[Cell], Decimal | None]] = {CHILE: cells.pesos, MEXICO: cells.cents}
QUANTA = {CHILE: Decimal(1), MEXICO: Decimal("0.01")}
"""The panels that are read, by the currency in their headings: their amounts, and the smallest share of one."""

# Comparable heading → field of PanelRow. All are needed but those of OPTIONAL.
COLUMNS = {
    "# de venta": "order_reference",
    "fecha de venta": "ordered_at",
    "estado": "status_text",
    "paquete de varios productos": "is_flagged",
    "unidades": "units",
    "ingresos por productos": "gross_amount",
    "cargo por venta e impuestos": "fee_amount",
    "ingresos por envio": "shipping_in_amount",
    "costos de envio": "shipping_cost_amount",
    "anulaciones y reembolsos": "refund_amount",
    "total": "total",
    "venta por publicidad": "is_advertised",
    "sku": "sku",
    "# de publicacion": "listing_reference",
    "canal de venta": "channel",
    "titulo de la publicacion": "title",
    "variante": "variant",
    "precio unitario de venta de la publicacion": "unit_price",
}
OPTIONAL = frozenset({"canal de venta", "venta por publicidad", "variante", "paquete de varios productos"})
PRICED = frozenset({*MONEY, "total", "unit_price"})

# Known and kept as they are; whatever else comes is unknown, and named in a note.
KNOWN_EXTRA = frozenset(
    [
        "descripcion del estado",
        "pertenece a un kit",
        "mes de facturacion de tus cargos",
        "tipo de publicacion",
        "factura adjunta",
        "pais",
        "unidades",
        "forma de entrega",
        "fecha en camino",
        "fecha entregado",
        "revisado por mercado libre",
        "fecha de revision",
        "dinero a favor",
        "resultado",
        "destino",
        "motivo del resultado",
        "reclamo abierto",
        "reclamo cerrado",
        "con mediacion",
    ]
)
# Personal without a personal word in the name: the buyer's trade, and a carrier that can be a single person.
PERSONAL = frozenset({"actividad economica", "transportista"})

READERS: dict[str, Callable[[Cell], object]] = {
    "order_reference": lambda cell: cells.reference(cell).removeprefix("#").strip(),
    "status_text": cells.short_text,
    "is_flagged": cells.yes_no,
    "units": cells.units,
    "is_advertised": cells.yes_no,
    "sku": cells.reference,
    "listing_reference": cells.reference,
    "channel": cells.short_text,
    "title": cells.short_text,
    "variant": cells.short_text,
}


def recognizes(names: frozenset[str]) -> bool:
    """Whether a row with these comparable headings is a panel's heading row, of whichever country."""
    return {"# de venta", "fecha de venta"} <= names


def is_personal_column(heading: Heading) -> bool:
    if heading.name == "estado":
        return heading.occurrence > 1
    return heading.name in PERSONAL or is_personal(heading.name)


class Columns:
    """Which column is read as what, which are kept aside, which stay behind.

    `currency` is that of all amounts, CLP where no heading says it. Refused: `wrong_market` when the amounts are in a
    currency of no panel that is read, or in several, `missing_columns`.
    """

    def __init__(self, row: int, header: Sequence[Cell]) -> None:
        self.all = headings(header)
        self.read: dict[str, Heading] = {}
        self.extra: list[Heading] = []
        self.personal: list[Heading] = []
        self.unknown: list[str] = []
        for heading in self.all:
            if heading.name in COLUMNS and heading.occurrence == 1:
                self.read[COLUMNS[heading.name]] = heading
            elif is_personal_column(heading):
                self.personal.append(heading)
            else:
                self.extra.append(heading)
                if heading.name not in KNOWN_EXTRA:
                    self.unknown.append(heading.label)
        found = {heading.currency for name, heading in self.read.items() if name in PRICED} - {""}
        self.currency = min(found, default=CHILE)
        if len(found) > 1 or self.currency not in AMOUNTS:
            raise FileRefused("wrong_market", currency=min(found - AMOUNTS.keys(), default=self.currency))
        missing = [name for name, field in COLUMNS.items() if field not in self.read and name not in OPTIONAL]
        if missing:
            raise FileRefused("missing_columns", row=row, columns=", ".join(f"“{name}”" for name in missing))

    def label(self, field: str) -> str:
        """The heading, as in the file, of the column that is read into `field`."""
        return self.read[field].label


def read_row(columns: Columns, number: int, row: Sequence[Cell], zone: ZoneInfo) -> PanelRow | None:
    """The row as read, or `None` when all of its columns are blank. A blank is an empty cell or one of
    spaces only.
    """
    width = len(row)
    found = PanelRow(number)
    amount = AMOUNTS[columns.currency]
    kept: list[str] = []
    for name, heading in columns.read.items():
        cell = row[heading.index] if heading.index < width else None
        value = cells.shown(cell)
        kept.append(value)
        if not value:
            continue
        try:
            if name == "ordered_at":
                found.moment_text = value
                moment = cells.local_moment(cell, zone)
                if moment:
                    found.ordered_at = cells.settled(moment)
                    found.is_uncertain = cells.is_uncertain(moment)
            elif name in MONEY:
                found.has_money = True
                found.money[name] = amount(cell)
            else:
                found.has_money = found.has_money or name == "total"
                setattr(found, name, (amount if name in PRICED else READERS[name])(cell))
        except CellProblem as problem:
            found.problems.append((heading.label, value, problem.sentence))
    for heading in columns.extra:
        value = cells.shown(row[heading.index] if heading.index < width else None)
        kept.append(value)
        if value:
            found.extra[heading.key] = value
    if not any(kept):
        return None
    found.announced = pack_size(found.status_text)
    found.digest = hashlib.blake2b("\x1f".join(kept).encode(), digest_size=16).digest()
    return found
