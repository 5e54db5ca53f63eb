"""The criteria once more, as plain Python over stated facts: what the compiled SQL must agree with, and the bench's peer.

Written for reading, not for speed; nothing of the product uses it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from ground import clock
from programs.domain.criteria.given import AnswerFact, Facts, MarkFact, PaperFact, SizeFact, SupportFact
from programs.models import Call, Criterion

RANK = {"not_met": 0, "look": 1, "met": 2}
TAX_PAPERS = ("TAX_NAT", "TAX_LOC")


@dataclass(frozen=True)
class Verdict:
    outcome: str
    reason_code: str
    value: str = ""
    evidence: str = ""
    evidence_file_id: UUID | None = None
    renew_by: dt.date | None = None
    as_of: dt.date | None = None


INCOMPLETE = Verdict("look", "rule_incomplete")


def judge_all(
    criteria: Sequence[Criterion],
    facts: Facts,
    days: Mapping[str, Sequence[dt.date]],
    *,
    successors: Mapping[str, str],
    agency_code: str = "",
    is_taken_now: bool = False,
) -> dict[UUID, Verdict]:
    """The answers of a call's criteria; `days` are the days of each `Criterion.AsOf`, two for a cure, and today. With
    `is_taken_now` the tax office's answer must be young today."""

    def inside(group: Criterion, seen: frozenset[UUID]) -> set[UUID]:
        """Everything in the group, however deep."""
        members = {each.pk: each for each in criteria if each.group_id == group.pk and each.pk not in seen}
        deeper = [inside(each, seen | set(members)) for each in members.values()]
        return set(members).union(*deeper)

    def answer(criterion: Criterion) -> Verdict:
        on = days[criterion.as_of]
        if criterion.kind in {"all", "any", "not"}:
            members = [each for each in criteria if each.group_id == criterion.pk]
            if criterion.pk in inside(criterion, frozenset()):
                return replace(INCOMPLETE, as_of=on[0])
            found = [(each, answer(each)) for each in members]
            return replace(group(criterion.kind, found), as_of=on[0])
        later = days[criterion.later_as_of][0] if criterion.later_as_of else None
        seen = [
            replace(
                judge(
                    criterion,
                    facts,
                    as_of=each,
                    today=days["today"][0],
                    later=later,
                    successors=successors,
                    agency_code=agency_code,
                    is_taken_now=is_taken_now,
                ),
                as_of=days["today"][0] if is_taken_now and criterion.kind == "status" else each,
            )
            for each in on
        ]
        return max(seen, key=lambda each: RANK[each.outcome])

    return {each.pk: answer(each) for each in criteria}


def group(kind: str, found: Sequence[tuple[Criterion, Verdict]]) -> Verdict:
    if not found or (kind == "not" and len(found) > 1):
        return INCOMPLETE
    outcomes = [RANK[verdict.outcome] for _member, verdict in found]
    rank = {"all": min(outcomes), "any": max(outcomes), "not": 2 - outcomes[0]}[kind]
    deciding = [
        (member, verdict) for member, verdict in found if kind == "not" or RANK[verdict.outcome] == rank
    ]
    renewals = [verdict.renew_by for _member, verdict in deciding]
    renew_by = None
    if rank == 2 and kind == "all":
        renew_by = min((each for each in renewals if each), default=None)
    if rank == 2 and kind == "any" and all(renewals):
        renew_by = max(each for each in renewals if each)
    outcome = {each: name for name, each in RANK.items()}[rank]
    value = ", ".join(member.code for member, _verdict in deciding)[:200]
    return Verdict(outcome, f"group_{outcome}", value, renew_by=renew_by)


