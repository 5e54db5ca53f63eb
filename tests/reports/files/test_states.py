"""States are known by their text; an unknown one waits for a person."""

from __future__ import annotations

import pytest

from reports.files.headers import comparable, is_personal
from reports.files.states import BEGINNINGS, WHOLE_TEXTS, classify, pack_size


@pytest.mark.parametrize(
    ("text", "into"),
    [
        ("Entregado", "sold"),
        ("  EN CAMINO ", "sold"),
        ("Llega el 3 de octubre", "sold"),
        ("Listo para recolección. Está demorado 1 día pero no afectó tu reputación", "sold"),
        ("Mediación finalizada. Te dimos el dinero.", "sold"),
        ("Tu comprador solicita cancelar", "pending"),
        ("Venta cancelada. No despaches.", "cancelled"),
        ("Cancelada por el comprador", "cancelled"),
        ("Devolución finalizada con reembolso al comprador", "refunded"),
        ("Reclamo cerrado con reembolso al comprador", "refunded"),
        ("Entregado a medias", "look"),
        ("Cancelada quizás", "look"),
        ("Paquete de 2 productos", "look"),
        ("No entregado", "look"),
        ("", "look"),
        ("배송 완료", "look"),
    ],
)
def test_classify(text: str, into: str):
    assert classify(text) == into


def test_the_table_is_written_in_comparable_form_and_in_known_classes():
    for text in (*WHOLE_TEXTS, *(text for text, _into in BEGINNINGS)):
        assert comparable(text) == text.rstrip(".")
    assert {*WHOLE_TEXTS.values(), *(into for _text, into in BEGINNINGS)} == {
        "sold",
        "pending",
        "cancelled",
        "refunded",
    }
    lengths = [len(text) for text, _into in BEGINNINGS]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Paquete de 2 productos", 2),
        ("paquete de 12 PRODUCTOS", 12),
        ("Paquete de regalo", 0),
        ("Entregado", None),
    ],
)
def test_pack_size(text: str, size):
    assert pack_size(text) == size


@pytest.mark.parametrize(
    "label", ["Correo electrónico", "RUT", "PAYER_NAME", "Teléfono", "Código postal", "CARD_NUMBER"]
)
def test_personal_columns_are_known_by_their_words(label: str):
    assert is_personal(comparable(label))


@pytest.mark.parametrize(
    "label", ["SKU", "Variante", "TAX_DETAIL", "Tienda oficial", "Rutas", "PAYMENT_METHOD"]
)
def test_other_columns_are_not(label: str):
    assert not is_personal(comparable(label))
