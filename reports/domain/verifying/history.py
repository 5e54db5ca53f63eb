"""History: of every tracked table the last row of the history is the record as it stands."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from ground.history import event_model
from reports.domain.verifying.result import Difference, ask


def histories() -> Iterator[Difference | int]:
    """A record changed, made or deleted with the triggers switched off differs from its history and is named."""
    for model in apps.get_models():
        events = event_model(model)
        if events is not None and model._meta.managed:
            yield from _history(model, events)


def _history(model: type[models.Model], events: type[models.Model]) -> Iterator[Difference | int]:
    table, log = model._meta.db_table, events._meta.db_table
    key = model._meta.pk.column
    own = {field.column for field in model._meta.concrete_fields}
    columns = sorted(str(field.column) for field in events._meta.concrete_fields if field.column in own)
    record = ", ".join(f't."{name}"' for name in columns)
    last = ", ".join(f'h."{name}"' for name in columns)
    yield ask(f'SELECT count(*) FROM "{table}"')[0][0]  # noqa: S608
    rows = ask(
        f"""
        WITH h AS (SELECT DISTINCT ON (pgh_obj_id) * FROM "{log}" ORDER BY pgh_obj_id, pgh_id DESC)
        SELECT COALESCE(t."{key}"::text, h.pgh_obj_id::text),
               CASE WHEN t."{key}" IS NULL THEN 'deleted' WHEN h.pgh_id IS NULL THEN 'no history'
                    WHEN h.pgh_label = 'delete' THEN 'there' ELSE 'other values' END,
               COALESCE(h.pgh_label, '')
        FROM "{table}" t FULL JOIN h ON h.pgh_obj_id = t."{key}"
        WHERE (t."{key}" IS NULL AND h.pgh_label <> 'delete') OR (t."{key}" IS NOT NULL AND (h.pgh_id IS NULL
            OR h.pgh_label = 'delete' OR ROW({record}) IS DISTINCT FROM ROW({last})))
        """  # noqa: S608
    )
    for pk, found, label in rows:
        yield Difference("history", f"{table} {pk}", label, found)