def judge(
    criterion: Criterion,
    facts: Facts,
    *,
    as_of: dt.date,
    today: dt.date,
    is_taken_now: bool = False,
    later: dt.date | None = None,
    successors: Mapping[str, str],
    agency_code: str = "",
) -> Verdict:
    """The answer of one criterion, whose values are sound or not there at all, on the day that counts."""
    values = criterion.values
    if not values and criterion.kind not in {"status", "tax", "not_banned", "look"}:
        return INCOMPLETE
    match criterion.kind:
        case "province":
            return province(values, facts, as_of, successors)
        case "certificate":
            return certificate(values, facts, as_of, later)
        case "status":
            return status(values, facts, today if is_taken_now else min(as_of, today))
        case "tax":
            return tax(values, facts, as_of, later)
        case "not_banned":
            return not_banned(facts, as_of, agency_code)
        case "industry":
            return industry(values, facts)
        case "age":
            return age(values, facts, as_of)
        case "sales" | "exports" | "employees":
            return figure(criterion.kind, values, facts, as_of)
        case "size":
            return size(values, facts, as_of, later)
        case "marks":
            return marks(values, facts, as_of)
        case "support":
            return support(values, facts, as_of, agency_code)
        case "product":
            return product(values, facts)
        case "answer":
            return answer_in_form(values, facts)
    return Verdict("look", "person_decides")


def period(first: dt.date | None, last: dt.date | None) -> str:
    if first is None and last is None:
        return ""
    return f"{first or ''} – {last or ''}".strip(" ")


def followers(code: str, successors: Mapping[str, str]) -> list[str]:
    chain = [code]
    while (following := successors.get(chain[-1])) and following not in chain:
        chain.append(following)
    return chain


def province(values: Any, facts: Facts, as_of: dt.date, successors: Mapping[str, str]) -> Verdict:
    wanted, kinds = set(values["provinces"]), values.get("places") or ["head_office"]
    found = []
    for serial, place in enumerate(facts.places):
        if place.kind not in kinds or place.from_on > as_of or (place.until_on and place.until_on < as_of):
            continue
        before = {old for old in successors if place.province in followers(old, successors)[1:]}
        if wanted.intersection(followers(place.province, successors)) or (before and before <= wanted):
            rank = 1
        else:
            rank = 2 if before & wanted else 3
        found.append((rank, place.from_on, serial, place))
    if not found:
        return Verdict("look", "province_unknown")
    rank, _from, _serial, place = min(found, key=lambda each: each[:3])
    outcome, reason = {
        1: ("met", "province_met"), 2: ("look", "province_merged"), 3: ("not_met", "province_not_met"),
    }[rank]  # fmt: skip
    return Verdict(
        outcome,
        reason,
        f"{place.province_name} ({place.province})"[:200],
        f"{place.address} ({period(place.from_on, place.until_on)})".strip(" ")[:200],
    )


def is_valid(paper: PaperFact, on: dt.date, is_clearance: bool = False) -> bool:
    if paper.valid_from is not None and paper.valid_from > on:
        return False
    if paper.valid_until is None:
        return not is_clearance or paper.state != "accepted"
    return paper.valid_until >= on


def dated(paper: PaperFact, held: int) -> PaperFact:
    """A tax clearance without a last day ends so many days after its issue."""
    issued = paper.issued_on or paper.valid_from
    if paper.valid_until is not None or issued is None or paper.kind not in TAX_PAPERS:
        return paper
    return replace(paper, valid_until=issued + dt.timedelta(held))


def papers_of(
    kind: str, facts: Facts, as_of: dt.date, later: dt.date | None, held: int | None = None
) -> tuple[str, PaperFact | None]:
    """How the papers of a kind stand, and the one that decides; of a clearance with the days for which it holds."""
    ranked = []
    is_clearance = held is not None
    of_kind = [each for each in facts.papers if each.kind == kind]
    own = list(enumerate([each if held is None else dated(each, held) for each in of_kind]))
    for serial, paper in own:
        if paper.state == "refused":
            rank = 6
        elif is_valid(paper, as_of, is_clearance):
            rank = 1 if paper.state == "accepted" else 2
        elif paper.valid_until is not None and paper.valid_until < as_of:
            rank = 4
        elif paper.valid_from is not None and paper.valid_from > as_of:
            rank = 5
        else:
            rank = 3
        last = paper.valid_until or dt.date.max
        ranked.append(((rank, -last.toordinal(), paper.state != "accepted", serial), paper))
    if not ranked:
        return "missing", None
    (rank, *_rest), paper = min(ranked, key=lambda each: each[0])
    if rank > 1:
        return {2: "unchecked", 3: "undated", 4: "expired", 5: "not_yet", 6: "refused"}[rank], paper
    if later is None or any(
        each.state == "accepted" and is_valid(each, later, is_clearance) for _serial, each in own
    ):
        return "met", paper
    if any(each.state == "unchecked" and is_valid(each, later, is_clearance) for _serial, each in own):
        return "later_unchecked", paper
    return "renew", paper


