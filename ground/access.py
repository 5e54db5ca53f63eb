"""The access table: for every route who may use which methods, and what a stranger gets.

The floors know roles, the roof (`config/access.py`) fills the table, `AccessMiddleware` enforces it: a route without
an entry answers 404. What of a page's rows a person sees is said by `visible_to(user)` on the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from ground.worded import keeping_cursor

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Role(StrEnum):
    """What a person is to the installation. One person may be several."""

    VISITOR = "visitor"
    MEMBER = "member"  # signed in, nothing else
    OWNER = "owner"
    EDITOR = "editor"
    READER = "reader"
    PROVIDER = "provider"
    EVALUATOR = "evaluator"
    PARTNER = "partner"
    RESEARCH = "research"
    SUPERVISING = "supervising"
    MANAGER = "manager"
    OFFICER = "officer"
    FINANCE = "finance"
    AUDITOR = "auditor"
    OPERATOR = "operator"


EVERYONE = frozenset(Role)
SIGNED_IN = EVERYONE - {Role.VISITOR}
COMPANY = frozenset({Role.OWNER, Role.EDITOR, Role.READER})
COMPANY_WRITES = frozenset({Role.OWNER, Role.EDITOR})
STAFF = frozenset({Role.MANAGER, Role.OFFICER, Role.FINANCE, Role.AUDITOR})
STAFF_WRITES = frozenset({Role.MANAGER, Role.OFFICER})
NEEDS_SECOND_FACTOR = STAFF | {Role.OPERATOR}
NOBODY: frozenset[Role] = frozenset()


class Persons(StrEnum):
    """Whose personal data a page shows."""

    NONE = "none"
    OWN = "own"
    COMPANY = "members and contacts of a company"
    APPLICANTS = "contacts of applicants"
    STAFF = "staff and evaluators"
    ORGANIZATION = "people of an organization"
    ALL = "everybody who signs in"


@dataclass(frozen=True)
class Entry:
    """One route. `reads` may use GET and HEAD, `writes` POST; a stranger gets `stranger` (404, or login when not signed in).

    Staff and the operator pass a second factor first, on every route but the doors (`is_door`). Where it `asks_password`, the person
    has given it lately."""

    reads: frozenset[Role] = NOBODY
    writes: frozenset[Role] = NOBODY
    stranger: int = 404
    persons: Persons = Persons.NONE
    is_door: bool = False
    asks_password: bool = False

    def allows(self, roles: Iterable[Role], method: str) -> bool:
        allowed = (
            self.reads
            if method in {"GET", "HEAD", "OPTIONS"}
            else self.writes
            if method == "POST"
            else NOBODY
        )
        return not allowed.isdisjoint(roles)

    def asks_at(self, method: str) -> bool:
        """Whether it asks for the password now: when something is sent, and before a form of those who may send it, so that nobody
        types in vain; not when a record is read that others read, too."""
        return self.asks_password and (method == "POST" or self.reads <= self.writes)

    @property
    def methods(self) -> set[str]:
        return ({"GET"} if self.reads else set()) | ({"POST"} if self.writes else set())


@dataclass
class Table:
    """Route name (`namespace:name`) → entry."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def add(self, route: str, entry: Entry) -> None:
        if route in self.entries:
            raise ValueError(f"route {route} stands twice in the access table")
        self.entries[route] = entry

    def find(self, route: str) -> Entry | None:
        return self.entries.get(route)


TABLE = Table()

RoleSource = Callable[[UUID], Iterable["QuerySet[Any, str]"]]
_role_sources: list[RoleSource] = []


def role_source(source: RoleSource) -> RoleSource:
    """Register how a floor tells a user's roles: key of the user → questions whose rows are names of roles. They are
    put into words once in a process, so they may hang on nothing but the key and the database's clock."""
    if source not in _role_sources:
        _role_sources.append(source)
    return source


T = TypeVar("T")


def remembered(user: Any, key: str, ask: Callable[[], T]) -> T:
    """The answer to a question about a user, asked once per request: the access middleware lays `naru_memory` on the
    request's user, so a changed right counts from the next request on. Elsewhere nothing is remembered."""
    memory: dict[str, Any] | None = getattr(user, "naru_memory", None)
    if memory is None:
        return ask()
    if key not in memory:
        memory[key] = ask()
    return cast(T, memory[key])


SOMEBODY = UUID(int=0)


def with_roles(users: QuerySet[Any], key: UUID) -> QuerySet[Any]:
    """The user's row with the names of all roles (`role_names`), from which `remember_roles` saves every page a question."""
    from django.contrib.postgres.fields import ArrayField
    from django.db.models import TextField
    from django.db.models.expressions import RawSQL

    sql, values = _roles_sql(tuple(_role_sources))
    said = [key if value == SOMEBODY else value for value in values]
    roles = RawSQL(f"ARRAY({sql})", said, output_field=ArrayField(TextField()))  # noqa: S611
    return cast("QuerySet[Any]", users.annotate(role_names=roles))


def remember_roles(user: Any) -> None:
    """Begin what is remembered of a request's user, with the roles if they were read with the row."""
    names = getattr(user, "role_names", None)
    user.naru_memory = {} if names is None else {"roles": _and_member(names)}


def _and_member(names: Iterable[str]) -> frozenset[Role]:
    return frozenset({Role.MEMBER, *map(Role, names)})


@cache
def _roles_sql(sources: tuple[RoleSource, ...]) -> tuple[str, tuple[Any, ...]]:
    """All questions as one, about SOMEBODY: every request asks it, and putting it into words takes longer than asking."""
    first, *others = (question.order_by() for source in sources for question in source(SOMEBODY))
    sql, values = first.union(*others, all=True).query.sql_with_params()
    return f"SELECT * FROM ({sql}) roles", values  # noqa: S608


def roles_of(user: Any) -> frozenset[Role]:
    """All roles of a user at this instant, in one query; a visitor is just that."""
    if not getattr(user, "is_authenticated", False):
        return frozenset({Role.VISITOR})

    def ask() -> frozenset[Role]:
        sql, values = _roles_sql(tuple(_role_sources))
        with keeping_cursor() as cursor:
            cursor.execute(sql, [user.pk if value == SOMEBODY else value for value in values])
            return _and_member(name for (name,) in cursor.fetchall())

    return remembered(user, "roles", ask)


def may(user: Any, route: str, method: str = "GET") -> bool:
    """Whether the table lets this user use the route."""
    entry = TABLE.find(route)
    return entry is not None and entry.allows(roles_of(user), method)
