"""A question as staff type it: choices as lines, its conditions chosen from lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ground.errors import RuleBroken
from programs.domain import form_building
from programs.forms.form_conditions import ConditionsField, Earlier
from programs.models import Question, Section


class GetsCode(forms.ModelForm):  # type: ignore[type-arg]
    """A part that gets a code when it is saved without one; several new ones at a time do not have the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False

    def clean_code(self) -> str | None:
        return self.cleaned_data["code"] or None


class SectionForm(GetsCode):
    class Meta:
        model = Section
        fields = ["position", "code", "title_ko", "title_en", "hint_ko", "hint_en"]


class QuestionForm(GetsCode):
    """Choices and conditions are shape here; whether they are sound the rules of `form_building` say."""

    earlier: Earlier

    choice_lines = forms.CharField(
        label=_("choices"), required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("One a line: Korean | English. Codes are given when you save; they stand behind, third, and stay."),
    )  # fmt: skip

    class Meta:
        model = Question
        fields = [
            "position", "code", "section", "kind", "label_ko", "label_en", "hint_ko", "hint_en", "is_required", "stage",
            "max_length", "least", "most", "currency", "asks_for", "asked_if_match", "asked_if",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "asked_if" in self.fields:
            self.fields["asked_if"] = ConditionsField(
                earlier=self.earlier, label=_("conditions on earlier answers"),
                help_text=_("Each line is one condition; save to get another line."),
            )  # fmt: skip
        if not self.instance._state.adding:
            self.initial["choice_lines"] = form_building.lines_of(self.instance.choices)

    def clean_choice_lines(self) -> str:
        text: str = self.cleaned_data["choice_lines"]
        try:
            used = () if self.instance._state.adding else form_building.used_codes(self.instance)
            self.instance.choices = form_building.choices_of(text, used)
        except RuleBroken as error:
            raise forms.ValidationError(str(error.sentence)) from None
        return text

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or "asked_if" not in self.fields:
            return
        try:
            form_building.require_sound(self.instance)
        except RuleBroken as error:
            self.add_error(
                next((each for each in error.fields if each in self.fields), None), str(error.sentence)
            )
