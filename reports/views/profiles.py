"""The builder of file profiles: a sample, what it proves and leaves open, and how it would be read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _

from accounts.models import User
from ground.errors import RuleBroken
from ground.templatetags.naru import amount, seoul
from programs.models import Store
from reports.domain import profiles
from reports.files import trial
from reports.files.lines import LOOK, FileRefused
from reports.files.mapping.model import FILE, ORDERS, PAYOUTS, named
from reports.files.mapping.payout_proposal import UNKNOWN
from reports.models import FileSample
from reports.printing.words import minor_units, money, number
from reports.profile_answers import initial_of, posted_states, states_of
from reports.profile_forms import BuilderForm
from reports.profile_values import BY_MEASURE, MEASURES
from reports.views import tables

SUMS = {
    ORDERS: ("gross_amount", "discount_amount", "refund_amount", "fee_amount", "tax_amount", "shipping_in_amount",
             "shipping_cost_amount", "net_amount"),
    PAYOUTS: ("gross_amount", "discount_amount", "refund_amount", "fee_amount", "financing_fee_amount",
              "shipping_fee_amount", "shipping_in_amount", "tax_amount", "net_amount"),
}  # fmt: skip


def stores_of(sample: FileSample) -> Any:
    return Store.objects.filter(
        agency=sample.agency_id,
        disabled_on__isnull=True,
        market__program_markets__program=sample.program_id,
    ).distinct()


def store_left(sample: FileSample) -> Store | None:
    """The store that was chosen when the page was left."""
    chosen = sample.draft.get("store")
    store: Store | None = (
        stores_of(sample).select_related("market").filter(pk=chosen).first() if chosen else None
    )
    return store


def first_form(sample: FileSample) -> BuilderForm:
    """The form as the sample proposes it, or as it was left."""
    draft = sample.draft.get("values")
    return form_of(sample, draft or sample.facts["values"], [] if draft else sample.facts["questions"])


def form_of(
    sample: FileSample,
    values: dict[str, Any],
    questions: list[dict[str, Any]],
    more_states: dict[str, str] | None = None,
) -> BuilderForm:
    headings = sample.facts["headings"]
    profile = sample.profile
    named_so = values.get("label") or (profile.name if profile else sample.file.name.rpartition(".")[0])
    initial = initial_of(values, headings, questions) | {
        "name": named_so,
        "store": sample.draft.get("store") or (profile.store_id if profile else None),
    }
    states = states_of(values, questions) | (more_states or {})
    return BuilderForm(
        initial=initial,
        measure=values["measure"],
        headings=headings,
        stores=stores_of(sample),
        states=states,
        questions=questions,
    )


def sent_form(sample: FileSample, data: Any) -> BuilderForm:
    """The form as it was sent; questions stand beside what they ask until it is answered."""
    return BuilderForm(
        data,
        measure=measure_of(sample),
        headings=sample.facts["headings"],
        stores=stores_of(sample),
        states=posted_states(data),
        questions=sample.facts["questions"],
    )


def measure_of(sample: FileSample) -> str:
    """What the sample's file tells: orders or payouts."""
    return str(sample.facts["values"]["measure"])


def unknown_states(found: dict[str, Any], values: dict[str, Any]) -> dict[str, str]:
    """States or kinds in the sample's rows of which nobody has said yet what they mean."""
    of = BY_MEASURE[values["measure"]]
    told, unknown = values.get(of.meanings_in, {}), UNKNOWN if of.measure == PAYOUTS else LOOK
    return {
        name: ""
        for text, meaning, _count in found["states"]
        if text and meaning == unknown and (name := named(text)) not in told
    }


def looked(
    sample: FileSample, values: dict[str, Any], store: Store | None, user: Any, *, keep: bool = True
) -> tuple[dict[str, Any] | None, str]:
    """How the values read the sample, or the sentence that says why they cannot."""
    try:
        return profiles.look(sample, values, store, by=cast(User, user), keep=keep), ""
    except (RuleBroken, FileRefused) as refused:
        return None, str(refused.sentence)


def page_context(sample: FileSample, user: Any) -> dict[str, Any]:
    """What the page says of the sample itself; its first rows as they stand in it."""
    facts = sample.facts
    left_out = [each["label"] for each in facts["headings"] if each["is_left_out"]]
    try:
        rows = profiles.raw(sample, by=cast(User, user))
    except (RuleBroken, FileRefused):
        rows = []
    places = [each["index"] for each in facts["headings"]]
    columns = [tables.Column(each["label"]) for each in facts["headings"]]
    return {
        "sample": sample,
        "is_gone": sample.file.removed_at is not None,
        "left_out": ", ".join(left_out),
        "kept_rows": facts["rows"],
        "is_cut": facts["is_cut"],
        "encoding": facts["encoding"].upper(),
        "known": facts.get("known", ""),
        "measure": dict(MEASURES).get(measure_of(sample), ""),
        "header_row": facts["header_row"],
        "raw": tables.table(
            _("The first rows as they stand in the file"),
            columns,
            [[row[place] if place < len(row) else "" for place in places] for row in rows],
        ),
    }


