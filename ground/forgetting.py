"""What is wiped by age: texts and recipients of mails that were sent, and who asked for work that is done."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import models, transaction
from django.db.models import DurationField, Func, Q, Value
from django.db.models.functions import Now

from ground.models import Message, OutboxEvent
from ground.personal import Goes, personal_columns


class LastUse(NamedTuple):
    """The instant from which the months of a table's columns count, and the clock that it was taken from; a row without
    it is still needed."""

    since: str
    now: Func = Now()


LAST_USE: dict[type[models.Model], LastUse] = {Message: LastUse("sent_at"), OutboxEvent: LastUse("done_at")}
"""Floors above add their tables."""


def forget() -> dict[str, int]:
    """Wipe the columns that go by age in rows whose months are over; what is not sent or not done stays.

    Returns the number of rows wiped of each table; a second time none. Instants of mails and of work are the machine's own,
    as the outbox's.
    """
    with transaction.atomic():
        return {model._meta.db_table: _wipe(model, use) for model, use in LAST_USE.items()}


def _wipe(model: type[models.Model], use: LastUse) -> int:
    columns = {name: column for each, name, column in personal_columns(Goes.BY_AGE) if each is model}
    months = max(column.months for column in columns.values())
    period = Func(
        Value(months), template="make_interval(months => %(expressions)s)", output_field=DurationField()
    )
    blanks: dict[str, Any] = {name: model._meta.get_field(name).get_default() for name in columns}  # type: ignore[union-attr]
    is_filled = Q()
    for name, blank in blanks.items():
        is_filled |= ~Q(**{name: blank})
    old = model._default_manager.filter(is_filled, **{f"{use.since}__lt": use.now - period})
    marks = {"wiped_at": Now()} if model is Message else {}
    return old.update(**blanks, **marks)
