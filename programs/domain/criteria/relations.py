"""Where the facts come from: the rows of a call's applications, the whole register, or values that somebody states.

Each source gives the same relations (`COLUMNS`), so that the compiled criteria never know which one they read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from companies.models import Certificate
from companies.models.standing import counts_before
from ground.models import StoredFile
from programs.domain.criteria.given import Facts, PaperFact
from programs.domain.criteria.relations_history import (
    SIZE_OF_PAPER,
    TIE,
    bans,
    covers,
    former_figures,
    formers,
    literal,
    marks,
    own_sizes,
    sizes,
    supports,
    tied,
)

__all__ = ["COLUMNS", "Source", "literal", "of_applications", "of_facts", "of_register"]

COLUMNS: dict[str, dict[str, str]] = {
    "subject": {"subject": "uuid", "company": "uuid", "opened_on": "date"},
    "place": {"subject": "uuid", "kind": "text", "province": "text", "province_name": "text", "address": "text",
              "from_on": "date", "until_on": "date", "id": "text"},
    "paper": {"subject": "uuid", "kind": "text", "state": "text", "name": "text", "issued_on": "date",
              "valid_from": "date", "valid_until": "date", "file": "uuid", "id": "text"},
    "status": {"subject": "uuid", "status": "text", "checked_on": "date"},
    "ban": {"subject": "uuid", "from_on": "date", "until_on": "date", "former": "text"},
    "former": {"subject": "uuid", "name": "text", "opened_on": "date", "until_on": "date", "by": "text"},
    "former_figure": {"subject": "uuid", "name": "text", "opened_on": "date", "until_on": "date", "by": "text", "year": "int",
                      "sales": "numeric", "exports": "numeric", "source": "text", "is_estimated": "boolean"},
    "figure": {"subject": "uuid", "year": "int", "sales": "numeric", "exports": "numeric", "employees": "numeric",
               "source": "text", "is_estimated": "boolean"},
    "industry": {"subject": "uuid", "code": "text", "revision": "int", "is_main": "boolean"},
    "product": {"subject": "uuid", "code": "text", "category": "text", "hs_code": "text"},
    "size": {"subject": "uuid", "size": "text", "state": "text", "stated_on": "date", "valid_from": "date",
             "valid_until": "date", "name": "text", "file": "uuid", "is_paper": "boolean", "id": "text"},
    "mark": {"subject": "uuid", "mark": "text", "is_found": "boolean", "stated_on": "date", "until_on": "date",
             "is_recorded": "boolean", "cure": "text", "cured_on": "date", "document": "text", "cure_document": "text",
             "file": "uuid", "cure_file": "uuid", "id": "text"},
    "support": {"subject": "uuid", "body": "text", "program": "text", "item": "text", "amount": "numeric",
                "money": "text", "granted_on": "date", "document": "text", "source": "text"},
    "cover": {"subject": "uuid", "body": "text", "from_on": "date", "until_on": "date"},
    "answer": {"subject": "uuid", "question": "text", "text": "text", "figure": "numeric", "day": "date",
               "is_yes": "boolean", "codes": "jsonb"},
}  # fmt: skip


SETTINGS = (
    "SELECT set_config('work_mem', '48MB', true), set_config('jit', 'off', true),"
    " set_config('max_parallel_workers_per_gather', '0', true)"
)
"""For one transaction: the tables of all companies are put together in memory, in one process, expressions are not compiled."""


@dataclass(frozen=True)
class Source:
    """`subject` and the other relations, each as a SELECT with the columns of `COLUMNS`."""

    selects: Mapping[str, str]

    def where(self, condition: str) -> Source:
        """The rows of subjects under this condition on `subject`."""
        return Source(
            {name: f"SELECT * FROM ({text}) r WHERE {condition}" for name, text in self.selects.items()}
        )


def of_register(agency: UUID) -> Source:
    """Every company, each with itself as the subject; bans and judgments are the agency's own."""
    return _rows(agency, "SELECT id AS subject, id AS company, opened_on FROM companies_company c", tie="")


CLOSED = """EXISTS (SELECT FROM companies_succession n WHERE n.former_id = subject AND n.kind <> 'branch'
          AND n.confirmed_at IS NOT NULL AND n.taken_back_at IS NULL)"""
"""Whether the company's record is closed for a successor."""


