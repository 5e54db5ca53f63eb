"""A mapping proposed for a file of payouts that nobody knows: what a platform or provider released, row by row.

As for sales (`proposal`), what the first rows prove is filled in and what they leave open is asked: which of several days,
whether an amount is before costs or after them, how costs are written, what each kind of movement is and whether it takes away, and whether the parts
of a row must add up to what was paid.
"""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence, Set
from typing import Any

from reports.files import cells
from reports.files.cells import Cell, CellProblem
from reports.files.mapping import vocabulary
from reports.files.mapping.amounts import amount_text, scaled
from reports.files.mapping.model import (
    AMOUNTS,
    PAYOUT_CLASSES,
    PAYOUTS,
    ROW,
    TURNED,
    bare,
    is_single,
    named,
)
from reports.files.mapping.movements import PARTS
from reports.files.mapping.personal import MOST_TEXTS
from reports.files.mapping.proposal import Proposal, Question, Sampled
from reports.files.sentences import say

COSTS = (
    "discount_amount", "refund_amount", "fee_amount", "financing_fee_amount", "shipping_fee_amount", "tax_amount",
    "net_debit_amount",
)  # fmt: skip
ADDED = tuple(name for name in PARTS[PAYOUTS] if name not in {"net_amount", "coupon_amount"})
BOTH_SIDES = ("net_credit_amount", "net_debit_amount")
KEY = ("source_reference", "order_reference", "item_reference", "description")
GROUPED = ("point-grouped", "comma-grouped")
NONE_TURNED = "-"
"""The answer that no kind takes away without a minus."""
UNKNOWN = "other"
"""What a movement is whose kind nobody has said: it is in no total and waits for a person."""


def propose(rows: Sequence[Sequence[Cell]], code: str = "own-file", label: str = "") -> Proposal:
    """A proposal for a file of payouts of which these are the first rows. Refused: `no_header` when no row looks like
    headings."""
    sample = _Payouts(rows)
    columns, questions = sample.columns()
    amounts = [name for name in AMOUNTS[PAYOUTS] if name in sample.at]
    numbers, more = sample.numbers(amounts)
    dates, zone, asked = sample.dates()
    forms = GROUPED if more else (numbers,)
    kinds, movements = sample.meanings("description", sample.known(forms), PAYOUT_CLASSES, "kind")
    key, unclear = sample.key()
    currency, money = sample.currency(amounts)
    questions += [*more, *asked, *movements, *sample.unsigned(kinds, forms), *unclear, *money]
    if "description" not in sample.at:
        questions.append(Question("kind", say("ask_kind"), PAYOUT_CLASSES))
    for column in columns:
        if column["into"] in COSTS:
            column["is_cost"], sign = sample.sign(str(column["into"]), numbers)
            questions += sign
    checks, unproved = sample.checks(columns, forms)
    values = {
        "code": code,
        "label": label,
        "measure": PAYOUTS,
        "signature": sample.signature(),
        "columns": columns,
        "key": key,
        "numbers": numbers,
        "dates": dates,
        "zone": zone,
        "currency": currency,
        "kinds": kinds,
        "kind_by": ["description"] if "description" in sample.at else [],
        "unknown_kind": UNKNOWN if "description" in sample.at else "",
        "turned": [],
        "checks": checks,
        "personal": [named(heading.label) for heading in sample.personal],
    }
    return sample.proposal(values, [*questions, *unproved])


def added(read: Set[str]) -> list[str]:
    """What must add up to what was paid, where the file says both, and the products' amount beside its costs."""
    is_told = not read.isdisjoint({"net_amount", *BOTH_SIDES}) and "gross_amount" in read
    return [name for name in ADDED if name in read] if is_told else []


