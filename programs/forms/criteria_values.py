"""The values of one criterion as people type them: a field for each parameter of its kind, filled with what stands there."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from programs.domain.criteria.parameters import Declared, Fault, Given, Industries, Parameter, is_empty
from programs.domain.criteria.values import DECLARED
from programs.forms.criteria import field_of, industries
from programs.models import Criterion

VALUE = "value_"


class TypedValues(forms.BaseForm):
    """Mixed into forms about one `criterion` with its `call`. What stands in the values and no field says is kept."""

    criterion: Criterion

    @property
    def declared(self) -> Declared:
        return DECLARED.get(self.criterion.kind, Declared())

    @property
    def values_before(self) -> dict[str, Any]:
        return self.criterion.values if isinstance(self.criterion.values, dict) else {}

    @property
    def value_fields(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith(VALUE)]

    @property
    def sections(self) -> list[Any]:
        """KSIC sections to look up, where industries are typed."""
        typed = any(isinstance(each, Industries) for each in self.declared.parameters)
        return list(industries()) if typed else []

    def made_fields(self) -> dict[str, forms.Field]:
        return {f"{VALUE}{each.name}": self._field(each) for each in self.declared.parameters}

    def _field(self, parameter: Parameter) -> forms.Field:
        values = self.values_before
        field = field_of(parameter, self.criterion.call, values)
        value = values.get(parameter.name)
        if field.initial is None or not (is_empty(value) or isinstance(parameter, Given)):
            field.initial = value
        return field

    def typed_values(self) -> dict[str, Any]:
        """As they stand in JSON; read after the fields are clean."""
        names = {each.name for each in self.declared.parameters}
        found = {name: value for name, value in self.values_before.items() if name not in names}
        for each in self.declared.parameters:
            value = self.cleaned_data.get(f"{VALUE}{each.name}")
            if isinstance(each, Given) and value is not None:
                value = self._given(each, value)
            if value is not None:
                found[each.name] = value
        return found

    def _given(self, parameter: Given, typed: str) -> Any:
        question, _colon, answer = typed.partition(":")
        if question != self.cleaned_data.get(f"{VALUE}{parameter.of}"):
            sentence = _("Choose an answer of the question that you chose above.")
            self.refuse_value(Fault(parameter.name, sentence))
            return None
        return json.loads(answer)

    def refuse_values(self, values: dict[str, Any]) -> None:
        """Put what is wrong with the values together beside its field, once each field alone is right."""
        if not any(name.startswith(VALUE) for name in self.errors):
            for fault in self.declared.faults(values):
                self.refuse_value(fault)

    def refuse_value(self, fault: Fault) -> None:
        self.add_error(f"{VALUE}{fault.parameter}", str(fault.sentence))
