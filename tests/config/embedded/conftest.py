"""Data folders: not there yet, used before, running."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config import embedded
from tests.config.users import User


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everybody may enter (pytest's own is closed), with room for data folders."""
    path = Path(tempfile.mkdtemp(prefix="naru-test-"))
    path.chmod(0o755)
    yield path
    for data in path.rglob("users.lock"):
        embedded.stop(data.parent)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def fresh(folder: Path) -> Path:
    """A data folder that is not there yet."""
    return folder / "data"


@pytest.fixture(scope="session")
def started_before() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="naru-test-"))
    user = User(path / "data")
    user.joined()
    user.leave()
    embedded.stop(path / "data")
    yield path / "data"
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def data(fresh: Path, started_before: Path) -> Path:
    """A data folder whose servers have been running before."""
    subprocess.run(["cp", "-a", started_before, fresh], check=True)
    return fresh


@pytest.fixture(scope="module")
def shared() -> Iterator[dict[str, Any]]:
    """Running servers for the tests that only ask questions."""
    path = Path(tempfile.mkdtemp(prefix="naru-test-"))
    path.chmod(0o755)
    user = User(path / "data")
    yield user.joined()
    user.leave()
    embedded.stop(path / "data")
    shutil.rmtree(path, ignore_errors=True)