class _Payouts(Sampled):
    def __init__(self, rows: Sequence[Sequence[Cell]]) -> None:
        super().__init__(rows, PAYOUTS)
        self._choose_total()
        self._check_kinds()

    def _choose_total(self) -> None:
        """What was paid stands once: as one amount, or as a credit and a debit. An “amount” of which no heading says more is what was
        paid where nothing stands beside it."""
        if "net_amount" in self.at:
            for name in BOTH_SIDES:
                if name in self.at:
                    self.free.append(self.at.pop(name))
                    del self.meant[name]
        unsaid = [heading for heading in self.free if bare(heading.name) in vocabulary.totals()]
        if len(unsaid) == 1 and not any(name in self.at for name in AMOUNTS[PAYOUTS]):
            self.at["net_amount"] = unsaid[0]
            self.free.remove(unsaid[0])

    def _check_kinds(self) -> None:
        """A column of ever new texts tells no kinds: people write there what they like, and it is no part of the sample."""
        unknown = {named(text) for text in self.texts("description")} - vocabulary.kinds().keys()
        if len(unknown) > MOST_TEXTS:
            self.unfit = self.meant.pop("description")
            self.free.append(self.at.pop("description"))

    def columns(self) -> tuple[list[dict[str, Any]], list[Question]]:
        """Asked, too, where no heading says what was paid, unless it follows from its parts."""
        found, questions = super().columns()
        is_told = any(name in self.at for name in ("net_amount", *BOTH_SIDES))
        unsaid = [heading for heading in self.free if bare(heading.name) in vocabulary.totals()]
        if not is_told and (unsaid or "gross_amount" not in self.at):
            questions.append(self.ask_column("net_amount"))
        return found, questions

    def known(self, forms: Sequence[str]) -> dict[str, str]:
        """Kinds by their text. A word for a transfer to the bank is asked where such a row brings money or names an order: it may be
        an order's money."""
        brought = set()
        for row in self.rows:
            if self._is_named(row, "order_reference") or self._paid(row, forms) > 0:
                brought.add(named(self._shown(row, "description")))
        words = vocabulary.kinds().items()
        return {text: kind for text, kind in words if kind != "payout" or text not in brought}

    def unsigned(self, kinds: Dict[str, str], forms: Sequence[str]) -> list[Question]:
        """Asked of kinds that take away where the file has one amount and writes none of theirs with a minus."""
        if not is_single(self.at):
            return []
        amounts: dict[str, list[int]] = {}
        texts: dict[str, str] = {}
        for row in self.rows:
            text = self._shown(row, "description")
            kind = kinds.get(named(text), "")
            if kind in TURNED and (paid := self._paid(row, forms)):
                amounts.setdefault(kind, []).append(paid)
                texts.setdefault(kind, text)
        found = [kind for kind in TURNED if kind in amounts and min(amounts[kind]) > 0]
        if not found:
            return []
        sentence = say("ask_turned", kinds=", ".join(f"“{texts[kind]}”" for kind in found))
        return [Question("turned", sentence, (",".join(found), NONE_TURNED))]

    def _paid(self, row: Sequence[Cell], forms: Sequence[str]) -> int:
        """What the row says was paid, in the first of the forms that it can be read in; 0 in none."""
        total = "net_amount" if "net_amount" in self.at else "gross_amount"
        for form in forms:
            try:
                paid, more, less = (self._amount(row, name, form) for name in (total, *BOTH_SIDES))
            except CellProblem:
                continue
            return paid + more - abs(less)
        return 0

    def _shown(self, row: Sequence[Cell], name: str) -> str:
        heading = self.at.get(name)
        return "" if heading is None or heading.index >= len(row) else cells.shown(row[heading.index])

    def _is_named(self, row: Sequence[Cell], name: str) -> bool:
        return bool(self._shown(row, name).strip())

    def key(self) -> tuple[list[str], list[Question]]:
        """What tells movements apart: their numbers and their kind, unless the sample shows that these do not. Rows that are alike
        are one movement told twice only where each movement has a number of its own; else they may be two, such as two fees."""
        chosen = [name for name in KEY if name in self.at]
        numbered = [name for name in chosen if name != "description"]
        dated = [*chosen, self.moment] if self.moment in self.at else chosen
        found = {tuple(map(cells.shown, row)) for row in self.rows}
        is_own = "source_reference" in self.at and self._tells(["source_reference"], len(found))
        kept = len(found) if is_own else len(self.rows)
        if numbered and self._tells(chosen, kept):
            return chosen, []
        choices = [",".join(names) for names in (chosen, dated, [*chosen, ROW]) if names]
        if not numbered:
            return dated, [Question("key", say("ask_key_of_none"), tuple(dict.fromkeys(choices[-2:])))]
        count = kept - len({self._key(chosen, row) for row in self.rows})
        return chosen, [
            Question("key", say("ask_key_of_payouts", count=count), tuple(dict.fromkeys(choices)))
        ]

    def _tells(self, names: list[str], kept: int) -> bool:
        return len({self._key(names, row) for row in self.rows}) == kept

    def _key(self, names: list[str], row: Sequence[Cell]) -> tuple[str, ...]:
        places = [self.at[name].index for name in names]
        return tuple(cells.shown(row[place]) if place < len(row) else "" for place in places)

    def checks(
        self, columns: Sequence[dict[str, Any]], forms: Sequence[str]
    ) -> tuple[list[dict[str, Any]], list[Question]]:
        """That the parts of a row add up to what was paid, strictly where they do in each row of the sample, in one of the forms in
        which its amounts may be written; else it is asked. Without the products' amount there is nothing to add up: it follows from
        the others."""
        parts = added(self.at.keys())
        if not parts:
            return [], []
        turned = {str(column["into"]): bool(column["is_cost"]) for column in columns}
        found = (self._differing(parts, turned, form) for form in forms)
        differing, _unread = min(found, key=lambda each: (len(each[0]), each[1]))
        check = {"total": "net_amount", "parts": parts, "scope": "row", "if_stated": True}
        if not differing:
            return [check], []
        whole, total = differing[0]
        sentence = say("ask_parts", count=len(differing), sum=amount_text(whole), total=amount_text(total))
        return [check], [Question("parts", sentence, ("row", "note"))]

    def _differing(
        self, parts: list[str], turned: dict[str, bool], numbers: str
    ) -> tuple[list[tuple[int, int]], int]:
        """Of rows that do not add up what the parts come to, and what was paid, but for rows without parts, as a transfer to the bank
        is one; and how many rows are not written in this form."""
        found, unread = [], 0
        for row in self.rows:
            try:
                read = {
                    name: self._amount(row, name, numbers) for name in (*parts, "net_amount", *BOTH_SIDES)
                }
            except CellProblem:
                unread += 1
                continue
            read = {name: -value if turned.get(name) else value for name, value in read.items()}
            total = read["net_amount"] + read[BOTH_SIDES[0]] - read[BOTH_SIDES[1]]
            is_told = any(read[name] for name in parts)
            if total != (whole := sum(read[name] for name in parts)) and is_told:
                found.append((whole, total))
        return found, unread

    def _amount(self, row: Sequence[Cell], name: str, numbers: str) -> int:
        if name not in self.at or self.at[name].index >= len(row):
            return 0
        return scaled(row[self.at[name].index], "point-grouped" if numbers == "told" else numbers)