def of_applications(agency: UUID, which: str, unasked: Collection[UUID] = ()) -> Source:
    """Applications, with what was handed in and answered; `which` is a condition on `a`, the application. Answers to
    the `unasked` questions are none. A document is named once its file has passed the check. Where the company's record
    was merged into another, the facts are those of the record that stays."""
    kept = "coalesce(g.kept_id, a.company_id)"
    subject = (
        f"SELECT a.id AS subject, {kept} AS company, c.opened_on FROM programs_application a"
        " LEFT JOIN naru_merged() g ON g.company_id = a.company_id"
        f" LEFT JOIN companies_company c ON c.id = {kept} WHERE {which}"
    )
    source = _rows(agency, subject, tie=TIE)
    passed = ", ".join(map(literal, sorted(StoredFile.READABLE)))
    shown = f"CASE WHEN f.passage IN ({passed}) THEN f.name::text ELSE '' END"
    handed_in = f"""
        SELECT s.subject, q.certificate_kind::text, d.state::text, {shown}, d.issued_on, d.valid_from, d.valid_until, d.file_id,
          '1' || d.id
        FROM subject s JOIN programs_document d ON d.application_id = s.subject AND d.replaced_at IS NULL
        JOIN programs_requireddocument q ON q.id = d.required_id AND q.certificate_kind <> ''
        JOIN ground_storedfile f ON f.id = d.file_id
        WHERE NOT EXISTS (SELECT FROM {Certificate._meta.db_table} c
          WHERE c.file_id = d.file_id AND c.company_id = s.company)"""
    skipped = ", ".join(literal(str(each)) for each in unasked)
    answers = f"""
        SELECT s.subject, q.code::text AS question, w.text, coalesce(w.number, w.amount) AS figure, w.day, w.is_yes, w.codes
        FROM subject s JOIN programs_answer w ON w.application_id = s.subject
        JOIN programs_question q ON q.id = w.question_id{f" WHERE q.id NOT IN ({skipped})" if skipped else ""}"""
    paper = f"{source.selects['paper']} UNION ALL {handed_in}"
    return Source(
        {
            **source.selects,
            "paper": paper,
            "size": sizes(agency, paper, tie=TIE),
            "support": supports(agency, tie=TIE, own_of="p.application_id IS DISTINCT FROM s.subject"),
            "answer": answers,
        }
    )


SEOUL_OF_NOW = "{} AT TIME ZONE INTERVAL '9 hours'"
"""Seoul without its history, which is the same since 1988: by its name a column of instants costs ten times as much."""


def _rows(agency: UUID, subject: str, *, tie: str) -> Source:
    own = literal(str(agency)) + "::uuid"

    def of(alias: str) -> tuple[str, str]:
        return tied(alias, tie)

    place, place_tie = of("p")
    paper, paper_tie = of("p")
    check, check_tie = of("k")
    figure, figure_tie = of("y")
    industry, industry_tie = of("i")
    product, product_tie = of("p")
    paper_rows = f"""
        SELECT {paper} AS subject, p.kind::text, coalesce(j.state, 'unchecked')::text AS state, p.number::text AS name,
          p.issued_on, p.valid_from, p.valid_until, p.file_id AS file, '0' || p.id AS id
        FROM companies_certificate p {paper_tie}
        LEFT JOIN companies_certificatejudgment j ON j.certificate_id = p.id AND j.agency_id = {own}"""
    return Source(
        {
            "subject": subject,
            "place": f"""
                SELECT {place} AS subject, p.kind::text, p.province_id::text AS province,
                  btrim(n.name_ko || ' ' || n.name_en) AS province_name, p.address::text, p.from_on, p.until_on,
                  p.id::text
                FROM companies_place p {place_tie} LEFT JOIN ground_province n ON n.code = p.province_id""",
            "paper": paper_rows,
            "status": f"""
                SELECT {check} AS subject, k.status::text, ({SEOUL_OF_NOW.format("k.checked_at")})::date AS checked_on
                FROM companies_statuscheck k {check_tie}
                WHERE NOT EXISTS (SELECT FROM companies_statuscheck l WHERE l.company_id = k.company_id
                  AND {counts_before("l", "k")})""",
            "ban": bans(agency, tie=tie),
            "former": formers(tie=tie),
            "former_figure": former_figures(tie=tie),
            "figure": f"""
                SELECT {figure} AS subject, y.year, y.sales_amount AS sales, y.export_amount AS exports,
                  y.employees::numeric, y.source::text, y.is_estimated
                FROM companies_yearlyfigure y {figure_tie}""",
            "industry": f"""
                SELECT {industry} AS subject, n.code || i.digits AS code, n.revision::int, i.is_main
                FROM companies_companyindustry i {industry_tie} JOIN ground_industry n ON n.id = i.industry_id""",
            "product": f"""
                SELECT {product} AS subject, p.code::text, p.category::text, p.hs_code::text
                FROM companies_product p {product_tie} WHERE p.disabled_on IS NULL""",
            "size": sizes(agency, paper_rows, tie=tie),
            "own_size": own_sizes(agency, tie=tie),
            "mark": marks(agency, tie=tie),
            "support": supports(agency, tie=tie),
            "cover": covers(agency, tie=tie),
            "answer": _values("answer", []),
        }
    )  # fmt: skip


