"""A child of the sandbox can be lost without loss: its memory, time and output end where the bounds say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ground import sandbox
from ground.inspection import child as inspection_child
from ground.inspection import nursery
from ground.sandbox import MEGABYTE, Bounds

ROOMY = Bounds(memory=4096 * MEGABYTE, processor=60, clock=30.0, output=64 * MEGABYTE)
CONFINE = "from ground.sandbox import Bounds, confine; confine(Bounds({memory}, {processor}, 9, {output}));"


def run(code: str, bounds: Bounds, *, confined: bool) -> tuple[int | None, float, bytes]:
    """Run `code` in a child; its exit code, how long it took, what it wrote."""
    bind = CONFINE.format(memory=bounds.memory, processor=bounds.processor, output=bounds.output)
    with tempfile.TemporaryFile() as out:
        started = time.monotonic()
        ended = sandbox.run(["-c", (bind if confined else "") + code], bounds, out)
        took = time.monotonic() - started
        out.seek(0)
        return ended, took, out.read()


BUSY = """
import sys, time
end = time.process_time() + 2
while time.process_time() < end: pass
sys.stdout.write("done")
"""


def test_a_busy_child_is_killed_and_an_unbound_one_goes_on():
    tight = Bounds(ROOMY.memory, 1, 20.0, ROOMY.output)
    ended, _took, wrote = run(BUSY, tight, confined=True)
    assert ended in {-signal.SIGXCPU, -signal.SIGKILL}
    assert wrote == b""
    ended, _took, wrote = run(BUSY, tight, confined=False)
    assert (ended, wrote) == (0, b"done")


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="the machine has no shares by session")
def test_a_child_of_who_gives_way_gives_way_in_its_own_session_too():
    code = "print(open('/proc/self/autogroup').read(), end='')"
    ended, _took, wrote = run(code, ROOMY, confined=True)
    assert (ended, wrote.split()[-2:]) == (0, [b"nice", str(os.nice(0)).encode()])
    with tempfile.TemporaryFile() as out:
        bind = CONFINE.format(memory=ROOMY.memory, processor=ROOMY.processor, output=ROOMY.output)
        sandbox.run(["-c", f"import os; os.nice(7); {bind}{code}"], ROOMY, out)
        out.seek(0)
        assert out.read().split()[-2:] == [b"nice", str(os.nice(0) + 7).encode()]


GREEDY = "bytearray(700 * 1024 * 1024)"


def test_a_greedy_child_is_refused_memory_and_an_unbound_one_gets_it():
    tight = Bounds(300 * MEGABYTE, 20, 20.0, ROOMY.output)
    assert run(GREEDY, tight, confined=True)[0] == 1
    assert run(GREEDY, tight, confined=False)[0] == 0


CHATTY = "import sys; sys.stdout.write('x' * 3_000_000); sys.stdout.flush()"


def test_a_chatty_child_is_cut_off_and_an_unbound_one_is_not():
    tight = Bounds(ROOMY.memory, 20, 20.0, MEGABYTE)
    ended, _took, wrote = run(CHATTY, tight, confined=True)
    assert (ended != 0, len(wrote) <= MEGABYTE) == (True, True)
    assert len(run(CHATTY, tight, confined=False)[2]) == 3_000_000


def test_a_sleeping_child_is_stopped_by_the_clock_with_all_its_children(tmp_path: Path):
    mark = tmp_path / "pid"
    code = (
        "import subprocess, time; child = subprocess.Popen(['sleep', '60']);"
        f"open({str(mark)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    ended, took, _wrote = run(code, Bounds(ROOMY.memory, 20, 1.0, ROOMY.output), confined=False)
    assert ended is None
    assert took < 3
    assert until(lambda: not is_running(int(mark.read_text())))


SHORT_OF_TIME = "import os, time\nwhile time.process_time() < 0.5: pass"


@pytest.fixture
def busy_processor(monkeypatch) -> Iterator[None]:
    """One processor for all that is started, and two processes that do not leave it."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(ours)})
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _each in range(2)]
    yield
    for hog in hogs:
        hog.kill()
        hog.wait()
    os.sched_setaffinity(0, ours)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the machine does not say who waits")
def test_the_clock_stands_while_others_have_the_processor(busy_processor, monkeypatch):
    """At niceness 10 half a second of work takes some five seconds here, where two are allowed."""
    tight = Bounds(ROOMY.memory, 20, 2.0, ROOMY.output)
    code = f"import os; os.nice(10); {{}}{SHORT_OF_TIME}"
    bind = CONFINE.format(memory=tight.memory, processor=tight.processor, output=tight.output) + "\n"
    ended, took, _wrote = run(code.format(bind), tight, confined=False)
    assert (ended, took > 2.5) == (0, True)
    monkeypatch.setattr(sandbox, "PATIENCE", 0.5)
    with pytest.raises(sandbox.HostFailed):
        run(code.format(bind), tight, confined=False)


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the machine does not say who waits")
def test_so_it_does_for_children_of_the_nursery(busy_processor, monkeypatch):
    def child() -> int:
        code = f"import os; os.setsid(); os.nice(10)\nfrom ground.priority import tell_session; tell_session()\n{SHORT_OF_TIME}"
        return subprocess.Popen([sys.executable, "-c", code], cwd=sandbox.ROOT).pid

    assert nursery._ended(child(), 2.0) == 0
    monkeypatch.setattr(sandbox, "PATIENCE", 0.5)
    assert nursery._ended(child(), 2.0) == os.EX_TEMPFAIL
    monkeypatch.setattr(inspection_child, "look_in_child", lambda *_args: os.EX_TEMPFAIL)
    with pytest.raises(sandbox.HostFailed):
        inspection_child.finding_in(Path("/dev/null"), "pdf")


ORPHAN = """
import os, time
from ground.sandbox import Bounds, confine
confine(Bounds({memory}, 20, 9, {output}))
open({mark!r}, "w").write(str(os.getpid()))
time.sleep(60)
"""
PARENT = """
import sys
from ground import sandbox
sandbox.run(["-c", {code!r}], sandbox.Bounds({memory}, 20, 60.0, {output}), sys.stdout.buffer)
"""


def test_a_child_dies_with_its_parent(tmp_path: Path):
    mark = tmp_path / "pid"
    room = {"memory": ROOMY.memory, "output": ROOMY.output}
    code = ORPHAN.format(mark=str(mark), **room)
    parent = subprocess.Popen([sys.executable, "-c", PARENT.format(code=code, **room)], cwd=sandbox.ROOT)
    assert until(lambda: mark.exists() and mark.read_text() != "")
    parent.kill()
    parent.wait()
    assert until(lambda: not is_running(int(mark.read_text())))


def until(condition) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_child_knows_no_secrets(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://secret@nowhere/none")
    ended, _took, wrote = run(
        "import os, sys; sys.stdout.write(repr(sorted(os.environ)))", ROOMY, confined=False
    )
    assert ended == 0
    assert b"DATABASE_URL" not in wrote
    assert "DATABASE_URL" in os.environ
