"""A record's history, readable: what was changed from what to what, by whom, when, why and from where.

A history row keeps who did it by their key only; the name is looked up when the history is shown, and what a reader may
know of somebody is told by the floors that know people (`known_by`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from ground import reasons
from ground.templatetags.naru import day, seoul

KINDS = {"insert": _("made"), "update": _("changed"), "delete": _("deleted")}
BLANK = "–"
LATEST = 300
"""How many changes a page shows at most."""

UNNAMED: dict[str, Any] = {
    "accepted_by": _("accepted by"),
    "amount": _("amount"),
    "by": _("decided by"),
    "codes": _("choices"),
    "comparable": _("compared by"),
    "confirmed_by": _("confirmed by"),
    "currency": _("currency"),
    "day": _("day"),
    "decided_by": _("decided by"),
    "declared_by": _("declared by"),
    "form_key": _("key of the form"),
    "invited_by": _("invited by"),
    "is_yes": _("yes"),
    "marks": _("last entries read"),
    "number": _("number"),
    "published_by": _("published by"),
    "refusal_code": _("refused because"),
    "refusal_en": _("refused because (English)"),
    "refusal_ko": _("refused because (Korean)"),
    "sent_by": _("sent by"),
    "submitted_by": _("submitted by"),
    "taken_by": _("taken by"),
    "text": _("text"),
    "text_sha256": _("SHA-256 of the text"),
    "version": _("version"),
}
"""Names of columns that their models leave without one."""


@dataclass(frozen=True)
class Person:
    """Somebody as a reader may know them; whether reasons and addresses of theirs are the reader's business, too."""

    name: str
    is_known: bool


Knowing = Callable[[Any, Iterable[str]], dict[str, Person]]
_knowing: list[Knowing] = []


def known_by(function: Knowing) -> Knowing:
    """Register what a reader may know of people: (reader, keys of users) → by key. The floor that knows companies does."""
    _knowing[:] = [function]
    return function


Wording = Callable[[Any], dict[str, str]]
_in_words: dict[tuple[str, str], Wording] = {}


def in_words(model: str, column: str) -> Callable[[Wording], Wording]:
    """Register how a column that holds several facts (JSON) reads: its value → each fact by what it is called, in the
    reader's language. The history tells each that differs on a line of its own."""

    def register(function: Wording) -> Wording:
        _in_words[model, column] = function
        return function

    return register


@dataclass(frozen=True)
class FieldChange:
    """`language`: in which the values are written, where the column says so (`name_en`)."""

    label: str
    before: str
    after: str
    language: str = ""


@dataclass(frozen=True)
class Change:
    """One row of the history; `what` names a record that hangs on the page's own, which stands without. `reason` as it is kept."""

    at: dt.datetime
    kind: str
    kind_label: Any
    who: str
    reason: str
    address: str
    request: str
    fields: tuple[FieldChange, ...]
    what: str = ""

    @property
    def why(self) -> str:
        """The reason for the reader: a sentence of ours in the language in force."""
        return reasons.in_words(self.reason)


@dataclass(frozen=True)
class _Row:
    """A row of a history table beside the row before it."""

    model: type[models.Model]
    event: Any
    previous: Any
    is_own: bool

    @property
    def context(self) -> dict[str, Any]:
        return self.event.pgh_context or {}


def event_model(model: type[models.Model]) -> type[models.Model] | None:
    """The history table of a model."""
    name = f"{model._meta.object_name}Event"
    try:
        return apps.get_model(model._meta.app_label, name)
    except LookupError:
        return None


def history_of(
    record: models.Model, *, hanging: Sequence[str] = (), reader: Any = None, limit: int = LATEST
) -> list[Change]:
    """The latest changes of a record, the newest first, and of the records that hang on it (`hanging`: related names, also
    over two steps, `returns__items`), deleted ones too.

    With a `reader` only those hanging records that the reader may see, and of people what the reader may know; without
    one everything (commands). A fixed number of queries, however many rows there are.
    """
    rows = _rows(type(record), {"pgh_obj_id": record.pk}, limit, is_own=True)
    for path in hanging:
        rows += _hanging(record, path, reader, limit)
    rows.sort(key=lambda row: (row.event.pgh_created_at, row.event.pgh_id), reverse=True)
    rows = rows[:limit]
    people = _people(rows, reader)
    shown = _Shown(rows, people, reader)
    return [_change(row, people, shown) for row in rows]


def _rows(model: type[models.Model], conditions: dict[str, Any], limit: int, *, is_own: bool) -> list[_Row]:
    events = event_model(model)
    if events is None:
        return []
    found: list[Any] = list(events._default_manager.filter(**conditions).order_by("-pgh_id")[: limit + 1])
    rows: list[_Row] = []
    later: dict[Any, int] = {}
    for event in found:
        if (place := later.get(event.pgh_obj_id)) is not None:
            rows[place] = _Row(model, rows[place].event, event, is_own)
        later[event.pgh_obj_id] = len(rows)
        rows.append(_Row(model, event, None, is_own))
    return rows[:limit]


def _hanging(record: models.Model, path: str, reader: Any, limit: int) -> list[_Row]:
    model: type[models.Model] = type(record)
    way: list[str] = []
    for name in path.split("__"):
        relation: Any = model._meta.get_field(name)
        model = relation.related_model
        way.insert(0, relation.field.name)
    conditions: dict[str, Any] = {"__".join(way): record.pk}
    rows: Any = model._default_manager.all()
    if reader is not None and hasattr(rows, "visible_to"):
        conditions["pgh_obj_id__in"] = rows.visible_to(reader).order_by().values("pk")
    return _rows(model, conditions, limit, is_own=False)


