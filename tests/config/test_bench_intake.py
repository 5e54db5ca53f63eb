"""`script/bench intake`, tiny: its keys, and that it notices what is lost or stands twice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import applicants, bare, browsers, intake
from config import embedded, server
from programs.models import Application, Call, Document


@pytest.fixture
def port(owner_role, tmp_path, monkeypatch) -> Iterator[int]:
    """The web server alone, on the tests' database."""
    with owner_role(), connection.cursor() as cursor:
        cursor.execute(bare.TABLE)
    data, port = embedded.folder(), server.free_port()
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"} | {
        "DATABASE_URL": urlunsplit(address), "NARU_DB_ROLE": "web", "DJANGO_SETTINGS_MODULE": "bench.settings",
        "NARU_STORAGE_OPTIONS": f'{{"location": "{tmp_path}/files", "base_url": null}}',
    }  # fmt: skip
    web = server.staff(data, port)[0]
    web.start(data, plain)
    try:
        assert server.is_answering(data, port, web, plain)
        yield port
    finally:
        server.end([web])
        with owner_role(), connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_row")


@pytest.mark.django_db(transaction=True)
def test_it_has_its_keys_and_notices_a_planted_loss(port, monkeypatch, capsys):
    shown: list[browsers.Walked] = []
    prove = intake.proven
    monkeypatch.setattr(intake, "proven", lambda call, walked: shown.extend(walked) or prove(call, walked))
    found = intake.measure(port, (2,), 4)
    assert list(found) == [
        "submissions_per_s", "rate_over_floor", "flow_p95_ms", "p95_over_floor", "lost", "duplicated", "errors",
    ]  # fmt: skip
    assert (found["lost"], found["duplicated"], found["errors"]) == (0, 0, 0), capsys.readouterr().err
    call = Call.objects.get()
    assert len(shown) == Application.objects.filter(status="submitted").count() == 8
    first, second, third, *_others = shown
    Application.objects.filter(company=first.company).update(status="draft")
    of_second = Document.objects.get(application__company=second.company).file
    with open(storages["private"].path(of_second.path), "ab") as stored:
        stored.write(b" ")
    assert prove(call, shown) == (2, 0)
    assert prove(call, [*shown, replace(third, receipt=f"{call.code}-9999"), third]) == (3, 1)


QUESTIONS = {
    "begin": (6, 10), "baseline": (12, 10), "questions": (10, 11), "documents": (10, 13), "contact": (11, 8),
    "check": (12, 32), "receipt": (3,),
}  # fmt: skip
"""Of each page, when it is looked at and when it is sent (the check is sent as the submission)."""


@pytest.mark.django_db
def test_a_whole_application_asks_no_more_questions_than_it_did(client, monkeypatch):
    """Everybody asks them in the last minute of a call; more of them are worth a reason."""
    asked: list[int] = []

    class Browser(browsers.Browser):
        def __init__(self, port: int, session: str) -> None:
            client.cookies["sessionid"] = session
            self.hidden: dict[str, str] = {}

        def _ask(self, method, path, fields=None, files=None):
            body = browsers._multipart(fields, files or {}) if fields is not None else b""
            kind = f"multipart/form-data; boundary={browsers.BOUNDARY}"
            with CaptureQueriesContext(connection) as queries:
                answer = client.generic(method, path, body, content_type=kind)
            asked.append(sum("SAVEPOINT" not in each["sql"] for each in queries))
            return answer.status_code, answer.content.decode(), answer.headers.get("Location", "")

        def close(self) -> None:
            """Nothing was opened."""

    monkeypatch.setattr(browsers, "Browser", Browser)
    call = applicants.a_call()
    first, second = applicants.applicants(1, 2)
    browsers.apply(0, str(call.pk), call.code, first)
    asked.clear()
    browsers.apply(0, str(call.pk), call.code, second)
    assert asked == [each for of_page in QUESTIONS.values() for each in of_page]
    assert (len(asked), sum(asked)) == (browsers.REQUESTS, 148)


@pytest.mark.django_db
def test_the_bare_pages_are_the_bench_s_alone(client):
    assert client.post("/bench/row/", {"words": "x"}).status_code == 404
    assert len(applicants.pdf_of(1)) == applicants.MEGABYTE
