"""An operation for migrations of many small steps: they are taken as one.

Django renders all models anew after each small step, which took minutes for a first migration with histories. Here the
steps change only the state; the tables are then brought from the first state to the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.models import CreateModel
from django.db.migrations.state import ProjectState

from ground.constraints import SameKey


class Together(Operation):
    """What the generated `operations` come to. New models are made whole; of others each field, constraint and trigger
    may change once. SQL and Python that need a step in between stand beside it, not in it."""

    reversible = True

    def __init__(self, operations: list[Any]) -> None:
        self.operations = operations

    def deconstruct(self) -> Any:
        return self.__class__.__qualname__, [self.operations], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def _steps(self) -> Iterable[tuple[Any, str, bool]]:
        """The operations, each with its kind and whether it belongs to a model that is new."""
        new = {each.name.lower() for each in self.operations if isinstance(each, CreateModel)}
        for operation in self.operations:
            is_new = getattr(operation, "model_name", "").lower() in new
            yield operation, operation.__class__.__name__, is_new

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation, kind, is_new in self._steps():
            if isinstance(operation, CreateModel):
                schema_editor.create_model(to_state.apps.get_model(app_label, operation.name))
            elif not is_new or kind == "AddTrigger":
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        steps = list(reversed(list(self._steps())))
        # Keys that others refer to go after what refers to them, whatever the order of the steps.
        references = [each for each in steps if isinstance(getattr(each[0], "constraint", None), SameKey)]
        for operation, kind, is_new in [*references, *(each for each in steps if each not in references)]:
            if isinstance(operation, CreateModel):
                schema_editor.delete_model(from_state.apps.get_model(app_label, operation.name))
            elif not is_new:
                operation.database_backwards(app_label, schema_editor, from_state, to_state)
            elif (
                kind == "AddTrigger" or (operation, kind, is_new) in references
            ):  # to_state has no such model
                operation.database_backwards(app_label, schema_editor, to_state, from_state)

    def describe(self) -> str:
        return "Take these steps as one"