def _people(rows: Iterable[_Row], reader: Any) -> dict[str, Person]:
    """Everybody named in the rows: who did it, and whom a column names."""
    user_model = get_user_model()
    keys = {str(row.context["user"]) for row in rows if row.context.get("user")}
    for row in rows:
        for field in _columns(row.event):
            if isinstance(field, models.ForeignKey) and field.remote_field.model is user_model:
                keys |= {str(value) for value in _values(row, field) if value is not None}
    if not keys:
        return {}
    if reader is not None and _knowing:
        return _knowing[0](reader, keys)
    found = user_model._default_manager.in_bulk([UUID(key) for key in keys])
    return {str(key): Person(str(person), is_known=True) for key, person in found.items()}


class _Shown:
    """Values as people read them. Records that columns point at are fetched once per table."""

    def __init__(self, rows: Iterable[_Row], people: dict[str, Person], reader: Any) -> None:
        self.people = people
        wanted: dict[Any, set[Any]] = {}
        for row in rows:
            if not row.is_own:
                wanted.setdefault(row.model, set()).add(row.event.pgh_obj_id)
            for field in _columns(row.event):
                if isinstance(field, models.ForeignKey):
                    values = {value for value in _values(row, field) if value is not None}
                    wanted.setdefault(field.remote_field.model, set()).update(values)
        wanted.pop(get_user_model(), None)
        self.names = {model: self._names(model, keys, reader) for model, keys in wanted.items() if keys}

    def _names(self, model: Any, keys: set[Any], reader: Any) -> dict[Any, str]:
        rows = model._default_manager.all()
        if reader is not None and hasattr(rows, "visible_to"):
            rows = rows.visible_to(reader)
        beside = [field.name for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey)]
        found = rows.select_related(*beside) if beside else rows
        return {each.pk: str(each) for each in found.filter(pk__in=keys)}

    def record(self, row: _Row) -> str:
        name = self.names.get(row.model, {}).get(row.event.pgh_obj_id, "")
        kind = str(row.model._meta.verbose_name)
        return f"{kind}: {name}" if name else kind

    def value(self, event: Any, field: Any) -> str:
        value = getattr(event, field.attname) if event is not None else None
        if value is None or value == "" or (isinstance(value, str) and value.endswith("@destroyed.invalid")):
            return BLANK
        if isinstance(field, models.ForeignKey):
            if field.remote_field.model is get_user_model():
                person = self.people.get(str(value))
                return person.name if person else BLANK
            return self.names.get(field.remote_field.model, {}).get(value, BLANK)
        if choices := dict(field.flatchoices):
            return str(choices.get(value, value))
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, dt.datetime):
            return seoul(value)
        if isinstance(value, dt.date):
            return day(value)
        return format(value, "f") if isinstance(value, Decimal) else str(value)


def _change(row: _Row, people: dict[str, Person], shown: _Shown) -> Change:
    context = row.context
    key = str(context.get("user") or "")
    person = people.get(key)
    who = person.name if person else str(_("by itself")) if not key else BLANK
    is_open = person.is_known if person else not key
    return Change(
        at=row.event.pgh_created_at,
        kind=row.event.pgh_label,
        kind_label=KINDS.get(row.event.pgh_label, row.event.pgh_label),
        who=who,
        reason=context.get("reason", "") if is_open else "",
        address=context.get("address", "") if is_open else "",
        request=context.get("request", "") if is_open else "",
        fields=tuple(_fields(row, shown)),
        what="" if row.is_own else shown.record(row),
    )


def _fields(row: _Row, shown: _Shown) -> Iterable[FieldChange]:
    if row.previous is None and row.event.pgh_label != "insert":
        return
    for field in _columns(row.event):
        if field.name in getattr(row.model, "NOT_FOR_READERS", ()):
            continue
        if row.previous is None or len(set(map(repr, _values(row, field)))) > 1:
            if wording := _in_words.get((row.model._meta.label, field.name)):
                yield from _told_apart(row, field, wording)
                continue
            before, after = shown.value(row.previous, field), shown.value(row.event, field)
            if before != after:
                ending = field.name.rpartition("_")[2]
                language = ending if ending in dict(settings.LANGUAGES) else ""
                yield FieldChange(label_of(row.model, field.name), before, after, language)


def _told_apart(row: _Row, field: Any, wording: Wording) -> Iterable[FieldChange]:
    before, after = (
        wording(getattr(event, field.attname)) if event is not None else {}
        for event in (row.previous, row.event)
    )
    label = label_of(row.model, field.name)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield FieldChange(f"{label}: {name}", before.get(name, BLANK), after.get(name, BLANK))


def _columns(event: models.Model) -> list[Any]:
    return [
        field
        for field in event._meta.concrete_fields
        if not field.name.startswith("pgh_") and field.name not in {"id", "created_at"}
    ]


def _values(row: _Row, field: Any) -> list[Any]:
    return [getattr(event, field.attname) for event in (row.event, row.previous) if event is not None]


def label_of(model: type[models.Model], name: str) -> str:
    """What a column is called: its own name, one of `UNNAMED`, or the kind of record that it points at."""
    field: Any = model._meta.get_field(name)
    if field._verbose_name is not None:
        return str(field.verbose_name)
    if name in UNNAMED:
        return str(UNNAMED[name])
    return str(field.related_model._meta.verbose_name) if field.related_model else name
