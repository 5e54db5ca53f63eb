"""Constraints that Django does not know: keys that hold two columns together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model
from django.db.models.constraints import BaseConstraint


class SameKey(BaseConstraint):
    """A composite foreign key: the row named by `field` must have the same `shared` column as this row.

    So a row of one agency can never hang on a row of another, not even through raw SQL. The target needs a
    UniqueConstraint over (shared, its primary key).
    """

    def __init__(self, *, field: str, shared: str = "agency", name: str, target_shared: str = "") -> None:
        self.field = field
        self.shared = shared
        self.target_shared = target_shared or shared
        super().__init__(name=name, violation_error_message=None)

    def create_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Put off to the end of the migration: by then the target's key is there."""
        assert model is not None
        assert schema_editor is not None
        q = schema_editor.quote_name
        field: Any = model._meta.get_field(self.field)
        shared: Any = model._meta.get_field(self.shared)
        target = field.remote_field.model
        target_shared = target._meta.get_field(self.target_shared)
        schema_editor.deferred_sql.append(
            f"ALTER TABLE {q(model._meta.db_table)} ADD CONSTRAINT {q(self.name)} FOREIGN KEY"
            f" ({q(shared.column)}, {q(field.column)}) REFERENCES {q(target._meta.db_table)}"
            f" ({q(target_shared.column)}, {q(target._meta.pk.column)})"
        )
        return ""

    constraint_sql = create_sql

    def remove_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None
        assert schema_editor is not None
        q = schema_editor.quote_name
        return f"ALTER TABLE {q(model._meta.db_table)} DROP CONSTRAINT {q(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        """The database decides; a form that offers a foreign row is a bug, not a user's mistake."""

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        kwargs.pop("violation_error_message", None)
        kwargs.update(field=self.field, shared=self.shared, target_shared=self.target_shared)
        return path, args, kwargs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameKey) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)
