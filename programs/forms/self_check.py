"""The few things that a company says to learn where it stands: what was typed → facts, all of it optional."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.models import YearlyFigure
from ground import ksic
from programs.domain.criteria.given import (
    AnswerFact,
    BanFact,
    Facts,
    FigureFact,
    IndustryFact,
    PaperFact,
    PlaceFact,
    ProductFact,
    StatusFact,
)
from programs.domain.criteria.relations_history import SIZE_OF_PAPER
from programs.domain.criteria.values import clearances_of
from programs.domain.intake_drafts import AnswerValue
from programs.forms.intake import NO, YES
from programs.forms.self_check_asking import DIGITS, INDUSTRIES, NONE
from programs.forms.self_check_history import HistoryForm
from programs.models import Criterion


class SelfCheckForm(HistoryForm):
    """What is typed, and what the register knows where nothing else was typed."""

    def clean_opened_on(self) -> dt.date | None:
        opened: dt.date | None = self.cleaned_data["opened_on"]
        if opened and opened > self.today:
            raise forms.ValidationError(_("This day lies in the future. Type the day on which you opened."))
        if opened and opened.year < 1900:
            raise forms.ValidationError(_("This day lies too far back. Check the year."))
        return opened

    def clean_hs_codes(self) -> list[str]:
        typed = re.split(r"[,;\n]", self.cleaned_data["hs_codes"])
        codes = [code for each in typed for code in _codes_of(each)]
        if any(not re.fullmatch(r"[0-9]{4,10}", each) for each in codes):
            raise forms.ValidationError(
                _("An HS code has 4 to 10 digits. Put commas between several, for example 330499, 200899.")
            )
        return codes

    def clean_banned_until(self) -> dt.date | None:
        until: dt.date | None = self.cleaned_data["banned_until"]
        if until and until < self.today and self.cleaned_data.get("banned") == YES:
            raise forms.ValidationError(_("This day has passed. If the ban is over, choose “No”."))
        return until

    def clean_categories(self) -> list[str]:
        ticked: list[str] = self.cleaned_data["categories"]
        if NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError(_("Choose categories, or “None of these”."))
        return ticked

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._clean_industries(cleaned)
        for kind in self.needs.papers:
            name = f"paper_{kind}"
            first, last = cleaned.get(f"{name}_from"), cleaned.get(f"{name}_until")
            if first and last and last < first:
                self.add_error(f"{name}_until", _("The last day lies before the first."))
            if cleaned.get(name) == NO and (first or last):
                self.add_error(
                    name, _("You say that you do not hold it, but days are typed. Mend one of the two.")
                )
        return cleaned

    @property
    def stated(self) -> frozenset[str]:
        """Keys of the sections that were stated here; what stands as the register knows it is not."""
        changed = set(self.changed_data)
        return frozenset(
            each.key for each in self.groups if self.known is None or changed.intersection(each.names)
        )

    def facts(self) -> Facts:
        """What the criteria are asked of: sections that were stated, and the register's rows for all others."""
        known, stated = self.known or Facts(), self.stated
        found: dict[str, Any] = {
            "opened_on": self.cleaned_data["opened_on"] if "opened" in stated else known.opened_on,
            "places": self._stated_places() if "places" in stated else known.places,
            "papers": self._stated_papers(known.papers, stated),
            "status": self._stated_status() if "status" in stated else known.status,
            "bans": self._stated_bans() if "ban" in stated else known.bans,
            "figures": self._stated_figures(known.figures, stated),
            "industries": self._stated_industries() if "industry" in stated else known.industries,
            "products": self._stated_products() if "products" in stated else known.products,
            "formers": known.formers,
            "answers": [
                _answer(question.code, value)
                for question in self.questions
                if (value := self.answers().get(question.pk)) is not None
            ],
        }
        return Facts(**self.with_history(found, known, stated))

    def _stated_places(self) -> list[PlaceFact]:
        return [
            PlaceFact(kind, code, f"{it.name_ko} {it.name_en}".strip(), "", self.today, None)
            for kind in self.needs.places
            if (code := self.cleaned_data[f"place_{kind}"]) and (it := self.provinces[code])
        ]

    def _stated_papers(self, known: Sequence[PaperFact], stated: frozenset[str]) -> list[PaperFact]:
        """What is stated counts as it would when accepted; without its last day it has still to be looked at."""
        found = [each for each in known if f"paper_{each.kind}" not in stated]
        for kind in self.needs.papers:
            name = f"paper_{kind}"
            first, last = self.cleaned_data[f"{name}_from"], self.cleaned_data[f"{name}_until"]
            if name in stated and (self.cleaned_data[name] == YES or last):
                found.append(PaperFact(kind, "accepted" if last else "unchecked", "", first, last, None))
        return found

    def _stated_status(self) -> StatusFact | None:
        given = self.cleaned_data["status"]
        return StatusFact(given, self.today) if given else None

    def _stated_bans(self) -> list[BanFact] | None:
        given, until = self.cleaned_data["banned"], self.cleaned_data["banned_until"]
        if given == YES and until:
            return [BanFact(self.today, until)]
        return [] if given == NO else None

    def _stated_figures(self, known: Sequence[FigureFact], stated: frozenset[str]) -> list[FigureFact]:
        found = [each for each in known if f"figures_{each.year}" not in stated]
        for year, kinds in self.needs.figures.items():
            values = {kind: self.cleaned_data[f"{kind}_{year}"] for kind in kinds}
            if f"figures_{year}" in stated and any(value is not None for value in values.values()):
                source = self.cleaned_data.get(f"proof_{year}") or YearlyFigure.Source.COMPANY.value
                found.append(FigureFact(year=year, source=source, **values))
        return found

    def _stated_industries(self) -> list[IndustryFact]:
        chosen = {
            (self.cleaned_data[name], self.cleaned_data[f"{name}{DIGITS}"]): name == INDUSTRIES[0]
            for name in reversed(INDUSTRIES)
        }
        return [
            IndustryFact(self.industries[key].code + digits, self.industries[key].revision, is_main)
            for (key, digits), is_main in chosen.items()
            if key
        ]

    def _clean_industries(self, cleaned: dict[str, Any]) -> None:
        for name in INDUSTRIES if self.needs.industries else ():
            digits = cleaned[f"{name}{DIGITS}"] = ksic.digits_of(cleaned.get(f"{name}{DIGITS}") or "")
            key = cleaned.get(name)
            if digits and not key:
                self.add_error(name, _("You typed digits. Choose the section that they belong to, too."))
            elif digits and key:
                listed = self.industries[key]
                if fault := ksic.digits_fault(listed.code, listed.revision, digits):
                    self.add_error(f"{name}{DIGITS}", str(fault))

    def _stated_products(self) -> list[ProductFact]:
        """One for each thing said. What was asked and left open stays unknown, so that nothing is taken for a no."""
        ticked = self.cleaned_data.get("categories", [])
        codes = self.cleaned_data.get("hs_codes", [])
        open_category = None if self.needs.categories and not ticked else ""
        open_code = None if self.needs.hs and not codes else ""
        return [
            *(ProductFact("", "" if each == NONE else each, open_code) for each in ticked),
            *(ProductFact("", open_category, each) for each in codes),
        ]


