"""What keeps a criterion from being asked: its values, its days, its group, and codes that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from programs.domain.criteria.names import Names, names_of
from programs.domain.criteria.parameters import Fault, texts_of
from programs.domain.criteria.values import KSIC_REVISION, declared_faults, shape_faults
from programs.models import Criterion, Question

Kind = Criterion.Kind


def faults(criterion: Criterion, siblings: Sequence[Criterion], names: Names | None = None) -> list[str]:
    """Everything that keeps a criterion from being asked, as sentences; `siblings` are all criteria of its call.

    No query when `names` are given, else as `names_of`. Amounts are KRW (sales) and USD (exports); ages are whole years.
    """
    found = [
        *shape_faults(criterion.kind, criterion.values),
        *(str(each.sentence) for each in days_faults(criterion)),
        *_grouping(criterion, siblings),
    ]
    return found or [str(each.sentence) for each in unknown(criterion, names)]


def days_faults(criterion: Criterion) -> Iterable[Fault]:
    """What is wrong with the days that count, with the field that says so: the same sentence once."""
    evaluation = {Criterion.AsOf.EVALUATION, Criterion.AsOf.CURE}
    wanted = [name for name in ("as_of", "later_as_of") if getattr(criterion, name) in evaluation]
    if wanted and criterion.call.evaluation_on is None:
        yield Fault(wanted[0], _("It counts on the first evaluation day: enter that day in the call."))
    if criterion.later_as_of == Criterion.AsOf.CURE:
        yield Fault(
            "later_as_of", _("The later day is one day: choose closing, agreement or first evaluation.")
        )


def _grouping(criterion: Criterion, siblings: Sequence[Criterion]) -> Iterable[str]:
    members = [each for each in siblings if each.group_id == criterion.pk]
    if criterion.kind in Criterion.GROUPS:
        if not members:
            yield _("No criterion belongs to it.")
        elif criterion.kind == Kind.NOT and len(members) > 1:
            yield _("Exactly one criterion belongs to it.")
    elif members:
        yield _("Other criteria belong to it, but it is not a group.")
    above, seen = criterion, {criterion.pk}
    known = {each.pk: each for each in siblings}
    while above.group_id is not None and above.group_id in known:
        above = known[above.group_id]
        if above.pk in seen:
            yield _("It is part of itself.")
            return
        seen.add(above.pk)


def unknown(criterion: Criterion, names: Names | None = None) -> list[Fault]:
    """Codes in sound values that no list and no form of the call holds, with the parameter that names them."""
    if declared_faults(criterion.kind, criterion.values):
        return []
    return list(_unknown(criterion, names or names_of([criterion])))


def _unknown(criterion: Criterion, names: Names) -> Iterable[Fault]:
    values: Mapping[str, Any] = criterion.values
    if criterion.kind == Kind.PROVINCE and not set(values["provinces"]) <= set(names.provinces):
        yield Fault("provinces", _("A province is not known."))
    if criterion.kind == Kind.INDUSTRY:
        revision = values.get("revision", KSIC_REVISION)
        for name in ("include", "exclude"):
            for code in texts_of(values.get(name)):
                if not names.has_industry(revision, code):
                    said = _("No industry of revision %(revision)s begins with %(code)s.")
                    if names.section(revision, code) is not None:
                        said = _(
                            "%(code)s is no division, group, class or subclass of its section (KSIC revision %(revision)s)."
                        )
                    yield Fault(name, said % {"revision": revision, "code": code})
    if criterion.kind == Kind.ANSWER:
        question = names.questions.get(values["question"])
        if question is None:
            yield Fault("question", _("The call has no question “%(code)s”.") % {"code": values["question"]})
        else:
            yield from _not_comparable(question, values.get("equals"))


def _not_comparable(question: Question, wanted: object) -> Iterable[Fault]:
    """Amounts are compared as numbers, so their currency is the question's; a choice is one that companies can make."""
    if question.kind == Question.Kind.MONEY and not question.currency:
        yield Fault(
            "question",
            _("An amount in a currency that the company chooses cannot be compared. Set its currency."),
        )
    is_list = question.kind in {Question.Kind.ONE, Question.Kind.MANY}
    if is_list and wanted is not None and wanted not in {each["code"] for each in question.choices}:
        yield Fault("equals", _("The list of the question has no such choice any more. Choose another one."))