def certificate(values: Any, facts: Facts, as_of: dt.date, later: dt.date | None) -> Verdict:
    kind = values["kind"]
    state, paper = papers_of(kind, facts, as_of, later)
    outcome = {
        "met": "met", "renew": "met", "later_unchecked": "met", "expired": "not_met", "not_yet": "not_met",
    }.get(state, "look")  # fmt: skip
    return Verdict(
        outcome,
        f"certificate_{state}",
        period(paper.valid_from, paper.valid_until) if paper else "",
        f"{kind} {paper.name}".strip(" ")[:200] if paper else "",
        paper.file_id if paper else None,
        later if state == "renew" else None,
    )


def tax(values: Any, facts: Facts, as_of: dt.date, later: dt.date | None) -> Verdict:
    asked = [each for each in (*TAX_PAPERS, "INS4") if each in (values.get("papers") or TAX_PAPERS)]
    said = "tax" if asked == [*TAX_PAPERS] else "clearance"
    held = values.get("days", 30)
    found = [(kind, *papers_of(kind, facts, as_of, later, held)) for kind in asked]
    states = {state for _kind, state, _paper in found}
    files = [(state, paper.file_id) for _kind, state, paper in found if paper and paper.file_id]
    waiting = [file for state, file in files if state in {"unchecked", "later_unchecked"}]
    seen = Verdict(
        "look",
        f"{said}_unchecked",
        ", ".join(
            f"{kind} {period(it.valid_from, it.valid_until)}".strip(" ") for kind, _state, it in found if it
        )[:200],
        ", ".join(f"{kind} {it.name}".strip(" ") for kind, _state, it in found if it)[:200],
        next(iter([*waiting, *(file for _state, file in files)]), None),
    )
    if states <= {"met", "later_unchecked"}:
        return replace(seen, outcome="met", reason_code=f"{said}_met")
    if states <= {"met", "later_unchecked", "renew"}:
        return replace(seen, outcome="met", reason_code=f"{said}_renew", renew_by=later)
    if states & {"missing", "refused"}:
        return replace(seen, reason_code=f"{said}_missing")
    if states & {"expired", "not_yet"}:
        return replace(seen, reason_code=f"{said}_expired")
    if "undated" in states:
        return replace(seen, reason_code=f"{said}_undated")
    return seen


def status(values: Any, facts: Facts, on: dt.date) -> Verdict:
    found = facts.status
    if found is None or found.status == "not_checked":
        return Verdict("look", "status_not_checked", "not_checked")
    held = values.get("days", 30)
    if (on - found.checked_on).days > held:
        return Verdict("look", "status_old", f"{found.status} {held}", str(found.checked_on))
    if found.status == "active":
        return Verdict("met", "status_met", "active", str(found.checked_on))
    return Verdict("not_met", f"status_{found.status}", found.status, str(found.checked_on))


def not_banned(facts: Facts, as_of: dt.date, agency_code: str) -> Verdict:
    if facts.bans is None:
        return Verdict("look", "ban_unknown", evidence=agency_code)
    in_force = [ban for ban in facts.bans if ban.from_on <= as_of <= ban.until_on]
    if not in_force:
        return Verdict("met", "not_banned", evidence=agency_code)
    longest = min(in_force, key=lambda ban: (-ban.until_on.toordinal(), ban.from_on, ban.former))
    seen = period(longest.from_on, longest.until_on)
    if longest.former:
        return Verdict("not_met", "banned_former", f"{seen} · {longest.former}"[:200], agency_code)
    return Verdict("not_met", "banned", seen, agency_code)


def industry(values: Any, facts: Facts) -> Verdict:
    included, excluded = tuple(values.get("include", [])), tuple(values.get("exclude", []))
    found = []
    for each in facts.industries:
        if values.get("main_only") and not each.is_main:
            continue
        if each.revision != values.get("revision", 11):
            rank = 3 if excluded else 6
        elif each.code.startswith(excluded):
            rank = 1
        elif any(bar.startswith(each.code) for bar in excluded):
            rank = 2
        elif not included or each.code.startswith(included):
            rank = 4
        else:
            rank = 5 if any(code.startswith(each.code) for code in included) else 7
        found.append((rank, not each.is_main, each.code, each.revision))
    if not found:
        return Verdict("look", "industry_unknown")
    rank, _is_not_main, code, revision = min(found)
    outcome, reason = {
        1: ("not_met", "industry_excluded"), 2: ("look", "industry_short"), 3: ("look", "industry_other_revision"),
        4: ("met", "industry_met"), 5: ("look", "industry_short"), 6: ("look", "industry_other_revision"),
        7: ("not_met", "industry_not_included"),
    }[rank]  # fmt: skip
    return Verdict(outcome, reason, f"{revision}:{code}")


