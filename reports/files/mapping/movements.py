"""Rows into payout lines and customs lines: with every sum that the file vouches for, and so more slowly than sales."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from reports.files.cells import Cell
from reports.files.lines import CustomsLine, FileRefused, PayoutLine
from reports.files.mapping.account import Tally
from reports.files.mapping.amounts import amount
from reports.files.mapping.model import AMOUNTS, CUSTOMS, PAYOUTS, REFERENCES, named
from reports.files.mapping.plan import Plan, Values, grouped, is_blank
from reports.files.mapping.sales import fit
from reports.files.sentences import say

PARTS = {
    PAYOUTS: ("gross_amount", "discount_amount", "refund_amount", "fee_amount", "financing_fee_amount",
              "shipping_fee_amount", "shipping_in_amount", "tax_amount", "coupon_amount", "net_amount"),
    CUSTOMS: ("fob_usd_amount",),
}  # fmt: skip
BOTH = ("freight_usd_amount", "insurance_usd_amount")
HOLDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("", "FOB", "FCA", "FAS", "EXW"), ()),
    **dict.fromkeys(("CFR", "CPT"), BOTH[:1]),
    **dict.fromkeys(("CIF", "CIP", "DAP", "DPU", "DDP"), BOTH),
}
"""What an amount under these terms (Incoterms 2020) holds beside FOB."""
PROOFS = {
    named(text): code
    for code, texts in {
        "declaration": ("", "수출신고", "수출신고필증", "declaration", "export declaration"),
        "manifest": ("목록통관", "manifest", "manifest clearance"),
        "confirmation": ("구매확인서", "confirmation", "purchase confirmation"),
        "local_lc": ("내국신용장", "local l/c", "local lc"),
    }.items()
    for text in texts
}
PAYOUT_FIELDS = frozenset(each.name for each in fields(PayoutLine))


class Movements:
    """One pass over the rows of a file of payouts or of the customs."""

    def __init__(self, plan: Plan, tally: Tally) -> None:
        self.plan = plan
        self.tally = tally
        self.measure = plan.mapping.measure
        self.parts = PARTS[self.measure]
        self.is_two_sided = not {"net_credit_amount", "net_debit_amount"}.isdisjoint(plan.read)
        self.row_checks = [check for check in plan.mapping.checks if check.scope == "row"]
        self.notes = [check for check in plan.mapping.checks if check.scope == "note"]
        self.differing: list[tuple[int, int, int]] = []
        self.file_checks = [check for check in plan.mapping.checks if check.scope == "file"]
        self.stated: dict[tuple[str, str], tuple[int, int]] = {}
        self.added: dict[tuple[str, str], int] = {}

    def facts(self, rows: Iterable[list[Cell]], first_row: int) -> Iterator[PayoutLine | CustomsLine]:
        """The lines of `rows`, the first of which is row `first_row`."""
        plan, tally = self.plan, self.tally
        account = tally.account
        for number, row in enumerate(rows, start=first_row):
            fitted = fit(row, plan.width)
            if fitted is None:
                if any(not is_blank(cell) for cell in row):
                    account.rows += 1
                    sentence = say("row_width", cells=len(row), columns=plan.width)
                    tally.reject(number, [("", "", sentence)])
                continue
            if plan.is_empty(fitted):
                continue
            account.rows += 1
            found = plan.values(number, fitted)
            self._net(found)
            if self.file_checks:
                self._note_sums(found)
            if found.found["kind"] == "" and found.amount(self.parts[-1]):  # money is never left out
                label = plan.label(plan.mapping.kind_by[0])
                found.problems.append((label, "", say("unknown_record")))
            if found.found["kind"] == "" and not found.problems:
                account.skipped += 1
                continue
            if found.problems:
                tally.reject(number, found.problems)
                continue
            line = self.payout(found) if self.measure == PAYOUTS else self.customs(found)
            self._note_parts(found)
            self._count(found, line)
            yield line
        self._compare()

    def _net(self, found: Values) -> None:
        """Credit and debit, net and gross: what the file leaves out follows from what it has."""
        if self.measure != PAYOUTS:
            self._to_fob(found)
            return
        values = found.found
        if values["kind"] in self.plan.mapping.turned:
            for name in {"gross_amount", "net_amount"} & self.plan.read.keys():
                values[name] = -found.amount(name)
        others = [name for name in self.parts if name not in {"gross_amount", "net_amount", "coupon_amount"}]
        if "net_amount" not in self.plan.read:
            if self.is_two_sided:
                values["net_amount"] = found.amount("net_credit_amount") - found.amount("net_debit_amount")
                for check in self.row_checks if not found.problems else ():
                    self.plan.add_up(found, check)
            else:
                values["net_amount"] = sum(found.amount(name) for name in ("gross_amount", *others))
        if "gross_amount" not in self.plan.read:
            costs = sum(found.amount(name) for name in others)
            values["gross_amount"] = found.amount("net_amount") - costs

    def _to_fob(self, found: Values) -> None:
        """What stands under other terms than FOB loses the freight and insurance that the row states, never estimated ones."""
        terms = found.text("terms").upper()[:3]
        if terms not in HOLDS:
            found.problems.append((self.plan.label("terms"), found.text("terms"), say("terms_unknown")))
            return
        for name in HOLDS[terms]:
            if is_blank(found.raw.get(name)):
                found.problems.append((self.plan.label("terms"), terms, say("cif_parts", terms=terms)))
                return
            found.found["fob_usd_amount"] = found.amount("fob_usd_amount") - found.amount(name)
        if found.amount("fob_usd_amount") < 0:
            found.problems.append((self.plan.label("fob_usd_amount"), "", say("fob_negative")))
        if named(found.text("proof")) not in PROOFS:
            found.problems.append((self.plan.label("proof"), found.text("proof"), say("proof_unknown")))

    def _note_sums(self, found: Values) -> None:
        unread = {label for label, _value, _sentence in found.problems}
        for check in self.file_checks:
            group = check.total, found.text(check.group)
            if not is_blank(found.raw.get(check.total)) and self.plan.label(check.total) not in unread:
                total = found.amount(check.total)
                if self.stated.setdefault(group, (found.row, total))[1] != total:
                    raise FileRefused("pasted_together", row=found.row)
            self.added[group] = self.added.get(group, 0) + sum(found.amount(part) for part in check.parts)

    def _note_parts(self, found: Values) -> None:
        for check in self.notes:
            total, whole = found.amount(check.total), sum(found.amount(part) for part in check.parts)
            is_told = not check.if_stated or any(found.amount(part) for part in check.parts)
            if total != whole and is_told:
                self.differing.append((found.row, whole, total))

    def _compare(self) -> None:
        """`FileRefused` when the rows do not add up to what the file states; unless some of them could not be read."""
        if self.differing:
            row, whole, total = self.differing[0]
            sentence = say(
                "note_parts", count=len(self.differing), row=row, sum=grouped(whole), total=grouped(total)
            )
            self.tally.account.notes.append(sentence)
        if not self.file_checks:
            return
        if self.tally.account.rejected_rows:
            self.tally.account.notes.append(say("note_totals_unchecked"))
            return
        for group, (row, total) in self.stated.items():
            added = self.added.get(group, 0)
            if added != total:
                raise FileRefused("file_total", row=row, total=grouped(total), sum=grouped(added))
        if set(self.added) - set(self.stated):
            self.tally.account.notes.append(say("note_no_totals"))

    def _count(self, found: Values, line: PayoutLine | CustomsLine) -> None:
        tally = self.tally
        tally.account.lines += 1
        sums = tally.sum_of("USD" if isinstance(line, CustomsLine) else line.currency)
        for place, name in enumerate(self.parts):
            sums[place] += found.amount(name)
        moment = found.moment("released_at") or found.moment("accepted_on")
        if moment is not None:
            tally.seen(moment.seconds)
            tally.uncertain += moment.is_uncertain
        values: dict[str, Any] = {
            name: value for name, value in found.found.items() if value.__hash__ is not None
        }
        whole = hash((line.line_key, *sorted((name, str(value)) for name, value in values.items())))
        if tally.repeats is not None:
            tally.repeats.extend([whole])

    def payout(self, found: Values) -> PayoutLine:
        net = found.amount("net_amount")
        amounts = {name: amount(found.amount(name)) for name in AMOUNTS[PAYOUTS] if name in PAYOUT_FIELDS}
        if not self.is_two_sided:
            amounts |= {"net_credit_amount": amount(max(net, 0)), "net_debit_amount": amount(max(-net, 0))}
        if "balance_amount" not in self.plan.read:
            del amounts["balance_amount"]
        references = {name: found.text(name) for name in REFERENCES[PAYOUTS]}
        approved = found.moment("approved_at")
        released = found.moment("released_at")
        assert released is not None
        return PayoutLine(
            row=found.row,
            line_key=self.plan.key(found),
            record_type=found.text("record_type"),
            description=found.text("description"),
            description_class=found.text("kind"),
            released_at=dt.datetime.fromisoformat(released.text),
            approved_at=dt.datetime.fromisoformat(approved.text) if approved else None,
            currency=found.text("currency"),
            balance_amount=amounts.pop("balance_amount", None),
            **references,  # type: ignore[arg-type]
            **amounts,  # type: ignore[arg-type]
        )

    def customs(self, found: Values) -> CustomsLine:
        day = found.moment("accepted_on")
        assert day is not None
        has_amount = not is_blank(found.raw.get("currency_amount", ""))
        return CustomsLine(
            row=found.row,
            line_key=self.plan.key(found),
            declaration_number=found.text("declaration_number"),
            line_number=found.text("line_number"),
            accepted_on=day.text[:10],
            business_number=found.text("business_number").replace("-", ""),
            hs_code=found.text("hs_code").replace(".", "").replace("-", ""),
            fob_usd_amount=amount(found.amount("fob_usd_amount")),
            currency=found.text("currency"),
            currency_amount=amount(found.amount("currency_amount")) if has_amount else None,
            export_kind=found.text("kind"),
            destination=found.text("destination"),
            transaction_type=found.text("transaction_type"),
            proof=PROOFS[named(found.text("proof"))],
            issuer=found.text("issuer"),
        )
