"""What a merge of two records would do, table by table: read from both records, decided by nobody yet.

The plan is what the second person agrees to: its `digest` is another one as soon as a fact of either record, a row that
moves, what stands beside it, what becomes of it, a member, a choice or the paper is another one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Count, Q, Value
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.domain import approvals
from companies import verdicts
from companies.domain.merging_support import Twofold, twofold
from companies.models import Company, Member, Merge, Sight, StatusCheck, Support
from companies.verdicts import Block, Rows, Verdict
from ground.history import in_words
from ground.templatetags.naru import amount, day

KEPT, GIVEN_UP = "kept", "given_up"
SIDES = {KEPT: _("of the record that stays"), GIVEN_UP: _("of the record given up"), "": _("not decided yet")}
FACTS = ("name_ko", "name_en", "corporate_number", "opened_on", "website")
"""What the record itself says. Its business number is never changed."""


@dataclass(frozen=True)
class Said:
    """What one record says: `values` as they are stored tell two apart, `text` is how a reader reads them."""

    values: tuple[tuple[Any, ...], ...]
    text: str = field(compare=False)

    @property
    def is_something(self) -> bool:
        return any(value != "" for row in self.values for value in row)


@dataclass(frozen=True)
class Difference:
    """One thing that the two records say differently, side by side; `chosen` is whose holds, or empty. When only one of
    them says anything, that holds and is not `is_a_choice`; when neither does, what the record that stays has is kept."""

    key: str
    label: StrOrPromise
    kept: str
    given_up: str
    chosen: str
    is_a_choice: bool


@dataclass(frozen=True)
class Line:
    """One table: the rows of the record given up by what becomes of them, and those of the other that give way."""

    model: type[models.Model]
    rows: Rows
    at_kept: int
    moving: list[Any] = field(default_factory=list)
    folding: list[Any] = field(default_factory=list)
    yielding: list[Any] = field(default_factory=list)
    staying: list[Any] = field(default_factory=list)
    undecided: list[Any] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    stays: int = 0
    """How many stay; `staying` names them where the table moves."""
    of_others: dict[str, frozenset[Any]] = field(default_factory=dict)
    """By side, the rows that belong to other agencies: told to nobody, not even how many."""
    stay_of_others: dict[str, int] = field(default_factory=dict)
    """The same of a table that stays, where a count is enough."""

    @property
    def name(self) -> str:
        return name_of(self.model, self.rows)

    @property
    def label(self) -> str:
        return label_of(self.model, self.rows)

    @property
    def at_given_up(self) -> int:
        """Rows of the record given up."""
        moves = self.rows.verdict == Verdict.MOVES
        named = [*self.moving, *self.folding, *self.staying, *self.undecided]
        return len(named) if moves else self.stays

    def shown_at(self, side: str) -> int:
        """Of the rows of one record those that the agency knows."""
        return (self.at_kept if side == KEPT else self.at_given_up) - self.hides(side)

    def hides(self, side: str) -> int:
        return len(self.hidden_at(side)) or self.stay_of_others.get(side, 0)

    def hidden_at(self, side: str) -> frozenset[Any]:
        return self.of_others.get(side, frozenset())

    def shown(self, keys: list[Any]) -> list[Any]:
        """Those of the rows that the agency knows."""
        hidden = self.hidden_at(KEPT) | self.hidden_at(GIVEN_UP)
        return [key for key in keys if key not in hidden]


def name_of(model: type[models.Model], rows: Rows) -> str:
    return f"{model._meta.label}.{rows.field}"


def label_of(model: type[models.Model], rows: Rows) -> str:
    name = capfirst(str(rows.label or model._meta.verbose_name_plural))
    of = model._meta.get_field(rows.field)
    return name if rows.field == "company" else f"{name} ({getattr(of, 'verbose_name', '')})"


@in_words("companies.Merge", "choices")
def choices_in_words(choices: dict[str, str]) -> dict[str, str]:
    """By each fact that differed, of a table also by which row, whose was chosen."""
    tables = {name_of(model, rows): (model, rows) for model, rows in verdicts.everything()}
    found: dict[str, str] = {}
    for key, side in sorted(choices.items()):
        table, _colon, same = key.partition(":")
        if table == Support._meta.label:
            label = _support_in_words(same)
        elif table in tables:
            model, rows = tables[table]
            label = f"{label_of(model, rows)} {_row_in_words(model, same)}".strip()
        else:
            label = capfirst(str(Company._meta.get_field(same).verbose_name))  # type: ignore[union-attr]
        found[label] = str(SIDES.get(side, side))
    return found


def _support_in_words(key: str) -> str:
    row = Support.objects.filter(pk=key).first()
    name = capfirst(str(Support._meta.verbose_name))
    return f"{name}: {row} {day(row.granted_on)}" if row else name


def _row_in_words(model: type[models.Model], same: str) -> str:
    """Which row a choice is about: its kind, its year or its day; nothing where all rows of the table are one matter."""
    for each in model._meta.concrete_fields:
        if each.name == "kind" and same in dict(each.flatchoices):
            return str(dict(each.flatchoices)[same])
    if same.isdecimal():
        return same
    try:
        return str(day(dt.date.fromisoformat(same)))
    except ValueError:
        return ""


@dataclass(frozen=True)
class Plan:
    merge: Merge
    facts: list[Difference]
    supports: list[tuple[Twofold, Difference]]
    lines: list[Line]
    blocks: list[Block]
    state: list[Any]

    @property
    def differences(self) -> list[Difference]:
        supports = [each for _twofold, each in self.supports]
        return self.facts + supports + [each for line in self.lines for each in line.differences]

    @property
    def undecided(self) -> list[Difference]:
        return [each for each in self.differences if not each.chosen]

    @cached_property
    def digest(self) -> str:
        row = self.merge
        matter = [
            str(row.kept_id),
            str(row.given_up_id),
            row.reason,
            row.document,
            str(row.file_id),
            row.choices,
        ]
        return approvals.fingerprint([matter, self.state])


def plan_of(merge: Merge) -> Plan:
    """Read both records. Reads `merge.kept`, `merge.given_up`, `merge.agency`; a few queries a table."""
    kept, given_up = merge.kept, merge.given_up
    lines, state = [], [[str(getattr(each, name)) for name in FACTS] for each in (kept, given_up)]
    for model, rows in verdicts.everything():
        line, seen = _line(merge, model, rows)
        lines.append(line)
        state.append([line.name, *seen])
    facts = [*_facts(merge)]
    blocks = verdicts.blocks(kept, given_up, merge.agency)
    if (number := _number(merge)) is not None:
        facts.append(number)
        if number.chosen == GIVEN_UP:
            blocks.append(
                Block(
                    _(
                        "The company goes on with the other number: drop this merge and begin one that keeps the other record."
                    ),
                    "",
                )
            )
    supports = []
    for each in twofold(merge):
        agency = each.given_up[0].agency
        if agency in (None, merge.agency):
            supports.append((each, _support(merge, each)))
            state.append([each.key, *(str(row.amount) for row in (*each.kept, *each.given_up))])
        else:
            blocks.append(verdicts.elsewhere(agency))
    return Plan(merge, facts, supports, lines, blocks, state)


def _support(merge: Merge, each: Twofold) -> Difference:
    row = each.given_up[0]
    label = _("Support received: %(support)s (%(day)s), %(who)s") % {
        "support": row,
        "day": day(row.granted_on),
        "who": _("list of a body") if row.agency_id else _("declared by the company"),
    }
    return _difference(
        merge, each.key, label, *(_said(rows, ("amount",)) for rows in (each.kept, each.given_up))
    )


def _number(merge: Merge) -> Difference | None:
    """Two numbers in business may be two companies: then somebody says that they are one, and which number it goes on with."""
    answers = StatusCheck.objects.filter(company__in=[merge.kept, merge.given_up])
    found = {each.company_id: each for each in answers.answers().counting()}
    there = found.get(merge.given_up_id)
    if there is None or there.status not in (StatusCheck.Status.ACTIVE, StatusCheck.Status.SUSPENDED):
        return None
    said = []
    for each in (merge.kept, merge.given_up):
        told = [each.pretty_number, *(str(found[key]) for key in [each.pk] if key in found)]
        said.append(Said(((each.business_number,),), " · ".join(told)))
    label = _(
        "Business number: the one given up is in business at the tax office; if it is one company, the number that it goes on with"
    )
    return _difference(merge, "company:business_number", label, *said)


def _facts(merge: Merge) -> Iterator[Difference]:
    for name in FACTS:
        ours, theirs = (_said([each], (name,)) for each in (merge.kept, merge.given_up))
        if ours != theirs:
            label = capfirst(str(Company._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
            yield _difference(merge, f"company:{name}", label, ours, theirs)


def _difference(merge: Merge, key: str, label: StrOrPromise, ours: Said, theirs: Said) -> Difference:
    chosen = merge.choices.get(key, "")
    is_a_choice = ours.is_something and theirs.is_something
    if not is_a_choice:
        chosen = GIVEN_UP if theirs.is_something else KEPT
    return Difference(key, label, ours.text, theirs.text, chosen, is_a_choice)


def _line(merge: Merge, model: type[models.Model], rows: Rows) -> tuple[Line, list[Any]]:
    """The line, and what of the table the second person's agreement hangs on."""
    every: Any = rows.reading() if rows.reading else model._base_manager
    of_kept, of_given_up = (every.filter(**{rows.field: each}) for each in (merge.kept, merge.given_up))
    if rows.verdict != Verdict.MOVES:
        counts = _counted(merge, rows, every)
        (here, of_others), (stays, hidden) = (
            counts.get(key, (0, 0)) for key in (merge.kept_id, merge.given_up_id)
        )
        line = Line(model, rows, here, stays=stays, stay_of_others={KEPT: of_others, GIVEN_UP: hidden})
        return line, _shared(model, of_kept, of_given_up)
    related = [each for each in rows.compared if model._meta.get_field(each).is_relation]
    ours = list(of_kept.select_related(*related).order_by("pk") if related else of_kept.order_by("pk"))
    moving = of_given_up.filter(rows.is_moving()).order_by("pk")
    theirs = list(moving.select_related(*related) if related else moving)
    staying = list(of_given_up.exclude(pk__in=[each.pk for each in theirs]).values_list("pk", flat=True))
    line = Line(model, rows, len(ours), staying=staying, of_others=_of_others(merge, rows, every))
    seen = _sort(merge, line, ours, theirs)
    return line, [*seen, line.moving, line.folding, line.yielding]


