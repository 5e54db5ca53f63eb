"""How one kind of file becomes facts, as data: what staff build in the browser and what Naru brings along are the same.

A mapping names columns by their comparable headings (`headers.comparable`), never by position, and says of each what it
means. It is checked when it is made: a mapping that exists can be read with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo

from reports.files import facts
from reports.files.headers import comparable, is_personal
from reports.files.lines import CANCELLED, LOOK, PENDING, REFUNDED, SOLD
from reports.files.sentences import Parameter, say

ORDERS, PAYOUTS, CUSTOMS = "orders", "payouts", "customs"
FILE, STORE, COLUMN, HEADING = "file", "store", "column", "heading"
OWN, OWN_PAYOUTS = "own-", "own-pay-"
"""How the codes of programs' own profiles begin, and those of payouts; in the former hexadecimal digits follow."""
CLASSES = (SOLD, PENDING, CANCELLED, REFUNDED, LOOK)
PAYOUT_CLASSES = (
    "payment", "refund", "chargeback", "dispute", "payout", "shipping", "tax", "fee", "reserve", "other",
)  # fmt: skip

AMOUNTS = {
    ORDERS: (
        *facts.ADDED,
        "net_amount",
        "unit_amount",
        "platform_discount_amount",
        "program_discount_amount",
    ),
    PAYOUTS: (
        "gross_amount", "fee_amount", "financing_fee_amount", "shipping_fee_amount", "tax_amount",
        "coupon_amount", "discount_amount", "refund_amount", "shipping_in_amount",
        "net_credit_amount", "net_debit_amount", "net_amount", "balance_amount",
    ),
    CUSTOMS: ("fob_usd_amount", "currency_amount", "freight_usd_amount", "insurance_usd_amount"),
}  # fmt: skip
MOMENTS = {ORDERS: ("ordered_at",), PAYOUTS: ("released_at", "approved_at"), CUSTOMS: ("accepted_on",)}
REFERENCES = {
    ORDERS: ("order_reference", "pack_reference", "sku", "listing_reference"),
    PAYOUTS: ("source_reference", "external_reference", "order_reference", "item_reference", "sku"),
    CUSTOMS: ("declaration_number", "line_number", "business_number", "hs_code"),
}
TEXTS = {
    ORDERS: ("title", "status", "kind", "is_advertised"),
    PAYOUTS: ("record_type", "description"),
    CUSTOMS: ("export_kind", "destination", "transaction_type", "proof", "issuer", "terms"),
}
NEEDED = {
    ORDERS: ("order_reference", "ordered_at"),
    PAYOUTS: ("released_at",),
    CUSTOMS: ("declaration_number", "accepted_on", "fob_usd_amount"),
}
TURNED = ("refund", "chargeback", "dispute", "shipping", "tax", "fee")
"""Kinds of payouts that take away, and are written without a minus in some files."""
KINDS = {ORDERS: facts.KINDS, PAYOUTS: PAYOUT_CLASSES, CUSTOMS: ("direct", "indirect")}
ROW = "@row"
"""In a line key: the number of the row, where a file has nothing else that tells its rows apart."""
EACH = "@each"
"""The heading under which a JSON file's rows tell from which of its lists they are."""

NUMBERS = ("point", "point-grouped", "comma", "comma-grouped", "whole", "told")
"""1234.5 · 1,234.5 · 1234,5 · 1.234,5 · no decimals, grouped by either · whichever of point and comma the file itself
proves."""
DATES = (
    "iso", "ymd-time", "ymd", "compact", "dmy", "mdy", "dmy-short", "mdy-short", "dmy-name", "mdy-name", "unix",
    "japanese", "korean", "spanish",
)  # fmt: skip

# Headings with a personal word that mean a thing: “Product Name”, “상품명”.
OF_A_THING = re.compile(
    r"\b(product|item|listing|sku|variation|option|fee|amount|price|total|paid|store|shop|program|campaign|marketplace|carrier|zone)\b"
    r"|상품|품목|금액|배송비|수수료|商品|金額|送料"
)


class MappingWrong(ValueError):
    """A description that cannot be read with; `sentence` says why."""

    def __init__(self, code: str, **parameters: Parameter) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = say(code, **parameters)


SYMBOL = re.compile(r"\s*\((?:[^\w\s]|rp|rm)\)$")


BRACKET = re.compile(r"\s*\([A-Z]{3}\)$")


