"""The scanner: clean, infected, silent; over TCP and over a socket file; a real clamd where there is one."""

from __future__ import annotations

import io
import shutil
import subprocess
import time

import pytest
from django.core import checks

from ground import antivirus
from ground.antivirus import BadAddress, Silence, Verdict, require_address, scan
from tests import clamd
from tests.ground.uploads.hostile import EICAR

INFECTED = Verdict("Eicar-Test-Signature")


def test_what_it_says_of_clean_and_infected_bytes_over_tcp_and_a_socket_file(tmp_path):
    for path in (None, tmp_path / "clamd.ctl"):
        with clamd.running(path) as server:
            late = io.BytesIO(b"x" * (antivirus.PIECE - 10) + EICAR)  # across the border of two pieces
            late.seek(3)
            assert scan(io.BytesIO(b""), server.address) == Verdict()
            assert scan(io.BytesIO(b"x" * 3 * antivirus.PIECE), server.address) == Verdict()
            assert scan(late, server.address) == INFECTED
            assert (server.asked, INFECTED.is_clean, Verdict().is_clean) == (3, False, True)


def test_silence_is_never_an_answer(tmp_path):
    with clamd.running() as server:
        for said in (
            b"", b"stream: OK", b"OK\x00", b"stream: \x00", b"stream: FOUND\x00",
            b"INSTREAM size limit exceeded. ERROR\x00", b"\xff\xfe\x00", b"x" * 5000,
        ):  # fmt: skip
            server.says = said
            with pytest.raises(Silence):
                scan(io.BytesIO(EICAR), server.address)
        gone = server.address
    for address in (gone, f"unix:{tmp_path / 'nobody'}"):
        with pytest.raises(Silence):
            scan(io.BytesIO(b"x"), address, timeout=0.5)


def test_an_address_names_a_port_or_a_socket_file():
    for good in ("tcp://127.0.0.1:3310", "tcp://clamav.example:3310", "unix:/run/clamav/clamd.ctl"):
        assert require_address(good) == good
    for bad in (
        "",
        "clamd",
        "tcp://host",
        "tcp://host:port",
        "unix:clamd.ctl",
        "http://host:3310",
        "tcp://:3310",
    ):
        with pytest.raises(BadAddress):
            require_address(bad)


def test_the_check_for_production_says_that_nobody_scans(settings):
    def warned() -> list[str | None]:
        found = checks.run_checks(include_deployment_checks=True, tags=[checks.Tags.security])
        return [each.id for each in found if (each.id or "").startswith("naru.")]

    settings.NARU_CLAMD = ""
    assert warned() == ["naru.W001"]
    settings.NARU_CLAMD = "tcp://127.0.0.1:3310"
    assert warned() == []


@pytest.mark.full
@pytest.mark.skipif(shutil.which("clamd") is None, reason="no clamd here: apt-get install clamav-daemon")
def test_a_real_clamd_with_a_signature_of_our_own(tmp_path):
    """Signatures cannot be fetched here: EICAR's is written in clamd's own format, for any place of any file."""
    (tmp_path / "naru.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    address, config = tmp_path / "clamd.ctl", tmp_path / "clamd.conf"
    config.write_text(
        f"Foreground yes\nLocalSocket {address}\nDatabaseDirectory {tmp_path}\nStreamMaxLength 25M\nUser {tmp_path.owner()}\n"
    )
    server = subprocess.Popen(
        ["clamd", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _try in range(200):
            if address.exists() or server.poll() is not None:
                break
            time.sleep(0.1)
        where = f"unix:{address}"
        assert scan(io.BytesIO(b"x" * 1_000_000), where) == Verdict()
        assert scan(io.BytesIO(EICAR), where).signature.startswith("Eicar-Test-Signature")
        assert scan(io.BytesIO(b"x" * 200_000 + EICAR), where).signature.startswith("Eicar-Test-Signature")
        with pytest.raises(Silence):
            scan(io.BytesIO(b"x" * 27_000_000), where)
    finally:
        server.terminate()
        server.wait()
