"""Relations over what companies and agencies record beside the master data: sizes, marks, support received."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import sql

from companies.models import Support
from programs.models import Component

TIE = "JOIN subject s ON s.company = {0}.company_id"
"""How rows of a company come to their subject, where the subject is not the company itself."""
SIZE_OF_PAPER = {"SME_CERT": "sme", "MICRO_CERT": "micro", "MID_CERT": "mid_size"}
"""What a certificate says about the size; `sme` is micro, small or medium."""
ITEM_OF_COMPONENT = {
    Component.Kind.ONBOARDING: Support.Item.ONBOARDING,
    Component.Kind.MARKETING: Support.Item.PUBLICITY,
    Component.Kind.INFRASTRUCTURE: Support.Item.LOGISTICS,
    Component.Kind.CREATOR: Support.Item.BRAND,
}


def literal(value: Any) -> str:
    """The value as SQL text, quoted."""
    return sql.Literal(value).as_string(None)


def tied(alias: str, tie: str) -> tuple[str, str]:
    """The subject of a row of a company, and the join that leads there."""
    return ("s.subject", tie.format(alias)) if tie else (f"{alias}.company_id", "")


def _key(agency: UUID) -> str:
    return literal(str(agency)) + "::uuid"


def _choice(column: str, choices: dict[Any, Any], otherwise: str) -> str:
    listed = " ".join(
        f"WHEN {literal(str(one))} THEN {literal(str(other))}" for one, other in choices.items()
    )
    return f"CASE {column} {listed} ELSE {otherwise} END"


SIZE_OF_PAPER_SQL = {
    "state": "CASE WHEN state = 'accepted' AND valid_until IS NULL THEN 'undated' ELSE state END",
    "stated_on": "valid_from",
    "valid_from": "valid_from",
    "valid_until": "valid_until",
    "name": "btrim(kind || ' ' || name)",
    "file": "file",
    "is_paper": "true",
    "id": "'1' || id",
}
"""A certificate as a row of the sizes; one that names no last day decides nothing."""


def sizes(agency: UUID, papers: str, *, tie: str) -> str:
    """Recorded sizes, and what the certificates of `papers` say."""
    named = ", ".join(map(literal, SIZE_OF_PAPER))
    of_paper = ", ".join(f"{text} AS {name}" for name, text in SIZE_OF_PAPER_SQL.items())
    columns = "subject, kind, state, name, issued_on, valid_from, valid_until, file, id"
    return f"""{own_sizes(agency, tie=tie)} UNION ALL
        SELECT subject, {_choice("kind", SIZE_OF_PAPER, "''")} AS size, {of_paper} FROM ({papers}) AS o ({columns}) WHERE kind IN ({named})"""


def own_sizes(agency: UUID, *, tie: str) -> str:
    """Recorded sizes, with a certificate or without."""
    subject, joined = tied("z", tie)
    return f"""
        SELECT {subject} AS subject, z.size::text, 'stated' AS state, z."on" AS stated_on, z.valid_from, z.valid_until,
          ''::text AS name, NULL::uuid AS file, false AS is_paper, '0' || z.id AS id
        FROM companies_companysize z {joined} WHERE z.certificate_id IS NULL
        UNION ALL
        SELECT {subject}, z.size, coalesce(j.state, 'unchecked')::text, z."on", z.valid_from, z.valid_until,
          btrim(c.kind || ' ' || c.number), c.file_id, false, '0' || z.id
        FROM companies_companysize z {joined} LEFT JOIN companies_certificate c ON c.id = z.certificate_id
        LEFT JOIN companies_certificatejudgment j
          ON j.certificate_id = z.certificate_id AND j.agency_id = {_key(agency)}
        WHERE z.certificate_id IS NOT NULL"""


def marks(agency: UUID, *, tie: str) -> str:
    """The agency's own look-ups and what the companies declared; nobody else's."""
    subject, joined = tied("m", tie)
    return f"""
        SELECT {subject} AS subject, m.kind::text AS mark, m.is_found, m."on" AS stated_on, m.until_on,
          m.agency_id IS NOT NULL AS is_recorded, m.cure::text, m.cured_on, m.document::text, m.cure_document::text,
          m.file_id AS file, m.cure_file_id AS cure_file, m.id::text AS id
        FROM companies_financialmark m {joined} WHERE m.agency_id = {_key(agency)} OR m.agency_id IS NULL"""


def _named(company: str) -> str:
    """A company by its name and number."""
    number = f"{company}.business_number"
    return f"{company}.name_ko || ' (' || concat_ws('-', left({number}, 3), substr({number}, 4, 2), substr({number}, 6)) || ')'"


def bans(agency: UUID, *, tie: str) -> str:
    """The agency's bans that were not lifted, each for the company and, with its name (`former`), for whoever took its place."""
    banned, banned_joined = tied("b", tie)
    successor, joined = tied("k", tie)
    standing = f"b.agency_id = {_key(agency)} AND b.lifted_at IS NULL"
    return f"""
        SELECT {banned} AS subject, b.from_on, b.until_on, ''::text AS former FROM companies_ban b {banned_joined}
        WHERE {standing}
        UNION ALL
        SELECT {successor}, b.from_on, b.until_on, {_named("c")}
        FROM companies_ban b JOIN naru_line() k ON k.before_id = b.company_id {joined}
        JOIN companies_company c ON c.id = b.company_id WHERE {standing}"""


