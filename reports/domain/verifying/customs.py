"""Lines of customs' lists: what was taken back cancels, one version stands, whose they are, and never both with entries by hand."""

from __future__ import annotations

from collections.abc import Iterator

from programs.models import Program
from reports.domain.ledger import CUSTOMS
from reports.domain.seals import seal
from reports.domain.verifying.result import Difference, ask, compare
from reports.models import CustomsList

STANDING = """
SELECT l.list_program_id, l.line_key, l.version, min(l.id) AS id, min(l.participation_id::text)::uuid AS participation_id,
       min(l.outcome) AS outcome, min(l.business_number) AS business_number, min(l.country) AS country,
       min(l.export_kind) AS kind, min(coalesce(l.event_on, l.business_day)) AS day, min(l.batch_id::text)::uuid AS batch_id
FROM reports_customs_line l GROUP BY 1, 2, 3 HAVING sum(l.sign) > 0
"""


def lines() -> Iterator[Difference | int]:
    """Rows of sign -1 take back exactly one row; of a line the newest version stands, or none when its list was taken back."""
    rows = ask(
        """
        SELECT r.line_key, r.version, count(o.id) FROM reports_customs_line r LEFT JOIN reports_customs_line o
          ON (o.list_program_id, o.line_key, o.version, o.sign) = (r.list_program_id, r.line_key, r.version, 1)
          AND o.fob_amount = -r.fob_amount AND o.batch_id = r.batch_id AND o.outcome = r.outcome
          AND o.participation_id IS NOT DISTINCT FROM r.participation_id AND o.business_day <= r.business_day
          AND coalesce(o.event_on, o.business_day) = coalesce(r.event_on, r.business_day)
        WHERE r.sign = -1 GROUP BY r.list_program_id, 1, 2
        """
    )
    yield len(rows)
    for key, version, number in rows:
        if number != 1:
            yield Difference("customs_reversal", f"{key} {version}", "1", str(number))
    rows = ask(
        """
        WITH v AS (
            SELECT l.list_program_id, l.line_key, l.version, sum(l.sign) AS standing, bool_or(b.state = 'undone') AS is_undone,
                   max(l.version) OVER (PARTITION BY l.list_program_id, l.line_key) AS newest
            FROM reports_customs_line l JOIN reports_customslist b ON b.id = l.batch_id GROUP BY 1, 2, 3
        )
        SELECT line_key, version, standing, CASE WHEN version = newest AND NOT is_undone THEN 1 ELSE 0 END FROM v
        """
    )
    yield len(rows)
    for key, version, standing, expected in rows:
        if standing != expected:
            yield Difference("customs_version", f"{key} {version}", str(standing), str(expected))


def sums(program: Program | None = None) -> Iterator[Difference | int]:
    """What is kept of exports by month (of one program's lists, if given) is what the lines come to, each way round."""
    rows = ask(
        """
        WITH line AS (
            SELECT l.list_program_id, l.program_id, l.company_id, b.grade, l.export_kind, l.outcome,
                   to_char(l.business_day, 'YYYY-MM') AS month, to_char(coalesce(l.event_on, l.business_day), 'YYYY-MM') AS concerns,
                   l.fob_amount, l.sign, l.business_day
            FROM reports_customs_line l JOIN reports_customslist b ON b.id = l.batch_id
            WHERE %(program)s::uuid IS NULL OR l.list_program_id = %(program)s
        ), found AS (
            SELECT list_program_id, program_id, company_id, grade, export_kind, outcome, month, concerns, sum(fob_amount) AS fob,
                   count(*) FILTER (WHERE sign = 1) - count(*) FILTER (WHERE sign = -1) AS lines, count(*) AS rows,
                   min(business_day) AS first_on, max(business_day) AS last_on
            FROM line GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
        ), stated AS (
            SELECT list_program_id, program_id, company_id, grade, export_kind, outcome, to_char(month, 'YYYY-MM') AS month,
                   to_char(event_month, 'YYYY-MM') AS concerns, fob_amount AS fob, lines, rows, first_on, last_on
            FROM reports_customs_sum WHERE %(program)s::uuid IS NULL OR list_program_id = %(program)s
        )
        SELECT count(*), NULL, NULL FROM found
        UNION ALL SELECT NULL, 'kept', x::text FROM (SELECT * FROM stated EXCEPT ALL SELECT * FROM found) x
        UNION ALL SELECT NULL, 'lines', x::text FROM (SELECT * FROM found EXCEPT ALL SELECT * FROM stated) x
        """,
        {"program": None if program is None else program.pk},
    )
    for count, where, row in rows:
        if where is None:
            yield int(count)
        else:
            yield Difference("customs_sums", str(row), *(("kept", "") if where == "kept" else ("", "lines")))


