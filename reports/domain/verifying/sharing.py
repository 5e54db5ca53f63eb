"""Sales that two programs support, once more: each row converted and rounded by itself, shares by PostgreSQL's own arithmetic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ground import clock
from programs.models import Program
from reports.domain.verifying import shown
from reports.domain.verifying.figures import BASE, USD, Question, rates_of
from reports.domain.verifying.result import Difference, ask, compare
from reports.queries import sharing as shown_beside
from reports.queries import targets

Key = tuple[Any, ...]
DOLLARS = ("usd_amount", "net_usd_amount", "other_usd_amount", "other_net_usd_amount", "later_usd_amount")

# Of two shares the rest of one is what the other lacks: what is cut off goes to the greater rest, so the other program's share is
# rounded to the nearest won, and down where both rests are half a won.
_SHARE = "sum(sign({0}) * ceil(abs({0}) * c.percent / 100 - 0.5))"
_CENTS = "sign({0}) * ceil(abs({0}) * c.percent - 0.5) / 100"
_KNOWN = "CASE WHEN bool_and({0} IS NOT NULL) THEN sum({1}) END"
_CELLS = f"""
WITH {BASE}, {{rates}}, cell AS (
    SELECT s.id, coalesce(o.program_id::text, s.outside_body || ' · ' || s.outside_program) AS partner, s.other_percent AS percent, w.month, w.currency, sum(w.g) AS g, sum(w.g + w.r) AS n,
           sum(round(w.gross::numeric(60, 30) * w.times * r.up / (w.through * r.down))) AS krw,
           sum(round((w.gross + w.refund)::numeric(60, 30) * w.times * r.up / (w.through * r.down))) AS net,
           round(CASE WHEN count(*) = count(u.up) THEN sum(w.gross * round(round({USD}, 16) * w.times / w.through, 16)) END, 2) AS usd,
           round(CASE WHEN count(*) = count(u.up) THEN sum((w.gross + w.refund) * round(round({USD}, 16) * w.times / w.through, 16)) END, 2) AS net_usd,
           EXISTS (SELECT FROM reports_closedmonth c WHERE c.program_id IN (o.program_id, %(program)s) AND c.month = w.month
               AND c.closed_at <= %(as_of)s AND c.closed_at < s.known_at AND coalesce(c.reopened_at, 'infinity') > %(as_of)s) AS late
    FROM whole w JOIN rate r ON r.currency = w.currency AND r.day = w.day
    LEFT JOIN rate u ON u.currency = 'USD' AND u.day = w.day
    JOIN reports_sharedsupport s ON s.carrying_id = w.participation_id AND s.from_on <= w.day AND s.until_on >= w.day
    LEFT JOIN programs_participation o ON o.id = s.other_id
    WHERE s.known_at <= %(as_of)s AND coalesce(s.ended_at, 'infinity') > %(as_of)s
    GROUP BY s.id, o.program_id, s.outside_body, s.outside_program, s.known_at, w.month, w.currency HAVING sum(w.sign) <> 0 OR sum(w.gross) <> 0 OR sum(w.refund) <> 0
        OR sum(w.units) <> 0
)
SELECT c.partner, c.month, c.currency, c.percent, sum(c.g), sum(c.n), sum(c.krw), sum(c.net), {_SHARE.format("c.krw")},
       {_SHARE.format("c.net")}, coalesce(sum(c.krw) FILTER (WHERE c.late), 0), {_KNOWN.format("c.usd", "c.usd")}, {_KNOWN.format("c.net_usd", "c.net_usd")},
       {_KNOWN.format("c.usd", _CENTS.format("c.usd"))}, {_KNOWN.format("c.net_usd", _CENTS.format("c.net_usd"))},
       CASE WHEN bool_and(NOT c.late OR c.usd IS NOT NULL) THEN coalesce(sum(c.usd) FILTER (WHERE c.late), 0) END
