"""What staff type about statements: shape only, the verbs decide."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, Organization
from ground.errors import RuleBroken
from ground.models import Country
from guidance.domain import stating
from guidance.forms.products import ProductsField
from guidance.models import Pillar, Statement, StatementVersion
from guidance.models.products import MOST_OF_STATEMENT
from guidance.queries.statements import PILLAR_ORDER
from programs.forms.staff import DayInput, VerbForm, words
from programs.models import Program


class DraftForm(forms.ModelForm):  # type: ignore[type-arg]
    """A draft. Of a new line it asks for the place, too; whether all of it may be so the verb says."""

    of_program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none())
    pillar = forms.ChoiceField(label=_("Pillar"), choices=Pillar.choices)
    products = ProductsField(
        most=MOST_OF_STATEMENT, label=_("HS codes"),
        help_text=_("Where it speaks of products: beginnings of HS codes, for example 3304, 1604."),
    )  # fmt: skip
    source_url = forms.URLField(
        label=_("Address of the source"), required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = StatementVersion
        fields = (
            "text_ko", "text_en", "products", "evidence_ko", "evidence_en", "source", "source_url", "as_of_on",
            "review_on", "confidence", "responsible_agency", "responsible_organization", "changed_ko", "changed_en",
        )  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in ("text_ko", "text_en", "evidence_ko", "evidence_en", "changed_ko", "changed_en")
        } | {"as_of_on": DayInput(), "review_on": DayInput()}

    programs: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if self.instance._state.adding:
            fields["of_program"].queryset = self.programs
            fields["country"].queryset = Country.objects.filter(disabled_on__isnull=True)
            for name in ("changed_ko", "changed_en"):
                fields.pop(name, None)
            chosen = Program.objects.none() if self.programs is None else self.programs
        else:
            for name in ("of_program", "country", "pillar"):
                fields.pop(name, None)
            if self.instance.number == 1:
                for name in ("changed_ko", "changed_en"):
                    fields.pop(name, None)
            chosen = Program.objects.filter(pk=self.instance.program_id)
        if "responsible_agency" in fields:
            keys = list(chosen.values_list("pk", flat=True))
            fields["responsible_agency"].queryset = (
                Agency.objects.filter(programs__in=keys)
                | Agency.objects.filter(program_shares__program__in=keys)
            ).distinct()
            fields["responsible_organization"].queryset = Organization.objects.filter(
                partnerships__program__in=keys
            ).distinct()

    def _post_clean(self) -> None:
        """The verb decides; its refusal stands beside its field."""
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        program = self.cleaned_data.get("of_program") or self.instance.statement.program
        if self.instance.number is None:
            self.instance.number = 1
        try:
            stating.check(self.instance, program)
        except RuleBroken as error:
            self.add_error(
                next((name for name in error.fields if name in self.fields), None), str(error.sentence)
            )

    def _get_validation_exclusions(self) -> set[str]:
        """Where no body is named the agency is responsible: the verb fills it in and says what is wrong with one."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"responsible_agency", "responsible_organization"}

    def statement(self) -> Statement:
        """The line that a new draft begins."""
        given = self.cleaned_data
        return Statement(program=given["of_program"], country=given["country"], pillar=given["pillar"])


class HandInForm(VerbForm):
    """Drafts of one country that a second person is asked about at once; all are ticked."""

    versions = forms.ModelMultipleChoiceField(
        label=_("Drafts of this country"), queryset=StatementVersion.objects.none(), widget=forms.CheckboxSelectMultiple
    )  # fmt: skip
    reason = words(_("Reason"), help_text=_("The second person reads it and agrees to exactly these texts."))

    def fit(self) -> None:
        of: Any = self.record.statement
        drafts = (
            StatementVersion.objects.filter(
                program=self.record.program_id,
                statement__country=of.country_id,
                state=StatementVersion.State.DRAFT,
            )
            .select_related("statement")
            .order_by(PILLAR_ORDER, "statement__position", "pk")
        )
        field: Any = self.fields["versions"]
        field.queryset = drafts
        field.label_from_instance = lambda row: (
            f"{row.statement.get_pillar_display()} {row.statement.position}: {row}"
        )
        self.initial.setdefault("versions", [row.pk for row in drafts])


class ReviseForm(VerbForm):
    changed_ko = words(_("What changes (Korean)"))
    changed_en = words(_("What changes (English)"), required=False)


class PlaceForm(VerbForm):
    position = forms.IntegerField(label=_("Position"), min_value=1, max_value=999)

    def fit(self) -> None:
        self.initial.setdefault("position", self.record.statement.position)
