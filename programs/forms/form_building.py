"""A question as staff type it: choices as lines, its condition chosen from lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.errors import RuleBroken
from ground.models import Country
from programs.domain import form_building
from programs.models import Call, Question, Section
from programs.queries.answering import choice_label

Choices = list[tuple[StrOrPromise, list[tuple[str, str]]]]


def code_choices(call: Call) -> Choices:
    """What a condition can be about: the choices of each list, and countries, under their question."""
    found: Choices = []
    for question in Question.objects.filter(call=call).in_order():
        codes = [each["code"] for each in question.choices]
        labels = [(code, choice_label(question, code)) for code in codes]
        if question.kind == Question.Kind.COUNTRY:
            labels = [(each.pk, str(each)) for each in Country.objects.all()]
        if labels:
            found.append((str(question), [(f"{question.pk}:{code}", label) for code, label in labels]))
    return found


class SectionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Section
        fields = ["position", "code", "title_ko", "title_en", "hint_ko", "hint_en"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    """Choices and conditions are shape here; whether they are sound the rules of `form_building` say."""

    code_choices: Choices = []

    choice_lines = forms.CharField(
        label=_("choices"), required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("One a line: Korean | English. Codes are given when you save; they stand behind, third, and stay."),
    )  # fmt: skip
    chosen_codes = forms.MultipleChoiceField(
        label=_("choices that count"), required=False, widget=forms.SelectMultiple({"size": 4})
    )

    class Meta:
        model = Question
        fields = [
            "position", "code", "section", "kind", "label_ko", "label_en", "hint_ko", "hint_en", "is_required", "stage",
            "max_length", "least", "most", "currency", "shown_if", "shown_how", "shown_least",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
        choices: Any = self.fields.get("chosen_codes")
        if choices is not None:
            choices.choices = self.code_choices
        if not self.instance._state.adding:
            self.initial["choice_lines"] = form_building.lines_of(self.instance.choices)
            self.initial["chosen_codes"] = [
                f"{self.instance.shown_if_id}:{code}" for code in self.instance.shown_codes
            ]

    def clean_choice_lines(self) -> str:
        text: str = self.cleaned_data["choice_lines"]
        try:
            used = () if self.instance._state.adding else form_building.used_codes(self.instance)
            self.instance.choices = form_building.choices_of(text, used)
        except RuleBroken as error:
            raise forms.ValidationError(str(error.sentence)) from None
        return text

    def _post_clean(self) -> None:
        earlier = self.cleaned_data.get("shown_if")
        chosen = [each.partition(":") for each in self.cleaned_data.get("chosen_codes", [])]
        self.instance.shown_codes = [code for _key, _colon, code in chosen]
        super()._post_clean()  # type: ignore[misc]
        if self.errors or not {"shown_if", "chosen_codes"} <= set(self.fields):
            return
        if any(key != str(getattr(earlier, "pk", "")) for key, _colon, _code in chosen):
            self.add_error("chosen_codes", _("Choose choices of the question that you named."))
            return
        try:
            form_building.require_sound(self.instance)
        except RuleBroken as error:
            fields = [{"shown_codes": "chosen_codes"}.get(each, each) for each in error.fields]
            self.add_error(next((each for each in fields if each in self.fields), None), str(error.sentence))
