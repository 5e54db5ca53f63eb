"""Differences planted for `verify`, and what it finds."""

from __future__ import annotations

from django.db import connection

from reports.domain.verifying import verify
from tests.conftest import OwnerRole


def checks() -> list[str]:
    return sorted({each.check for each in verify().differences})


def plant(owner_role: type[OwnerRole], *statements: str) -> None:
    with owner_role(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            cursor.execute(statement)
