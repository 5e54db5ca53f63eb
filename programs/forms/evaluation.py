"""What evaluators type: declarations of interest and points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from programs.domain.evaluation import Declaration, Mark
from programs.models import Application, Conflict, Score, ScoreItem

NONE, HAS = "none", "conflict"


class DeclareForm(forms.Form):
    """One question for each application; a declared conflict is not asked again, it stays."""

    def __init__(
        self, *args: Any, applications: Iterable[Application], known: Mapping[UUID, Conflict], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows: list[tuple[Application, Conflict | None]] = []
        for each in applications:
            before = known.get(each.pk)
            self.rows.append((each, before))
            if before is not None and before.has_conflict:
                continue
            self.fields[f"answer_{each.pk.hex}"] = forms.ChoiceField(
                label=str(each.company),
                choices=[
                    (NONE, _("I have no conflict of interest")),
                    (HAS, _("I have one and step aside")),
                ],
                widget=forms.RadioSelect,
                required=False,
                initial=NONE if before is not None else None,
            )
            self.fields[f"reason_{each.pk.hex}"] = forms.CharField(
                label=_("What connects you"), required=False, max_length=300
            )

    def parts(self) -> list[dict[str, Any]]:
        """For the page: company, its two fields, or the conflict that stands."""
        return [
            {
                "application": each,
                "known": before,
                "answer": self[f"answer_{each.pk.hex}"] if f"answer_{each.pk.hex}" in self.fields else None,
                "reason": self[f"reason_{each.pk.hex}"] if f"reason_{each.pk.hex}" in self.fields else None,
            }
            for each, before in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for each, _before in self.rows:
            if (
                values.get(f"answer_{each.pk.hex}") == HAS
                and not values.get(f"reason_{each.pk.hex}", "").strip()
            ):
                self.add_error(
                    f"reason_{each.pk.hex}", _("Say in a few words what connects you with the company.")
                )
        return values

    def declarations(self) -> list[Declaration]:
        """What was newly said; an answer that stands already is not said again."""
        found = []
        for each, before in self.rows:
            answer = self.cleaned_data.get(f"answer_{each.pk.hex}")
            if not answer or (before is not None and before.has_conflict == (answer == HAS)):
                continue
            found.append(
                Declaration(each.pk, answer == HAS, self.cleaned_data.get(f"reason_{each.pk.hex}", ""))
            )
        return found


class ScoreForm(forms.Form):
    """Points and a comment for each item; a sheet may be saved in part."""

    def __init__(
        self, *args: Any, items: Sequence[ScoreItem], given: Mapping[UUID, Score], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            before = given.get(item.pk)
            self.fields[f"points_{item.pk.hex}"] = forms.DecimalField(
                label=str(item),
                help_text=_("0 to %(maximum)s points") % {"maximum": f"{item.maximum_points.normalize():f}"},
                max_digits=5,
                decimal_places=2,
                min_value=0,
                max_value=item.maximum_points,
                required=False,
                initial=before.points if before else None,
                widget=forms.NumberInput(attrs={"class": "w-short", "inputmode": "decimal", "step": "0.01"}),
            )
            self.fields[f"comment_{item.pk.hex}"] = forms.CharField(
                label=_("Comment"), required=False, max_length=500, initial=before.comment if before else ""
            )

    def parts(self) -> list[tuple[Any, Any]]:
        return [(self[f"points_{each.pk.hex}"], self[f"comment_{each.pk.hex}"]) for each in self.items]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for item in self.items:
            points = f"points_{item.pk.hex}"
            if points in values and values[points] is None and values.get(f"comment_{item.pk.hex}"):
                self.add_error(points, _("A comment needs its points. Give 0 if there are none."))
        return values

    def marks(self) -> list[Mark]:
        return [
            Mark(
                item.pk,
                self.cleaned_data[f"points_{item.pk.hex}"],
                self.cleaned_data[f"comment_{item.pk.hex}"],
            )
            for item in self.items
            if self.cleaned_data.get(f"points_{item.pk.hex}") is not None
        ]
