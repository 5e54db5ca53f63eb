#!/usr/bin/env python3
"""Every command of the project. Without URLs of real servers each starts or joins the embedded ones by
itself."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from config import embedded, preparation

OWNERS = {
    "demo_clock", "flush", "load_demo", "load_reference", "makemigrations", "migrate", "pgtrigger", "sqlflush",
    "sqlmigrate", "test",
}  # fmt: skip
"""Commands that act as the owner of the database; all others are as plain as the web."""

UNPREPARED = {
    "check", "collectstatic", "compilemessages", "dbshell", "diffsettings", "findstatic", "flush",
    "inspectdb", "makemessages", "makemigrations", "migrate", "pgtrigger", "rate_publishers", "shell", "showmigrations",
    "sqlflush", "sqlmigrate", "squashmigrations", "tax_office", "test",
}  # fmt: skip
"""Commands that take the database as it is."""


def main() -> None:
    enter_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "help")
    if command in OWNERS:
        os.environ["NARU_DB_ROLE"] = "owner"
    else:
        os.environ.setdefault("NARU_DB_ROLE", "web")
    if not {command, *sys.argv[1:]} & {"help", "version", "--help", "-h", "--version"}:
        try:
            servers = embedded.join()
            preparation.compile_catalogs()
            if servers.database_url and command not in UNPREPARED:
                preparation.prepare(servers.data)
        except embedded.EmbeddedError as error:
            sys.exit(str(error))

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def enter_environment() -> None:
    """Started by a Python without our packages: goes on with the one of the environment, made first if need
    be."""
    if importlib.util.find_spec("pghistory") is not None or os.environ.get("NARU_ENV") == "production":
        return
    root = Path(__file__).resolve().parent
    made = subprocess.run(
        ["bash", "-euc", 'root=$1; . "$root/script/env"; printf %s "$PYTHON"', "manage.py", str(root)],
        stdout=subprocess.PIPE,
        text=True,
    )
    if made.returncode != 0:
        sys.exit(made.returncode)
    os.execv(made.stdout, [made.stdout, *sys.argv])  # noqa: S606


if __name__ == "__main__":
    main()
