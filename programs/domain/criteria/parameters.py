"""Parameters of a kind of criterion: what staff may say, with its label and limits, declared once.

The checks of the values follow from the declaration here, and so do the fields of the form (`programs.forms.criteria`):
a kind that declares its parameters in `values.DECLARED` has both.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from ground.errors import filled

Option = tuple[Any, StrOrPromise]
"""A value as it stands in JSON, and what people read."""


NO_CODE = _("This is not a code.")
NO_INDUSTRY = _("An industry code is a capital letter with up to five digits, for example C10.")


class Fault(NamedTuple):
    """What is wrong, and which parameter it is about."""

    parameter: str
    sentence: str | Promise


def number_of(value: object) -> Decimal | None:
    """A limit as it stands in the values: a number, or a number as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def day_of(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def texts_of(value: object) -> list[str]:
    """The texts of a list; nothing when it is no list of texts."""
    return (
        list(value)
        if isinstance(value, list) and all(isinstance(each, str) and each for each in value)
        else []
    )


@dataclass(frozen=True)
class Parameter:
    """`name` is the key in the values. One that is not required may be left out."""

    name: str
    label: StrOrPromise
    hint: StrOrPromise = ""
    is_required: bool = False

    missing: ClassVar[StrOrPromise] = _("Fill this in.")

    def fault(self, value: Any) -> str | Promise | None:
        """What is wrong with a value that was given."""
        return None


@dataclass(frozen=True)
class One(Parameter):
    """One of a list; `default` is what counts when nothing is said."""

    options: Sequence[Option] = ()
    default: Any = None

    def fault(self, value: Any) -> str | Promise | None:
        return None if value in [key for key, _label in self.options] else _("Choose one of the list.")


@dataclass(frozen=True)
class Some(Parameter):
    """Several of a list; `default` is what counts when nothing is said."""

    options: Sequence[Option] = ()
    default: Sequence[str] = ()

    def fault(self, value: Any) -> str | Promise | None:
        known = {key for key, _label in self.options}
        return None if texts_of(value) and known.issuperset(value) else _("Choose from the list.")


@dataclass(frozen=True)
class Provinces(Parameter):
    """Provinces by their dated codes; whether there are such codes is asked of the code list."""

    missing: ClassVar[StrOrPromise] = _("Choose at least one province.")

    def fault(self, value: Any) -> str | Promise | None:
        return None if texts_of(value) else self.missing


@dataclass(frozen=True)
class Texts(Parameter):
    """Texts, one a line."""

    def fault(self, value: Any) -> str | Promise | None:
        return None if texts_of(value) else _("Type one a line.")


@dataclass(frozen=True)
class Codes(Texts):
    """Codes or their beginnings; each has the shape of `pattern`."""

    pattern: str = ".+"
    wrong: StrOrPromise = NO_CODE

    def fault(self, value: Any) -> str | Promise | None:
        is_sound = texts_of(value) and all(re.fullmatch(self.pattern, each) for each in value)
        return None if is_sound else self.wrong


@dataclass(frozen=True)
class Industries(Codes):
    """KSIC codes or their beginnings, of the revision that the values name."""

    pattern: str = "[A-Z][0-9]{0,5}"
    wrong: StrOrPromise = NO_INDUSTRY


@dataclass(frozen=True)
class Number(Parameter):
    """A number of a unit, in its limits; both included."""

    unit: StrOrPromise = ""
    least: int = 0
    most: int | None = None
    is_whole: bool = True

    def fault(self, value: Any) -> str | Promise | None:
        number = number_of(value)
        if number is None:
            return _("Type a number, for example 5000000.")
        if number < self.least:
            return filled(_("Not below %(least)s."), least=str(self.least))
        if self.most is not None and number > self.most:
            return filled(_("Not above %(most)s."), most=str(self.most))
        return _("Type a whole number.") if self.is_whole and number % 1 else None


@dataclass(frozen=True)
class Flag(Parameter):
    """Said or not said."""

    def fault(self, value: Any) -> str | Promise | None:
        return None if isinstance(value, bool) else _("This is true or false.")


@dataclass(frozen=True)
class OfForm(Parameter):
    """A question of the call's form, by its code."""

    missing: ClassVar[StrOrPromise] = _("Choose a question.")

    def fault(self, value: Any) -> str | Promise | None:
        return None if isinstance(value, str) else self.missing


@dataclass(frozen=True)
class Given(Parameter):
    """What was answered to the question named by the parameter `of`: yes or no, a choice, a text, a number."""

    of: str = "question"

    def fault(self, value: Any) -> str | Promise | None:
        return None if isinstance(value, bool | int | float | str) else _("Choose an answer.")


@dataclass(frozen=True)
class Bound(Parameter):
    """A limit of a number or of a day."""

    def fault(self, value: Any) -> str | Promise | None:
        is_sound = number_of(value) is not None or day_of(value) is not None
        return None if is_sound else _("Type a number or a day, for example 2025-05-30.")


@dataclass(frozen=True)
class Declared:
    """The parameters of a kind, in the order in which they are asked.

    `needs_one`: at least one of these is said. `in_order`: the first is not above the second. `more` are checks that
    none of these says.
    """

    parameters: tuple[Parameter, ...] = ()
    needs_one: tuple[str, ...] = ()
    in_order: tuple[str, str] | None = None
    more: Callable[[Mapping[str, Any]], Iterable[Fault]] = lambda values: ()

    def faults(self, values: Mapping[str, Any]) -> list[Fault]:
        """Everything that is wrong with the values alone; of two things about one parameter, the first."""
        found = []
        for each in self.parameters:
            if is_empty(value := values.get(each.name)):
                if each.is_required:
                    found.append(Fault(each.name, each.missing))
            elif (sentence := each.fault(value)) is not None:
                found.append(Fault(each.name, sentence))
        if found:
            return found
        if self.needs_one and all(is_empty(values.get(name)) for name in self.needs_one):
            labels = " / ".join(str(each.label) for each in self.parameters if each.name in self.needs_one)
            return [
                Fault(self.needs_one[0], filled(_("Say at least one of these: %(labels)s."), labels=labels))
            ]
        if self.in_order is not None:
            low, high = (number_of(values.get(name)) for name in self.in_order)
            if low is not None and high is not None and low > high:
                return [Fault(self.in_order[1], _("The lower limit lies above the upper one."))]
        return list(self.more(values))


def is_empty(value: object) -> bool:
    return value is None or value == "" or value == []