def age(values: Any, facts: Facts, as_of: dt.date) -> Verdict:
    formers = formers_of(values, facts)
    days = [(facts.opened_on, ""), *((each.opened_on, each.name) for each in formers)]
    opened, name = min(((day, name) for day, name in days if day), default=(None, ""))
    least, most = values.get("min"), values.get("max")
    fits = opened is not None and (
        opened <= as_of
        and (least is None or opened <= anniversary(as_of, -least))
        and (most is None or opened >= anniversary(as_of, -most))
    )
    is_sure = fits if most is None else opened is not None and opened < anniversary(as_of, -most)
    if not is_sure and not facts.opened_on:
        return Verdict("look", "age_unknown")
    if not is_sure and (missing := sorted(name for day, name in days if not day)):
        return Verdict("look", "age_unknown_former", ", ".join(missing)[:200])
    return Verdict("met" if fits else "not_met", "age_met" if fits else "age_not_met", str(opened), name)


def formers_of(values: Any, facts: Facts) -> list[Any]:
    """Sole traders with `former`, companies that merged with `absorbed`, and who came over both only with both."""
    wanted = {"former": ["incorporation"], "absorbed": ["merger"]}
    ways = [way for name, those in wanted.items() if values.get(name) for way in those]
    return [each for each in facts.formers if each.by in ways or len(ways) == 2]


def anniversary(day: dt.date, years: int) -> dt.date:
    if (day.month, day.day) == (2, 29) and (day.year + years) % 4 != 0:
        return dt.date(day.year + years, 2, 28)
    return dt.date(day.year + years, day.month, day.day)


def plain(value: Decimal | int) -> str:
    return format(Decimal(value).normalize(), "f")


def figure(kind: str, values: Any, facts: Facts, as_of: dt.date) -> Verdict:
    """With `former` or `absorbed`, what those had in the year counts, too; of each that was there then it must be known and
    proven, unless those that are decide."""
    year = as_of.year - 1
    last = dt.date(year, 12, 31)
    counted = [("", each) for each in facts.figures if each.year == year and getattr(each, kind) is not None]
    is_missing, missing, is_former = (
        not counted,
        [],
        bool(values.get("former") or values.get("absorbed")) and kind != "employees",
    )
    if is_former:
        then = [each for each in formers_of(values, facts) if each.until_on > dt.date(year, 1, 1)]
        asked = [each for each in then if not each.opened_on or each.opened_on <= last]
        is_missing = not counted and not (asked and facts.opened_on and facts.opened_on > last)
        for former in sorted(then, key=lambda each: each.name):
            theirs = [it for it in former.figures if it.year == year and getattr(it, kind) is not None]
            missing += [former.name] if former in asked and not theirs else []
            counted += [(former.name, it) for it in theirs]
    proven = [it for _name, it in counted if not values.get("sources") or it.source in values["sources"]]
    amount, sure = (
        sum(Decimal(getattr(it, kind)) for it in rows) for rows in ([it for _name, it in counted], proven)
    )
    least, most = values.get("min"), values.get("max")
    is_sure = (
        is_former and proven and (within(sure, least, None) if most is None else not within(sure, None, most))
    )
    if is_missing and not is_sure:
        return Verdict("look", "figure_missing", str(year))
    if missing and not is_sure:
        return Verdict("look", "figure_missing_former", f"{year} · {', '.join(missing)}"[:200])
    unit = {"sales": " KRW", "exports": " USD", "employees": ""}[kind]
    value = (
        f"{year}: {plain(amount)}{unit}{' (E)' if any(each.is_estimated for _name, each in counted) else ''}"
    )
    evidence = ", ".join(f"{each.source} {name}".strip(" ") for name, each in counted)[:200]
    unproven = [name for name, it in counted if it not in proven]
    if unproven and not is_sure:
        reason = "figure_unproven_former" if "" not in unproven else "figure_unproven"
        return Verdict("look", reason, value, evidence)
    fits = within(Decimal(sure if is_sure else amount), least, most)
    return Verdict(
        "met" if fits else "not_met", f"{kind}_met" if fits else f"{kind}_not_met", value, evidence
    )


