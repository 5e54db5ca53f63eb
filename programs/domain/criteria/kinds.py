"""Each kind of criterion (요건) as SQL: when it is met, when not, when a person must look, and what was seen.

Bars and their days follow the wording of Korean calls for applications: location and certificates on the closing day,
certificates again on the agreement day, tax clearances with printed validity, bans with both days included, figures of
the calendar year before the day that counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from companies.models import StatusCheck
from programs.domain.criteria import figures, marks, size, support
from programs.domain.criteria.figures import plain, within
from programs.domain.criteria.plan import (
    INCOMPLETE,
    LOOK,
    MET,
    NOT_MET,
    TODAY,
    Branch,
    Leaf,
    Plan,
    among,
    begins,
    day,
    latest_first,
    period,
    valid,
)
from programs.domain.criteria.relations import literal
from programs.domain.criteria.values import (
    KSIC_REVISION,
    TAX_PAPERS,
    clearances_of,
    day_of,
    days_held,
    number_of,
    shape_faults,
    texts_of,
)
from programs.models import Criterion

Kind = Criterion.Kind


def leaf(plan: Plan, kind: str, values: Any, as_of: dt.date, later: dt.date | None) -> Leaf:
    """The criterion on the day that counts; `later` is a second day, which never blocks."""
    if shape_faults(kind, values):
        return INCOMPLETE
    match Kind(kind):
        case Kind.PROVINCE:
            return _province(plan, values, as_of)
        case Kind.CERTIFICATE:
            return _certificate(plan, values["kind"], as_of, later)
        case Kind.STATUS:
            return _status(plan, values, as_of)
        case Kind.TAX:
            return _tax(plan, values, as_of, later)
        case Kind.NOT_BANNED:
            return _not_banned(plan, as_of)
        case Kind.SIZE:
            return size.leaf(plan, values, as_of, later)
        case Kind.MARKS:
            return marks.leaf(plan, values, as_of)
        case Kind.SUPPORT:
            return support.leaf(plan, values, as_of)
        case Kind.INDUSTRY:
            return _industry(plan, values)
        case Kind.AGE:
            return figures.age(plan, values, as_of)
        case Kind.SALES | Kind.EXPORTS | Kind.EMPLOYEES:
            return figures.figure(plan, Kind(kind), values, as_of)
        case Kind.PRODUCT:
            return _product(plan, values)
        case Kind.ANSWER:
            return _answer(plan, values)
    return Leaf([Branch("", LOOK, "person_decides")])


def _chain(code: str, successors: Mapping[str, str]) -> list[str]:
    """The code and all that took its place, oldest first."""
    chain = [code]
    while (following := successors.get(chain[-1])) and following not in chain:
        chain.append(following)
    return chain


def standing_of(code: str, wanted: set[str], successors: Mapping[str, str]) -> int:
    """1: the province is one of those wanted, under its code of then or the code that took its place; 2: it was made by
    merging, and only a part of it is wanted; 3: it is not wanted."""
    if wanted.intersection(_chain(code, successors)):
        return 1
    before = {old for old in successors if code in _chain(old, successors)[1:]}
    if before and before <= wanted:
        return 1
    return 2 if before & wanted else 3


def _province(plan: Plan, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """Met when a place that counts lies in a province named. Of a merged one nobody can tell: a person must look."""
    wanted = set(values["provinces"])
    codes = sorted({*wanted, *plan.successors, *plan.successors.values()})
    stand = {code: standing_of(code, wanted, plan.successors) for code in codes}
    held = (
        f"{among('kind', values.get('places') or ['head_office'])} AND from_on <= {day(as_of)}"
        f" AND (until_on IS NULL OR until_on >= {day(as_of)})"
    )
    rank = (
        f"CASE WHEN {among('province', [code for code in codes if stand[code] == 1])} THEN 1"
        f" WHEN {among('province', [code for code in codes if stand[code] == 2])} THEN 2 ELSE 3 END"
    )
    stands = plan.ranked("place", held, rank, 3)
    seen = plan.first(
        "place", held, i1=rank, d1="from_on", t1="id", d2="until_on", t3="province", t4="province_name", t5="address"
    )  # fmt: skip
    named = f"{seen.text('t4')} || ' (' || {seen.text('t3')} || ')'"
    is_seen = f"NOT {stands.is_none}"
    return Leaf(
        [
            Branch(stands.is_(1), MET, "province_met"),
            Branch(stands.is_(2), LOOK, "province_merged"),
            Branch(stands.is_(3), NOT_MET, "province_not_met"),
            Branch("", LOOK, "province_unknown"),
        ],
        value=f"CASE WHEN {is_seen} THEN left({named}, 200) ELSE '' END",
        evidence=f"CASE WHEN {is_seen} THEN left(ltrim({seen.text('t5')} || ' (' || {period(seen.d1, seen.d2)} || ')'), 200) ELSE '' END",
    )


class _Papers:
    """How the papers of one kind stand on the day that counts (and the later one), and the paper that decides.

    The states are exclusive, in this order: `current` (accepted and valid), `unchecked`, `undated`, `expired`, `not_yet`,
    `refused`, `missing`; of equals, the longest and then the accepted one decides. Of a clearance (`held` is given) the last
    day is asked for: where none stands there it is so many days after its issue, and accepted without either it is `undated`;
    with `held` nought there is no such rule. Other certificates without a last day have no end.
    """

    def __init__(
        self, plan: Plan, kind: str, as_of: dt.date, later: dt.date | None, held: int | None = None
    ) -> None:
        this, until = f"kind = {literal(kind)}", "valid_until"
        if held:
            until = f"coalesce(valid_until, coalesce(issued_on, valid_from) + {held})"
        is_endless = "true" if held is None else "(state <> 'accepted')"
        in_time = "true" if held is None else f"({until} IS NOT NULL OR state <> 'accepted')"
        rank = (
            f"CASE WHEN state = 'refused' THEN 6 WHEN NOT {valid(as_of, until, is_endless)} THEN"
            f" CASE WHEN {until} < {day(as_of)} THEN 4 WHEN {in_time} OR valid_from > {day(as_of)} THEN 5 ELSE 3 END"
            " WHEN state = 'accepted' THEN 1 ELSE 2 END"
        )
        self.kind = kind
        stands = plan.ranked("paper", this, rank, 6)
        self.current, self.unchecked, self.undated, self.expired, self.not_yet, self.refused = map(
            stands.is_, range(1, 7)
        )
        self.missing = stands.is_none
        self.later_accepted = self.later_unchecked = "true"
        if later is not None:
            self.later_accepted, self.later_unchecked = (
                plan.has(
                    "paper", f"{this} AND state = {literal(state)} AND {valid(later, until, is_endless)}"
                )
                for state in ("accepted", "unchecked")
            )
        self.seen = plan.first(
            "paper", this, i1=rank, i2=latest_first(until), i3="(state <> 'accepted')::int", t1="id",
            d2="valid_from", d3=until, u1="file", t3="name",
        )  # fmt: skip

    needs_renewal = property(
        lambda self: f"({self.current} AND NOT {self.later_accepted} AND NOT {self.later_unchecked})"
    )

    @property
    def file(self) -> str:
        return self.seen.u1

    @property
    def name(self) -> str:
        return f"CASE WHEN {self.missing} THEN '' ELSE btrim({literal(self.kind + ' ')} || {self.seen.text('t3')}) END"

    @property
    def days(self) -> str:
        return f"({period(self.seen.d2, self.seen.d3)})"


def _renew_by(condition: str, later: dt.date | None) -> str:
    return "NULL::date" if later is None else f"CASE WHEN {condition} THEN {day(later)} END"


def _certificate(plan: Plan, kind: str, as_of: dt.date, later: dt.date | None) -> Leaf:
    """Accepted and valid: met. Unchecked, refused or missing: a person must look. Run out or not valid yet: not met."""
    papers = _Papers(plan, kind, as_of, later)
    return Leaf(
        [
            Branch(papers.needs_renewal, MET, "certificate_renew"),
            Branch(f"{papers.current} AND NOT {papers.later_accepted}", MET, "certificate_later_unchecked"),
            Branch(papers.current, MET, "certificate_met"),
            Branch(papers.unchecked, LOOK, "certificate_unchecked"),
            Branch(papers.expired, NOT_MET, "certificate_expired"),
            Branch(papers.not_yet, NOT_MET, "certificate_not_yet"),
            Branch(papers.refused, LOOK, "certificate_refused"),
            Branch("", LOOK, "certificate_missing"),
        ],
        value=papers.days,
        evidence=f"left({papers.name}, 200)",
        file=papers.file,
        renew_by=_renew_by(papers.needs_renewal, later),
    )


def _tax(plan: Plan, values: Mapping[str, Any], as_of: dt.date, later: dt.date | None) -> Leaf:
    """Met only with every clearance asked for accepted and valid; otherwise a person must look, since arrears can be cured.

    A tax clearance holds for some days from its issue, unless it says otherwise; one of social insurance names its period.
    """
    asked, held = clearances_of(values), days_held(values)
    papers = [_Papers(plan, kind, as_of, later, held if kind in TAX_PAPERS else 0) for kind in asked]
    renewal = f"({' OR '.join(each.needs_renewal for each in papers)})"
    is_met = " AND ".join(each.current for each in papers)
    said = "tax" if asked == TAX_PAPERS else "clearance"

    def some(*states: str) -> str:
        return "(" + " OR ".join(getattr(each, state) for each in papers for state in states) + ")"

    def joined(of: str) -> str:
        parts = ", ".join(
            f"CASE WHEN NOT {each.missing} THEN btrim({literal(each.kind + ' ')} || {each.days if of == 'days' else each.seen.text('t3')}) END"
            for each in papers
        )
        return f"left(concat_ws(', ', {parts}), 200)"

    waiting = ", ".join(
        f"CASE WHEN {each.unchecked} OR ({each.current} AND NOT {each.later_accepted} AND {each.later_unchecked})"
        f" THEN {each.file} END"
        for each in papers
    )
    return Leaf(
        [
            Branch(f"{is_met} AND {renewal}", MET, f"{said}_renew"),
            Branch(is_met, MET, f"{said}_met"),
            Branch(some("refused", "missing"), LOOK, f"{said}_missing"),
            Branch(some("expired", "not_yet"), LOOK, f"{said}_expired"),
            Branch(some("undated"), LOOK, f"{said}_undated"),
            Branch("", LOOK, f"{said}_unchecked"),
        ],
        value=joined("days"),
        evidence=joined("name"),
        file=f"coalesce({waiting}, {', '.join(each.file for each in papers)})",
        renew_by=_renew_by(f"{is_met} AND {renewal}", later),
    )


def _status(plan: Plan, values: Mapping[str, Any], as_of: dt.date) -> Leaf:
    """By the latest answer of the tax office, which a later silence leaves as it is; no answer is never taken for a good one, and
    one that is too old on the day that counts is neither good nor bad. At an agreement and a payment that is the day itself."""
    row, held = plan.row("status"), days_held(values)
    unknown = StatusCheck.Status.NOT_CHECKED.value
    is_unknown = f"coalesce({row}_status, {literal(unknown)}) = {literal(unknown)}"
    rank = (
        f"CASE WHEN status = {literal(unknown)} THEN 1 WHEN checked_on < {plan.age_on(as_of)} - {held} THEN 2"
        " WHEN status = 'active' THEN 3 ELSE 4 END"
    )
    stands = plan.ranked("status", "true", rank, 4)
    seen = f"coalesce({row}_status, {literal(unknown)})"
    return Leaf(
        [
            Branch(f"({stands.is_(1)} OR {stands.is_none})", LOOK, "status_not_checked"),
            Branch(stands.is_(2), LOOK, "status_old"),
            Branch(stands.is_(3), MET, "status_met"),
            Branch("", NOT_MET, "status_", f"'status_' || {row}_status"),
        ],
        value=f"{seen} || CASE WHEN {stands.is_(2)} THEN ' {held}' ELSE '' END",
        evidence=f"CASE WHEN {is_unknown} THEN '' ELSE {row}_checked_on::text END",
        as_of=TODAY if plan.is_taken_now else "",
    )


def _not_banned(plan: Plan, as_of: dt.date) -> Leaf:
    """A ban whose last day is the day that counts still bars; one of a former company names it. A ban without days says
    that nobody knows."""
    in_force = f"from_on <= {day(as_of)} AND until_on >= {day(as_of)}"
    banned, unknown = plan.has("ban", in_force), plan.has("ban", "from_on IS NULL")
    seen = plan.first("ban", in_force, i1=latest_first("until_on"), d1="from_on", t1="former", d2="until_on")
    former = seen.text("t1")
    return Leaf(
        [
            Branch(
                banned, NOT_MET, "banned", f"CASE WHEN {former} = '' THEN 'banned' ELSE 'banned_former' END"
            ),
            Branch(unknown, LOOK, "ban_unknown"),
            Branch("", MET, "not_banned"),
        ],
        value=f"left({period(seen.d1, seen.d2)} || CASE WHEN {former} = '' THEN '' ELSE ' · ' || {former} END, 200)",
        evidence=literal(plan.agency_code),
    )


def _industry(plan: Plan, values: Mapping[str, Any]) -> Leaf:
    """One excluded industry bars; otherwise one of those included is enough. Where a code is of another revision or has
    fewer digits than the one asked for, nobody can tell whether it is excluded, nor whether it is included where no other is."""
    included, excluded = texts_of(values.get("include")), texts_of(values.get("exclude"))
    rank = (
        f"CASE WHEN revision <> {int(values.get('revision', KSIC_REVISION))} THEN {3 if excluded else 6}"
        f" WHEN {begins('code', excluded)} THEN 1 WHEN {_is_short('code', excluded)} THEN 2"
        f" WHEN {begins('code', included) if included else 'true'} THEN 4 WHEN {_is_short('code', included)} THEN 5"
        " ELSE 7 END"
    )
    counted = "is_main" if values.get("main_only") else "true"
    stands = plan.ranked("industry", counted, rank, 7)
    seen = plan.first("industry", counted, i1=rank, i2="(NOT is_main)::int", t1="code", t2="revision")
    return Leaf(
        [
            Branch(stands.is_(1), NOT_MET, "industry_excluded"),
            Branch(stands.is_(2), LOOK, "industry_short"),
            Branch(stands.is_(3), LOOK, "industry_other_revision"),
            Branch(stands.is_(4), MET, "industry_met"),
            Branch(stands.is_(5), LOOK, "industry_short"),
            Branch(stands.is_(6), LOOK, "industry_other_revision"),
            Branch(stands.is_(7), NOT_MET, "industry_not_included"),
            Branch("", LOOK, "industry_unknown"),
        ],
        value=f"CASE WHEN {stands.is_none} THEN '' ELSE {seen.text('t2')} || ':' || {seen.text('t1')} END",
    )


def _is_short(column: str, beginnings: Sequence[str]) -> str:
    """Whether the column is the beginning of one of these, and shorter."""
    return among(column, sorted({each[:size] for each in beginnings for size in range(1, len(each))}))


def _product(plan: Plan, values: Mapping[str, Any]) -> Leaf:
    """One product of a category named, or under the beginning of an HS code, is enough. Where the one that would tell is
    not known, or a recorded code is the beginning of the one asked for, a person must look."""
    beginnings = texts_of(values.get("hs"))
    fits = f"{among('category', texts_of(values.get('categories')))} OR {begins('hs_code', beginnings)}"
    is_short = _is_short("hs_code", beginnings)
    rank = f"CASE WHEN {fits} THEN 1 WHEN {is_short} THEN 2 WHEN ({fits}) IS NULL THEN 3 ELSE 4 END"
    stands = plan.ranked("product", "true", rank, 4)
    seen = plan.first("product", "true", i1=rank, t1="code", t2="coalesce(hs_code, '')")
    return Leaf(
        [
            Branch(stands.is_(1), MET, "product_met"),
            Branch(stands.is_(4), NOT_MET, "product_not_met"),
            Branch(stands.is_(2), LOOK, "product_hs_short"),
            Branch("", LOOK, "product_unknown"),
        ],
        value=f"btrim({seen.text('t1')} || ' ' || {seen.text('t2')})",
    )


def _answer(plan: Plan, values: Mapping[str, Any]) -> Leaf:
    """By the answer's own column: yes or no, a choice or text, a number or amount, a day."""
    this = f"question = {literal(values['question'])}"
    row = plan.row("answer", this)
    wanted = values.get("equals")
    seen = f"trim_scale({row}_figure)::text"
    if isinstance(wanted, bool):
        known, test = "is_yes IS NOT NULL", f"is_yes = {literal(wanted)}"
        seen = f"CASE WHEN {row}_is_yes THEN 'yes' ELSE 'no' END"
    elif isinstance(wanted, str):
        known = "(text <> '' OR jsonb_array_length(codes) > 0)"
        test = f"(text = {literal(wanted)} OR codes ? {literal(wanted)})"
        seen = (
            f"CASE WHEN {row}_text <> '' THEN {row}_text"
            f" ELSE (SELECT string_agg(each, ', ') FROM jsonb_array_elements_text({row}_codes) AS t (each)) END"
        )
    elif wanted is not None:
        known, test = "figure IS NOT NULL", f"figure = {plain(number_of(wanted) or Decimal(0))}"
    elif any(day_of(values.get(name)) for name in ("at_least", "at_most")):
        known, seen = "day IS NOT NULL", f"{row}_day::text"
        first, last = day_of(values.get("at_least")), day_of(values.get("at_most"))
        test = " AND ".join(
            [
                *([f"day >= {day(first)}"] if first else []),
                *([f"day <= {day(last)}"] if last else []),
            ]
        )
    else:
        known = "figure IS NOT NULL"
        test = within("figure", values.get("at_least"), values.get("at_most"))
    rank = f"CASE WHEN NOT coalesce({known}, false) THEN 1 WHEN {test} THEN 2 ELSE 3 END"
    stands = plan.ranked("answer", this, rank, 3)
    is_missing = f"({stands.is_(1)} OR {stands.is_none})"
    return Leaf(
        [
            Branch(is_missing, LOOK, "answer_missing"),
            Branch(stands.is_(2), MET, "answer_met"),
            Branch("", NOT_MET, "answer_not_met"),
        ],
        value=f"CASE WHEN {is_missing} THEN '' ELSE left({seen}, 200) END",
        evidence=literal(values["question"][:200]),
    )