def bare(name: str) -> str:
    """A comparable heading, composed, without what markets put behind it: “(₱)”, “*”."""
    return unicodedata.normalize("NFC", SYMBOL.sub("", name.rstrip("*").rstrip()).strip(" :."))


def named(label: str) -> str:
    """A heading or a value as mappings compare it."""
    return bare(comparable(BRACKET.sub("", label)))


def names_a_person(name: str) -> bool:
    """Whether a column of this comparable name is the buyer's and no product's."""
    return is_personal(name) and not OF_A_THING.search(name)


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a line and where it stands.

    `names` are its headings in the languages known: one of them is in the file. `occurrence` 0 means that the heading
    must stand there once; of a heading that repeats by right, 1 is the first. `instead` are headings whose cell is taken
    where this one is blank. `is_of_goods`: a heading with a personal word that means goods, such as “name”. `is_cost`: the file writes costs as positive amounts. `once`: the amount belongs to the order
    and is repeated on each of its rows, so only the first of them counts. `adds_to`: another amount, to which this one is
    added, so that several columns make one value. `unless`: where this heading has a value the cell is another currency's and
    does not count (payouts only). `numbers`, `dates` and `zone` are those of the mapping unless given.
    """

    into: str
    names: tuple[str, ...]
    optional: bool = False
    occurrence: int = 0
    instead: tuple[str, ...] = ()
    is_cost: bool = False
    is_of_goods: bool = False
    once: bool = False
    adds_to: str = ""
    unless: str = ""
    numbers: str = ""
    dates: tuple[str, ...] = ()
    zone: str = ""

    def __post_init__(self) -> None:
        for each in ("names", "instead"):
            object.__setattr__(self, each, tuple(map(named, getattr(self, each))))
        object.__setattr__(self, "unless", named(self.unless))


@dataclass(frozen=True, slots=True)
class Check:
    """A sum that the file itself vouches for: `total` is what it states, `parts` are added.

    Of a row (`scope` row) the row is rejected when they differ; `may_add` names parts that count only in some rows. Of a
    file the total stands on one row, for all rows of the same `group`, and the file is refused. With `scope` note the total
    counts, and a note names the first row that differs: where the list of parts is not certain. `if_stated`: a row that
    states none of the parts, such as a transfer to the bank, has nothing to add up.
    """

    total: str
    parts: tuple[str, ...]
    scope: str = "row"
    group: str = ""
    may_add: tuple[str, ...] = ()
    if_stated: bool = False


@dataclass(frozen=True, slots=True)
class Json:
    """Where the rows of a JSON file are: `records` are the ways to the list of records, `each` the lists within a record
    of which every member is a row ("" is the record itself)."""

    records: tuple[tuple[str, ...], ...] = ((),)
    each: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Mapping:
    """One kind of file. See the module; `Mapping.from_dict(mapping.as_dict()) == mapping`.

    `zone` is `file` (every instant has its offset), `store` or a zone's name; `currency` is `column`, `heading` (in
    brackets), `store` or a currency's code. `kind` is what each row is, unless `kinds` tells it by the values under
    `kind_by`, joined by `|`; a value's beginning up to a `|` is enough, and "" means that the row is no line.
    `unknown_kind` is taken for all others; without one they are rejected. `turned` are kinds of payouts whose amounts take away though
    they are written without a minus (files with one amount only). `statuses` are comparable texts; a text that is
    not there waits for a person. `left_out` are amounts of which nobody knows who paid them: they enter no figure, and a note names
    them (orders only). `is_priced`: gross is the unit price times the units where no amount stands
    (one of 0 does).
    """

    code: str
    measure: str
    signature: tuple[str, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    label: str = ""
    numbers: str = "point"
    dates: tuple[str, ...] = ("iso",)
    zone: str = STORE
    currency: str = STORE
    kind: str = ""
    kinds: Dict[str, str] = field(default_factory=dict)
    kind_by: tuple[str, ...] = ("kind",)
    unknown_kind: str = ""
    turned: tuple[str, ...] = ()
    statuses: Dict[str, str] = field(default_factory=dict)
    status_if_blank: str = SOLD
    constants: Dict[str, str] = field(default_factory=dict)
    is_priced: bool = False
    left_out: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    json: Json | None = None

    def __post_init__(self) -> None:
        signature = tuple("|".join(map(named, each.split("|"))) for each in self.signature)
        object.__setattr__(self, "signature", signature)
        object.__setattr__(self, "personal", tuple(map(named, self.personal)))
        for each in ("kinds", "statuses"):
            values = getattr(self, each)
            object.__setattr__(
                self, each, {"|".join(map(named, key.split("|"))): values[key] for key in values}
            )
        _check(self)

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(column.into for column in self.columns)

    @property
    def constant_kind(self) -> str:
        return self.kind or {ORDERS: facts.SALE, PAYOUTS: "other", CUSTOMS: "direct"}[self.measure]

    def column(self, into: str) -> Column | None:
        return next((column for column in self.columns if column.into == into), None)

    def as_dict(self) -> dict[str, Any]:
        """The mapping in values that JSON knows."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Dict[str, Any]) -> Mapping:
        """The mapping of `as_dict`, after its way through JSON or a form; `MappingWrong` says what is wrong with it."""
        _check_size(values)
        made = _known(cls, values)
        made["columns"] = tuple(
            Column(**_known(Column, each)) for each in _list(values.get("columns"), "columns")
        )
        made["checks"] = tuple(
            Check(**_known(Check, each)) for each in _list(values.get("checks", []), "checks")
        )
        found = values.get("json")
        if found is not None:
            ways = _list(found.get("records") if isinstance(found, dict) else None, "json")
            made["json"] = Json(tuple(tuple(map(str, way)) for way in ways), tuple(found.get("each", [""])))
        try:
            return cls(**made)
        except TypeError as problem:
            raise MappingWrong(
                "mapping_shape", where=str(problem).rpartition("'")[0].rpartition("'")[2]
            ) from None