def within(amount: Decimal, least: Any, most: Any) -> bool:
    return (least is None or amount >= Decimal(str(least))) and (most is None or amount <= Decimal(str(most)))


def product(values: Any, facts: Facts) -> Verdict:
    categories, beginnings = values.get("categories", []), tuple(values.get("hs", []))
    found = []
    for each in facts.products:
        is_unknown = (each.category is None and categories) or (each.hs_code is None and beginnings)
        fits = each.category in categories or (each.hs_code or "").startswith(beginnings or ("none",))
        is_short = bool(each.hs_code) and any(it.startswith(each.hs_code or "") for it in beginnings)
        rank = 0 if fits else 1 if is_short else 2 if is_unknown else 3
        found.append((rank, each.code, each.hs_code or ""))
    if not found:
        return Verdict("look", "product_unknown")
    rank, code, hs_code = min(found)
    outcome, reason = (
        ("met", "product_met"), ("look", "product_hs_short"), ("look", "product_unknown"), ("not_met", "product_not_met"),
    )[rank]  # fmt: skip
    return Verdict(outcome, reason, f"{code} {hs_code}".strip(" "))


PAPER_SIZES = {"SME_CERT": "sme", "MICRO_CERT": "micro", "MID_CERT": "mid_size"}
SME = {"micro", "small", "medium"}


def size(values: Any, facts: Facts, as_of: dt.date, later: dt.date | None) -> Verdict:
    wanted = set(values["sizes"])

    def spread(row: SizeFact) -> int:
        """1: whatever it means is wanted; 2: nothing of it; 3: some of it."""
        means = SME if row.size == "sme" else {row.size}
        return 1 if means <= wanted else 3 if means & wanted else 2

    rows = [(f"0{serial:06}", each) for serial, each in enumerate(facts.sizes)]
    for serial, paper in enumerate(facts.papers):
        if paper.kind in PAPER_SIZES:
            is_undated = paper.state == "accepted" and paper.valid_until is None
            row = SizeFact(
                PAPER_SIZES[paper.kind], "undated" if is_undated else paper.state, paper.valid_from,  # type: ignore[arg-type]
                paper.valid_from, paper.valid_until, f"{paper.kind} {paper.name}".strip(" "), paper.file_id,
            )  # fmt: skip
            rows.append((f"1{serial:06}", row))

    def holds(row: SizeFact, on: dt.date) -> bool:
        return (row.valid_from or on) <= on <= (row.valid_until or on)

    def rank(row: SizeFact) -> int:
        if row.state == "refused":
            return 7
        if row.state == "stated":
            return 4 if row.stated_on <= as_of else 6
        if not holds(row, as_of):
            return 5 if row.valid_until and row.valid_until < as_of else 6
        return {"accepted": 1, "unchecked": 2, "undated": 3}[row.state]

    def told(row: SizeFact) -> str:
        return f"{row.size}: {row.stated_on}" if row.stated_on else row.size

    def latest(ranks: set[int], kind: int) -> dt.date | None:
        days = [
            each.stated_on or dt.date.min
            for _id, each in rows
            if rank(each) in ranks and spread(each) == kind
        ]
        return max(days, default=None)

    if not rows:
        return Verdict("look", "size_unknown")
    yes, no, maybe_yes, maybe_no = latest({1}, 1), latest({1}, 2), latest({2, 4}, 1), latest({2, 4}, 2)
    _key, seen = min(
        rows,
        key=lambda it: (rank(it[1]), spread(it[1]), -(it[1].stated_on or dt.date.min).toordinal(), it[0]),
    )
    span = period(seen.valid_from, seen.valid_until)
    found = Verdict(
        "look", "", told(seen), f"{seen.name}{f' ({span})' if span else ''}".strip(" ")[:200], seen.file_id
    )
    if (yes and no) or (yes and maybe_no and maybe_no > yes) or (no and maybe_yes and maybe_yes > no):
        both = sorted({told(each) for _id, each in rows if rank(each) in {1, 2, 4}})
        return replace(found, reason_code="size_disputed", value=", ".join(both)[:200])
    if yes:
        fitting = [each for _id, each in rows if spread(each) == 1]
        if later is None or any(each.state == "accepted" and holds(each, later) for each in fitting):
            return replace(found, outcome="met", reason_code="size_met")
        if any(each.state == "unchecked" and holds(each, later) for each in fitting):
            return replace(found, outcome="met", reason_code="size_later_unchecked")
        return replace(found, outcome="met", reason_code="size_renew", renew_by=later)
    if no:
        return replace(found, outcome="not_met", reason_code="size_not_met")
    reason = ("unclear", "unchecked", "undated", "stated", "expired", "not_yet", "refused")[rank(seen) - 1]
    return replace(found, reason_code=f"size_{reason}")