def owners() -> Iterator[Difference | int]:
    """A line that counts is of a company (or of one that stands in its place) on a day on which it took part, of the program's days,
    and goes to one of its markets."""
    rows = ask(
        f"""
        SELECT s.line_key, c.business_number = s.business_number OR EXISTS (
                   SELECT FROM naru_line() n JOIN companies_company o ON o.business_number = s.business_number
                   WHERE (n.company_id, n.before_id) IN ((c.id, o.id), (o.id, c.id))),
               s.day BETWEEN p.starts_on AND p.ends_on
               AND s.day >= least((t.agreed_at AT TIME ZONE 'Asia/Seoul')::date,
                   (SELECT min(a.from_on) FROM programs_assignment a WHERE a.participation_id = t.id))
               AND (t.state <> 'ended' OR s.day <= (
                   SELECT coalesce((e.pgh_context->>'last_on')::date, (e.pgh_created_at AT TIME ZONE 'Asia/Seoul')::date)
                   FROM programs_participationevent e WHERE e.pgh_obj_id = t.id AND e.state = 'ended' ORDER BY e.pgh_id LIMIT 1)),
               EXISTS (SELECT FROM programs_programmarket x JOIN programs_market m ON m.id = x.market_id
                       JOIN ground_country k ON k.code = m.country_id WHERE x.program_id = p.id AND k.code = s.country)
        FROM ({STANDING}) s JOIN programs_participation t ON t.id = s.participation_id
        JOIN companies_company c ON c.id = t.company_id JOIN programs_program p ON p.id = t.program_id
        """  # noqa: S608
    )
    yield len(rows)
    for key, *found in rows:
        if not all(found):
            yield Difference("customs_owner", key, "its company, days and market", str(found))


def never_both() -> Iterator[Difference | int]:
    """No participation has lines of lists and an entry by hand for the same month and kind."""
    yield ask("SELECT count(*) FROM reports_customsrecord")[0][0]
    for part, month, kind in ask(
        f"""
        SELECT DISTINCT r.participation_id, r.month, r.kind FROM reports_customsrecord r JOIN ({STANDING}) s
          ON s.participation_id = r.participation_id AND s.kind = r.kind AND date_trunc('month', s.day) = r.month
        """  # noqa: S608
    ):
        yield Difference("customs_both", f"{part} {month:%Y-%m} {kind}", "one of the two", "both")


def lists() -> Iterator[Difference | int]:
    """Each list's rows are its lines and its rejected ones at least, its sums add up, its seal holds; of one that was taken back
    nothing stands."""
    for each in CustomsList.objects.exclude(imported_at=None):
        name = str(each.pk)
        yield from compare("customs_seal", {name: each.lines_sha256}, {name: seal(CUSTOMS, each.pk)})
        told = sum(row["lines"] for row in each.found if row["name"] != "foreign")
        yield from compare("customs_list_lines", {name: each.lines}, {name: told})
        if each.state == CustomsList.State.UNDONE:
            standing = ask(
                "SELECT coalesce(sum(sign), 0) FROM reports_customs_line WHERE batch_id = %(batch)s",
                {"batch": each.pk},
            )
            yield from compare("customs_taken_back", {name: 0}, {name: standing[0][0]})
