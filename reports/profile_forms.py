"""What staff choose when they make a profile of a file: shape only, `domain.profiles` decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.models import Currency
from programs.models import Program, Store
from reports.domain.profiles import NEW
from reports.files.mapping.model import (
    COLUMN,
    FILE,
    HEADING,
    NEEDED,
    ORDERS,
    ROW,
    STORE,
    TURNED,
    is_single,
    named,
)
from reports.files.mapping.moments import EXAMPLES
from reports.files.mapping.payout_proposal import BOTH_SIDES, NONE_TURNED, UNKNOWN, added
from reports.files.mapping.proposal import is_turned
from reports.files.sentences import say
from reports.models import FileProfile
from reports.profile_answers import NONE, OPEN, STATES_LIMIT
from reports.profile_values import BY_MEASURE, MEASURES

NUMBERS = [
    ("point-grouped", "1,234.50"),
    ("comma-grouped", "1.234,50"),
    ("whole", _("1,234 or 1.234: always whole numbers")),
    ("told", _("as each file proves; one that proves nothing is refused")),
]
ZONES = (
    "Asia/Seoul", "Asia/Tokyo", "Asia/Shanghai", "Asia/Singapore", "Asia/Kuala_Lumpur", "Asia/Manila", "Asia/Bangkok",
    "Asia/Ho_Chi_Minh", "Asia/Jakarta", "Asia/Taipei", "Asia/Karachi", "Asia/Dhaka", "America/Santiago",
    "America/Mexico_City", "America/Sao_Paulo", "America/New_York", "America/Los_Angeles", "Europe/Madrid", "Europe/London",
    "UTC",
)  # fmt: skip
CHOOSE = (OPEN, _("Choose"))


class SampleForm(forms.Form):
    """A sample of files that nobody knows yet."""

    program = forms.ModelChoiceField(label=_("Program"), queryset=Program.objects.none())
    profile = forms.ModelChoiceField(
        label=_("Profile to change"),
        queryset=FileProfile.objects.none(),
        required=False,
        empty_label=_("None: a new profile"),
        help_text=_("Choose one when the marketplace has changed its file."),
    )
    measure = forms.ChoiceField(
        label=_("What the file tells"),
        choices=MEASURES,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("A profile that is changed stays what it is."),
    )
    upload = forms.FileField(
        label=_("File"),
        help_text=_(
            "A file as the marketplace or mall gave it, XLSX or CSV, at most 10 MB. Only its first 2,000 rows are kept, without the"
            " columns that name buyers; the file itself is not stored."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
    )

    def __init__(self, *args: Any, programs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["program"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = programs
        changed = self.fields["profile"]
        assert isinstance(changed, forms.ModelChoiceField)
        changed.queryset = FileProfile.objects.filter(program__in=programs).in_use()
        if len(programs) == 1:
            field.initial = programs[0]


class BuilderForm(forms.Form):
    """Which column holds what, and how it is written. What the sample leaves open has no answer yet and must get one."""

    name = forms.CharField(
        label=_("Name of the profile"),
        max_length=100,
        help_text=_("As colleagues and companies will find it, for example “Own mall, orders”."),
    )
    store = forms.ModelChoiceField(
        label=_("Only for this store"),
        queryset=Store.objects.none(),
        required=False,
        empty_label=_("Every store of the program"),
    )

    def __init__(
        self,
        *args: Any,
        measure: str,
        headings: list[dict[str, Any]],
        stores: Any,
        states: Mapping[str, str],
        questions: Iterable[dict[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.of, self.needed = BY_MEASURE[measure], NEEDED[measure]
        self.headings = [each for each in headings if not each["is_left_out"]]
        self.all_headings = headings
        self.asked = {each["about"]: each for each in questions}
        store = self.fields["store"]
        assert isinstance(store, forms.ModelChoiceField)
        store.queryset = stores
        self._add_columns()
        self._add_forms()
        self._add_states(states)

    def _hint(self, about: str, otherwise: StrOrPromise = "") -> StrOrPromise:
        """The question that the sample leaves, in the reader's language; what stands in the file is escaped."""
        question = self.asked.get(about)
        if question is None:
            return otherwise
        values = {str(name): value for name, value in question["parameters"]}
        if "field" in values:
            values["field"] = str(self.of.values.get(values["field"], values["field"]))
        return escape(str(say(question["code"], **values)))

    def _add_columns(self) -> None:
        offered = [(str(each["index"]), _shown(each)) for each in self.headings]
        for into, label in self.of.values.items():
            is_needed, is_open = into in self.needed, f"column:{into}" in self.asked
            choices = [*([CHOOSE] if is_needed or is_open else []), *offered]
            if not is_needed:
                choices.insert(1 if is_open else 0, (NONE, _("Not in the file")))
            self.fields[into] = forms.ChoiceField(
                label=label, choices=choices, help_text=self._hint(f"column:{into}")
            )

    def _add_forms(self) -> None:
        fields = self.fields
        for into in self.of.costs:
            choices = [
                CHOOSE,
                ("yes", _("100 is a cost of 100")),
                ("no", _("-100 is a cost of 100")),
            ]
            fields[f"sign_{into}"] = forms.ChoiceField(
                label=self.of.values[into],
                choices=choices,
                required=False,
                help_text=self._hint(f"sign:{into}"),
            )
        if self.of.added:
            fields["parts"] = forms.ChoiceField(
                label=_("A row whose parts do not add up to what was paid"),
                choices=[CHOOSE, ("row", _("is rejected")), ("note", _("counts as paid, and is named"))],
                required=False,
                help_text=self._hint("parts"),
            )
            labels = dict(self.of.meanings)
            fields["turned"] = forms.MultipleChoiceField(
                label=_("Kinds of which a positive amount takes money away"),
                choices=[
                    *((kind, labels[kind]) for kind in TURNED),
                    (NONE_TURNED, _("none: they have a minus")),
                ],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=self._hint(
                    "turned", _("Of files with one amount and a column for the kind of movement.")
                ),
            )
        else:
            fields["once"] = forms.MultipleChoiceField(
                label=_("Amounts of the whole order"),
                choices=[(each, self.of.values[each]) for each in self.of.amounts],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_(
                    "Tick what the file repeats on each row of an order; it is then counted on the first row only."
                ),
            )
        fields["numbers"] = forms.ChoiceField(
            label=_("Amounts are written"),
            choices=NUMBERS,
            widget=forms.RadioSelect,
            help_text=self._hint("numbers"),
        )
        fields["dates"] = forms.MultipleChoiceField(
            label=_("Days and times are written"),
            choices=[(form, _date_label(form)) for form in EXAMPLES],
            widget=forms.CheckboxSelectMultiple,
            help_text=self._hint("dates"),
        )
        zones = [(STORE, _("in the time of each store")), (FILE, _("each with its offset, such as +09:00"))]
        fields["zone"] = forms.ChoiceField(
            label=_("Times are told"), choices=[*zones, *((each, each) for each in ZONES)]
        )
        codes = Currency.objects.filter(disabled_on__isnull=True).values_list("code", flat=True)
        fields["currency_of"] = forms.ChoiceField(
            label=_("Amounts are in"),
            choices=[
                CHOOSE,
                (COLUMN, _("the currency that the column Currency says")),
                (HEADING, _("the currency in the heading, as in “Total (JPY)”")),
                (STORE, self.of.of_store),
                *((code, code) for code in codes),
            ],
            help_text=self._hint("currency"),
        )
        fields["key"] = forms.MultipleChoiceField(
            label=_("What tells one row from all others"),
            choices=[
                (each, self.of.values.get(each, _("the number of the row in the file")))
                for each in self.of.key
            ],
            widget=forms.CheckboxSelectMultiple,
            help_text=self._hint(
                "key",
                _(
                    "By this a later file replaces the row. With the number of the row, only files that never lose or gain rows"
                    " can be taken again."
                ),
            ),
        )

    def _add_states(self, states: Mapping[str, str]) -> None:
        self.fields["status_if_blank"] = forms.ChoiceField(
            label=self.of.if_blank, choices=[CHOOSE, *self.of.meanings], help_text=self._hint("kind")
        )
        self.state_texts = list(states)[:STATES_LIMIT]
        for number, (text, meaning) in enumerate(list(states.items())[:STATES_LIMIT]):
            self.fields[f"state_text_{number}"] = forms.CharField(
                widget=forms.HiddenInput, initial=text, max_length=300
            )
            self.fields[f"state_{number}"] = forms.ChoiceField(
                label=text, choices=[CHOOSE, *self.of.meanings], initial=meaning
            )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.errors:
            return values
        chosen = {into for into in self.of.values if values[into] != NONE}
        if self.of.measure == ORDERS:
            self._check_sales(chosen)
        else:
            self._check_payouts(chosen, values)
        for into in self.of.costs:
            if into in chosen and not values[f"sign_{into}"]:
                self.add_error(f"sign_{into}", _("Say how this cost is written."))
        missing = [each for each in values["key"] if each != ROW and each not in chosen]
        if missing:
            labels = ", ".join(str(self.of.values[each]) for each in missing)
            self.add_error("key", _("These are not in the file: %(values)s.") % {"values": labels})
        if values["currency_of"] == COLUMN and "currency" not in chosen:
            self.add_error("currency_of", _("Choose the column of the currency above, or another answer."))
        return values

    def _check_sales(self, chosen: set[str]) -> None:
        if not {"gross_amount", "unit_amount", "net_amount"} & chosen:
            self.add_error("gross_amount", _("Choose the column that holds the amounts."))
        if "gross_amount" not in chosen and not {"unit_amount", "units"} <= chosen:
            self.add_error(
                "gross_amount",
                _("Choose the column of the products' amount, or those of the unit price and the units."),
            )

    def _check_payouts(self, chosen: set[str], values: dict[str, Any]) -> None:
        if not {"gross_amount", "net_amount", *BOTH_SIDES} & chosen:
            self.add_error("net_amount", _("Choose the column that holds the amounts."))
        if "net_amount" in chosen and not chosen.isdisjoint(BOTH_SIDES):
            self.add_error("net_amount", _("Choose either the amount paid out, or credit and debit."))
        if added(chosen) and not values["parts"]:
            self.add_error(
                "parts", _("Say what becomes of a row whose parts do not add up to what was paid.")
            )

        if self._is_by_kind(chosen):
            if not values["turned"]:
                self.add_error(
                    "turned", _("Say of which kinds a positive amount takes money away, or of none.")
                )
            elif NONE_TURNED in values["turned"] and len(values["turned"]) > 1:
                self.add_error("turned", _("Choose either kinds or none."))

    def _is_by_kind(self, chosen: set[str]) -> bool:
        """Whether its kind alone tells if a row's amount takes money away."""
        return self.of.meant in chosen and is_single(chosen)

    def mapping(self) -> dict[str, Any]:
        """What was chosen, as `Mapping.from_dict` takes it."""
        values = self.cleaned_data
        by_index = {str(each["index"]): each for each in self.headings}
        columns, used = [], []
        for into in self.of.values:
            heading = by_index.get(values[into])
            if heading is None:
                continue
            used.append(heading)
            columns.append(
                {
                    "into": into,
                    "names": [heading["label"]],
                    "optional": into not in self.needed,
                    "occurrence": heading["occurrence"],
                    "is_cost": into in self.of.costs
                    and is_turned(into, is_positive=values[f"sign_{into}"] == "yes"),
                    "once": into in values.get("once", ()),
                }
            )
        once = [each for each in (*used, *self.headings) if not each["occurrence"]]
        chosen = {each["into"] for each in columns}
        return {
            "code": NEW,
            "label": values["name"],
            "measure": self.of.measure,
            "signature": list(dict.fromkeys(named(each["label"]) for each in once))[
                : max(12, len({each["index"] for each in used}))
            ]
            or [named(each["label"]) for each in used],
            "columns": columns,
            "key": values["key"],
            "numbers": values["numbers"],
            "dates": values["dates"],
            "zone": values["zone"],
            "currency": values["currency_of"],
            **(self._of_sales(chosen) if self.of.measure == ORDERS else self._of_payouts(chosen)),
            "personal": list(
                dict.fromkeys(named(each["label"]) for each in self.all_headings if each["is_personal"])
            ),
        }

    def _meanings(self) -> dict[str, str]:
        values = self.cleaned_data
        return {
            named(values[f"state_text_{number}"]): values[f"state_{number}"]
            for number in range(len(self.state_texts))
        }

    def _of_sales(self, chosen: set[str]) -> dict[str, Any]:
        return {
            "statuses": self._meanings(),
            "status_if_blank": self.cleaned_data["status_if_blank"],
            "is_priced": "unit_amount" in chosen and "gross_amount" not in chosen,
        }

    def _of_payouts(self, chosen: set[str]) -> dict[str, Any]:
        """What a kind is that nobody has said waits for a person, as money does that no row names."""
        if_blank, parts = self.cleaned_data["status_if_blank"], added(chosen)
        scope = self.cleaned_data["parts"]
        checks = [{"total": "net_amount", "parts": parts, "scope": scope, "if_stated": True}]
        is_told = self.of.meant in chosen
        turned = self.cleaned_data["turned"] if self._is_by_kind(chosen) else []
        return {
            "kind": "" if is_told else if_blank,
            "kinds": {**self._meanings(), "": if_blank} if is_told else {},
            "kind_by": [self.of.meant] if is_told else [],
            "unknown_kind": UNKNOWN if is_told else "",
            "turned": [kind for kind in turned if kind != NONE_TURNED],
            "checks": checks if parts else [],
        }


def _shown(heading: dict[str, Any]) -> str:
    number = heading["occurrence"]
    return f"{heading['label']} ({number})" if number > 1 else str(heading["label"])


def _date_label(form: str) -> str:
    words = {"dmy": _("day first"), "mdy": _("month first"), "dmy-short": _("day first"), "mdy-short": _("month first"),
             "unix": _("seconds since 1970")}  # fmt: skip
    return f"{EXAMPLES[form]} ({words[form]})" if form in words else EXAMPLES[form]