CURES = {
    "credit_bad": {"settled", "discharge", "rehabilitation", "restart", "recovered"},
    "insolvency": {"rehabilitation"},
}
MARK_REASONS = {
    "a": ("not_met", "mark_found"), "b": ("look", "mark_declared"), "c": ("look", "mark_outdated"),
    "d": ("look", "mark_declared_none"), "e": ("look", "mark_unknown"), "f": ("met", "mark_cured"),
    "g": ("met", "mark_none"),
}  # fmt: skip


def marks(values: Any, facts: Facts, as_of: dt.date) -> Verdict:
    def judged(row: MarkFact) -> int:
        """Of look-ups 4 stands, 3 too old, 2 cured, 1 nothing found; of declarations 1 stands, 0 not."""
        if not row.is_recorded:
            return int(row.is_found)
        if row.is_found:
            cures = CURES.get(row.mark, set()) & set(values.get("cures", row.cure and [row.cure]))
            return 2 if row.cure in cures and row.cured_on and row.cured_on <= as_of else 4
        is_old = values.get("days") is not None and (as_of - row.stated_on).days > values["days"]
        return 3 if is_old or (row.until_on and row.until_on < as_of) else 1

    def latest(mark: str, is_recorded: bool) -> MarkFact | None:
        rows = [
            (-each.stated_on.toordinal(), -judged(each), serial, each)
            for serial, each in enumerate(facts.marks)
            if each.mark == mark and each.is_recorded == is_recorded and each.stated_on <= as_of
        ]
        return min(rows, key=lambda it: it[:3])[3] if rows else None

    found: list[tuple[str, str, str, UUID | None]] = []
    for mark in values["marks"]:
        looked, said = latest(mark, True), latest(mark, False)
        code = judged(looked) if looked else 0
        if looked and code == 4:
            found.append(("a", f"{mark}:{looked.stated_on}", looked.document, looked.file_id))
        elif said and said.is_found and (not looked or said.stated_on > looked.stated_on):
            found.append(("b", f"{mark}:{said.stated_on}", said.document, said.file_id))
        elif looked and code == 2:
            value = f"{mark}:{looked.stated_on} {looked.cure}:{looked.cured_on}"
            found.append(("f", value, looked.cure_document, looked.cure_file_id))
        elif looked:
            found.append(
                ({3: "c", 1: "g"}[code], f"{mark}:{looked.stated_on}", looked.document, looked.file_id)
            )
        elif said:
            found.append(("d", f"{mark}:{said.stated_on}", said.document, said.file_id))
        else:
            found.append(("e", mark, "", None))
    worst = min(found)[0]
    deciding = [each for each in found if each[0] == worst]
    outcome, reason = MARK_REASONS[worst]
    return Verdict(
        outcome,
        reason,
        ", ".join(value for _state, value, _document, _file in deciding)[:200],
        ", ".join(document for _state, _value, document, _file in deciding if document)[:200],
        next((file for *_rest, file in deciding if file), None),
    )


