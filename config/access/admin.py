"""Rows for the pages of the staff site."""

from __future__ import annotations

from dataclasses import replace

from ground.access import NOBODY, STAFF, STAFF_WRITES, Entry, Persons, Role


def admin_rows(
    model: str,
    *,
    reads: frozenset[Role] = STAFF,
    adds: frozenset[Role] = NOBODY,
    changes: frozenset[Role] = NOBODY,
    imports: bool = False,
    importers: frozenset[Role] = NOBODY,
    persons: Persons = Persons.NONE,
    verbs: dict[str, frozenset[Role]] | None = None,
    pages: dict[str, frozenset[Role]] | None = None,
    password: frozenset[str] = frozenset(),
) -> dict[str, Entry]:
    """Rows of one ModelAdmin (`app_model`): list, add, change, history, and when asked import and export.
    Who adds may import; `importers` may without adding by hand.

    `verbs` are POST-only addresses (`app_model_<verb>`), `pages` read-only ones. Nothing is ever deleted.
    Those of `password` ask for it once more.
    """

    def entry(reading: frozenset[Role], writing: frozenset[Role] = NOBODY) -> Entry:
        return Entry(reads=reading, writes=writing, persons=persons)

    rows = {
        f"admin:{model}_changelist": entry(reads, changes | adds),
        f"admin:{model}_change": entry(reads, changes),
        f"admin:{model}_history": entry(reads),
        f"admin:{model}_add": entry(adds, adds),
        f"admin:{model}_delete": entry(NOBODY),
    }
    if imports:
        rows[f"admin:{model}_import"] = entry(adds | importers, adds | importers)
        rows[f"admin:{model}_process_import"] = entry(NOBODY, adds | importers)
        rows[f"admin:{model}_export"] = entry(reads, reads)
    for name, roles in (verbs or {}).items():
        rows[f"admin:{model}_{name}"] = entry(NOBODY, roles)
    for name, roles in (pages or {}).items():
        rows[f"admin:{model}_{name}"] = entry(roles)
    for name in password:
        rows[f"admin:{model}_{name}"] = replace(rows[f"admin:{model}_{name}"], asks_password=True)
    return rows


__all__ = ["NOBODY", "STAFF", "STAFF_WRITES", "admin_rows"]
