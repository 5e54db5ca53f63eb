"""What a platform's file calls an order, a pack and a line (주문·묶음·라인의 정의), and the columns each is read from.

The columns are those of the mappings by which files are read, so they are what really happens.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from programs.models import Program
from reports.domain import profile_rules
from reports.domain.profiles import by_code
from reports.files.lines import VENTAS
from reports.files.mapping.model import ORDERS, ROW, Mapping
from reports.files.mapping.profiles import BUILT_IN

PLATFORMS = {
    "mercadolibre-orders-json": "Mercado Libre", "lazada-items-json": "Lazada", "lazada-orders": "Lazada",
    "amazon-orders": "Amazon", "shopee-orders": "Shopee", "qoo10-orders": "Qoo10",
}  # fmt: skip

ORDER = {
    "lazada-items-json": _("One purchase; each row is one unit of it."),
    "lazada-orders": _("One purchase; each row is one unit of it."),
    "amazon-orders": _("One purchase; its products stand in rows of their own."),
    "shopee-orders": _("One purchase in one shop; its products stand in rows of their own."),
    "qoo10-orders": _("One product of a purchase has one order number; a cart holds several."),
    "mercadolibre-orders-json": _("One product of a purchase; what was bought together has a pack number."),
}
PANEL = _(
    "A sale number is one product's; what was bought together stands below a row that holds the money of the pack."
)
OTHERWISE = _("What the file gives one order number.")


@dataclass(frozen=True, slots=True)
class Definition:
    """Of one kind of file. Columns are headings as files are compared by; no pack: the file has none."""

    code: str
    name: str
    platform: str
    meaning: StrOrPromise
    order: str
    pack: str
    line: str

    @property
    def counted(self) -> StrOrPromise:
        return _("A pack counts as one order.") if self.pack else _("Each order number counts as one order.")


def definitions(program: Program) -> list[Definition]:
    """Of all files with orders that are known, and of the program's own profiles."""
    own = [each.code for each in profile_rules.offered_in([program.pk])]
    panel = Definition(
        code=VENTAS, name=VENTAS, platform="Mercado Libre", meaning=PANEL, order="# de venta", pack="paquete de varios productos",
        line="# de venta + # de publicacion",
    )  # fmt: skip
    mappings = [*BUILT_IN, *by_code(set(own)).values()]
    return [panel, *(_of(each) for each in mappings if each.measure == ORDERS)]


def _of(mapping: Mapping) -> Definition:
    is_english = get_language() == "en"
    columns = {
        each.into: next((name for name in each.names if is_english and name.isascii()), each.names[0])
        for each in mapping.columns
        if each.names
    }
    return Definition(
        code=mapping.code,
        name=mapping.label or mapping.code,
        platform=PLATFORMS.get(mapping.code, ""),
        meaning=ORDER.get(mapping.code, OTHERWISE),
        order=columns.get("order_reference", ""),
        pack=columns.get("pack_reference", ""),
        line=" + ".join(str(_("row")) if part == ROW else columns.get(part, part) for part in mapping.key),
    )