def support(values: Any, facts: Facts, as_of: dt.date, agency_code: str) -> Verdict:
    first = dt.date(as_of.year, 1, 1) if values.get("same_year") else anniversary(as_of, -values["years"])
    bodies = {each.upper() for each in values.get("bodies", [])}
    rows = [
        each
        for each in facts.supports
        if first <= each.granted_on <= as_of
        and (not bodies or each.body.upper() in bodies)
        and each.item in {"", *values["items"]}
    ]

    def told(row: SupportFact) -> str:
        amount = "?" if row.amount is None else plain(row.amount)
        parts = [row.granted_on, row.body[:20], row.program[:20], row.item, amount, row.money]
        return " · ".join(map(str, parts))

    def filed(row: SupportFact) -> str:
        return f"{row.source} {row.document}".strip(" ")

    ordered = sorted(rows, key=lambda each: (-each.granted_on.toordinal(), told(each), filed(each)))
    seen = Verdict(
        "look",
        "support_unclear",
        "; ".join(map(told, ordered))[:200] or f"{first} – {as_of}",
        "; ".join(map(filed, ordered))[:200],
    )
    for item in values["items"]:
        wanted = [each for each in ("national", "local") if each != values.get("money")]
        meeting = [
            next((each for each in ordered if (each.item, each.money) == (item, money)), None)
            for money in wanted
        ]
        if all(meeting):
            return replace(
                seen,
                reason_code="support_both_call" if values.get("money") else "support_both",
                value=" + ".join(told(each) for each in meeting if each)[:200],
                evidence=" + ".join(filed(each) for each in meeting if each)[:200],
            )
    same = [each for each in rows if each.item]
    times, most = values.get("most_times"), values.get("most_amount")
    if times is None and most is None:
        times = 0

    def is_over(counted: Sequence[SupportFact]) -> bool:
        total = sum(each.amount or 0 for each in counted)
        return (times is not None and len(counted) > times) or (
            most is not None and total > Decimal(str(most))
        )

    is_declared = {
        each: [row for row in same if (row.source == "declared") == each] for each in (True, False)
    }
    if is_over(is_declared[True]) or is_over(is_declared[False]):
        return replace(seen, outcome="not_met", reason_code="support_over")
    if (
        is_over(same)
        or len(same) < len(rows)
        or (most is not None and any(each.amount is None for each in same))
    ):
        return seen

    def is_known(body: str) -> bool:
        covers = [each for each in facts.covers if each.body.upper() in {"", body}]
        days = (first + dt.timedelta(each) for each in range((as_of - first).days + 1))
        return all(any(each.from_on <= day <= each.until_on for each in covers) for day in days)

    if not all(is_known(each) for each in (bodies or {""}) - {agency_code if bodies else None}):
        return replace(seen, reason_code="support_unknown")
    return replace(seen, outcome="met", reason_code="support_within" if same else "support_none")


def answer_in_form(values: Any, facts: Facts) -> Verdict:
    code, wanted = values["question"], values.get("equals")
    found = next((each for each in facts.answers if each.question == code), AnswerFact(code))
    least, most = values.get("at_least"), values.get("at_most")
    is_day = isinstance(least if least is not None else most, str) and "-" in str(least or most)[1:]
    if isinstance(wanted, bool):
        known, fits, seen = found.is_yes is not None, found.is_yes == wanted, "yes" if found.is_yes else "no"
    elif isinstance(wanted, str):
        known = bool(found.text or found.codes)
        fits, seen = wanted == found.text or wanted in found.codes, found.text or ", ".join(found.codes)
    elif is_day:
        known, seen = found.day is not None, str(found.day)
        fits = found.day is not None and (least or "") <= seen and (most is None or seen <= most)
    else:
        known, seen = found.figure is not None, plain(found.figure or 0)
        amount = found.figure or Decimal(0)
        fits = amount == Decimal(str(wanted)) if wanted is not None else within(amount, least, most)
    if not known:
        return Verdict("look", "answer_missing", evidence=code[:200])
    return Verdict(
        "met" if fits else "not_met", "answer_met" if fits else "answer_not_met", seen[:200], code[:200]
    )


def days_of(call: Call) -> dict[str, list[dt.date]]:
    """The days of a call in Seoul; a call closes on the day of its last accepted instant."""
    last = call.closes_at - dt.timedelta(microseconds=1)
    closing = (last.astimezone(dt.UTC) + dt.timedelta(hours=9)).date()
    evaluation = call.evaluation_on or closing
    cure = [closing] if evaluation == closing else [closing, evaluation]
    return {
        "closing": [closing],
        "agreement": [call.agreement_on],
        "evaluation": [evaluation],
        "cure": cure,
        "today": [clock.today()],
    }
