"""Many companies in two halves, which two processes of the database answer at the same time.

Of itself PostgreSQL would have each process put together parts of all companies, and then put these together again. So
whoever reads many companies names two halves by the company's key, with UNION ALL between them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from programs.domain.criteria.relations import literal

ENOUGH = 30_000
"""From so many companies on the second process is worth its start."""
COST = 0.6
"""The start of a process in the planner's units, for each company: a whole half is worth it, a part of a half is not."""


@dataclass(frozen=True)
class Halves:
    """`parts` are conditions on a company's key (`{}`), of which each company fulfils one; a single empty one for few."""

    count: int = 0
    middle: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        return (f"{{}} < {self.middle}", f"{{}} >= {self.middle}") if self.middle else ("",)

    @property
    def settings(self) -> str:
        """A SELECT that sets for one transaction what reading needs: the tables of all companies are put together in
        memory, expressions are not compiled, and nothing but a whole half goes to another process: no part of a table
        does, and none of what could be put together in parts is worth another one."""
        return (
            "SELECT set_config('work_mem', '48MB', true), set_config('jit', 'off', true),"
            f" set_config('max_parallel_workers_per_gather', '{len(self.parts) if self.middle else 0}', true),"
            f" set_config('parallel_setup_cost', '{max(self.count * COST, 1000)}', true),"
            " set_config('min_parallel_table_scan_size', '1TB', true),"
            " set_config('min_parallel_index_scan_size', '1TB', true)"
        )


def of_register() -> Halves:
    """The register, as large as the planner's statistics know it. One query."""
    return _halves(
        "SELECT r.reltuples, (SELECT id FROM companies_company ORDER BY id OFFSET (r.reltuples / 2)::bigint LIMIT 1)"
        f" FROM pg_class r WHERE r.oid = 'companies_company'::regclass AND r.reltuples >= {ENOUGH}"
    )


def of_applications(which: str, count: int) -> Halves:
    """The companies of the `count` applications for which `which` holds (a condition on `a`). One query, none for few."""
    if count < ENOUGH:
        return Halves()
    return _halves(
        f"SELECT {count}, a.company_id FROM programs_application a WHERE {which}"
        f" ORDER BY a.company_id OFFSET {count // 2} LIMIT 1"
    )


def _halves(sql: str) -> Halves:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        count, middle = cursor.fetchone() or (0, None)
    return Halves(int(count), literal(str(middle))) if middle else Halves()
