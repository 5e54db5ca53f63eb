"""Names behind the codes in the values of criteria: read once for as many criteria as are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from ground import ksic
from ground.models import Country, Industry, Province
from programs.domain.criteria.parameters import texts_of
from programs.domain.criteria.values import KSIC_REVISION, declared_faults
from programs.models import Criterion, Question

Kind = Criterion.Kind


@dataclass(frozen=True)
class Names:
    """`industries` by revision and code, with all that begin with a code named and its section; `members` are codes in a group."""

    provinces: Mapping[str, Province] = field(default_factory=dict)
    industries: Mapping[tuple[int, str], Industry] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    countries: Mapping[str, Country] = field(default_factory=dict)
    members: Mapping[UUID, Sequence[str]] = field(default_factory=dict)

    def has_industry(self, revision: int, beginning: str) -> bool:
        """Whether the list has it, or, as it has not all codes, one of a section that it has may begin so."""
        listed = any(each[0] == revision and each[1].startswith(beginning) for each in self.industries)
        is_deeper = self.section(revision, beginning) is not None and revision in ksic.REVISIONS
        return listed or (is_deeper and ksic.is_possible(beginning))

    def section(self, revision: int, code: str) -> Industry | None:
        return self.industries.get((revision, code[:1]))

    def industry(self, revision: int, code: str) -> str:
        """With its name, or of one that the list has not, its section's."""
        listed, section = self.industries.get((revision, code)), self.section(revision, code)
        return str(listed) if listed is not None else f"{code} ({section})" if section is not None else code


def names_of(criteria: Sequence[Criterion]) -> Names:
    """Of criteria of one call. A query for each of provinces, industries, questions, countries and groups that occur."""
    sound = [each for each in criteria if not declared_faults(each.kind, each.values)]
    provinces = {code for each in sound if each.kind == Kind.PROVINCE for code in each.values["provinces"]}
    questions = _questions(sound)
    has_countries = any(each.kind == Question.Kind.COUNTRY for each in questions.values())
    return Names(
        provinces={each.pk: each for each in Province.objects.filter(code__in=provinces) if isinstance(each, Province)}
        if provinces
        else {},
        industries=_industries(sound),
        questions=questions,
        countries={each.pk: each for each in Country.objects.all() if isinstance(each, Country)} if has_countries else {},
        members=_members(criteria),
    )  # fmt: skip


def _industries(criteria: Sequence[Criterion]) -> dict[tuple[int, str], Industry]:
    wanted = Q()
    for each in criteria:
        if each.kind == Kind.INDUSTRY:
            revision = each.values.get("revision", KSIC_REVISION)
            for code in [*texts_of(each.values.get("include")), *texts_of(each.values.get("exclude"))]:
                wanted |= Q(revision=revision) & (Q(code__startswith=code) | Q(code=code[0]))
    found = Industry.objects.filter(wanted) if wanted else Industry.objects.none()
    return {(each.revision, each.code): each for each in found}


def _questions(criteria: Sequence[Criterion]) -> dict[str, Question]:
    asking = [each for each in criteria if each.kind == Kind.ANSWER]
    codes = {each.values["question"] for each in asking}
    return {each.code: each for each in Question.objects.filter(call=asking[0].call_id, code__in=codes)} if asking else {}  # fmt: skip


def _members(criteria: Sequence[Criterion]) -> dict[UUID, list[str]]:
    groups = [each.pk for each in criteria if each.kind in Criterion.GROUPS]
    found: dict[UUID, list[str]] = defaultdict(list)
    if groups:
        rows = Criterion.objects.filter(group__in=groups).order_by("position", "id")
        for group, code in rows.values_list("group_id", "code"):
            found[group].append(code)
    return found
