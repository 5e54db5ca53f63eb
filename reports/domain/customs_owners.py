"""Whose export is it (수출신고 기업 대조): the exporter's company, if it took part in the program on that day of the program, to one
of its markets; else why the line does not count.

A company takes part from the day of its agreement, or from that of its first assignment where the agreement came later, and to the day
on which it left; what it exported until then stays when it leaves.

The exporter is found by the business number, or by what stands in its place: a company that it succeeded or that succeeded it, or
a branch of the same corporation. What an export is measured by is paid trade alone; which types of transaction nobody paid
for is said by whoever takes the list in, since the list names them by code only. What the agency said of a type last holds for all
lines of the program, whoever brought them; until then what each list's bringer said of its own.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db import connection
from django.db.models import Min

from companies import numbers
from ground.clock import SEOUL
from ground.models import Country
from programs.models import Assignment, Participation, Program
from reports.models import CustomsLine, CustomsList, CustomsRecord

Outcome, State = CustomsLine.Outcome, CustomsList.State
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Export:
    """What of a line says whose it is. `number`: ten digits or nothing; `country`: its code or nothing."""

    number: str
    accepted_on: dt.date
    country: str
    proof: str
    hs_code: str
    transaction_type: str
    export_kind: str


@dataclass(frozen=True, slots=True)
class Judged:
    outcome: str
    participation: UUID | None = None
    company: UUID | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """The days on which a company takes part, both included; without a last one as long as none is known."""

    part: Participation
    from_on: dt.date
    until_on: dt.date | None


class Book:
    """What decides about the lines of a program, as it is now."""

    def __init__(self, program: Program) -> None:
        self.program = program
        by_company = defaultdict(list)
        for spell in _spells(program):
            by_company[spell.part.company_id].append(spell)
        self.spells = {spells[0].part.company.business_number: spells for spells in by_company.values()}
        tied = defaultdict(set)
        for number, company in _tied(list(by_company)):
            tied[number].add(company)
        for number, companies in tied.items():
            if number not in self.spells and len(companies) == 1:
                self.spells[number] = by_company[next(iter(companies))]
        self.is_unpaid = said_of_types(program)
        self.markets = set(program.program_markets.values_list("market__country__code", flat=True))
        self.by_hand = {
            (part, month, kind)
            for part, month, kind in CustomsRecord.objects.filter(participation__program=program).values_list(
                "participation", "month", "kind"
            )
        }

    @cached_property
    def _countries(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for code, korean, english in Country.objects.values_list("code", "name_ko", "name_en"):
            found |= {_plain(code): code, _plain(korean): code, _plain(english): code}
        return found

    def country(self, text: str) -> str:
        """The code of the country that the text names by code or name, as “CL”, “칠레” or “CL(칠레)”; nothing if none or two."""
        whole = self._countries.get(_plain(text))
        if whole:
            return whole
        found = {self._countries[word] for word in WORD.findall(_plain(text)) if word in self._countries}
        return found.pop() if len(found) == 1 else ""

    def numbers_of(self, participation: Participation) -> set[str]:
        """The business numbers under which the participation's company exports."""
        company = participation.company_id
        return {number for number, spells in self.spells.items() if spells[0].part.company_id == company}

    def _part(self, line: Export) -> Participation | None:
        for spell in self.spells.get(line.number, ()):
            if spell.from_on <= line.accepted_on and (
                spell.until_on is None or line.accepted_on <= spell.until_on
            ):
                return spell.part
        return None

    def judge(self, line: Export, unpaid: frozenset[str] = frozenset()) -> Judged:
        """Whose the line is, or the first reason why it does not count."""
        if line.proof == CustomsLine.Proof.MANIFEST and not (line.number and line.hs_code):
            return Judged(Outcome.MANIFEST)
        if line.number not in self.spells:
            return Judged(Outcome.EXPORTER)
        if not self.program.starts_on <= line.accepted_on <= self.program.ends_on:
            return Judged(Outcome.DAYS)
        part = self._part(line)
        if part is None:
            return Judged(Outcome.EXPORTER)
        if not line.country:
            return Judged(Outcome.COUNTRY)
        if line.country not in self.markets:
            return Judged(Outcome.MARKET)
        if self.is_unpaid.get(line.transaction_type, line.transaction_type in unpaid):
            return Judged(Outcome.UNPAID)
        if (part.pk, line.accepted_on.replace(day=1), line.export_kind) in self.by_hand:
            return Judged(Outcome.BY_HAND)
        return Judged(Outcome.COUNTS, part.pk, part.company_id)