FORMERS = """(
          WITH RECURSIVE edge AS (
            SELECT coalesce(g.kept_id, s.successor_id) AS successor_id, s.former_id, s."on", s.kind::text AS by
            FROM companies_succession s
            LEFT JOIN naru_merged() g ON g.company_id = s.successor_id
            WHERE s.kind IN ('incorporation', 'merger') AND s.confirmed_at IS NOT NULL AND s.taken_back_at IS NULL
          ), line AS (
            SELECT successor_id AS company_id, former_id, "on", by FROM edge
            UNION SELECT l.company_id, e.former_id, e."on", CASE WHEN l.by = e.by THEN l.by ELSE 'both' END
            FROM line l JOIN edge e ON e.successor_id = l.former_id
          ) SELECT company_id, former_id, "on", by FROM line WHERE company_id <> former_id
        )"""
"""Whose place a company took as a corporation or by a merger, over all steps, how, and since when; that is the record that
stays where the company's was merged."""


def formers(*, tie: str) -> str:
    """The companies whose place it took as a corporation or by a merger, each until the day of that succession."""
    subject, joined = tied("k", tie)
    return f"""
        SELECT {subject} AS subject, {_named("c")} AS name, c.opened_on, k."on" AS until_on, k.by
        FROM {FORMERS} k {joined} JOIN companies_company c ON c.id = k.former_id"""


def former_figures(*, tie: str) -> str:
    """Their figures."""
    subject, joined = tied("k", tie)
    return f"""
        SELECT {subject} AS subject, {_named("c")} AS name, c.opened_on, k."on" AS until_on, k.by, y.year,
          y.sales_amount AS sales, y.export_amount AS exports, y.source::text, y.is_estimated
        FROM {FORMERS} k {joined} JOIN companies_company c ON c.id = k.former_id
        JOIN companies_yearlyfigure y ON y.company_id = k.former_id"""


TWINS = """(
          SELECT company_id, kept_id AS other_id, true AS stays FROM naru_merged()
          UNION ALL
          SELECT g.company_id, h.company_id, false FROM naru_merged() g
          JOIN naru_merged() h ON h.kept_id = g.kept_id AND h.company_id < g.company_id
        )"""
"""Records of one company by those whose word comes first, and whether these stay."""