def _codes_of(typed: str) -> list[str]:
    """Without dots and hyphens. Blanks part codes when each part is long enough for one, else they lie within a code;
    `3304.99 1000` is one of ten digits."""
    typed = re.sub(r"(?<!\d)(\d{4}[.\-]\d{2})\s+(\d{4})(?![\d.\-])", r"\1\2", typed)
    parts = re.sub(r"[.\-]", "", typed).split()
    if all(len(each) >= 4 for each in parts):
        return parts
    return ["".join(parts)]


def section_of(criterion: Criterion, as_of: dt.date) -> list[str]:
    """Keys of the sections that a criterion reads on the day that counts."""
    Kind = Criterion.Kind
    values = criterion.values if isinstance(criterion.values, dict) else {}
    match Kind(criterion.kind):
        case Kind.CERTIFICATE:
            return [f"paper_{values.get('kind')}"]
        case Kind.TAX:
            return [f"paper_{kind}" for kind in clearances_of(values)]
        case Kind.SIZE:
            return ["size", *(f"paper_{kind}" for kind in SIZE_OF_PAPER)]
        case Kind.SALES | Kind.EXPORTS | Kind.EMPLOYEES:
            return [f"figures_{as_of.year - 1}"]
    return {
        Kind.AGE: ["opened"], Kind.PROVINCE: ["places"], Kind.STATUS: ["status"], Kind.NOT_BANNED: ["ban"],
        Kind.INDUSTRY: ["industry"], Kind.PRODUCT: ["products"], Kind.ANSWER: ["answers"],
        Kind.MARKS: ["marks"], Kind.SUPPORT: ["support"],
    }.get(Kind(criterion.kind), [])  # fmt: skip


def _answer(code: str, value: AnswerValue) -> AnswerFact:
    figure = value.number if value.number is not None else value.amount
    return AnswerFact(code, value.text, figure, value.day, value.is_yes, value.codes)