def numbers_of(part: Participation) -> set[str]:
    """The business numbers under which the participation's company exports, by the rules of `Book`: its own, and those of companies whose
    place it took or that took its, and of branches, unless such a number is another participant's or tied to another one, too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH line AS MATERIALIZED (SELECT company_id, before_id FROM naru_line()),
            tied AS (SELECT before_id AS other, company_id AS whose FROM line UNION SELECT company_id, before_id FROM line),
            taking AS (
                SELECT p.company_id, c.business_number FROM programs_participation p JOIN companies_company c ON c.id = p.company_id
                WHERE p.program_id = %(program)s AND p.agreed_at IS NOT NULL
            )
            SELECT c.business_number FROM tied x JOIN companies_company c ON c.id = x.other
            WHERE x.whose = %(company)s AND c.business_number NOT IN (SELECT business_number FROM taking)
              AND NOT EXISTS (
                SELECT 1 FROM tied y JOIN companies_company o ON o.id = y.other
                WHERE o.business_number = c.business_number AND y.whose <> %(company)s
                  AND y.whose IN (SELECT company_id FROM taking)
              )
            """,
            {"program": part.program_id, "company": part.company_id},
        )
        return {part.company.business_number, *(number for (number,) in cursor.fetchall())}


def numbers_shown(part: Participation) -> set[str]:
    """Of `numbers_of`, those of the company, of predecessors and of branches: a company whose place another took reads nothing of what that
    one exports."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.business_number FROM naru_line() l JOIN companies_company c ON c.id = l.before_id WHERE l.company_id = %s",
            [part.company_id],
        )
        return numbers_of(part) & {part.company.business_number, *(number for (number,) in cursor.fetchall())}


def said_of_types(program: Program) -> dict[str, bool]:
    """Of each type of transaction of which the agency said it: whether nobody paid for it, by its last word."""
    said: dict[str, bool] = {}
    rows = CustomsList.objects.filter(
        program=program, state__in=[State.IMPORTING, State.DONE], types_said_at__isnull=False
    )
    for types, unpaid in rows.order_by("types_said_at", "pk").values_list("types", "unpaid_types"):
        said |= {each["name"]: each["name"] in unpaid for each in types if each["name"]}
    return said


def number_of(text: str) -> str:
    """The business number in the text, or nothing."""
    number = numbers.clean(text)
    return number if numbers.is_valid(number) else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _spells(program: Program) -> list[Spell]:
    """Of all agreements that were accepted, those in force first."""
    parts = Participation.objects.filter(program=program, agreed_at__isnull=False).select_related("company")
    assigned: dict[UUID, dt.date] = dict(
        Assignment.objects.filter(program=program)
        .values_list("participation")
        .annotate(first=Min("from_on"))
        .order_by()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (pgh_obj_id) pgh_obj_id, coalesce((pgh_context->>'last_on')::date,"
            " (pgh_created_at AT TIME ZONE 'Asia/Seoul')::date) FROM programs_participationevent"
            " WHERE program_id = %s AND state = 'ended' ORDER BY pgh_obj_id, pgh_id",
            [program.pk],
        )
        left = dict(cursor.fetchall())
    found = []
    for part in parts:
        agreed_on = part.agreed_at.astimezone(SEOUL).date()  # type: ignore[union-attr]
        until_on = left.get(part.pk) if part.state == Participation.State.ENDED else part.last_on
        found.append(Spell(part, min(agreed_on, assigned.get(part.pk, agreed_on)), until_on))
    return sorted(found, key=lambda spell: spell.until_on is not None)


def _tied(companies: list[UUID]) -> list[tuple[str, UUID]]:
    """Business numbers of companies whose place one of these took, or that took theirs, with that one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.business_number, x.whose FROM (
                SELECT before_id AS other, company_id AS whose FROM naru_line()
                UNION SELECT company_id, before_id FROM naru_line()
            ) x JOIN companies_company c ON c.id = x.other WHERE x.whose = ANY(%s)
            """,
            [companies],
        )
        return list(cursor.fetchall())
