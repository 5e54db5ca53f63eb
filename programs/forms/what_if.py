"""Another value for one criterion of a call, to see what it would do, and a letter to the companies that would come in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from companies.domain.mailing import BODY_LENGTH, SUBJECT_LENGTH
from ground.errors import RuleBroken
from programs.domain import announcing
from programs.domain.criteria.faults import unknown
from programs.domain.criteria.values import shape_faults
from programs.forms.criteria_building import label_of
from programs.forms.criteria_values import TypedValues
from programs.models import Call, Criterion


class RuleField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Criterion) -> str:
        return label_of(obj)


class RuleForm(forms.Form):
    """Which rule of the call is looked at; `rules` are the call's."""

    criterion = RuleField(label=_("Requirement"), queryset=Criterion.objects.none())

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["criterion"]
        assert isinstance(field, forms.ModelChoiceField)
        rules: QuerySet[Criterion] = Criterion.objects.filter(call=call)
        field.queryset = rules.order_by("position", "id")


class MovedRuleForm(TypedValues, forms.Form):
    """A rule's fields, filled with what it asks; when clean, `values` is what it would ask, None for a rule left out."""

    left_out = forms.BooleanField(
        label=_("Leave this rule out"), required=False,
        help_text=_("Ask how the register would stand without it. What stands in the fields does not count then."),
    )  # fmt: skip
    values: dict[str, Any] | None = None

    def __init__(self, data: Any = None, *, criterion: Criterion) -> None:
        super().__init__(data)
        self.criterion = criterion
        self.fields = {**self.made_fields(), **self.fields}

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("left_out"):
            self.errors.clear()
            return
        if not self.declared.parameters:
            self.add_error("left_out", _("This rule has nothing to move. Tick this to leave it out."))
            return
        moved = copy(self.criterion)
        moved.values = self.values = self.typed_values()
        self.refuse_values(moved.values)
        if not self.errors:
            for fault in unknown(moved):
                self.refuse_value(fault)

    def as_asked(self, values: dict[str, Any] | None) -> dict[str, Any]:
        """What a page is asked with, where these values were typed into the fields."""
        asked = {"criterion": str(self.criterion.pk), "asked": "1"}
        if values is None:
            return {**asked, "left_out": "on"}
        moved = copy(self.criterion)
        moved.values = values
        typed = {each.name: each.value() for each in MovedRuleForm(criterion=moved).value_fields}
        return {**asked, **{name: value for name, value in typed.items() if value not in (None, "", False)}}


class AlsoField(forms.JSONField):
    """Other rules of the call that are moved at the same time, each with what it would ask; None leaves it out."""

    rules: Sequence[Criterion] = ()

    def clean(self, value: Any) -> list[tuple[Criterion, dict[str, Any] | None]]:
        given, known = super().clean(value) or [], {str(each.pk): each for each in self.rules}
        found = []
        for each in given if isinstance(given, list) else [given]:
            rule, values = each if isinstance(each, list) and len(each) == 2 else ("", None)
            if (criterion := known.get(str(rule))) is None or not _is_sound(criterion, values):
                raise forms.ValidationError(_("The rules of this call have changed. Move them again."))
            found.append((criterion, values))
        _require([each for each, _values in found])
        return found


def _require(moved: list[Criterion]) -> None:
    try:
        announcing.require_moves(moved)
    except RuleBroken as error:
        raise forms.ValidationError(str(error.sentence)) from error


def _is_sound(criterion: Criterion, values: Any) -> bool:
    if values is None:
        return True
    moved = copy(criterion)
    moved.values = values
    return not shape_faults(moved.kind, values) and not unknown(moved)


def also_text(moves: Iterable[tuple[Criterion, dict[str, Any] | None]]) -> str:
    """As `AlsoField` takes it; nothing for no moves."""
    given = [[str(criterion.pk), values] for criterion, values in moves]
    return json.dumps(given, ensure_ascii=False) if given else ""


class MovesForm(forms.Form):
    """What is moved already when one more rule is moved."""

    also = AlsoField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let_move(self, call)


def let_move(form: forms.Form, call: Call) -> None:
    """The form's `also` takes the rules of this call."""
    rules = list(Criterion.objects.filter(call=call).order_by("position", "id"))
    for each in rules:
        each.call = call
    cast(AlsoField, form.fields["also"]).rules = rules


class WriteInForm(RuleForm):
    """What is written to the companies that moved rules let in; `expected` is the number that was confirmed."""

    values = forms.JSONField(required=False, widget=forms.HiddenInput)
    left_out = forms.BooleanField(required=False, widget=forms.HiddenInput)
    also = AlsoField(required=False, widget=forms.HiddenInput)
    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT_LENGTH)
    body = forms.CharField(label=_("Text"), max_length=BODY_LENGTH, widget=forms.Textarea(attrs={"rows": 8}))
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, call=call, **kwargs)
        self.fields["criterion"].widget = forms.HiddenInput()
        let_move(self, call)
        self.initial.setdefault("form_key", uuid4())

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("left_out"):
            found["values"] = None
        elif found.get("criterion") is not None and "values" in found:
            for fault in shape_faults(found["criterion"].kind, found["values"]):
                self.add_error("values", fault)
        if found.get("criterion") is not None and found.get("also"):
            _require([found["criterion"], *(each for each, _values in found["also"])])
        return found
