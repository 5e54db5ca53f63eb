"""What a company is asked to learn where it stands: only what the call's criteria need, with what the register knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import F, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from companies.forms import day_input, digits_field, industry_with_revision, province_with_period
from companies.models import Certificate, Place, StatusCheck, YearlyFigure
from ground.models import Industry, Province
from ground.templatetags.naru import day as day_text
from programs.domain.criteria.given import Facts, PlaceFact
from programs.domain.criteria.needs import Needs
from programs.domain.eligibility_reasons import place_name
from programs.forms.intake import NO, YES, PlainNumberField
from programs.forms.intake_answers import QuestionsForm
from programs.models import Question

NONE = "-"
INDUSTRIES = ("industry_main", "industry_2", "industry_3")
DIGITS = "_digits"
UNITS = {"sales": _("KRW"), "exports": _("USD"), "employees": _("people")}
NUMBER = {"invalid": _("Type a number in digits, for example 1,200,000.")}
_FIGURES = {
    "sales": _("Sales, %(year)s"),
    "exports": _("Exports, %(year)s"),
    "employees": _("Employees, %(year)s"),
}


@dataclass
class Section:
    """A group of fields that stand for one kind of fact; `key` is what `SelfCheckForm.stated` names."""

    key: str
    title: StrOrPromise
    names: list[str] = field(default_factory=list)
    hint: StrOrPromise = ""
    record: str = ""
    """What the company record says, with its days."""


class AskingForm(QuestionsForm):
    """Its fields in sections, with what the register knows as their first values. `known` is None for a visitor."""

    use_required_attribute = False

    def __init__(
        self,
        needs: Needs,
        questions: Iterable[Question],
        *args: Any,
        known: Facts | None,
        today: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(questions, *args, every=(), **kwargs)
        asked, self.fields = self.fields, {}
        self.needs, self.known, self.today = needs, known, today
        self.groups: list[Section] = []
        if needs.opened_on:
            self._opened()
        self._places()
        if needs.industries:
            self._industries()
        for year in sorted(needs.figures):
            self._figures(year)
        for kind in needs.papers:
            self._paper(kind)
        if needs.categories or needs.hs:
            self._products()
        if needs.status:
            self._status()
        if needs.bans:
            self._bans()
        self.ask_history()
        if asked:
            self.add_section(Section("answers", _("Answers in the form")), asked)
        for each in self.fields.values():
            each.required = False

    # what is asked -------------------------------------------------------------------------------------------------

    def add_section(
        self, section: Section, fields: Mapping[str, forms.Field], known: Mapping[str, Any] | None = None
    ) -> None:
        section.names = list(fields)
        self.fields.update(fields)
        self.groups.append(section)
        for name, value in (known or {}).items():
            self.initial.setdefault(name, value)

    def ask_history(self) -> None:
        """Sizes, marks and support (`self_check_history`)."""

    def _opened(self) -> None:
        on = self.known.opened_on if self.known else None
        self.add_section(
            Section("opened", _("Opening"), hint=self._of_former(), record=day_text(on) if on else ""),
            {
                "opened_on": day_field(
                    _("Opening day"), _("As it stands on the business registration certificate (개업연월일).")
                )
            },
            {"opened_on": on},
        )

    def _of_former(self) -> StrOrPromise:
        """The register knows who took whose place; a visitor says so itself."""
        if self.known is not None:
            return ""
        hints: list[StrOrPromise] = []
        if self.needs.is_former_counted:
            hints.append(
                _(
                    "If a sole trader became this corporation, what it had counts: name its opening day, and add its figures."
                )
            )
        if self.needs.is_absorbed_counted:
            hints.append(
                _(
                    "If a company merged into this one, what it had counts: name the earliest opening day, and add its figures."
                )
            )
        return " ".join(map(str, hints))

    def _places(self) -> None:
        if not self.needs.places:
            return
        provinces = list(Province.objects.order_by(F("valid_to").desc(nulls_first=True), "code"))
        choices = [
            ("", _("I do not know")),
            *((each.code, province_with_period(each)) for each in provinces),  # type: ignore[arg-type]
        ]
        self.provinces = {each.code: each for each in provinces}
        fields: dict[str, forms.Field] = {}
        known: dict[str, Any] = {}
        for kind in self.needs.places:
            label = _("Province of the %(place)s") % {"place": Place.Kind(kind).label}
            fields[f"place_{kind}"] = forms.ChoiceField(label=label, choices=choices)
            known[f"place_{kind}"] = next((each.province for each in self._held(kind)), "")
        record = ", ".join(
            f"{place_name(each.province_name)}, {period_text(each.from_on, each.until_on)}"
            for kind in self.needs.places
            for each in self._held(kind)
        )
        self.add_section(Section("places", _("Location"), record=record), fields, known)

    def _held(self, kind: str) -> list[PlaceFact]:
        """The record's places of that kind that are held today, or will be, the first first."""
        places = self.known.places if self.known else ()
        held = [
            each
            for each in places
            if each.kind == kind and (each.until_on is None or each.until_on >= self.today)
        ]
        return sorted(held, key=lambda each: each.from_on)

    def _industries(self) -> None:
        facts = self.known.industries if self.known else ()
        whole = {f"{each.revision}:{each.code}" for each in facts}
        in_use = Q(disabled_on__isnull=True) | Q(disabled_on__gt=self.today)
        self.industries = {
            each.pk: each
            for each in Industry.objects.filter(
                (in_use & Q(revision__in=self.needs.industries))
                | Q(pk__in=[*whole, *(f"{each.revision}:{each.code[:1]}" for each in facts)])
            ).order_by("-revision", "code")
        }
        recorded = [
            (f"{each.revision}:{each.code}", "")
            if f"{each.revision}:{each.code}" in self.industries
            else (f"{each.revision}:{each.code[:1]}", each.code[1:])
            for each in facts
        ]
        choices = [
            ("", _("I do not know")),
            *((key, industry_with_revision(each)) for key, each in self.industries.items()),
        ]
        labels = (_("Main industry"), _("Another industry"), _("One more industry"))
        fields: dict[str, forms.Field] = {}
        known: dict[str, str] = {}
        for name, label in zip(INDUSTRIES, labels, strict=True):
            fields[name] = forms.ChoiceField(label=label, choices=choices)
            digits = format_lazy("{}: {}", label, _("digits after the letter"))
            fields[f"{name}{DIGITS}"] = digits_field(
                digits, _("Two to five, as on your certificate. Leave it empty if you do not know.")
            )
        for name, (key, behind) in zip(INDUSTRIES, recorded, strict=False):
            known |= {name: key, f"{name}{DIGITS}": behind}
        self.add_section(
            Section(
                "industry",
                _("Industry"),
                hint=_("Name every industry of your business registration: one that is excluded counts."),
                record=", ".join(
                    self.industries[key].with_digits(behind)
                    for key, behind in recorded
                    if key in self.industries
                ),
            ),
            fields,
            known,
        )

    def _figures(self, year: int) -> None:
        recorded = next(
            (each for each in (self.known.figures if self.known else ()) if each.year == year), None
        )
        fields: dict[str, forms.Field] = {}
        known: dict[str, Any] = {}
        for kind in self.needs.figures[year]:
            label = _FIGURES[kind] % {"year": year}
            places = 2 if kind == "exports" else 0
            fields[f"{kind}_{year}"] = PlainNumberField(
                label=label, max_digits=18, decimal_places=places, min_value=0, error_messages=NUMBER
            )
            known[f"{kind}_{year}"] = getattr(recorded, kind) if recorded else None
        if self.needs.is_proof_asked:
            fields[f"proof_{year}"] = forms.ChoiceField(
                label=_("Proven by"), choices=[("", _("I do not know")), *YearlyFigure.Source.choices]
            )
            known[f"proof_{year}"] = recorded.source if recorded else ""
        record = ""
        if recorded:
            record = str(YearlyFigure.Source(recorded.source).label)
            if recorded.is_estimated:
                record += " · " + str(_("December estimated"))
        self.add_section(
            Section(
                f"figures_{year}",
                _("Figures of %(year)s") % {"year": year},
                hint=format_lazy("{} {}", _("An empty figure is not a zero."), self._of_former()),
                record=record,
            ),
            fields,
            known,
        )

    def _paper(self, kind: str) -> None:
        recorded = [each for each in (self.known.papers if self.known else ()) if each.kind == kind]
        best = max(recorded, key=lambda each: each.valid_until or dt.date.max, default=None)
        name = f"paper_{kind}"
        fields = {
            name: forms.ChoiceField(
                label=_("Do you hold it?"), choices=[("", _("I do not know")), (YES, _("Yes")), (NO, _("No"))]
            ),
            f"{name}_from": day_field(_("Valid from"), _("Leave empty if it is valid already.")),
            f"{name}_until": day_field(_("Valid until"), _("The last day it is valid on.")),
        }
        known: dict[str, Any] = {}
        if best:
            known = {name: YES, f"{name}_from": best.valid_from, f"{name}_until": best.valid_until}
        record = "; ".join(
            f"{each.name} {period_text(each.valid_from, each.valid_until)}, {Certificate.State(each.state).label}".strip()
            for each in recorded
        )
        title = str(Certificate.Kind(kind).label)
        self.add_section(Section(name, title[:1].upper() + title[1:], record=record), fields, known)

    def _products(self) -> None:
        recorded = self.known.products if self.known else ()
        fields: dict[str, forms.Field] = {}
        known: dict[str, Any] = {}
        if self.needs.categories:
            fields["categories"] = forms.MultipleChoiceField(
                label=_("Categories of your products"),
                choices=[*((each, each) for each in self.needs.categories), (NONE, _("None of these"))],
                widget=forms.CheckboxSelectMultiple,
            )
            ticked = [each for each in self.needs.categories if each in {it.category for it in recorded}]
            known["categories"] = ticked or ([NONE] if recorded else [])
        if self.needs.hs:
            fields["hs_codes"] = forms.CharField(
                label=_("HS codes of your products"),
                help_text=_(
                    "4 to 10 digits each, several with commas between them, for example 330499, 2008.99."
                ),
            )
            known["hs_codes"] = ", ".join(dict.fromkeys(it.hs_code for it in recorded if it.hs_code))
        record = ", ".join(it.code for it in recorded[:5])
        self.add_section(Section("products", _("Products"), record=record), fields, known)

    def _status(self) -> None:
        recorded = self.known.status if self.known else None
        choices = [("", _("I do not know")), *StatusCheck.Status.choices[:4]]
        known = (
            recorded.status if recorded and recorded.status != StatusCheck.Status.NOT_CHECKED.value else ""
        )
        self.add_section(
            Section(
                "status",
                _("State of the business"),
                record=_("answer of the tax office of %(day)s") % {"day": day_text(recorded.checked_on)}
                if recorded and known
                else "",
            ),
            {"status": forms.ChoiceField(label=_("How the tax office sees the business"), choices=choices)},
            {"status": known},
        )

    def _bans(self) -> None:
        known: dict[str, Any] = {}
        record = ""
        if self.known is not None and self.known.bans is not None:
            standing = [each for each in self.known.bans if each.until_on >= self.today]
            known = {"banned": YES if standing else NO}
            if standing:
                known["banned_until"] = max(each.until_on for each in standing)
            record = "; ".join(period_text(each.from_on, each.until_on) for each in standing)
        self.add_section(
            Section("ban", _("Participation ban"), record=record),
            {
                "banned": forms.ChoiceField(
                    label=_("Has this agency banned your company from its programs?"),
                    choices=[("", _("I do not know")), (YES, _("Yes")), (NO, _("No"))],
                ),
                "banned_until": day_field(_("Last day of the ban")),
            },
            known,
        )

    @property
    def sections(self) -> list[tuple[Section, list[tuple[forms.BoundField, StrOrPromise]]]]:
        """For the page: each section with its fields and their units."""
        return [
            (each, [(self[name], UNITS.get(name.rpartition("_")[0], "")) for name in each.names])
            for each in self.groups
        ]


def day_field(label: StrOrPromise, hint: StrOrPromise = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=hint, widget=day_input(),
        error_messages={"invalid": _("Type a day, for example 2025-03-31.")},
    )  # fmt: skip


def period_text(first: dt.date | None, last: dt.date | None) -> str:
    return f"{day_text(first) if first else ''} – {day_text(last) if last else ''}".strip()
