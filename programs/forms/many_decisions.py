"""The list of open criteria as it comes back: which file it is, which columns it has, what a row says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.admin.exchange import BadFile, KoreanCsv, WorkbookOfValues, require_small, runs
from programs.domain.deciding_many import Wish
from programs.models.screening import Outcome
from programs.queries.open_criteria import heads

FORMATS = {"xlsx": WorkbookOfValues, "csv": KoreanCsv}
READ = ("receipt", "code", "decision", "reason", "stamp")
LANGUAGES = ("ko", "en")
LONGEST_REASON = 1000
SALT = "programs.many_decisions"


class ManyDecisionsForm(forms.Form):
    import_file = forms.FileField(
        label=_("The list with your decisions"),
        help_text=_("XLSX, or CSV as UTF-8 or CP949; at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_import_file(self) -> Any:
        """The rows as they were written. Kept under `wishes`."""
        upload = self.cleaned_data["import_file"]
        kind = FORMATS.get(upload.name.rpartition(".")[2].lower())
        if kind is None:
            raise forms.ValidationError(_("Choose the list as an XLSX or CSV file."))
        require_small(upload)
        try:
            self.wishes = read(kind().create_dataset(upload.read()))
        except BadFile as error:
            raise forms.ValidationError(str(error)) from error
        return upload


def read(dataset: Any) -> list[Wish]:
    """The rows of a data set whose head is in either language. `BadFile` where a column is missing or stands twice."""
    places = _places(dataset.headers)
    decisions = {
        str(word).casefold(): each.value
        for each in (Outcome.MET, Outcome.NOT_MET)
        for language in LANGUAGES
        for word in (_in(language, each), each.value)
    }
    wishes = []
    for number, cells in enumerate(dataset, start=2):
        given = {name: str(cells[place]).strip() for name, place in places.items()}
        decision = given["decision"].casefold()
        to, fault = decisions.get(decision, ""), ""
        if decision and not to:
            fault = _now("In “%(column)s” write “%(met)s” or “%(not_met)s”, or nothing.") % {
                "column": heads()["decision"], "met": Outcome.MET.label, "not_met": Outcome.NOT_MET.label,
            }  # fmt: skip
        elif to and runs(given["reason"]):
            fault = _now("The reason begins like a formula. Write it in words.")
        elif len(given["reason"]) > LONGEST_REASON:
            fault = _now("The reason has more than %(most)d letters.") % {"most": LONGEST_REASON}
        wishes.append(
            Wish(number, given["receipt"], given["code"], to, given["reason"], given["stamp"], fault)
        )
    return wishes


def _places(headers: list[str]) -> dict[str, int]:
    names: dict[str, set[str]] = {name: set() for name in READ}
    for language in LANGUAGES:
        with translation.override(language):
            for name, head in heads().items():
                if name in names:
                    names[name].add(head)
    places = {}
    for name in READ:
        found = [place for place, head in enumerate(headers) if head in names[name]]
        if len(found) != 1:
            sentence = (
                _now("The column “%(column)s” is missing. Download the list again and fill that in.")
                if not found
                else _now("The column “%(column)s” stands there twice. Leave one of them.")
            )
            raise BadFile(sentence % {"column": heads()[name]})
        places[name] = found[0]
    return places


def _in(language: str, outcome: Outcome) -> str:
    with translation.override(language):
        return str(outcome.label)


def carried(call: Any, user: Any, wishes: list[Wish]) -> str:
    """The rows that say something, for the page that asks once more; only this person and call get them back."""
    told = [each.as_list() for each in wishes if each.to]
    return signing.dumps([str(call.pk), str(user.pk), told], salt=SALT, compress=True)


def brought_back(call: Any, user: Any, text: str) -> list[Wish] | None:
    """The rows that `carried` wrote; None for anything else."""
    try:
        of, who, told = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return [Wish(*each) for each in told] if (of, who) == (str(call.pk), str(user.pk)) else None
