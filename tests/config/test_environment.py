"""`script/env`: the environment is made once, whole, and by one at a time; what is missing on the machine is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.config.users import PROJECT, environment

SOURCE = 'root=$1; . "$root/script/env"; printf "%s" "$PYTHON"'


def start(venv: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["bash", "-euc", SOURCE, "test", str(PROJECT)],
        env=environment(NARU_VENV=str(venv), **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(venv: Path, **more: str) -> tuple[int, str, str]:
    process = start(venv, **more)
    out, errors = process.communicate(timeout=300)
    return process.returncode, out, errors


def pretender(tmp_path: Path, lacks: str = "nothing", name: str = "python-that-lacks") -> str:
    """A Python that does as ours does, but cannot do one thing. What it is asked to do stands in a file beside it."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'#!/bin/bash\necho "$*" >>"$0.asked"\ncase "$*" in *{lacks}*) exit 1;; esac\nexec {sys.executable} "$@"\n'
    )
    path.chmod(0o755)
    return str(path)


def has_made(python: str, venv: Path) -> bool:
    asked = Path(f"{python}.asked")
    return asked.exists() and f"-m venv {venv}" in asked.read_text().splitlines()


def test_an_old_python_is_not_taken(tmp_path: Path) -> None:
    code, out, errors = run(tmp_path / "venv", NARU_PYTHON=pretender(tmp_path, "version_info"))
    assert (code, out) == (1, "")
    assert errors.startswith("Naru needs Python 3.11 or newer")
    assert "apt-get install python3 python3-venv" in errors
    assert not (tmp_path / "venv").exists()


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    code, _, errors = run(tmp_path / "venv", NARU_PYTHON=pretender(tmp_path, "ensurepip"))
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert code == 1
    assert errors == (
        f"{name} is here, but it cannot make an environment. "
        f"On Debian or Ubuntu: apt-get install python3-venv (or {name}-venv)\n"
    )


OF_THE_SYSTEM = "/usr/bin/python3"


def can_make_environments(python: str) -> bool:
    check = "import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))"
    return Path(python).exists() and subprocess.run([python, "-c", check], check=False).returncode == 0


@pytest.mark.parametrize("is_named", [False, True])
def test_the_distributions_python_comes_first_unless_another_one_is_named(
    tmp_path: Path, is_named: bool
) -> None:
    """Nothing is installed, so that the making ends with the environment itself. Where the distribution has none, the first of
    the path is taken."""
    other = pretender(tmp_path / "first", name="python3")
    path = f"{tmp_path / 'first'}:{os.environ['PATH']}"
    more = {"NARU_PYTHON": other} if is_named else {"PATH": path}
    venv = tmp_path / "venv"
    code, _, errors = run(venv, PIP_NO_INDEX="1", PIP_FIND_LINKS="", **more)
    assert code == 1
    assert "The packages could not be installed" in errors
    is_other = is_named or not can_make_environments(OF_THE_SYSTEM)
    assert has_made(other, venv) is is_other
    made, asked = (
        subprocess.run(
            [python, "-c", "import sys; print(sys.base_prefix)"], capture_output=True, text=True, check=True
        )
        for python in (venv / "bin" / "python", other if is_other else OF_THE_SYSTEM)
    )
    assert made.stdout == asked.stdout


def test_a_python_without_venv_stands_in_nobodys_way(tmp_path: Path) -> None:
    bare, whole = (
        pretender(tmp_path / "bare", "ensurepip", "python3"),
        pretender(tmp_path / "whole", name="python3"),
    )
    venv = tmp_path / "venv"
    _code, _, errors = run(venv, NARU_PYTHON=f"{bare} {whole}", PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    assert "cannot make an environment" not in errors
    assert (has_made(bare, venv), has_made(whole, venv)) == (False, True)


def test_a_folder_that_is_something_else_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("mine")
    code, _, errors = run(tmp_path)
    assert code == 1
    assert "is neither empty nor an environment of Python" in errors
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


@pytest.mark.full
def test_killed_in_the_middle_it_is_made_anew_and_two_at_once_make_it_once(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    first = start(venv, NARU_PYTHON=sys.executable)
    limit = time.monotonic() + 120
    while not (venv / "install.log").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    time.sleep(2)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    assert (venv / "naru.making").exists()
    both = [start(venv, NARU_PYTHON=sys.executable) for _ in range(2)]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert {out for out, _ in said} == {str(venv / "bin" / "python")}
    assert sum("installing" in errors for _, errors in said) == 1
    assert sum("another start is making the environment" in errors for _, errors in said) == 1
    check = subprocess.run([venv / "bin" / "python", "-c", "import django, celery, psycopg, granian"])
    assert check.returncode == 0
    began = time.monotonic()
    assert run(venv) == (0, str(venv / "bin" / "python"), "")
    assert time.monotonic() - began < 2
    with (venv / "naru.stamp").open("w") as stamp:
        stamp.write("requirements.txt of another day\n")
    code, _, errors = run(venv)
    assert code == 0
    assert "making an environment" not in errors
    assert "installing" in errors