MOST = {
    "columns": 200,
    "signature": 60,
    "statuses": 500,
    "kinds": 500,
    "checks": 50,
    "personal": 250,
    "key": 20,
}
LONGEST_TEXT = 300


def _check_size(values: Any) -> None:
    """`MappingWrong` for a description that is larger than any file needs."""
    if not isinstance(values, dict):
        raise MappingWrong("mapping_shape", where="mapping")
    for name, most in MOST.items():
        found = values.get(name)
        if isinstance(found, list | tuple | dict) and len(found) > most:
            raise MappingWrong("mapping_shape", where=name)
    level: list[tuple[str, Any]] = [(str(name)[:60], value) for name, value in values.items()]
    for _depth in range(6):
        for name, value in level:
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                raise MappingWrong("mapping_shape", where=name)
        level = [
            (name, inner)
            for name, value in level
            if isinstance(value, dict | list | tuple)
            for inner in ((*value, *value.values()) if isinstance(value, dict) else value)
        ]
    if level:
        raise MappingWrong("mapping_shape", where=level[0][0])


def _list(value: Any, where: str) -> list[Dict[str, Any]]:
    if not isinstance(value, list | tuple):
        raise MappingWrong("mapping_shape", where=where)
    return list(value)


PLAIN: dict[str, type] = {"str": str, "bool": bool, "int": int}


def _known(kind: type, values: Any) -> dict[str, Any]:
    """The values by name, each in the form of its field."""
    if not isinstance(values, dict):
        raise MappingWrong("mapping_shape", where=kind.__name__.lower())
    types = {each.name: str(each.type) for each in fields(kind)}
    made: dict[str, Any] = {}
    for name, value in values.items():
        form = types.get(name, "")
        if (
            form == "tuple[str, ...]"
            and isinstance(value, list | tuple)
            and all(isinstance(v, str) for v in value)
        ):
            made[name] = tuple(value)
        elif form == "Dict[str, str]" and isinstance(value, dict):
            made[name] = {str(key): str(each) for key, each in value.items()}
        elif form in PLAIN and type(value) is PLAIN[form]:
            made[name] = value
        elif name not in {"columns", "checks", "json"} or not form:
            raise MappingWrong("mapping_shape", where=name[:60])
    return made