def _of_others(merge: Merge, rows: Rows, every: Any) -> dict[str, frozenset[Any]]:
    """By side, the rows of other agencies; those of none are known to all. One query, none where nobody hides anything."""
    if not rows.agency:
        return {}
    both = every.filter(_is_hidden(merge, rows), **{f"{rows.field}__in": [merge.kept, merge.given_up]})
    found = [*both.values_list("pk", rows.field)]
    return {
        side: frozenset(key for key, of in found if of == company)
        for side, company in ((KEPT, merge.kept_id), (GIVEN_UP, merge.given_up_id))
    }


def _counted(merge: Merge, rows: Rows, every: Any) -> dict[Any, tuple[int, int]]:
    """By company how many rows of a table that stays, and how many of those are other agencies'. One query."""
    both = every.filter(**{f"{rows.field}__in": [merge.kept, merge.given_up]}).order_by()
    hidden = Count("pk", filter=_is_hidden(merge, rows)) if rows.agency else Value(0)
    counted = both.values_list(rows.field).annotate(Count("pk"), hidden=hidden)
    return {company: (count, others) for company, count, others in counted}


def _is_hidden(merge: Merge, rows: Rows) -> Q:
    return Q(**{f"{rows.agency}__isnull": False}) & ~Q(**{rows.agency: merge.agency})


