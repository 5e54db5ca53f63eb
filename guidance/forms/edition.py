"""What staff choose for the next edition of a guide."""

from __future__ import annotations

from typing import Any

from ground.errors import RuleBroken
from guidance.domain import editions
from programs.admin.parts import OfRecordForm


class EditionForm(OfRecordForm):
    """Program and country; whether there is something to publish the verb's own check says, beside the field."""

    def clean(self) -> dict[str, Any] | None:
        values = super().clean()
        program, country = self.cleaned_data.get("program"), self.cleaned_data.get("country")
        if program is not None and country is not None:
            try:
                editions.check(program, country)
            except RuleBroken as refusal:
                self.add_error(refusal.fields[0], str(refusal.sentence))
        return values
