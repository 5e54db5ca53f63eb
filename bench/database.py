"""A database of the bench's own, made beside the others, migrated, and dropped at the end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from environ import Env
from psycopg import sql

WHO = ("USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def own_database(name: str) -> Iterator[Callable[[], None]]:
    """Inside, Django works on an empty, migrated database as its owner; it is dropped afterwards.

    What is yielded goes over to the plain role, with which the web and the worker run.
    """
    from config import embedded

    embedded.join()
    os.environ["NARU_DB_ROLE"] = "owner"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    own, plain = (
        urlunsplit(urlsplit(each)._replace(path=f"/{name}")) for each in (url, os.environ["DATABASE_URL"])
    )
    with psycopg.connect(url, autocommit=True) as root:
        _drop(root, name)
        root.execute(f'CREATE DATABASE "{name}"')
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"] = own
        try:
            # In a process of its own, since what migrating needs of memory would count as the work's.
            manage = str(Path(__file__).resolve().parents[1] / "manage.py")
            subprocess.run([sys.executable, manage, "migrate", "--no-input", "--verbosity", "0"], check=True)
            import django
            from django.db import connection

            django.setup()

            def become_plain() -> None:
                connection.close()
                connection.settings_dict.update(
                    {key: value for key, value in Env.db_url_config(plain).items() if key in WHO}
                )

            yield become_plain
            connection.close()
        finally:
            _drop(root, name)


def _drop(root: psycopg.Connection[Any], name: str) -> None:
    """The database's own vacuum may be at work, which nobody but the superuser ends: it is waited for."""
    for attempt in range(60):
        try:
            root.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            if attempt == 59:
                raise
            time.sleep(1)
        else:
            return
