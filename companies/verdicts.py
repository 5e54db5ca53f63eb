"""What becomes of each table when two records of one company are merged (중복 기업 병합): said by the floor that knows the
table, in one list; what stands in the way until somebody has decided is said beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Agency
from companies.models import Company
from ground.database import is_history


class Verdict(models.TextChoices):
    MOVES = "moves", _("moves to the record that stays")
    SHARED = "shared", _("counts at both records")
    STAYS = "stays", _("stays with the record given up and is found there")


@dataclass(frozen=True)
class Rows:
    """The rows of a table that name a company in `field`.

    Of what moves: `same` tells which rows of both records speak of the same thing, `compared` in which columns they must
    agree. Where they agree the two become one; where they do not, somebody chooses whose hold, or with `may_stay` that of
    the record given up stays there. `is_moving` says which rows move at all, `why` what becomes of the others.
    `label`: what a
    reader calls them, where the table's own name has two meanings. `agency`: the way to the agency whose rows these are,
    where one agency does not know another's. `reading`: how the rows are read, where `same` needs more than the columns.
    """

    field: str
    verdict: Verdict
    why: StrOrPromise = ""
    is_moving: Callable[[], Q] = Q
    same: Callable[[Any], Hashable] = lambda row: row.pk
    compared: tuple[str, ...] = ()
    may_stay: bool = False
    label: StrOrPromise = ""
    agency: str = ""
    reading: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Block:
    """What must be decided first, and where: a route of the staff site with the record's key."""

    sentence: StrOrPromise
    route: str
    key: UUID | None = None


def elsewhere(agency: Any) -> Block:
    """What another agency must decide is not told to this one."""
    return Block(
        _("%(agency)s has something open about the two records and decides on it first.")
        % {"agency": agency},
        "",
    )


Blocks = Callable[[Company, Company, Agency], Iterable[Block]]
_verdicts: dict[tuple[type[models.Model], str], Rows] = {}
_blocks: list[Blocks] = []
_needed: dict[type[models.Model], list[Callable[[], Q]]] = {}


def verdict(model: type[models.Model], *rows: Rows) -> None:
    """Say what becomes of a table's rows."""
    _verdicts.update({(model, each.field): each for each in rows})


def stays(*named: tuple[type[models.Model], str], why: StrOrPromise, agency: str = "") -> None:
    """The same reason for several tables whose rows stay where they are."""
    for model, field in named:
        verdict(model, Rows(field, Verdict.STAYS, why, agency=agency))


def blocked_by(function: Blocks) -> Blocks:
    """Register what stands in the way: (kept, given up, agency) → what must be decided first."""
    if function not in _blocks:
        _blocks.append(function)
    return function


def needed(model: type[models.Model], where: Callable[[], Q]) -> None:
    """Rows under this condition are still needed where they are, says a floor above theirs."""
    if where not in (known := _needed.setdefault(model, [])):
        known.append(where)


def relations() -> list[tuple[type[models.Model], str]]:
    """Every relation of a table to a company, found by walking the models. Histories stay by themselves: they are
    append-only."""
    return [
        (model, field.name)
        for model in apps.get_models()
        if not is_history(model._meta.db_table)
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Company
    ]


@cache
def followers() -> dict[type[models.Model], list[type[models.Model]]]:
    """By table with a relation to a company those that hang on it, over all steps, without one of their own: their rows go
    or stay with the row that they hang on. In the order of the models."""
    tied = dict.fromkeys(model for model, _field in relations())
    found: dict[type[models.Model], list[type[models.Model]]] = {model: [] for model in tied}
    every = [each for each in apps.get_models() if not is_history(each._meta.db_table) and each not in tied]
    for model in every:
        for root in _roots(model, tied):
            found[root].append(model)
    return found


def _roots(model: type[models.Model], tied: Collection[type[models.Model]]) -> set[type[models.Model]]:
    found, seen, step = set(), {model, Company}, {model}
    while step:
        above: set[Any] = {
            field.related_model for each in step for field in each._meta.concrete_fields if field.is_relation
        } - seen
        seen |= above
        found |= above.intersection(tied)
        step = above.difference(tied)
    return found


def everything() -> list[tuple[type[models.Model], Rows]]:
    """Each relation with its verdict, in the order of the models; `KeyError` for one that nobody thought of."""
    return [(model, _verdicts[model, field]) for model, field in relations()]


def blocks(kept: Company, given_up: Company, agency: Agency) -> list[Block]:
    return [block for function in _blocks for block in function(kept, given_up, agency)]


def unnamed(model: type[models.Model]) -> Q:
    """Rows that no record of another table names, and that no floor says it needs where they are."""
    found = Q()
    for where in _needed.get(model, []):
        found &= ~where()
    for relation in model._meta.get_fields(include_hidden=True):
        target: Any = relation.related_model
        if relation.auto_created and not relation.concrete and not is_history(target._meta.db_table):
            found &= ~Q(Exists(target._base_manager.filter(**{relation.field.name: OuterRef("pk")})))  # type: ignore[union-attr]
    return found
