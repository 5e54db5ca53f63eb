"""Heading rows: names made comparable, repeated names told apart, personal columns known by name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from reports.files.cells import Cell, CellProblem, text

SEARCHED_ROWS = 20

# Words that make a column personal, whatever else its name says; columns of later exports are judged by them.
PERSONAL = re.compile(
    r"\b(nombres?|apellidos?|names?|surname|payer|buyer|card|comprador|cliente|destinatario|receptor|personales"
    r"|contribuyente|negocio|correo|e?mail|telefono|phone|celular|movil|rut|rfc|dni|curp|cedula|documento"
    r"|identification|direccion|address|domicilio|calle|comuna|municipio|alcaldia|ciudad|city|postal|zip|bank"
    r"|seguimiento|tracking|metadata|penerima|alamat|nguoi nhan|dia chi)\b"
    # Korean and Japanese write words without spaces between them.
    r"|수령인|수취인|받는 ?[분사]|주문자|구매자|고객명|성명|이름|연락처|전화|휴대|핸드폰|주소|우편번호|이메일|주민등록|생년월일|통관고유"
    r"|受取人|購入者|住所|郵便|電話|氏名|フリ[カガ]ナ|メール|お届け先|宛名"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """One column: its place (from 0), its heading as in the file, its comparable name, its currency, its
    occurrence.
    """

    index: int
    label: str
    name: str
    currency: str
    occurrence: int

    @property
    def key(self) -> str:
        """The heading as a key of `extra`: a repeated one carries its number."""
        return self.label if self.occurrence == 1 else f"{self.label} ({self.occurrence})"


def comparable(label: str) -> str:
    """Lower case, without accents, single spaces: two exports of one column compare equal."""
    bare = "".join(c for c in unicodedata.normalize("NFD", label) if not unicodedata.combining(c))
    return " ".join(bare.casefold().replace("_", " ").split()).strip(" :.")


def headings(row: Sequence[Cell]) -> list[Heading]:
    """The columns of a heading row; a currency in brackets, as in “Total (CLP)”, stands apart from the
    name.
    """
    found: list[Heading] = []
    seen: dict[str, int] = {}
    for index, cell in enumerate(row):
        try:
            label = text(cell)[:200]
        except CellProblem:
            label = ""
        if not label:
            continue
        bracket = re.fullmatch(r"(.*\S)\s*\(([A-Z]{3})\)", label)
        name = comparable(bracket[1] if bracket else label)
        seen[name] = seen.get(name, 0) + 1
        found.append(Heading(index, label, name, bracket[2] if bracket else "", seen[name]))
    return found


def names(row: Sequence[Cell]) -> frozenset[str]:
    return frozenset(heading.name for heading in headings(row))


def is_personal(name: str) -> bool:
    """Whether a column of this comparable name can name or find a person."""
    return PERSONAL.search(unicodedata.normalize("NFC", name)) is not None


def fingerprint(columns: Sequence[Heading]) -> str:
    """A hash of the headings in their order: equal as long as the marketplace does not change the form."""
    joined = "\x1f".join(f"{column.name}|{column.currency}" for column in columns)
    return hashlib.sha256(joined.encode()).hexdigest()
