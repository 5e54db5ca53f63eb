"""The floor of the intake: a page that writes one row, and one that stores the file, too. Nobody is asked for anything."""

from __future__ import annotations

from uuid import uuid4

from django.core.files.storage import storages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

TABLE = """CREATE TABLE IF NOT EXISTS bench_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, words text NOT NULL);
GRANT SELECT, INSERT ON bench_row TO PUBLIC"""


@csrf_exempt
@require_POST
def row(request: HttpRequest) -> HttpResponse:
    _write(request.POST["words"])
    return HttpResponse("written")


@csrf_exempt
@require_POST
def file(request: HttpRequest) -> HttpResponse:
    _write(storages["private"].save(f"bench/{uuid4()}", request.FILES["file"]))
    return HttpResponse("written")


def _write(words: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (words) VALUES (%s)", [words])
