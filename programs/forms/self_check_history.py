"""What a company is asked of its size, credit and insolvency marks and support received, and the facts that this makes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.models import CompanySize, FinancialMark, Support
from ground.templatetags.naru import day as day_text
from programs.domain.criteria.given import CoverFact, Facts, MarkFact, SizeFact, SupportFact
from programs.forms.intake import NO, YES, PlainNumberField
from programs.forms.self_check_asking import NUMBER, AskingForm, Section, day_field, period_text

ANSWERS = [("", _("I do not know")), (YES, _("Yes")), (NO, _("No"))]
ANOTHER = "-"
"""A body that does not count for the call."""


class HistoryForm(AskingForm):
    def ask_history(self) -> None:
        if self.needs.size:
            self._sizes()
        if self.needs.marks:
            self._marks()
        if self.needs.supports:
            self._supports()

    def _sizes(self) -> None:
        recorded = list(self.known.sizes) if self.known else []
        latest = max(
            recorded, key=lambda each: (each.valid_until or dt.date.min, each.stated_on), default=None
        )
        record = "; ".join(
            f"{CompanySize.Size(each.size).label}, {day_text(each.stated_on)} {each.name}".strip()
            for each in recorded
        )
        known = {"size": latest.size, "size_until": latest.valid_until} if latest else {}
        fields = {
            "size": forms.ChoiceField(
                label=_("Size of the company"),
                choices=[("", _("I do not know")), *CompanySize.Size.choices],
                help_text=_("As the SME confirmation or another certificate says."),
            ),
            "size_until": day_field(_("Last day of that certificate"), _("Leave empty if you have none.")),
        }
        self.add_section(Section("size", _("Size of the company"), record=record), fields, known)

    def _marks(self) -> None:
        fields, known, record = {}, {}, []
        for kind in self.needs.marks:
            fields[f"mark_{kind}"] = forms.ChoiceField(label=FinancialMark.Kind(kind).label, choices=ANSWERS)
            rows = [each for each in (self.known.marks if self.known else ()) if each.mark == kind]
            latest = max(rows, key=lambda each: each.stated_on, default=None)
            if latest:
                known[f"mark_{kind}"] = YES if latest.is_found else NO
                record.append(f"{FinancialMark.Kind(kind).label}, {day_text(latest.stated_on)}")
        self.add_section(
            Section(
                "marks",
                _("Credit and insolvency"),
                hint=_("Does one of these stand today? The agency looks it up."),
                record="; ".join(record),
            ),
            fields,
            known,
        )

    def _supports(self) -> None:
        fields: dict[str, forms.Field] = {}
        known: dict[str, Any] = {}
        rows = list(self.known.supports) if self.known else []
        for item, first in self.needs.supports.items():
            name, label = f"support_{item}", Support.Item(item).label
            fields[name] = forms.ChoiceField(
                label=_("Support for %(item)s since %(day)s") % {"item": label, "day": day_text(first)},
                choices=ANSWERS,
            )
            fields[f"{name}_on"] = day_field(_("Granted on (the latest)"))
            fields[f"{name}_money"] = forms.ChoiceField(
                label=_("From which money"), choices=[("", _("I do not know")), *Support.Money.choices]
            )
            if self.needs.support_bodies:
                named = [(each, each) for each in self.needs.support_bodies]
                fields[f"{name}_body"] = forms.ChoiceField(
                    label=_("From which body"),
                    choices=[("", _("I do not know")), *named, (ANOTHER, _("another one"))],
                )
            if self.needs.is_support_amount_asked:
                fields[f"{name}_amount"] = PlainNumberField(
                    label=_("All amounts together (KRW)"), max_digits=16, decimal_places=0, min_value=0,
                    error_messages=NUMBER,
                )  # fmt: skip
            told = [each for each in rows if each.source == "declared" and each.item == item]
            if told:
                last = max(told, key=lambda each: each.granted_on)
                known |= {
                    name: YES, f"{name}_on": last.granted_on, f"{name}_money": last.money, f"{name}_body": last.body,
                    f"{name}_amount": sum((each.amount or Decimal(0) for each in told), Decimal(0)),
                }  # fmt: skip
        record = "; ".join(f"{day_text(each.granted_on)} {each.body} {each.program}" for each in rows[-5:])
        covered = [each for each in (self.known.covers if self.known else ()) if not each.body]
        if covered:
            complete = _("declared complete for %(days)s") % {
                "days": period_text(covered[-1].from_on, covered[-1].until_on)
            }
            record = f"{record} ({complete})".strip()
        self.add_section(Section("support", _("Support received"), record=record), fields, known)

    def with_history(self, facts: dict[str, Any], known: Facts, stated: frozenset[str]) -> dict[str, Any]:
        """The facts with what was said here; what the agency itself recorded stays beside it."""
        sizes, marks = list(known.sizes), list(known.marks)
        supports, covers = list(known.supports), list(known.covers)
        if "size" in stated:
            size, until = self.cleaned_data["size"], self.cleaned_data["size_until"]
            state = "accepted" if until else "stated"
            sizes = [SizeFact(size, state, self.today, None, until)] if size else []
        if "marks" in stated:
            said = {kind: self.cleaned_data[f"mark_{kind}"] for kind in self.needs.marks}
            marks = [each for each in marks if each.is_recorded or each.mark not in said]
            marks += [MarkFact(kind, answer == YES, self.today) for kind, answer in said.items() if answer]
        if "support" in stated:
            supports = [each for each in supports if each.source != "declared"]
            covers = [each for each in covers if each.body]
            said_all = [self._said(item) for item in self.needs.supports]
            supports += [each for each in said_all if each]
            if all(
                each or self.cleaned_data[f"support_{item}"] == NO
                for item, each in zip(self.needs.supports, said_all, strict=True)
            ):
                covers.append(CoverFact("", min(self.needs.supports.values()), dt.date.max))
        return {**facts, "sizes": sizes, "marks": marks, "supports": supports, "covers": covers}

    def _said(self, item: str) -> SupportFact | None:
        """What was said about an item; nothing where a part is missing that a criterion counts by."""
        name, given = f"support_{item}", self.cleaned_data
        on, money = given[f"{name}_on"], given[f"{name}_money"]
        body, amount = given.get(f"{name}_body", ""), given.get(f"{name}_amount")
        is_body_missing = bool(self.needs.support_bodies) and not body
        if given[name] != YES or not on or not money or is_body_missing:
            return None
        return SupportFact(body, "", item, amount, money, on)
