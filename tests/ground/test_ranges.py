"""Ranges of a stored file, by bytes counted by hand: 10 bytes, 0123456789."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import RequestFactory

from ground import files, ranges
from ground.errors import RuleBroken
from ground.models import StoredFile
from tests.factories.passing import passed
from tests.ground.uploads import films

pytestmark = pytest.mark.django_db
DIGITS = b"0123456789"
WHOLE = (200, None, "10", DIGITS)


@pytest.fixture(autouse=True)
def _connection_stays() -> Iterator[None]:
    """As for the test client: the end of an answer does not end the test's connection."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


def stored(content: bytes) -> StoredFile:
    """A file that says it is a video, of any bytes."""
    text = files.FileType("video/mp4", (".mp4",), "MP4", lambda _head, _stream: True)
    return files.keep(ContentFile(content, name="film.mp4"), kind="paper", accepted=(text,), limit=10**8)


def asked(file: StoredFile, method: str = "get", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ranges.response(getattr(RequestFactory(), method)("/", headers=named), file)


def told(answer: Any) -> tuple[int, str | None, str | None, bytes]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    return answer.status_code, answer.get("Content-Range"), answer.get("Content-Length"), body


def test_one_range_is_answered_with_its_bytes_and_anything_else_as_a_whole():
    file = passed(stored(DIGITS))
    for header, first, last in (
        ("bytes=0-0", 0, 0), ("bytes=0-1", 0, 1), ("bytes=2-4", 2, 4), ("bytes=9-9", 9, 9), ("bytes=5-", 5, 9), ("bytes=0-", 0, 9),
        ("bytes=-3", 7, 9), ("bytes=-1", 9, 9), ("bytes=-10", 0, 9), ("bytes=-99", 0, 9), ("bytes=7-99", 7, 9), ("Bytes= 2-4 ", 2, 4),
    ):  # fmt: skip
        found = told(asked(file, range=header))
        body = DIGITS[first : last + 1]
        assert (header, *found) == (header, 206, f"bytes {first}-{last}/10", str(len(body)), body)
    for header in ("bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99-"):
        answer = asked(file, range=header)
        assert (header, *told(answer)) == (header, 416, "bytes */10", None, b"")
    for header in (
        "", "bytes=", "bytes=-", "bytes=4-2", "bytes=a-b", "bytes=1-2,4-5", "bytes=1-2, -1", "items=0-1", "bytes 0-1", "bytes=--1",
        "bytes=1-2x", "bytes=+1-2", "bytes=٠-١", "bytes=0-" + "9" * 5000,
    ):  # fmt: skip
        assert (header[:20], *told(asked(file, range=header))) == (header[:20], *WHOLE)


def test_who_has_a_part_gets_the_rest_of_the_same_file_only():
    file = passed(stored(DIGITS))
    etag = '"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"'
    answer = asked(file)
    assert (answer["ETag"], answer["Accept-Ranges"], answer["Content-Type"]) == (etag, "bytes", "video/mp4")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert told(answer) == WHOLE
    assert told(asked(file, range="bytes=-2", if_range=etag)) == (206, "bytes 8-9/10", "2", b"89")
    for other in ('"other"', f"W/{etag}", "Sat, 15 Nov 2025 10:00:00 GMT"):
        assert told(asked(file, range="bytes=-2", if_range=other)) == WHOLE
    for headers in ({"if_none_match": etag}, {"if_none_match": f"W/{etag}", "range": "bytes=0-1"}):
        answer = asked(file, **headers)
        assert (answer["ETag"], *told(answer)[::3]) == (etag, 304, b"")
    assert told(asked(file, if_none_match='"other"')) == WHOLE
    assert told(asked(file, if_match='"other"'))[0] == 412
    for headers in ({}, {"range": "bytes=0-1"}):
        answer = asked(file, "head", **headers)
        assert (answer.streaming, answer["Accept-Ranges"], *told(answer)) == (
            False,
            "bytes",
            200,
            None,
            "10",
            b"",
        )
    with pytest.raises(RuleBroken, match="in_quarantine"):
        asked(stored(DIGITS))


def test_thirty_megabytes_go_out_in_little_memory_and_in_pieces():
    size = 30_000_000
    begin = films.mp4(b"")
    file = passed(stored(begin + bytes(size - len(begin))))
    tracemalloc.start()
    for header, length in (
        ("", size),
        ("bytes=0-", 8_388_608),
        ("bytes=29999990-", 10),
        ("bytes=0-29999999", size),
    ):
        answer = asked(file, range=header)
        assert (header, answer["Content-Length"]) == (header, str(length))
        assert sum(len(piece) for piece in answer.streaming_content) == length
        answer.close()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
