"""How a verb says no."""

from __future__ import annotations

import datetime as dt
from typing import cast

from django.utils.functional import Promise, lazy

from ground.templatetags.naru import day


def filled(sentence: str | Promise, **values: object) -> Promise:
    """The sentence with its `%(name)s` filled in the language in which it is read: `%` itself would settle on the
    language of now, and a sentence that is stored is read in both. A day is written as pages write it."""
    return cast(Promise, lazy(lambda: str(sentence) % _spoken(values), str)())


def _spoken(values: dict[str, object]) -> dict[str, object]:
    return {name: day(value) if type(value) is dt.date else value for name, value in values.items()}


class RuleBroken(Exception):
    """A verb refuses: `code` for tests and logs, `sentence` for the reader (what is wrong, what to do next).

    `fields` names the form fields that the sentence is about, if any.
    """

    def __init__(self, code: str, sentence: str | Promise, fields: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}"
