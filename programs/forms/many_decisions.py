"""The list of open criteria as it comes back: which file it is, which columns it has, what a row says."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ground import carrying
from ground.workbooks import runs
from programs.domain.deciding_many import Wish
from programs.forms import filled_lists
from programs.forms.filled_lists import LANGUAGES, FilledListForm
from programs.models.screening import Outcome
from programs.queries.open_criteria import heads

READ = ("receipt", "code", "decision", "reason", "stamp")
LONGEST_REASON = 1000
SALT = "programs.many_decisions"


class ManyDecisionsForm(FilledListForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["import_file"].label = _("The list with your decisions")

    def read(self, dataset: Any) -> list[Wish]:
        return read(dataset)


def read(dataset: Any) -> list[Wish]:
    """The rows of a data set whose head is in either language. `BadFile` where a column is missing or stands twice."""
    places = filled_lists.places(dataset.headers, heads, READ)
    decisions = {
        str(word).casefold(): each.value
        for each in (Outcome.MET, Outcome.NOT_MET)
        for language in LANGUAGES
        for word in (_in(language, each), each.value)
    }
    wishes = []
    for number, cells in zip(dataset.numbers, dataset, strict=True):
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


def _in(language: str, outcome: Outcome) -> str:
    with translation.override(language):
        return str(outcome.label)


def carried(call: Any, user: Any, wishes: list[Wish]) -> str:
    """The rows that say something, for the page that asks once more; only this person and call get them back."""
    told = [each.as_list() for each in wishes if each.to]
    return carrying.carried(SALT, [str(call.pk), str(user.pk)], told)


def brought_back(call: Any, user: Any, text: str) -> list[Wish] | None:
    """The rows that `carried` wrote; None for anything else."""
    told = carrying.brought_back(SALT, [str(call.pk), str(user.pk)], text)
    return None if told is None else [Wish(*each) for each in told]