def preview_context(found: dict[str, Any], measure: str) -> dict[str, Any]:
    """The rows as they would be read, with the sums of the sample."""
    sums, names = SUMS[measure], _amounts(measure)
    shown = [name for name in sums if any(row[name] != "0" for row in found["first"]) or name == "net_amount"]
    is_paid = measure == PAYOUTS
    if is_paid:  # of so many parts most files have few
        names = _paid()
        sums = tuple(
            name
            for name in names
            if name == "net" or any(Decimal(parts[name]) for parts in found["totals"].values())
        )
    return {
        "found": found,
        "tz": "" if found["tz"] == FILE else found["tz"],
        "rows": tables.table(
            _("The first rows as they would be read"),
            *(_payouts(found["first"], shown) if is_paid else _sales(found["first"], shown)),
        ),
        "totals": tables.table(
            _("Sums of the sample, by currency"),
            [tables.Column(_("Currency")), *(tables.number(names[name]) for name in sums)],
            [
                [code, *(money(Decimal(parts[name]), code) for name in sums)]
                for code, parts in found["totals"].items()
            ],
        ),
        "counts": [
            {"label": _("Rows in the sample"), "value": amount(found["rows"])},
            {
                "label": _("Read as payouts") if is_paid else _("Read as sales"),
                "value": amount(found["lines"]),
            },
            {"label": _("Rejected"), "value": amount(found["rejected"])},
            {"label": _("First payout") if is_paid else _("First sale"), "value": _instant(found["from"])},
            {"label": _("Last payout") if is_paid else _("Last sale"), "value": _instant(found["until"])},
        ],
        "notes": [trial.sentence(code, parameters) for code, parameters in found["notes"]],
        "rejects": [
            {"row": row, "column": column, "value": value, "reason": trial.sentence(code, parameters)}
            for row, column, value, code, parameters in found["rejects"]
        ],
    }


def _instant(text: str) -> str:
    return seoul(dt.datetime.fromisoformat(text)) if text else "–"


Shown = tuple[list[tables.Column], list[list[Any]]]


def _sales(rows: list[dict[str, Any]], shown: list[str]) -> Shown:
    meanings, amounts, of_amounts = dict(BY_MEASURE[ORDERS].meanings), *_shown(rows, shown, ORDERS)
    columns = [
        tables.Column(_("Row")), tables.Column(_("Ordered at")), tables.Column(_("Order")), tables.Column(_("SKU")),
        tables.number(_("Units")), *amounts, tables.Column(_("State in the file")), tables.Column(_("Meaning")),
    ]  # fmt: skip
    return columns, [
        [
            row["row"],
            row["ordered_at"].replace("T", " "),
            row["order_reference"],
            row["sku"] or "–",
            row["units"],
            *cells,
            row["status_text"] or "–",
            meanings.get(row["status_class"], row["status_class"]),
        ]
        for row, cells in zip(rows, of_amounts, strict=True)
    ]


def _payouts(rows: list[dict[str, Any]], shown: list[str]) -> Shown:
    meanings, amounts, of_amounts = dict(BY_MEASURE[PAYOUTS].meanings), *_shown(rows, shown, PAYOUTS)
    columns = [
        tables.Column(_("Row")), tables.Column(_("Paid at")), tables.Column(_("Number")), tables.Column(_("Order")),
        *amounts, tables.Column(_("Kind in the file")), tables.Column(_("Meaning")),
    ]  # fmt: skip
    return columns, [
        [
            row["row"],
            row["released_at"].replace("T", " "),
            row["source_reference"] or "–",
            row["order_reference"] or "–",
            *cells,
            row["description"] or "–",
            meanings.get(row["description_class"], row["description_class"]),
        ]
        for row, cells in zip(rows, of_amounts, strict=True)
    ]


def _shown(rows: list[dict[str, Any]], shown: list[str], measure: str) -> Shown:
    """Columns of amounts with their cells: the currency stands above them where it is one, else in a column of its own."""
    names = _amounts(measure)
    of = "currency" if measure == PAYOUTS else "currency_id"
    codes = {row[of] for row in rows}
    unit = codes.pop() if len(codes) == 1 else ""
    columns = [tables.number(names[name], unit) for name in shown]
    cells: list[list[Any]] = [[_number(row[name], row[of]) for name in shown] for row in rows]
    if unit:
        return columns, cells
    return [*columns, tables.Column(_("Currency"))], [
        [*of_row, row[of]] for row, of_row in zip(rows, cells, strict=True)
    ]


def _number(text: str, currency: str) -> str:
    """With all the decimals that were read, of which a currency may have fewer."""
    read = Decimal(text)
    return number(read, max(minor_units(currency), -int(read.normalize().as_tuple().exponent)))


def _paid() -> dict[str, str]:
    """Sums of payouts, as the page of a file that was taken in has them."""
    return {
        "gross": _("Products"), "refunds": _("Refunds"), "fees": _("Fees and taxes"), "shipping_in": _("Shipping income"),
        "shipping_cost": _("Shipping cost"), "net": _("Total"), "withdrawn": _("Sent on to the bank, not counted"),
        "other": _("Of unknown kind, not counted"),
    }  # fmt: skip


def _amounts(measure: str) -> dict[str, str]:
    return {
        "gross_amount": _("Products"),
        "discount_amount": _("Seller's discount"),
        "refund_amount": _("Refunds"),
        "fee_amount": _("Fees"),
        "financing_fee_amount": _("Other fees"),
        "shipping_fee_amount": _("Shipping cost"),
        "tax_amount": _("Taxes"),
        "shipping_in_amount": _("Shipping income"),
        "shipping_cost_amount": _("Shipping cost"),
        "net_amount": _("Paid out") if measure == PAYOUTS else _("Total"),
    }
