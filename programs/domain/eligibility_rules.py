"""Eligibility rules (요건) as pure functions: facts about a company in, one of three answers out.

Bars and their days follow the wording of Korean calls for applications: location and certificates on the closing day,
certificates again on the agreement day, tax clearances with printed validity, bans with both days included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from companies.models import Certificate, StatusCheck
from programs.models.call import Criterion
from programs.models.screening import Outcome

TAX_PAPERS = (Certificate.Kind.TAX_NATIONAL, Certificate.Kind.TAX_LOCAL)


@dataclass(frozen=True)
class PlaceFact:
    """A place of business with the days it was held; `until_on` is the last day."""

    kind: str
    province: str
    province_name: str
    address: str
    from_on: dt.date
    until_on: dt.date | None


@dataclass(frozen=True)
class PaperFact:
    """A certificate of the company's record or a document handed in. Missing days mean: no limit on that side."""

    kind: str
    state: str
    name: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    file_id: UUID | None

    def is_valid_on(self, day: dt.date) -> bool:
        return not self.is_over_on(day) and not self.is_future_on(day)

    def is_over_on(self, day: dt.date) -> bool:
        return self.valid_until is not None and self.valid_until < day

    def is_future_on(self, day: dt.date) -> bool:
        return self.valid_from is not None and self.valid_from > day

    @property
    def period(self) -> str:
        return period(self.valid_from, self.valid_until)


@dataclass(frozen=True)
class StatusFact:
    status: str
    checked_on: dt.date


@dataclass(frozen=True)
class BanFact:
    """A ban that was not lifted; both days included."""

    from_on: dt.date
    until_on: dt.date


@dataclass(frozen=True)
class Facts:
    """What is known about one company for one call."""

    places: Sequence[PlaceFact] = ()
    papers: Sequence[PaperFact] = ()
    status: StatusFact | None = None
    bans: Sequence[BanFact] = ()
    agency_code: str = ""
    successors: Mapping[str, str] = field(default_factory=dict)
    """Province code → the code that took its place."""


@dataclass(frozen=True)
class Verdict:
    """A rule's answer: outcome, reason, what was seen, what proves it, and by when a paper must be renewed."""

    outcome: str
    reason_code: str
    value: str = ""
    evidence: str = ""
    evidence_file_id: UUID | None = None
    renew_by: dt.date | None = None


def period(first: dt.date | None, last: dt.date | None) -> str:
    """`2025-04-01 – 2026-03-31`; nothing when neither day is known."""
    if first is None and last is None:
        return ""
    return f"{first or ''} – {last or ''}".strip()


def judge(criterion: Criterion, facts: Facts, *, as_of: dt.date, later: dt.date | None = None) -> Verdict:
    """The answer of one criterion on the day that counts; `later` is a second day, which never blocks."""
    kinds = {
        Criterion.Kind.PROVINCE: lambda: _province(criterion.values, facts, as_of),
        Criterion.Kind.CERTIFICATE: lambda: _certificate(criterion.values, facts, as_of, later),
        Criterion.Kind.STATUS: lambda: _status(facts),
        Criterion.Kind.TAX: lambda: _tax(facts, as_of, later),
        Criterion.Kind.NOT_BANNED: lambda: _not_banned(facts, as_of),
        Criterion.Kind.LOOK: lambda: Verdict(Outcome.LOOK, "person_decides"),
    }
    return kinds[Criterion.Kind(criterion.kind)]()


def _chain(code: str, successors: Mapping[str, str]) -> list[str]:
    """The code and all that took its place, oldest first."""
    chain = [code]
    while (following := successors.get(chain[-1])) and following not in chain:
        chain.append(following)
    return chain


def _province(values: Mapping[str, object], facts: Facts, as_of: dt.date) -> Verdict:
    """Met when a place that counts lies in a province named, under its code of then or the code that took its place.

    Of a province that was made by merging, and of which only a part is named, nobody can tell: a person must look.
    """
    named = values.get("provinces")
    kinds = values.get("places") or ["head_office"]
    if not isinstance(named, list) or not named or not isinstance(kinds, list):
        return Verdict(Outcome.LOOK, "rule_incomplete")
    wanted = {str(code) for code in named}
    held = [
        place
        for place in facts.places
        if place.kind in kinds
        and place.from_on <= as_of
        and (place.until_on is None or place.until_on >= as_of)
    ]
    best = Verdict(Outcome.LOOK, "province_unknown")
    for place in held:
        seen = Verdict(
            Outcome.NOT_MET,
            "province_not_met",
            value=f"{place.province_name} ({place.province})"[:200],
            evidence=f"{place.address} ({period(place.from_on, place.until_on)})".strip()[:200],
        )
        if wanted.intersection(_chain(place.province, facts.successors)):
            return replace(seen, outcome=Outcome.MET, reason_code="province_met")
        before = {old for old in facts.successors if place.province in _chain(old, facts.successors)[1:]}
        if before and before <= wanted:
            return replace(seen, outcome=Outcome.MET, reason_code="province_met")
        if before & wanted:
            best = replace(seen, outcome=Outcome.LOOK, reason_code="province_merged")
        elif best.reason_code == "province_unknown":
            best = seen
    return best