def _check(mapping: Mapping) -> None:
    """`MappingWrong` for what could not be read with, or would read something else than is said."""

    def wrong(where: str) -> MappingWrong:
        return MappingWrong("mapping_shape", where=where)

    if mapping.measure not in AMOUNTS:
        raise wrong("measure")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mapping.code) or len(mapping.code) > 60:
        raise wrong("code")
    if not mapping.signature or not mapping.columns or not mapping.key:
        raise wrong("signature" if not mapping.signature else "columns" if not mapping.columns else "key")
    _check_columns(mapping)
    _check_values(mapping)
    missing = [
        name for name in NEEDED[mapping.measure]
        if name not in mapping.targets and name not in mapping.constants
    ]  # fmt: skip
    if missing:
        raise MappingWrong("mapping_missing", fields=", ".join(missing))
    usable = {*mapping.targets, *mapping.constants, ROW, "currency"}
    for each in mapping.key:
        if each not in usable:
            raise wrong(f"key: {each}")
    for check in mapping.checks:
        if check.scope not in {"row", "file", "note"} or not {check.total, *check.parts, *check.may_add} <= {
            *usable,
            "net_amount",
        }:
            raise wrong(f"checks: {check.total}")


def _check_columns(mapping: Mapping) -> None:
    measure = mapping.measure
    known = {*AMOUNTS[measure], *MOMENTS[measure], *REFERENCES[measure], *TEXTS[measure], "units", "currency"}
    seen: set[str] = set()
    personal = set(mapping.personal)
    for column in mapping.columns:
        if column.into not in known and not column.into.startswith("x_"):
            raise MappingWrong("mapping_shape", where=column.into[:60])
        if column.adds_to and (
            column.adds_to not in AMOUNTS[measure] or not re.fullmatch("x_.*_amount", column.into)
        ):
            raise MappingWrong("mapping_shape", where=column.into)
        if column.unless and measure != PAYOUTS:
            raise MappingWrong("mapping_shape", where=column.into)
        if column.into in seen:
            raise MappingWrong("mapping_twice", field=column.into)
        seen.add(column.into)
        for name in (*column.names, *column.instead):
            if not name:
                raise MappingWrong("mapping_shape", where=column.into)
            if name in personal or (names_a_person(name) and not column.is_of_goods):
                raise MappingWrong("mapping_personal", heading=name)
        if not column.names or (column.numbers and column.numbers not in NUMBERS):
            raise MappingWrong("mapping_shape", where=column.into)
        if any(each not in DATES for each in column.dates) or not _is_zone(column.zone or STORE):
            raise MappingWrong("mapping_shape", where=column.into)
        _check_days(column.dates)


def _check_days(forms: tuple[str, ...]) -> None:
    """03/04/2026 is one day in a file, never either."""
    for pair in (("dmy", "mdy"), ("dmy-short", "mdy-short")):
        if set(pair) <= set(forms):
            raise MappingWrong("mapping_days")


def _check_values(mapping: Mapping) -> None:
    kinds = KINDS[mapping.measure]
    if (
        mapping.numbers not in NUMBERS
        or not mapping.dates
        or any(each not in DATES for each in mapping.dates)
    ):
        raise MappingWrong("mapping_shape", where="numbers" if mapping.numbers not in NUMBERS else "dates")
    _check_days(mapping.dates)
    if not _is_zone(mapping.zone):
        raise MappingWrong("mapping_shape", where="zone")
    if mapping.currency not in {STORE, COLUMN, HEADING} and not re.fullmatch("[A-Z]{3}", mapping.currency):
        raise MappingWrong("mapping_shape", where="currency")
    if mapping.left_out and (mapping.measure != ORDERS or not {*mapping.left_out} <= {*mapping.targets}):
        raise MappingWrong("mapping_shape", where="left_out")
    if mapping.currency == COLUMN and "currency" not in mapping.targets:
        raise MappingWrong("mapping_missing", fields="currency")
    if not {*mapping.statuses.values(), mapping.status_if_blank} <= set(CLASSES):
        raise MappingWrong("mapping_shape", where="statuses")
    if not {*mapping.kinds.values(), mapping.unknown_kind, mapping.kind} <= {*kinds, ""}:
        raise MappingWrong("mapping_shape", where="kinds")
    if mapping.turned and not ({*mapping.turned} <= {*TURNED} and is_single(mapping.targets)):
        raise MappingWrong("mapping_shape", where="turned")
    if mapping.kinds and not set(mapping.kind_by) <= {*mapping.targets}:
        raise MappingWrong("mapping_shape", where="kind_by")


def is_single(read: Iterable[str]) -> bool:
    """Whether a file of payouts tells by its kinds alone what an amount is: it has one, that of the products or what was paid."""
    amounts = [name for name in read if name.endswith("_amount")]
    return amounts in (["net_amount"], ["gross_amount"])


def _is_zone(name: str) -> bool:
    if name in {FILE, STORE}:
        return True
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True