def supports(agency: UUID | None, *, tie: str, own_of: str = "true") -> str:
    """The agency's lists (of all agencies without one), what the companies declared, and the agency's own participations, by component of the package;
    of one that ended early what was delivered. Those of predecessors (`naru_line`) count, too (`former`); what two records of one company say alike counts once, and so does
    what the one that stays says with another amount: a list that is taken in again brings back the amount that was decided against. `own_of` is a condition on `p`, the participation."""
    of_agency = "agency_id IS NOT NULL" if agency is None else f"agency_id = {_key(agency)}"
    money = _choice("g.funding", {"national": "national", "local": "local"}, "'other'")

    def listed(companies: str) -> str:
        subject, joined = tied("k", tie)
        return f"""
        SELECT {subject} AS subject, r.body::text, r.program::text, r.item::text, r.amount, r.money::text, r.granted_on,
          r.document::text, CASE WHEN r.agency_id IS NULL THEN 'declared' ELSE 'list' END AS source,
          CASE WHEN r.agency_id IS NULL AND (k.company_id = k.before_id OR EXISTS (
            SELECT FROM naru_merged() g WHERE (g.company_id, g.kept_id) = (k.before_id, k.company_id)
          )) THEN r.id END AS support,
          nullif(k.before_id, k.company_id) AS former
        FROM ({companies}) k {joined} JOIN companies_support r ON r.business_number = k.business_number
        WHERE (r.{of_agency} OR r.agency_id IS NULL) AND NOT EXISTS (
          SELECT FROM {TWINS} w JOIN companies_company o ON o.id = w.other_id
          JOIN companies_support t ON t.business_number = o.business_number
          WHERE w.company_id = k.before_id AND t.agency_id IS NOT DISTINCT FROM r.agency_id
            AND (t.body, t.program, t.item, t.granted_on) = (r.body, r.program, r.item, r.granted_on)
            AND (w.stays OR t.amount IS NOT DISTINCT FROM r.amount))"""

    def own(alias: str, former: str, before: str = "") -> str:
        subject, joined = tied(alias, tie)
        return f"""
        SELECT {subject}, a.code, g.name_ko, {_choice("d.kind", ITEM_OF_COMPONENT, "''")}, d.amount, {money},
          (p.agreed_at AT TIME ZONE 'Asia/Seoul')::date, p.number, 'own', NULL, {former}
        FROM programs_participation p {before} {joined} JOIN programs_program g ON g.id = p.program_id
        JOIN accounts_agency a ON a.id = p.agency_id
        LEFT JOIN (
          SELECT v.participation_id, k.kind, sum(coalesce(v.actual_amount, v.planned_amount)) AS amount
          FROM programs_delivery v JOIN programs_component k ON k.id = v.component_id
          JOIN programs_participation q ON q.id = v.participation_id
          WHERE v.state = 'done' OR (v.state = 'planned' AND q.state <> 'ended')
          GROUP BY v.participation_id, k.kind
        ) d ON d.participation_id = p.id
        WHERE p.{of_agency} AND p.agreed_at IS NOT NULL
          AND (p.state IN ('agreed', 'completed') OR d.kind IS NOT NULL) AND {own_of}"""

    itself = "SELECT id AS company_id, id AS before_id, business_number FROM companies_company"
    further = (
        "SELECT l.company_id, l.before_id, c.business_number FROM naru_line() l"
        " JOIN companies_company c ON c.id = l.before_id"
    )
    line = "JOIN naru_line() k ON k.before_id = p.company_id"
    return " UNION ALL ".join(
        [listed(itself), listed(further), own("p", "NULL::uuid"), own("k", "k.before_id", line)]
    )


def covers(agency: UUID, *, tie: str) -> str:
    """The days of which all support is known: by the company's declarations, and for every company by the agency's lists."""
    subject, joined = tied("d", tie)
    everybody = "subject s" if tie else "(SELECT id AS subject FROM companies_company) s"
    return f"""
        SELECT {subject} AS subject, ''::text AS body, d.from_on, d.until_on
        FROM companies_supportdeclaration d {joined}
        UNION ALL
        SELECT s.subject, l.body, l.from_on, l.until_on FROM companies_supportlist l CROSS JOIN {everybody}
        WHERE l.agency_id = {_key(agency)}"""
