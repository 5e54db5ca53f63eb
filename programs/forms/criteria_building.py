"""A criterion as staff type it: fields of its kind, its place among the others, the days that count, wording and source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken
from programs.domain.criteria_building import inside
from programs.forms.criteria_values import VALUE, TypedValues
from programs.models import Criterion

LEAVES = [each for each in Criterion.Kind.choices if each[0] not in Criterion.GROUPS]
GROUPS = [each for each in Criterion.Kind.choices if each[0] in Criterion.GROUPS]


class KindForm(forms.Form):
    """Which kind of criterion is to be added."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(_("One requirement"), LEAVES), (_("A group"), GROUPS)]
    )
    group = forms.ModelChoiceField(
        queryset=Criterion.objects.none(), required=False, widget=forms.HiddenInput
    )


class CriterionForm(TypedValues, forms.ModelForm):  # type: ignore[type-arg]
    """The kind's own fields stand first."""

    class Meta:
        model = Criterion
        fields = [
            "group", "as_of", "later_as_of", "name_ko", "name_en", "source", "can_apply_unmet", "code",
        ]  # fmt: skip

    def __init__(self, data: Any = None, *, instance: Criterion, siblings: Sequence[Criterion]) -> None:
        super().__init__(data, instance=instance)
        self.criterion, self.siblings = instance, siblings
        own = self.made_fields()
        if self.is_group:
            own = {"kind": forms.ChoiceField(label=_("Kind"), choices=GROUPS), "members": self._members()}
            self.initial["kind"] = instance.kind
            for name in ("as_of", "later_as_of"):
                del self.fields[name]
        self.fields = {**own, **self.fields}
        self.fields["code"].required = False
        self.fields["code"].help_text = _("Leave it out to get one.")
        self.fields["group"] = self._group()
        self.initial["group"] = instance.group_id

    @property
    def is_group(self) -> bool:
        return self.instance.kind in Criterion.GROUPS

    @property
    def own_fields(self) -> list[BoundField]:
        """Fields of the kind."""
        return [self[name] for name in self.fields if name.startswith(VALUE) or name in {"kind", "members"}]

    @property
    def other_fields(self) -> list[BoundField]:
        own = {each.name for each in self.own_fields}
        return [self[name] for name in self.fields if name not in own]

    def _group(self) -> forms.Field:
        barred = inside(self.instance, self.siblings)
        rows = [each for each in self.siblings if each.kind in Criterion.GROUPS and each.pk not in barred]
        return forms.TypedChoiceField(
            label=_("Part of"), required=False, coerce=UUID, empty_value=None,
            choices=[("", _("the call itself: it counts alone")), *((each.pk, label_of(each)) for each in rows)],
        )  # fmt: skip

    def _members(self) -> forms.Field:
        barred = {self.instance.pk, *above(self.instance, self.siblings)}
        rows = [each for each in self.siblings if each.pk not in barred]
        self.initial["members"] = [str(each.pk) for each in rows if each.group_id == self.instance.pk]
        return forms.TypedMultipleChoiceField(
            label=_("What belongs to it"), required=False, coerce=UUID, widget=forms.CheckboxSelectMultiple,
            choices=[(str(each.pk), label_of(each)) for each in rows],
            help_text=_("Tick criteria that are there; more can be added to it later. What you untick stays in the call."),
        )  # fmt: skip

    @property
    def members(self) -> list[UUID] | None:
        """What a group holds from now on; None for a requirement."""
        return self.cleaned_data["members"] if self.is_group else None

    def _post_clean(self) -> None:
        self.instance.values = self.typed_values()
        if self.is_group and "kind" in self.cleaned_data:
            self.instance.kind = self.cleaned_data["kind"]
        self.instance.group_id = self.cleaned_data.pop("group", self.instance.group_id)
        super()._post_clean()  # type: ignore[misc]
        self.refuse_values(self.instance.values)

    def refuse(self, error: RuleBroken) -> None:
        """Put a verb's refusal beside its field, or on top."""
        names = [name for each in error.fields for name in (each, f"{VALUE}{each}") if name in self.fields]
        self.add_error(names[0] if names else None, str(error.sentence))


def above(criterion: Criterion, criteria: Sequence[Criterion]) -> set[UUID]:
    """The groups in which it lies."""
    known = {each.pk: each.group_id for each in criteria}
    found: set[UUID] = set()
    at = criterion.group_id
    while at is not None and at not in found:
        found.add(at)
        at = known.get(at)
    return found


def label_of(criterion: Criterion) -> str:
    return f"{criterion} ({criterion.code})"
