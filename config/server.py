"""`script/server`: the whole of Naru on one machine, as real processes that start, live and end together.

Web, worker, beat and relay are children in process groups of their own, logging to `logs/` of the data
folder. One that dies is started again. SIGINT, SIGTERM and SIGHUP end all of them within ten seconds, and the
embedded servers with them unless somebody else uses these. Killed itself, it takes the children along, and
the keeper stops the servers.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from config import embedded, preparation
from config.embedded import EmbeddedError
from config.embedded.place import open_log, tail

PROJECT = Path(__file__).resolve().parent.parent
READY_SECONDS = 120.0
GENTLE_SECONDS = 5.0
END_SECONDS = 7.0
LONGEST_PAUSE = 30.0
PR_SET_PDEATHSIG = 1

ending = threading.Event()


class Refused(Exception):
    """The start cannot go on; the text says why and what to do."""


class Child:
    """One process of Naru's. `last_word` is the signal that ends it at once but in order."""

    def __init__(self, name: str, command: list[str], last_word: signal.Signals = signal.SIGTERM) -> None:
        self.name = name
        self.command = [sys.executable, *command]
        self.last_word = last_word
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.next_start = 0.0
        self.deaths = 0

    def start(self, data: Path, environment: dict[str, str]) -> None:
        with open_log(data, self.name) as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                pass_fds=embedded.held(data),
                preexec_fn=dies_with_us(self.last_word),
            )
        self.started = time.monotonic()

    def watch(self, data: Path, environment: dict[str, str]) -> None:
        """Starts it again when it has died: at once the first time, later after longer and longer pauses."""
        if self.process is None:
            if time.monotonic() >= self.next_start:
                self.start(data, environment)
            return
        code = self.process.poll()
        if code is None:
            return
        self.kill()
        self.deaths = 1 if time.monotonic() - self.started > LONGEST_PAUSE else self.deaths + 1
        pause = 0.0 if self.deaths == 1 else min(2.0 ** (self.deaths - 1), LONGEST_PAUSE)
        self.next_start = time.monotonic() + pause
        self.process = None
        log = data / "logs" / f"{self.name}.log"
        say(f"{self.name} ended unexpectedly ({described(code)}) and is started again; see {log}")

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Ends what is left of its group, whatever that is doing."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


def main(arguments: list[str] | None = None) -> int:
    """0: ended as asked; 1: could not start, with a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="script/server", description="Starts Naru with a demonstration.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("NARU_PORT") or 8000))
    parser.add_argument("--data", type=Path, help="the data folder (default: NARU_DATA, else .naru)")
    parser.add_argument("--empty", action="store_true", help="no demonstration")
    options = parser.parse_args(arguments)
    data = embedded.folder(options.data)
    listen_to_signals()
    try:
        with only_one(data, options.port):
            refuse_taken(options.port)
            run(data, options.port, demo=not options.empty)
    except (Refused, EmbeddedError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def run(data: Path, port: int, *, demo: bool) -> None:
    """Prepares, starts the children, says when they are ready, and returns when it is told to end and all
    have ended."""
    os.environ |= {"NARU_DATA": str(data), "NARU_PORT": str(port), "NARU_DEMO": "1" if demo else "0"}
    children: list[Child] = []
    say(f"starting PostgreSQL and Valkey in {data}")
    try:
        embedded.join(data)
        preparation.compile_catalogs()
        say("bringing the tables up to date" + (" and loading the demonstration" if demo else ""))
        prepare(data, demo=demo)
        if ending.is_set():
            return
        plain = {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"}
        plain |= {"NARU_DB_ROLE": "web", "DJANGO_SETTINGS_MODULE": "config.settings"}
        say("starting web, worker, beat and relay")
        children += staff(data, port)
        if demo:
            office, publishers = free_port(), free_port()
            plain |= {
                "NARU_TAX_OFFICE_URL": f"http://127.0.0.1:{office}",
                "NARU_TAX_OFFICE_KEY": "demonstration",
                "NARU_EXIM_BANK_URL": f"http://127.0.0.1:{publishers}/exchangeJSON",
                "NARU_EXIM_BANK_KEY": "demonstration",
                "NARU_CUSTOMS_RATES_URL": f"http://127.0.0.1:{publishers}/getRetrieveTrifFxrtInfo",
                "NARU_CUSTOMS_RATES_KEY": "demonstration",
            }
            answers = str(data / "tax_office.json")
            children.append(
                Child("rate_publishers", ["manage.py", "rate_publishers", "--port", str(publishers)])
            )
            children.append(
                Child("tax_office", ["manage.py", "tax_office", "--port", str(office), "--answers", answers])
            )
        children[0].start(data, plain)
        if not is_answering(data, port, children[0], plain):
            return
        for child in children[1:]:
            child.start(data, plain)
        address = f"http://127.0.0.1:{port}/"
        say(f"ready {address}")
        if demo:
            say(sign_ins(data, plain))
            say(f"mailbox {address}mailbox/")
        else:
            say(f"mails are files in {data / 'mailbox'}")
            say("nobody can sign in yet? manage.py make_operator EMAIL --name NAME (docs/operations.md)")
        supervise(data, children, plain)
    finally:
        end(children)
        embedded.leave(data)


def staff(data: Path, port: int) -> list[Child]:
    """The four processes."""
    (data / "beat").mkdir(mode=0o700, exist_ok=True)
    web = ["-m", "granian", "config.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1"]
    web += ["--port", str(port), "--workers", "2", "--blocking-threads", "1", "--no-ws"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "4", "--log-level", "warning"]
    celery = ["-m", "celery", "-A", "config.celery:app"]
    worker = [
        *celery,
        "worker",
        "--concurrency",
        "1",
        "-Q",
        "naru",
        "--hostname",
        "naru@%h",
        "--loglevel",
        "INFO",
    ]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = [
        *celery,
        "beat",
        "--schedule",
        str(data / "beat" / "schedule"),
        "--pidfile",
        "",
        "--loglevel",
        "INFO",
    ]
    return [
        Child("web", web),
        Child("worker", worker, last_word=signal.SIGQUIT),
        Child("beat", beat),
        Child("relay", ["manage.py", "relay"]),
    ]


def prepare(data: Path, *, demo: bool) -> None:
    """Migrates, loads reference data and the demonstration in one process; its progress is ours."""
    process = helper(data, preparation.command(demo=demo), preparation.environment())
    if not has_finished(process):
        return
    if process.returncode != 0:
        how = described(process.returncode)
        raise Refused(f"The database could not be prepared ({how}); the reason stands above.")


def sign_ins(data: Path, environment: dict[str, str]) -> str:
    """What a person types to look around as one of the demonstration's people."""
    command = [sys.executable, "manage.py", "demo_people"]
    process = helper(data, command, environment, stdout=subprocess.PIPE)
    return process.stdout.read().decode().rstrip() if has_finished(process) and process.stdout else ""


