"""An operation for first migrations: hundreds of small steps taken as one.

Django renders all models anew after each small step, which took minutes for a first migration with histories. Here the
steps change only the state; the tables are then made in one go from the finished state, and the triggers after them.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState


class CreateAll(Operation):
    """What the generated `operations` come to, for models that are all new in this migration."""

    reversible = True

    def __init__(self, operations: list[Any]) -> None:
        self.operations = operations

    def deconstruct(self) -> Any:
        return self.__class__.__qualname__, [self.operations], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def _models(self, app_label: str, state: ProjectState) -> list[Any]:
        names = [each.name for each in self.operations if isinstance(each, CreateModel)]
        return [state.apps.get_model(app_label, name) for name in names]

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for model in self._models(app_label, to_state):
            schema_editor.create_model(model)
        for operation in self.operations:
            if operation.__class__.__name__ == "AddTrigger":
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            if operation.__class__.__name__ == "AddTrigger":
                operation.database_backwards(app_label, schema_editor, to_state, from_state)
        for model in reversed(self._models(app_label, from_state)):
            schema_editor.delete_model(model)

    def describe(self) -> str:
        return "Create all tables of this floor with their constraints and histories"
