"""The conditions of a question as staff choose them: rows of an earlier question, how, its choices that count, at least."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.models import Country
from programs.domain.form_building import MOST_CONDITIONS
from programs.forms.intake import PlainNumberField
from programs.models import Call, Question
from programs.models.question import Condition
from programs.queries.answering import choice_label

How = Question.How
PARTS = ("question", "how", "codes", "least")
Grouped = list[tuple[StrOrPromise, list[tuple[str, str]]]]


class Earlier:
    """What conditions can be about: the questions of a call by their codes, the choices of each list, and countries."""

    def __init__(self, call: Call | None) -> None:
        self.questions = [] if call is None else Question.objects.filter(call=call).in_order()
        self.by_code = {each.code: each for each in self.questions}
        self.labels = [(each.code, f"{each} ({each.code})") for each in self.questions]
        self.choices: Grouped = []
        self.countries: dict[str, str] = {}
        if any(each.kind == Question.Kind.COUNTRY for each in self.questions):
            self.countries = {each.pk: str(each) for each in Country.objects.all()}
        for question in self.questions:
            labels = [(each["code"], choice_label(question, each["code"])) for each in question.choices]
            if question.kind == Question.Kind.COUNTRY:
                labels = list(self.countries.items())
            if labels:
                rows = [(f"{question.code}:{code}", label) for code, label in labels]
                self.choices.append((str(question), rows))


class ConditionRows(forms.Widget):
    """A row for each condition and an empty one more; empty rows stand for nothing. Its value is a list of conditions as
    they are kept, of those typed with each choice behind the code of its question."""

    template_name = "programs/widgets/condition_rows.html"
    use_fieldset = True

    def __init__(self, earlier: Earlier) -> None:
        super().__init__()
        self.earlier = earlier

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        number = 0
        while number < MOST_CONDITIONS or any(f"{name}_{number}_{part}" in data for part in PARTS):
            stem = f"{name}_{number}"
            row: dict[str, Any] = {
                part: str(data.get(f"{stem}_{part}") or "").strip() for part in ("question", "how", "least")
            }
            chosen = data.getlist if hasattr(data, "getlist") else data.get
            row["codes"] = [each for each in chosen(f"{stem}_codes") or [] if each]
            if any(row.values()):
                found.append(row)
            number += 1
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_0_question" not in data

    def id_for_label(self, id_: str) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        rows = [*(value or [])]
        if len(rows) < MOST_CONDITIONS:
            rows.append({})
        context = super().get_context(name, None, attrs)
        stem = context["widget"]["attrs"].get("id", f"id_{name}")
        context["rows"] = [
            {
                "number": number,
                "stem": f"{name}_{number}",
                "id": f"{stem}_{number}",
                "question": row.get("question", ""),
                "how": row.get("how", ""),
                "codes": {
                    code if ":" in code else f"{row.get('question')}:{code}" for code in row.get("codes", ())
                },
                "least": row.get("least", ""),
            }
            for number, row in enumerate(rows)
        ]
        return {
            **context,
            "questions": self.earlier.labels,
            "hows": How.choices,
            "choices": self.earlier.choices,
        }


class ConditionsField(forms.Field):
    """Typed rows as they are kept; what a condition has no use for is left out. Whether they are sound the rules of
    `form_building` say."""

    def __init__(self, *, earlier: Earlier, **kwargs: Any) -> None:
        self.number = PlainNumberField(max_digits=20, decimal_places=4, required=False)
        super().__init__(widget=ConditionRows(earlier), required=False, **kwargs)

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        return [self._condition(row).kept for row in value or []]

    def _condition(self, row: dict[str, Any]) -> Condition:
        chosen = [each.partition(":") for each in row["codes"]]
        if any(key != row["question"] for key, _colon, _code in chosen):
            raise ValidationError(_("Choose choices of the question that you named."))
        if row["how"] and row["how"] not in How.values:
            raise ValidationError(
                forms.ChoiceField.default_error_messages["invalid_choice"], params={"value": row["how"]}
            )
        has_codes, has_least = row["how"] in {How.EQUALS, How.ONE_OF}, row["how"] == How.AT_LEAST
        return Condition(
            row["question"],
            row["how"],
            tuple(code for _key, _colon, code in chosen) if has_codes else (),
            self.number.clean(row["least"]) if has_least else None,
        )
