"""What a reviewer would have to remember: the staircase, the rooms, no broker call outside the relay."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
STAIRCASE = ["ground", "accounts", "companies", "programs", "guidance", "reports", "config"]
FORBIDDEN_ROOMS = {"utils", "helpers", "common", "misc", "services", "managers"}


def python_files() -> list[Path]:
    return [
        path
        for floor in STAIRCASE
        for path in sorted((ROOT / floor).rglob("*.py"))
        if "migrations" not in path.parts and "__pycache__" not in path.parts
    ]


def test_no_relation_points_up():
    looks_up = []
    for model in apps.get_models():
        floor = model._meta.app_label
        if floor not in STAIRCASE:
            continue
        for field in model._meta.get_fields(include_hidden=False):
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            target = field.related_model._meta.app_label
            if target in STAIRCASE and STAIRCASE.index(target) > STAIRCASE.index(floor):
                looks_up.append(f"{model._meta.label}.{field.name} → {target}")
    assert looks_up == []


def test_no_room_without_a_name():
    found = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.stem in FORBIDDEN_ROOMS or FORBIDDEN_ROOMS & set(path.parts)
    ]
    assert found == []


def test_only_the_relay_speaks_to_the_broker():
    calls = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if re.search(r"\.(delay|apply_async|send_task)\(", path.read_text("utf-8"))
    ]
    assert calls == ["ground/management/commands/relay.py"]


def test_no_clock_but_the_database_s():
    """Deadlines, periods and records never ask the machine's clock."""
    pattern = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|datetime\.utcnow\(|localdate\(")
    allowed = {"config", "sweep_files.py"}
    found = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if not allowed & set(path.relative_to(ROOT).parts) and pattern.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_rules_are_not_hidden_in_save_or_signals():
    found = []
    for path in python_files():
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
                if "models" in path.parts and "save" in methods:
                    found.append(f"{path.relative_to(ROOT)}: {node.name}.save")
            if isinstance(node, ast.Name) and node.id in {"post_save", "pre_save"}:
                found.append(f"{path.relative_to(ROOT)}: {node.id}")
    assert found == []


@pytest.mark.parametrize("floor", [each for each in STAIRCASE if each != "config"])
def test_every_module_of_models_domain_and_queries_says_what_it_is(floor):
    silent = []
    for path in python_files():
        parts = path.relative_to(ROOT).parts
        if parts[0] != floor or not {"models", "domain", "queries", "queries.py"} & set(parts):
            continue
        text = path.read_text("utf-8")
        if text.strip() and not ast.get_docstring(ast.parse(text)):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []
