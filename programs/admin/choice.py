"""A choice of target countries: what it weighs, its ranking, and the decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.admin.second_person import answer_of
from accounts.models import User
from ground import words
from ground.models import Country
from programs.admin.indicator import own_programs
from programs.admin.parts import OfRecordForm, typed_forms
from programs.admin.verbs import OwnInline, RecordAdmin, Verb, day_of, writes_for
from programs.domain import choosing
from programs.domain.country_firmness import ALL_STEPS_UP_TO
from programs.domain.country_scores import MOST_INDICATORS
from programs.forms.choice import ProposeForm, table_of
from programs.models import (
    Candidate,
    CountryChoice,
    Indicator,
    WeighedIndicator,
)
from programs.models.choice import Normalization
from programs.queries import country_choice

TONES = {CountryChoice.State.OPEN: "wait", CountryChoice.State.DECIDED: "ok"}


class ChoicePartForm(OfRecordForm):
    """The verb decides; its refusal stands beside its field."""

    record_field = "choice"


class ChoiceInline(OwnInline):
    form = ChoicePartForm
    record: CountryChoice | None = None

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.record = obj
        return super().get_formset(request, obj, **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or obj.state == CountryChoice.State.OPEN
        return super().has_add_permission(request, obj) and is_open

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)


class WeighedInline(ChoiceInline):
    model = WeighedIndicator
    readonly_fields = ["year_text"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        year = "year" if self.has_change_permission(request, obj) else "year_text"
        return ["indicator", year, "weight", "is_more_better"]

    @admin.display(description=_("year"))
    def year_text(self, row: WeighedIndicator) -> str:
        return str(row.year)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "indicator":
            program = self.record.program_id if self.record else None
            kwargs["queryset"] = Indicator.objects.filter(program=program)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class CandidateInline(ChoiceInline):
    model = Candidate
    fields = ["country"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "country":
            there = self.record.candidates.values("country") if self.record else []
            kwargs["queryset"] = Country.objects.filter(Q(disabled_on__isnull=True) | Q(pk__in=there))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _propose(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    choosing.propose(row, values["countries"], reason=values["reason"], by=by)
    return _("Proposed. A second person has been asked to agree to exactly this table.")


def _decide(by: User, row: Any, values: dict[str, Any]) -> StrOrPromise:
    choosing.decide(row, by=by)
    return _("Decided. The table is kept as it stands now.")


def _why_not_propose(row: Any) -> StrOrPromise | None:
    found = table_of(row)
    if found is None or len(found["first"]) < row.size:
        return _("Fewer candidates have a rank than are to be chosen.")
    return None


def _why_not_decide(row: Any) -> StrOrPromise | None:
    asked = choosing.approval_of(row, table_of(row))
    if asked is None:
        return _("Nothing is proposed, or a value or weight has changed since. Propose the countries.")
    if asked.answered_at is None:
        return _("A second person has not agreed yet.")
    if not asked.is_granted:
        return _("A second person refused. Change the proposal.")
    return None


def _is_open(row: Any) -> bool:
    return bool(row.state == CountryChoice.State.OPEN)


@admin.register(CountryChoice)
class CountryChoiceAdmin(RecordAdmin):
    form = OfRecordForm
    has_form = True
    verbs: ClassVar[Sequence[Verb]] = [
        Verb("propose", _("Propose countries"), _propose, form=ProposeForm, why_not=_why_not_propose, is_shown=_is_open,
             tone="primary", consequence=_("A second person is asked to agree to the table as it stands now.")),
        Verb("decide", _("Decide"), _decide, why_not=_why_not_decide, is_shown=_is_open,
             consequence=_("The choice and its table stay as they are; nothing of it can be changed afterwards.")),
    ]  # fmt: skip
    pages = ["ranking"]
    list_display = ["name", "program", "state_word", "size", day_of("decided_at", _("decided on"))]
    list_display_links = ["name"]
    list_filter = ["state", ("program", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["program"]
    search_fields = ["name_ko", "name_en", "program__code", "program__name_ko"]
    history_hanging = ("weighed", "candidates")
    fieldsets = [
        (None, {"fields": ["program", ("name_ko", "name_en"), ("size", "normalization"), ("least_coverage", "shift_percent")]}),
    ]  # fmt: skip
    inlines = [WeighedInline, CandidateInline]

    @admin.display(description=_("name"), ordering="name_ko")
    def name(self, row: CountryChoice) -> str:
        return str(words.marked(row, "name"))

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: CountryChoice) -> str:
        return row.get_state_display()

    def badge(self, record: Any) -> tuple[StrOrPromise, str]:
        return record.get_state_display(), TONES[record.state]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj is not None else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or obj.state == CountryChoice.State.OPEN
        return super().has_change_permission(request, obj) and is_open

    def why_not_mine(self, request: HttpRequest, record: Any) -> StrOrPromise | None:
        return None if writes_for(request, record) else _("Another agency runs this program.")

    def links(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        return [
            {
                "label": _("Ranking"),
                "url": reverse("admin:programs_countrychoice_ranking", args=[record.pk]),
                "is_main": True,
            }
        ]

    def facts(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        chosen = [str(each.country) for each in record.candidates.select_related("country") if each.is_chosen]
        if not chosen:
            return []
        is_decided = record.state == CountryChoice.State.DECIDED
        found: list[dict[str, Any]] = [
            {
                "label": _("Countries"),
                "value": ", ".join(chosen),
                "note": "" if is_decided else _("proposed"),
            },
            {"label": _("Reason"), "value": record.reason},
        ]
        asked = record.approval or choosing.approval_of(record, table_of(record))
        if asked is not None:
            found.append(
                {"label": _("Second person"), "value": asked.answered_by, "note": answer_of(asked)[0],
                 "url": reverse("admin:accounts_approval_change", args=[asked.pk]), "link_label": _("Open")}
            )  # fmt: skip
        return found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "program":
            kwargs["queryset"] = own_programs(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["program"] if obj is not None else []

    def page_ranking(self, request: HttpRequest, choice: CountryChoice) -> HttpResponse:
        found = table_of(choice)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ranking"),
            "subtitle": str(choice),
            "opts": self.opts,
            "choice": choice,
            "table": None if found is None else _shown(found),
            "most": MOST_INDICATORS,
            "doings": self.doings(request, choice),
            "facts": self.facts(request, choice),
        }
        return TemplateResponse(request, "admin/programs/country_ranking.html", context)

    def after(self, request: HttpRequest, record: Any) -> str:
        return reverse("admin:programs_countrychoice_ranking", args=[record.pk])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        choosing.save_choice(obj, by=cast(User, request.user))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        by = cast(User, request.user)
        for gone in formset.deleted_objects:
            choosing.drop_part(gone, by=by)
        for each in typed_forms(formset):
            choosing.save_part(each.instance, by=by)


def _shown(found: country_choice.Table) -> dict[str, Any]:
    """The table in the reader's language, days as days."""
    is_english = get_language() == "en"

    def name(row: dict[str, Any], field: str = "name") -> str:
        return str((row[f"{field}_en"] if is_english else "") or row[f"{field}_ko"])

    indicators = {
        each["code"]: {
            **each,
            "name": name(each),
            "unit": name(each, "unit"),
            "year": str(each["year"]),
            "weight": country_choice.written(each["weight"]),
        }
        for each in found["indicators"]
    }
    countries = {row["code"]: name(row) for row in found["countries"]}
    rows = [
        {
            **row,
            "name": countries[row["code"]],
            "is_first": row["code"] in found["first"],
            "is_chosen": row["code"] in found["chosen"],
            "stays_percent": None if row["stays"] is None else f"{100 * float(row['stays']):.1f}",
            "parts": [
                {
                    **part,
                    "source_on": part["source_on"] and dt.date.fromisoformat(part["source_on"]),
                    "value": part["value"] and country_choice.written(part["value"]),
                }
                for part in row["parts"]
            ],
        }
        for row in found["countries"]
    ]
    for each, parts in zip(
        indicators.values(), zip(*(row["parts"] for row in rows), strict=True), strict=True
    ):
        each["common"] = _common([part for part in parts if part["value"] is not None])
    for row in rows:
        row["cells"] = list(zip(row["parts"], indicators.values(), strict=True))
    return {
        **found,
        "least_coverage": country_choice.written(found["least_coverage"]),
        "shift": country_choice.written(found["shift"]),
        "scale": Normalization(found["normalization"]).label,
        "indicators": list(indicators.values()),
        "rows": rows,
        "ranked": [row for row in rows if row["rank"] is not None],
        "unranked": [
            {**row, "missing": [indicators[code]["name"] for code in country_choice.missing(row)]}
            for row in rows
            if row["rank"] is None
        ],
        "is_corners": len(indicators) > ALL_STEPS_UP_TO,
        "pivots": [
            {
                **pivot,
                "name": indicators[pivot["indicator"]]["name"],
                "leaves": [countries[code] for code in pivot["leaves"]],
                "enters": [countries[code] for code in pivot["enters"]],
            }
            for pivot in found["pivots"]
        ],
    }


def _common(parts: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What is said once for all values of an indicator, where they have one source."""
    said = {(part["source"], part["source_on"], part["is_illustrative"]) for part in parts}
    return parts[0] if len(said) == 1 else None