def of_facts(given: Mapping[UUID, Facts]) -> Source:
    """What is stated about each subject, and nothing else."""

    def each(name: str) -> Iterable[Sequence[Any]]:
        for key, facts in given.items():
            match name:
                case "subject":
                    yield key, key, facts.opened_on
                case "place":
                    for serial, place in enumerate(facts.places):
                        yield (
                            key, place.kind, place.province, place.province_name, place.address, place.from_on,
                            place.until_on, f"{serial:06}",
                        )  # fmt: skip
                case "paper":
                    for serial, paper in enumerate(facts.papers):
                        yield (
                            key, paper.kind, paper.state, paper.name, paper.issued_on, paper.valid_from,
                            paper.valid_until, paper.file_id, f"{serial:06}",
                        )  # fmt: skip
                case "status":
                    if facts.status is not None:
                        yield key, facts.status.status, facts.status.checked_on
                case "ban":
                    if facts.bans is None:
                        yield key, None, None, ""
                    for ban in facts.bans or ():
                        yield key, ban.from_on, ban.until_on, ban.former
                case "former":
                    for former in facts.formers:
                        yield key, former.name, former.opened_on, former.until_on, former.by
                case "former_figure":
                    for former in facts.formers:
                        for it in former.figures:
                            yield (
                                key, former.name, former.opened_on, former.until_on, former.by, it.year, it.sales,
                                it.exports, it.source, it.is_estimated,
                            )  # fmt: skip
                case "figure":
                    for figure in facts.figures:
                        yield (
                            key, figure.year, figure.sales, figure.exports, figure.employees, figure.source,
                            figure.is_estimated,
                        )  # fmt: skip
                case "industry":
                    for industry in facts.industries:
                        yield key, industry.code, industry.revision, industry.is_main
                case "product":
                    for product in facts.products:
                        yield key, product.code, product.category, product.hs_code
                case "size":
                    for serial, size in enumerate(facts.sizes):
                        yield (
                            key, size.size, size.state, size.stated_on, size.valid_from, size.valid_until, size.name,
                            size.file_id, False, f"0{serial:06}",
                        )  # fmt: skip
                    for serial, paper in enumerate(facts.papers):
                        if paper.kind in SIZE_OF_PAPER:
                            yield (key, *_size_of(paper), True, f"1{serial:06}")
                case "mark":
                    for serial, mark in enumerate(facts.marks):
                        yield (
                            key, mark.mark, mark.is_found, mark.stated_on, mark.until_on, mark.is_recorded, mark.cure,
                            mark.cured_on, mark.document, mark.cure_document, mark.file_id, mark.cure_file_id,
                            f"{serial:06}",
                        )  # fmt: skip
                case "support":
                    for support in facts.supports:
                        yield (
                            key, support.body, support.program, support.item, support.amount, support.money,
                            support.granted_on, support.document, support.source,
                        )  # fmt: skip
                case "cover":
                    for cover in facts.covers:
                        yield key, cover.body, cover.from_on, cover.until_on
                case "answer":
                    for answer in facts.answers:
                        yield (
                            key, answer.question, answer.text, answer.figure, answer.day, answer.is_yes,
                            json.dumps(list(answer.codes)),
                        )  # fmt: skip

    selects = {name: _values(name, [tuple(row) for row in each(name)]) for name in COLUMNS}
    return Source({**selects, "own_size": f"SELECT * FROM ({selects['size']}) AS every WHERE NOT is_paper"})


def _values(name: str, rows: Sequence[Sequence[Any]]) -> str:
    columns = COLUMNS[name]
    if not rows:
        nothing = ", ".join(f"NULL::{kind} AS {column}" for column, kind in columns.items())
        return f"SELECT {nothing} WHERE false"
    typed = ", ".join(f"{column}::{kind}" for column, kind in columns.items())
    listed = ", ".join(f"({', '.join(_cell(value) for value in row)})" for row in rows)
    return f"SELECT {typed} FROM (VALUES {listed}) AS given ({', '.join(columns)})"


def _cell(value: Any) -> str:
    return "NULL" if value is None else literal(str(value))


def _size_of(paper: PaperFact) -> tuple[Any, ...]:
    """What a certificate says about the size, as a row of the relation."""
    state = "undated" if paper.state == "accepted" and paper.valid_until is None else paper.state
    return (
        SIZE_OF_PAPER[paper.kind], state, paper.valid_from, paper.valid_from, paper.valid_until,
        f"{paper.kind} {paper.name}".strip(" "), paper.file_id,
    )  # fmt: skip