def helper(
    data: Path, command: list[str], environment: dict[str, str], stdout: int | None = None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        process_group=0,
        pass_fds=embedded.held(data),
        preexec_fn=dies_with_us(signal.SIGTERM),
    )


def has_finished(process: subprocess.Popen[bytes]) -> bool:
    """Waits for a helper; when we are told to end it is ended first, and False."""
    while process.poll() is None:
        if ending.wait(0.05):
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GENTLE_SECONDS)
            process.kill()
            process.wait()
            return False
    return True


def is_answering(data: Path, port: int, web: Child, environment: dict[str, str]) -> bool:
    """Waits until the web server answers; False when we are told to end before it does."""
    until = time.monotonic() + READY_SECONDS
    while not answers(port):
        if ending.wait(0.05):
            return False
        web.watch(data, environment)
        if web.deaths > 2 or time.monotonic() > until:
            with (data / "logs" / "web.log").open("rb") as log:
                raise Refused(f"The web server does not answer. Its log ends with: {tail(log, 0)}")
    return True


def supervise(data: Path, children: list[Child], environment: dict[str, str]) -> None:
    """Until told to end: no child and no server stays dead."""
    next_try = 0.0
    while not ending.wait(0.3):
        for child in children:
            child.watch(data, environment)
        if time.monotonic() >= next_try:
            try:
                embedded.join(data)
                next_try = time.monotonic() + 1
            except EmbeddedError as error:
                say(str(error))
                next_try = time.monotonic() + LONGEST_PAUSE


def end(children: list[Child]) -> None:
    """SIGTERM to all, then what ends each at once, then SIGKILL; a second signal to us makes it short."""
    ending.clear()
    began = time.monotonic()
    for child in children:
        child.signal(signal.SIGTERM)
    is_urged = False
    while not all(child.has_ended() for child in children) and time.monotonic() - began < END_SECONDS:
        if ending.wait(0.05):
            break
        if not is_urged and time.monotonic() - began > GENTLE_SECONDS:
            is_urged = True
            for child in children:
                child.signal(child.last_word)
    for child in children:
        child.kill()
        if child.process is not None:
            child.process.wait()


def answers(port: int) -> bool:
    """Whether the page of health says that all is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A port of this machine that nobody uses now, for the demonstration's tax office."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_taken(port: int) -> None:
    if not 0 < port < 65536:
        raise Refused(f"{port} is no port: it must be between 1 and 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Refused(
                f"Port {port} is for root only. Choose one above 1023: script/server --port 8080"
            ) from None
        except OSError:
            raise Refused(
                f"Port {port} is taken. Choose another: script/server --port {port % 65535 + 1}"
            ) from None


@contextlib.contextmanager
def only_one(data: Path, port: int) -> Iterator[None]:
    """Holds the data folder's `server.lock`, which also says where the one that runs can be reached."""
    try:
        embedded.make_folder(data)
        lock = os.open(data / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Refused(f"The data folder {data} cannot be used by this user: {error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = os.pread(lock, 100, 0).decode() or "it is just starting"
        os.close(lock)
        raise Refused(f"script/server already runs on the data folder {data}: {where}") from None
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"http://127.0.0.1:{port}/".encode(), 0)
        yield
    finally:
        os.close(lock)


def listen_to_signals() -> None:
    """Also when whoever started us had them ignored or blocked."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in asked:
        signal.signal(number, lambda *_: ending.set())
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, asked)


def dies_with_us(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends the child this signal when we are gone, even by SIGKILL."""
    prctl = ctypes.CDLL(None).prctl
    us = os.getpid()

    def prepare() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != us:
            os._exit(1)

    return prepare


def described(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name


def say(line: str) -> None:
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