def _shared(model: type[models.Model], *sides: Any) -> list[Any]:
    """Who the members and agencies are, not only how many."""
    named: dict[Any, tuple[str, ...]] = {Member: ("user", "role", "ended_at"), Sight: ("agency",)}
    columns = named.get(model, ())
    return [sorted(map(str, each.values_list(*columns))) for each in sides if columns]


def _sort(merge: Merge, line: Line, ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Put the rows that would move into the line: alone, equal to what is there, or at odds with it. What they say, and what
    those beside them say, is what was agreed to; other rows of the table may change meanwhile."""
    rows = line.rows
    known: dict[Any, list[Any]] = {}
    for row in ours:
        known.setdefault(rows.same(row), []).append(row)
    coming: dict[Any, list[Any]] = {}
    for row in theirs:
        coming.setdefault(rows.same(row), []).append(row)
    seen = []
    for same, those in coming.items():
        these, keys = known.get(same, []), [each.pk for each in those]
        seen += [[each.pk, *map(each.serializable_value, rows.compared)] for each in [*these, *those]]
        if not these:
            line.moving.extend(keys)
            continue
        said, other = _said(these, rows.compared), _said(those, rows.compared)
        if rows.may_stay and (said != other or not rows.compared):
            line.staying.extend(keys)
        elif said == other or not rows.compared:
            line.folding.extend(keys)
        else:
            found = _difference(merge, f"{line.name}:{same}", line.label, said, other)
            line.differences.append(found)
            if found.chosen == GIVEN_UP:
                line.yielding.extend(each.pk for each in these)
                line.moving.extend(keys)
            else:
                (line.folding if found.chosen else line.undecided).extend(keys)
    return seen


def _said(rows: list[Any], columns: tuple[str, ...]) -> Said:
    """What the rows say, whatever their order; nothing stored and an empty text are the same."""
    values = (
        tuple("" if value is None else value for value in map(row.serializable_value, columns))
        for row in rows
    )
    texts = (" · ".join(filter(None, (_value(row, name) for name in columns))) for row in rows)
    return Said(tuple(sorted(values, key=repr)), " / ".join(sorted(texts)))


def _value(row: models.Model, name: str) -> str:
    found: Any = row._meta.get_field(name)
    value = getattr(row, name)
    if value is None or value == "":
        return ""
    if found.choices:
        return str(getattr(row, f"get_{name}_display")())
    if isinstance(found, models.BooleanField):
        return capfirst(str(found.verbose_name)) if value else ""
    if isinstance(found, models.DateField):
        return str(day(value))
    if isinstance(found, models.DecimalField):
        return f"{found.verbose_name} {amount(value, found.decimal_places)}"
    return (
        f"{found.verbose_name} {value}"
        if isinstance(found, models.IntegerField) and name != "year"
        else str(value)
    )