FROM cell c GROUP BY 1, 2, 3, 4
"""  # noqa: S608
_CARRYING = """
SELECT DISTINCT p.program_id FROM reports_sharedsupport s JOIN programs_participation p ON p.id = s.carrying_id
JOIN programs_participation o ON o.id = s.other_id WHERE o.program_id = %(program)s AND s.known_at IS NOT NULL
"""


def shared(question: Question, bases: Mapping[str, tuple[str, str]]) -> dict[Key, tuple[Any, ...]]:
    """(carries the lines, partner's code, month, currency, share of the other program) → amounts before and after refunds, in won, the other
    program's share of both in won, won of what was declared after closing, and the same five in dollars. `bases` says by carrying program what counts and its rate rule; of
    others today's."""
    found = {}
    codes = {str(pk): code for pk, code in Program.objects.values_list("pk", "code")}
    for partner, month, currency, percent, *values in _asked(question):
        found[True, codes.get(partner, partner), month, currency, percent] = tuple(values)
    for (program,) in ask(_CARRYING, question.parameters()):
        carrying = Program.objects.get(pk=program)
        basis = targets.basis_of(carrying, question.until_on)
        key, rule = bases.get(carrying.code, (basis.key, carrying.rate_rule))
        moment, *has = key.split(",")
        of = replace(
            question, program=carrying, from_on=max(carrying.starts_on, question.from_on), moment=moment, has_tax="tax" in has,
            has_shipping="shipping" in has, rate_rule=rule,
        )  # fmt: skip
        for partner, month, currency, percent, *values in _asked(of):
            if partner == str(question.program.pk):
                found[False, carrying.code, month, currency, percent] = tuple(values)
    return found


def _asked(question: Question) -> list[tuple[Any, ...]]:
    rows = ask(_CELLS.format(rates=rates_of(question.rate_rule)), question.parameters())
    return [(*row[: -len(DOLLARS)], *(_told(usd) for usd in row[-len(DOLLARS) :])) for row in rows]


def named() -> Iterator[Difference | int]:
    """What the pages name beside the measures, now; and that the shares of both programs are the whole."""
    for program in Program.objects.order_by("code"):
        scope = shown.scope_of(program)
        rows = shown_beside.of_scope(scope)
        stated: dict[Any, Any] = {
            (row.is_own, row.partner.code, row.month, row.currency, row.other_percent): (
                row.gross_amount, row.net_amount, row.krw_amount, row.net_krw_amount, row.other_krw_amount,
                row.other_net_krw_amount, row.later_krw_amount, *(_told(getattr(row, name)) for name in DOLLARS),
            )
            for row in rows
        }  # fmt: skip
        question = replace(shown.question_of(scope), as_of=clock.now())
        yield from compare("shared", stated, shared(question, {}), program.code)


def of_run(data: Mapping[str, Any], question: Question) -> tuple[dict[Key, Any], dict[Key, Any]]:
    """What a report states, and what the lines give by the definitions that it states."""
    names = (
        "gross_amount", "net_amount", "krw_amount", "net_krw_amount", "other_krw_amount", "other_net_krw_amount", "later_krw_amount",
    )  # fmt: skip
    stated: dict[Key, tuple[Any, ...]] = {}
    bases = {}
    for row in data["shared"]:
        key = (
            row["is_own"],
            row["program_code"],
            row["month"],
            row["currency"],
            Decimal(row["other_percent"]),
        )
        stated[key] = tuple(Decimal(row[name]) for name in names)
        if (
            row.get("usd_amount") is not None
        ):  # reports that were written before they were stated have no dollars
            stated[key] += tuple(_told(row[name]["value"]) for name in DOLLARS)
        if not row["is_own"]:
            bases[row["program_code"]] = (row["basis"], row["rate_rule"])
    found = shared(question, bases)
    by_text = {(own, code, f"{month}", *rest): each for (own, code, month, *rest), each in found.items()}
    return stated, {key: each[: len(stated.get(key, each))] for key, each in by_text.items()}


def _told(usd: Decimal | str | None) -> Decimal | str:
    """Not to be taken for nought."""
    return "not known" if usd is None else Decimal(usd)
