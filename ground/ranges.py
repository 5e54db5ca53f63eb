"""A stored file in pieces (RFC 9110, 14): what a player asks for, streamed, never read as a whole."""

from __future__ import annotations

import re
from typing import IO
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from ground import files
from ground.models import StoredFile

ONE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE | re.ASCII)
LONGEST = 8 * files.MEGABYTE
"""What is sent at once to who asks for "from here on": a player asks again, and no thread waits for a whole film."""


class Unsatisfiable(Exception):
    """The range begins behind the file's end."""


class _Piece:
    """So many bytes of an open stream from `start` on."""

    def __init__(self, stream: IO[bytes], start: int, length: int) -> None:
        self.stream, self.left = stream, length
        stream.seek(start)

    def read(self, size: int) -> bytes:
        found = self.stream.read(min(size, self.left))
        self.left -= len(found)
        return found

    def close(self) -> None:
        self.stream.close()


class _Stream(FileResponse):
    block_size = 64 * 1024


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of the one range that is asked for; None where the whole is the answer: no range, several, or
    none that can be read. `Unsatisfiable`."""
    found = ONE.fullmatch(header)
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        if not int(last) or not size:
            raise Unsatisfiable
        return max(size - int(last), 0), size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return int(first), min(int(last) if last else int(first) + LONGEST - 1, size - 1)


def response(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """The file or the range of it that GET asks for, to be shown in a page and run by nobody; 206, 304, 412 and 416 as
    the RFC says. Refused as `files.require_passed`."""
    etag = f'"{file.sha256}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = _bytes(request, file, etag)
    answer["ETag"] = etag
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-cache"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(file.name)}"
    return answer


def _bytes(request: HttpRequest, file: StoredFile, etag: str) -> HttpResponseBase:
    range_of = request.headers.get("Range", "") if request.method == "GET" else ""
    if request.headers.get("If-Range", etag) != etag:
        range_of = ""
    try:
        piece = wanted(range_of, file.size)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    first, last = piece or (0, file.size - 1)
    if request.method == "HEAD":
        answer: HttpResponseBase = HttpResponse(content_type=file.content_type)
    else:
        stream = _Piece(files.open_bytes(file), first, last - first + 1)
        answer = _Stream(stream, content_type=file.content_type, status=206 if piece else 200)
    answer["Content-Length"] = str(last - first + 1)
    if piece:
        answer["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    return answer
