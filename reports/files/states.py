"""What the panel's “Estado” says about a sale.

No public list of these texts exists. The table holds those met in published descriptions of real exports of
several Spanish-speaking countries, each with the confidence of its class: A the words say it themselves and
several sources agree; B one reading among sources, or the case can still turn. A text that is not here is
`look`: it waits for a person and is never guessed.

A sale in dispute or on its way back stays `sold` until the panel says that the buyer was refunded: the
refund itself stands in its own column, and "before refunds" must still count the sale.
"""

from __future__ import annotations

import re

from reports.files.headers import comparable
from reports.files.lines import CANCELLED, LOOK, PENDING, REFUNDED, SOLD

WHOLE_TEXTS: dict[str, str] = {
    # A: delivered or concluded
    "entregado": SOLD,
    "entregada": SOLD,
    "venta entregada": SOLD,
    "venta concretada": SOLD,
    # A: paid and on its way
    "en camino": SOLD,
    "en punto de retiro": SOLD,
    "etiqueta lista para imprimir": SOLD,
    "etiqueta para imprimir": SOLD,
    "etiqueta impresa": SOLD,
    "para despachar": SOLD,
    "para entregar a la colecta": SOLD,
    "ya despachaste el paquete": SOLD,
    "despacharemos el paquete": SOLD,
    "procesando en la bodega": SOLD,
    "envio reprogramado": SOLD,
    "envio demorado": SOLD,
    # B: paid, but without a parcel of the marketplace or without goods yet
    "acuerdas la entrega": SOLD,
    "acordas la entrega": SOLD,
    "esperando disponibilidad de stock": SOLD,
    # A: a dispute that ended with the money at the seller
    "mediacion finalizada. te dimos el dinero": SOLD,
    "devolucion finalizada. te dimos el dinero": SOLD,
    "devolucion no entregada. te dimos el dinero": SOLD,
    "venta no entregada. te dimos el dinero": SOLD,
    "cerramos el reclamo y te dimos el dinero": SOLD,
    "te dimos el dinero de la venta y reembolsamos al comprador": SOLD,
    # B: a dispute or return under way: sold until a refund is booked
    "reclamo abierto": SOLD,
    "reclamo abierto para resolver": SOLD,
    "reclamo abierto por resolver": SOLD,
    "reclamo con devolucion habilitada": SOLD,
    "mediacion con mercado libre": SOLD,
    "mediacion para responder": SOLD,
    "mediacion en espera de respuesta": SOLD,
    "mediacion en espera de respuesta de mercado libre": SOLD,
    "venta con solicitud de cambio": SOLD,
    "cambio entregado": SOLD,
    "devolucion en preparacion": SOLD,
    "devolucion en camino": SOLD,
    "devolucion reprogramada": SOLD,
    "devolucion con fecha actualizada": SOLD,
    "en devolucion": SOLD,
    # B: asked for, not decided
    "tu comprador solicita cancelar": PENDING,
    # A: paid is what it is not yet
    "pago pendiente": PENDING,
    "pendiente de pago": PENDING,
    # A: cancelled
    "cancelado": CANCELLED,
    "cancelada": CANCELLED,
    "venta cancelada": CANCELLED,
    "cancelaste la venta": CANCELLED,
    "cancelada por el comprador": CANCELLED,
    "paquete cancelado por mercado libre": CANCELLED,
    "cancelada por mercado libre": CANCELLED,
    # A: the buyer has the money back
    "reembolsado": REFUNDED,
    "reembolsada": REFUNDED,
    "devuelto": REFUNDED,
    "devuelta": REFUNDED,
    "cobro devuelto": REFUNDED,
    "le devolvimos el dinero al comprador": REFUNDED,
    "devolucion finalizada con reembolso al comprador": REFUNDED,
    "mediacion finalizada con reembolso al comprador": REFUNDED,
    "reclamo cerrado con reembolso al comprador": REFUNDED,
}

# Texts that go on with a day, a place or an advice. Longest first, so that the more exact one decides.
BEGINNINGS: tuple[tuple[str, str], ...] = (
    ("el envio esta demorado, pero ya tienes el dinero disponible", SOLD),  # A
    ("devolucion para revisar", SOLD),  # B
    ("listo para recoleccion", SOLD),  # A
    ("venta cancelada.", CANCELLED),  # A: “Venta cancelada. No despaches.”
    ("llega entre el", SOLD),  # A
    ("esta demorado", SOLD),  # A
    ("llega manana", SOLD),  # A
    ("cancelada.", CANCELLED),  # A: “Cancelada. No despaches.”
    ("llega hoy", SOLD),  # A
    ("llega el", SOLD),  # A
    ("llego el", SOLD),  # A
)

PACK = re.compile(r"paquete de ([0-9]{1,3}) productos?")


def classify(state: str) -> str:
    """sold, pending, cancelled, refunded, or look for any text that is not known."""
    name = comparable(state)
    if name in WHOLE_TEXTS:
        return WHOLE_TEXTS[name]
    return next((into for beginning, into in BEGINNINGS if name.startswith(beginning)), LOOK)


def pack_size(state: str) -> int | None:
    """How many products “Paquete de 2 productos” announces; 0 for another text that begins so; `None` for
    none.
    """
    name = comparable(state)
    found = PACK.match(name)
    if found:
        return int(found[1])
    return 0 if name.startswith("paquete de ") else None
