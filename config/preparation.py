"""What a data folder needs before work can begin: compiled catalogs, today's tables, the reference data.

`python -m config.preparation [--demo]` brings it about as the owner of the database, with its progress on
standard output; `prepare()` does so in a child, only when something is missing.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from config import embedded

PROJECT = Path(__file__).resolve().parent.parent


def compile_catalogs() -> None:
    """Compiles the translations that changed; a folder that cannot be written is left as it is."""
    catalogs = PROJECT.glob("locale/*/LC_MESSAGES/*.po")
    if any(not _is_newer(po.with_suffix(".mo"), po) for po in catalogs):
        from config.catalogs import compile_all

        with contextlib.suppress(PermissionError):
            compile_all()


def prepare(data: Path) -> None:
    """Before a command works on the embedded database of `data`: makes what is missing, progress on standard
    error.

    Raises `EmbeddedError` when that fails. Without the owner's URL nothing can be made, and nothing is.
    """
    if not os.environ.get("DATABASE_OWNER_URL") or not is_needed(data):
        return
    with _alone(data):
        if is_needed(data):
            done = subprocess.run(
                command(), env=environment(), cwd=PROJECT, stdout=2, pass_fds=embedded.held(data)
            )
            if done.returncode != 0:
                raise embedded.EmbeddedError("The database could not be prepared; the reason stands above.")


def command(*, demo: bool = False) -> list[str]:
    """The arguments of the process that prepares; `environment()` and the locks `held()` go with it."""
    return [sys.executable, "-m", "config.preparation", *(["--demo"] if demo else [])]


def environment() -> dict[str, str]:
    return {**os.environ, "NARU_DB_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "config.settings"}


def is_needed(data: Path) -> bool:
    """Whether a migration of ours is not applied, or the data was prepared by another version."""
    with contextlib.suppress(OSError):
        if (data / "prepared").read_text() == _version():
            return not set(_migrations()) <= _applied()
    return True


def _version() -> str:
    digest = hashlib.sha256(repr(sorted(_migrations())).encode())
    digest.update((PROJECT / "requirements.txt").read_bytes())
    return digest.hexdigest()


def _migrations() -> list[tuple[str, str]]:
    return [(path.parts[-3], path.stem) for path in PROJECT.glob("*/migrations/[0-9]*.py")]


def _applied() -> set[tuple[str, str]]:
    import psycopg

    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    try:
        with psycopg.connect(url) as connection:
            return set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    except psycopg.Error:
        return set()


def _is_newer(path: Path, than: Path) -> bool:
    return path.exists() and path.stat().st_mtime_ns >= than.stat().st_mtime_ns


@contextlib.contextmanager
def _alone(data: Path) -> Iterator[None]:
    with (data / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    data = embedded.folder()
    if is_needed(data):
        call_command("migrate", interactive=False)
    call_command("load_reference")
    (data / "prepared").write_text(_version())
    if "--demo" in sys.argv[1:]:
        call_command("load_demo")


if __name__ == "__main__":
    main()