def _paper(
    papers: Sequence[PaperFact], as_of: dt.date, later: dt.date | None
) -> tuple[str, PaperFact | None]:
    """How the papers of one kind stand: (state, the paper that decided)."""
    accepted = [paper for paper in papers if paper.state == Certificate.State.ACCEPTED]
    unchecked = [paper for paper in papers if paper.state == Certificate.State.UNCHECKED]
    current = _longest([paper for paper in accepted if paper.is_valid_on(as_of)])
    if current:
        if later is None or any(paper.is_valid_on(later) for paper in accepted):
            return "met", current
        if any(paper.is_valid_on(later) for paper in unchecked):
            return "later_unchecked", current
        return "renew", current
    waiting = _longest([paper for paper in unchecked if paper.is_valid_on(as_of)])
    if waiting:
        return "unchecked", waiting
    over = _longest([paper for paper in [*accepted, *unchecked] if paper.is_over_on(as_of)])
    if over:
        return "expired", over
    if accepted or unchecked:
        return "not_yet", [*accepted, *unchecked][0]
    return ("refused", papers[0]) if papers else ("missing", None)


def _longest(papers: Sequence[PaperFact]) -> PaperFact | None:
    return max(papers, key=lambda paper: paper.valid_until or dt.date.max, default=None)


def _certificate(
    values: Mapping[str, object], facts: Facts, as_of: dt.date, later: dt.date | None
) -> Verdict:
    """Accepted and valid: met. Unchecked, refused or missing: a person must look. Run out or not valid yet: not met."""
    kind = values.get("kind")
    if not kind:
        return Verdict(Outcome.LOOK, "rule_incomplete")
    state, paper = _paper([each for each in facts.papers if each.kind == kind], as_of, later)
    outcome = {
        "met": Outcome.MET,
        "renew": Outcome.MET,
        "later_unchecked": Outcome.MET,
        "expired": Outcome.NOT_MET,
        "not_yet": Outcome.NOT_MET,
    }.get(state, Outcome.LOOK)
    return Verdict(
        outcome,
        f"certificate_{state}",
        value=paper.period if paper else "",
        evidence=f"{kind} {paper.name}".strip()[:200] if paper else "",
        evidence_file_id=paper.file_id if paper else None,
        renew_by=later if state == "renew" else None,
    )


def _status(facts: Facts) -> Verdict:
    """By the latest answer of the tax office; no answer is never taken for a good one."""
    status = StatusCheck.Status
    if facts.status is None or facts.status.status == status.NOT_CHECKED:
        return Verdict(Outcome.LOOK, "status_not_checked", value=status.NOT_CHECKED.value)
    is_active = facts.status.status == status.ACTIVE
    return Verdict(
        Outcome.MET if is_active else Outcome.NOT_MET,
        "status_met" if is_active else f"status_{facts.status.status}",
        value=facts.status.status,
        evidence=str(facts.status.checked_on),
    )


def _to_look_at(found: Sequence[tuple[str, str, PaperFact | None]]) -> UUID | None:
    """The file of the first paper that nobody has looked at, else of the first there is."""
    files = [(state, paper.file_id) for _kind, state, paper in found if paper and paper.file_id]
    waiting = [file for state, file in files if state in {"unchecked", "later_unchecked"}]
    return next(iter([*waiting, *(file for _state, file in files)]), None)


def _tax(facts: Facts, as_of: dt.date, later: dt.date | None) -> Verdict:
    """Met only with both clearances accepted and valid; otherwise a person must look, since arrears can be cured."""
    found = [
        (kind, *_paper([paper for paper in facts.papers if paper.kind == kind], as_of, later))
        for kind in TAX_PAPERS
    ]
    states = {state for _kind, state, _paper_seen in found}
    seen = Verdict(
        Outcome.LOOK,
        "tax_unchecked",
        value=", ".join(f"{kind.value} {paper.period}".strip() for kind, _state, paper in found if paper)[
            :200
        ],
        evidence=", ".join(f"{kind.value} {paper.name}".strip() for kind, _state, paper in found if paper)[
            :200
        ],
        evidence_file_id=_to_look_at(found),
    )
    if states <= {"met", "later_unchecked"}:
        return replace(seen, outcome=Outcome.MET, reason_code="tax_met")
    if states <= {"met", "later_unchecked", "renew"}:
        return replace(seen, outcome=Outcome.MET, reason_code="tax_renew", renew_by=later)
    if states & {"missing", "refused"}:
        return replace(seen, reason_code="tax_missing")
    if states & {"expired", "not_yet"}:
        return replace(seen, reason_code="tax_expired")
    return seen


def _not_banned(facts: Facts, as_of: dt.date) -> Verdict:
    """A ban whose last day is the day that counts still bars."""
    for ban in facts.bans:
        if ban.from_on <= as_of <= ban.until_on:
            return Verdict(
                Outcome.NOT_MET, "banned", value=period(ban.from_on, ban.until_on), evidence=facts.agency_code
            )
    return Verdict(Outcome.MET, "not_banned", evidence=facts.agency_code)
