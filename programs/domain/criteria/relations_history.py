"""Relations over what companies and agencies record beside the master data: sizes, marks, support received."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import sql

from companies.models import Support
from programs.models import Component

TIE = "JOIN subject s ON s.company = {}.company_id"
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


def sizes(agency: UUID, papers: str, *, tie: str) -> str:
    """Recorded sizes, and what the certificates of `papers` say; one that names no last day decides nothing."""
    subject, joined = tied("z", tie)
    named = ", ".join(map(literal, SIZE_OF_PAPER))
    return f"""
        SELECT {subject} AS subject, z.size::text,
          CASE WHEN z.certificate_id IS NULL THEN 'stated' ELSE coalesce(j.state, 'unchecked') END::text AS state,
          z."on" AS stated_on, z.valid_from, z.valid_until, btrim(coalesce(c.kind || ' ' || c.number, '')) AS name,
          c.file_id AS file, false AS is_paper, '0' || z.id AS id
        FROM companies_companysize z {joined} LEFT JOIN companies_certificate c ON c.id = z.certificate_id
        LEFT JOIN companies_certificatejudgment j ON j.certificate_id = c.id AND j.agency_id = {_key(agency)}
        UNION ALL
        SELECT o.subject, {_choice("o.kind", SIZE_OF_PAPER, "''")},
          CASE WHEN o.state = 'accepted' AND o.valid_until IS NULL THEN 'undated' ELSE o.state END, o.valid_from,
          o.valid_from, o.valid_until, btrim(o.kind || ' ' || o.name), o.file, true, '1' || o.id
        FROM ({papers}) AS o (subject, kind, state, name, valid_from, valid_until, file, id) WHERE o.kind IN ({named})"""


def marks(agency: UUID, *, tie: str) -> str:
    """The agency's own look-ups and what the companies declared; nobody else's."""
    subject, joined = tied("m", tie)
    return f"""
        SELECT {subject} AS subject, m.kind::text AS mark, m.is_found, m."on" AS stated_on, m.until_on,
          m.agency_id IS NOT NULL AS is_recorded, m.cure::text, m.cured_on, m.document::text, m.cure_document::text,
          m.file_id AS file, m.cure_file_id AS cure_file, m.id::text AS id
        FROM companies_financialmark m {joined} WHERE m.agency_id = {_key(agency)} OR m.agency_id IS NULL"""


LINE = """
    SELECT id AS company_id, id AS before_id FROM companies_company
    UNION ALL SELECT company_id, before_id FROM (
      WITH RECURSIVE edge AS (
        SELECT successor_id AS company_id, former_id AS before_id FROM companies_succession WHERE taken_back_at IS NULL
        UNION ALL
        SELECT former_id, successor_id FROM companies_succession WHERE taken_back_at IS NULL AND kind = 'branch'
      ), line AS (
        SELECT company_id, before_id FROM edge
        UNION SELECT l.company_id, e.before_id FROM line l JOIN edge e ON e.company_id = l.before_id
      ) SELECT company_id, before_id FROM line WHERE company_id <> before_id) further"""
"""Whose support counts for a company: its own, and that of all before it. A branch and its head office are one person."""


def supports(agency: UUID | None, *, tie: str, own_of: str = "true") -> str:
    """The agency's lists (of all agencies without one), what the companies declared, and the agency's own participations, by component of the package;
    of one that ended early what was delivered. Those of predecessors count, too (`LINE`; `former`). `own_of` is a condition on `p`, the participation."""
    listed, joined = tied("u", tie)
    own, own_joined = tied("k", tie)
    of_agency = "agency_id IS NOT NULL" if agency is None else f"agency_id = {_key(agency)}"
    money = _choice("g.funding", {"national": "national", "local": "local"}, "'other'")
    return f"""
        SELECT {listed} AS subject, u.body::text, u.program::text, u.item::text, u.amount, u.money::text, u.granted_on,
          u.document::text, CASE WHEN u.agency_id IS NULL THEN 'declared' ELSE 'list' END AS source,
          CASE WHEN u.agency_id IS NULL AND u.company_id = u.before_id THEN u.id END AS support,
          nullif(u.before_id, u.company_id) AS former
        FROM (SELECT r.*, k.company_id, k.before_id FROM companies_support r
          JOIN companies_company c ON c.business_number = r.business_number
          JOIN ({LINE}) k ON k.before_id = c.id) u {joined}
        WHERE u.{of_agency} OR u.agency_id IS NULL
        UNION ALL
        SELECT {own}, a.code, g.name_ko, {_choice("d.kind", ITEM_OF_COMPONENT, "''")}, d.amount, {money},
          (p.agreed_at AT TIME ZONE 'Asia/Seoul')::date, p.number, 'own', NULL,
          nullif(k.before_id, k.company_id)
        FROM programs_participation p JOIN ({LINE}) k ON k.before_id = p.company_id {own_joined} JOIN programs_program g ON g.id = p.program_id
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
